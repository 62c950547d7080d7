/*
 * tests/unit/test_soql.c - words of people stay words.
 */
#include "salesforce/soql.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void quoted(const char *word, const char *expected)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 1000);
	soql_put_text(&b, word);
	assert_string_equal(buf_str(&b), expected);
}

static void quotes_and_backslashes_are_escaped(void **state)
{
	(void)state;
	quoted("jane@example.com", "'jane@example.com'");
	quoted("o'hara", "'o\\'hara'");
	quoted("a\\", "'a\\\\'");
	quoted("\\' OR Id != '", "'\\\\\\' OR Id != \\''");
}

static void a_reference_of_composite_is_no_word(void **state)
{
	(void)state;
	assert_false(soql_word_ok("x@{ref.id}"));
	assert_true(soql_word_ok("x@y{z"));
}

static void control_characters_and_broken_text_are_no_words(void **state)
{
	char long_word[300];

	(void)state;
	memset(long_word, 'a', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_false(soql_word_ok(NULL));
	assert_false(soql_word_ok(""));
	assert_false(soql_word_ok("a\nb"));
	assert_false(soql_word_ok("a\x7f"));
	assert_false(soql_word_ok("a\xff"));
	assert_false(soql_word_ok(long_word));
	assert_true(soql_word_ok("j\303\244ne@example.com"));
}

static void a_list_is_quoted_word_by_word(void **state)
{
	const char *const words[] = {"a", "b'c"};
	AUTO_BUF struct buf b = {0};

	(void)state;
	buf_init(&b, 1000);
	soql_put_list(&b, words, 2);
	assert_string_equal(buf_str(&b), "('a','b\\'c')");
}

static void times_take_no_quotes(void **state)
{
	AUTO_BUF struct buf b = {0};

	(void)state;
	buf_init(&b, 1000);
	soql_put_time(&b, 0);
	assert_string_equal(buf_str(&b), "1970-01-01T00:00:00Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quotes_and_backslashes_are_escaped),
	    cmocka_unit_test(a_reference_of_composite_is_no_word),
	    cmocka_unit_test(control_characters_and_broken_text_are_no_words),
	    cmocka_unit_test(a_list_is_quoted_word_by_word),
	    cmocka_unit_test(times_take_no_quotes),
	};

	return cmocka_run_group_tests_name("soql", tests, NULL, NULL);
}
