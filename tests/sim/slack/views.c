/*
 * tests/sim/slack/views.c - modals and Home tabs.
 */

#include "tests/sim/slack/views.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/blocks_check.h"
#include "tests/sim/slack/feed.h"

#include <string.h>

enum { VIEW_BYTES_MAX = 250000 };

bool view_is_open(const json_t *record)
{
	return json_is_true(json_object_get(record, "open"));
}

static bool is_open_modal_of(const json_t *record, const char *user)
{
	return view_is_open(record) && !json_object_get(record, "home") && strcmp(sim_text(record, "user"), user) == 0;
}

json_t *view_top(const struct slack *slack, const char *user)
{
	json_t *top = NULL;
	const char *id;
	json_t *record;

	json_object_foreach (slack->views, id, record) {
		if (is_open_modal_of(record, user))
			top = record;
	}
	return top;
}

int view_depth(const struct slack *slack, const char *user)
{
	int depth = 0;
	const char *id;
	json_t *record;

	json_object_foreach (slack->views, id, record)
		depth += is_open_modal_of(record, user);
	return depth;
}

json_t *view_find(const struct slack *slack, const char *id)
{
	json_t *record = json_object_get(slack->views, id);
	const char *key;
	json_t *other;

	if (record || !*id)
		return record;
	json_object_foreach (slack->views, key, other) {
		if (strcmp(sim_text(json_object_get(other, "view"), "external_id"), id) == 0)
			return other;
	}
	return NULL;
}

const char *view_refusal(const struct slack *slack, const json_t *view, const json_t *record, json_t **ret_messages)
{
	const json_t *other = view_find(slack, sim_text(view, "external_id"));
	json_t *errors;

	*ret_messages = NULL;
	if (!json_is_object(view))
		return "invalid_arguments";
	if (json_dumpb(view, NULL, 0, JSON_COMPACT) > VIEW_BYTES_MAX)
		return "view_too_large";
	if (other && other != record && view_is_open(other))
		return "duplicate_external_id";
	errors = view_check(view);
	if (json_array_size(errors) == 0) {
		json_decref(errors);
		return NULL;
	}
	*ret_messages = errors;
	return "invalid_arguments";
}

static void set_missing(json_t *view, const char *name, json_t *value)
{
	if (!json_object_get(view, name))
		json_object_set(view, name, value);
	json_decref(value);
}

/* The view with everything that Slack adds to it; a new reference. */
static json_t *dressed(struct slack *slack, const json_t *given, const json_t *id, const json_t *root)
{
	json_t *view = json_deep_copy(given);

	blocks_give_ids(slack, json_object_get(view, "blocks"));
	json_object_set_new(view, "id", json_string(json_string_value(id)));
	json_object_set_new(view, "root_view_id", json_string(json_string_value(root)));
	json_object_set_new(view, "team_id", json_string(slack_team_id(slack)));
	json_object_set_new(view, "app_installed_team_id", json_string(slack_team_id(slack)));
	json_object_set_new(view, "app_id", json_string(slack_app_id(slack)));
	json_object_set(view, "bot_id", json_object_get(slack->app, "bot_id"));
	json_object_set_new(view, "hash", slack_token(slack, ""));
	json_object_set_new(view, "state", json_pack("{s:{}}", "values"));
	set_missing(view, "callback_id", json_string(""));
	set_missing(view, "external_id", json_string(""));
	set_missing(view, "private_metadata", json_string(""));
	set_missing(view, "clear_on_close", json_false());
	set_missing(view, "notify_on_close", json_false());
	set_missing(view, "submit", json_null());
	set_missing(view, "close", json_null());
	set_missing(view, "previous_view_id", json_null());
	return view;
}

/* Into the feed; the record keeps what its blocks say, for those who wait for words. */
static void tell(struct slack *slack, const char *what, json_t *record)
{
	const json_t *view = json_object_get(record, "view");
	const json_t *blocks = json_object_get(view, "blocks");
	json_int_t n;

	json_object_set_new(record, "shown", blocks_text(blocks));
	n = feed_add(slack, what,
	             json_pack("{s:s, s:s, s:s, s:O, s:o, s:b}", "user", sim_text(record, "user"), "view_id",
	                       sim_text(view, "id"), "title", sim_text(json_object_get(view, "title"), "text"), "shown",
	                       json_object_get(record, "shown"), "buttons", blocks_labels(blocks), "home",
	                       json_object_get(record, "home") != NULL));
	json_object_set_new(record, "feed", json_integer(n));
}

json_t *view_show(struct slack *slack, const char *user, const json_t *given)
{
	json_t *below = view_top(slack, user);
	json_t *id = slack_id(slack, "V");
	const json_t *root = below ? json_object_get(json_object_get(below, "view"), "root_view_id") : id;
	json_t *view = dressed(slack, given, id, root);
	json_t *record;

	if (below)
		json_object_set(view, "previous_view_id", json_object_get(json_object_get(below, "view"), "id"));
	record = json_pack("{s:o, s:s, s:b}", "view", view, "user", user, "open", 1);
	json_object_set_new(slack->views, json_string_value(id), record);
	json_decref(id);
	tell(slack, "view", record);
	return record;
}

void view_replace(struct slack *slack, json_t *record, const json_t *given)
{
	const json_t *old = json_object_get(record, "view");
	json_t *previous = json_incref(json_object_get(old, "previous_view_id"));
	json_t *view = dressed(slack, given, json_object_get(old, "id"), json_object_get(old, "root_view_id"));

	json_object_set_new(view, "previous_view_id", previous);
	json_object_set_new(record, "view", view);
	tell(slack, "view", record);
}

void view_close(struct slack *slack, json_t *record)
{
	if (!view_is_open(record))
		return;
	json_object_set_new(record, "open", json_false());
	tell(slack, "closed", record);
}

void view_close_all(struct slack *slack, const char *user)
{
	json_t *top;

	while ((top = view_top(slack, user)))
		view_close(slack, top);
}

json_t *view_home(struct slack *slack, const char *user)
{
	json_t *id = sim_jsonf("VH%s", user);
	json_t *record = json_object_get(slack->views, json_string_value(id));

	if (!record) {
		record = json_pack("{s:{s:O, s:O}, s:s, s:b, s:b}", "view", "id", id, "root_view_id", id, "user", user,
		                   "open", 1, "home", 1);
		json_object_set_new(slack->views, json_string_value(id), record);
	}
	json_decref(id);
	return record;
}
