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

/* Times, ms; zero is the default that is named. Tests shrink them. */
struct slack_times {
	int64_t dial_ms;     /* each step until the upgrade: 15 s */
	int64_t hello_ms;    /* from the upgrade to hello: 10 s */
	int64_t ping_ms;     /* between our pings: 10 s */
	int64_t dead_ms;     /* a socket that is silent for so long is dead: 35 s */
	int64_t drain_ms;    /* at most, for the last acknowledgements of a replaced socket: 8 s */
	int64_t close_ms;    /* for the peer's Close: 2 s */
	int64_t stagger_ms;  /* from a hello to the next dial: 3 s */
	int64_t stable_ms;   /* a socket that lived so long makes earlier failures forgotten: 60 s */
	int64_t back_off_ms; /* the first one, doubled by each failure: 0.5 s */
	int64_t crowded_ms;  /* the first rest after too_many_websockets, doubled up to 20 times it: 30 s */
	int64_t probe_ms;    /* between tries while a person has to act: 5 min */
	int64_t gap_ms;      /* without a live socket, before it is worth telling: 3 s */
	int64_t apart_ms;    /* between two dials, whatever happens: 1 s */
	int64_t budget_ms;   /* one dial in so long on average while another socket is live: 60 s */
};

struct slack_options {
	const char *api_url; /* ends with '/'; where its host is a loopback one, sockets may lead there too */
	const struct secret *app_token; /* these two stay the caller's, and outlive the object or slack_set_tokens */
	const struct secret *bot_token;
	int connections; /* 1 to 4 */
	struct slack_times times;
};

/* All come from the loop. None may call slack_free. */
struct slack_callbacks {
	/*
	 * A parsed envelope (slash_commands, interactive, events_api) came on socket `socket`, an opaque number that
	 * slack_ack wants. `envelope` is valid during the call; take its payload with json_incref.
	 */
	void (*envelope)(void *arg, uint64_t socket, const struct envelope *envelope);
	/* What slack_get_figures or slack_identity tells may have changed. */
	void (*state)(void *arg);
	/*
	 * For at least times.gap_ms there was no live socket, or one (of several) was silent for so long before it was
	 * found dead; now one serves again: look at what may have been missed.
	 */
	void (*gap)(void *arg, int64_t gap_ms);
	void *arg;
};

/* The outcome of one Web API call. */
struct slack_answer {
	/*
	 * OK when "ok":true. TEMPORARY: not done, or done without harm in doing it again. UNKNOWN: a post that perhaps
	 * happened. AUTH: the token. DENIED: a scope is missing, or (chat.*) the channel can't be written to.
	 * NOT_FOUND: for chat.* the message. INVALID, TOO_LARGE: our mistake. ABORTED: shutting down. Others final.
	 */
	enum errc code;
	const json_t *body;     /* valid during the callback; NULL when there is none */
	const char *error;      /* Slack's word ("channel_not_found"), or "" */
	const char *reason;     /* a sentence with what to do, for a log or a person; "" when OK */
	const char *advice;     /* the part of it that is for a person: why not, or what to do; "" */
	int64_t retry_after_ms; /* for rate limits: how long this method has to rest; 0 otherwise */
};
typedef void slack_answer_fn(void *arg, const struct slack_answer *answer);

struct slack_identity {
	char bot_user[24]; /* U... */
	char bot_id[24];   /* B... */
	char app_id[24];   /* of auth.test, else of the first hello; "" until either told it */
	char team[24];
	char enterprise[24];
	char token[33]; /* a digest of the bot token that it is about */
	char url[200];  /* "https://acme.slack.com/"; "" */
	bool app_known; /* app_id is auth.test's */
};

struct slack_figures {
	bool confirmed;       /* auth.test has answered: slack_identity is more than a memory */
	unsigned live;        /* sockets that said hello and are not draining */
	unsigned draining;    /* replaced: they only get their last acknowledgements */
	unsigned reported;    /* num_connections of the newest hello */
	unsigned ghosts;      /* so many more than we had: what goes to them is lost. Until the next hello */
	int64_t ghosts_until; /* wall time at which the life that Slack announces is over for the last of them; 0 */
	uint64_t opens;       /* calls of apps.connections.open */
	uint64_t hellos;
	uint64_t losses;     /* sockets and dials that ended otherwise than we wanted */
	uint64_t unreadable; /* texts that are no envelope, and envelopes of unknown type */
	char trouble[400];   /* why Slack can't be used, with what to do; "" when it can */
	char last_loss[400]; /* why the newest of the losses; "" */
};

/* INVALID: options out of range. Nothing is sent before slack_start. */
enum errc slack_new(struct slack **ret, struct loop *loop, struct http *http, const struct slack_options *options,
                    const struct slack_callbacks *callbacks, struct err *reterr) MUST_CHECK;
/* Begins: auth.test and the first dial at once. Both go on until slack_stop, whatever they are answered. */
void slack_start(struct slack *slack);
/*
 * Closes every socket politely (Close 1000, waits at most 2 s for the peer's), then calls done, never from inside this
 * call. No new dial.
 */
void slack_stop(struct slack *slack, loop_fn *done, void *arg);
/*
 * After slack_stop's done, before http_free and loop_shut. Calls under way are answered with ABORTED from inside (no
 * function of this module may be called then), sockets that still stand are cut. NULL is fine.
 */
void slack_free(struct slack *slack);

/*
 * One text frame on the socket that brought the envelope; works while it is draining too. payload may be NULL;
 * borrowed. NOT_FOUND: that socket is gone, the envelope may come again. TOO_LARGE: over 16 KiB (Slack drops 20 KiB),
 * the caller says it another way.
 */
enum errc slack_ack(struct slack *slack, uint64_t socket, const char *envelope_id, const json_t *payload) MUST_CHECK;

/*
 * Form body, bot token. Values of `arguments` that are no strings go as JSON text (true, false and numbers as words),
 * null is left out. arguments: stolen, may be NULL. The answer comes later, once. Rate limits are told, not obeyed:
 * when to call again is the caller's decision.
 */
http_ticket slack_call(struct slack *slack, const char *method, json_t *arguments, unsigned timeout_ms,
                       slack_answer_fn *done, void *arg);
/* The answer of that call never comes. Unknown tickets are fine. */
void slack_cancel(struct slack *slack, http_ticket ticket);
/* What a person should know or do when `method` answers with that word: slack_answer's advice. "" when nothing is known. */
const char *slack_advice(const char *method, const char *error);
/*
 * What auth.test told an earlier run about this very bot token: good until it answers, so that clicks that come before
 * can be understood. Before slack_start. Without an effect where it is about another token.
 */
void slack_presume(struct slack *slack, const struct slack_identity *identity);
/* From auth.test, or presumed; else NULL. Stays the last known one when auth.test fails later. */
const struct slack_identity *slack_identity(const struct slack *slack);
void slack_get_figures(const struct slack *slack, struct slack_figures *ret);
/* Counts of calls by method and result ("ok", "ratelimited", "temporary", "unknown", "denied", ...), for /metrics. */
void slack_each_count(const struct slack *slack,
                      void (*fn)(void *arg, const char *method, const char *result, uint64_t n), void *arg);
/*
 * New secrets (SIGHUP): used from the next call on; both are tried at once. Where the app token is another one, every
 * socket is replaced, for it may be another app's. The secrets stay the caller's; the old ones have to live during this
 * call.
 */
void slack_set_tokens(struct slack *slack, const struct secret *app_token, const struct secret *bot_token);
/* After http_set_ca (SIGHUP): sockets made from now on believe the new authorities too. */
void slack_renew_tls(struct slack *slack);
