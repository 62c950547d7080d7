/*
 * tests/unit/test_app_groups.c - the copy of the user groups, with a Slack that is played here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/app/groups.h"
#include "bot/base/json.h"
#include "bot/base/text.h"

enum { PATIENCE_MS = 5000, REST_MS = 20 };

/* Answers come in the next turn of the loop, one per turn. */
struct stage {
	struct loop *loop;
	struct groups *groups;
	slack_answer_fn *done[8];
	void *args[8];
	char asked[8][24];
	unsigned waiting;
	unsigned calls;
	bool limited;      /* every second call is told to rest */
	enum errc trouble; /* OK: answers */
	int told;          /* answers to our callback */
	bool ok;
};
static struct stage *stage;

static void on_turn(void *arg)
{
	slack_answer_fn *done = stage->done[0];
	void *done_arg = stage->args[0];
	json_t *body = json_pack("{s:b,s:[s,s]}", "ok", 1, "users", "U1", stage->asked[0]);
	struct slack_answer answer = {.code = stage->trouble, .body = body, .error = "", .reason = "played"};

	(void)arg;
	stage->calls++;
	if (stage->limited && stage->calls % 2 == 0) {
		answer.code = ERR_TEMPORARY;
		answer.retry_after_ms = REST_MS;
	}
	stage->waiting--;
	memmove(stage->done, stage->done + 1, sizeof stage->done - sizeof *stage->done);
	memmove(stage->args, stage->args + 1, sizeof stage->args - sizeof *stage->args);
	memmove(stage->asked, stage->asked + 1, sizeof stage->asked - sizeof *stage->asked);
	done(done_arg, &answer);
	json_decref(body);
}

http_ticket slack_call(struct slack *slack, const char *method, json_t *arguments, unsigned timeout_ms,
                       slack_answer_fn *done, void *arg)
{
	(void)slack;
	(void)timeout_ms;
	assert_string_equal(method, "usergroups.users.list");
	assert_true(stage->waiting < 8);
	stage->done[stage->waiting] = done;
	stage->args[stage->waiting] = arg;
	text_copy(stage->asked[stage->waiting], sizeof stage->asked[0], json_str(arguments, "usergroup"));
	stage->waiting++;
	json_decref(arguments);
	loop_defer(stage->loop, on_turn, NULL);
	return 1;
}

static void on_renewed(void *arg, bool ok)
{
	(void)arg;
	stage->told++;
	stage->ok = ok;
	loop_stop(stage->loop);
}

static void on_late(void *arg)
{
	(void)arg;
	loop_stop(stage->loop);
}

static char *two_groups[] = {(char[]){"S1"}, (char[]){"U7"}, (char[]){"S2"}};

/* Asks for the groups once, with this temper of Slack's. */
static void play(struct stage *play, bool limited, enum errc trouble)
{
	struct config config = {.access = {.requesters = {two_groups, 3}, .admins = {two_groups, 1}}};
	struct loop_timer *late;

	memset(play, 0, sizeof *play);
	stage = play;
	play->limited = limited;
	play->trouble = trouble;
	assert_int_equal(loop_new(&play->loop, NULL), OK);
	play->groups = groups_new(play->loop, NULL);
	late = loop_timer_new(play->loop, on_late, NULL);
	loop_timer_set(late, PATIENCE_MS);
	groups_set_config(play->groups, &config);
	groups_start(play->groups);
	groups_renew(play->groups, PATIENCE_MS, on_renewed, NULL);
	loop_run(play->loop);
	loop_timer_free(late);
}

static void end(struct stage *play)
{
	groups_free(play->groups);
	loop_shut(play->loop);
	loop_free(play->loop);
}

static void each_group_is_asked_once(void **state)
{
	struct stage s;

	(void)state;
	play(&s, false, OK);
	assert_int_equal(s.told, 1);
	assert_true(s.ok);
	assert_int_equal(s.calls, 2);
	assert_true(groups_known(s.groups));
	assert_true(groups_has(s.groups, "S1", "U1"));
	assert_false(groups_has(s.groups, "S1", "U2"));
	assert_false(groups_has(s.groups, "S9", "U1"));
	end(&s);
}

static void a_round_ends_although_each_rest_allows_one_call_only(void **state)
{
	struct stage s;

	(void)state;
	play(&s, true, OK);
	assert_int_equal(s.told, 1);
	assert_true(s.ok);
	assert_int_equal(s.calls, 3);
	end(&s);
}

static void a_group_that_slack_does_not_know_is_empty(void **state)
{
	struct stage s;

	(void)state;
	play(&s, false, ERR_NOT_FOUND);
	assert_true(s.ok);
	assert_true(groups_known(s.groups));
	assert_false(groups_has(s.groups, "S1", "U1"));
	end(&s);
}

static void what_could_not_be_asked_is_not_known(void **state)
{
	struct stage s;

	(void)state;
	play(&s, false, ERR_TEMPORARY);
	assert_int_equal(s.told, 1);
	assert_false(s.ok);
	assert_false(groups_known(s.groups));
	end(&s);
}

static void on_renewed_again(void *arg, bool ok)
{
	unsigned *left = arg;

	assert_true(ok);
	if (--*left == 0)
		loop_stop(stage->loop);
	else
		groups_renew(stage->groups, PATIENCE_MS, on_renewed_again, left);
}

/* Many decisions, one after the other: Slack allows 20 calls a minute, and a refusal would stop them all. */
static void rounds_keep_below_slacks_limit(void **state)
{
	struct loop_timer *late;
	struct stage s;
	unsigned left = 20;

	(void)state;
	play(&s, false, OK);
	late = loop_timer_new(s.loop, on_late, NULL);
	loop_timer_set(late, 200);
	groups_renew(s.groups, PATIENCE_MS, on_renewed_again, &left);
	loop_run(s.loop);
	loop_timer_free(late);
	assert_true(left > 0);
	assert_in_range(s.calls, 10, 17);
	end(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_group_is_asked_once),
	    cmocka_unit_test(a_round_ends_although_each_rest_allows_one_call_only),
	    cmocka_unit_test(a_group_that_slack_does_not_know_is_empty),
	    cmocka_unit_test(what_could_not_be_asked_is_not_known),
	    cmocka_unit_test(rounds_keep_below_slacks_limit),
	};

	loop_block_signals();
	return cmocka_run_group_tests_name("app_groups", tests, NULL, NULL);
}
