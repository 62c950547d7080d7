/*
 * scenario/doctor.c - each line of `eacbot doctor`, when what it looks at is not well.
 *
 * What needs no fakes (files, dead hosts, tokens) is tests/cli.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

/* What doctor found; the caller frees. */
static json_t *ask_doctor(struct stage *stage, int *ret_code)
{
	stage_write_config(stage);
	struct stage_output output = stage_eacbot(stage, "doctor --json");
	json_t *findings = json_loads(output.out, 0, NULL);

	if (!json_is_array(findings))
		stage_fail(stage, "doctor ended with %d: %s %s", output.code, output.out, output.err);
	*ret_code = output.code;
	stage_output_done(&output);
	return findings;
}

static void fail_with(struct stage *stage, const json_t *findings, const char *what)
{
	char *text = json_dumps(findings, JSON_INDENT(1));

	stage_fail(stage, "%s: %s", what, text);
}

/* There is such a line; it has a fix unless it is ok; and the exit code says whether any line failed. */
static void expect(struct stage *stage, const char *check, const char *state, const char *detail)
{
	int code;
	json_t *findings = ask_doctor(stage, &code), *row;
	bool found = false, failed = false;
	size_t i;

	json_array_foreach (findings, i, row) {
		failed |= strcmp(json_str(row, "state"), "failed") == 0;
		found |= strcmp(json_str(row, "check"), check) == 0 && strcmp(json_str(row, "state"), state) == 0 &&
		         strstr(json_str(row, "detail"), detail) != NULL &&
		         (strcmp(state, "ok") == 0 || *json_str(row, "fix"));
	}
	if (!found || code != (failed ? 1 : 0))
		fail_with(stage, findings, detail);
	json_decref(findings);
}

static bool has_check(const json_t *findings, const char *check)
{
	size_t i;
	json_t *row;

	json_array_foreach (findings, i, row)
		if (strcmp(json_str(row, "check"), check) == 0)
			return true;
	return false;
}

static void change(struct stage *stage, const char *name, int value)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", name, value));
}

/* A fault for each doctor that is asked from now on. */
static void hurt(struct stage *stage, enum fake fake, const char *kind, json_t *rule)
{
	json_set_str(rule, "kind", kind);
	json_set_int(rule, "count", 0);
	stage_fault(stage, fake, rule);
}

/* --- nothing is wrong --- */

static void a_line_for_everything_and_nothing_is_changed(struct stage *stage)
{
	static const char *const checks[] = {"config",
	                                     "slack-dns",
	                                     "slack-tls",
	                                     "slack-bot-token",
	                                     "slack-app-token",
	                                     "slack-socket",
	                                     "slack-user-groups",
	                                     "slack-channels",
	                                     "slack-scopes",
	                                     "salesforce-dns",
	                                     "salesforce-tls",
	                                     "salesforce-login",
	                                     "clock",
	                                     "salesforce-api",
	                                     "salesforce-rights",
	                                     "salesforce-permission-set",
	                                     "salesforce-licence",
	                                     "salesforce-objects",
	                                     "salesforce-object",
	                                     "salesforce-sight",
	                                     "protected-users",
	                                     "salesforce-link"};

	stage_set(stage, "access.protected_users", json_pack("[s]", "ceo@example.com"));
	int code;
	json_t *findings = ask_doctor(stage, &code), *row;
	size_t i;

	json_array_foreach (findings, i, row)
		if (strcmp(json_str(row, "state"), "ok") != 0)
			fail_with(stage, findings, json_str(row, "check"));
	for (i = 0; i < sizeof checks / sizeof checks[0]; i++)
		if (!has_check(findings, checks[i]) || code != 0)
			fail_with(stage, findings, checks[i]);
	json_decref(findings);
	CHECK(stage, stage_count(stage, SLACK, "chat.postMessage") == 0);
	CHECK(stage, stage_count(stage, SLACK, "conversations.open") == 0);
	CHECK(stage, stage_count(stage, SALESFORCE, "sobject_delete") == 0);
	CHECK(stage, stage_count(stage, SALESFORCE, "revoke") == 0);
}

/* --- Slack --- */

static void a_missing_scope_is_named_with_what_does_not_work(struct stage *stage)
{
	hurt(stage, SLACK, "auth.test",
	     json_pack("{s:{s:s}}", "headers", "X-OAuth-Scopes",
	               "commands,chat:write,im:history,users:read.email,usergroups:read,channels:read,groups:read,"
	               "app_mentions:read,channels:history,groups:history,users:read"));
	expect(stage, "slack-scopes", "failed", "missing: im:write (the card of the affected user)");
}

/* --- reaching Salesforce --- */

static void a_clock_that_is_wrong_is_told(struct stage *stage)
{
	change(stage, "clock_offset_s", 120);
	expect(stage, "clock", "warning", "it is wrong by");
	change(stage, "clock_offset_s", -1200);
	expect(stage, "clock", "failed", "it is wrong by");
}

static void a_service_without_a_certificate_is_told(struct stage *stage)
{
	char url[80];

	snprintf(url, sizeof url, "https://127.0.0.1:%d", stage_fake_port(stage, SALESFORCE));
	stage_set(stage, "salesforce.login_url", json_string(url));
	expect(stage, "salesforce-tls", "failed", "");
}

static void a_refused_log_in_names_the_setting(struct stage *stage)
{
	hurt(stage, SALESFORCE, "token",
	     json_pack("{s:i, s:{s:s, s:s}}", "status", 400, "body", "error", "invalid_grant", "error_description",
	               "ip restricted"));
	expect(stage, "salesforce-login", "failed", "Login IP Ranges");
}

/* --- rights and objects --- */

static void each_missing_right_is_named(struct stage *stage)
{
	static const char *const rights[][2] = {{"ViewSetup", "View Setup and Configuration"},
	                                        {"AssignPermissionSets", "Assign Permission Sets"},
	                                        {"ManageUsers", "Manage Users"},
	                                        {"CustomizeApplication", "Customize Application"}};

	for (size_t i = 0; i < sizeof rights / sizeof rights[0]; i++) {
		stage_do(stage, SALESFORCE, "/_sim/rights",
		         json_pack("{s:s, s:[s]}", "user", "eacbot", "remove", rights[i][0]));
		expect(stage, "salesforce-rights", "failed", rights[i][1]);
		stage_do(stage, SALESFORCE, "/_sim/rights",
		         json_pack("{s:s, s:[s]}", "user", "eacbot", "add", rights[i][0]));
	}
}

static void an_object_that_the_org_hides_is_named(struct stage *stage)
{
	hurt(stage, SALESFORCE, "composite",
	     json_pack("{s:s, s:s}", "do", "no_such_type", "on", "PermissionSetLicenseAssign/describe"));
	expect(stage, "salesforce-object", "failed", "PermissionSetLicenseAssign (steps 1.6 and 2.1)");
}

static void links_that_the_api_can_not_delete_are_left_to_an_admin(struct stage *stage)
{
	stage_set(stage, "salesforce.account_links", json_string("delete"));
	expect(stage, "salesforce-object", "warning", "account links");
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:b}", "links_writable", 1));
	expect(stage, "salesforce-object", "ok", "ThirdPartyAccountLink can be read and deleted");
}

static void a_bot_that_sees_nobodys_tokens_is_told(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/delete", json_pack("{s:s, s:{}}", "object", "OauthToken", "where"));
	expect(stage, "salesforce-sight", "warning", "no access token of anybody else");
}

/* --- sets, licences, people --- */

static void sets_are_looked_up_by_name(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_sets",
	          json_pack("[s, s, s]", "Nonsense", "SalesEverything", "SalesReports"));
	expect(stage, "salesforce-permission-set", "failed", "Nonsense: there is none");
	expect(stage, "salesforce-permission-set", "failed", "SalesEverything carries other rights too");
	stage_set(stage, "salesforce.allow_broad", json_true());
	expect(stage, "salesforce-permission-set", "warning", "SalesReports gives neither");
}

static void licences_are_looked_up_by_name(struct stage *stage)
{
	stage_set(stage, "salesforce.permission_set_licenses",
	          json_pack("[s, s]", "NoSuchPsl", "SalesCloudEinsteinPsl"));
	expect(stage, "salesforce-licence", "failed", "NoSuchPsl: no licence");
	expect(stage, "salesforce-licence", "warning", "SalesCloudEinsteinPsl carries other features");
}

static void seats_are_counted(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", 0));
	expect(stage, "salesforce-licence", "warning", "may be taken by somebody else");
	stage_do(stage, SALESFORCE, "/_sim/seats", json_pack("{s:s, s:i}", "license", "InboxPsl", "free", -1));
	expect(stage, "salesforce-licence", "warning", "could not give one back");
	stage_do(stage, SALESFORCE, "/_sim/patch",
	         json_pack("{s:s, s:{s:s}, s:{s:s}}", "object", "PermissionSetLicense", "where", "DeveloperName",
	                   "InboxPsl", "set", "Status", "Disabled"));
	expect(stage, "salesforce-licence", "warning", "Disabled");
}

static void a_protected_entry_that_matches_nobody_is_told(struct stage *stage)
{
	stage_set(stage, "access.protected_users", json_pack("[s, s]", "ceo@example.com", "ghost@example.com"));
	expect(stage, "protected-users", "warning", "ghost@example.com matches nobody");
}

/* --- calls and links --- */

static void the_daily_calls_are_watched(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i, s:i}", "api_used", 95000, "api_limit", 100000));
	expect(stage, "salesforce-api", "warning", "of 100000 calls of the day are used");
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i, s:i}", "api_used", 10, "api_limit", 1000));
	expect(stage, "salesforce-api", "warning", "the bot's share is 100 calls a day");
	stage_do(stage, SALESFORCE, "/_sim/switch", json_pack("{s:i}", "api_used", 1000));
	expect(stage, "salesforce-org", "failed", "used up");
}

static void a_deep_link_that_leads_nowhere_is_told(struct stage *stage)
{
	stage_set(stage, "salesforce.connected_accounts_url", json_string("/lightning/nowhere"));
	expect(stage, "salesforce-link", "warning", "/lightning/nowhere");
	stage_set(stage, "salesforce.connected_accounts_url",
	          json_string("/lightning/settings/personal/Connections/home"));
	expect(stage, "salesforce-link", "ok", "the org answers there");
}

const struct scenario doctor_scenarios[] = {
    SCENARIO_ENDS(a_line_for_everything_and_nothing_is_changed),
    SCENARIO_ENDS(a_missing_scope_is_named_with_what_does_not_work),
    SCENARIO_ENDS(a_clock_that_is_wrong_is_told),
    SCENARIO_ENDS(a_service_without_a_certificate_is_told),
    SCENARIO_ENDS(a_refused_log_in_names_the_setting),
    SCENARIO_ENDS(each_missing_right_is_named),
    SCENARIO_ENDS(an_object_that_the_org_hides_is_named),
    SCENARIO_ENDS(links_that_the_api_can_not_delete_are_left_to_an_admin),
    SCENARIO_ENDS(a_bot_that_sees_nobodys_tokens_is_told),
    SCENARIO_ENDS(sets_are_looked_up_by_name),
    SCENARIO_ENDS(licences_are_looked_up_by_name),
    SCENARIO_ENDS(seats_are_counted),
    SCENARIO_ENDS(a_protected_entry_that_matches_nobody_is_told),
    SCENARIO_ENDS(the_daily_calls_are_watched),
    SCENARIO_ENDS(a_deep_link_that_leads_nowhere_is_told),
    {0},
};
