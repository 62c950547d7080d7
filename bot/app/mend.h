/*
 * app/mend.h - what a repair shows in Slack, compared with what it should show, and put right.
 *
 * The store's half of reconcile.h: which places are worth a look, and what to
 * write into the outbox about what was read there. Runs on the store's thread.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/store/store.h"
#include "commands/door.h"

struct mend_place {
	int64_t request; /* 0: a channel in which repairs are talked about */
	char channel[24];
	char thread_ts[32]; /* "": the conversation itself, a channel or a direct message */
	char oldest[32];    /* of the conversation itself: nothing before that is of interest */
	int64_t not_before; /* wall ms; for a second look */
	bool second;
};

enum { MEND_PLACES_MAX = 400 };
/*
 * Places of open repairs and of those that ended within a day, decisions first; at most MEND_PLACES_MAX. What was typed
 * before `floor` (wall ms) is of no interest. `channel`: only of repairs that are talked about there; NULL: of all.
 * The caller frees *ret.
 */
enum errc mend_plan(struct tx *tx, const char *channel, int64_t floor, int64_t now, struct mend_place **ret,
                    size_t *ret_count) MUST_CHECK;

/* What was read at a place. */
struct mend_sight {
	const json_t *messages; /* an array of Slack's messages; NULL: it could not be read */
	bool parent_gone;       /* the thread's first message was deleted */
	bool was_shut;          /* for a time nothing could be written there: what stands may be old */
	int64_t began;          /* wall ms at which reading began */
};
struct mend_result {
	unsigned mended; /* rows put into the outbox */
	bool young;      /* something changed while it was read, or just before: look again */
};
/*
 * Live cards that are gone are posted anew, a gone parent too, and buttons that live no longer are taken off. What
 * could not be read is sent again as it should stand. Slots about which something waits in the outbox are left alone.
 */
enum errc mend_place(struct commands *commands, struct tx *tx, const struct mend_place *place,
                     const struct mend_sight *sight, int64_t now, struct mend_result *ret) MUST_CHECK;

/* "1790000000.000200" of a time; of two, which is earlier (<0). Strings, because a double loses the last digits. */
void mend_ts(int64_t wall_ms, char out[static 32]);
int mend_ts_compare(const char *a, const char *b);
