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

static void every_row_says_what_to_do_unless_it_is_done_already(void **state)
{
	(void)state;
	for (unsigned i = 0; web_error_word(i); i++) {
		bool done = web_error_code("chat.postMessage", web_error_word(i)) == ERR_ALREADY;

		if (done != !*web_error_advice("chat.postMessage", web_error_word(i)))
			fail_msg("%s", web_error_word(i));
	}
}

static void assert_all(const char *const *words, const char *method, enum errc code)
{
	for (; *words; words++)
		if (web_error_code(method, *words) != code || !*web_error_advice(method, *words))
			fail_msg("%s: %s is %s", method, *words, err_name(web_error_code(method, *words)));
}

static void what_slack_may_answer_to_a_message_is_considered(void **state)
{
	static const char *const setup[] = {"not_authed",
	                                    "invalid_auth",
	                                    "account_inactive",
	                                    "token_revoked",
	                                    "token_expired",
	                                    "not_allowed_token_type",
	                                    "accesslimited",
	                                    "team_access_not_granted",
	                                    "org_login_required",
	                                    "enterprise_is_restricted",
	                                    "two_factor_setup_required",
	                                    NULL};
	static const char *const passing[] = {"ratelimited",
	                                      "rate_limited",
	                                      "team_added_to_org",
	                                      "external_channel_migrating",
	                                      "update_failed",
	                                      "too_many_requests",
	                                      NULL};
	static const char *const lost[] = {"internal_error", "fatal_error", "request_timeout", "service_unavailable",
	                                   NULL};
	static const char *const place[] = {"channel_not_found",
	                                    "not_in_channel",
	                                    "is_archived",
	                                    "is_inactive",
	                                    "restricted_action",
	                                    "restricted_action_read_only_channel",
	                                    "restricted_action_thread_locked",
	                                    "restricted_action_thread_only_channel",
	                                    "restricted_action_non_threadable_channel",
	                                    "messages_tab_disabled",
	                                    "ekm_access_denied",
	                                    "missing_scope",
	                                    "no_permission",
	                                    NULL};
	static const char *const ours[] = {"invalid_arguments",
	                                   "invalid_arg_name",
	                                   "invalid_array_arg",
	                                   "invalid_charset",
	                                   "invalid_form_data",
	                                   "invalid_post_type",
	                                   "missing_post_type",
	                                   "invalid_json",
	                                   "json_not_object",
	                                   "invalid_blocks",
	                                   "invalid_blocks_format",
	                                   "no_text",
	                                   "markdown_text_conflict",
	                                   "invalid_metadata_format",
	                                   "invalid_metadata_schema",
	                                   "metadata_must_be_sent_from_app",
	                                   NULL};
	static const char *const size[] = {"msg_too_long",
	                                   "msg_blocks_too_long",
	                                   "too_many_attachments",
	                                   "metadata_too_large",
	                                   "attachment_payload_limit_exceeded",
	                                   NULL};
	static const char *const person[] = {"user_not_found", "user_not_in_channel",        "cannot_dm_bot",
	                                     "user_disabled",  "channel_type_not_supported", NULL};

	(void)state;
	assert_all(setup, "chat.postMessage", ERR_AUTH);
	assert_all(passing, "chat.postMessage", ERR_TEMPORARY);
	assert_all(lost, "chat.postMessage", ERR_UNKNOWN);
	assert_all(lost, "chat.update", ERR_TEMPORARY);
	assert_all(place, "chat.postMessage", ERR_DENIED);
	assert_all(place, "chat.update", ERR_DENIED);
	assert_all(ours, "chat.update", ERR_INVALID);
	assert_all(size, "chat.postMessage", ERR_TOO_LARGE);
	assert_all(person, "chat.postEphemeral", ERR_REFUSED);
}

static void a_word_says_to_each_method_what_it_means_there(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("views.update", "not_found"), ERR_NOT_FOUND);
	assert_non_null(strstr(web_error_advice("views.update", "not_found"), "dialog"));
	assert_non_null(strstr(web_error_advice("conversations.open", "missing_scope"), "im:write"));
	assert_non_null(strstr(web_error_advice("chat.postMessage", "not_in_channel"), "/invite"));
}

static void a_post_that_may_have_happened_is_unknown(void **state)
{
	(void)state;
	assert_int_equal(web_error_code("chat.postMessage", "fatal_error"), ERR_UNKNOWN);
	assert_int_equal(web_error_code("chat.postEphemeral", "internal_error"), ERR_UNKNOWN);
	assert_int_equal(web_error_code("chat.update", "fatal_error"), ERR_TEMPORARY);
	assert_int_equal(web_error_code("apps.connections.open", "internal_error"), ERR_TEMPORARY);
	assert_int_equal(web_error_code("users.info", "service_unavailable"), ERR_TEMPORARY);
	assert_int_equal(web_error_code("chat.postMessage", "request_timeout"), ERR_UNKNOWN);
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
	assert_string_equal(web_error_advice("chat.update", "something_of_tomorrow"), "");
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
	    cmocka_unit_test(every_row_says_what_to_do_unless_it_is_done_already),
	    cmocka_unit_test(what_slack_may_answer_to_a_message_is_considered),
	    cmocka_unit_test(a_word_says_to_each_method_what_it_means_there),
	    cmocka_unit_test(a_post_that_may_have_happened_is_unknown),
	    cmocka_unit_test(a_channel_that_can_not_be_written_to_is_not_a_message_that_is_gone),
	    cmocka_unit_test(tokens_are_told_from_scopes),
	    cmocka_unit_test(an_unknown_word_is_refused),
	    cmocka_unit_test(only_posts_and_new_views_must_not_be_repeated),
	    cmocka_unit_test(arguments_become_a_form),
	};

	return cmocka_run_group_tests_name("web_error", tests, NULL, NULL);
}
