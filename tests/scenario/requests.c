/*
 * scenario/requests.c - asking for repairs, by every door; and being told where they stand.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static void check_answer(struct stage *stage, const char *user, const char *words, const char *contains)
{
	AUTO_FREE char *answer = stage_slash(stage, user, words);
	if (strstr(answer, contains) == NULL)
		stage_fail(stage, "/eac %s: no \"%s\" in: %s", words, contains, answer);
}

/* --- the dialog --- */

static void one_request_for_two_people_with_a_ticket_comes_out_of_the_dialog(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "Ticket");
	json_decref(stage_submit(
	    stage, "maria",
	    json_pack("{s:[s,s], s:s, s:s}", "Who", "jane", "john", "Ticket", "INC0012345", "Reason", "can't send")));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "EAC-2");
	stage_await(stage, 1, "waiting_approval", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "INC0012345");
}

static void who_is_protected_is_told_below_the_input(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "maria", "repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
	json_t *answer = stage_submit(stage, "maria", json_pack("{s:[s,s]}", "Who", "jane", "ceo"));
	AUTO_FREE char *text = json_text(json_get(answer, "payload"));
	CHECK(stage, strstr(text, "protected") != NULL);
	json_decref(answer);
	json_decref(stage_submit(stage, "maria", json_pack("{s:[s]}", "Who", "jane")));
	await_point(stage, 1, AT_DISCONNECT);
}

/* --- the shortcuts --- */

static void a_shortcut_from_nowhere_asks_where(struct stage *stage)
{
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/shortcut", json_pack("{s:s, s:s}", "user", "maria", "callback", "eac.repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
	json_decref(stage_submit(stage, "maria", json_pack("{s:[s]}", "Who", "jane")));
	await_point(stage, 1, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "EAC-1");
}

/* The answer of Slack's to a submitted dialog says this below an input. */
static void submit_wrong(struct stage *stage, json_t *values, const char *words)
{
	json_t *answer = stage_submit(stage, "maria", values);
	AUTO_FREE char *text = json_text(json_get(answer, "payload"));
	if (strstr(text, words) == NULL)
		stage_fail(stage, "no \"%s\" in: %s", words, text);
	json_decref(answer);
}

static void a_shortcut_offers_the_channels_that_are_set_up(struct stage *stage)
{
	stage_set(stage, "access.channels", json_pack("[s,s]", "C0HELP0001", "C0NOBOT001"));
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/shortcut", json_pack("{s:s, s:s}", "user", "maria", "callback", "eac.repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
	submit_wrong(stage, json_pack("{s:[s], s:s}", "Who", "jane", "Channel", "C0NOBOT001"), "/invite");
	json_decref(stage_submit(stage, "maria", json_pack("{s:[s], s:s}", "Who", "jane", "Channel", "C0HELP0001")));
	await_point(stage, 1, AT_DISCONNECT);
	CHECK(stage, repair_says(stage, 1, "channel", "C0HELP0001"));
}

static void where_every_channel_will_do_any_can_be_picked(struct stage *stage)
{
	stage_set(stage, "access.channels", json_pack("[s]", "any"));
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/shortcut", json_pack("{s:s, s:s}", "user", "maria", "callback", "eac.repair"));
	SEE(stage, .user = "maria", .in = "view", .contains = "Who");
	json_decref(stage_submit(stage, "maria", json_pack("{s:[s], s:s}", "Who", "jane", "Channel", "random")));
	await_point(stage, 1, AT_DISCONNECT);
	CHECK(stage, repair_says(stage, 1, "channel", "C0OTHER001"));
}

/* --- who has one already --- */

static void whose_repair_is_open_is_answered_with_it_and_a_link(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	check_answer(stage, "tom", "repair @jane", "waiting for an approver");
	check_answer(stage, "tom", "repair jane@example.com", "/archives/");
	stage_await(stage, 3, "refused", NULL);
	CHECK(stage, repair_says(stage, 3, "reason", "duplicate"));
}

static void who_is_meant_can_be_typed_from_the_answer(struct stage *stage)
{
	stage_start(stage);
	int id = begin_repair(stage, "maria", "sam@example.com");
	stage_await(stage, id, "refused", NULL);
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "/eac repair sam.one");
}

/* --- shifts --- */

static void who_takes_a_repair_over_is_called_and_does_not_decide_it(struct stage *stage)
{
	stage_set(stage, "access.approvers", json_pack("[s,s]", "S0APPROVER", "U0HELP002"));
	start_at(stage, AT_APPROVAL);
	say_in_thread(stage, 1, "tom", "take");
	SEE(stage, .channel = "helpdesk", .contains = "has taken this repair over");
	free(stage_slash(stage, "tom", "approve 1"));
	SEE(stage, .user = "tom", .in = "ephemeral", .contains = "four eyes");
	stage_await(stage, 1, "waiting_approval", NULL);
	stage_click(stage, "omar", "Approve", NULL);
	stage_await(stage, 1, "waiting_backend", NULL);
	CHECK(stage, repair_says(stage, 1, "requester", "U0HELP002"));
}

/* --- being told --- */

static void why_tells_one_thing_that_is_waited_for(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	check_answer(stage, "maria", "why 1", "Who can unblock it:");
	check_answer(stage, "maria", "why 1", "Next reminder:");
	check_answer(stage, "maria", "status", "next reminder");
	say_in_thread(stage, 1, "omar", "why");
	SEE(stage, .user = "omar", .in = "ephemeral", .contains = "Who can unblock it:");
}

static void help_tells_every_word_of_a_command(struct stage *stage)
{
	stage_start(stage);
	check_answer(stage, "maria", "help repair", "ticket: INC0012345");
	check_answer(stage, "paul", "help", "ask your helpdesk");
}

const struct scenario request_scenarios[] = {
    SCENARIO(one_request_for_two_people_with_a_ticket_comes_out_of_the_dialog),
    SCENARIO(who_is_protected_is_told_below_the_input),
    SCENARIO(a_shortcut_from_nowhere_asks_where),
    SCENARIO(a_shortcut_offers_the_channels_that_are_set_up),
    SCENARIO(where_every_channel_will_do_any_can_be_picked),
    SCENARIO(whose_repair_is_open_is_answered_with_it_and_a_link),
    SCENARIO(who_is_meant_can_be_typed_from_the_answer),
    SCENARIO(who_takes_a_repair_over_is_called_and_does_not_decide_it),
    SCENARIO(why_tells_one_thing_that_is_waited_for),
    SCENARIO(help_tells_every_word_of_a_command),
    {0},
};
