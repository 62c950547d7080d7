/*
 * store/requests.h - rows of requests (a repair is one), their steps, their history, and what is owed.
 *
 * The words for states and steps belong to bot/flow and commands/eac; here they
 * are text. `facts` is one JSON object per request, whatever the runbook keeps.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/store/store.h"

/*
 * The state of a row that is no request of a person but a board: what many of them share. Questions leave it out unless
 * they ask for this state or for a thread; it does not count as open.
 */
#define REQUEST_BOARD "board"

struct request_row {
	int64_t id; /* 0 before request_insert */
	char state[24];
	bool open;   /* not in a final state */
	bool blocks; /* holds the lock on its target: at most one row per target has it */
	char reason[32];
	int step;            /* index into the runbook */
	char target[24];     /* the Salesforce id of 18 characters; "" while unknown */
	char slack_user[24]; /* the target in Slack; "" */
	char requester[24];
	char channel[24];
	char thread_ts[32]; /* the parent message; "" before it is posted. Written by the outbox */
	int64_t created_at; /* ms */
	int64_t updated_at;
	int64_t wake_at; /* when the engine has to look at it (REQUEST_SLEEP_MAX_MS); 0: never by itself */
	int64_t fence;   /* counts saves; request_save of a stale row is CONFLICT */
	json_t *facts;   /* owned; an object */
};

struct step_row {
	char key[40];
	char state[12]; /* pending running waiting done skipped failed */
	int attempts;
	int64_t started_at; /* 0: not yet */
	int64_t ended_at;
	char detail[400];
};

struct history_row {
	int64_t at;
	char event[40];
	char from[24];
	char to[24];
	char actor[24];
	char via[24];
};

struct request_query {
	bool open_only;
	bool closed_only;
	const char *state;     /* NULL: any; else one state */
	const char *states[6]; /* any of these, when the first is not NULL */
	const char *target;
	const char *slack_user;
	const char *name; /* one of those of request_name_add; ASCII case is ignored */
	const char *requester;
	const char *thread_channel; /* with thread_ts: whose thread is it? */
	const char *thread_ts;
	int64_t since;     /* created_at >= */
	int64_t below;     /* id <; 0: any */
	bool not_refused;  /* leaves out state "refused" */
	int limit;         /* 0: 1000 */
	bool oldest_first; /* default: newest first */
};

/* May use the store, also change the rows that are walked. */
typedef enum errc request_each_fn(void *arg,
                                  const struct request_row *row); /* an error ends the walk and is returned */

void request_row_done(struct request_row *row); /* frees facts */
#define AUTO_REQUEST __attribute__((cleanup(request_row_done)))

/* Sets id and fence. CONFLICT: another blocking row has this target. */
enum errc request_insert(struct tx *tx, struct request_row *row) MUST_CHECK;
enum errc request_get(struct tx *tx, int64_t id, struct request_row *ret) MUST_CHECK; /* NOT_FOUND */
/*
 * Writes every column but created_at and thread_ts (the outbox fills that in when the parent stands, at any moment);
 * checks and increments fence. CONFLICT: stale row, or the target is taken. NOT_FOUND: no such row.
 */
enum errc request_save(struct tx *tx, struct request_row *row) MUST_CHECK;
/* Forgets a request that came to nothing, with its steps, history and effects; its messages must not be waiting. */
enum errc request_delete(struct tx *tx, int64_t id) MUST_CHECK;
enum errc request_each(struct tx *tx, const struct request_query *query, request_each_fn *fn, void *arg) MUST_CHECK;
enum errc request_count(struct tx *tx, const struct request_query *query, int64_t *ret) MUST_CHECK;
/* How many are open; the same work however many they are. */
enum errc request_count_open(struct tx *tx, int64_t *ret) MUST_CHECK;
/*
 * No request sleeps longer than this: one whose wake_at is farther away (by a minute of grace) was planned before the
 * clock was set back, and is due at once.
 */
#define REQUEST_SLEEP_MAX_MS (60 * 60 * 1000LL)
bool request_is_due(const struct request_row *row, int64_t now);
/* Ids of those that are due, earliest first. */
enum errc request_due(struct tx *tx, int64_t now, int64_t *ids, size_t max, size_t *ret) MUST_CHECK;
/* The earliest wake_at of all; 0 when none. */
enum errc request_next_wake(struct tx *tx, int64_t *ret) MUST_CHECK;
/* An open row wakes at `at`, or earlier where it was to wake earlier. Leaves its fence alone: whoever has the row in hand
 * decides anew when they save it. Nothing happens where there is no such row. */
enum errc request_wake_by(struct tx *tx, int64_t id, int64_t at) MUST_CHECK;
/* Per state (for metrics): calls fn(arg, state, count). */
enum errc request_census(struct tx *tx, void (*fn)(void *arg, const char *state, int64_t count), void *arg) MUST_CHECK;

/* Names under which the request is found (request_query.name); "" and those that it has are fine. */
enum errc request_name_add(struct tx *tx, int64_t request, const char *name) MUST_CHECK;
/* Forgets one of them; NULL: all. */
enum errc request_name_drop(struct tx *tx, int64_t request, const char *name) MUST_CHECK;
/* As names are compared: capitals of ASCII made small, at most REQUEST_NAME_SIZE - 1 bytes. Pure. */
enum { REQUEST_NAME_SIZE = 260 };
void request_name_fold(char out[static REQUEST_NAME_SIZE], const char *name);

enum errc step_get(struct tx *tx, int64_t request, const char *key,
                   struct step_row *ret) MUST_CHECK; /* a pending row when absent */
enum errc step_put(struct tx *tx, int64_t request, const struct step_row *row) MUST_CHECK; /* insert or replace */
enum errc step_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct step_row *row),
                    void *arg) MUST_CHECK;

enum errc history_add(struct tx *tx, int64_t request, const struct history_row *row) MUST_CHECK;
enum errc history_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct history_row *row),
                       void *arg) MUST_CHECK;

/* What was taken from a person and not given back. One JSON value per target. */
enum errc owed_get(struct tx *tx, const char *target, json_t **ret) MUST_CHECK; /* NOT_FOUND; the caller owns *ret */
enum errc owed_set(struct tx *tx, const char *target, int64_t request, const json_t *what) MUST_CHECK;
enum errc owed_clear(struct tx *tx, const char *target) MUST_CHECK; /* fine when absent */
/* All that is owed to anybody. */
enum errc owed_each(struct tx *tx, enum errc (*fn)(void *arg, const char *target, const json_t *what),
                    void *arg) MUST_CHECK;
