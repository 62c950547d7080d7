/*
 * tests/flow/test_pause.c - the emergency stop, and how much may be begun in an hour.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

#define HOUR (int64_t)3600000

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void begin(struct world *w)
{
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
}

static void a_pause_refuses_new_repairs(void **state)
{
	struct world *w = *state;
	world_type(w, BOSS, "admin", "pause reason: Microsoft is down");
	begin(w);
	assert_true(world_told(w, HELP, "Microsoft is down"));
	assert_int_equal(world_count(w), 0);
	world_type(w, HELP, "requester", "repair");
	assert_null(w->dialog);
	world_type(w, BOSS, "admin", "resume");
	begin(w);
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void only_admins_pause_and_resume(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "pause");
	world_type(w, OMAR, "approver", "pause");
	begin(w);
	assert_int_equal(world_count(w), 1);
	world_type(w, BOSS, "admin", "pause");
	world_type(w, HELP, "requester", "resume");
	begin(w);
	assert_int_equal(world_count(w), 1);
}

static void a_pause_is_told_in_the_status_and_in_its_channel(void **state)
{
	static char channel[] = "C0STATUS1";
	struct world *w = *state;
	w->config.slack.status_channel = channel;
	world_type(w, BOSS, "admin", "pause reason: storm");
	assert_int_equal(world_said(w, "*Paused* by"), 1);
	world_type(w, HELP, "requester", "status");
	assert_true(world_told(w, HELP, "storm"));
	world_type(w, BOSS, "admin", "resume");
	assert_int_equal(world_said(w, "*Resumed* by"), 1);
	world_type(w, BOSS, "admin", "resume");
	assert_true(world_told(w, BOSS, "Nothing is paused"));
}

static void what_takes_nothing_away_yet_is_held_once_and_goes_on_when_resumed(void **state)
{
	struct world *w = *state;
	begin(w);
	world_type(w, BOSS, "admin", "pause");
	world_click(w, JANE, "", "Done");
	world_wait(w, HOUR);
	assert_string_equal(world_state(w, 1), "running");
	assert_int_equal(world_said(w, "Held before step 1.2"), 1);
	assert_int_equal(world_writes(w, ""), 0);
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "the bot is paused"));
	world_type(w, BOSS, "admin", "resume");
	assert_string_equal(world_state(w, 1), "waiting_user");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static void every_step_that_takes_something_away_is_held(void **state)
{
	(void)state;
	for (int moves = 0; moves < 12; moves++) {
		struct world *w = world_new();
		world_add_link(w, "04Z000000000001AAA", false);
		begin(w);
		world_play_some(w, 1, moves);
		int writes = world_writes(w, ""), grants = world_writes(w, "grant");
		world_type(w, BOSS, "admin", "pause");
		world_play(w, 1);
		world_wait(w, HOUR);
		assert_int_equal(world_writes(w, "") - world_writes(w, "grant"), writes - grants);
		world_type(w, BOSS, "admin", "resume");
		world_play(w, 1);
		assert_string_equal(world_state(w, 1), "completed");
		world_free(w);
	}
}

static void approvals_and_giving_back_go_on_while_paused(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, BOSS, "admin", "pause");
	assert_true(world_click(w, OMAR, "approver", "Approve"));
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void a_held_repair_can_be_cancelled(void **state)
{
	struct world *w = *state;
	begin(w);
	world_type(w, BOSS, "admin", "pause");
	world_click(w, JANE, "", "Done");
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	world_type(w, BOSS, "admin", "resume");
	assert_string_equal(world_state(w, 1), "cancelled");
}

static void one_that_is_being_checked_begins_after_the_resume(void **state)
{
	struct world *w = *state;
	w->during_kind = "look";
	w->during_user = BOSS;
	w->during_roles = "admin";
	w->during_text = "pause";
	begin(w);
	world_wait(w, HOUR);
	assert_string_equal(world_state(w, 1), "checking");
	assert_true(world_told(w, HELP, "has not begun"));
	assert_int_equal(json_array_size(w->messages), 0);
	world_type(w, BOSS, "admin", "resume");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void a_pause_survives_a_restart(void **state)
{
	struct world *w = *state;
	world_type(w, BOSS, "admin", "pause");
	commands_free(w->commands);
	w->commands = commands_new(&w->config);
	begin(w);
	assert_int_equal(world_count(w), 0);
}

static void fail_at_giving_back(struct world *w)
{
	world_to_the_backend(w);
	w->seats_total = 0;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
	assert_string_equal(world_state(w, 1), "failed");
}

static void failures_that_pile_up_pause_by_themselves(void **state)
{
	struct world *w = *state;
	w->config.limits.pause_after_failures = 1;
	fail_at_giving_back(w);
	assert_true(world_says(w, "limits.pause_after_failures"));
	world_type(w, HELP, "requester", "repair twin@example.com");
	assert_true(world_told(w, HELP, "failed at my own steps"));
	world_type(w, BOSS, "admin", "resume");
	w->seats_total = 10;
	world_click(w, HELP, "requester", "Retry");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static void the_failures_of_one_repair_count_once(void **state)
{
	struct world *w = *state;
	w->config.limits.pause_after_failures = 2;
	fail_at_giving_back(w);
	world_click(w, HELP, "requester", "Retry");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
	assert_string_equal(world_state(w, 1), "failed");
	assert_false(world_says(w, "*Paused*"));
}

static void a_failure_at_a_persons_step_does_not_count(void **state)
{
	struct world *w = *state;
	w->config.limits.pause_after_failures = 1;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Still failing");
	assert_string_equal(world_state(w, 1), "failed");
	assert_false(world_says(w, "*Paused*"));
}

static void an_hour_has_its_limit_for_one_person_and_for_all(void **state)
{
	struct world *w = *state;
	w->config.limits.per_requester_hour = 1;
	begin(w);
	world_type(w, HELP, "requester", "repair bob@example.com");
	assert_true(world_told(w, HELP, "limits.per_requester_hour"));
	assert_true(world_told(w, HELP, "possible again <!date^"));
	w->config.limits.per_hour = 1;
	world_type(w, BOSS, "admin", "repair bob@example.com");
	assert_true(world_told(w, BOSS, "limits.per_hour"));
	world_type(w, ANA, "requester", "repair bob@example.com twin@example.com");
	assert_true(world_told(w, ANA, "fewer people"));
	assert_int_equal(world_count(w), 1);
	world_wait(w, HOUR);
	world_type(w, HELP, "requester", "repair bob@example.com");
	assert_int_equal(world_count(w), 2);
}

static void a_pause_between_two_tokens_leaves_the_second(void **state)
{
	struct world *w = *state;
	w->during_kind = "revoke";
	w->during_user = BOSS;
	w->during_roles = "admin";
	w->during_text = "pause reason: look first";
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	for (int i = 0; i < 4; i++)
		world_wait(w, 30000);
	assert_int_equal(world_writes(w, "revoke"), 1);
	assert_string_equal(world_state(w, 1), "running");
	world_type(w, BOSS, "admin", "resume");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "revoke"), 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_pause_refuses_new_repairs),
	    T(only_admins_pause_and_resume),
	    T(a_pause_is_told_in_the_status_and_in_its_channel),
	    T(what_takes_nothing_away_yet_is_held_once_and_goes_on_when_resumed),
	    cmocka_unit_test(every_step_that_takes_something_away_is_held),
	    T(approvals_and_giving_back_go_on_while_paused),
	    T(a_held_repair_can_be_cancelled),
	    T(one_that_is_being_checked_begins_after_the_resume),
	    T(a_pause_survives_a_restart),
	    T(failures_that_pile_up_pause_by_themselves),
	    T(the_failures_of_one_repair_count_once),
	    T(a_pause_between_two_tokens_leaves_the_second),
	    T(a_failure_at_a_persons_step_does_not_count),
	    T(an_hour_has_its_limit_for_one_person_and_for_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
