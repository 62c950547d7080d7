/*
 * slack/socket_set.h - the sockets of one app: how many, and when to dial. Private to this folder.
 *
 * The only owner of the decision to dial. At most one dial is in flight and at
 * most `wanted` + 1 sockets are alive; Slack takes ten per app, and sockets that
 * it does not know to be gone swallow clicks for hours. Addresses are asked for
 * sparingly too: Slack may allow as little as one a minute.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/slack/socket.h"

struct socket_set;

struct socket_set_callbacks {
	void (*envelope)(void *arg, uint64_t socket, const struct envelope *envelope);
	void (*hello)(void *arg, const struct envelope *hello);
	void (*state)(void *arg); /* figures changed; coalesced, from the loop */
	void (*gap)(void *arg, int64_t gap_ms);
	void *arg;
};

/* `context` outlives the set; its callbacks are filled in here. */
struct socket_set *socket_set_new(struct socket_context *context, unsigned wanted,
                                  const struct socket_set_callbacks *callbacks);
/* After the done of socket_set_stop, or instead of it when politeness is not possible. NULL is fine. */
void socket_set_free(struct socket_set *set);
void socket_set_start(struct socket_set *set);
/* Closes all politely; no new dial; `done` comes later, once. */
void socket_set_stop(struct socket_set *set, loop_fn *done, void *arg);
/*
 * What kept us from dialling may be mended: forgets failures and dials now. A dial under way is dropped, for what it will
 * be told is about yesterday. `new_app`: the live sockets may be another app's, each is replaced.
 */
void socket_set_try_now(struct socket_set *set, bool new_app);
/* Sockets of another app are refused, also those that stand; "": any app will do. */
void socket_set_expect_app(struct socket_set *set, const char *app_id);
/* NULL: not there any more. */
struct socket *socket_set_find(const struct socket_set *set, uint64_t id);
/* Fills what is known about sockets. */
void socket_set_get_figures(const struct socket_set *set, struct slack_figures *ret);
/* How long to rest after `failures` in a row, the first being 1: random up to first_ms, doubled each time up to max_ms.
 */
int64_t socket_set_back_off_ms(unsigned failures, int64_t first_ms, int64_t max_ms);
