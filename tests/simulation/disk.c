/*
 * simulation/disk.c - see disk.h.
 */
#include "tests/simulation/disk.h"

#include <poll.h>
#include <stdlib.h>

#include "bot/base/mem.h"
#include "tests/simulation/program.h"
#include "tests/simulation/weather.h"
#include "tests/simulation/world.h"

enum { TELL_US = 50 }; /* from the commit to the callback */

struct held {
	store_fn *fn;
	store_done_fn *done;
	void *arg;
	enum errc code;
	bool ran;
	struct held *next;
};

static struct disk {
	struct store *store;
	struct held *waiting, **last;
	struct held *committed, **committed_last;
	struct event *commit, *tell;
	unsigned running;
	bool closing;
	enum { DOOM_NONE, DOOM_SUBMITTED, DOOM_COMMITTED } doom;
} disk;

static enum errc run_held(struct tx *tx, void *arg)
{
	struct held *held = arg;

	held->ran = true;
	return held->fn(tx, held->arg);
}

static void on_ran(void *arg, enum errc code)
{
	((struct held *)arg)->code = code;
	disk.running--;
}

static void wait_for_thread(void)
{
	while (disk.running > 0) {
		struct pollfd ready = {.fd = store_event_fd(disk.store), .events = POLLIN};

		poll(&ready, 1, -1);
		store_dispatch(disk.store);
	}
}

/* What waits goes through the real store, together. */
static void commit_waiting(void)
{
	struct held *first = disk.waiting;

	for (struct held *h = first; h != NULL; h = h->next) {
		disk.running++;
		__real_store_submit(disk.store, run_held, on_ran, h);
	}
	wait_for_thread();
	if (first == NULL)
		return;
	*disk.committed_last = first;
	disk.committed_last = disk.last;
	disk.waiting = NULL;
	disk.last = &disk.waiting;
}

static void tell_committed(void)
{
	struct held *h = disk.committed, *next;

	disk.committed = NULL;
	disk.committed_last = &disk.committed;
	for (; h != NULL; h = next) {
		next = h->next;
		if (h->done != NULL)
			h->done(h->arg, h->code);
		free(h);
	}
}

static void on_tell(void *arg)
{
	(void)arg;
	disk.tell = NULL;
	tell_committed();
}

static void on_commit(void *arg)
{
	(void)arg;
	disk.commit = NULL;
	if (!program_is_up())
		return;
	commit_waiting();
	if (disk.doom == DOOM_COMMITTED) {
		disk.doom = DOOM_NONE;
		story("fault: kill -9 after a commit");
		program_kill();
	} else if (disk.tell == NULL) {
		disk.tell = world_in_us(TELL_US, EVENT_TIMER, on_tell, NULL);
	}
}

void disk_doom(bool committed)
{
	disk.doom = committed ? DOOM_COMMITTED : DOOM_SUBMITTED;
}

enum errc __wrap_store_open(struct store **ret, const struct store_options *options, struct err *reterr)
{
	enum errc rc = __real_store_open(ret, options, reterr);

	if (rc == OK)
		disk = (struct disk){.store = *ret};
	disk.last = &disk.waiting;
	disk.committed_last = &disk.committed;
	return rc;
}

void __wrap_store_submit(struct store *store, store_fn *fn, store_done_fn *done, void *arg)
{
	struct held *h = mem_alloc(sizeof *h);

	(void)store;
	*h = (struct held){.fn = fn, .done = done, .arg = arg, .code = ERR_ABORTED};
	*disk.last = h;
	disk.last = &h->next;
	if (disk.closing)
		return;
	if (disk.doom == DOOM_SUBMITTED && program_is_up()) {
		disk.doom = DOOM_NONE;
		story("fault: kill -9 before a commit");
		program_kill();
	}
	if (disk.commit == NULL)
		disk.commit = world_in(weather_commit_ms(), EVENT_TIMER, on_commit, NULL);
}

/* A dead program's jobs never reach the store; a living one's are run to the end. */
void __wrap_store_close(struct store *store)
{
	if (store == NULL)
		return;
	world_cancel(disk.commit);
	world_cancel(disk.tell);
	if (!program_is_over())
		commit_waiting();
	disk.closing = true;
	tell_committed();
	while (disk.waiting != NULL) { /* dead before the commit, or submitted from a callback */
		*disk.committed_last = disk.waiting;
		disk.committed_last = disk.last;
		disk.waiting = NULL;
		disk.last = &disk.waiting;
		tell_committed();
	}
	__real_store_close(store);
	disk = (struct disk){0};
}

bool disk_ask(store_fn *fn, void *arg)
{
	struct held h = {.fn = fn, .arg = arg};

	if (disk.store == NULL || disk.closing)
		return false;
	disk.running++;
	__real_store_submit(disk.store, run_held, on_ran, &h);
	wait_for_thread();
	return h.code == OK;
}
