/*
 * store/effects.h - the ledger of writes to the outside: intent before, result after.
 *
 * An intent without a result, found after a crash, means: look before acting.
 */
#pragma once

#include <stdint.h>

#include "bot/store/store.h"

struct effect_row {
	int64_t id;
	int64_t request;
	char step[40];
	char kind[32];   /* delete-assignment, revoke-token, ... */
	char object[64]; /* the row or thing it changes; never a capability */
	int64_t begun_at;
	int64_t ended_at; /* 0: open */
	char result[32];  /* applied, refused, unknown, already */
	char detail[300];
};

enum errc effect_begin(struct tx *tx, struct effect_row *row) MUST_CHECK; /* sets id */
enum errc effect_end(struct tx *tx, int64_t id, int64_t at, const char *result, const char *detail) MUST_CHECK;
enum errc effect_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct effect_row *row),
                      void *arg) MUST_CHECK;
/* Closes every open effect of a request's step with this result (after a look). */
enum errc effect_settle(struct tx *tx, int64_t request, const char *step, int64_t at, const char *result) MUST_CHECK;
