/*
 * tests/flow/test_doors.c - who says it, where, in which words, and how late.
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

static void a_case_number_in_the_thread_is_no_repair(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_mention(w, HELP, "requester", 1, "confirm 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void another_repairs_bare_number_in_the_thread_does_nothing(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_mention(w, OMAR, "approver", 1, "reject 2 users complained");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, OMAR, "EAC-1"));
}

static void a_repair_may_be_named_in_its_own_thread(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_mention(w, HELP, "requester", 1, "confirm EAC-1 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void who_asks_in_a_thread_about_a_repair_without_one_is_answered_there(void **state)
{
	struct world *w = *state;
	begin(w);
	world_type(w, HELP, "requester", "repair nobody@example.com");
	assert_string_equal(world_state(w, 2), "refused");
	world_mention(w, HELP, "requester", 1, "why EAC-2");
	assert_true(world_told(w, HELP, "nothing is waited for"));
}

static void the_affected_user_sees_no_repair_of_others(void **state)
{
	struct world *w = *state;
	begin(w);
	world_type(w, JANE, "", "status twin@example.com");
	assert_false(world_told(w, JANE, "There is no open repair of that person"));
	assert_true(world_told(w, JANE, "*EAC-1*"));
	json_array_clear(w->private_answers);
	world_type(w, JANE, "", "status");
	assert_true(world_told(w, JANE, "*EAC-1*"));
}

static void a_guest_does_nothing_in_any_state(void **state)
{
	static const char *const words[] = {"approve 1",
	                                    "reject 1",
	                                    "cancel 1",
	                                    "done 1",
	                                    "confirm 1 04567890",
	                                    "retry 1",
	                                    "status 1",
	                                    "why 1",
	                                    "list",
	                                    "history jane@example.com",
	                                    "status",
	                                    "repair jane@example.com",
	                                    "check jane@example.com"};
	struct world *w = *state;
	world_to_the_gate(w);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		json_array_clear(w->private_answers);
		world_type(w, "U0GUEST01", "requester approver admin guest", words[i]);
		if (!world_told(w, "U0GUEST01", "Guests"))
			fail_msg("%s: %s", words[i], json_str(json_array_get(w->private_answers, 0), "text"));
	}
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void what_the_state_does_not_wait_for_changes_nothing(void **state)
{
	static const char *const words[] = {"approve 1", "reject 1", "confirm 1 04567890", "retry 1"};
	struct world *w = *state;
	begin(w);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		json_array_clear(w->private_answers);
		world_type(w, BOSS, "admin", words[i]);
		assert_string_equal(world_state(w, 1), "waiting_user");
		assert_true(world_told(w, BOSS, "does not fit any more"));
	}
}

static void the_target_with_every_role_only_does_their_own_part(void **state)
{
	static const char *const words[] = {"approve 1", "reject 1", "cancel 1"};
	struct world *w = *state;
	world_to_the_gate(w);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		json_array_clear(w->private_answers);
		world_type(w, JANE, "requester approver admin", words[i]);
		assert_string_equal(world_state(w, 1), "waiting_approval");
		assert_true(world_told(w, JANE, "about you"));
	}
	world_type(w, JANE, "", "why 1");
	assert_true(world_told(w, JANE, "waiting for an approver"));
}

static void an_approver_does_not_cancel_and_a_requester_does_not_approve(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_type(w, OMAR, "approver", "cancel 1");
	world_type(w, "U0HELP002", "requester", "approve 1");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_told(w, OMAR, "You may not do that"));
	assert_true(world_told(w, "U0HELP002", "You may not do that"));
}

static void the_requester_decides_where_four_eyes_are_off(void **state)
{
	struct world *w = *state;
	w->config.approval.four_eyes = false;
	world_to_the_gate(w);
	world_click(w, HELP, "requester approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
}

static void a_second_click_on_approve_is_out_of_date(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_to_the_gate(w);
	world_repair(w, 1, &row);
	const json_t *card = json_array_get(json_get(row.facts, "cards"), 0);
	char value[64];
	snprintf(value, sizeof value, "1.%s", json_str(card, "nonce"));
	request_row_done(&row);
	world_click(w, OMAR, "approver", "Approve");
	world_click_raw(w, ANA, "approver", "eac.reject", value, CHANNEL, "");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	assert_true(world_told(w, ANA, "out of date"));
}

static void a_button_under_a_foreign_action_does_nothing(void **state)
{
	struct world *w = *state;
	struct request_row row;
	world_to_the_gate(w);
	world_repair(w, 1, &row);
	char value[64];
	snprintf(value, sizeof value, "1.%s", json_str(json_array_get(json_get(row.facts, "cards"), 0), "nonce"));
	request_row_done(&row);
	world_click_raw(w, HELP, "requester", "eac.abort", value, CHANNEL, "");
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void not_now_waits_until_the_day_chosen(void **state)
{
	struct world *w = *state;
	struct request_row row;
	begin(w);
	world_click(w, JANE, "", "Not now");
	world_submit(w, JANE, "", "until", "2026-11-20");
	world_submit(w, JANE, "", "until", "2026-12-01");
	assert_true(world_says(w, "asks to wait until"));
	world_wait(w, (int64_t)80 * 3600000);
	assert_string_equal(world_state(w, 1), "waiting_user");
	world_repair(w, 1, &row);
	assert_true(row.wake_at > w->now);
	request_row_done(&row);
	world_wait(w, (int64_t)11 * 24 * 3600000);
	assert_string_equal(world_state(w, 1), "expired");
}

static void a_person_without_slack_is_served_by_the_thread(void **state)
{
	struct world *w = *state;
	w->nobody_in_slack = true;
	world_type(w, HELP, "requester", "repair jane@example.com");
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_says(w, "no usable Slack account"));
	for (int i = 0; i < 2; i++)
		assert_true(world_click(w, HELP, "requester", "Mark done"));
	world_wait(w, 3000);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	assert_true(world_click(w, HELP, "requester", "Mark done"));
	assert_true(world_click(w, HELP, "requester", "Mark done"));
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_live_buttons(w), 0);
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		assert_string_equal(json_str(m, "channel"), CHANNEL);
}

static void an_undeliverable_direct_message_asks_the_helpdesk(void **state)
{
	struct world *w = *state;
	w->closed = "@" JANE;
	begin(w);
	assert_true(world_says(w, "by direct message"));
	world_type(w, JANE, "", "done 1");
	assert_true(world_says(w, "the user's word"));
	assert_true(world_click(w, HELP, "requester", "Mark done"));
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "waiting_approval");
}

static void a_closed_channel_is_told_once_and_the_repair_goes_on(void **state)
{
	struct world *w = *state;
	begin(w);
	w->closed = CHANNEL;
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	world_type(w, OMAR, "approver", "approve 1");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_int_equal(world_said(w, "any more (is_archived)"), 1);
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "It works");
	assert_string_equal(world_state(w, 1), "completed");
}

static void a_channel_closed_from_the_beginning_stops_nothing(void **state)
{
	struct world *w = *state;
	w->closed = CHANNEL;
	begin(w);
	assert_int_equal(world_said(w, "any more (is_archived)"), 1);
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	world_type(w, OMAR, "approver", "approve 1");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "It works");
	assert_string_equal(world_state(w, 1), "completed");
}

static void words_of_the_requester_stay_out_of_direct_messages(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair <@" JANE "> reason: zebra & <!here> *bold*");
	world_play(w, 1);
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m) {
		char *all = json_text(json_get(m, "body"));
		if (text_eq(json_str(m, "channel"), "@" JANE))
			assert_null(strstr(all, "zebra"));
		assert_null(strstr(all, "<!here>"));
		assert_null(strstr(all, "&amp;amp;"));
		free(all);
	}
	assert_true(world_says(w, "zebra"));
}

static void anyway_is_for_admins_with_a_reason(void **state)
{
	struct world *w = *state;
	json_set_str(w->connection, "status", "NEEDSATTENTIONGLOBAL");
	begin(w);
	assert_string_equal(world_state(w, 1), "refused");
	world_type(w, HELP, "requester", "repair <@" JANE "> anyway reason: x");
	assert_true(world_told(w, HELP, "for admins"));
	world_type(w, BOSS, "admin", "repair <@" JANE "> anyway");
	assert_true(world_told(w, BOSS, "needs a reason"));
	world_type(w, BOSS, "admin", "repair <@" JANE "> anyway reason: known outage");
	assert_string_equal(world_state(w, 2), "waiting_user");
}

static void the_limits_refuse_without_a_repair(void **state)
{
	struct world *w = *state;
	w->config.limits.batch = 2;
	world_type(w, HELP, "requester", "repair a@example.com b@example.com c@example.com");
	assert_true(world_told(w, HELP, "limits.batch"));
	w->config.limits.per_requester_day = 1;
	begin(w);
	world_type(w, HELP, "requester", "repair twin@example.com");
	assert_true(world_told(w, HELP, "per_requester_day"));
	assert_int_equal(world_count(w), 1);
	w->config.limits.per_requester_day = 9;
	w->config.limits.open_repairs = 1;
	world_type(w, HELP, "requester", "repair twin@example.com");
	assert_true(world_told(w, HELP, "open_repairs"));
}

static void a_refused_repair_does_not_count_for_the_day(void **state)
{
	struct world *w = *state;
	w->config.limits.per_requester_day = 1;
	world_type(w, HELP, "requester", "repair twin@example.com");
	begin(w);
	assert_string_equal(world_state(w, 2), "waiting_user");
}

static void the_dialog_begins_a_repair_in_its_channel(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair");
	world_submit(w, HELP, "requester", "who", JANE);
	assert_string_equal(world_state(w, 1), "waiting_user");
	assert_true(world_says(w, "*For:* Jane Doe"));
}

static void the_status_channel_tells_names_only(void **state)
{
	struct world *w = *state;
	static char status[] = "C0STATUS1";
	w->config.slack.status_channel = status;
	world_type(w, HELP, "requester", "repair <@" JANE "> reason: zebra");
	world_play(w, 1);
	size_t i, lines = 0;
	json_t *m;
	json_array_foreach (w->messages, i, m) {
		if (!text_eq(json_str(m, "channel"), status))
			continue;
		char *all = json_text(json_get(m, "body"));
		lines++;
		assert_null(strstr(all, "zebra"));
		assert_null(strstr(all, "04567890"));
		free(all);
	}
	assert_int_equal(lines, 2);
}

static void check_now_says_what_is_still_there(void **state)
{
	struct world *w = *state;
	world_add_link(w, "04Z000000000001AAA", false);
	begin(w);
	world_click(w, JANE, "", "Done");
	world_click(w, JANE, "", "Not installed");
	assert_string_equal(world_state(w, 1), "waiting_admin");
	world_click(w, BOSS, "admin", "Check now");
	assert_true(world_says(w, "still there"));
	assert_string_equal(world_state(w, 1), "waiting_admin");
	world_click(w, JANE, "", "Check now");
	assert_true(world_told(w, JANE, "not for you"));
}

static void approvers_who_are_admins_only_are_called_too(void **state)
{
	struct world *w = *state;
	w->config.access.approvers.count = 0;
	world_to_the_gate(w);
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "<@" BOSS ">"));
	assert_true(world_says(w, "<@" BOSS "> *Approval needed*"));
}

static void a_mention_that_is_looked_up_shows_as_a_mention(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair <@U0GUEST01>");
	assert_true(world_told(w, HELP, "(<@U0GUEST01>) was refused"));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_case_number_in_the_thread_is_no_repair),
	    T(another_repairs_bare_number_in_the_thread_does_nothing),
	    T(a_repair_may_be_named_in_its_own_thread),
	    T(who_asks_in_a_thread_about_a_repair_without_one_is_answered_there),
	    T(the_affected_user_sees_no_repair_of_others),
	    T(a_guest_does_nothing_in_any_state),
	    T(what_the_state_does_not_wait_for_changes_nothing),
	    T(the_target_with_every_role_only_does_their_own_part),
	    T(an_approver_does_not_cancel_and_a_requester_does_not_approve),
	    T(the_requester_decides_where_four_eyes_are_off),
	    T(a_second_click_on_approve_is_out_of_date),
	    T(a_button_under_a_foreign_action_does_nothing),
	    T(not_now_waits_until_the_day_chosen),
	    T(a_person_without_slack_is_served_by_the_thread),
	    T(an_undeliverable_direct_message_asks_the_helpdesk),
	    T(a_closed_channel_is_told_once_and_the_repair_goes_on),
	    T(a_channel_closed_from_the_beginning_stops_nothing),
	    T(words_of_the_requester_stay_out_of_direct_messages),
	    T(anyway_is_for_admins_with_a_reason),
	    T(the_limits_refuse_without_a_repair),
	    T(a_refused_repair_does_not_count_for_the_day),
	    T(the_dialog_begins_a_repair_in_its_channel),
	    T(the_status_channel_tells_names_only),
	    T(check_now_says_what_is_still_there),
	    T(approvers_who_are_admins_only_are_called_too),
	    T(a_mention_that_is_looked_up_shows_as_a_mention),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
