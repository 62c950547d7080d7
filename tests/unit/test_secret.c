/*
 * tests/unit/test_secret.c - bot/base/secret: reading secret files, hiding what looks like a secret.
 *
 * The tokens below are made up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/mem.h"
#include "bot/base/secret.h"

static void assert_redacted(const char *in, const char *expected)
{
	char out[512];

	secret_redact(out, sizeof(out), in);
	assert_string_equal(out, expected);
}

static void slack_tokens_are_hidden(void **state)
{
	(void)state;
	assert_redacted("token xoxb-12-34-abc bad", "token [hidden] bad");
	assert_redacted("xoxe.xoxb-1-abcdef, xapp-1-A0-99-ff", "[hidden], [hidden]");
	assert_redacted("(xwfp-1-2)", "([hidden])");
}

static void salesforce_tokens_are_hidden(void **state)
{
	(void)state;
	assert_redacted("00Dxx0000001gPL!AR8AQ.x_y is used", "[hidden] is used");
	assert_redacted("token 00Dxx0000001gPLEAY%21AR8", "token [hidden]");
	assert_redacted("org 00Dxx0000001gPL", "org 00Dxx0000001gPL"); /* an org id is no secret */
	assert_redacted("assertion eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIzIn0.c2ln", "assertion [hidden]");
}

static void values_are_hidden_by_their_name(void **state)
{
	(void)state;
	assert_redacted("wss://wss-primary.slack.com/link/?ticket=0b-1c&app_id=5",
	                "wss://wss-primary.slack.com/link/?ticket=[hidden]&app_id=5");
	assert_redacted("{\"access_token\": \"opaque\", \"id\": 1}", "{\"access_token\": \"[hidden]\", \"id\": 1}");
	assert_redacted("Authorization: Bearer opaque words", "Authorization: Bearer [hidden] words");
	assert_redacted("https://hooks.slack.com/commands/T0/1/x gone", "https://hooks.slack.com[hidden] gone");
	assert_redacted("proxy http://user:pw@proxy.corp:3128/", "proxy http://[hidden]@proxy.corp:3128/");
	assert_redacted("https://a.example/path@b", "https://a.example/path@b");
}

static void other_words_stay(void **state)
{
	(void)state;
	assert_redacted("EAC-42: step 3 of 10, jane@example.com", "EAC-42: step 3 of 10, jane@example.com");
	assert_redacted("a token expired", "a token expired");
	assert_redacted("", "");
	assert_redacted(NULL, "");
}

static void a_short_buffer_is_not_overrun(void **state)
{
	char out[9];

	(void)state;
	secret_redact(out, sizeof(out), "x xoxb-1-2");
	assert_string_equal(out, "x [hidde");
	secret_redact(out, sizeof(out), "1234567\xc3\xa4");
	assert_string_equal(out, "1234567");
}

static void assert_file(const char *bytes, size_t len, enum errc expected, const char *value)
{
	char path[] = "/tmp/eacbot-secret-XXXXXX";
	int fd = mkstemp(path);
	struct secret *s = NULL;
	struct err e = {0};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
	assert_int_equal(secret_read_file(&s, path, &e), expected);
	unlink(path);
	if (expected == OK)
		assert_string_equal(secret_reveal(s), value);
	else
		assert_non_null(strstr(e.text, path));
	secret_free(s);
}

static void one_newline_is_stripped(void **state)
{
	(void)state;
	assert_file("abc\n", 4, OK, "abc");
	assert_file("abc\r\n", 5, OK, "abc");
	assert_file("abc\n\n", 5, OK, "abc\n");
	assert_file("abc", 3, OK, "abc");
}

static void what_is_no_secret_is_refused(void **state)
{
	AUTO_FREE char *large = mem_alloc(70000);

	(void)state;
	memset(large, 'a', 70000);
	assert_file("", 0, ERR_INVALID, NULL);
	assert_file("\n", 1, ERR_INVALID, NULL);
	assert_file("a\0b", 3, ERR_INVALID, NULL);
	assert_file(large, 70000, ERR_TOO_LARGE, NULL);
	assert_file(large, 65537, ERR_TOO_LARGE, NULL);
}

static void a_missing_file_is_named(void **state)
{
	struct secret *s = NULL;
	struct err e;

	(void)state;
	assert_int_equal(secret_read_file(&s, "/nonexistent/secret", &e), ERR_NOT_FOUND);
	assert_non_null(strstr(e.text, "/nonexistent/secret"));
	assert_null(secret_reveal(NULL));
	assert_int_equal(secret_len(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(slack_tokens_are_hidden),         cmocka_unit_test(salesforce_tokens_are_hidden),
	    cmocka_unit_test(values_are_hidden_by_their_name), cmocka_unit_test(other_words_stay),
	    cmocka_unit_test(a_short_buffer_is_not_overrun),   cmocka_unit_test(one_newline_is_stripped),
	    cmocka_unit_test(what_is_no_secret_is_refused),    cmocka_unit_test(a_missing_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
