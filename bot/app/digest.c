/*
 * app/digest.c - asks once a day whether the digest of what waits is to be posted.
 *
 * Timers do not know the wall clock, nor that the settings have changed: it is
 * asked at least every ten minutes. Whether it is time, and whether today's is
 * out, the store knows.
 */
#include "bot/app/digest.h"

#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "commands/eac/digest.h"

enum { FIRST_MS = 1000, LOOK_MS = 10 * 60 * 1000 };

struct digest {
	struct digest_options options;
	struct loop_timer *timer;
	int64_t next; /* the store's thread's while a job runs; 0: none is wanted */
	bool posted;
	bool stopped;
};

static enum errc look_job(struct tx *tx, void *arg)
{
	struct digest *d = arg;
	const struct eac_env *env = commands_runbook(d->options.commands)->env;

	return eac_digest(tx, env, clock_wall_ms(), &d->next, &d->posted);
}

static void on_looked(void *arg, enum errc code)
{
	struct digest *d = arg;
	int64_t wait = d->next - clock_wall_ms();

	if (d->stopped)
		return;
	if (code != OK)
		log_event(LOG_WARNING, "digest.failed", "%s", err_sentence(code));
	else if (d->posted)
		d->options.committed(d->options.arg);
	if (code != OK || d->next == 0 || wait > LOOK_MS || wait < 1)
		wait = LOOK_MS;
	loop_timer_set(d->timer, wait);
}

static void on_timer(void *arg)
{
	struct digest *d = arg;

	store_submit(d->options.store, look_job, on_looked, d);
}

struct digest *digest_new(const struct digest_options *options)
{
	struct digest *d = mem_alloc(sizeof *d);

	d->options = *options;
	d->timer = loop_timer_new(options->loop, on_timer, d);
	loop_timer_set(d->timer, FIRST_MS);
	return d;
}

void digest_stop(struct digest *d)
{
	d->stopped = true;
	loop_timer_set(d->timer, -1);
}

void digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	loop_timer_free(d->timer);
	free(d);
}
