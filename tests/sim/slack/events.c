/*
 * tests/sim/slack/events.c - what happened in the workspace.
 */

#include "tests/sim/slack/events.h"

#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/workspace.h"

#include <stdlib.h>
#include <string.h>

static bool subscribed(const struct slack *slack, const char *name)
{
	json_t *event;
	size_t i;

	json_array_foreach (json_object_get(slack->app, "events"), i, event) {
		if (strcmp(json_string_value(event), name) == 0)
			return true;
	}
	return false;
}

void events_send(struct slack *slack, const char *name, json_t *event)
{
	json_t *payload;

	if (!subscribed(slack, name)) {
		json_decref(event);
		return;
	}
	if (!json_object_get(event, "event_ts"))
		json_object_set_new(event, "event_ts", message_ts(slack));
	payload = json_pack("{s:s, s:s, s:s, s:n, s:s, s:o, s:s, s:o, s:I, s:[{s:n, s:s, s:s, s:b, s:b}], s:b, s:s}",
	                    "token", "legacy", "team_id", slack_team_id(slack), "context_team_id", slack_team_id(slack),
	                    "context_enterprise_id", "api_app_id", slack_app_id(slack), "event", event, "type",
	                    "event_callback", "event_id", slack_id(slack, "Ev"), "event_time",
	                    (json_int_t)(sim_wall_us() / 1000000), "authorizations", "enterprise_id", "team_id",
	                    slack_team_id(slack), "user_id", slack_bot(slack), "is_bot", 1, "is_enterprise_install", 0,
	                    "is_ext_shared_channel", 0, "event_context", "4-sim");
	envelope_send(slack, "events_api", payload, json_object());
}

static void send_message(struct slack *slack, const json_t *channel, json_t *event)
{
	json_t *name = sim_jsonf("message.%s%s", channel_type(channel), channel_is_dm(channel) ? "" : "s");

	json_object_set(event, "channel", json_object_get(channel, "id"));
	json_object_set_new(event, "channel_type", json_string(channel_type(channel)));
	events_send(slack, json_string_value(name), event);
	json_decref(name);
}

/* Does the app get to know what happens here? */
static bool overhears(const struct slack *slack, const json_t *channel)
{
	return channel_has(channel, slack_bot(slack));
}

static bool is_heard(const struct slack *slack, const json_t *channel, const json_t *message)
{
	bool own = strcmp(sim_text(message, "user"), slack_bot(slack)) == 0;

	return overhears(slack, channel) && !json_object_get(message, "is_ephemeral") &&
	       (!own || slack_switch(slack, "echo_own"));
}

static bool mentions_bot(const struct slack *slack, const json_t *message)
{
	json_t *plain = sim_jsonf("<@%s>", slack_bot(slack));
	json_t *named = sim_jsonf("<@%s|", slack_bot(slack));
	const char *text = sim_text(message, "text");
	bool found = strstr(text, json_string_value(plain)) || strstr(text, json_string_value(named));

	json_decref(plain);
	json_decref(named);
	return found;
}

void events_message(struct slack *slack, const json_t *channel, const json_t *message)
{
	json_t *event;

	if (!is_heard(slack, channel, message))
		return;
	event = message_out(channel, message, false);
	json_object_set(event, "event_ts", json_object_get(message, "ts"));
	if (!channel_is_dm(channel) && strcmp(sim_text(message, "user"), slack_bot(slack)) != 0 &&
	    mentions_bot(slack, message)) {
		json_t *mention = json_deep_copy(event);

		json_object_set_new(mention, "type", json_string("app_mention"));
		json_object_set(mention, "channel", json_object_get(channel, "id"));
		events_send(slack, "app_mention", mention);
	}
	send_message(slack, channel, event);
}

void events_message_changed(struct slack *slack, const json_t *channel, const json_t *message, const json_t *previous)
{
	if (is_heard(slack, channel, message))
		send_message(slack, channel,
		             json_pack("{s:s, s:s, s:b, s:o, s:O, s:o}", "type", "message", "subtype",
		                       "message_changed", "hidden", 1, "message", message_out(channel, message, false),
		                       "previous_message", previous, "ts", message_ts(slack)));
}

void events_message_deleted(struct slack *slack, const json_t *channel, const json_t *message)
{
	if (is_heard(slack, channel, message))
		send_message(slack, channel,
		             json_pack("{s:s, s:s, s:b, s:s, s:o, s:o}", "type", "message", "subtype",
		                       "message_deleted", "hidden", 1, "deleted_ts", sim_text(message, "ts"),
		                       "previous_message", message_out(channel, message, false), "ts",
		                       message_ts(slack)));
}
