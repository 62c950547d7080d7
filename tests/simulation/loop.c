/*
 * simulation/loop.c - bot/loop, in virtual time: a timer is an event of the world.
 *
 * Descriptors are never ready: the only one the program still has, the
 * store's, is served by disk.c.
 */
#include "bot/loop/loop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>

#include "bot/base/mem.h"
#include "tests/simulation/program.h"
#include "tests/simulation/world.h"

struct loop_watch {
	int fd;
};

struct loop_timer {
	struct loop *loop;
	loop_fn *fn;
	void *arg;
	struct event *event; /* NULL: not set */
	struct loop_timer *next;
};

struct deferred {
	struct loop *loop;
	struct deferred *next;
	loop_fn *fn;
	void *arg;
	struct event *event;
};

struct loop {
	bool stop, down;
	struct loop_timer *timers;
	struct deferred *deferred;
	loop_signal_fn *signal_fn;
	void *signal_arg;
};

void loop_block_signals(void)
{
}

enum errc loop_new(struct loop **ret, struct err *reterr)
{
	(void)reterr;
	*ret = mem_alloc(sizeof **ret);
	program_has_loop(*ret);
	return OK;
}

void loop_run(struct loop *loop)
{
	loop->stop = false;
	while (!loop->stop && !program_is_over() && world_step())
		continue;
	/* A dead program shall not begin anything while it is taken apart. */
	if (program_is_over() && !loop->stop)
		loop->signal_fn(loop->signal_arg, SIGTERM);
}

void loop_stop(struct loop *loop)
{
	loop->stop = true;
}

void loop_shut(struct loop *loop)
{
	loop->down = true;
	for (struct loop_timer *timer = loop->timers; timer != NULL; timer = timer->next) {
		world_cancel(timer->event);
		timer->event = NULL;
	}
	while (loop->deferred != NULL) {
		struct deferred *d = loop->deferred;

		loop->deferred = d->next;
		world_cancel(d->event);
		free(d);
	}
}

void loop_free(struct loop *loop)
{
	if (loop == NULL)
		return;
	assert(loop->timers == NULL);
	program_has_loop(NULL);
	free(loop);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *arg)
{
	struct loop_watch *watch = mem_alloc(sizeof *watch);

	(void)loop;
	(void)events;
	(void)fn;
	(void)arg;
	watch->fd = fd;
	return watch;
}

void loop_watch_set(struct loop_watch *watch, unsigned events)
{
	(void)watch;
	(void)events;
}

void loop_watch_free(struct loop_watch *watch)
{
	free(watch);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_timer *timer = mem_alloc(sizeof *timer);

	*timer = (struct loop_timer){.loop = loop, .fn = fn, .arg = arg, .next = loop->timers};
	loop->timers = timer;
	return timer;
}

static void on_timer(void *arg)
{
	struct loop_timer *timer = arg;

	timer->event = NULL;
	timer->fn(timer->arg);
}

/* One microsecond more, as in the real one: a timer that sets itself again never comes twice in one turn. */
void loop_timer_set(struct loop_timer *timer, int64_t in_ms)
{
	world_cancel(timer->event);
	timer->event = NULL;
	if (in_ms >= 0 && !timer->loop->down)
		timer->event = world_in_us(in_ms * 1000 + 1, EVENT_TIMER, on_timer, timer);
}

void loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	world_cancel(timer->event);
	for (struct loop_timer **at = &timer->loop->timers; *at != NULL; at = &(*at)->next) {
		if (*at == timer) {
			*at = timer->next;
			break;
		}
	}
	free(timer);
}

static void on_deferred(void *arg)
{
	struct deferred *d = arg, **at = &d->loop->deferred;

	while (*at != d)
		at = &(*at)->next;
	*at = d->next;
	d->fn(d->arg);
	free(d);
}

void loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	struct deferred *d;

	if (loop->down)
		return;
	d = mem_alloc(sizeof *d);
	*d = (struct deferred){.loop = loop, .next = loop->deferred, .fn = fn, .arg = arg};
	d->event = world_in_us(1, EVENT_TIMER, on_deferred, d);
	loop->deferred = d;
}

enum errc loop_on_signal(struct loop *loop, loop_signal_fn *fn, void *arg, struct err *reterr)
{
	(void)reterr;
	loop->signal_fn = fn;
	loop->signal_arg = arg;
	return OK;
}

void loop_play_signal(struct loop *loop, int signal_number)
{
	loop->signal_fn(loop->signal_arg, signal_number);
}

int64_t loop_lag_ms(const struct loop *loop)
{
	(void)loop;
	return 0;
}

struct lws_context *loop_lws(struct loop *loop)
{
	(void)loop;
	return NULL;
}

const char *loop_lws_reason(const struct loop *loop)
{
	(void)loop;
	return "";
}

void loop_lws_forget_reason(struct loop *loop)
{
	(void)loop;
}
