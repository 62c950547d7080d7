/*
 * tests/unit/test_sf_id.c - ids of 15 and 18 characters, links to Lightning pages.
 */
#include "salesforce/sf_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void the_long_form_has_the_published_checksums(void **state)
{
	static const char *const pairs[][2] = {
	    {"001D000000K0fXO", "001D000000K0fXOIAZ"},
	    {"0PLD000000003mw", "0PLD000000003mwOAA"},
	    {"005Sj000003JNIX", "005Sj000003JNIXIA4"},
	};
	char out[19];

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_true(sf_id_long(pairs[i][0], out));
		assert_string_equal(out, pairs[i][1]);
		assert_true(sf_id_long(pairs[i][1], out));
		assert_string_equal(out, pairs[i][1]);
		assert_true(sf_id_same(pairs[i][0], pairs[i][1]));
	}
}

static void a_wrong_checksum_is_no_id_that_somebody_may_type(void **state)
{
	(void)state;
	assert_false(sf_id_valid("001D000000K0fXOIAA"));
	assert_true(sf_id_valid("001D000000K0fXOIAZ"));
	assert_true(sf_id_valid("001D000000K0fXO"));
}

static void ids_of_the_server_are_taken_as_they_are(void **state)
{
	char out[19];

	(void)state;
	assert_true(sf_id_long("0PLJane000000000A1", out));
	assert_string_equal(out, "0PLJane000000000A1");
	assert_true(sf_id_same("0PLJane000000000A1", "0PLJane00000000"));
	assert_false(sf_id_same("0PLJane000000000A1", "0PLJane000000000A2"));
	assert_true(sf_id_has_prefix("0PLJane000000000A1", "0PL"));
}

static void other_lengths_and_letters_are_no_ids(void **state)
{
	(void)state;
	assert_false(sf_id_valid(NULL));
	assert_false(sf_id_valid(""));
	assert_false(sf_id_valid("005Sj000003JNI"));
	assert_false(sf_id_valid("005Sj000003JNIXI"));
	assert_false(sf_id_valid("005Sj000003JN'X"));
	assert_false(sf_id_valid("005Sj000003JN\303\244"));
	assert_false(sf_id_valid("005Sj000003JNIXIA45"));
}

static void ids_that_differ_only_in_case_are_different_records(void **state)
{
	(void)state;
	assert_false(sf_id_same("001D000000K0fXO", "001D000000K0fxo"));
	assert_false(sf_id_same("x", "x"));
	assert_false(sf_id_same(NULL, NULL));
}

static void the_prefix_tells_the_kind(void **state)
{
	(void)state;
	assert_true(sf_id_has_prefix("005Sj000003JNIX", "005"));
	assert_false(sf_id_has_prefix("001D000000K0fXO", "005"));
	assert_false(sf_id_has_prefix("005", "005"));
}

static void lightning_pages_live_on_their_own_host(void **state)
{
	char out[120], small[12];

	(void)state;
	sf_lightning_url("https://acme.my.salesforce.com", "/lightning/x", out, sizeof(out));
	assert_string_equal(out, "https://acme.lightning.force.com/lightning/x");
	sf_lightning_url("https://acme--uat.sandbox.my.salesforce.com", "/y", out, sizeof(out));
	assert_string_equal(out, "https://acme--uat.sandbox.lightning.force.com/y");
	sf_lightning_url("https://acme.my.salesforce.mil", "/y", out, sizeof(out));
	assert_string_equal(out, "https://acme.lightning.crmforce.mil/y");
	sf_lightning_url("http://127.0.0.1:9000", "/y", out, sizeof(out));
	assert_string_equal(out, "http://127.0.0.1:9000/y");
	sf_lightning_url("https://acme.my.salesforce.com", "/y", small, sizeof(small));
	assert_string_equal(small, "https://acm");
}

static void a_row_is_found_by_the_short_and_by_the_long_form(void **state)
{
	json_t *rows = json_pack("[{s:s}, {s:s}]", "set", "0PS5g000000AAAA", "set", "0PS5g000000BBBBGA4");

	(void)state;
	assert_ptr_equal(sf_id_row(rows, "set", "0PS5g000000BBBB"), json_array_get(rows, 1));
	assert_ptr_equal(sf_id_row(rows, "set", "0PS5g000000AAAA"), json_array_get(rows, 0));
	assert_null(sf_id_row(rows, "set", "0PS5g000000aaaa"));
	assert_null(sf_id_row(rows, "licence", "0PS5g000000AAAA"));
	assert_null(sf_id_row(rows, "set", ""));
	assert_null(sf_id_row(NULL, "set", "0PS5g000000AAAA"));
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_long_form_has_the_published_checksums),
	    cmocka_unit_test(a_wrong_checksum_is_no_id_that_somebody_may_type),
	    cmocka_unit_test(ids_of_the_server_are_taken_as_they_are),
	    cmocka_unit_test(other_lengths_and_letters_are_no_ids),
	    cmocka_unit_test(ids_that_differ_only_in_case_are_different_records),
	    cmocka_unit_test(the_prefix_tells_the_kind),
	    cmocka_unit_test(a_row_is_found_by_the_short_and_by_the_long_form),
	    cmocka_unit_test(lightning_pages_live_on_their_own_host),
	};

	return cmocka_run_group_tests_name("sf_id", tests, NULL, NULL);
}
