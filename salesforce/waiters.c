/*
 * salesforce/waiters.c - see waiters.h.
 *
 * A woken waiter may remove others or wait again, so nobody holds a pointer
 * into the list while a function of others runs.
 */
#include "salesforce/waiters.h"

#include <stdlib.h>

#include "bot/base/mem.h"

struct waiter {
	struct waiter *next;
	waiter_fn *fn;
	void *arg;
};

static void append(struct waiter **list, struct waiter *more)
{
	while (*list)
		list = &(*list)->next;
	*list = more;
}

static void remove_from(struct waiter **list, const void *arg)
{
	while (*list) {
		struct waiter *w = *list;

		if (w->arg != arg) {
			list = &w->next;
			continue;
		}
		*list = w->next;
		free(w);
	}
}

void waiters_add(struct waiters *w, waiter_fn *fn, void *arg)
{
	struct waiter *more = mem_alloc(sizeof(*more));

	*more = (struct waiter){.fn = fn, .arg = arg};
	append(&w->waiting, more);
}

void waiters_remove(struct waiters *w, const void *arg)
{
	remove_from(&w->waiting, arg);
	remove_from(&w->ready, arg);
}

void waiters_wake(struct waiters *w, const struct sf_trouble *trouble)
{
	append(&w->ready, w->waiting);
	w->waiting = NULL;
	while (w->ready) {
		struct waiter one = *w->ready;

		free(w->ready);
		w->ready = one.next;
		one.fn(one.arg, trouble);
	}
}

static void free_all(struct waiter *list)
{
	while (list) {
		struct waiter *next = list->next;

		free(list);
		list = next;
	}
}

void waiters_done(struct waiters *w)
{
	free_all(w->waiting);
	free_all(w->ready);
	*w = (struct waiters){0};
}
