/*
 * store/inbox.c - deeds from Slack, each kept once under its key.
 */
#include "bot/store/inbox.h"

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/store/store_private.h"

#define INBOX_COLUMNS "id, key, kind, at, done, body, reply"

void inbox_row_done(struct inbox_row *row)
{
	json_decref(row->body);
	json_decref(row->reply);
	row->body = NULL;
	row->reply = NULL;
}

/* "" is NULL. */
static enum errc read_json(struct rows *rows, int column, json_t **ret)
{
	size_t len;
	const char *text = rows_text(rows, column, &len);
	if (len == 0) {
		*ret = NULL;
		return OK;
	}
	return json_parse(ret, text, len, NULL) == OK ? OK : ERR_IO;
}

static char *json_or_nothing(const json_t *value)
{
	return value ? json_text(value) : mem_strdup("");
}

static enum errc read_inbox(struct rows *rows, struct inbox_row *ret)
{
	struct inbox_row row = {.id = rows_int(rows, 0), .at = rows_int(rows, 3), .done = rows_bool(rows, 4)};
	rows_copy(rows, 1, row.key, sizeof row.key);
	rows_copy(rows, 2, row.kind, sizeof row.kind);
	enum errc code = read_json(rows, 5, &row.body);
	if (code == OK)
		code = read_json(rows, 6, &row.reply);
	if (code != OK) {
		inbox_row_done(&row);
		return code;
	}
	*ret = row;
	return OK;
}

static enum errc first_copy(struct tx *tx, struct inbox_row *row)
{
	struct inbox_row first;
	AUTO_ROWS struct rows rows = {0};
	enum errc code =
	    sql_first(tx, &rows,
	              "SELECT " INBOX_COLUMNS " FROM inbox WHERE key = $1 OR (envelope = $2 AND envelope <> '')"
	              " ORDER BY id",
	              ARGS(value_text(row->key), value_text(row->envelope)));
	if (code == OK)
		code = read_inbox(&rows, &first);
	if (code != OK)
		return code;
	inbox_row_done(row);
	*row = first;
	return ERR_ALREADY;
}

enum errc inbox_add(struct tx *tx, struct inbox_row *row)
{
	AUTO_ROWS struct rows rows = {0};
	AUTO_FREE char *body = json_or_nothing(row->body);
	AUTO_FREE char *reply = json_or_nothing(row->reply);
	enum errc code = sql_first(
	    tx, &rows,
	    "INSERT INTO inbox (key, kind, at, done, body, reply, envelope) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	    " ON CONFLICT DO NOTHING RETURNING id",
	    ARGS(value_text(row->key), value_text(row->kind), value_int(row->at), value_int(row->done),
	         value_text(body), value_text(reply), value_text(row->envelope)));
	if (code == OK)
		row->id = rows_int(&rows, 0);
	return code == ERR_NOT_FOUND ? first_copy(tx, row) : code;
}

static enum errc found(enum errc code, int64_t changes)
{
	return code == OK && changes == 0 ? ERR_NOT_FOUND : code;
}

enum errc inbox_set_reply(struct tx *tx, int64_t id, const json_t *reply)
{
	int64_t changes = 0;
	AUTO_FREE char *text = json_or_nothing(reply);
	enum errc code =
	    sql_run(tx, &changes, "UPDATE inbox SET reply = $1 WHERE id = $2", ARGS(value_text(text), value_int(id)));
	return found(code, changes);
}

enum errc inbox_finish(struct tx *tx, int64_t id)
{
	int64_t changes = 0;
	enum errc code =
	    sql_run(tx, &changes, "UPDATE inbox SET done = 1, body = '' WHERE id = $1", ARGS(value_int(id)));
	return found(code, changes);
}

enum errc inbox_get(struct tx *tx, int64_t id, struct inbox_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows, "SELECT " INBOX_COLUMNS " FROM inbox WHERE id = $1", ARGS(value_int(id)));
	return code == OK ? read_inbox(&rows, ret) : code;
}

enum errc inbox_pending(struct tx *tx, int64_t after, int64_t *ids, size_t max, size_t *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_query(tx, &rows, "SELECT id FROM inbox WHERE done = 0 AND id > $1 ORDER BY id LIMIT $2",
	                           ARGS(value_int(after), value_int((int64_t)max)));
	size_t count = 0;
	while (code == OK && (code = rows_next(&rows)) == OK)
		ids[count++] = rows_int(&rows, 0);
	if (code != ERR_NOT_FOUND)
		return code;
	*ret = count;
	return OK;
}

enum errc inbox_purge(struct tx *tx, int64_t before)
{
	return sql_run(tx, NULL, "DELETE FROM inbox WHERE done = 1 AND at < $1", ARGS(value_int(before)));
}
