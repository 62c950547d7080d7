/*
 * store/requests.c - rows of requests: written by compare-and-set, walked in pages.
 *
 * What a request went through is steps.c's; how a question becomes SQL is
 * request_query.c's. No state is known here: they are words of others.
 */
#include "bot/store/requests.h"

#include <stdlib.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/request_query.h"
#include "bot/store/store_private.h"

void request_row_done(struct request_row *row)
{
	json_decref(row->facts);
	row->facts = NULL;
}

/* The columns of REQUEST_COLUMNS, in its order. */
static enum errc read_request(struct rows *rows, struct request_row *ret)
{
	size_t len;
	const char *facts = rows_text(rows, 15, &len);
	json_t *parsed;
	enum errc code = json_parse(&parsed, facts, len, NULL);
	if (code != OK)
		return ERR_IO; /* we wrote it: the file is damaged */
	*ret = (struct request_row){.id = rows_int(rows, 0),
	                            .open = rows_bool(rows, 2),
	                            .blocks = rows_bool(rows, 3),
	                            .step = (int)rows_int(rows, 5),
	                            .created_at = rows_int(rows, 11),
	                            .updated_at = rows_int(rows, 12),
	                            .wake_at = rows_int(rows, 13),
	                            .fence = rows_int(rows, 14),
	                            .facts = parsed};
	rows_copy(rows, 1, ret->state, sizeof ret->state);
	rows_copy(rows, 4, ret->reason, sizeof ret->reason);
	rows_copy(rows, 6, ret->target, sizeof ret->target);
	rows_copy(rows, 7, ret->slack_user, sizeof ret->slack_user);
	rows_copy(rows, 8, ret->requester, sizeof ret->requester);
	rows_copy(rows, 9, ret->channel, sizeof ret->channel);
	rows_copy(rows, 10, ret->thread_ts, sizeof ret->thread_ts);
	return OK;
}

static char *facts_text(const json_t *facts)
{
	return facts ? json_text(facts) : mem_strdup("{}");
}

static bool is_board(const struct request_row *row)
{
	return text_eq(row->state, REQUEST_BOARD);
}

static enum errc tally_open(struct tx *tx, int delta)
{
	return sql_run(tx, NULL, "UPDATE tally SET n = n + $1 WHERE name = 'open_requests'", ARGS(value_int(delta)));
}

enum errc request_count_open(struct tx *tx, int64_t *ret)
{
	return sql_int(tx, ret, 0, "SELECT n FROM tally WHERE name = $1", ARGS(value_text("open_requests")));
}

/* A request that was open is closed now. None is ever opened again. */
static enum errc tally_closed(struct tx *tx, int64_t id)
{
	int64_t was_open;
	enum errc code =
	    sql_int(tx, &was_open, 0, "SELECT open FROM request WHERE id = $1 AND state <> '" REQUEST_BOARD "'",
	            ARGS(value_int(id)));
	return code == OK && was_open ? tally_open(tx, -1) : code;
}

enum errc request_insert(struct tx *tx, struct request_row *row)
{
	AUTO_ROWS struct rows rows = {0};
	AUTO_FREE char *facts = facts_text(row->facts);
	enum errc code = sql_first(
	    tx, &rows,
	    "INSERT INTO request (state, open, blocks, reason, step, target, slack_user, requester, channel,"
	    " thread_ts, created_at, updated_at, wake_at, fence, facts)"
	    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14)"
	    " ON CONFLICT DO NOTHING RETURNING id",
	    ARGS(value_text(row->state), value_int(row->open), value_int(row->blocks), value_text(row->reason),
	         value_int(row->step), value_text(row->target), value_text(row->slack_user), value_text(row->requester),
	         value_text(row->channel), value_text(row->thread_ts), value_int(row->created_at),
	         value_int(row->updated_at), value_int(row->wake_at), value_text(facts)));
	if (code == ERR_NOT_FOUND) /* nothing was inserted */
		return ERR_CONFLICT;
	if (code != OK)
		return code;
	row->id = rows_int(&rows, 0);
	row->fence = 1;
	return row->open && !is_board(row) ? tally_open(tx, 1) : OK;
}

enum errc request_get(struct tx *tx, int64_t id, struct request_row *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code =
	    sql_first(tx, &rows, "SELECT " REQUEST_COLUMNS " FROM request WHERE id = $1", ARGS(value_int(id)));
	return code == OK ? read_request(&rows, ret) : code;
}

/* Asked before the write: a violated index would end a PostgreSQL transaction. */
static enum errc check_lock(struct tx *tx, const struct request_row *row)
{
	int64_t other;
	if (!row->blocks || !row->target[0])
		return OK;
	enum errc code = sql_int(
	    tx, &other, 0, "SELECT id FROM request WHERE blocks = 1 AND target <> '' AND target = $1 AND id <> $2",
	    ARGS(value_text(row->target), value_int(row->id)));
	return code == OK && other != 0 ? ERR_CONFLICT : code;
}

static enum errc why_not_saved(struct tx *tx, int64_t id)
{
	int64_t found;
	enum errc code = sql_int(tx, &found, 0, "SELECT id FROM request WHERE id = $1", ARGS(value_int(id)));
	if (code != OK)
		return code;
	return found ? ERR_CONFLICT : ERR_NOT_FOUND;
}

enum errc request_save(struct tx *tx, struct request_row *row)
{
	int64_t changes;
	AUTO_FREE char *facts = facts_text(row->facts);
	enum errc code = check_lock(tx, row);
	if (code == OK && !row->open)
		code = tally_closed(tx, row->id);
	if (code != OK)
		return code;
	code =
	    sql_run(tx, &changes,
	            "UPDATE request SET state = $1, open = $2, blocks = $3, reason = $4, step = $5, target = $6,"
	            " slack_user = $7, requester = $8, channel = $9, updated_at = $10, wake_at = $11, facts = $12,"
	            " fence = fence + 1 WHERE id = $13 AND fence = $14",
	            ARGS(value_text(row->state), value_int(row->open), value_int(row->blocks), value_text(row->reason),
	                 value_int(row->step), value_text(row->target), value_text(row->slack_user),
	                 value_text(row->requester), value_text(row->channel), value_int(row->updated_at),
	                 value_int(row->wake_at), value_text(facts), value_int(row->id), value_int(row->fence)));
	if (code != OK)
		return code;
	if (changes == 0)
		return why_not_saved(tx, row->id);
	row->fence++;
	return OK;
}

enum errc request_delete(struct tx *tx, int64_t id)
{
	static const char *const deletes[] = {
	    "DELETE FROM request_name WHERE request = $1", "DELETE FROM step WHERE request = $1",
	    "DELETE FROM history WHERE request = $1", "DELETE FROM effect WHERE request = $1",
	    "DELETE FROM request WHERE id = $1"};
	enum errc code = tally_closed(tx, id);
	for (size_t i = 0; code == OK && i < sizeof deletes / sizeof *deletes; i++)
		code = sql_run(tx, NULL, deletes[i], ARGS(value_int(id)));
	return code;
}

/* ---- walking ---- */

enum { PAGE = 64, DEFAULT_LIMIT = 1000 };

/* Reads a page after row `after`; on an error the rows read so far are freed. */
static enum errc read_page(struct tx *tx, const struct request_query *query, int64_t after, struct request_row *page,
                           size_t max, size_t *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = request_query_rows(tx, &rows, query, after, (int)max);
	size_t count = 0;
	while (code == OK && count < max && (code = rows_next(&rows)) == OK) {
		code = read_request(&rows, &page[count]);
		if (code == OK)
			count++;
	}
	*ret = count;
	return code == ERR_NOT_FOUND ? OK : code;
}

enum errc request_each(struct tx *tx, const struct request_query *query, request_each_fn *fn, void *arg)
{
	struct request_row *page = mem_array(PAGE, sizeof *page);
	size_t left = query->limit > 0 ? (size_t)query->limit : DEFAULT_LIMIT;
	int64_t after = 0;
	enum errc code = OK;
	for (size_t count = PAGE; code == OK && left > 0 && count == PAGE; left -= count) {
		code = read_page(tx, query, after, page, left < PAGE ? left : PAGE, &count);
		for (size_t i = 0; i < count; i++) {
			if (code == OK)
				code = fn(arg, &page[i]);
			after = page[i].id;
			request_row_done(&page[i]);
		}
	}
	free(page);
	return code;
}

enum errc request_count(struct tx *tx, const struct request_query *query, int64_t *ret)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = request_query_count(tx, &rows, query);
	if (code == OK)
		code = rows_next(&rows);
	if (code == OK)
		*ret = rows_int(&rows, 0);
	return code;
}

/* ---- time, figures ---- */

#define FAR_MS (REQUEST_SLEEP_MAX_MS + 60 * 1000LL)

bool request_is_due(const struct request_row *row, int64_t now)
{
	return row->open && row->wake_at != 0 && (row->wake_at <= now || row->wake_at > now + FAR_MS);
}

static enum errc add_ids(struct tx *tx, const char *sql, int64_t at, int64_t *ids, size_t max, size_t *count)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_query(tx, &rows, sql, ARGS(value_int(at), value_int((int64_t)(max - *count))));
	while (code == OK && (code = rows_next(&rows)) == OK)
		ids[(*count)++] = rows_int(&rows, 0);
	return code == ERR_NOT_FOUND ? OK : code;
}

enum errc request_due(struct tx *tx, int64_t now, int64_t *ids, size_t max, size_t *ret)
{
	size_t count = 0;
	enum errc code = add_ids(tx,
	                         "SELECT id FROM request WHERE wake_at > 0 AND wake_at <= $1"
	                         " ORDER BY wake_at, id LIMIT $2",
	                         now, ids, max, &count);
	if (code == OK && count < max)
		code = add_ids(tx,
		               "SELECT id FROM request WHERE wake_at > 0 AND wake_at > $1"
		               " ORDER BY wake_at, id LIMIT $2",
		               now + FAR_MS, ids, max, &count);
	if (code == OK)
		*ret = count;
	return code;
}

enum errc request_next_wake(struct tx *tx, int64_t *ret)
{
	return sql_int(tx, ret, 0, "SELECT wake_at FROM request WHERE wake_at > 0 ORDER BY wake_at, id LIMIT 1",
	               NO_ARGS);
}

enum errc request_wake_by(struct tx *tx, int64_t id, int64_t at)
{
	return sql_run(tx, NULL,
	               "UPDATE request SET wake_at = $1 WHERE id = $2 AND open = 1 AND (wake_at = 0 OR wake_at > $1)",
	               ARGS(value_int(at), value_int(id)));
}

struct census_line {
	char state[24];
	int64_t count;
};

static void read_census(struct rows *rows, void *element)
{
	struct census_line *line = element;
	rows_copy(rows, 0, line->state, sizeof line->state);
	line->count = rows_int(rows, 1);
}

enum errc request_census(struct tx *tx, void (*fn)(void *arg, const char *state, int64_t count), void *arg)
{
	void *list;
	size_t count;
	enum errc code = sql_collect(tx, &list, &count, sizeof(struct census_line), read_census,
	                             "SELECT state, count(*) FROM request WHERE state <> '" REQUEST_BOARD
	                             "' GROUP BY state ORDER BY state",
	                             NO_ARGS);
	if (code != OK)
		return code;
	const struct census_line *lines = list;
	for (size_t i = 0; i < count; i++)
		fn(arg, lines[i].state, lines[i].count);
	free(list);
	return OK;
}
