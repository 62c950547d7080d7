/*
 * message/dialog.c - modal views: built, and read when submitted.
 *
 * Every input has one element whose action_id is "value", so that a block_id
 * is all that a reader needs. Messages are in message.c.
 */
#include <stdlib.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/blocks.h"
#include "bot/message/message.h"

#define ACTION "value"

enum {
	BLOCKS_MAX = 100,
	TITLE_CHARS = 24,
	LABEL_CHARS = 150, /* Slack takes 2000; nobody reads them */
	PLACEHOLDER_CHARS = 150,
	METADATA_CHARS = 3000,
	INPUT_CHARS = 3000,
	ERROR_CHARS = 1000,
	CHOICES_MAX = 10,
	OPTION_CHARS = 75,
};

struct dialog {
	json_t *view;
	json_t *blocks; /* borrowed from view */
};

struct dialog *dialog_new(const char *callback, const char *title, const char *submit, const char *private_metadata)
{
	struct dialog *d = mem_alloc(sizeof(*d));

	d->view = json_object();
	d->blocks = json_array();
	json_set_str(d->view, "type", "modal");
	json_set_str(d->view, "callback_id", callback);
	json_object_set_new(d->view, "title", blocks_plain(title, TITLE_CHARS));
	if (!text_empty(submit))
		json_object_set_new(d->view, "submit", blocks_plain(submit, TITLE_CHARS));
	json_object_set_new(d->view, "close", blocks_plain("Cancel", TITLE_CHARS));
	if (!text_empty(private_metadata))
		json_object_set_new(d->view, "private_metadata", blocks_cut_plain(private_metadata, METADATA_CHARS));
	json_object_set_new(d->view, "blocks", d->blocks);
	return d;
}

void dialog_close_label(struct dialog *d, const char *label)
{
	json_object_set_new(d->view, "close", blocks_plain(label, TITLE_CHARS));
}

void dialog_free(struct dialog *d)
{
	if (!d)
		return;
	json_decref(d->view);
	free(d);
}

static void add_block(struct dialog *d, json_t *block)
{
	if (json_array_size(d->blocks) < BLOCKS_MAX)
		json_array_append_new(d->blocks, block);
	else
		json_decref(block);
}

void dialog_section(struct dialog *d, const char *mrkdwn)
{
	json_t *sections = blocks_sections(mrkdwn), *section;
	size_t i;

	json_array_foreach (sections, i, section)
		add_block(d, json_incref(section));
	json_decref(sections);
}

/* Steals element and hint. */
static void add_input(struct dialog *d, const char *block_id, const char *label, bool optional, json_t *element,
                      json_t *hint)
{
	json_t *block = json_object();

	json_set_str(block, "type", "input");
	json_set_str(block, "block_id", block_id);
	json_object_set_new(block, "label", blocks_plain(label, LABEL_CHARS));
	json_object_set_new(block, "element", element);
	json_set_bool(block, "optional", optional);
	if (hint)
		json_object_set_new(block, "hint", hint);
	add_block(d, block);
}

static json_t *new_element(const char *type)
{
	json_t *element = json_object();

	json_set_str(element, "type", type);
	json_set_str(element, "action_id", ACTION);
	return element;
}

void dialog_text_input(struct dialog *d, const struct dialog_text *input)
{
	json_t *element = new_element("plain_text_input");
	int max = input->max_length > 0 && input->max_length < INPUT_CHARS ? input->max_length : INPUT_CHARS;

	json_set_bool(element, "multiline", input->multiline);
	if (!text_empty(input->placeholder))
		json_object_set_new(element, "placeholder", blocks_plain(input->placeholder, PLACEHOLDER_CHARS));
	if (!text_empty(input->initial))
		json_object_set_new(element, "initial_value", blocks_cut_plain(input->initial, (size_t)max));
	if (input->max_length > 0)
		json_set_int(element, "max_length", max);
	add_input(d, input->block, input->label, input->optional, element,
	          text_empty(input->hint) ? NULL : blocks_plain(input->hint, LABEL_CHARS));
}

void dialog_date_input(struct dialog *d, const char *block, const char *label, const char *initial_yyyy_mm_dd)
{
	json_t *element = new_element("datepicker");

	json_set_str(element, "initial_date", initial_yyyy_mm_dd);
	add_input(d, block, label, false, element, NULL);
}

void dialog_users_input(struct dialog *d, const char *block, const char *label, bool optional,
                        const char *const *initial, size_t count)
{
	json_t *element = new_element("multi_users_select");
	json_t *users = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(users, json_text_value(initial[i]));
	if (count)
		json_object_set(element, "initial_users", users);
	json_decref(users);
	add_input(d, block, label, optional, element, NULL);
}

void dialog_choice_input(struct dialog *d, const char *block, const char *label, const struct dialog_choice *choices,
                         size_t count)
{
	json_t *element = new_element("radio_buttons");
	json_t *options = json_array();

	for (size_t i = 0; i < count && i < CHOICES_MAX; i++)
		json_array_append_new(options,
		                      json_pack("{s:o, s:s}", "text", blocks_mrkdwn(choices[i].mrkdwn, OPTION_CHARS),
		                                "value", choices[i].value));
	json_object_set_new(element, "options", options);
	add_input(d, block, label, false, element, NULL);
}

void dialog_channel_input(struct dialog *d, const char *block, const char *label)
{
	json_t *element = new_element("conversations_select");

	json_object_set_new(
	    element, "filter",
	    json_pack("{s:[s,s], s:b}", "include", "public", "private", "exclude_external_shared_channels", 1));
	add_input(d, block, label, false, element, NULL);
}

json_t *dialog_take(struct dialog *d)
{
	json_t *view = json_incref(d->view);

	dialog_free(d);
	return view;
}

static const json_t *submitted(const json_t *view, const char *block)
{
	return json_path(view, "state", "values", block, ACTION, NULL);
}

const json_t *dialog_users(const json_t *view, const char *block)
{
	const json_t *users = json_get(submitted(view, block), "selected_users");

	return json_is_array(users) ? users : NULL;
}

const char *dialog_value(const json_t *view, const char *block)
{
	static const char *const keys[] = {"value", "selected_date", "selected_user", "selected_conversation"};
	const json_t *input = submitted(view, block);
	const char *first = json_string_value(json_array_get(dialog_users(view, block), 0));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!text_empty(json_str(input, keys[i])))
			return json_str(input, keys[i]);
	return first ? first : json_str(json_get(input, "selected_option"), "value");
}

json_t *dialog_error(const char *block, const char *text)
{
	json_t *payload = json_object(), *errors = json_object();

	json_set_str(payload, "response_action", "errors");
	json_object_set_new(errors, block, blocks_cut_plain(text_empty(text) ? "-" : text, ERROR_CHARS));
	json_object_set_new(payload, "errors", errors);
	return payload;
}
