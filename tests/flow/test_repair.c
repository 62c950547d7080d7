/*
 * tests/flow/test_repair.c - whole repairs through the real engine, commands and store.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "tests/flow/world.h"

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

/* Up to the approval prompt. */
static void to_the_gate(struct world *w)
{
	begin(w);
	assert_true(world_click(w, JANE, "", "Done"));
	assert_true(world_click(w, JANE, "", "Not installed"));
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void to_the_backend(struct world *w)
{
	to_the_gate(w);
	assert_true(world_click(w, OMAR, "approver", "Approve"));
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void a_repair_completes_and_gives_back_what_it_took(void **state)
{
	struct world *w = *state;
	begin(w);
	assert_true(world_told(w, HELP, "EAC-1"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
	assert_int_equal(world_writes(w, "delete-set"), 1);
	assert_int_equal(world_writes(w, "grant-set"), 1);
	assert_int_equal(world_writes(w, "revoke"), 2);
	assert_int_equal(world_writes(w, "revoke cccc"), 0);
	assert_int_equal(world_writes(w, "end-session"), 1);
	assert_int_equal(world_live_buttons(w), 0);
	assert_false(world_doubled(w));
}

static void nothing_is_posted_while_it_is_refused(void **state)
{
	struct world *w = *state;
	w->frozen = true;
	begin(w);
	assert_string_equal(world_state(w, 1), "refused");
	assert_int_equal(json_array_size(w->messages), 0);
	assert_true(world_told(w, HELP, "frozen"));
}

static void two_users_behind_one_address_are_listed_and_nothing_begins(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_type(w, HELP, "requester", "repair twin@example.com");
	world_repair(w, 1, &row);
	assert_string_equal(row.state, "refused");
	assert_string_equal(row.reason, "ambiguous");
	assert_true(world_told(w, HELP, "twin2@example.com"));
	request_row_done(&row);
}

static void reason_of(struct world *w, int64_t id, char out[32])
{
	struct request_row row;
	world_repair(w, id, &row);
	text_copy(out, 32, row.reason);
	request_row_done(&row);
}

static void a_person_without_the_set_is_refused(void **state)
{
	struct world *w = *state;
	char reason[32];
	json_array_clear(w->sets);
	begin(w);
	reason_of(w, 1, reason);
	assert_string_equal(reason, "nothing_assigned");
}

static void a_set_that_comes_through_a_group_is_never_touched(void **state)
{
	struct world *w = *state;
	char reason[32];
	json_array_clear(w->sets);
	world_add_set(w, "0Pa000000000077AAA", "0PS000000000077GAA", "SalesBundle", "0PG000000000001AAA", "");
	begin(w);
	reason_of(w, 1, reason);
	assert_string_equal(reason, "group_only");
}

static void a_broad_set_is_refused(void **state)
{
	struct world *w = *state;
	char reason[32];
	w->set_is_broad = true;
	begin(w);
	reason_of(w, 1, reason);
	assert_string_equal(reason, "broad_set");
}

static void blindness_is_never_taken_for_absence(void **state)
{
	struct world *w = *state;
	char reason[32];
	w->blind_tokens = true;
	begin(w);
	reason_of(w, 1, reason);
	assert_string_equal(reason, "bot_rights");
}

static void a_guest_has_no_usable_slack_account(void **state)
{
	struct world *w = *state;
	char reason[32];
	world_type(w, HELP, "requester", "repair <@U0GUEST01>");
	reason_of(w, 1, reason);
	assert_string_equal(reason, "no_slack_user");
}

static void ones_own_account_is_refused(void **state)
{
	struct world *w = *state;
	char reason[32];
	world_type(w, JANE, "requester", "repair <@" JANE ">");
	reason_of(w, 1, reason);
	assert_string_equal(reason, "own_account");
}

static void a_second_repair_of_the_same_person_is_a_duplicate(void **state)
{
	struct world *w = *state;
	char reason[32];
	begin(w);
	begin(w);
	reason_of(w, 2, reason);
	assert_string_equal(reason, "duplicate");
	assert_true(world_told(w, HELP, "EAC-1"));
}

static void who_may_not_ask_gets_an_answer_and_no_repair(void **state)
{
	struct world *w = *state;
	world_type(w, OMAR, "approver", "repair jane@example.com");
	assert_true(world_told(w, OMAR, "may not"));
	world_type(w, HELP, "requester guest", "repair jane@example.com");
	assert_true(world_told(w, HELP, "Guests"));
	assert_int_equal(json_array_size(w->messages), 0);
}

static void the_requester_may_not_approve(void **state)
{
	struct world *w = *state;
	to_the_gate(w);
	world_click(w, HELP, "requester approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, HELP, "four eyes"));
}

static void the_target_never_approves(void **state)
{
	struct world *w = *state;
	to_the_gate(w);
	world_click(w, JANE, "approver admin", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void a_typed_approval_and_a_mention_do_what_the_button_does(void **state)
{
	struct world *w = *state;
	to_the_gate(w);
	world_mention(w, OMAR, "approver", 1, "approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_type(w, ANA, "approver", "approve EAC-1");
	assert_true(world_told(w, ANA, "does not fit any more"));
}

static void a_check_tells_and_leaves_nothing_behind(void **state)
{
	struct world *w = *state;
	world_type(w, OMAR, "approver", "check jane@example.com");
	assert_true(world_told(w, OMAR, "A repair is possible"));
	world_type(w, OMAR, "approver", "check twin@example.com");
	assert_true(world_told(w, OMAR, "would be refused"));
	assert_int_equal(json_array_size(w->messages), 0);
	assert_int_equal(world_count(w), 0);
	assert_int_equal(world_writes(w, ""), 0);
}

static void the_user_can_type_what_the_buttons_say(void **state)
{
	struct world *w = *state;
	begin(w);
	world_direct(w, JANE, "help");
	assert_true(world_says(w, "needs help with step 1.1"));
	world_direct(w, JANE, "done");
	world_direct(w, JANE, "Not installed");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_direct(w, JANE, "status");
	assert_true(world_says(w, "*EAC-1*"));
}

static void a_rejection_gives_back_first(void **state)
{
	struct world *w = *state;
	to_the_gate(w);
	assert_false(world_holds(w, "InboxWithEinsteinActivityCapture"));
	world_click(w, OMAR, "approver", "Reject");
	assert_string_equal(world_state(w, 1), "rejected");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
	assert_int_equal(world_live_buttons(w), 0);
}

static void a_cancel_before_anything_was_removed_touches_nothing(void **state)
{
	struct world *w = *state;
	begin(w);
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_int_equal(world_writes(w, "grant"), 0);
	assert_int_equal(world_writes(w, "delete-set"), 0);
}

static void a_gate_that_expires_gives_back_first(void **state)
{
	struct world *w = *state;
	to_the_gate(w);
	world_wait(w, (int64_t)73 * 3600000);
	assert_string_equal(world_state(w, 1), "expired");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void a_silent_user_expires_at_the_beginning_and_fails_at_the_end(void **state)
{
	struct world *w = *state;
	begin(w);
	world_wait(w, (int64_t)73 * 3600000);
	assert_string_equal(world_state(w, 1), "expired");
	begin(w);
	world_play(w, 2);
	(void)w;
}

static void a_taken_seat_fails_and_a_retry_heals(void **state)
{
	struct world *w = *state;
	to_the_backend(w);
	w->seats_total = 0;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	for (int i = 0; i < 6; i++)
		world_wait(w, 10000);
	assert_string_equal(world_state(w, 1), "failed");
	w->seats_total = 10;
	assert_true(world_click(w, HELP, "requester", "Retry"));
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void what_is_owed_is_paid_by_the_next_repair(void **state)
{
	struct world *w = *state;
	struct request_row row;
	to_the_backend(w);
	w->seats_total = 0;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	for (int i = 0; i < 6; i++)
		world_wait(w, 10000);
	assert_string_equal(world_state(w, 1), "failed");
	w->seats_total = 10;
	begin(w);
	world_repair(w, 1, &row);
	assert_string_equal(row.state, "cancelled");
	assert_string_equal(row.reason, "superseded");
	request_row_done(&row);
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 2), "waiting_approval");
	world_type(w, OMAR, "approver", "reject 2");
	assert_string_equal(world_state(w, 2), "rejected");
	assert_true(world_holds(w, "InboxWithEinsteinActivityCapture"));
}

static void an_expiry_date_comes_back_with_the_set(void **state)
{
	struct world *w = *state;
	json_set_str(json_array_get(w->sets, 0), "expires", "2027-01-31T00:00:00Z");
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_string_equal(json_str(json_array_get(w->sets, 0), "expires"), "2027-01-31T00:00:00Z");
}

static void a_token_that_came_back_returns_to_1_4_and_needs_a_new_approval(void **state)
{
	struct world *w = *state;
	to_the_backend(w);
	world_add_token(w, "again", "SalesforceIQ");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "revoke again"), 1);
	assert_int_equal(world_writes(w, "delete-set"), 1);
}

static void an_admin_removes_the_links_and_the_login_link_stays(void **state)
{
	struct world *w = *state;
	world_add_link(w, "04Z000000000001AAA", false);
	world_add_link(w, "04Z000000000002AAA", true);
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(json_array_size(w->links), 1);
	assert_int_equal(world_writes(w, "delete-link"), 0);
}

static void a_licence_that_does_not_go_by_itself_is_removed_and_given_back(void **state)
{
	struct world *w = *state;
	w->auto_unassign = false;
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-licence"), 1);
	assert_int_equal(world_writes(w, "grant-licence"), 1);
	assert_string_equal(world_step_state(w, 1, "remove-license"), "done");
}

static void a_broad_licence_stays_and_the_step_says_skipped(void **state)
{
	struct world *w = *state;
	json_array_clear(w->licences);
	world_add_licence(w, "2LA000000000005AAA", "0PL000000000005GAA", "SalesCloudEinsteinPsl", true);
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_string_equal(world_step_state(w, 1, "remove-license"), "skipped");
	assert_int_equal(world_writes(w, "delete-licence"), 0);
}

static void a_lost_answer_is_looked_up_and_not_repeated(void **state)
{
	struct world *w = *state;
	w->lost_answers = 9;
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-set"), 1);
	assert_int_equal(world_writes(w, "grant-set"), 1);
	assert_int_equal(world_writes(w, "revoke aaaa"), 1);
}

static void a_stale_and_a_copied_button_are_told_so(void **state)
{
	struct world *w = *state;
	begin(w);
	const json_t *card = NULL;
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		if (text_eq(json_str(m, "channel"), "@" JANE))
			card = m;
	char value[64];
	const json_t *blocks = json_path(card, "body", "blocks", NULL);
	const json_t *actions = json_array_get(blocks, json_array_size(blocks) - 1);
	text_copy(value, sizeof value, json_str(json_array_get(json_get(actions, "elements"), 0), "value"));
	world_click_raw(w, JANE, "", "eac.done", value, CHANNEL, "1.000100");
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_told(w, JANE, "out of date"));
	world_click(w, JANE, "", "Done");
	world_click_raw(w, JANE, "", "eac.done", value, "@" JANE, json_str(card, "ts"));
	assert_string_equal(world_step_state(w, 1, "sign-out-addin"), "waiting");
}

static void the_case_number_is_checked_in_the_dialog(void **state)
{
	struct world *w = *state;
	to_the_backend(w);
	world_click(w, HELP, "requester", "Inbox removed");
	world_submit(w, HELP, "requester", "case", "no");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	world_submit(w, HELP, "requester", "case", "04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void two_approvers_are_needed_where_the_quorum_says_so(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, OMAR, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

struct votes {
	int of_omar, of_ana;
};

static enum errc count_vote(void *arg, const struct audit_row *row)
{
	struct votes *votes = arg;
	bool vote = text_eq(row->action, "approve") && text_eq(row->via, "button") && row->repair == 1;
	votes->of_omar += vote && text_eq(row->actor, OMAR);
	votes->of_ana += vote && text_eq(row->actor, ANA);
	return OK;
}

static enum errc count_votes(struct tx *tx, void *arg)
{
	return audit_each(tx, 0, count_vote, arg);
}

static void every_vote_is_in_the_audit_trail_with_its_voter(void **state)
{
	struct world *w = *state;
	struct votes votes = {0};
	w->config.approval.quorum = 2;
	to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, ANA, "approver", "Approve");
	assert_int_equal(store_run(w->store, count_votes, &votes), OK);
	assert_int_equal(votes.of_omar, 1);
	assert_int_equal(votes.of_ana, 1);
}

static void a_vote_of_somebody_who_left_the_group_no_longer_counts(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_gate(w);
	world_click(w, OMAR, "approver", "Approve");
	w->dropped_group = json_pack("{s:b}", OMAR, 1);
	world_click(w, ANA, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_says(w, "no longer counts"));
}

static void a_gate_stands_before_anything_where_that_is_set(void **state)
{
	struct world *w = *state;
	w->config.approval.before_teardown = true;
	begin(w);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_false(world_click(w, JANE, "", "Done"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static void two_people_at_once_force_the_gate_before(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair jane@example.com, nobody@example.com");
	world_wait(w, 1000);
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_string_equal(world_state(w, 2), "refused");
}

static void salesforce_away_for_an_hour_loses_nothing(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "Done");
	for (int i = 0; i < 30; i++) {
		w->fail_next = ERR_TEMPORARY;
		world_wait(w, 120000);
	}
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static void a_plan_that_changed_after_the_approval_is_asked_again(void **state)
{
	struct world *w = *state;
	w->config.approval.before_teardown = true;
	begin(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, JANE, "", "Done");
	json_set_str(json_array_get(w->sets, 0), "expires", "2027-01-31T00:00:00Z");
	world_click(w, JANE, "", "Not installed");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "delete-set"), 0);
	assert_int_equal(world_writes(w, "revoke"), 0);
	assert_true(world_says(w, "is void"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_string_equal(json_str(json_array_get(w->sets, 0), "expires"), "2027-01-31T00:00:00Z");
}

static void a_changed_expiry_date_is_the_one_given_back(void **state)
{
	struct world *w = *state;
	begin(w);
	json_set_str(json_array_get(w->sets, 0), "expires", "2027-03-31T00:00:00Z");
	world_play(w, 1);
	assert_string_equal(json_str(json_array_get(w->sets, 0), "expires"), "2027-03-31T00:00:00Z");
}

/* Plays a repair with a kill at boundary k; true when there were fewer boundaries than that. */
static bool play_killed_at(int k)
{
	struct world *w = world_new();
	w->crash_at = k;
	world_add_link(w, "04Z000000000001AAA", false);
	begin(w);
	world_play(w, 1);
	if (!text_eq(world_state(w, 1), "completed"))
		fail_msg("killed at boundary %d it ended %s", k, world_state(w, 1));
	assert_int_equal(world_writes(w, "delete-set"), 1);
	assert_int_equal(world_writes(w, "grant-set"), 1);
	assert_int_equal(world_writes(w, "revoke aaaa"), 1);
	assert_int_equal(world_writes(w, "revoke bbbb"), 1);
	assert_int_equal(world_writes(w, "end-session"), 1);
	assert_false(world_doubled(w));
	assert_int_equal(world_live_buttons(w), 0);
	bool over = !w->crashed;
	world_free(w);
	return over;
}

static void killed_at_any_boundary_it_ends_the_same(void **state)
{
	(void)state;
	int k = 1;
	while (!play_killed_at(k))
		k++;
	assert_true(k > 60);
	print_message("          %d boundaries\n", k - 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_repair_completes_and_gives_back_what_it_took),
	    T(nothing_is_posted_while_it_is_refused),
	    T(two_users_behind_one_address_are_listed_and_nothing_begins),
	    T(a_person_without_the_set_is_refused),
	    T(a_set_that_comes_through_a_group_is_never_touched),
	    T(a_broad_set_is_refused),
	    T(blindness_is_never_taken_for_absence),
	    T(a_guest_has_no_usable_slack_account),
	    T(ones_own_account_is_refused),
	    T(a_second_repair_of_the_same_person_is_a_duplicate),
	    T(who_may_not_ask_gets_an_answer_and_no_repair),
	    T(the_requester_may_not_approve),
	    T(the_target_never_approves),
	    T(a_typed_approval_and_a_mention_do_what_the_button_does),
	    T(a_check_tells_and_leaves_nothing_behind),
	    T(the_user_can_type_what_the_buttons_say),
	    T(a_rejection_gives_back_first),
	    T(a_cancel_before_anything_was_removed_touches_nothing),
	    T(a_gate_that_expires_gives_back_first),
	    T(a_silent_user_expires_at_the_beginning_and_fails_at_the_end),
	    T(a_taken_seat_fails_and_a_retry_heals),
	    T(what_is_owed_is_paid_by_the_next_repair),
	    T(an_expiry_date_comes_back_with_the_set),
	    T(a_token_that_came_back_returns_to_1_4_and_needs_a_new_approval),
	    T(an_admin_removes_the_links_and_the_login_link_stays),
	    T(a_licence_that_does_not_go_by_itself_is_removed_and_given_back),
	    T(a_broad_licence_stays_and_the_step_says_skipped),
	    T(a_lost_answer_is_looked_up_and_not_repeated),
	    T(a_stale_and_a_copied_button_are_told_so),
	    T(the_case_number_is_checked_in_the_dialog),
	    T(two_approvers_are_needed_where_the_quorum_says_so),
	    T(every_vote_is_in_the_audit_trail_with_its_voter),
	    T(a_vote_of_somebody_who_left_the_group_no_longer_counts),
	    T(a_gate_stands_before_anything_where_that_is_set),
	    T(a_plan_that_changed_after_the_approval_is_asked_again),
	    T(a_changed_expiry_date_is_the_one_given_back),
	    T(two_people_at_once_force_the_gate_before),
	    T(salesforce_away_for_an_hour_loses_nothing),
	    cmocka_unit_test(killed_at_any_boundary_it_ends_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
