/*
 * tests/unit/test_app_health.c - the endpoint in a turning loop, asked over a real socket.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/app/health.h"

enum { PATIENCE_MS = 5000 };

struct client {
	struct loop *loop;
	int fd;
	char answer[4096];
	size_t len;
	bool late;
};

static bool not_ready(void *arg, struct buf *body)
{
	(void)arg;
	buf_puts(body, "{\"ready\":false}\n");
	return false;
}

static void two_metrics(void *arg, struct buf *body)
{
	(void)arg;
	buf_puts(body, "x 1\ny 2\n");
}

static void on_answer(void *arg, int fd, unsigned events)
{
	struct client *client = arg;
	ssize_t n = read(fd, client->answer + client->len, sizeof client->answer - 1 - client->len);

	(void)events;
	if (n > 0)
		client->len += (size_t)n;
	else
		loop_stop(client->loop);
}

static void on_late(void *arg)
{
	struct client *client = arg;
	client->late = true;
	loop_stop(client->loop);
}

static int connect_to(int port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	return fd;
}

/* `line` is "GET /path"; the whole answer is in client->answer. */
static void ask(struct client *client, const char *line)
{
	const struct health_options options = {.host = "127.0.0.1", .ready = not_ready, .metrics = two_metrics};
	struct health_options with_loop = options;
	struct health *health = NULL;
	char request[200];

	memset(client, 0, sizeof *client);
	assert_int_equal(loop_new(&client->loop, NULL), OK);
	with_loop.loop = client->loop;
	assert_int_equal(health_new(&health, &with_loop, NULL), OK);
	client->fd = connect_to(health_port(health));
	int len = snprintf(request, sizeof request, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", line);
	assert_int_equal(write(client->fd, request, (size_t)len), len);
	struct loop_watch *watch = loop_watch_new(client->loop, client->fd, LOOP_READ, on_answer, client);
	struct loop_timer *timer = loop_timer_new(client->loop, on_late, client);
	loop_timer_set(timer, PATIENCE_MS);
	loop_run(client->loop);
	loop_watch_free(watch);
	loop_timer_free(timer);
	close(client->fd);
	health_free(health);
	loop_shut(client->loop);
	loop_free(client->loop);
	assert_false(client->late);
}

static void a_turning_loop_is_healthy(void **state)
{
	struct client client;

	(void)state;
	ask(&client, "GET /healthz");
	assert_non_null(strstr(client.answer, "HTTP/1.1 200 "));
	assert_non_null(strstr(client.answer, "\r\n\r\nok\n"));
}

static void not_ready_is_503_and_says_why(void **state)
{
	struct client client;

	(void)state;
	ask(&client, "GET /readyz");
	assert_non_null(strstr(client.answer, "HTTP/1.1 503 "));
	assert_non_null(strstr(client.answer, "{\"ready\":false}"));
}

static void metrics_come_in_their_format(void **state)
{
	struct client client;

	(void)state;
	ask(&client, "GET /metrics?x=1");
	assert_non_null(strstr(client.answer, "text/plain; version=0.0.4"));
	assert_non_null(strstr(client.answer, "\r\n\r\nx 1\ny 2\n"));
}

static void a_head_request_gets_no_body(void **state)
{
	struct client client;

	(void)state;
	ask(&client, "HEAD /healthz");
	assert_non_null(strstr(client.answer, "HTTP/1.1 200 "));
	assert_null(strstr(client.answer, "ok\n"));
}

static void other_methods_and_paths_are_refused(void **state)
{
	struct client client;

	(void)state;
	ask(&client, "DELETE /healthz");
	assert_non_null(strstr(client.answer, "HTTP/1.1 405 "));
	assert_non_null(strstr(client.answer, "Allow: GET, HEAD"));
	ask(&client, "GET /secrets");
	assert_non_null(strstr(client.answer, "HTTP/1.1 404 "));
}

static void a_taken_port_is_said(void **state)
{
	struct loop *loop;
	struct health_options options = {.host = "127.0.0.1", .ready = not_ready, .metrics = two_metrics};
	struct health *first = NULL, *second = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(loop_new(&loop, NULL), OK);
	options.loop = loop;
	assert_int_equal(health_new(&first, &options, NULL), OK);
	options.port = health_port(first);
	assert_int_equal(health_new(&second, &options, &err), ERR_BUSY);
	assert_non_null(strstr(err.text, "in use"));
	health_free(first);
	loop_shut(loop);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_turning_loop_is_healthy),           cmocka_unit_test(not_ready_is_503_and_says_why),
	    cmocka_unit_test(metrics_come_in_their_format),        cmocka_unit_test(a_head_request_gets_no_body),
	    cmocka_unit_test(other_methods_and_paths_are_refused), cmocka_unit_test(a_taken_port_is_said),
	};

	loop_block_signals();
	return cmocka_run_group_tests_name("app_health", tests, NULL, NULL);
}
