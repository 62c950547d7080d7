/*
 * loop/loop.h - time and sockets, in one thread that never blocks.
 *
 * libwebsockets' own poll loop turns outside; one epoll instance, adopted by it
 * as a raw file, carries everything else. That choice is a secret of this
 * folder: others see watches, timers, deferred calls and signals. All functions
 * belong to the loop's thread unless said otherwise.
 */
#pragma once

#include <stdint.h>

#include "bot/base/err.h"

struct loop;
struct loop_watch;
struct loop_timer;
struct lws_context; /* for bot/slack/socket only */

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fd_fn(void *arg, int fd, unsigned events);
typedef void loop_fn(void *arg);
typedef void loop_signal_fn(void *arg, int signal_number);

/* Blocks SIGTERM, SIGINT and SIGHUP in the calling thread and all later ones: call it first in main, before any thread
 * exists. */
void loop_block_signals(void);
enum errc loop_new(struct loop **ret, struct err *reterr) MUST_CHECK;
/* Turns until loop_stop, which may be called from any callback; may be called again afterwards. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);
/* Ends libwebsockets: afterwards no timer fires and no watch is called; loop_free frees the rest. Between the two,
 * owners free their timers and watches. */
void loop_shut(struct loop *loop);
void loop_free(struct loop *loop);

/* Level-triggered. The callback may remove any watch, also its own. NULL where the descriptor can not be watched. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, unsigned events, loop_fd_fn *fn, void *arg);
void loop_watch_set(struct loop_watch *watch, unsigned events);
void loop_watch_free(struct loop_watch *watch); /* NULL is fine; does not close fd; call it before the close */

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg);
void loop_timer_set(struct loop_timer *timer, int64_t in_ms); /* negative: stop; replaces an earlier time */
void loop_timer_free(struct loop_timer *timer);               /* NULL is fine */

/* Calls fn(arg) later in the loop, never from inside this call, in order. Dropped, uncalled, by loop_shut. */
void loop_defer(struct loop *loop, loop_fn *fn, void *arg);
/* One handler for SIGTERM, SIGINT and SIGHUP. */
enum errc loop_on_signal(struct loop *loop, loop_signal_fn *fn, void *arg, struct err *reterr) MUST_CHECK;
/* How late the last timer tick was, ms: 0 in a healthy loop (for /healthz and logs). */
int64_t loop_lag_ms(const struct loop *loop);
/* bot/slack/socket makes its own vhost in it. */
struct lws_context *loop_lws(struct loop *loop);
/* The last TLS or connection reason libwebsockets logged, for error texts; "" if none. */
const char *loop_lws_reason(const struct loop *loop);
/* Call it before dialling, so that a reason of an earlier attempt is not taken for the reason of this one. */
void loop_lws_forget_reason(struct loop *loop);
