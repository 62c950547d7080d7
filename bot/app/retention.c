/*
 * app/retention.c - once a day, what is older than store.retention goes.
 *
 * In small jobs with rests in between, so that the store's thread never keeps a
 * deed waiting. A clock that leapt must not cost the records of years: where
 * the last time was long ago, nothing goes until a day later.
 */
#include "bot/app/retention.h"

#include <stdio.h>
#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/store/retention.h"
#include "config/config.h"

#define DAY_MS  (24 * 60 * 60 * 1000LL)
#define LEAP_MS (30 * DAY_MS)

enum {
	FIRST_MS = 1000,
	REST_MS = 100,
	AGAIN_MS = 10 * 60 * 1000, /* after a failure */
	BATCH = 100,
};

struct retention {
	struct store *store;
	struct loop_timer *timer;
	int64_t keep_ms;
	struct retention_sweep sweep; /* the store's thread's, until on_swept */
	bool leapt;
	int requests, lines; /* since the day's round began */
	bool stopped;
};

static const char last_key[] = "retention.last";

/* Was the last time suspiciously long ago, or in the future? Notes this one. */
static enum errc note_time(struct tx *tx, int64_t now, bool *ret_leapt)
{
	char last[32] = "", words[32];
	enum errc rc = store_setting_get(tx, last_key, last, sizeof last);
	int64_t at = rc == OK ? clock_parse_rfc3339(last) : now;

	if (rc != OK && rc != ERR_NOT_FOUND)
		return rc;
	*ret_leapt = now - at > LEAP_MS || at - now > DAY_MS;
	return store_setting_set(tx, last_key, clock_rfc3339(now, words));
}

static enum errc sweep_job(struct tx *tx, void *arg)
{
	struct retention *r = arg;
	int64_t now = clock_wall_ms();
	enum errc rc = note_time(tx, now, &r->leapt);

	r->sweep = (struct retention_sweep){.before = now - r->keep_ms, .max = BATCH};
	return rc == OK && !r->leapt ? retention_sweep(tx, now, &r->sweep) : rc;
}

static void end_round(struct retention *r)
{
	if (r->requests + r->lines > 0)
		log_event(LOG_INFO, "retention.done", "%d closed repairs and the words of %d audit lines were too old",
		          r->requests, r->lines);
	r->requests = r->lines = 0;
	loop_timer_set(r->timer, DAY_MS);
}

static void on_swept(void *arg, enum errc code)
{
	struct retention *r = arg;

	if (r->stopped)
		return;
	if (code != OK) {
		log_event(LOG_WARNING, "retention.failed", "%s", err_sentence(code));
		loop_timer_set(r->timer, AGAIN_MS);
		return;
	}
	if (r->leapt)
		log_event(LOG_WARNING, "retention.waits",
		          "the last time was long ago, or the clock leapt: what is too old goes tomorrow");
	r->requests += r->sweep.requests;
	r->lines += r->sweep.lines;
	if (r->sweep.requests == BATCH || r->sweep.lines == BATCH)
		loop_timer_set(r->timer, REST_MS);
	else
		end_round(r);
}

static void on_timer(void *arg)
{
	struct retention *r = arg;

	store_submit(r->store, sweep_job, on_swept, r);
}

struct retention *retention_new(struct loop *loop, struct store *store, int64_t keep_ms)
{
	struct retention *r = mem_alloc(sizeof *r);

	r->store = store;
	r->keep_ms = keep_ms;
	r->timer = loop_timer_new(loop, on_timer, r);
	if (keep_ms != CONFIG_NEVER)
		loop_timer_set(r->timer, FIRST_MS);
	return r;
}

void retention_stop(struct retention *r)
{
	r->stopped = true;
	loop_timer_set(r->timer, -1);
}

void retention_free(struct retention *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r);
}
