/*
 * interleavings/stage.c - what runs share: one store in memory, emptied between them, and settings.
 *
 * Opening a store costs more than a short run: its rows are kept once and put back from there. So are the rows and the
 * world at the end of each prologue, from which most runs begin: a run need not play the first steps again to reach
 * the later ones.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/store_private.h"
#include "commands/door.h"
#include "tests/interleavings/plant.h"
#include "tests/interleavings/program.h"
#include "tests/interleavings/run.h"

/* --- the store --- */

/*
 * What others refer to comes first; the numbers that were given out come last: putting rows back gives out some. (To
 * put the checks off would take a pragma, which expires every prepared statement.)
 */
#define LIST_TABLES \
	"SELECT m.name, (SELECT group_concat('\"' || c.name || '\"') FROM pragma_table_info(m.name) c)" \
	" FROM sqlite_schema m WHERE m.type = 'table' ORDER BY m.name LIKE 'sqlite_%'," \
	" (SELECT count(*) FROM pragma_foreign_key_list(m.name)), m.name"

static char *statement(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *statement(const char *format, ...)
{
	AUTO_BUF struct buf b = {0};
	va_list ap;
	buf_init(&b, 4000);
	va_start(ap, format);
	buf_vprintf(&b, format, ap);
	va_end(ap);
	return buf_take(&b);
}

static enum errc list_tables(struct stage *stage, struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc rc = sql_query(tx, &rows, LIST_TABLES, NO_ARGS);
	while (rc == OK && (rc = rows_next(&rows)) == OK) {
		const char *name = rows_text(&rows, 0, NULL), *columns = rows_text(&rows, 1, NULL);
		stage->tables = mem_grow(stage->tables, stage->table_count + 1, sizeof *stage->tables);
		stage->tables[stage->table_count++] = (struct table){
		    .name = mem_strdup(name),
		    .keep = statement("INSERT INTO temp.kept_%s SELECT $1, %s FROM main.%s", name, columns, name),
		    .drop = statement("DELETE FROM main.%s", name),
		    .put_back = statement("INSERT INTO main.%s SELECT %s FROM temp.kept_%s WHERE prologue = $1", name,
		                          columns, name)};
	}
	return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum errc make_copies(struct tx *tx, void *arg)
{
	struct stage *stage = arg;
	enum errc rc = list_tables(stage, tx);
	for (unsigned i = 0; i < stage->table_count && rc == OK; i++) {
		const char *name = stage->tables[i].name;
		AUTO_FREE char *create = statement(
		    "CREATE TEMP TABLE kept_%s AS SELECT 0 AS prologue, t.* FROM main.%s t WHERE 0", name, name);
		AUTO_FREE char *index = statement("CREATE INDEX temp.kept_%s_i ON kept_%s (prologue)", name, name);
		rc = sql_run(tx, NULL, create, NO_ARGS);
		if (rc == OK)
			rc = sql_run(tx, NULL, index, NO_ARGS);
	}
	return rc;
}

struct copying {
	struct stage *stage;
	unsigned prologue;
};

static enum errc keep_rows(struct tx *tx, void *arg)
{
	const struct copying *copying = arg;
	enum errc rc = OK;
	for (unsigned i = 0; i < copying->stage->table_count && rc == OK; i++)
		rc = sql_run(tx, NULL, copying->stage->tables[i].keep, ARGS(value_int(copying->prologue)));
	return rc;
}

static enum errc put_back_rows(struct tx *tx, void *arg)
{
	const struct copying *copying = arg;
	const struct stage *stage = copying->stage;
	enum errc rc = OK;
	for (unsigned i = stage->table_count; i > 0 && rc == OK; i--)
		rc = sql_run(tx, NULL, stage->tables[i - 1].drop, NO_ARGS);
	for (unsigned i = 0; i < stage->table_count && rc == OK; i++) {
		if (text_starts(stage->tables[i].name, "sqlite_"))
			rc = sql_run(tx, NULL, stage->tables[i].drop, NO_ARGS);
		if (rc == OK)
			rc = sql_run(tx, NULL, stage->tables[i].put_back, ARGS(value_int(copying->prologue)));
	}
	tx->audit = (struct audit_head){0};
	tx->outbox = (struct outbox_count){0};
	return rc;
}

static void expect(enum errc rc, const char *what)
{
	if (rc == OK)
		return;
	fprintf(stderr, "interleavings: %s: %s\n", what, err_name(rc));
	abort();
}

struct stage *stage_new(void)
{
	const struct store_options options = {.url = "sqlite::memory:"};
	struct stage *stage = mem_alloc(sizeof *stage);
	struct play *play = &stage->play;
	struct err err = {0};
	system_dice(&play->random);
	expect(store_open(&play->store, &options, &err), err.text);
	expect(store_run(play->store, make_copies, stage), "the new store can't be copied");
	struct copying empty = {stage, 0};
	expect(store_run(play->store, keep_rows, &empty), "the new store can't be kept");
	play->commands = commands_new(&play->config);
	commands_set_bot(play->commands, BOT, "eacbot");
	return stage;
}

static void hold_values(struct play *play, json_t *(*change)(json_t *))
{
	for (unsigned i = 0; i < play->slack.count; i++)
		change(play->slack.messages[i].body);
	for (int i = 0; i < ENVELOPES; i++)
		change(play->sent[i].view);
	for (size_t i = 0; i < sizeof play->views / sizeof play->views[0]; i++)
		change(play->views[i]);
}

static json_t *let_go(json_t *value)
{
	json_decref(value);
	return value;
}

void stage_sweep(struct stage *stage)
{
	program_end(&stage->play);
	hold_values(&stage->play, let_go);
	stage->play.slack.count = 0;
	plant_in(&stage->play);
}

void stage_keep(struct stage *stage, unsigned prologue)
{
	struct play *play = &stage->play;
	struct copying copying = {stage, prologue};
	expect(store_run(play->store, keep_rows, &copying), "a world can't be kept");
	stage->kept[prologue] = mem_alloc(sizeof *play);
	*stage->kept[prologue] = *play;
	hold_values(play, json_incref);
}

struct play *stage_put_back(struct stage *stage, unsigned prologue, uint64_t seed)
{
	struct play *play = &stage->play;
	struct copying copying = {stage, prologue};
	stage_sweep(stage);
	*play = *stage->kept[prologue];
	hold_values(play, json_incref);
	expect(store_run(play->store, put_back_rows, &copying), "a world can't be put back");
	play->seed = seed;
	play->dice = (struct dice){seed};
	play->random = (struct dice){~seed};
	play->jobs = play->steps = 0;
	return play;
}

void stage_free(struct stage *stage)
{
	stage_sweep(stage);
	store_close(stage->play.store);
	commands_free(stage->play.commands);
	for (unsigned i = 0; i < stage->table_count; i++) {
		free(stage->tables[i].name);
		free(stage->tables[i].keep);
		free(stage->tables[i].drop);
		free(stage->tables[i].put_back);
	}
	for (unsigned i = 0; i < PROLOGUES; i++) {
		if (stage->kept[i] != NULL)
			hold_values(stage->kept[i], let_go);
		free(stage->kept[i]);
	}
	free(stage->tables);
	free(stage);
}

/* --- settings --- */

/* The settings' strings are not const: arrays of their own. */
static char set_name[] = "InboxWithEinsteinActivityCapture", second_set[] = "InboxOnly", app_name[] = "SalesforceIQ",
            addin_name[] = "Outlook Integration", channel_name[] = CHANNEL, approvers_name[] = "S0APPROVER",
            requesters_name[] = "S0HELPDESK", admins_name[] = "S0ADMINS", command_name[] = "/eac", nothing[] = "",
            status_name[] = "C0STATUS1";
static char *sets[] = {set_name, second_set}, *apps[] = {app_name}, *addins[] = {addin_name},
            *channels[] = {channel_name}, *approvers[] = {approvers_name}, *requesters[] = {requesters_name},
            *admins[] = {admins_name};

static void set_access(struct config *c, const struct org *org)
{
	c->slack.command = command_name;
	c->slack.digest_at_min = -1;
	c->access.requesters = (struct config_list){requesters, 1};
	c->access.approvers = (struct config_list){approvers, 1};
	c->access.admins = (struct config_list){admins, 1};
	c->access.channels = (struct config_list){channels, 1};
	c->salesforce.permission_sets = (struct config_list){sets, org->list_second ? 2 : 1};
	c->salesforce.reassign_same = true;
	c->salesforce.siq_apps = (struct config_list){apps, 1};
	c->salesforce.addin_login_types = (struct config_list){addins, 1};
	c->salesforce.connected_accounts_url = nothing;
	c->salesforce.poll_every_ms = 60000;
	c->limits.open_repairs = 100;
	c->limits.running_repairs = 8;
	c->limits.batch = 20;
	c->limits.board_from = 20;
	c->limits.per_requester_day = c->limits.per_requester_hour = c->limits.per_hour = 100;
}

static void set_patience(struct config *c)
{
	c->approval.remind_after_ms = 30 * 60000;
	c->approval.expire_after_ms = (int64_t)72 * 3600000;
	c->people.remind_after_ms = (int64_t)4 * 3600000;
	c->people.give_up_after_ms = (int64_t)72 * 3600000;
	c->people.hours_to_min = 1440;
	c->backend.remind_after_ms = (int64_t)24 * 3600000;
	c->backend.give_up_after_ms = CONFIG_NEVER;
	c->escalation.after_ms = CONFIG_NEVER;
}

static void set_chances(struct config *c, struct dice *dice)
{
	c->slack.status_channel = dice_chance(dice, 20) ? status_name : nothing;
	c->slack.language = (enum language)(dice_chance(dice, 80) ? 0 : dice_roll(dice, LANGUAGE_COUNT));
	c->approval.quorum = dice_chance(dice, 60) ? 1 : 2 + (int)dice_roll(dice, 2);
	c->approval.four_eyes = dice_chance(dice, 85);
	c->approval.before_teardown = dice_chance(dice, 30);
	c->approval.require_case_number = dice_chance(dice, 75);
	c->approval.take_back_ms = dice_chance(dice, 60) ? 10000 : 0;
	c->salesforce.delete_account_links = dice_chance(dice, 40);
	c->limits.pause_after_failures = dice_chance(dice, 10) ? 2 : 0;
	if (dice_chance(dice, 30)) {
		c->people.hours_from_min = 480;
		c->people.hours_to_min = 1080;
	}
	if (dice_chance(dice, 30))
		c->backend.give_up_after_ms = (int64_t)48 * 3600000;
}

struct play *stage_clear(struct stage *stage, uint64_t seed)
{
	struct play *play = &stage->play;
	struct store *store = play->store;
	struct commands *commands = play->commands;
	stage_sweep(stage);
	*play = (struct play){.seed = seed, .store = store, .commands = commands, .dice = {seed}, .random = {~seed}};
	plant_in(play);
	struct copying empty = {stage, 0};
	expect(store_run(store, put_back_rows, &empty), "the store can't be emptied");
	play->now = play->latest = clock_parse_rfc3339("2026-11-23T10:00:00Z");
	cast_begin(&play->cast);
	org_begin(&play->org, &play->dice, play->now);
	slack_begin(&play->slack);
	judge_begin(&play->judge);
	set_access(&play->config, &play->org);
	set_patience(&play->config);
	set_chances(&play->config, &play->dice);
	play->program = (struct program){.outbox_may = true, .due_may = true};
	return play;
}
