/*
 * slack/slack.h - one Slack app: its sockets and its Web API.
 *
 * Opens and keeps `connections` Socket Mode sockets (one owner of the reconnect
 * decision, replacement before the old one goes, no state that ends trying),
 * hands whole envelopes up, sends acknowledgements on the socket that brought
 * them, and calls Web API methods. What the envelopes mean is not known here.
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

struct slack;

struct slack_options {
	const char *api_url; /* ends with '/' */
	const struct secret *app_token;
	const struct secret *bot_token;
	int connections;     /* 1 to 4 */
	const char *ca_file; /* "" or NULL: the system's authorities only */
};

struct slack_callbacks {
	/* A parsed envelope came on socket `socket` (an opaque number). `envelope` is valid during the call; take its
	 * payload with json_incref. */
	void (*envelope)(void *arg, uint64_t socket, const struct envelope *envelope);
	/* The number of live sockets changed, or readiness did. */
	void (*state)(void *arg);
	/* A gap of at least `gap_ms` without any live socket has ended: look at what may have been missed. */
	void (*gap)(void *arg, int64_t gap_ms);
	void *arg;
};

/* The outcome of one Web API call. */
struct slack_answer {
	enum errc code;     /* OK when "ok":true. TEMPORARY: certainly not done; UNKNOWN: perhaps done; others final */
	const json_t *body; /* valid during the callback; NULL when there is none */
	const char *error;  /* Slack's word ("channel_not_found"), or "" */
	const char *reason; /* a sentence with what to do, for a log or a person */
	int64_t retry_after_ms; /* for rate limits: how long this method has to rest; 0 otherwise */
};
typedef void slack_answer_fn(void *arg, const struct slack_answer *answer);

struct slack_identity {
	char bot_user[24]; /* U... */
	char bot_id[24];   /* B... */
	char app_id[24];
	char team[24];
	char enterprise[24];
};

struct slack_figures {
	unsigned live; /* sockets that said hello and are not draining */
	unsigned draining;
	unsigned reported; /* num_connections of the newest hello */
	bool ghosts;       /* Slack counts more than we have */
	uint64_t opens;    /* calls of apps.connections.open */
	uint64_t hellos;
	char trouble[200]; /* why there is no live socket; "" */
};

enum errc slack_new(struct slack **ret, struct loop *loop, struct http *http, const struct slack_options *options,
                    const struct slack_callbacks *callbacks, struct err *reterr) MUST_CHECK;
/* Begins: auth.test and the first dial at once. */
void slack_start(struct slack *slack);
/* Closes every socket politely (Close 1000, waits at most 2 s for the peer's), then calls done. No new dial. */
void slack_stop(struct slack *slack, loop_fn *done, void *arg);
void slack_free(struct slack *slack); /* after slack_stop's done, before loop_shut */

/* One text frame on the socket that brought the envelope. payload may be NULL; borrowed. NOT_FOUND: that socket is
 * gone. TOO_LARGE: over 16 KiB, the caller says it another way. */
enum errc slack_ack(struct slack *slack, uint64_t socket, const char *envelope_id, const json_t *payload) MUST_CHECK;

/* Form body, bot token. Values of `arguments` that are no strings go as JSON text (true/false/numbers as words).
 * arguments: stolen. */
http_ticket slack_call(struct slack *slack, const char *method, json_t *arguments, unsigned timeout_ms,
                       slack_answer_fn *done, void *arg);
/* From auth.test; NULL until it has answered. */
const struct slack_identity *slack_identity(const struct slack *slack);
void slack_get_figures(const struct slack *slack, struct slack_figures *ret);
/* Counts of calls by method and result, for /metrics: fn(arg, method, result, count). */
void slack_each_count(const struct slack *slack,
                      void (*fn)(void *arg, const char *method, const char *result, uint64_t n), void *arg);
/* New secrets (SIGHUP): used from the next call on. The secrets stay the caller's. */
void slack_set_tokens(struct slack *slack, const struct secret *app_token, const struct secret *bot_token);
