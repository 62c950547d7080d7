/*
 * scenario/diagnosis.c - diagnose first: the fourteen checks before anything is touched.
 *
 *  no. check                                    sentences (here, or in the file in brackets)
 *   1  many users broken                        many_broken_users_are_told_... ; a_few_broken_users_...
 *   2  the org's own connection                 a_connection_of_the_whole_org_... ; anyway_goes_on_...
 *   3  EWS not upgraded to Microsoft Graph      the_upgrade_to_microsoft_graph_... ; many_broken_users_are_told_...
 *   4  inactive or frozen                       who_can_not_log_in_is_to_be_let_in_first ; [refusals]
 *   5  nothing assigned, or no licence          a_licence_that_ends_too_soon_... ; without_a_set_... ; [refusals]
 *   6  in no configuration                      who_is_in_no_configuration_...
 *   7  terms not accepted                       terms_that_were_not_accepted_... ; terms_of_the_whole_org_...
 *   8  another mailbox                          another_mailbox_than_the_users_...
 *   9  the wrong provider                       a_mailbox_of_another_provider_...
 *  10  Salesforce's own advice                  salesforces_own_advice_... ; a_disabled_connection_...
 *  11  a changed password                       salesforces_own_advice_...
 *  12  active, and only sending fails           an_active_connection_gets_the_full_ten_steps
 *  13  half removed                             what_is_half_removed_is_found_done
 *  14  the app is blocked or gone               a_connection_without_access_of_the_app_...
 *
 * What is only said stands in `/eac check` and in the plan, before the first change.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

static json_t *jane(void)
{
	return json_pack("{s:s}", "UserId", "005Sj0000000002IAA");
}

/* `/eac check WHO` says both, privately, and nothing is changed. */
static void check_says(struct stage *stage, const char *who, const char *contains, const char *also)
{
	int64_t now = stage_now(stage);
	AUTO_FREE char *words = mem_printf("check %s", who);

	free(stage_slash(stage, "maria", words));
	SEE(stage, .user = "maria", .in = "ephemeral", .after = now, .contains = contains, .also = also);
	check_silent(stage, "helpdesk");
	CHECK(stage, count_writes(stage) == 0);
}

/* Said by the check, said with the plan before the first change, and a repair goes on. */
static void said_first(struct stage *stage, const char *contains, const char *also)
{
	stage_start(stage);
	check_says(stage, "@jane", contains, also);
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = contains, .also = also);
	CHECK(stage, count_writes(stage) == 0);
	await_point(stage, id, AT_DISCONNECT);
}

/* Said by the check, and a repair is refused for that reason. */
static void refused_for(struct stage *stage, const char *who, const char *reason, const char *contains,
                        const char *also)
{
	stage_start(stage);
	check_says(stage, who, contains, also);
	int64_t now = stage_now(stage);
	int id = begin_repair(stage, "maria", who);
	stage_await(stage, id, "refused", NULL);
	if (!repair_says(stage, id, "reason", reason))
		stage_fail(stage, "not refused for %s", reason);
	SEE(stage, .user = "maria", .in = "ephemeral", .after = now, .contains = contains, .also = also);
	check_silent(stage, "helpdesk");
	check_silent(stage, "@jane");
	CHECK(stage, count_writes(stage) == 0);
}

/* --- 1 to 3 the org ------------------------------------------------------------------------------------------- */

static void many_broken_users_are_told_with_the_causes_that_an_org_can_have(struct stage *stage)
{
	org_add_crowd(stage, 12, "NEEDSATTENTION");
	said_first(stage, "14 of ", "Microsoft Graph");
	SEE(stage, .channel = "helpdesk", .contains = "1 October 2026");
}

static void the_upgrade_to_microsoft_graph_is_what_an_old_connection_needs(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s, s:s}", "ConnectivityStatus", "NEEDSATTENTION", "RecommendedActionTitle",
	                    "Ask your admin to upgrade to Microsoft Graph"));
	said_first(stage, "Upgrade to Microsoft Graph", "every user reconnects");
}

static void a_few_broken_users_are_no_news(struct stage *stage)
{
	org_add_crowd(stage, 2, "NEEDSATTENTION");
	stage_start(stage);
	begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "Microsoft Graph"));
}

static void a_connection_of_the_whole_org_is_left_to_an_admin(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s}", "ConnectivityStatus", "NEEDSATTENTIONHYBRID"));
	refused_for(stage, "@jane", "org_level", "NEEDSATTENTIONHYBRID", "Reset User");
}

static void anyway_goes_on_although_the_org_is_broken(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s}", "ConnectivityStatus", "NEEDSATTENTIONHYBRID"));
	stage_start(stage);
	json_t *before = stage_holdings(stage, "jane");
	int id = begin_repair(stage, "ida", "@jane anyway reason: the reset was tried");
	play(stage, id, AT_DISCONNECT, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

/* --- 4 and 5 what a repair rests on ----------------------------------------------------------------------------- */

static void who_can_not_log_in_is_to_be_let_in_first(struct stage *stage)
{
	stage_start(stage);
	check_says(stage, "fred@example.com", "frozen", "Unfreeze");
	check_says(stage, "ina@example.com", "inactive", "Activate");
}

static void a_licence_that_ends_too_soon_could_not_be_given_back(struct stage *stage)
{
	org_patch(stage, "PermissionSetLicense", json_pack("{s:s}", "DeveloperName", INBOX_LICENCE),
	          json_pack("{s:s}", "ExpirationDate", "+3d"));
	refused_for(stage, "@jane", "license_unavailable", "Inbox", "expires");
}

static void without_a_set_nothing_is_taken_away_and_nothing_given(struct stage *stage)
{
	refused_for(stage, "nora@example.com", "nothing_assigned", "never grant", "Salesforce admin");
}

/* --- 6 to 9 the user's connection ------------------------------------------------------------------------------- */

static void who_is_in_no_configuration_is_told_so(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(), json_pack("{s:n}", "ConfigurationName"));
	said_first(stage, "configuration", NULL);
}

static void terms_that_were_not_accepted_are_told(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(), json_pack("{s:b}", "IsTermsOfServiceAccepted", 0));
	said_first(stage, "terms", "accept");
}

static void terms_of_the_whole_org_are_left_to_an_admin(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s}", "GlobalOauthTermsState", "DECLINED"));
	refused_for(stage, "@jane", "org_level", "DECLINED", "Reset User");
}

static void another_mailbox_than_the_users_is_told(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s}", "EmailAddress", "jane.alias@example.com"));
	said_first(stage, "jane.alias@example.com", "(jane@example.com)");
}

static void a_mailbox_of_another_provider_is_told(struct stage *stage)
{
	org_patch(stage, "ThirdPartyAccountLink", json_pack("{s:s}", "RemoteIdentifier", "ms-jane"),
	          json_pack("{s:s}", "Provider", "Google"));
	said_first(stage, "Google", "Microsoft");
}

/* --- 10 to 14 what would do, and what is left -------------------------------------------------------------------- */

static void salesforces_own_advice_is_told_and_that_reconnecting_would_do(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(),
	          json_pack("{s:s, s:s, s:s}", "ConnectivityStatus", "NEEDSATTENTION", "RecommendedActionTitle",
	                    "Reconnect the account", "RecommendedActionDescription",
	                    "The password of the mailbox was changed."));
	said_first(stage, "Reconnect the account", "alone would probably do");
	SEE(stage, .channel = "helpdesk", .contains = "The password of the mailbox was changed");
}

static void a_disabled_connection_would_probably_do_with_reconnecting(struct stage *stage)
{
	org_patch(stage, "ActivityUsrConnectionStatus", jane(), json_pack("{s:s}", "ConnectivityStatus", "DISABLED"));
	said_first(stage, "DISABLED", "alone would probably do");
}

static void an_active_connection_gets_the_full_ten_steps(struct stage *stage)
{
	stage_start(stage);
	check_says(stage, "@jane", "A repair is possible", "ACTIVE");
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "*Plan*");
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "*Note:*"));
	play(stage, id, AT_DISCONNECT, AT_END);
}

static void what_is_half_removed_is_found_done(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("jane"));
	org_delete(stage, "OauthToken",
	           json_pack("{s:s, s:s}", "UserId", "=jane@example.com", "AppName", "SalesforceIQ"));
	stage_start(stage);
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "half removed");
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	play_one(stage, AT_SIGN_OUT);
	await_point(stage, id, AT_APPROVAL);
	check_step(stage, id, "remove-account-links", "done", "there was no mailbox link");
	check_step(stage, id, "revoke-siq", "done", "no access token of the app was there");
	check_step(stage, id, "remove-permission-set", "done", "removed");
	CHECK(stage, stage_count(stage, SALESFORCE, "revoke") == 0);
	play(stage, id, AT_APPROVAL, AT_END);
}

static void a_connection_without_access_of_the_app_points_at_the_app(struct stage *stage)
{
	org_delete(stage, "OauthToken",
	           json_pack("{s:s, s:s}", "UserId", "=jane@example.com", "AppName", "SalesforceIQ"));
	said_first(stage, "SalesforceIQ", "blocked");
}

const struct scenario diagnosis_scenarios[] = {
    SCENARIO(many_broken_users_are_told_with_the_causes_that_an_org_can_have),
    SCENARIO(the_upgrade_to_microsoft_graph_is_what_an_old_connection_needs),
    SCENARIO(a_few_broken_users_are_no_news),
    SCENARIO(a_connection_of_the_whole_org_is_left_to_an_admin),
    SCENARIO(anyway_goes_on_although_the_org_is_broken),
    SCENARIO(who_can_not_log_in_is_to_be_let_in_first),
    SCENARIO(a_licence_that_ends_too_soon_could_not_be_given_back),
    SCENARIO(without_a_set_nothing_is_taken_away_and_nothing_given),
    SCENARIO(who_is_in_no_configuration_is_told_so),
    SCENARIO(terms_that_were_not_accepted_are_told),
    SCENARIO(terms_of_the_whole_org_are_left_to_an_admin),
    SCENARIO(another_mailbox_than_the_users_is_told),
    SCENARIO(a_mailbox_of_another_provider_is_told),
    SCENARIO(salesforces_own_advice_is_told_and_that_reconnecting_would_do),
    SCENARIO(a_disabled_connection_would_probably_do_with_reconnecting),
    SCENARIO(an_active_connection_gets_the_full_ten_steps),
    SCENARIO(what_is_half_removed_is_found_done),
    SCENARIO(a_connection_without_access_of_the_app_points_at_the_app),
    {0},
};
