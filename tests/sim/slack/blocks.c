/*
 * tests/sim/slack/blocks.c - reading Block Kit.
 */

#include "tests/sim/slack/blocks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- text --- */

static void write_line(FILE *out, const json_t *value)
{
	if (json_is_string(value))
		fprintf(out, "%s\n", json_string_value(value));
}

/* Texts stand under "text"; under "title" and "label" there are text objects, and strings in the newer blocks. */
static void write_texts(FILE *out, const json_t *node)
{
	const char *name;
	json_t *value;
	size_t i;

	json_array_foreach (node, i, value)
		write_texts(out, value);
	if (!json_is_object(node))
		return;
	write_line(out, json_object_get(node, "text"));
	write_line(out, json_object_get(node, "title"));
	write_line(out, json_object_get(node, "details"));
	for (void *at = json_object_iter((json_t *)(uintptr_t)node); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)node, at)) {
		name = json_object_iter_key(at);
		value = json_object_iter_value(at);
		if (strcmp(name, "confirm") != 0)
			write_texts(out, value);
	}
}

json_t *blocks_text(const json_t *blocks)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	json_t *string;

	if (!out)
		abort();
	write_texts(out, blocks);
	fclose(out);
	string = json_string(text);
	free(text);
	return string;
}

/* --- buttons --- */

static void add_button(json_t *buttons, const json_t *block, json_t *element)
{
	const json_t *label = json_object_get(element, "text");

	if (strcmp(sim_text(element, "type"), "button") != 0)
		return;
	json_array_append_new(buttons, json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:O}", "label",
	                                         sim_text(label, "text"), "action_id", sim_text(element, "action_id"),
	                                         "block_id", sim_text(block, "block_id"), "value",
	                                         sim_text(element, "value"), "style", sim_text(element, "style"), "url",
	                                         sim_text(element, "url"), "element", element));
}

json_t *blocks_buttons(const json_t *blocks)
{
	json_t *buttons = json_array();
	json_t *block;
	json_t *element;
	size_t i;
	size_t j;

	json_array_foreach (blocks, i, block) {
		add_button(buttons, block, json_object_get(block, "accessory"));
		json_array_foreach (json_object_get(block, "elements"), j, element)
			add_button(buttons, block, element);
	}
	return buttons;
}

json_t *blocks_labels(const json_t *blocks)
{
	json_t *buttons = blocks_buttons(blocks);
	json_t *labels = json_array();
	json_t *button;
	size_t i;

	json_array_foreach (buttons, i, button)
		json_array_append(labels, json_object_get(button, "label"));
	json_decref(buttons);
	return labels;
}

json_t *blocks_button(const json_t *blocks, const char *label)
{
	json_t *buttons = blocks_buttons(blocks);
	json_t *found = NULL;
	json_t *button;
	size_t i;

	json_array_foreach (buttons, i, button) {
		if (strcmp(sim_text(button, "label"), label) == 0 ||
		    strcmp(sim_text(button, "action_id"), label) == 0) {
			found = json_incref(button);
			break;
		}
	}
	json_decref(buttons);
	return found;
}

/* --- ids --- */

static void give_id(struct slack *slack, json_t *object, const char *member)
{
	if (json_is_object(object) && !*sim_text(object, member))
		json_object_set_new(object, member, slack_id(slack, ""));
}

static bool takes_action_id(const json_t *element)
{
	const char *type = sim_text(element, "type");

	return *type && strcmp(type, "image") != 0 && strncmp(type, "rich_text", 9) != 0 &&
	       strcmp(type, "plain_text") != 0 && strcmp(type, "mrkdwn") != 0;
}

static void give_action_id(struct slack *slack, json_t *element)
{
	if (takes_action_id(element))
		give_id(slack, element, "action_id");
}

void blocks_give_ids(struct slack *slack, json_t *blocks)
{
	json_t *block;
	json_t *element;
	size_t i;
	size_t j;

	json_array_foreach (blocks, i, block) {
		give_id(slack, block, "block_id");
		give_action_id(slack, json_object_get(block, "accessory"));
		give_action_id(slack, json_object_get(block, "element"));
		if (strcmp(sim_text(block, "type"), "rich_text") == 0)
			continue;
		json_array_foreach (json_object_get(block, "elements"), j, element)
			give_action_id(slack, element);
	}
}
