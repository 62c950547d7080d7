/*
 * store/sql.c - transactions, savepoints and statements, over any driver.
 *
 * What a statement meets on the disk is remembered in the transaction, so that
 * a job which swallows the error is still undone. Which database it is, the
 * driver knows; when to begin and commit, store.c.
 */
#include "bot/store/store_private.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

/* Errors that say something of the row and not of the database. */
static bool is_about_the_row(enum errc code)
{
	return code == OK || code == ERR_NOT_FOUND || code == ERR_CONFLICT || code == ERR_TOO_LARGE ||
	       code == ERR_DENIED;
}

static enum errc note(struct tx *tx, enum errc code)
{
	if (!is_about_the_row(code) && tx->broken == OK) {
		tx->broken = code;
		text_copy(tx->error, sizeof tx->error, tx->driver->error(tx->db));
	}
	return code;
}

/* What was remembered of rows may no longer be so. */
static void forget(struct tx *tx)
{
	tx->audit.known = false;
	tx->outbox.known = false;
}

enum errc tx_begin(struct tx *tx, bool read_only)
{
	tx->broken = OK;
	tx->wrote = false;
	tx->error[0] = '\0';
	enum errc code = note(tx, tx->driver->begin(tx->db, read_only));
	if (code == OK && tx->driver->changed_elsewhere(tx->db))
		forget(tx);
	return code;
}

void tx_rollback(struct tx *tx)
{
	forget(tx);
	tx->driver->rollback(tx->db);
}

enum errc tx_commit(struct tx *tx)
{
	enum errc code = note(tx, tx->driver->commit(tx->db));
	if (code != OK)
		tx_rollback(tx);
	return code;
}

static void undo_job(struct tx *tx)
{
	forget(tx);
	if (!tx->driver->in_transaction(tx->db))
		return;
	enum errc code = tx->driver->exec(tx->db, "ROLLBACK TO job; RELEASE job");
	if (code != OK) { /* half a job must not be committed with the others */
		note(tx, code);
		tx->driver->rollback(tx->db);
	}
}

enum errc tx_run(struct tx *tx, store_fn *fn, void *arg)
{
	bool wrote = tx->wrote;
	tx->broken = OK; /* what an earlier job met was its own affair, else there were no transaction any more */
	enum errc code = note(tx, tx->driver->exec(tx->db, "SAVEPOINT job"));
	if (code != OK)
		return code;
	code = fn(tx, arg);
	if (tx->broken != OK)
		code = tx->broken;
	if (code == OK)
		code = note(tx, tx->driver->exec(tx->db, "RELEASE job"));
	if (code != OK) {
		tx->wrote = wrote;
		undo_job(tx);
	}
	return code;
}

enum errc sql_query(struct tx *tx, struct rows *ret, const char *sql, const struct value *values, size_t count)
{
	*ret = (struct rows){.tx = tx};
	if (tx->broken != OK)
		return tx->broken;
	tx->wrote = tx->wrote || strncmp(sql, "SELECT", 6) != 0;
	return note(tx, tx->driver->query(tx->db, &ret->cursor, sql, values, count));
}

enum errc rows_next(struct rows *rows)
{
	return note(rows->tx, rows->tx->driver->next(rows->cursor));
}

int64_t rows_int(struct rows *rows, int column)
{
	return rows->tx->driver->column_int(rows->cursor, column);
}

bool rows_bool(struct rows *rows, int column)
{
	return rows_int(rows, column) != 0;
}

const char *rows_text(struct rows *rows, int column, size_t *ret_len)
{
	size_t len;
	return rows->tx->driver->column_text(rows->cursor, column, ret_len ? ret_len : &len);
}

void rows_copy(struct rows *rows, int column, char *out, size_t size)
{
	text_copy(out, size, rows_text(rows, column, NULL));
}

void rows_done(struct rows *rows)
{
	if (rows->cursor)
		rows->tx->driver->finish(rows->cursor);
	rows->cursor = NULL;
}

enum errc sql_run(struct tx *tx, int64_t *ret_changes, const char *sql, const struct value *values, size_t count)
{
	struct rows rows;
	enum errc code = sql_query(tx, &rows, sql, values, count);
	if (code != OK)
		return code;
	code = rows_next(&rows);
	int64_t changes = tx->driver->finish(rows.cursor);
	if (code != OK && code != ERR_NOT_FOUND)
		return code;
	if (ret_changes)
		*ret_changes = changes;
	return OK;
}

enum errc sql_first(struct tx *tx, struct rows *ret, const char *sql, const struct value *values, size_t count)
{
	enum errc code = sql_query(tx, ret, sql, values, count);
	return code == OK ? rows_next(ret) : code;
}

enum errc sql_int(struct tx *tx, int64_t *ret, int64_t otherwise, const char *sql, const struct value *values,
                  size_t count)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows, sql, values, count);
	if (code != OK && code != ERR_NOT_FOUND)
		return code;
	*ret = code == OK ? rows_int(&rows, 0) : otherwise;
	return OK;
}

enum errc sql_collect(struct tx *tx, void **ret, size_t *ret_count, size_t size, sql_read_fn *read, const char *sql,
                      const struct value *values, size_t count)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_query(tx, &rows, sql, values, count);
	char *list = NULL;
	size_t used = 0, room = 0;
	while (code == OK && (code = rows_next(&rows)) == OK) {
		if (used == room) {
			room = room ? room * 2 : 8;
			list = mem_grow(list, room, size);
		}
		memset(list + used * size, 0, size);
		read(&rows, list + used * size);
		used++;
	}
	if (code != ERR_NOT_FOUND) {
		free(list);
		return code;
	}
	*ret = list;
	*ret_count = used;
	return OK;
}
