/*
 * scenario/salesforce_answers.c - Salesforce says no in every way that passes, midway in a repair that comes to its end.
 *
 * What each answer means is tests/unit/test_sf_error.c; here it is asked whether a whole repair lives with it.
 */
#include <string.h>

#include "bot/base/json.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

/* Of the data calls from now on, the first fails in the first way, one of the next in the second, and so on. */
static void hurt_now_and_then(struct stage *stage, const char *const *ways, size_t count)
{
	for (size_t i = 0; i < count; i++)
		stage_fault(stage, SALESFORCE,
		            json_pack("{s:s, s:s, s:i}", "kind", "composite", "do", ways[i], "nth", (int)(2 * i + 1)));
}

static void repair_in_spite_of(struct stage *stage, const char *const *ways, size_t count)
{
	json_t *before = stage_holdings(stage, "jane");

	stage_start(stage);
	hurt_now_and_then(stage, ways, count);
	int id = begin_jane(stage);
	await_point(stage, id, AT_DISCONNECT);
	play(stage, id, AT_DISCONNECT, AT_END);
	stage_await_faults(stage, SALESFORCE, (int)count);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void what_is_busy_or_in_maintenance_is_waited_for(struct stage *stage)
{
	static const char *const ways[] = {"busy", "org_in_maintenance", "limit_concurrent", "api_off_for_a_while"};

	repair_in_spite_of(stage, ways, sizeof ways / sizeof ways[0]);
}

static void pages_of_a_gateway_are_no_answers(struct stage *stage)
{
	static const char *const ways[] = {"maintenance_200", "bad_gateway", "gateway_timeout", "query_timeout"};

	repair_in_spite_of(stage, ways, sizeof ways / sizeof ways[0]);
}

static void an_org_that_is_not_where_it_was_is_looked_for(struct stage *stage)
{
	static const char *const ways[] = {"gone_page", "no_route", "session_lost", "session_expired"};

	repair_in_spite_of(stage, ways, sizeof ways / sizeof ways[0]);
}

static void an_org_that_moves_midway_is_followed_by_the_log_in(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");

	int id = start_at(stage, AT_APPROVAL);
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:s}", "instance_host", "localhost"));
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_session_that_ends_between_two_parts_loses_nothing(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");

	int id = start_at(stage, AT_LINKS);
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s}", "kind", "composite", "contains", "OauthToken", "do",
	                      "session_lost", "on", "OauthToken"));
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s}", "kind", "composite", "contains", "DELETE", "do", "session_lost",
	                      "on", "/query"));
	play(stage, id, AT_LINKS, AT_END);
	stage_await_faults(stage, SALESFORCE, 2);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void who_is_locked_out_midway_is_told_where_to_look(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:i}", "kind", "composite", "do", "wrong_address", "count", 0));
	stage_click(stage, "ida", "Check now", NULL);
	stage_await_ready(stage, 503);
	struct client_answer ready = stage_get(stage, "/readyz");
	if (strstr(ready.body, "Login IP Ranges") == NULL)
		stage_fail(stage, "/readyz: %s", ready.body);
	client_answer_done(&ready);
	stage_clear_faults(stage, SALESFORCE);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", json_pack("{s:s}", "user", "jane"));
	stage_click(stage, "ida", "Check now", NULL);
	await_point(stage, id, AT_APPROVAL);
	stage_await_ready(stage, 200);
}

const struct scenario answer_scenarios[] = {
    SCENARIO(what_is_busy_or_in_maintenance_is_waited_for),
    SCENARIO(pages_of_a_gateway_are_no_answers),
    SCENARIO(an_org_that_is_not_where_it_was_is_looked_for),
    SCENARIO(an_org_that_moves_midway_is_followed_by_the_log_in),
    SCENARIO(a_session_that_ends_between_two_parts_loses_nothing),
    SCENARIO(who_is_locked_out_midway_is_told_where_to_look),
    {0},
};
