/*
 * salesforce/op.h - one question or deed under way: from the asking to the answer.
 *
 * Each function of salesforce.h is an op: it waits until the columns are
 * known, sends, reads, perhaps learns or turns pages, and ends exactly once. An
 * op does one thing at a time; so cancelling it is cancelling that.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "salesforce/catalogue.h"
#include "salesforce/composite.h"
#include "salesforce/company.h"
#include "salesforce/rest.h"
#include "salesforce/salesforce.h"
#include "salesforce/session.h"
#include "salesforce/tokens.h"
#include "salesforce/usage.h"

struct op;
struct queue;
struct band;

/* What salesforce.h hands out. */
struct sf {
	struct http *http;
	struct usage *usage;
	struct session *session;
	struct rest *rest;
	struct catalogue *catalogue;
	struct tokens *tokens;
	struct company *company;
	char **permission_sets; /* the allow-list */
	size_t permission_set_count;
	char *username;          /* jwt: the bot's own */
	char *bot_username;      /* as Salesforce tells it; NULL unknown */
	bool links_deletable;    /* until links_until_ms */
	int64_t links_until_ms;  /* boot time */
	struct rest_call *probe; /* sf_probe's call */
	struct rest_call *first; /* its question, at the start, what we may do */
	bool probing;            /* sf_probe waits for a session */
	json_t *rights;          /* the bot's own, as last seen; null or NULL unknown */
	int64_t rights_at_ms;    /* boot time of that */
	struct op *rights_asker; /* who is asking for them now */
	struct op *ops;          /* all that have not ended */
	http_ticket last_ticket;
	bool closing;
};

typedef void op_fn(struct op *op);
typedef void op_read_fn(struct op *op, const struct rest_answer *answer);

struct op {
	struct op *next;
	struct sf *sf;
	http_ticket ticket;
	enum sf_kind kind;
	sf_answer_fn *done;
	void *arg;
	struct rest_call *call; /* what it waits for ... */
	bool learning;          /* ... or this ... */
	struct queue *queue;    /* ... or company (company.h), with its wish ... */
	struct band *band;      /* ... or a call that is shared with others */
	struct wish *wish;      /* while it is in a queue */
	struct op *peer;        /* the next in the queue */
	op_fn *go;              /* composes and sends the main call; may be called again after a doubtful column */
	op_read_fn *read;       /* takes the call's answer */
	op_fn *then;            /* after learning or turning pages */
	int tries;              /* how often `go` was called */
	unsigned generation;    /* of the columns when it was called last */
	int pages;              /* how many pages were turned */
	json_t *in;             /* what was asked */
	json_t *answer;         /* the main call's, kept while it is completed */
	int64_t at_ms;          /* the server's time of that answer */
	json_t *out;            /* the answer being made */
	struct secret *secret;  /* revoke */
};

/* NULL while closing: then nothing may be promised any more. */
struct op *op_new(struct sf *sf, enum sf_kind kind, sf_answer_fn *done, void *arg);
/* Cancels what is under way and frees; the answer never comes. */
void op_free(struct op *op);

/* Sees that the columns are known, then calls go. Returns the ticket, as every function of salesforce.h does. */
http_ticket op_start(struct op *op, op_fn *go);
/* The one call that the op waits for now. */
void op_send(struct op *op, const struct rest_request *request, op_read_fn *read);
/* The main call, perhaps together with others who want the same. `wish` is stolen. */
void op_send_wish(struct op *op, struct wish *wish, op_read_fn *read);
/* A call about the org as a composite. */
void op_send_composite(struct op *op, const struct composite *composite, bool changes, const char *object,
                       op_read_fn *read);
/* A query was refused: if a column was to blame, and can be done without, go is called again (true). */
bool op_go_again(struct op *op, const struct sf_trouble *trouble);
/* The same for the query of the connection status. */
bool op_go_again_for_status(struct op *op, const struct sf_trouble *trouble);
/* Learns what the catalogue does not know of the ids in this array (stolen), then calls `then`. Trouble ends the op if
 * `must`. */
void op_learn(struct op *op, json_t *ids, bool must, op_fn *then);
/* Keeps the answer of op_send_wish, which is all there: pages were turned for all. */
void op_keep_answer(struct op *op, const struct rest_answer *answer);
/* Completes op->answer: appends the further pages of every result in it, then calls `then`. Trouble ends the op. */
void op_turn_pages(struct op *op, op_fn *then);
/* The bot's own rights were read; kept for the looks that follow. */
void sf_know_rights(struct sf *sf, const json_t *rights);
/* The same from the part "rights" of op->answer. What can't be read for good leaves them as they were; false and the
 * trouble if it passes. */
bool op_read_rights(struct op *op, struct sf_trouble *ret);

/* Has every result in op->answer come with all its pages? */
bool op_is_whole(const struct op *op);

/* The end: calls back and frees. `body` is stolen. Never from inside the asking call; there op_..._later. */
void op_succeed(struct op *op, json_t *body);
void op_fail(struct op *op, const struct sf_trouble *trouble);
/* Returns the ticket. */
http_ticket op_succeed_later(struct op *op, json_t *body);
http_ticket op_fail_later(struct op *op, enum errc code, const char *reason);
