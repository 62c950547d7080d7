/*
 * commands/eac/speak.c - what a repair says: rows in the outbox, cards and their buttons.
 *
 * A card's button carries "ID.NONCE"; the facts keep, per live card, its slot,
 * nonce, body and buttons apart, so that closing it is an update with one line more.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/batch.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/text_board.h"

/* docs.slack.dev, chat.getPermalink: the time stamp of the message without its dot. */
bool eac_thread_link(const struct eac_env *env, const struct request_row *row, char out[static EAC_LINK_SIZE])
{
	const char *dot = strchr(row->thread_ts, '.');
	bool known = dot != NULL && row->channel[0] != '\0' && text_starts(env->workspace, "https://");

	out[0] = '\0';
	if (known)
		snprintf(out, EAC_LINK_SIZE, "%sarchives/%s/p%.*s%s", env->workspace, row->channel,
		         (int)(dot - row->thread_ts), row->thread_ts, dot + 1);
	return known;
}

static int next_number(struct flow *flow)
{
	int64_t n = json_int(flow->row->facts, "slots") + 1;
	json_set_int(flow->row->facts, "slots", n);
	return (int)n;
}

static enum errc row_put(struct flow *flow, enum outbox_op op, enum outbox_priority priority, const char *conversation,
                         const char *slot, json_t *body)
{
	struct outbox_row row = {.request = flow->row->id, .op = op, .priority = priority, .body = body};
	bool direct = conversation[0] == '@';
	row.in_thread = !direct && !text_eq(slot, "parent");
	text_copy(row.conversation, sizeof row.conversation, direct ? conversation : flow->row->channel);
	text_copy(row.slot, sizeof row.slot, slot);
	return outbox_put(flow->tx, &row);
}

/* Somebody is needed for this one of a board: it gets a thread of its own, which begins with what has happened. */
static enum errc part_from_board(struct flow *flow)
{
	AUTO_BUF struct buf head = {0};
	json_set_bool(flow->row->facts, "apart", true);
	text_board_apart(&head, flow, eac_board_of(flow->row));
	json_t *lines = json_get(flow->row->facts, "lines");
	if (lines == NULL)
		json_object_set_new(flow->row->facts, "lines", lines = json_array());
	json_array_insert_new(lines, 0, json_text_value(buf_str(&head)));
	enum errc rc = eac_post_parent(flow);
	return rc == OK ? eac_flush(flow) : rc;
}

/* On a board the parent is a line of the board's message. */
static enum errc put(struct flow *flow, enum outbox_op op, enum outbox_priority priority, const char *conversation,
                     const char *slot, json_t *body)
{
	enum errc rc = OK;
	if (conversation[0] != '@' && eac_board_of(flow->row) != 0)
		rc = eac_board_touch(flow);
	if (rc == OK && conversation[0] != '@' && eac_board_speaks(flow->row)) {
		if (text_eq(slot, "parent")) {
			json_decref(body);
			return OK;
		}
		rc = part_from_board(flow);
	}
	if (rc == OK)
		return row_put(flow, op, priority, conversation, slot, body);
	json_decref(body);
	return rc;
}

enum { QUIET_LINES_MAX = 30 };

/* What is said of it waits for a thread of its own, if ever there is one. */
static void keep_lines(struct flow *flow)
{
	json_t *lines = json_get(flow->row->facts, "lines");
	while (json_array_size(lines) > QUIET_LINES_MAX)
		json_array_remove(lines, 0);
	if (!flow->row->open)
		json_object_del(flow->row->facts, "lines");
}

void eac_line(struct flow *flow, const char *mrkdwn)
{
	json_t *lines = json_get(flow->row->facts, "lines");
	if (lines == NULL) {
		lines = json_array();
		json_object_set_new(flow->row->facts, "lines", lines);
	}
	json_array_append_new(lines, json_text_value(mrkdwn));
}

void eac_line_value(struct flow *flow, json_t *sentence)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 12000);
	phrase_say(&b, eac_language(flow), sentence);
	eac_line(flow, buf_str(&b));
}

enum errc eac_flush(struct flow *flow)
{
	if (eac_board_speaks(flow->row)) {
		keep_lines(flow);
		return eac_board_touch(flow);
	}
	const json_t *lines = json_get(flow->row->facts, "lines");
	if (json_array_size(lines) > 0) {
		AUTO_BUF struct buf b = {0};
		buf_init(&b, 12000);
		size_t i;
		json_t *line;
		json_array_foreach (lines, i, line) {
			buf_puts(&b, i > 0 ? "\n" : "");
			buf_puts(&b, json_string_value(line));
		}
		json_object_del(flow->row->facts, "lines");
		enum errc rc = eac_say(flow, "", OUTBOX_PROGRESS, message_line(buf_str(&b)));
		if (rc != OK)
			return rc;
	}
	return eac_update_parent(flow);
}

enum errc eac_parent_is(struct flow *flow, json_t *body)
{
	return put(flow, OUTBOX_UPDATE, OUTBOX_PARENT, "", "parent", body);
}

enum errc eac_post_parent(struct flow *flow)
{
	if (eac_is_board(flow->row))
		return eac_board_show(flow);
	return put(flow, OUTBOX_POST, OUTBOX_DECISION, "", "parent", text_parent(flow));
}

enum errc eac_update_parent(struct flow *flow)
{
	if (eac_is_board(flow->row))
		return eac_board_show(flow);
	return put(flow, OUTBOX_UPDATE, OUTBOX_PARENT, "", "parent", text_parent(flow));
}

enum errc eac_say(struct flow *flow, const char *conversation, enum outbox_priority priority, json_t *body)
{
	char slot[32];
	snprintf(slot, sizeof slot, "note.%d", next_number(flow));
	return put(flow, OUTBOX_POST, priority, conversation, slot, body);
}

enum errc eac_tell(struct tx *tx, int64_t request, const char *channel, bool in_thread, const char *user, json_t *body)
{
	bool direct = channel[0] == '\0' || channel[0] == 'D';
	struct outbox_row row = {.request = request,
	                         .op = direct ? OUTBOX_POST : OUTBOX_EPHEMERAL,
	                         .priority = OUTBOX_DECISION,
	                         .in_thread = in_thread && !direct,
	                         .body = body};
	if (direct)
		snprintf(row.conversation, sizeof row.conversation, "@%s", user);
	else
		text_copy(row.conversation, sizeof row.conversation, channel);
	text_copy(row.user, sizeof row.user, user);
	return outbox_put(tx, &row);
}

enum errc eac_status_line(struct flow *flow, const char *mrkdwn)
{
	if (eac_board_of(flow->row) != 0 && request_state(flow->row) != STATE_FAILED)
		return OK; /* the board says it for all */
	const char *channel = eac_env(flow)->config->slack.status_channel;
	if (text_empty(channel))
		return OK;
	struct outbox_row row = {
	    .request = flow->row->id, .op = OUTBOX_POST, .priority = OUTBOX_PROGRESS, .body = message_line(mrkdwn)};
	text_copy(row.conversation, sizeof row.conversation, channel);
	snprintf(row.slot, sizeof row.slot, "status.%d", next_number(flow));
	return outbox_put(flow->tx, &row);
}

/* --- cards --- */

static json_t *cards_of(struct flow *flow)
{
	json_t *cards = json_get(flow->row->facts, "cards");
	if (cards == NULL) {
		cards = json_array();
		json_object_set_new(flow->row->facts, "cards", cards);
	}
	return cards;
}

static bool is_buttons(const json_t *block)
{
	return text_eq(json_str(block, "type"), "actions");
}

/* Those of the message alone, so that the card can be shown again. */
static json_t *only_buttons(const json_t *body)
{
	json_t *buttons = json_array(), *block;
	size_t i;
	json_array_foreach (json_get(body, "blocks"), i, block)
		if (is_buttons(block))
			json_array_append(buttons, block);
	return buttons;
}

static json_t *without_buttons(const json_t *body)
{
	json_t *copy = json_deep_copy(body), *blocks = json_get(copy, "blocks");
	for (size_t i = json_array_size(blocks); i > 0; i--)
		if (is_buttons(json_array_get(blocks, i - 1)))
			json_array_remove(blocks, i - 1);
	return copy;
}

/* The gate's questions are asked on the board; who is asked by direct message needs no copy for the helpdesk there. */
static bool board_has_card(const struct flow *flow, const char *kind)
{
	if (text_eq(kind, "copy"))
		return eac_board_speaks(flow->row) && eac_target_slack(flow->row)[0] != '\0';
	return eac_board_asks(flow->row) && (text_eq(kind, "prompt") || text_eq(kind, "backend"));
}

/* That of who reads it. */
static enum language card_language(const struct flow *flow, const char *conversation)
{
	return conversation[0] == '@' ? eac_target_language(flow->row) : eac_language(flow);
}

enum errc eac_card_open(struct flow *flow, const char *kind, const char *conversation, struct message *m,
                        const struct eac_button *buttons, size_t count)
{
	if (board_has_card(flow, kind)) {
		message_free(m);
		return eac_board_touch(flow);
	}
	char nonce[33], value[64], slot[64];
	struct message_button row[8];
	enum language language = card_language(flow, conversation);
	text_random_hex(nonce, 16);
	snprintf(value, sizeof value, "%" PRId64 ".%s", flow->row->id, nonce);
	snprintf(slot, sizeof slot, "%s.%d", kind, next_number(flow));
	if (count > sizeof row / sizeof row[0])
		count = sizeof row / sizeof row[0];
	for (size_t i = 0; i < count; i++)
		row[i] = (struct message_button){
		    .action = buttons[i].action,
		    .label = phrase_text(language, buttons[i].label),
		    .value = value,
		    .style = buttons[i].style,
		    .confirm = buttons[i].confirm != PHRASE_COUNT ? phrase_text(language, buttons[i].confirm) : NULL,
		    .deny = phrase_text(language, PHRASE_CARD_GO_BACK)};
	message_buttons(m, slot, row, count);
	json_t *body = message_take(m);
	json_array_append_new(cards_of(flow),
	                      json_pack("{s:s,s:s,s:s,s:s,s:I,s:o,s:o}", "kind", kind, "slot", slot, "nonce", nonce,
	                                "conversation", conversation, "at", (json_int_t)flow->now, "body",
	                                without_buttons(body), "buttons", only_buttons(body)));
	return put(flow, OUTBOX_POST, OUTBOX_DECISION, conversation, slot, body);
}

static json_t *closed_body(const json_t *card, enum language language, const char *mrkdwn)
{
	json_t *body = json_deep_copy(json_get(card, "body")), *blocks = json_get(body, "blocks");
	json_t *line = message_line(mrkdwn), *more = json_get(line, "blocks");
	AUTO_BUF struct buf text = {0}, cut = {0};
	size_t i;
	json_t *block;
	json_array_foreach (more, i, block)
		json_array_append(blocks, block);
	buf_init(&text, 16000);
	buf_init(&cut, 16000);
	buf_puts(&text, mrkdwn);
	/* whoever hears the text alone is not asked again */
	buf_printf(&text, "\n%s\n", phrase_text(language, PHRASE_CARD_ASKED));
	buf_puts(&text, json_str(body, "text"));
	mrkdwn_cut(&cut, buf_str(&text), 3500);
	json_set_str(body, "text", buf_str(&cut));
	json_decref(line);
	return body;
}

/* Takes the buttons off the card at this place in the list and says what became of it. */
static enum errc close_card(struct flow *flow, size_t at, const json_t *what)
{
	json_t *cards = cards_of(flow);
	const json_t *card = json_array_get(cards, at);
	const char *conversation = json_str(card, "conversation");
	enum language language = card_language(flow, conversation);
	AUTO_BUF struct buf line = {0};
	buf_init(&line, 12000);
	phrase_add_value(&line, language, what);
	enum errc rc = put(flow, OUTBOX_UPDATE, OUTBOX_DECISION, conversation, json_str(card, "slot"),
	                   closed_body(card, language, buf_str(&line)));
	return rc == OK && json_array_remove(cards, at) != 0 ? ERR_BUG : rc;
}

enum errc eac_cards_close(struct flow *flow, const char *kind, json_t *what)
{
	json_auto_t *taken = what;
	json_t *cards = cards_of(flow);
	enum errc rc = OK;
	for (size_t i = json_array_size(cards); i > 0 && rc == OK; i--)
		if (kind == NULL || text_eq(json_str(json_array_get(cards, i - 1), "kind"), kind))
			rc = close_card(flow, i - 1, taken);
	return rc;
}

enum errc eac_card_close(struct flow *flow, const char *slot, json_t *what)
{
	json_auto_t *taken = what;
	json_t *cards = cards_of(flow);
	enum errc rc = OK;
	for (size_t i = json_array_size(cards); i > 0 && rc == OK; i--)
		if (text_eq(json_str(json_array_get(cards, i - 1), "slot"), slot))
			rc = close_card(flow, i - 1, taken);
	return rc;
}

static const json_t *card_in_slot(const struct request_row *row, const char *slot)
{
	size_t i;
	json_t *card;
	json_array_foreach (json_get(row->facts, "cards"), i, card)
		if (text_eq(json_str(card, "slot"), slot))
			return card;
	return NULL;
}

/* As it stands: what was asked, the note, the buttons. */
static json_t *live_body(const json_t *card)
{
	json_t *body = json_deep_copy(json_get(card, "body")), *blocks = json_get(body, "blocks");
	const char *note = json_str(card, "note");
	if (note[0] != '\0') {
		AUTO_BUF struct buf text = {0}, cut = {0};
		json_auto_t *line = message_line(note);
		buf_init(&text, 16000);
		buf_init(&cut, 16000);
		buf_puts(&text, note);
		buf_puts(&text, "\n");
		buf_puts(&text, json_str(body, "text"));
		mrkdwn_cut(&cut, buf_str(&text), 3500);
		json_set_str(body, "text", buf_str(&cut));
		json_array_extend(blocks, json_get(line, "blocks"));
	}
	json_array_extend(blocks, json_get(card, "buttons"));
	return body;
}

enum errc eac_card_again(struct flow *flow, const char *slot)
{
	const json_t *card = card_in_slot(flow->row, slot);
	if (card == NULL)
		return ERR_NOT_FOUND;
	return put(flow, OUTBOX_UPDATE, OUTBOX_PROGRESS, json_str(card, "conversation"), slot, live_body(card));
}

enum errc eac_card_note(struct flow *flow, const char *kind, const char *mrkdwn)
{
	size_t i;
	json_t *card;
	enum errc rc = OK;
	json_array_foreach (json_get(flow->row->facts, "cards"), i, card) {
		if (!text_eq(json_str(card, "kind"), kind))
			continue;
		json_object_set_new(card, "note", json_text_value(mrkdwn));
		if (rc == OK)
			rc = put(flow, OUTBOX_UPDATE, OUTBOX_DECISION, json_str(card, "conversation"),
			         json_str(card, "slot"), live_body(card));
	}
	return rc;
}

const json_t *eac_card_find(const struct request_row *row, const char *nonce)
{
	size_t i;
	json_t *card;
	json_array_foreach (json_get(row->facts, "cards"), i, card)
		if (text_eq(json_str(card, "nonce"), nonce))
			return card;
	return NULL;
}

const json_t *eac_card_of_kind(const struct request_row *row, const char *kind)
{
	const json_t *cards = json_get(row->facts, "cards");
	for (size_t i = json_array_size(cards); i > 0; i--)
		if (text_eq(json_str(json_array_get(cards, i - 1), "kind"), kind))
			return json_array_get(cards, i - 1);
	return NULL;
}
