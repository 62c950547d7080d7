/*
 * salesforce/waiters.h - those who wait for one thing that is done once for all.
 *
 * A login or a description of the org is asked for by many repairs at the same
 * moment and made once. Whoever comes while it is under way waits here.
 */
#pragma once

#include "salesforce/sf_error.h"

/* `trouble` is NULL when it went well. */
typedef void waiter_fn(void *arg, const struct sf_trouble *trouble);

struct waiter;
struct waiters { /* zeroed is empty */
	struct waiter *waiting;
	struct waiter *ready; /* being woken now: those who come back meanwhile wait for the next time */
};

/* `arg` is also the name under which waiters_remove finds it. */
void waiters_add(struct waiters *w, waiter_fn *fn, void *arg);
void waiters_remove(struct waiters *w, const void *arg); /* unknown ones are fine; allowed from inside a waiter_fn */
/* Calls everybody who waits, in the order in which they came. */
void waiters_wake(struct waiters *w, const struct sf_trouble *trouble);
void waiters_done(struct waiters *w); /* forgets all, uncalled */
