/*
 * app/pace.c - how fast Slack lets us speak.
 *
 * Conversations and messages that rest stand in one short list each, which
 * forgets an entry when its time has come. The calls of the last minute are a
 * ring per method.
 *
 * Updates are the scarcest: 50 a minute for the whole workspace, and a repair
 * makes a dozen. So those that only polish a message are made rarer as the
 * minute fills, which lets them merge in the outbox, and both kinds keep a
 * share that the other can't take.
 */
#include "bot/app/pace.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	MINUTE_MS = 60 * 1000,
	MESSAGE_REST_MS = 1000,       /* between two updates of one message: nobody reads faster */
	MESSAGE_REST_BUSY_MS = 20000, /* the same for polish, when half of the minute's updates are used */
	RING_MAX = 90,
	POLISH_MAX = 30, /* so that urgent updates find room at once */
	POLISH_MIN = 8,  /* so that the parents stay true while many cards are closed */
};

/* Below what Slack allows, for other calls of ours may have used some of it. Posts: bounded per channel, not in all. */
static const size_t per_minute[PACE_METHODS] = {
    [PACE_UPDATE] = 45, [PACE_EPHEMERAL] = 90, [PACE_HISTORY] = 40, [PACE_REPLIES] = 40};

struct rest {
	struct rest *next;
	char name[64];
	int64_t until; /* altogether */
	int64_t quiet; /* conversations: until then no new messages */
	bool refused;  /* Slack itself asked for it */
};

/* Calls of the last minute, newest last; `polish`: which were not urgent. */
struct ring {
	int64_t at[RING_MAX];
	bool polish[RING_MAX];
	size_t next;
	int64_t rest_until;
};

struct pace {
	int64_t post_every_ms;
	struct rest *conversations;
	struct rest *messages;
	struct ring rings[PACE_METHODS];
};

struct pace *pace_new(double posts_per_second)
{
	struct pace *pace = mem_alloc(sizeof *pace);

	pace->post_every_ms = posts_per_second > 0 ? (int64_t)(1000 / posts_per_second + 0.5) : 1000;
	for (int i = 0; i < PACE_METHODS; i++) {
		pace->rings[i].rest_until = INT64_MIN / 2;
		for (size_t j = 0; j < RING_MAX; j++)
			pace->rings[i].at[j] = INT64_MIN / 2;
	}
	return pace;
}

static void list_free(struct rest *list)
{
	while (list != NULL) {
		struct rest *next = list->next;
		free(list);
		list = next;
	}
}

void pace_free(struct pace *pace)
{
	if (pace == NULL)
		return;
	list_free(pace->conversations);
	list_free(pace->messages);
	free(pace);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* --- lists --- */

static void forget_rested(struct rest **list, int64_t now)
{
	while (*list != NULL) {
		struct rest *rest = *list;
		if (later(rest->until, rest->quiet) > now) {
			list = &rest->next;
			continue;
		}
		*list = rest->next;
		free(rest);
	}
}

static struct rest *find(struct rest *list, const char *name)
{
	while (list != NULL && strcmp(list->name, name) != 0)
		list = list->next;
	return list;
}

static struct rest *find_or_add(struct rest **list, const char *name)
{
	struct rest *rest = find(*list, name);

	if (rest == NULL) {
		rest = mem_alloc(sizeof *rest);
		text_copy(rest->name, sizeof rest->name, name);
		rest->next = *list;
		*list = rest;
	}
	return rest;
}

/* --- conversations --- */

void pace_rest(struct pace *pace, const char *conversation, int64_t until)
{
	struct rest *rest = find_or_add(&pace->conversations, conversation);
	rest->until = later(rest->until, until);
}

void pace_posted(struct pace *pace, const char *conversation, int64_t now)
{
	struct rest *rest = find_or_add(&pace->conversations, conversation);
	rest->quiet = later(rest->quiet, now + pace->post_every_ms);
}

void pace_post_refused(struct pace *pace, const char *conversation, int64_t now, int64_t until)
{
	struct rest *rest;

	forget_rested(&pace->conversations, now);
	for (rest = pace->conversations; rest != NULL; rest = rest->next)
		if (rest->refused && strcmp(rest->name, conversation) != 0)
			pace_rest_method(pace, PACE_POST, until);
	rest = find_or_add(&pace->conversations, conversation);
	rest->quiet = later(rest->quiet, until);
	rest->refused = true;
}

void pace_each_resting(struct pace *pace, int64_t now, void (*fn)(void *arg, const char *conversation, bool altogether),
                       void *arg)
{
	forget_rested(&pace->conversations, now);
	for (const struct rest *r = pace->conversations; r != NULL; r = r->next)
		fn(arg, r->name, r->until > now);
}

int64_t pace_next(const struct pace *pace)
{
	int64_t first = 0;
	for (const struct rest *r = pace->conversations; r != NULL; r = r->next) {
		int64_t until = later(r->until, r->quiet);
		if (first == 0 || until < first)
			first = until;
	}
	return first;
}

/* --- methods --- */

static bool is_polish(const struct pace_call *call)
{
	return call->method == PACE_UPDATE && !call->urgent;
}

/* How many of the last minute's calls; `polish`: of those alone. */
static size_t count_calls(const struct ring *ring, int64_t now, bool polish)
{
	size_t n = 0;
	for (size_t i = 0; i < RING_MAX; i++)
		n += ring->at[i] > now - MINUTE_MS && (!polish || ring->polish[i]);
	return n;
}

/* When the `nth` newest call (1: the newest) will be a minute ago. */
static int64_t minute_after(const struct ring *ring, size_t nth)
{
	return ring->at[(ring->next + RING_MAX - nth) % RING_MAX] + MINUTE_MS;
}

/* Of updates: is there room for one of this kind? */
static bool has_room(const struct ring *ring, const struct pace_call *call, int64_t now)
{
	size_t limit = per_minute[PACE_UPDATE];
	size_t all = count_calls(ring, now, false), polish = count_calls(ring, now, true);

	if (all >= limit)
		return false;
	if (call->urgent)
		return all - polish < limit - POLISH_MIN;
	return all < POLISH_MAX || polish < POLISH_MIN;
}

/* When the method has room; `now` when it has. */
static int64_t room_at(const struct ring *ring, const struct pace_call *call, int64_t now)
{
	size_t limit = per_minute[call->method];

	if (limit == 0)
		return now;
	if (call->method != PACE_UPDATE)
		return later(now, minute_after(ring, limit));
	if (has_room(ring, call, now))
		return now;
	/* As calls leave the minute one by one, there is room after one of them at the latest. */
	for (size_t nth = limit; nth > 0; nth--)
		if (minute_after(ring, nth) > now && has_room(ring, call, minute_after(ring, nth)))
			return minute_after(ring, nth);
	return now + MINUTE_MS;
}

/* One call's share of the minute. */
static int64_t share_of(enum pace_method method)
{
	return per_minute[method] == 0 ? 1000 : MINUTE_MS / (int64_t)per_minute[method];
}

/* While Slack wants the method to rest; for a minute after it, one by one, for there is room for few. */
static int64_t rested_at(const struct ring *ring, enum pace_method method, int64_t now)
{
	if (now >= ring->rest_until + MINUTE_MS)
		return now;
	return later(ring->rest_until, minute_after(ring, 1) - MINUTE_MS + share_of(method));
}

static int64_t message_at(const struct pace *pace, const struct pace_call *call, int64_t now)
{
	const struct ring *ring = &pace->rings[PACE_UPDATE];
	const struct rest *rest = call->message != NULL ? find(pace->messages, call->message) : NULL;
	bool busy = count_calls(ring, now, false) > per_minute[PACE_UPDATE] / 2;

	if (rest == NULL)
		return now;
	/* It stays listed for the long rest; urgent words, and quiet times, wait for the short one only. */
	return is_polish(call) && busy ? rest->until : rest->until - MESSAGE_REST_BUSY_MS + MESSAGE_REST_MS;
}

int64_t pace_may(struct pace *pace, const struct pace_call *call, int64_t now)
{
	const struct ring *ring = &pace->rings[call->method];

	forget_rested(&pace->messages, now);
	return later(later(now, message_at(pace, call, now)),
	             later(room_at(ring, call, now), rested_at(ring, call->method, now)));
}

void pace_called(struct pace *pace, const struct pace_call *call, int64_t now)
{
	struct ring *ring = &pace->rings[call->method];

	ring->at[ring->next] = now;
	ring->polish[ring->next] = is_polish(call);
	ring->next = (ring->next + 1) % RING_MAX;
	if (call->message != NULL)
		find_or_add(&pace->messages, call->message)->until = now + MESSAGE_REST_BUSY_MS;
}

void pace_rest_method(struct pace *pace, enum pace_method method, int64_t until)
{
	pace->rings[method].rest_until = later(pace->rings[method].rest_until, until);
}
