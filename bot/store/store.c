/*
 * store/store.c - the thread that owns the database, and group commit.
 *
 * The loop's thread appends to `waiting`; the store's thread takes all of it,
 * runs it in one transaction and appends it to `finished`, from where
 * store_dispatch answers. While one group waits for the disk the next one
 * gathers: that is why the load may rise without the commits rising.
 *
 * After a commit that failed the thread tries a small write of its own now and
 * then, so that the store is known to be writable again without anybody asking.
 */
#include "bot/store/store.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/store_private.h"

enum {
	GROUP_MAX = 256, /* jobs that share a transaction, and its failure */
	PROBE_EVERY_S = 2,
	BOUNDS = sizeof store_commit_bounds_ms / sizeof store_commit_bounds_ms[0],
};

const double store_commit_bounds_ms[11] = {0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 1000};

struct job {
	struct job *next;
	store_fn *fn;
	store_done_fn *done; /* may be NULL */
	void *arg;
	enum errc code;
};

struct job_list {
	struct job *first, *last;
};

struct store {
	struct tx tx;
	bool read_only;
	bool threaded; /* else store_run is all there is */
	pthread_t thread;
	pthread_mutex_t database; /* who may use tx; the thread, or store_run */
	pthread_mutex_t mutex;    /* guards what follows */
	pthread_cond_t wake;
	bool closing;
	struct job_list waiting;  /* submitted, not begun */
	struct job_list finished; /* committed or failed, not told yet */
	struct store_figures figures;
	int event_fd;
};

/* ---- lists ---- */

static void list_add(struct job_list *list, struct job *first, struct job *last)
{
	if (list->last)
		list->last->next = first;
	else
		list->first = first;
	list->last = last;
}

/* Takes up to `max` off the front; NULL when empty. */
static struct job *list_take(struct job_list *list, size_t max, size_t *ret_count)
{
	struct job *first = list->first, *last = first;
	*ret_count = first ? 1 : 0;
	while (last && last->next && *ret_count < max) {
		last = last->next;
		(*ret_count)++;
	}
	if (!first)
		return NULL;
	list->first = last->next;
	if (!list->first)
		list->last = NULL;
	last->next = NULL;
	return first;
}

/* ---- one group ---- */

/* What a group did, for the figures. */
struct group_result {
	uint64_t jobs;
	bool hurt;    /* the disk failed somebody */
	bool counted; /* something was written and committed */
	bool failed;  /* the whole group was undone */
	double seconds;
	char error[200];
};

static double now_seconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void note_hurt(struct group_result *result, const struct tx *tx)
{
	if (tx->broken != ERR_IO && tx->broken != ERR_FULL)
		return;
	result->hurt = true;
	text_copy(result->error, sizeof result->error, tx->error);
}

/* Runs jobs until the transaction is lost; gives what to tell all of them, or OK. */
static enum errc run_jobs(struct tx *tx, struct job *jobs, struct group_result *result)
{
	for (struct job *job = jobs; job; job = job->next) {
		job->code = tx_run(tx, job->fn, job->arg);
		result->jobs++;
		note_hurt(result, tx);
		if (!tx->driver->in_transaction(tx->db))
			return tx->broken == ERR_FULL ? ERR_FULL : ERR_IO;
	}
	return OK;
}

static enum errc commit_timed(struct tx *tx, struct group_result *result)
{
	double begun = now_seconds();
	enum errc code = tx_commit(tx);
	result->seconds = now_seconds() - begun;
	result->counted = code == OK && tx->wrote;
	note_hurt(result, tx);
	return code == OK || code == ERR_FULL ? code : ERR_IO;
}

static void run_group(struct tx *tx, struct job *jobs, struct group_result *result)
{
	enum errc code = tx_begin(tx, false);
	if (code != OK) {
		note_hurt(result, tx);
		code = code == ERR_FULL ? ERR_FULL : ERR_IO;
	}
	if (code == OK)
		code = run_jobs(tx, jobs, result);
	if (code == OK)
		code = commit_timed(tx, result);
	if (code == OK)
		return;
	tx_rollback(tx);
	result->failed = true;
	for (struct job *job = jobs; job; job = job->next)
		job->code = code;
}

static void count_commit(struct store_figures *figures, double seconds)
{
	figures->commits++;
	figures->commit_seconds_sum += seconds;
	for (size_t i = 0; i < BOUNDS; i++)
		figures->commit_buckets[i] += seconds * 1000 <= store_commit_bounds_ms[i];
	figures->commit_buckets[BOUNDS]++;
}

/* Under the mutex. */
static void count_group(struct store_figures *figures, const struct group_result *result)
{
	figures->jobs += result->jobs;
	figures->failed_commits += result->failed;
	if (result->counted)
		count_commit(figures, result->seconds);
	if (result->hurt || result->failed) {
		figures->writable = false;
		text_copy(figures->last_error, sizeof figures->last_error, result->error);
	} else if (result->counted) {
		figures->writable = true;
	}
}

static void work(struct store *store, struct job *jobs, struct group_result *result)
{
	pthread_mutex_lock(&store->database);
	run_group(&store->tx, jobs, result);
	pthread_mutex_unlock(&store->database);
}

/* ---- the thread ---- */

static enum errc probe(struct tx *tx, void *arg)
{
	(void)arg;
	return store_setting_set(tx, "store.probe", "written to see whether the disk takes it");
}

/* Waits for work, under the mutex; true: it is time for a probe instead. */
static bool wait_for_work(struct store *store)
{
	if (store->figures.writable) {
		pthread_cond_wait(&store->wake, &store->mutex);
		return false;
	}
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PROBE_EVERY_S;
	int rc = pthread_cond_timedwait(&store->wake, &store->mutex, &until);
	return rc == ETIMEDOUT && !store->waiting.first && !store->closing;
}

static void announce(struct store *store)
{
	uint64_t one = 1;
	ssize_t n = write(store->event_fd, &one, sizeof one);
	(void)n; /* EAGAIN: the counter is full, so the owner is awake anyway */
}

static void run_waiting(struct store *store)
{
	size_t count;
	struct group_result result = {0};
	struct job *jobs = list_take(&store->waiting, GROUP_MAX, &count);
	store->figures.waiting -= count;
	pthread_mutex_unlock(&store->mutex);
	work(store, jobs, &result);
	struct job *last = jobs;
	while (last->next)
		last = last->next;
	pthread_mutex_lock(&store->mutex);
	count_group(&store->figures, &result);
	list_add(&store->finished, jobs, last);
	announce(store);
}

static void run_probe(struct store *store)
{
	struct group_result result = {0};
	struct job job = {.fn = probe};
	pthread_mutex_unlock(&store->mutex);
	work(store, &job, &result);
	pthread_mutex_lock(&store->mutex);
	count_group(&store->figures, &result);
}

static void *thread_main(void *arg)
{
	struct store *store = arg;
	pthread_mutex_lock(&store->mutex);
	for (;;) {
		if (store->waiting.first)
			run_waiting(store);
		else if (store->closing)
			break;
		else if (wait_for_work(store))
			run_probe(store);
	}
	pthread_mutex_unlock(&store->mutex);
	return NULL;
}

/* Signals belong to the loop's thread. */
static int start_thread(struct store *store)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int rc = pthread_create(&store->thread, NULL, thread_main, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		pthread_setname_np(store->thread, "store");
	return rc;
}

/* ---- opening and closing ---- */

static enum errc open_database(struct tx *tx, const struct store_options *options, struct err *reterr)
{
	static const char sqlite[] = "sqlite:";
	if (text_starts(options->url, "postgresql://") || text_starts(options->url, "postgres://"))
		return err_set(reterr, ERR_INVALID, "store: this build has only SQLite (sqlite:PATH)");
	if (!text_starts(options->url, sqlite))
		return err_set(reterr, ERR_INVALID, "store: the URL is neither sqlite:PATH nor postgresql://...");
	tx->driver = &store_sqlite_driver;
	return tx->driver->open(&tx->db, options->url + strlen(sqlite), options, reterr);
}

static void free_store(struct store *store)
{
	if (store->tx.db)
		store->tx.driver->close(store->tx.db);
	if (store->event_fd >= 0)
		close(store->event_fd);
	pthread_cond_destroy(&store->wake);
	pthread_mutex_destroy(&store->mutex);
	pthread_mutex_destroy(&store->database);
	free(store);
}

static struct store *new_store(bool read_only)
{
	struct store *store = mem_alloc(sizeof *store);
	store->read_only = read_only;
	store->event_fd = -1;
	store->figures.writable = !read_only;
	pthread_mutex_init(&store->database, NULL);
	pthread_mutex_init(&store->mutex, NULL);
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&store->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	return store;
}

static enum errc start(struct store *store, struct err *reterr)
{
	store->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (store->event_fd < 0)
		return err_set(reterr, ERR_IO, "store: eventfd: %s", strerror(errno));
	int rc = start_thread(store);
	store->threaded = rc == 0;
	return rc == 0 ? OK : err_set(reterr, ERR_IO, "store: can't start a thread: %s", strerror(rc));
}

enum errc store_open(struct store **ret, const struct store_options *options, struct err *reterr)
{
	struct store *store = new_store(options->read_only);
	bool guest = options->read_only || options->beside;
	enum errc code = open_database(&store->tx, options, reterr);
	if (code == OK)
		code = store_migrate(&store->tx, guest, reterr);
	if (code == OK && !guest)
		code = start(store, reterr);
	if (code != OK) {
		free_store(store);
		return code;
	}
	*ret = store;
	return OK;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->threaded) {
		pthread_mutex_lock(&store->mutex);
		store->closing = true;
		pthread_cond_signal(&store->wake);
		pthread_mutex_unlock(&store->mutex);
		pthread_join(store->thread, NULL);
		while (store->finished.first)
			store_dispatch(store);
	}
	free_store(store);
}

/* ---- from outside ---- */

void store_submit(struct store *store, store_fn *fn, store_done_fn *done, void *arg)
{
	assert(store->threaded);
	struct job *job = mem_alloc(sizeof *job);
	*job = (struct job){.fn = fn, .done = done, .arg = arg};
	pthread_mutex_lock(&store->mutex);
	if (store->closing) {
		job->code = ERR_ABORTED;
		list_add(&store->finished, job, job);
	} else {
		list_add(&store->waiting, job, job);
		store->figures.waiting++;
		pthread_cond_signal(&store->wake);
	}
	pthread_mutex_unlock(&store->mutex);
}

static enum errc run_read_only(struct tx *tx, store_fn *fn, void *arg)
{
	enum errc code = tx_begin(tx, true);
	if (code == OK)
		code = tx_run(tx, fn, arg);
	tx_rollback(tx);
	return code;
}

enum errc store_run(struct store *store, store_fn *fn, void *arg)
{
	struct job job = {.fn = fn, .arg = arg};
	struct group_result result = {0};
	if (store->read_only)
		return run_read_only(&store->tx, fn, arg);
	work(store, &job, &result);
	pthread_mutex_lock(&store->mutex);
	count_group(&store->figures, &result);
	pthread_mutex_unlock(&store->mutex);
	return job.code;
}

enum errc store_scrub(struct store *store)
{
	pthread_mutex_lock(&store->database);
	enum errc code = store->tx.driver->scrub(store->tx.db);
	pthread_mutex_unlock(&store->database);
	return code;
}

int store_event_fd(const struct store *store)
{
	return store->event_fd;
}

void store_dispatch(struct store *store)
{
	uint64_t count;
	ssize_t n = read(store->event_fd, &count, sizeof count);
	(void)n; /* EAGAIN: nothing new, which the list says as well */
	pthread_mutex_lock(&store->mutex);
	struct job *jobs = store->finished.first;
	store->finished = (struct job_list){0};
	pthread_mutex_unlock(&store->mutex);
	for (struct job *job = jobs, *next; job; job = next) {
		next = job->next;
		if (job->done)
			job->done(job->arg, job->code);
		free(job);
	}
}

void store_get_figures(struct store *store, struct store_figures *ret)
{
	pthread_mutex_lock(&store->mutex);
	*ret = store->figures;
	pthread_mutex_unlock(&store->mutex);
}
