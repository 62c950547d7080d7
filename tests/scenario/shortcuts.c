/*
 * scenario/shortcuts.c - dialogs: opened in time whatever is slow, and from Slack's menus.
 *
 * A trigger lives for three seconds and opens one dialog; sim-slack refuses what comes later.
 */
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static json_t *shortcut(const char *user, const char *callback)
{
	return json_pack("{s:s, s:s}", "user", user, "callback", callback);
}

/* Who asks is not known within the time in which a dialog can be opened. */
static void a_dialog_opens_in_time_although_slack_is_slow_to_say_who_asks(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i, s:i}", "kind", "users.info", "delay_ms", 4000, "count", 0));
	free(stage_slash(stage, "tom", "repair"));
	SEE(stage, .user = "tom", .in = "view", .contains = "One moment");
	SEE(stage, .user = "tom", .in = "view", .contains = "Who", .timeout_ms = 20000);
	stage_clear_faults(stage, SLACK);
	json_decref(stage_submit(stage, "tom", json_pack("{s:[s], s:s}", "Who", "jane", "Reason", "can't send mail")));
	await_point(stage, 1, AT_DISCONNECT);
}

/* What can't be written down can't be promised, but the trigger must not be lost for it. */
static void a_dialog_opens_in_time_although_the_store_is_slow(struct stage *stage)
{
	AUTO_FREE char *path = mem_printf("%s/eacbot.db", stage_folder(stage));
	sqlite3 *db = NULL;

	stage_start(stage);
	CHECK(stage, sqlite3_open(path, &db) == SQLITE_OK && sqlite3_busy_timeout(db, 5000) == SQLITE_OK);
	CHECK(stage, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "One moment");
	CHECK(stage, sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL) == SQLITE_OK);
	sqlite3_close(db);
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
}

static void who_may_not_is_told_where_the_dialog_would_be(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *answer = stage_slash(stage, "paul", "repair");
	CHECK(stage, strstr(answer, "may not") != NULL);
	SEE(stage, .user = "paul", .in = "view", .contains = "may not");
}

/* Slack lost the answer, or limits us: what stands open is filled all the same. */
static void a_dialog_is_filled_once_slack_lets_us(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i, s:i}", "kind", "views.update", "status", 503, "count", 2));
	free(stage_slash(stage, "maria", "repair"));
	stage_await_faults(stage, SLACK, 2);
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
}

static void a_dialog_that_was_closed_meanwhile_stays_closed(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i, s:i}", "kind", "users.info", "delay_ms", 1200, "count", 0));
	stage_do(stage, SLACK, "/_sim/slash",
	         json_pack("{s:s, s:s, s:s, s:b}", "user", "tom", "channel", "helpdesk", "text", "repair", "wait", 0));
	SEE(stage, .user = "tom", .in = "view", .contains = "One moment");
	stage_do(stage, SLACK, "/_sim/close_view", json_pack("{s:s}", "user", "tom"));
	stage_await_count(stage, SLACK, "views.update", 1);
	SEE(stage, .user = "tom", .in = "view", .gone = true);
	CHECK(stage, !SEES(stage, .user = "tom", .in = "ephemeral", .contains = "did not open"));
}

static void a_dialog_that_slack_does_not_open_can_be_typed(struct stage *stage)
{
	stage_start(stage);
	stage_fault(
	    stage, SLACK,
	    json_pack("{s:s, s:{s:b, s:s}}", "kind", "views.open", "body", "ok", 0, "error", "expired_trigger_id"));
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "/eac repair WHO");
}

/* A card's button: what it opens is known at once, and no view changes under one's eyes. */
static void a_buttons_dialog_opens_once(struct stage *stage)
{
	start_at(stage, AT_BACKEND);
	stage_click(stage, "maria", "Inbox removed", NULL);
	SEE(stage, .user = "maria", .in = "view", .contains = "Case number");
	CHECK(stage, stage_count(stage, SLACK, "views.open") == 1);
}

static void a_shortcut_of_a_message_opens_the_dialog_and_begins_there(struct stage *stage)
{
	stage_start(stage);
	stage_say(stage, "jane", "helpdesk", NULL, "my mail from Salesforce does not go out");
	json_t *seen = stage_see(stage, &(struct sight){.channel = "helpdesk", .contains = "does not go out"});
	json_t *order = shortcut("maria", "eac.repair_person");
	json_set_str(order, "channel", "helpdesk");
	json_set_str(order, "ts", json_str(json_get(seen, "message"), "ts"));
	stage_do(stage, SLACK, "/_sim/shortcut", order);
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
	json_decref(
	    stage_submit(stage, "maria", json_pack("{s:[s], s:s}", "Who", "jane", "Reason", "asked in the channel")));
	await_point(stage, 1, AT_DISCONNECT);
	json_decref(seen);
}

const struct scenario shortcut_scenarios[] = {
    SCENARIO(a_dialog_opens_in_time_although_slack_is_slow_to_say_who_asks),
    SCENARIO(a_dialog_opens_in_time_although_the_store_is_slow),
    SCENARIO(who_may_not_is_told_where_the_dialog_would_be),
    SCENARIO(a_dialog_is_filled_once_slack_lets_us),
    SCENARIO(a_dialog_that_was_closed_meanwhile_stays_closed),
    SCENARIO(a_dialog_that_slack_does_not_open_can_be_typed),
    SCENARIO(a_buttons_dialog_opens_once),
    SCENARIO(a_shortcut_of_a_message_opens_the_dialog_and_begins_there),
    {0},
};
