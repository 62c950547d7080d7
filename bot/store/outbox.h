/*
 * store/outbox.h - what is to be said, and where what was said stands.
 *
 * A message has a slot: its logical name within its request ("parent",
 * "prompt.2", "card.connect-account", "note.17"). Posting fills the slot with
 * channel and ts; an update changes the message in the slot. A row is
 * `waiting`, then `sending` (committed before the request leaves), then gone:
 * a row found `sending` after a crash has an unknown outcome and is looked up
 * by its key before it is sent again.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/store/store.h"

enum outbox_op { OUTBOX_POST, OUTBOX_UPDATE, OUTBOX_EPHEMERAL };
enum outbox_priority { OUTBOX_DECISION, OUTBOX_PARENT, OUTBOX_PROGRESS };

struct outbox_row {
	int64_t id;
	int64_t request; /* 0: about none */
	enum outbox_op op;
	enum outbox_priority priority;
	char conversation[32]; /* a channel id, or "@U0JANE0001": that person's direct messages */
	char user[24];         /* ephemeral: who sees it */
	bool
	    in_thread; /* below the request's parent message; waits until that has a ts. No meaning without a request */
	char slot[64]; /* "" for ephemerals and what is never updated */
	json_t *body;  /* owned; {"text":..., "blocks":[...]} */
	char key[40];  /* random, set by outbox_put; the message's metadata */
	int64_t not_before; /* ms; more than half an hour from now is taken for a clock that was set back */
	int attempts;
	int64_t first_sent_at; /* 0: never tried */
	int64_t
	    last_sent_at; /* the claim before this one: between the two it may have been sent; 0: never, or not known */
	int threads_lost; /* how often its thread was gone (outbox_thread_lost) */
	/* filled by outbox_claim */
	char thread_ts[32]; /* the parent's ts, where in_thread */
	char channel[24];   /* the slot's channel (update) */
	char ts[32];        /* the slot's ts (update) */
	bool was_sending;   /* found sending: the outcome of an earlier try is unknown */
};
struct message_row {
	int64_t request;
	char slot[64];
	char channel[24];
	char ts[32];
};
void outbox_row_done(struct outbox_row *row);

/*
 * Adds a row; takes body. Overtaken progress is merged: an UPDATE of a slot
 * whose post or update still waits replaces that row's body and keeps its
 * place (row->id and key are then that row's). An UPDATE of a slot that was never
 * posted and is not waiting becomes a POST. A row that holds back a more urgent one, or is
 * merged with it, takes over its priority; an update then sleeps no longer. INVALID: no body, no conversation, or an update without a slot.
 */
enum errc outbox_put(struct tx *tx, struct outbox_row *row) MUST_CHECK;
/*
 * Up to `max` rows that may leave now, marked sending, ordered by priority and age. Never two of one
 * conversation, never one of the `skip` conversations, no new message in the `resting` ones, no new message or ephemeral overtaking an earlier one
 * of the same request in the same conversation, never a thread reply before its parent. Rows in state sending are returned too
 * (was_sending), at most one per conversation, unless their id is in `busy`; a busy row holds its conversation.
 * The caller frees the rows. When *ret == max there may be more: claim again. Otherwise there is nothing more
 * until a row is put or ends, a skipped or resting conversation is free again, or the time of outbox_next has come.
 *
 * Updates change what stands already: they are bound by no order but that of their own message, and leave where new
 * messages rest.
 *
 * `attempts` counts claims. The work grows with what is claimed, in flight, skipped or newly awake, not with what
 * waits.
 */
struct outbox_claim {
	int64_t now;
	const char *const *skip; /* nothing leaves there */
	size_t skip_count;
	const char *const *resting; /* no new message leaves there */
	size_t resting_count;
	bool no_posts;   /* nor anywhere */
	bool no_updates; /* at all */
	bool no_polish;  /* none that is less urgent than a decision */
	const int64_t *busy;
	size_t busy_count;
};
enum errc outbox_claim(struct tx *tx, const struct outbox_claim *claim, struct outbox_row *rows, size_t max,
                       size_t *ret) MUST_CHECK;
/*
 * Each of these gives NOT_FOUND for a row that is gone: a late answer.
 * It stands: fills the slot (and request.thread_ts for slot "parent") and forgets the row. ts may be "" for ephemerals.
 */
enum errc outbox_sent(struct tx *tx, int64_t id, const char *channel, const char *ts) MUST_CHECK;
/* Back to waiting, not before `at` (certainly not sent, or an update, which may be repeated). An update that was
 * overtaken by newer words for its message meanwhile is forgotten instead. */
enum errc outbox_retry(struct tx *tx, int64_t id, int64_t at) MUST_CHECK;
/* The same for a reply whose thread was gone, and counts that. */
enum errc outbox_thread_lost(struct tx *tx, int64_t id, int64_t at) MUST_CHECK;
/* Stays `sending` (outcome unknown), looked at again at `at`. */
enum errc outbox_unsure(struct tx *tx, int64_t id, int64_t at) MUST_CHECK;
/* Never will be: forgets the row. An update that waited for this post becomes a post itself. */
enum errc outbox_drop(struct tx *tx, int64_t id) MUST_CHECK;
/* The message of this slot is gone (deleted by a person): empties the slot and makes the row a POST that waits, under a
 * new key. */
enum errc outbox_repost(struct tx *tx, int64_t id) MUST_CHECK;
/*
 * A reply was told that the parent message at `ts` is gone: empties the slot "parent", so that replies wait for the
 * next parent; an update of it that waits becomes the post. Nothing happens where the parent has another ts by now, nor
 * while an update of it is on its way, which is told the same by Slack.
 */
enum errc outbox_parent_gone(struct tx *tx, int64_t request, const char *ts) MUST_CHECK;
/* There never will be a parent message: forgets what waits for one. What stands already is still updated. */
enum errc outbox_drop_replies(struct tx *tx, int64_t request) MUST_CHECK;
/* Sends an ephemeral row to the person's direct messages instead. */
enum errc outbox_redirect(struct tx *tx, int64_t id, const char *conversation) MUST_CHECK;
/* Rows not ended, in flight or not. */
enum errc outbox_pending(struct tx *tx, int64_t *ret) MUST_CHECK;
/* The earliest time at which a row wakes by time alone (outbox_retry, outbox_unsure, not_before); 0 when none does. */
enum errc outbox_next(struct tx *tx, int64_t *ret) MUST_CHECK;
/* Does a row of this slot wait, or is on its way? */
enum errc outbox_slot_waits(struct tx *tx, int64_t request, const char *slot, bool *ret) MUST_CHECK;
/* Where the slot's message stands. NOT_FOUND: not posted (yet). */
enum errc message_get(struct tx *tx, int64_t request, const char *slot, struct message_row *ret) MUST_CHECK;
/* Which request and slot is the message at channel, ts? NOT_FOUND. */
enum errc message_find(struct tx *tx, const char *channel, const char *ts, struct message_row *ret) MUST_CHECK;
