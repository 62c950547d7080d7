/*
 * tests/sim/slack/web_conversations.c - conversations.*: opening direct
 * messages and reading back what was said.
 */

#include "tests/sim/slack/web.h"

#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

enum { PAGE_MAX = 999, MEMBERS_MAX = 1000 };

/* The scope that reading this conversation needs: channels:read, groups:history … */
static bool scope_for(struct call *call, const json_t *channel, const char *right)
{
	const char *type = channel_type(channel);
	json_t *scope = sim_jsonf("%s:%s",
	                          strcmp(type, "im") == 0      ? "im"
	                          : strcmp(type, "group") == 0 ? "groups"
	                                                       : "channels",
	                          right);
	bool has = call_scope(call, json_string_value(scope));

	json_decref(scope);
	return has;
}

/* A conversation that the bot can see; NULL: answered. */
static json_t *place_to_read(struct call *call, const char *right)
{
	json_t *channel = json_object_get(call->slack->channels, call_text(call, "channel"));

	if (channel && json_is_true(json_object_get(channel, "is_private")) &&
	    !channel_has(channel, slack_bot(call->slack)))
		channel = NULL;
	if (!channel)
		call_fail(call, "channel_not_found");
	else if (!scope_for(call, channel, right))
		return NULL;
	return channel;
}

static json_t *channel_out(const struct slack *slack, const json_t *channel)
{
	const char *type = channel_type(channel);
	json_t *out = json_copy((json_t *)(uintptr_t)channel); /* not deep: it has all messages */
	json_t *members = json_object_get(channel, "members");

	json_object_del(out, "_messages");
	json_object_del(out, "members");
	json_object_set_new(out, "is_channel", json_boolean(strcmp(type, "channel") == 0));
	json_object_set_new(out, "is_group", json_boolean(strcmp(type, "group") == 0));
	json_object_set_new(out, "is_im", json_boolean(strcmp(type, "im") == 0));
	json_object_set_new(out, "is_mpim", json_false());
	json_object_set_new(out, "is_member", json_boolean(channel_has(channel, slack_bot(slack))));
	json_object_set_new(out, "num_members", json_integer((json_int_t)json_array_size(members)));
	json_object_set_new(out, "context_team_id", json_string(slack_team_id(slack)));
	if (!json_object_get(out, "is_archived"))
		json_object_set_new(out, "is_archived", json_false());
	if (!json_object_get(out, "is_private"))
		json_object_set_new(out, "is_private", json_boolean(strcmp(type, "channel") != 0));
	if (!json_object_get(out, "is_ext_shared"))
		json_object_set_new(out, "is_ext_shared", json_false());
	return out;
}

/* --- opening --- */

static const char *why_not_open(const struct slack *slack, const json_t *user)
{
	if (!user)
		return "user_not_found";
	if (json_is_true(json_object_get(user, "deleted")))
		return "user_disabled";
	if (json_is_true(json_object_get(user, "is_bot")) || strcmp(sim_text(user, "id"), "USLACKBOT") == 0)
		return "cannot_dm_bot";
	if (strcmp(sim_text(user, "team_id"), slack_team_id(slack)) != 0)
		return "user_not_visible";
	return NULL;
}

static void open_dm(struct call *call, const char *user)
{
	const char *error = why_not_open(call->slack, json_object_get(call->slack->users, user));
	json_t *channel;

	if (error) {
		call_fail(call, error);
		return;
	}
	channel = workspace_dm(call->slack, user);
	call_ok(call, json_pack("{s:o}", "channel",
	                        call_flag(call, "return_im") ? channel_out(call->slack, channel)
	                                                     : json_pack("{s:s}", "id", sim_text(channel, "id"))));
}

static void conversations_open(struct call *call)
{
	const char *users = call_text(call, "users");
	const char *channel = call_text(call, "channel");
	const json_t *found = *channel ? json_object_get(call->slack->channels, channel) : NULL;

	if (*users && strchr(users, ','))
		call_fail(call, "missing_scope");
	else if (*users)
		open_dm(call, users);
	else if (found && channel_is_dm(found))
		open_dm(call, sim_text(found, "user"));
	else
		call_fail(call, *channel ? "channel_not_found" : "users_list_not_supplied");
}

/* --- reading --- */

static void conversations_info(struct call *call)
{
	const json_t *channel = place_to_read(call, "read");

	if (channel)
		call_ok(call, json_pack("{s:o}", "channel", channel_out(call->slack, channel)));
}

static void conversations_members(struct call *call)
{
	const json_t *channel = place_to_read(call, "read");
	json_t *page = channel ? call_page(call, "members", json_object_get(channel, "members"), MEMBERS_MAX) : NULL;

	if (page)
		call_ok(call, page);
}

static bool ts_is_good(const char *ts)
{
	return strspn(ts, "0123456789.") == strlen(ts);
}

/* A ts as two numbers, so that 10.5 and 9.000001 compare as they should. */
static int ts_compare(const char *a, const char *b)
{
	size_t whole_a = strcspn(a, ".");
	size_t whole_b = strcspn(b, ".");

	if (whole_a != whole_b)
		return whole_a < whole_b ? -1 : 1;
	return strcmp(a, b);
}

static bool within(const struct call *call, const char *ts)
{
	const char *oldest = call_text(call, "oldest");
	const char *latest = call_text(call, "latest");
	bool inclusive = call_flag(call, "inclusive");

	if (*oldest && strcmp(oldest, "0") != 0 && ts_compare(ts, oldest) < (inclusive ? 0 : 1))
		return false;
	return !*latest || ts_compare(ts, latest) <= (inclusive ? 0 : -1);
}

static bool bounds_are_good(struct call *call)
{
	if (!ts_is_good(call_text(call, "oldest")))
		call_fail(call, "invalid_ts_oldest");
	else if (!ts_is_good(call_text(call, "latest")))
		call_fail(call, "invalid_ts_latest");
	else
		return true;
	return false;
}

static void answer_messages(struct call *call, json_t *messages)
{
	json_t *page = call_page(call, "messages", messages, PAGE_MAX);
	json_t *meta;

	json_decref(messages);
	if (!page)
		return;
	meta = json_object_get(page, "response_metadata");
	json_object_set_new(page, "has_more", json_boolean(*sim_text(meta, "next_cursor") != '\0'));
	call_ok(call, page);
}

static void conversations_history(struct call *call)
{
	const json_t *channel = place_to_read(call, "history");
	bool all = call_flag(call, "include_all_metadata");
	json_t *found = json_array();

	if (channel && !channel_has(channel, slack_bot(call->slack))) {
		call_fail(call, "not_in_channel");
		channel = NULL;
	}
	if (!channel || !bounds_are_good(call)) {
		json_decref(found);
		return;
	}
	const json_t *messages = json_object_get(channel, "_messages");
	for (size_t i = message_from(channel, call_text(call, "oldest")); i < json_array_size(messages); i++) {
		const json_t *message = json_array_get(messages, i);
		bool shown =
		    !message_is_reply(message) || strcmp(sim_text(message, "subtype"), "thread_broadcast") == 0;

		if (shown && !json_object_get(message, "_deleted") && within(call, sim_text(message, "ts")))
			json_array_insert_new(found, 0, message_out(channel, message, all));
	}
	answer_messages(call, found);
}

static bool in_thread(const json_t *message, const char *ts)
{
	return !json_object_get(message, "_deleted") &&
	       (strcmp(sim_text(message, "ts"), ts) == 0 || strcmp(sim_text(message, "thread_ts"), ts) == 0);
}

/* The parent is always there, whatever the bounds. */
static void conversations_replies(struct call *call)
{
	const json_t *channel = place_to_read(call, "history");
	const char *ts = call_text(call, "ts");
	bool all = call_flag(call, "include_all_metadata");
	json_t *found = json_array();

	if (channel && !channel_has(channel, slack_bot(call->slack))) {
		call_fail(call, "not_in_channel");
		channel = NULL;
	}
	if (channel && !message_find(channel, ts)) {
		call_fail(call, "thread_not_found");
		channel = NULL;
	}
	if (!channel || !bounds_are_good(call)) {
		json_decref(found);
		return;
	}
	const json_t *messages = json_object_get(channel, "_messages");
	for (size_t i = message_from(channel, ts); i < json_array_size(messages); i++) {
		const json_t *message = json_array_get(messages, i);
		bool parent = strcmp(sim_text(message, "ts"), ts) == 0;

		if (in_thread(message, ts) && (parent || within(call, sim_text(message, "ts"))))
			json_array_append_new(found, message_out(channel, message, all));
	}
	answer_messages(call, found);
}

const struct method conversation_methods[] = {
    {"conversations.open", TOKEN_BOT, "im:write", true, 50, NULL, conversations_open},
    {"conversations.info", TOKEN_BOT, NULL, false, 50, "channel", conversations_info},
    {"conversations.members", TOKEN_BOT, NULL, false, 100, "channel", conversations_members},
    {"conversations.history", TOKEN_BOT, NULL, true, 50, "channel", conversations_history},
    {"conversations.replies", TOKEN_BOT, NULL, false, 50, "channel ts", conversations_replies},
    {0},
};
