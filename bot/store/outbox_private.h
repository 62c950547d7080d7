/*
 * store/outbox_private.h - what the three files of the outbox share. Private to this folder.
 */
#pragma once

#include "bot/store/outbox.h"
#include "bot/store/store_private.h"

/* All but the body, which only the claim reads. */
#define OUTBOX_COLUMNS \
	"id, request, op, priority, conversation, user_id, in_thread, slot, key, sending, not_before, attempts," \
	" first_sent_at, last_sent_at, threads_lost"

/*
 * Nothing is put off for longer: a row that would sleep on was put to sleep by a clock that has been set back since.
 * Then it is as good as due.
 */
enum { OUTBOX_SLEEP_MAX_MS = 30 * 60 * 1000 };

/* was_sending is the row's present state. */
void outbox_read(struct rows *rows, struct outbox_row *ret);

/*
 * Whose turn it is (outbox_turn.c). To be called after every change: for a row
 * of a request, with the request; for a loose row (about no request) with its
 * id and slot; and then for each conversation that had or has the row.
 */
enum errc outbox_turn_request(struct tx *tx, int64_t request) MUST_CHECK;
enum errc outbox_turn_loose(struct tx *tx, int64_t id, const char *slot) MUST_CHECK;
enum errc outbox_turn_conversation(struct tx *tx, const char *conversation) MUST_CHECK;
/* Makes the rows ready whose not_before has come. */
enum errc outbox_turn_wake(struct tx *tx, int64_t now) MUST_CHECK;
