/*
 * app/dispatch.h - from an envelope to a deed done: check, write down, acknowledge, go on.
 *
 * One transaction records the deed and everything it causes; only then the
 * acknowledgement leaves, on the socket that brought the envelope. A redelivery
 * finds the first copy and gets the same answer. Decisions are handled a second
 * time, with person and groups asked afresh, after the acknowledgement.
 */
#pragma once

#include <stdint.h>

#include "bot/app/histogram.h"
#include "bot/app/people.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct dispatch;

struct dispatch_options {
	struct loop *loop;
	struct store *store;
	struct slack *slack;
	struct people *people;
	struct commands *commands;
	const char *command; /* slack.command; outlives the object */
	/* A job of ours has been committed: messages may wait, and with `wake` repairs may have become due. */
	void (*committed)(void *arg, bool wake);
	/* A channel takes messages again: it is archived no longer, or we were let in. */
	void (*reopened)(void *arg, const char *channel);
	/* Somebody looks at their Home tab. */
	void (*home_opened)(void *arg, const char *user);
	void *arg;
};

struct dispatch_figures {
	uint64_t slash, interactive, events, unknown; /* envelopes */
	struct histogram ack;                         /* seconds from the whole envelope to its acknowledgement */
};

struct dispatch *dispatch_new(const struct dispatch_options *options);
/* After the last answer of Slack and the last job (store_close) have come. */
void dispatch_free(struct dispatch *dispatch);
/* For slack_callbacks.envelope. */
void dispatch_envelope(struct dispatch *dispatch, uint64_t socket, const struct envelope *envelope);
/*
 * A message that Slack did not deliver, or not yet, found by reading: handled as its event would be, once altogether.
 * True: `done` comes later, once, unless dispatch_free comes first; `acted` where this was the first copy.
 */
typedef void dispatch_found_fn(void *arg, bool acted);
bool dispatch_found(struct dispatch *dispatch, const struct envelope *event, dispatch_found_fn *done, void *arg);
/* Slack has told who we are: what an earlier run left undone is taken up, now and then every minute. */
void dispatch_start(struct dispatch *dispatch);
/* Takes nothing new; deeds under way go on. */
void dispatch_stop(struct dispatch *dispatch);
/* Before slack_free, after which the store may still end deeds: they are written, but nobody is told. NULL is fine. */
void dispatch_cut(struct dispatch *dispatch);
/* Deeds under way. */
unsigned dispatch_busy(const struct dispatch *dispatch);
const struct dispatch_figures *dispatch_get_figures(const struct dispatch *dispatch);
