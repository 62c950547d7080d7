/*
 * tests/unit/test_sf_records.c - foreign records into the shapes that salesforce.h tells, and the queries for them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "salesforce/columns.h"
#include "salesforce/normal.h"
#include "salesforce/permissions.h"
#include "salesforce/rights.h"
#include "salesforce/tokens.h"
#include "salesforce/user_parts.h"

static json_t *json_of(const char *text)
{
	json_t *value = NULL;

	assert_int_equal(json_parse(&value, text, strlen(text), NULL), OK);
	return value;
}

/* --- permissions --- */

static void a_null_subquery_is_empty(void **state)
{
	json_auto_t *user = json_of("{\"PermissionSetAssignments\":null,\"PermissionSetLicenseAssignments\":null}");
	json_auto_t *sets = permissions_held_sets(user);
	json_auto_t *licences = permissions_held_licences(user);

	(void)state;
	assert_int_equal(json_array_size(sets), 0);
	assert_true(json_is_array(licences));
}

static void a_held_set_is_known_by_its_flags(void **state)
{
	json_auto_t *user = json_of(
	    "{\"PermissionSetAssignments\":{\"records\":[{\"Id\":\"0Pa000000000001\",\"PermissionSetId\":"
	    "\"0PS000000000001\","
	    "\"PermissionSetGroupId\":null,\"ExpirationDate\":\"2027-01-31T00:00:00.000+0000\",\"IsActive\":true,"
	    "\"PermissionSet\":{\"Name\":\"X\",\"Label\":\"Y\",\"IsOwnedByProfile\":false,\"LicenseId\":"
	    "\"0PL000000000001\","
	    "\"PermissionsStdAutomaticActivityCapture\":true,\"PermissionsSalesforceIQInbox\":false}}]}}");
	json_auto_t *sets = permissions_held_sets(user);
	const json_t *set = json_array_get(sets, 0);

	(void)state;
	assert_string_equal(json_str(set, "id"), "0Pa000000000001CAA");
	assert_string_equal(json_str(set, "group"), "");
	assert_string_equal(json_str(set, "expires"), "2027-01-31T00:00:00Z");
	assert_string_equal(json_str(set, "licence"), "0PL000000000001GAA");
	assert_true(json_bool(set, "eac"));
	assert_false(json_bool(set, "inbox"));
}

static void a_user_licence_is_no_seat(void **state)
{
	json_auto_t *record = json_of("{\"Id\":\"0PS000000000001\",\"LicenseId\":\"100000000000001\"}");
	json_auto_t *set = permissions_set(record);

	(void)state;
	assert_string_equal(json_str(set, "licence"), "");
}

static void a_hidden_licence_name_becomes_the_id(void **state)
{
	json_auto_t *record = json_of(
	    "{\"Id\":\"0PL000000000001\",\"TotalLicenses\":5.0,\"UsedLicenses\":2,\"ExpirationDate\":\"2027-01-31\"}");
	json_auto_t *licence = permissions_licence(record);

	(void)state;
	assert_string_equal(json_str(licence, "name"), "0PL000000000001GAA");
	assert_int_equal(json_int(licence, "total"), 5);
	assert_int_equal(json_int(licence, "expires"), clock_parse_rfc3339("2027-01-31T00:00:00Z"));
}

/* --- columns --- */

static void only_fields_of_the_org_are_named(void **state)
{
	json_auto_t *describe = json_of("{\"fields\":[{\"name\":\"Id\"},{\"name\":\"PermissionsSalesforceIQInbox\"}]}");
	AUTO_BUF struct buf b = {0};
	struct columns c;

	(void)state;
	buf_init(&b, 1000);
	columns_assume_all(&c);
	columns_read_sets(&c, describe);
	columns_put_set_flags(&b, &c, "PermissionSet.");
	assert_string_equal(buf_str(&b), ", PermissionSet.PermissionsSalesforceIQInbox");
}

static void a_refused_column_is_struck_and_no_other(void **state)
{
	AUTO_BUF struct buf b = {0};
	struct columns c;

	(void)state;
	buf_init(&b, 1000);
	columns_assume_all(&c);
	assert_true(
	    columns_strike(&c, "No such column 'PermissionsAutomaticActivityCapture' on entity 'PermissionSet'."));
	assert_false(
	    columns_strike(&c, "No such column 'PermissionsAutomaticActivityCapture' on entity 'PermissionSet'."));
	assert_false(columns_strike(&c, "No such column 'Nickname' on entity 'User'."));
	columns_put_set_flags(&b, &c, "");
	assert_string_equal(buf_str(&b), ", PermissionsSalesforceIQInbox, PermissionsStdAutomaticActivityCapture");
	buf_clear(&b);
	columns_put_licence_flags(&b, &c, "");
	assert_non_null(strstr(buf_str(&b), "MaximumPermissionsAutomaticActivityCapture"));
	assert_true(columns_strike(&c, "No such column 'DeveloperName' on entity 'PermissionSetLicense'"));
	assert_false(c.developer_name);
}

static void neighbours_in_the_quoted_query_are_not_struck(void **state)
{
	struct columns c;

	(void)state;
	columns_assume_all(&c);
	assert_true(
	    columns_strike(&c, "LicenseId, PermissionsSalesforceIQInbox, PermissionsAutomaticActivityCapture FROM ^ "
	                       "No such column 'PermissionsSalesforceIQInbox' on entity 'PermissionSet'."));
	assert_false(c.set_flags[0]);
	assert_true(c.set_flags[1]);
	assert_true(c.licence_flags[0]);
}

static void without_any_flag_there_is_no_licence_to_ask_for(void **state)
{
	struct wish *wish = wish_new("User");
	struct columns c = {0};

	(void)state;
	assert_false(permissions_ask_licences(wish, &c, NULL, 0));
	assert_int_equal(wish->question_count, 0);
	wish_free(wish);
}

static void permissions_besides_make_a_set_broad(void **state)
{
	json_auto_t *narrow =
	    json_of("{\"PermissionsSalesforceIQInbox\":true,\"PermissionsUseInboxSchedulingOnBehalfOf\":true,"
	            "\"PermissionsApiEnabled\":false,\"IsCustom\":true}");
	json_auto_t *broad =
	    json_of("{\"MaximumPermissionsSalesforceIQInbox\":true,\"MaximumPermissionsViewAllData\":true}");
	json_auto_t *why = json_array();

	(void)state;
	assert_false(columns_is_broad(narrow, why));
	assert_true(columns_is_broad(broad, why));
	assert_int_equal(json_array_size(why), 1);
	assert_string_equal(json_string_value(json_array_get(why, 0)), "MaximumPermissionsViewAllData");
}

/* --- the other parts --- */

static void a_link_is_for_logins_unless_it_is_said_not_to_be(void **state)
{
	json_auto_t *mailbox = json_of("{\"Id\":\"04U000000000001\",\"IsNotSsoUsable\":true}");
	json_auto_t *unknown = json_of("{\"Id\":\"04U000000000001\"}");
	json_auto_t *a = account_link_record(mailbox), *b = account_link_record(unknown);

	(void)state;
	assert_false(json_bool(a, "login"));
	assert_true(json_bool(b, "login"));
}

static void a_connection_is_asked_for_by_both_forms_of_the_id(void **state)
{
	struct wish *wish = wish_new("User");
	const struct question *q = wish->questions;
	AUTO_BUF struct buf b = {0};
	struct columns c;

	(void)state;
	buf_init(&b, 1000);
	columns_assume_all(&c);
	connection_ask(wish, &c, "005Sj000003JNIXIA4");
	question_put(&b, &q, 1);
	assert_non_null(strstr(buf_str(&b), "UserId IN ('005Sj000003JNIXIA4','005Sj000003JNIX')"));
	wish_free(wish);
}

static void no_connection_is_null(void **state)
{
	json_auto_t *none = json_array();
	json_auto_t *out = connection_record(none);

	(void)state;
	assert_true(json_is_null(out));
}

static void unknown_terms_are_null(void **state)
{
	json_auto_t *records = json_of("[{\"ConnectivityStatus\":\"ACTIVE\",\"IsTermsOfServiceAccepted\":null}]");
	json_auto_t *out = connection_record(records);

	(void)state;
	assert_true(json_is_null(json_get(out, "terms")));
	assert_string_equal(json_str(out, "status"), "ACTIVE");
}

static void a_dead_session_is_left_out(void **state)
{
	json_auto_t *record = json_of("{\"Id\":\"0Ak000000000001\",\"LastModifiedDate\":\"2026-11-23T10:00:00.000+"
	                              "0000\",\"NumSecondsValid\":7200}");
	int64_t end = clock_parse_rfc3339("2026-11-23T12:00:00Z");
	json_auto_t *live = auth_session_record(record, end);

	(void)state;
	assert_non_null(live);
	assert_null(auth_session_record(record, end + 1));
}

static void a_draft_is_no_mail(void **state)
{
	json_auto_t *draft = json_of("{\"Id\":\"02s000000000001\",\"Status\":\"5\"}");
	json_auto_t *sent = json_of("{\"Id\":\"02s000000000001\",\"Status\":\"3\",\"Source\":null}");
	json_auto_t *mail = mail_record(sent);

	(void)state;
	assert_null(mail_record(draft));
	assert_string_equal(json_str(mail, "source"), "");
}

static void without_the_right_a_part_is_not_believed(void **state)
{
	json_auto_t *records =
	    json_of("[{\"PermissionsApiEnabled\":true,\"PermissionsViewSetup\":true,\"PermissionsManageUsers\":false,"
	            "\"PermissionsCustomizeApplication\":false}]");
	json_auto_t *none = json_array();
	json_auto_t *rights = rights_record(records), *unknown = rights_record(none);

	(void)state;
	assert_string_equal(rights_missing_for(rights, "tokens"), "Customize Application");
	assert_string_equal(rights_missing_for(rights, "links"), "Manage Users");
	assert_null(rights_missing_for(rights, "sets"));
	assert_true(rights_are_short(rights));
	assert_true(json_is_null(unknown));
	assert_null(rights_missing_for(unknown, "tokens"));
}

static void a_right_that_is_not_told_is_not_missing(void **state)
{
	json_auto_t *records = json_of("[{\"PermissionsApiEnabled\":true}]");
	json_auto_t *rights = rights_record(records);

	(void)state;
	assert_null(rights_missing_for(rights, "tokens"));
	assert_false(rights_are_short(rights));
}

/* --- tokens --- */

static json_t *taken(struct tokens *t, const char *user)
{
	json_auto_t *records =
	    json_of("[{\"AppName\":\"SalesforceIQ\",\"DeleteToken\":\"capability-1\",\"UseCount\":3},"
	            "{\"AppName\":\"Other\",\"DeleteToken\":null}]");

	return tokens_take(t, user, records);
}

static void a_handle_reveals_nothing_and_works_once(void **state)
{
	struct tokens *t = tokens_new();
	json_auto_t *out = taken(t, "005000000000001");
	const char *handle = json_str(json_array_get(out, 0), "handle");
	struct secret *s = tokens_use(t, handle);

	(void)state;
	assert_int_equal(strlen(handle), 16);
	assert_string_equal(secret_reveal(s), "capability-1");
	assert_null(tokens_use(t, handle));
	assert_string_equal(json_str(json_array_get(out, 1), "handle"), "");
	secret_free(s);
	tokens_free(t);
}

static void a_new_look_at_a_user_replaces_the_old_one(void **state)
{
	struct tokens *t = tokens_new();
	json_auto_t *out = taken(t, "005000000000001"), *none = json_array(), *empty = NULL;

	(void)state;
	empty = tokens_take(t, "005000000000001AAA", none);
	assert_null(tokens_use(t, json_str(json_array_get(out, 0), "handle")));
	assert_int_equal(json_array_size(empty), 0);
	tokens_free(t);
}

static void users_do_not_disturb_each_other(void **state)
{
	struct tokens *t = tokens_new();
	json_auto_t *out = taken(t, "005000000000001"), *none = json_array(), *empty = NULL;
	struct secret *s;

	(void)state;
	empty = tokens_take(t, "005000000000002", none);
	assert_int_equal(json_array_size(empty), 0);
	s = tokens_use(t, json_str(json_array_get(out, 0), "handle"));
	assert_non_null(s);
	secret_free(s);
	tokens_free(t);
}

static void secrets_of_tokens_are_not_asked_for(void **state)
{
	struct wish *wish = wish_new("User");
	const struct question *q = wish->questions;
	AUTO_BUF struct buf b = {0};

	(void)state;
	buf_init(&b, 1000);
	tokens_ask(wish, "005000000000001AAA");
	question_put(&b, &q, 1);
	assert_non_null(strstr(buf_str(&b), "OauthToken WHERE UserId = '005000000000001AAA'"));
	wish_free(wish);
	assert_null(strstr(buf_str(&b), "AccessToken"));
	assert_null(strstr(buf_str(&b), "RequestToken"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_null_subquery_is_empty),
	    cmocka_unit_test(a_held_set_is_known_by_its_flags),
	    cmocka_unit_test(a_user_licence_is_no_seat),
	    cmocka_unit_test(a_hidden_licence_name_becomes_the_id),
	    cmocka_unit_test(only_fields_of_the_org_are_named),
	    cmocka_unit_test(a_refused_column_is_struck_and_no_other),
	    cmocka_unit_test(neighbours_in_the_quoted_query_are_not_struck),
	    cmocka_unit_test(without_any_flag_there_is_no_licence_to_ask_for),
	    cmocka_unit_test(permissions_besides_make_a_set_broad),
	    cmocka_unit_test(a_link_is_for_logins_unless_it_is_said_not_to_be),
	    cmocka_unit_test(a_connection_is_asked_for_by_both_forms_of_the_id),
	    cmocka_unit_test(no_connection_is_null),
	    cmocka_unit_test(unknown_terms_are_null),
	    cmocka_unit_test(a_dead_session_is_left_out),
	    cmocka_unit_test(a_draft_is_no_mail),
	    cmocka_unit_test(without_the_right_a_part_is_not_believed),
	    cmocka_unit_test(a_right_that_is_not_told_is_not_missing),
	    cmocka_unit_test(a_handle_reveals_nothing_and_works_once),
	    cmocka_unit_test(a_new_look_at_a_user_replaces_the_old_one),
	    cmocka_unit_test(users_do_not_disturb_each_other),
	    cmocka_unit_test(secrets_of_tokens_are_not_asked_for),
	};

	return cmocka_run_group_tests_name("sf_records", tests, NULL, NULL);
}
