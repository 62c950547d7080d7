/*
 * The contract of store/inbox.h.
 */
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/inbox.h"
#include "tests/contract/fixture.h"

static int64_t add(struct tx *tx, const char *key, int64_t at)
{
	AUTO_INBOX struct inbox_row row = {.kind = "slash", .at = at, .body = json_pack("{s:s}", "text", key)};
	text_copy(row.key, sizeof row.key, key);
	MUST(inbox_add(tx, &row));
	return row.id;
}

static enum errc add_twice(struct tx *tx, void *arg)
{
	(void)arg;
	json_auto_t *reply = json_pack("{s:s}", "text", "looking up");
	int64_t first = add(tx, "trigger.1", 5);
	MUST(inbox_set_reply(tx, first, reply));
	AUTO_INBOX struct inbox_row again = {.key = "trigger.1", .kind = "action", .at = 9, .body = json_object()};
	assert_int_equal(inbox_add(tx, &again), ERR_ALREADY);
	assert_int_equal(again.id, first);
	assert_int_equal(again.at, 5);
	assert_false(again.done);
	assert_string_equal(again.kind, "slash");
	assert_string_equal(json_str(again.body, "text"), "trigger.1");
	assert_true(json_equal(again.reply, reply));
	return OK;
}

static void a_redelivery_finds_the_first_copy_and_its_reply(void **state)
{
	fixture_run(state, add_twice, NULL);
}

static enum errc add_in_envelopes(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_INBOX struct inbox_row first = {.key = "tr:1", .envelope = "e-1", .kind = "slash"};
	AUTO_INBOX struct inbox_row same = {.key = "tr:2", .envelope = "e-1", .kind = "slash"};
	AUTO_INBOX struct inbox_row other = {.key = "tr:3", .envelope = "e-2", .kind = "slash"};
	AUTO_INBOX struct inbox_row none = {.key = "tr:4", .kind = "slash"}, neither = {.key = "tr:5", .kind = "slash"};
	MUST(inbox_add(tx, &first));
	assert_int_equal(inbox_add(tx, &same), ERR_ALREADY);
	assert_int_equal(same.id, first.id);
	MUST(inbox_add(tx, &other));
	MUST(inbox_add(tx, &none));
	MUST(inbox_add(tx, &neither));
	return OK;
}

static void the_same_envelope_is_the_same_deed(void **state)
{
	fixture_run(state, add_in_envelopes, NULL);
}

static enum errc finish(struct tx *tx, void *arg)
{
	(void)arg;
	int64_t ids[4];
	size_t count;
	int64_t a = add(tx, "a", 1), b = add(tx, "b", 2), c = add(tx, "c", 3);
	MUST(inbox_finish(tx, b));
	MUST(inbox_pending(tx, 0, ids, 4, &count));
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], a);
	assert_int_equal(ids[1], c);
	MUST(inbox_pending(tx, a, ids, 4, &count));
	assert_int_equal(count, 1);
	MUST(inbox_pending(tx, 0, ids, 1, &count));
	assert_int_equal(count, 1);
	return OK;
}

static void what_is_finished_is_not_pending(void **state)
{
	fixture_run(state, finish, NULL);
}

static enum errc finish_and_get(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_INBOX struct inbox_row row = {0};
	json_auto_t *reply = json_pack("{s:s}", "text", "hello");
	int64_t id = add(tx, "a", 1);
	MUST(inbox_set_reply(tx, id, reply));
	MUST(inbox_finish(tx, id));
	MUST(inbox_get(tx, id, &row));
	assert_true(row.done);
	assert_null(row.body);
	assert_true(json_equal(row.reply, reply));
	return OK;
}

static void a_finished_row_keeps_its_reply_and_forgets_its_body(void **state)
{
	fixture_run(state, finish_and_get, NULL);
}

static enum errc ask_for_unknown(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_INBOX struct inbox_row row = {0};
	assert_int_equal(inbox_get(tx, 9, &row), ERR_NOT_FOUND);
	assert_int_equal(inbox_finish(tx, 9), ERR_NOT_FOUND);
	assert_int_equal(inbox_set_reply(tx, 9, NULL), ERR_NOT_FOUND);
	return OK;
}

static void an_unknown_row_is_not_found(void **state)
{
	fixture_run(state, ask_for_unknown, NULL);
}

static enum errc purge(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_INBOX struct inbox_row row = {0}, open = {0}, young = {0};
	int64_t a = add(tx, "a", 1), b = add(tx, "b", 1), c = add(tx, "c", 10);
	MUST(inbox_finish(tx, a));
	MUST(inbox_finish(tx, c));
	MUST(inbox_purge(tx, 10));
	assert_int_equal(inbox_get(tx, a, &row), ERR_NOT_FOUND);
	MUST(inbox_get(tx, b, &open));
	MUST(inbox_get(tx, c, &young));
	return OK;
}

static void only_old_finished_rows_are_purged(void **state)
{
	fixture_run(state, purge, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_redelivery_finds_the_first_copy_and_its_reply),
	    CASE(the_same_envelope_is_the_same_deed),
	    CASE(what_is_finished_is_not_pending),
	    CASE(a_finished_row_keeps_its_reply_and_forgets_its_body),
	    CASE(an_unknown_row_is_not_found),
	    CASE(only_old_finished_rows_are_purged),
	};
	return fixture_main("inbox", tests, sizeof tests / sizeof tests[0]);
}
