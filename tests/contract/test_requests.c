/*
 * The contract of store/requests.h.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"
#include "tests/contract/fixture.h"

static const char jane[] = "005000000000001AAA";
static const char joe[] = "005000000000002AAA";

static struct request_row a_request(const char *target)
{
	struct request_row row = {.state = "checking",
	                          .open = true,
	                          .blocks = true,
	                          .requester = "U0HELP0001",
	                          .channel = "C0HELP0001",
	                          .created_at = 1000,
	                          .updated_at = 1000};
	text_copy(row.target, sizeof row.target, target);
	return row;
}

static int64_t insert_with(struct tx *tx, const char *target, int64_t wake_at)
{
	AUTO_REQUEST struct request_row row = a_request(target);
	row.wake_at = wake_at;
	MUST(request_insert(tx, &row));
	return row.id;
}

/* ---- one row ---- */

static enum errc write_and_read(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = a_request(jane), back = {0};
	row.facts = json_pack("{s:s}", "reason", "m\xc3\xa4il is gone");
	row.step = 3;
	row.wake_at = 5000;
	text_copy(row.slack_user, sizeof row.slack_user, "U0JANE0001");
	text_copy(row.thread_ts, sizeof row.thread_ts, "1.2");
	MUST(request_insert(tx, &row));
	MUST(request_get(tx, row.id, &back));
	assert_int_equal(back.id, row.id);
	assert_int_equal(back.fence, row.fence);
	assert_string_equal(back.state, "checking");
	assert_true(back.open && back.blocks);
	assert_int_equal(back.step, 3);
	assert_string_equal(back.target, jane);
	assert_string_equal(back.slack_user, "U0JANE0001");
	assert_string_equal(back.requester, "U0HELP0001");
	assert_string_equal(back.channel, "C0HELP0001");
	assert_string_equal(back.thread_ts, "1.2");
	assert_int_equal(back.created_at, 1000);
	assert_int_equal(back.wake_at, 5000);
	assert_string_equal(json_str(back.facts, "reason"), "m\xc3\xa4il is gone");
	return OK;
}

static enum errc count_open(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = {0};
	int64_t n, first = insert_with(tx, jane, 0);
	insert_with(tx, joe, 0);
	MUST(request_get(tx, first, &row));
	row.open = row.blocks = false;
	MUST(request_save(tx, &row));
	MUST(request_save(tx, &row));
	MUST(request_count_open(tx, &n));
	assert_int_equal(n, 1);
	MUST(request_delete(tx, first));
	MUST(request_count_open(tx, &n));
	assert_int_equal(n, 1);
	return OK;
}

static void the_open_ones_are_counted_as_they_come_and_go(void **state)
{
	fixture_run(state, count_open, NULL);
}

static enum errc forget(struct tx *tx, void *arg)
{
	(void)arg;
	const struct step_row step = {.key = "revoke-siq", .state = "running"};
	const struct history_row line = {.at = 1, .event = "accept"};
	AUTO_REQUEST struct request_row back = {0};
	int64_t id = insert_with(tx, jane, 0), other = insert_with(tx, joe, 0);
	MUST(step_put(tx, id, &step));
	MUST(history_add(tx, id, &line));
	MUST(request_delete(tx, id));
	assert_int_equal(request_get(tx, id, &back), ERR_NOT_FOUND);
	MUST(request_get(tx, other, &back));
	return OK;
}

static void a_request_that_came_to_nothing_is_forgotten_whole(void **state)
{
	fixture_run(state, forget, NULL);
}

static void what_is_inserted_is_read_back(void **state)
{
	fixture_run(state, write_and_read, NULL);
}

static enum errc get_unknown(struct tx *tx, void *arg)
{
	(void)arg;
	struct request_row row;
	return request_get(tx, 77, &row);
}

static void an_unknown_request_is_not_found(void **state)
{
	assert_int_equal(fixture_try(state, get_unknown, NULL), ERR_NOT_FOUND);
}

static enum errc insert_jane(struct tx *tx, void *arg)
{
	AUTO_REQUEST struct request_row row = a_request(jane);
	enum errc code = request_insert(tx, &row);
	if (arg)
		*(int64_t *)arg = row.id;
	return code;
}

static void a_restart_keeps_what_was_committed(void **state)
{
	int64_t id = 0, again = 0;
	fixture_run(state, insert_jane, &id);
	fixture_reopen(*state);
	assert_int_equal(fixture_try(state, insert_jane, &again), ERR_CONFLICT);
}

static enum errc two_for_jane_one_for_joe(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row first = a_request(jane), second = a_request(jane), other = a_request(joe);
	MUST(request_insert(tx, &first));
	assert_int_equal(request_insert(tx, &second), ERR_CONFLICT);
	assert_int_equal(second.id, 0);
	MUST(request_insert(tx, &other));
	first.blocks = false;
	MUST(request_save(tx, &first));
	MUST(request_insert(tx, &second));
	first.blocks = true;
	assert_int_equal(request_save(tx, &first), ERR_CONFLICT);
	return OK;
}

static void only_one_blocking_request_has_a_target(void **state)
{
	fixture_run(state, two_for_jane_one_for_joe, NULL);
}

static enum errc two_for_nobody(struct tx *tx, void *arg)
{
	(void)arg;
	insert_with(tx, "", 0);
	insert_with(tx, "", 0);
	return OK;
}

static void requests_without_a_target_block_nobody(void **state)
{
	fixture_run(state, two_for_nobody, NULL);
}

static enum errc save_stale(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = a_request(jane), stale = {0}, back = {0};
	MUST(request_insert(tx, &row));
	MUST(request_get(tx, row.id, &stale));
	text_copy(row.state, sizeof row.state, "running");
	MUST(request_save(tx, &row));
	assert_int_equal(request_save(tx, &stale), ERR_CONFLICT);
	MUST(request_save(tx, &row));
	MUST(request_get(tx, row.id, &back));
	assert_string_equal(back.state, "running");
	assert_int_equal(back.fence, row.fence);
	return OK;
}

static void a_stale_row_is_not_saved(void **state)
{
	fixture_run(state, save_stale, NULL);
}

static enum errc save_a_thread(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = a_request(jane), back = {0};
	MUST(request_insert(tx, &row));
	text_copy(row.thread_ts, sizeof row.thread_ts, "9.9");
	MUST(request_save(tx, &row));
	MUST(request_get(tx, row.id, &back));
	assert_string_equal(back.thread_ts, "");
	return OK;
}

static void saving_leaves_the_thread_to_the_outbox(void **state)
{
	fixture_run(state, save_a_thread, NULL);
}

/* ---- walking ---- */

struct walk {
	int count;
	int64_t ids[200];
	int stop_after;
};

static enum errc note_id(void *arg, const struct request_row *row)
{
	struct walk *walk = arg;
	walk->ids[walk->count++] = row->id;
	return walk->count == walk->stop_after ? ERR_ABORTED : OK;
}

static enum errc fill_150(struct tx *tx)
{
	for (int i = 0; i < 150; i++) {
		char target[24];
		snprintf(target, sizeof target, "005%015d", i);
		AUTO_REQUEST struct request_row row = a_request(target);
		row.created_at = i;
		row.open = i % 3 != 0;
		text_copy(row.state, sizeof row.state, i % 3 ? "running" : i % 2 ? "completed" : "refused");
		text_copy(row.requester, sizeof row.requester, i % 5 ? "U0HELP0001" : "U0HELP0002");
		MUST(request_insert(tx, &row));
	}
	return OK;
}

static enum errc walk_all(struct tx *tx, void *arg)
{
	(void)arg;
	struct walk walk = {0};
	MUST(fill_150(tx));
	MUST(request_each(tx, &(struct request_query){0}, note_id, &walk));
	assert_int_equal(walk.count, 150);
	for (int i = 1; i < walk.count; i++)
		assert_true(walk.ids[i] < walk.ids[i - 1]);
	walk = (struct walk){0};
	MUST(request_each(tx, &(struct request_query){.oldest_first = true, .limit = 70}, note_id, &walk));
	assert_int_equal(walk.count, 70);
	for (int i = 1; i < walk.count; i++)
		assert_true(walk.ids[i] > walk.ids[i - 1]);
	return OK;
}

static void a_walk_goes_through_all_in_order(void **state)
{
	fixture_run(state, walk_all, NULL);
}

static enum errc stop_walk(struct tx *tx, void *arg)
{
	(void)arg;
	struct walk walk = {.stop_after = 3};
	MUST(fill_150(tx));
	assert_int_equal(request_each(tx, &(struct request_query){0}, note_id, &walk), ERR_ABORTED);
	assert_int_equal(walk.count, 3);
	return OK;
}

static void an_error_ends_a_walk(void **state)
{
	fixture_run(state, stop_walk, NULL);
}

static enum errc save_in_walk(void *arg, const struct request_row *row)
{
	AUTO_REQUEST struct request_row mine = {0};
	MUST(request_get(arg, row->id, &mine));
	text_copy(mine.state, sizeof mine.state, "expired");
	mine.open = false;
	return request_save(arg, &mine);
}

static enum errc change_while_walking(struct tx *tx, void *arg)
{
	(void)arg;
	int64_t left;
	MUST(fill_150(tx));
	MUST(request_each(tx, &(struct request_query){.open_only = true}, save_in_walk, tx));
	MUST(request_count(tx, &(struct request_query){.open_only = true}, &left));
	assert_int_equal(left, 0);
	return OK;
}

static void rows_may_be_saved_while_they_are_walked(void **state)
{
	fixture_run(state, change_while_walking, NULL);
}

static int64_t count_of(struct tx *tx, struct request_query query)
{
	int64_t n;
	struct walk walk = {0};
	MUST(request_count(tx, &query, &n));
	MUST(request_each(tx, &query, note_id, &walk));
	assert_int_equal(walk.count, n);
	return n;
}

static enum errc ask_questions(struct tx *tx, void *arg)
{
	(void)arg;
	MUST(fill_150(tx));
	assert_int_equal(count_of(tx, (struct request_query){.open_only = true}), 100);
	assert_int_equal(count_of(tx, (struct request_query){.closed_only = true}), 50);
	assert_int_equal(count_of(tx, (struct request_query){.state = "refused"}), 25);
	assert_int_equal(count_of(tx, (struct request_query){.states = {"refused", "running"}}), 125);
	assert_int_equal(count_of(tx, (struct request_query){.requester = "U0HELP0002"}), 30);
	assert_int_equal(count_of(tx, (struct request_query){.target = "005000000000000007"}), 1);
	assert_int_equal(count_of(tx, (struct request_query){.since = 140}), 10);
	assert_int_equal(count_of(tx, (struct request_query){.not_refused = true}), 125);
	assert_int_equal(
	    count_of(tx, (struct request_query){.requester = "U0HELP0001", .since = 140, .not_refused = true}), 7);
	assert_int_equal(count_of(tx, (struct request_query){.slack_user = "U0NOBODY01"}), 0);
	return OK;
}

static void questions_combine(void **state)
{
	fixture_run(state, ask_questions, NULL);
}

static enum errc use_names(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = a_request(jane), other = a_request(joe);
	row.facts =
	    json_pack("{s:s,s:{s:s}}", "words", "Sales.Jane@example.com", "target", "username", "jane@acme.example");
	MUST(request_insert(tx, &row));
	MUST(request_insert(tx, &other));
	MUST(request_name_add(tx, row.id, "Jane@example.com"));
	MUST(request_name_add(tx, row.id, "jane@example.com"));
	MUST(request_name_add(tx, row.id, ""));
	MUST(request_name_add(tx, other.id, "joe@example.com"));
	assert_int_equal(count_of(tx, (struct request_query){.name = "JANE@example.com"}), 1);
	assert_int_equal(count_of(tx, (struct request_query){.name = "ane@example.com"}), 0);
	assert_int_equal(count_of(tx, (struct request_query){.name = "joe@example.com", .below = other.id}), 0);
	MUST(request_name_drop(tx, other.id, "JOE@example.com"));
	assert_int_equal(count_of(tx, (struct request_query){.name = "joe@example.com"}), 0);
	MUST(request_name_drop(tx, row.id, NULL));
	assert_int_equal(count_of(tx, (struct request_query){.name = "jane@example.com"}), 0);
	MUST(names_carry(tx));
	assert_int_equal(count_of(tx, (struct request_query){.name = "sales.jane@example.com"}), 1);
	assert_int_equal(count_of(tx, (struct request_query){.name = "jane@acme.example"}), 1);
	assert_int_equal(count_of(tx, (struct request_query){.name = jane}), 1);
	MUST(request_delete(tx, row.id));
	assert_int_equal(count_of(tx, (struct request_query){.name = jane}), 0);
	return OK;
}

static void a_request_is_found_by_each_of_its_names(void **state)
{
	fixture_run(state, use_names, NULL);
}

static enum errc find_thread(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row row = a_request(jane), other = a_request(joe);
	text_copy(row.thread_ts, sizeof row.thread_ts, "7.1");
	MUST(request_insert(tx, &row));
	MUST(request_insert(tx, &other));
	assert_int_equal(count_of(tx, (struct request_query){.thread_channel = "C0HELP0001", .thread_ts = "7.1"}), 1);
	assert_int_equal(count_of(tx, (struct request_query){.thread_channel = "C0OTHER001", .thread_ts = "7.1"}), 0);
	assert_int_equal(count_of(tx, (struct request_query){.thread_channel = "C0HELP0001", .thread_ts = ""}), 0);
	return OK;
}

static void a_thread_names_its_request(void **state)
{
	fixture_run(state, find_thread, NULL);
}

/* ---- time ---- */

static enum errc look_at_times(struct tx *tx, void *arg)
{
	(void)arg;
	int64_t ids[4], next = -1;
	size_t count;
	MUST(request_next_wake(tx, &next));
	assert_int_equal(next, 0);
	int64_t late = insert_with(tx, "a", 900), early = insert_with(tx, "b", 300), later = insert_with(tx, "c", 901);
	insert_with(tx, "d", 0);
	MUST(request_next_wake(tx, &next));
	assert_int_equal(next, 300);
	MUST(request_due(tx, 900, ids, 4, &count));
	assert_int_equal(count, 2);
	assert_int_equal(ids[0], early);
	assert_int_equal(ids[1], late);
	MUST(request_due(tx, 5000, ids, 1, &count));
	assert_int_equal(count, 1);
	assert_true(later != early);
	return OK;
}

static void what_is_due_comes_earliest_first(void **state)
{
	fixture_run(state, look_at_times, NULL);
}

static enum errc set_the_clock_back(struct tx *tx, void *arg)
{
	(void)arg;
	int64_t ids[4], now = 10 * REQUEST_SLEEP_MAX_MS;
	size_t count;
	int64_t asleep = insert_with(tx, "a", now + REQUEST_SLEEP_MAX_MS), due = insert_with(tx, "b", now);
	insert_with(tx, "c", 0);
	MUST(request_due(tx, now, ids, 4, &count));
	assert_int_equal(count, 1);
	assert_int_equal(ids[0], due);
	MUST(request_due(tx, now - 3 * REQUEST_SLEEP_MAX_MS, ids, 4, &count));
	assert_int_equal(count, 2);
	assert_true(asleep == ids[0] || asleep == ids[1]);
	return OK;
}

static void who_sleeps_longer_than_anybody_may_is_due_for_the_clock_was_set_back(void **state)
{
	fixture_run(state, set_the_clock_back, NULL);
}

static void add_up(void *arg, const char *word, int64_t count)
{
	json_set_int(arg, word, count);
}

static enum errc take_census(struct tx *tx, void *arg)
{
	(void)arg;
	json_auto_t *census = json_object();
	MUST(fill_150(tx));
	MUST(request_census(tx, add_up, census));
	assert_int_equal(json_object_size(census), 3);
	assert_int_equal(json_int(census, "running"), 100);
	assert_int_equal(json_int(census, "refused"), 25);
	return OK;
}

static void the_census_counts_each_state(void **state)
{
	fixture_run(state, take_census, NULL);
}

/* ---- steps, history, owed ---- */

static enum errc note_key(void *arg, const struct step_row *row)
{
	json_array_append_new(arg, json_string(row->key));
	return OK;
}

static enum errc use_steps(struct tx *tx, void *arg)
{
	(void)arg;
	struct step_row row;
	json_auto_t *keys = json_array();
	int64_t id = insert_with(tx, jane, 0);
	MUST(step_get(tx, id, "revoke-siq", &row));
	assert_string_equal(row.key, "revoke-siq");
	assert_string_equal(row.state, "pending");
	MUST(step_put(tx, id,
	              &(struct step_row){.key = "sign-out", .state = "running", .attempts = 1, .started_at = 5}));
	MUST(step_put(tx, id, &(struct step_row){.key = "assign", .state = "waiting"}));
	MUST(step_put(tx, id, &(struct step_row){.key = "sign-out", .state = "done", .ended_at = 9, .detail = "gone"}));
	MUST(step_get(tx, id, "sign-out", &row));
	assert_string_equal(row.state, "done");
	assert_int_equal(row.ended_at, 9);
	assert_string_equal(row.detail, "gone");
	MUST(step_each(tx, id, note_key, keys));
	assert_int_equal(json_array_size(keys), 2);
	assert_string_equal(json_string_value(json_array_get(keys, 0)), "sign-out");
	return OK;
}

static void steps_keep_the_order_in_which_they_came(void **state)
{
	fixture_run(state, use_steps, NULL);
}

static enum errc note_event(void *arg, const struct history_row *row)
{
	json_array_append_new(arg, json_pack("[s,s,s]", row->event, row->from, row->to));
	return OK;
}

static enum errc use_history(struct tx *tx, void *arg)
{
	(void)arg;
	json_auto_t *events = json_array();
	int64_t id = insert_with(tx, jane, 0), other = insert_with(tx, joe, 0);
	MUST(history_add(tx, id,
	                 &(struct history_row){.at = 1, .event = "accept", .from = "checking", .to = "running"}));
	MUST(history_add(tx, other, &(struct history_row){.at = 2, .event = "refuse"}));
	MUST(history_add(tx, id, &(struct history_row){.at = 1, .event = "fail", .from = "running", .to = "failed"}));
	MUST(history_each(tx, id, note_event, events));
	assert_int_equal(json_array_size(events), 2);
	assert_string_equal(json_string_value(json_array_get(json_array_get(events, 1), 0)), "fail");
	return OK;
}

static void history_is_told_in_order(void **state)
{
	fixture_run(state, use_history, NULL);
}

static enum errc use_owed(struct tx *tx, void *arg)
{
	(void)arg;
	json_t *what = NULL;
	json_auto_t *two = json_pack("[s,s]", "a", "b"), *one = json_pack("[s]", "a");
	assert_int_equal(owed_get(tx, jane, &what), ERR_NOT_FOUND);
	MUST(owed_set(tx, jane, 1, two));
	MUST(owed_set(tx, jane, 2, one));
	MUST(owed_get(tx, jane, &what));
	assert_true(json_equal(what, one));
	json_decref(what);
	MUST(owed_clear(tx, jane));
	MUST(owed_clear(tx, jane));
	assert_int_equal(owed_get(tx, jane, &what), ERR_NOT_FOUND);
	return OK;
}

static void what_is_owed_stays_until_it_is_cleared(void **state)
{
	fixture_run(state, use_owed, NULL);
}

struct debts {
	int count;
	char last[24];
};

static enum errc count_debt(void *arg, const char *target, const json_t *what)
{
	struct debts *debts = arg;
	assert_true(json_is_object(what) || json_is_array(what));
	debts->count++;
	text_copy(debts->last, sizeof debts->last, target);
	return OK;
}

static enum errc use_all_debts(struct tx *tx, void *arg)
{
	json_auto_t *what = json_pack("{s:[]}", "sets");
	struct debts debts = {0};
	(void)arg;
	MUST(owed_each(tx, count_debt, &debts));
	assert_int_equal(debts.count, 0);
	MUST(owed_set(tx, "005B", 1, what));
	MUST(owed_set(tx, "005A", 2, what));
	MUST(owed_each(tx, count_debt, &debts));
	assert_int_equal(debts.count, 2);
	assert_string_equal(debts.last, "005B");
	MUST(owed_clear(tx, "005B"));
	MUST(owed_each(tx, count_debt, &debts));
	assert_int_equal(debts.count, 3);
	return OK;
}

static void all_that_is_owed_can_be_walked(void **state)
{
	fixture_run(state, use_all_debts, NULL);
}

/* ---- boards ---- */

static enum errc count_row(void *arg, const struct request_row *row)
{
	(void)row;
	++*(int *)arg;
	return OK;
}

static void count_board(void *arg, const char *state, int64_t count)
{
	if (text_eq(state, REQUEST_BOARD))
		*(int *)arg += (int)count;
}

static enum errc write_a_board(struct tx *tx, void *arg)
{
	(void)arg;
	int64_t n = 0;
	int rows = 0, counted = 0;
	AUTO_REQUEST struct request_row board = a_request("");
	text_copy(board.state, sizeof board.state, REQUEST_BOARD);
	board.blocks = false;
	MUST(request_insert(tx, &board));
	MUST(request_count_open(tx, &n));
	assert_int_equal(n, 0);
	MUST(request_count(tx, &(struct request_query){.open_only = true, .requester = "U0HELP0001"}, &n));
	assert_int_equal(n, 0);
	MUST(request_each(tx, &(struct request_query){0}, count_row, &rows));
	assert_int_equal(rows, 0);
	MUST(request_each(tx, &(struct request_query){.state = REQUEST_BOARD}, count_row, &rows));
	assert_int_equal(rows, 1);
	MUST(request_census(tx, count_board, &counted));
	assert_int_equal(counted, 0);
	board.open = false;
	MUST(request_save(tx, &board));
	MUST(request_count_open(tx, &n));
	assert_int_equal(n, 0);
	return OK;
}

static enum errc wake_a_row(struct tx *tx, void *arg)
{
	(void)arg;
	AUTO_REQUEST struct request_row late = {0}, early = {0}, again = {0};
	int64_t id = insert_with(tx, jane, 5000);
	MUST(request_wake_by(tx, id, 9000));
	MUST(request_get(tx, id, &late));
	assert_int_equal(late.wake_at, 5000);
	MUST(request_wake_by(tx, id, 2000));
	MUST(request_get(tx, id, &early));
	assert_int_equal(early.wake_at, 2000);
	assert_int_equal(early.fence, late.fence);
	early.open = early.blocks = false;
	early.wake_at = 0;
	MUST(request_save(tx, &early));
	MUST(request_wake_by(tx, id, 1000));
	MUST(request_get(tx, id, &again));
	assert_int_equal(again.wake_at, 0);
	return OK;
}

static void a_board_is_left_out_unless_it_is_asked_for(void **state)
{
	fixture_run(state, write_a_board, NULL);
}

static void a_row_can_be_woken_earlier_but_not_later(void **state)
{
	fixture_run(state, wake_a_row, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(the_open_ones_are_counted_as_they_come_and_go),
	    CASE(a_request_that_came_to_nothing_is_forgotten_whole),
	    CASE(what_is_inserted_is_read_back),
	    CASE(an_unknown_request_is_not_found),
	    CASE(a_restart_keeps_what_was_committed),
	    CASE(only_one_blocking_request_has_a_target),
	    CASE(requests_without_a_target_block_nobody),
	    CASE(a_stale_row_is_not_saved),
	    CASE(saving_leaves_the_thread_to_the_outbox),
	    CASE(a_walk_goes_through_all_in_order),
	    CASE(an_error_ends_a_walk),
	    CASE(rows_may_be_saved_while_they_are_walked),
	    CASE(questions_combine),
	    CASE(a_request_is_found_by_each_of_its_names),
	    CASE(a_thread_names_its_request),
	    CASE(what_is_due_comes_earliest_first),
	    CASE(who_sleeps_longer_than_anybody_may_is_due_for_the_clock_was_set_back),
	    CASE(a_board_is_left_out_unless_it_is_asked_for),
	    CASE(a_row_can_be_woken_earlier_but_not_later),
	    CASE(the_census_counts_each_state),
	    CASE(steps_keep_the_order_in_which_they_came),
	    CASE(history_is_told_in_order),
	    CASE(what_is_owed_stays_until_it_is_cleared),
	    CASE(all_that_is_owed_can_be_walked),
	};
	return fixture_main("requests", tests, sizeof tests / sizeof tests[0]);
}
