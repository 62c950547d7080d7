/*
 * tests/unit/test_json.c - bot/base/json.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"

static enum errc parse(const char *text)
{
	json_auto_t *value = NULL;
	struct err e;

	return json_parse(&value, text, strlen(text), &e);
}

static void strict_parsing_refuses_what_is_ambiguous(void **state)
{
	(void)state;
	assert_int_equal(parse("{\"a\":1}"), OK);
	assert_int_equal(parse("{\"a\":1,\"a\":2}"), ERR_PROTOCOL);
	assert_int_equal(parse("{} x"), ERR_PROTOCOL);
	assert_int_equal(parse("{\"a\":\"\xff\"}"), ERR_PROTOCOL);
	assert_int_equal(parse("\"text\""), ERR_PROTOCOL);
	assert_int_equal(parse(""), ERR_PROTOCOL);
	assert_int_equal(parse("<html>"), ERR_PROTOCOL);
}

static void nesting_has_an_end(void **state)
{
	char deep[131] = "";

	(void)state;
	memset(deep, '[', 64);
	memset(deep + 64, ']', 64);
	assert_int_equal(parse(deep), OK);
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	assert_int_equal(parse(deep), ERR_PROTOCOL);
	assert_int_equal(parse("[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"]"), OK);
}

static void getters_accept_any_shape(void **state)
{
	json_auto_t *v = json_pack("{s:s, s:i, s:f, s:b, s:{s:{s:s}}, s:n}", "s", "text", "i", 5, "r", 5.0, "b", 1, "o",
	                           "p", "q", "deep", "n");

	(void)state;
	assert_string_equal(json_str(v, "s"), "text");
	assert_string_equal(json_str(v, "i"), "");
	assert_string_equal(json_str(NULL, "s"), "");
	assert_null(json_str_or_null(v, "n"));
	assert_int_equal(json_int(v, "i"), 5);
	assert_int_equal(json_int(v, "r"), 5);
	assert_int_equal(json_int(v, "s"), 0);
	assert_true(json_bool(v, "b"));
	assert_false(json_bool(v, "missing"));
	assert_string_equal(json_string_value(json_path(v, "o", "p", "q", NULL)), "deep");
	assert_null(json_path(v, "s", "p", NULL));
	assert_null(json_get(json_get(v, "i"), "x"));
}

static void any_bytes_become_a_text(void **state)
{
	json_auto_t *good = json_text_value("a\xc3\xa4");
	json_auto_t *bad = json_text_value("a\xff"
	                                   "b");
	json_auto_t *none = json_text_value(NULL);

	(void)state;
	assert_string_equal(json_string_value(good), "a\xc3\xa4");
	assert_string_equal(json_string_value(bad), "a\xef\xbf\xbd"
	                                            "b");
	assert_true(json_is_null(none));
}

static void setting_an_empty_text_removes_the_key(void **state)
{
	json_auto_t *v = json_object();
	AUTO_FREE char *text = NULL;

	(void)state;
	json_set_str(v, "gone", "x");
	json_set_str(v, "gone", "");
	json_set_str(v, "s", "x");
	json_set_int(v, "i", INT64_C(1) << 60);
	json_set_bool(v, "b", false);
	text = json_text(v);
	assert_string_equal(text, "{\"s\":\"x\",\"i\":1152921504606846976,\"b\":false}");
}

static void nothing_is_written_as_null(void **state)
{
	AUTO_FREE char *text = json_text(NULL);

	(void)state;
	assert_string_equal(text, "null");
}

static void without_memory_the_process_ends_instead_of_losing_a_value(void **state)
{
	const struct rlimit no_core = {0};
	int status;
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		json_start();
		json_decref(json_stringn_nocheck("", (size_t)1 << 46));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strict_parsing_refuses_what_is_ambiguous),
	    cmocka_unit_test(nesting_has_an_end),
	    cmocka_unit_test(getters_accept_any_shape),
	    cmocka_unit_test(any_bytes_become_a_text),
	    cmocka_unit_test(setting_an_empty_text_removes_the_key),
	    cmocka_unit_test(nothing_is_written_as_null),
	    cmocka_unit_test(without_memory_the_process_ends_instead_of_losing_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
