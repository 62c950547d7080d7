/*
 * tests/sim/slack/web_views.c - views.*: opening, pushing and changing them
 * by the Web API.
 */

#include "tests/sim/slack/web.h"

#include "tests/sim/slack/triggers.h"
#include "tests/sim/slack/views.h"

#include <string.h>

/* The argument `view`, fit to be shown; NULL: answered. A new reference. */
static json_t *good_view(struct call *call, const json_t *record)
{
	bool bad;
	json_t *messages = NULL;
	json_t *view = call_nested(call, "view", &bad);
	const char *error = bad ? "invalid_arguments" : view_refusal(call->slack, view, record, &messages);

	if (!error)
		return view;
	json_decref(view);
	if (messages) {
		sim_violation(call->slack->sim, "%s: %s", call->method->name,
		              json_string_value(json_array_get(messages, 0)));
		call_fail_why(call, error, messages);
	} else {
		call_fail(call, error);
	}
	return NULL;
}

static void answer_view(struct call *call, const json_t *record)
{
	call_ok(call, json_pack("{s:o}", "view", json_deep_copy(json_object_get(record, "view"))));
}

/* The trigger of this call; NULL: answered. */
static json_t *good_trigger(struct call *call)
{
	const char *error;
	json_t *trigger = trigger_find(call->slack, call_text(call, "trigger_id"), &error);

	if (!trigger)
		call_fail(call, error);
	return trigger;
}

static void show(struct call *call, json_t *trigger)
{
	json_t *view = good_view(call, NULL);

	if (!view)
		return;
	trigger_use(trigger);
	answer_view(call, view_show(call->slack, sim_text(trigger, "user"), view));
	json_decref(view);
}

static void views_open(struct call *call)
{
	json_t *trigger = good_trigger(call);

	if (trigger) {
		if (!*sim_text(trigger, "view_id"))
			view_close_all(call->slack, sim_text(trigger, "user"));
		show(call, trigger);
	}
}

static void views_push(struct call *call)
{
	json_t *trigger = good_trigger(call);

	if (!trigger)
		return;
	if (!*sim_text(trigger, "view_id"))
		call_fail(call, "not_found");
	else if (view_depth(call->slack, sim_text(trigger, "user")) >= VIEW_STACK_MAX)
		call_fail(call, "push_limit_reached");
	else
		show(call, trigger);
}

static bool hash_is_good(struct call *call, const json_t *record)
{
	const char *hash = call_text(call, "hash");

	if (!*hash || strcmp(hash, sim_text(json_object_get(record, "view"), "hash")) == 0)
		return true;
	call_fail(call, "hash_conflict");
	return false;
}

static void views_update(struct call *call)
{
	const char *id = *call_text(call, "view_id") ? call_text(call, "view_id") : call_text(call, "external_id");
	json_t *record = view_find(call->slack, id);
	json_t *view;

	if (!record || !view_is_open(record)) {
		call_fail(call, "not_found");
		return;
	}
	if (!hash_is_good(call, record))
		return;
	view = good_view(call, record);
	if (!view)
		return;
	view_replace(call->slack, record, view);
	json_decref(view);
	answer_view(call, record);
}

static void views_publish(struct call *call)
{
	struct slack *slack = call->slack;
	const char *user = call_text(call, "user_id");
	json_t *record;
	json_t *view;

	if (!json_object_get(slack->users, user)) {
		call_fail(call, "missing_profile_id");
		return;
	}
	if (json_is_false(json_object_get(slack->app, "home_tab"))) {
		call_fail(call, "not_enabled");
		return;
	}
	record = view_home(slack, user);
	if (!hash_is_good(call, record))
		return;
	view = good_view(call, record);
	if (!view)
		return;
	view_replace(slack, record, view);
	json_decref(view);
	answer_view(call, record);
}

const struct method view_methods[] = {
    {"views.open", TOKEN_BOT, NULL, true, 100, "view trigger_id", views_open},
    {"views.push", TOKEN_BOT, NULL, true, 100, "view trigger_id", views_push},
    {"views.update", TOKEN_BOT, NULL, true, 100, "view", views_update},
    {"views.publish", TOKEN_BOT, NULL, true, 100, "user_id view", views_publish},
    {0},
};
