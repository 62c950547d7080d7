/*
 * store/store.h - the truth, on a thread of its own.
 *
 * Work is a function that runs on the store's thread inside a transaction.
 * Functions that wait together commit together (group commit), each under its
 * own savepoint: one that returns an error undoes only itself. `done` is called
 * on the loop's thread, in the order of submission, and only after the commit:
 * OK means durable. Nothing here knows the loop: the owner watches
 * store_event_fd and calls store_dispatch.
 *
 * The rows have headers of their own: requests.h (repairs, steps, history,
 * what is owed), inbox.h, outbox.h, effects.h, audit.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"

struct store;
struct tx; /* one transaction, seen by a store_fn; never kept */

struct store_options {
	const char *url;      /* "sqlite:PATH" with an absolute path (or sqlite::memory:), or "postgresql://..." */
	const char *password; /* for PostgreSQL; may be NULL */
	bool read_only;       /* the command line's view while the service runs: no lock, no migration, no thread */
	/*
	 * The command line's pen while the service runs: writes by store_run alone; no lock, no migration, no thread
	 * either. Keep transactions short, for the service waits for them.
	 */
	bool beside;
};

struct store_figures {
	uint64_t commits;        /* transactions committed that wrote something */
	uint64_t jobs;           /* functions run */
	uint64_t failed_commits; /* groups undone as a whole */
	bool writable;           /* the last write went through; after a failure the store tries by itself every 2 s */
	/* histogram of commit times, cumulative: bucket i counts all commits of at most store_commit_bounds_ms[i], the
	 * last all */
	uint64_t commit_buckets[12];
	double commit_seconds_sum;
	uint64_t waiting;     /* jobs not yet begun */
	char last_error[200]; /* what the database said when a write last failed; "" if none ever did */
};
extern const double store_commit_bounds_ms[11];

typedef enum errc store_fn(struct tx *tx, void *arg);
typedef void store_done_fn(void *arg, enum errc code);

/*
 * Opens, migrates, takes the lock on a SQLite file, starts the thread. BUSY: another process has it; NEWER: the schema
 * is newer; NOT_FOUND: read-only or beside, and there is none; INVALID: the URL, or a file that is no store of ours, or
 * read-only or beside and the schema is older; DENIED: the file may not be written; IO, FULL. *reterr is a sentence for the operator.
 */
enum errc store_open(struct store **ret, const struct store_options *options, struct err *reterr) MUST_CHECK;
/*
 * Runs what was submitted, commits, ends the thread, calls the outstanding `done`s, releases the lock. NULL is fine.
 * What a `done` submits during the close is not run: its own `done` gets ABORTED, and must not submit again.
 */
void store_close(struct store *store);
/*
 * From the loop's thread. `done` may be NULL. After a failed commit every function of the group gets IO or FULL, though
 * some may not have run at all; nothing of what they did in the database stands. An IO or FULL that fn meets and does
 * not return undoes it all the same.
 */
void store_submit(struct store *store, store_fn *fn, store_done_fn *done, void *arg);
/*
 * Runs fn on the caller's thread and commits (read-only store: rolls back). For the command line, the start and tests:
 * it waits for the disk, and for a group that the store's thread is at.
 */
enum errc store_run(struct store *store, store_fn *fn, void *arg) MUST_CHECK;
/* After a deletion that has to be one: nothing of it stays in the database's files. Not for a read-only store. */
enum errc store_scrub(struct store *store) MUST_CHECK;
int store_event_fd(const struct store *store);
void store_dispatch(struct store *store); /* calls the `done`s that are due */
void store_get_figures(struct store *store, struct store_figures *ret);
/* A word kept under a key. */
enum errc store_setting_get(struct tx *tx, const char *key, char *out,
                            size_t size) MUST_CHECK; /* NOT_FOUND when absent */
enum errc store_setting_set(struct tx *tx, const char *key, const char *value) MUST_CHECK;
