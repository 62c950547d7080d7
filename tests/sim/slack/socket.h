#pragma once

/*
 * tests/sim/slack/socket.h - one WebSocket connection of Socket Mode: frames
 * out and in, hello, pings, and how it ends. Which there are, and whose turn
 * it is, is sockets.h's.
 */

#include "tests/sim/slack/slack.h"
#include "tests/sim/slack/ws_frame.h"

struct socket {
	struct socket *next;
	struct slack *slack;
	int id;
	int fd;
	bool hello;   /* said; before it the socket gets no envelopes */
	bool leaving; /* told to go */
	bool silent;  /* we play dead */
	bool closing; /* we sent a Close */
	bool closed;  /* the client sent one */
	bool gone;    /* nothing can be written any more */
	bool reset;   /* ended by us without a word */
	bool inside;  /* in the middle of a fragmented message of the client */
	int64_t opened_ms;
	int64_t heard_ms;
	json_int_t turns;      /* how many envelopes it has had, for the round robin */
	json_int_t pings;      /* the client's */
	json_int_t unanswered; /* our pings since its last pong */
	char *buf;
	size_t len;
};

/* Serves the connection until it is over; a sim_serve_fn, `ctx` is the struct slack. */
void socket_serve(void *ctx, int fd, const char *extra, size_t extra_len);

/* One frame. Nothing is sent after our Close. */
void socket_frame(struct socket *socket, enum ws_op op, bool fin, const char *data, size_t len);

/* A text message, in as many frames as the settings say. */
void socket_send(struct socket *socket, const char *text, size_t len);

/* The disconnect frame with that reason, and a Close some time after it. */
void socket_disconnect(struct socket *socket, const char *reason, int64_t close_after_ms);

/* Our Close; code 1005: one without a code. Only the first counts. */
void socket_close(struct socket *socket, int code, const char *reason);

/* The end without a word: an RST. */
void socket_reset(struct socket *socket);
