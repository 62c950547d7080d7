/*
 * app/pace.h - how fast Slack lets us speak.
 *
 * docs.slack.dev, "Rate limits": new messages one a second per channel,
 * chat.update 50 a minute and chat.postEphemeral 100 a minute in all. What
 * Retry-After says concerns one method in the whole workspace. Pure but for
 * the time that is handed in (boot time, ms).
 */
#pragma once

#include <stdint.h>

struct pace;

enum pace_method { PACE_POST, PACE_UPDATE, PACE_EPHEMERAL, PACE_METHODS };

/* posts_per_second: new messages per conversation. */
struct pace *pace_new(double posts_per_second);
void pace_free(struct pace *pace);

/* The conversation rests until then (never earlier than it does already). */
void pace_rest(struct pace *pace, const char *conversation, int64_t until);
/* A new message has been sent there. */
void pace_posted(struct pace *pace, const char *conversation, int64_t now);
/* Calls fn for each conversation that rests now. */
void pace_each_resting(struct pace *pace, int64_t now, void (*fn)(void *arg, const char *conversation), void *arg);
/* When the first of them may speak again; 0 when none rests. */
int64_t pace_next(const struct pace *pace);

/* When this method may be called: `now` or later. `message` (channel and ts) rests for itself; NULL: none. */
int64_t pace_may(struct pace *pace, enum pace_method method, const char *message, int64_t now);
/* It is being called. */
void pace_called(struct pace *pace, enum pace_method method, const char *message, int64_t now);
/* Slack wants this method to rest. */
void pace_rest_method(struct pace *pace, enum pace_method method, int64_t until);
