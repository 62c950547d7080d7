/*
 * app/intake.c - what an envelope of Slack means to us.
 */
#include "bot/app/intake.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/message.h"

/* More than Slack lets anybody type; a longer text is no command. */
enum { TEXT_CHARS_MAX = 12000 };

static const char *const doors[] = {
    [DOOR_SLASH] = "slash",       [DOOR_BUTTON] = "button",
    [DOOR_DIALOG] = "dialog",     [DOOR_CLOSED_DIALOG] = "closed-dialog",
    [DOOR_MENTION] = "mention",   [DOOR_DIRECT] = "direct",
    [DOOR_SHORTCUT] = "shortcut",
};

/* --- whose is it? ---------------------------------------------------------------------------------------------------
 */

static const char *foreign_reason(const struct envelope *e, const struct slack_identity *us)
{
	if (us->app_id[0] != '\0' && e->app_id[0] != '\0' && !text_eq(e->app_id, us->app_id))
		return "it is meant for another app";
	if (e->team[0] != '\0')
		return text_eq(e->team, us->team) ? NULL : "it comes from another workspace";
	if (us->enterprise[0] != '\0' && text_eq(e->enterprise, us->enterprise))
		return NULL; /* an org-wide installation names the enterprise only */
	return "it names no workspace";
}

/* On Enterprise Grid a person's team may be the enterprise. */
static bool is_foreign_person(const struct envelope *e, const struct slack_identity *us)
{
	if (e->user_team[0] == '\0' || text_eq(e->user_team, us->team))
		return false;
	return us->enterprise[0] == '\0' || !text_eq(e->user_team, us->enterprise);
}

/* --- bodies ---------------------------------------------------------------------------------------------------------
 */

static json_t *body_new(const struct envelope *e, const struct slack_identity *us, enum door door)
{
	json_t *body = json_object();

	json_set_str(body, "door", doors[door]);
	json_set_str(body, "user", e->user);
	json_set_str(body, "channel", e->channel);
	json_set_str(body, "thread_ts", e->thread_ts);
	json_set_str(body, "message_ts", e->message_ts);
	if (is_foreign_person(e, us))
		json_set_bool(body, "foreign", true);
	return body;
}

static void set_text(json_t *body, const char *text)
{
	size_t len = text_bytes_of_chars(text, TEXT_CHARS_MAX);
	if (len > 0)
		json_object_set_new(body, "text", json_stringn(text, len));
}

/* Only what is needed to read the dialog again: the blocks are large, and ours. */
static void set_view(json_t *body, const json_t *view)
{
	static const char *const keys[] = {"id", "hash", "callback_id", "private_metadata", "state"};
	json_t *kept = json_object();

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (json_get(view, keys[i]) != NULL)
			json_object_set_new(kept, keys[i], json_deep_copy(json_get(view, keys[i])));
	json_object_set_new(body, "view", kept);
}

static const char *action_value(const json_t *action)
{
	const char *option = json_str(json_get(action, "selected_option"), "value");

	if (json_str(action, "value")[0] != '\0')
		return json_str(action, "value");
	return option[0] != '\0' ? option : json_str(action, "selected_date");
}

static void add_actions(json_t *deeds, const struct envelope *e, const struct slack_identity *us)
{
	size_t i;
	json_t *action;

	json_array_foreach (e->actions, i, action) {
		json_t *body = body_new(e, us, DOOR_BUTTON);
		json_set_str(body, "action", json_str(action, "action_id"));
		json_set_str(body, "value", action_value(action));
		if (e->view != NULL)
			set_view(body, e->view);
		json_array_append_new(deeds, body);
	}
}

/* Those of deploy/slack-manifest.yaml. */
static bool is_our_shortcut(const struct envelope *e)
{
	if (text_eq(e->kind, "shortcut"))
		return text_eq(e->callback, "eac.repair");
	return text_eq(e->kind, "message_action") && text_eq(e->callback, "eac.repair_person");
}

/* Of the dialog of `repair`: where it was asked, or what was chosen in it. */
static const char *chosen_channel(const json_t *view)
{
	const char *kept = json_str(view, "private_metadata");

	return kept[0] != '\0' ? kept : dialog_value(view, "channel");
}

static void add_interactive(json_t *deeds, const struct envelope *e, const struct slack_identity *us)
{
	json_t *body = NULL;

	if (text_eq(e->kind, "block_actions")) {
		add_actions(deeds, e, us);
	} else if (text_eq(e->kind, "view_submission") || text_eq(e->kind, "view_closed")) {
		body = body_new(e, us, text_eq(e->kind, "view_closed") ? DOOR_CLOSED_DIALOG : DOOR_DIALOG);
		json_set_str(body, "action", e->callback);
		set_view(body, e->view);
		if (intake_picked(body) != NULL)
			json_set_str(body, "channel", chosen_channel(e->view));
	} else if (is_our_shortcut(e)) {
		body = body_new(e, us, DOOR_SHORTCUT);
		json_set_str(body, "action", e->callback);
		json_set_str(body, "subject", e->author);
	}
	if (body != NULL)
		json_array_append_new(deeds, body);
}

/* --- events ---------------------------------------------------------------------------------------------------------
 */

/* What bots say, what we say ourselves, edits, joins and other messages that no person typed. */
static bool is_speech(const struct envelope *e, const struct slack_identity *us)
{
	if (e->user[0] == '\0' || text_eq(e->user, us->bot_user) || json_bool(e->event, "hidden"))
		return false;
	return json_str(e->event, "bot_id")[0] == '\0' && json_str(e->event, "subtype")[0] == '\0';
}

/* The words behind "<@U0BOT0001>" or "<@U0BOT0001|eacbot>"; all of them when it is not there. */
static const char *after_mention(const char *text, const char *bot_user)
{
	size_t len = strlen(bot_user);

	for (const char *at = text; (at = strstr(at, "<@")) != NULL; at += 2) {
		if (strncmp(at + 2, bot_user, len) != 0 || (at[2 + len] != '>' && at[2 + len] != '|'))
			continue;
		const char *end = strchr(at, '>');
		return end != NULL ? end + 1 : text;
	}
	return text;
}

static void add_speech(json_t *deeds, const struct envelope *e, const struct slack_identity *us)
{
	const char *text = json_str(e->event, "text");
	json_t *body;

	if (!is_speech(e, us))
		return;
	if (text_eq(e->event_type, "app_mention")) {
		body = body_new(e, us, DOOR_MENTION);
		text = after_mention(text, us->bot_user);
	} else if (text_eq(e->event_type, "message") && text_eq(json_str(e->event, "channel_type"), "im")) {
		body = body_new(e, us, DOOR_DIRECT);
	} else {
		return;
	}
	json_set_str(body, "message_ts", json_str(e->event, "ts"));
	set_text(body, text);
	struct place place = {
	    .known = true, .member = true, .shared = e->shared_channel, .direct = e->channel[0] == 'D'};
	intake_set_place(body, &place);
	json_array_append_new(deeds, body);
}

static bool is_news(const char *type)
{
	static const char *const starts[] = {"subteam_",        "channel_",         "group_",
	                                     "member_",         "user_change",      "tokens_revoked",
	                                     "app_uninstalled", "app_rate_limited", "app_home_opened"};

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (text_starts(type, starts[i]))
			return true;
	return false;
}

/* --- the outside ----------------------------------------------------------------------------------------------------
 */

enum intake intake_read(const struct envelope *e, const struct slack_identity *us, json_t **ret_deeds,
                        const char **ret_why)
{
	const char *why = foreign_reason(e, us);
	json_t *deeds;

	if (why != NULL) {
		*ret_why = why;
		return INTAKE_FOREIGN;
	}
	if (e->type == ENVELOPE_EVENT && is_news(e->event_type))
		return INTAKE_NEWS;
	deeds = json_array();
	if (e->type == ENVELOPE_SLASH) {
		json_t *body = body_new(e, us, DOOR_SLASH);
		set_text(body, e->text);
		json_array_append_new(deeds, body);
	} else if (e->type == ENVELOPE_INTERACTIVE) {
		add_interactive(deeds, e, us);
	} else if (e->type == ENVELOPE_EVENT) {
		add_speech(deeds, e, us);
	}
	if (json_array_size(deeds) == 0 || e->user[0] == '\0') {
		json_decref(deeds);
		return INTAKE_NOTHING;
	}
	*ret_deeds = deeds;
	return INTAKE_DEEDS;
}

void intake_key(const struct envelope *e, const json_t *body, char out[static 160])
{
	const char *door = json_str(body, "door"), *ts = json_str(body, "message_ts");
	bool speech = text_eq(door, doors[DOOR_MENTION]) || text_eq(door, doors[DOOR_DIRECT]);

	if (speech && *e->channel && *ts)
		snprintf(out, 160, "ms:%.60s:%.60s", e->channel, ts);
	else
		envelope_key(e, out);
}

const char *intake_kind(const struct envelope *e)
{
	if (e->type == ENVELOPE_SLASH)
		return "slash";
	if (e->type == ENVELOPE_EVENT)
		return "event";
	return text_starts(e->kind, "view_") ? "view" : "action";
}

void intake_set_place(json_t *body, const struct place *place)
{
	json_t *value = json_object();

	json_set_bool(value, "known", place->known);
	json_set_bool(value, "member", place->member);
	json_set_bool(value, "archived", place->archived);
	json_set_bool(value, "shared", place->shared);
	json_set_bool(value, "direct", place->direct);
	json_object_set_new(body, "place", value);
}

bool intake_place_is_missing(const json_t *body)
{
	const json_t *place = json_get(body, "place");

	return place != NULL && !json_bool(place, "known");
}

const json_t *intake_picked(const json_t *body)
{
	bool sent = text_eq(json_str(body, "door"), doors[DOOR_DIALOG]);

	return sent && text_eq(json_str(body, "action"), "eac.repair") ? dialog_users(json_get(body, "view"), "who")
	                                                               : NULL;
}

void intake_set_picked(json_t *body, const struct person *person)
{
	json_t *picked = json_get(body, "picked");

	if (picked == NULL) {
		picked = json_object();
		json_object_set_new(body, "picked", picked);
	}
	json_object_set_new(
	    picked, person->id,
	    json_pack("{s:o, s:o}", "name", json_text_value(person->name), "email", json_text_value(person->email)));
}

bool intake_place_is_asked(const json_t *body)
{
	const char *door = json_str(body, "door");
	bool asked =
	    text_eq(door, doors[DOOR_SLASH]) || text_eq(door, doors[DOOR_SHORTCUT]) || intake_picked(body) != NULL;

	return asked && json_str(body, "channel")[0] != '\0';
}

/* A message that bears our buttons lies where we are. */
static struct place place_of(const json_t *body)
{
	const json_t *place = json_get(body, "place");

	if (place == NULL)
		return (struct place){.known = true, .member = true, .direct = json_str(body, "channel")[0] == 'D'};
	return (struct place){
	    .known = json_bool(place, "known"),
	    .member = json_bool(place, "member"),
	    .archived = json_bool(place, "archived"),
	    .shared = json_bool(place, "shared"),
	    .direct = json_bool(place, "direct"),
	};
}

void intake_deed(const json_t *body, struct deed *ret)
{
	*ret = (struct deed){
	    .user = json_str(body, "user"),
	    .channel = json_str(body, "channel"),
	    .thread_ts = json_str(body, "thread_ts"),
	    .message_ts = json_str(body, "message_ts"),
	    .text = json_str(body, "text"),
	    .action = json_str(body, "action"),
	    .value = json_str(body, "value"),
	    .subject = json_str(body, "subject"),
	    .view = json_get(body, "view"),
	    .picked = json_get(body, "picked"),
	    .place = place_of(body),
	};
	for (size_t i = 0; i < sizeof doors / sizeof *doors; i++)
		if (text_eq(json_str(body, "door"), doors[i]))
			ret->door = (enum door)i;
}

bool intake_is_foreign(const json_t *body)
{
	return json_bool(body, "foreign");
}
