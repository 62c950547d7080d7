/*
 * scenario/connection.c - what goes wrong on the way from Slack to us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

/* --- waiting for what only eacbot knows --- */

static void rest_a_little(struct stage *stage)
{
	CHECK(stage, !SEES(stage, .contains = "is never said"));
}

/* Until the log says that (again, after `after` bytes of it); where it stands then. */
static size_t await_log(struct stage *stage, const char *words, size_t after)
{
	int64_t until = clock_boot_ms() + 20000;

	for (;;) {
		AUTO_FREE char *log = stage_log(stage);
		const char *at = strlen(log) > after ? strstr(log + after, words) : NULL;
		if (at != NULL)
			return (size_t)(at - log) + 1;
		if (clock_boot_ms() > until)
			stage_fail(stage, "the log does not say \"%s\"", words);
		rest_a_little(stage);
	}
}

static size_t log_length(struct stage *stage)
{
	AUTO_FREE char *log = stage_log(stage);
	return strlen(log);
}

static bool endpoint_says(struct stage *stage, const char *path, const char *words)
{
	struct client_answer answer = stage_get(stage, path);
	bool says = strstr(answer.body, words) != NULL;

	client_answer_done(&answer);
	return says;
}

/* --- orders --- */

static void order_sockets(struct stage *stage, const char *what)
{
	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s}", "do", what));
}

static void order_ghosts(struct stage *stage, int count, bool swallow)
{
	stage_do(stage, SLACK, "/_sim/sockets",
	         json_pack("{s:s, s:i, s:b}", "do", "ghosts", "count", count, "swallow", swallow));
}

/* --- ghosts --- */

static void ghosts_are_told_to_admins_and_machines(struct stage *stage)
{
	order_ghosts(stage, 2, false);
	stage_start(stage);
	await_log(stage, "2 of which are not ours", 0);
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghost_connections\":2"));
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghosts_until\":\"20"));
	CHECK(stage, endpoint_says(stage, "/metrics", "eacbot_slack_ghost_connections 2"));
	AUTO_FREE char *admin = stage_slash(stage, "ida", "status");
	CHECK(stage, strstr(admin, "clicks may be lost until about <!date^") != NULL);
	CHECK(stage, strstr(admin, "/eac approve ID") != NULL);
	AUTO_FREE char *requester = stage_slash(stage, "maria", "status");
	CHECK(stage, strstr(requester, "clicks may be lost") == NULL);

	size_t said = log_length(stage);
	order_ghosts(stage, 0, false);
	order_sockets(stage, "refresh_requested");
	await_log(stage, "2 ghost connections are gone", said);
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ghost_connections\":0"));
	AUTO_FREE char *again = stage_slash(stage, "ida", "status");
	CHECK(stage, strstr(again, "clicks may be lost") == NULL);
}

/* --- after a gap --- */

static json_t *find_prompt(struct stage *stage, const char *user, const char *button)
{
	return stage_see(stage, &(struct sight){.user = user, .button = button});
}

static void delete_message(struct stage *stage, const char *channel, const char *ts)
{
	stage_do(stage, SLACK, "/_sim/delete_message", json_pack("{s:s, s:s}", "channel", channel, "ts", ts));
}

/* Somebody deletes the message that bears this button. */
static void delete_card(struct stage *stage, const char *user, const char *button)
{
	json_t *seen = find_prompt(stage, user, button);
	delete_message(stage, json_str(seen, "channel"), json_str(json_get(seen, "message"), "ts"));
	json_decref(seen);
}

static void what_was_typed_in_the_thread_while_we_were_down_is_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);
	json_t *repair = stage_repair(stage, id);

	stage_kill(stage);
	stage_say(stage, "omar", json_str(repair, "channel"), json_str(repair, "thread_ts"), "@eacbot approve");
	json_decref(repair);
	stage_start(stage);
	await_point(stage, id, AT_BACKEND);
	await_log(stage, "came without its event", 0);
	/* Slack's own retries come in the meantime, and later: the same thing */
	stage_do(stage, SLACK, "/_sim/redeliver", json_pack("{s:s}", "type", "events_api"));
	SEE(stage, .user = "omar", .in = "ephemeral", .contains = "your approval is noted");
	CHECK(stage, !SEES(stage, .user = "omar", .in = "ephemeral", .contains = "does not fit"));
}

static void what_was_typed_in_a_direct_message_while_we_were_down_is_done(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done");
	stage_kill(stage);
	stage_do(stage, SALESFORCE, "/_sim/disconnect", of_user("jane"));
	stage_say(stage, "jane", "dm", NULL, "done");
	stage_start(stage);
	await_point(stage, id, AT_SIGN_OUT);
	SEE(stage, .user = "jane", .channel = "dm", .contains = "sign out of the Salesforce add-in");
	CHECK(stage, repair_says(stage, id, "state", "waiting_user"));
}

static void what_was_typed_in_a_gap_of_the_connection_is_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_fault(
	    stage, SLACK,
	    json_pack("{s:s, s:i, s:s, s:i}", "kind", "apps.connections.open", "status", 503, "body", "", "count", 0));
	order_sockets(stage, "reset");
	stage_await_ready(stage, 503);
	say_in_thread(stage, id, "omar", "approve");
	stage_await_faults(stage, SLACK, 4); /* more than three seconds */
	stage_clear_faults(stage, SLACK);
	await_log(stage, "there was no connection", 0);
	await_point(stage, id, AT_BACKEND);
}

static void a_prompt_that_was_deleted_while_we_were_down_is_posted_anew(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	delete_card(stage, "omar", "Approve");
	CHECK(stage, !SEES(stage, .user = "omar", .button = "Approve"));
	stage_kill(stage);
	stage_start(stage);
	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

static void a_card_in_direct_messages_that_was_deleted_is_posted_anew(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	delete_card(stage, "jane", "Done");
	stage_kill(stage);
	stage_start(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
}

static void a_thread_that_was_deleted_while_we_were_down_is_begun_anew(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);
	json_t *repair = stage_repair(stage, id);
	int64_t now = stage_now(stage);

	delete_card(stage, "omar", "Approve");
	delete_message(stage, json_str(repair, "channel"), json_str(repair, "thread_ts"));
	json_decref(repair);
	stage_kill(stage);
	stage_start(stage);
	SEE(stage, .channel = "helpdesk", .after = now, .contains = "repair of Einstein");
	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
}

/* Slack said that the update was made, and it was not. */
static void buttons_that_should_be_gone_are_taken_off(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	SEE(stage, .user = "omar", .button = "Approve");
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:s, s:{s:b}, s:i}", "kind", "chat.update", "contains", "Approved", "body", "ok",
	                      1, "count", 0));
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_BACKEND);
	stage_await_faults(stage, SLACK, 1);
	CHECK(stage, SEES(stage, .user = "omar", .button = "Approve"));
	stage_kill(stage);
	stage_clear_faults(stage, SLACK);
	stage_start(stage);
	SEE(stage, .user = "omar", .button = "Approve", .gone = true, .timeout_ms = 30000);
	SEE(stage, .channel = "helpdesk", .contains = "no longer open");
	SEE(stage, .user = "maria", .button = "Inbox removed");
}

static void without_the_scope_to_read_messages_are_sent_again(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	delete_card(stage, "omar", "Approve");
	stage_kill(stage);
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:{s:b, s:s, s:s, s:s}, s:i}", "kind", "conversations.[hr]*", "body", "ok", 0,
	                      "error", "missing_scope", "needed", "channels:history", "provided", "", "count", 0));
	stage_start(stage);
	stage_click(stage, "omar", "Approve", NULL);
	await_point(stage, id, AT_BACKEND);
	size_t told = await_log(stage, "can't be looked up", 0);
	AUTO_FREE char *log = stage_log(stage);
	CHECK(stage, strstr(log + told, "can't be looked up") == NULL); /* once */
}

const struct scenario connection_scenarios[] = {
    SCENARIO(what_was_typed_in_the_thread_while_we_were_down_is_done),
    SCENARIO(what_was_typed_in_a_direct_message_while_we_were_down_is_done),
    SCENARIO(what_was_typed_in_a_gap_of_the_connection_is_done),
    SCENARIO(a_prompt_that_was_deleted_while_we_were_down_is_posted_anew),
    SCENARIO(a_card_in_direct_messages_that_was_deleted_is_posted_anew),
    SCENARIO(a_thread_that_was_deleted_while_we_were_down_is_begun_anew),
    SCENARIO(buttons_that_should_be_gone_are_taken_off),
    SCENARIO(without_the_scope_to_read_messages_are_sent_again),
    SCENARIO(ghosts_are_told_to_admins_and_machines),
    {0},
};
