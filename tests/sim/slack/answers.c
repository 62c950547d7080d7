/*
 * tests/sim/slack/answers.c - what becomes of the payload of an
 * acknowledgement.
 */

#include "tests/sim/slack/answers.h"

#include "tests/sim/slack/blocks.h"
#include "tests/sim/slack/blocks_check.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/messages.h"
#include "tests/sim/slack/views.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

static json_t *refuse(struct slack *slack, const char *why)
{
	sim_violation(slack->sim, "the payload of an acknowledgement: %s", why);
	return json_string("We had some trouble connecting. Try again?");
}

/* --- commands --- */

static bool members_are_known(const json_t *answer)
{
	static const char *const known[] = {
	    "text",   "blocks",       "attachments",  "response_type", "replace_original", "delete_original",
	    "mrkdwn", "unfurl_links", "unfurl_media", "parse",         "link_names",       "metadata"};
	const char *name;

	for (void *at = json_object_iter((json_t *)(uintptr_t)answer); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)answer, at)) {
		size_t i = 0;

		name = json_object_iter_key(at);
		while (i < sizeof(known) / sizeof(known[0]) && strcmp(known[i], name) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			return false;
	}
	return true;
}

static json_t *message_of(struct slack *slack, const json_t *answer, const char *author)
{
	json_t *message = message_new(slack, author, sim_text(answer, "text"));
	json_t *blocks = json_deep_copy(json_object_get(answer, "blocks"));

	if (blocks) {
		blocks_give_ids(slack, blocks);
		json_object_set_new(message, "blocks", blocks);
	}
	return message;
}

static json_t *show_line(struct slack *slack, const json_t *payload, const json_t *answer)
{
	json_t *channel = workspace_channel(slack, sim_text(payload, "channel_id"));
	bool public = strcmp(sim_text(answer, "response_type"), "in_channel") == 0;
	json_t *message;

	if (public && *sim_text(answer, "text")) {
		message_post(slack, channel, message_of(slack, answer, slack_bot(slack)));
	} else if (public) {
		json_t *typed = sim_jsonf("%s %s", sim_text(payload, "command"), sim_text(payload, "text"));

		message_post(slack, channel,
		             message_new(slack, sim_text(payload, "user_id"), json_string_value(typed)));
		json_decref(typed);
	} else {
		message = message_of(slack, answer, slack_bot(slack));
		json_object_set(message, "user", json_object_get(payload, "user_id"));
		ephemeral_add(slack, channel, message);
	}
	return json_string("");
}

static json_t *answer_command(struct slack *slack, const json_t *payload, const json_t *answer)
{
	json_t *blocks = json_object_get(answer, "blocks");
	json_t *plain;
	json_t *shown;
	json_t *errors;

	if (json_is_string(answer)) {
		plain = json_pack("{s:O}", "text", answer);
		shown = show_line(slack, payload, plain);
		json_decref(plain);
		return shown;
	}
	if (!json_is_object(answer) || !members_are_known(answer))
		return refuse(slack, "a command is answered with a message");
	errors = blocks ? blocks_check(blocks, SURFACE_MESSAGE) : json_array();
	if (json_array_size(errors) > 0)
		shown = refuse(slack, json_string_value(json_array_get(errors, 0)));
	else
		shown = show_line(slack, payload, answer);
	json_decref(errors);
	return shown;
}

/* --- dialogs --- */

static bool is_input_of(const json_t *view, const char *block_id)
{
	json_t *block;
	size_t i;

	json_array_foreach (json_object_get(view, "blocks"), i, block) {
		if (strcmp(sim_text(block, "block_id"), block_id) == 0)
			return strcmp(sim_text(block, "type"), "input") == 0;
	}
	return false;
}

static json_t *show_errors(struct slack *slack, const json_t *payload, json_t *errors)
{
	const json_t *view = json_object_get(payload, "view");
	const char *block_id;
	json_t *text;

	if (json_object_size(errors) == 0)
		return refuse(slack, "`errors` is empty");
	json_object_foreach (errors, block_id, text) {
		if (!is_input_of(view, block_id))
			return refuse(slack, "a key of `errors` is no input block of the view");
		if (!json_is_string(text) || !*json_string_value(text))
			return refuse(slack, "an error without words");
	}
	return json_pack("{s:O}", "errors", errors);
}

static json_t *show_next(struct slack *slack, json_t *record, const json_t *answer, bool push)
{
	const json_t *view = json_object_get(answer, "view");
	const char *user = sim_text(record, "user");
	json_t *messages;
	const char *error = view_refusal(slack, view, push ? NULL : record, &messages);
	json_t *shown;

	if (push && !error && view_depth(slack, user) >= VIEW_STACK_MAX)
		error = "push_limit_reached";
	if (error) {
		shown = refuse(slack, messages ? json_string_value(json_array_get(messages, 0)) : error);
		json_decref(messages);
		return shown;
	}
	if (push)
		view_show(slack, user, view);
	else
		view_replace(slack, record, view);
	return json_string("");
}

static json_t *answer_submission(struct slack *slack, const json_t *payload, const json_t *answer)
{
	json_t *record = view_find(slack, sim_text(json_object_get(payload, "view"), "id"));
	const char *action = sim_text(answer, "response_action");

	if (!answer)
		view_close(slack, record);
	else if (strcmp(action, "errors") == 0)
		return show_errors(slack, payload, json_object_get(answer, "errors"));
	else if (strcmp(action, "update") == 0 || strcmp(action, "push") == 0)
		return show_next(slack, record, answer, *action == 'p');
	else if (strcmp(action, "clear") == 0)
		view_close_all(slack, sim_text(record, "user"));
	else
		return refuse(slack, "an unknown response_action");
	return json_string("");
}

/* --- all of them --- */

static void tell(struct slack *slack, const json_t *about, const json_t *answer)
{
	json_t *entry = json_deep_copy(about);

	if (answer)
		json_object_set_new(entry, "answer", json_deep_copy(answer));
	feed_add(slack, "ack", entry);
}

json_t *answer_apply(struct slack *slack, const json_t *payload, const json_t *about, const json_t *answer)
{
	const char *type = sim_text(payload, "type");

	if (*sim_text(about, "user"))
		tell(slack, about, answer);
	if (*sim_text(payload, "command"))
		return answer ? answer_command(slack, payload, answer) : json_string("");
	if (strcmp(type, "view_submission") == 0)
		return answer_submission(slack, payload, answer);
	if (answer && strcmp(type, "block_suggestion") == 0 &&
	    (json_is_array(json_object_get(answer, "options")) ||
	     json_is_array(json_object_get(answer, "option_groups"))))
		return json_string("");
	return answer ? refuse(slack, "this interaction is acknowledged without one") : json_string("");
}
