/*
 * The contract of store/retention.h: what is too old goes, and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/effects.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"
#include "bot/store/retention.h"
#include "tests/contract/fixture.h"

enum { OLD = 1000, YOUNG = 900000, NOW = 1000000 };

static enum errc add_request(struct tx *tx, bool open, int64_t at)
{
	AUTO_REQUEST struct request_row row = {
	    .open = open, .state = "completed", .created_at = at, .updated_at = at, .facts = json_object()};
	struct step_row step = {.key = "revoke-siq", .state = "done"};
	struct effect_row effect = {.step = "revoke-siq", .kind = "revoke-token", .begun_at = at};
	struct history_row history = {.at = at, .event = "start"};
	struct audit_row line = {.at = at, .actor = "U0HELP0001", .action = "repair"};
	MUST(request_insert(tx, &row));
	MUST(step_put(tx, row.id, &step));
	effect.request = line.repair = row.id;
	MUST(effect_begin(tx, &effect));
	MUST(history_add(tx, row.id, &history));
	return audit_add(tx, &line);
}

/* 1 to 5 old and closed, 6 old and open, 7 young and closed. */
static enum errc add_all(struct tx *tx, void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		MUST(add_request(tx, false, OLD));
	MUST(add_request(tx, true, OLD));
	return add_request(tx, false, YOUNG);
}

static enum errc sweep(struct tx *tx, void *arg)
{
	return retention_sweep(tx, NOW, arg);
}

static enum errc count_request(void *arg, const struct request_row *row)
{
	(void)row;
	++*(int *)arg;
	return OK;
}

static enum errc count_requests(struct tx *tx, void *arg)
{
	return request_each(tx, &(struct request_query){0}, count_request, arg);
}

static int requests(void **state)
{
	int count = 0;
	fixture_run(state, count_requests, &count);
	return count;
}

struct trail {
	struct audit_proof proof;
	char last[600];
};

static enum errc keep_last(void *arg, const struct audit_row *row)
{
	struct trail *trail = arg;
	text_copy(trail->last, sizeof trail->last, row->detail);
	return OK;
}

static enum errc walk(struct tx *tx, void *arg)
{
	struct trail *trail = arg;
	MUST(audit_each(tx, 0, keep_last, trail));
	return audit_verify(tx, &trail->proof, NULL);
}

static void old_closed_requests_and_old_words_go(void **state)
{
	struct retention_sweep s = {.before = YOUNG, .max = 100};
	struct trail trail = {0};
	fixture_run(state, add_all, NULL);
	fixture_run(state, sweep, &s);
	assert_int_equal(s.requests, 5);
	assert_int_equal(s.lines, 6);
	assert_int_equal(requests(state), 2);
	fixture_run(state, walk, &trail);
	assert_int_equal(trail.proof.n, 8);
	assert_int_equal(trail.proof.erased, 6);
	assert_string_equal(trail.last, "5 closed repairs, and the words of 6 lines");
}

static void they_go_in_batches_until_there_are_none(void **state)
{
	struct retention_sweep s = {.before = YOUNG, .max = 4};
	struct trail trail = {0};
	fixture_run(state, add_all, NULL);
	fixture_run(state, sweep, &s);
	assert_int_equal(s.requests, 4);
	assert_int_equal(s.lines, 4);
	fixture_run(state, sweep, &s);
	assert_int_equal(s.requests, 1);
	assert_int_equal(s.lines, 2);
	fixture_run(state, sweep, &s);
	assert_int_equal(s.requests + s.lines, 0);
	fixture_run(state, walk, &trail);
	assert_int_equal(trail.proof.n, 9); /* a sweep that finds nothing leaves no line */
}

static enum errc say_something(struct tx *tx, void *arg)
{
	struct outbox_row row = {.request = 2, .conversation = "C0HELP0001", .slot = "note.1"};
	(void)arg;
	row.body = json_pack("{s:s}", "text", "one more word");
	enum errc code = outbox_put(tx, &row);
	outbox_row_done(&row);
	return code;
}

static void a_request_of_which_something_is_to_be_said_stays(void **state)
{
	struct retention_sweep s = {.before = YOUNG, .max = 100};
	fixture_run(state, add_all, NULL);
	fixture_run(state, say_something, NULL);
	fixture_run(state, sweep, &s);
	assert_int_equal(s.requests, 4);
	assert_int_equal(requests(state), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(old_closed_requests_and_old_words_go),
	    CASE(they_go_in_batches_until_there_are_none),
	    CASE(a_request_of_which_something_is_to_be_said_stays),
	};
	return fixture_main("retention", tests, sizeof tests / sizeof tests[0]);
}
