/*
 * tests/unit/test_sf_composite.c - what goes out as one call, and what comes back as many answers.
 */
#include "salesforce/composite.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"

static json_t *written(const struct composite *c)
{
	AUTO_FREE char *text = composite_text(c);
	json_t *whole = NULL;

	assert_non_null(text);
	assert_int_equal(json_parse(&whole, text, strlen(text), NULL), OK);
	return whole;
}

static void order_is_kept_and_parts_are_independent(void **state)
{
	AUTO_COMPOSITE struct composite c;
	json_auto_t *whole = NULL;
	const json_t *parts;

	(void)state;
	composite_init(&c, "64.0");
	composite_delete(&c, "a", "PermissionSetAssignment", "0Pa1");
	composite_post(&c, "b", "PermissionSetAssignment", json_pack("{s:s}", "AssigneeId", "005"));
	composite_query(&c, "c", "SELECT Id FROM User WHERE Name = 'O\\'Hara & Co'");
	whole = written(&c);
	assert_true(json_is_false(json_get(whole, "allOrNone")));
	assert_true(json_is_false(json_get(whole, "collateSubrequests")));
	parts = json_get(whole, "compositeRequest");
	assert_int_equal(json_array_size(parts), 3);
	assert_string_equal(json_str(json_array_get(parts, 0), "method"), "DELETE");
	assert_string_equal(json_str(json_array_get(parts, 0), "url"),
	                    "/services/data/v64.0/sobjects/PermissionSetAssignment/0Pa1");
	assert_string_equal(json_str(json_get(json_array_get(parts, 1), "body"), "AssigneeId"), "005");
	assert_string_equal(json_str(json_array_get(parts, 2), "url"),
	                    "/services/data/v64.0/"
	                    "query?q=SELECT%20Id%20FROM%20User%20WHERE%20Name%20%3D%20%27O%5C%27Hara%20%26%20Co%27");
}

static void a_reference_spoils_the_whole(void **state)
{
	struct composite c;

	(void)state;
	composite_init(&c, "64.0");
	composite_query(&c, "a", "SELECT Id FROM User WHERE Name = '@{x.id}'");
	assert_null(composite_text(&c));
	composite_done(&c);
	composite_init(&c, "64.0");
	composite_post(&c, "a", "X", json_pack("{s:s}", "Name", "@{x}"));
	assert_null(composite_text(&c));
	composite_done(&c);
}

static void a_query_that_no_address_can_hold_spoils_the_whole(void **state)
{
	AUTO_COMPOSITE struct composite c;
	AUTO_FREE char *query = mem_alloc(20000);

	(void)state;
	memset(query, 'x', 19999);
	composite_init(&c, "64.0");
	composite_query(&c, "a", query);
	assert_null(composite_text(&c));
}

static json_t *answer_of(const char *text)
{
	json_t *answer = NULL;

	assert_int_equal(json_parse(&answer, text, strlen(text), NULL), OK);
	return answer;
}

static void each_part_has_its_own_verdict(void **state)
{
	json_auto_t *answer =
	    answer_of("{\"compositeResponse\":["
	              "{\"referenceId\":\"a\",\"httpStatusCode\":204,\"body\":null},"
	              "{\"referenceId\":\"b\",\"httpStatusCode\":404,\"body\":[{\"errorCode\":\"ENTITY_IS_DELETED\"}]},"
	              "{\"referenceId\":\"c\",\"httpStatusCode\":200,\"body\":{\"records\":[{\"Id\":\"x\"}]}},"
	              "{\"referenceId\":\"d\",\"httpStatusCode\":200,\"body\":{\"records\":null}}]}");
	const struct sf_error_about about = {0};
	json_t *body, *records;
	struct sf_trouble t;

	(void)state;
	assert_true(composite_part(answer, "a", &about, &body, &t));
	assert_false(composite_part(answer, "b", &about, &body, &t));
	assert_int_equal(t.meaning, SF_GONE);
	assert_true(composite_records(answer, "c", "User", &records, &t));
	assert_int_equal(json_array_size(records), 1);
	assert_false(composite_records(answer, "d", "User", &records, &t));
	assert_int_equal(t.code, ERR_PROTOCOL);
	assert_false(composite_part(answer, "e", &about, &body, &t));
	assert_int_equal(t.code, ERR_PROTOCOL);
}

static void an_answer_of_any_other_shape_has_no_parts(void **state)
{
	static const char *const shapes[] = {"[]", "{}", "{\"compositeResponse\":{}}",
	                                     "{\"compositeResponse\":[1,null,[]]}"};
	const struct sf_error_about about = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		json_auto_t *answer = answer_of(shapes[i]);
		struct sf_trouble t;
		json_t *body;

		assert_false(composite_part(answer, "a", &about, &body, &t));
		assert_int_equal(t.code, ERR_PROTOCOL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order_is_kept_and_parts_are_independent),
	    cmocka_unit_test(a_reference_spoils_the_whole),
	    cmocka_unit_test(a_query_that_no_address_can_hold_spoils_the_whole),
	    cmocka_unit_test(each_part_has_its_own_verdict),
	    cmocka_unit_test(an_answer_of_any_other_shape_has_no_parts),
	};

	return cmocka_run_group_tests_name("sf_composite", tests, NULL, NULL);
}
