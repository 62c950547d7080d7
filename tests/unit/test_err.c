/*
 * tests/unit/test_err.c - bot/base/err.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/err.h"

static void every_code_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	for (enum errc code = ERR_OK; code <= ERR_BUG; code++) {
		assert_true(strlen(err_name(code)) > 1);
		assert_true(strlen(err_sentence(code)) > 1);
	}
	assert_string_equal(err_name(ERR_TEMPORARY), "TEMPORARY");
}

static void only_what_may_pass_is_temporary(void **state)
{
	(void)state;
	assert_true(err_is_temporary(ERR_UNKNOWN));
	assert_true(err_is_temporary(ERR_QUOTA));
	assert_false(err_is_temporary(ERR_DENIED));
	assert_false(err_is_temporary(OK));
}

static void setting_an_error_returns_its_code(void **state)
{
	struct err e = {0};

	(void)state;
	assert_int_equal(err_set(&e, ERR_INVALID, "line %d", 7), ERR_INVALID);
	assert_int_equal(e.code, ERR_INVALID);
	assert_string_equal(e.text, "line 7");
	assert_int_equal(err_set(NULL, ERR_IO, "nobody reads this"), ERR_IO);
}

static void an_error_may_quote_itself(void **state)
{
	struct err e = {0};

	(void)state;
	err_set(&e, ERR_IO, "inside");
	err_set(&e, ERR_IO, "outside: %s", e.text);
	assert_string_equal(e.text, "outside: inside");
}

static void a_long_text_is_cut_between_characters(void **state)
{
	struct err e = {0};
	char text[500];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text + 398, "\xc3\xa4", 2); /* would straddle the end */
	text[450] = '\0';
	err_set(&e, ERR_IO, "%s", text);
	assert_int_equal(strlen(e.text), 398);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_code_has_a_name_and_a_sentence),  cmocka_unit_test(only_what_may_pass_is_temporary),
	    cmocka_unit_test(setting_an_error_returns_its_code),     cmocka_unit_test(an_error_may_quote_itself),
	    cmocka_unit_test(a_long_text_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
