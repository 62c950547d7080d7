/*
 * tests/sim/slack/look.c - looking, and waiting until there is something to
 * see.
 */

#include "tests/sim/slack/look.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/views.h"
#include "tests/sim/slack/workspace.h"

#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 10000, TAIL = 12 };

static json_t *seen_all(const json_t *messages, const char *user)
{
	json_t *seen = json_array();
	json_t *message;
	size_t i;

	json_array_foreach (messages, i, message) {
		if (!user || strcmp(sim_text(message, "user"), user) == 0)
			json_array_append_new(seen, message_seen(message));
	}
	return seen;
}

static void look_channel(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const json_t *channel = workspace_channel(slack, sim_query(req, "id"));

	if (channel)
		sim_answer_new(ans, 200, seen_all(json_object_get(channel, "_messages"), NULL));
	else
		sim_answer_new(ans, 404, json_pack("{s:s}", "error", "there is no such channel"));
}

static const json_t *asked_user(const struct slack *slack, const struct sim_request *req)
{
	return workspace_user(slack, sim_query(req, "user"));
}

static void look_dm(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const json_t *user = asked_user(slack, req);

	if (user)
		sim_answer_new(ans, 200,
		               seen_all(json_object_get(workspace_dm(slack, sim_text(user, "id")), "_messages"), NULL));
	else
		sim_answer_new(ans, 404, json_pack("{s:s}", "error", "there is no such user"));
}

static void look_ephemerals(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const json_t *user = asked_user(slack, req);

	sim_answer_new(ans, 200, seen_all(slack->ephemerals, user ? sim_text(user, "id") : NULL));
}

static void look_views(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const json_t *user = asked_user(slack, req);
	json_t *list = json_array();
	const char *id;
	json_t *record;

	json_object_foreach (slack->views, id, record) {
		if (!user || strcmp(sim_text(record, "user"), sim_text(user, "id")) == 0)
			json_array_append(list, record);
	}
	sim_answer_new(ans, 200, list);
}

/* --- waiting --- */

/* What is waited for; NULL or 0: anything. */
struct wish {
	struct slack *slack;
	const char *contains;
	const char *also;
	const char *button;
	const char *thread;
	const json_t *channel;
	const char *user;
	json_int_t after; /* a number of the feed: only what changed later */
};

static bool has_button(const json_t *blocks, const char *label)
{
	json_t *button = blocks_button(blocks, label);

	json_decref(button);
	return button != NULL;
}

static bool says(const char *text, const char *shown, const char *words)
{
	return !words || strstr(text, words) || strstr(shown, words);
}

static bool fits(const struct wish *wish, const json_t *message)
{
	const json_t *blocks = json_object_get(message, "blocks");
	const char *text = sim_text(message, "text");
	const char *shown = sim_text(message, "_shown");

	if (json_object_get(message, "_deleted"))
		return false;
	if (json_integer_value(json_object_get(message, "_feed")) <= wish->after)
		return false;
	if (wish->thread && strcmp(wish->thread, sim_text(message, "thread_ts")) != 0)
		return false;
	if (wish->button && !has_button(blocks, wish->button))
		return false;
	return says(text, shown, wish->contains) && says(text, shown, wish->also);
}

static json_t *find_in(const struct wish *wish, const json_t *messages, const char *user)
{
	for (size_t i = json_array_size(messages); i-- > 0;) {
		json_t *message = json_array_get(messages, i);

		if ((!user || strcmp(sim_text(message, "user"), user) == 0) && fits(wish, message))
			return message;
	}
	return NULL;
}

static json_t *found_message(const char *where, const char *channel, const json_t *message)
{
	return json_pack("{s:b, s:s, s:s, s:o}", "found", 1, "where", where, "channel", channel, "message",
	                 message_seen(message));
}

static json_t *find_message(const struct wish *wish)
{
	const char *id;
	json_t *channel;

	json_object_foreach (wish->slack->channels, id, channel) {
		const json_t *message;

		if (wish->channel ? wish->channel != channel : wish->user && !channel_has(channel, wish->user))
			continue;
		message = find_in(wish, json_object_get(channel, "_messages"), NULL);
		if (message)
			return found_message("message", id, message);
	}
	return NULL;
}

static json_t *find_ephemeral(const struct wish *wish)
{
	const json_t *message = find_in(wish, wish->slack->ephemerals, wish->user);

	if (!message || (wish->channel && strcmp(sim_text(wish->channel, "id"), sim_text(message, "channel")) != 0))
		return NULL;
	return found_message("ephemeral", sim_text(message, "channel"), message);
}

static json_t *find_view(const struct wish *wish)
{
	const char *id;
	json_t *record;

	json_object_foreach (wish->slack->views, id, record) {
		const json_t *view = json_object_get(record, "view");
		const char *title = sim_text(json_object_get(view, "title"), "text");

		if (!view_is_open(record) || (wish->user && strcmp(wish->user, sim_text(record, "user")) != 0))
			continue;
		if (json_integer_value(json_object_get(record, "feed")) <= wish->after ||
		    (wish->button && !has_button(json_object_get(view, "blocks"), wish->button)))
			continue;
		if (!says(title, sim_text(record, "shown"), wish->contains))
			continue;
		return json_pack("{s:b, s:s, s:O}", "found", 1, "where", "view", "view", view);
	}
	return NULL;
}

static json_t *find_any(const struct wish *wish, const char *in)
{
	json_t *found = NULL;

	if (!in || strcmp(in, "message") == 0)
		found = find_message(wish);
	if (!found && (!in || strcmp(in, "ephemeral") == 0))
		found = find_ephemeral(wish);
	if (!found && !wish->channel && !wish->thread && (!in || strcmp(in, "view") == 0))
		found = find_view(wish);
	return found;
}

static json_t *tail_of(const json_t *feed)
{
	json_t *tail = json_array();
	size_t n = json_array_size(feed);

	for (size_t i = n > TAIL ? n - TAIL : 0; i < n; i++)
		json_array_append(tail, json_array_get(feed, i));
	return tail;
}

static json_int_t number(const struct sim_request *req, const char *name, json_int_t otherwise)
{
	const char *text = sim_query(req, name);

	return text ? strtoll(text, NULL, 10) : otherwise;
}

static void look_wait(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	const json_t *user = asked_user(slack, req);
	struct wish wish = {.slack = slack, .contains = sim_query(req, "contains"), .also = sim_query(req, "also")};
	int64_t until = sim_now_ms() + number(req, "timeout_ms", WAIT_MS);
	bool gone = sim_query(req, "gone") != NULL;
	json_t *found;

	wish.button = sim_query(req, "button");
	wish.thread = sim_query(req, "thread_ts");
	wish.user = user ? sim_text(user, "id") : NULL;
	wish.after = number(req, "after", 0);
	if (sim_query(req, "channel"))
		wish.channel = workspace_place(slack, sim_query(req, "channel"), wish.user ? wish.user : "");
	found = find_any(&wish, sim_query(req, "in"));
	while ((found != NULL) == gone && sim_now_ms() < until && !sim_stopping(slack->sim)) {
		json_decref(found);
		sim_wait(slack->sim, until);
		found = find_any(&wish, sim_query(req, "in"));
	}
	if (gone || !found)
		sim_answer_new(ans, (found != NULL) == gone ? 408 : 200,
		               json_pack("{s:b, s:o}", "found", found != NULL, "feed", tail_of(slack->feed)));
	else
		sim_answer_json(ans, 200, found);
	json_decref(found);
}

static const struct {
	const char *path;
	void (*look)(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
} looks[] = {
    {"/_sim/channel", look_channel}, {"/_sim/dm", look_dm},     {"/_sim/ephemerals", look_ephemerals},
    {"/_sim/views", look_views},     {"/_sim/wait", look_wait},
};

bool look_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		if (strcmp(looks[i].path, req->path) != 0)
			continue;
		looks[i].look(slack, req, ans);
		return true;
	}
	return false;
}
