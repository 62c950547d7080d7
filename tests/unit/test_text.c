/*
 * tests/unit/test_text.c - bot/base/text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/text.h"

static void texts_are_compared(void **state)
{
	(void)state;
	assert_true(text_eq("a", "a"));
	assert_true(text_eq(NULL, NULL));
	assert_false(text_eq("a", NULL));
	assert_true(text_ieq("SalesForceIQ", "salesforceiq"));
	assert_false(text_ieq("a", "ab"));
	assert_false(text_ieq("\xc3\x84", "\xc3\xa4")); /* ASCII only */
	assert_true(text_starts("xoxb-1", "xoxb-"));
	assert_false(text_starts(NULL, "x"));
	assert_true(text_empty(NULL) && text_empty("") && !text_empty(" "));
}

static void a_copy_never_ends_inside_a_character(void **state)
{
	char out[4];

	(void)state;
	assert_true(text_copy(out, sizeof(out), "abc"));
	assert_false(text_copy(out, sizeof(out), "ab\xc3\xa4"));
	assert_string_equal(out, "ab");
	assert_false(text_copy(out, sizeof(out), "\xf0\x9f\x98\x80"));
	assert_string_equal(out, "");
	assert_true(text_copy(out, sizeof(out), NULL));
	assert_string_equal(out, "");
	assert_false(text_copy(out, 0, "a"));
}

static void blanks_are_trimmed_at_both_ends(void **state)
{
	char text[] = " \t a b \r\n";
	char blank[] = "   ";

	(void)state;
	assert_string_equal(text_trim(text), "a b");
	assert_string_equal(text_trim(blank), "");
}

static void only_shortest_form_utf8_is_valid(void **state)
{
	static const char *const bad[] = {
	    "\x80",             /* a continuation alone */
	    "\xc3",             /* cut off */
	    "\xc0\xaf",         /* overlong */
	    "\xe0\x80\xaf",     /* overlong */
	    "\xf0\x80\x80\xaf", /* overlong */
	    "\xed\xa0\x80",     /* a surrogate */
	    "\xf4\x90\x80\x80", /* beyond the last character */
	    "\xff",
	};

	(void)state;
	assert_true(text_is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	assert_true(text_is_utf8("", 0));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_is_utf8(bad[i], strlen(bad[i])));
}

static void characters_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(text_chars("a\xc3\xa4\xe2\x82\xac"), 3);
	assert_int_equal(text_chars(NULL), 0);
	assert_int_equal(text_bytes_of_chars("a\xc3\xa4\xe2\x82\xac", 2), 3);
	assert_int_equal(text_bytes_of_chars("ab", 5), 2);
	assert_int_equal(text_bytes_of_chars("ab", 0), 0);
}

static void distance_counts_edits(void **state)
{
	char longer[80];

	(void)state;
	assert_int_equal(text_distance("port", "port"), 0);
	assert_int_equal(text_distance("port", "prot"), 2);
	assert_int_equal(text_distance("", "abc"), 3);
	assert_int_equal(text_distance("kitten", "sitting"), 3);
	memset(longer, 'a', sizeof(longer));
	longer[64] = '\0';
	assert_int_equal(text_distance(longer, "a"), 99);
}

static void random_identifiers_differ(void **state)
{
	char a[101];
	char b[101];

	(void)state;
	text_random_hex(a, 50);
	text_random_hex(b, 50);
	assert_int_equal(strlen(a), 100);
	assert_int_equal(strspn(a, "0123456789abcdef"), 100);
	assert_string_not_equal(a, b);
}

static void sha256_is_the_standard_one(void **state)
{
	char hex[65];

	(void)state;
	text_sha256_hex(hex, "abc", 3);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_compared),
	    cmocka_unit_test(a_copy_never_ends_inside_a_character),
	    cmocka_unit_test(blanks_are_trimmed_at_both_ends),
	    cmocka_unit_test(only_shortest_form_utf8_is_valid),
	    cmocka_unit_test(characters_are_counted_not_bytes),
	    cmocka_unit_test(distance_counts_edits),
	    cmocka_unit_test(random_identifiers_differ),
	    cmocka_unit_test(sha256_is_the_standard_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
