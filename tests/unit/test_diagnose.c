/*
 * tests/unit/test_diagnose.c - what is planned, what refuses, what only warns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "commands/eac/diagnose.h"
#include "commands/phrases/phrases.h"

#define PS  "0PS000000000001GAA"
#define PSL "0PL000000000001GAA"
#define DAY ((int64_t)24 * 3600 * 1000)

static char inbox_set[] = "InboxWithEinsteinActivityCapture", app[] = "SalesforceIQ", ceo[] = "ceo@example.com",
            licence_name[] = "InboxPsl";
static char *sets[] = {inbox_set}, *apps[] = {app}, *protected[] = {ceo}, *licences[] = {licence_name};

struct case_in_hand {
	struct config config;
	json_t *found, *look;
	json_t *promised;
	int64_t now;
	struct diagnosis d;
};

static int setup(void **state)
{
	static struct case_in_hand c;
	c = (struct case_in_hand){.now = 1795000000000};
	c.config.salesforce.permission_sets = (struct config_list){sets, 1};
	c.config.salesforce.siq_apps = (struct config_list){apps, 1};
	c.config.access.protected_users = (struct config_list){protected, 1};
	c.config.people.give_up_after_ms = 3 * DAY;
	c.config.approval.expire_after_ms = 3 * DAY;
	c.found =
	    json_pack("{s:{s:b,s:b,s:b,s:b,s:b},s:[{s:s,s:s,s:b}],s:[{s:s,s:s,s:s,s:i,s:i,s:n}],s:n}", "rights",
	              "ApiEnabled", 1, "ViewSetup", 1, "AssignPermissionSets", 1, "ManageUsers", 1,
	              "CustomizeApplication", 1, "sets", "id", PS, "name", inbox_set, "broad", 0, "licences", "id", PSL,
	              "label", "Inbox", "status", "Active", "total", 10, "used", 5, "expires", "population");
	c.look = json_pack(
	    "{s:{s:s,s:s,s:s,s:b},s:b,s:[{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:s,s:b,s:b}],s:[{s:s,s:s,s:s,s:s,s:b,s:b,s:b}],"
	    "s:[{s:s}],s:[{s:s,s:s,s:b,s:s}],s:{s:s,s:s,s:s}}",
	    "user", "id", "005Sj000003JNIXIA4", "username", "jane@example.com", "email", "jane@example.com", "active",
	    1, "frozen", 0, "sets", "id", "0Pa1", "set", PS, "group", "", "expires", "", "profile_owned", 0, "licence",
	    PSL, "name", inbox_set, "label", "Inbox", "inbox", 1, "eac", 1, "licences", "id", "2LA1", "licence", PSL,
	    "name", "InboxPsl", "label", "Inbox", "inbox", 1, "eac", 1, "broad", 0, "tokens", "app", app, "links",
	    "provider", "Microsoft", "handle", "jane@example.com", "login", 0, "sso_name", "", "connection", "status",
	    "ACTIVE", "mailbox", "jane@example.com", "configuration", "Sales");
	*state = &c;
	return c.found == NULL || c.look == NULL;
}

static int teardown(void **state)
{
	struct case_in_hand *c = *state;
	diagnosis_done(&c->d);
	json_decref(c->found);
	json_decref(c->look);
	return 0;
}

static const char *reason(struct case_in_hand *c)
{
	diagnosis_done(&c->d);
	diagnose(&c->d, &c->config, c->found, c->look, NULL, c->promised, c->now);
	return c->d.reason;
}

static bool says(const json_t *sentence, const char *words)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 4000);
	phrase_add_value(&b, LANGUAGE_EN, sentence);
	return strstr(buf_str(&b), words) != NULL;
}

static bool warns(const struct case_in_hand *c, const char *words)
{
	size_t i;
	json_t *warning;
	json_array_foreach (c->d.warnings, i, warning)
		if (says(warning, words))
			return true;
	return false;
}

static json_t *held_set(struct case_in_hand *c)
{
	return json_array_get(json_get(c->look, "sets"), 0);
}

static json_t *connection(struct case_in_hand *c)
{
	return json_get(c->look, "connection");
}

static void an_ordinary_user_may_be_repaired(void **state)
{
	struct case_in_hand *c = *state;
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(json_get(c->d.plan, "sets")), 1);
	assert_int_equal(json_array_size(json_get(c->d.plan, "licences")), 1);
	assert_int_equal(json_array_size(c->d.warnings), 0);
}

static void each_missing_right_is_named(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(json_get(c->found, "rights"), "ManageUsers", false);
	assert_string_equal(reason(c), "bot_rights");
	assert_true(says(c->d.text, "Manage Users"));
}

static void a_part_that_can_not_be_read_is_a_missing_right(void **state)
{
	struct case_in_hand *c = *state;
	json_object_set_new(c->look, "links", json_null());
	assert_string_equal(reason(c), "bot_rights");
}

static void profile_rows_are_not_assignments(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(held_set(c), "profile_owned", true);
	assert_string_equal(reason(c), "group_only");
	assert_int_equal(json_array_size(json_get(c->d.plan, "sets")), 0);
}

static void a_set_off_the_list_is_not_planned(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(held_set(c), "name", "SalesReports");
	assert_string_equal(reason(c), "nothing_assigned");
}

static void a_broad_set_is_refused_unless_allowed(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(json_array_get(json_get(c->found, "sets"), 0), "broad", true);
	assert_string_equal(reason(c), "broad_set");
	c->config.salesforce.allow_broad = true;
	assert_string_equal(reason(c), "");
}

static void a_set_that_nobody_could_check_is_repaired_with_a_warning(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(json_array_get(json_get(c->found, "sets"), 0), "broad_unknown", true);
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 1);
	json_object_set_new(c->found, "sets", json_null());
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 1);
}

static void rights_that_are_not_told_are_no_refusal_but_doubt(void **state)
{
	struct case_in_hand *c = *state;
	json_object_set_new(c->found, "rights", json_null());
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 0); /* a token and a link are seen */
	json_array_clear(json_get(c->look, "tokens"));
	assert_string_equal(reason(c), "");
	assert_true(warns(c, "which rights my own user has"));
}

static void a_broad_licence_stays(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(json_array_get(json_get(c->look, "licences"), 0), "broad", true);
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(json_get(c->d.plan, "licences")), 0);
	assert_int_equal(json_array_size(json_get(c->d.plan, "kept")), 1);
}

static void a_list_of_licences_is_the_only_word_on_them(void **state)
{
	struct case_in_hand *c = *state;
	c->config.salesforce.permission_set_licenses = (struct config_list){licences, 1};
	json_set_bool(json_array_get(json_get(c->look, "licences"), 0), "broad", true);
	reason(c);
	assert_int_equal(json_array_size(json_get(c->d.plan, "licences")), 1);
	json_set_str(json_array_get(json_get(c->look, "licences"), 0), "name", "OtherPsl");
	reason(c);
	assert_int_equal(json_array_size(json_get(c->d.plan, "licences")), 0);
}

static void a_licence_that_could_not_be_given_back_refuses(void **state)
{
	struct case_in_hand *c = *state;
	json_t *licence = json_array_get(json_get(c->found, "licences"), 0);
	json_set_str(licence, "status", "Disabled");
	assert_string_equal(reason(c), "license_unavailable");
	json_set_str(licence, "status", "Active");
	json_set_int(licence, "used", 11);
	assert_string_equal(reason(c), "license_unavailable");
	json_set_int(licence, "used", 5);
	json_set_int(licence, "expires", 1795000000000 + 5 * DAY);
	assert_string_equal(reason(c), "license_unavailable");
	json_set_int(licence, "expires", 1795000000000 + 7 * DAY);
	assert_string_equal(reason(c), "");
}

static void a_full_pool_only_warns(void **state)
{
	struct case_in_hand *c = *state;
	json_set_int(json_array_get(json_get(c->found, "licences"), 0), "used", 10);
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 1);
}

static void an_org_that_is_broken_is_not_repaired_user_by_user(void **state)
{
	static const char *const broken[] = {"NEEDSATTENTIONGLOBAL", "NEEDSATTENTIONHYBRID"};
	struct case_in_hand *c = *state;
	for (size_t i = 0; i < 2; i++) {
		json_set_str(connection(c), "status", broken[i]);
		assert_string_equal(reason(c), "org_level");
		assert_true(c->d.org_level);
	}
	json_set_str(connection(c), "status", "ACTIVE");
	json_set_str(connection(c), "global_terms", "PENDING");
	assert_string_equal(reason(c), "org_level");
}

/* --- the fourteen checks of Salesforce's symptoms: each alone, on an ordinary user --- */

static void warns_alone(struct case_in_hand *c, const char *words)
{
	assert_string_equal(reason(c), "");
	if (!warns(c, words))
		fail_msg("it does not say %s", words);
	assert_int_equal(json_array_size(c->d.warnings), 1);
}

static void no_1_many_broken_users_are_said(void **state)
{
	struct case_in_hand *c = *state;
	json_object_set_new(c->found, "population", json_pack("{s:i,s:i}", "ACTIVE", 10, "NEEDSATTENTION", 30));
	c->now = 1788000000000; /* in August 2026 */
	warns_alone(c, "30 of 40 connected users");
	json_object_set_new(c->found, "population", json_pack("{s:i,s:i}", "ACTIVE", 40, "NEEDSATTENTION", 4));
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 0);
}

static void no_3_the_end_of_ews_is_said_where_many_are_broken_since(void **state)
{
	struct case_in_hand *c = *state;
	json_object_set_new(c->found, "population", json_pack("{s:i,s:i}", "ACTIVE", 10, "NEEDSATTENTION", 30));
	assert_string_equal(reason(c), "");
	assert_true(warns(c, "30 of 40") && warns(c, "Upgrade to Microsoft Graph"));
	json_object_set_new(c->found, "population", json_null());
	json_set_str(connection(c), "advice_title", "Upgrade to Microsoft Graph");
	assert_string_equal(reason(c), "");
	assert_true(warns(c, "1 October 2026"));
}

static void no_6_who_is_in_no_configuration_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(connection(c), "configuration", "");
	warns_alone(c, "no Einstein Activity Capture configuration");
}

static void no_7_open_terms_are_said(void **state)
{
	struct case_in_hand *c = *state;
	json_set_bool(connection(c), "terms", false);
	warns_alone(c, "accepted the terms");
	json_set_bool(connection(c), "terms", true);
	assert_string_equal(reason(c), "");
	assert_int_equal(json_array_size(c->d.warnings), 0);
}

static void no_8_another_mailbox_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(connection(c), "mailbox", "other@example.com");
	warns_alone(c, "needs them to be the same");
	json_set_str(connection(c), "mailbox", "jän@example.com");
	json_set_str(json_get(c->look, "user"), "email", "jän@example.com");
	warns_alone(c, "letters");
}

static void no_9_a_mailbox_of_another_provider_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_t *links = json_get(c->look, "links");
	json_set_str(connection(c), "configuration", "Google Workspace");
	warns_alone(c, "link is one of Microsoft");
	json_set_str(connection(c), "configuration", "Sales");
	json_array_append_new(
	    links, json_pack("{s:s,s:s,s:b}", "provider", "OpenIdConnect", "sso_name", "Google login", "login", 1));
	warns_alone(c, "link is one of Microsoft");
	json_array_remove(links, 1);
	json_array_append_new(links, json_pack("{s:s,s:b}", "provider", "Google", "login", 0));
	warns_alone(c, "both Google and Microsoft");
}

static void no_10_salesforces_own_advice_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(connection(c), "status", "NEEDSATTENTION");
	json_set_str(connection(c), "advice_title", "Reconnect");
	json_set_str(connection(c), "advice", "The password was changed.");
	warns_alone(c, "Reconnect” (The password was changed.): reconnecting the mailbox alone");
}

static void no_11_a_broken_connection_without_advice_is_asked_about(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(connection(c), "status", "DISABLED");
	warns_alone(c, "The connection is DISABLED. Was the mailbox's password changed");
}

static void no_13_what_is_half_removed_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_array_clear(json_get(c->look, "tokens"));
	json_array_clear(json_get(c->look, "links"));
	warns_alone(c, "half removed");
}

static void no_14_a_missing_app_is_said(void **state)
{
	struct case_in_hand *c = *state;
	json_array_clear(json_get(c->look, "tokens"));
	warns_alone(c, "blocked or not installed");
}

static void another_source_of_the_permission_is_named_and_stays(void **state)
{
	struct case_in_hand *c = *state;
	json_t *row = json_deep_copy(held_set(c));
	json_set_str(row, "group", "0PG1");
	json_set_str(row, "label", "Inbox Team");
	json_array_append_new(json_get(c->look, "sets"), row);
	warns_alone(c, "permission set group “Inbox Team”");
	assert_int_equal(json_array_size(json_get(c->d.plan, "sets")), 1);
}

static void seats_that_are_promised_count_as_used(void **state)
{
	struct case_in_hand *c = *state;
	c->promised = json_pack("{s:i}", PSL, 5);
	warns_alone(c, "All seats");
	json_set_int(c->promised, PSL, 6);
	assert_string_equal(reason(c), "license_unavailable");
	json_decref(c->promised);
	c->promised = NULL;
}

static void the_plan_tells_what_somebody_else_took(void **state)
{
	struct case_in_hand *c = *state;
	reason(c);
	json_array_clear(json_get(c->look, "sets"));
	json_t *plan = diagnose_plan(&c->config, c->look, c->d.plan, NULL);
	assert_true(json_bool(json_array_get(json_get(plan, "sets"), 0), "gone"));
	assert_string_not_equal(json_str(plan, "code"), json_str(c->d.plan, "code"));
	json_decref(plan);
	plan = diagnose_plan(&c->config, c->look, c->d.plan, c->d.plan); /* the bot took it itself */
	assert_string_equal(json_str(plan, "code"), json_str(c->d.plan, "code"));
	json_decref(plan);
}

static void a_grant_by_a_machine_does_not_change_the_date_of_what_is_owed(void **state)
{
	struct case_in_hand *c = *state;
	json_set_str(held_set(c), "expires", "2027-01-31T00:00:00Z");
	reason(c);
	json_set_str(held_set(c), "expires", "");
	json_t *plan = diagnose_plan(&c->config, c->look, c->d.plan, c->d.plan);
	assert_string_equal(json_str(json_array_get(json_get(plan, "sets"), 0), "expires"), "2027-01-31T00:00:00Z");
	json_decref(plan);
}

static void what_is_owed_counts_as_held(void **state)
{
	struct case_in_hand *c = *state;
	json_t *owed = json_pack("{s:[{s:s,s:s,s:s,s:s,s:s}],s:[]}", "sets", "set", PS, "name", inbox_set, "label",
	                         "Inbox", "licence", PSL, "expires", "", "licences");
	json_array_clear(json_get(c->look, "sets"));
	diagnose(&c->d, &c->config, c->found, c->look, owed, NULL, 1795000000000);
	assert_string_equal(c->d.reason, "");
	assert_int_equal(json_array_size(json_get(c->d.plan, "sets")), 1);
	json_decref(owed);
}

static void protection_is_by_username_address_or_id(void **state)
{
	struct case_in_hand *c = *state;
	json_t *user = json_pack("{s:s,s:s,s:s}", "id", "005Sj000003JNIXIA4", "username", "CEO@example.com", "email",
	                         "x@example.com");
	assert_true(diagnose_is_protected(&c->config, user));
	json_set_str(user, "username", "jane@example.com");
	assert_false(diagnose_is_protected(&c->config, user));
	json_decref(user);
}

static void the_code_changes_with_what_would_be_given_back(void **state)
{
	struct case_in_hand *c = *state;
	char before[9], after[9];
	reason(c);
	diagnose_code(json_get(c->look, "user"), c->d.plan, before);
	json_set_str(json_array_get(json_get(c->d.plan, "sets"), 0), "expires", "2027-01-31");
	diagnose_code(json_get(c->look, "user"), c->d.plan, after);
	assert_string_not_equal(before, after);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(an_ordinary_user_may_be_repaired),
	    T(each_missing_right_is_named),
	    T(a_part_that_can_not_be_read_is_a_missing_right),
	    T(profile_rows_are_not_assignments),
	    T(a_set_off_the_list_is_not_planned),
	    T(a_broad_set_is_refused_unless_allowed),
	    T(a_set_that_nobody_could_check_is_repaired_with_a_warning),
	    T(rights_that_are_not_told_are_no_refusal_but_doubt),
	    T(a_broad_licence_stays),
	    T(a_list_of_licences_is_the_only_word_on_them),
	    T(a_licence_that_could_not_be_given_back_refuses),
	    T(a_full_pool_only_warns),
	    T(an_org_that_is_broken_is_not_repaired_user_by_user),
	    T(no_1_many_broken_users_are_said),
	    T(no_3_the_end_of_ews_is_said_where_many_are_broken_since),
	    T(no_6_who_is_in_no_configuration_is_said),
	    T(no_7_open_terms_are_said),
	    T(no_8_another_mailbox_is_said),
	    T(no_9_a_mailbox_of_another_provider_is_said),
	    T(no_10_salesforces_own_advice_is_said),
	    T(no_11_a_broken_connection_without_advice_is_asked_about),
	    T(no_13_what_is_half_removed_is_said),
	    T(no_14_a_missing_app_is_said),
	    T(another_source_of_the_permission_is_named_and_stays),
	    T(seats_that_are_promised_count_as_used),
	    T(the_plan_tells_what_somebody_else_took),
	    T(a_grant_by_a_machine_does_not_change_the_date_of_what_is_owed),
	    T(what_is_owed_counts_as_held),
	    T(protection_is_by_username_address_or_id),
	    T(the_code_changes_with_what_would_be_given_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
