/*
 * store/inbox.h - what came in from Slack: seen once, kept until acted on.
 *
 * The key identifies the deed and not the frame (event id, trigger id, view id
 * and hash), so that a redelivery finds the first copy and its reply. The same
 * envelope is the same deed too.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/store/store.h"

struct inbox_row {
	int64_t id;
	char key[160];
	char envelope[64]; /* the id of the envelope that brought it; "": none. Not read back */
	char kind[24];     /* slash, action, view, event */
	int64_t at;
	bool done;
	json_t *body;  /* owned; what is still needed to act, never response URLs or tokens */
	json_t *reply; /* owned; the acknowledgement's payload, or NULL */
};
void inbox_row_done(struct inbox_row *row);
#define AUTO_INBOX __attribute__((cleanup(inbox_row_done)))

/* Inserts; sets row->id. ALREADY: the key or the envelope is known; then id, done, body and reply are those of the first copy (row's
 * own are freed). */
enum errc inbox_add(struct tx *tx, struct inbox_row *row) MUST_CHECK;
enum errc inbox_set_reply(struct tx *tx, int64_t id, const json_t *reply) MUST_CHECK;
enum errc inbox_finish(struct tx *tx, int64_t id) MUST_CHECK; /* done; the body is gone: NULL from now on */
enum errc inbox_get(struct tx *tx, int64_t id, struct inbox_row *ret) MUST_CHECK;
/* Not done, oldest first, id > after. */
enum errc inbox_pending(struct tx *tx, int64_t after, int64_t *ids, size_t max, size_t *ret) MUST_CHECK;
/* Forgets done rows older than `before`. */
enum errc inbox_purge(struct tx *tx, int64_t before) MUST_CHECK;
