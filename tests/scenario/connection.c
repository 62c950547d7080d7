/*
 * scenario/connection.c - what goes wrong on the way from Slack to us.
 *
 * What covers what (u: tests/unit/test_socket.c or test_socket_hostile.c; other files are named):
 *   fragmented, ping in between     a_message_of_hundreds_of_kilobytes_is_read; trouble: an_answer_in_chunks_...
 *   a frame of 200 kB               a_message_of_hundreds_of_kilobytes_is_read
 *   an acknowledgement of 21 kB     u: an_acknowledgement_that_is_too_large_is_refused_here
 *   200 envelopes at once           a_volley_of_commands_of_strangers_..., a_volley_is_acknowledged_although_...
 *   disconnect before hello         a_disconnect_instead_of_hello_..., too_many_websockets_...
 *   warning, then refresh_requested a_socket_told_twice_to_go_is_replaced_once
 *   the old socket still delivers   an_old_socket_is_served_while_it_is_replaced
 *   event_id in a new envelope      an_event_in_a_new_envelope_is_the_same_event, a_retry_may_be_the_first_copy
 *   the same envelope twice         trouble: every_envelope_twice_changes_nothing; contract/test_inbox
 *   a command once more             a_command_repeated_after_a_restart_gets_its_first_answer
 *   a silent peer                   a_silent_peer_is_found_and_what_was_typed_meanwhile_is_done
 *   a suspended process             a_process_that_was_stopped_goes_on
 *   no DNS                          unit/test_http
 *   429 on open                     a_rate_limit_on_opening_is_waited_for
 *   invalid_auth                    a_refused_app_token_is_not_hammered; program: a_wrong_token_...
 *   too_many_websockets             too_many_websockets_are_not_answered_with_more; u: too_many_sockets_...
 *   SIGTERM says Close              program: a_polite_end_takes_less_than_ten_seconds
 *   a slow disk                     a_slow_disk_is_told_in_time_..., a_click_on_a_slow_disk_...
 *   hello for another app           a_hello_for_another_app_is_not_ready
 *   no JSON, unknown types          what_is_no_envelope_does_no_harm
 *   two approvers, double clicks    decisions: two_approvers_at_the_same_moment_..., a_click_that_comes_twice_...
 *   a click in a copied message     decisions: a_click_from_a_copied_message_does_nothing
 *   an expired trigger              a_dialog_that_came_too_late_is_said; shortcuts.c: the dialog opens in time
 *   hash_conflict                   the dialog was filled by a try whose answer was lost (bot/app/dialogs.c)
 *   message_not_found on update     a_prompt_that_was_deleted_..., a_thread_that_was_deleted_...
 *   4001 characters                 delivery.c and unit/test_mrkdwn
 */
#include <signal.h>
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

/* Waits until so many connections are live. */
static void await_live(struct stage *stage, int count)
{
	AUTO_FREE char *words = mem_printf("\"connections\":%d,", count);
	int64_t until = clock_boot_ms() + 20000;

	while (!endpoint_says(stage, "/readyz", words)) {
		if (clock_boot_ms() > until)
			stage_fail(stage, "%d connections are never live", count);
		rest_a_little(stage);
	}
}

static void rest_for(struct stage *stage, int64_t ms)
{
	for (int64_t until = clock_boot_ms() + ms; clock_boot_ms() < until;)
		rest_a_little(stage);
}

static int count_opens(struct stage *stage)
{
	return stage_count(stage, SLACK, "apps.connections.open");
}

/* --- sockets that have to go --- */

static void order_socket(struct stage *stage, int socket, const char *what, int close_after_ms)
{
	stage_do(stage, SLACK, "/_sim/sockets",
	         json_pack("{s:i, s:s, s:i}", "socket", socket, "do", what, "close_after_ms", close_after_ms));
}

static void a_socket_told_twice_to_go_is_replaced_once(struct stage *stage)
{
	stage_start(stage);
	await_live(stage, 2);
	order_socket(stage, 1, "warning", 4000);
	order_socket(stage, 1, "refresh_requested", 3000);
	rest_for(stage, 6000);
	await_live(stage, 2);
	CHECK(stage, count_opens(stage) == 3);
	begin_jane(stage);
}

static void an_old_socket_is_served_while_it_is_replaced(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:b}", "leaving_first", 1));
	int id = start_at(stage, AT_APPROVAL);
	await_live(stage, 2);
	order_socket(stage, 1, "warning", 6000);
	order_socket(stage, 2, "warning", 6000);
	/* on the old ones; the fake notes an acknowledgement on another socket, or none */
	free(stage_slash(stage, "maria", "status"));
	play(stage, id, AT_APPROVAL, AT_BACKEND);
}

static void a_disconnect_instead_of_hello_is_said_and_not_hammered(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:b}", "link_disabled", 1));
	stage_start_unready(stage);
	await_log(stage, "Socket Mode", 0);
	rest_for(stage, 4000);
	CHECK(stage, endpoint_says(stage, "/readyz", "Socket Mode"));
	CHECK(stage, count_opens(stage) <= 2);
}

static void too_many_websockets_are_not_answered_with_more(struct stage *stage)
{
	order_ghosts(stage, 10, false);
	stage_start_unready(stage);
	await_log(stage, "slack.state", 0);
	rest_for(stage, 12000);
	CHECK(stage, count_opens(stage) == 1);
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ready\":false"));
}

/* --- addresses that are not to be had --- */

static void a_rate_limit_on_opening_is_waited_for(struct stage *stage)
{
	stage_fault(stage, SLACK, json_pack("{s:s, s:i}", "kind", "apps.connections.open", "retry_after", 3));
	stage_start(stage); /* the fake notes a call before the three seconds are over */
	await_live(stage, 2);
	CHECK(stage, count_opens(stage) == 3);
}

static void a_refused_app_token_is_not_hammered(struct stage *stage)
{
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:{s:b, s:s}, s:i}", "kind", "apps.connections.open", "body", "ok", 0, "error",
	                      "invalid_auth", "count", 0));
	stage_start_unready(stage);
	await_log(stage, "invalid_auth", 0);
	rest_for(stage, 5000);
	CHECK(stage, count_opens(stage) == 1);
	stage_await_ready(stage, 503);
}

static void a_hello_for_another_app_is_not_ready(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:s}", "hello_app_id", "A0OTHER001"));
	stage_start_unready(stage);
	await_log(stage, "A0OTHER001", 0);
	rest_for(stage, 3000);
	CHECK(stage, endpoint_says(stage, "/readyz", "A0OTHER001"));
	CHECK(stage, endpoint_says(stage, "/readyz", "\"ready\":false"));
	CHECK(stage, count_opens(stage) <= 2);
}

/* --- odd frames --- */

static void what_is_no_envelope_does_no_harm(struct stage *stage)
{
	static const char *const texts[] = {"UNAUTHENTICATED: cache_error", "", "[]", "{\"type\":7}",
	                                    "{\"type\":\"\"}"};
	stage_start(stage);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s, s:s}", "do", "text", "text", texts[i]));
	stage_do(stage, SLACK, "/_sim/sockets", json_pack("{s:s, s:s}", "do", "binary", "text", "bytes"));
	json_t *odd =
	    stage_ask(stage, SLACK, "/_sim/raw", json_pack("{s:s, s:{}}", "type", "from_the_future", "payload"));
	CHECK(stage, json_bool(odd, "acked") && !json_is_object(json_get(odd, "payload")));
	json_decref(odd);
	odd = stage_ask(stage, SLACK, "/_sim/raw", json_pack("{s:s, s:[s]}", "type", "interactive", "payload", "x"));
	CHECK(stage, json_bool(odd, "acked"));
	json_decref(odd);
	begin_jane(stage);
}

static json_t *large_click(size_t bytes)
{
	char *text = mem_alloc(bytes + 1);

	memset(text, 'x', bytes);
	json_t *click = json_pack("{s:s, s:{s:s, s:s}, s:{s:s}, s:s, s:s, s:[{s:s, s:s}], s:{s:s}}", "type",
	                          "block_actions", "user", "id", "U0HELP001", "team_id", "T0EAC0001", "team", "id",
	                          "T0EAC0001", "api_app_id", "A0EAC00001", "trigger_id", "1.2.large", "actions",
	                          "action_id", "eac.link", "value", "", "message", "text", text);
	free(text);
	return click;
}

static void a_message_of_hundreds_of_kilobytes_is_read(struct stage *stage)
{
	stage_start(stage);
	json_t *answer = stage_ask(stage, SLACK, "/_sim/raw",
	                           json_pack("{s:s, s:o}", "type", "interactive", "payload", large_click(300000)));
	CHECK(stage, json_bool(answer, "acked"));
	json_decref(answer);
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:i, s:b}", "fragment", 5000, "interleave", 1));
	answer = stage_ask(stage, SLACK, "/_sim/raw",
	                   json_pack("{s:s, s:o}", "type", "interactive", "payload", large_click(200000)));
	CHECK(stage, json_bool(answer, "acked"));
	json_decref(answer);
}

/* --- the same once more --- */

static json_t *redeliver(struct stage *stage, const char *type, bool same)
{
	return stage_ask(stage, SLACK, "/_sim/redeliver", json_pack("{s:s, s:b}", "type", type, "same", same));
}

static void an_event_in_a_new_envelope_is_the_same_event(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	say_in_thread(stage, id, "omar", "approve");
	await_point(stage, id, AT_BACKEND);
	for (int i = 0; i < 2; i++) {
		json_t *answer = redeliver(stage, "events_api", i == 1);
		CHECK(stage, json_bool(answer, "acked"));
		json_decref(answer);
	}
	SEE(stage, .user = "omar", .in = "ephemeral", .contains = "your approval is noted");
	CHECK(stage, !SEES(stage, .user = "omar", .in = "ephemeral", .contains = "does not fit"));
}

static const char *text_of(const json_t *answer)
{
	return json_str(json_get(answer, "payload"), "text");
}

static void a_command_repeated_after_a_restart_gets_its_first_answer(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *first = stage_slash(stage, "maria", "repair @jane");
	stage_kill(stage);
	stage_start(stage);
	for (int i = 0; i < 2; i++) {
		json_t *again = redeliver(stage, "slash_commands", i == 0);
		if (!text_eq(text_of(again), first))
			stage_fail(stage, "first \"%s\", then \"%s\"", first, text_of(again));
		json_decref(again);
	}
	await_point(stage, 1, AT_DISCONNECT);
	CHECK(stage, stage_repair(stage, 2) == NULL);
}

static void a_retry_may_be_the_first_copy(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);
	json_t *repair = stage_repair(stage, id);
	json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "app_mention", "user", "U0APPR001",
	                          "channel", json_str(repair, "channel"), "thread_ts", json_str(repair, "thread_ts"),
	                          "ts", "1790000000.000777", "text", "<@U0BOT0001> approve");
	json_t *payload =
	    json_pack("{s:s, s:s, s:s, s:s, s:i, s:o}", "team_id", "T0EAC0001", "api_app_id", "A0EAC00001", "type",
	              "event_callback", "event_id", "Ev0RETRY01", "retry_attempt", 3, "event", event);
	json_decref(repair);
	stage_do(stage, SLACK, "/_sim/raw", json_pack("{s:s, s:o}", "type", "events_api", "payload", payload));
	await_point(stage, id, AT_BACKEND);
}

/* Slack does not answer in time who Maria is, and we are told to stop. */
static void a_command_in_hand_at_the_end_is_done_by_the_next_run(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:s, s:i, s:i}", "kind", "users.info", "contains", "U0HELP001", "delay_ms", 6000,
	                      "count", 0));
	stage_do(stage, SLACK, "/_sim/slash",
	         json_pack("{s:s, s:s, s:s, s:b}", "user", "maria", "channel", "helpdesk", "text", "repair @jane",
	                   "wait", 0));
	stage_await_faults(stage, SLACK, 1); /* it is asked who that is */
	CHECK(stage, stage_stop(stage) == 0);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "One moment");
	stage_clear_faults(stage, SLACK);
	stage_start(stage);
	await_point(stage, 1, AT_DISCONNECT);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "EAC-1");
}

/* --- silence --- */

static void a_silent_peer_is_found_and_what_was_typed_meanwhile_is_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	await_live(stage, 2);
	int64_t since = clock_boot_ms();
	order_sockets(stage, "silent");
	say_in_thread(stage, id, "omar", "approve");
	stage_await(stage, id, "waiting_approval", NULL);
	while (endpoint_says(stage, "/readyz", "\"connections\":2,"))
		rest_for(stage, 200);
	CHECK(stage, clock_boot_ms() - since < 40000);
	await_log(stage, "there was no connection", 0);
	await_point(stage, id, AT_BACKEND);
}

static void a_process_that_was_stopped_goes_on(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_signal(stage, SIGSTOP);
	json_t *repair = stage_repair(stage, id);
	stage_do(stage, SLACK, "/_sim/say",
	         json_pack("{s:s, s:s, s:s, s:s, s:b}", "user", "omar", "channel", json_str(repair, "channel"),
	                   "thread_ts", json_str(repair, "thread_ts"), "text", "@eacbot approve", "wait", 0));
	json_decref(repair);
	rest_for(stage, 4500);
	stage_signal(stage, SIGCONT);
	await_point(stage, id, AT_BACKEND);
	stage_expect_violation(stage, SLACK, "was not acknowledged within");
	CHECK(stage, !SEES(stage, .user = "omar", .in = "ephemeral", .contains = "does not fit"));
}

/* --- dialogs --- */

static void a_dialog_that_came_too_late_is_said(struct stage *stage)
{
	stage_start(stage);
	stage_fault(
	    stage, SLACK,
	    json_pack("{s:s, s:{s:b, s:s}}", "kind", "views.open", "body", "ok", 0, "error", "expired_trigger_id"));
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "did not open the dialog in time");
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

/* An empty acknowledgement would look like success, and a crash would make it a lie. */
static void a_click_on_a_slow_disk_is_done_and_not_acknowledged_before(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	SEE(stage, .user = "omar", .button = "Approve");
	sqlite3 *held = hold_store(stage);
	stage_click(stage, "omar", "Approve", NULL); /* waits for the acknowledgement as long as Slack does */
	stage_expect_violation(stage, SLACK, "was not acknowledged within");
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

static void what_was_typed_before_the_clock_was_set_back_is_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_kill(stage);
	say_in_thread(stage, id, "omar", "approve");
	sqlite3 *held = hold_store(stage);
	sqlite3_exec(held, "UPDATE setting SET value = value + 7200000 WHERE key = 'heard_until'", NULL, NULL, NULL);
	CHECK(stage, sqlite3_changes(held) == 1);
	release_store(held);
	stage_start(stage);
	await_point(stage, id, AT_BACKEND);
	await_log(stage, "came without its event", 0);
}

/* A page of a proxy instead of what was said, for longer than one look. */
static void what_was_typed_where_it_could_not_be_read_at_first_is_done(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_kill(stage);
	say_in_thread(stage, id, "omar", "approve");
	stage_fault(stage, SLACK,
	            json_pack("{s:s, s:i, s:s, s:i}", "kind", "conversations.[hr]*", "status", 200, "body",
	                      "<html>maintenance</html>", "count", 0));
	stage_start(stage);
	await_log(stage, "places in Slack were looked at", 0);
	stage_clear_faults(stage, SLACK);
	await_point(stage, id, AT_BACKEND);
	await_log(stage, "came without its event", 0);
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

static void a_card_that_could_not_be_posted_is_posted_where_the_bot_is_let_in_again(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	stage_do(stage, SLACK, "/_sim/kick", json_pack("{s:s}", "channel", "helpdesk"));
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_BACKEND);
	SEE(stage, .user = "maria", .channel = "dm", .contains = "EAC-1");
	await_log(stage, "a message to C0HELP0001 was not taken", 0);
	rest_for(stage, 3000);
	stage_do(stage, SLACK, "/_sim/invite", json_pack("{s:s}", "channel", "helpdesk"));
	SEE(stage, .user = "maria", .channel = "helpdesk", .button = "Inbox removed");
}

static void a_prompt_that_was_lost_in_an_archived_channel_is_posted_when_it_opens(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	SEE(stage, .user = "ida", .button = "Check now");
	stage_do(stage, SLACK, "/_sim/archive", json_pack("{s:s}", "channel", "helpdesk"));
	play_one(stage, AT_LINKS);
	await_point(stage, id, AT_APPROVAL);
	await_log(stage, "a message to C0HELP0001 was not taken", 0);
	rest_for(stage, 3000);
	stage_do(stage, SLACK, "/_sim/archive", json_pack("{s:s, s:b}", "channel", "helpdesk", "archived", 0));
	SEE(stage, .user = "omar", .channel = "helpdesk", .button = "Approve");
	SEE(stage, .channel = "helpdesk", .contains = "waiting for an approver"); /* the parent is true again */
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
	CHECK(stage, stage_stop(stage) == 0);
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
	CHECK(stage, stage_stop(stage) == 0); /* killed amid the post, it could not know whether that arrived */
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

static void await_sockets(struct stage *stage)
{
	size_t live = 0;

	for (int64_t until = clock_boot_ms() + 20000; live == 0 && clock_boot_ms() < until;) {
		json_t *sockets = stage_ask(stage, SLACK, "/_sim/sockets", NULL);
		live = json_array_size(json_get(sockets, "sockets"));
		json_decref(sockets);
		rest_a_little(stage);
	}
	CHECK(stage, live > 0);
}

/* Clicks are not sent again: who we are has to be known from the last run. */
static void a_click_is_understood_before_slack_has_told_who_we_are(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	CHECK(stage, stage_stop(stage) == 0);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i, s:i}", "kind", "auth.test", "status", 503, "count", 0));
	stage_start_unready(stage);
	stage_await_count(stage, SLACK, "auth.test", 1);
	stage_do(stage, SALESFORCE, "/_sim/disconnect", of_user("jane"));
	SEE(stage, .user = "jane", .button = "Done");
	await_sockets(stage);
	stage_click(stage, "jane", "Done", "disconnect your mailbox");
	await_point(stage, id, AT_SIGN_OUT);
	stage_await_ready(stage, 503); /* a memory does not prove that the token is still good */
	stage_clear_faults(stage, SLACK);
	stage_await_ready(stage, 200);
}

const struct scenario connection_scenarios[] = {
    SCENARIO(a_click_is_understood_before_slack_has_told_who_we_are),
    SCENARIO(a_silent_peer_is_found_and_what_was_typed_meanwhile_is_done), /* the longest */
    SCENARIO(what_was_typed_in_the_thread_while_we_were_down_is_done),
    SCENARIO(what_was_typed_in_a_direct_message_while_we_were_down_is_done),
    SCENARIO(what_was_typed_in_a_gap_of_the_connection_is_done),
    SCENARIO(what_was_typed_before_the_clock_was_set_back_is_done),
    SCENARIO(what_was_typed_where_it_could_not_be_read_at_first_is_done),
    SCENARIO(a_prompt_that_was_deleted_while_we_were_down_is_posted_anew),
    SCENARIO(a_card_that_could_not_be_posted_is_posted_where_the_bot_is_let_in_again),
    SCENARIO(a_prompt_that_was_lost_in_an_archived_channel_is_posted_when_it_opens),
    SCENARIO(a_card_in_direct_messages_that_was_deleted_is_posted_anew),
    SCENARIO(a_thread_that_was_deleted_while_we_were_down_is_begun_anew),
    SCENARIO(buttons_that_should_be_gone_are_taken_off),
    SCENARIO(without_the_scope_to_read_messages_are_sent_again),
    SCENARIO(a_socket_told_twice_to_go_is_replaced_once),
    SCENARIO(an_old_socket_is_served_while_it_is_replaced),
    SCENARIO(a_disconnect_instead_of_hello_is_said_and_not_hammered),
    SCENARIO(too_many_websockets_are_not_answered_with_more),
    SCENARIO(a_rate_limit_on_opening_is_waited_for),
    SCENARIO(a_refused_app_token_is_not_hammered),
    SCENARIO(a_hello_for_another_app_is_not_ready),
    SCENARIO(what_is_no_envelope_does_no_harm),
    SCENARIO(a_message_of_hundreds_of_kilobytes_is_read),
    SCENARIO(an_event_in_a_new_envelope_is_the_same_event),
    SCENARIO(a_command_repeated_after_a_restart_gets_its_first_answer),
    SCENARIO(a_retry_may_be_the_first_copy),
    SCENARIO(a_command_in_hand_at_the_end_is_done_by_the_next_run),
    SCENARIO(a_process_that_was_stopped_goes_on),
    SCENARIO(a_dialog_that_came_too_late_is_said),
    SCENARIO(a_volley_of_commands_of_strangers_is_acknowledged_in_time),
    SCENARIO(a_volley_is_acknowledged_although_slack_limits_us),
    SCENARIO(who_is_looked_up_slowly_is_answered_later),
    SCENARIO(a_slow_disk_is_told_in_time_and_the_command_still_done),
    SCENARIO(a_click_on_a_slow_disk_is_done_and_not_acknowledged_before),
    SCENARIO(ghosts_are_told_to_admins_and_machines),
    {0},
};
