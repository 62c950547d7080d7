/*
 * store/retention.c - what is too old goes.
 *
 * Of the audit trail only the oldest words are looked at, up to the first that
 * are young enough: lines are in the order of their times but for a clock that
 * was set back, and then some wait a little.
 */
#include "bot/store/retention.h"

#include <stdio.h>
#include <stdlib.h>

#include "bot/store/audit.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"

static void read_id(struct rows *rows, void *element)
{
	*(int64_t *)element = rows_int(rows, 0);
}

static enum errc delete_request(struct tx *tx, int64_t id)
{
	enum errc code = sql_run(tx, NULL, "DELETE FROM message WHERE request = $1", ARGS(value_int(id)));
	return code == OK ? request_delete(tx, id) : code;
}

static enum errc sweep_requests(struct tx *tx, struct retention_sweep *sweep)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(int64_t), read_id,
	                             "SELECT id FROM request WHERE open = 0 AND updated_at < $1 AND NOT EXISTS"
	                             " (SELECT 1 FROM outbox WHERE outbox.request > 0 AND outbox.request = request.id)"
	                             " ORDER BY updated_at, id LIMIT $2",
	                             ARGS(value_int(sweep->before), value_int((int64_t)sweep->max)));
	if (code != OK)
		return code;
	const int64_t *ids = list;
	for (size_t i = 0; code == OK && i < count; i++)
		code = delete_request(tx, ids[i]);
	free(list);
	sweep->requests = (int)count;
	return code;
}

struct dated {
	int64_t n, at;
};

static void read_dated(struct rows *rows, void *element)
{
	struct dated *dated = element;
	dated->n = rows_int(rows, 0);
	dated->at = rows_int(rows, 1);
}

static enum errc sweep_words(struct tx *tx, struct retention_sweep *sweep)
{
	void *list;
	size_t count, old = 0;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct dated), read_dated,
	                             "SELECT w.n, a.at FROM audit_words w JOIN audit a ON a.n = w.n"
	                             " ORDER BY w.n LIMIT $1",
	                             ARGS(value_int((int64_t)sweep->max)));
	if (code != OK)
		return code;
	const struct dated *lines = list;
	while (old < count && lines[old].at < sweep->before)
		old++;
	if (old > 0)
		code = sql_run(tx, NULL, "DELETE FROM audit_words WHERE n <= $1", ARGS(value_int(lines[old - 1].n)));
	free(list);
	sweep->lines = (int)old;
	return code;
}

static enum errc tell(struct tx *tx, int64_t now, const struct retention_sweep *sweep)
{
	struct audit_row row = {.at = now, .actor = "eacbot", .via = "engine", .action = "retention"};
	snprintf(row.detail, sizeof row.detail, "%d closed repairs, and the words of %d lines", sweep->requests,
	         sweep->lines);
	return audit_add(tx, &row);
}

enum errc retention_sweep(struct tx *tx, int64_t now, struct retention_sweep *sweep)
{
	sweep->requests = sweep->lines = 0;
	enum errc code = sweep_requests(tx, sweep);
	if (code == OK)
		code = sweep_words(tx, sweep);
	if (code == OK && sweep->requests + sweep->lines > 0)
		code = tell(tx, now, sweep);
	return code;
}
