/*
 * slack/socket_set.c - the sockets of one app: how many, and when to dial.
 *
 * Whatever happens to a socket only moves `not_before_ms` and wakes decide(),
 * which alone dials, frees and reports. So two causes of one loss can't dial
 * twice, and nothing is freed inside a callback.
 */
#include "bot/slack/socket_set.h"

#include <assert.h>
#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	WANTED_MAX = 4,
	SPARE = 1,
	SLOTS = 2 * (WANTED_MAX + SPARE), /* the closed ones wait here to be freed */
	BACK_OFF_MAX_MS = 60 * 1000,
	CROWDED_DOUBLINGS = 20,             /* the longest rest is so many times the first */
	GHOST_LIFE_MS = 5 * 60 * 60 * 1000, /* where hello announces no life: what Slack's have been seen to last */
};

struct socket_set {
	struct socket_context *context;
	struct socket_set_callbacks callbacks;
	unsigned wanted;
	struct socket *sockets[SLOTS];
	unsigned count;
	uint64_t next_id;
	struct loop_timer *decide;
	struct loop_timer *report;
	char app_id[24];       /* whose sockets we want; "": not known */
	int64_t not_before_ms; /* no dial sooner (boot clock) */
	int64_t dialled_ms;    /* the newest dial; 0: none */
	int64_t saved_ms;      /* of the budget, at saved_at_ms */
	int64_t saved_at_ms;
	int64_t last_failure_ms;
	int64_t gap_since_ms; /* since then envelopes may be missing; 0: none, or no socket ever brought any */
	unsigned failures;    /* in a row */
	unsigned crowded;     /* too_many_websockets in a row */
	uint64_t opens, hellos, losses, unreadable;
	unsigned reported;
	unsigned ghosts;
	int64_t ghosts_until_ms; /* boot clock; 0: there are none */
	bool renewing;           /* that sockets move is our own doing */
	char last_loss[400];
	loop_fn *stopped; /* not NULL: stopping */
	void *stopped_arg;
};

static unsigned count_if(const struct socket_set *set, bool (*is)(enum socket_state))
{
	unsigned n = 0;

	for (unsigned i = 0; i < set->count; i++)
		n += is(socket_state(set->sockets[i]));
	return n;
}

static bool is_live(enum socket_state state)
{
	return state == SOCKET_LIVE;
}

static bool is_replacing(enum socket_state state)
{
	return state == SOCKET_REPLACING;
}

static bool is_draining(enum socket_state state)
{
	return state == SOCKET_DRAINING;
}

static bool is_closing(enum socket_state state)
{
	return state == SOCKET_CLOSING;
}

static bool is_alive(enum socket_state state)
{
	return state != SOCKET_CLOSED;
}

/* Slack may count it. */
static bool is_registered(enum socket_state state)
{
	return state != SOCKET_OPENING && state != SOCKET_RESOLVING && state != SOCKET_DIALING &&
	       state != SOCKET_CLOSED;
}

/* Envelopes may come on it. */
static bool is_useful(enum socket_state state)
{
	return socket_state_serves(state) || state == SOCKET_DRAINING;
}

int64_t socket_set_back_off_ms(unsigned failures, int64_t first_ms, int64_t max_ms)
{
	int64_t bound = first_ms;

	for (unsigned i = 1; i < failures && bound < max_ms; i++)
		bound *= 2;
	if (bound > max_ms)
		bound = max_ms;
	return failures ? (int64_t)arc4random_uniform((uint32_t)bound + 1) : 0;
}

static void not_before(struct socket_set *set, int64_t in_ms)
{
	int64_t then = clock_boot_ms() + in_ms;

	if (then > set->not_before_ms)
		set->not_before_ms = then;
}

static void wake(struct socket_set *set)
{
	loop_timer_set(set->decide, 0);
	loop_timer_set(set->report, 0);
}

/* A socket that came up after the last failure and lasted proves that all is well again. */
static void forgive(struct socket_set *set)
{
	int64_t now = clock_boot_ms();

	for (unsigned i = 0; i < set->count; i++) {
		int64_t since = socket_live_since_ms(set->sockets[i]);

		if (!since || since < set->last_failure_ms || now - since < set->context->times.stable_ms)
			continue;
		set->failures = 0;
		set->crowded = 0;
	}
}

static int64_t count_failure(struct socket_set *set)
{
	forgive(set);
	set->failures++;
	set->last_failure_ms = clock_boot_ms();
	return socket_set_back_off_ms(set->failures, set->context->times.back_off_ms, BACK_OFF_MAX_MS);
}

static int64_t crowded_rest_ms(struct socket_set *set)
{
	int64_t first = set->context->times.crowded_ms, rest = first;

	for (unsigned i = 1; i < set->crowded && rest < first * CROWDED_DOUBLINGS; i++)
		rest *= 2;
	if (rest > first * CROWDED_DOUBLINGS)
		rest = first * CROWDED_DOUBLINGS;
	return rest + socket_set_back_off_ms(1, rest / 4, rest / 4);
}

/* A socket ended otherwise than we wanted. */
static void account(struct socket_set *set, const struct socket *socket)
{
	int64_t rest = count_failure(set);

	switch (socket_end(socket)) {
	case SOCKET_END_RATE: rest = socket_rest_ms(socket) > rest ? socket_rest_ms(socket) : rest; break;
	case SOCKET_END_CROWDED:
		set->crowded++;
		rest = crowded_rest_ms(set);
		break;
	case SOCKET_END_REFUSED: rest = set->context->times.probe_ms; break;
	default: break;
	}
	not_before(set, rest);
	set->losses++;
	text_copy(set->last_loss, sizeof(set->last_loss), socket_reason(socket));
}

/* Since when nothing can come: the last thing heard from the socket that was the last. */
static void watch_gap(struct socket_set *set, const struct socket *left)
{
	int64_t heard = socket_heard_ms(left);
	bool lost = socket_end(left) != SOCKET_END_WANTED;
	/* whatever serves beside it: the envelopes that Slack sent on this one are gone */
	bool dead = lost && clock_boot_ms() - heard >= set->context->times.gap_ms;

	if (set->stopped || (count_if(set, is_useful) && !dead))
		return;
	if (!set->gap_since_ms || heard < set->gap_since_ms)
		set->gap_since_ms = heard;
}

/* While Slack has no slot to spare, the one that this socket leaves is ours again at once. */
static void slot_is_free(struct socket_set *set)
{
	if (set->crowded)
		set->not_before_ms =
		    clock_boot_ms() + set->context->times.stagger_ms +
		    socket_set_back_off_ms(set->failures, set->context->times.back_off_ms, BACK_OFF_MAX_MS);
}

static void sent_away(struct socket_set *set, struct socket *socket)
{
	if (set->renewing)
		return;
	if (clock_boot_ms() - socket_live_since_ms(socket) < set->context->times.stable_ms)
		not_before(set, count_failure(set));
	forgive(set);
	/* there is no slot for a replacement: the old one goes first */
	if (set->crowded)
		socket_close(socket);
}

static void moved(void *arg, struct socket *socket, enum socket_state from)
{
	struct socket_set *set = arg;
	enum socket_state to = socket_state(socket);
	bool ended = to == SOCKET_CLOSED || to == SOCKET_CLOSING;

	if (ended && from != SOCKET_CLOSING && socket_end(socket) != SOCKET_END_WANTED)
		account(set, socket);
	if (is_useful(from) && !is_useful(to)) {
		watch_gap(set, socket);
		if (socket_end(socket) == SOCKET_END_WANTED || socket_end(socket) == SOCKET_END_LOST)
			slot_is_free(set);
	}
	if (to == SOCKET_REPLACING)
		sent_away(set, socket);
	if (to == SOCKET_CLOSED)
		set->unreadable += socket_unreadable(socket);
	wake(set);
}

static void envelope_came(void *arg, struct socket *socket, const struct envelope *envelope)
{
	struct socket_set *set = arg;

	set->callbacks.envelope(set->callbacks.arg, socket_id(socket), envelope);
}

static struct socket *oldest_replacing(const struct socket_set *set)
{
	struct socket *oldest = NULL;

	for (unsigned i = 0; i < set->count; i++)
		if (is_replacing(socket_state(set->sockets[i])) &&
		    (!oldest || socket_id(set->sockets[i]) < socket_id(oldest)))
			oldest = set->sockets[i];
	return oldest;
}

static void end_gap(struct socket_set *set)
{
	int64_t gap_ms = set->gap_since_ms ? clock_boot_ms() - set->gap_since_ms : 0;

	set->gap_since_ms = 0;
	if (gap_ms >= set->context->times.gap_ms)
		set->callbacks.gap(set->callbacks.arg, gap_ms);
}

/* A registration that we don't know began before this hello, so it lasts at most as long as this one's life. */
static void count_ghosts(struct socket_set *set, const struct envelope *hello)
{
	int64_t life_ms = hello->approximate_life_s ? (int64_t)hello->approximate_life_s * 1000 : GHOST_LIFE_MS;
	unsigned ours = count_if(set, is_registered);
	unsigned ghosts;

	set->reported = (unsigned)hello->num_connections;
	ghosts = set->reported > ours ? set->reported - ours : 0;
	if (!ghosts)
		set->ghosts_until_ms = 0;
	else if (ghosts > set->ghosts)
		set->ghosts_until_ms = clock_boot_ms() + life_ms;
	set->ghosts = ghosts;
}

/* Its envelopes would be another app's, and ours would never come. */
static bool refuse_if_foreign(struct socket_set *set, struct socket *socket)
{
	AUTO_FREE char *reason = NULL;

	if (!*set->app_id || !*socket_app_id(socket) || text_eq(set->app_id, socket_app_id(socket)))
		return false;
	reason = mem_printf("the app token belongs to the app %s and the bot token to %s; both have to be of one app",
	                    socket_app_id(socket), set->app_id);
	socket_refuse(socket, reason);
	return true;
}

static void hello_came(void *arg, struct socket *socket, const struct envelope *hello)
{
	struct socket_set *set = arg;

	set->callbacks.hello(set->callbacks.arg, hello);
	if (refuse_if_foreign(set, socket))
		return;
	set->hellos++;
	count_ghosts(set, hello);
	while (count_if(set, socket_state_serves) > set->wanted && oldest_replacing(set))
		socket_replaced(oldest_replacing(set));
	not_before(set, set->context->times.stagger_ms);
	end_gap(set);
	wake(set);
}

static void reap(struct socket_set *set)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < set->count; i++) {
		if (is_alive(socket_state(set->sockets[i])))
			set->sockets[kept++] = set->sockets[i];
		else
			socket_free(set->sockets[i]);
	}
	set->count = kept;
}

static bool may_dial(const struct socket_set *set)
{
	return !count_if(set, socket_state_dials) && count_if(set, is_live) < set->wanted &&
	       count_if(set, is_alive) < set->wanted + SPARE && !(set->crowded && count_if(set, is_closing));
}

static int64_t max_of(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Time saves up for dials, for `wanted` of them and one more at most. */
static void save(struct socket_set *set, int64_t now)
{
	int64_t most = (set->wanted + SPARE) * set->context->times.budget_ms;

	set->saved_ms += now - set->saved_at_ms;
	set->saved_at_ms = now;
	if (set->saved_ms > most)
		set->saved_ms = most;
}

/*
 * How long until a dial is allowed. What failures impose comes first; the budget holds only those back who have a live
 * socket, for without one every second counts and the back-off is enough.
 */
static int64_t rest_ms(struct socket_set *set, int64_t now)
{
	const struct slack_times *times = &set->context->times;
	int64_t rest = set->not_before_ms - now;

	save(set, now);
	if (set->dialled_ms)
		rest = max_of(rest, set->dialled_ms + times->apart_ms - now);
	if (count_if(set, is_live))
		rest = max_of(rest, times->budget_ms - set->saved_ms);
	return rest;
}

static void dial(struct socket_set *set, int64_t now)
{
	assert(set->count < SLOTS);
	set->opens++;
	set->dialled_ms = now;
	set->saved_ms = max_of(set->saved_ms - set->context->times.budget_ms, 0);
	set->sockets[set->count++] = socket_new(set->context, ++set->next_id);
}

/* The reconnect decision. Everything that could change its answer wakes it. */
static void decide(void *arg)
{
	struct socket_set *set = arg;
	int64_t now = clock_boot_ms(), rest;

	forgive(set);
	reap(set);
	if (count_if(set, is_useful) && !set->stopped)
		end_gap(set);
	if (set->stopped) {
		loop_fn *done = set->stopped;

		if (set->count)
			return;
		loop_timer_set(set->report, -1);
		set->stopped = NULL;
		set->wanted = 0;
		done(set->stopped_arg);
		return;
	}
	if (!may_dial(set))
		return;
	rest = rest_ms(set, now);
	if (rest > 0)
		loop_timer_set(set->decide, rest);
	else
		dial(set, now);
}

static void report(void *arg)
{
	struct socket_set *set = arg;

	set->callbacks.state(set->callbacks.arg);
}

struct socket_set *socket_set_new(struct socket_context *context, unsigned wanted,
                                  const struct socket_set_callbacks *callbacks)
{
	struct socket_set *set = mem_alloc(sizeof(*set));

	assert(wanted >= 1 && wanted <= WANTED_MAX);
	set->context = context;
	set->callbacks = *callbacks;
	set->wanted = wanted;
	set->decide = loop_timer_new(context->loop, decide, set);
	set->report = loop_timer_new(context->loop, report, set);
	context->callbacks = (struct socket_callbacks){moved, envelope_came, hello_came, set};
	text_copy(set->last_loss, sizeof(set->last_loss), "");
	return set;
}

void socket_set_free(struct socket_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < set->count; i++)
		socket_free(set->sockets[i]);
	loop_timer_free(set->decide);
	loop_timer_free(set->report);
	free(set);
}

void socket_set_start(struct socket_set *set)
{
	set->saved_at_ms = clock_boot_ms();
	set->saved_ms = (set->wanted + SPARE) * set->context->times.budget_ms;
	wake(set);
}

void socket_set_stop(struct socket_set *set, loop_fn *done, void *arg)
{
	set->stopped = done;
	set->stopped_arg = arg;
	for (unsigned i = 0; i < set->count; i++)
		socket_close(set->sockets[i]);
	wake(set);
}

void socket_set_try_now(struct socket_set *set, bool new_app)
{
	if (set->stopped)
		return;
	set->renewing = true;
	for (unsigned i = 0; i < set->count; i++) {
		if (socket_state_dials(socket_state(set->sockets[i])))
			socket_close(set->sockets[i]);
		else if (new_app)
			socket_outdate(set->sockets[i]);
	}
	set->renewing = false;
	set->failures = 0;
	set->dialled_ms = set->not_before_ms = 0;
	wake(set);
}

void socket_set_expect_app(struct socket_set *set, const char *app_id)
{
	text_copy(set->app_id, sizeof(set->app_id), app_id);
	for (unsigned i = 0; i < set->count; i++)
		if (is_useful(socket_state(set->sockets[i])))
			refuse_if_foreign(set, set->sockets[i]);
}

struct socket *socket_set_find(const struct socket_set *set, uint64_t id)
{
	for (unsigned i = 0; i < set->count; i++)
		if (socket_id(set->sockets[i]) == id)
			return set->sockets[i];
	return NULL;
}

void socket_set_get_figures(const struct socket_set *set, struct slack_figures *ret)
{
	ret->live = count_if(set, socket_state_serves);
	ret->draining = count_if(set, is_draining);
	ret->reported = set->reported;
	ret->ghosts = set->ghosts;
	if (set->ghosts_until_ms)
		ret->ghosts_until = clock_wall_ms() + set->ghosts_until_ms - clock_boot_ms();
	ret->opens = set->opens;
	ret->hellos = set->hellos;
	ret->losses = set->losses;
	ret->unreadable = set->unreadable;
	for (unsigned i = 0; i < set->count; i++)
		if (is_alive(socket_state(set->sockets[i])))
			ret->unreadable += socket_unreadable(set->sockets[i]);
	text_copy(ret->last_loss, sizeof(ret->last_loss), set->last_loss);
}
