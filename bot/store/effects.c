/*
 * store/effects.c - the ledger of writes to the outside.
 */
#include "bot/store/effects.h"

#include <stdlib.h>

#include "bot/store/store_private.h"

enum errc effect_begin(struct tx *tx, struct effect_row *row)
{
	return sql_int(tx, &row->id, 0,
	               "INSERT INTO effect (request, step, kind, object, begun_at, ended_at, result, detail)"
	               " VALUES ($1, $2, $3, $4, $5, 0, '', $6) RETURNING id",
	               ARGS(value_int(row->request), value_text(row->step), value_text(row->kind),
	                    value_text(row->object), value_int(row->begun_at), value_text(row->detail)));
}

enum errc effect_end(struct tx *tx, int64_t id, int64_t at, const char *result, const char *detail)
{
	int64_t changes;
	enum errc code =
	    sql_run(tx, &changes, "UPDATE effect SET ended_at = $1, result = $2, detail = $3 WHERE id = $4",
	            ARGS(value_int(at), value_text(result), value_text(detail), value_int(id)));
	return code == OK && changes == 0 ? ERR_NOT_FOUND : code;
}

enum errc effect_settle(struct tx *tx, int64_t request, const char *step, int64_t at, const char *result)
{
	return sql_run(tx, NULL,
	               "UPDATE effect SET ended_at = $1, result = $2 WHERE request = $3 AND step = $4 AND ended_at = 0",
	               ARGS(value_int(at), value_text(result), value_int(request), value_text(step)));
}

static void read_effect(struct rows *rows, void *element)
{
	struct effect_row *row = element;
	row->id = rows_int(rows, 0);
	row->request = rows_int(rows, 1);
	rows_copy(rows, 2, row->step, sizeof row->step);
	rows_copy(rows, 3, row->kind, sizeof row->kind);
	rows_copy(rows, 4, row->object, sizeof row->object);
	row->begun_at = rows_int(rows, 5);
	row->ended_at = rows_int(rows, 6);
	rows_copy(rows, 7, row->result, sizeof row->result);
	rows_copy(rows, 8, row->detail, sizeof row->detail);
}

enum errc effect_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct effect_row *row),
                      void *arg)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct effect_row), read_effect,
	                             "SELECT id, request, step, kind, object, begun_at, ended_at, result, detail"
	                             " FROM effect WHERE request = $1 ORDER BY id",
	                             ARGS(value_int(request)));
	if (code != OK)
		return code;
	const struct effect_row *effects = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = fn(arg, &effects[i]);
	free(list);
	return code;
}
