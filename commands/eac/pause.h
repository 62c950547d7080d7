/*
 * commands/eac/pause.h - the emergency stop: nothing more is begun or taken away until an admin says so.
 *
 * Kept in the store, so that it outlives restarts. Giving back, people's own steps and approvals go on. An admin
 * pauses by command; the bot by itself when too many repairs fail at its own steps (limits.pause_after_failures).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "commands/eac/repair.h"

struct pause {
	bool on;
	char by[24];      /* a Slack id, or "eacbot" for the automatic one */
	char reason[400]; /* as typed; of the automatic one in English */
	int failures;     /* of the automatic one: so many made it; else 0 */
	int64_t at;       /* ms */
};

enum errc pause_get(struct tx *tx, struct pause *ret) MUST_CHECK;
/* Written, audited, and said in the status channel. `via` as in the audit trail. */
enum errc pause_begin(struct tx *tx, const struct eac_env *env, const struct pause *pause, const char *via) MUST_CHECK;
/* The same; every repair that was held is due at once. */
enum errc pause_end(struct tx *tx, const struct eac_env *env, const struct request_actor *actor,
                    int64_t now) MUST_CHECK;

/*
 * May the repair in hand take something away now? If not (*ret_held) it says so once in its thread and sleeps until
 * pause_end wakes it. Called before each step and deed of that kind.
 */
enum errc pause_hold(struct flow *flow, bool *ret_held) MUST_CHECK;
/* The same before a repair begins; said to the requester alone. It is looked at afresh when it is woken. */
enum errc pause_hold_beginning(struct flow *flow, bool *ret_held) MUST_CHECK;
/* A repair is about to fail: where the bot itself was at work, and this is one of too many, the bot pauses. */
enum errc pause_count_failure(struct flow *flow) MUST_CHECK;
