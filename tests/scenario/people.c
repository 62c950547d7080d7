/*
 * scenario/people.c - the affected user is led and heard, others are called in time, and what waits is told once a day.
 *
 * Hours, zones and clocks are played in tests/flow/test_people.c, where a day takes no time.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static void speaks(struct stage *stage, const char *user, const char *locale)
{
	stage_do(stage, SLACK, "/_sim/user", json_pack("{s:s, s:{s:s}}", "user", user, "set", "locale", locale));
}

static void who_needs_help_is_told_who_comes(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	stage_click(stage, "jane", "I need help", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "<@U0HELP001>: <@U0JANE0001> needs help with step 1.1");
	SEE(stage, .user = "jane", .channel = "dm", .contains = "I have called <@U0HELP001>");
	AUTO_FREE char *why = stage_slash(stage, "tom", "why 1");
	CHECK(stage, strstr(why, "*Help was asked for:*") != NULL);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
}

static void a_repair_waits_for_the_end_of_a_holiday(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	stage_click(stage, "jane", "Not now", NULL);
	SEE(stage, .user = "jane", .in = "view", .contains = "Nothing has been removed so far");
	json_decref(stage_submit(stage, "jane", json_object()));
	SEE(stage, .channel = "helpdesk", .contains = "asks to wait until", .also = "Nothing has been removed so far");
	SEE(stage, .user = "jane", .channel = "dm", .contains = "Good, I come back then");
	AUTO_FREE char *why = stage_slash(stage, "maria", "why 1");
	CHECK(stage, strstr(why, "*Not before:*") != NULL);
	CHECK(stage, count_writes(stage) == 0);
	await_point(stage, id, AT_DISCONNECT);
}

static void others_are_called_when_the_user_stays_silent(struct stage *stage)
{
	stage_set(stage, "escalation.to", json_pack("[s]", "S0APPROVER"));
	stage_set(stage, "escalation.after", json_string("2s"));
	int id = start_at(stage, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "<!subteam^S0APPROVER> EAC-1 has waited for Jane Doe since");
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
}

static void others_are_called_when_nobody_decides(struct stage *stage)
{
	stage_set(stage, "escalation.to", json_pack("[s]", "U0ADMIN001"));
	stage_set(stage, "escalation.after", json_string("3s"));
	int id = start_at(stage, AT_APPROVAL);
	SEE(stage, .channel = "helpdesk", .contains = "<@U0ADMIN001> EAC-1 (Jane Doe) has waited since",
	    .also = "for an approval");
	play(stage, id, AT_APPROVAL, AT_BACKEND);
}

static void a_korean_user_reads_and_types_korean(struct stage *stage)
{
	speaks(stage, "jane", "ko-KR");
	stage_start(stage);
	int id = begin_jane(stage);
	SEE(stage, .user = "jane", .channel = "dm", .button = "완료", .contains = "메일함 연결을 해제");
	SEE(stage, .channel = "helpdesk", .contains = "was asked by direct message");
	stage_say(stage, "jane", "dm", NULL, "완료");
	await_point(stage, id, AT_SIGN_OUT);
	stage_click(stage, "jane", "설치 안 됨", NULL);
	await_point(stage, id, AT_LINKS);
}

static void what_salesforce_shows_is_said_on_the_card(struct stage *stage)
{
	int id = start_at(stage, AT_CONNECT);

	SEE(stage, .user = "jane", .button = "Done", .contains = "connect your mailbox again");
	stage_do(stage, SALESFORCE, "/_sim/connect", of_user("jane"));
	SEE(stage, .user = "jane", .channel = "dm", .contains = "Salesforce shows that your mailbox is connected");
	await_point(stage, id, AT_TEST);
}

static int digests(struct stage *stage)
{
	json_t *messages = stage_ask(stage, SLACK, "/_sim/channel?id=C0STATUS01", NULL), *message;
	size_t i;
	int n = 0;

	json_array_foreach (messages, i, message)
		n += strstr(json_str(message, "text"), "What waits for people*: 1") != NULL;
	json_decref(messages);
	return n;
}

static void once_a_day_what_waits_is_told_also_through_restarts(struct stage *stage)
{
	stage_set(stage, "slack.digest_at", json_string("never"));
	int id = start_at(stage, AT_DISCONNECT);
	stage_stop(stage);
	stage_set(stage, "slack.digest_at", json_string("00:00"));
	stage_start(stage);
	SEE(stage, .channel = "status", .contains = "What waits for people*: 1", .also = "Jane Doe");
	stage_kill(stage);
	stage_start(stage);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	CHECK(stage, digests(stage) == 1);
}

const struct scenario people_scenarios[] = {
    SCENARIO(who_needs_help_is_told_who_comes),
    SCENARIO(a_repair_waits_for_the_end_of_a_holiday),
    SCENARIO(others_are_called_when_the_user_stays_silent),
    SCENARIO(others_are_called_when_nobody_decides),
    SCENARIO(a_korean_user_reads_and_types_korean),
    SCENARIO(what_salesforce_shows_is_said_on_the_card),
    SCENARIO(once_a_day_what_waits_is_told_also_through_restarts),
    {0},
};
