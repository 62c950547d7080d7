/*
 * loop/timer.c - timers on libwebsockets' sorted list, and calls put off to the next turn.
 *
 * There are tens of timers, not thousands (what waits for hours is a due time
 * in the store), so the list's linear insertion costs nothing.
 */
#include <stdlib.h>

#include "bot/base/mem.h"
#include "bot/loop/loop_private.h"

struct loop_timer {
	lws_sorted_usec_list_t sul;
	struct loop *loop;
	loop_fn *fn;
	void *arg;
	lws_usec_t due;
	struct loop_timer *next; /* on loop->timers */
	struct loop_timer **at;  /* what points to us there */
};

struct deferred {
	loop_fn *fn;
	void *arg;
	struct deferred *next;
};

/* The timer may be freed by its own call: nothing is touched after it. */
static void on_due(lws_sorted_usec_list_t *sul)
{
	struct loop_timer *timer = lws_container_of(sul, struct loop_timer, sul);
	lws_usec_t late = lws_now_usecs() - timer->due;

	timer->loop->lag_ms = late > 0 ? late / 1000 : 0;
	timer->fn(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_timer *timer = mem_alloc(sizeof(*timer));

	timer->loop = loop;
	timer->fn = fn;
	timer->arg = arg;
	timer->next = loop->timers;
	timer->at = &loop->timers;
	if (timer->next)
		timer->next->at = &timer->next;
	loop->timers = timer;
	return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t in_ms)
{
	if (timer->loop->down)
		return;
	lws_sul_cancel(&timer->sul);
	if (in_ms < 0)
		return;
	/* One microsecond more, so that a timer which sets itself again never comes twice in one turn. */
	timer->due = lws_now_usecs() + in_ms * 1000 + 1;
	lws_sul_schedule(timer->loop->lws, 0, &timer->sul, on_due, in_ms * 1000 + 1);
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	if (!timer->loop->down)
		lws_sul_cancel(&timer->sul);
	*timer->at = timer->next;
	if (timer->next)
		timer->next->at = timer->at;
	free(timer);
}

static struct deferred *take_first(struct loop *loop)
{
	struct deferred *d = loop->first;

	loop->first = d->next;
	if (!loop->first)
		loop->last = &loop->first;
	return d;
}

/* Calls what was put off up to now; what these calls put off waits for the next turn. */
static void on_deferred(void *arg)
{
	struct loop *loop = arg;
	struct deferred *d;
	size_t count = 0;

	for (d = loop->first; d; d = d->next)
		count++;
	while (count-- > 0 && loop->first) {
		d = take_first(loop);
		d->fn(d->arg);
		free(d);
	}
	if (loop->first)
		loop_timer_set(loop->defer_timer, 0);
}

void loop_defer(struct loop *loop, loop_fn *fn, void *arg)
{
	struct deferred *d;

	if (loop->down)
		return;
	if (!loop->defer_timer)
		loop->defer_timer = loop_timer_new(loop, on_deferred, loop);
	d = mem_alloc(sizeof(*d));
	d->fn = fn;
	d->arg = arg;
	if (!loop->first)
		loop_timer_set(loop->defer_timer, 0);
	*loop->last = d;
	loop->last = &d->next;
}

void loop_disarm(struct loop *loop)
{
	for (struct loop_timer *timer = loop->timers; timer; timer = timer->next)
		lws_sul_cancel(&timer->sul);
	while (loop->first)
		free(take_first(loop));
}

int64_t loop_lag_ms(const struct loop *loop)
{
	return loop->lag_ms;
}
