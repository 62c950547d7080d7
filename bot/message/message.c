/*
 * message/message.c - messages as values, turned into Block Kit.
 *
 * The limits are those of docs.slack.dev's Block Kit reference. Slack does not
 * say whether it counts bytes, UTF-16 units or characters, so texts of people
 * stay a fifth below them. Dialogs are in dialog.c.
 */
#include "bot/message/message.h"

#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/blocks.h"
#include "bot/message/mrkdwn.h"

enum {
	BLOCKS_MAX = 50,
	TEXT_CHARS = 3500, /* chat.update refuses more than 4000 */
	TEXT_BYTES = 64 * 1024,
	FIELDS_MAX = 10,
	FIELD_CHARS = 1600,
	HEADER_CHARS = 150,
	BUTTONS_MAX = 25,
	LABEL_CHARS = 75,
	VALUE_CHARS = 2000,
	CONFIRM_CHARS = 300,
	CONFIRM_LABEL_CHARS = 30,
};

struct message {
	struct buf text;  /* what message_text was given */
	struct buf words; /* the blocks' words, for a message without text */
	json_t *blocks;
};

struct message *message_new(void)
{
	struct message *m = mem_alloc(sizeof(*m));

	buf_init(&m->text, TEXT_BYTES);
	buf_init(&m->words, TEXT_BYTES);
	m->blocks = json_array();
	return m;
}

void message_free(struct message *m)
{
	if (!m)
		return;
	buf_done(&m->text);
	buf_done(&m->words);
	json_decref(m->blocks);
	free(m);
}

static void add_line(struct buf *b, const char *line)
{
	if (b->len)
		buf_putc(b, '\n');
	buf_puts(b, line);
}

/*
 * Steals block. Where no more fit, buttons take the last one's place: a message without them is a dead end. False: it
 * did not fit and is freed.
 */
static bool add_block(struct message *m, json_t *block)
{
	bool buttons = text_eq(json_str(block, "type"), "actions");

	if (json_array_size(m->blocks) == BLOCKS_MAX) {
		if (!buttons) {
			json_decref(block);
			return false;
		}
		json_array_remove(m->blocks, BLOCKS_MAX - 1);
	}
	json_array_append_new(m->blocks, block);
	return true;
}

void message_text(struct message *m, const char *mrkdwn)
{
	if (!text_empty(mrkdwn))
		add_line(&m->text, mrkdwn);
}

void message_header(struct message *m, const char *plain)
{
	json_t *block;

	if (text_empty(plain))
		return;
	block = json_object();
	json_set_str(block, "type", "header");
	json_object_set_new(block, "text", blocks_plain(plain, HEADER_CHARS));
	add_block(m, block);
	add_line(&m->words, "");
	mrkdwn_add_literal(&m->words, plain, HEADER_CHARS);
}

void message_section(struct message *m, const char *mrkdwn)
{
	json_t *sections = blocks_sections(mrkdwn), *section;
	size_t i;

	json_array_foreach (sections, i, section)
		add_block(m, json_incref(section));
	json_decref(sections);
	if (!text_empty(mrkdwn))
		add_line(&m->words, mrkdwn);
}

void message_fields(struct message *m, const char *const *mrkdwn, size_t count)
{
	json_t *fields = NULL;

	for (size_t i = 0; i < count; i++) {
		if (text_empty(mrkdwn[i]))
			continue;
		if (!fields || json_array_size(fields) == FIELDS_MAX) {
			json_t *block = json_object();

			fields = json_array();
			json_set_str(block, "type", "section");
			json_object_set_new(block, "fields", fields);
			if (!add_block(m, block))
				return;
		}
		json_array_append_new(fields, blocks_mrkdwn(mrkdwn[i], FIELD_CHARS));
		add_line(&m->words, mrkdwn[i]);
	}
}

void message_context(struct message *m, const char *mrkdwn)
{
	json_t *block, *elements;

	if (text_empty(mrkdwn))
		return;
	block = json_object();
	elements = json_array();
	json_set_str(block, "type", "context");
	json_array_append_new(elements, blocks_mrkdwn(mrkdwn, BLOCKS_TEXT_UNITS));
	json_object_set_new(block, "elements", elements);
	add_block(m, block);
	add_line(&m->words, mrkdwn);
}

void message_divider(struct message *m)
{
	json_t *block = json_object();

	json_set_str(block, "type", "divider");
	add_block(m, block);
}

static json_t *confirmation(const struct message_button *button)
{
	json_t *confirm = json_object();

	json_object_set_new(confirm, "title", blocks_plain(button->label, 100));
	json_object_set_new(confirm, "text", blocks_mrkdwn(button->confirm, CONFIRM_CHARS));
	json_object_set_new(confirm, "confirm", blocks_plain(button->label, CONFIRM_LABEL_CHARS));
	json_object_set_new(confirm, "deny",
	                    blocks_plain(button->deny != NULL ? button->deny : "Go back", CONFIRM_LABEL_CHARS));
	if (button->style == BUTTON_DANGER)
		json_set_str(confirm, "style", "danger");
	return confirm;
}

static json_t *button_element(const struct message_button *button)
{
	static const char *const styles[] = {
	    [BUTTON_PLAIN] = NULL, [BUTTON_PRIMARY] = "primary", [BUTTON_DANGER] = "danger"};
	json_t *element = json_object();

	json_set_str(element, "type", "button");
	json_set_str(element, "action_id", button->action);
	json_object_set_new(element, "text", blocks_plain(button->label, LABEL_CHARS));
	if (!text_empty(button->value))
		json_object_set_new(element, "value", blocks_cut_plain(button->value, VALUE_CHARS));
	json_set_str(element, "style", styles[button->style]);
	if (!text_empty(button->confirm))
		json_object_set_new(element, "confirm", confirmation(button));
	return element;
}

void message_buttons(struct message *m, const char *block_id, const struct message_button *buttons, size_t count)
{
	json_t *block, *elements;

	if (!count)
		return;
	block = json_object();
	elements = json_array();
	json_set_str(block, "type", "actions");
	json_set_str(block, "block_id", block_id);
	for (size_t i = 0; i < count && i < BUTTONS_MAX; i++)
		json_array_append_new(elements, button_element(&buttons[i]));
	json_object_set_new(block, "elements", elements);
	add_block(m, block);
}

json_t *message_take(struct message *m)
{
	json_t *message = json_object();
	AUTO_BUF struct buf text;

	buf_init(&text, TEXT_BYTES);
	mrkdwn_cut(&text, buf_str(m->text.len ? &m->text : &m->words), TEXT_CHARS);
	json_object_set_new(message, "text", json_text_value(buf_str(&text)));
	if (json_array_size(m->blocks))
		json_object_set(message, "blocks", m->blocks);
	message_free(m);
	return message;
}

json_t *message_line(const char *mrkdwn)
{
	struct message *m = message_new();

	message_text(m, mrkdwn);
	message_section(m, mrkdwn);
	return message_take(m);
}
