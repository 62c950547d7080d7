/*
 * app/pace.h - how fast Slack lets us speak.
 *
 * docs.slack.dev, "Rate limits": new messages one a second per channel,
 * chat.update and reading a conversation 50 a minute and chat.postEphemeral 100
 * a minute in all. What Retry-After says concerns one method in the whole
 * workspace; for new messages first of all the channel. Pure but for the time
 * that is handed in (boot time, ms).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pace;

enum pace_method { PACE_POST, PACE_UPDATE, PACE_EPHEMERAL, PACE_HISTORY, PACE_REPLIES, PACE_METHODS };

/* posts_per_second: new messages per conversation. */
struct pace *pace_new(double posts_per_second);
void pace_free(struct pace *pace);

/* --- conversations --- */

/* Nothing leaves there until then (never earlier than it does already). */
void pace_rest(struct pace *pace, const char *conversation, int64_t until);
/* A new message has been sent there. */
void pace_posted(struct pace *pace, const char *conversation, int64_t now);
/*
 * Slack wants no new message there until then. When it says so of another conversation meanwhile, it is more than that
 * channel: then all new messages rest (pace_may).
 */
void pace_post_refused(struct pace *pace, const char *conversation, int64_t now, int64_t until);
/* Calls fn for each conversation that rests now: altogether, or for new messages only. */
void pace_each_resting(struct pace *pace, int64_t now, void (*fn)(void *arg, const char *conversation, bool altogether),
                       void *arg);
/* When the first of them may speak again; 0 when none rests. */
int64_t pace_next(const struct pace *pace);

/* --- methods --- */

struct pace_call {
	enum pace_method method;
	bool urgent;         /* an update that ends buttons, or says who decided what; what is not urgent leaves room */
	const char *message; /* an update's channel and ts, for it rests for itself; NULL: none */
};

/* When this may be called: `now` or later. */
int64_t pace_may(struct pace *pace, const struct pace_call *call, int64_t now);
/* It is being called. */
void pace_called(struct pace *pace, const struct pace_call *call, int64_t now);
/* Slack wants this method to rest. */
void pace_rest_method(struct pace *pace, enum pace_method method, int64_t until);
