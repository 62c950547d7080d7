/*
 * scenario/connection.c - what goes wrong on the way from Slack to us.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

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

/* --- many at once, and slowly --- */

enum { CROWD = 200 };

static json_t *crowd_ids(void)
{
	json_t *ids = json_array();

	for (int i = 0; i < CROWD; i++) {
		AUTO_FREE char *id = mem_printf("U0CROWD%03d", i);
		json_array_append_new(ids, json_string(id));
	}
	return ids;
}

/* So many helpers, all in #helpdesk, of whom eacbot has never heard. */
static void gather_crowd(struct stage *stage)
{
	json_t *ids = crowd_ids(), *members = json_deep_copy(ids), *id;
	size_t i;

	json_array_foreach (ids, i, id)
		stage_do(stage, SLACK, "/_sim/user", json_pack("{s:O}", "user", id));
	json_array_append_new(members, json_string("U0BOT0001"));
	stage_do(stage, SLACK, "/_sim/set_channel",
	         json_pack("{s:s, s:{s:o}}", "channel", "helpdesk", "set", "members", members));
	stage_do(stage, SLACK, "/_sim/group",
	         json_pack("{s:s, s:o, s:b}", "id", "S0HELPDESK", "users", ids, "silent", 1));
}

/* All of them type at the same moment. */
static void volley(struct stage *stage, const char *words)
{
	json_t *ids = crowd_ids(), *id;
	size_t i;

	json_array_foreach (ids, i, id)
		stage_do(
		    stage, SLACK, "/_sim/slash",
		    json_pack("{s:O, s:s, s:s, s:b}", "user", id, "channel", "helpdesk", "text", words, "wait", 0));
	json_decref(ids);
}

struct tally {
	int open, acked, slowest_ms, deferred, answered;
};

static struct tally count_acks(struct stage *stage)
{
	json_t *list = stage_ask(stage, SLACK, "/_sim/envelopes", NULL), *line;
	struct tally tally = {0};
	size_t i;

	json_array_foreach (list, i, line) {
		const char *text = json_str(json_get(line, "payload"), "text");
		int ms = (int)json_int(line, "ms");
		if (!text_eq(json_str(json_get(line, "frame"), "type"), "slash_commands"))
			continue;
		tally.open += text_eq(json_str(line, "state"), "waiting");
		tally.acked += json_bool(line, "acked");
		tally.slowest_ms = ms > tally.slowest_ms ? ms : tally.slowest_ms;
		tally.deferred += strstr(text, "One moment") != NULL;
		tally.answered += strstr(text, "There are none") != NULL;
	}
	json_decref(list);
	return tally;
}

static struct tally await_acks(struct stage *stage)
{
	struct tally tally;

	while ((tally = count_acks(stage)).open > 0)
		rest_a_little(stage);
	return tally;
}

/* What was not said at once is said a little later. */
static void await_answers(struct stage *stage, int count)
{
	int64_t until = clock_boot_ms() + 30000;

	for (int seen = 0; seen < count;) {
		json_t *ids = crowd_ids(), *id;
		size_t i;
		seen = 0;
		json_array_foreach (ids, i, id)
			seen +=
			    SEES(stage, .user = json_string_value(id), .in = "ephemeral", .contains = "There are none");
		json_decref(ids);
		if (clock_boot_ms() > until)
			stage_fail(stage, "only %d were answered", seen);
	}
}

static void a_volley_of_commands_of_strangers_is_acknowledged_in_time(struct stage *stage)
{
	gather_crowd(stage);
	stage_start(stage);
	volley(stage, "list");
	struct tally tally = await_acks(stage);
	if (tally.acked != CROWD || tally.slowest_ms > 2500 || tally.deferred + tally.answered != CROWD)
		stage_fail(stage, "%d acknowledged, the slowest after %d ms; %d answered, %d put off", tally.acked,
		           tally.slowest_ms, tally.answered, tally.deferred);
	CHECK(stage, tally.answered >= 50);
	await_answers(stage, 5);
}

static void a_volley_is_acknowledged_although_slack_limits_us(struct stage *stage)
{
	gather_crowd(stage);
	stage_start(stage);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i}", "kind", "users.info", "retry_after", 3));
	volley(stage, "list");
	struct tally tally = await_acks(stage);
	if (tally.acked != CROWD || tally.slowest_ms > 2500 || tally.deferred + tally.answered != CROWD)
		stage_fail(stage, "%d acknowledged, the slowest after %d ms; %d answered, %d put off", tally.acked,
		           tally.slowest_ms, tally.answered, tally.deferred);
	await_answers(stage, 20);
	/* those that were on their way when the first was refused could not know */
	json_t *journal = stage_ask(stage, SLACK, "/_sim/violations", NULL);
	if (json_array_size(journal) > 0)
		stage_expect_violation(stage, SLACK, "users.info");
	json_decref(journal);
}

static void who_is_looked_up_slowly_is_answered_later(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:s, s:i}", "kind", "users.info", "contains", "U0HELP001", "delay_ms", 3000));
	AUTO_FREE char *answer = stage_slash(stage, "maria", "repair @jane");
	CHECK(stage, strstr(answer, "One moment") != NULL);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "EAC-1");
	await_point(stage, 1, AT_DISCONNECT);
}

/* Somebody else has the file: a backup, a slow disk. */
static sqlite3 *hold_store(struct stage *stage)
{
	AUTO_FREE char *path = mem_printf("%s/eacbot.db", stage_folder(stage));
	sqlite3 *db = NULL;

	if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 5000) != SQLITE_OK ||
	    sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		stage_fail(stage, "the store can't be held: %s", sqlite3_errmsg(db));
	return db;
}

static void release_store(sqlite3 *db)
{
	sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
	sqlite3_close(db);
}

static void a_slow_disk_is_told_in_time_and_the_command_still_done(struct stage *stage)
{
	stage_start(stage);
	sqlite3 *held = hold_store(stage);
	AUTO_FREE char *answer = stage_slash(stage, "maria", "repair @jane");
	CHECK(stage, strstr(answer, "still being written down") != NULL);
	release_store(held);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "EAC-1");
	await_point(stage, 1, AT_DISCONNECT);
}

static void a_click_on_a_slow_disk_is_acknowledged_and_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	SEE(stage, .user = "omar", .button = "Approve");
	sqlite3 *held = hold_store(stage);
	stage_click(stage, "omar", "Approve", NULL); /* acknowledged, or the fake notes a violation */
	release_store(held);
	await_point(stage, id, AT_BACKEND);
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
    SCENARIO(a_volley_of_commands_of_strangers_is_acknowledged_in_time),
    SCENARIO(a_volley_is_acknowledged_although_slack_limits_us),
    SCENARIO(who_is_looked_up_slowly_is_answered_later),
    SCENARIO(a_slow_disk_is_told_in_time_and_the_command_still_done),
    SCENARIO(a_click_on_a_slow_disk_is_acknowledged_and_done),
    SCENARIO(ghosts_are_told_to_admins_and_machines),
    {0},
};
