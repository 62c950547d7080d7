/*
 * tests/unit/test_salesforce.c - the flow of questions and deeds, against a server that answers by a script.
 *
 * How the answers look is the fake org's business (tests/sim/salesforce); here
 * it is asked what happens when they are late, refused, lost or hostile.
 */
#include "salesforce/salesforce.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/support/scripted_server.h"

static const char user[] = "005000000000001AAA";
static const char look_path[] = "POST /services/data/v64.0/composite";

/* A look at somebody who holds nothing, with one token. */
#define EMPTY_PART(ref) "{\"referenceId\":\"" ref "\",\"httpStatusCode\":200,\"body\":{\"done\":true,\"records\":[]}}"
#define PART(ref, records) \
	"{\"referenceId\":\"" ref "\",\"httpStatusCode\":200,\"body\":{\"done\":true,\"records\":[" records "]}}"
#define ERROR_PART(ref, e, m) \
	"{\"referenceId\":\"" ref "\",\"httpStatusCode\":400,\"body\":[{\"errorCode\":\"" e "\",\"message\":\"" m \
	"\"}]}"
#define LOOK(user_part, tokens_part) \
	"{\"compositeResponse\":[" user_part "," tokens_part \
	"," EMPTY_PART("links") "," EMPTY_PART("connection") "," EMPTY_PART("frozen") "]}"
#define USER PART("user", "{\"Id\":\"005000000000001\",\"PermissionSetAssignments\":null}")
static const char good_look[] =
    LOOK(USER,
         PART("tokens", "{\"UserId\":\"005000000000001AAA\",\"AppName\":\"SalesforceIQ\",\"DeleteToken\":\"cap+1/\"}"));

struct world {
	struct scripted_server *server;
	struct loop *loop;
	struct loop_timer *watchdog;
	struct http *http;
	struct sf *sf;
	struct secret *key;
	char url[64];
	char token[400]; /* the answer to a login */
	int waiting;
	struct {
		enum errc code;
		char error[80];
		char reason[320];
		json_t *body;
	} last;
	int answers;
	bool asking; /* inside a function of salesforce.h */
};

/* --- the world --- */

static EVP_PKEY *shared_key; /* made once: it takes a while */

static int make_key(void **state)
{
	(void)state;
	loop_block_signals();
	shared_key = EVP_RSA_gen(2048);
	return shared_key ? 0 : -1;
}

static int drop_key(void **state)
{
	(void)state;
	EVP_PKEY_free(shared_key);
	return 0;
}

static struct secret *key_pem(void)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct secret *secret;
	char *data;
	long len;

	assert_int_equal(PEM_write_bio_PrivateKey(bio, shared_key, NULL, NULL, 0, NULL, NULL), 1);
	len = BIO_get_mem_data(bio, &data);
	secret = secret_new(data, (size_t)len);
	BIO_free(bio);
	return secret;
}

static void give_up(void *arg)
{
	struct world *w = arg;

	loop_stop(w->loop);
}

static void start(struct world *w, const struct secret *key, const char *version)
{
	static const char *const sets[] = {"Inbox"};
	struct sf_options options = {.login_url = w->url,
	                             .auth = SF_JWT,
	                             .client_id = "client",
	                             .username = "bot@example.com",
	                             .private_key = key,
	                             .api_version = version,
	                             .permission_sets = sets,
	                             .permission_set_count = 1,
	                             .budget_percent = 100};

	sf_free(w->sf);
	assert_int_equal(sf_new(&w->sf, w->http, &options, NULL), OK);
}

static int setup(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));

	*state = w;
	w->server = scripted_server_new();
	snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%d", scripted_server_port(w->server));
	snprintf(w->token, sizeof(w->token),
	         "{\"access_token\":\"00D!tok\",\"instance_url\":\"%s\",\"id\":\"%s/id/00D000000000001AAA/"
	         "005000000000009AAA\"}",
	         w->url, w->url);
	assert_int_equal(loop_new(&w->loop, NULL), OK);
	assert_int_equal(
	    http_new(&w->http, w->loop, &(struct http_options){.user_agent = "test", .allow_plain = true}, NULL), OK);
	w->watchdog = loop_timer_new(w->loop, give_up, w);
	w->key = key_pem();
	start(w, w->key, "64.0");
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sf_free(w->sf);
	http_free(w->http);
	loop_shut(w->loop);
	loop_timer_free(w->watchdog);
	loop_free(w->loop);
	scripted_server_free(w->server);
	secret_free(w->key);
	json_decref(w->last.body);
	free(w);
	return 0;
}

static void script(struct world *w, const char *request, int times, int status, const char *answer)
{
	scripted_server_add(
	    w->server, &(struct scripted_rule){.request = request, .times = times, .status = status, .answer = answer});
}

/* Logins, the version and the descriptions go well, whatever was said before. */
static void script_the_rest(struct world *w)
{
	script(w, "POST /services/oauth2/token", 0, 200, w->token);
	script(w, "GET /services/data/ ", 0, 200, "[{\"version\":\"50.0\"},{\"version\":\"68.0\"}]");
	script(w, "/describe", 0, 200,
	       "{\"fields\":[{\"name\":\"PermissionsSalesforceIQInbox\"},"
	       "{\"name\":\"MaximumPermissionsSalesforceIQInbox\"},{\"name\":\"DeveloperName\"}]}");
	script(w, "GET /services/data/v64.0/query", 0, 200, "{\"records\":[]}");
	script(w, look_path, 0, 200, good_look);
}

static void on_answer(void *arg, const struct sf_answer *answer)
{
	struct world *w = arg;

	assert_false(w->asking);
	w->answers++;
	w->last.code = answer->code;
	text_copy(w->last.error, sizeof(w->last.error), answer->error);
	text_copy(w->last.reason, sizeof(w->last.reason), answer->reason);
	json_decref(w->last.body);
	w->last.body = json_incref(answer->body);
	if (--w->waiting == 0)
		loop_stop(w->loop);
}

/* Turns until `n` answers are there. */
static void await(struct world *w, int n)
{
	int before = w->answers;

	w->asking = false;
	w->waiting = n;
	loop_timer_set(w->watchdog, 10000);
	loop_run(w->loop);
	assert_int_equal(w->answers - before, n);
}

static http_ticket ask_look(struct world *w)
{
	w->asking = true;
	return sf_look(w->sf, user, SF_LOOK_LOGIN, 0, on_answer, w);
}

static enum errc look(struct world *w)
{
	ask_look(w);
	await(w, 1);
	return w->last.code;
}

static bool let_in(struct world *w)
{
	struct sf_figures f;

	sf_get_figures(w->sf, &f);
	return f.let_in;
}

static int logins(struct world *w)
{
	return scripted_server_count(w->server, "POST /services/oauth2/token");
}

/* A claim of the n-th assertion: its JSON. */
static json_t *claims(struct world *w, int n)
{
	AUTO_FREE char *request = scripted_server_request(w->server, "POST /services/oauth2/token", n);
	char *part = strstr(request, "assertion=");
	char text[2048] = "";
	json_t *value = NULL;
	size_t len, pad;
	char *end;

	part = strchr(part, '.') + 1;
	end = strchr(part, '.');
	*end = '\0';
	for (char *p = part; *p; p++)
		*p = *p == '-' ? '+' : *p == '_' ? '/' : *p;
	len = strlen(part);
	pad = (4 - len % 4) % 4;
	snprintf(text, sizeof(text), "%s%.*s", part, (int)pad, "==");
	len = strlen(text);
	EVP_DecodeBlock((unsigned char *)text, (unsigned char *)text, (int)len);
	text[len / 4 * 3 - pad] = '\0';
	assert_int_equal(json_parse(&value, text, strlen(text), NULL), OK);
	return value;
}

/* --- when answers come --- */

static void an_answer_never_comes_from_inside_the_asking_call(void **state)
{
	struct world *w = *state;

	w->asking = true;
	sf_find(w->sf, "a\nb", on_answer, w);
	sf_find(w->sf, "@{x}", on_answer, w);
	sf_look(w->sf, "001000000000001", SF_LOOK_LOGIN, 0, on_answer, w);
	sf_revoke(w->sf, "nothing", on_answer, w);
	sf_end_sessions(w->sf, user, NULL, 0, on_answer, w);
	sf_remove(w->sf, user, NULL, 0, NULL, 0, on_answer, w);
	await(w, 6);
	assert_int_equal(scripted_server_count(w->server, "/"), 0);
}

static void a_cancelled_call_is_not_answered(void **state)
{
	struct world *w = *state;
	http_ticket ticket;

	script_the_rest(w);
	ticket = ask_look(w);
	ask_look(w);
	sf_cancel(w->sf, ticket);
	sf_cancel(w->sf, 12345);
	await(w, 1);
	ticket = ask_look(w);
	sf_cancel(w->sf, ticket);
	assert_int_equal(look(w), OK);
}

static void the_end_answers_what_is_open(void **state)
{
	struct world *w = *state;

	w->waiting = 2;
	ask_look(w);
	ask_look(w);
	w->asking = false;
	sf_free(w->sf);
	w->sf = NULL;
	assert_int_equal(w->answers, 2);
	assert_int_equal(w->last.code, ERR_ABORTED);
}

/* --- being let in --- */

static void those_who_wait_share_one_login(void **state)
{
	struct world *w = *state;

	script_the_rest(w);
	for (int i = 0; i < 5; i++)
		ask_look(w);
	await(w, 5);
	assert_int_equal(w->last.code, OK);
	assert_int_equal(logins(w), 1);
	assert_int_equal(scripted_server_count(w->server, "/describe"), 0);
}

static void an_expired_session_is_renewed_and_the_call_repeated(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 401,
	       "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(logins(w), 2);
	assert_int_equal(scripted_server_count(w->server, look_path), 2);
}

static void a_second_refusal_is_final(void **state)
{
	struct world *w = *state;

	script(w, look_path, 2, 401,
	       "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_AUTH);
	assert_false(let_in(w));
	assert_int_equal(look(w), OK);
	assert_true(let_in(w));
}

static void a_session_that_never_fits_is_not_renewed(void **state)
{
	struct world *w = *state;

	script(w, look_path, 0, 401,
	       "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"This session is not valid for use with the REST "
	       "API\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_AUTH);
	assert_int_equal(logins(w), 1);
}

static void a_forbidden_address_is_told_and_no_session_is_renewed(void **state)
{
	struct world *w = *state;

	script(w, look_path, 0, 403, "[{\"errorCode\":\"LOGIN_DURING_RESTRICTED_DOMAIN\",\"message\":\"no\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_AUTH);
	assert_int_equal(logins(w), 1);
	assert_false(let_in(w));
}

#define LOST_PART(ref) \
	"{\"referenceId\":\"" ref "\",\"httpStatusCode\":401,\"body\":[{\"errorCode\":\"INVALID_SESSION_ID\"," \
	"\"message\":\"Session expired or invalid\"}]}"

static void a_session_that_ends_within_a_composite_is_renewed_and_the_question_repeated(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, LOOK(USER, LOST_PART("tokens")));
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_true(json_is_array(json_get(w->last.body, "tokens")));
	assert_int_equal(logins(w), 2);
	assert_int_equal(scripted_server_count(w->server, look_path), 2);
}

static void a_new_session_that_is_refused_within_a_composite_is_final(void **state)
{
	struct world *w = *state;

	script(w, look_path, 2, 200, LOOK(USER, LOST_PART("tokens")));
	script_the_rest(w);
	assert_int_equal(look(w), ERR_AUTH);
	assert_false(let_in(w));
	assert_int_equal(logins(w), 2);
	assert_int_equal(look(w), OK);
	assert_true(let_in(w));
}

static void deeds_within_which_the_session_ended_are_not_repeated_but_the_next_call_is_let_in(void **state)
{
	struct world *w = *state;
	static const char *const rows[] = {"0Pa000000000001"};

	script(w, look_path, 1, 200, "{\"compositeResponse\":[" LOST_PART("deed0") "," LOST_PART("user") "]}");
	script_the_rest(w);
	w->asking = true;
	sf_remove(w->sf, user, rows, 1, NULL, 0, on_answer, w);
	await(w, 1);
	assert_int_equal(w->last.code, OK);
	assert_true(json_is_null(json_get(w->last.body, "look")));
	assert_false(json_bool(json_array_get(json_get(w->last.body, "deletes"), 0), "ok"));
	assert_int_equal(scripted_server_count(w->server, look_path), 1);
	assert_int_equal(look(w), OK);
	assert_int_equal(logins(w), 2);
}

static void where_the_org_has_moved_the_login_tells_and_the_call_is_repeated(void **state)
{
	static const struct {
		int status;
		const char *answer;
	} moved[] = {{301, "<html>"}, {302, ""}, {404, "<html>URL No Longer Exists</html>"}, {420, ""}};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		teardown(state);
		setup(state);
		w = *state;
		scripted_server_add(w->server,
		                    &(struct scripted_rule){.request = look_path,
		                                            .times = 1,
		                                            .status = moved[i].status,
		                                            .headers = "Location: https://evil.example.com/\r\n",
		                                            .answer = moved[i].answer});
		script_the_rest(w);
		assert_int_equal(look(w), OK);
		assert_int_equal(logins(w), 2);
	}
}

static void an_org_that_is_nowhere_is_tried_again_later(void **state)
{
	struct world *w = *state;

	script(w, look_path, 0, 420, "<html>");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(scripted_server_count(w->server, look_path), 2);
	assert_false(let_in(w));
}

static void a_page_with_200_is_no_answer(void **state)
{
	static const char *const pages[] = {"<html><body>maintenance</body></html>", "", "  ", "\n<!DOCTYPE html>",
	                                    "{\"compositeResponse\":[{\"referenceId\":\"us"};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		script(w, look_path, 1, 200, pages[i]);
	script_the_rest(w);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(look(w), OK);
}

static void a_page_instead_of_a_session_passes(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/token", 1, 200, "<html>maintenance</html>");
	script(w, "POST /services/oauth2/token", 1, 200, w->token);
	script_the_rest(w);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(look(w), OK);
}

static void a_login_elsewhere_is_told(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/token", 0, 302, "");
	assert_int_equal(look(w), ERR_AUTH);
	assert_non_null(strstr(w->last.reason, "salesforce.login_url"));
}

static void another_audience_is_tried_and_remembered(void **state)
{
	struct world *w = *state;
	json_auto_t *first = NULL, *second = NULL, *third = NULL;

	script(w, "POST /services/oauth2/token", 1, 400,
	       "{\"error\":\"invalid_grant\",\"error_description\":\"Audience validation failed\"}");
	script(w, look_path, 1, 401,
	       "[{\"errorCode\":\"INVALID_SESSION_ID\",\"message\":\"Session expired or invalid\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(logins(w), 3);
	first = claims(w, 0);
	second = claims(w, 1);
	third = claims(w, 2);
	assert_string_equal(json_str(first, "aud"), w->url);
	assert_string_equal(json_str(second, "aud"), "https://login.salesforce.com");
	assert_string_equal(json_str(third, "aud"), "https://login.salesforce.com");
}

static void the_servers_clock_counts(void **state)
{
	struct world *w = *state;
	int64_t there = clock_parse_rfc3339("2030-01-01T12:00:00Z") / 1000;
	json_auto_t *second = NULL;
	int64_t exp;

	scripted_server_add(
	    w->server,
	    &(struct scripted_rule){
	        .request = "/services/oauth2/token",
	        .times = 1,
	        .status = 400,
	        .headers = "Date: Tue, 01 Jan 2030 12:00:00 GMT\r\n",
	        .answer = "{\"error\":\"invalid_grant\",\"error_description\":\"expired authorization code\"}"});
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(logins(w), 2);
	second = claims(w, 1);
	exp = json_int(second, "exp");
	assert_true(exp >= there + 170 && exp <= there + 200);
}

static void a_refused_login_is_not_repeated(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/token", 0, 400,
	       "{\"error\":\"invalid_grant\",\"error_description\":\"user hasn't approved this consumer\"}");
	assert_int_equal(look(w), ERR_AUTH);
	assert_string_equal(w->last.error, "invalid_grant");
	assert_int_equal(logins(w), 1);
	assert_false(let_in(w));
}

static void a_login_that_is_put_off_is_not_tried_before(void **state)
{
	struct world *w = *state;

	scripted_server_add(w->server, &(struct scripted_rule){.request = "POST /services/oauth2/token",
	                                                       .times = 1,
	                                                       .status = 503,
	                                                       .headers = "Retry-After: 60\r\n"});
	script_the_rest(w);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(logins(w), 1);
	assert_false(let_in(w));
}

static void a_foreign_instance_gets_no_session(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/token", 0, 200,
	       "{\"access_token\":\"00D!tok\",\"instance_url\":\"https://salesforce.com.evil.example\"}");
	assert_int_equal(look(w), ERR_AUTH);
	assert_non_null(strstr(w->last.reason, "not Salesforce's"));
	assert_int_equal(scripted_server_count(w->server, "/"), 1);
}

static void a_session_with_a_line_break_is_none(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *answer = mem_printf("{\"access_token\":\"a\\r\\nX: y\",\"instance_url\":\"%s\"}", w->url);

	script(w, "POST /services/oauth2/token", 0, 200, answer);
	assert_int_equal(look(w), ERR_PROTOCOL);
}

static void a_key_that_can_not_be_used_is_told_until_it_is_replaced(void **state)
{
	struct world *w = *state;
	struct secret *bad = secret_new("nonsense", 8);

	script_the_rest(w);
	start(w, bad, "64.0");
	assert_int_equal(look(w), ERR_AUTH);
	assert_int_equal(logins(w), 0);
	sf_set_secrets(w->sf, w->key, NULL);
	assert_int_equal(look(w), OK);
	secret_free(bad);
}

static void a_probe_logs_in(void **state)
{
	struct world *w = *state;

	script_the_rest(w);
	sf_probe(w->sf);
	sf_probe(w->sf);
	assert_int_equal(look(w), OK);
	sf_probe(w->sf);
	assert_int_equal(logins(w), 1);
	assert_true(let_in(w));
}

static void on_tick(void *arg)
{
	loop_stop(arg);
}

/* Turns for a moment. */
static void turn(struct world *w)
{
	struct loop_timer *timer = loop_timer_new(w->loop, on_tick, w->loop);

	w->asking = false;
	loop_timer_set(timer, 300);
	loop_run(w->loop);
	loop_timer_free(timer);
}

static void a_probe_at_the_start_tells_which_rights_are_missing(void **state)
{
	struct world *w = *state;
	struct sf_figures f;

	script(w, "GET /services/data/v64.0/query", 1, 200,
	       "{\"records\":[{\"PermissionsApiEnabled\":true,\"PermissionsViewSetup\":true,"
	       "\"PermissionsAssignPermissionSets\":true,\"PermissionsManageUsers\":false,"
	       "\"PermissionsCustomizeApplication\":false}]}");
	script_the_rest(w);
	sf_probe(w->sf);
	turn(w);
	sf_get_figures(w->sf, &f);
	assert_string_equal(f.missing, "Manage Users, Customize Application");
	sf_probe(w->sf);
	turn(w);
	assert_int_equal(scripted_server_count(w->server, "UserPermissionAccess"), 1);
}

static void a_client_secret_goes_into_the_body(void **state)
{
	struct world *w = *state;
	struct secret *secret = secret_new("s&cret", 6);
	const struct sf_options options = {
	    .login_url = w->url, .auth = SF_CLIENT_CREDENTIALS, .client_id = "client", .client_secret = secret};

	sf_free(w->sf);
	assert_int_equal(sf_new(&w->sf, w->http, &options, NULL), OK);
	secret_free(secret);
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(
	    scripted_server_count(w->server, "grant_type=client_credentials&client_id=client&client_secret=s%26cret"),
	    1);
}

static void without_the_options_that_are_needed_there_is_no_org(void **state)
{
	struct world *w = *state;
	struct sf *sf = NULL;

	assert_int_equal(sf_new(&sf, w->http, &(struct sf_options){.login_url = w->url}, NULL), ERR_INVALID);
	assert_int_equal(sf_new(&sf, w->http, &(struct sf_options){.client_id = "x"}, NULL), ERR_INVALID);
	assert_int_equal(sf_new(&sf, w->http, &(struct sf_options){.login_url = w->url, .client_id = "x"}, NULL),
	                 ERR_INVALID);
	assert_null(sf);
}

/* --- rights --- */

#define RIGHTS(manage, customize) \
	PART("rights", \
	     "{\"PermissionsApiEnabled\":true,\"PermissionsViewSetup\":true,\"PermissionsAssignPermissionSets\":" \
	     "true,\"PermissionsManageUsers\":" manage ",\"PermissionsCustomizeApplication\":" customize "}")
#define AGAIN(rights_part) \
	"{\"compositeResponse\":[" USER \
	"," EMPTY_PART("tokens") "," EMPTY_PART("links") "," EMPTY_PART("connection") "," rights_part "]}"

static enum errc look_for(struct world *w, enum sf_look_extra extra)
{
	w->asking = true;
	sf_look(w->sf, user, extra, 0, on_answer, w);
	await(w, 1);
	return w->last.code;
}

static const char *why_unreadable(struct world *w, const char *part)
{
	assert_true(json_is_null(json_get(w->last.body, part)));
	return json_str(json_get(w->last.body, "unreadable"), part);
}

static void a_right_that_was_taken_away_a_moment_ago_is_noticed_in_the_same_call(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, AGAIN(RIGHTS("true", "true")));
	script(w, look_path, 1, 200, AGAIN(RIGHTS("false", "true")));
	script(w, look_path, 1, 200, AGAIN(RIGHTS("true", "false")));
	script(w, look_path, 1, 200, AGAIN(RIGHTS("true", "true")));
	script_the_rest(w);
	assert_int_equal(look_for(w, SF_LOOK_AGAIN), OK);
	assert_int_equal(json_array_size(json_get(w->last.body, "links")), 0);
	assert_true(json_is_array(json_get(w->last.body, "links")));
	assert_int_equal(look_for(w, SF_LOOK_AGAIN), OK);
	assert_non_null(strstr(why_unreadable(w, "links"), "Manage Users"));
	assert_true(json_is_array(json_get(w->last.body, "tokens")));
	assert_int_equal(look_for(w, SF_LOOK_AGAIN), OK);
	assert_non_null(strstr(why_unreadable(w, "tokens"), "Customize Application"));
	assert_int_equal(look_for(w, SF_LOOK_AGAIN), OK);
	assert_true(json_is_array(json_get(w->last.body, "tokens")));
	assert_true(json_is_array(json_get(w->last.body, "links")));
	assert_int_equal(scripted_server_count(w->server, look_path), 4);
	assert_int_equal(scripted_server_count(w->server, "GET /services/data/v64.0/query"), 0);
}

static void sessions_that_the_bot_may_not_see_are_not_none(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[" USER "," EMPTY_PART("tokens") "," EMPTY_PART("links") "," EMPTY_PART(
	           "sessions") "," RIGHTS("false", "true") "]}");
	script_the_rest(w);
	assert_int_equal(look_for(w, SF_LOOK_SESSIONS), OK);
	assert_non_null(strstr(why_unreadable(w, "sessions"), "Manage Users"));
}

/* Where users are private, one that the bot may not see is no row, and no error either. */
static void a_user_whom_the_bot_does_not_see_is_not_one_who_holds_nothing(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, LOOK(EMPTY_PART("user"), EMPTY_PART("tokens")));
	script_the_rest(w);
	assert_int_equal(look(w), ERR_DENIED);
	assert_non_null(strstr(w->last.reason, "does not see this user"));
}

static void a_passing_trouble_with_the_rights_spoils_the_look(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, AGAIN(ERROR_PART("rights", "UNABLE_TO_LOCK_ROW", "busy")));
	script_the_rest(w);
	assert_int_equal(look_for(w, SF_LOOK_AGAIN), ERR_TEMPORARY);
}

static void the_reading_back_is_not_believed_without_the_right_to_see(void **state)
{
	static const char *const rows[] = {"0Pa000000000001"};
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[{\"referenceId\":\"deed0\",\"httpStatusCode\":204,\"body\":null}," USER
	       "," PART("rights", "{\"PermissionsViewSetup\":false,\"PermissionsAssignPermissionSets\":false,"
	                          "\"PermissionsManageUsers\":false}") "]}");
	script_the_rest(w);
	w->asking = true;
	sf_remove(w->sf, user, rows, 1, NULL, 0, on_answer, w);
	await(w, 1);
	assert_int_equal(w->last.code, OK);
	assert_true(json_is_null(json_get(w->last.body, "look")));
	assert_true(json_bool(json_array_get(json_get(w->last.body, "deletes"), 0), "ok"));
}

static void a_refused_grant_of_a_bot_with_all_its_rights_points_at_the_seats(void **state)
{
#define FORBIDDEN(rights_part) \
	"{\"compositeResponse\":[" ERROR_PART("deed0", "INSUFFICIENT_ACCESS_OR_READONLY", "no") "," USER \
	                                                                                        "," rights_part "]}"
	const struct sf_grant grants[] = {{.set = "0PS000000000001"}};
	struct world *w = *state;
	const json_t *made;

	script(w, look_path, 1, 200, FORBIDDEN(RIGHTS("true", "true")));
	script(w, look_path, 1, 200, FORBIDDEN(RIGHTS("false", "true")));
	script_the_rest(w);
	for (int i = 0; i < 2; i++) {
		w->asking = true;
		sf_restore(w->sf, user, grants, 1, on_answer, w);
		await(w, 1);
		made = json_array_get(json_get(w->last.body, "creates"), 0);
		assert_string_equal(json_str(made, "code"), i == 0 ? "REFUSED" : "DENIED");
		assert_string_equal(json_str(made, "error"), "INSUFFICIENT_ACCESS_OR_READONLY");
		assert_int_equal(strstr(json_str(made, "reason"), "no seat of the licence is free") != NULL, i == 0);
	}
}

/* --- finding --- */

#define FOUND \
	"{\"compositeResponse\":[" PART("users", "{\"Id\":\"005000000000001\",\"Username\":\"jane@example.com\"}") "," PART( \
	    "sets", \
	    "{\"Id\":\"0PS000000000001\",\"Name\":\"Inbox\",\"LicenseId\":\"0PL000000000001\"}") "," EMPTY_PART("lice" \
	                                                                                                        "nce" \
	                                                                                                        "s") "," EMPTY_PART("rights") "]}"
#define RECORD_PART(ref, record) "{\"referenceId\":\"" ref "\",\"httpStatusCode\":200,\"body\":" record "}"
#define LEARNT \
	"{\"compositeResponse\":[" RECORD_PART( \
	    "id0", \
	    "{\"Id\":\"0PS000000000001\",\"PermissionsSalesforceIQInbox\":true," \
	    "\"PermissionsViewAllData\":true}") "," RECORD_PART("id1", \
	                                                        "{\"Id\":\"0PL000000000001\",\"DeveloperName\":" \
	                                                        "\"Odd\",\"TotalLicenses\":5}") "]}"

static enum errc find(struct world *w, const char *word)
{
	w->asking = true;
	sf_find(w->sf, word, on_answer, w);
	await(w, 1);
	return w->last.code;
}

static void what_is_broad_is_learnt_once(void **state)
{
	struct world *w = *state;
	const json_t *set, *licence;

	scripted_server_add(
	    w->server, &(struct scripted_rule){
	                   .request = look_path, .body = "sobjects/PermissionSet/", .status = 200, .answer = LEARNT});
	scripted_server_add(
	    w->server,
	    &(struct scripted_rule){.request = look_path, .body = "FROM%20User%20", .status = 200, .answer = FOUND});
	script_the_rest(w);
	assert_int_equal(find(w, "jane@example.com"), OK);
	assert_int_equal(find(w, "jane@example.com"), OK);
	assert_int_equal(scripted_server_count(w->server, look_path), 3);
	set = json_array_get(json_get(w->last.body, "sets"), 0);
	assert_true(json_bool(set, "broad"));
	assert_string_equal(json_string_value(json_array_get(json_get(set, "broad_why"), 0)), "PermissionsViewAllData");
	licence = json_array_get(json_get(w->last.body, "licences"), 0);
	assert_string_equal(json_str(licence, "name"), "Odd");
	assert_string_equal(json_str(json_get(w->last.body, "bot"), "id"), "005000000000009AAA");
	assert_true(json_is_null(json_get(w->last.body, "rights")));
}

/* A rule for composites whose body contains `part`. */
static void script_part(struct world *w, const char *part, const char *answer)
{
	scripted_server_add(
	    w->server, &(struct scripted_rule){.request = look_path, .body = part, .status = 200, .answer = answer});
}

#define NO_RECORDS \
	"{\"compositeResponse\":[" ERROR_PART("id0", "NOT_FOUND", "no") "," ERROR_PART("id1", "NOT_FOUND", "no") "]}"

static const json_t *first(struct world *w, const char *key)
{
	return json_array_get(json_get(w->last.body, key), 0);
}

static void without_records_every_permission_is_asked_for_by_query(void **state)
{
	struct world *w = *state;

	script_part(w, "sobjects/PermissionSet/", NO_RECORDS);
	script_part(w, "MaximumPermissionsViewAllData",
	            "{\"compositeResponse\":[" PART("some0",
	                                            "{\"Id\":\"0PL000000000001\",\"DeveloperName\":\"InboxPsl\","
	                                            "\"MaximumPermissionsViewAllData\":false}") "]}");
	script_part(w, "PermissionsViewAllData",
	            "{\"compositeResponse\":[" PART("some0",
	                                            "{\"Id\":\"0PS000000000001\",\"PermissionsSalesforceIQInbox\":"
	                                            "true,\"PermissionsViewAllData\":true}") "]}");
	script_part(w, "FROM%20User%20", FOUND);
	script(w, "PermissionSet/describe", 0, 200,
	       "{\"fields\":[{\"name\":\"PermissionsSalesforceIQInbox\",\"type\":\"boolean\"},"
	       "{\"name\":\"PermissionsViewAllData\",\"type\":\"boolean\"}]}");
	script(w, "PermissionSetLicense/describe", 0, 200,
	       "{\"fields\":[{\"name\":\"DeveloperName\"},{\"name\":\"MaximumPermissionsViewAllData\"}]}");
	script_the_rest(w);
	assert_int_equal(find(w, "jane@example.com"), OK);
	assert_true(json_bool(first(w, "sets"), "broad"));
	assert_false(json_bool(first(w, "sets"), "broad_unknown"));
	assert_string_equal(json_str(first(w, "licences"), "name"), "InboxPsl");
	assert_false(json_bool(first(w, "licences"), "broad"));
}

static void what_nobody_can_judge_is_unknown_and_no_reason_to_refuse(void **state)
{
	struct world *w = *state;
	const json_t *licences;

	script_part(w, "sobjects/PermissionSet/", NO_RECORDS);
	script_part(
	    w, "FROM%20User%20",
	    "{\"compositeResponse\":[" EMPTY_PART("users") "," PART(
	        "sets",
	        "{\"Id\":\"0PS000000000001\","
	        "\"Name\":\"Inbox\",\"LicenseId\":"
	        "\"0PL000000000001\"}") "," PART("licences",
	                                         "{\"Id\":\"0PL000000000001\"},{\"Id\":\"0PL000000000002\"}") "]}");
	script(w, "/describe", 0, 403, "[{\"errorCode\":\"INSUFFICIENT_ACCESS\",\"message\":\"no\"}]");
	script_the_rest(w);
	assert_int_equal(find(w, "jane@example.com"), OK);
	assert_false(json_bool(first(w, "sets"), "broad"));
	assert_true(json_bool(first(w, "sets"), "broad_unknown"));
	licences = json_get(w->last.body, "licences");
	assert_false(json_bool(json_array_get(licences, 0), "broad"));
	assert_true(json_bool(json_array_get(licences, 1), "broad"));
}

static void a_right_that_is_not_shown_is_not_missing(void **state)
{
	struct world *w = *state;
	const json_t *rights;

	script_part(
	    w, "FROM%20User%20",
	    "{\"compositeResponse\":[" EMPTY_PART("users") "," EMPTY_PART("sets") "," EMPTY_PART("licences") "," PART(
	        "rights", "{\"PermissionsApiEnabled\":true,\"PermissionsManageUsers\":false}") "]}");
	script_the_rest(w);
	assert_int_equal(find(w, "jane@example.com"), OK);
	rights = json_get(w->last.body, "rights");
	assert_true(json_is_true(json_get(rights, "ApiEnabled")));
	assert_true(json_is_false(json_get(rights, "ManageUsers")));
	assert_true(json_is_null(json_get(rights, "CustomizeApplication")));
}

static void words_are_quoted_and_every_reading_is_tried(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *request = NULL;

	scripted_server_add(
	    w->server,
	    &(struct scripted_rule){.request = look_path, .body = "FROM%20User%20", .status = 200, .answer = FOUND});
	script_the_rest(w);
	(void)find(w, "o'hara\\");
	request = scripted_server_request(w->server, "FROM%20User%20", 0);
	assert_non_null(strstr(
	    request, "Username%20%3D%20%27o%5C%27hara%5C%5C%27%20OR%20Email%20%3D%20%27o%5C%27hara%5C%5C%27%20OR%20"
	             "FederationIdentifier%20%3D%20%27o%5C%27hara%5C%5C%27"));
	assert_null(strstr(request, "WHERE%20Id"));
}

/* --- hostile words --- */

/* As an address has it; written once more, so that it is no judge of its own. */
static void put_encoded(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		bool plain = (*p >= '0' && *p <= '9') || (*p >= 'A' && *p <= 'Z') || (*p >= 'a' && *p <= 'z') ||
		             strchr("-_.~", *p);

		if (plain)
			buf_putc(out, *p);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
	}
}

/* The query for people who are called so, byte for byte: `literal` is the word as SOQL has it, quotes included. */
static void assert_asked_for(struct world *w, const char *word, const char *literal)
{
	AUTO_FREE char *query = mem_printf(
	    "SELECT Id, Name, Username, Email, IsActive, UserType, FederationIdentifier, LastLoginDate, Profile.Name "
	    "FROM User WHERE Username = %s OR Email = %s OR FederationIdentifier = %s LIMIT 6",
	    literal, literal, literal);
	AUTO_BUF struct buf part = {0};
	AUTO_FREE char *request = NULL;

	buf_init(&part, 65536);
	buf_puts(&part, "{\"method\":\"GET\",\"url\":\"/services/data/v64.0/query?q=");
	put_encoded(&part, query);
	buf_puts(&part, "\",\"referenceId\":\"users\"}");
	(void)find(w, word);
	request = scripted_server_request(w->server, buf_str(&part), 0);
	if (!request)
		fail_msg("%s: no such request: %s", word, buf_str(&part));
}

static void hostile_words_reach_salesforce_as_words(void **state)
{
	static const struct {
		const char *word, *literal;
	} words[] = {
	    {"' OR Id != '", "'\\' OR Id != \\''"},
	    {"O'Brien\\' OR Id != ''", "'O\\'Brien\\\\\\' OR Id != \\'\\''"},
	    {"\\", "'\\\\'"},
	    {"\\'", "'\\\\\\''"},
	    {"a\\u0027 OR Name LIKE \\u0027%", "'a\\\\u0027 OR Name LIKE \\\\u0027%'"},
	    {"100%_off%27%20OR", "'100%_off%27%20OR'"},
	    {"a&q=SELECT+Id#?x=/..", "'a&q=SELECT+Id#?x=/..'"},
	    {"\"quoted\",\"url\":\"/evil", "'\"quoted\",\"url\":\"/evil'"},
	    {"@ {ref.id}", "'@ {ref.id}'"},
	    {"@%7Bref.id}", "'@%7Bref.id}'"},
	    {"\xc2\xab\xe2\x80\x99\xf0\x9f\x92\xa9\xc2\xa0\xe2\x80\xae@example.com",
	     "'\xc2\xab\xe2\x80\x99\xf0\x9f\x92\xa9\xc2\xa0\xe2\x80\xae@example.com'"},
	    {"\xef\xbc\x87 OR Id", "'\xef\xbc\x87 OR Id'"}, /* a full-width apostrophe is none */
	    {"jane+o'test@example.com", "'jane+o\\'test@example.com'"},
	    {"-- /* x */;", "'-- /* x */;'"},
	};
	struct world *w = *state;

	scripted_server_add(
	    w->server,
	    &(struct scripted_rule){.request = look_path, .body = "FROM%20User%20", .status = 200, .answer = FOUND});
	script_the_rest(w);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_asked_for(w, words[i].word, words[i].literal);
}

static void words_that_can_not_be_one_are_not_sent_at_all(void **state)
{
	struct world *w = *state;
	char *long_word = mem_alloc(10001);
	const char *const words[] = {"",
	                             "@{users.records[0].Id}",
	                             "jane@{x}@example.com",
	                             "a\nb",
	                             "a\r\nHost: evil",
	                             "a\tb",
	                             "\x1b[31m",
	                             "\x7f",
	                             "\xff",
	                             "\xc0\xaf",
	                             long_word,
	                             "\xed\xa0\x80"};

	memset(long_word, '\'', 10000);
	script_the_rest(w);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_int_equal(find(w, words[i]), ERR_INVALID);
	assert_int_equal(scripted_server_count(w->server, "/"), 0);
	free(long_word);
}

static void ids_that_are_none_are_not_sent_at_all(void **state)
{
	static const char *const ids[] = {"",
	                                  "005",
	                                  "005000000000001AA'",
	                                  "../../../sobjects",
	                                  "005000000000001AAA/x",
	                                  "@{a.records[0]}",
	                                  "005%3000000001",
	                                  "0050000000000\n1"};
	struct world *w = *state;

	script_the_rest(w);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		w->asking = true;
		sf_look(w->sf, ids[i], SF_LOOK_AGAIN, 0, on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, ERR_INVALID);
		w->asking = true;
		sf_remove(w->sf, user, &ids[i], 1, NULL, 0, on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, ERR_INVALID);
		w->asking = true;
		sf_end_sessions(w->sf, user, &ids[i], 1, on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, ERR_INVALID);
		w->asking = true;
		sf_restore(w->sf, user, &(struct sf_grant){.set = ids[i]}, 1, on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, ERR_INVALID);
		w->asking = true;
		sf_restore(w->sf, user, &(struct sf_grant){.set = "0PS000000000001", .expires = "tomorrow', 'x"}, 1,
		           on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, ERR_INVALID);
	}
	assert_int_equal(scripted_server_count(w->server, "/"), 0);
}

static void names_of_the_configuration_are_quoted_too(void **state)
{
	static const char *const sets[] = {"In'box", "b\\"};
	struct sf_options options = {.login_url = ((struct world *)*state)->url,
	                             .auth = SF_JWT,
	                             .client_id = "client",
	                             .username = "bot@example.com",
	                             .private_key = ((struct world *)*state)->key,
	                             .permission_sets = sets,
	                             .permission_set_count = 2,
	                             .budget_percent = 100};
	struct world *w = *state;

	sf_free(w->sf);
	assert_int_equal(sf_new(&w->sf, w->http, &options, NULL), OK);
	script_the_rest(w);
	(void)find(w, "jane");
	assert_int_equal(scripted_server_count(w->server, "Name%20IN%20%28%27In%5C%27box%27%2C%27b%5C%5C%27%29\""), 1);
}

/* --- the version --- */

static void the_older_of_ours_and_the_orgs_version_is_used(void **state)
{
	struct world *w = *state;

	script(w, "GET /services/data/ ", 0, 200, "[{\"version\":\"60.0\"},{\"version\":\"61.0\"}]");
	script(w, "POST /services/data/v61.0/composite", 0, 200, good_look);
	script(w, "GET /services/data/v61.0/query", 0, 200, "{\"records\":[]}");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
}

static void without_a_list_ours_is_used_but_none_too_old(void **state)
{
	struct world *w = *state;

	script(w, "GET /services/data/ ", 0, 503, "<html>");
	script(w, "POST /services/data/v59.0/composite", 0, 200, good_look);
	script(w, "GET /services/data/v59.0/query", 0, 200, "{\"records\":[]}");
	script_the_rest(w);
	start(w, w->key, "40.0");
	assert_int_equal(look(w), OK);
}

/* --- answers that are lost or odd --- */

static enum errc remove_one(struct world *w)
{
	const char *ids[] = {"0Pa000000000001"};

	w->asking = true;
	sf_remove(w->sf, user, ids, 1, NULL, 0, on_answer, w);
	await(w, 1);
	return w->last.code;
}

static void a_lost_reply_leaves_a_write_open_but_not_a_question(void **state)
{
	struct world *w = *state;

	scripted_server_add(w->server, &(struct scripted_rule){.request = look_path, .times = 2});
	script_the_rest(w);
	assert_int_equal(remove_one(w), ERR_UNKNOWN);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(scripted_server_count(w->server, "DELETE"), 1);
}

static void a_gateway_page_after_a_write_leaves_it_open(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 502, "<html>bad gateway</html>");
	script(w, look_path, 1, 200, "{\"compositeResp");
	script_the_rest(w);
	assert_int_equal(remove_one(w), ERR_UNKNOWN);
	assert_int_equal(remove_one(w), ERR_UNKNOWN);
}

static void rows_that_are_gone_count_as_deleted(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[" ERROR_PART("deed0", "ENTITY_IS_DELETED", "entity is deleted") "," USER "]}");
	script_the_rest(w);
	assert_int_equal(remove_one(w), OK);
	assert_true(json_bool(json_array_get(json_get(w->last.body, "deletes"), 0), "ok"));
	assert_true(json_is_object(json_get(w->last.body, "look")));
}

static void a_failed_reading_back_is_no_look(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[" ERROR_PART("deed0", "INSUFFICIENT_ACCESS_OR_READONLY", "no") "," ERROR_PART(
	           "user", "INVALID_FIELD", "No such column 'PermissionsSalesforceIQInbox'") "]}");
	script_the_rest(w);
	assert_int_equal(remove_one(w), OK);
	assert_true(json_is_null(json_get(w->last.body, "look")));
	assert_string_equal(json_str(json_array_get(json_get(w->last.body, "deletes"), 0), "code"), "DENIED");
	assert_int_equal(scripted_server_count(w->server, "DELETE"), 1);
}

static void a_reading_back_without_the_user_is_no_look(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[{\"referenceId\":\"deed0\",\"httpStatusCode\":204,\"body\":null}," EMPTY_PART(
	           "user") "]}");
	script_the_rest(w);
	assert_int_equal(remove_one(w), OK);
	assert_true(json_is_null(json_get(w->last.body, "look")));
}

static void a_grant_that_is_there_counts_as_made(void **state)
{
	struct world *w = *state;
	const struct sf_grant grants[] = {{.set = "0PS000000000001", .expires = "2027-01-31T00:00:00.000+0000"}};

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[" ERROR_PART("deed0", "DUPLICATE_VALUE", "duplicate value found") "," USER
	                                                                                                  "]}");
	script_the_rest(w);
	w->asking = true;
	sf_restore(w->sf, user, grants, 1, on_answer, w);
	await(w, 1);
	assert_int_equal(w->last.code, OK);
	assert_true(json_bool(json_array_get(json_get(w->last.body, "creates"), 0), "already"));
	assert_int_equal(scripted_server_count(w->server, "\"ExpirationDate\":\"2027-01-31T00:00:00Z\""), 1);
}

static void a_missing_column_is_struck_and_the_look_taken_again(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       LOOK(ERROR_PART("user", "INVALID_FIELD",
	                       "No such column 'PermissionsSalesforceIQInbox' on entity 'PermissionSet'"),
	            EMPTY_PART("tokens")));
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(scripted_server_count(w->server, "PermissionSet.PermissionsSalesforceIQInbox"), 1);
}

static void a_refusal_that_names_no_column_lets_the_org_be_described(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, LOOK(ERROR_PART("user", "INVALID_FIELD", "what?"), EMPTY_PART("tokens")));
	script(w, "/describe", 2, 200, "{\"fields\":[{\"name\":\"PermissionsAutomaticActivityCapture\"}]}");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(scripted_server_count(w->server, "PermissionSet.PermissionsSalesforceIQInbox"), 1);
	assert_int_equal(scripted_server_count(w->server, "PermissionSet.PermissionsAutomaticActivityCapture"), 2);
}

static void what_describing_does_not_explain_goes_without_flags_and_then_without_licences_facts(void **state)
{
	struct world *w = *state;

	script(w, look_path, 3, 200, LOOK(ERROR_PART("user", "INVALID_FIELD", "what?"), EMPTY_PART("tokens")));
	script(w, "/describe", 2, 404, "[{\"errorCode\":\"NOT_FOUND\",\"message\":\"\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(scripted_server_count(w->server, look_path), 4);
	assert_int_equal(scripted_server_count(w->server, "PermissionSet.PermissionsSalesforceIQInbox"), 2);
	assert_int_equal(scripted_server_count(w->server, "PermissionSetLicense.MasterLabel"), 3);
}

static void the_connection_is_read_without_the_columns_that_are_not_there(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[" USER
	       "," EMPTY_PART("tokens") "," EMPTY_PART("links") "," EMPTY_PART("frozen") "," ERROR_PART(
	           "connection", "INVALID_FIELD",
	           "\\nGlobalOauthTermsState, UserOnboardingStatus FROM\\n  ^\\nERROR at Row:1:Column:9\\n"
	           "No such column 'UserOnboardingStatus' on entity") "]}");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(scripted_server_count(w->server, "UserOnboardingStatus"), 1);
	assert_int_equal(scripted_server_count(w->server, "GlobalOauthTermsState"), 2);
	assert_int_equal(json_object_size(json_get(w->last.body, "unreadable")), 0);
}

static void what_can_not_be_read_is_null_and_said(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, LOOK(USER, ERROR_PART("tokens", "INVALID_TYPE", "not supported")));
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_true(json_is_null(json_get(w->last.body, "tokens")));
	assert_true(text_starts(json_str(json_get(w->last.body, "unreadable"), "tokens"), "INVALID_TYPE "));
	assert_int_equal(json_array_size(json_get(w->last.body, "links")), 0);
}

static void a_passing_trouble_of_a_part_spoils_the_look(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200, LOOK(USER, ERROR_PART("tokens", "QUERY_TIMEOUT", "too long")));
	script_the_rest(w);
	assert_int_equal(look(w), ERR_TEMPORARY);
}

static void pages_are_turned(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       LOOK(USER,
	            "{\"referenceId\":\"tokens\",\"httpStatusCode\":200,\"body\":{\"done\":false,\"nextRecordsUrl\":"
	            "\"/services/data/v64.0/query/01g-1\",\"records\":[{\"AppName\":\"a\"}]}}"));
	script(w, "GET /services/data/v64.0/query/01g-1", 0, 200, "{\"done\":true,\"records\":[{\"AppName\":\"b\"}]}");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(json_array_size(json_get(w->last.body, "tokens")), 2);
}

static void a_page_elsewhere_is_not_fetched(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       LOOK(USER,
	            "{\"referenceId\":\"tokens\",\"httpStatusCode\":200,\"body\":{\"done\":false,\"nextRecordsUrl\":"
	            "\"@evil.example/\",\"records\":[]}}"));
	script_the_rest(w);
	assert_int_equal(look(w), ERR_PROTOCOL);
}

static void pages_without_end_are_given_up(void **state)
{
	struct world *w = *state;

	script(w, look_path, 1, 200,
	       LOOK(USER,
	            "{\"referenceId\":\"tokens\",\"httpStatusCode\":200,\"body\":{\"done\":false,\"nextRecordsUrl\":"
	            "\"/services/data/v64.0/query/01g-1\",\"records\":[]}}"));
	script(w, "GET /services/data/v64.0/query/01g-1", 0, 200,
	       "{\"done\":false,\"nextRecordsUrl\":\"/services/data/v64.0/query/01g-1\",\"records\":[]}");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_PROTOCOL);
}

/* --- the allowance --- */

static void a_spent_allowance_stops_all_calls(void **state)
{
	struct world *w = *state;
	struct sf_figures f;
	int before;

	script(w, look_path, 1, 403,
	       "[{\"errorCode\":\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"TotalRequests Limit exceeded.\"}]");
	script_the_rest(w);
	assert_int_equal(look(w), ERR_QUOTA);
	before = scripted_server_count(w->server, "/");
	assert_int_equal(look(w), ERR_QUOTA);
	assert_int_equal(scripted_server_count(w->server, "/"), before);
	sf_get_figures(w->sf, &f);
	assert_true(f.quota_spent);
	assert_true(f.let_in);
}

static void an_allowance_that_ends_within_a_composite_stops_all_calls(void **state)
{
	struct world *w = *state;
	int before;

	script(w, look_path, 1, 200,
	       LOOK("{\"referenceId\":\"user\",\"httpStatusCode\":403,\"body\":[{\"errorCode\":"
	            "\"REQUEST_LIMIT_EXCEEDED\",\"message\":\"TotalRequests Limit exceeded.\"}]}",
	            EMPTY_PART("tokens")));
	script_the_rest(w);
	assert_int_equal(look(w), ERR_QUOTA);
	before = scripted_server_count(w->server, "/");
	assert_int_equal(look(w), ERR_QUOTA);
	assert_non_null(strstr(w->last.reason, "the org's daily API calls are used up"));
	assert_int_equal(scripted_server_count(w->server, "/"), before);
}

static void while_salesforce_wants_to_be_left_alone_nothing_is_sent(void **state)
{
	struct world *w = *state;
	int before;

	scripted_server_add(
	    w->server,
	    &(struct scripted_rule){
	        .request = look_path, .times = 1, .status = 503, .headers = "Retry-After: 60\r\n", .answer = "<html>"});
	script_the_rest(w);
	assert_int_equal(look(w), ERR_TEMPORARY);
	before = scripted_server_count(w->server, "/");
	assert_int_equal(remove_one(w), ERR_TEMPORARY);
	assert_int_equal(look(w), ERR_TEMPORARY);
	assert_int_equal(scripted_server_count(w->server, "/"), before);
}

/* --- tokens --- */

static enum errc revoke_first(struct world *w)
{
	AUTO_FREE char *handle = mem_strdup(json_str(json_array_get(json_get(w->last.body, "tokens"), 0), "handle"));

	w->asking = true;
	sf_revoke(w->sf, handle, on_answer, w);
	await(w, 1);
	return w->last.code;
}

static void a_token_is_revoked_by_possession_alone(void **state)
{
	struct world *w = *state;
	AUTO_FREE char *request = NULL;

	script(w, "POST /services/oauth2/revoke", 1, 200, "");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(revoke_first(w), OK);
	assert_true(json_bool(w->last.body, "revoked"));
	request = scripted_server_request(w->server, "/services/oauth2/revoke", 0);
	assert_non_null(strstr(request, "token=cap%2B1%2F"));
	assert_null(strcasestr(request, "Authorization:"));
}

static void an_unknown_token_is_not_revoked_and_no_failure(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/revoke", 1, 400, "error=invalid_token&error_description=gone");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(revoke_first(w), OK);
	assert_false(json_bool(w->last.body, "revoked"));
}

static void any_other_refusal_of_a_revoke_is_one(void **state)
{
	struct world *w = *state;

	script(w, "POST /services/oauth2/revoke", 1, 400, "{\"error\":\"unsupported_token_type\"}");
	script_the_rest(w);
	assert_int_equal(look(w), OK);
	assert_int_equal(revoke_first(w), ERR_REFUSED);
}

static void links_are_left_alone_where_the_org_does_not_allow_it(void **state)
{
	struct world *w = *state;
	const char *ids[] = {"04U000000000001"};

	script(w, "ThirdPartyAccountLink/describe", 0, 200, "{\"deletable\":false}");
	script_the_rest(w);
	w->asking = true;
	sf_delete_links(w->sf, ids, 1, on_answer, w);
	await(w, 1);
	assert_int_equal(w->last.code, ERR_REFUSED);
	w->asking = true;
	sf_links_deletable(w->sf, on_answer, w);
	await(w, 1);
	assert_false(json_bool(w->last.body, "deletable"));
	assert_int_equal(scripted_server_count(w->server, "DELETE"), 0);
	assert_int_equal(scripted_server_count(w->server, "ThirdPartyAccountLink/describe"), 1);
}

static void many_sessions_take_several_calls(void **state)
{
	struct world *w = *state;
	const char *ids[30];

	for (int i = 0; i < 30; i++)
		ids[i] = "0Ak000000000001";
	script(w, look_path, 2, 200, "{\"compositeResponse\":[]}");
	script_the_rest(w);
	w->asking = true;
	sf_end_sessions(w->sf, user, ids, 30, on_answer, w);
	await(w, 1);
	assert_int_equal(w->last.code, OK);
	assert_int_equal(json_array_size(json_get(w->last.body, "failed")), 30);
	assert_int_equal(scripted_server_count(w->server, look_path), 2);
}

static void sessions_are_read_back_in_the_same_call(void **state)
{
	static const char *const ids[] = {"0Ak000000000001"};
	struct world *w = *state;

	script(
	    w, look_path, 1, 200,
	    "{\"compositeResponse\":[{\"referenceId\":\"row0\",\"httpStatusCode\":204,\"body\":null}," PART(
	        "sessions",
	        "{\"Id\":\"0Ak000000000002\",\"LoginType\":\"Outlook Integration\"}") "," RIGHTS("true", "true") "]}");
	script(w, look_path, 1, 200,
	       "{\"compositeResponse\":[{\"referenceId\":\"row0\",\"httpStatusCode\":204,\"body\":null}," EMPTY_PART(
	           "sessions") "," RIGHTS("false", "true") "]}");
	script_the_rest(w);
	for (int i = 0; i < 2; i++) {
		w->asking = true;
		sf_end_sessions(w->sf, user, ids, 1, on_answer, w);
		await(w, 1);
		assert_int_equal(w->last.code, OK);
		assert_int_equal(json_array_size(json_get(w->last.body, "deleted")), 1);
		assert_int_equal(json_array_size(json_get(w->last.body, "sessions")), i == 0 ? 1 : 0);
		assert_true(i == 0 || json_is_null(json_get(w->last.body, "sessions")));
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    CASE(an_answer_never_comes_from_inside_the_asking_call),
	    CASE(a_cancelled_call_is_not_answered),
	    CASE(the_end_answers_what_is_open),
	    CASE(those_who_wait_share_one_login),
	    CASE(an_expired_session_is_renewed_and_the_call_repeated),
	    CASE(a_second_refusal_is_final),
	    CASE(a_session_that_never_fits_is_not_renewed),
	    CASE(a_forbidden_address_is_told_and_no_session_is_renewed),
	    CASE(a_session_that_ends_within_a_composite_is_renewed_and_the_question_repeated),
	    CASE(a_new_session_that_is_refused_within_a_composite_is_final),
	    CASE(deeds_within_which_the_session_ended_are_not_repeated_but_the_next_call_is_let_in),
	    CASE(where_the_org_has_moved_the_login_tells_and_the_call_is_repeated),
	    CASE(an_org_that_is_nowhere_is_tried_again_later),
	    CASE(a_page_with_200_is_no_answer),
	    CASE(a_page_instead_of_a_session_passes),
	    CASE(a_login_elsewhere_is_told),
	    CASE(another_audience_is_tried_and_remembered),
	    CASE(the_servers_clock_counts),
	    CASE(a_refused_login_is_not_repeated),
	    CASE(a_login_that_is_put_off_is_not_tried_before),
	    CASE(a_foreign_instance_gets_no_session),
	    CASE(a_session_with_a_line_break_is_none),
	    CASE(a_key_that_can_not_be_used_is_told_until_it_is_replaced),
	    CASE(a_probe_logs_in),
	    CASE(a_probe_at_the_start_tells_which_rights_are_missing),
	    CASE(a_client_secret_goes_into_the_body),
	    CASE(without_the_options_that_are_needed_there_is_no_org),
	    CASE(a_right_that_was_taken_away_a_moment_ago_is_noticed_in_the_same_call),
	    CASE(sessions_that_the_bot_may_not_see_are_not_none),
	    CASE(a_user_whom_the_bot_does_not_see_is_not_one_who_holds_nothing),
	    CASE(a_passing_trouble_with_the_rights_spoils_the_look),
	    CASE(the_reading_back_is_not_believed_without_the_right_to_see),
	    CASE(a_refused_grant_of_a_bot_with_all_its_rights_points_at_the_seats),
	    CASE(what_is_broad_is_learnt_once),
	    CASE(without_records_every_permission_is_asked_for_by_query),
	    CASE(what_nobody_can_judge_is_unknown_and_no_reason_to_refuse),
	    CASE(a_right_that_is_not_shown_is_not_missing),
	    CASE(words_are_quoted_and_every_reading_is_tried),
	    CASE(hostile_words_reach_salesforce_as_words),
	    CASE(words_that_can_not_be_one_are_not_sent_at_all),
	    CASE(ids_that_are_none_are_not_sent_at_all),
	    CASE(names_of_the_configuration_are_quoted_too),
	    CASE(the_older_of_ours_and_the_orgs_version_is_used),
	    CASE(without_a_list_ours_is_used_but_none_too_old),
	    CASE(a_lost_reply_leaves_a_write_open_but_not_a_question),
	    CASE(a_gateway_page_after_a_write_leaves_it_open),
	    CASE(rows_that_are_gone_count_as_deleted),
	    CASE(a_failed_reading_back_is_no_look),
	    CASE(a_reading_back_without_the_user_is_no_look),
	    CASE(a_grant_that_is_there_counts_as_made),
	    CASE(a_missing_column_is_struck_and_the_look_taken_again),
	    CASE(a_refusal_that_names_no_column_lets_the_org_be_described),
	    CASE(what_describing_does_not_explain_goes_without_flags_and_then_without_licences_facts),
	    CASE(the_connection_is_read_without_the_columns_that_are_not_there),
	    CASE(what_can_not_be_read_is_null_and_said),
	    CASE(a_passing_trouble_of_a_part_spoils_the_look),
	    CASE(pages_are_turned),
	    CASE(a_page_elsewhere_is_not_fetched),
	    CASE(pages_without_end_are_given_up),
	    CASE(a_spent_allowance_stops_all_calls),
	    CASE(an_allowance_that_ends_within_a_composite_stops_all_calls),
	    CASE(while_salesforce_wants_to_be_left_alone_nothing_is_sent),
	    CASE(a_token_is_revoked_by_possession_alone),
	    CASE(an_unknown_token_is_not_revoked_and_no_failure),
	    CASE(any_other_refusal_of_a_revoke_is_one),
	    CASE(links_are_left_alone_where_the_org_does_not_allow_it),
	    CASE(many_sessions_take_several_calls),
	    CASE(sessions_are_read_back_in_the_same_call),
	};

	return cmocka_run_group_tests_name("salesforce", tests, make_key, drop_key);
}
