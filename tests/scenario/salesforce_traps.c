/*
 * scenario/salesforce_traps.c - what has gone wrong for others in Salesforce, and must not here.
 *
 *  no. trap                              sentences (here, or in the file in brackets)
 *   1  silent blindness                  rights_lost_midway_... ; salesforce_midway.c ; a_missing_right_... [refusals]
 *   2  login links                       a_login_link_stays_... ; the_admins_card_names_...
 *   3  revoking for everybody            only_the_listed_apps_of_this_user_...
 *   4  licences that go by themselves    a_licence_that_goes_with_its_set_... ; a_licence_that_carries_...
 *   5  composites                        composites_keep_... ; a_failed_part_is_not_hidden_...
 *   6  collections                       sets_and_licences_...
 *   7  rows of profiles and groups       the_same_set_by_a_group_and_a_profile_...
 *   8  not restoring what was there      a_set_of_the_orgs_own_... ; salesforce_orgs.c ; ends.c
 *   9  trusting the connection status    an_old_active_status_... ; an_org_without_a_connection_status_...
 *  10  repairing users of a broken org   diagnosis.c, no. 1 to 3
 *  11  labels and missing columns        labels_in_another_language_... ; an_org_without_a_connection_status_...
 *  12  the wrong person opens the link   the_way_to_the_settings_is_shown_...
 *  13  401, 403 and the meter            a_401_... ; a_crowded_org_... ; the_meter_is_read_... ; trouble.c
 *  14  more than one user                salesforce_people.c
 *  15  injection                         salesforce_people.c
 *  16  shapes of answers                 short_ids_small_pages_and_no_rows_...
 *  17  automation that grants again      a_set_that_is_put_back_each_time_... ; trouble.c
 *  18  the browser's session             only_sessions_of_the_add_in_...
 *  19  a bot that could make admins      a_set_that_makes_admins_... ; what_is_not_listed_can_not_be_given ; refusals.c
 *  20  kinder fakes                      an_answer_to_a_revoke_is_no_proof ; the fake's violations, in each scenario
 *
 * Beside them: seats. Collections (6) are not used at all: the journal shows it.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

#define JANE "=jane@example.com"

static void give_set(struct stage *stage, const char *user, const char *set)
{
	AUTO_FREE char *user_ref = mem_printf("=%s", user), *set_ref = mem_printf("=%s", set);

	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s}", "AssigneeId", user_ref, "PermissionSetId", set_ref));
}

static void give_token(struct stage *stage, const char *app)
{
	org_insert(stage, "OauthToken", json_pack("{s:s, s:s, s:i}", "UserId", JANE, "AppName", app, "UseCount", 1));
}

static void give_link(struct stage *stage, const char *handle, const char *provider, bool mailbox)
{
	org_insert(stage, "ThirdPartyAccountLink",
	           json_pack("{s:s, s:s, s:s, s:s, s:b}", "UserId", JANE, "Handle", handle, "RemoteIdentifier", handle,
	                     "Provider", provider, "IsNotSsoUsable", mailbox));
}

static void give_session(struct stage *stage, const char *user, const char *type)
{
	org_insert(stage, "AuthSession",
	           json_pack("{s:s, s:s, s:s, s:i}", "UsersId", user, "LoginType", type, "SessionType", "Standard",
	                     "NumSecondsValid", 7200));
}

/* A fault for all requests of that kind until they are cleared, or for `count` of them. */
static void hurt(struct stage *stage, const char *kind, json_t *what, int count)
{
	json_set_str(what, "kind", kind);
	json_set_int(what, "count", count);
	stage_fault(stage, SALESFORCE, what);
}

/* --- 1 blindness -------------------------------------------------------------------------------------------- */

/* Without its rights the bot is shown no rows, and no error either. */
static void blind_at_links(struct stage *stage, const char *right)
{
	int id = start_at(stage, AT_LINKS);

	SEE(stage, .user = "ida", .button = "Check now");
	org_take_right(stage, right);
	stage_click(stage, "ida", "Check now", NULL);
	SEE(stage, .channel = "helpdesk", .contains = right[0] == 'M' ? "Manage Users" : "Customize Application");
	CHECK(stage, !repair_says(stage, id, "steps.remove-account-links.state", "done"));
	CHECK(stage, count_holdings(stage, "jane", "links") == 2);
	org_give_right(stage, right);
	free(stage_slash(stage, "maria", "retry 1"));
	play(stage, id, AT_LINKS, AT_APPROVAL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
}

static void rights_lost_midway_are_not_taken_for_links_that_are_gone(struct stage *stage)
{
	blind_at_links(stage, "ManageUsers");
}

static void rights_lost_midway_are_not_taken_for_tokens_that_are_gone(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	SEE(stage, .user = "ida", .button = "Check now");
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("jane"));
	org_take_right(stage, "CustomizeApplication");
	stage_click(stage, "ida", "Check now", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "Customize Application");
	CHECK(stage, !repair_says(stage, id, "steps.revoke-siq.state", "done"));
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	org_give_right(stage, "CustomizeApplication");
	free(stage_slash(stage, "maria", "retry 1"));
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
}

/* --- 2 login links ------------------------------------------------------------------------------------------ */

static void a_login_link_stays_even_where_the_bot_may_delete(struct stage *stage)
{
	stage_set(stage, "salesforce.account_links", json_string("delete"));
	org_switch(stage, "links_writable", json_true());
	give_link(stage, "jane@example.com", "Microsoft", false); /* as the mailbox's, but for logging in */
	give_link(stage, "jane.doe@gmail.example", "Google", false);
	give_link(stage, "jane.doe@gmail.example", "Google", true);
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_SIGN_OUT);
	play_one(stage, AT_SIGN_OUT);
	await_point(stage, id, AT_APPROVAL);
	check_holdings(stage, "jane", "links", "jane@login.example.com,jane@example.com,jane.doe@gmail.example");
}

static void the_admins_card_names_links_to_remove_and_links_to_leave(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	SEE(stage, .user = "ida", .button = "Check now", .contains = "*remove* Microsoft",
	    .also = "*leave* OpenIdConnect");
	CHECK(stage, asked_for(stage, "DELETE", "ThirdPartyAccountLink") == 0);
	stage_click(stage, "ida", "Check now", NULL); /* a word is not enough */
	SEE(stage, .channel = "helpdesk", .contains = "still there");
	play(stage, id, AT_LINKS, AT_APPROVAL);
	check_holdings(stage, "jane", "links", "jane@login.example.com");
}

/* --- 3 tokens ----------------------------------------------------------------------------------------------- */

static void only_the_listed_apps_of_this_user_lose_their_access(struct stage *stage)
{
	int before = org_count(stage, "OauthToken", NULL, NULL);

	org_setup(stage, "may_revoke", json_pack("[s, s, s]", "SalesforceIQ", "SIQ", "Salesforce Inbox"));
	give_token(stage, "SalesforceIQ Cloud");
	give_token(stage, "My SIQ");
	give_token(stage, "siq");
	give_token(stage, "Salesforce%");
	int id = start_at(stage, AT_APPROVAL);
	check_holdings(stage, "jane", "tokens", "Salesforce for Android,SalesforceIQ Cloud,My SIQ,Salesforce%");
	CHECK(stage, org_count(stage, "OauthToken", NULL, NULL) == before + 4 - 3);
	check_step(stage, id, "revoke-siq", "done", NULL);
	CHECK(stage, asked_for(stage, "DELETE", "oauth") == 0);
	CHECK(stage, stage_count(stage, SALESFORCE, "revoke") == 3);
}

/* --- 4 and 6 licences --------------------------------------------------------------------------------------- */

static void a_licence_that_goes_with_its_set_is_not_deleted_once_more(struct stage *stage)
{
	org_switch(stage, "unassign_lag_ms", json_integer(300));
	int id = start_at(stage, AT_APPROVAL);

	check_step(stage, id, "remove-license", "done", "gone");
	CHECK(stage, asked_for(stage, "DELETE", "PermissionSetLicenseAssign") == 0);
	CHECK(stage, asked_for(stage, "DELETE", "PermissionSetAssignment") == 1);
}

static void a_licence_that_carries_more_stays_and_that_is_said(struct stage *stage)
{
	int id = start_at(stage, AT_APPROVAL);

	check_holdings(stage, "jane", "licenses", "SalesCloudEinsteinPsl");
	check_step(stage, id, "remove-license", "done", "Sales Cloud Einstein stays: it carries more");
}

/* A DELETE of a collection that names both kinds is refused whole; one by one they go. */
static void sets_and_licences_are_never_deleted_in_one_request(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets",
	          json_pack("[s, s]", INBOX_SET, "InboxWithoutEinsteinActivityCapture"));
	org_setup(stage, "may_remove", json_pack("[s, s]", INBOX_SET, "InboxWithoutEinsteinActivityCapture"));
	org_switch(stage, "auto_unassign", json_false());
	give_set(stage, "jane@example.com", "InboxWithoutEinsteinActivityCapture");
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);
	check_holdings(stage, "jane", "licenses", "SalesCloudEinsteinPsl");
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
	CHECK(stage, !holds_set(stage, "jane", "InboxWithoutEinsteinActivityCapture"));
	CHECK(stage, asked_for(stage, "DELETE", "PermissionSetLicenseAssign/2LA") == 1);
	CHECK(stage, stage_count(stage, SALESFORCE, "collection") == 0);
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

/* --- 5 composites ------------------------------------------------------------------------------------------- */

static void look_at_composite(struct stage *stage, const json_t *composite)
{
	bool written = false;
	int queries = 0;
	size_t i;
	json_t *part;

	CHECK(stage, json_is_false(json_get(composite, "collateSubrequests")));
	CHECK(stage, json_is_false(json_get(composite, "allOrNone")));
	json_array_foreach (json_get(composite, "compositeRequest"), i, part) {
		const char *url = json_str(part, "url");
		queries += strstr(url, "/query") != NULL;
		written = written || !text_eq(json_str(part, "method"), "GET");
		CHECK(stage, !written || strstr(url, "OauthToken") == NULL);
		CHECK(stage, !written || strstr(url, "ThirdPartyAccountLink") == NULL);
		CHECK(stage, strstr(url, "@{") == NULL);
	}
	CHECK(stage, queries <= 5);
}

static void composites_keep_their_order_and_their_bounds(struct stage *stage)
{
	play(stage, start_at(stage, AT_BACKEND), AT_BACKEND, AT_END);
	each_composite(stage, look_at_composite);
}

static void a_failed_part_is_not_hidden_by_the_answer_of_the_whole(struct stage *stage)
{
	stage_start(stage);
	hurt(stage, "composite",
	     json_pack("{s:s, s:s, s:s, s:s}", "contains", "PermissionSetAssignment/0Pa", "do", "trigger", "on",
	               "PermissionSetAssignment/", "on_method", "DELETE"),
	     1);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_LINKS);
	play_one(stage, AT_LINKS);
	await_point(stage, id, AT_APPROVAL);
	CHECK(stage, stage_fired(stage, SALESFORCE) == 1);
	CHECK(stage, asked_for(stage, "DELETE", "PermissionSetAssignment/0Pa") == 2);
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
}

/* --- 7 groups and profiles ---------------------------------------------------------------------------------- */

static void the_same_set_by_a_group_and_a_profile_stays(struct stage *stage)
{
	org_insert(stage, "PermissionSetAssignment",
	           json_pack("{s:s, s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=InboxTeamGroup",
	                     "PermissionSetGroupId", "=InboxTeam"));
	give_set(stage, "jane@example.com", "X00eInboxSellers");
	int before = org_count(stage, "PermissionSetAssignment", NULL, NULL);
	int id = start_at(stage, AT_APPROVAL);
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
	CHECK(stage, holds_set(stage, "jane", "X00eInboxSellers"));
	CHECK(stage, org_count(stage, "PermissionSetAssignment", NULL, NULL) == before - 1);
	SEE(stage, .channel = "helpdesk", .button = "Approve", .contains = "Inbox Team");
	check_step(stage, id, "remove-license", "skipped", NULL);
	play(stage, id, AT_APPROVAL, AT_END);
	CHECK(stage, org_count(stage, "PermissionSetAssignment", NULL, NULL) == before);
}

/* --- 8 giving back ------------------------------------------------------------------------------------------ */

/* Tied to no licence: it has to be given before the set, and the date goes with the set. */
static void a_set_of_the_orgs_own_comes_back_with_its_date(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets", json_pack("[s]", "AcmeMail"));
	org_setup(stage, "may_remove", json_pack("[s]", "AcmeMail"));
	org_insert(stage, "PermissionSet",
	           json_pack("{s:s, s:s, s:b, s:b, s:s, s:b}", "Name", "AcmeMail", "Label", "Acme: mail", "IsCustom", 1,
	                     "IsOwnedByProfile", 0, "Type", "Regular", "PermissionsSalesforceIQInbox", 1));
	org_patch(stage, "PermissionSetAssignment",
	          json_pack("{s:s, s:s}", "AssigneeId", JANE, "PermissionSetId", "=" INBOX_SET),
	          json_pack("{s:s, s:s}", "PermissionSetId", "=AcmeMail", "ExpirationDate", "+20d"));
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);
	check_holdings(stage, "jane", "licenses", "SalesCloudEinsteinPsl");
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

/* --- 9 and 11 what an org shows ------------------------------------------------------------------------------ */

static void an_old_active_status_is_no_reconnection(struct stage *stage)
{
	int id = start_at(stage, AT_DISCONNECT);

	stage_do(stage, SALESFORCE, "/_sim/disconnect", json_pack("{s:s, s:b}", "user", "jane", "stale", 1));
	stage_click(stage, "jane", "Done", NULL);
	play(stage, id, AT_SIGN_OUT, AT_CONNECT);
	stage_await_count(stage, SALESFORCE, "composite", 2);
	await_point(stage, id, AT_CONNECT);
	stage_click(stage, "jane", "Done", "connect your mailbox again");
	await_point(stage, id, AT_TEST);
	check_step(stage, id, "connect-account", "done", "word");
}

/* Its columns for that permission are missing too, and a query that names a missing column fails whole. */
static void an_org_without_a_connection_status_is_repaired_all_the_same(struct stage *stage)
{
	org_switch(stage, "feature_eac", json_false());
	org_switch(stage, "feature_internal", json_false());
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_CONNECT);
	play_one(stage, AT_CONNECT);
	play(stage, id, AT_TEST, AT_END);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void labels_in_another_language_change_nothing(struct stage *stage)
{
	org_patch(stage, "PermissionSet", json_pack("{s:s}", "Name", INBOX_SET),
	          json_pack("{s:s}", "Label", "Boîte de réception avec capture d’activité"));
	org_patch(stage, "PermissionSet", json_pack("{s:s}", "Name", "SalesReports"),
	          json_pack("{s:s}", "Label", "Inbox With Einstein Activity Capture"));
	stage_start(stage);
	int id = begin_jane(stage);
	SEE(stage, .channel = "helpdesk", .contains = "Boîte de réception avec capture d’activité");
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	CHECK(stage, !holds_set(stage, "jane", INBOX_SET));
	CHECK(stage, holds_set(stage, "jane", "SalesReports"));
}

/* --- 12 the way to the settings ------------------------------------------------------------------------------ */

/* Whoever opens that page sees, and could disconnect, their own mailbox. */
static void the_way_to_the_settings_is_shown_to_the_affected_user_alone(struct stage *stage)
{
	stage_start(stage);
	begin_repair(stage, "maria", "tara@example.com"); /* who is not in Slack */
	SEE(stage, .channel = "helpdesk", .button = "Mark done", .contains = "disconnect your mailbox");
	int id = begin_jane(stage);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done", .contains = "/settings/personal");
	play(stage, id, AT_DISCONNECT, AT_CONNECT);
	SEE(stage, .user = "jane", .channel = "dm", .button = "Done", .contains = "/settings/personal");
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "/settings/personal"));
	CHECK(stage, !SEES(stage, .user = "maria", .channel = "dm", .contains = "/settings/personal"));
}

/* --- 13 refusals that mean something else --------------------------------------------------------------------- */

static void a_401_that_is_no_expiry_makes_no_storm_of_logins(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);
	int logins = stage_count(stage, SALESFORCE, "token"), calls = stage_count(stage, SALESFORCE, "composite");

	hurt(stage, "composite", json_pack("{s:s}", "do", "not_for_rest"), 0);
	play_one(stage, AT_SIGN_OUT);
	stage_await_count(stage, SALESFORCE, "composite", 2);
	calls = stage_count(stage, SALESFORCE, "composite") - calls;
	CHECK(stage, stage_count(stage, SALESFORCE, "token") - logins <= calls);
	CHECK(stage, !repair_says(stage, id, "steps.remove-account-links.state", "done"));
	stage_clear_faults(stage, SALESFORCE);
	await_point(stage, id, AT_LINKS);
}

static void a_crowded_org_is_not_a_spent_allowance(struct stage *stage)
{
	int id = start_at(stage, AT_SIGN_OUT);

	hurt(stage, "composite", json_pack("{s:s}", "do", "limit_concurrent"), 1);
	play_one(stage, AT_SIGN_OUT);
	await_point(stage, id, AT_LINKS);
	CHECK(stage, !SEES(stage, .channel = "helpdesk", .contains = "used up"));
}

static void the_meter_is_read_used_before_limit(struct stage *stage)
{
	org_switch(stage, "api_used", json_integer(1000));
	start_at(stage, AT_DISCONNECT);
	struct client_answer metrics = stage_get(stage, "/metrics");
	CHECK(stage, strstr(metrics.body, "eacbot_salesforce_api_used 10") != NULL);
	CHECK(stage, strstr(metrics.body, "eacbot_salesforce_api_limit 100000") != NULL);
	client_answer_done(&metrics);
}

/* --- 16 shapes ---------------------------------------------------------------------------------------------- */

static void short_ids_small_pages_and_no_rows_are_read(struct stage *stage)
{
	org_switch(stage, "eac_user_id_form", json_integer(15));
	org_switch(stage, "page_size", json_integer(1));
	give_token(stage, "SIQ");
	org_patch(stage, "ActivityUsrConnectionStatus", json_pack("{s:s}", "UserId", "005Sj0000000002"),
	          json_pack("{s:n}", "ConfigurationName"));
	stage_start(stage);
	int id = begin_repair(stage, "maria", "005Sj0000000002");
	await_point(stage, id, AT_DISCONNECT);
	SEE(stage, .channel = "helpdesk", .contains = "configuration"); /* so her row was found */
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	check_holdings(stage, "jane", "tokens", "Salesforce for Android");
	begin_repair(stage, "maria", "nora@example.com"); /* for whom the subqueries are null */
	stage_await(stage, 2, "refused", NULL);
	CHECK(stage, repair_says(stage, 2, "reason", "nothing_assigned"));
}

/* --- 17 automation ------------------------------------------------------------------------------------------ */

static void a_set_that_is_put_back_each_time_ends_in_words(struct stage *stage)
{
	org_switch(stage, "regrant_ms", json_integer(1));
	org_switch(stage, "regrant_times", json_integer(30));
	int id = start_at(stage, AT_APPROVAL);
	for (int i = 0; i < 4; i++) {
		int64_t now = stage_now(stage);
		await_point(stage, id, AT_APPROVAL);
		free(stage_slash(stage, "omar", "approve 1"));
		await_point(stage, id, AT_BACKEND);
		free(stage_slash(stage, "maria", "confirm 1 47110815"));
		SEE(stage, .channel = "helpdesk", .after = now,
		    .contains = i < 3 ? "needs a new approval" : "keeps coming back");
	}
	stage_await(stage, id, "failed", NULL);
	SEE(stage, .channel = "helpdesk", .contains = "user access policy");
}

/* --- 18 sessions -------------------------------------------------------------------------------------------- */

static void only_sessions_of_the_add_in_are_ended(struct stage *stage)
{
	give_session(stage, JANE, "Remote Access 2.0");
	give_session(stage, JANE, "Salesforce Outlook Integration");
	give_session(stage, JANE, "SAML Sfdc Initiated SSO");
	give_session(stage, "=john@example.com", "Outlook Integration");
	start_at(stage, AT_LINKS);
	check_holdings(stage, "jane", "sessions", "Application,Remote Access 2.0,SAML Sfdc Initiated SSO");
	check_holdings(stage, "john", "sessions", "Application,Outlook Integration");
}

/* --- 19 privilege ------------------------------------------------------------------------------------------- */

static void a_set_that_makes_admins_is_refused_by_name_of_the_right(struct stage *stage)
{
	org_patch(stage, "PermissionSet", json_pack("{s:s}", "Name", INBOX_SET),
	          json_pack("{s:b}", "PermissionsModifyAllData", 1));
	stage_start(stage);
	begin_jane(stage);
	stage_await(stage, 1, "refused", NULL);
	CHECK(stage, repair_says(stage, 1, "reason", "broad_set"));
	SEE(stage, .user = "maria", .in = "ephemeral", .contains = "Modify", .also = "carries other permissions");
	CHECK(stage, count_writes(stage) == 0);
}

static void what_is_not_listed_can_not_be_given(struct stage *stage)
{
	stage_set(stage, "salesforce.reassign", json_pack("[s]", "SalesReports"));
	stage_write_config(stage);
	struct stage_output check = stage_eacbot(stage, "check");
	CHECK(stage, check.code == 2);
	CHECK(stage, strstr(check.err, "reassign") != NULL || strstr(check.out, "reassign") != NULL);
	stage_output_done(&check);
}

/* --- 20 revoking -------------------------------------------------------------------------------------------- */

/*
 * "No such token" is what Salesforce says of a token that was revoked before, and of one that it can't revoke now; and a
 * 200 may come from something between. Both tokens are still there after either, and so are revoked again.
 */
static void an_answer_to_a_revoke_is_no_proof(struct stage *stage)
{
	static const char refusal[] = "error=invalid_token&error_description=invalid%20token";
	json_t *lie = json_pack("{s:i, s:s}", "status", 200, "body", "");

	stage_start(stage);
	hurt(stage, "revoke", json_pack("{s:i, s:s}", "status", 400, "body", refusal), 2);
	hurt(stage, "revoke", lie, 2);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_APPROVAL);
	CHECK(stage, stage_count(stage, SALESFORCE, "revoke") == 6);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 1);
}

/* --- seats -------------------------------------------------------------------------------------------------- */

static void two_repairs_in_a_full_pool_both_get_their_seats_back(struct stage *stage)
{
	json_t *jane = stage_holdings(stage, "jane"), *john = stage_holdings(stage, "john");

	org_seats(stage, INBOX_LICENCE, 0);
	stage_start(stage);
	begin_jane(stage);
	begin_repair(stage, "tom", "@john");
	play_typed(stage, 1, "jane", AT_DISCONNECT, AT_BACKEND);
	play_typed(stage, 2, "john", AT_DISCONNECT, AT_CONNECT);
	play_typed(stage, 1, "jane", AT_BACKEND, AT_CONNECT);
	check_same_grants(stage, "jane", jane);
	check_same_grants(stage, "john", john);
	json_decref(jane);
	json_decref(john);
}

/* Jane's seat is taken by somebody else; John's must not be given up, for it might be taken for hers. */
static void a_seat_that_another_repair_is_owed_is_not_relied_on(struct stage *stage)
{
	json_t *jane = stage_holdings(stage, "jane"), *john = stage_holdings(stage, "john");

	org_seats(stage, INBOX_LICENCE, 0);
	org_switch(stage, "steal_seats", json_integer(1));
	stage_start(stage);
	begin_jane(stage);
	begin_repair(stage, "tom", "@john");
	play_typed(stage, 1, "jane", AT_DISCONNECT, AT_BACKEND);
	play_typed(stage, 2, "john", AT_DISCONNECT, AT_LINKS);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("john"));
	free(stage_slash(stage, "ida", "done 2"));
	stage_await(stage, 2, "failed", "remove-permission-set");
	SEE(stage, .channel = "helpdesk", .button = "Retry", .contains = "no seat to spare");
	check_same_grants(stage, "john", john);
	org_seats(stage, INBOX_LICENCE, 1);
	play_typed(stage, 1, "jane", AT_BACKEND, AT_CONNECT);
	check_same_grants(stage, "jane", jane);
	free(stage_slash(stage, "tom", "retry 2"));
	play_typed(stage, 2, "john", AT_APPROVAL, AT_CONNECT);
	check_same_grants(stage, "john", john);
	json_decref(jane);
	json_decref(john);
}

const struct scenario trap_scenarios[] = {
    SCENARIO(rights_lost_midway_are_not_taken_for_links_that_are_gone),
    SCENARIO(rights_lost_midway_are_not_taken_for_tokens_that_are_gone),
    SCENARIO(a_login_link_stays_even_where_the_bot_may_delete),
    SCENARIO(the_admins_card_names_links_to_remove_and_links_to_leave),
    SCENARIO(only_the_listed_apps_of_this_user_lose_their_access),
    SCENARIO(a_licence_that_goes_with_its_set_is_not_deleted_once_more),
    SCENARIO(a_licence_that_carries_more_stays_and_that_is_said),
    SCENARIO(sets_and_licences_are_never_deleted_in_one_request),
    SCENARIO(composites_keep_their_order_and_their_bounds),
    SCENARIO(a_failed_part_is_not_hidden_by_the_answer_of_the_whole),
    SCENARIO(the_same_set_by_a_group_and_a_profile_stays),
    SCENARIO(a_set_of_the_orgs_own_comes_back_with_its_date),
    SCENARIO(an_old_active_status_is_no_reconnection),
    SCENARIO(an_org_without_a_connection_status_is_repaired_all_the_same),
    SCENARIO(labels_in_another_language_change_nothing),
    SCENARIO(the_way_to_the_settings_is_shown_to_the_affected_user_alone),
    SCENARIO(a_401_that_is_no_expiry_makes_no_storm_of_logins),
    SCENARIO(a_crowded_org_is_not_a_spent_allowance),
    SCENARIO(the_meter_is_read_used_before_limit),
    SCENARIO(short_ids_small_pages_and_no_rows_are_read),
    SCENARIO(a_set_that_is_put_back_each_time_ends_in_words),
    SCENARIO(only_sessions_of_the_add_in_are_ended),
    SCENARIO(a_set_that_makes_admins_is_refused_by_name_of_the_right),
    SCENARIO_ENDS(what_is_not_listed_can_not_be_given),
    SCENARIO(an_answer_to_a_revoke_is_no_proof),
    SCENARIO(two_repairs_in_a_full_pool_both_get_their_seats_back),
    SCENARIO(a_seat_that_another_repair_is_owed_is_not_relied_on),
    {0},
};
