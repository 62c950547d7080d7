/*
 * support/slack_client.c - see slack_client.h.
 */
#include "tests/support/slack_client.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { PATIENCE_MS = 15000, TICK_MS = 2 };

static const struct slack_times short_times = {
    .dial_ms = 500,
    .hello_ms = 300,
    .ping_ms = 100,
    .dead_ms = 600,
    .drain_ms = 80,
    .close_ms = 150,
    .stagger_ms = 10,
    .back_off_ms = 10,
    .crowded_ms = 50,
    .probe_ms = 50,
    .apart_ms = 1,
    .budget_ms = 1,
};

/* Not the program's clock: a test may set that forward. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void on_envelope(void *arg, uint64_t socket, const struct envelope *e)
{
	struct slack_client *c = arg;

	c->alive += text_eq(e->text, "alive");
	if (slack_ack(c->slack, socket, e->id, NULL))
		c->unsent++;
}

static void on_state(void *arg)
{
	(void)arg;
}

static void on_gap(void *arg, int64_t gap_ms)
{
	struct slack_client *c = arg;

	(void)gap_ms;
	c->gaps++;
}

static void on_tick(void *arg)
{
	struct slack_client *c = arg;
	int64_t now = now_ms();

	if (now - c->ticked_ms > c->longest_turn_ms)
		c->longest_turn_ms = now - c->ticked_ms;
	c->ticked_ms = now;
	if ((c->is_done && c->is_done(c)) || now > c->until_ms)
		loop_stop(c->loop);
	else
		loop_timer_set(c->tick, TICK_MS);
}

int64_t slack_client_turn(struct slack_client *c, bool (*is_done)(const struct slack_client *c), int64_t ms)
{
	int64_t begun = now_ms();

	c->is_done = is_done;
	c->until_ms = begun + ms;
	c->ticked_ms = begun;
	loop_timer_set(c->tick, 0);
	loop_run(c->loop);
	return now_ms() - begun;
}

struct slack_figures slack_client_figures(const struct slack_client *c)
{
	struct slack_figures now;

	slack_get_figures(c->slack, &now);
	return now;
}

static void must(enum errc code)
{
	if (code != OK)
		abort();
}

static void make_client(struct slack_client *c, const char *url, const char *ca_file)
{
	struct slack_callbacks callbacks = {on_envelope, on_state, on_gap, c};
	struct http_options http = {.user_agent = "test", .allow_plain = true, .ca_file = ca_file};
	struct slack_options options = {.api_url = url, .connections = 1, .times = short_times};

	c->token = secret_new("x", 1);
	options.app_token = options.bot_token = c->token;
	must(loop_new(&c->loop, NULL));
	must(http_new(&c->http, c->loop, &http, NULL));
	c->tick = loop_timer_new(c->loop, on_tick, c);
	must(slack_new(&c->slack, c->loop, c->http, &options, &callbacks, NULL));
	slack_start(c->slack);
}

void slack_client_begin(struct slack_client *c, const struct hostile_options *peer, bool tls, const char *api_host)
{
	struct hostile_options options = *peer;
	AUTO_FREE char *url = NULL;

	*c = (struct slack_client){.ca_path = "/tmp/eacbot-ca-XXXXXX"};
	if (tls) {
		close(mkstemp(c->ca_path));
		options.ca_path = c->ca_path;
	}
	c->peer = hostile_peer_new(&options);
	url = mem_printf("http%s://%s:%d/api/", tls ? "s" : "", api_host ? api_host : "localhost",
	                 hostile_peer_port(c->peer));
	make_client(c, url, options.ca_path);
}

static void on_stopped(void *arg)
{
	struct slack_client *c = arg;

	c->stopped = true;
}

static bool has_stopped(const struct slack_client *c)
{
	return c->stopped;
}

int64_t slack_client_end(struct slack_client *c)
{
	int64_t took;

	slack_stop(c->slack, on_stopped, c);
	took = slack_client_turn(c, has_stopped, PATIENCE_MS);
	slack_free(c->slack);
	http_free(c->http);
	loop_timer_free(c->tick);
	loop_shut(c->loop);
	loop_free(c->loop);
	secret_free(c->token);
	hostile_peer_free(c->peer);
	unlink(c->ca_path);
	return took;
}
