/*
 * tests/unit/test_app_identity.c - who we are, remembered from the last run, for the very token it was about.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/app/identity.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"

#define TOKEN "xoxb-1-test"

struct stage {
	struct loop *loop;
	struct store *store;
	struct http *http;
	struct slack *slack;
	struct identity *identity;
	struct secret *token;
};

static void no_envelope(void *arg, uint64_t socket, const struct envelope *envelope)
{
	(void)arg;
	(void)socket;
	(void)envelope;
}

static void no_news(void *arg)
{
	(void)arg;
}

static void no_gap(void *arg, int64_t gap_ms)
{
	(void)arg;
	(void)gap_ms;
}

static int begin(void **state)
{
	const struct store_options store = {.url = "sqlite::memory:"};
	const struct http_options http = {.ca_file = "", .user_agent = "test", .allow_plain = true};
	const struct slack_callbacks callbacks = {.envelope = no_envelope, .state = no_news, .gap = no_gap};
	struct stage *s = mem_alloc(sizeof *s);

	s->token = secret_new(TOKEN, strlen(TOKEN));
	const struct slack_options slack = {
	    .api_url = "http://127.0.0.1:9/api/", .app_token = s->token, .bot_token = s->token, .connections = 1};
	assert_int_equal(loop_new(&s->loop, NULL), OK);
	assert_int_equal(store_open(&s->store, &store, NULL), OK);
	assert_int_equal(http_new(&s->http, s->loop, &http, NULL), OK);
	assert_int_equal(slack_new(&s->slack, s->loop, s->http, &slack, &callbacks, NULL), OK);
	s->identity = identity_new(s->store, s->slack);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct stage *s = *state;

	slack_free(s->slack);
	http_free(s->http);
	store_close(s->store);
	loop_shut(s->loop);
	identity_free(s->identity);
	loop_free(s->loop);
	secret_free(s->token);
	free(s);
	return 0;
}

/* As the last run has left it; `arg` is the token. */
static enum errc keep(struct tx *tx, void *arg)
{
	char digest[65];

	text_sha256_hex(digest, arg, strlen(arg));
	AUTO_FREE char *kept = mem_printf("{\"token\":\"%.32s\",\"bot_user\":\"U0BOT0001\",\"team\":\"T0EAC0001\","
	                                  "\"url\":\"https://acme.slack.com/\",\"app_id\":\"A0EAC00001\"}",
	                                  digest);
	return store_setting_set(tx, "slack_identity", kept);
}

static enum errc keep_nonsense(struct tx *tx, void *arg)
{
	return store_setting_set(tx, "slack_identity", arg);
}

static void what_was_kept_about_this_token_is_known_at_once(void **state)
{
	struct stage *s = *state;
	char token[] = TOKEN;
	struct slack_figures figures;

	assert_int_equal(store_run(s->store, keep, token), OK);
	identity_recall(s->identity);
	assert_non_null(slack_identity(s->slack));
	assert_string_equal(slack_identity(s->slack)->bot_user, "U0BOT0001");
	assert_string_equal(slack_identity(s->slack)->url, "https://acme.slack.com/");
	slack_get_figures(s->slack, &figures);
	assert_false(figures.confirmed); /* it does not prove that the token is still good */
}

static void what_was_kept_about_another_token_is_not_believed(void **state)
{
	struct stage *s = *state;
	char token[] = "xoxb-2-other";

	assert_int_equal(store_run(s->store, keep, token), OK);
	identity_recall(s->identity);
	assert_null(slack_identity(s->slack));
}

static void what_can_not_be_read_is_not_believed(void **state)
{
	struct stage *s = *state;
	char nonsense[] = "{\"token\":";

	identity_recall(s->identity);
	assert_null(slack_identity(s->slack));
	assert_int_equal(store_run(s->store, keep_nonsense, nonsense), OK);
	identity_recall(s->identity);
	assert_null(slack_identity(s->slack));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(what_was_kept_about_this_token_is_known_at_once, begin, end),
	    cmocka_unit_test_setup_teardown(what_was_kept_about_another_token_is_not_believed, begin, end),
	    cmocka_unit_test_setup_teardown(what_can_not_be_read_is_not_believed, begin, end),
	};

	return cmocka_run_group_tests_name("app_identity", tests, NULL, NULL);
}
