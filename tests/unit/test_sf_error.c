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
	assert_true(sf_error_is_expired_session(401, &t));
	assert_int_equal(t.code, ERR_AUTH);
	t = trouble(401, "[{\"message\":\"This session is not valid for use with the REST "
	                 "API\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
	assert_false(sf_error_is_expired_session(401, &t));
	t = trouble(401,
	            "[{\"message\":\"Connected app is not attached to Agent\",\"errorCode\":\"INVALID_SESSION_ID\"}]");
	assert_false(sf_error_is_expired_session(401, &t));
	t = trouble(401, "");
	assert_false(sf_error_is_expired_session(401, &t));
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
	assert_int_equal(trouble(404, "").code, ERR_NOT_FOUND);
	assert_int_equal(trouble(418, "").code, ERR_REFUSED);
	assert_int_equal(trouble(302, "").code, ERR_PROTOCOL);
	assert_int_equal(trouble(429, "").code, ERR_TEMPORARY);
}

static void a_delete_of_nothing_is_gone(void **state)
{
	struct sf_trouble t = trouble(404, "[{\"message\":\"entity is deleted\",\"errorCode\":\"ENTITY_IS_DELETED\"}]");

	(void)state;
	assert_true(sf_error_is_gone(&t));
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
	};

	return cmocka_run_group_tests_name("sf_error", tests, NULL, NULL);
}
