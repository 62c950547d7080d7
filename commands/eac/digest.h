/*
 * commands/eac/digest.h - once a day in the status channel: what waits, for whom, since when.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/store/store.h"
#include "commands/eac/repair.h"

/*
 * When the time of the day (slack.digest_at, UTC) has come and today's was not posted yet, it goes into the outbox and
 * the day is noted, in this transaction; where nothing waits only the day is. *ret_next: when to ask again (ms), 0: there
 * will be none, for there is no status channel or digest_at is never. *ret_posted: something is to be sent.
 */
enum errc eac_digest(struct tx *tx, const struct eac_env *env, int64_t now, int64_t *ret_next,
                     bool *ret_posted) MUST_CHECK;
/* The next time of a digest after the one of `last` (a date, "2026-11-24"; "": none yet). Pure. */
int64_t eac_digest_due(const char *last, int at_min, int64_t now);
