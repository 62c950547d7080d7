/*
 * tests/sim/slack/payloads.c - the payloads of commands and interactions.
 */

#include "tests/sim/slack/payloads.h"

#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/triggers.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

json_t *payload_slash(struct slack *slack, const json_t *user, const json_t *channel, const char *command,
                      const json_t *text)
{
	const char *id = sim_text(user, "id");
	json_t *about = json_pack("{s:s, s:s}", "user", id, "channel", sim_text(channel, "id"));

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "token", "legacy",
	                 "team_id", slack_team_id(slack), "team_domain", sim_text(slack->team, "domain"), "channel_id",
	                 sim_text(channel, "id"), "channel_name", channel_payload_name(channel), "user_id", id,
	                 "user_name", sim_text(user, "name"), "command", command, "text", json_string_value(text),
	                 "api_app_id", slack_app_id(slack), "is_enterprise_install", "false", "response_url",
	                 response_url_new(slack, "commands", about), "trigger_id", trigger_new(slack, id, ""));
}

/* What every interaction begins with. */
static json_t *interaction(struct slack *slack, const char *type, const json_t *user)
{
	return json_pack("{s:s, s:{s:s, s:s, s:s, s:s}, s:{s:s, s:s}, s:n, s:b, s:s, s:s}", "type", type, "user", "id",
	                 sim_text(user, "id"), "username", sim_text(user, "name"), "name", sim_text(user, "name"),
	                 "team_id", sim_text(user, "team_id"), "team", "id", slack_team_id(slack), "domain",
	                 sim_text(slack->team, "domain"), "enterprise", "is_enterprise_install", 0, "api_app_id",
	                 slack_app_id(slack), "token", "legacy");
}

static json_t *action_of(struct slack *slack, const json_t *button)
{
	const json_t *element = json_object_get(button, "element");
	json_t *action = json_pack("{s:s, s:s, s:s, s:O, s:o}", "type", sim_text(element, "type"), "action_id",
	                           sim_text(element, "action_id"), "block_id", sim_text(button, "block_id"), "text",
	                           json_object_get(element, "text"), "action_ts", message_ts(slack));

	if (*sim_text(element, "value"))
		json_object_set(action, "value", json_object_get(element, "value"));
	if (*sim_text(element, "style"))
		json_object_set(action, "style", json_object_get(element, "style"));
	if (*sim_text(element, "url"))
		json_object_set(action, "url", json_object_get(element, "url"));
	return action;
}

static void copy_thread(json_t *to, const json_t *message)
{
	if (*sim_text(message, "thread_ts"))
		json_object_set(to, "thread_ts", json_object_get(message, "thread_ts"));
}

json_t *payload_click(struct slack *slack, const json_t *user, const json_t *channel, const json_t *message,
                      const json_t *button, const json_t *values)
{
	json_t *payload = interaction(slack, "block_actions", user);
	bool ephemeral = json_object_get(message, "is_ephemeral") != NULL;
	json_t *about = json_pack("{s:s, s:s, s:s, s:b}", "user", sim_text(user, "id"), "channel",
	                          sim_text(channel, "id"), "ts", sim_text(message, "ts"), "is_ephemeral", ephemeral);
	json_t *container = json_pack("{s:s, s:s, s:s, s:b}", "type", "message", "message_ts", sim_text(message, "ts"),
	                              "channel_id", sim_text(channel, "id"), "is_ephemeral", ephemeral);

	copy_thread(about, message);
	copy_thread(container, message);
	json_object_set_new(payload, "container", container);
	json_object_set_new(
	    payload, "channel",
	    json_pack("{s:s, s:s}", "id", sim_text(channel, "id"), "name", channel_payload_name(channel)));
	if (!ephemeral)
		json_object_set_new(payload, "message", message_out(channel, message, false));
	json_object_set_new(payload, "state",
	                    json_pack("{s:o}", "values", values ? json_deep_copy(values) : json_object()));
	json_object_set_new(payload, "response_url", response_url_new(slack, "actions", about));
	json_object_set_new(payload, "trigger_id", trigger_new(slack, sim_text(user, "id"), ""));
	json_object_set_new(payload, "actions", json_pack("[o]", action_of(slack, button)));
	return payload;
}

json_t *payload_view_click(struct slack *slack, const json_t *user, const json_t *view, const json_t *button)
{
	json_t *payload = interaction(slack, "block_actions", user);
	const char *id = sim_text(view, "id");

	json_object_set_new(payload, "container", json_pack("{s:s, s:s}", "type", "view", "view_id", id));
	json_object_set_new(payload, "view", json_deep_copy(view));
	json_object_set_new(payload, "trigger_id", trigger_new(slack, sim_text(user, "id"), id));
	json_object_set_new(payload, "actions", json_pack("[o]", action_of(slack, button)));
	return payload;
}

json_t *payload_submission(struct slack *slack, const json_t *user, const json_t *view, const json_t *values)
{
	json_t *payload = interaction(slack, "view_submission", user);
	json_t *copy = json_deep_copy(view);

	json_object_set_new(copy, "state", json_pack("{s:o}", "values", json_deep_copy(values)));
	json_object_set_new(payload, "view", copy);
	json_object_set_new(payload, "response_urls", json_array());
	json_object_set_new(payload, "trigger_id", trigger_new(slack, sim_text(user, "id"), sim_text(view, "id")));
	return payload;
}

json_t *payload_shortcut(struct slack *slack, const json_t *user, const char *callback)
{
	json_t *payload = interaction(slack, "shortcut", user);

	json_object_set_new(payload, "callback_id", json_string(callback));
	json_object_set_new(payload, "action_ts", message_ts(slack));
	json_object_set_new(payload, "trigger_id", trigger_new(slack, sim_text(user, "id"), ""));
	return payload;
}

json_t *payload_message_action(struct slack *slack, const json_t *user, const json_t *channel, const json_t *message,
                               const char *callback)
{
	json_t *payload = payload_shortcut(slack, user, callback);
	json_t *about = json_pack("{s:s, s:s, s:s}", "user", sim_text(user, "id"), "channel", sim_text(channel, "id"),
	                          "ts", sim_text(message, "ts"));

	json_object_set_new(payload, "type", json_string("message_action"));
	json_object_set_new(
	    payload, "channel",
	    json_pack("{s:s, s:s}", "id", sim_text(channel, "id"), "name", channel_payload_name(channel)));
	json_object_set(payload, "message_ts", json_object_get(message, "ts"));
	json_object_set_new(payload, "message", message_out(channel, message, false));
	json_object_set_new(payload, "response_url", response_url_new(slack, "app", about));
	return payload;
}

json_t *payload_closed(struct slack *slack, const json_t *user, const json_t *view, bool cleared)
{
	json_t *payload = interaction(slack, "view_closed", user);

	json_object_set_new(payload, "view", json_deep_copy(view));
	json_object_set_new(payload, "is_cleared", json_boolean(cleared));
	return payload;
}
