#pragma once

/*
 * tests/sim/slack/messages.h - the messages of a conversation, their threads
 * and what was changed in them.
 *
 * A message has the shape of Slack's, plus "_feed" (the feed entry of its
 * last change), "_shown" (what its blocks say), "_history" (what it said
 * before) and "_deleted".
 */

#include "tests/sim/slack/slack.h"

/* A ts that no message has had: the time, at least a microsecond after the latest. A new JSON string. */
json_t *message_ts(struct slack *slack);

/* Where in "_messages" those of that ts and later begin. */
size_t message_from(const json_t *channel, const char *ts);

/* The message with that ts, borrowed; NULL: none, or deleted. */
json_t *message_find(const json_t *channel, const char *ts);

/* A new message object by that person (the bot's bears what an app's messages bear). */
json_t *message_new(struct slack *slack, const char *user, const char *text);

/* Appends `message` (taken), tells the app if it listens, and returns it, borrowed. */
json_t *message_post(struct slack *slack, json_t *channel, json_t *message);

/* Members of `fields` replace those of the message; a JSON null removes one. */
void message_change(struct slack *slack, json_t *channel, json_t *message, json_t *fields);

void message_remove(struct slack *slack, json_t *channel, json_t *message);

/* As Slack's answers show it, a new reference: parents count their replies; the payload of metadata only on demand. */
json_t *message_out(const json_t *channel, const json_t *message, bool all_metadata);

/* Is it a reply (and not the parent of its thread)? */
bool message_is_reply(const json_t *message);

/* As /_sim/ shows it: text, buttons, shown, thread, history; a new reference. */
json_t *message_seen(const json_t *message);

/* Only somebody in particular sees it: kept apart, in slack->ephemerals. Takes `message`, which names `user`,
 * `text`, `blocks` and perhaps `thread_ts`; returns it, borrowed, with its ts. */
json_t *ephemeral_add(struct slack *slack, const json_t *channel, json_t *message);
