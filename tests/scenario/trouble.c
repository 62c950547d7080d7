/*
 * scenario/trouble.c - Slack and Salesforce at their worst; nothing is lost, nothing is done twice.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

enum { PULSE_MS = 6000 }; /* the figures of the store are at most so old */

#define INBOX "InboxWithEinsteinActivityCapture"

/* A fault for the first request of that kind from now on (count 0: for all). */
static void hurt(struct stage *stage, enum fake fake, const char *kind, const char *contains, json_t *what, int count)
{
	json_set_str(what, "kind", kind);
	json_set_str(what, "contains", contains);
	json_set_int(what, "count", count);
	stage_fault(stage, fake, what);
}

static json_t *named(const char *mishap)
{
	return json_pack("{s:s}", "do", mishap);
}

static int count_texts(struct stage *stage, const char *path, const char *words)
{
	json_t *messages = stage_ask(stage, SLACK, path, NULL), *message;
	size_t i;
	int n = 0;

	json_array_foreach (messages, i, message)
		n += strstr(json_str(message, "text"), words) != NULL;
	json_decref(messages);
	return n;
}

/* --- acknowledgements --- */

static void a_command_is_acknowledged_although_salesforce_hangs(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SALESFORCE, "*", NULL, json_pack("{s:i}", "delay_ms", 5000), 0);
	int64_t before = clock_wall_ms();
	int id = begin_jane(stage);
	CHECK(stage, clock_wall_ms() - before < 3000);
	stage_clear_faults(stage, SALESFORCE);
	await_point(stage, id, AT_DISCONNECT);
}

static void a_command_is_acknowledged_although_slack_itself_hangs(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "users.info", NULL, json_pack("{s:i}", "delay_ms", 5000), 0);
	hurt(stage, SLACK, "conversations.info", NULL, json_pack("{s:i}", "delay_ms", 5000), 0);
	free(stage_slash(stage, "maria", "repair @jane")); /* fails unless it is acknowledged in time */
	stage_clear_faults(stage, SLACK);
	stage_await(stage, 1, "waiting_user", NULL); /* and done when Slack's late answers are in */
}

/* --- Slack --- */

static void a_lost_answer_to_a_post_makes_no_second_message(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "chat.postMessage", NULL, json_pack("{s:s}", "drop", "after"), 3);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	CHECK(stage, count_texts(stage, "/_sim/channel?id=C0HELP0001", "repair of Einstein") == 1);
	CHECK(stage, count_texts(stage, "/_sim/channel?id=C0HELP0001", "*Plan*") == 1);
	CHECK(stage, count_texts(stage, "/_sim/dm?user=jane", "disconnect your mailbox") == 1);
	CHECK(stage, count_texts(stage, "/_sim/channel?id=C0STATUS01", "started") == 1);
}

static void a_rate_limit_is_waited_for(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "chat.postMessage", "C0HELP0001", json_pack("{s:i}", "retry_after", 2), 1);
	hurt(stage, SLACK, "chat.update", "C0HELP0001", json_pack("{s:i}", "retry_after", 1), 1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
}

static void slacks_own_pace_of_posts_is_kept(struct stage *stage)
{
	stage_set(stage, "slack.posts_per_second", json_integer(1));
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i, s:i}", "posts_per_second", 1, "post_burst", 1));
	stage_start(stage);
	begin_repair(stage, "maria", "@jane");
	begin_repair(stage, "tom", "@john");
	await_point(stage, 1, AT_DISCONNECT);
	await_point(stage, 2, AT_DISCONNECT);
	SEE(stage, .user = "john", .channel = "dm", .button = "Done");
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
}

static void slack_errors_that_pass_are_tried_again(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "chat.postMessage", NULL, json_pack("{s:i, s:s}", "status", 503, "body", "<html>"), 2);
	hurt(stage, SLACK, "users.info", NULL, json_pack("{s:{s:b, s:s}}", "body", "ok", 0, "error", "internal_error"),
	     1);
	free(stage_slash(stage, "maria", "repair @jane")); /* begun at once, or when Slack has said who Maria is */
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "EAC-1");
	await_point(stage, 1, AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	SEE(stage, .channel = "helpdesk", .contains = "repair of Einstein");
}

static void all_sockets_gone_come_back(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s}", "do", "reset"));
	stage_await_ready(stage, 200);
	SEE(stage, .user = "omar", .button = "Approve");
	while (stage_count(stage, SLACK, "apps.connections.open") < 3)
		CHECK(stage, !SEES(stage, .contains = "not to be seen"));
	stage_await_ready(stage, 200);
	play(stage, id, AT_APPROVAL, AT_BACKEND);
}

static void a_socket_that_slack_renews_loses_nothing(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s}", "do", "refresh_requested"));
	play(stage, id, AT_APPROVAL, AT_BACKEND);
	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s}", "do", "warning"));
	play(stage, id, AT_BACKEND, AT_END);
}

/* Until nothing is left that would have to be sent, as a look of the last seconds says. */
static void await_sent(struct stage *stage)
{
	int64_t begun = clock_boot_ms(), until = begun + 20000;

	for (;;) {
		struct client_answer answer = stage_get(stage, "/metrics");
		bool sent = strstr(answer.body, "eacbot_outbox_pending 0\n") != NULL;

		client_answer_done(&answer);
		if (sent && clock_boot_ms() - begun > PULSE_MS)
			return;
		if (clock_boot_ms() > until)
			stage_fail(stage, "messages wait for ever");
		CHECK(stage, !SEES(stage, .contains = "is never said")); /* a little rest */
	}
}

static void who_can_not_be_written_to_is_served_by_the_thread(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "conversations.open", "U0JANE0001",
	     json_pack("{s:{s:b, s:s}}", "body", "ok", 0, "error", "user_disabled"), 0);
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "can't reach", .also = "deactivated in Slack");
	stage_click(stage, "maria", "Mark done", NULL);
	await_point(stage, id, AT_SIGN_OUT);
}

static void where_the_channel_is_archived_the_requester_is_told(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);

	stage_do(stage, SLACK, "/_sim/archive", json_pack("{s:s}", "channel", "helpdesk"));
	stage_click(stage, "jane", "Not installed", NULL);
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1");
	await_point(stage, id, AT_LINKS);
}

static void where_the_bot_was_removed_the_requester_is_told(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);

	stage_do(stage, SLACK, "/_sim/kick", json_pack("{s:s}", "channel", "helpdesk"));
	stage_click(stage, "jane", "Not installed", NULL);
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1");
	await_point(stage, id, AT_LINKS);
}

/* Whether the parent arrived can't be looked up any more; what follows may not wait for it for ever. */
static void a_lost_parent_is_given_up_where_the_bot_was_removed(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "chat.postMessage", "C0HELP0001", json_pack("{s:s}", "drop", "before"), 1);
	int id = begin_jane(stage);
	stage_await_faults(stage, SLACK, 1);
	stage_do(stage, SLACK, "/_sim/kick", json_pack("{s:s}", "channel", "helpdesk"));
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1");
	await_point(stage, id, AT_DISCONNECT);
}

/* Replies wait for a parent; where there never is one they must not wait for ever, and keep the repair from being
 * cleared away. */
static void nothing_waits_for_a_parent_that_never_came(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SLACK, "chat.postMessage", "C0HELP0001",
	     json_pack("{s:{s:b, s:s}}", "body", "ok", 0, "error", "restricted_action"), 0);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await(stage, id, "cancelled", NULL);
	await_sent(stage);
}

static void a_deleted_parent_is_posted_anew(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);
	json_t *repair = stage_repair(stage, id);
	int64_t now = stage_now(stage);

	stage_do(stage, SLACK, "/_sim/delete_message",
	         json_pack("{s:s, s:s}", "channel", "helpdesk", "ts", json_str(repair, "thread_ts")));
	json_decref(repair);
	stage_click(stage, "jane", "Not installed", NULL);
	SEE(stage, .channel = "helpdesk", .after = now, .contains = "repair of Einstein");
	SEE(stage, .user = "ida", .button = "Check now");
	play(stage, id, AT_LINKS, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
}

/* --- Salesforce --- */

static void a_session_that_ends_midway_is_renewed(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	for (enum point point = AT_DISCONNECT; point < AT_END; point++) {
		stage_do(stage, SALESFORCE, "/_sim/expire_sessions", json_object());
		play(stage, id, point, point + 1);
	}
}

static void a_locked_row_is_tried_again(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SALESFORCE, "*", "DELETE", named("lock_row"), 2);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_BACKEND);
	hurt(stage, SALESFORCE, "*", "AssigneeId\":\"", named("lock_row"), 1);
	play(stage, id, AT_BACKEND, AT_END);
}

static void a_lost_answer_to_a_removal_is_no_second_removal(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, SALESFORCE, "*", "DELETE", json_pack("{s:s, s:b}", "drop", "after", "reset", 1), 1);
	hurt(stage, SALESFORCE, "revoke", NULL, json_pack("{s:s}", "drop", "after"), 1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_BACKEND);
	check_step(stage, id, "remove-permission-set", "done", NULL);
	play(stage, id, AT_BACKEND, AT_END);
}

static void a_lost_answer_to_an_assignment_is_no_second_assignment(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");

	stage_start(stage);
	hurt(stage, SALESFORCE, "*", "AssigneeId\":\"", json_pack("{s:s}", "drop", "after"), 1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void odd_answers_of_salesforce_are_no_facts(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");

	stage_start(stage);
	hurt(stage, SALESFORCE, "composite", NULL, named("maintenance_page"), 1);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	hurt(stage, SALESFORCE, "composite", NULL, json_pack("{s:b}", "malformed", 1), 1);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	hurt(stage, SALESFORCE, "composite", NULL, json_pack("{s:b}", "empty", 1), 1);
	hurt(stage, SALESFORCE, "*", "DELETE", named("unknown"), 1);
	play(stage, id, AT_LINKS, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void long_trouble_is_told_and_heals(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);

	hurt(stage, SALESFORCE, "composite", NULL, named("unavailable"), 0);
	stage_click(stage, "jane", "Not installed", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "keep trying", .timeout_ms = 20000);
	AUTO_FREE char *why = stage_slash(stage, "maria", "why 1");
	CHECK(stage, strlen(why) > 20);
	stage_clear_faults(stage, SALESFORCE);
	await_point(stage, id, AT_LINKS);
}

static void a_spent_allowance_of_the_org_stops_data_calls(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i, s:i}", "api_used", 100000, "api_limit", 100000));
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_BACKEND);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_await(stage, id, "running", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "used up");
	int calls = stage_count(stage, SALESFORCE, "composite");
	AUTO_FREE char *why = stage_slash(stage, "maria", "why 1");
	CHECK(stage, strlen(why) > 20);
	struct client_answer ready = stage_get(stage, "/readyz");
	if (ready.status != 200 || strstr(ready.body, "\"quota_spent\":true") == NULL)
		stage_fail(stage, "/readyz: %d %s", ready.status, ready.body);
	client_answer_done(&ready);
	CHECK(stage, stage_count(stage, SALESFORCE, "composite") == calls);
}

static void the_bots_own_share_of_the_allowance_is_kept(struct stage *stage)
{
	stage_set(stage, "salesforce.api_budget", json_string("1%"));
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i, s:i}", "api_limit", 800, "api_used", 10));
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	play_one(stage, AT_DISCONNECT);
	await_point(stage, id, AT_SIGN_OUT);
	play_one(stage, AT_SIGN_OUT);
	SEE(stage, .channel = "helpdesk", .contains = "used up");
	json_t *switches = stage_ask(stage, SALESFORCE, "/_sim/switch", NULL);
	CHECK(stage, json_int(switches, "api_used") <= 10 + 8 + 2);
	json_decref(switches);
}

static void a_licence_that_goes_late_is_waited_for(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", "unassign_lag_ms", 1500));
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_set_that_automation_puts_back_is_removed_again(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i, s:i}", "regrant_ms", 1, "regrant_times", 1));
	int id = start_at(stage, AT_APPROVAL);
	CHECK(stage, holds_set(stage, "jane", INBOX)); /* again */
	play(stage, id, AT_APPROVAL, AT_BACKEND);
	int64_t now = stage_now(stage);
	play_one(stage, AT_BACKEND);
	SEE(stage, .channel = "helpdesk", .after = now, .contains = "needs a new approval");
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, !holds_set(stage, "jane", INBOX));
	play(stage, id, AT_APPROVAL, AT_END);
}

static void an_answer_in_chunks_and_small_pages_is_read(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:b, s:i}", "chunked", 1, "page_size", 1));
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i, s:b}", "fragment", 7, "interleave", 1));
	int id = start_at(stage, AT_APPROVAL);
	play(stage, id, AT_APPROVAL, AT_END);
}

static void every_envelope_twice_changes_nothing(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:b}", "duplicate", 1));
	int id = start_at(stage, AT_APPROVAL);
	play(stage, id, AT_APPROVAL, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
	CHECK(stage, stage_repair(stage, 2) == NULL);
	CHECK(stage, count_texts(stage, "/_sim/channel?id=C0HELP0001", "*Completed*") == 1);
}

const struct scenario trouble_scenarios[] = {
    SCENARIO(a_command_is_acknowledged_although_salesforce_hangs),
    SCENARIO(a_command_is_acknowledged_although_slack_itself_hangs),
    SCENARIO(a_lost_answer_to_a_post_makes_no_second_message),
    SCENARIO(a_rate_limit_is_waited_for),
    SCENARIO(slacks_own_pace_of_posts_is_kept),
    SCENARIO(slack_errors_that_pass_are_tried_again),
    SCENARIO(all_sockets_gone_come_back),
    SCENARIO(a_socket_that_slack_renews_loses_nothing),
    SCENARIO(who_can_not_be_written_to_is_served_by_the_thread),
    SCENARIO(where_the_channel_is_archived_the_requester_is_told),
    SCENARIO(where_the_bot_was_removed_the_requester_is_told),
    SCENARIO(a_lost_parent_is_given_up_where_the_bot_was_removed),
    SCENARIO(nothing_waits_for_a_parent_that_never_came),
    SCENARIO(a_deleted_parent_is_posted_anew),
    SCENARIO(a_session_that_ends_midway_is_renewed),
    SCENARIO(a_locked_row_is_tried_again),
    SCENARIO(a_lost_answer_to_a_removal_is_no_second_removal),
    SCENARIO(a_lost_answer_to_an_assignment_is_no_second_assignment),
    SCENARIO(odd_answers_of_salesforce_are_no_facts),
    SCENARIO(long_trouble_is_told_and_heals),
    SCENARIO(a_spent_allowance_of_the_org_stops_data_calls),
    SCENARIO(the_bots_own_share_of_the_allowance_is_kept),
    SCENARIO(a_licence_that_goes_late_is_waited_for),
    SCENARIO(a_set_that_automation_puts_back_is_removed_again),
    SCENARIO(an_answer_in_chunks_and_small_pages_is_read),
    SCENARIO(every_envelope_twice_changes_nothing),
    {0},
};
