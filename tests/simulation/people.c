/*
 * simulation/people.c - see people.h.
 *
 * What people see is taken from the fake Slack's own world, so they can click
 * only what is there. Some click twice, some have no right to, some answer
 * hours later, some never.
 */
#include "tests/simulation/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/requests.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/judge.h"
#include "tests/simulation/program.h"
#include "tests/simulation/sights.h"
#include "tests/simulation/world.h"

enum {
	REPAIR_MS = 15 * MINUTE_MS,
	CLICK_MS = 100 * SECOND_MS,
	TYPE_MS = 7 * MINUTE_MS,
	DIALOG_MS = 20 * SECOND_MS,
	HOME_MS = 40 * 60 * 1000,
	KEPT_ENVELOPES = 40,
	LOOK_BACK = 150, /* messages of a channel that people scroll through */
};

static const char *const requesters[] = {"maria", "tom", "maria", "tom", "ida"};
static const char *const approvers[] = {"omar", "ana", "omar", "ana", "ida"};
static const char *const anybody[] = {"maria", "tom", "omar", "ana", "ida", "jane", "paul", "gus"};
static const char *const targets[] = {"@jane",
                                      "jane@example.com",
                                      "tara@example.com",
                                      "bob@example.com",
                                      "carl@example.com",
                                      "dora@example.com",
                                      "rosa@example.com",
                                      "otto@example.com",
                                      "@john",
                                      "@paul"};
static const char *const odd_targets[] = {"@ceo", "nobody@example.com", "sam@example.com",
                                          "@gus", "ina@example.com",    "@tom"};

#define PICK(list) ((list)[dice((int64_t)(sizeof(list) / sizeof((list)[0])))])

static struct people {
	bool home, winding_down;
	unsigned marks; /* words that are used once */
	char envelopes[KEPT_ENVELOPES][64];
	unsigned kept;
} people;

/* --- acting ------------------------------------------------------------------------------------------------- */

static void keep(const json_t *result)
{
	const char *id = json_str(result, "envelope_id");

	if (id[0] != '\0')
		text_copy(people.envelopes[people.kept++ % KEPT_ENVELOPES], sizeof people.envelopes[0], id);
}

/* The deed's envelope; "" where there is none. */
static const char *slash(const char *user, const char *words)
{
	static char id[64];
	json_t *result;

	story("%s: /eac %s", user, words);
	result = fake_slack_order("/_sim/slash",
	                          json_pack("{s:s, s:s, s:s}", "user", user, "channel", "helpdesk", "text", words));
	keep(result);
	judge_deed();
	text_copy(id, sizeof id, json_str(result, "envelope_id"));
	json_decref(result);
	return id;
}

void people_redeliver(bool in_new_envelope)
{
	const char *id = people.envelopes[dice(KEPT_ENVELOPES)];
	json_t *result;

	if (id[0] == '\0')
		return;
	result = fake_slack_order("/_sim/redeliver",
	                          json_pack("{s:s, s:b}", "envelope_id", id, "same", !in_new_envelope && chance(0.5)));
	story("%s again: %s", id, json_str(result, "state"));
	json_decref(result);
}

static void new_mark(char out[static 24])
{
	snprintf(out, 24, "zq%uqz", ++people.marks);
}

/* --- what the store knows, which people would ask for by /eac list ------------------------------------------- */

struct some_repair {
	int64_t pick, id;
	char target[120];
};

static enum errc count_one(void *arg, const struct request_row *row)
{
	struct some_repair *some = arg;

	if (some->pick-- == 0)
		some->id = row->id;
	return OK;
}

static enum errc find_open(struct tx *tx, void *arg)
{
	return request_each(tx, &(struct request_query){.open_only = true}, count_one, arg);
}

static int64_t some_open_repair(void)
{
	struct some_repair some = {.pick = dice(12)};

	return disk_ask(find_open, &some) ? some.id : 0;
}

static enum errc find_target(struct tx *tx, void *arg)
{
	struct some_repair *some = arg;
	struct request_row row = {0};
	enum errc rc = request_get(tx, some->id, &row);

	if (rc != OK)
		return rc;
	text_copy(some->target, sizeof some->target, json_str(json_get(row.facts, "target"), "username"));
	request_row_done(&row);
	return OK;
}

/* Something that the affected person, or an admin, does in Salesforce. */
static void in_salesforce(const char *path, int64_t repair)
{
	struct some_repair some = {.id = repair};
	json_t *body;

	if (!disk_ask(find_target, &some) || some.target[0] == '\0')
		return;
	story("in Salesforce: %s %s", path, some.target);
	body = json_pack("{s:s}", "user", some.target);
	if (text_eq(path, "/_sim/connect")) {
		json_set_bool(body, "token", chance(0.5));
		json_set_bool(body, "link", true);
	}
	json_decref(fake_salesforce_order(path, body));
}

/* --- typing ------------------------------------------------------------------------------------------------- */

static void begin_repair(void *arg)
{
	char mark[24];
	bool odd = chance(0.1), two = chance(0.05), allowed = chance(0.9);
	const char *target = odd ? PICK(odd_targets) : PICK(targets),
	           *user = allowed ? PICK(requesters) : PICK(anybody);

	(void)arg;
	if (people.winding_down)
		return;
	world_in(dice_wait(REPAIR_MS), EVENT_WORLD, begin_repair, NULL);
	new_mark(mark);
	AUTO_FREE char *words = mem_printf("repair %s %s reason: %s", target, two ? "peter@example.com" : "", mark);
	judge_mark(mark, slash(user, words), two ? 2 : 1);
}

static void say_in_thread(int64_t repair);

static void type_something(void *arg)
{
	static const char *const lines[] = {
	    "status",        "list",      "list open", "help",        "",
	    "list waiting",  "list done", "nonsense",  "check @jane", "check bob@example.com",
	    "history @jane", "repair"};
	static const char *const about[] = {"status %lld",    "why %lld",       "why %lld",   "approve %lld",
	                                    "approve %lld",   "done %lld",      "retry %lld", "cancel %lld",
	                                    "reject %lld %s", "confirm %lld %s"};
	int64_t repair = some_open_repair();
	const char *pattern = PICK(about);
	char words[100], mark[24];

	(void)arg;
	if (people.winding_down)
		return;
	world_in(dice_wait(TYPE_MS), EVENT_WORLD, type_something, NULL);
	if (repair == 0 || chance(0.4)) {
		slash(PICK(anybody), PICK(lines));
		return;
	}
	if (chance(0.2)) {
		say_in_thread(repair);
		return;
	}
	new_mark(mark);
	snprintf(words, sizeof words, "%.*s %lld %s", (int)strcspn(pattern, " "), pattern, (long long)repair,
	         strstr(pattern, "%s") != NULL ? mark : "");
	const char *user =
	    strstr(words, "appro") != NULL || strstr(words, "reject") != NULL ? PICK(approvers) : PICK(requesters);
	const char *envelope = slash(user, words);
	if (strstr(pattern, "%s") != NULL)
		judge_mark(mark, envelope, 1);
}

struct thread {
	int64_t id;
	char channel[24], ts[32];
};

static enum errc find_thread(struct tx *tx, void *arg)
{
	struct thread *thread = arg;
	struct request_row row = {0};
	enum errc rc = request_get(tx, thread->id, &row);

	if (rc != OK)
		return rc;
	text_copy(thread->channel, sizeof thread->channel, row.channel);
	text_copy(thread->ts, sizeof thread->ts, row.thread_ts);
	request_row_done(&row);
	return OK;
}

static void say_in_thread(int64_t repair)
{
	static const char *const lines[] = {"@eacbot status", "@eacbot why", "@eacbot done", "good morning",
	                                    "@eacbot approve"};
	struct thread thread = {.id = repair};
	const char *user = PICK(anybody), *line = PICK(lines);
	json_t *result;

	if (!disk_ask(find_thread, &thread) || thread.ts[0] == '\0')
		return;
	story("%s in the thread of EAC-%lld: %s", user, (long long)repair, line);
	result = fake_slack_order("/_sim/say", json_pack("{s:s, s:s, s:s, s:s}", "user", user, "channel",
	                                                 thread.channel, "text", line, "thread_ts", thread.ts));
	keep(json_array_get(json_get(result, "events"), 0));
	json_decref(result);
}

/* --- clicking ----------------------------------------------------------------------------------------------- */

static const struct {
	const char *action;
	int weight;
	enum { APPROVER, REQUESTER, ADMIN, TARGET } who;
} habits[] = {
    {"eac.approve", 8, APPROVER},    {"eac.reject", 1, APPROVER},
    {"eac.confirm", 8, REQUESTER},   {"eac.still_present", 1, REQUESTER},
    {"eac.abort", 1, REQUESTER},     {"eac.check_links", 8, ADMIN},
    {"eac.done", 10, TARGET},        {"eac.not_installed", 5, TARGET},
    {"eac.works", 8, TARGET},        {"eac.still_failing", 2, TARGET},
    {"eac.help", 1, TARGET},         {"eac.later", 1, TARGET},
    {"eac.mark_done", 6, REQUESTER}, {"eac.retry", 6, REQUESTER},
    {"eac.cancel", 2, REQUESTER},
};

static size_t habit_of(const char *action)
{
	size_t i = 0;

	while (i < sizeof habits / sizeof habits[0] && !text_eq(habits[i].action, action))
		i++;
	return i;
}

/* The person whose direct messages these are; NULL: a channel. */
static const char *owner_of(const json_t *channel)
{
	const json_t *members = json_get(channel, "members");

	if (!text_starts(json_str(channel, "id"), "D"))
		return NULL;
	for (size_t i = 0; i < json_array_size(members); i++) {
		const char *id = json_string_value(json_array_get(members, i));
		if (!text_eq(id, "U0BOT0001"))
			return id;
	}
	return json_str_or_null(channel, "user");
}

static const char *doer(const struct sight *sight)
{
	const char *owner = owner_of(sight->channel);
	size_t habit = habit_of(sight->action);

	if (owner != NULL)
		return owner;
	if (habit == sizeof habits / sizeof habits[0] || chance(0.05))
		return PICK(anybody);
	switch (habits[habit].who) {
	case APPROVER: return PICK(approvers);
	case ADMIN: return "ida";
	case REQUESTER: return PICK(requesters);
	default: return PICK(anybody);
	}
}

static void prepare(const struct sight *sight)
{
	AUTO_FREE char *text = json_text(json_get(sight->message, "blocks"));
	int64_t repair = strtol(sight->value, NULL, 10);

	if (chance(0.15))
		return; /* they only say so */
	if (strstr(text, "isconnect your mailbox") != NULL)
		in_salesforce("/_sim/disconnect", repair);
	else if (strstr(text, "onnect your mailbox again") != NULL)
		in_salesforce("/_sim/connect", repair);
	else if (text_eq(sight->action, "eac.check_links"))
		in_salesforce("/_sim/admin_remove_links", repair);
}

struct click {
	char user[24], channel[24], ts[32], action[40];
	bool stale;
};

static void do_click(void *arg)
{
	struct click *click = arg;
	json_t *result;

	story("%s clicks %s in %s %s", click->user, click->action, click->channel, click->ts);
	result = fake_slack_order("/_sim/click",
	                          json_pack("{s:s, s:s, s:s, s:s, s:b}", "user", click->user, "label", click->action,
	                                    "channel", click->channel, "ts", click->ts, "stale", click->stale));
	if (result != NULL) {
		keep(result);
		judge_deed();
	}
	json_decref(result);
	free(click);
}

static void click(const struct sight *sight)
{
	const char *user = doer(sight);
	int times = chance(0.15) ? 2 : 1;

	prepare(sight);
	for (int i = 0; i < times; i++) {
		struct click *c = mem_alloc(sizeof *c);

		text_copy(c->user, sizeof c->user, user);
		text_copy(c->channel, sizeof c->channel, json_str(sight->channel, "id"));
		text_copy(c->ts, sizeof c->ts, json_str(sight->message, "ts"));
		text_copy(c->action, sizeof c->action, sight->action);
		c->stale = i > 0;
		world_in(1 + i * dice(3000), EVENT_WORLD, do_click, c);
	}
}

static void click_something(void *arg)
{
	static struct sights sights;
	int total = 0;
	int64_t pick;

	(void)arg;
	if (people.home)
		return;
	world_in(dice_wait(CLICK_MS), EVENT_WORLD, click_something, NULL);
	sights_look(&sights, LOOK_BACK);
	for (size_t i = 0; i < sights.count; i++)
		total += habit_of(sights.all[i].action) < sizeof habits / sizeof habits[0]
		             ? habits[habit_of(sights.all[i].action)].weight
		             : 0;
	if (total == 0)
		return;
	pick = dice(total);
	for (size_t i = 0; i < sights.count; i++) {
		size_t habit = habit_of(sights.all[i].action);
		int weight = habit < sizeof habits / sizeof habits[0] ? habits[habit].weight : 0;

		if (pick < weight) {
			click(&sights.all[i]);
			return;
		}
		pick -= weight;
	}
}

/* --- dialogs ------------------------------------------------------------------------------------------------ */

static void answer_dialog(const char *user, const json_t *view)
{
	const char *callback = json_str(view, "callback_id");
	char mark[24], until[32];
	json_t *values = json_object(), *result = NULL;
	const char *path = "/_sim/submit";

	new_mark(mark);
	if (text_eq(callback, "eac.confirm"))
		json_set_str(values, "Case number", mark);
	else if (text_eq(callback, "eac.later"))
		snprintf(until, sizeof until, "2026-09-%02d", 8 + (int)(world_ms() / DAY_MS));
	if (text_eq(callback, "eac.later"))
		json_set_str(values, "Until", until);
	else if (strstr(callback, "repair") != NULL) {
		json_set_str(values, "Reason", mark);
		json_object_set_new(values, "Who", json_pack("[s]", "jane"));
	}
	if (!chance(0.15))
		result = fake_slack_order(path, json_pack("{s:s, s:O}", "user", user, "values", values));
	if (result == NULL) {
		path = "/_sim/close_view";
		result = fake_slack_order(path, json_pack("{s:s, s:b}", "user", user, "all", 1));
	}
	story("%s answers the dialog %s: %s %s", user, callback, path, mark);
	if (text_eq(path, "/_sim/submit")) {
		keep(result);
		judge_deed();
		judge_mark(mark, json_str(result, "envelope_id"), 1);
	}
	json_decref(result);
	json_decref(values);
}

static void look_at_dialogs(void *arg)
{
	(void)arg;
	if (people.home)
		return;
	world_in(DIALOG_MS, EVENT_WORLD, look_at_dialogs, NULL);
	static const char *const ids[] = {"U0HELP001",  "U0HELP002",  "U0APPR001",  "U0APPR002",
	                                  "U0ADMIN001", "U0JANE0001", "U0PLAIN001", "U0JOHN0001"};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const json_t *view = fake_slack_view(ids[i]);
		/* one that is not filled yet is waited for; some lose their patience */
		bool asks = !text_eq(json_str(view, "callback_id"), "eac.words");
		if (view != NULL && chance(asks ? 0.5 : 0.05))
			answer_dialog(ids[i], view);
	}
}

/* --- the Home tab ------------------------------------------------------------------------------------------- */

static void open_home(void *arg)
{
	static const char *const ids[] = {"U0HELP001", "U0APPR001", "U0JANE0001", "U0PLAIN001", "U0GUEST001"};

	(void)arg;
	if (people.home)
		return;
	world_in(dice_wait(HOME_MS), EVENT_WORLD, open_home, NULL);
	const char *user = ids[dice(sizeof ids / sizeof ids[0])];
	story("%s opens the Home tab", user);
	json_decref(fake_slack_order("/_sim/home", json_pack("{s:s}", "user", user)));
}

void people_begin(void)
{
	people = (struct people){0};
	world_in(MINUTE_MS, EVENT_WORLD, begin_repair, NULL);
	world_in(2 * MINUTE_MS, EVENT_WORLD, click_something, NULL);
	world_in(3 * MINUTE_MS, EVENT_WORLD, type_something, NULL);
	world_in(DIALOG_MS, EVENT_WORLD, look_at_dialogs, NULL);
	world_in(dice_wait(HOME_MS), EVENT_WORLD, open_home, NULL);
}

void people_wind_down(void)
{
	people.winding_down = true;
}

void people_leave(void)
{
	people.home = people.winding_down = true;
}
