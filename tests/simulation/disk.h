/*
 * simulation/disk.h - the store between the program and its thread: real, but in virtual time.
 *
 * store_submit is caught (--wrap): a job waits here for as long as the disk
 * takes, then goes to the real store's real thread, for whose end the
 * simulation waits, so that the order of everything is that of the seed.
 */
#pragma once

#include "bot/store/store.h"

/* Runs fn on the store's thread at once and waits for it; false: no store is open, or fn failed. For the judge. */
bool disk_ask(store_fn *fn, void *arg);
/* The next time, the program dies when jobs are submitted, or committed but not yet told. */
void disk_doom(bool committed);

/* What the linker puts in place of the store's functions, and what they call. */
enum errc __wrap_store_open(struct store **ret, const struct store_options *options, struct err *reterr);
void __wrap_store_submit(struct store *store, store_fn *fn, store_done_fn *done, void *arg);
void __wrap_store_close(struct store *store);
enum errc __real_store_open(struct store **ret, const struct store_options *options, struct err *reterr);
void __real_store_submit(struct store *store, store_fn *fn, store_done_fn *done, void *arg);
void __real_store_close(struct store *store);
