/*
 * tests/unit/test_sf_company.c - who asks at the same time shares a call, and has an answer as if alone.
 */
#include "salesforce/salesforce.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"
#include "tests/support/scripted_server.h"

#define JANE        "005000000000001AAA"
#define TARA        "005000000000002AAA"
#define OTHER       "005000000000009AAA"
#define SET_OF_JANE "0Pa000000000001AAA"
#define SET_OF_TARA "0Pa000000000002AAA"

static const char call_path[] = "POST /services/data/v64.0/composite";

#define ROWS(ref, records) \
	"{\"referenceId\":\"" ref "\",\"httpStatusCode\":200,\"body\":{\"done\":true,\"records\":[" records "]}}"
#define ANSWER(parts) "{\"compositeResponse\":[" parts "]}"
#define USER(id)      "{\"Id\":\"" id "\",\"PermissionSetAssignments\":null}"
#define TOKEN(id)     "{\"UserId\":\"" id "\",\"AppName\":\"app of " id "\",\"DeleteToken\":\"cap" id "\"}"
#define RIGHTS        ROWS("rights", "{\"PermissionsManageUsers\":true}")
#define LOOK(users, tokens) \
	ANSWER(ROWS("user", users) "," ROWS("tokens", tokens) "," ROWS("links", "") "," ROWS( \
	    "connection", "") "," ROWS("frozen", ""))
#define ORG             ROWS("licences", "") "," ROWS("population", "")
#define STAGE(elements) "{\"referenceId\":\"stage0\",\"httpStatusCode\":200,\"body\":[" elements "]}"
#define GONE            "{\"success\":false,\"errors\":[{\"statusCode\":\"ENTITY_IS_DELETED\",\"message\":\"x\"}]}"
#define LOCKED          "{\"success\":false,\"errors\":[{\"statusCode\":\"UNABLE_TO_LOCK_ROW\",\"message\":\"x\"}]}"

enum { ANSWERS_MAX = 8 };

struct world {
	struct scripted_server *server;
	struct loop *loop;
	struct loop_timer *watchdog;
	struct http *http;
	struct sf *sf;
	char url[64];
	char token[400];
	int waiting;
	struct asker {
		struct world *world;
		int answers;
		enum errc code;
		char reason[320];
		json_t *body;
	} askers[ANSWERS_MAX];
};

static void give_up(void *arg)
{
	struct world *w = arg;

	loop_stop(w->loop);
}

static void script(struct world *w, const char *request, const char *body, int times, int status, const char *answer)
{
	scripted_server_add(w->server,
	                    &(struct scripted_rule){
	                        .request = request, .body = body, .times = times, .status = status, .answer = answer});
}

static int setup(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct secret *secret = secret_new("s", 1);
	struct sf_options options = {.login_url = w->url,
	                             .auth = SF_CLIENT_CREDENTIALS,
	                             .client_id = "client",
	                             .client_secret = secret,
	                             .api_version = "64.0",
	                             .budget_percent = 100};

	*state = w;
	w->server = scripted_server_new();
	snprintf(w->url, sizeof(w->url), "http://127.0.0.1:%d", scripted_server_port(w->server));
	snprintf(w->token, sizeof(w->token),
	         "{\"access_token\":\"00D!tok\",\"instance_url\":\"%s\",\"id\":\"%s/id/00D000000000001AAA/" OTHER "\"}",
	         w->url, w->url);
	assert_int_equal(loop_new(&w->loop, NULL), OK);
	assert_int_equal(
	    http_new(&w->http, w->loop, &(struct http_options){.user_agent = "test", .allow_plain = true}, NULL), OK);
	w->watchdog = loop_timer_new(w->loop, give_up, w);
	assert_int_equal(sf_new(&w->sf, w->http, &options, NULL), OK);
	secret_free(secret);
	for (int i = 0; i < ANSWERS_MAX; i++)
		w->askers[i].world = w;
	script(w, "POST /services/oauth2/token", NULL, 0, 200, w->token);
	script(w, "GET /services/data/ ", NULL, 0, 200, "[{\"version\":\"50.0\"},{\"version\":\"68.0\"}]");
	script(w, "GET /services/data/v64.0/query?q=", NULL, 0, 200, "{\"records\":[]}");
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
	for (int i = 0; i < ANSWERS_MAX; i++)
		json_decref(w->askers[i].body);
	free(w);
	return 0;
}

static void on_answer(void *arg, const struct sf_answer *answer)
{
	struct asker *asker = arg;

	asker->answers++;
	asker->code = answer->code;
	text_copy(asker->reason, sizeof(asker->reason), answer->reason);
	json_decref(asker->body);
	asker->body = json_incref(answer->body);
	if (--asker->world->waiting == 0)
		loop_stop(asker->world->loop);
}

static void await(struct world *w, int n)
{
	w->waiting = n;
	loop_timer_set(w->watchdog, 10000);
	loop_run(w->loop);
	assert_int_equal(w->waiting, 0);
}

static http_ticket look_at(struct world *w, int asker, const char *user)
{
	return sf_look(w->sf, user, SF_LOOK_LOGIN, 0, on_answer, &w->askers[asker]);
}

static http_ticket remove_set(struct world *w, int asker, const char *user, const char *row)
{
	return sf_remove(w->sf, user, &row, 1, NULL, 0, on_answer, &w->askers[asker]);
}

static int calls(struct world *w)
{
	return scripted_server_count(w->server, call_path);
}

/* So that the first look has not to ask for rights, which would be a call of its own. */
static void know_rights(struct world *w)
{
	script(w, call_path, "Email", 1, 200, ANSWER(ROWS("users", "") "," RIGHTS "," ORG));
	sf_find(w->sf, "nobody", on_answer, &w->askers[0]);
	await(w, 1);
	assert_int_equal(w->askers[0].code, OK);
	w->askers[0].answers = 0;
}

/* --- together --- */

static void two_looks_are_one_call_and_each_sees_their_own(void **state)
{
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, LOOK(USER(TARA) "," USER(JANE), TOKEN(JANE)));
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(calls(w), 2);
	assert_int_equal(w->askers[0].code, OK);
	assert_int_equal(w->askers[1].code, OK);
	assert_string_equal(json_str(json_get(w->askers[0].body, "user"), "id"), JANE);
	assert_string_equal(json_str(json_get(w->askers[1].body, "user"), "id"), TARA);
	assert_int_equal(json_array_size(json_get(w->askers[0].body, "tokens")), 1);
	assert_int_equal(json_array_size(json_get(w->askers[1].body, "tokens")), 0);
}

static void looks_for_different_things_are_different_calls(void **state)
{
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, "UserLogin", 1, 200, LOOK(USER(JANE), ""));
	script(w, call_path, NULL, 1, 200,
	       ANSWER(ROWS("user", USER(TARA)) "," ROWS("tokens", "") "," ROWS("links", "") "," ROWS("connection",
	                                                                                             "") "," RIGHTS));
	look_at(w, 0, JANE);
	sf_look(w->sf, TARA, SF_LOOK_AGAIN, 0, on_answer, &w->askers[1]);
	await(w, 2);
	assert_int_equal(calls(w), 3);
	assert_int_equal(w->askers[0].code, OK);
	assert_int_equal(w->askers[1].code, OK);
}

static void who_asks_alone_is_not_kept_waiting(void **state)
{
	struct world *w = *state;
	int64_t begun_ms;

	know_rights(w);
	script(w, call_path, NULL, 0, 200, LOOK(USER(JANE), ""));
	begun_ms = clock_boot_ms();
	look_at(w, 0, JANE);
	await(w, 1);
	assert_true(clock_boot_ms() - begun_ms < 500);
}

static void a_row_of_a_stranger_is_believed_by_nobody(void **state)
{
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, LOOK(USER(TARA) "," USER(JANE), TOKEN(OTHER)));
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(w->askers[0].code, ERR_PROTOCOL);
	assert_int_equal(w->askers[1].code, ERR_PROTOCOL);
	assert_non_null(strstr(w->askers[0].reason, "not asked about"));
}

static void who_is_missing_from_the_answer_is_told_so_and_the_other_is_not_disturbed(void **state)
{
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, LOOK(USER(TARA), ""));
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(w->askers[0].code, ERR_DENIED);
	assert_int_equal(w->askers[1].code, OK);
}

static void further_pages_are_turned_once_for_all(void **state)
{
	static const char first[] = ANSWER(
	    ROWS("user", USER(TARA) "," USER(JANE)) ",{\"referenceId\":\"tokens\",\"httpStatusCode\":200,\"body\":{"
	                                            "\"done\":false,\"nextRecordsUrl\":\"/services/data/v64.0/query/"
	                                            "01g-2\",\"records\":[" TOKEN(JANE) "]}}," ROWS(
	                                                "links", "") "," ROWS("connection", "") "," ROWS("frozen", ""));
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, first);
	script(w, "/query/01g-2", NULL, 1, 200, "{\"done\":true,\"records\":[" TOKEN(TARA) "," TOKEN(JANE) "]}");
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(scripted_server_count(w->server, "/query/01g-2"), 1);
	assert_int_equal(json_array_size(json_get(w->askers[0].body, "tokens")), 2);
	assert_int_equal(json_array_size(json_get(w->askers[1].body, "tokens")), 1);
}

static void a_page_that_does_not_come_is_everybodys_trouble(void **state)
{
	static const char first[] = ANSWER("{\"referenceId\":\"user\",\"httpStatusCode\":200,\"body\":{\"done\":false,"
	                                   "\"nextRecordsUrl\":\"/services/data/v64.0/query/01g-2\",\"records\":[]}}");
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, first);
	script(w, "/query/01g-2", NULL, 1, 503, "[{\"errorCode\":\"SERVER_UNAVAILABLE\",\"message\":\"x\"}]");
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(w->askers[0].code, ERR_TEMPORARY);
	assert_int_equal(w->askers[1].code, ERR_TEMPORARY);
}

static void people_of_one_name_are_found_for_who_asked(void **state)
{
#define PERSON(id, mail) "{\"Id\":\"" id "\",\"Username\":\"" id "@x\",\"Email\":\"" mail "\"}"
	static const char found[] =
	    ANSWER(ROWS("users", PERSON(JANE, "team@x.com") "," PERSON(TARA, "Team@x.com") "," PERSON(
	                             OTHER, "bob@x.com")) "," RIGHTS "," ORG);
	struct world *w = *state;

	script(w, call_path, NULL, 1, 200, found);
	sf_find(w->sf, "team@x.com", on_answer, &w->askers[0]);
	sf_find(w->sf, "bob@x.com", on_answer, &w->askers[1]);
	sf_find(w->sf, "nobody@x.com", on_answer, &w->askers[2]);
	await(w, 3);
	assert_int_equal(calls(w), 1);
	assert_int_equal(json_array_size(json_get(w->askers[0].body, "users")), 2);
	assert_int_equal(json_array_size(json_get(w->askers[1].body, "users")), 1);
	assert_int_equal(json_array_size(json_get(w->askers[2].body, "users")), 0);
	assert_true(json_is_object(json_get(w->askers[2].body, "rights")));
}

static void a_name_that_only_salesforce_can_tell_is_asked_for_by_itself(void **state)
{
	static const char doubtful[] =
	    ANSWER(ROWS("users", "{\"Id\":\"" JANE "\",\"FederationIdentifier\":\"Jane\"}") "," RIGHTS "," ORG);
	struct world *w = *state;

	script(w, call_path, "IN%20%28", 1, 200, doubtful);
	script(w, call_path, "%27jane%27", 1, 200, doubtful);
	script(w, call_path, "%27tara%27", 1, 200, ANSWER(ROWS("users", "") "," RIGHTS "," ORG));
	sf_find(w->sf, "jane", on_answer, &w->askers[0]);
	sf_find(w->sf, "tara", on_answer, &w->askers[1]);
	await(w, 2);
	assert_int_equal(calls(w), 3);
	assert_int_equal(json_array_size(json_get(w->askers[0].body, "users")), 1);
	assert_int_equal(json_array_size(json_get(w->askers[1].body, "users")), 0);
}

/* --- who leaves --- */

static void who_cancels_is_not_answered_and_the_other_is(void **state)
{
	struct world *w = *state;
	http_ticket ticket;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, LOOK(USER(TARA) "," USER(JANE), TOKEN(JANE)));
	look_at(w, 0, TARA);
	ticket = look_at(w, 1, JANE);
	sf_cancel(w->sf, ticket);
	look_at(w, 2, JANE);
	await(w, 2);
	assert_int_equal(w->askers[0].answers, 1);
	assert_int_equal(w->askers[1].answers, 0);
	assert_int_equal(json_array_size(json_get(w->askers[2].body, "tokens")), 1);
}

static void cancel_at_once(void *arg)
{
	struct world *w = arg;

	loop_stop(w->loop);
}

static void rows_of_one_who_left_while_the_call_was_out_are_no_strangers(void **state)
{
	struct world *w = *state;
	http_ticket ticket;
	struct loop_timer *timer = loop_timer_new(w->loop, cancel_at_once, w);

	know_rights(w);
	script(w, call_path, NULL, 1, 200, LOOK(USER(TARA) "," USER(JANE), TOKEN(JANE)));
	look_at(w, 0, TARA);
	ticket = look_at(w, 1, JANE);
	loop_timer_set(timer, 4); /* the call has left, or is about to */
	w->waiting = 2;
	loop_run(w->loop);
	if (w->waiting == 2) {
		sf_cancel(w->sf, ticket);
		await(w, 1);
	}
	assert_int_equal(w->askers[0].code, OK);
	loop_timer_free(timer);
}

static void when_all_have_left_nothing_comes(void **state)
{
	struct world *w = *state;
	http_ticket a, b;

	know_rights(w);
	a = look_at(w, 0, TARA);
	b = look_at(w, 1, JANE);
	sf_cancel(w->sf, a);
	sf_cancel(w->sf, b);
	script(w, call_path, NULL, 0, 200, LOOK(USER(JANE), ""));
	look_at(w, 2, JANE);
	await(w, 1);
	assert_int_equal(w->askers[0].answers + w->askers[1].answers, 0);
	assert_int_equal(w->askers[2].code, OK);
}

static void the_end_answers_those_who_wait_and_those_under_way(void **state)
{
	struct world *w = *state;
	struct loop_timer *timer = loop_timer_new(w->loop, cancel_at_once, w);

	know_rights(w);
	script(w, call_path, NULL, 0, 0, "");
	look_at(w, 0, TARA);
	look_at(w, 1, JANE);
	loop_timer_set(timer, 3);
	w->waiting = 4;
	loop_run(w->loop);
	look_at(w, 2, JANE);
	remove_set(w, 3, JANE, SET_OF_JANE);
	sf_free(w->sf);
	w->sf = NULL;
	for (int i = 0; i < 4; i++)
		assert_int_equal(w->askers[i].answers, 1);
	assert_int_equal(w->askers[2].code, ERR_ABORTED);
	assert_int_equal(w->askers[3].code, ERR_ABORTED);
	loop_timer_free(timer);
}

/* --- deeds --- */

static bool removed(const struct asker *asker)
{
	return json_bool(json_array_get(json_get(asker->body, "deletes"), 0), "ok");
}

static void deeds_of_two_are_one_collection_and_each_has_an_outcome(void **state)
{
	struct world *w = *state;

	script(w, call_path, NULL, 1, 200,
	       ANSWER(STAGE("{\"id\":\"" SET_OF_JANE
	                    "\",\"success\":true}," LOCKED) "," ROWS("user", USER(JANE) "," USER(TARA)) "," RIGHTS));
	remove_set(w, 0, JANE, SET_OF_JANE);
	remove_set(w, 1, TARA, SET_OF_TARA);
	await(w, 2);
	assert_int_equal(calls(w), 1);
	assert_int_equal(scripted_server_count(w->server, "ids=" SET_OF_JANE "," SET_OF_TARA), 1);
	assert_true(removed(&w->askers[0]));
	assert_false(removed(&w->askers[1]));
	assert_string_equal(json_str(json_path(w->askers[0].body, "look", "user", NULL), "id"), JANE);
	assert_string_equal(json_str(json_path(w->askers[1].body, "look", "user", NULL), "id"), TARA);
}

static void a_lost_answer_is_unknown_to_everybody(void **state)
{
	struct world *w = *state;

	script(w, call_path, NULL, 1, 0, "");
	remove_set(w, 0, JANE, SET_OF_JANE);
	remove_set(w, 1, TARA, SET_OF_TARA);
	await(w, 2);
	assert_int_equal(calls(w), 1);
	assert_int_equal(w->askers[0].code, ERR_UNKNOWN);
	assert_int_equal(w->askers[1].code, ERR_UNKNOWN);
}

static void reading_back_a_stranger_proves_nothing_but_the_deeds_are_told(void **state)
{
	struct world *w = *state;

	script(w, call_path, NULL, 1, 200,
	       ANSWER(STAGE("{\"id\":\"" SET_OF_JANE "\",\"success\":true}," GONE) "," ROWS(
	           "user", USER(JANE) "," USER(TARA) "," USER(OTHER)) "," RIGHTS));
	remove_set(w, 0, JANE, SET_OF_JANE);
	remove_set(w, 1, TARA, SET_OF_TARA);
	await(w, 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(w->askers[i].code, OK);
		assert_true(removed(&w->askers[i]));
		assert_true(json_is_null(json_get(w->askers[i].body, "look")));
	}
}

static void where_collections_are_refused_it_goes_one_by_one_from_then_on(void **state)
{
	struct world *w = *state;

	script(w, call_path, "/composite/sobjects", 0, 200,
	       ANSWER("{\"referenceId\":\"stage0\",\"httpStatusCode\":400,\"body\":[{\"errorCode\":\"INVALID_INPUT\","
	              "\"message\":\"x\"}]}"));
	script(w, call_path, JANE, 0, 200,
	       ANSWER("{\"referenceId\":\"deed0\",\"httpStatusCode\":204,\"body\":null}," ROWS("user",
	                                                                                       USER(JANE)) "," RIGHTS));
	script(w, call_path, TARA, 0, 200,
	       ANSWER("{\"referenceId\":\"deed0\",\"httpStatusCode\":204,\"body\":null}," ROWS("user",
	                                                                                       USER(TARA)) "," RIGHTS));
	for (int round = 0; round < 2; round++) {
		remove_set(w, 0, JANE, SET_OF_JANE);
		remove_set(w, 1, TARA, SET_OF_TARA);
		await(w, 2);
		assert_true(removed(&w->askers[0]));
		assert_true(removed(&w->askers[1]));
	}
	assert_int_equal(scripted_server_count(w->server, "/composite/sobjects"), 1);
	assert_int_equal(calls(w), 5);
}

static void two_deeds_on_one_person_are_two_calls(void **state)
{
	struct world *w = *state;

	script(w, call_path, NULL, 0, 200,
	       ANSWER("{\"referenceId\":\"deed0\",\"httpStatusCode\":204,\"body\":null}," ROWS("user",
	                                                                                       USER(JANE)) "," RIGHTS));
	remove_set(w, 0, JANE, SET_OF_JANE);
	remove_set(w, 1, JANE, SET_OF_TARA);
	await(w, 2);
	assert_int_equal(calls(w), 2);
	assert_int_equal(scripted_server_count(w->server, "/composite/sobjects"), 0);
}

static void grants_are_collections_licences_before_sets(void **state)
{
	static const struct sf_grant grants[] = {{.licence = "0PL000000000001"}, {.set = "0PS000000000001"}};
	struct world *w = *state;
	const char *licences, *sets;

	script(
	    w, call_path, NULL, 1, 200,
	    ANSWER(
	        "{\"referenceId\":\"stage0\",\"httpStatusCode\":200,\"body\":[{\"id\":\"2LA000000000001\",\"success\":"
	        "true},{\"id\":\"2LA000000000002\",\"success\":true}]},{\"referenceId\":\"stage1\",\"httpStatusCode\":"
	        "200,\"body\":[{\"success\":false,\"errors\":[{\"statusCode\":\"DUPLICATE_VALUE\",\"message\":\"x\"}]}"
	        ",{\"id\":\"0Pa000000000002\",\"success\":true}]}," ROWS("user",
	                                                                 USER(JANE) "," USER(TARA)) "," RIGHTS));
	sf_restore(w->sf, JANE, grants, 2, on_answer, &w->askers[0]);
	sf_restore(w->sf, TARA, grants, 2, on_answer, &w->askers[1]);
	await(w, 2);
	AUTO_FREE char *request = scripted_server_request(w->server, call_path, 0);
	licences = strstr(request, "PermissionSetLicenseId");
	sets = strstr(request, "\"PermissionSetId");
	assert_non_null(licences);
	assert_non_null(sets);
	assert_true(licences < sets);
	for (int i = 0; i < 2; i++) {
		const json_t *creates = json_get(w->askers[i].body, "creates");
		assert_int_equal(json_array_size(creates), 2);
		assert_true(json_bool(json_array_get(creates, 0), "ok"));
		assert_true(json_bool(json_array_get(creates, 1), "ok"));
		assert_true(json_bool(json_array_get(creates, 1), "already") == (i == 0));
	}
}

static void a_call_that_takes_too_long_makes_the_next_smaller(void **state)
{
	static const char slow[] = ANSWER(
	    ROWS("user", USER(JANE) "," USER(TARA)) ",{\"referenceId\":\"tokens\",\"httpStatusCode\":400,\"body\":[{"
	                                            "\"errorCode\":\"QUERY_TIMEOUT\",\"message\":\"x\"}]}");
	struct world *w = *state;

	know_rights(w);
	script(w, call_path, NULL, 1, 200, slow);
	script(w, call_path, JANE, 1, 200, LOOK(USER(JANE), ""));
	script(w, call_path, TARA, 1, 200, LOOK(USER(TARA), ""));
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(w->askers[0].code, ERR_TEMPORARY);
	look_at(w, 0, JANE);
	look_at(w, 1, TARA);
	await(w, 2);
	assert_int_equal(w->askers[0].code, OK);
	assert_int_equal(w->askers[1].code, OK);
	assert_int_equal(calls(w), 4);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(two_looks_are_one_call_and_each_sees_their_own),
	    CASE(looks_for_different_things_are_different_calls),
	    CASE(who_asks_alone_is_not_kept_waiting),
	    CASE(a_row_of_a_stranger_is_believed_by_nobody),
	    CASE(who_is_missing_from_the_answer_is_told_so_and_the_other_is_not_disturbed),
	    CASE(further_pages_are_turned_once_for_all),
	    CASE(a_page_that_does_not_come_is_everybodys_trouble),
	    CASE(people_of_one_name_are_found_for_who_asked),
	    CASE(a_name_that_only_salesforce_can_tell_is_asked_for_by_itself),
	    CASE(who_cancels_is_not_answered_and_the_other_is),
	    CASE(rows_of_one_who_left_while_the_call_was_out_are_no_strangers),
	    CASE(when_all_have_left_nothing_comes),
	    CASE(the_end_answers_those_who_wait_and_those_under_way),
	    CASE(deeds_of_two_are_one_collection_and_each_has_an_outcome),
	    CASE(a_lost_answer_is_unknown_to_everybody),
	    CASE(reading_back_a_stranger_proves_nothing_but_the_deeds_are_told),
	    CASE(where_collections_are_refused_it_goes_one_by_one_from_then_on),
	    CASE(two_deeds_on_one_person_are_two_calls),
	    CASE(grants_are_collections_licences_before_sets),
	    CASE(a_call_that_takes_too_long_makes_the_next_smaller),
	};

	loop_block_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
