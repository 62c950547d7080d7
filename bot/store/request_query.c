/*
 * store/request_query.c - a question about requests becomes SQL.
 *
 * Only the conditions that are asked for appear in the text, with `open = 1`
 * and the like as literals, so that the database finds the partial indexes.
 */
#include "bot/store/request_query.h"

#include <assert.h>

#include "bot/base/buf.h"

enum { SQL_MAX = 2000, VALUES_MAX = 24 };

struct question {
	struct buf sql;
	struct value values[VALUES_MAX];
	size_t count;
	char name[REQUEST_NAME_SIZE];
	const char *joint; /* WHERE, then AND */
};

static void condition(struct question *q, const char *text)
{
	buf_printf(&q->sql, " %s %s", q->joint, text);
	q->joint = "AND";
}

/* The place of a value: "$3". */
static void place(struct question *q, struct value value)
{
	assert(q->count < VALUES_MAX);
	q->values[q->count++] = value;
	buf_printf(&q->sql, "$%zu", q->count);
}

static void compare(struct question *q, const char *column_and_sign, struct value value)
{
	condition(q, column_and_sign);
	place(q, value);
}

static void compare_text(struct question *q, const char *column_and_sign, const char *text)
{
	if (text)
		compare(q, column_and_sign, value_text(text));
}

static void one_of_states(struct question *q, const struct request_query *query)
{
	size_t max = sizeof query->states / sizeof query->states[0];
	if (!query->states[0])
		return;
	condition(q, "state IN (");
	for (size_t i = 0; i < max && query->states[i]; i++) {
		if (i > 0)
			buf_puts(&q->sql, ", ");
		place(q, value_text(query->states[i]));
	}
	buf_puts(&q->sql, ")");
}

static void named(struct question *q, const char *name)
{
	if (!name)
		return;
	request_name_fold(q->name, name);
	condition(q, "id IN (SELECT request FROM request_name WHERE name = ");
	place(q, value_text(q->name));
	buf_puts(&q->sql, ")");
}

static void conditions(struct question *q, const struct request_query *query)
{
	if (query->open_only)
		condition(q, "open = 1");
	if (query->closed_only)
		condition(q, "open = 0");
	compare_text(q, "state = ", query->state);
	one_of_states(q, query);
	compare_text(q, "target = ", query->target);
	if (query->slack_user) {
		condition(q, "slack_user <> ''");
		compare_text(q, "slack_user = ", query->slack_user);
	}
	named(q, query->name);
	compare_text(q, "requester = ", query->requester);
	compare_text(q, "channel = ", query->thread_channel);
	if (query->thread_ts) {
		condition(q, "thread_ts <> ''");
		compare_text(q, "thread_ts = ", query->thread_ts);
	}
	if (query->since > 0)
		compare(q, "created_at >= ", value_int(query->since));
	if (query->below > 0)
		compare(q, "id < ", value_int(query->below));
	if (query->not_refused)
		condition(q, "state <> 'refused'");
	if (!query->state && !query->states[0] && !query->thread_ts)
		condition(q, "state <> '" REQUEST_BOARD "'");
}

static void ask(struct question *q, const char *what, const struct request_query *query)
{
	*q = (struct question){.joint = "WHERE"};
	buf_init(&q->sql, SQL_MAX);
	buf_printf(&q->sql, "SELECT %s FROM request", what);
	conditions(q, query);
}

static enum errc run(struct question *q, struct tx *tx, struct rows *ret)
{
	assert(!q->sql.cut);
	enum errc code = sql_query(tx, ret, buf_str(&q->sql), q->values, q->count);
	buf_done(&q->sql);
	return code;
}

/* Which rows is answered by the indexes alone; only then the rows are read, for they are large and would be sorted. */
enum errc request_query_rows(struct tx *tx, struct rows *ret, const struct request_query *query, int64_t after, int max)
{
	struct question q;
	const char *order = query->oldest_first ? "" : " DESC";
	ask(&q, REQUEST_COLUMNS " FROM request WHERE id IN (SELECT id", query);
	if (after > 0)
		compare(&q, query->oldest_first ? "id > " : "id < ", value_int(after));
	buf_printf(&q.sql, " ORDER BY id%s LIMIT ", order);
	place(&q, value_int(max));
	buf_printf(&q.sql, ") ORDER BY id%s", order);
	return run(&q, tx, ret);
}

enum errc request_query_count(struct tx *tx, struct rows *ret, const struct request_query *query)
{
	struct question q;
	ask(&q, "count(*)", query);
	return run(&q, tx, ret);
}
