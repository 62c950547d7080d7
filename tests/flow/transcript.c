/*
 * tests/flow/transcript.c - what is shown, as text.
 */
#include "tests/flow/transcript.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/sim/slack/blocks_check.h"

enum { FILE_MAX = 4 << 20, POST_TEXT_MAX = 4000 };

/* --- as it is read --- */

/* <!date^...|2026-11-23 10:00 UTC> is told by its alternative; everything else as it stands. */
static void add_mrkdwn(struct buf *b, const char *text)
{
	for (const char *date; (date = strstr(text, "<!date^")) != NULL;) {
		const char *bar = strchr(date, '|'), *close = strchr(date, '>');
		if (bar == NULL || close == NULL || bar > close)
			break;
		buf_add(b, text, (size_t)(date - text));
		buf_add(b, bar + 1, (size_t)(close - bar) - 1);
		text = close + 1;
	}
	buf_puts(b, text);
}

static void add_text_of(struct buf *b, const json_t *object)
{
	add_mrkdwn(b, json_is_string(object) ? json_string_value(object) : json_str(object, "text"));
}

static void add_elements(struct buf *b, const json_t *elements, const char *between)
{
	size_t i;
	json_t *element;
	json_array_foreach (elements, i, element) {
		buf_puts(b, i > 0 ? between : "");
		add_text_of(b, element);
	}
}

static void add_buttons(struct buf *b, const json_t *elements)
{
	size_t i;
	json_t *button;
	json_array_foreach (elements, i, button) {
		buf_printf(b, "%s[%s%s]", i > 0 ? " " : "", json_str(json_get(button, "text"), "text"),
		           text_eq(json_str(button, "style"), "danger") ? " !" : "");
		if (json_str(button, "url")[0] != '\0')
			buf_puts(b, "(link)");
	}
	json_array_foreach (elements, i, button) {
		const json_t *confirm = json_get(button, "confirm");
		if (confirm == NULL)
			continue;
		buf_printf(b, "\n    [%s] %s: ", json_str(json_get(button, "text"), "text"),
		           json_str(json_get(confirm, "title"), "text"));
		add_text_of(b, json_get(confirm, "text"));
		buf_printf(b, " [%s] [%s]", json_str(json_get(confirm, "confirm"), "text"),
		           json_str(json_get(confirm, "deny"), "text"));
	}
}

static void add_input(struct buf *b, const json_t *block)
{
	const json_t *element = json_get(block, "element");
	buf_puts(b, "_____ ");
	add_text_of(b, json_get(block, "label"));
	buf_puts(b, json_bool(block, "optional") ? " (optional)" : "");
	if (json_get(element, "placeholder") != NULL) {
		buf_puts(b, " | ");
		add_text_of(b, json_get(element, "placeholder"));
	}
	if (json_get(block, "hint") != NULL) {
		buf_puts(b, "\n      ");
		add_text_of(b, json_get(block, "hint"));
	}
}

static void add_block(struct buf *b, const json_t *block)
{
	const char *type = json_str(block, "type");
	if (text_eq(type, "header"))
		buf_puts(b, "# ");
	if (text_eq(type, "context"))
		buf_puts(b, "(small) ");
	if (text_eq(type, "header") || text_eq(type, "section"))
		add_text_of(b, json_get(block, "text"));
	if (text_eq(type, "divider"))
		buf_puts(b, "---");
	if (text_eq(type, "actions"))
		add_buttons(b, json_get(block, "elements"));
	else if (text_eq(type, "input"))
		add_input(b, block);
	else
		add_elements(b, json_get(block, text_eq(type, "section") ? "fields" : "elements"), "\n");
	buf_putc(b, '\n');
}

static void add_blocks(struct buf *b, const json_t *blocks)
{
	size_t i;
	json_t *block;
	json_array_foreach (blocks, i, block)
		add_block(b, block);
}

/* What is heard without the blocks, where it is not just what they say. */
static void add_alternative(struct buf *b, const json_t *body)
{
	AUTO_BUF struct buf text = {0}, shown = {0};
	buf_init(&text, FILE_MAX);
	buf_init(&shown, FILE_MAX);
	add_text_of(&text, json_get(body, "text"));
	add_blocks(&shown, json_get(body, "blocks"));
	buf_putc(&text, '\n');
	if (text.len <= 1 || text_eq(buf_str(&text), buf_str(&shown)))
		return;
	buf_puts(b, "(heard) ");
	buf_puts(b, buf_str(&text));
}

static void add_view(struct buf *b, const json_t *view)
{
	if (text_eq(json_str(view, "type"), "home")) {
		add_blocks(b, json_get(view, "blocks"));
		return;
	}
	buf_puts(b, "# ");
	add_text_of(b, json_get(view, "title"));
	buf_putc(b, '\n');
	add_blocks(b, json_get(view, "blocks"));
	buf_puts(b, "[");
	add_text_of(b, json_get(view, "close"));
	buf_puts(b, "] [");
	add_text_of(b, json_get(view, "submit"));
	buf_puts(b, "]\n");
}

static bool is_view(const json_t *body)
{
	return text_eq(json_str(body, "type"), "modal") || text_eq(json_str(body, "type"), "home");
}

void transcript_add(struct buf *b, const json_t *entry)
{
	const json_t *body = json_get(entry, "body");
	buf_printf(b, "--- %s to %s", json_str(entry, "what"), json_str(entry, "to"));
	if (json_str(entry, "slot")[0] != '\0')
		buf_printf(b, ", %s", json_str(entry, "slot"));
	buf_putc(b, '\n');
	if (is_view(body)) {
		add_view(b, body);
	} else if (json_get(body, "errors") != NULL) {
		const char *block;
		json_t *error;
		json_object_foreach (json_get(body, "errors"), block, error)
			buf_printf(b, "error at %s: %s\n", block, json_string_value(error));
	} else {
		add_blocks(b, json_get(body, "blocks"));
		add_alternative(b, body);
	}
	buf_putc(b, '\n');
}

/* --- as Slack takes it --- */

const char *transcript_complaint(const json_t *entry)
{
	static char why[600];
	const json_t *body = json_get(entry, "body");
	json_auto_t *errors =
	    is_view(body) ? view_check(body) : blocks_check(json_get(body, "blocks"), SURFACE_MESSAGE);
	const char *text = json_str(body, "text");
	if (!is_view(body) && json_get(body, "blocks") == NULL)
		return NULL; /* errors of a dialog, or a bare acknowledgement */
	if (json_array_size(errors) > 0)
		snprintf(why, sizeof why, "%s", json_string_value(json_array_get(errors, 0)));
	else if (text_chars(text) > POST_TEXT_MAX)
		snprintf(why, sizeof why, "the text has %zu characters", text_chars(text));
	else
		return !is_view(body) && text[0] == '\0' ? "there is no text beside the blocks" : NULL;
	return why;
}

/* --- golden files --- */

static bool write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool ok = f != NULL && fputs(text, f) >= 0;
	if (f == NULL)
		return false;
	return fclose(f) == 0 && ok;
}

static char *read_all(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = mem_alloc(FILE_MAX);
	if (f != NULL) {
		text[fread(text, 1, FILE_MAX - 1, f)] = '\0';
		fclose(f);
	}
	return text;
}

bool transcript_is(const char *path, const char *text, int *ret_line)
{
	if (getenv("UPDATE") != NULL)
		return write_file(path, text);
	AUTO_FREE char *kept = read_all(path);
	int line = 1;
	const char *a = kept, *b = text;
	for (; *a != '\0' && *a == *b; a++, b++)
		line += *a == '\n';
	*ret_line = line;
	return *a == *b;
}
