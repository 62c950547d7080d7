/*
 * tests/sim/slack/blocks_check.c - what Block Kit allows.
 *
 * Walks through what was sent along the tables of blocks_kinds.c. What does
 * not fit is refused, as Slack refuses it, with a JSON pointer to the culprit.
 */

#include "tests/sim/slack/blocks_check.h"

#include "tests/sim/slack/blocks_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTER_MAX = 256 };

struct check {
	json_t *errors;
	enum surface surface;
	char at[POINTER_MAX]; /* where we are, a JSON pointer */
};

/* --- saying it --- */

static void wrong(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void wrong(struct check *check, const char *format, ...)
{
	char why[200];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	json_array_append_new(check->errors, sim_jsonf("[ERROR] %s [json-pointer:%s]", why, check->at));
}

/* One step down; what it returns leads back up. */
static size_t down(struct check *check, const char *name)
{
	size_t len = strlen(check->at);

	snprintf(check->at + len, sizeof(check->at) - len, "/%s", name);
	return len;
}

static size_t down_to(struct check *check, size_t index)
{
	char number[24];

	snprintf(number, sizeof(number), "%zu", index);
	return down(check, number);
}

static void up(struct check *check, size_t len)
{
	check->at[len] = '\0';
}

size_t slack_chars(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

/* --- the shapes --- */

static void check_kind(struct check *check, const struct kind *kind, const json_t *object);
static void check_element(struct check *check, const json_t *element);

static void check_string(struct check *check, const json_t *value, size_t min, size_t max)
{
	size_t chars;

	if (!json_is_string(value)) {
		wrong(check, "must provide a string");
		return;
	}
	chars = slack_chars(json_string_value(value));
	if (chars > max)
		wrong(check, "must be less than %zu characters", max + 1);
	if (chars < min)
		wrong(check, "must be more than %zu character%s", min - 1, min == 2 ? "" : "s");
}

static void check_text(struct check *check, const json_t *text, size_t max, bool plain_only)
{
	const char *type = sim_text(text, "type");
	bool plain = strcmp(type, "plain_text") == 0;
	const char *name;
	size_t back;

	if (!json_is_object(text)) {
		wrong(check, "must provide an object");
		return;
	}
	if (!plain && (plain_only || strcmp(type, "mrkdwn") != 0))
		wrong(check, "unsupported type: %s", type);
	for (void *at = json_object_iter((json_t *)(uintptr_t)text); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)text, at)) {
		name = json_object_iter_key(at);
		if (strcmp(name, "type") != 0 && strcmp(name, "text") != 0 &&
		    strcmp(name, plain ? "emoji" : "verbatim") != 0)
			wrong(check, "invalid additional property: %s", name);
	}
	back = down(check, "text");
	check_string(check, json_object_get(text, "text"), 1, max);
	up(check, back);
}

static bool check_count(struct check *check, const json_t *array, size_t min, size_t max)
{
	size_t n = json_array_size(array);

	if (!json_is_array(array))
		wrong(check, "must be an array");
	else if (n < min)
		wrong(check, "no fewer than %zu items allowed", min);
	else if (n > max)
		wrong(check, "no more than %zu items allowed", max);
	return json_is_array(array);
}

static void check_unique(struct check *check, const json_t *array, const char *member)
{
	json_t *seen = json_object();
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		const char *id = sim_text(item, member);
		size_t back = down_to(check, i);

		if (*id && json_object_get(seen, id))
			wrong(check, "`%s` already exists", member);
		if (*id)
			json_object_set_new(seen, id, json_true());
		up(check, back);
	}
	json_decref(seen);
}

static void check_context(struct check *check, const json_t *element)
{
	if (strcmp(sim_text(element, "type"), "image") == 0)
		check_element(check, element);
	else
		check_text(check, element, 3000, false);
}

/* Each item of an array, by the shape of one. */
static void check_items(struct check *check, const json_t *array, enum shape shape)
{
	json_t *item;
	size_t i;

	json_array_foreach (array, i, item) {
		size_t back = down_to(check, i);

		switch (shape) {
		case TEXTS: check_text(check, item, 2000, false); break;
		case OPTIONS: check_kind(check, &option_kind, item); break;
		case GROUPS: check_kind(check, &group_kind, item); break;
		case ELEMENTS: check_element(check, item); break;
		default: check_context(check, item); break;
		}
		up(check, back);
	}
}

static void check_style(struct check *check, const json_t *value)
{
	const char *style = json_string_value(value);

	if (!style || (strcmp(style, "primary") != 0 && strcmp(style, "danger") != 0))
		wrong(check, "must be one of: \"primary\", \"danger\"");
}

static void check_number(struct check *check, const struct member *member, const json_t *value)
{
	if (!json_is_integer(value))
		wrong(check, "must be an integer");
	else if (member->max > 0 && (json_integer_value(value) < (json_int_t)member->min ||
	                             json_integer_value(value) > (json_int_t)member->max))
		wrong(check, "must be between %zu and %zu", member->min, member->max);
}

static void check_value(struct check *check, const struct member *member, const json_t *value)
{
	switch (member->shape) {
	case STRING: check_string(check, value, member->min, member->max); break;
	case PLAIN: check_text(check, value, member->max, true); break;
	case TEXT: check_text(check, value, member->max, false); break;
	case STYLE: check_style(check, value); break;
	case OPTION: check_kind(check, &option_kind, value); break;
	case CONFIRM: check_kind(check, &confirm_kind, value); break;
	case ELEMENT: check_element(check, value); break;
	case NUMBER: check_number(check, member, value); break;
	case BOOLEAN:
		if (!json_is_boolean(value))
			wrong(check, "must be a boolean");
		break;
	case TEXTS:
	case OPTIONS:
	case GROUPS:
	case ELEMENTS:
	case CONTEXT:
		if (check_count(check, value, member->min ? member->min : 1, member->max))
			check_items(check, value, member->shape);
		if (member->shape == ELEMENTS)
			check_unique(check, value, "action_id");
		break;
	case ANY:
	case END: break;
	}
}

static const struct member *member_named(const struct kind *kind, const char *name)
{
	const struct member *member = kind->members;

	while (member->shape != END && strcmp(member->name, name) != 0)
		member++;
	return member->shape == END ? NULL : member;
}

static void check_kind(struct check *check, const struct kind *kind, const json_t *object)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object)) {
		wrong(check, "must be an object");
		return;
	}
	json_object_foreach ((json_t *)(uintptr_t)object, name, value) {
		const struct member *member = member_named(kind, name);
		size_t back;

		if (strcmp(name, "type") == 0 || json_is_null(value))
			continue;
		if (!member) {
			wrong(check, "invalid additional property: %s", name);
			continue;
		}
		back = down(check, name);
		check_value(check, member, value);
		up(check, back);
	}
	for (const struct member *member = kind->members; member->shape != END; member++) {
		if (member->required && !json_object_get(object, member->name))
			wrong(check, "missing required field: %s", member->name);
	}
}

static const struct kind *kind_named(const struct kind *kinds, const char *type)
{
	while (kinds->type && strcmp(kinds->type, type) != 0)
		kinds++;
	return kinds->type ? kinds : NULL;
}

static void check_element(struct check *check, const json_t *element)
{
	const char *type = sim_text(element, "type");
	const struct kind *kind = kind_named(element_kinds, type);

	if (kind)
		check_kind(check, kind, element);
	else
		wrong(check, "unsupported type: %s", type);
}

/* --- whole blocks --- */

static bool is_input_element(const char *type)
{
	return strcmp(type, "button") != 0 && strcmp(type, "image") != 0 && strcmp(type, "overflow") != 0;
}

/* What a table of members can't say. */
static void check_meaning(struct check *check, const json_t *block, const char *type)
{
	const char *element = sim_text(json_object_get(block, "element"), "type");

	if (strcmp(type, "section") == 0 && !json_object_get(block, "text") && !json_object_get(block, "fields"))
		wrong(check, "must provide either `text` or `fields`");
	if (strcmp(type, "input") == 0 && *element && !is_input_element(element))
		wrong(check, "unsupported element: %s", element);
	if (strcmp(type, "image") == 0 && !json_object_get(block, "image_url") && !json_object_get(block, "slack_file"))
		wrong(check, "must provide either `image_url` or `slack_file`");
	if (strcmp(type, "rich_text") == 0 && !json_is_array(json_object_get(block, "elements")))
		wrong(check, "must be an array");
}

static void check_block(struct check *check, const json_t *block)
{
	const char *type = sim_text(block, "type");
	const struct kind *kind = kind_named(block_kinds, type);

	if (!kind || !(kind->surfaces & (1U << check->surface))) {
		wrong(check, "unsupported type: %s", type);
		return;
	}
	check_kind(check, kind, block);
	check_meaning(check, block, type);
}

static void check_blocks(struct check *check, const json_t *blocks)
{
	size_t back = down(check, "blocks");
	json_t *block;
	size_t i;

	check_count(check, blocks, 0, check->surface == SURFACE_MESSAGE ? 50 : 100);
	json_array_foreach (blocks, i, block) {
		size_t up_to = down_to(check, i);

		check_block(check, block);
		up(check, up_to);
	}
	check_unique(check, blocks, "block_id");
	up(check, back);
}

json_t *blocks_check(const json_t *blocks, enum surface surface)
{
	struct check check = {.errors = json_array(), .surface = surface};

	check_blocks(&check, blocks);
	return check.errors;
}

static bool has_input(const json_t *blocks)
{
	json_t *block;
	size_t i;

	json_array_foreach (blocks, i, block) {
		if (strcmp(sim_text(block, "type"), "input") == 0)
			return true;
	}
	return false;
}

json_t *view_check(const json_t *view)
{
	struct check check = {.errors = json_array(), .surface = SURFACE_MODAL};
	const struct kind *kind = kind_named(view_kinds, sim_text(view, "type"));
	size_t back = down(&check, "view");

	if (!kind) {
		wrong(&check, "unsupported type: %s", sim_text(view, "type"));
		return check.errors;
	}
	if (kind == &view_kinds[1])
		check.surface = SURFACE_HOME;
	check_kind(&check, kind, view);
	check_blocks(&check, json_object_get(view, "blocks"));
	if (kind == &view_kinds[0] && has_input(json_object_get(view, "blocks")) && !json_object_get(view, "submit"))
		wrong(&check, "missing required field: submit");
	up(&check, back);
	return check.errors;
}
