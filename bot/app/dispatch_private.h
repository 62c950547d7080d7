/*
 * app/dispatch_private.h - the parts of dispatch: envelopes, receipts, visits, the sweep.
 *
 * A deed on its way is a `visit`; the acknowledgement its envelope waits for is
 * a `receipt`, shared where one click carries several actions. For the
 * dispatch*.c files only.
 */
#pragma once

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/app/dialogs.h"
#include "bot/app/dispatch.h"
#include "commands/phrases/phrases.h"

/* What an envelope's sender waits for. */
struct receipt {
	struct receipt *next;
	struct dispatch *dispatch;
	unsigned open; /* visits that are not yet written */
	uint64_t socket;
	char *envelope_id;
	enum envelope_type type;
	bool takes_payload;
	bool failed;
	bool answered;   /* before it was written: what comes of it is told privately */
	bool repeated;   /* a redelivery */
	int64_t came_at; /* boot time */
	json_t *payload;
	json_t *body; /* of the first deed: to whom the payload is told otherwise */
};

struct visit {
	struct visit *next;
	struct dispatch *dispatch;
	struct receipt *receipt;    /* NULL once acknowledged */
	struct dialog_show *dialog; /* that stands open, or is about to; NULL */
	char key[160];
	char envelope[64]; /* "": found, or of an id that is too long to be one of Slack's */
	char kind[24];
	char *trigger; /* a capability: only in memory */
	json_t *body;
	struct person person;
	struct person named;   /* whom the words name, where that has to be known */
	int open;              /* answers about person and place that are missing */
	_Atomic int64_t inbox; /* its row; written on the store's thread, 0 before */
	bool already;
	bool written;
	struct reply reply;
	dispatch_found_fn *done; /* NULL: nobody waits for it */
	void *done_arg;
};

struct dispatch {
	struct dispatch_options options;
	struct dispatch_figures figures;
	struct dialogs *dialogs;
	struct loop_timer *timer; /* the next sweep */
	struct loop_timer *late;
	struct receipt *receipts; /* oldest last */
	struct visit *visits;
	unsigned busy;
	bool started;
	bool stopped;
	bool cut; /* Slack is gone: what the store still tells can't be passed on */
	bool sweeping;
};

/* --- dispatch_receipt.c: acknowledging --- */

/* Acknowledges at once, with a sentence in the person's language; PHRASE_COUNT: with nothing. */
void receipt_answer_now(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, enum phrase sentence);
/* What waits until `count` visits are written; `body` is that of the first. */
struct receipt *receipt_new(struct dispatch *dispatch, uint64_t socket, const struct envelope *e, unsigned count,
                            json_t *body);
/* One of the visits is written (or not); the last one sends the acknowledgement. */
void receipt_settle(struct visit *visit, enum errc code);
/* The visit ends without having been written. */
void receipt_leave(struct visit *visit);
/* The timer `late`: commands that the store has not written in time are told so. */
void receipts_look_late(void *dispatch);
/* Words that an acknowledgement can't carry, or that come without one: told privately where the deed of `body` was. */
void dispatch_say(struct dispatch *dispatch, json_t *body, const char *mrkdwn);

/* --- dispatch_visit.c: a deed on its way --- */

struct visit *visit_new(struct dispatch *dispatch);
void visit_free(struct visit *visit);
/* Asks who and where, as long as Slack's patience allows, then writes it down. */
void visit_begin(struct visit *visit);
/* Asks afresh who that is, then handles a deed that is written down already. */
void visit_ask_afresh(struct visit *visit);
/* For dialogs_new. */
void visit_dialog_lost(void *dispatch, json_t *body);

/* --- dispatch_sweep.c: what an earlier run, or a failed commit, left undone --- */

/* The timer `timer`. */
void dispatch_sweep(void *dispatch);
