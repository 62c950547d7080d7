/*
 * tests/unit/test_sf_error.c - every shape in which Salesforce says no.
 */
#include "salesforce/sf_error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"

static struct sf_trouble trouble_about(long status, const char *text, const struct sf_error_about *about)
{
	struct sf_trouble t;
	json_auto_t *body = NULL;

	(void)!json_parse(&body, text, strlen(text), NULL);
	sf_error_read(&t, status, body, text, strlen(text), about);
	return t;
}

static struct sf_trouble trouble(long status, const char *text)
{
	return trouble_about(status, text, &(struct sf_error_about){0});
}

static void the_two_limits_are_told_apart(void **state)
{
	struct sf_trouble t;

	(void)state;
	t = trouble(403, "[{\"message\":\"ConcurrentRequests (Concurrent API Requests) Limit exceeded.\","
	                 "\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]");
	assert_int_equal(t.code, ERR_TEMPORARY);
	t = trouble(403, "[{\"message\":\"TotalRequests Limit exceeded.\",\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\"}]");
	assert_int_equal(t.code, ERR_QUOTA);
	assert_string_equal(t.error, "REQUEST_LIMIT_EXCEEDED");
}

static void a_missing_right_is_named(void **state)
{
	static const char body[] = "[{\"message\":\"insufficient access rights on cross-reference id\","
	                           "\"errorCode\":\"INSUFFICIENT_ACCESS_OR_READONLY\",\"fields\":[]}]";
	struct sf_trouble t = trouble_about(403, body, &(struct sf_error_about){"PermissionSetAssignment", true});

	(void)state;
	assert_int_equal(t.code, ERR_DENIED);
	assert_string_equal(t.reason, "a right is missing (the bot needs Assign Permission Sets): "
	                              "insufficient access rights on cross-reference id");
}

static void only_an_expired_session_is_renewed(void **state)
{
	struct sf_trouble t;

	(void)state;
	t = trouble(401, "[{\"message\":\"Session expired or invalid\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
	assert_int_equal(t.meaning, SF_RENEW);
	assert_int_equal(t.code, ERR_AUTH);
	t = trouble(401, "[{\"message\":\"This session is not valid for use with the REST "
	                 "API\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
	assert_int_equal(t.meaning, SF_LOCKED_OUT);
	t = trouble(401,
	            "[{\"message\":\"Connected app is not attached to Agent\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
	assert_int_equal(t.meaning, SF_LOCKED_OUT);
	t = trouble(401, "");
	assert_int_equal(t.meaning, SF_LOCKED_OUT);
}

static void oauth_may_answer_in_either_form(void **state)
{
	struct sf_trouble t;

	(void)state;
	t = trouble(400, "{\"error\":\"invalid_grant\",\"error_description\":\"user hasn't approved this consumer\"}");
	assert_int_equal(t.code, ERR_AUTH);
	assert_non_null(strstr(t.reason, "pre-authorise"));
	t = trouble(400, "error=invalid_token&error_description=invalid%20token%3A+gone");
	assert_int_equal(t.code, ERR_NOT_FOUND);
	assert_string_equal(t.error, "invalid_token");
	assert_non_null(strstr(t.reason, "invalid token: gone"));
	t = trouble(400, "x=1&error=unsupported_token_type");
	assert_int_equal(t.code, ERR_REFUSED);
	t = trouble(400, "error=%");
	assert_int_equal(t.code, ERR_REFUSED);
}

static void a_gateway_page_leaves_a_write_open(void **state)
{
	static const char page[] = "<html><body>We are down for maintenance.</body></html>";

	(void)state;
	assert_int_equal(trouble(503, page).code, ERR_TEMPORARY);
	assert_int_equal(trouble(503, "").code, ERR_TEMPORARY);
	assert_int_equal(trouble_about(502, page, &(struct sf_error_about){"", true}).code, ERR_UNKNOWN);
	assert_int_equal(trouble_about(500, "[{\"message\":\"oops\",\"errorCode\":\"UNKNOWN_EXCEPTION\"}]",
	                               &(struct sf_error_about){"", true})
	                     .code,
	                 ERR_TEMPORARY);
}

static void an_unknown_word_is_judged_by_its_status(void **state)
{
	struct sf_trouble t = trouble(400, "[{\"message\":\"never heard\",\"errorCode\":\"BRAND_NEW\"}]");

	(void)state;
	assert_int_equal(t.code, ERR_REFUSED);
	assert_string_equal(t.error, "BRAND_NEW");
	assert_string_equal(t.reason, "Salesforce refuses the request (HTTP 400): never heard");
	assert_int_equal(trouble(418, "").code, ERR_REFUSED);
	assert_int_equal(trouble(304, "").code, ERR_PROTOCOL);
	assert_int_equal(trouble(429, "").code, ERR_TEMPORARY);
}

static void a_delete_of_nothing_is_gone(void **state)
{
	struct sf_trouble t = trouble(404, "[{\"message\":\"entity is deleted\",\"errorCode\":\"ENTITY_IS_DELETED\"}]");

	(void)state;
	assert_int_equal(t.meaning, SF_GONE);
	assert_int_equal(t.code, ERR_NOT_FOUND);
}

static void collections_say_status_code(void **state)
{
	json_auto_t *e = json_pack("{s:s,s:s}", "statusCode", "DUPLICATE_VALUE", "message", "duplicate value found");
	struct sf_trouble t;

	(void)state;
	sf_error_read_element(&t, e, &(struct sf_error_about){0});
	assert_int_equal(t.code, ERR_ALREADY);
}

static void tokens_never_reach_a_reason(void **state)
{
	struct sf_trouble t =
	    trouble(400, "[{\"message\":\"bad 00D5j000003JNIX!AQ4AQFsecretsecretsecretsecret\",\"errorCode\":\"X\"}]");

	(void)state;
	assert_null(strstr(t.reason, "secretsecret"));
}

static void hostile_shapes_are_read_without_harm(void **state)
{
	static const char *const bodies[] = {
	    "[]",     "[[]]",  "[null]", "{}",  "{\"error\":7}", "[{\"errorCode\":{}}]",
	    "error=", "error", "=",      "&&&", "\xff\xfe",      "error=%ff%fe"};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct sf_trouble t = trouble(400, bodies[i]);

		assert_int_equal(t.code, ERR_REFUSED);
		assert_string_equal(t.error, "");
	}
}

static void the_quoted_query_is_left_out_of_the_reason(void **state)
{
	struct sf_trouble t = trouble(400, "[{\"message\":\"\\nSELECT Id, Nickname FROM User\\n           ^\\n"
	                                   "ERROR at Row:1:Column:12\\nNo such column 'Nickname' on entity 'User'.\","
	                                   "\"errorCode\":\"INVALID_FIELD\"}]");

	(void)state;
	assert_null(strstr(t.reason, "SELECT"));
	assert_non_null(strstr(t.reason, "No such column 'Nickname'"));
}

/* A word of Salesforce's (or a status), a text with it, and what that means. */
struct meant {
	long status;
	const char *word;
	const char *text;
	enum sf_meaning meaning;
	enum errc code;
	const char *said; /* part of the reason; NULL: any */
};

static void assert_meant(const struct meant *m, const char *key, const char *text_key)
{
	AUTO_FREE char *format = mem_printf("{\"%s\":\"%s\",\"%s\":\"%s\"}", key, m->word, text_key, m->text);
	struct sf_trouble t = trouble(m->status, format);

	if (t.meaning != m->meaning || t.code != m->code || (m->said && !strstr(t.reason, m->said)))
		fail_msg("%ld %s (%s): meaning %d, %s: %s", m->status, m->word, m->text, (int)t.meaning,
		         err_name(t.code), t.reason);
	assert_string_equal(t.error, m->word);
}

static void every_word_of_the_api_has_one_meaning(void **state)
{
	static const struct meant all[] = {
	    {403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.", SF_PASSES,
	     ERR_TEMPORARY, "too many long calls"},
	    {403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", SF_QUOTA, ERR_QUOTA, "daily API calls"},
	    {400, "UNABLE_TO_LOCK_ROW", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {503, "SERVER_UNAVAILABLE", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {503, "ORG_IN_MAINTENANCE", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {403, "API_CURRENTLY_DISABLED", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {403, "API_CURRENTLY_DISABLED", "API is disabled for this User", SF_LOCKED_OUT, ERR_AUTH, "API Enabled"},
	    {400, "REQUEST_RUNNING_TOO_LONG", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {400, "QUERY_TIMEOUT", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {503, "TOO_MANY_APEX_REQUESTS", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {500, "UNKNOWN_EXCEPTION", "ErrorId 1-1", SF_PASSES, ERR_TEMPORARY, "ErrorId 1-1"},
	    {400, "UNKNOWN_EXCEPTION", "UncommittedWork: uncommitted work pending", SF_BUG, ERR_BUG, NULL},
	    {400, "INVALID_QUERY_LOCATOR", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {401, "INVALID_AUTH_HEADER", "", SF_LOCKED_OUT, ERR_AUTH, NULL},
	    {403, "API_DISABLED_FOR_ORG", "", SF_LOCKED_OUT, ERR_AUTH, "API Enabled"},
	    {403, "ORG_LOCKED", "", SF_LOCKED_OUT, ERR_AUTH, NULL},
	    {403, "TRIAL_EXPIRED", "", SF_LOCKED_OUT, ERR_AUTH, NULL},
	    {401, "INVALID_LOGIN", "", SF_LOCKED_OUT, ERR_AUTH, NULL},
	    {403, "INVALID_OPERATION_WITH_EXPIRED_PASSWORD", "", SF_LOCKED_OUT, ERR_AUTH, "API Only"},
	    {403, "LOGIN_DURING_RESTRICTED_DOMAIN", "", SF_LOCKED_OUT, ERR_AUTH, "Login IP Ranges"},
	    {403, "LOGIN_DURING_RESTRICTED_TIME", "", SF_LOCKED_OUT, ERR_AUTH, "Login Hours"},
	    {403, "TXN_SECURITY_NO_ACCESS", "", SF_LOCKED_OUT, ERR_AUTH, "policy"},
	    {403, "INSUFFICIENT_ACCESS", "", SF_RIGHT, ERR_DENIED, NULL},
	    {403, "INSUFFICIENT_ACCESS_OR_READONLY", "", SF_RIGHT, ERR_DENIED, NULL},
	    {400, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "", SF_RIGHT, ERR_DENIED, NULL},
	    {403, "FORBIDDEN", "", SF_RIGHT, ERR_DENIED, NULL},
	    {400, "INVALID_TYPE", "", SF_RIGHT, ERR_DENIED, "not in the org"},
	    {400, "INVALID_FIELD", "", SF_SETTING, ERR_REFUSED, NULL},
	    {400, "INVALID_FIELD_FOR_INSERT_UPDATE", "", SF_SETTING, ERR_REFUSED, NULL},
	    {410, "UNSUPPORTED_API_VERSION", "", SF_SETTING, ERR_REFUSED, "api_version"},
	    {403, "FUNCTIONALITY_NOT_ENABLED", "", SF_SETTING, ERR_REFUSED, NULL},
	    {400, "INVALID_TYPE_FOR_OPERATION", "", SF_SETTING, ERR_REFUSED, NULL},
	    {405, "METHOD_NOT_ALLOWED", "", SF_SETTING, ERR_REFUSED, NULL},
	    {400, "CANNOT_DELETE_ENTITY", "", SF_SETTING, ERR_REFUSED, NULL},
	    {400, "DUPLICATE_VALUE", "duplicate value found", SF_ALREADY, ERR_ALREADY, NULL},
	    {404, "ENTITY_IS_DELETED", "", SF_GONE, ERR_NOT_FOUND, NULL},
	    {404, "NOT_FOUND", "", SF_GONE, ERR_NOT_FOUND, NULL},
	    {400, "INVALID_CROSS_REFERENCE_KEY", "", SF_GONE, ERR_NOT_FOUND, NULL},
	    {400, "LICENSE_LIMIT_EXCEEDED", "", SF_RULE, ERR_REFUSED, "no seat"},
	    {400, "FIELD_INTEGRITY_EXCEPTION", "The user license doesn't allow it", SF_RULE, ERR_REFUSED, "licence"},
	    {400, "FIELD_INTEGRITY_EXCEPTION", "something else", SF_RULE, ERR_REFUSED, "rules"},
	    {400, "INACTIVE_OWNER_OR_USER", "", SF_RULE, ERR_REFUSED, "inactive"},
	    {400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "", SF_RULE, ERR_REFUSED, "trigger"},
	    {400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", "", SF_RULE, ERR_REFUSED, "validation rule"},
	    {400, "MALFORMED_QUERY", "", SF_BUG, ERR_BUG, NULL},
	    {400, "MALFORMED_ID", "", SF_BUG, ERR_BUG, NULL},
	    {400, "JSON_PARSER_ERROR", "", SF_BUG, ERR_BUG, NULL},
	    {400, "PROCESSING_HALTED", "", SF_BUG, ERR_BUG, NULL},
	    {400, "MIXED_DML_OPERATION", "", SF_BUG, ERR_BUG, NULL},
	    {400, "REQUIRED_FIELD_MISSING", "", SF_BUG, ERR_BUG, NULL},
	    {400, "INVALID_QUERY_FILTER_OPERATOR", "", SF_BUG, ERR_BUG, NULL},
	    {400, "LIMIT_EXCEEDED", "", SF_BUG, ERR_BUG, NULL},
	    {400, "EXCEEDED_ID_LIMIT", "", SF_BUG, ERR_BUG, NULL},
	    {400, "OPERATION_TOO_LARGE", "", SF_BUG, ERR_BUG, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_meant(&all[i], "errorCode", "message");
}

static void every_refusal_of_a_login_names_what_is_wrong(void **state)
{
	static const struct meant all[] = {
	    {400, "invalid_grant", "user hasn't approved this consumer", SF_LOCKED_OUT, ERR_AUTH, "pre-authorise"},
	    {400, "invalid_grant", "Audience validation failed", SF_LOCKED_OUT, ERR_AUTH, "login_url"},
	    {400, "invalid_grant", "expired authorization code", SF_LOCKED_OUT, ERR_AUTH, "clock"},
	    {400, "invalid_grant", "invalid assertion", SF_LOCKED_OUT, ERR_AUTH, "certificate"},
	    {400, "invalid_grant", "authentication failure", SF_LOCKED_OUT, ERR_AUTH, "frozen"},
	    {400, "invalid_grant", "ip restricted", SF_LOCKED_OUT, ERR_AUTH, "Login IP Ranges"},
	    {400, "invalid_grant", "ip restricted or invalid login hours", SF_LOCKED_OUT, ERR_AUTH, "IP Relaxation"},
	    {400, "invalid_grant", "invalid login hours", SF_LOCKED_OUT, ERR_AUTH, "Login Hours"},
	    {400, "invalid_grant", "user is inactive", SF_LOCKED_OUT, ERR_AUTH, "inactive"},
	    {400, "invalid_grant", "no client credentials user enabled", SF_LOCKED_OUT, ERR_AUTH, "run as"},
	    {400, "invalid_grant", "request not supported on this domain", SF_LOCKED_OUT, ERR_AUTH, "My Domain"},
	    {400, "invalid_grant", "never heard", SF_LOCKED_OUT, ERR_AUTH, "never heard"},
	    {400, "invalid_app_access", "", SF_LOCKED_OUT, ERR_AUTH, "pre-authorised"},
	    {400, "invalid_client_id", "", SF_LOCKED_OUT, ERR_AUTH, "client_id"},
	    {400, "invalid_client", "invalid client credentials", SF_LOCKED_OUT, ERR_AUTH, "secret"},
	    {400, "invalid_client", "app must be installed into org", SF_LOCKED_OUT, ERR_AUTH, "not installed"},
	    {400, "unsupported_grant_type", "", SF_LOCKED_OUT, ERR_AUTH, "not enabled"},
	    {400, "inactive_user", "", SF_LOCKED_OUT, ERR_AUTH, "inactive"},
	    {400, "inactive_org", "", SF_LOCKED_OUT, ERR_AUTH, "inactive"},
	    {400, "invalid_scope", "", SF_LOCKED_OUT, ERR_AUTH, NULL},
	    {400, "rate_limit_exceeded", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {400, "server_error", "", SF_PASSES, ERR_TEMPORARY, NULL},
	    {400, "invalid_token", "", SF_GONE, ERR_NOT_FOUND, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_meant(&all[i], "error", "error_description");
}

static void a_status_without_a_word_has_a_meaning_too(void **state)
{
	static const char page[] = "<html><body>URL No Longer Exists</body></html>";
	static const struct {
		long status;
		enum sf_meaning question, deed;
	} all[] = {
	    {300, SF_RULE, SF_RULE},
	    {301, SF_MOVED, SF_MOVED},
	    {302, SF_MOVED, SF_MOVED},
	    {307, SF_MOVED, SF_MOVED},
	    {400, SF_RULE, SF_RULE},
	    {401, SF_LOCKED_OUT, SF_LOCKED_OUT},
	    {403, SF_RIGHT, SF_RIGHT},
	    {404, SF_MOVED, SF_MOVED},
	    {405, SF_RULE, SF_RULE},
	    {410, SF_SETTING, SF_SETTING},
	    {412, SF_BUG, SF_BUG},
	    {414, SF_BUG, SF_BUG},
	    {415, SF_BUG, SF_BUG},
	    {420, SF_MOVED, SF_MOVED},
	    {428, SF_BUG, SF_BUG},
	    {429, SF_PASSES, SF_PASSES},
	    {431, SF_BUG, SF_BUG},
	    {500, SF_PASSES, SF_UNCLEAR},
	    {502, SF_PASSES, SF_UNCLEAR},
	    {503, SF_PASSES, SF_UNCLEAR},
	    {504, SF_PASSES, SF_UNCLEAR},
	    {304, SF_UNREADABLE, SF_UNREADABLE},
	    {101, SF_UNREADABLE, SF_UNREADABLE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(trouble(all[i].status, page).meaning, all[i].question);
		assert_int_equal(trouble(all[i].status, "").meaning, all[i].question);
		assert_int_equal(trouble_about(all[i].status, page, &(struct sf_error_about){"", true}).meaning,
		                 all[i].deed);
	}
}

static void a_row_that_is_not_there_is_no_moved_org(void **state)
{
	struct sf_trouble t = trouble(404, "[{\"message\":\"gone\",\"errorCode\":\"BRAND_NEW\"}]");

	(void)state;
	assert_int_equal(t.meaning, SF_RULE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_two_limits_are_told_apart),
	    cmocka_unit_test(a_missing_right_is_named),
	    cmocka_unit_test(only_an_expired_session_is_renewed),
	    cmocka_unit_test(oauth_may_answer_in_either_form),
	    cmocka_unit_test(a_gateway_page_leaves_a_write_open),
	    cmocka_unit_test(an_unknown_word_is_judged_by_its_status),
	    cmocka_unit_test(a_delete_of_nothing_is_gone),
	    cmocka_unit_test(collections_say_status_code),
	    cmocka_unit_test(tokens_never_reach_a_reason),
	    cmocka_unit_test(hostile_shapes_are_read_without_harm),
	    cmocka_unit_test(the_quoted_query_is_left_out_of_the_reason),
	    cmocka_unit_test(every_word_of_the_api_has_one_meaning),
	    cmocka_unit_test(every_refusal_of_a_login_names_what_is_wrong),
	    cmocka_unit_test(a_status_without_a_word_has_a_meaning_too),
	    cmocka_unit_test(a_row_that_is_not_there_is_no_moved_org),
	};

	return cmocka_run_group_tests_name("sf_error", tests, NULL, NULL);
}
