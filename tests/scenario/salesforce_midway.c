/*
 * scenario/salesforce_midway.c - what others do to the org while a repair is under way.
 *
 * A look is believed as long as nothing is done on it: what is taken away is what the plan says and what is there now.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

#define JANE  "=jane@example.com"
#define OTHER "InboxWithoutEinsteinActivityCapture"

static json_t *janes_inbox(void)
{
	return json_pack("{s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=" INBOX_SET);
}

static void list_both_sets(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets", json_pack("[s, s]", INBOX_SET, OTHER));
	org_setup(stage, "may_remove", json_pack("[s, s]", INBOX_SET, OTHER));
}

static void give_other_set(struct stage *stage)
{
	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=" OTHER));
}

/* --- the plan ------------------------------------------------------------------------------------------------- */

static void a_set_that_is_new_is_told_and_asked_about_before_it_goes(struct stage *stage)
{
	list_both_sets(stage);
	int id = start_at(stage, AT_LINKS);
	give_other_set(stage);
	json_t *before = stage_holdings(stage, "jane");
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .contains = "new:", .also = "Inbox Without Einstein");
	stage_await(stage, id, "waiting_approval", NULL);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET) && holds_set(stage, "jane", OTHER));
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET) && !holds_set(stage, "jane", OTHER));
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_set_that_somebody_else_took_away_is_told_and_not_given(struct stage *stage)
{
	list_both_sets(stage);
	give_other_set(stage);
	int id = start_at(stage, AT_LINKS);
	org_delete(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=" OTHER));
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .contains = "gone:", .also = "Inbox Without Einstein");
	stage_await(stage, id, "waiting_approval", NULL);
	free(stage_slash(stage, "omar", "approve 1"));
	await_point(stage, id, AT_APPROVAL);
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await(stage, id, "cancelled", NULL);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET));
	CHECK(stage, !holds_set(stage, "jane", OTHER));
}

/* --- rights --------------------------------------------------------------------------------------------------- */

static void a_confirmation_is_not_believed_by_a_bot_that_sees_nothing(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	org_insert(stage, "OauthToken",
	           json_pack("{s:s, s:s, s:i}", "UserId", JANE, "AppName", "SalesforceIQ", "UseCount", 1));
	org_take_right(stage, "CustomizeApplication");
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	SEE(stage, .channel = "helpdesk", .contains = "Customize Application");
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
	org_give_right(stage, "CustomizeApplication");
	free(stage_slash(stage, "maria", "retry 1"));
	SEE(stage, .channel = "helpdesk", .contains = "needs a new approval");
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
}

/* Between the look and the deed; several tries, then people are asked. */
static void a_right_that_goes_right_before_the_deed_is_named(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:{s:s, s:[s]}}}", "kind", "composite", "contains",
	                      "PermissionSetAssignment/0Pa", "do", "act", "on", "PermissionSetAssignment/", "on_method",
	                      "DELETE", "acts", "/_sim/rights", "user", BOT, "remove", "AssignPermissionSets"));
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "Assign Permission Sets", .timeout_ms = 30000);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET));
	org_give_right(stage, "AssignPermissionSets");
	stage_click(stage, "maria", "Retry", NULL);
	await_point(stage, id, AT_APPROVAL);
}

/* --- people --------------------------------------------------------------------------------------------------- */

static void who_is_deactivated_meanwhile_gets_the_set_back_when_active_again(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	org_patch(stage, "User", json_pack("{s:s}", "Username", "jane@example.com"), json_pack("{s:b}", "IsActive", 0));
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_await(stage, id, "failed", "assign-permission-set");
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "inactive");
	org_patch(stage, "User", json_pack("{s:s}", "Username", "jane@example.com"), json_pack("{s:b}", "IsActive", 1));
	stage_click(stage, "maria", "Retry", NULL);
	await_point(stage, id, AT_CONNECT);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void who_becomes_protected_meanwhile_loses_nothing_more(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	stage_set(stage, "access.protected_users", json_pack("[s, s]", "ceo@example.com", "005Sj0000000002"));
	stage_write_config(stage);
	stage_signal(stage, SIGHUP);
	free(stage_slash(stage, "maria", "check @jane"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "protected");
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .contains = "protected");
	stage_await(stage, id, "failed", NULL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET));
}

/* --- licences ------------------------------------------------------------------------------------------------- */

static void a_contract_that_ends_before_the_removal_leaves_all_as_it_is(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_LINKS);

	org_patch(stage, "PermissionSetLicense", json_pack("{s:s}", "DeveloperName", INBOX_LICENCE),
	          json_pack("{s:s}", "Status", "Disabled"));
	play_one(stage, AT_LINKS);
	stage_await(stage, id, "failed", "remove-permission-set");
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "disabled");
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_contract_that_ends_after_the_removal_leaves_it_owed(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	org_patch(stage, "PermissionSetLicense", json_pack("{s:s}", "DeveloperName", INBOX_LICENCE),
	          json_pack("{s:s}", "Status", "Disabled"));
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await(stage, id, "failed", "assign-permission-set");
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "disabled");
	org_patch(stage, "PermissionSetLicense", json_pack("{s:s}", "DeveloperName", INBOX_LICENCE),
	          json_pack("{s:s}", "Status", "Active"));
	free(stage_slash(stage, "maria", "retry 1"));
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

/* --- what others do at the same moment ------------------------------------------------------------------------ */

static void a_token_that_a_live_add_in_makes_anew_is_revoked_too(struct stage *stage)
{
	org_switch(stage, "retoken_ms", json_integer(1));
	org_switch(stage, "retoken_times", json_integer(1));
	int id = start_at(stage, AT_APPROVAL);
	check_step(stage, id, "revoke-siq", "done", NULL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
	CHECK(stage, stage_count(stage, SALESFORCE, "revoke") == 3);
}

/* The set goes right before it would be deleted: what is gone counts as gone. */
static void a_set_that_an_admin_removes_at_the_same_moment_is_no_failure(struct stage *stage)
{
	stage_start(stage);
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:{s:s, s:o}}}", "kind", "composite", "contains",
	                      "PermissionSetAssignment/0Pa", "do", "act", "on", "PermissionSetAssignment/", "on_method",
	                      "DELETE", "acts", "/_sim/delete", "object", "PermissionSetAssignment", "where",
	                      janes_inbox()));
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	play_one(stage, AT_LINKS);
	stage_await_faults(stage, SALESFORCE, 1);
	await_point(stage, id, AT_APPROVAL);
	check_step(stage, id, "remove-permission-set", "done", NULL);
	play(stage, id, AT_APPROVAL, AT_END);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET));
}

/* An admin gives the set back while the repair is being undone: there is nothing left to do, and it is said. */
static void a_set_that_an_admin_gives_back_first_is_no_failure(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:{s:s, s:{s:s, s:s}}}}", "kind", "composite", "contains",
	                      "POST", "do", "act", "on", "PermissionSetAssignment", "on_method", "POST", "acts",
	                      "/_sim/insert", "object", "PermissionSetAssignment", "row", "AssigneeId", JANE,
	                      "PermissionSetId", "=" INBOX_SET));
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await_faults(stage, SALESFORCE, 1);
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

const struct scenario midway_scenarios[] = {
    SCENARIO(a_set_that_is_new_is_told_and_asked_about_before_it_goes),
    SCENARIO(a_set_that_somebody_else_took_away_is_told_and_not_given),
    SCENARIO(a_confirmation_is_not_believed_by_a_bot_that_sees_nothing),
    SCENARIO(a_right_that_goes_right_before_the_deed_is_named),
    SCENARIO(who_is_deactivated_meanwhile_gets_the_set_back_when_active_again),
    SCENARIO(who_becomes_protected_meanwhile_loses_nothing_more),
    SCENARIO(a_contract_that_ends_before_the_removal_leaves_all_as_it_is),
    SCENARIO(a_contract_that_ends_after_the_removal_leaves_it_owed),
    SCENARIO(a_token_that_a_live_add_in_makes_anew_is_revoked_too),
    SCENARIO(a_set_that_an_admin_removes_at_the_same_moment_is_no_failure),
    SCENARIO(a_set_that_an_admin_gives_back_first_is_no_failure),
    {0},
};
