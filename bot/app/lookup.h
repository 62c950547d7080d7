/*
 * app/lookup.h - what Slack says about one thing, remembered for some minutes.
 *
 * One Web API method, asked with one argument (users.info with a user,
 * conversations.info with a channel). Those who ask for the same thing while a
 * question is under way share its answer. What Slack refuses is not remembered,
 * nor what it was asked before the thing changed. Slack's pace is kept: what is
 * too much waits its turn, and what is rate-limited is asked again after the rest.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/slack/slack.h"

struct lookup;

struct lookup_options {
	const char *method;   /* "users.info"; these strings have to outlive the lookup */
	const char *argument; /* "user" */
	const char *extra;    /* one more argument, sent as "true"; NULL: none */
	const char *part;     /* the member of the answer that is kept: "user" */
	int64_t fresh_ms;     /* how long an answer is good */
	unsigned burst;       /* so many questions may leave at once, and */
	unsigned per_minute;  /* so many more in a minute; 0: as many as are asked */
};

/*
 * `value` is borrowed, and NULL unless `code` is OK; `error` is Slack's word, or "". TEMPORARY also covers a time that
 * ran out, ABORTED lookup_stop. Comes later, once, on the loop's thread; never after lookup_free.
 */
typedef void lookup_fn(void *arg, enum errc code, const char *error, const json_t *value);

struct lookup *lookup_new(struct loop *loop, struct slack *slack, const struct lookup_options *options);
/* After the last answer of Slack has come (slack_free, http_free). */
void lookup_free(struct lookup *lookup);
/* `afresh`: a question that begins now, whatever is remembered or under way. */
void lookup_get(struct lookup *lookup, const char *key, bool afresh, int64_t timeout_ms, lookup_fn *fn, void *arg);
/* The remembered value, borrowed until the next call here; NULL when there is none or it is too old. */
const json_t *lookup_peek(const struct lookup *lookup, const char *key);
/* It has changed: what is remembered is forgotten, and an answer on its way tells only those who asked for it. */
void lookup_forget(struct lookup *lookup, const char *key);
/* We are going down: what waits for its turn is not asked any more; its waiters are told ABORTED, from inside. */
void lookup_stop(struct lookup *lookup);
