/*
 * tests/unit/test_socket_hostile.c - whatever a peer does, the client comes back to life on a good one.
 *
 * One case per script of tests/support/hostile_scripts.c, over plain and over
 * TLS; a name or a part of it as the argument runs only these.
 */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/slack.h"
#include "tests/support/hostile_peer.h"

enum {
	PATIENCE_MS = 10000,
	STOP_MS = 1000, /* the times below allow 150 ms for a Close */
	SCRIPTS_MAX = 200,
	LINGER_MS = 40, /* for a second dial that must not come */
	MARK = 1500,    /* what PINGING lasts, so that silence would be noticed */
};

struct world {
	const struct hostile_script *script;
	struct hostile_peer *peer;
	char ca_path[40];
	struct loop *loop;
	struct http *http;
	struct slack *slack;
	struct secret *token;
	struct loop_timer *tick;
	int64_t until_ms;
	bool (*is_done)(const struct world *w);
	unsigned alive;  /* envelopes with the text "alive" */
	unsigned unsent; /* acknowledgements */
	bool stopped;
};

static void on_envelope(void *arg, uint64_t socket, const struct envelope *e)
{
	struct world *w = arg;

	w->alive += text_eq(e->text, "alive");
	if (slack_ack(w->slack, socket, e->id, NULL))
		w->unsent++;
}

static void on_state(void *arg)
{
	(void)arg;
}

static void on_gap(void *arg, int64_t gap_ms)
{
	(void)arg;
	(void)gap_ms;
}

static struct slack_figures figures(const struct world *w)
{
	struct slack_figures now;

	slack_get_figures(w->slack, &now);
	return now;
}

static void on_tick(void *arg)
{
	struct world *w = arg;

	if (w->is_done(w) || clock_boot_ms() > w->until_ms)
		loop_stop(w->loop);
	else
		loop_timer_set(w->tick, 2);
}

/* How long it took. */
static int64_t turn_until(struct world *w, bool (*is_done)(const struct world *w), int64_t ms)
{
	int64_t begun = clock_boot_ms();

	w->is_done = is_done;
	w->until_ms = begun + ms;
	loop_timer_set(w->tick, 0);
	loop_run(w->loop);
	return clock_boot_ms() - begun;
}

static bool never(const struct world *w)
{
	(void)w;
	return false;
}

static bool is_alive(const struct world *w)
{
	struct slack_figures now = figures(w);

	if (w->script->outcome == HOSTILE_LOST && now.losses == 0)
		return false;
	return w->alive > 0 && now.live == 1;
}

static bool has_stopped(const struct world *w)
{
	return w->stopped;
}

static void on_stopped(void *arg)
{
	struct world *w = arg;

	w->stopped = true;
}

static void begin(struct world *w, const struct hostile_script *script, bool tls)
{
	struct hostile_options peer = {.script = script, .times = 1};
	struct slack_callbacks callbacks = {on_envelope, on_state, on_gap, w};
	struct http_options http = {.user_agent = "test", .allow_plain = true};
	AUTO_FREE char *url = NULL;
	struct err e = {0};

	*w = (struct world){.script = script, .ca_path = "/tmp/eacbot-ca-XXXXXX"};
	if (tls) {
		close(mkstemp(w->ca_path));
		peer.ca_path = http.ca_file = w->ca_path;
	}
	w->peer = hostile_peer_new(&peer);
	url = mem_printf("http%s://localhost:%d/api/", tls ? "s" : "", hostile_peer_port(w->peer));
	w->token = secret_new("x", 1);
	assert_int_equal(loop_new(&w->loop, &e), OK);
	assert_int_equal(http_new(&w->http, w->loop, &http, &e), OK);
	w->tick = loop_timer_new(w->loop, on_tick, w);
	struct slack_options options = {
	    .api_url = url,
	    .app_token = w->token,
	    .bot_token = w->token,
	    .connections = 1,
	    .ca_file = http.ca_file,
	    .times = {.dial_ms = 500,
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
	              .budget_ms = 1},
	};
	assert_int_equal(slack_new(&w->slack, w->loop, w->http, &options, &callbacks, &e), OK);
	slack_start(w->slack);
}

/* How long the sockets took to end. */
static int64_t end(struct world *w)
{
	int64_t took;

	slack_stop(w->slack, on_stopped, w);
	took = turn_until(w, has_stopped, PATIENCE_MS);
	slack_free(w->slack);
	http_free(w->http);
	loop_timer_free(w->tick);
	loop_shut(w->loop);
	loop_free(w->loop);
	secret_free(w->token);
	hostile_peer_free(w->peer);
	unlink(w->ca_path);
	return took;
}

/* What is wrong; NULL: nothing. The caller frees. */
static char *judge(const struct world *w)
{
	struct slack_figures now = figures(w);

	if (!is_alive(w))
		return mem_printf("not alive: %u live, %u alive, %u losses, %s; %s", now.live, w->alive,
		                  (unsigned)now.losses, now.trouble, now.last_loss);
	if (w->script->outcome == HOSTILE_LIVES && now.losses)
		return mem_printf("lost: %s", now.last_loss);
	if (w->script->reason && !strstr(now.last_loss, w->script->reason))
		return mem_printf("it says: %s", now.last_loss);
	if (!text_is_utf8(now.last_loss, strlen(now.last_loss)) || strchr(now.last_loss, 27))
		return mem_printf("it says what can't be logged: %s", now.last_loss);
	if (now.losses + 1 != hostile_peer_links(w->peer) || now.opens != hostile_peer_links(w->peer))
		return mem_printf("%u losses, %u opens, %u dials; %s", (unsigned)now.losses, (unsigned)now.opens,
		                  hostile_peer_links(w->peer), now.last_loss);
	return NULL;
}

static void meet(const struct hostile_script *script, bool tls)
{
	char *wrong;
	struct world w;
	int64_t lived, took;

	begin(&w, script, tls);
	lived = turn_until(&w, is_alive, PATIENCE_MS);
	turn_until(&w, never, script->steps[3].kind == STEP_PINGING ? MARK : LINGER_MS);
	wrong = judge(&w);
	if (getenv("SAY"))
		print_message("%lld ms until it lived; %s\n", (long long)lived, figures(&w).last_loss);
	took = end(&w);
	if (wrong) {
		print_error("%s\n", wrong);
		free(wrong);
		fail();
	}
	assert_in_range(took, 0, STOP_MS);
}

static void over_plain(void **state)
{
	meet(*state, false);
}

static void over_tls(void **state)
{
	meet(*state, true);
}

static union {
	const void *from;
	void *to;
} without_const;

static void add(struct CMUnitTest *tests, size_t *count, const struct hostile_script *script, bool tls)
{
	assert(*count < 2 * SCRIPTS_MAX);
	without_const.from = script;
	tests[(*count)++] = (struct CMUnitTest){
	    .name = tls ? mem_printf("%s, over TLS", script->name) : mem_strdup(script->name),
	    .test_func = tls ? over_tls : over_plain,
	    .initial_state = without_const.to,
	};
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[2 * SCRIPTS_MAX];
	const char *wanted = argc > 1 ? argv[1] : "";
	size_t count = 0;
	int bad;

	for (unsigned i = 0; hostile_script(i); i++) {
		if (!strstr(hostile_script(i)->name, wanted))
			continue;
		add(tests, &count, hostile_script(i), false);
		add(tests, &count, hostile_script(i), true);
	}
	loop_block_signals();
	bad = _cmocka_run_group_tests("socket_hostile", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++) {
		without_const.from = tests[i].name;
		free(without_const.to);
	}
	return bad;
}
