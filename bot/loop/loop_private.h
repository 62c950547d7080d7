/*
 * loop/loop_private.h - what the files of this folder know of each other.
 */
#pragma once

#include <stdbool.h>
#include <libwebsockets.h>

#include "bot/loop/loop.h"

struct deferred;

struct loop {
	struct lws_context *lws;
	struct lws *epoll_wsi;     /* our epoll instance as libwebsockets sees it */
	int epoll_fd;              /* ours; libwebsockets owns a dup */
	bool stop;                 /* loop_run returns after this turn */
	bool down;                 /* libwebsockets is ending or gone: its timer list must not be touched */
	struct loop_watch *dead;   /* freed watches whose event may still be in the batch */
	struct loop_timer *timers; /* all of them, so that loop_shut can disarm them */
	struct deferred *first;    /* calls put off, oldest first */
	struct deferred **last;
	struct loop_timer *defer_timer;
	int signal_fd; /* -1: none yet */
	struct loop_watch *signal_watch;
	loop_signal_fn *signal_fn;
	void *signal_arg;
	int64_t lag_ms;
};

/* watch.c: calls the watches that are ready now, at most one batch. */
void loop_dispatch(struct loop *loop);
/* watch.c: frees what loop_watch_free left behind. */
void loop_bury(struct loop *loop);
/* timer.c: disarms every timer and drops the deferred calls. */
void loop_disarm(struct loop *loop);
