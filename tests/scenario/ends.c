/*
 * scenario/ends.c - every end but the good one puts back what was removed; what fails can be retried.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

#define INBOX "InboxWithEinsteinActivityCapture"

static void cancel(struct stage *stage, int id)
{
	AUTO_FREE char *words = mem_printf("cancel %d", id);

	free(stage_slash(stage, "maria", words));
}

/* Plays to a point, cancels there, and finds the grants as they were. */
static void cancel_at(struct stage *stage, enum point point)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, point);

	cancel(stage, id);
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	SEE(stage, .user = "jane", .channel = "dm", .contains = "was ended");
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .button = "Approve"));
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .button = "Inbox removed"));
	json_decref(before);
}

static void a_cancel_at_the_start_has_nothing_to_put_back(struct stage *stage)
{
	cancel_at(stage, AT_DISCONNECT);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
}

static void a_cancel_before_the_removal_has_nothing_to_put_back(struct stage *stage)
{
	cancel_at(stage, AT_LINKS);
	CHECK(stage, count_writes(stage) <= 1); /* the add-in's session */
}

static void a_cancel_at_the_approval_puts_back(struct stage *stage)
{
	cancel_at(stage, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .contains = "reconnect");
}

static void abort_and_restore_puts_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	stage_click(stage, "maria", "Abort and restore", NULL);
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_cancel_after_the_assignment_has_nothing_to_put_back(struct stage *stage)
{
	cancel_at(stage, AT_CONNECT);
}

static void a_reject_puts_back(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);

	stage_click(stage, "omar", "Reject", NULL);
	stage_await(stage, id, "rejected", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_typed_reject_keeps_its_reason(struct stage *stage)
{
	stage_set(stage, "approval.take_back", json_string("0s"));
	int id = start_at(stage, AT_APPROVAL);

	free(stage_slash(stage, "ana", "reject 1 not this week"));
	stage_await(stage, id, "rejected", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "not this week");
	CHECK(stage, holds_set(stage, "jane", INBOX));
}

static void a_reject_before_the_teardown_has_removed_nothing(struct stage *stage)
{
	stage_set(stage, "approval.before_teardown", json_true());
	stage_start(stage);
	int id = begin_jane(stage);
	stage_click(stage, "omar", "Reject", NULL);
	stage_await(stage, id, "rejected", NULL);
	CHECK(stage, count_writes(stage) == 0);
	check_silent(stage, "@jane");
}

static void an_undecided_repair_expires_and_puts_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");

	stage_set(stage, "approval.expire_after", json_string("2s"));
	stage_set(stage, "approval.remind_after", json_string("1s"));
	int id = start_at(stage, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .contains = "Reminder");
	stage_await(stage, id, "expired", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_silent_user_is_reminded_and_then_given_up(struct stage *stage)
{
	stage_set(stage, "people.remind_after", json_string("1s"));
	stage_set(stage, "people.give_up_after", json_string("3s"));
	stage_start(stage);
	int id = begin_jane(stage);
	SEE(stage, .user = "jane", .channel = "dm", .contains = "Reminder");
	stage_await(stage, id, "expired", NULL);
	CHECK(stage, holds_set(stage, "jane", INBOX));
}

static void who_never_reconnects_leaves_a_failed_repair(struct stage *stage)
{
	stage_set(stage, "people.give_up_after", json_string("4s"));
	int id = start_at(stage, AT_CONNECT);
	stage_await(stage, id, "failed", "connect-account");
	CHECK(stage, holds_set(stage, "jane", INBOX));
	stage_click(stage, "maria", "Retry", NULL);
	await_point(stage, id, AT_CONNECT);
	play(stage, id, AT_CONNECT, AT_END);
}

static void still_failing_fails_and_retry_asks_again(struct stage *stage)
{
	int id = start_at(stage, AT_TEST);

	stage_click(stage, "jane", "Still failing", NULL);
	stage_await(stage, id, "failed", "test-email");
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "check");
	stage_click(stage, "tom", "Retry", NULL);
	await_point(stage, id, AT_TEST);
	play(stage, id, AT_TEST, AT_END);
}

/* The last seat goes to somebody else while the set is away. */
static int fail_at_assign(struct stage *stage)
{
	int id;

	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 0));
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", "steal_seats", 1));
	id = start_at(stage, AT_BACKEND);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_await(stage, id, "failed", "assign-permission-set");
	return id;
}

static void a_seat_taken_meanwhile_fails_and_a_retry_heals(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = fail_at_assign(stage);

	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 1));
	stage_click(stage, "maria", "Retry", NULL);
	await_point(stage, id, AT_CONNECT);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_cancel_that_can_not_put_back_fails_and_a_retry_puts_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = fail_at_assign(stage);

	stage_click(stage, "maria", "Cancel repair", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "put back");
	stage_await(stage, id, "failed", "assign-permission-set");
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 1));
	stage_click(stage, "maria", "Retry", NULL);
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_new_repair_supersedes_a_failed_one_and_pays_what_is_owed(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int first = fail_at_assign(stage);

	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 1));
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", "steal_seats", 0));
	int second = begin_repair(stage, "tom", "@jane");
	stage_await(stage, first, "cancelled", NULL);
	CHECK(stage, repair_says(stage, first, "reason", "superseded"));
	SEE(stage, .channel = "helpdesk", .button = "Retry", .gone = true);
	play(stage, second, AT_DISCONNECT, AT_SIGN_OUT);
	stage_click(stage, "jane", "Not installed", NULL);
	await_point(stage, second, AT_APPROVAL);
	play(stage, second, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void still_present_keeps_waiting_with_a_fresh_card(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	stage_click(stage, "maria", "Still present", NULL);
	SEE(stage, .user = "maria", .in = "view");
	int64_t now = stage_now(stage);
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Note", "they look into it")));
	SEE(stage, .channel = "helpdesk", .after = now, .button = "Inbox removed");
	SEE(stage, .channel = "helpdesk", .contains = "they look into it");
	await_point(stage, id, AT_BACKEND);
	play(stage, id, AT_BACKEND, AT_END);
}

static void come_back(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/insert",
	         json_pack("{s:s, s:{s:s, s:s, s:i}}", "object", "OauthToken", "row", "UserId", "005Sj0000000002IAA",
	                   "AppName", "SalesforceIQ", "UseCount", 1));
}

static void what_came_back_is_removed_again_and_approved_anew(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	come_back(stage);
	int64_t now = stage_now(stage);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	SEE(stage, .channel = "helpdesk", .after = now, .contains = "needs a new approval");
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
	play(stage, id, AT_APPROVAL, AT_END);
}

static void what_keeps_coming_back_fails_after_three_times(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	for (int i = 0; i < 3; i++) {
		come_back(stage);
		free(stage_slash(stage, "maria", "confirm 1 47110815"));
		await_point(stage, id, AT_APPROVAL);
		free(stage_slash(stage, "omar", "approve 1"));
		await_point(stage, id, AT_BACKEND);
	}
	come_back(stage);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_await(stage, id, "failed", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "keeps coming back");
}

/* The grant ends while the repair waits. */
static void a_date_that_has_passed_is_not_brought_back(struct stage *stage)
{
	char date[40];
	time_t soon = time(NULL) + 3;
	struct tm day;

	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S.000+0000", gmtime_r(&soon, &day));
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s, s:s}, s:{s:s}}", "object", "PermissionSetAssignment", "where", "AssigneeId",
	                   "=jane@example.com", "PermissionSetId", "=" INBOX, "set", "ExpirationDate", date));
	int id = start_at(stage, AT_APPROVAL);
	while (time(NULL) <= soon)
		CHECK(stage, !SEES(stage, .contains = "not to be seen"));
	cancel(stage, id);
	SEE(stage, .channel = "helpdesk", .contains = "has passed");
	stage_await(stage, id, "cancelled", NULL);
	CHECK(stage, !holds_set(stage, "jane", INBOX));
}

static void an_ended_repair_takes_no_more_orders(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	cancel(stage, id);
	stage_await(stage, id, "cancelled", NULL);
	AUTO_FREE char *again = stage_slash(stage, "maria", "cancel 1");
	AUTO_FREE char *retry = stage_slash(stage, "maria", "retry 1");
	CHECK(stage, strstr(again, "cancelled") != NULL);
	CHECK(stage, strstr(retry, "cancelled") != NULL);
	SEE(stage, .user = "jane", .button = "Done", .gone = true);
}

const struct scenario end_scenarios[] = {
    SCENARIO(a_cancel_at_the_start_has_nothing_to_put_back),
    SCENARIO(a_cancel_before_the_removal_has_nothing_to_put_back),
    SCENARIO(a_cancel_at_the_approval_puts_back),
    SCENARIO(abort_and_restore_puts_back),
    SCENARIO(a_cancel_after_the_assignment_has_nothing_to_put_back),
    SCENARIO(a_reject_puts_back),
    SCENARIO(a_typed_reject_keeps_its_reason),
    SCENARIO(a_reject_before_the_teardown_has_removed_nothing),
    SCENARIO(an_undecided_repair_expires_and_puts_back),
    SCENARIO(a_silent_user_is_reminded_and_then_given_up),
    SCENARIO(who_never_reconnects_leaves_a_failed_repair),
    SCENARIO(still_failing_fails_and_retry_asks_again),
    SCENARIO(a_seat_taken_meanwhile_fails_and_a_retry_heals),
    SCENARIO(a_cancel_that_can_not_put_back_fails_and_a_retry_puts_back),
    SCENARIO(a_new_repair_supersedes_a_failed_one_and_pays_what_is_owed),
    SCENARIO(still_present_keeps_waiting_with_a_fresh_card),
    SCENARIO(what_came_back_is_removed_again_and_approved_anew),
    SCENARIO(what_keeps_coming_back_fails_after_three_times),
    SCENARIO(a_date_that_has_passed_is_not_brought_back),
    SCENARIO(an_ended_repair_takes_no_more_orders),
    {0},
};
