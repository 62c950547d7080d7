/*
 * tests/flow/test_misuse.c - people who try to decide what they must not, and words that must not decide anything.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, TAKE_BACK_MS = 10 * SECOND };

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

static int votes(struct world *w, int64_t id)
{
	struct request_row row;
	world_repair(w, id, &row);
	int n = (int)json_array_size(json_path(row.facts, "gate", "votes", NULL));
	request_row_done(&row);
	return n;
}

static void to_the_first_gate(struct world *w)
{
	w->config.approval.before_teardown = true;
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

/* --- who they are --- */

static void who_is_known_by_the_federation_id_alone_does_not_decide_their_own(void **state)
{
	struct world *w = *state;
	w->single_sign_on = w->config.approval.before_teardown = true;
	world_type(w, HELP, "requester", "repair " JANE_SSO);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_type(w, JANE, "approver admin", "approve 1");
	world_type(w, JANE, "approver admin", "reject 1");
	world_type(w, JANE, "approver admin", "cancel 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_type(w, OMAR, "approver", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void who_is_known_by_the_federation_id_alone_does_not_ask_for_their_own(void **state)
{
	struct world *w = *state;
	w->single_sign_on = true;
	world_type(w, JANE, "requester", "repair " JANE_SSO);
	assert_string_equal(world_state(w, 1), "refused");
}

/* --- words in the thread --- */

static void talk_in_the_thread_approves_nothing(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_mention(w, OMAR, "approver", 1, "approve only when Ben is back");
	world_mention(w, OMAR, "approver", 1, "approve EAC-1 tomorrow, not today");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, OMAR, "nothing but"));
	world_mention(w, OMAR, "approver", 1, "approve, EAC-1");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void talk_in_the_thread_cancels_and_retries_nothing(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_mention(w, HELP, "requester", 1, "cancel the meeting with Jane, please");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_mention(w, HELP, "requester", 1, "cancel");
	assert_string_equal(world_state(w, 1), "cancelled");
}

static void talk_in_the_thread_confirms_nothing(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_mention(w, HELP, "requester", 1, "confirm that Inbox is gone, please");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_told(w, HELP, "/eac confirm EAC-1 CASE"));
	world_mention(w, HELP, "requester", 1, "confirm 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

/* --- settings --- */

static void looser_settings_count_from_the_next_repair_on(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_first_gate(w);
	w->config.approval.quorum = 1;
	w->config.approval.four_eyes = w->config.approval.require_case_number = false;
	world_type(w, HELP, "requester approver", "approve 1");
	assert_int_equal(votes(w, 1), 0);
	world_type(w, OMAR, "approver admin", "approve 1");
	world_type(w, OMAR, "approver admin", "take 1");
	world_type(w, ANA, "approver", "approve 1");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30 * SECOND);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_type(w, OMAR, "approver admin", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_type(w, BOSS, "admin", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_type(w, HELP, "requester", "confirm 1");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

/* --- time --- */

static void votes_that_can_not_be_checked_expire(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_first_gate(w);
	w->fail_kind = "persons";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 100000;
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, ANA, "approver", "Approve");
	for (int i = 0; i < 74; i++)
		world_wait(w, HOUR);
	assert_string_equal(world_state(w, 1), "expired");
	assert_int_equal(world_live_buttons(w), 0);
}

static void an_approval_that_comes_after_the_time_decides_nothing(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	w->now += (int64_t)73 * HOUR; /* the process stood still meanwhile: the click is read before the clock */
	world_type(w, OMAR, "approver", "approve 1");
	assert_int_equal(votes(w, 1), 0);
	world_run(w);
	assert_string_equal(world_state(w, 1), "expired");
	assert_int_equal(world_writes(w, ""), 0);
}

/* --- taking back --- */

static void a_vote_taken_back_while_all_are_checked_does_not_count(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	w->config.approval.take_back_ms = TAKE_BACK_MS;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	w->during_kind = "persons";
	w->during_user = ANA;
	w->during_roles = "approver";
	w->during_text = "undo 1";
	world_click(w, ANA, "approver", "Approve");
	world_wait(w, (int64_t)2 * TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(votes(w, 1), 1);
}

static void who_approved_before_does_not_take_back_the_rejection_of_another(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	w->config.approval.take_back_ms = TAKE_BACK_MS;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, ANA, "approver", "Reject");
	assert_string_equal(world_state(w, 1), "running");
	world_type(w, OMAR, "approver", "undo 1");
	world_type(w, HELP, "requester", "retry 1");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_type(w, BOSS, "admin", "approve 1");
	world_type(w, HELP, "requester", "cancel 1");
	world_wait(w, TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "rejected");
	world_type(w, ANA, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "rejected");
}

static void who_took_it_over_in_the_time_to_take_back_lets_nothing_pass(void **state)
{
	struct world *w = *state;
	w->config.approval.take_back_ms = TAKE_BACK_MS;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver admin", "Approve");
	world_type(w, OMAR, "approver admin", "take 1");
	world_type(w, OMAR, "approver admin", "undo 1");
	world_type(w, OMAR, "approver admin", "take 1");
	world_type(w, OMAR, "approver admin", "approve 1");
	world_wait(w, (int64_t)2 * TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void handing_it_round_lets_none_of_them_decide(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_type(w, OMAR, "approver admin", "take 1");
	world_type(w, BOSS, "admin", "take 1");
	world_type(w, HELP, "requester", "take 1");
	world_type(w, OMAR, "approver admin", "approve 1");
	world_type(w, BOSS, "admin", "reject 1");
	world_type(w, HELP, "requester approver", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(votes(w, 1), 0);
}

/* --- plans --- */

static char inbox_set[] = "InboxWithEinsteinActivityCapture", other_set[] = "InboxOnly";
static char *both_sets[] = {inbox_set, other_set};

static void a_retry_does_not_stand_for_the_approval_of_a_changed_plan(void **state)
{
	struct world *w = *state;
	w->config.salesforce.permission_sets = (struct config_list){both_sets, 2};
	w->other_set = other_set;
	w->other_is_broad = true;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_add_set(w, "0Pa000000000077AAA", "0PS000000000002GAA", other_set, "", "");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30 * SECOND);
	assert_string_equal(world_state(w, 1), "failed");
	w->config.salesforce.allow_broad = true; /* and a restart */
	world_type(w, HELP, "requester", "retry 1");
	for (int i = 0; i < 8; i++)
		world_wait(w, 30 * SECOND);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, ""), 0);
}

/* --- boards --- */

static void to_the_boards_gate(struct world *w)
{
	w->config.limits.board_from = 3;
	w->seats_total = 1000;
	w->config.escalation.after_ms = CONFIG_NEVER;
	world_type(w, HELP, "requester approver", "repair p1@example.com p2@example.com p3@example.com");
	for (int i = 0; i < 6; i++)
		world_wait(w, 4 * SECOND);
	for (int i = 1; i <= 3; i++)
		assert_string_equal(world_state(w, i), "waiting_approval");
}

static void who_took_one_over_does_not_decide_the_board(void **state)
{
	struct world *w = *state;
	to_the_boards_gate(w);
	world_type(w, OMAR, "approver admin", "take EAC-2");
	world_click(w, OMAR, "approver admin", "Approve");
	world_type(w, OMAR, "approver admin", "approve EAC-4");
	world_type(w, OMAR, "approver admin", "approve EAC-2");
	for (int i = 1; i <= 3; i++)
		world_type(w, BOSS, "admin", i == 1 ? "take EAC-1" : i == 2 ? "take EAC-2" : "take EAC-3");
	world_type(w, HELP, "requester approver", "approve EAC-4");
	world_click(w, HELP, "requester approver", "Reject");
	for (int i = 1; i <= 3; i++) {
		assert_string_equal(world_state(w, i), "waiting_approval");
		assert_int_equal(votes(w, i), 0);
	}
}

static void taking_back_for_all_leaves_who_was_cancelled_alone(void **state)
{
	struct world *w = *state;
	w->config.approval.take_back_ms = 60 * SECOND;
	to_the_boards_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, HELP, "requester", "cancel EAC-2");
	world_type(w, ANA, "approver", "undo EAC-4");
	assert_string_equal(world_state(w, 1), "running");
	world_type(w, OMAR, "approver", "undo EAC-4");
	world_wait(w, 61 * SECOND);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_string_equal(world_state(w, 2), "cancelled");
	assert_string_equal(world_state(w, 3), "waiting_approval");
	assert_int_equal(votes(w, 1) + votes(w, 3), 0);
}

static void who_took_a_vote_back_is_not_named_as_who_approved(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	w->config.approval.take_back_ms = 60 * SECOND;
	to_the_boards_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, OMAR, "approver", "undo EAC-4");
	assert_true(world_says(w, "<@" OMAR "> has taken back the approval of EAC-4"));
	world_click(w, ANA, "approver", "Approve");
	world_click(w, BOSS, "admin", "Approve");
	for (int i = 0; i < 20; i++)
		world_wait(w, 4 * SECOND);
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_says(w, "*Approved* by <@" ANA ">"));
	assert_false(world_says(w, "*Approved* by <@" OMAR ">"));
}

static void a_boards_approval_after_expiry_decides_nothing(void **state)
{
	struct world *w = *state;
	to_the_boards_gate(w);
	for (int i = 0; i < 74; i++)
		world_wait(w, HOUR);
	world_type(w, OMAR, "approver", "approve EAC-4");
	world_type(w, OMAR, "approver", "approve EAC-1");
	for (int i = 1; i <= 3; i++)
		assert_string_equal(world_state(w, i), "expired");
	assert_int_equal(world_writes(w, ""), 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(who_is_known_by_the_federation_id_alone_does_not_decide_their_own),
	    T(who_is_known_by_the_federation_id_alone_does_not_ask_for_their_own),
	    T(talk_in_the_thread_approves_nothing),
	    T(talk_in_the_thread_cancels_and_retries_nothing),
	    T(talk_in_the_thread_confirms_nothing),
	    T(looser_settings_count_from_the_next_repair_on),
	    T(votes_that_can_not_be_checked_expire),
	    T(an_approval_that_comes_after_the_time_decides_nothing),
	    T(a_vote_taken_back_while_all_are_checked_does_not_count),
	    T(who_approved_before_does_not_take_back_the_rejection_of_another),
	    T(who_took_it_over_in_the_time_to_take_back_lets_nothing_pass),
	    T(handing_it_round_lets_none_of_them_decide),
	    T(a_retry_does_not_stand_for_the_approval_of_a_changed_plan),
	    T(who_took_one_over_does_not_decide_the_board),
	    T(taking_back_for_all_leaves_who_was_cancelled_alone),
	    T(who_took_a_vote_back_is_not_named_as_who_approved),
	    T(a_boards_approval_after_expiry_decides_nothing),
	};
	return cmocka_run_group_tests_name("misuse", tests, NULL, NULL);
}
