/*
 * flow/flow.h - the engine: runs a table of steps, one request at a time, and knows none of them.
 *
 * Everything here runs on the store's thread, inside a transaction. The engine
 * never calls outside: it returns a flow_call, the app makes it (after the
 * commit) and brings the answer back under the call's ticket. An answer whose
 * ticket is no longer the request's is dropped. After a crash there is no
 * ticket: the step is begun again and looks at the world.
 *
 * Kinds of calls (made by bot/app/calls.c), with their arguments and answers:
 *   person {"user"} or {"email"}   who that is in Slack:
 * {"id","name","email","tz","tz_offset","locale","deleted","bot","guest","external"} persons {"users":[..]}         the same
 * afresh, with rights:
 * [{"id","email","known","groups_known","deleted","bot","guest","external","requester","approver","admin"}] find look
 * end-sessions revoke delete-links links-deletable remove restore   as in salesforce/salesforce.h
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/flow/request.h"
#include "bot/store/requests.h"
#include "bot/store/store.h"

/* What the app is to ask or do outside. kind "" means nothing. */
struct flow_call {
	int64_t request;
	uint64_t ticket;
	char kind[24];
	json_t *args; /* owned */
};
void flow_call_done(struct flow_call *call);

/* How it went. `body` is borrowed. */
struct flow_answer {
	enum errc code;
	const char *error;  /* the foreign word, or "" */
	const char *reason; /* a sentence, never NULL */
	const json_t *body; /* NULL on failure */
};

/* What a step function sees. */
struct flow {
	struct tx *tx;
	struct request_row *row; /* saved by the engine after the function returns OK */
	int64_t now;
	const void *env;        /* the runbook's: settings and the like */
	struct flow_call *call; /* filled by flow_ask */
	bool forget;            /* the request came to nothing: its row goes instead of being saved */
};

/* Asks the app to make a call; takes args. The step's `answer` gets the outcome. */
void flow_ask(struct flow *flow, const char *kind, json_t *args);

struct flow_step {
	const char *key;
	/* Begins or goes on with this step; looks first. Leaves by flow_ask, by a move (request_fire), or by setting
	 * row->wake_at. */
	enum errc (*begin)(struct flow *flow);
	/* The outcome of a call of this step, by its kind. */
	enum errc (*answer)(struct flow *flow, const char *kind, const struct flow_answer *answer);
};

struct runbook {
	const struct flow_step *steps;
	int count;
	const struct flow_step *checking; /* runs while the state is CHECKING */
	const struct flow_step *failed;   /* runs while it is FAILED: only reminds, for a person has to act */
	/*
	 * Called before each step begins: carries out what people wished while a call was under way, and what has to be
	 * known before anything goes on. May move the row, put it to sleep, or ask; then the step does not begin, and
	 * the answer comes to before_answer.
	 */
	enum errc (*before)(struct flow *flow);
	enum errc (*before_answer)(struct flow *flow, const char *kind, const struct flow_answer *answer);
	const void *env;
};

/* The request's time has come (its wake_at), or something moved it: begins what is due. ret_call->kind is "" when there
 * is nothing to ask. */
enum errc flow_wake(struct tx *tx, const struct runbook *book, int64_t request, int64_t now,
                    struct flow_call *ret_call) MUST_CHECK;
/* Brings an answer. Often returns the next call at once. A stale ticket: OK and no call. */
enum errc flow_answered(struct tx *tx, const struct runbook *book, int64_t request, uint64_t ticket, const char *kind,
                        const struct flow_answer *answer, int64_t now, struct flow_call *ret_call) MUST_CHECK;
