/*
 * tests/sim/slack/people.c - acting as a person.
 *
 * An order names a person and what they do. What a client would not let
 * people do is refused here with a reason (400), so that a test can't click
 * on a button that isn't there.
 */

#include "tests/sim/slack/people.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/events.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/forms.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/payloads.h"
#include "tests/sim/slack/views.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

struct act {
	struct slack *slack;
	const json_t *order;
	json_t *user;
	struct sim_answer *ans;
};

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* Takes `why`. */
static void refuse(struct act *act, json_t *why)
{
	sim_answer_new(act->ans, 400, json_pack("{s:o}", "error", why));
}

static const char *user_id(const struct act *act)
{
	return sim_text(act->user, "id");
}

/* Sends it and answers with what became of it; `wait: false` in the order: at once. */
static void send_interaction(struct act *act, const char *type, json_t *payload, json_t *about)
{
	struct envelope *envelope;
	json_t *trigger = json_incref(json_object_get(payload, "trigger_id"));
	json_t *result;

	envelope = envelope_send(act->slack, type, payload, about);
	if (!json_is_false(json_object_get(act->order, "wait")))
		envelope_wait(act->slack, envelope);
	result = envelope_result(envelope);
	if (trigger)
		json_object_set_new(result, "trigger_id", trigger);
	sim_answer_new(act->ans, 200, result);
}

/* --- typing --- */

/* Where the order says, if that person is there; NULL: refused. */
static json_t *place_of(struct act *act)
{
	json_t *channel = workspace_place(act->slack, sim_text(act->order, "channel"), user_id(act));

	if (!channel)
		refuse(act, sim_jsonf("there is no channel \"%s\"", sim_text(act->order, "channel")));
	else if (!channel_has(channel, user_id(act)) && !is_true(act->order, "force")) {
		refuse(act, sim_jsonf("%s is not in %s", user_id(act), sim_text(channel, "id")));
		return NULL;
	}
	return channel;
}

static void do_slash(struct act *act)
{
	json_t *channel = place_of(act);
	const char *command = *sim_text(act->order, "command") ? sim_text(act->order, "command") : "/eac";
	json_t *text;

	if (!channel)
		return;
	text = workspace_encode(act->slack, sim_text(act->order, "text"), true, is_true(act->order, "typed"));
	feed_add(act->slack, "slash",
	         json_pack("{s:s, s:s, s:s, s:O}", "user", user_id(act), "channel", sim_text(channel, "id"), "command",
	                   command, "text", text));
	send_interaction(
	    act, "slash_commands", payload_slash(act->slack, act->user, channel, command, text),
	    json_pack("{s:s, s:s, s:s}", "user", user_id(act), "channel", sim_text(channel, "id"), "command", command));
	json_decref(text);
}

/* The results of all envelopes after `last`. */
static json_t *results_since(struct slack *slack, const struct envelope *last, bool wait)
{
	json_t *results = json_array();

	for (struct envelope *at = envelope_latest(slack); at != last; at = envelope_before(at)) {
		if (wait)
			envelope_wait(slack, at);
		json_array_insert_new(results, 0, envelope_result(at));
	}
	return results;
}

static void do_say(struct act *act)
{
	json_t *channel = place_of(act);
	const struct envelope *last = envelope_latest(act->slack);
	json_t *message;
	json_t *text;

	if (!channel)
		return;
	text = workspace_encode(act->slack, sim_text(act->order, "text"), false, is_true(act->order, "typed"));
	message = message_new(act->slack, user_id(act), json_string_value(text));
	json_decref(text);
	if (*sim_text(act->order, "thread_ts"))
		json_object_set(message, "thread_ts", json_object_get(act->order, "thread_ts"));
	message = message_post(act->slack, channel, message);
	sim_answer_new(act->ans, 200,
	               json_pack("{s:O, s:s, s:o}", "ts", json_object_get(message, "ts"), "channel",
	                         sim_text(channel, "id"), "events",
	                         results_since(act->slack, last, !json_is_false(json_object_get(act->order, "wait")))));
}

/* --- clicking --- */

/* A button that somebody sees. */
struct sight {
	const json_t *channel;
	const json_t *message;
	json_t *button;
};

static void see(struct sight *sight, const json_t *channel, const json_t *message, json_t *button)
{
	bool newer = button && (!sight->message || strcmp(sim_text(message, "ts"), sim_text(sight->message, "ts")) > 0);

	if (!newer) {
		json_decref(button);
		return;
	}
	json_decref(sight->button);
	*sight = (struct sight){channel, message, button};
}

/* What the message shows now; for somebody whose client is behind, what it showed before. */
static json_t *button_in(const struct act *act, const json_t *message)
{
	const char *label = sim_text(act->order, "label");
	const json_t *history = json_object_get(message, "_history");
	json_t *button = NULL;

	if (!is_true(act->order, "stale"))
		return json_object_get(message, "_deleted") ? NULL
		                                            : blocks_button(json_object_get(message, "blocks"), label);
	for (size_t i = json_array_size(history); i-- > 0 && !button;)
		button = blocks_button(json_object_get(json_array_get(history, i), "blocks"), label);
	return button ? button : blocks_button(json_object_get(message, "blocks"), label);
}

static bool is_wanted(const struct act *act, const json_t *channel, const json_t *message)
{
	const char *ts = sim_text(act->order, "ts");
	const char *thread = sim_text(act->order, "thread_ts");
	const json_t *only = json_object_get(act->order, "channel");

	if (only && workspace_place(act->slack, json_string_value(only), user_id(act)) != channel)
		return false;
	if (*ts && strcmp(ts, sim_text(message, "ts")) != 0)
		return false;
	return !*thread || strcmp(thread, sim_text(message, "thread_ts")) == 0;
}

static struct sight find_button(const struct act *act)
{
	struct slack *slack = act->slack;
	struct sight sight = {0};
	const char *id;
	json_t *channel;
	json_t *message;
	size_t i;

	json_object_foreach (slack->channels, id, channel) {
		if (!channel_has(channel, user_id(act)))
			continue;
		json_array_foreach (json_object_get(channel, "_messages"), i, message) {
			if (is_wanted(act, channel, message))
				see(&sight, channel, message, button_in(act, message));
		}
	}
	json_array_foreach (slack->ephemerals, i, message) {
		channel = workspace_channel(slack, sim_text(message, "channel"));
		if (strcmp(sim_text(message, "user"), user_id(act)) == 0 && is_true(message, "visible") &&
		    is_wanted(act, channel, message))
			see(&sight, channel, message, button_in(act, message));
	}
	return sight;
}

static void click_view(struct act *act, const json_t *record)
{
	const json_t *view = json_object_get(record, "view");
	const char *label = sim_text(act->order, "label");
	json_t *button = blocks_button(json_object_get(view, "blocks"), label);

	if (!button) {
		refuse(act, sim_jsonf("%s's dialog has no button \"%s\"", user_id(act), label));
		return;
	}
	feed_add(act->slack, "click",
	         json_pack("{s:s, s:s, s:s}", "user", user_id(act), "label", label, "view_id", sim_text(view, "id")));
	send_interaction(act, "interactive", payload_view_click(act->slack, act->user, view, button),
	                 json_pack("{s:s, s:s}", "user", user_id(act), "label", label));
	json_decref(button);
}

static void do_click(struct act *act)
{
	struct sight sight = find_button(act);
	const char *label = sim_text(act->order, "label");
	const json_t *top = view_top(act->slack, user_id(act));

	if (is_true(act->order, "home"))
		top = view_home(act->slack, user_id(act));
	if ((!sight.message || is_true(act->order, "home")) && top) {
		json_decref(sight.button);
		click_view(act, top);
		return;
	}
	if (!sight.message) {
		refuse(act, sim_jsonf("%s sees no button \"%s\"", user_id(act), label));
		return;
	}
	feed_add(act->slack, "click",
	         json_pack("{s:s, s:s, s:s, s:s}", "user", user_id(act), "label", sim_text(sight.button, "label"),
	                   "channel", sim_text(sight.channel, "id"), "ts", sim_text(sight.message, "ts")));
	send_interaction(act, "interactive",
	                 payload_click(act->slack, act->user, sight.channel, sight.message, sight.button,
	                               json_object_get(act->order, "state")),
	                 json_pack("{s:s, s:s, s:s}", "user", user_id(act), "channel", sim_text(sight.channel, "id"),
	                           "label", label));
	json_decref(sight.button);
}

/* --- shortcuts --- */

/* {callback}; with {channel, ts}: from the menu of that message. */
static void do_shortcut(struct act *act)
{
	const char *callback = sim_text(act->order, "callback");
	json_t *about = json_pack("{s:s, s:s}", "user", user_id(act), "callback", callback);
	const json_t *message = NULL;
	json_t *channel, *payload;

	if (!json_object_get(act->order, "channel")) {
		payload = payload_shortcut(act->slack, act->user, callback);
	} else {
		channel = place_of(act);
		if (channel)
			message = message_find(channel, sim_text(act->order, "ts"));
		if (!message) {
			json_decref(about);
			if (channel)
				refuse(act, json_string("there is no such message"));
			return;
		}
		payload = payload_message_action(act->slack, act->user, channel, message, callback);
	}
	feed_add(act->slack, "shortcut", json_incref(about));
	send_interaction(act, "interactive", payload, about);
}

/* --- dialogs --- */

/* The dialog of the order, or the one in front; NULL: refused. */
static json_t *dialog_of(struct act *act)
{
	const char *id = sim_text(act->order, "view");
	json_t *record = *id ? view_find(act->slack, id) : view_top(act->slack, user_id(act));

	if (!record || !view_is_open(record)) {
		refuse(act, sim_jsonf("%s has no dialog open", user_id(act)));
		return NULL;
	}
	return record;
}

static void do_submit(struct act *act)
{
	json_t *record = dialog_of(act);
	const json_t *view = json_object_get(record, "view");
	json_t *why;
	json_t *values;

	if (!record)
		return;
	if (!json_is_object(json_object_get(view, "submit"))) {
		refuse(act, json_string("that dialog has no button to submit it"));
		return;
	}
	values = form_fill(act->slack, view, json_object_get(act->order, "values"), &why);
	if (!values) {
		refuse(act, why);
		return;
	}
	feed_add(act->slack, "submit",
	         json_pack("{s:s, s:s, s:O}", "user", user_id(act), "view_id", sim_text(view, "id"), "values", values));
	send_interaction(act, "interactive", payload_submission(act->slack, act->user, view, values),
	                 json_pack("{s:s, s:s}", "user", user_id(act), "view_id", sim_text(view, "id")));
	json_decref(values);
}

/* The cross closes all of them, Cancel the one in front; the app hears of it only if it asked to. */
static void do_close(struct act *act)
{
	json_t *record = dialog_of(act);
	bool all = is_true(act->order, "all");
	json_t *view;

	if (!record)
		return;
	view = json_incref(json_object_get(record, "view"));
	feed_add(act->slack, "close", json_pack("{s:s, s:s}", "user", user_id(act), "view_id", sim_text(view, "id")));
	if (all)
		view_close_all(act->slack, user_id(act));
	else
		view_close(act->slack, record);
	if (is_true(view, "notify_on_close"))
		send_interaction(act, "interactive", payload_closed(act->slack, act->user, view, all),
		                 json_pack("{s:s}", "user", user_id(act)));
	else
		sim_answer_new(act->ans, 200, json_pack("{s:b}", "told", 0));
	json_decref(view);
}

/* --- the Home tab --- */

/* {tab?: "home" | "messages"}: the person opens the app. */
static void do_home(struct act *act)
{
	const char *tab = *sim_text(act->order, "tab") ? sim_text(act->order, "tab") : "home";
	const json_t *shown = json_object_get(view_home(act->slack, user_id(act)), "view");
	const json_t *dm = workspace_place(act->slack, "dm", user_id(act));
	const struct envelope *last = envelope_latest(act->slack);
	json_t *event = json_pack("{s:s, s:s, s:s, s:s}", "type", "app_home_opened", "user", user_id(act), "channel",
	                          sim_text(dm, "id"), "tab", tab);

	if (json_object_get(shown, "blocks")) /* nothing before the app has shown something */
		json_object_set_new(event, "view", json_deep_copy(shown));
	feed_add(act->slack, "home", json_pack("{s:s, s:s}", "user", user_id(act), "tab", tab));
	events_send(act->slack, "app_home_opened", event);
	sim_answer_new(act->ans, 200,
	               json_pack("{s:o}", "events",
	                         results_since(act->slack, last, !json_is_false(json_object_get(act->order, "wait")))));
}

/* --- orders --- */

static const struct {
	const char *path;
	void (*run)(struct act *act);
} acts[] = {
    {"/_sim/slash", do_slash},   {"/_sim/say", do_say},          {"/_sim/click", do_click},
    {"/_sim/submit", do_submit}, {"/_sim/close_view", do_close}, {"/_sim/shortcut", do_shortcut},
    {"/_sim/home", do_home},
};

bool people_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	struct act act = {.slack = slack, .ans = ans};
	size_t i = 0;

	while (i < sizeof(acts) / sizeof(acts[0]) && strcmp(acts[i].path, req->path) != 0)
		i++;
	if (i == sizeof(acts) / sizeof(acts[0]))
		return false;
	act.order = sim_body_json(req);
	act.user = workspace_user(slack, sim_text(act.order, "user"));
	if (act.user)
		acts[i].run(&act);
	else
		refuse(&act, sim_jsonf("there is no user \"%s\"", sim_text(act.order, "user")));
	json_decref((json_t *)(uintptr_t)act.order);
	return true;
}
