/*
 * tests/unit/test_inspect.c - what the command line shows of a store, while the service has it open.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/app/inspect.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"
#include "bot/store/store_private.h" /* only to tamper */
#include "commands/eac/steps.h"

static const int64_t noon = 1795435200000; /* 2026-11-23T12:00:00Z */

struct fixture {
	char folder[64];
	char url[128];
	struct store *store;
	struct config config;
	char *shown; /* what was printed */
};

static struct request_row jane(void)
{
	struct request_row row = {
	    .open = true,
	    .blocks = true,
	    .step = EAC_BACKEND,
	    .created_at = noon,
	    .updated_at = noon + 5000,
	    .facts = json_pack("{s:{s:s}}", "target", "username", "jane@example.com"),
	};

	text_copy(row.state, sizeof(row.state), "waiting_approval");
	text_copy(row.target, sizeof(row.target), "005000000000001AAA");
	text_copy(row.requester, sizeof(row.requester), "U0ANA00001");
	text_copy(row.channel, sizeof(row.channel), "C0HELP0001");
	return row;
}

static enum errc add_line(struct tx *tx, const char *action, int64_t at, int64_t repair)
{
	struct audit_row row = {.at = at, .repair = repair};

	text_copy(row.actor, sizeof(row.actor), "U0ANA00001");
	text_copy(row.via, sizeof(row.via), "command");
	text_copy(row.action, sizeof(row.action), action);
	text_copy(row.detail, sizeof(row.detail), "two\nlines \033[1m");
	return audit_add(tx, &row);
}

static enum errc write_rows(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row open = jane();
	AUTO_REQUEST struct request_row closed = jane();
	struct step_row step = {
	    .key = "revoke-siq", .state = "done", .attempts = 2, .started_at = noon, .ended_at = noon};

	(void)arg;
	text_copy(closed.state, sizeof(closed.state), "refused");
	text_copy(closed.reason, sizeof(closed.reason), "frozen");
	closed.open = closed.blocks = false;
	if (request_insert(tx, &open) != OK || request_insert(tx, &closed) != OK ||
	    step_put(tx, open.id, &step) != OK || add_line(tx, "repair", noon, open.id) != OK)
		return ERR_BUG;
	return add_line(tx, "refused", noon + 3600 * 1000, 0);
}

static int open_empty(void **state)
{
	struct fixture *f = mem_alloc(sizeof(*f));
	struct store_options options = {.url = f->url};

	snprintf(f->folder, sizeof(f->folder), "/tmp/eacbot-inspect-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->url, sizeof(f->url), "sqlite:%s/eacbot.db", f->folder);
	f->config.store.url = f->url;
	assert_int_equal(store_open(&f->store, &options, NULL), OK);
	*state = f;
	return 0;
}

static int open_filled(void **state)
{
	struct fixture *f;

	open_empty(state);
	f = *state;
	assert_int_equal(store_run(f->store, write_rows, NULL), OK);
	return 0;
}

static int close_all(void **state)
{
	static const char *const ends[] = {"", "-wal", "-shm", "-lock", ".lock"};
	struct fixture *f = *state;

	if (f->config.audit.anchor_file)
		unlink(f->config.audit.anchor_file);
	free(f->config.audit.anchor_file);

	store_close(f->store);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		AUTO_FREE char *path = mem_printf("%s/eacbot.db%s", f->folder, ends[i]);

		unlink(path);
	}
	assert_int_equal(rmdir(f->folder), 0);
	free(f->shown);
	free(f);
	return 0;
}

static int requests(struct fixture *f, bool json, bool all)
{
	size_t size;
	FILE *out;
	int code;

	free(f->shown);
	out = open_memstream(&f->shown, &size);
	assert_non_null(out);
	code = inspect_requests(&f->config, json, all, out);
	fclose(out);
	return code;
}

static int audit(struct fixture *f, const struct inspect_audit *what)
{
	size_t size;
	FILE *out;
	int code;

	free(f->shown);
	out = open_memstream(&f->shown, &size);
	assert_non_null(out);
	code = inspect_audit(&f->config, what, out);
	fclose(out);
	return code;
}

static json_t *parse(const char *text)
{
	json_t *value = NULL;

	if (json_parse(&value, text, strlen(text), NULL) != OK)
		fail_msg("not JSON: %s", text);
	return value;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void an_open_repair_is_an_object_with_all_ten_steps(void **state)
{
	struct fixture *f = *state;
	json_auto_t *list = NULL;
	json_t *repair;

	assert_int_equal(requests(f, true, false), 0);
	list = parse(f->shown);
	assert_int_equal(json_array_size(list), 1);
	repair = json_array_get(list, 0);
	assert_string_equal(json_str(repair, "id"), "EAC-1");
	assert_string_equal(json_str(repair, "state"), "waiting_approval");
	assert_string_equal(json_str(repair, "step"), "backend-check");
	assert_true(json_is_null(json_get(repair, "reason")));
	assert_true(json_is_null(json_get(repair, "thread_ts")));
	assert_true(json_is_null(json_path(repair, "target", "slack_user", NULL)));
	assert_string_equal(json_string_value(json_path(repair, "target", "username", NULL)), "jane@example.com");
	assert_string_equal(json_str(repair, "created_at"), "2026-11-23T12:00:00Z");
	assert_int_equal(json_object_size(json_get(repair, "steps")), EAC_STEP_COUNT);
	assert_string_equal(json_string_value(json_path(repair, "steps", "test-email", "state", NULL)), "pending");
	assert_string_equal(json_string_value(json_path(repair, "steps", "revoke-siq", "state", NULL)), "done");
	assert_int_equal(json_int(json_path(repair, "steps", "revoke-siq", NULL), "attempts"), 2);
	assert_true(json_is_null(json_path(repair, "steps", "test-email", "started_at", NULL)));
}

static void closed_repairs_are_shown_when_asked_for(void **state)
{
	struct fixture *f = *state;
	json_auto_t *list = NULL;

	assert_int_equal(requests(f, true, true), 0);
	list = parse(f->shown);
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(json_str(json_array_get(list, 1), "reason"), "frozen");
}

static void the_table_has_a_line_for_each(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(requests(f, false, true), 0);
	assert_int_equal(lines(f->shown), 3);
	assert_non_null(strstr(f->shown, "EAC-1 "));
	assert_non_null(strstr(f->shown, "refused (frozen)"));
	assert_non_null(strstr(f->shown, "jane@example.com"));
}

static void an_empty_store_is_shown_as_empty(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.verify = true};

	assert_int_equal(requests(f, true, true), 0);
	assert_string_equal(f->shown, "[]\n");
	assert_int_equal(requests(f, false, false), 0);
	assert_string_equal(f->shown, "no open repairs\n");
	assert_int_equal(audit(f, &what), 0);
	assert_int_equal(lines(f->shown), 3);
	assert_non_null(strstr(f->shown,
	                       " cli audit-read - all of it, verified\n"
	                       "the chain holds; noted heads compared: 0; lines with erased words: 0\nhead 1:"));
}

static void the_trail_ends_with_its_head_which_verifies(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.verify = true};
	char hash[65] = "";

	assert_int_equal(audit(f, &what), 0);
	assert_int_equal(lines(f->shown), 5);
	assert_true(text_starts(f->shown, "1 2026-11-23T12:00:00Z U0ANA00001 command repair EAC-1 two?lines ?[1m\n"));
	assert_non_null(strstr(f->shown, "\nhead 3:"));
	text_copy(hash, sizeof(hash), strstr(f->shown, "head 3:") + 7);
	what.head_n = 3;
	what.head_hash = hash;
	assert_int_equal(audit(f, &what), 0);
	hash[0] = hash[0] == '0' ? '1' : '0';
	assert_int_equal(audit(f, &what), 1);
	assert_null(strstr(f->shown, "head "));
	what.head_n = 300;
	assert_int_equal(audit(f, &what), 1);
}

static void the_trail_as_json_is_an_object_a_line(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.json = true, .since_ms = noon + 1};
	json_auto_t *line = NULL;

	assert_int_equal(audit(f, &what), 0);
	assert_int_equal(lines(f->shown), 2);
	*strchr(f->shown, '\n') = '\0';
	line = parse(f->shown);
	assert_int_equal(json_int(line, "n"), 2);
	assert_string_equal(json_str(line, "at"), "2026-11-23T13:00:00Z");
	assert_string_equal(json_str(line, "action"), "refused");
	assert_string_equal(json_str(line, "detail"), "two\nlines \033[1m");
	assert_true(json_is_null(json_get(line, "repair")));
	assert_int_equal(strlen(json_str(line, "hash")), 64);
}

static enum errc write_on(struct tx *tx, void *arg)
{
	(void)arg;
	return add_line(tx, "repair", noon, 1);
}

static void a_reading_is_told_by_the_next(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.since_ms = noon};

	assert_int_equal(audit(f, &what), 0);
	assert_int_equal(audit(f, &what), 0);
	assert_non_null(strstr(f->shown, " cli audit-read - since 2026-11-23T12:00:00Z\n4 "));
	assert_non_null(strstr(f->shown, "\nhead 4:"));
	assert_int_equal(store_run(f->store, write_on, NULL), OK); /* the service */
	what.verify = true;
	assert_int_equal(audit(f, &what), 0);
	assert_non_null(strstr(f->shown, "\nhead 6:"));
}

static void write_anchors(struct fixture *f, const char *text)
{
	FILE *out;

	free(f->config.audit.anchor_file);
	f->config.audit.anchor_file = mem_printf("%s/heads", f->folder);
	out = fopen(f->config.audit.anchor_file, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static enum errc cut_off(struct tx *tx, void *arg)
{
	(void)arg;
	return sql_run(tx, NULL, "DELETE FROM audit WHERE n >= 2", NO_ARGS);
}

static void an_end_that_was_cut_off_shows_against_the_anchors(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.verify = true};

	assert_int_equal(audit(f, &what), 0);
	AUTO_FREE char *lines =
	    mem_printf("\n%.66s 2026-11-23T14:00:00Z\n", strstr(f->shown, "head 3:") + strlen("head "));
	write_anchors(f, lines);
	assert_int_equal(audit(f, &what), 0);
	assert_non_null(strstr(f->shown, "noted heads compared: 1;"));
	assert_int_equal(store_run(f->store, cut_off, NULL), OK);
	assert_int_equal(audit(f, &what), 1);
	write_anchors(f, "three lines\n");
	assert_int_equal(audit(f, &what), 1);
}

/* Whom the file does not belong to; the process ends with the exit code of the reading. */
static _Noreturn void read_as_nobody(struct fixture *f)
{
	struct inspect_audit what = {.verify = true};
	AUTO_FREE char *said = mem_printf("%s/said", f->folder);
	FILE *err = fopen(said, "w"), *out = fopen("/dev/null", "w");

	if (!err || !out || dup2(fileno(err), 2) < 0 || (getuid() == 0 && setuid(65534) != 0))
		_exit(99);
	_exit(inspect_audit(&f->config, &what, out));
}

static void who_may_not_write_reads_all_the_same(void **state)
{
	struct fixture *f = *state;
	AUTO_FREE char *db = mem_printf("%s/eacbot.db", f->folder), *wal = mem_printf("%s-wal", db),
	               *shm = mem_printf("%s-shm", db), *said = mem_printf("%s/said", f->folder);
	char words[400] = "";
	FILE *in;
	int status = 0;
	pid_t child;

	assert_int_equal(chmod(f->folder, 0755) | chmod(db, 0444) | chmod(wal, 0444) | chmod(shm, 0444), 0);
	child = fork();
	if (child == 0)
		read_as_nobody(f);
	waitpid(child, &status, 0);
	in = fopen(said, "r");
	assert_non_null(in);
	assert_true(fread(words, 1, sizeof(words) - 1, in) > 0);
	fclose(in);
	unlink(said);
	assert_int_equal(status, 0);
	assert_non_null(strstr(words, "this reading leaves no line in the trail"));
}

static enum errc forget_line(struct tx *tx, void *arg)
{
	(void)arg;
	return audit_forget(tx, 1, true, true);
}

static void erased_words_are_shown_as_erased(void **state)
{
	struct fixture *f = *state;
	struct inspect_audit what = {.verify = true};
	json_auto_t *line = NULL;

	assert_int_equal(store_run(f->store, forget_line, NULL), OK);
	assert_int_equal(audit(f, &what), 0);
	assert_true(text_starts(f->shown, "1 2026-11-23T12:00:00Z (erased) command repair EAC-1 (erased)\n"));
	what.json = true;
	assert_int_equal(audit(f, &what), 0);
	*strchr(f->shown, '\n') = '\0';
	line = parse(f->shown);
	assert_true(json_is_null(json_get(line, "actor")));
	assert_true(json_is_null(json_get(line, "detail_salt")));
	assert_int_equal(strlen(json_str(line, "detail_digest")), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(an_open_repair_is_an_object_with_all_ten_steps, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(closed_repairs_are_shown_when_asked_for, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(the_table_has_a_line_for_each, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(an_empty_store_is_shown_as_empty, open_empty, close_all),
	    cmocka_unit_test_setup_teardown(the_trail_ends_with_its_head_which_verifies, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(the_trail_as_json_is_an_object_a_line, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(a_reading_is_told_by_the_next, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(an_end_that_was_cut_off_shows_against_the_anchors, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(who_may_not_write_reads_all_the_same, open_filled, close_all),
	    cmocka_unit_test_setup_teardown(erased_words_are_shown_as_erased, open_filled, close_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
