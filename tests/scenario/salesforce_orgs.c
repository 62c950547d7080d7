/*
 * scenario/salesforce_orgs.c - orgs that are set up otherwise: another set to give, broad sets, old versions, much of all.
 */
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

/* --- what is given -------------------------------------------------------------------------------------------- */

static void give_another_set(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets", json_pack("[s, s]", INBOX_SET, OTHER));
	stage_set(stage, "salesforce.reassign", json_pack("[s]", OTHER));
	org_setup(stage, "may_remove", json_pack("[s, s]", INBOX_SET, OTHER));
	org_patch(stage, "PermissionSetAssignment", janes_inbox(), json_pack("{s:s}", "ExpirationDate", "+20d"));
}

static void another_set_is_given_with_the_date_of_the_removed_one(struct stage *stage)
{
	give_another_set(stage);
	json_t *before = stage_holdings(stage, "jane"), *row;
	size_t i;
	play(stage, start_at(stage, AT_CONNECT), AT_CONNECT, AT_END);
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
	CHECK(stage, holds_set(stage, "jane", OTHER));
	json_array_foreach (json_get(before, "sets"), i, row)
		if (text_eq(json_str(row, "name"), INBOX_SET))
			json_set_str(row, "name", OTHER);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_cancel_puts_back_the_old_set_and_gives_no_other(struct stage *stage)
{
	give_another_set(stage);
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

/* --- what may go ---------------------------------------------------------------------------------------------- */

static void a_broad_set_that_is_allowed_goes_and_comes_back(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets", json_pack("[s]", "SalesEverything"));
	stage_set(stage, "salesforce.allow_broad", json_true());
	org_setup(stage, "may_remove", json_pack("[s]", "SalesEverything"));
	org_patch(stage, "PermissionSetAssignment", janes_inbox(),
	          json_pack("{s:s}", "PermissionSetId", "=SalesEverything"));
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);
	CHECK(stage, !holds_set(stage, "jane", "SalesEverything"));
	play(stage, id, AT_BACKEND, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_listed_licence_that_another_set_needs_stays_and_that_is_said(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_set_licenses",
	          json_pack("[s, s]", INBOX_LICENCE, "SalesCloudEinsteinPsl"));
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);
	check_holdings(stage, "jane", "licenses", "SalesCloudEinsteinPsl");
	check_step(stage, id, "remove-license", "skipped", "needs the licence");
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void one_of_two_links_that_can_not_be_deleted_is_left_to_an_admin(struct stage *stage)
{
	stage_set(stage, "salesforce.account_links", json_string("delete"));
	org_switch(stage, "links_writable", json_true());
	org_insert(stage, "ThirdPartyAccountLink",
	           json_pack("{s:s, s:s, s:s, s:s, s:s, s:b}", "Id", "04USj0000000900", "UserId", JANE, "Handle",
	                     "jane.two@example.com", "RemoteIdentifier", "ms-two", "Provider", "Microsoft",
	                     "IsNotSsoUsable", 1));
	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:s, s:s, s:s, s:i}", "kind", "*", "contains", "04USj0000000900", "on",
	                      "04USj0000000900", "do", "no_access", "count", 0));
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	play_one(stage, AT_SIGN_OUT);
	SEE(stage, .user = "ida", .button = "Check now", .contains = "jane.two@example.com", .timeout_ms = 30000);
	check_holdings(stage, "jane", "links", "jane@login.example.com,jane.two@example.com");
	stage_clear_faults(stage, SALESFORCE);
	play(stage, id, AT_LINKS, AT_APPROVAL);
}

/* --- old, large, and all at once -------------------------------------------------------------------------------- */

static void an_org_of_an_older_version_is_spoken_to_in_its_own(struct stage *stage)
{
	org_switch(stage, "newest_version", json_integer(60));
	play(stage, start_at(stage, AT_BACKEND), AT_BACKEND, AT_END);
	CHECK(stage, asked_for(stage, "GET", "/v60.0/") > 0);
	CHECK(stage, asked_for(stage, "GET", "/v64.0/") == 0);
}

static void much_of_everything_is_read_shown_and_removed(struct stage *stage)
{
	org_switch(stage, "page_size", json_integer(7));
	for (int i = 0; i < 60; i++) {
		AUTO_FREE char *handle = mem_printf("jane.with.a.long.name.%03d@some.long.example.com", i);
		org_insert(stage, "ThirdPartyAccountLink",
		           json_pack("{s:s, s:s, s:s, s:s, s:b}", "UserId", JANE, "Handle", handle, "RemoteIdentifier",
		                     handle, "Provider", "Microsoft", "IsNotSsoUsable", 1));
		if (i < 20)
			org_insert(
			    stage, "OauthToken",
			    json_pack("{s:s, s:s, s:i}", "UserId", JANE, "AppName", "SalesforceIQ", "UseCount", i));
	}
	int id = start_at(stage, AT_LINKS);
	SEE(stage, .user = "ida", .button = "Check now", .contains = "long.name");
	play(stage, id, AT_LINKS, AT_BACKEND);
	check_holdings(stage, "jane", "tokens", "Salesforce for Android");
	check_holdings(stage, "jane", "links", "jane@login.example.com");
	check_step(stage, id, "revoke-siq", "done", "22 access tokens");
}

static void all_that_can_be_said_is_said_and_fits(struct stage *stage)
{
	org_add_crowd(stage, 20, "NEEDSATTENTION");
	org_seats(stage, INBOX_LICENCE, 0);
	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=InboxTeamGroup",
	                     "PermissionSetGroupId", "=InboxTeam"));
	org_delete(stage, "OauthToken", json_pack("{s:s, s:s}", "UserId", JANE, "AppName", "SalesforceIQ"));
	org_patch(stage, "ThirdPartyAccountLink", json_pack("{s:s}", "RemoteIdentifier", "ms-jane"),
	          json_pack("{s:s}", "Provider", "Google"));
	AUTO_FREE char *advice = mem_printf("%0400d upgrade to Graph", 0);
	org_patch(stage, "ActivityUsrConnectionStatus", json_pack("{s:s}", "UserId", "005Sj0000000002"),
	          json_pack("{s:s, s:n, s:b, s:s, s:s, s:s}", "ConnectivityStatus", "NEEDSATTENTION",
	                    "ConfigurationName", "IsTermsOfServiceAccepted", 0, "EmailAddress",
	                    "jane.alias.of.great.length@some.other.example.com", "RecommendedActionTitle", advice,
	                    "RecommendedActionDescription", advice));
	stage_start(stage);
	free(stage_slash(stage, "maria", "check @jane"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "A repair is possible", .also = "Inbox Team");
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "Inbox Team", .also = "terms");
	SEE(stage, .channel = "helpdesk", .contains = "Microsoft Graph", .also = "configuration");
	SEE(stage, .channel = "helpdesk", .contains = "SalesforceIQ", .also = "jane.alias");
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	SEE(stage, .user = "omar", .button = "Approve");
}

const struct scenario orgs_scenarios[] = {
    SCENARIO(another_set_is_given_with_the_date_of_the_removed_one),
    SCENARIO(a_cancel_puts_back_the_old_set_and_gives_no_other),
    SCENARIO(a_broad_set_that_is_allowed_goes_and_comes_back),
    SCENARIO(a_listed_licence_that_another_set_needs_stays_and_that_is_said),
    SCENARIO(one_of_two_links_that_can_not_be_deleted_is_left_to_an_admin),
    SCENARIO(an_org_of_an_older_version_is_spoken_to_in_its_own),
    SCENARIO(much_of_everything_is_read_shown_and_removed),
    SCENARIO(all_that_can_be_said_is_said_and_fits),
    {0},
};
