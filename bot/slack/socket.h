/*
 * slack/socket.h - the life of one socket, from asking for its address to its end. Private to this folder.
 *
 * A socket never dials again: socket_set.c owns that decision and makes a new
 * one. All callbacks come later, from the loop.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/base/secret.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"
#include "bot/slack/envelope.h"
#include "bot/slack/socket_states.h"
#include "bot/slack/slack.h"
#include "bot/slack/socket_wire.h"
#include "bot/slack/web.h"

struct socket;

/* Why a socket ended, as far as the next dial depends on it. */
enum socket_end {
	SOCKET_END_WANTED,  /* we closed it, or it was replaced */
	SOCKET_END_LOST,    /* network, server, silence: try again soon */
	SOCKET_END_RATE,    /* Slack asks to rest: socket_rest_ms */
	SOCKET_END_CROWDED, /* too_many_websockets */
	SOCKET_END_REFUSED, /* a person has to act: token, Socket Mode switched off, wrong address */
};

struct socket_callbacks {
	/* The state moved (after the move). At CLOSED nothing more comes. */
	void (*moved)(void *arg, struct socket *socket, enum socket_state from);
	void (*envelope)(void *arg, struct socket *socket, const struct envelope *envelope);
	void (*hello)(void *arg, struct socket *socket, const struct envelope *hello); /* after the move to LIVE */
	void *arg;
};

/* What sockets share; outlives them. */
struct socket_context {
	struct loop *loop;
	struct http *http;
	struct web *web;
	struct wires *wires;
	const struct secret *app_token; /* read at each dial */
	bool allow_loopback;
	struct slack_times times; /* no zeros */
	struct socket_callbacks callbacks;
};

/* Begins at OPENING. `id` is the socket's generation number. */
struct socket *socket_new(struct socket_context *context, uint64_t id);
/* Cuts what still stands, without a callback; not from inside one. NULL is fine. */
void socket_free(struct socket *socket);

uint64_t socket_id(const struct socket *socket);
enum socket_state socket_state(const struct socket *socket);
/* These four come from outside; where the table knows no move for them, nothing happens. */
void socket_replaced(struct socket *socket);
/* A replacement is to be made: nobody told it to go, but it is not the socket that we want any more. */
void socket_outdate(struct socket *socket);
/* It is not for us: closed politely, with REFUSED and this sentence. */
void socket_refuse(struct socket *socket, const char *reason);
/* Politely: unsent frames, Close 1000, at most close_ms for the peer's. */
void socket_close(struct socket *socket);
/* Sends the frame that acknowledges one envelope; NOT_FOUND: it is closing or closed. */
enum errc socket_ack(struct socket *socket, const char *frame, size_t len) MUST_CHECK;

/* At CLOSED: why, and a sentence. */
enum socket_end socket_end(const struct socket *socket);
const char *socket_reason(const struct socket *socket);
int64_t socket_rest_ms(const struct socket *socket);
/* CLOCK_BOOTTIME of the last sign of life and of hello; 0: none. */
int64_t socket_heard_ms(const struct socket *socket);
int64_t socket_live_since_ms(const struct socket *socket);
/* Of its hello; "": not told so far. */
const char *socket_app_id(const struct socket *socket);
/* Texts that were no envelope. */
unsigned socket_unreadable(const struct socket *socket);

/* The table, for tests and drawings. */
enum socket_state socket_next(enum socket_state state, enum socket_event event);
const char *socket_state_name(enum socket_state state);
bool socket_state_dials(enum socket_state state);
/* LIVE or REPLACING: envelopes come, and nothing newer has taken over. */
bool socket_state_serves(enum socket_state state);
