/*
 * app/delivery.h - one outbox row on its way to Slack.
 *
 * Finds the direct message channel, looks whether an earlier try has arrived
 * after all, sends, and tells the verdict. What is written about it, and when
 * the next row may leave, is the pump's business.
 */
#pragma once

#include "bot/app/pace.h"
#include "bot/app/verdict.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/outbox.h"

struct deliveries;

struct delivery_result {
	enum verdict verdict; /* never PLAIN, BRIEF or NO_THREAD: those are tried here, or become another */
	const char *channel;  /* SENT: where it stands; "" for ephemerals */
	const char *ts;
	const char *error;  /* Slack's word, or "" */
	const char *reason; /* a sentence */
	const char *advice; /* for a person: why not, or what to do; "" */
	int64_t rest_ms;    /* how long Slack wants this method (post: this channel) to rest; 0 */
	int64_t wait_ms;    /* UNSURE: when to look again, at the earliest; 0 */
	bool called;        /* something was sent (for the pace) */
};

/* The strings are valid during the call. Comes later, once, on the loop's thread. */
typedef void delivery_fn(void *arg, const struct delivery_result *result);

/* `pace` is asked before an earlier try is looked for. */
struct deliveries *deliveries_new(struct loop *loop, struct slack *slack, struct pace *pace);
/* After the last answer of Slack has come. */
void deliveries_free(struct deliveries *deliveries);
/* Looks that wait for their next page, and questions for a channel that wait for their turn, end now, with LEFT, from inside. */
void deliveries_stop(struct deliveries *deliveries);
/* `row` stays the caller's and has to live until the result. */
void delivery_begin(struct deliveries *deliveries, const struct outbox_row *row, delivery_fn *fn, void *arg);
