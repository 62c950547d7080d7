/*
 * loop/watch.c - file descriptors in the one epoll instance.
 *
 * A watch may be freed while its event waits in the batch being delivered, so
 * the dead are buried only between batches.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "bot/base/mem.h"
#include "bot/loop/loop_private.h"

enum { BATCH = 64 };

struct loop_watch {
	struct loop *loop;
	int fd;
	unsigned events;
	bool dead;
	loop_fd_fn *fn;
	void *arg;
	struct loop_watch *next; /* on loop->dead */
};

static uint32_t to_epoll(unsigned events)
{
	return (events & LOOP_READ ? (uint32_t)EPOLLIN : 0) | (events & LOOP_WRITE ? (uint32_t)EPOLLOUT : 0);
}

/* An error or a hang-up is for everybody who waits, whatever for. */
static unsigned from_epoll(uint32_t ready, unsigned wanted)
{
	unsigned events = 0;

	if (ready & (EPOLLERR | EPOLLHUP))
		return wanted;
	if (ready & EPOLLIN)
		events |= LOOP_READ;
	if (ready & EPOLLOUT)
		events |= LOOP_WRITE;
	return events;
}

static int control(struct loop_watch *watch, int operation)
{
	struct epoll_event event = {.events = to_epoll(watch->events), .data.ptr = watch};

	return epoll_ctl(watch->loop->epoll_fd, operation, watch->fd, &event);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *arg)
{
	struct loop_watch *watch = mem_alloc(sizeof(*watch));

	*watch = (struct loop_watch){.loop = loop, .fd = fd, .events = events, .fn = fn, .arg = arg};
	if (events != 0 && control(watch, EPOLL_CTL_ADD) != 0) {
		free(watch);
		return NULL;
	}
	return watch;
}

/* A watch for nothing leaves epoll altogether: a hang-up would be reported without end. */
void loop_watch_set(struct loop_watch *watch, unsigned events)
{
	unsigned before = watch->events;

	if (events == before)
		return;
	watch->events = events;
	if (before == 0)
		control(watch, EPOLL_CTL_ADD);
	else
		control(watch, events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD);
}

void loop_watch_free(struct loop_watch *watch)
{
	if (!watch)
		return;
	if (watch->events != 0)
		control(watch, EPOLL_CTL_DEL);
	watch->dead = true;
	watch->next = watch->loop->dead;
	watch->loop->dead = watch;
}

void loop_bury(struct loop *loop)
{
	while (loop->dead) {
		struct loop_watch *watch = loop->dead;

		loop->dead = watch->next;
		free(watch);
	}
}

void loop_dispatch(struct loop *loop)
{
	struct epoll_event ready[BATCH];
	int n;

	loop_bury(loop);
	n = epoll_wait(loop->epoll_fd, ready, BATCH, 0);
	for (int i = 0; i < n; i++) {
		struct loop_watch *watch = ready[i].data.ptr;
		unsigned events = from_epoll(ready[i].events, watch->events);

		if (!watch->dead && events != 0)
			watch->fn(watch->arg, watch->fd, events);
	}
	loop_bury(loop);
}
