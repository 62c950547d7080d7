/*
 * tests/sim/slack/messages.c - the messages of a conversation.
 */

#include "tests/sim/slack/messages.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/events.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

json_t *message_ts(struct slack *slack)
{
	int64_t now = sim_wall_us();

	slack->last_ts_us = now > slack->last_ts_us ? now : slack->last_ts_us + 1;
	return sim_jsonf("%lld.%06lld", (long long)(slack->last_ts_us / 1000000),
	                 (long long)(slack->last_ts_us % 1000000));
}

/* They stand in the order of their ts, which only grows and always has as many digits. */
size_t message_from(const json_t *channel, const char *ts)
{
	const json_t *messages = json_object_get(channel, "_messages");
	size_t low = 0, high = json_array_size(messages);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(sim_text(json_array_get(messages, middle), "ts"), ts) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

json_t *message_find(const json_t *channel, const char *ts)
{
	json_t *message = json_array_get(json_object_get(channel, "_messages"), message_from(channel, ts));

	if (strcmp(sim_text(message, "ts"), ts) != 0 || json_object_get(message, "_deleted"))
		return NULL;
	return message;
}

json_t *message_new(struct slack *slack, const char *user, const char *text)
{
	json_t *message = json_pack("{s:s, s:s, s:s, s:s}", "type", "message", "user", user, "text", text, "team",
	                            slack_team_id(slack));

	if (strcmp(user, slack_bot(slack)) == 0) {
		json_object_set(message, "bot_id", json_object_get(slack->app, "bot_id"));
		json_object_set(message, "app_id", json_object_get(slack->app, "id"));
		json_object_set_new(message, "bot_profile",
		                    json_pack("{s:s, s:s, s:s, s:b, s:s}", "id", sim_text(slack->app, "bot_id"),
		                              "app_id", slack_app_id(slack), "name", sim_text(slack->app, "name"),
		                              "deleted", 0, "team_id", slack_team_id(slack)));
	} else {
		json_object_set_new(message, "client_msg_id", slack_token(slack, ""));
	}
	return message;
}

bool message_is_reply(const json_t *message)
{
	const char *thread = sim_text(message, "thread_ts");

	return *thread && strcmp(thread, sim_text(message, "ts")) != 0;
}

/* A parent bears its own ts as thread_ts from its first reply on. */
static void mark_parent(const json_t *channel, const json_t *message)
{
	json_t *parent = message_is_reply(message) ? message_find(channel, sim_text(message, "thread_ts")) : NULL;

	if (parent)
		json_object_set(parent, "thread_ts", json_object_get(parent, "ts"));
}

/* Also keeps what its blocks say, for those who wait for words. */
static void in_feed(struct slack *slack, const char *what, const json_t *channel, json_t *message)
{
	json_object_set_new(message, "_shown", blocks_text(json_object_get(message, "blocks")));
	json_object_set_new(message, "_feed",
	                    json_integer(feed_message(slack, what, sim_text(channel, "id"), message)));
}

json_t *message_post(struct slack *slack, json_t *channel, json_t *message)
{
	json_object_set_new(message, "ts", message_ts(slack));
	mark_parent(channel, message);
	json_array_append_new(json_object_get(channel, "_messages"), message);
	in_feed(slack, "post", channel, message);
	events_message(slack, channel, message);
	return message;
}

static void remember(json_t *message)
{
	json_t *history = json_object_get(message, "_history");
	json_t *old = json_pack("{s:O?, s:O?}", "text", json_object_get(message, "text"), "blocks",
	                        json_object_get(message, "blocks"));

	if (!history) {
		history = json_array();
		json_object_set_new(message, "_history", history);
	}
	json_array_append_new(history, old);
}

void message_change(struct slack *slack, json_t *channel, json_t *message, json_t *fields)
{
	json_t *previous = message_out(channel, message, false);
	const char *name;
	json_t *value;

	remember(message);
	json_object_foreach (fields, name, value) {
		if (json_is_null(value))
			json_object_del(message, name);
		else
			json_object_set(message, name, value);
	}
	in_feed(slack, "update", channel, message);
	events_message_changed(slack, channel, message, previous);
	json_decref(previous);
}

void message_remove(struct slack *slack, json_t *channel, json_t *message)
{
	json_object_set_new(message, "_deleted", json_true());
	in_feed(slack, "delete", channel, message);
	events_message_deleted(slack, channel, message);
}

/* --- showing --- */

static void count_replies(const json_t *channel, const char *ts, json_t *out)
{
	const json_t *messages = json_object_get(channel, "_messages");
	json_t *users = json_array();
	json_t *latest = NULL;
	json_int_t count = 0;

	for (size_t i = message_from(channel, ts); i < json_array_size(messages); i++) {
		const json_t *other = json_array_get(messages, i);

		if (json_object_get(other, "_deleted") || !message_is_reply(other) ||
		    strcmp(sim_text(other, "thread_ts"), ts) != 0)
			continue;
		count++;
		latest = json_object_get(other, "ts");
		if (json_array_size(users) < 5)
			json_array_append(users, json_object_get(other, "user"));
	}
	if (count > 0) {
		json_object_set_new(out, "reply_count", json_integer(count));
		json_object_set(out, "reply_users", users);
		json_object_set(out, "latest_reply", latest);
	}
	json_decref(users);
}

/* What is ours and not Slack's. */
static void forget_own(json_t *message)
{
	const char *name;
	void *next;
	json_t *value;

	json_object_foreach_safe (message, next, name, value) {
		if (*name == '_')
			json_object_del(message, name);
	}
}

json_t *message_out(const json_t *channel, const json_t *message, bool all_metadata)
{
	json_t *out = json_deep_copy(message);
	json_t *metadata = json_object_get(out, "metadata");

	forget_own(out);
	if (metadata && !all_metadata)
		json_object_del(metadata, "event_payload");
	if (message_is_reply(message)) {
		const json_t *parent = message_find(channel, sim_text(message, "thread_ts"));

		json_object_set_new(out, "parent_user_id", json_string(sim_text(parent, "user")));
	} else if (json_object_get(message, "thread_ts")) {
		count_replies(channel, sim_text(message, "ts"), out);
	}
	return out;
}

json_t *message_seen(const json_t *message)
{
	json_t *out = json_deep_copy(message);
	const json_t *blocks = json_object_get(message, "blocks");

	json_object_del(out, "bot_profile");
	json_object_del(out, "_shown");
	json_object_set_new(out, "shown", json_string(sim_text(message, "_shown")));
	json_object_set_new(out, "buttons", blocks_labels(blocks));
	json_object_set_new(out, "deleted", json_boolean(json_object_get(message, "_deleted") != NULL));
	return out;
}

json_t *ephemeral_add(struct slack *slack, const json_t *channel, json_t *message)
{
	const char *thread = sim_text(message, "thread_ts");
	bool visible = !*thread || message_find(channel, thread);

	json_object_set(message, "channel", json_object_get(channel, "id"));
	json_object_set_new(message, "ts", message_ts(slack));
	json_object_set_new(message, "is_ephemeral", json_true());
	json_object_set_new(message, "visible", json_boolean(visible));
	json_array_append_new(slack->ephemerals, message);
	in_feed(slack, "ephemeral", channel, message);
	return message;
}
