/*
 * interleavings/slack.h - Slack as it stands: messages, their buttons, and buttons that somebody has seen once.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/store/outbox.h"
#include "tests/interleavings/dice.h"

enum { MESSAGES_MAX = 400, SEEN_MAX = 64 };

struct said {
	char channel[32], ts[32], thread[32], slot[64], key[40];
	int64_t request;
	json_t *body;
	bool buttons;
};

/* A button as somebody saw it, perhaps long ago. */
struct seen {
	char action[40], value[64], channel[32], ts[32];
};

struct slack {
	struct said messages[MESSAGES_MAX];
	unsigned count;
	struct seen seen[SEEN_MAX];
	unsigned seen_count;
	int64_t last_ts;
	bool closed; /* direct messages are refused */
};

void slack_begin(struct slack *slack);
void slack_end(struct slack *slack);
struct said *slack_by_key(struct slack *slack, const char *key);
struct said *slack_by_ts(struct slack *slack, const char *ts);
/* Posts it, whatever stands there already; gives its ts. NULL: there is no more room, and the run is over. */
const struct said *slack_post(struct slack *slack, const struct outbox_row *row);
/* Words for one person alone, whose buttons they may press as long as they like. */
void slack_whisper(struct slack *slack, json_t *body, const char *channel);
void slack_change(struct slack *slack, struct said *said, json_t *body);
/* Some button of a message that stands: the first has index 0; false when there is none such. */
bool slack_button(const struct said *said, unsigned index, struct seen *ret);
unsigned slack_buttons(const struct said *said);
/* A random button that stands now; false when there is none. */
bool slack_pick(const struct slack *slack, struct dice *dice, struct seen *ret);
/* The newest that stands with this action. */
bool slack_find(const struct slack *slack, const char *action, struct seen *ret);
