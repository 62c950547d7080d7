/*
 * tests/flow/test_decisions.c - decisions that are taken back, claims, stand-ins, and buttons that are out of date.
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

enum { TAKE_BACK_MS = 10000 };

static int setup(void **state)
{
	struct world *w = world_new();
	w->config.approval.take_back_ms = TAKE_BACK_MS;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* Up to the gate before anything is asked. */
static void to_the_first_gate(struct world *w)
{
	w->config.approval.before_teardown = true;
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static int votes(struct world *w)
{
	struct request_row row;
	world_repair(w, 1, &row);
	int n = (int)json_array_size(json_path(row.facts, "gate", "votes", NULL));
	request_row_done(&row);
	return n;
}

/* The value of the button on this answer; "" when it has none. */
static const char *button_value(const json_t *answer)
{
	size_t i;
	json_t *block;
	json_array_foreach (json_path(answer, "body", "blocks", NULL), i, block) {
		const json_t *element = json_array_get(json_get(block, "elements"), 0);
		if (text_eq(json_str(element, "action_id"), "eac.undo"))
			return json_str(element, "value");
	}
	return "";
}

/* The newest "Take back" that this person was answered with. */
static void undo_value(struct world *w, const char *user, char out[static 100])
{
	out[0] = '\0';
	for (size_t i = json_array_size(w->private_answers); i > 0 && out[0] == '\0'; i--) {
		const json_t *answer = json_array_get(w->private_answers, i - 1);
		if (text_eq(json_str(answer, "user"), user))
			text_copy(out, 100, button_value(answer));
	}
	assert_true(out[0] != '\0');
}

static void an_approval_opens_the_backend_card_and_taking_it_back_closes_it(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	assert_true(world_says(w, "Until"));
	world_type(w, OMAR, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, OMAR, "taken back"));
	assert_int_equal(votes(w), 0);
	assert_false(world_click(w, HELP, "requester", "Inbox removed"));
	assert_true(world_says(w, "has taken back the approval"));
	assert_true(world_click(w, ANA, "approver", "Approve"));
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_null(world_complaint(w, 1));
}

static void the_button_takes_it_back_and_an_old_one_does_not(void **state)
{
	struct world *w = *state;
	char first[100], second[100];
	world_to_the_backend(w);
	undo_value(w, OMAR, first);
	world_click_raw(w, OMAR, "approver", "eac.undo", first, CHANNEL, "");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_click(w, OMAR, "approver", "Approve");
	undo_value(w, OMAR, second);
	world_click_raw(w, OMAR, "approver", "eac.undo", first, CHANNEL, "");
	world_click_raw(w, ANA, "approver", "eac.undo", second, CHANNEL, "");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_told(w, ANA, "no decision of yours"));
	world_click_raw(w, OMAR, "approver", "eac.undo", second, CHANNEL, "");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void after_the_time_nothing_is_taken_back(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_wait(w, TAKE_BACK_MS);
	world_type(w, OMAR, "approver", "undo 1");
	assert_true(world_told(w, OMAR, "too late"));
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void once_it_is_confirmed_nothing_is_taken_back(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_type(w, OMAR, "approver", "undo 1");
	assert_true(world_told(w, OMAR, "gone on since"));
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void only_who_decided_takes_it_back(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_type(w, ANA, "approver", "undo 1");
	world_type(w, HELP, "requester", "undo 1");
	world_type(w, JANE, "approver admin", "undo 1");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_told(w, ANA, "no decision of yours"));
}

static void a_rejection_puts_nothing_back_before_the_time_is_over(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Reject");
	assert_string_equal(world_state(w, 1), "running");
	assert_int_equal(world_writes(w, "grant-set"), 0);
	world_wait(w, TAKE_BACK_MS / 2);
	assert_int_equal(world_writes(w, "grant-set"), 0);
	world_wait(w, TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "rejected");
	assert_int_equal(world_writes(w, "grant-set"), 1);
	assert_null(world_complaint(w, 1));
}

static void a_rejection_that_is_taken_back_asks_again(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Reject");
	world_type(w, OMAR, "approver", "undo EAC-1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_wait(w, (int64_t)2 * TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "grant-set"), 0);
	world_click(w, ANA, "approver", "Approve");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_null(world_complaint(w, 1));
}

static void a_rejection_with_nothing_to_put_back_ends_it_at_once(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Reject");
	assert_string_equal(world_state(w, 1), "rejected");
	world_type(w, OMAR, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "rejected");
}

static void the_user_is_asked_when_the_time_is_over(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "running");
	assert_false(world_click(w, JANE, "", "Done"));
	world_wait(w, TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void an_approval_before_the_teardown_is_taken_back(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, OMAR, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_wait(w, (int64_t)2 * TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_false(world_click(w, JANE, "", "Done"));
}

static void who_lost_the_right_since_the_click_starts_nothing(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	w->dropped_group = json_pack("{s:b}", OMAR, 1);
	world_wait(w, TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_says(w, "no longer counts"));
	world_click(w, ANA, "approver", "Approve");
	world_wait(w, TAKE_BACK_MS);
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void a_vote_that_decided_nothing_is_taken_back(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	assert_int_equal(votes(w), 1);
	world_mention(w, OMAR, "approver", 1, "undo");
	assert_int_equal(votes(w), 0);
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_click(w, OMAR, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void the_votes_of_others_stay(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_type(w, ANA, "approver", "undo 1");
	assert_int_equal(votes(w), 1);
	assert_true(world_says(w, "1 of 2"));
	world_click(w, BOSS, "admin", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void a_cancel_does_not_wait(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	world_type(w, OMAR, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "cancelled");
}

static void a_failure_and_a_retry_do_not_wait_for_it(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	w->blind_tokens = true;
	world_click(w, HELP, "requester", "Still present");
	world_submit(w, HELP, "requester", "note", "");
	assert_string_equal(world_state(w, 1), "failed");
	w->blind_tokens = false;
	world_type(w, OMAR, "approver", "undo 1");
	assert_string_equal(world_state(w, 1), "failed");
	world_click(w, HELP, "requester", "Retry");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void a_clock_that_was_set_back_makes_it_no_longer(void **state)
{
	struct world *w = *state;
	to_the_first_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	w->now -= (int64_t)3600 * 1000;
	world_run(w);
	for (int i = 0; i < 3; i++)
		world_wait(w, TAKE_BACK_MS);
	for (int i = 0; i < 100 && strcmp(world_state(w, 1), "waiting_user") != 0; i++)
		world_wait(w, 60000);
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void a_clock_that_leaps_back_and_forth_makes_it_no_shorter(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "Reject");
	world_wait(w, -7200 * 1000);
	world_wait(w, 7200 * 1000 + 5);
	assert_int_equal(world_writes(w, "grant-set"), 0);
	world_wait(w, TAKE_BACK_MS);
	assert_int_equal(world_writes(w, "grant-set"), 1);
}

/* Whatever is decided is taken back once and decided again, and the process dies somewhere. True: it did not. */
static bool killed_at(int k)
{
	struct world *w = world_new();
	w->config.approval.take_back_ms = TAKE_BACK_MS;
	w->config.approval.before_teardown = true;
	w->crash_at = k;
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	for (int gate = 0; gate < 2; gate++) {
		for (int i = 0; i < 30 && !text_eq(world_state(w, 1), "waiting_approval"); i++)
			world_play_some(w, 1, 1);
		if (gate == 1) {
			world_click(w, ANA, "approver", "Reject");
			world_type(w, ANA, "approver", "undo 1");
		}
		world_click(w, OMAR, "approver", "Approve");
		world_type(w, OMAR, "approver", "undo 1");
		assert_string_equal(world_state(w, 1), "waiting_approval");
		world_click(w, OMAR, "approver", "Approve");
		world_wait(w, TAKE_BACK_MS);
	}
	world_play(w, 1);
	const char *complaint = world_complaint(w, 1);
	if (complaint != NULL || !text_eq(world_state(w, 1), "completed"))
		fail_msg("killed at %d: %s, %s", k, world_state(w, 1), complaint != NULL ? complaint : "not completed");
	assert_int_equal(world_writes(w, "delete-set"), 1);
	assert_int_equal(world_writes(w, "grant-set"), 1);
	bool over = !w->crashed;
	world_free(w);
	return over;
}

static void killed_at_any_boundary_what_is_taken_back_stays_so(void **state)
{
	int k = 1;
	(void)state;
	while (!killed_at(k))
		k++;
	assert_true(k > 40);
}

/* --- "I'm on it" --- */

static void a_claim_is_on_the_card_and_blocks_nobody(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_click(w, OMAR, "approver", "I'm on it");
	assert_true(world_says(w, "<@" OMAR "> is on it since"));
	world_wait(w, w->config.approval.remind_after_ms);
	assert_true(world_says(w, "Reminder: <@" OMAR "> you look after EAC-1"));
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_type(w, HELP, "requester", "claim 1");
	assert_true(world_told(w, HELP, "noted that you are on it"));
	world_type(w, HELP, "requester", "claim 1");
	assert_true(world_told(w, HELP, "on it already"));
}

static void why_names_who_is_on_it(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "why 1");
	assert_false(world_told(w, HELP, "Looks after it"));
	world_click(w, OMAR, "approver", "I'm on it");
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "*Looks after it:* <@" OMAR ">"));
}

static void a_claim_of_an_approval_is_for_who_may_approve(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_click(w, HELP, "requester", "I'm on it");
	world_click(w, HELP, "requester approver", "I'm on it");
	world_click(w, JANE, "approver", "I'm on it");
	assert_false(world_says(w, "is on it since"));
	assert_true(world_told(w, JANE, "about you"));
}

static void a_fresh_backend_card_keeps_the_claim(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_click(w, BOSS, "admin", "I'm on it");
	world_click(w, HELP, "requester", "Still present");
	world_submit(w, HELP, "requester", "note", "a <row> is left");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_says(w, "User Access Policies"));
	assert_int_equal(world_said(w, "is on it since"), 1);
}

/* --- stand-ins --- */

static void a_standin_is_asked_beside_and_votes_once(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	world_type(w, OMAR, "approver", "delegate <@" ANA "|ana> until Friday");
	assert_true(world_told(w, OMAR, "is asked beside you"));
	assert_true(world_says(w, "has named you"));
	world_to_the_gate(w);
	assert_true(world_says(w, "<@" ANA ">: you are asked for <@" OMAR ">"));
	world_click(w, ANA, "approver", "Approve");
	assert_true(world_says(w, "approves, also for <@" OMAR ">: 1 of 2"));
	world_type(w, ANA, "approver", "approve 1");
	assert_int_equal(votes(w), 1);
	world_wait(w, w->config.approval.remind_after_ms);
	assert_true(world_says(w, "Reminder: <!subteam^S0APPROVER> <@" ANA ">"));
	world_click(w, OMAR, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void a_delegation_ends_by_its_date_or_by_a_word(void **state)
{
	struct world *w = *state;
	world_type(w, OMAR, "approver", "delegate <@" ANA "> until 3d");
	world_type(w, OMAR, "approver", "delegate off");
	assert_true(world_told(w, OMAR, "any more"));
	world_type(w, OMAR, "approver", "delegate <@" ANA "> 2h");
	world_wait(w, (int64_t)3 * 3600000);
	world_type(w, OMAR, "approver", "delegate");
	assert_true(world_told(w, OMAR, "Nobody is asked beside you. "));
	world_to_the_gate(w);
	assert_false(world_says(w, "you are asked for <@"));
}

static void only_approvers_delegate_and_only_to_approvers(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "delegate <@" ANA "> until 3d");
	assert_true(world_told(w, HELP, "You may not do that"));
	world_type(w, OMAR, "approver", "delegate <@" HELP "> until 3d");
	assert_true(world_told(w, OMAR, "may not approve here"));
	w->dropped_group = json_pack("{s:b}", ANA, 1);
	world_type(w, OMAR, "approver", "delegate <@" ANA "> until 3d");
	world_type(w, OMAR, "approver", "delegate <@" OMAR "> until 3d");
	world_type(w, OMAR, "approver", "delegate <@" ANA "> until 31d");
	world_type(w, OMAR, "approver", "delegate <@" ANA "> until Someday");
	world_type(w, OMAR, "approver", "delegate");
	assert_true(world_told(w, OMAR, "Nobody is asked beside you. "));
}

/* The requester is an approver, and away: who stands in decides by their own right, and not for the requester. */
static void who_may_not_decide_is_stood_in_for_by_nobody(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester approver", "delegate <@" ANA "> until 3d");
	world_to_the_gate(w);
	assert_false(world_says(w, "you are asked for <@"));
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_false(world_says(w, "also for"));
}

/* ... and a stand-in who may not decide does not get there by it. */
static void a_standin_is_barred_like_everybody(void **state)
{
	struct world *w = *state;
	world_type(w, OMAR, "approver", "delegate <@" ANA "> until 3d");
	world_type(w, ANA, "requester approver", "repair <@" JANE "|jane>");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_false(world_says(w, "you are asked for <@"));
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, ANA, "four eyes"));
}

/* --- buttons that are out of date --- */

static void prompt_value(struct world *w, char out[static 80])
{
	struct request_row row;
	world_repair(w, 1, &row);
	snprintf(out, 80, "1.%s", json_str(json_array_get(json_get(row.facts, "cards"), 0), "nonce"));
	request_row_done(&row);
}

static void a_forwarded_click_is_told_where_the_original_is(void **state)
{
	struct world *w = *state;
	char value[80];
	world_to_the_gate(w);
	prompt_value(w, value);
	world_click_raw(w, OMAR, "approver", "eac.approve", value, "C0OTHER01", "1600000000.000100");
	assert_true(world_told(w, OMAR, "forwarded from another channel"));
	world_click_raw(w, ANA, "approver", "eac.approve", value, CHANNEL, "1600000000.000100");
	assert_true(world_told(w, ANA, "a copy of the card"));
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void a_stale_click_is_told_why(void **state)
{
	struct world *w = *state;
	char value[80];
	world_to_the_gate(w);
	prompt_value(w, value);
	world_click(w, OMAR, "approver", "Approve");
	world_click_raw(w, ANA, "approver", "eac.approve", value, CHANNEL, "");
	assert_true(world_told(w, ANA, "what it asked is settled"));
	world_type(w, OMAR, "approver", "undo 1");
	world_click_raw(w, ANA, "approver", "eac.approve", value, CHANNEL, "");
	assert_true(world_told(w, ANA, "a newer card"));
	world_type(w, HELP, "requester", "cancel 1");
	world_play(w, 1);
	world_click_raw(w, ANA, "approver", "eac.approve", value, CHANNEL, "");
	assert_true(world_told(w, ANA, "EAC-1 is over"));
}

static void a_dialog_submitted_after_the_end_does_nothing(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_click(w, HELP, "requester", "Inbox removed");
	world_type(w, HELP, "requester", "cancel 1");
	world_play(w, 1);
	world_submit(w, HELP, "requester", "case", "04567890");
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_told(w, HELP, "EAC-1 is over"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(an_approval_opens_the_backend_card_and_taking_it_back_closes_it),
	    T(the_button_takes_it_back_and_an_old_one_does_not),
	    T(after_the_time_nothing_is_taken_back),
	    T(once_it_is_confirmed_nothing_is_taken_back),
	    T(only_who_decided_takes_it_back),
	    T(a_rejection_puts_nothing_back_before_the_time_is_over),
	    T(a_rejection_that_is_taken_back_asks_again),
	    T(a_rejection_with_nothing_to_put_back_ends_it_at_once),
	    T(the_user_is_asked_when_the_time_is_over),
	    T(an_approval_before_the_teardown_is_taken_back),
	    T(who_lost_the_right_since_the_click_starts_nothing),
	    T(a_vote_that_decided_nothing_is_taken_back),
	    T(the_votes_of_others_stay),
	    T(a_cancel_does_not_wait),
	    T(a_failure_and_a_retry_do_not_wait_for_it),
	    T(a_clock_that_was_set_back_makes_it_no_longer),
	    T(a_clock_that_leaps_back_and_forth_makes_it_no_shorter),
	    cmocka_unit_test(killed_at_any_boundary_what_is_taken_back_stays_so),
	    T(a_claim_is_on_the_card_and_blocks_nobody),
	    T(why_names_who_is_on_it),
	    T(a_claim_of_an_approval_is_for_who_may_approve),
	    T(a_fresh_backend_card_keeps_the_claim),
	    T(a_standin_is_asked_beside_and_votes_once),
	    T(a_delegation_ends_by_its_date_or_by_a_word),
	    T(only_approvers_delegate_and_only_to_approvers),
	    T(who_may_not_decide_is_stood_in_for_by_nobody),
	    T(a_standin_is_barred_like_everybody),
	    T(a_forwarded_click_is_told_where_the_original_is),
	    T(a_stale_click_is_told_why),
	    T(a_dialog_submitted_after_the_end_does_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
