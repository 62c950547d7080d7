/*
 * salesforce/usage.h - how much is asked of the org: counts, the daily allowance, our share of it.
 *
 * An org has so many API calls in any 24 hours, for all its programs together
 * ("API Request Limits and Allocations"); every counted answer tells how many
 * are used (Sforce-Limit-Info). Here it is decided whether one more may go out.
 * Pure: the time is a parameter, in milliseconds of a clock that only goes
 * forward.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"

#define SF_KINDS(X) \
	X(LOGIN, "login") \
	X(VERSION, "version") \
	X(DESCRIBE, "describe") \
	X(LEARN, "learn") \
	X(FIND, "find") \
	X(LOOK, "look") \
	X(PAGE, "page") \
	X(REMOVE, "remove") \
	X(RESTORE, "restore") \
	X(SESSIONS, "sessions") \
	X(LINKS, "links") \
	X(REVOKE, "revoke") \
	X(PROBE, "probe")

/* What a call was made for. */
enum sf_kind {
#define X(name, word) SF_KIND_##name,
	SF_KINDS(X)
#undef X
	    SF_KIND_COUNT
};

struct usage;

/* `budget_percent`: our share of the daily calls; 100 or more: no bound of ours. */
struct usage *usage_new(int budget_percent);
void usage_free(struct usage *usage); /* NULL is fine */

/* One call ended so. */
void usage_count(struct usage *usage, enum sf_kind kind, enum errc result);
void usage_each(const struct usage *usage, void (*fn)(void *arg, const char *kind, const char *result, uint64_t n),
                void *arg);

/*
 * May one more counted call go out now? Takes it as gone out if so. While the org's allowance or our share is spent the
 * answer is no, but for one call every 15 minutes, which finds out whether that is over.
 */
bool usage_take(struct usage *usage, int64_t now_ms);
/* Would usage_take say yes? */
bool usage_may(struct usage *usage, int64_t now_ms);
/* How many calls were taken so far: the stamp of the one that was taken last. */
uint64_t usage_stamp(const struct usage *usage);

/* What an answer says about the allowance: there was one, it is spent, or nothing (a gateway spoke, nobody did). */
enum usage_word { USAGE_SERVED, USAGE_SPENT, USAGE_NOTHING };
/* A counted call was answered: `limit_info` is the header's text ("api-usage=135/5000; ..."), "" if it had none; `stamp`
 * is that of the call, for the answer to an older one does not open what a younger one has found closed. */
void usage_answered(struct usage *usage, int64_t now_ms, const char *limit_info, enum usage_word word, uint64_t stamp);

struct usage_figures {
	int64_t used, limit; /* of the whole org, newest word; -1 unknown */
	int64_t ours;        /* counted calls of ours in the last 24 h */
	bool spent;
	bool refused; /* the org said so; otherwise it is our share */
};
void usage_get(struct usage *usage, int64_t now_ms, struct usage_figures *ret);
