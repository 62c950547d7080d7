/*
 * store/delegations.h - who is asked beside somebody who is away, until when.
 *
 * A delegation gives no rights: whoever decides does so by their own.
 */
#pragma once

#include <stdint.h>

#include "bot/store/store.h"

struct delegation {
	char absent[24]; /* Slack ids */
	char standin[24];
	int64_t since, until; /* ms; over at `until` */
};

/* In the place of what this person had; what is over by `since` goes. */
enum errc delegation_put(struct tx *tx, const struct delegation *row) MUST_CHECK;
enum errc delegation_drop(struct tx *tx, const char *absent) MUST_CHECK; /* NOT_FOUND */
/* Whatever names this person. */
enum errc delegation_forget(struct tx *tx, const char *user) MUST_CHECK;
/* The one of this person that stands at `now`; NOT_FOUND. */
enum errc delegation_get(struct tx *tx, const char *absent, int64_t now, struct delegation *ret) MUST_CHECK;
/* All that stand at `now`, oldest first. */
enum errc delegation_each(struct tx *tx, int64_t now, enum errc (*fn)(void *arg, const struct delegation *row),
                          void *arg) MUST_CHECK;
