/*
 * store/delegations.c - who is asked beside somebody who is away.
 */
#include "bot/store/delegations.h"

#include <stdlib.h>

#include "bot/store/store_private.h"

enum errc delegation_put(struct tx *tx, const struct delegation *row)
{
	enum errc code = sql_run(tx, NULL, "DELETE FROM delegation WHERE until <= $1", ARGS(value_int(row->since)));
	return code != OK ? code
	                  : sql_run(tx, NULL,
	                            "INSERT INTO delegation (absent, standin, since, until) VALUES ($1, $2, $3, $4)"
	                            " ON CONFLICT (absent) DO UPDATE SET standin = excluded.standin,"
	                            " since = excluded.since, until = excluded.until",
	                            ARGS(value_text(row->absent), value_text(row->standin), value_int(row->since),
	                                 value_int(row->until)));
}

enum errc delegation_drop(struct tx *tx, const char *absent)
{
	int64_t changes;
	enum errc code = sql_run(tx, &changes, "DELETE FROM delegation WHERE absent = $1", ARGS(value_text(absent)));
	return code == OK && changes == 0 ? ERR_NOT_FOUND : code;
}

enum errc delegation_forget(struct tx *tx, const char *user)
{
	return sql_run(tx, NULL, "DELETE FROM delegation WHERE absent = $1 OR standin = $2",
	               ARGS(value_text(user), value_text(user)));
}

static void read_delegation(struct rows *rows, void *element)
{
	struct delegation *row = element;
	rows_copy(rows, 0, row->absent, sizeof row->absent);
	rows_copy(rows, 1, row->standin, sizeof row->standin);
	row->since = rows_int(rows, 2);
	row->until = rows_int(rows, 3);
}

enum errc delegation_get(struct tx *tx, const char *absent, int64_t now, struct delegation *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(
	    tx, &rows, "SELECT absent, standin, since, until FROM delegation WHERE absent = $1 AND until > $2",
	    ARGS(value_text(absent), value_int(now)));
	if (code == OK)
		read_delegation(&rows, ret);
	return code;
}

enum errc delegation_each(struct tx *tx, int64_t now, enum errc (*fn)(void *arg, const struct delegation *row),
                          void *arg)
{
	void *list;
	size_t count;
	enum errc code =
	    sql_collect(tx, &list, &count, sizeof(struct delegation), read_delegation,
	                "SELECT absent, standin, since, until FROM delegation WHERE until > $1 ORDER BY since, absent",
	                ARGS(value_int(now)));
	if (code != OK)
		return code;
	const struct delegation *all = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = fn(arg, &all[i]);
	free(list);
	return code;
}
