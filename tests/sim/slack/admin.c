/*
 * tests/sim/slack/admin.c - what an administrator, or Slack itself, does.
 */

#include "tests/sim/slack/admin.h"

#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/events.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/sockets.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

struct order {
	struct slack *slack;
	json_t *body;
	struct sim_answer *ans;
};

/* Takes `why`. */
static void refuse(const struct order *order, json_t *why)
{
	sim_answer_new(order->ans, 400, json_pack("{s:o}", "error", why));
}

static void done(const struct order *order)
{
	sim_answer_new(order->ans, 200, json_pack("{s:b}", "ok", 1));
}

static bool contains(const json_t *list, const json_t *text)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		if (json_equal(item, text))
			return true;
	}
	return false;
}

/* Those of `a` that are not in `b`; a new reference. */
static json_t *without(const json_t *a, const json_t *b)
{
	json_t *rest = json_array();
	json_t *item;
	size_t i;

	json_array_foreach (a, i, item) {
		if (!contains(b, item))
			json_array_append(rest, item);
	}
	return rest;
}

static void set_group(const struct order *order)
{
	json_t *group = workspace_group(order->slack, sim_text(order->body, "id"));
	json_t *users = json_object_get(order->body, "users");
	json_t *old;
	json_t *added;
	json_t *removed;

	if (!group || !json_is_array(users)) {
		refuse(order, json_string("a group is changed with {id, users}"));
		return;
	}
	old = json_incref(json_object_get(group, "users"));
	added = without(users, old);
	removed = without(old, users);
	json_object_set(group, "users", users);
	feed_add(order->slack, "group", json_pack("{s:s, s:O}", "group", sim_text(group, "id"), "users", users));
	if (!json_is_true(json_object_get(order->body, "silent")))
		events_send(order->slack, "subteam_members_changed",
		            json_pack("{s:s, s:s, s:s, s:i, s:I, s:O, s:I, s:O, s:I}", "type",
		                      "subteam_members_changed", "subteam_id", sim_text(group, "id"), "team_id",
		                      slack_team_id(order->slack), "date_previous_update", 1700000000, "date_update",
		                      (json_int_t)(sim_wall_us() / 1000000), "added_users", added, "added_users_count",
		                      (json_int_t)json_array_size(added), "removed_users", removed,
		                      "removed_users_count", (json_int_t)json_array_size(removed)));
	json_decref(old);
	json_decref(added);
	json_decref(removed);
	done(order);
}

/* The channel of the order; NULL: refused. */
static json_t *channel_of(const struct order *order)
{
	json_t *channel =
	    workspace_place(order->slack, sim_text(order->body, "channel"), sim_text(order->body, "user"));

	if (!channel)
		refuse(order, sim_jsonf("there is no channel \"%s\"", sim_text(order->body, "channel")));
	return channel;
}

static void tell(const struct order *order, const json_t *channel, const char *did)
{
	feed_add(order->slack, "channel", json_pack("{s:s, s:s}", "channel", sim_text(channel, "id"), "did", did));
	done(order);
}

static void archive(const struct order *order)
{
	json_t *channel = channel_of(order);
	bool on = !json_is_false(json_object_get(order->body, "archived"));

	if (!channel)
		return;
	json_object_set_new(channel, "is_archived", json_boolean(on));
	if (channel_has(channel, slack_bot(order->slack)))
		events_send(order->slack, on ? "channel_archive" : "channel_unarchive",
		            json_pack("{s:s, s:s, s:s}", "type", on ? "channel_archive" : "channel_unarchive",
		                      "channel", sim_text(channel, "id"), "user", "U0ADMIN001"));
	tell(order, channel, on ? "archived" : "unarchived");
}

/* {channel, set: {is_read_only: true, …}}: what has no event of its own. */
static void set_channel(const struct order *order)
{
	json_t *channel = channel_of(order);

	if (!channel)
		return;
	json_object_update(channel, json_object_get(order->body, "set"));
	tell(order, channel, "changed");
}

/* Without a user: the bot. */
static const char *who(const struct order *order)
{
	const json_t *user = workspace_user(order->slack, sim_text(order->body, "user"));

	return user ? sim_text(user, "id") : slack_bot(order->slack);
}

static void kick(const struct order *order)
{
	json_t *channel = channel_of(order);
	bool bot = strcmp(who(order), slack_bot(order->slack)) == 0;
	const char *event = bot ? "channel_left" : "member_left_channel";

	if (!channel)
		return;
	channel_remove(channel, who(order));
	if (bot || channel_has(channel, slack_bot(order->slack)))
		events_send(order->slack, event,
		            json_pack("{s:s, s:s, s:s, s:s}", "type", event, "user", who(order), "channel",
		                      sim_text(channel, "id"), "team", slack_team_id(order->slack)));
	tell(order, channel, "removed a member");
}

static void invite(const struct order *order)
{
	json_t *channel = channel_of(order);

	if (!channel)
		return;
	channel_add(channel, who(order));
	events_send(order->slack, "member_joined_channel",
	            json_pack("{s:s, s:s, s:s, s:s}", "type", "member_joined_channel", "user", who(order), "channel",
	                      sim_text(channel, "id"), "team", slack_team_id(order->slack)));
	tell(order, channel, "added a member");
}

static void delete_message(const struct order *order)
{
	json_t *channel = channel_of(order);
	json_t *message = channel ? message_find(channel, sim_text(order->body, "ts")) : NULL;

	if (!channel)
		return;
	if (!message) {
		refuse(order, json_string("there is no such message"));
		return;
	}
	message_remove(order->slack, channel, message);
	done(order);
}

/* {user, set: {deleted: true, …}}; a user that is not there yet is made. */
static void change_user(const struct order *order)
{
	const char *id = sim_text(order->body, "user");
	json_t *user = workspace_user(order->slack, id);

	if (!user) {
		user = json_pack("{s:s, s:s, s:s, s:s}", "id", id, "name", id, "real_name", id, "team_id",
		                 slack_team_id(order->slack));
		json_object_set_new(order->slack->users, id, user);
	}
	json_object_update(user, json_object_get(order->body, "set"));
	feed_add(order->slack, "user", json_deep_copy(order->body));
	events_send(order->slack, "user_change",
	            json_pack("{s:s, s:{s:s, s:s, s:b}}", "type", "user_change", "user", "id", sim_text(user, "id"),
	                      "team_id", sim_text(user, "team_id"), "deleted",
	                      json_is_true(json_object_get(user, "deleted"))));
	done(order);
}

static void answer_envelope(const struct order *order, struct envelope *envelope)
{
	if (!json_is_false(json_object_get(order->body, "wait")))
		envelope_wait(order->slack, envelope);
	sim_answer_new(order->ans, 200, envelope_result(envelope));
}

/* {type, payload}: an envelope as it stands. */
static void raw(const struct order *order)
{
	json_t *payload = json_object_get(order->body, "payload");

	answer_envelope(order, envelope_send(order->slack, sim_text(order->body, "type"),
	                                     json_incref(payload ? payload : json_null()), json_object()));
}

/* {event: {type: …}}: an inner event, whether the app has subscribed or not. */
static void event(const struct order *order)
{
	json_t *inner = json_object_get(order->body, "event");
	json_t *events = json_object_get(order->slack->app, "events");
	const struct envelope *last = envelope_latest(order->slack);

	json_array_append_new(events, json_string("/_sim/event"));
	events_send(order->slack, "/_sim/event", json_incref(inner));
	json_array_remove(events, json_array_size(events) - 1);
	if (envelope_latest(order->slack) != last)
		answer_envelope(order, envelope_latest(order->slack));
}

/* {envelope_id?: (default: the latest of `type`, or of all), same: true}: once more. */
static void redeliver(const struct order *order)
{
	const char *id = sim_text(order->body, "envelope_id");
	const char *type = sim_text(order->body, "type");
	struct envelope *envelope = *id ? envelope_by_id(order->slack, id) : envelope_latest(order->slack);

	while (!*id && *type && envelope && strcmp(envelope_type(envelope), type) != 0)
		envelope = envelope_before(envelope);
	if (envelope)
		answer_envelope(
		    order, envelope_resend(order->slack, envelope, json_is_true(json_object_get(order->body, "same"))));
	else
		refuse(order, json_string("there is no such envelope"));
}

static void settings(const struct order *order)
{
	const char *name;
	json_t *value;

	json_object_foreach (order->body, name, value) {
		if (!json_object_get(order->slack->settings, name)) {
			refuse(order, sim_jsonf("there is no setting \"%s\"", name));
			return;
		}
		json_object_set(order->slack->settings, name, value);
	}
	if (order->body)
		json_object_clear(order->slack->budgets);
	sim_answer_json(order->ans, 200, order->slack->settings);
}

static const struct {
	const char *path;
	void (*run)(const struct order *order);
} orders[] = {
    {"/_sim/group", set_group},     {"/_sim/archive", archive},   {"/_sim/set_channel", set_channel},
    {"/_sim/kick", kick},           {"/_sim/invite", invite},     {"/_sim/delete_message", delete_message},
    {"/_sim/user", change_user},    {"/_sim/raw", raw},           {"/_sim/event", event},
    {"/_sim/redeliver", redeliver}, {"/_sim/settings", settings},
};

bool admin_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	struct order order = {.slack = slack, .ans = ans};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		if (strcmp(orders[i].path, req->path) != 0)
			continue;
		order.body = sim_body_json(req);
		orders[i].run(&order);
		json_decref(order.body);
		return true;
	}
	return false;
}
