/*
 * app/reconcile.h - after a time without a connection: what was missed is found, and what Slack shows is put right.
 *
 * Slack does not repeat clicks at all and events for six minutes only. So after
 * a start and after a gap the threads and direct messages of repairs are read,
 * decisions first, slowly and in the background: words typed to the bot are
 * handled as their events would have been (once, by the same key), messages
 * that somebody deleted are posted anew, and buttons that live no longer are
 * taken off. The same, now and then, while Slack counts ghost connections.
 */
#pragma once

#include <stdint.h>

#include "bot/app/dispatch.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct reconcile;

struct reconcile_options {
	struct loop *loop;
	struct store *store;
	struct slack *slack;
	struct dispatch *dispatch;
	struct commands *commands;
	/* A job of ours has been committed: messages may wait. */
	void (*committed)(void *arg);
	void *arg;
};

struct reconcile *reconcile_new(const struct reconcile_options *options);
/* After the last answer of Slack and the last job (store_close) have come, and dispatch_free. */
void reconcile_free(struct reconcile *reconcile);
/*
 * Looks at everything. `gap_ms`: so long nothing could come; 0: since the last run. One that is under way goes on, and
 * another follows it. Slack has to have told who we are.
 */
void reconcile_begin(struct reconcile *reconcile, int64_t gap_ms);
/* This channel takes messages again: what was lost there is posted, soon. */
void reconcile_channel(struct reconcile *reconcile, const char *channel);
void reconcile_stop(struct reconcile *reconcile);
