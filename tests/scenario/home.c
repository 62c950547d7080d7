/*
 * scenario/home.c - the Home tab, as whoever opens it sees it.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

/* {user, locale} of the workspace's directory. */
static void speaks(struct stage *stage, const char *user, const char *locale)
{
	stage_do(stage, SLACK, "/_sim/user", json_pack("{s:s, s:{s:s}}", "user", user, "set", "locale", locale));
}

static void opens_home(struct stage *stage, const char *user)
{
	stage_do(stage, SLACK, "/_sim/home", json_pack("{s:s}", "user", user));
}

static void an_approver_sees_what_waits_for_a_decision(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	opens_home(stage, "omar");
	SEE(stage, .user = "omar", .in = "view", .contains = "Waiting for your decision", .also = "Jane Doe");
	SEE(stage, .user = "omar", .in = "view", .contains = "slack.com/archives/C0HELP0001/p");
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, 1, AT_BACKEND);
	opens_home(stage, "omar");
	SEE(stage, .user = "omar", .in = "view", .contains = "backend team");
}

/* Four eyes: it would only be refused. */
static void who_asked_does_not_see_it_as_a_decision(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	opens_home(stage, "maria");
	SEE(stage, .user = "maria", .in = "view", .contains = "Nothing at the moment", .also = "Jane Doe");
}

static void the_affected_user_sees_the_own_repair_and_no_other(struct stage *stage)
{
	start_at(stage, AT_DISCONNECT);
	opens_home(stage, "jane");
	SEE(stage, .user = "jane", .in = "view", .contains = "your own mailbox", .also = "EAC-1");
	opens_home(stage, "paul");
	SEE(stage, .user = "paul", .in = "view", .contains = "The service is working");
	CHECK(stage, !SEES(stage, .user = "paul", .in = "view", .contains = "EAC-1"));
}

static void guests_see_nothing(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	opens_home(stage, "gus");
	SEE(stage, .user = "gus", .in = "view", .contains = "may do nothing here");
	CHECK(stage, !SEES(stage, .user = "gus", .in = "view", .contains = "working"));
}

static void home_speaks_the_language_of_who_opens_it(struct stage *stage)
{
	start_at(stage, AT_APPROVAL);
	speaks(stage, "omar", "de-DE");
	opens_home(stage, "omar");
	SEE(stage, .user = "omar", .in = "view", .contains = "Wartet auf Ihre Entscheidung");
}

static void home_tells_what_holds_the_service_up(struct stage *stage)
{
	stage_start(stage);
	free(stage_slash(stage, "ida", "pause reason: odd things"));
	opens_home(stage, "maria");
	SEE(stage, .user = "maria", .in = "view", .contains = "Paused", .also = "U0ADMIN001");
	CHECK(stage, !SEES(stage, .user = "maria", .in = "view", .contains = "odd things"));
}

static void the_messages_tab_is_not_the_home_tab(struct stage *stage)
{
	stage_start(stage);
	stage_do(stage, SLACK, "/_sim/home", json_pack("{s:s, s:s}", "user", "maria", "tab", "messages"));
	opens_home(stage, "omar");
	SEE(stage, .user = "omar", .in = "view", .contains = "The service is working");
	CHECK(stage, stage_count(stage, SLACK, "views.publish") == 1);
}

/* Slack limits us, and the person opens it again and again. */
static void home_is_shown_once_slack_lets_us(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SLACK, json_pack("{s:s, s:i}", "kind", "views.publish", "retry_after", 2));
	for (int i = 0; i < 5; i++)
		opens_home(stage, "maria");
	SEE(stage, .user = "maria", .in = "view", .contains = "The service is working");
	CHECK(stage, stage_count(stage, SLACK, "views.publish") <= 3);
}

const struct scenario home_scenarios[] = {
    SCENARIO(an_approver_sees_what_waits_for_a_decision),
    SCENARIO(who_asked_does_not_see_it_as_a_decision),
    SCENARIO(the_affected_user_sees_the_own_repair_and_no_other),
    SCENARIO(guests_see_nothing),
    SCENARIO(home_speaks_the_language_of_who_opens_it),
    SCENARIO(home_tells_what_holds_the_service_up),
    SCENARIO(the_messages_tab_is_not_the_home_tab),
    SCENARIO(home_is_shown_once_slack_lets_us),
    {0},
};
