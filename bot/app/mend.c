/*
 * app/mend.c - what a repair shows in Slack, compared with what it should show, and put right.
 *
 * Everything is decided on the rows of the transaction, not on those of the
 * plan: between the two a person may have clicked.
 */
#include "bot/app/mend.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/outbox.h"
#include "bot/store/requests.h"

enum {
	CHANNELS_MAX = 10,
	DAY_MS = 24 * 60 * 60 * 1000,
	YOUNG_MS = 10 * 1000, /* what Slack was told just now may not yet be what it answers */
	TEXT_CHARS_MAX = 3500,
};

/* --- times of Slack --- */

void mend_ts(int64_t wall_ms, char out[static 32])
{
	snprintf(out, 32, "%lld.%03lld000", (long long)(wall_ms / 1000), (long long)(wall_ms % 1000));
}

int mend_ts_compare(const char *a, const char *b)
{
	size_t whole_a = strcspn(a, "."), whole_b = strcspn(b, ".");

	if (whole_a != whole_b)
		return whole_a < whole_b ? -1 : 1;
	return strcmp(a, b);
}

/* --- where to look --- */

struct plan {
	struct tx *tx;
	struct mend_place *places;
	size_t count;
	int64_t closed_since; /* of those that have ended: only what changed after that */
	char floor_ts[32];
	char channels[CHANNELS_MAX][24];
	size_t channel_count;
};

static void add_place(struct plan *plan, int64_t request, const char *channel, const char *thread_ts,
                      const char *oldest)
{
	struct mend_place *place;

	if (plan->count == MEND_PLACES_MAX || channel[0] == '\0')
		return;
	place = &plan->places[plan->count++];
	*place = (struct mend_place){.request = request};
	text_copy(place->channel, sizeof place->channel, channel);
	text_copy(place->thread_ts, sizeof place->thread_ts, thread_ts);
	text_copy(place->oldest, sizeof place->oldest, oldest);
}

static void note_channel(struct plan *plan, const char *channel)
{
	for (size_t i = 0; i < plan->channel_count; i++)
		if (text_eq(plan->channels[i], channel))
			return;
	if (plan->channel_count < CHANNELS_MAX)
		text_copy(plan->channels[plan->channel_count++], sizeof *plan->channels, channel);
}

/* The direct messages in which a card of the repair stands. */
static enum errc add_direct(struct plan *plan, const struct request_row *row)
{
	size_t i;
	json_t *card;

	json_array_foreach (commands_cards(row), i, card) {
		struct message_row message;
		if (json_str(card, "conversation")[0] != '@')
			continue;
		enum errc rc = message_get(plan->tx, row->id, json_str(card, "slot"), &message);
		if (rc != OK && rc != ERR_NOT_FOUND)
			return rc;
		if (rc != OK)
			continue;
		bool earlier = mend_ts_compare(message.ts, plan->floor_ts) < 0;
		add_place(plan, row->id, message.channel, "", earlier ? message.ts : plan->floor_ts);
		break;
	}
	return OK;
}

static enum errc add_repair(void *arg, const struct request_row *row)
{
	struct plan *plan = arg;

	if (!row->open && row->updated_at < plan->closed_since)
		return OK;
	if (row->thread_ts[0] != '\0') {
		note_channel(plan, row->channel);
		add_place(plan, row->id, row->channel, row->thread_ts, "");
	}
	return add_direct(plan, row);
}

/* Channels come first: they are few, and anything may have been typed there. */
static void put_channels_first(struct plan *plan)
{
	size_t extra = plan->channel_count;

	if (plan->count + extra > MEND_PLACES_MAX)
		plan->count = MEND_PLACES_MAX - extra;
	memmove(plan->places + extra, plan->places, plan->count * sizeof *plan->places);
	size_t all = plan->count + extra;
	plan->count = 0;
	for (size_t i = 0; i < extra; i++)
		add_place(plan, 0, plan->channels[i], "", plan->floor_ts);
	plan->count = all;
}

enum errc mend_plan(struct tx *tx, const char *channel, int64_t floor, int64_t now, struct mend_place **ret,
                    size_t *ret_count)
{
	/* in this order; how many of each bounds what is read of the store, and later of Slack */
	static const struct request_query queries[] = {
	    {.states = {"waiting_approval", "waiting_backend"}, .limit = 150},
	    {.states = {"waiting_user", "waiting_admin"}, .limit = 100},
	    {.state = "failed", .limit = 40},
	    {.states = {"checking", "running"}, .limit = 30},
	    {.state = REQUEST_BOARD, .limit = 40},
	    {.closed_only = true, .not_refused = true, .limit = 40},
	};
	struct plan plan = {.tx = tx, .closed_since = now - DAY_MS};
	enum errc rc = OK;

	plan.places = mem_array(MEND_PLACES_MAX, sizeof *plan.places);
	mend_ts(floor, plan.floor_ts);
	for (size_t i = 0; rc == OK && i < sizeof queries / sizeof queries[0]; i++) {
		struct request_query query = queries[i];
		query.thread_channel = channel;
		rc = request_each(tx, &query, add_repair, &plan);
	}
	if (rc != OK) {
		free(plan.places);
		return rc;
	}
	put_channels_first(&plan);
	*ret = plan.places;
	*ret_count = plan.count;
	return OK;
}

/* --- putting right --- */

struct mending {
	struct commands *commands;
	struct tx *tx;
	const struct mend_place *place;
	const struct mend_sight *sight;
	int64_t now;
	struct request_row row;
	struct mend_result *result;
};

static const json_t *find_message(const json_t *messages, const char *ts)
{
	size_t i;
	json_t *message;

	json_array_foreach (messages, i, message)
		if (text_eq(json_str(message, "ts"), ts))
			return message;
	return NULL;
}

static enum errc is_settled(struct mending *m, const char *slot, bool *ret)
{
	bool waits = false;
	enum errc rc = outbox_slot_waits(m->tx, m->row.id, slot, &waits);
	*ret = rc == OK && !waits;
	return rc;
}

/*
 * A card that belongs here and is not to be seen (any more), or can't be looked at. One that stands nowhere and does
 * not wait was refused, as where the bot had been removed; in its thread it belongs here.
 */
static enum errc is_missing(struct mending *m, const json_t *card, bool *ret)
{
	struct message_row message;
	enum errc rc = message_get(m->tx, m->row.id, json_str(card, "slot"), &message);

	if (rc == OK)
		*ret = text_eq(message.channel, m->place->channel) &&
		       (m->sight->messages == NULL || find_message(m->sight->messages, message.ts) == NULL);
	else
		*ret = m->place->thread_ts[0] != '\0' && json_str(card, "conversation")[0] != '@';
	return rc == ERR_NOT_FOUND ? OK : rc;
}

static enum errc mend_card(struct mending *m, const json_t *card)
{
	const char *slot = json_str(card, "slot");
	bool missing = false, settled = false;
	enum errc rc = is_missing(m, card, &missing);

	if (rc != OK || !missing)
		return rc;
	rc = is_settled(m, slot, &settled);
	if (rc != OK || !settled)
		return rc;
	m->result->mended++;
	return commands_card(m->commands, m->tx, m->row.id, slot, m->now);
}

static enum errc mend_cards(struct mending *m)
{
	size_t i;
	json_t *card;
	enum errc rc = OK;

	json_array_foreach (commands_cards(&m->row), i, card)
		if (rc == OK)
			rc = mend_card(m, card);
	return rc;
}

static enum errc mend_parent(struct mending *m)
{
	bool settled = false;
	enum errc rc = OK;

	bool good = m->sight->messages != NULL && !m->sight->parent_gone && !m->sight->was_shut;
	if (m->place->thread_ts[0] == '\0' || good)
		return OK;
	if (m->sight->parent_gone)
		rc = outbox_parent_gone(m->tx, m->row.id, m->place->thread_ts);
	if (rc == OK)
		rc = is_settled(m, "parent", &settled);
	if (rc != OK || !settled)
		return rc;
	m->result->mended++;
	return commands_parent(m->commands, m->tx, m->row.id, m->now);
}

static bool is_buttons(const json_t *block)
{
	return text_eq(json_str(block, "type"), "actions");
}

static bool has_buttons(const json_t *message)
{
	size_t i;
	json_t *block;

	json_array_foreach (json_get(message, "blocks"), i, block)
		if (is_buttons(block))
			return true;
	return false;
}

/* What stands there, but the buttons, and a line that says so. */
static json_t *stripped(const json_t *message, const char *over)
{
	json_t *body = message_line(over), *kept = json_array(), *block;
	AUTO_BUF struct buf text = {0}, cut = {0};
	size_t i;

	json_array_foreach (json_get(message, "blocks"), i, block)
		if (!is_buttons(block))
			json_array_append(kept, block);
	json_array_extend(kept, json_get(body, "blocks"));
	json_object_set_new(body, "blocks", kept);
	buf_init(&text, 64 * 1024);
	buf_init(&cut, 64 * 1024);
	buf_printf(&text, "%s\n", over);
	buf_puts(&text, json_str(message, "text"));
	mrkdwn_cut(&cut, buf_str(&text), TEXT_CHARS_MAX);
	json_set_str(body, "text", buf_str(&cut));
	return body;
}

static bool is_live(const struct mending *m, const char *slot)
{
	size_t i;
	json_t *card;

	json_array_foreach (commands_cards(&m->row), i, card)
		if (text_eq(json_str(card, "slot"), slot))
			return true;
	return false;
}

/* A message of ours with buttons: whose slot is it, and should it have them? */
static enum errc mend_buttons(struct mending *m, const json_t *message)
{
	struct outbox_row row = {.request = m->row.id,
	                         .op = OUTBOX_UPDATE,
	                         .priority = OUTBOX_PARENT,
	                         .in_thread = m->place->thread_ts[0] != '\0'};
	struct message_row found;
	bool settled = false;
	enum errc rc = message_find(m->tx, m->place->channel, json_str(message, "ts"), &found);

	if (rc != OK) /* of no repair, or just being posted */
		return rc == ERR_NOT_FOUND ? OK : rc;
	if (found.request != m->row.id || is_live(m, found.slot))
		return OK;
	rc = is_settled(m, found.slot, &settled);
	if (rc != OK || !settled)
		return rc;
	if (m->row.updated_at > m->sight->began - YOUNG_MS) {
		m->result->young = true;
		return OK;
	}
	text_copy(row.conversation, sizeof row.conversation, m->place->channel);
	text_copy(row.slot, sizeof row.slot, found.slot);
	row.body = stripped(message, commands_card_over(m->commands, &m->row, m->place->channel[0] == 'D'));
	m->result->mended++;
	return outbox_put(m->tx, &row);
}

enum errc mend_place(struct commands *commands, struct tx *tx, const struct mend_place *place,
                     const struct mend_sight *sight, int64_t now, struct mend_result *ret)
{
	struct mending m = {.commands = commands, .tx = tx, .place = place, .sight = sight, .now = now, .result = ret};
	enum errc rc = request_get(tx, place->request, &m.row);
	size_t i;
	json_t *message;

	if (rc != OK)
		return rc == ERR_NOT_FOUND ? OK : rc;
	rc = mend_parent(&m);
	if (rc == OK)
		rc = mend_cards(&m);
	json_array_foreach (sight->messages, i, message)
		if (rc == OK && has_buttons(message))
			rc = mend_buttons(&m, message);
	request_row_done(&m.row);
	return rc;
}
