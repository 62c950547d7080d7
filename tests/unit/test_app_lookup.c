/*
 * tests/unit/test_app_lookup.c - what Slack said is remembered, asked once, and awaited only so long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bot/app/lookup.h"
#include "bot/base/json.h"

enum { PATIENCE_MS = 5000, SHORT_MS = 10 };

/* A Slack that answers when it is told to, and those who ask. */
struct stage {
	struct loop *loop;
	struct lookup *lookup;
	slack_answer_fn *done[8];
	void *args[8];
	unsigned calls; /* questions that reached Slack */
	int told;
	int stop_after; /* answers */
	unsigned stop_after_calls;
	enum errc code; /* of the newest */
	char name[24];
	int64_t retry_after_ms; /* with the next answer */
	const char *wanted;     /* who is asked about */
};
static struct stage *stage;

http_ticket slack_call(struct slack *slack, const char *method, json_t *arguments, unsigned timeout_ms,
                       slack_answer_fn *done, void *arg)
{
	(void)slack;
	(void)timeout_ms;
	assert_string_equal(method, "users.info");
	assert_string_equal(json_str(arguments, "user"), stage->wanted);
	assert_true(stage->calls < 8);
	stage->done[stage->calls] = done;
	stage->args[stage->calls++] = arg;
	json_decref(arguments);
	return 1;
}

/* Slack answers question `n`: OK with a user of this name, or an error. */
static void say(unsigned n, enum errc code, const char *name)
{
	json_t *body = json_pack("{s:{s:s}}", "user", "name", name);
	struct slack_answer answer = {
	    .code = code, .body = body, .error = "", .reason = "played", .retry_after_ms = stage->retry_after_ms};

	stage->done[n](stage->args[n], &answer);
	json_decref(body);
}

static void on_value(void *arg, enum errc code, const char *error, const json_t *value)
{
	(void)arg;
	(void)error;
	stage->code = code;
	snprintf(stage->name, sizeof(stage->name), "%s", json_str(value, "name"));
	if (++stage->told == stage->stop_after)
		loop_stop(stage->loop);
}

static void on_late(void *arg)
{
	(void)arg;
	loop_stop(stage->loop);
}

/* Turns until so many have been told, but not for ever. */
static void turn_until_told(int count)
{
	struct loop_timer *late = loop_timer_new(stage->loop, on_late, NULL);

	stage->stop_after = count;
	loop_timer_set(late, PATIENCE_MS);
	loop_run(stage->loop);
	loop_timer_free(late);
	assert_int_equal(stage->told, count);
}

static void on_look(void *arg)
{
	struct loop_timer **look = arg;

	if (stage->calls >= stage->stop_after_calls)
		loop_stop(stage->loop);
	else
		loop_timer_set(*look, 1);
}

/* Turns until so many questions have reached Slack. */
static void turn_until_called(unsigned count)
{
	struct loop_timer *look, *late = loop_timer_new(stage->loop, on_late, NULL);

	look = loop_timer_new(stage->loop, on_look, &look);
	stage->stop_after_calls = count;
	loop_timer_set(late, PATIENCE_MS);
	loop_timer_set(look, 0);
	loop_run(stage->loop);
	loop_timer_free(look);
	loop_timer_free(late);
	assert_int_equal(stage->calls, count);
}

static void get(bool afresh, int64_t timeout_ms)
{
	lookup_get(stage->lookup, "U1", afresh, timeout_ms, on_value, NULL);
}

static int begin(void **state)
{
	static const struct lookup_options options = {
	    .method = "users.info", .argument = "user", .part = "user", .fresh_ms = 60000};
	static struct stage fresh;

	memset(&fresh, 0, sizeof fresh);
	stage = &fresh;
	stage->wanted = "U1";
	assert_int_equal(loop_new(&stage->loop, NULL), OK);
	stage->lookup = lookup_new(stage->loop, NULL, &options);
	*state = stage;
	return 0;
}

static int end(void **state)
{
	(void)state;
	lookup_free(stage->lookup);
	loop_shut(stage->loop);
	loop_free(stage->loop);
	return 0;
}

static void those_who_ask_together_share_one_question(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	get(false, PATIENCE_MS);
	assert_int_equal(stage->calls, 1);
	say(0, OK, "jane");
	assert_int_equal(stage->told, 2);
	assert_string_equal(stage->name, "jane");
}

static void what_is_known_is_told_without_a_question_but_later(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	say(0, OK, "jane");
	get(false, PATIENCE_MS);
	assert_int_equal(stage->told, 1);
	turn_until_told(2);
	assert_int_equal(stage->calls, 1);
	assert_string_equal(stage->name, "jane");
}

static void a_decision_asks_afresh_and_its_answer_is_remembered(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	say(0, OK, "jane");
	get(true, PATIENCE_MS);
	assert_int_equal(stage->calls, 2);
	say(1, OK, "jill");
	assert_string_equal(stage->name, "jill");
	assert_string_equal(json_str(lookup_peek(stage->lookup, "U1"), "name"), "jill");
}

static void what_slack_refuses_is_told_and_asked_again(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	say(0, ERR_NOT_FOUND, "");
	assert_int_equal(stage->code, ERR_NOT_FOUND);
	get(false, PATIENCE_MS);
	assert_int_equal(stage->calls, 2);
	say(1, OK, "jane");
	assert_int_equal(stage->code, OK);
}

static void who_waits_too_long_is_told_so_and_the_late_answer_still_counts(void **state)
{
	(void)state;
	get(false, SHORT_MS);
	turn_until_told(1);
	assert_int_equal(stage->code, ERR_TEMPORARY);
	say(0, OK, "jane");
	assert_int_equal(stage->told, 1);
	assert_non_null(lookup_peek(stage->lookup, "U1"));
}

static void what_is_forgotten_is_asked_again(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	say(0, OK, "jane");
	lookup_forget(stage->lookup, "U1");
	assert_null(lookup_peek(stage->lookup, "U1"));
	get(false, PATIENCE_MS);
	assert_int_equal(stage->calls, 2);
	say(1, OK, "jane");
}

/* Slack says that the person changed, and the answer that is on its way may be the old one. */
static void an_answer_asked_for_before_a_change_is_not_remembered(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	lookup_forget(stage->lookup, "U1");
	get(false, PATIENCE_MS);
	assert_int_equal(stage->calls, 2);
	say(0, OK, "old");
	assert_null(lookup_peek(stage->lookup, "U1"));
	assert_int_equal(stage->told, 1);
	say(1, OK, "new");
	assert_string_equal(json_str(lookup_peek(stage->lookup, "U1"), "name"), "new");
}

static void an_older_question_answered_later_changes_nothing(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	get(true, PATIENCE_MS);
	say(1, OK, "new");
	say(0, OK, "old");
	assert_string_equal(json_str(lookup_peek(stage->lookup, "U1"), "name"), "new");
}

static void a_rate_limit_is_rested_and_the_question_put_again(void **state)
{
	(void)state;
	get(false, PATIENCE_MS);
	stage->retry_after_ms = 20;
	say(0, ERR_TEMPORARY, "");
	stage->retry_after_ms = 0;
	assert_int_equal(stage->told, 0);
	stage->wanted = "U2";
	lookup_get(stage->lookup, "U2", false, SHORT_MS, on_value, NULL);
	assert_int_equal(stage->calls, 1); /* the method rests for all */
	turn_until_told(1);
	assert_int_equal(stage->code, ERR_TEMPORARY);
	stage->wanted = "U1";
	turn_until_called(2);
	say(1, OK, "jane");
	assert_int_equal(stage->told, 2);
	assert_string_equal(stage->name, "jane");
}

/* More at once than Slack allows in a minute: the rest of them follow one by one. */
static void a_crowd_is_asked_about_at_slacks_pace(void **state)
{
	static const struct lookup_options paced = {.method = "users.info",
	                                            .argument = "user",
	                                            .part = "user",
	                                            .fresh_ms = 60000,
	                                            .burst = 2,
	                                            .per_minute = 3000};

	(void)state;
	lookup_free(stage->lookup);
	stage->lookup = lookup_new(stage->loop, NULL, &paced);
	get(true, PATIENCE_MS);
	get(true, PATIENCE_MS);
	get(true, PATIENCE_MS);
	assert_int_equal(stage->calls, 2);
	turn_until_called(3);
	for (unsigned i = 0; i < 3; i++)
		say(i, OK, "jane");
	assert_int_equal(stage->told, 3);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(those_who_ask_together_share_one_question),
	    T(what_is_known_is_told_without_a_question_but_later),
	    T(a_decision_asks_afresh_and_its_answer_is_remembered),
	    T(what_slack_refuses_is_told_and_asked_again),
	    T(who_waits_too_long_is_told_so_and_the_late_answer_still_counts),
	    T(what_is_forgotten_is_asked_again),
	    T(an_answer_asked_for_before_a_change_is_not_remembered),
	    T(an_older_question_answered_later_changes_nothing),
	    T(a_rate_limit_is_rested_and_the_question_put_again),
	    T(a_crowd_is_asked_about_at_slacks_pace),
	};

	loop_block_signals();
	return cmocka_run_group_tests_name("app_lookup", tests, NULL, NULL);
}
