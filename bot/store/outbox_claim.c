/*
 * store/outbox_claim.c - takes out the rows that may leave now, and marks them as sending.
 *
 * Reads the rows in flight and the heads of conversations, by index, and
 * nothing else: the work does not grow with what waits (outbox_turn.c).
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/outbox.h"
#include "bot/store/outbox_private.h"
#include "bot/store/store_private.h"

static bool is_among(const char *const *list, size_t count, const char *conversation)
{
	for (size_t i = 0; i < count; i++)
		if (text_eq(list[i], conversation))
			return true;
	return false;
}

static bool may_leave(const struct outbox_claim *claim, const struct outbox_row *row)
{
	switch (row->op) {
	case OUTBOX_POST: return !claim->no_posts && !is_among(claim->resting, claim->resting_count, row->conversation);
	case OUTBOX_UPDATE: return !claim->no_updates && (row->priority == OUTBOX_DECISION || !claim->no_polish);
	case OUTBOX_EPHEMERAL: break;
	}
	return true;
}

static bool is_busy(const struct outbox_claim *claim, int64_t id)
{
	for (size_t i = 0; i < claim->busy_count; i++)
		if (claim->busy[i] == id)
			return true;
	return false;
}

/* Rows found so far, and the conversations that are taken. */
struct catch
{
	const struct outbox_claim *claim;
	struct outbox_row *rows;
	size_t count, max;
	char(*taken)[sizeof((struct outbox_row *)0)->conversation];
	size_t taken_count;
	char(*blocked)[sizeof((struct outbox_row *)0)->conversation]; /* whose head may not leave */
	size_t blocked_count;
};

static bool is_taken(const struct catch *c, const char *conversation)
{
	for (size_t i = 0; i < c->taken_count; i++)
		if (text_eq(c->taken[i], conversation))
			return true;
	return is_among(c->claim->skip, c->claim->skip_count, conversation);
}

static void take(struct catch *c, const char *conversation)
{
	c->taken = mem_grow(c->taken, c->taken_count + 1, sizeof c->taken[0]);
	text_copy(c->taken[c->taken_count++], sizeof c->taken[0], conversation);
}

static void take_row(struct catch *c, const struct outbox_row *row)
{
	take(c, row->conversation);
	c->rows[c->count++] = *row;
}

static bool is_due(const struct outbox_claim *claim, const struct outbox_row *row)
{
	return row->not_before <= claim->now || row->not_before > claim->now + OUTBOX_SLEEP_MAX_MS;
}

/* First the rows in flight: the busy ones hold their conversation, the others are returned. */
static enum errc catch_sending(struct tx *tx, struct catch *c)
{
	AUTO_ROWS struct rows rows = {0};
	struct outbox_row row;
	enum errc code =
	    sql_query(tx, &rows, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE sending = 1 ORDER BY id", NO_ARGS);
	while (code == OK && (code = rows_next(&rows)) == OK) {
		outbox_read(&rows, &row);
		if (is_busy(c->claim, row.id))
			take(c, row.conversation);
		else if (is_due(c->claim, &row) && c->count < c->max && !is_taken(c, row.conversation) &&
		         may_leave(c->claim, &row))
			take_row(c, &row);
	}
	return code == ERR_NOT_FOUND ? OK : code;
}

static void block(struct catch *c, const char *conversation)
{
	c->blocked = mem_grow(c->blocked, c->blocked_count + 1, sizeof c->blocked[0]);
	text_copy(c->blocked[c->blocked_count++], sizeof c->blocked[0], conversation);
}

static enum errc catch_heads(struct tx *tx, struct catch *c)
{
	AUTO_ROWS struct rows rows = {0};
	struct outbox_row row;
	enum errc code =
	    sql_query(tx, &rows, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE turn = 3 ORDER BY priority, id", NO_ARGS);
	while (code == OK && c->count < c->max && (code = rows_next(&rows)) == OK) {
		outbox_read(&rows, &row);
		if (is_taken(c, row.conversation))
			continue;
		if (may_leave(c->claim, &row))
			take_row(c, &row);
		else
			block(c, row.conversation);
	}
	return code == ERR_NOT_FOUND ? OK : code;
}

/* The best of a conversation that may leave although its head may not. Each is a query that its index answers. */
static enum errc query_behind(struct tx *tx, const struct outbox_claim *claim, const char *conversation,
                              struct rows *rows)
{
	bool posts = !claim->no_posts && !is_among(claim->resting, claim->resting_count, conversation);
	/* updates up to this priority */
	int updates = claim->no_updates ? -1 : claim->no_polish ? OUTBOX_DECISION : OUTBOX_PROGRESS;
	if (posts)
		return sql_first(tx, rows,
		                 "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE turn >= 2 AND conversation = $1"
		                 " AND (op <> 1 OR priority <= $2) ORDER BY priority, id LIMIT 1",
		                 ARGS(value_text(conversation), value_int(updates)));
	return sql_first(tx, rows,
	                 "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE turn >= 2 AND op <> 0 AND conversation = $1"
	                 " AND (op <> 1 OR priority <= $2) ORDER BY priority, id LIMIT 1",
	                 ARGS(value_text(conversation), value_int(updates)));
}

static enum errc catch_behind(struct tx *tx, struct catch *c, const char *conversation)
{
	AUTO_ROWS struct rows rows = {0};
	struct outbox_row row;
	enum errc code = query_behind(tx, c->claim, conversation, &rows);
	if (code == OK) {
		outbox_read(&rows, &row);
		take_row(c, &row);
	}
	return code == ERR_NOT_FOUND ? OK : code;
}

static enum errc catch_blocked(struct tx *tx, struct catch *c)
{
	enum errc code = OK;
	for (size_t i = 0; code == OK && i < c->blocked_count && c->count < c->max; i++)
		code = catch_behind(tx, c, c->blocked[i]);
	return code;
}

static int by_priority_and_age(const void *a, const void *b)
{
	const struct outbox_row *x = a, *y = b;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

static enum errc mark(struct tx *tx, struct outbox_row *row, int64_t now)
{
	row->attempts++;
	row->not_before = 0;
	if (row->first_sent_at == 0)
		row->first_sent_at = now;
	enum errc code =
	    sql_run(tx, NULL,
	            "UPDATE outbox SET sending = 1, turn = 0, not_before = 0, attempts = $1,"
	            " first_sent_at = $2, last_sent_at = $3 WHERE id = $4",
	            ARGS(value_int(row->attempts), value_int(row->first_sent_at), value_int(now), value_int(row->id)));
	return code == OK ? outbox_turn_conversation(tx, row->conversation) : code;
}

/* NOT_FOUND leaves `ret` empty: a message that never stood, or a thread that the pump has to do without. */
static enum errc get_message(struct tx *tx, const struct outbox_row *row, const char *slot, struct message_row *ret)
{
	*ret = (struct message_row){0};
	enum errc code = message_get(tx, row->request, slot, ret);
	return code == ERR_NOT_FOUND ? OK : code;
}

static enum errc fill_places(struct tx *tx, struct outbox_row *row)
{
	struct message_row own = {0}, parent = {0};
	enum errc code = OK;
	if (row->op == OUTBOX_UPDATE)
		code = get_message(tx, row, row->slot, &own);
	if (code == OK && row->in_thread)
		code = get_message(tx, row, "parent", &parent);
	text_copy(row->channel, sizeof row->channel, own.channel);
	text_copy(row->ts, sizeof row->ts, own.ts);
	text_copy(row->thread_ts, sizeof row->thread_ts, parent.ts);
	return code;
}

static enum errc fill_body(struct tx *tx, struct outbox_row *row)
{
	AUTO_ROWS struct rows rows = {0};
	size_t len;
	enum errc code = sql_first(tx, &rows, "SELECT body FROM outbox WHERE id = $1", ARGS(value_int(row->id)));
	if (code != OK)
		return code;
	const char *body = rows_text(&rows, 0, &len);
	return json_parse(&row->body, body, len, NULL) == OK ? OK : ERR_IO; /* we wrote it: the file is damaged */
}

static enum errc prepare(struct tx *tx, struct catch *c)
{
	enum errc code = OK;
	for (size_t i = 0; code == OK && i < c->count; i++) {
		code = mark(tx, &c->rows[i], c->claim->now);
		if (code == OK)
			code = fill_places(tx, &c->rows[i]);
		if (code == OK)
			code = fill_body(tx, &c->rows[i]);
	}
	return code;
}

enum errc outbox_claim(struct tx *tx, const struct outbox_claim *claim, struct outbox_row *rows, size_t max,
                       size_t *ret)
{
	struct catch c = {.claim = claim, .rows = rows, .max = max};
	enum errc code = outbox_turn_wake(tx, claim->now);
	if (code == OK)
		code = catch_sending(tx, &c);
	if (code == OK)
		code = catch_heads(tx, &c);
	if (code == OK)
		code = catch_blocked(tx, &c);
	if (c.count > 1)
		qsort(rows, c.count, sizeof *rows, by_priority_and_age);
	if (code == OK)
		code = prepare(tx, &c);
	free(c.taken);
	free(c.blocked);
	if (code != OK) {
		for (size_t i = 0; i < c.count; i++)
			outbox_row_done(&rows[i]);
		return code;
	}
	*ret = c.count;
	return OK;
}
