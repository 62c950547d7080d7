/*
 * store/erase.c - forgetting what the rows of a request say of a person.
 */
#include "bot/store/erase.h"

#include <stdlib.h>

#include "bot/base/text.h"
#include "bot/store/store_private.h"

/* A row of any of the tables: what may name somebody. */
struct worded {
	int64_t id;
	char first[400], second[400];
};

/* What one table has, and how it is emptied. */
struct table {
	const char *select; /* id and two texts, of a request */
	const char *empty;  /* by id */
	bool actors;        /* people who did something with somebody else's request: only the named go */
};

static const struct table tables[] = {
    {"SELECT id, detail, '' FROM step WHERE request = $1", "UPDATE step SET detail = '' WHERE id = $1", false},
    {"SELECT id, object, detail FROM effect WHERE request = $1",
     "UPDATE effect SET object = '', detail = '' WHERE id = $1", false},
    {"SELECT id, actor, '' FROM history WHERE request = $1", "UPDATE history SET actor = '' WHERE id = $1", true},
};

enum { TABLES = sizeof tables / sizeof tables[0] };

static void read_worded(struct rows *rows, void *element)
{
	struct worded *row = element;
	row->id = rows_int(rows, 0);
	rows_copy(rows, 1, row->first, sizeof row->first);
	rows_copy(rows, 2, row->second, sizeof row->second);
}

static enum errc read_table(struct tx *tx, const struct table *table, int64_t request, struct worded **ret,
                            size_t *ret_count)
{
	void *list = NULL;
	enum errc code = sql_collect(tx, &list, ret_count, sizeof(struct worded), read_worded, table->select,
	                             ARGS(value_int(request)));
	if (code == OK)
		*ret = list;
	return code;
}

static bool is_named(const struct worded *row, erase_test_fn *named, void *arg)
{
	return named(arg, row->first) || named(arg, row->second);
}

enum errc erase_find(struct tx *tx, int64_t request, erase_test_fn *named, void *arg, bool *ret)
{
	bool found = false;
	for (size_t i = 0; i < TABLES; i++) {
		struct worded *rows;
		size_t count;
		enum errc code = read_table(tx, &tables[i], request, &rows, &count);
		if (code != OK)
			return code;
		for (size_t j = 0; j < count; j++)
			found = found || is_named(&rows[j], named, arg);
		free(rows);
	}
	*ret = found;
	return OK;
}

static enum errc empty_table(struct tx *tx, const struct table *table, int64_t request, bool all, erase_test_fn *named,
                             void *arg)
{
	struct worded *rows;
	size_t count;
	enum errc code = read_table(tx, table, request, &rows, &count);
	if (code != OK)
		return code;
	for (size_t i = 0; code == OK && i < count; i++)
		if ((all && !table->actors) || is_named(&rows[i], named, arg))
			code = sql_run(tx, NULL, table->empty, ARGS(value_int(rows[i].id)));
	free(rows);
	return code;
}

enum errc erase_rows(struct tx *tx, int64_t request, bool all, erase_test_fn *named, void *arg)
{
	enum errc code = OK;
	for (size_t i = 0; code == OK && i < TABLES; i++)
		code = empty_table(tx, &tables[i], request, all, named, arg);
	return code;
}

enum errc erase_is_told(struct tx *tx, int64_t request, bool *ret)
{
	int64_t count;
	enum errc code = sql_int(tx, &count, 0, "SELECT count(*) FROM outbox WHERE request > 0 AND request = $1",
	                         ARGS(value_int(request)));
	if (code == OK)
		*ret = count > 0;
	return code;
}
