/*
 * tests/unit/test_http.c - bot/http against a server that misbehaves on demand.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/http/http.h"
#include "tests/support/http_server.h"

struct world {
	struct loop *loop;
	struct http *http;
	struct http_server *server;
	char certificate[64];
	int answers;
	bool from_inside; /* an answer came before the asking call returned */
	bool asking;
	enum errc code;
	long status;
	char body[256];
	size_t len;
	int64_t date_ms;
	int64_t retry_after_s;
	char limit_info[64];
	char reason[256];
};

static void start_http(struct world *w, const char *ca_file)
{
	const struct http_options options = {.ca_file = ca_file, .user_agent = "test/1", .allow_plain = true};
	struct err e = {0};

	if (http_new(&w->http, w->loop, &options, &e) != OK)
		fail_msg("%s", e.text);
}

static int begin(void **state)
{
	struct world *w = mem_alloc(sizeof(*w));
	struct err e;

	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	assert_int_equal(loop_new(&w->loop, &e), OK);
	start_http(w, NULL);
	w->server = http_server_new(NULL);
	*state = w;
	return 0;
}

static int end(void **state)
{
	struct world *w = *state;

	http_free(w->http);
	loop_shut(w->loop);
	loop_free(w->loop);
	http_server_free(w->server);
	if (w->certificate[0])
		unlink(w->certificate);
	free(w);
	return 0;
}

static void on_answer(void *arg, const struct http_answer *answer)
{
	struct world *w = arg;

	w->answers++;
	w->from_inside |= w->asking;
	w->code = answer->code;
	w->status = answer->status;
	w->len = answer->len;
	w->date_ms = answer->date_ms;
	w->retry_after_s = answer->retry_after_s;
	text_copy(w->body, sizeof(w->body), answer->body);
	text_copy(w->limit_info, sizeof(w->limit_info), answer->limit_info);
	text_copy(w->reason, sizeof(w->reason), answer->reason);
	loop_stop(w->loop);
}

static http_ticket send_to(struct world *w, struct http_request request, const char *scheme, int port, const char *path)
{
	char url[128];
	http_ticket ticket;

	snprintf(url, sizeof(url), "%s://127.0.0.1:%d%s", scheme, port, path);
	request.url = url;
	w->asking = true;
	ticket = http_send(w->http, &request, on_answer, w);
	w->asking = false;
	return ticket;
}

/* loop_stop is for one run; a fresh loop per request would hide reuse, so the world keeps one and runs it again. */
static void ask(struct world *w, struct http_request request, const char *path)
{
	send_to(w, request, "http", http_server_port(w->server), path);
	loop_run(w->loop);
}

static void get(struct world *w, const char *path)
{
	ask(w, (struct http_request){.method = "GET", .repeatable = true}, path);
}

static void an_answer_brings_status_body_and_headers(void **state)
{
	struct world *w = *state;

	get(w, "/ok");
	assert_int_equal(w->code, OK);
	assert_int_equal(w->status, 200);
	assert_string_equal(w->body, "{\"ok\":true}");
	assert_int_equal(w->date_ms, 1795456220000);
	assert_int_equal(w->retry_after_s, 7);
	assert_string_equal(w->limit_info, "api-usage=18/5000");
	assert_false(w->from_inside);
}

static void any_status_is_an_answer(void **state)
{
	struct world *w = *state;

	get(w, "/nowhere");
	assert_int_equal(w->code, OK);
	assert_int_equal(w->status, 404);
	assert_int_equal(w->retry_after_s, -1);
}

static void a_body_arrives_whole(void **state)
{
	struct world *w = *state;

	ask(w, (struct http_request){.method = "POST", .body = "a=1&b=2", .body_len = 7}, "/echo");
	assert_string_equal(w->body, "a=1&b=2");
}

static void a_compressed_answer_is_unpacked(void **state)
{
	struct world *w = *state;

	get(w, "/gzip");
	assert_string_equal(w->body, "{\"ok\":true}");
}

static void an_answer_above_the_maximum_is_too_large(void **state)
{
	struct world *w = *state;

	ask(w, (struct http_request){.method = "GET", .max_answer = 1000}, "/large");
	assert_int_equal(w->code, ERR_TOO_LARGE);
}

static void the_maximum_counts_unpacked_bytes(void **state)
{
	struct world *w = *state;

	ask(w, (struct http_request){.method = "GET", .max_answer = 1000}, "/bomb");
	assert_int_equal(w->code, ERR_TOO_LARGE);
}

static void silence_after_sending_is_unknown(void **state)
{
	struct world *w = *state;

	ask(w, (struct http_request){.method = "POST", .body = "x", .body_len = 1, .timeout_ms = 100}, "/slow");
	assert_int_equal(w->code, ERR_UNKNOWN);
	assert_int_equal(http_server_requests(w->server), 1);
}

static void a_refused_connection_is_temporary(void **state)
{
	struct world *w = *state;

	send_to(w, (struct http_request){.method = "GET"}, "http", 1, "/");
	loop_run(w->loop);
	assert_int_equal(w->code, ERR_TEMPORARY);
	assert_string_not_equal(w->reason, "");
}

static void a_reused_connection_that_dies_does_not_send_twice(void **state)
{
	struct world *w = *state;

	get(w, "/ok");
	ask(w, (struct http_request){.method = "POST", .body = "message", .body_len = 7}, "/drop");
	assert_int_equal(w->code, ERR_UNKNOWN);
	assert_int_equal(http_server_requests(w->server), 2);
}

static void without_a_body_it_is_not_sent_twice_either(void **state)
{
	struct world *w = *state;

	get(w, "/ok");
	ask(w, (struct http_request){.method = "DELETE"}, "/drop");
	assert_int_equal(w->code, ERR_UNKNOWN);
	assert_int_equal(http_server_requests(w->server), 2);
}

static void a_bad_url_is_answered_later(void **state)
{
	struct world *w = *state;
	static const char *const urls[] = {"nonsense", "ftp://127.0.0.1/", "http://example.com/",
	                                   "https://a:b@example.com/"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		const struct http_request request = {.method = "GET", .url = urls[i]};

		w->code = OK;
		w->asking = true;
		http_send(w->http, &request, on_answer, w);
		w->asking = false;
		loop_run(w->loop);
		assert_int_equal(w->code, ERR_INVALID);
		assert_false(w->from_inside);
	}
}

static void a_line_end_in_a_header_is_refused(void **state)
{
	struct world *w = *state;
	const struct http_header header = {"X-A", "b\r\nX-C: d"};

	ask(w, (struct http_request){.method = "GET", .headers = &header, .header_count = 1}, "/ok");
	assert_int_equal(w->code, ERR_INVALID);
	assert_int_equal(http_server_requests(w->server), 0);
}

static void a_cancelled_request_never_answers(void **state)
{
	struct world *w = *state;
	http_ticket ticket =
	    send_to(w, (struct http_request){.method = "GET"}, "http", http_server_port(w->server), "/slow");

	http_cancel(w->http, ticket);
	http_cancel(w->http, 4711);
	assert_int_equal(http_open(w->http), 0);
	get(w, "/ok");
	assert_int_equal(w->answers, 1);
}

static void a_wait_ends_when_its_time_has_come_and_not_before(void **state)
{
	struct world *w = *state;
	int64_t begun_ms = clock_boot_ms();

	http_cancel(w->http, http_wait(w->http, 1, on_answer, w));
	w->asking = true;
	http_wait(w->http, 30, on_answer, w);
	w->asking = false;
	/* what fails early in between neither hurries it nor is held up by it */
	send_to(w, (struct http_request){.method = "GET"}, "nonsense", 1, "/");
	loop_run(w->loop);
	assert_int_equal(w->answers, 1);
	assert_int_equal(w->code, ERR_INVALID);
	loop_run(w->loop);
	assert_int_equal(w->answers, 2);
	assert_int_equal(w->code, ERR_TEMPORARY);
	assert_true(clock_boot_ms() - begun_ms >= 30);
	assert_false(w->from_inside);
	assert_int_equal(http_open(w->http), 0);
}

static void the_end_answers_what_is_open(void **state)
{
	struct world *w = *state;

	send_to(w, (struct http_request){.method = "GET"}, "http", http_server_port(w->server), "/slow");
	http_free(w->http);
	w->http = NULL;
	assert_int_equal(w->answers, 1);
	assert_int_equal(w->code, ERR_ABORTED);
}

static void on_address(void *arg, enum errc code, const char *address, const char *reason)
{
	struct world *w = arg;

	w->answers++;
	w->code = code;
	text_copy(w->body, sizeof(w->body), address);
	text_copy(w->reason, sizeof(w->reason), reason);
	loop_stop(w->loop);
}

static void an_address_is_found_by_connecting(void **state)
{
	struct world *w = *state;

	http_resolve(w->http, "127.0.0.1", http_server_port(w->server), 2000, on_address, w);
	loop_run(w->loop);
	assert_int_equal(w->code, OK);
	assert_string_equal(w->body, "127.0.0.1");
}

static void no_address_is_temporary(void **state)
{
	struct world *w = *state;

	http_resolve(w->http, "127.0.0.1", 1, 2000, on_address, w);
	loop_run(w->loop);
	assert_int_equal(w->code, ERR_TEMPORARY);
}

static void serve_tls(struct world *w)
{
	http_server_free(w->server);
	snprintf(w->certificate, sizeof(w->certificate), "/tmp/eacbot-test-%d.pem", (int)getpid());
	w->server = http_server_new(w->certificate);
}

static void get_tls(struct world *w)
{
	send_to(w, (struct http_request){.method = "GET"}, "https", http_server_port(w->server), "/ok");
	loop_run(w->loop);
}

static void an_unknown_authority_is_not_believed(void **state)
{
	struct world *w = *state;

	serve_tls(w);
	get_tls(w);
	assert_int_equal(w->code, ERR_TEMPORARY);
	assert_int_equal(http_server_requests(w->server), 0);
}

static void an_authority_of_our_own_file_is_believed(void **state)
{
	struct world *w = *state;

	serve_tls(w);
	http_set_ca(w->http, w->certificate);
	get_tls(w);
	assert_int_equal(w->code, OK);
	assert_int_equal(w->status, 200);
}

static void a_bad_authorities_file_is_said(void **state)
{
	struct world *w = *state;
	const struct http_options options = {.ca_file = "/dev/null"};
	struct http *other = NULL;
	struct err e = {0};

	assert_int_equal(http_new(&other, w->loop, &options, &e), ERR_INVALID);
	assert_non_null(strstr(e.text, "/dev/null"));
}

static void assert_proxy(const char *host, const char *expected)
{
	AUTO_FREE char *proxy = http_proxy_for(host, 443);

	if (expected)
		assert_string_equal(proxy, expected);
	else
		assert_null(proxy);
}

static void the_proxy_follows_the_environment(void **state)
{
	(void)state;
	setenv("HTTPS_PROXY", "http://user:pw@proxy.corp:3128/", 1);
	setenv("NO_PROXY", "localhost, .internal.corp,exact.example", 1);
	assert_proxy("slack.com", "user:pw@proxy.corp:3128");
	assert_proxy("a.internal.corp", NULL);
	assert_proxy("exact.example", NULL);
	assert_proxy("inexact.example", "user:pw@proxy.corp:3128");
	assert_proxy("127.0.0.1", NULL);
	setenv("no_proxy", "*", 1);
	assert_proxy("slack.com", NULL);
	setenv("no_proxy", "*.CORP, slack.com:8443 , 10.1.0.0/16,[fd00::]/8,192.0.2.7,3.4", 1);
	assert_proxy("a.b.corp", NULL);
	assert_proxy("xcorp", "user:pw@proxy.corp:3128");
	assert_proxy("slack.com", "user:pw@proxy.corp:3128"); /* that is for another port */
	assert_proxy("10.1.255.1", NULL);
	assert_proxy("10.2.0.1", "user:pw@proxy.corp:3128");
	assert_proxy("fd12::1", NULL);
	assert_proxy("fe80::1", "user:pw@proxy.corp:3128");
	assert_proxy("192.0.2.7", NULL);
	assert_proxy("192.0.2.77", "user:pw@proxy.corp:3128");
	assert_proxy("1.2.3.4", "user:pw@proxy.corp:3128"); /* an address has no domains */
	setenv("no_proxy", "slack.com:443", 1);
	assert_proxy("wss.slack.com", NULL);
	setenv("no_proxy", "10.0.0.0/99,10.0.0.0/,/8,:,[,.,*.", 1);
	assert_proxy("10.0.0.1", "user:pw@proxy.corp:3128");
	assert_proxy("slack.com", "user:pw@proxy.corp:3128");
	unsetenv("no_proxy");
	setenv("https_proxy", "proxy", 1);
	assert_proxy("slack.com", "proxy:1080");
	setenv("https_proxy", "", 1);
	assert_proxy("slack.com", NULL);
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("NO_PROXY");
}

static void assert_parts(const char *proxy, const char *login, const char *host, int port)
{
	AUTO_FREE char *its_login = NULL, *its_host = NULL;
	int its_port = 0;

	http_proxy_read(proxy, &its_login, &its_host, &its_port);
	assert_string_equal(its_login, login);
	assert_string_equal(its_host, host);
	assert_int_equal(its_port, port);
}

static void a_proxy_is_taken_apart(void **state)
{
	(void)state;
	assert_parts("proxy.corp:3128", "", "proxy.corp", 3128);
	assert_parts("user:p%40ss@proxy.corp:8080", "user:p@ss", "proxy.corp", 8080);
	assert_parts("[::1]:3128", "", "::1", 3128);
	assert_parts("u:p@[fd00::1]:1", "u:p", "fd00::1", 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(an_answer_brings_status_body_and_headers),
	    CASE(any_status_is_an_answer),
	    CASE(a_body_arrives_whole),
	    CASE(a_compressed_answer_is_unpacked),
	    CASE(an_answer_above_the_maximum_is_too_large),
	    CASE(the_maximum_counts_unpacked_bytes),
	    CASE(silence_after_sending_is_unknown),
	    CASE(a_refused_connection_is_temporary),
	    CASE(a_reused_connection_that_dies_does_not_send_twice),
	    CASE(without_a_body_it_is_not_sent_twice_either),
	    CASE(a_bad_url_is_answered_later),
	    CASE(a_line_end_in_a_header_is_refused),
	    CASE(a_cancelled_request_never_answers),
	    CASE(a_wait_ends_when_its_time_has_come_and_not_before),
	    CASE(the_end_answers_what_is_open),
	    CASE(an_address_is_found_by_connecting),
	    CASE(no_address_is_temporary),
	    CASE(an_unknown_authority_is_not_believed),
	    CASE(an_authority_of_our_own_file_is_believed),
	    CASE(a_bad_authorities_file_is_said),
	    CASE(the_proxy_follows_the_environment),
	    CASE(a_proxy_is_taken_apart),
	};

	loop_block_signals();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
