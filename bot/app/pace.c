/*
 * app/pace.c - how fast Slack lets us speak.
 *
 * Conversations and messages that rest stand in one short list each, which
 * forgets an entry when its time has come. The calls of the last minute are a ring.
 */
#include "bot/app/pace.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	MINUTE_MS = 60 * 1000,
	MESSAGE_REST_MS = 1000, /* between two updates of one message: nobody reads faster */
	RING_MAX = 90,
};

/* Below what Slack allows, for other calls of ours may have used some of it. Posts: bounded per channel, not in all. */
static const size_t per_minute[PACE_METHODS] = {[PACE_UPDATE] = 45, [PACE_EPHEMERAL] = 90};

struct rest {
	struct rest *next;
	char name[64];
	int64_t until;
};

struct ring {
	int64_t at[RING_MAX];
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
	for (int i = 0; i < PACE_METHODS; i++)
		for (size_t j = 0; j < RING_MAX; j++)
			pace->rings[i].at[j] = INT64_MIN / 2;
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

static void forget_rested(struct rest **list, int64_t now)
{
	while (*list != NULL) {
		struct rest *rest = *list;
		if (rest->until > now) {
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

static void rest_until(struct rest **list, const char *name, int64_t until)
{
	struct rest *rest = find(*list, name);

	if (rest == NULL) {
		rest = mem_alloc(sizeof *rest);
		text_copy(rest->name, sizeof rest->name, name);
		rest->next = *list;
		*list = rest;
	}
	if (rest->until < until)
		rest->until = until;
}

void pace_rest(struct pace *pace, const char *conversation, int64_t until)
{
	rest_until(&pace->conversations, conversation, until);
}

void pace_posted(struct pace *pace, const char *conversation, int64_t now)
{
	pace_rest(pace, conversation, now + pace->post_every_ms);
}

void pace_each_resting(struct pace *pace, int64_t now, void (*fn)(void *arg, const char *conversation), void *arg)
{
	forget_rested(&pace->conversations, now);
	for (const struct rest *r = pace->conversations; r != NULL; r = r->next)
		fn(arg, r->name);
}

int64_t pace_next(const struct pace *pace)
{
	int64_t first = 0;
	for (const struct rest *r = pace->conversations; r != NULL; r = r->next)
		if (first == 0 || r->until < first)
			first = r->until;
	return first;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t pace_may(struct pace *pace, enum pace_method method, const char *message, int64_t now)
{
	const struct ring *ring = &pace->rings[method];
	size_t limit = per_minute[method];
	/* The call that is `limit` calls back has to be a minute ago. */
	int64_t oldest = ring->at[(ring->next + RING_MAX - limit) % RING_MAX];
	int64_t at = later(now, later(ring->rest_until, limit == 0 ? now : oldest + MINUTE_MS));

	forget_rested(&pace->messages, now);
	const struct rest *rest = message != NULL ? find(pace->messages, message) : NULL;
	return rest != NULL ? later(at, rest->until) : at;
}

void pace_called(struct pace *pace, enum pace_method method, const char *message, int64_t now)
{
	struct ring *ring = &pace->rings[method];

	ring->at[ring->next] = now;
	ring->next = (ring->next + 1) % RING_MAX;
	if (message != NULL)
		rest_until(&pace->messages, message, now + MESSAGE_REST_MS);
}

void pace_rest_method(struct pace *pace, enum pace_method method, int64_t until)
{
	pace->rings[method].rest_until = later(pace->rings[method].rest_until, until);
}
