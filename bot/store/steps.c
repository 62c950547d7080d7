/*
 * store/steps.c - what hangs on a request: its steps, its history, and what is owed to its person.
 */
#include "bot/store/requests.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/store_private.h"

/* ---- steps ---- */

#define STEP_COLUMNS "key, state, attempts, started_at, ended_at, detail"

static void read_step(struct rows *rows, void *element)
{
	struct step_row *row = element;
	rows_copy(rows, 0, row->key, sizeof row->key);
	rows_copy(rows, 1, row->state, sizeof row->state);
	row->attempts = (int)rows_int(rows, 2);
	row->started_at = rows_int(rows, 3);
	row->ended_at = rows_int(rows, 4);
	rows_copy(rows, 5, row->detail, sizeof row->detail);
}

enum errc step_get(struct tx *tx, int64_t request, const char *key, struct step_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows, "SELECT " STEP_COLUMNS " FROM step WHERE request = $1 AND key = $2",
	                           ARGS(value_int(request), value_text(key)));
	if (code != OK && code != ERR_NOT_FOUND)
		return code;
	*ret = (struct step_row){.state = "pending"};
	if (code == OK)
		read_step(&rows, ret);
	else
		text_copy(ret->key, sizeof ret->key, key);
	return OK;
}

enum errc step_put(struct tx *tx, int64_t request, const struct step_row *row)
{
	return sql_run(tx, NULL,
	               "INSERT INTO step (request, key, state, attempts, started_at, ended_at, detail)"
	               " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request, key) DO UPDATE SET"
	               " state = excluded.state, attempts = excluded.attempts, started_at = excluded.started_at,"
	               " ended_at = excluded.ended_at, detail = excluded.detail",
	               ARGS(value_int(request), value_text(row->key), value_text(row->state), value_int(row->attempts),
	                    value_int(row->started_at), value_int(row->ended_at), value_text(row->detail)));
}

enum errc step_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct step_row *row), void *arg)
{
	void *list;
	size_t count;
	enum errc code =
	    sql_collect(tx, &list, &count, sizeof(struct step_row), read_step,
	                "SELECT " STEP_COLUMNS " FROM step WHERE request = $1 ORDER BY id", ARGS(value_int(request)));
	if (code != OK)
		return code;
	const struct step_row *steps = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = fn(arg, &steps[i]);
	free(list);
	return code;
}

/* ---- history ---- */

static void read_history(struct rows *rows, void *element)
{
	struct history_row *row = element;
	row->at = rows_int(rows, 0);
	rows_copy(rows, 1, row->event, sizeof row->event);
	rows_copy(rows, 2, row->from, sizeof row->from);
	rows_copy(rows, 3, row->to, sizeof row->to);
	rows_copy(rows, 4, row->actor, sizeof row->actor);
	rows_copy(rows, 5, row->via, sizeof row->via);
}

enum errc history_add(struct tx *tx, int64_t request, const struct history_row *row)
{
	return sql_run(tx, NULL,
	               "INSERT INTO history (request, at, event, old_state, new_state, actor, via)"
	               " VALUES ($1, $2, $3, $4, $5, $6, $7)",
	               ARGS(value_int(request), value_int(row->at), value_text(row->event), value_text(row->from),
	                    value_text(row->to), value_text(row->actor), value_text(row->via)));
}

enum errc history_each(struct tx *tx, int64_t request, enum errc (*fn)(void *arg, const struct history_row *row),
                       void *arg)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct history_row), read_history,
	                             "SELECT at, event, old_state, new_state, actor, via FROM history"
	                             " WHERE request = $1 ORDER BY id",
	                             ARGS(value_int(request)));
	if (code != OK)
		return code;
	const struct history_row *lines = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = fn(arg, &lines[i]);
	free(list);
	return code;
}

/* ---- owed ---- */

enum errc owed_get(struct tx *tx, const char *target, json_t **ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows, "SELECT what FROM owed WHERE target = $1", ARGS(value_text(target)));
	if (code != OK)
		return code;
	size_t len;
	const char *what = rows_text(&rows, 0, &len);
	return json_parse(ret, what, len, NULL) == OK ? OK : ERR_IO;
}

enum errc owed_set(struct tx *tx, const char *target, int64_t request, const json_t *what)
{
	AUTO_FREE char *text = json_text(what);
	return sql_run(tx, NULL,
	               "INSERT INTO owed (target, request, what) VALUES ($1, $2, $3)"
	               " ON CONFLICT (target) DO UPDATE SET request = excluded.request, what = excluded.what",
	               ARGS(value_text(target), value_int(request), value_text(text)));
}

enum errc owed_clear(struct tx *tx, const char *target)
{
	return sql_run(tx, NULL, "DELETE FROM owed WHERE target = $1", ARGS(value_text(target)));
}

struct debt {
	char target[24];
	json_t *what; /* NULL: can't be read */
};

static void read_debt(struct rows *rows, void *element)
{
	struct debt *debt = element;
	size_t len;
	const char *what = rows_text(rows, 1, &len);
	rows_copy(rows, 0, debt->target, sizeof debt->target);
	if (json_parse(&debt->what, what, len, NULL) != OK)
		debt->what = NULL;
}

enum errc owed_each(struct tx *tx, enum errc (*fn)(void *arg, const char *target, const json_t *what), void *arg)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct debt), read_debt,
	                             "SELECT target, what FROM owed ORDER BY target", NO_ARGS);
	if (code != OK)
		return code;
	struct debt *debts = list;
	for (size_t i = 0; i < count; i++) {
		if (code == OK)
			code = debts[i].what != NULL ? fn(arg, debts[i].target, debts[i].what) : ERR_IO;
		json_decref(debts[i].what);
	}
	free(list);
	return code;
}
