/*
 * tests/sim/slack/web_chat.c - chat.*, reactions.add, pins.add: what an app
 * says, and what it may not say.
 */

#include "tests/sim/slack/web.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/blocks_check.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/limits.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

enum { POST_MAX = 40000, UPDATE_MAX = 4000, METADATA_MAX = 16000 };

/* --- where --- */

/* The conversation, if the bot may write there; NULL: answered. `people`: a user id stands for the direct message. */
static json_t *place_to_write(struct call *call, bool people)
{
	struct slack *slack = call->slack;
	const char *id = call_text(call, "channel");
	json_t *channel = json_object_get(slack->channels, id);
	const char *error = NULL;

	if (!channel && people && json_object_get(slack->users, id))
		channel = workspace_dm(slack, id);
	if (!channel)
		error = "channel_not_found";
	else if (!channel_has(channel, slack_bot(slack)))
		error = json_is_true(json_object_get(channel, "is_private")) ? "channel_not_found" : "not_in_channel";
	else if (json_is_true(json_object_get(channel, "is_archived")))
		error = "is_archived";
	else if (channel_is_dm(channel) && json_is_false(json_object_get(slack->app, "messages_tab")))
		error = "messages_tab_disabled";
	else if (json_is_true(json_object_get(channel, "is_read_only")))
		error = "restricted_action_read_only_channel";
	else if (json_is_true(json_object_get(channel, "is_thread_only")) && people && !*call_text(call, "thread_ts"))
		error = "restricted_action_thread_only_channel";
	else if (json_is_true(json_object_get(channel, "is_non_threadable")) && *call_text(call, "thread_ts"))
		error = "restricted_action_non_threadable_channel";
	if (!error)
		return channel;
	call_fail(call, error);
	return NULL;
}

/* The thread is that of a parent which is still there. */
static bool thread_is_good(struct call *call, const json_t *channel)
{
	const char *ts = call_text(call, "thread_ts");
	const json_t *parent = message_find(channel, ts);

	if (!*ts)
		return true;
	if (json_is_number(json_object_get(call->args, "thread_ts")))
		sim_violation(call->slack->sim, "%s: thread_ts is a number", call->method->name);
	if (!parent) {
		call_fail(call, "thread_not_found");
		return false;
	}
	if (message_is_reply(parent)) {
		sim_violation(call->slack->sim, "%s: thread_ts %s is a reply's, not a parent's", call->method->name,
		              ts);
		call_fail(call, "cannot_reply_to_message");
		return false;
	}
	return true;
}

/* The message to work on; NULL: answered. */
static json_t *message_named(struct call *call, const json_t *channel, const char *arg)
{
	json_t *message = message_find(channel, call_text(call, arg));

	if (!message)
		call_fail(call, "message_not_found");
	return message;
}

/* --- what --- */

/* Adds the nested argument to `content` if it is there; false: answered. */
static bool add_nested(struct call *call, json_t *content, const char *name, const char *error)
{
	bool bad;
	json_t *nested = call_nested(call, name, &bad);

	if (bad)
		call_fail(call, error);
	else if (nested)
		json_object_set_new(content, name, nested);
	return !bad;
}

static bool blocks_are_good(struct call *call, json_t *content)
{
	json_t *blocks = json_object_get(content, "blocks");
	json_t *errors;

	if (!blocks)
		return true;
	if (!json_is_array(blocks)) {
		call_fail(call, "invalid_blocks_format");
		return false;
	}
	errors = blocks_check(blocks, SURFACE_MESSAGE);
	if (json_array_size(errors) > 0) {
		sim_violation(call->slack->sim, "%s: %s", call->method->name,
		              json_string_value(json_array_get(errors, 0)));
		call_fail_why(call, "invalid_blocks", errors);
		return false;
	}
	json_decref(errors);
	blocks_give_ids(call->slack, blocks);
	return true;
}

static bool metadata_is_good(struct call *call, const json_t *content)
{
	const json_t *metadata = json_object_get(content, "metadata");
	size_t size = metadata ? json_dumpb(metadata, NULL, 0, JSON_COMPACT) : 0;
	const char *error = NULL;

	if (!metadata || (json_is_object(metadata) && json_object_size(metadata) == 0))
		return true;
	if (!*sim_text(metadata, "event_type") || !json_is_object(json_object_get(metadata, "event_payload")))
		error = "invalid_metadata_format";
	else if (size > METADATA_MAX)
		error = "metadata_too_large";
	if (error)
		call_fail(call, error);
	return !error;
}

/* Text, blocks and the rest of a message; NULL: answered. A new reference. */
static json_t *content_of(struct call *call)
{
	json_t *content = json_object();
	const char *markdown = call_text(call, "markdown_text");
	bool good;

	if (call_has(call, "text"))
		json_object_set_new(content, "text", json_string(call_text(call, "text")));
	good = add_nested(call, content, "blocks", "invalid_blocks_format") &&
	       add_nested(call, content, "attachments", "invalid_attachments") &&
	       add_nested(call, content, "metadata", "invalid_metadata_format") && blocks_are_good(call, content) &&
	       metadata_is_good(call, content);
	if (good && *markdown && (call_has(call, "text") || call_has(call, "blocks"))) {
		call_fail(call, "markdown_text_conflict");
		good = false;
	}
	if (good && *markdown)
		json_object_set_new(content, "text", json_string(markdown));
	if (good && !*sim_text(content, "text") && json_array_size(json_object_get(content, "blocks")) == 0 &&
	    json_array_size(json_object_get(content, "attachments")) == 0) {
		call_fail(call, "no_text");
		good = false;
	}
	if (good)
		return content;
	json_decref(content);
	return NULL;
}

/* The first `most` characters. */
static json_t *cut(const char *text, size_t most)
{
	size_t len = 0;

	for (size_t chars = 0; text[len]; len++) {
		if (((unsigned char)text[len] & 0xc0) != 0x80 && chars++ == most)
			break;
	}
	return json_stringn(text, len);
}

static void cut_text(struct call *call, json_t *content)
{
	const char *text = sim_text(content, "text");

	if (slack_chars(text) <= POST_MAX)
		return;
	json_object_set_new(content, "text", cut(text, POST_MAX));
	json_array_append_new(call->warnings, json_string("message_truncated"));
}

/* --- methods --- */

static void post(struct call *call, json_t *channel, json_t *content)
{
	struct slack *slack = call->slack;
	json_t *message = message_new(slack, slack_bot(slack), "");

	cut_text(call, content);
	json_object_update(message, content);
	if (*call_text(call, "thread_ts"))
		json_object_set(message, "thread_ts", json_object_get(call->args, "thread_ts"));
	if (call_flag(call, "reply_broadcast"))
		json_object_set_new(message, "subtype", json_string("thread_broadcast"));
	message = message_post(slack, channel, message);
	call_ok(call, json_pack("{s:s, s:O, s:o}", "channel", sim_text(channel, "id"), "ts",
	                        json_object_get(message, "ts"), "message", message_out(channel, message, true)));
}

static void chat_post_message(struct call *call)
{
	json_t *channel = place_to_write(call, true);
	json_t *content;
	int wait;

	if (!channel || !thread_is_good(call, channel))
		return;
	content = content_of(call);
	if (!content)
		return;
	wait = limit_post(call->slack, sim_text(channel, "id"));
	if (wait > 0)
		call_limited(call, wait);
	else
		post(call, channel, content);
	json_decref(content);
}

static void set_default(json_t *fields, const char *name, json_t *value)
{
	if (!json_object_get(fields, name))
		json_object_set(fields, name, value);
	json_decref(value);
}

/* Text without blocks takes the blocks away, and says that it was edited; blocks without text leave the text. */
static json_t *update_fields(struct slack *slack, const json_t *content)
{
	json_t *fields = json_deep_copy(content);
	const json_t *metadata = json_object_get(fields, "metadata");

	if (json_object_get(fields, "text") && !json_object_get(fields, "blocks")) {
		set_default(fields, "blocks", json_null());
		set_default(fields, "edited",
		            json_pack("{s:s, s:o}", "user", slack_bot(slack), "ts", message_ts(slack)));
	}
	if (metadata && json_object_size(metadata) == 0)
		json_object_set_new(fields, "metadata", json_null());
	return fields;
}

static void chat_update(struct call *call)
{
	struct slack *slack = call->slack;
	json_t *channel = place_to_write(call, false);
	json_t *message = channel ? message_named(call, channel, "ts") : NULL;
	json_t *content;
	json_t *fields;

	if (!message)
		return;
	if (strcmp(sim_text(message, "user"), slack_bot(slack)) != 0) {
		call_fail(call, "cant_update_message");
		return;
	}
	if (slack_chars(call_text(call, "text")) > UPDATE_MAX) {
		sim_violation(slack->sim, "chat.update: the text is longer than 4000 characters");
		call_fail(call, "msg_too_long");
		return;
	}
	content = content_of(call);
	if (!content)
		return;
	fields = update_fields(slack, content);
	message_change(slack, channel, message, fields);
	json_decref(fields);
	json_decref(content);
	call_ok(call, json_pack("{s:s, s:O, s:O, s:o}", "channel", sim_text(channel, "id"), "ts",
	                        json_object_get(message, "ts"), "text", json_object_get(message, "text"), "message",
	                        message_out(channel, message, true)));
}

static void chat_post_ephemeral(struct call *call)
{
	struct slack *slack = call->slack;
	const char *user = call_text(call, "user");
	json_t *channel = place_to_write(call, false);
	json_t *content;
	json_t *message;

	if (!channel)
		return;
	if (!channel_has(channel, user) ||
	    json_is_true(json_object_get(json_object_get(slack->users, user), "deleted"))) {
		call_fail(call, "user_not_in_channel");
		return;
	}
	content = content_of(call);
	if (!content)
		return;
	if (slack_chars(sim_text(content, "text")) > UPDATE_MAX) {
		json_decref(content);
		call_fail(call, "msg_too_long");
		return;
	}
	json_object_set_new(content, "user", json_string(user));
	if (*call_text(call, "thread_ts"))
		json_object_set(content, "thread_ts", json_object_get(call->args, "thread_ts"));
	message = ephemeral_add(slack, channel, content);
	call_ok(call, json_pack("{s:O}", "message_ts", json_object_get(message, "ts")));
}

static void chat_delete(struct call *call)
{
	json_t *channel = place_to_write(call, false);
	json_t *message = channel ? message_named(call, channel, "ts") : NULL;

	if (!message)
		return;
	if (strcmp(sim_text(message, "user"), slack_bot(call->slack)) != 0) {
		call_fail(call, "cant_delete_message");
		return;
	}
	message_remove(call->slack, channel, message);
	call_ok(call,
	        json_pack("{s:s, s:O}", "channel", sim_text(channel, "id"), "ts", json_object_get(message, "ts")));
}

static void chat_get_permalink(struct call *call)
{
	struct slack *slack = call->slack;
	const json_t *channel = json_object_get(slack->channels, call_text(call, "channel"));
	const json_t *message = channel ? message_find(channel, call_text(call, "message_ts")) : NULL;
	const char *dot;
	json_t *link;

	if (!message) {
		call_fail(call, channel ? "message_not_found" : "channel_not_found");
		return;
	}
	dot = strchr(sim_text(message, "ts"), '.');
	link =
	    sim_jsonf("https://%s.slack.com/archives/%s/p%.*s%s", sim_text(slack->team, "domain"),
	              sim_text(channel, "id"), (int)(dot - sim_text(message, "ts")), sim_text(message, "ts"), dot + 1);
	if (message_is_reply(message)) {
		json_t *longer = sim_jsonf("%s?thread_ts=%s&cid=%s", json_string_value(link),
		                           sim_text(message, "thread_ts"), sim_text(channel, "id"));

		json_decref(link);
		link = longer;
	}
	call_ok(call, json_pack("{s:s, s:o}", "channel", sim_text(channel, "id"), "permalink", link));
}

/* Marks the message once; a second time it is `already`. */
static void mark(struct call *call, const char *list, const char *what, const char *already)
{
	json_t *channel = place_to_write(call, false);
	json_t *message = channel ? message_named(call, channel, "timestamp") : NULL;
	json_t *marks = json_object_get(message, list);

	if (!message)
		return;
	if (!marks) {
		marks = json_object();
		json_object_set_new(message, list, marks);
	}
	if (json_object_get(marks, what)) {
		call_fail(call, already);
		return;
	}
	json_object_set_new(marks, what, json_true());
	call_ok(call, NULL);
}

static void reactions_add(struct call *call)
{
	const char *name = call_text(call, "name");

	if (strchr(name, ':'))
		call_fail(call, "invalid_name");
	else
		mark(call, "_reactions", name, "already_reacted");
}

static void pins_add(struct call *call)
{
	if (*call_text(call, "timestamp"))
		mark(call, "_pins", "pinned", "already_pinned");
	else
		call_fail(call, "no_item_specified");
}

const struct method chat_methods[] = {
    {"chat.postMessage", TOKEN_BOT, "chat:write", true, 0, "channel", chat_post_message},
    {"chat.update", TOKEN_BOT, "chat:write", true, 50, "channel ts", chat_update},
    {"chat.postEphemeral", TOKEN_BOT, "chat:write", true, 100, "channel user", chat_post_ephemeral},
    {"chat.delete", TOKEN_BOT, "chat:write", true, 50, "channel ts", chat_delete},
    {"chat.getPermalink", TOKEN_BOT, NULL, false, 600, "channel message_ts", chat_get_permalink},
    {"reactions.add", TOKEN_BOT, "reactions:write", true, 50, "channel name timestamp", reactions_add},
    {"pins.add", TOKEN_BOT, "pins:write", true, 20, "channel", pins_add},
    {0},
};
