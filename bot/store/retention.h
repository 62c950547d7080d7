/*
 * store/retention.h - what is too old goes: closed requests, and the words of the audit trail.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "bot/store/store.h"

struct retention_sweep {
	int64_t before; /* ms: what ended, or was noted, before that goes */
	size_t max;     /* of each kind at once */
	int requests;   /* gone; set by retention_sweep */
	int lines;      /* of the audit trail, whose words are gone */
};

/*
 * Deletes up to `max` requests that were closed before, with all that hangs on them, and the words of up to `max`
 * lines of the audit trail, oldest first; the lines themselves stay. A line tells how many, when there were any.
 * Requests of which something is still to be said stay. The work grows with what is deleted, not with what is there.
 */
enum errc retention_sweep(struct tx *tx, int64_t now, struct retention_sweep *sweep) MUST_CHECK;
