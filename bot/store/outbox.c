/*
 * store/outbox.c - rows of messages: put in, ended, changed; and where what was said stands.
 *
 * Every change of a row ends with settle(), which decides anew what may leave
 * (outbox_turn.c). Taking rows out to be sent is outbox_claim.c's.
 */
#include "bot/store/outbox.h"

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/outbox_private.h"
#include "bot/store/store_private.h"

enum { KEY_BYTES = 16 };

static const char parent_slot[] = "parent";

void outbox_row_done(struct outbox_row *row)
{
	json_decref(row->body);
	row->body = NULL;
}

void outbox_read(struct rows *rows, struct outbox_row *ret)
{
	*ret = (struct outbox_row){.id = rows_int(rows, 0),
	                           .request = rows_int(rows, 1),
	                           .op = (enum outbox_op)rows_int(rows, 2),
	                           .priority = (enum outbox_priority)rows_int(rows, 3),
	                           .in_thread = rows_bool(rows, 6),
	                           .was_sending = rows_bool(rows, 9),
	                           .not_before = rows_int(rows, 10),
	                           .attempts = (int)rows_int(rows, 11),
	                           .first_sent_at = rows_int(rows, 12),
	                           .last_sent_at = rows_int(rows, 13),
	                           .threads_lost = (int)rows_int(rows, 14)};
	rows_copy(rows, 4, ret->conversation, sizeof ret->conversation);
	rows_copy(rows, 5, ret->user, sizeof ret->user);
	rows_copy(rows, 7, ret->slot, sizeof ret->slot);
	rows_copy(rows, 8, ret->key, sizeof ret->key);
}

static enum errc get_row(struct tx *tx, int64_t id, struct outbox_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code =
	    sql_first(tx, &rows, "SELECT " OUTBOX_COLUMNS " FROM outbox WHERE id = $1", ARGS(value_int(id)));
	if (code == OK)
		outbox_read(&rows, ret);
	return code;
}

/* What may leave now, after `row` changed or went. */
static enum errc settle(struct tx *tx, const struct outbox_row *row)
{
	enum errc code =
	    row->request > 0 ? outbox_turn_request(tx, row->request) : outbox_turn_loose(tx, row->id, row->slot);
	return code == OK ? outbox_turn_conversation(tx, row->conversation) : code;
}

/* ---- messages that stand ---- */

static void read_message(struct rows *rows, struct message_row *ret)
{
	*ret = (struct message_row){.request = rows_int(rows, 0)};
	rows_copy(rows, 1, ret->slot, sizeof ret->slot);
	rows_copy(rows, 2, ret->channel, sizeof ret->channel);
	rows_copy(rows, 3, ret->ts, sizeof ret->ts);
}

enum errc message_get(struct tx *tx, int64_t request, const char *slot, struct message_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code =
	    sql_first(tx, &rows, "SELECT request, slot, channel, ts FROM message WHERE request = $1 AND slot = $2",
	              ARGS(value_int(request), value_text(slot)));
	if (code == OK)
		read_message(&rows, ret);
	return code;
}

enum errc message_find(struct tx *tx, const char *channel, const char *ts, struct message_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows,
	                           "SELECT request, slot, channel, ts FROM message WHERE channel = $1 AND ts = $2"
	                           " ORDER BY request DESC LIMIT 1",
	                           ARGS(value_text(channel), value_text(ts)));
	if (code == OK)
		read_message(&rows, ret);
	return code;
}

static enum errc set_thread(struct tx *tx, const struct outbox_row *row, const char *ts)
{
	if (!text_eq(row->slot, parent_slot))
		return OK;
	return sql_run(tx, NULL, "UPDATE request SET thread_ts = $1 WHERE id = $2",
	               ARGS(value_text(ts), value_int(row->request)));
}

static enum errc fill_slot(struct tx *tx, const struct outbox_row *row, const char *channel, const char *ts)
{
	if (!row->slot[0] || row->op != OUTBOX_POST)
		return OK;
	enum errc code =
	    sql_run(tx, NULL,
	            "INSERT INTO message (request, slot, channel, ts) VALUES ($1, $2, $3, $4)"
	            " ON CONFLICT (request, slot) DO UPDATE SET channel = excluded.channel, ts = excluded.ts",
	            ARGS(value_int(row->request), value_text(row->slot), value_text(channel), value_text(ts)));
	return code == OK ? set_thread(tx, row, ts) : code;
}

static enum errc empty_slot(struct tx *tx, const struct outbox_row *row)
{
	enum errc code = sql_run(tx, NULL, "DELETE FROM message WHERE request = $1 AND slot = $2",
	                         ARGS(value_int(row->request), value_text(row->slot)));
	return code == OK ? set_thread(tx, row, "") : code;
}

/* ---- putting ---- */

/* A row that waits in this slot; 0: none. */
static enum errc find_waiting(struct tx *tx, const struct outbox_row *row, int64_t *ret)
{
	return sql_int(tx, ret, 0,
	               "SELECT id FROM outbox WHERE request = $1 AND slot = $2 AND slot <> '' AND sending = 0"
	               " ORDER BY id DESC LIMIT 1",
	               ARGS(value_int(row->request), value_text(row->slot)));
}

/* Is the slot's message there, or on its way? */
static enum errc is_posted(struct tx *tx, const struct outbox_row *row, bool *ret)
{
	int64_t id;
	struct message_row message;
	enum errc code = message_get(tx, row->request, row->slot, &message);
	*ret = code == OK;
	if (code != ERR_NOT_FOUND)
		return code;
	code = sql_int(tx, &id, 0, "SELECT id FROM outbox WHERE request = $1 AND slot = $2 AND slot <> '' LIMIT 1",
	               ARGS(value_int(row->request), value_text(row->slot)));
	*ret = code == OK && id != 0;
	return code;
}

/* A row that holds back a more urgent one of its lane goes as fast as that one has to. Updates hold back nothing. */
static enum errc hurry_lane(struct tx *tx, const struct outbox_row *row)
{
	if (row->request <= 0 || row->op == OUTBOX_UPDATE)
		return OK;
	return sql_run(tx, NULL,
	               "UPDATE outbox SET priority = $1 WHERE request > 0 AND request = $2 AND conversation = $3"
	               " AND priority > $1 AND op <> $4",
	               ARGS(value_int(row->priority), value_int(row->request), value_text(row->conversation),
	                    value_int(OUTBOX_UPDATE)));
}

/* `old` has become as urgent as what was merged into it. */
static enum errc hurry_merged(struct tx *tx, const struct outbox_row *old)
{
	enum errc code;
	if (old->op == OUTBOX_UPDATE)
		code = sql_run(tx, NULL, "UPDATE outbox SET priority = $1, not_before = 0 WHERE id = $2",
		               ARGS(value_int(old->priority), value_int(old->id)));
	else
		code = hurry_lane(tx, old);
	return code == OK ? settle(tx, old) : code;
}

static enum errc merge(struct tx *tx, struct outbox_row *row, int64_t waiting)
{
	AUTO_FREE char *body = json_text(row->body);
	struct outbox_row old;
	enum errc code = get_row(tx, waiting, &old);
	if (code == OK)
		code = sql_run(tx, NULL, "UPDATE outbox SET body = $1 WHERE id = $2",
		               ARGS(value_text(body), value_int(waiting)));
	if (code == OK && row->priority < old.priority) {
		old.priority = row->priority;
		code = hurry_merged(tx, &old);
	}
	if (code != OK)
		return code;
	row->id = old.id;
	text_copy(row->key, sizeof row->key, old.key);
	return OK;
}

static enum errc insert(struct tx *tx, struct outbox_row *row)
{
	AUTO_FREE char *body = json_text(row->body);
	text_random_hex(row->key, KEY_BYTES);
	enum errc code = sql_int(
	    tx, &row->id, 0,
	    "INSERT INTO outbox (request, op, priority, conversation, user_id, in_thread, slot, key, sending, turn,"
	    " not_before, attempts, first_sent_at, body)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $10, $11, $12) RETURNING id",
	    ARGS(value_int(row->request), value_int(row->op), value_int(row->priority), value_text(row->conversation),
	         value_text(row->user), value_int(row->in_thread), value_text(row->slot), value_text(row->key),
	         value_int(row->not_before), value_int(row->attempts), value_int(row->first_sent_at),
	         value_text(body)));
	if (code != OK)
		return code;
	tx->outbox.n++;
	code = hurry_lane(tx, row);
	return code == OK ? settle(tx, row) : code;
}

static enum errc put_update(struct tx *tx, struct outbox_row *row)
{
	int64_t waiting;
	bool posted;
	enum errc code = find_waiting(tx, row, &waiting);
	if (code == OK && waiting != 0)
		return merge(tx, row, waiting);
	if (code == OK)
		code = is_posted(tx, row, &posted);
	if (code != OK)
		return code;
	if (!posted)
		row->op = OUTBOX_POST;
	return insert(tx, row);
}

enum errc outbox_put(struct tx *tx, struct outbox_row *row)
{
	enum errc code;
	row->in_thread = row->in_thread && row->request > 0;
	if (!row->body || !row->conversation[0] || (row->op == OUTBOX_UPDATE && !row->slot[0]))
		code = ERR_INVALID;
	else
		code = row->op == OUTBOX_UPDATE ? put_update(tx, row) : insert(tx, row);
	outbox_row_done(row);
	return code;
}

/* ---- how it went ---- */

static enum errc delete_row(struct tx *tx, const struct outbox_row *row)
{
	tx->outbox.n--;
	return sql_run(tx, NULL, "DELETE FROM outbox WHERE id = $1", ARGS(value_int(row->id)));
}

enum errc outbox_sent(struct tx *tx, int64_t id, const char *channel, const char *ts)
{
	struct outbox_row row;
	enum errc code = get_row(tx, id, &row);
	if (code == OK)
		code = fill_slot(tx, &row, channel, ts);
	if (code == OK)
		code = delete_row(tx, &row);
	return code == OK ? settle(tx, &row) : code;
}

/*
 * While it was on its way, newer words for the same message were put: they have overtaken it, and would be overwritten
 * by it. They take over its rest and its urgency.
 */
static enum errc give_way(struct tx *tx, const struct outbox_row *row, int64_t at, bool *ret_gone)
{
	int64_t newer = 0;
	enum errc code = row->op == OUTBOX_UPDATE ? find_waiting(tx, row, &newer) : OK;
	*ret_gone = newer > row->id;
	if (code != OK || !*ret_gone)
		return code;
	code = sql_run(tx, NULL,
	               "UPDATE outbox SET not_before = $1, priority = CASE WHEN priority > $2 THEN $2 ELSE priority END"
	               " WHERE id = $3",
	               ARGS(value_int(at), value_int(row->priority), value_int(newer)));
	if (code == OK)
		code = delete_row(tx, row);
	return code == OK ? settle(tx, row) : code;
}

static enum errc back_to_waiting(struct tx *tx, int64_t id, int64_t at, int threads_lost)
{
	struct outbox_row row;
	bool gone = false;
	enum errc code = get_row(tx, id, &row);
	if (code == OK)
		code = give_way(tx, &row, at, &gone);
	if (gone)
		return code;
	if (code == OK)
		code =
		    sql_run(tx, NULL,
		            "UPDATE outbox SET sending = 0, turn = 0, not_before = $1, threads_lost = $2 WHERE id = $3",
		            ARGS(value_int(at), value_int(row.threads_lost + threads_lost), value_int(id)));
	return code == OK ? settle(tx, &row) : code;
}

enum errc outbox_retry(struct tx *tx, int64_t id, int64_t at)
{
	return back_to_waiting(tx, id, at, 0);
}

enum errc outbox_thread_lost(struct tx *tx, int64_t id, int64_t at)
{
	return back_to_waiting(tx, id, at, 1);
}

enum errc outbox_unsure(struct tx *tx, int64_t id, int64_t at)
{
	int64_t changes;
	enum errc code = sql_run(tx, &changes, "UPDATE outbox SET not_before = $1 WHERE id = $2 AND sending = 1",
	                         ARGS(value_int(at), value_int(id)));
	return code == OK && changes == 0 ? ERR_NOT_FOUND : code;
}

/* A post that never will be: the update that waited for it has to post. */
static enum errc inherit_post(struct tx *tx, const struct outbox_row *row)
{
	struct message_row message;
	if (row->op != OUTBOX_POST || !row->slot[0])
		return OK;
	enum errc code = message_get(tx, row->request, row->slot, &message);
	if (code != ERR_NOT_FOUND)
		return code;
	return sql_run(
	    tx, NULL, "UPDATE outbox SET op = $1 WHERE request = $2 AND slot = $3 AND slot <> '' AND op = $4",
	    ARGS(value_int(OUTBOX_POST), value_int(row->request), value_text(row->slot), value_int(OUTBOX_UPDATE)));
}

enum errc outbox_drop(struct tx *tx, int64_t id)
{
	struct outbox_row row;
	enum errc code = get_row(tx, id, &row);
	if (code == OK)
		code = delete_row(tx, &row);
	if (code == OK)
		code = inherit_post(tx, &row);
	return code == OK ? settle(tx, &row) : code;
}

enum errc outbox_repost(struct tx *tx, int64_t id)
{
	struct outbox_row row;
	enum errc code = get_row(tx, id, &row);
	if (code != OK)
		return code;
	if (row.op == OUTBOX_EPHEMERAL)
		return ERR_INVALID;
	text_random_hex(row.key, KEY_BYTES); /* the old one is in the message that is gone */
	code = empty_slot(tx, &row);
	if (code == OK)
		code =
		    sql_run(tx, NULL,
		            "UPDATE outbox SET op = $1, key = $2, sending = 0, turn = 0, not_before = 0 WHERE id = $3",
		            ARGS(value_int(OUTBOX_POST), value_text(row.key), value_int(id)));
	return code == OK ? settle(tx, &row) : code;
}

enum errc outbox_parent_gone(struct tx *tx, int64_t request, const char *ts)
{
	struct outbox_row parent = {.request = request};
	struct message_row message;
	int64_t in_flight;

	text_copy(parent.slot, sizeof parent.slot, parent_slot);
	enum errc code = message_get(tx, request, parent_slot, &message);
	if (code != OK || !text_eq(message.ts, ts))
		return code == ERR_NOT_FOUND ? OK : code;
	/* its answer may put it back to wait, and then it would be an update of nothing */
	code =
	    sql_int(tx, &in_flight, 0, "SELECT id FROM outbox WHERE request = $1 AND slot = $2 AND sending = 1 LIMIT 1",
	            ARGS(value_int(request), value_text(parent_slot)));
	if (code != OK || in_flight != 0)
		return code;
	code = empty_slot(tx, &parent);
	if (code == OK)
		code = sql_run(tx, NULL, "UPDATE outbox SET op = $1 WHERE request = $2 AND slot = $3 AND op = $4",
		               ARGS(value_int(OUTBOX_POST), value_int(request), value_text(parent_slot),
		                    value_int(OUTBOX_UPDATE)));
	return code == OK ? outbox_turn_request(tx, request) : code;
}

enum errc outbox_drop_replies(struct tx *tx, int64_t request)
{
	int64_t dropped;
	enum errc code =
	    sql_run(tx, &dropped,
	            "DELETE FROM outbox WHERE request > 0 AND request = $1 AND in_thread = 1 AND sending = 0"
	            " AND NOT EXISTS (SELECT 1 FROM message WHERE message.request = outbox.request"
	            " AND message.slot IN ('parent', outbox.slot))",
	            ARGS(value_int(request)));
	if (code != OK)
		return code;
	tx->outbox.n -= dropped;
	return outbox_turn_request(tx, request);
}

enum errc outbox_redirect(struct tx *tx, int64_t id, const char *conversation)
{
	struct outbox_row row;
	enum errc code = get_row(tx, id, &row);
	if (code != OK)
		return code;
	if (row.op != OUTBOX_EPHEMERAL)
		return ERR_INVALID;
	code =
	    sql_run(tx, NULL,
	            "UPDATE outbox SET op = $1, conversation = $2, user_id = '', in_thread = 0, sending = 0, turn = 0,"
	            " not_before = 0 WHERE id = $3",
	            ARGS(value_int(OUTBOX_POST), value_text(conversation), value_int(id)));
	if (code == OK)
		code = settle(tx, &row);
	return code == OK ? outbox_turn_conversation(tx, conversation) : code;
}

/* ---- figures ---- */

enum errc outbox_pending(struct tx *tx, int64_t *ret)
{
	enum errc code = OK;
	if (!tx->outbox.known)
		code = sql_int(tx, &tx->outbox.n, 0, "SELECT count(*) FROM outbox", NO_ARGS);
	if (code != OK)
		return code;
	tx->outbox.known = true;
	*ret = tx->outbox.n;
	return OK;
}

enum errc outbox_slot_waits(struct tx *tx, int64_t request, const char *slot, bool *ret)
{
	int64_t n;
	enum errc code =
	    sql_int(tx, &n, 0, "SELECT count(*) FROM outbox WHERE request = $1 AND slot = $2 AND slot <> ''",
	            ARGS(value_int(request), value_text(slot)));
	if (code == OK)
		*ret = n > 0;
	return code;
}

enum errc outbox_next(struct tx *tx, int64_t *ret)
{
	int64_t asleep, unsure;
	enum errc code = sql_int(tx, &asleep, 0,
	                         "SELECT not_before FROM outbox WHERE turn = 1 ORDER BY not_before LIMIT 1", NO_ARGS);
	if (code == OK)
		code = sql_int(tx, &unsure, 0,
		               "SELECT not_before FROM outbox WHERE sending = 1 AND not_before > 0"
		               " ORDER BY not_before LIMIT 1",
		               NO_ARGS);
	if (code != OK)
		return code;
	*ret = asleep == 0 || (unsure != 0 && unsure < asleep) ? unsure : asleep;
	return OK;
}
