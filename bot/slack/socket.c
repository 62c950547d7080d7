/*
 * slack/socket.c - the life of one socket, from asking for its address to its end.
 *
 * Every move goes through fire() and the table of socket_states.h; what a state
 * needs is set up in enter(). Only what Slack sends proves that a socket lives:
 * a connection that is open and silent is dead (half-open connections lasted
 * for days in other clients).
 */
#include "bot/slack/socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CONFLICT_STATUS = 409, /* several instances dialled in the same moment */
	CONFLICT_REST_MS = 2000,
	LINGER_PARTS = 8, /* a replaced socket stays an eighth of drain_ms at least, for what is on its way to it */
};

struct socket {
	struct socket_context *context;
	uint64_t id;
	enum socket_state state;
	http_ticket opening;   /* of apps.connections.open */
	http_ticket resolving; /* of the look-up */
	struct socket_url url;
	char *proxy_login; /* "user:pw", or "" */
	int proxy_port;    /* 0: no proxy */
	struct wire *wire;
	struct loop_timer *deadline; /* of the state */
	struct loop_timer *tick;     /* pings and silence */
	int64_t heard_ms, pinged_ms, ticked_ms, live_since_ms, entered_ms;
	uint64_t received; /* bytes, at the last tick */
	char app_id[24];   /* whose socket it is, as hello says */
	unsigned unacked;  /* envelopes that came and were not acknowledged */
	unsigned unreadable;
	enum socket_end end;
	int64_t rest_ms;
	char reason[400];
};

enum socket_state socket_next(enum socket_state state, enum socket_event event)
{
#define X(name, trigger, next) [SOCKET_##name][SOCKET_EVENT_##trigger] = {true, SOCKET_##next},
	static const struct {
		bool moves;
		enum socket_state next;
	} moves[SOCKET_STATE_COUNT][SOCKET_EVENT_COUNT] = {SOCKET_MOVES(X)};
#undef X
	return moves[state][event].moves ? moves[state][event].next : state;
}

const char *socket_state_name(enum socket_state state)
{
#define X(name, brings, dials) [SOCKET_##name] = #name,
	static const char *const names[SOCKET_STATE_COUNT] = {SOCKET_STATES(X)};
#undef X
	return names[state];
}

static bool brings_envelopes(enum socket_state state)
{
#define X(name, brings, dials) [SOCKET_##name] = brings,
	static const bool answers[SOCKET_STATE_COUNT] = {SOCKET_STATES(X)};
#undef X
	return answers[state];
}

bool socket_state_dials(enum socket_state state)
{
#define X(name, brings, dials) [SOCKET_##name] = dials,
	static const bool answers[SOCKET_STATE_COUNT] = {SOCKET_STATES(X)};
#undef X
	return answers[state];
}

bool socket_state_serves(enum socket_state state)
{
	return state == SOCKET_LIVE || state == SOCKET_REPLACING;
}

/* The first reason stays: what follows is its consequence. */
static void note(struct socket *s, enum socket_end end, const char *format, ...) PRINTF_LIKE(3, 4);
static void note(struct socket *s, enum socket_end end, const char *format, ...)
{
	va_list ap;

	if (s->reason[0])
		return;
	s->end = end;
	va_start(ap, format);
	vsnprintf(s->reason, sizeof(s->reason), format, ap);
	va_end(ap);
}

static void enter(struct socket *s);

static void fire(struct socket *s, enum socket_event event)
{
	enum socket_state from = s->state;

	s->state = socket_next(from, event);
	if (s->state == from)
		return;
	s->entered_ms = clock_boot_ms();
	loop_timer_set(s->deadline, -1);
	enter(s);
	s->context->callbacks.moved(s->context->callbacks.arg, s, from);
}

static enum socket_end end_of_answer(const struct slack_answer *answer)
{
	if (answer->retry_after_ms)
		return SOCKET_END_RATE;
	return answer->code == ERR_AUTH || answer->code == ERR_DENIED ? SOCKET_END_REFUSED : SOCKET_END_LOST;
}

static void address_came(void *arg, enum errc code, const char *address, const char *reason);

/* The address is asked for by curl, for libwebsockets would block on it; a proxy looks names up, but has one itself. */
static void resolve(struct socket *s)
{
	AUTO_FREE char *proxy = http_proxy_for(s->url.host, s->url.port), *host = NULL;

	fire(s, SOCKET_EVENT_URL);
	s->proxy_port = 0;
	if (proxy)
		http_proxy_read(proxy, &s->proxy_login, &host, &s->proxy_port);
	s->resolving = http_resolve(s->context->http, host ? host : s->url.host, host ? s->proxy_port : s->url.port,
	                            (unsigned)s->context->times.dial_ms, address_came, s);
}

/* "user:pw@address:port"; NULL: no proxy. */
static char *proxy_at(const struct socket *s, const char *address)
{
	bool v6 = strchr(address, ':') != NULL;

	if (!s->proxy_port)
		return NULL;
	return mem_printf("%s%s%s%s%s:%d", s->proxy_login, *s->proxy_login ? "@" : "", v6 ? "[" : "", address,
	                  v6 ? "]" : "", s->proxy_port);
}

static void url_came(void *arg, const struct slack_answer *answer)
{
	struct socket *s = arg;
	struct err err;

	s->opening = 0;
	if (answer->code) {
		note(s, end_of_answer(answer), "%s", answer->reason);
		s->rest_ms = answer->retry_after_ms;
		fire(s, SOCKET_EVENT_GONE);
	} else if (socket_url_parse(&s->url, json_str(answer->body, "url"), s->context->allow_loopback, &err)) {
		note(s, SOCKET_END_LOST, "%s", err.text);
		fire(s, SOCKET_EVENT_GONE);
	} else {
		resolve(s);
	}
}

static void on_open(void *arg)
{
	struct socket *s = arg;

	s->heard_ms = clock_boot_ms();
	fire(s, SOCKET_EVENT_UPGRADED);
}

static void on_heard(void *arg)
{
	struct socket *s = arg;

	s->heard_ms = clock_boot_ms();
}

static void on_closed(void *arg, int status, const char *reason)
{
	struct socket *s = arg;

	if (status == CONFLICT_STATUS) {
		note(s, SOCKET_END_RATE, "%s: %s", s->url.host, reason);
		s->rest_ms = (int64_t)arc4random_uniform(CONFLICT_REST_MS);
	}
	note(s, SOCKET_END_LOST, "%s: %s", s->url.host, reason);
	fire(s, SOCKET_EVENT_GONE);
}

static void on_text(void *arg, const char *text, size_t len);

static void address_came(void *arg, enum errc code, const char *address, const char *reason)
{
	static const struct wire_callbacks callbacks = {on_open, on_text, on_heard, on_closed};
	struct socket *s = arg;
	AUTO_FREE char *proxy = code ? NULL : proxy_at(s, address);
	struct err err;

	s->resolving = 0;
	if (code) {
		note(s, SOCKET_END_LOST, "%s can't be reached: %s", s->proxy_port ? "the proxy" : s->url.host, reason);
		fire(s, SOCKET_EVENT_GONE);
	} else if (wire_connect(&s->wire, s->context->wires, &s->url, proxy ? NULL : address, proxy, &callbacks, s,
	                        &err)) {
		note(s, SOCKET_END_LOST, "%s: %s", s->url.host, err.text);
		fire(s, SOCKET_EVENT_GONE);
	} else {
		fire(s, SOCKET_EVENT_ADDRESS);
	}
}

static void said_hello(struct socket *s, const struct envelope *e)
{
	int64_t life_ms = (int64_t)e->approximate_life_s * 1000;

	text_copy(s->app_id, sizeof(s->app_id), e->app_id);
	fire(s, SOCKET_EVENT_HELLO);
	/* before its announced end, so that no click falls into the gap; not all instances at once */
	if (life_ms && s->state == SOCKET_LIVE)
		loop_timer_set(s->deadline,
		               life_ms / 10 * 9 - (int64_t)arc4random_uniform((uint32_t)(life_ms / 20) + 1));
	s->context->callbacks.hello(s->context->callbacks.arg, s, e);
}

static void told_to_go(struct socket *s, const char *reason)
{
	if (text_eq(reason, "link_disabled")) {
		note(s, SOCKET_END_REFUSED, "Socket Mode is switched off in the app's settings; switch it on");
		fire(s, SOCKET_EVENT_CLOSE);
	} else if (text_eq(reason, "too_many_websockets")) {
		note(s, SOCKET_END_CROWDED,
		     "Slack counts too many sockets of this app; is another process using the same app token?");
		fire(s, SOCKET_EVENT_CLOSE);
	} else {
		if (s->state == SOCKET_WAIT_HELLO)
			note(s, SOCKET_END_LOST, "disconnected before hello: %.60s",
			     *reason ? reason : "no reason given");
		fire(s, SOCKET_EVENT_AGED);
	}
}

static void came(struct socket *s, const struct envelope *e)
{
	AUTO_FREE char *ack = NULL;

	if (*e->id)
		s->unacked++;
	if (e->type != ENVELOPE_UNKNOWN) {
		s->context->callbacks.envelope(s->context->callbacks.arg, s, e);
		return;
	}
	s->unreadable++;
	if (!*e->id)
		return;
	/* unknown, but it wants an answer: without one it would come again and again */
	json_t *frame = json_pack("{s:s}", "envelope_id", e->id);
	ack = json_text(frame);
	json_decref(frame);
	if (socket_ack(s, ack, strlen(ack)))
		s->unacked--;
}

static void on_text(void *arg, const char *text, size_t len)
{
	struct socket *s = arg;
	struct envelope e;

	if (!len)
		return; /* Slack sends empty texts now and then */
	if (envelope_parse(&e, text, len, NULL)) {
		s->unreadable++;
		return;
	}
	if (e.type == ENVELOPE_HELLO)
		said_hello(s, &e);
	else if (e.type == ENVELOPE_DISCONNECT)
		told_to_go(s, e.reason);
	else if (brings_envelopes(s->state))
		came(s, &e);
	envelope_done(&e);
}

static bool is_drained(const struct socket *s)
{
	int64_t lingered = clock_boot_ms() - s->entered_ms;

	return !s->unacked && !wire_has_unsent(s->wire) && lingered >= s->context->times.drain_ms / LINGER_PARTS;
}

static void give_up(struct socket *s)
{
	note(s, SOCKET_END_LOST, "%s was silent for %lld s", s->url.host,
	     (long long)(clock_boot_ms() - s->heard_ms) / 1000);
	fire(s, SOCKET_EVENT_CLOSE);
}

/*
 * Any byte is a sign of life, also of what the library keeps to itself: pings, the begin of a frame. It came after the
 * last tick; more is not known, and it may have come before a suspend.
 */
static void look_at_bytes(struct socket *s, int64_t now)
{
	uint64_t received = wire_received_bytes(s->wire);

	if (received != s->received && s->ticked_ms > s->heard_ms)
		s->heard_ms = s->ticked_ms;
	s->received = received;
	s->ticked_ms = now;
}

/* By the boot clock: after a suspend the silence is noticed at once. */
static void on_tick(void *arg)
{
	const struct slack_times *times = &((struct socket *)arg)->context->times;
	struct socket *s = arg;
	int64_t now = clock_boot_ms(), next = times->ping_ms / 2, left;

	look_at_bytes(s, now);
	left = s->heard_ms + times->dead_ms - now;
	if (s->state == SOCKET_DRAINING && is_drained(s)) {
		fire(s, SOCKET_EVENT_CLOSE);
		return;
	}
	if (left <= 0) {
		give_up(s);
		return;
	}
	if (now - s->pinged_ms >= times->ping_ms) {
		s->pinged_ms = now;
		wire_ping(s->wire);
	}
	if (s->state == SOCKET_DRAINING)
		next = times->drain_ms / LINGER_PARTS / 2;
	loop_timer_set(s->tick, next < left ? next : left);
}

static void on_deadline(void *arg)
{
	struct socket *s = arg;

	switch (s->state) {
	case SOCKET_DIALING:
		note(s, SOCKET_END_LOST, "%s did not answer the upgrade%s", s->url.host,
		     s->proxy_port ? " through the proxy" : "");
		fire(s, SOCKET_EVENT_CLOSE);
		break;
	case SOCKET_WAIT_HELLO:
		note(s, SOCKET_END_LOST, "%s did not say hello", s->url.host);
		fire(s, SOCKET_EVENT_CLOSE);
		break;
	case SOCKET_LIVE:
		note(s, SOCKET_END_WANTED, "its announced life is nearly over");
		fire(s, SOCKET_EVENT_AGED);
		break;
	case SOCKET_DRAINING: fire(s, SOCKET_EVENT_CLOSE); break;
	case SOCKET_CLOSING: /* politeness has an end */ wire_kill(s->wire); break;
	default: break;
	}
}

static void enter(struct socket *s)
{
	const struct slack_times *times = &s->context->times;

	switch (s->state) {
	case SOCKET_DIALING: loop_timer_set(s->deadline, times->dial_ms); break;
	case SOCKET_WAIT_HELLO: loop_timer_set(s->deadline, times->hello_ms); break;
	case SOCKET_LIVE:
		s->live_since_ms = s->pinged_ms = s->entered_ms;
		loop_timer_set(s->tick, times->ping_ms / 2);
		break;
	case SOCKET_DRAINING:
		loop_timer_set(s->deadline, times->drain_ms);
		loop_timer_set(s->tick, times->drain_ms / LINGER_PARTS);
		break;
	case SOCKET_CLOSING:
		loop_timer_set(s->tick, -1);
		loop_timer_set(s->deadline, times->close_ms);
		wire_close(s->wire, 1000, "");
		break;
	case SOCKET_CLOSED:
		loop_timer_set(s->tick, -1);
		web_cancel(s->context->web, s->opening);
		http_cancel(s->context->http, s->resolving);
		s->opening = s->resolving = 0;
		break;
	default: break;
	}
}

struct socket *socket_new(struct socket_context *context, uint64_t id)
{
	struct socket *s = mem_alloc(sizeof(*s));

	s->context = context;
	s->id = id;
	s->state = SOCKET_OPENING;
	s->entered_ms = clock_boot_ms();
	s->deadline = loop_timer_new(context->loop, on_deadline, s);
	s->tick = loop_timer_new(context->loop, on_tick, s);
	s->opening = web_call(context->web, context->app_token, "apps.connections.open", NULL,
	                      (unsigned)context->times.dial_ms, url_came, s);
	return s;
}

void socket_free(struct socket *s)
{
	if (!s)
		return;
	web_cancel(s->context->web, s->opening);
	http_cancel(s->context->http, s->resolving);
	wire_free(s->wire);
	if (s->proxy_login)
		mem_wipe(s->proxy_login, strlen(s->proxy_login));
	free(s->proxy_login);
	loop_timer_free(s->deadline);
	loop_timer_free(s->tick);
	free(s);
}

void socket_replaced(struct socket *s)
{
	note(s, SOCKET_END_WANTED, "replaced");
	fire(s, SOCKET_EVENT_REPLACED);
}

void socket_close(struct socket *s)
{
	note(s, SOCKET_END_WANTED, "closed by us");
	fire(s, SOCKET_EVENT_CLOSE);
}

void socket_outdate(struct socket *s)
{
	fire(s, SOCKET_EVENT_AGED);
}

void socket_refuse(struct socket *s, const char *reason)
{
	note(s, SOCKET_END_REFUSED, "%s", reason);
	fire(s, SOCKET_EVENT_CLOSE);
}

enum errc socket_ack(struct socket *s, const char *frame, size_t len)
{
	if (!brings_envelopes(s->state) || wire_send(s->wire, frame, len))
		return ERR_NOT_FOUND;
	if (s->unacked)
		s->unacked--;
	return OK;
}

uint64_t socket_id(const struct socket *s)
{
	return s->id;
}

enum socket_state socket_state(const struct socket *s)
{
	return s->state;
}

enum socket_end socket_end(const struct socket *s)
{
	return s->end;
}

const char *socket_reason(const struct socket *s)
{
	return s->reason;
}

int64_t socket_rest_ms(const struct socket *s)
{
	return s->rest_ms;
}

int64_t socket_heard_ms(const struct socket *s)
{
	return s->heard_ms;
}

int64_t socket_live_since_ms(const struct socket *s)
{
	return s->live_since_ms;
}

const char *socket_app_id(const struct socket *s)
{
	return s->app_id;
}

unsigned socket_unreadable(const struct socket *s)
{
	return s->unreadable;
}
