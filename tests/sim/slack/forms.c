/*
 * tests/sim/slack/forms.c - filling in a dialog.
 *
 * Each kind of input is a row: under which name its value travels, what it
 * starts with, and what a person's word stands for.
 */

#include "tests/sim/slack/forms.h"

#include "tests/sim/slack/blocks_check.h"
#include "tests/sim/slack/workspace.h"

#include <string.h>

enum what { TYPED, PERSON, PEOPLE, PLACE, CHOICE, CHOICES, NUMBER };

static const struct input {
	const char *type;
	const char *value;
	const char *initial;
	enum what what;
} inputs[] = {
    {"plain_text_input", "value", "initial_value", TYPED},
    {"email_text_input", "value", "initial_value", TYPED},
    {"url_text_input", "value", "initial_value", TYPED},
    {"number_input", "value", "initial_value", TYPED},
    {"users_select", "selected_user", "initial_user", PERSON},
    {"multi_users_select", "selected_users", "initial_users", PEOPLE},
    {"conversations_select", "selected_conversation", "initial_conversation", PLACE},
    {"channels_select", "selected_channel", "initial_channel", PLACE},
    {"static_select", "selected_option", "initial_option", CHOICE},
    {"external_select", "selected_option", "initial_option", CHOICE},
    {"radio_buttons", "selected_option", "initial_option", CHOICE},
    {"multi_static_select", "selected_options", "initial_options", CHOICES},
    {"checkboxes", "selected_options", "initial_options", CHOICES},
    {"datepicker", "selected_date", "initial_date", TYPED},
    {"timepicker", "selected_time", "initial_time", TYPED},
    {"datetimepicker", "selected_date_time", "initial_date_time", NUMBER},
};

static const struct input *input_of(const json_t *element)
{
	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		if (strcmp(inputs[i].type, sim_text(element, "type")) == 0)
			return &inputs[i];
	}
	return NULL;
}

/* --- what a word stands for --- */

static json_t *option_named(const json_t *options, const char *word)
{
	json_t *option;
	size_t i;

	json_array_foreach (options, i, option) {
		if (strcmp(sim_text(option, "value"), word) == 0 ||
		    strcmp(sim_text(json_object_get(option, "text"), "text"), word) == 0)
			return option;
	}
	return NULL;
}

static json_t *choice(const json_t *element, const char *word)
{
	json_t *found = option_named(json_object_get(element, "options"), word);
	json_t *group;
	size_t i;

	json_array_foreach (json_object_get(element, "option_groups"), i, group) {
		if (!found)
			found = option_named(json_object_get(group, "options"), word);
	}
	return json_incref(found);
}

/* One word; a new reference, NULL: it stands for nothing. */
static json_t *meaning(const struct slack *slack, const struct input *input, const json_t *element, const json_t *word)
{
	const char *text = json_string_value(word);
	const json_t *item = NULL;

	switch (input->what) {
	case TYPED: return text && *text ? json_string(text) : json_is_string(word) ? json_null() : NULL;
	case NUMBER: return json_deep_copy(word);
	case CHOICE:
	case CHOICES:
		return text ? choice(element, text)
		            : json_incref(json_object_get(word, "value") ? (json_t *)(uintptr_t)word : NULL);
	case PERSON:
	case PEOPLE: item = workspace_user(slack, text); break;
	case PLACE: item = workspace_channel(slack, text); break;
	}
	return item ? json_string(sim_text(item, "id")) : NULL;
}

static json_t *meanings(const struct slack *slack, const struct input *input, const json_t *element,
                        const json_t *words)
{
	json_t *list = json_array();
	json_t *word;
	size_t i;

	json_array_foreach (words, i, word) {
		json_t *one = meaning(slack, input, element, word);

		if (!one) {
			json_decref(list);
			return NULL;
		}
		json_array_append_new(list, one);
	}
	if (json_is_string(words))
		json_array_append_new(list, meaning(slack, input, element, words));
	return list;
}

static json_t *value_of(const struct slack *slack, const struct input *input, const json_t *element,
                        const json_t *given)
{
	bool many = input->what == PEOPLE || input->what == CHOICES;

	if (!given && many)
		return json_array();
	if (!given || json_is_null(given))
		return json_null();
	return many ? meanings(slack, input, element, given) : meaning(slack, input, element, given);
}

/* --- the form --- */

static const json_t *given_for(const json_t *given, const json_t *block, const json_t *element)
{
	const json_t *value = json_object_get(given, sim_text(json_object_get(block, "label"), "text"));

	if (!value)
		value = json_object_get(given, sim_text(block, "block_id"));
	return value ? value : json_object_get(given, sim_text(element, "action_id"));
}

static bool is_empty(const json_t *value)
{
	return json_is_null(value) || (json_is_array(value) && json_array_size(value) == 0);
}

/* Why the client would not take that value; a new string, NULL: it does. */
static json_t *objection(const json_t *block, const json_t *element, const json_t *value)
{
	const char *label = sim_text(json_object_get(block, "label"), "text");
	const json_t *most = json_object_get(element, "max_length");
	const json_t *least = json_object_get(element, "min_length");
	json_int_t chars = json_is_string(value) ? (json_int_t)slack_chars(json_string_value(value)) : 0;

	if (!value)
		return sim_jsonf("%s: there is no such choice", label);
	if (is_empty(value))
		return json_is_true(json_object_get(block, "optional")) ? NULL : sim_jsonf("%s: please fill in", label);
	if (most && chars > json_integer_value(most))
		return sim_jsonf("%s: too long", label);
	if (least && chars < json_integer_value(least))
		return sim_jsonf("%s: too short", label);
	return NULL;
}

static bool fill_block(const struct slack *slack, const json_t *block, const json_t *given, json_t *values,
                       json_t **ret_why)
{
	const json_t *element = json_object_get(block, "element");
	const struct input *input = input_of(element);
	const json_t *words = given_for(given, block, element);
	json_t *value;

	if (strcmp(sim_text(block, "type"), "input") != 0 || !input)
		return true;
	if (!words)
		words = json_object_get(element, input->initial);
	value = value_of(slack, input, element, words);
	*ret_why = objection(block, element, value);
	if (*ret_why) {
		json_decref(value);
		return false;
	}
	json_object_set_new(
	    values, sim_text(block, "block_id"),
	    json_pack("{s:{s:s, s:o}}", sim_text(element, "action_id"), "type", input->type, input->value, value));
	return true;
}

static bool is_known(const json_t *view, const char *name)
{
	json_t *block;
	size_t i;

	json_array_foreach (json_object_get(view, "blocks"), i, block) {
		if (strcmp(sim_text(json_object_get(block, "label"), "text"), name) == 0 ||
		    strcmp(sim_text(block, "block_id"), name) == 0 ||
		    strcmp(sim_text(json_object_get(block, "element"), "action_id"), name) == 0)
			return true;
	}
	return false;
}

json_t *form_fill(const struct slack *slack, const json_t *view, const json_t *given, json_t **ret_why)
{
	json_t *values = json_object();
	json_t *block;
	size_t i;

	*ret_why = NULL;
	for (void *at = json_object_iter((json_t *)(uintptr_t)given); at && !*ret_why;
	     at = json_object_iter_next((json_t *)(uintptr_t)given, at)) {
		if (!is_known(view, json_object_iter_key(at)))
			*ret_why = sim_jsonf("the dialog has no input \"%s\"", json_object_iter_key(at));
	}
	json_array_foreach (json_object_get(view, "blocks"), i, block) {
		if (*ret_why || !fill_block(slack, block, given, values, ret_why))
			break;
	}
	if (!*ret_why)
		return values;
	json_decref(values);
	return NULL;
}
