/*
 * tests/flow/test_upgrade.c - a store that an earlier version left is carried forward, and its repair goes on.
 *
 * tests/data/stores has one file for each earlier schema and each point at which
 * a repair can stand, with what Slack and Salesforce held then (make.sh there
 * makes them out of old commits). Each is opened by today's program and played
 * to its end, also from each button that a card of then bears.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glob.h>
#include <sqlite3.h>

#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "tests/flow/world.h"
#include "tests/support/cut_disk.h"

#define STORES "tests/data/stores/"

enum { SCHEMAS = 7, POINTS = 15 };

static char folder[] = "/tmp/eacbot-test-XXXXXX";
static char store_path[64];

/* --- a store of then --- */

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	if (file == NULL)
		fail_msg("%s is not there; the tests run in the repository's root", path);
	char *text = NULL;
	size_t size = 0;
	assert_true(getdelim(&text, &size, '\0', file) > 0);
	fclose(file);
	return text;
}

static void remove_store(void)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-journal", ".lock"};
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		AUTO_FREE char *path = mem_printf("%s%s", store_path, ends[i]);
		unlink(path);
	}
}

static void execute(sqlite3 *db, const char *path, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", path, sqlite3_errmsg(db));
}

/* Makes the file as it was left. */
static void make_store(const char *path, const char *rows)
{
	sqlite3 *db;
	AUTO_FREE char *schema_path = mem_printf(STORES "%.4s.schema", path + strlen(STORES));
	AUTO_FREE char *schema = read_text(schema_path);
	remove_store();
	assert_int_equal(sqlite3_open(store_path, &db), SQLITE_OK);
	execute(db, schema_path, schema);
	execute(db, path, "DELETE FROM tally");
	execute(db, path, rows);
	sqlite3_close(db);
}

static void take(json_t **mine, const json_t *left, const char *name)
{
	json_decref(*mine);
	*mine = json_incref(json_get(left, name));
}

/* What Slack and Salesforce held then: the first line. */
static void remember(struct world *w, const char *path, char *text)
{
	text[strcspn(text, "\n")] = '\0';
	json_t *left = json_loads(text + strlen("-- "), 0, NULL);
	if (left == NULL)
		fail_msg("%s: its first line is not what was outside", path);
	take(&w->sets, left, "sets");
	take(&w->licences, left, "licences");
	take(&w->tokens, left, "tokens");
	take(&w->links, left, "links");
	take(&w->sessions, left, "sessions");
	take(&w->mails, left, "mails");
	take(&w->writes, left, "writes");
	take(&w->messages, left, "messages");
	w->now = json_int(left, "now") + 30000;
	w->last_ts = json_int(left, "last_ts");
	json_decref(left);
}

/* Today's program on the store of then, half a minute later; nothing has happened yet. */
static struct world *carry_forward(const char *path)
{
	AUTO_FREE char *text = read_text(path);
	AUTO_FREE char *url = mem_printf("sqlite:%s", store_path);
	const struct store_options options = {.url = url};
	struct store *store;
	struct err err = {0};
	make_store(path, text);
	if (store_open(&store, &options, &err) != OK)
		fail_msg("%s: %s", path, err.text);
	struct world *w = world_new_on(store);
	remember(w, path, text);
	return w;
}

/* --- to the end --- */

static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static enum errc job_chain(struct tx *tx, void *arg)
{
	struct audit_proof proof = {0};
	(void)arg;
	return audit_verify(tx, &proof, NULL);
}

static void finish(struct world *w)
{
	rest(w);
	if (text_eq(world_state(w, 1), "failed"))
		assert_true(world_click(w, HELP, "requester", "Retry"));
	world_play(w, 1);
	rest(w);
}

static void expect_well(struct world *w, const char *path, const char *done)
{
	const char *complaint = world_complaint(w, 1);
	if (complaint == NULL && (world_writes(w, "delete-set") > 1 || world_writes(w, "grant-set") > 1))
		complaint = "written twice";
	if (complaint == NULL && store_run(w->store, job_chain, NULL) != OK)
		complaint = "the audit chain is broken";
	if (complaint != NULL)
		fail_msg("%s, %s: %s, %s", path, done, world_state(w, 1), complaint);
}

static void each_store(void (*act)(const char *path), const char *pattern, size_t expected)
{
	glob_t found;
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	assert_int_equal(found.gl_pathc, expected);
	for (size_t i = 0; i < found.gl_pathc; i++)
		act(found.gl_pathv[i]);
	globfree(&found);
}

static void play_it(const char *path)
{
	struct world *w = carry_forward(path);
	finish(w);
	expect_well(w, path, "played");
	if (!text_eq(world_state(w, 1), "completed"))
		fail_msg("%s: %s", path, world_state(w, 1));
	world_free(w);
}

static void a_repair_of_an_earlier_version_is_carried_to_its_end(void **state)
{
	(void)state;
	each_store(play_it, STORES "*.sql", (size_t)SCHEMAS * POINTS);
}

static void cancel_it(const char *path)
{
	struct world *w = carry_forward(path);
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	expect_well(w, path, "cancelled");
	if (!text_eq(world_state(w, 1), "cancelled"))
		fail_msg("%s: %s", path, world_state(w, 1));
	world_free(w);
}

static void a_repair_of_an_earlier_version_can_be_cancelled(void **state)
{
	(void)state;
	each_store(cancel_it, STORES "*.sql", (size_t)SCHEMAS * POINTS);
}

/* --- buttons of then --- */

/* The nth button that stands in the messages of then, with its message; NULL: there are not so many. */
static const json_t *button(const struct world *w, size_t n, const json_t **ret_message)
{
	size_t i, j, k;
	json_t *message, *block, *element;
	json_array_foreach (w->messages, i, message)
		json_array_foreach (json_path(message, "body", "blocks", NULL), j, block)
			json_array_foreach (json_get(block, "elements"), k, element)
				if (text_eq(json_str(element, "type"), "button") && n-- == 0) {
					*ret_message = message;
					return element;
				}
	return NULL;
}

/* Everything that says whether something came of a click. */
static int64_t changes(struct world *w)
{
	struct request_row row;
	world_repair(w, 1, &row);
	int64_t sum = row.fence + row.updated_at + row.wake_at + (w->dialog != NULL);
	request_row_done(&row);
	return sum + (int64_t)json_array_size(w->private_answers) + (int64_t)json_array_size(w->messages);
}

static void press(struct world *w, const char *path, const json_t *element, const json_t *message)
{
	char action[64], value[64], channel[32], ts[32];
	int64_t before = changes(w);
	text_copy(action, sizeof action, json_str(element, "action_id"));
	text_copy(value, sizeof value, json_str(element, "value"));
	text_copy(channel, sizeof channel, json_str(message, "channel"));
	text_copy(ts, sizeof ts, json_str(message, "ts"));
	bool hers = text_starts(channel, "@"), gate = text_eq(action, "eac.approve") || text_eq(action, "eac.reject");
	const char *user = hers ? JANE : gate ? OMAR : HELP;
	world_click_raw(w, user, hers ? "" : gate ? "approver" : "requester admin", action, value, channel, ts);
	if (world_told(w, user, "out of date") || world_told(w, user, "may not") || changes(w) == before)
		fail_msg("%s: nothing came of %s", path, action);
}

static void press_each(const char *path)
{
	bool more = true;
	for (size_t n = 0; more; n++) {
		struct world *w = carry_forward(path);
		const json_t *message, *element = button(w, n, &message);
		more = element != NULL;
		if (more) {
			char label[80];
			text_copy(label, sizeof label, json_str(json_get(element, "text"), "text"));
			press(w, path, element, message);
			rest(w);
			world_play(w, 1);
			rest(w);
			expect_well(w, path, label);
		}
		world_free(w);
	}
}

static void each_button_of_an_old_card_still_works(void **state)
{
	(void)state;
	each_store(press_each, STORES "*-waiting_*.sql", (size_t)SCHEMAS * 7);
	each_store(press_each, STORES "*-failed-*.sql", SCHEMAS);
}

/* --- sentences of then --- */

static void read_it(const char *path)
{
	struct world *w = carry_forward(path);
	world_type(w, HELP, "requester", "why 1");
	world_type(w, HELP, "requester", "status 1");
	world_type(w, HELP, "requester", "history jane@example.com");
	static const char *const sentences[] = {
	    "Changing the user's permissions did not work: it was &lt;planted&gt;",
	    "2 access tokens of the app revoked, none is left",
	    "Not installed (the user's word)",
	};
	for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
		if (!world_told(w, HELP, sentences[i]))
			fail_msg("%s: %s", path, sentences[i]);
	world_free(w);
}

static void what_was_kept_as_a_plain_sentence_still_shows(void **state)
{
	(void)state;
	each_store(read_it, STORES "*-failed-*.sql", SCHEMAS);
}

static int setup(void **state)
{
	(void)state;
	cut_disk_put_in_between(); /* for its syncs, which cost nothing */
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(store_path, sizeof store_path, "%s/test.db", folder);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	remove_store();
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_repair_of_an_earlier_version_is_carried_to_its_end),
	    cmocka_unit_test(a_repair_of_an_earlier_version_can_be_cancelled),
	    cmocka_unit_test(each_button_of_an_old_card_still_works),
	    cmocka_unit_test(what_was_kept_as_a_plain_sentence_still_shows),
	};

	log_setup(LOG_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, setup, teardown);
}
