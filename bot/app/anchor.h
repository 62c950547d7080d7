/*
 * app/anchor.h - the head of the audit trail, noted now and then where whoever holds the store can't reach.
 *
 * A chain of hashes shows what was changed in it, but not that its end was cut
 * off. An anchor does: it holds the head of its moment. In the file it is a line
 * "N:HASH TIME"; in the channel a message with the same.
 */
#pragma once

#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/store/audit.h"
#include "bot/store/store.h"

struct anchor;

struct anchor_options {
	struct loop *loop;
	struct store *store;
	int64_t every_ms;    /* CONFIG_NEVER: no anchors */
	const char *file;    /* "" : none */
	const char *channel; /* "" : none */
	/* A message waits in the outbox. */
	void (*committed)(void *arg);
	void *arg;
};

/* Borrows the texts. With neither file nor channel it does nothing. */
struct anchor *anchor_new(const struct anchor_options *options);
void anchor_stop(struct anchor *anchor);
void anchor_free(struct anchor *anchor); /* after store_close; NULL is fine */

/*
 * What was noted, ascending by line: the anchors of `file` ("" : none), the one that the store remembers, and `given`
 * (NULL: none). NOT_FOUND: there is no file though there were anchors; INVALID: a line of it can't be read; IO. The caller frees *ret.
 */
enum errc anchor_notes(struct tx *tx, const char *file, const struct audit_note *given, struct audit_note **ret,
                       size_t *ret_count, struct err *reterr) MUST_CHECK;
