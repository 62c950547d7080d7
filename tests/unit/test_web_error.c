/*
 * tests/unit/test_web_error.c - Slack's error words, and the form bodies of calls.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/mem.h"
#include "bot/slack/web.h"
#include "bot/slack/web_error.h"

static void the_table_is_in_the_order_of_the_alphabet(void **state)
{
	(void)state;
	for (unsigned i = 1; web_error_word(i); i++)
		assert_true(strcmp(web_error_word(i - 1), web_error_word(i)) < 0);
	assert_null(web_error_word(100000));
}

static void every_row_is_found(void **state)
{
	(void)state;
	for (unsigned i = 0; web_error_word(i); i++)
		assert_non_null(web_error_advice(web_error_word(i)));
	assert_string_not_equal(web_error_advice("access_denied"), "");
	assert_string_not_equal(web_error_advice("view_too_large"), "");
}

static void a_post_that_may_have_happened_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("chat.postMessage", "fatal_error"), ERR_UNKNOWN);
	assert_int_equal(web_error_code("chat.postEphemeral", "internal_error"), ERR_UNKNOWN);
	assert_int_equal(web_error_code("chat.update", "fatal_error"), ERR_TEMPORARY);
	assert_int_equal(web_error_code("apps.connections.open", "internal_error"), ERR_TEMPORARY);
	assert_int_equal(web_error_code("users.info", "service_unavailable"), ERR_TEMPORARY);
}

static void a_channel_that_can_not_be_written_to_is_not_a_message_that_is_gone(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("chat.update", "channel_not_found"), ERR_DENIED);
	assert_int_equal(web_error_code("chat.postMessage", "is_archived"), ERR_DENIED);
	assert_int_equal(web_error_code("chat.postMessage", "not_in_channel"), ERR_DENIED);
	assert_int_equal(web_error_code("chat.update", "message_not_found"), ERR_NOT_FOUND);
	assert_int_equal(web_error_code("conversations.info", "channel_not_found"), ERR_NOT_FOUND);
}

static void tokens_are_told_from_scopes(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("auth.test", "invalid_auth"), ERR_AUTH);
	assert_int_equal(web_error_code("auth.test", "token_revoked"), ERR_AUTH);
	assert_int_equal(web_error_code("chat.postMessage", "not_allowed_token_type"), ERR_AUTH);
	assert_int_equal(web_error_code("usergroups.list", "missing_scope"), ERR_DENIED);
}

static void an_unknown_word_is_refused(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("chat.postMessage", "something_of_tomorrow"), ERR_REFUSED);
	assert_string_equal(web_error_advice("something_of_tomorrow"), "");
	assert_int_equal(web_error_code("chat.postMessage", ""), ERR_REFUSED);
}

static void only_posts_and_new_views_must_not_be_repeated(void **state)
{
	(void)state;
	assert_false(web_error_may_repeat("chat.postMessage"));
	assert_false(web_error_may_repeat("chat.postEphemeral"));
	assert_false(web_error_may_repeat("views.open"));
	assert_true(web_error_may_repeat("chat.update"));
	assert_true(web_error_may_repeat("conversations.open"));
}

static void arguments_become_a_form(void **state)
{
	json_t *arguments = json_pack("{s:s, s:b, s:i, s:n, s:[{s:s}]}", "channel", "C1", "inclusive", 1, "limit", 15,
	                              "cursor", "blocks", "type", "a&b=ü");
	AUTO_FREE char *form = web_form(arguments);
	AUTO_FREE char *none = web_form(NULL);

	(void)state;
	assert_string_equal(form, "channel=C1&inclusive=true&limit=15&"
	                          "blocks=%5B%7B%22type%22%3A%22a%26b%3D%C3%BC%22%7D%5D");
	assert_string_equal(none, "");
	json_decref(arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_table_is_in_the_order_of_the_alphabet),
	    cmocka_unit_test(every_row_is_found),
	    cmocka_unit_test(a_post_that_may_have_happened_is_unknown),
	    cmocka_unit_test(a_channel_that_can_not_be_written_to_is_not_a_message_that_is_gone),
	    cmocka_unit_test(tokens_are_told_from_scopes),
	    cmocka_unit_test(an_unknown_word_is_refused),
	    cmocka_unit_test(only_posts_and_new_views_must_not_be_repeated),
	    cmocka_unit_test(arguments_become_a_form),
	};

	return cmocka_run_group_tests_name("web_error", tests, NULL, NULL);
}
