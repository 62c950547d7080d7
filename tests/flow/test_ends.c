/*
 * tests/flow/test_ends.c - every way a repair can end, from every step, with a kill at every boundary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static void expect_well(struct world *w, int64_t id)
{
	const char *complaint = world_complaint(w, id);
	if (complaint != NULL)
		fail_msg("%s: %s", world_state(w, id), complaint);
}

/* --- cancel --- */

static void a_cancel_from_any_point_leaves_what_was_there(void **state)
{
	(void)state;
	bool more = true;
	for (int moves = 0; more && moves < 40; moves++) {
		struct world *w = world_new();
		world_add_link(w, "04Z000000000001AAA", false);
		begin(w);
		more = world_play_some(w, 1, moves) && !text_eq(world_state(w, 1), "completed");
		if (more) {
			world_type(w, HELP, "requester", "cancel 1");
			rest(w);
			assert_string_equal(world_state(w, 1), "cancelled");
			assert_true(world_writes(w, "delete-set") <= 1);
			assert_true(world_writes(w, "grant-set") <= 1);
		}
		expect_well(w, 1);
		world_free(w);
	}
	assert_false(more);
}

static void cancel_during(const char *kind, enum errc code)
{
	struct world *w = world_new();
	w->config.salesforce.delete_account_links = true;
	world_add_link(w, "04Z000000000001AAA", false);
	w->during_kind = kind;
	w->during_user = HELP;
	w->during_roles = "requester";
	w->during_text = "cancel 1";
	if (code != OK) {
		w->fail_kind = kind;
		w->fail_code = code;
		w->fail_count = 1;
	}
	begin(w);
	world_play(w, 1);
	rest(w);
	if (!text_eq(world_state(w, 1), "cancelled"))
		fail_msg("cancelled during %s (%s): %s", kind, err_name(code), world_state(w, 1));
	expect_well(w, 1);
	assert_true(world_writes(w, "delete-set") <= 1);
	assert_true(world_writes(w, "grant-set") <= 1);
	world_free(w);
}

static void a_cancel_during_any_call_takes_effect_after_its_outcome(void **state)
{
	static const char *const kinds[] = {"person",       "find",   "look",   "end-sessions", "links-deletable",
	                                    "delete-links", "revoke", "remove", "restore"};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		cancel_during(kinds[i], OK);
		cancel_during(kinds[i], ERR_TEMPORARY);
		cancel_during(kinds[i], ERR_UNKNOWN);
		if (i >= 3)
			cancel_during(kinds[i], ERR_DENIED);
	}
}

static void a_cancel_has_all_its_tries_left_to_give_back(void **state)
{
	struct world *w = *state;
	w->during_kind = "restore";
	w->during_user = HELP;
	w->during_roles = "requester";
	w->during_text = "cancel 1";
	world_to_the_backend(w);
	w->fail_kind = "restore";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 4;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	expect_well(w, 1);
}

static void the_step_at_which_it_ends_waits_no_more(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_step_state(w, 1, "backend-check"), "skipped");
	assert_string_equal(world_step_state(w, 1, "assign-permission-set"), "done");
	assert_string_equal(world_step_state(w, 1, "connect-account"), "pending");
}

static void a_second_cancel_changes_nothing(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "cancel 1");
	world_type(w, HELP, "requester", "cancel 1");
	assert_true(world_told(w, HELP, "does not fit any more. The repair is cancelled"));
	assert_int_equal(world_writes(w, "grant-set"), 1);
}

static void abort_and_restore_gives_back(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	assert_true(world_click(w, HELP, "requester", "Abort and restore"));
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	expect_well(w, 1);
}

/* --- silence --- */

static int step_of(struct world *w)
{
	struct request_row row;
	world_repair(w, 1, &row);
	request_row_done(&row);
	return row.step;
}

static void silence_at(int step, const char *waits, const char *ends)
{
	struct world *w = world_new();
	w->config.backend.give_up_after_ms = 100 * HOUR;
	world_add_link(w, "04Z000000000001AAA", false);
	begin(w);
	for (int i = 0; i < 40 && (step_of(w) != step || !text_eq(world_state(w, 1), waits)); i++)
		world_play_some(w, 1, 1);
	assert_string_equal(world_state(w, 1), waits);
	for (int i = 0; i < 130; i++)
		world_wait(w, HOUR);
	if (!text_eq(world_state(w, 1), ends))
		fail_msg("silence at %s, step %d: %s", waits, step, world_state(w, 1));
	expect_well(w, 1);
	if (text_eq(ends, "failed")) {
		assert_true(world_click(w, HELP, "requester", "Retry"));
		world_play(w, 1);
		assert_string_equal(world_state(w, 1), "completed");
		expect_well(w, 1);
	}
	world_free(w);
}

static void silence_of_everybody_ends_it(void **state)
{
	(void)state;
	silence_at(0, "waiting_user", "expired");
	silence_at(1, "waiting_user", "expired");
	silence_at(2, "waiting_admin", "expired");
	silence_at(6, "waiting_approval", "expired");
	silence_at(6, "waiting_backend", "expired");
	silence_at(8, "waiting_user", "failed");
	silence_at(9, "waiting_user", "failed");
}

static void a_cancel_after_the_mailbox_is_connected_asks_nobody_to_connect_it(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_click(w, JANE, "", "Done");
	assert_true(world_click(w, JANE, "", "Still failing"));
	assert_true(world_click(w, HELP, "requester", "Cancel repair"));
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_says(w, "was ended (cancelled)"));
	assert_false(world_says(w, "you have to connect your mailbox again"));
	assert_false(world_says(w, "Revoked access, removed links and ended sessions"));
}

static void still_failing_fails_and_retry_asks_again(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_click(w, JANE, "", "Done");
	assert_true(world_click(w, JANE, "", "Still failing"));
	assert_string_equal(world_state(w, 1), "failed");
	expect_well(w, 1);
	assert_false(world_says(w, "repair..\\n"));
	assert_true(world_click(w, HELP, "requester", "Retry"));
	assert_true(world_click(w, JANE, "", "It works"));
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "grant-set"), 1);
}

/* --- backend --- */

static void still_present_keeps_waiting_with_a_fresh_card(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_click(w, HELP, "requester", "Still present");
	world_submit(w, HELP, "requester", "note", "they look & see");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_says(w, "they look &amp; see"));
	assert_int_equal(world_live_buttons(w), 1);
}

static void still_present_with_something_back_returns(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_add_token(w, "again", "SalesforceIQ");
	world_click(w, HELP, "requester", "Still present");
	world_submit(w, HELP, "requester", "note", "");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_live_buttons(w), 1);
	assert_true(world_says(w, "returns to step 1.4"));
}

static void a_blind_look_after_still_present_fails_and_a_retry_leaves_one_card(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	w->blind_tokens = true;
	world_click(w, HELP, "requester", "Still present");
	world_submit(w, HELP, "requester", "note", "");
	assert_string_equal(world_state(w, 1), "failed");
	w->blind_tokens = false;
	world_click(w, HELP, "requester", "Retry");
	world_click(w, OMAR, "approver", "Approve");
	world_wait(w, 25 * HOUR);
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_int_equal(world_live_buttons(w), 1);
}

static void what_comes_back_four_times_fails(void **state)
{
	struct world *w = *state;
	char handle[24];
	world_to_the_backend(w);
	for (int i = 0; i < 4; i++) {
		snprintf(handle, sizeof handle, "again%d", i);
		world_add_token(w, handle, "SalesforceIQ");
		world_type(w, HELP, "requester", "confirm 1 04567890");
		world_wait(w, 3000);
		assert_string_equal(world_state(w, 1), i < 3 ? "waiting_approval" : "failed");
		world_click(w, OMAR, "approver", "Approve");
	}
	assert_true(world_says(w, "keeps coming back"));
	expect_well(w, 1);
}

static void the_set_back_by_another_hand_is_removed_again_after_a_new_approval(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_add_set(w, "0Pa000000000009AAA", "0PS000000000001GAA", "InboxWithEinsteinActivityCapture", "", "");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "delete-set"), 2);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "grant-set"), 1);
}

/* --- what is given back --- */

static void a_date_that_has_passed_is_said_and_not_brought_back(void **state)
{
	struct world *w = *state;
	json_set_str(json_array_get(w->sets, 0), "expires", "2026-11-24T00:00:00Z");
	world_to_the_gate(w);
	world_wait(w, 48 * HOUR);
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_says(w, "that date has passed"));
	assert_int_equal(world_writes(w, "grant-set"), 0);
	assert_false(world_says(w, "What was removed is back"));
}

static void another_set_is_given_where_reassign_says_so(void **state)
{
	static char other[] = "InboxOnly";
	static char *list[] = {other};
	struct world *w = *state;
	w->config.salesforce.reassign_same = false;
	w->config.salesforce.reassign = (struct config_list){list, 1};
	w->other_set = other;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_holds(w, "InboxOnly"));
	assert_false(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void a_cancel_gives_the_old_set_whatever_reassign_says(void **state)
{
	static char other[] = "InboxOnly";
	static char *list[] = {other};
	struct world *w = *state;
	w->config.salesforce.reassign_same = false;
	w->config.salesforce.reassign = (struct config_list){list, 1};
	w->other_set = other;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
	assert_false(world_holds(w, "InboxOnly"));
}

static void a_set_to_reassign_that_does_not_exist_is_never_taken_for_given(void **state)
{
	static char other[] = "InboxOnly";
	static char *list[] = {other};
	struct world *w = *state;
	w->config.salesforce.reassign_same = false;
	w->config.salesforce.reassign = (struct config_list){list, 1};
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "InboxOnly"));
	assert_true(world_click(w, HELP, "requester", "Cancel repair"));
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	expect_well(w, 1);
}

static void a_licence_that_another_set_needs_stays_and_the_prompt_does_not_deny_it(void **state)
{
	struct world *w = *state;
	w->auto_unassign = false;
	w->licence_needed = true;
	begin(w);
	world_play_some(w, 1, 4);
	rest(w);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_string_equal(world_step_state(w, 1, "remove-license"), "skipped");
	assert_false(world_says(w, "no Inbox or EAC licence"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "grant-licence"), 0);
}

/* --- links --- */

static void links_are_deleted_where_the_org_allows_it(void **state)
{
	struct world *w = *state;
	w->config.salesforce.delete_account_links = true;
	world_add_link(w, "04Z000000000001AAA", false);
	world_add_link(w, "04Z000000000002AAA", true);
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-link 04Z000000000001AAA"), 1);
	assert_int_equal(world_writes(w, "delete-link"), 1);
	assert_false(world_says(w, "there was no mailbox link"));
}

static void an_admin_is_asked_where_links_can_not_be_deleted(void **state)
{
	struct world *w = *state;
	w->config.salesforce.delete_account_links = true;
	w->links_fixed = true;
	world_add_link(w, "04Z000000000001AAA", false);
	begin(w);
	world_play_some(w, 1, 2);
	assert_string_equal(world_state(w, 1), "waiting_admin");
	assert_int_equal(world_writes(w, "delete-link"), 0);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

/* --- a new repair after a failed one --- */

static void fail_at_giving_back(struct world *w)
{
	world_to_the_backend(w);
	w->seats_total = 0;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
}

static void a_refused_repair_does_not_end_the_failed_one(void **state)
{
	struct world *w = *state;
	fail_at_giving_back(w);
	w->frozen = true;
	begin(w);
	assert_string_equal(world_state(w, 2), "refused");
	assert_string_equal(world_state(w, 1), "failed");
	w->frozen = false;
	w->seats_total = 10;
	assert_true(world_click(w, HELP, "requester", "Retry"));
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void a_failed_repair_is_not_retried_beside_a_newer_one(void **state)
{
	struct world *w = *state;
	fail_at_giving_back(w);
	w->during_kind = "look";
	w->during_user = HELP;
	w->during_roles = "requester";
	w->during_text = "retry 1";
	w->seats_total = 10;
	begin(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_told(w, HELP, "EAC-2"));
	world_play(w, 2);
	assert_string_equal(world_state(w, 2), "completed");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

/* Guests are no Slack users that can be asked: their look-up is the one that fails here, and Jane's waits for it. */
static void a_repair_cancelled_while_it_is_checked_leaves_the_failed_one_its_debt(void **state)
{
	struct world *w = *state;
	fail_at_giving_back(w);
	w->seats_total = 10;
	w->fail_kind = "person";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 100;
	world_type(w, HELP, "requester", "repair jane@example.com <@U0GUEST01>");
	w->fail_count = 0;
	world_type(w, HELP, "requester", "cancel 2");
	assert_string_equal(world_state(w, 2), "cancelled");
	assert_true(world_click(w, HELP, "requester", "Retry"));
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

/* --- several people --- */

static void two_who_remain_need_the_gate_before_anything(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair jane@example.com bob@example.com nobody@example.com");
	rest(w);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_string_equal(world_state(w, 2), "waiting_approval");
	assert_string_equal(world_state(w, 3), "refused");
	assert_int_equal(world_writes(w, ""), 0);
}

static void a_batch_waits_for_who_is_still_looked_up_without_haste(void **state)
{
	struct world *w = *state;
	w->fail_kind = "person";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 8;
	world_type(w, HELP, "requester", "repair jane@example.com nobody@example.com");
	for (int i = 0; i < 40; i++)
		world_wait(w, 30000);
	assert_string_equal(world_state(w, 1), "waiting_user");
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
}

/* --- kills --- */

enum ending { REJECT, CANCEL, EXPIRE, RETRY, DELETE_LINKS, LOST, ENDINGS };

/* ret_parting: the boundary behind which it is no longer the way of every repair (test_repair.c kills on that one). */
static void play_ending(struct world *w, enum ending ending, int *ret_parting)
{
	*ret_parting = 0;
	if (ending == DELETE_LINKS)
		w->config.salesforce.delete_account_links = true;
	if (ending == LOST)
		w->lost_answers = 2;
	if (ending == LOST || ending == DELETE_LINKS) {
		begin(w);
		world_play(w, 1);
		return;
	}
	begin(w);
	for (int i = 0; i < 30 && !text_eq(world_state(w, 1), "waiting_approval"); i++)
		world_play_some(w, 1, 1);
	*ret_parting = w->boundary;
	if (ending == REJECT)
		world_click(w, OMAR, "approver", "Reject");
	else if (ending == CANCEL)
		world_type(w, HELP, "requester", "cancel 1");
	else if (ending == EXPIRE)
		world_wait(w, 73 * HOUR);
	else {
		world_click(w, OMAR, "approver", "Approve");
		w->seats_total = 0;
		world_type(w, HELP, "requester", "confirm 1 04567890");
		rest(w);
		w->seats_total = 10;
		world_click(w, HELP, "requester", "Retry");
		world_play(w, 1);
	}
	rest(w);
}

static bool killed_at(enum ending ending, int k, int *ret_parting)
{
	static const char *const ends[] = {"rejected", "cancelled", "expired", "completed", "completed", "completed"};
	struct world *w = world_new();
	w->crash_at = k;
	world_add_link(w, "04Z000000000001AAA", false);
	play_ending(w, ending, ret_parting);
	if (!text_eq(world_state(w, 1), ends[ending]))
		fail_msg("ending %d killed at %d: %s", (int)ending, k, world_state(w, 1));
	const char *complaint = world_complaint(w, 1);
	if (complaint != NULL)
		fail_msg("ending %d killed at %d: %s", (int)ending, k, complaint);
	assert_int_equal(world_writes(w, "delete-set"), 1);
	assert_int_equal(world_writes(w, "revoke aaaa"), 1);
	assert_int_equal(world_writes(w, "end-session"), 1);
	if (ending != RETRY)
		assert_int_equal(world_writes(w, "grant-set"), 1);
	bool over = !w->crashed;
	world_free(w);
	return over;
}

static void killed_at_any_boundary_it_ends_the_same(void **state)
{
	(void)state;
	for (enum ending ending = REJECT; ending < ENDINGS; ending++) {
		int first, unused, k;
		assert_true(killed_at(ending, 0, &first));
		for (k = first + 1; !killed_at(ending, k, &unused); k++)
			;
		assert_true(k > first + 8);
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_cancel_from_any_point_leaves_what_was_there),
	    cmocka_unit_test(a_cancel_during_any_call_takes_effect_after_its_outcome),
	    T(a_cancel_has_all_its_tries_left_to_give_back),
	    T(the_step_at_which_it_ends_waits_no_more),
	    T(a_second_cancel_changes_nothing),
	    T(abort_and_restore_gives_back),
	    cmocka_unit_test(silence_of_everybody_ends_it),
	    T(a_cancel_after_the_mailbox_is_connected_asks_nobody_to_connect_it),
	    T(still_failing_fails_and_retry_asks_again),
	    T(still_present_keeps_waiting_with_a_fresh_card),
	    T(still_present_with_something_back_returns),
	    T(a_blind_look_after_still_present_fails_and_a_retry_leaves_one_card),
	    T(what_comes_back_four_times_fails),
	    T(the_set_back_by_another_hand_is_removed_again_after_a_new_approval),
	    T(a_date_that_has_passed_is_said_and_not_brought_back),
	    T(another_set_is_given_where_reassign_says_so),
	    T(a_cancel_gives_the_old_set_whatever_reassign_says),
	    T(a_set_to_reassign_that_does_not_exist_is_never_taken_for_given),
	    T(a_licence_that_another_set_needs_stays_and_the_prompt_does_not_deny_it),
	    T(links_are_deleted_where_the_org_allows_it),
	    T(an_admin_is_asked_where_links_can_not_be_deleted),
	    T(a_refused_repair_does_not_end_the_failed_one),
	    T(a_failed_repair_is_not_retried_beside_a_newer_one),
	    T(a_repair_cancelled_while_it_is_checked_leaves_the_failed_one_its_debt),
	    T(two_who_remain_need_the_gate_before_anything),
	    T(a_batch_waits_for_who_is_still_looked_up_without_haste),
	    cmocka_unit_test(killed_at_any_boundary_it_ends_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
