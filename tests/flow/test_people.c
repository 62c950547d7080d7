/*
 * tests/flow/test_people.c - the affected user is led, people are reminded in their own hours, and what waits is told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/flow/flow.h"
#include "bot/store/requests.h"
#include "commands/eac/digest.h"
#include "commands/eac/steps.h"
#include "commands/phrases/phrases.h"
#include "tests/flow/world.h"

#define HOUR   3600000LL
#define MINUTE 60000LL
#define DAY    (24 * HOUR)
#define STATUS "C0STATUS1"

static char second_line[] = "S0SECOND1", status_channel[] = STATUS;
static char *seconds[] = {second_line};

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
	assert_string_equal(world_state(w, 1), "waiting_user");
}

static void at(struct world *w, const char *time)
{
	w->now = clock_parse_rfc3339(time);
	world_run(w);
}

/* As the engine lives: looked at now and then, not once after days. */
static void pass(struct world *w, int64_t ms)
{
	for (int64_t step = 10 * MINUTE; ms > 0; ms -= step)
		world_wait(w, ms < step ? ms : step);
}

/* Messages to that conversation whose text says it. */
static int said(const struct world *w, const char *channel, const char *text)
{
	size_t i;
	json_t *m;
	int n = 0;
	json_array_foreach (w->messages, i, m)
		n += text_eq(json_str(m, "channel"), channel) &&
		     strstr(json_str(json_get(m, "body"), "text"), text) != NULL;
	return n;
}

static int reminders(const struct world *w)
{
	return said(w, "@" JANE, "Reminder: ");
}

/* --- hours --- */

static void only_by_day(struct world *w)
{
	w->config.people.hours_from_min = 8 * 60;
	w->config.people.hours_to_min = 18 * 60;
	w->config.people.give_up_after_ms = 20 * DAY;
}

static void nobody_is_reminded_at_night(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	at(w, "2026-11-23T15:00:00Z"); /* four in the afternoon for Jane */
	begin(w);
	pass(w, 15 * HOUR + 50 * MINUTE);
	assert_int_equal(reminders(w), 0);
	pass(w, 20 * MINUTE);
	assert_int_equal(reminders(w), 1);
}

static void intervals_of_reminders_grow(void **state)
{
	struct world *w = *state;
	begin(w);
	pass(w, 4 * HOUR);
	assert_int_equal(reminders(w), 1);
	pass(w, 5 * HOUR + 50 * MINUTE);
	assert_int_equal(reminders(w), 1);
	pass(w, 10 * MINUTE);
	assert_int_equal(reminders(w), 2);
	pass(w, 8 * HOUR + 50 * MINUTE);
	assert_int_equal(reminders(w), 2);
	pass(w, 10 * MINUTE);
	assert_int_equal(reminders(w), 3);
}

/* Berlin goes back on 2026-10-25 at 01:00 UTC, forward on 2026-03-29. */
static void after_a_change_of_clocks_the_reminder_waits_for_the_new_morning(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	w->config.people.remind_after_ms = 30 * HOUR;
	w->tz_offset = 7200;
	at(w, "2026-10-24T12:00:00Z");
	begin(w);
	w->tz_offset = 3600;
	at(w, "2026-10-25T23:00:00Z"); /* 30 hours later it is one at night */
	at(w, "2026-10-26T06:30:00Z"); /* half past eight by the old offset, half past seven by the new one */
	assert_int_equal(reminders(w), 0);
	assert_int_equal(w->persons_asked, 2);
	at(w, "2026-10-26T07:00:00Z");
	assert_int_equal(reminders(w), 1);
	pass(w, HOUR);
	assert_int_equal(reminders(w), 1);
	assert_int_equal(w->persons_asked, 2);
}

static void a_zone_that_is_known_since_today_is_not_asked_for(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	begin(w);
	pass(w, 5 * HOUR);
	assert_int_equal(reminders(w), 1);
	assert_int_equal(w->persons_asked, 1); /* when it began */
}

static void where_slack_can_not_be_asked_the_reminder_goes_out_all_the_same(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	w->config.people.remind_after_ms = 26 * HOUR;
	begin(w);
	w->fail_kind = "person";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 100;
	pass(w, 27 * HOUR);
	assert_int_equal(reminders(w), 1);
	assert_int_equal(w->fail_count, 99);
}

static void who_has_left_is_asked_no_more_but_the_helpdesk_is(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	w->config.people.remind_after_ms = 26 * HOUR;
	begin(w);
	w->is_now = "deleted";
	pass(w, 27 * HOUR);
	assert_int_equal(reminders(w), 0);
	assert_int_equal(said(w, CHANNEL, "I can't reach"), 1);
	assert_int_equal(said(w, CHANNEL, "Reminder: <@" HELP ">"), 1);
	world_mention(w, HELP, "requester", 1, "done");
	assert_string_equal(world_step_state(w, 1, "disconnect-account"), "done");
}

/* --- without a Slack account to write to --- */

static void asked_through_the_helpdesk(struct world *w)
{
	only_by_day(w);
	pass(w, 5 * HOUR);
	assert_int_equal(said(w, CHANNEL, "Reminder: <@" HELP ">, for Jane Doe"), 1);
	assert_int_equal(said(w, "@" JANE, ""), 0);
	assert_true(world_click(w, HELP, "requester", "Mark done"));
	assert_string_equal(world_step_state(w, 1, "disconnect-account"), "done");
	assert_int_equal(said(w, CHANNEL, "no usable Slack account of Jane Doe"), 2);
}

static void who_has_no_slack_account_is_asked_through_the_helpdesk(void **state)
{
	struct world *w = *state;
	w->nobody_in_slack = true;
	world_type(w, HELP, "requester", "repair jane@example.com");
	asked_through_the_helpdesk(w);
}

static void a_guest_is_asked_through_the_helpdesk(void **state)
{
	struct world *w = *state;
	w->is_now = "guest";
	world_type(w, HELP, "requester", "repair jane@example.com");
	asked_through_the_helpdesk(w);
}

static void where_direct_messages_are_closed_the_helpdesk_is_asked(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	w->closed = "@" JANE;
	begin(w);
	assert_int_equal(said(w, CHANNEL, "I can't reach Jane Doe by direct message"), 1);
	assert_int_equal(said(w, CHANNEL, "*disconnect your mailbox*"), 1);
	pass(w, 5 * HOUR);
	assert_int_equal(said(w, CHANNEL, "Reminder: <@" HELP ">, for Jane Doe"), 1);
	assert_true(world_click(w, HELP, "requester", "Mark done"));
	assert_int_equal(said(w, CHANNEL, "no usable Slack account of Jane Doe"), 1); /* the next step */
}

static void the_helpers_hours_count_where_they_are_asked_instead(void **state)
{
	struct world *w = *state;
	only_by_day(w);
	w->nobody_in_slack = true;
	at(w, "2026-11-23T15:00:00Z");
	world_type(w, HELP, "requester", "repair jane@example.com");
	w->nobody_in_slack = false;
	w->helper_offset = 9 * 3600;
	pass(w, 17 * HOUR + 10 * MINUTE); /* eight in the morning by UTC is five in the afternoon there */
	assert_int_equal(said(w, CHANNEL, "Reminder: "), 1);
	pass(w, 6 * HOUR); /* two in the afternoon by UTC, eleven at night there */
	assert_int_equal(said(w, CHANNEL, "Reminder: "), 1);
	pass(w, 10 * HOUR);
	assert_int_equal(said(w, CHANNEL, "Reminder: "), 2);
}

/* --- the clock --- */

static void a_clock_set_back_loses_no_reminder(void **state)
{
	struct world *w = *state;
	begin(w);
	pass(w, HOUR);
	w->now -= 30 * DAY;
	world_run(w);
	pass(w, 4 * HOUR + 10 * MINUTE);
	assert_int_equal(reminders(w), 1);
	pass(w, 6 * HOUR);
	assert_int_equal(reminders(w), 2);
}

static void a_clock_that_leaps_and_returns_doubles_no_reminder(void **state)
{
	struct world *w = *state;
	begin(w);
	pass(w, HOUR);
	world_wait(w, 5 * HOUR); /* it leaps: the reminder comes early */
	assert_int_equal(reminders(w), 1);
	w->now -= 5 * HOUR;
	pass(w, 5 * HOUR);
	assert_int_equal(reminders(w), 1);
	pass(w, 2 * HOUR);
	assert_int_equal(reminders(w), 2);
}

static void nobody_sleeps_longer_than_an_hour(void **state)
{
	struct world *w = *state;
	struct request_row row;
	w->config.backend.remind_after_ms = 24 * HOUR;
	world_to_the_backend(w);
	world_repair(w, 1, &row);
	assert_true(row.wake_at - w->now <= HOUR);
	request_row_done(&row);
}

static void a_restart_at_a_reminder_sends_it_once(void **state)
{
	struct world *w = *state;
	int last = 1;
	begin(w);
	for (int i = 1; i <= last && i < 40; i++) {
		struct world *again = world_new();
		only_by_day(again);
		again->config.people.remind_after_ms = 26 * HOUR;
		begin(again);
		again->now += 26 * HOUR - MINUTE;
		again->boundary = 0;
		again->crash_at = i;
		world_wait(again, 2 * MINUTE);
		if (reminders(again) != 1 || world_doubled(again))
			fail_msg("killed at boundary %d: %d reminders", i, reminders(again));
		last = again->crashed ? i + 1 : i;
		world_free(again);
	}
	assert_true(last > 3);
}

/* --- help --- */

static void who_needs_help_hears_who_comes(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "I need help");
	assert_int_equal(said(w, CHANNEL, "<@" HELP ">: <@" JANE "> needs help with step 1.1"), 1);
	assert_true(world_told(w, JANE, "I have called <@" HELP ">") ||
	            said(w, "@" JANE, "I have called <@" HELP ">") == 1);
	world_click(w, JANE, "", "I need help");
	assert_int_equal(said(w, CHANNEL, "needs help"), 1);
	pass(w, 20 * MINUTE);
	world_click(w, JANE, "", "I need help");
	assert_int_equal(said(w, CHANNEL, "needs help"), 2);
}

static void who_asked_for_their_own_repair_is_helped_by_others(void **state)
{
	struct world *w = *state;
	w->config.approval.four_eyes = false;
	world_type(w, JANE, "requester", "repair <@" JANE "|jane>");
	world_click(w, JANE, "requester", "I need help");
	assert_int_equal(said(w, CHANNEL, "<!subteam^S0HELPDESK>: <@" JANE "> needs help"), 1);
	assert_true(said(w, "@" JANE, "asked for by <@" JANE ">") > 0);
}

static void after_a_call_for_help_the_helper_is_reminded(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "I need help");
	pass(w, 4 * HOUR);
	assert_int_equal(reminders(w), 0);
	assert_int_equal(said(w, CHANNEL, "Reminder: <@" HELP ">, Jane Doe asked for help"), 1);
	world_click(w, JANE, "", "Done");
	pass(w, 4 * HOUR); /* the next task is hers again */
	assert_int_equal(reminders(w), 1);
}

/* --- not now --- */

static void put_off(struct world *w, const char *day)
{
	assert_true(world_click(w, JANE, "", "Not now"));
	world_submit(w, JANE, "", "until", day);
}

static void a_repair_is_not_begun_into_a_holiday(void **state)
{
	struct world *w = *state;
	w->config.people.hours_from_min = 8 * 60;
	w->config.people.hours_to_min = 18 * 60;
	begin(w);
	put_off(w, "2026-12-07");
	assert_int_equal(said(w, CHANNEL, "Nothing has been removed so far"), 1);
	assert_int_equal(said(w, CHANNEL, ", put off until <!date^1796626800^"), 1); /* the parent */
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "*Not before:*"));
	pass(w, 13 * DAY);
	assert_int_equal(reminders(w), 0);
	assert_int_equal(world_writes(w, ""), 0);
	assert_string_equal(world_state(w, 1), "waiting_user");
	at(w, "2026-12-07T07:00:00Z");
	assert_int_equal(said(w, "@" JANE, "You asked me to come back today"), 1);
	pass(w, 3 * HOUR + 50 * MINUTE);
	assert_int_equal(reminders(w), 0);
	pass(w, 20 * MINUTE);
	assert_int_equal(reminders(w), 1);
	pass(w, 2 * DAY);
	assert_string_equal(world_state(w, 1), "waiting_user");
	pass(w, DAY);
	assert_string_equal(world_state(w, 1), "expired");
}

static void the_day_that_is_offered_is_tomorrow_where_the_person_is(void **state)
{
	struct world *w = *state;
	w->tz_offset = 14 * 3600;
	at(w, "2026-11-23T23:00:00Z"); /* the 24th there */
	begin(w);
	world_click(w, JANE, "", "Not now");
	char *dialog = json_text(w->dialog);
	assert_non_null(strstr(dialog, "2026-11-25"));
	free(dialog);
}

/* --- others are called --- */

static void call_others(struct world *w)
{
	w->config.escalation.to = (struct config_list){seconds, 1};
	w->config.escalation.after_ms = 8 * HOUR;
}

static void others_are_called_once_and_named_in_later_reminders(void **state)
{
	struct world *w = *state;
	call_others(w);
	begin(w);
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "<!subteam^S0SECOND1>"));
	pass(w, 7 * HOUR + 50 * MINUTE);
	assert_int_equal(said(w, CHANNEL, "S0SECOND1"), 0);
	pass(w, 10 * MINUTE);
	assert_int_equal(said(w, CHANNEL, "<!subteam^S0SECOND1> EAC-1 has waited for Jane Doe since"), 1);
	pass(w, 4 * HOUR);
	assert_int_equal(said(w, CHANNEL, "S0SECOND1"), 2); /* with the reminder after ten hours */
	assert_int_equal(said(w, CHANNEL, "has waited for"), 1);
}

static void others_are_called_for_an_approval_and_for_the_backend_too(void **state)
{
	struct world *w = *state;
	call_others(w);
	world_to_the_gate(w);
	pass(w, 8 * HOUR);
	assert_int_equal(said(w, CHANNEL, "for an approval"), 1);
	world_click(w, OMAR, "approver", "Approve");
	assert_string_equal(world_state(w, 1), "waiting_backend");
	pass(w, 8 * HOUR);
	assert_int_equal(said(w, CHANNEL, "for the word of Salesforce's backend team"), 1);
}

static void a_failed_repair_is_not_forgotten(void **state)
{
	struct world *w = *state;
	call_others(w);
	begin(w);
	world_click(w, JANE, "", "Done");
	w->fail_kind = "remove";
	w->fail_code = ERR_DENIED;
	w->fail_count = 1;
	world_click(w, JANE, "", "Not installed");
	world_wait(w, 3000);
	assert_string_equal(world_state(w, 1), "failed");
	pass(w, 4 * HOUR);
	assert_int_equal(said(w, CHANNEL, "Reminder: <@" HELP "> EAC-1 (Jane Doe) failed at step 1.5"), 1);
	pass(w, 4 * HOUR);
	assert_int_equal(said(w, CHANNEL, "<!subteam^S0SECOND1> EAC-1 (Jane Doe) failed at step 1.5"), 1);
	assert_int_equal(world_writes(w, "delete-set"), 0);
	world_click(w, HELP, "requester", "Retry");
	pass(w, 10 * MINUTE);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_null(world_complaint(w, 1));
}

static void who_asked_for_time_has_it_before_others_are_called(void **state)
{
	struct world *w = *state;
	call_others(w);
	begin(w);
	put_off(w, "2026-11-25");
	pass(w, 30 * HOUR);
	assert_int_equal(said(w, CHANNEL, "S0SECOND1"), 0);
}

/* --- words --- */

static void what_salesforce_shows_is_said_on_the_card(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	pass(w, 10 * MINUTE);
	world_add_token(w, "new1", "SalesforceIQ");
	pass(w, 20 * MINUTE);
	assert_string_equal(world_step_state(w, 1, "connect-account"), "done");
	assert_int_equal(said(w, "@" JANE, "Salesforce shows that your mailbox is connected"), 1);
	assert_int_equal(said(w, "@" JANE, "send a test mail"), 1);
}

static void to_the_reconnecting(struct world *w)
{
	world_to_the_backend(w);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	world_wait(w, 5000);
}

static void who_says_that_they_are_connected_is_looked_at(void **state)
{
	struct world *w = *state;
	to_the_reconnecting(w);
	world_add_token(w, "new1", "SalesforceIQ");
	world_click(w, JANE, "", "Done");
	assert_string_equal(world_step_state(w, 1, "connect-account"), "done");
	assert_int_equal(said(w, "@" JANE, "Salesforce shows that your mailbox is connected"), 1);
	assert_int_equal(said(w, CHANNEL, "seen in Salesforce: a new access of the app"),
	                 2); /* the reply and the copy */
}

static void a_word_that_salesforce_does_not_show_yet_counts_and_is_called_so(void **state)
{
	struct world *w = *state;
	to_the_reconnecting(w);
	world_click(w, JANE, "", "Done");
	assert_string_equal(world_step_state(w, 1, "connect-account"), "done");
	assert_int_equal(said(w, "@" JANE, "Salesforce does not show it yet"), 1);
	assert_true(said(w, CHANNEL, "Done (the user's word)") > 0);
}

static void a_word_counts_also_where_salesforce_does_not_answer(void **state)
{
	struct world *w = *state;
	to_the_reconnecting(w);
	w->fail_kind = "look";
	w->fail_code = ERR_QUOTA;
	w->fail_count = 1;
	world_click(w, JANE, "", "Done");
	assert_string_equal(world_step_state(w, 1, "connect-account"), "done");
	assert_int_equal(said(w, "@" JANE, "Salesforce does not show it yet"), 0);
}

static void the_affected_user_is_led_in_their_own_language(void **state)
{
	struct world *w = *state;
	w->locale = "ko-KR";
	begin(w);
	assert_int_equal(said(w, "@" JANE, phrase_text(LANGUAGE_KO, PHRASE_USER_HELLO)), 1);
	assert_int_equal(said(w, CHANNEL, "was asked by direct message"), 1);
	world_direct(w, JANE, phrase_text(LANGUAGE_KO, PHRASE_LABEL_DONE));
	assert_string_equal(world_step_state(w, 1, "disconnect-account"), "done");
	world_direct(w, JANE, phrase_text(LANGUAGE_KO, PHRASE_LABEL_NOT_INSTALLED));
	assert_string_equal(world_step_state(w, 1, "sign-out-addin"), "done");
}

static void english_words_are_understood_whatever_the_language(void **state)
{
	struct world *w = *state;
	w->locale = "ja-JP";
	begin(w);
	world_direct(w, JANE, "done");
	world_direct(w, JANE, "not installed");
	assert_string_equal(world_step_state(w, 1, "sign-out-addin"), "done");
}

/* --- once a day --- */

static void at_seven(struct world *w)
{
	w->config.slack.status_channel = status_channel;
	w->config.slack.digest_at_min = 7 * 60;
	w->config.approval.expire_after_ms = 20 * DAY;
}

static enum errc insert_waiting(struct tx *tx, void *arg)
{
	const struct world *w = arg;
	struct request_row row = {.open = true, .created_at = w->now, .updated_at = w->now, .wake_at = w->now + HOUR};
	text_copy(row.state, sizeof row.state, "waiting_backend");
	text_copy(row.requester, sizeof row.requester, HELP);
	row.step = EAC_BACKEND;
	row.facts = json_pack("{s:{s:s},s:{s:I}}", "target", "name", "Bob", "wait", "since", (json_int_t)w->now);
	enum errc rc = request_insert(tx, &row);
	request_row_done(&row);
	return rc;
}

static void others_wait(struct world *w, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(store_run(w->store, insert_waiting, w), OK);
}

static void once_a_day_what_waits_is_told_the_oldest_first(void **state)
{
	struct world *w = *state;
	at_seven(w);
	w->config.backend.remind_after_ms = CONFIG_NEVER;
	world_to_the_gate(w);
	others_wait(w, 1);
	at(w, "2026-11-24T06:59:00Z");
	assert_false(world_digest(w));
	at(w, "2026-11-24T07:00:00Z");
	assert_true(world_digest(w));
	assert_false(world_digest(w));
	pass(w, 23 * HOUR);
	assert_false(world_digest(w));
	pass(w, HOUR);
	assert_true(world_digest(w));
	assert_int_equal(said(w, STATUS, "What waits for people*: 2"), 2);
	assert_int_equal(said(w, STATUS, "EAC-1 Jane Doe: waits since"), 2);
	assert_int_equal(said(w, STATUS, "to approve or reject.\n• EAC-2 Bob: waits since"), 2);
}

static void of_many_that_wait_the_rest_is_counted(void **state)
{
	struct world *w = *state;
	at_seven(w);
	others_wait(w, 30);
	at(w, "2026-11-24T07:00:00Z");
	assert_true(world_digest(w));
	assert_int_equal(said(w, STATUS, "What waits for people*: 30"), 1);
	assert_int_equal(said(w, STATUS, "EAC-20 Bob"), 1);
	assert_int_equal(said(w, STATUS, "EAC-21 Bob"), 0);
	assert_int_equal(said(w, STATUS, "… and 10 more: `/eac list waiting`"), 1);
}

static void where_nothing_waits_nothing_is_told(void **state)
{
	struct world *w = *state;
	at_seven(w);
	at(w, "2026-11-24T07:00:00Z");
	assert_false(world_digest(w));
	begin(w);
	assert_false(world_digest(w)); /* tomorrow */
	at(w, "2026-11-25T07:00:00Z");
	assert_true(world_digest(w));
}

static void a_digest_that_is_not_wanted_is_not_made(void **state)
{
	struct world *w = *state;
	begin(w);
	assert_false(world_digest(w)); /* no status channel */
	at_seven(w);
	w->config.slack.digest_at_min = -1;
	pass(w, 2 * DAY);
	assert_false(world_digest(w));
}

static void the_time_of_the_next_digest_follows_from_the_last(void **state)
{
	static const struct {
		const char *last, *now, *due;
	} rows[] = {
	    {"", "2026-11-24T06:00:00Z", "2026-11-24T07:00:00Z"},
	    {"", "2026-11-24T09:00:00Z", "2026-11-24T07:00:00Z"},
	    {"2026-11-23", "2026-11-24T06:00:00Z", "2026-11-24T07:00:00Z"},
	    {"2026-11-24", "2026-11-24T09:00:00Z", "2026-11-25T07:00:00Z"},
	    {"2026-11-01", "2026-11-24T09:00:00Z", "2026-11-24T07:00:00Z"},
	    {"2026-11-25", "2026-11-24T09:00:00Z", "2026-11-26T07:00:00Z"}, /* set back over midnight: not twice */
	    {"2031-01-01", "2026-11-24T09:00:00Z", "2026-11-24T07:00:00Z"}, /* a clock that was wrong by years */
	    {"2026-12-31", "2026-12-31T09:00:00Z", "2027-01-01T07:00:00Z"},
	    {"nonsense", "2026-11-24T06:00:00Z", "2026-11-24T07:00:00Z"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char words[32];
		clock_rfc3339(eac_digest_due(rows[i].last, 7 * 60, clock_parse_rfc3339(rows[i].now)), words);
		assert_string_equal(words, rows[i].due);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nobody_is_reminded_at_night),
	    TEST(intervals_of_reminders_grow),
	    TEST(after_a_change_of_clocks_the_reminder_waits_for_the_new_morning),
	    TEST(a_zone_that_is_known_since_today_is_not_asked_for),
	    TEST(where_slack_can_not_be_asked_the_reminder_goes_out_all_the_same),
	    TEST(who_has_left_is_asked_no_more_but_the_helpdesk_is),
	    TEST(who_has_no_slack_account_is_asked_through_the_helpdesk),
	    TEST(a_guest_is_asked_through_the_helpdesk),
	    TEST(where_direct_messages_are_closed_the_helpdesk_is_asked),
	    TEST(the_helpers_hours_count_where_they_are_asked_instead),
	    TEST(a_clock_set_back_loses_no_reminder),
	    TEST(a_clock_that_leaps_and_returns_doubles_no_reminder),
	    TEST(nobody_sleeps_longer_than_an_hour),
	    TEST(a_restart_at_a_reminder_sends_it_once),
	    TEST(who_needs_help_hears_who_comes),
	    TEST(who_asked_for_their_own_repair_is_helped_by_others),
	    TEST(after_a_call_for_help_the_helper_is_reminded),
	    TEST(a_repair_is_not_begun_into_a_holiday),
	    TEST(the_day_that_is_offered_is_tomorrow_where_the_person_is),
	    TEST(others_are_called_once_and_named_in_later_reminders),
	    TEST(others_are_called_for_an_approval_and_for_the_backend_too),
	    TEST(a_failed_repair_is_not_forgotten),
	    TEST(who_asked_for_time_has_it_before_others_are_called),
	    TEST(what_salesforce_shows_is_said_on_the_card),
	    TEST(who_says_that_they_are_connected_is_looked_at),
	    TEST(a_word_that_salesforce_does_not_show_yet_counts_and_is_called_so),
	    TEST(a_word_counts_also_where_salesforce_does_not_answer),
	    TEST(the_affected_user_is_led_in_their_own_language),
	    TEST(english_words_are_understood_whatever_the_language),
	    TEST(once_a_day_what_waits_is_told_the_oldest_first),
	    TEST(of_many_that_wait_the_rest_is_counted),
	    TEST(where_nothing_waits_nothing_is_told),
	    TEST(a_digest_that_is_not_wanted_is_not_made),
	    TEST(the_time_of_the_next_digest_follows_from_the_last),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
