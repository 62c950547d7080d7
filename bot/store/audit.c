/*
 * store/audit.c - the audit trail and its chain of hashes.
 *
 * What is hashed is exactly what `eacbot audit --json` prints, so that anybody
 * can check a copy of the trail without this program (audit.h has the recipe).
 */
#include "bot/store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/store_private.h"

enum { PAGE = 128, HASHED_MAX = 64 * 1024, SECOND_MS = 1000 };

#define AUDIT_COLUMNS "n, at, actor, via, action, repair, detail, hash"
static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

/* One line while it is hashed; the texts may hold anything. */
struct line {
	int64_t n, at, repair;
	const char *text[4]; /* actor, via, action, detail */
	size_t len[4];
};

/* A netstring: its length, a colon, itself, a comma. */
static void put(struct buf *b, const char *text, size_t len)
{
	buf_printf(b, "%zu:", len);
	buf_add(b, text, len);
	buf_putc(b, ',');
}

static void put_int(struct buf *b, int64_t n)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%lld", (long long)n);
	put(b, text, (size_t)len);
}

static void hash_line(const char *previous, const struct line *line, char out[static 65])
{
	char at[32];
	AUTO_BUF struct buf b;
	buf_init(&b, HASHED_MAX);
	buf_puts(&b, previous);
	put_int(&b, line->n);
	clock_rfc3339(line->at, at);
	put(&b, at, strlen(at));
	put(&b, line->text[0], line->len[0]);
	put(&b, line->text[1], line->len[1]);
	put(&b, line->text[2], line->len[2]);
	put_int(&b, line->repair);
	put(&b, line->text[3], line->len[3]);
	text_sha256_hex(out, buf_str(&b), b.len);
}

/* ---- adding ---- */

static enum errc find_head(struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	if (tx->audit.known)
		return OK;
	enum errc code = sql_first(tx, &rows, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", NO_ARGS);
	if (code != OK && code != ERR_NOT_FOUND)
		return code;
	tx->audit = (struct audit_head){.known = true};
	text_copy(tx->audit.hash, sizeof tx->audit.hash, no_hash);
	if (code == OK) {
		tx->audit.n = rows_int(&rows, 0);
		rows_copy(&rows, 1, tx->audit.hash, sizeof tx->audit.hash);
	}
	return OK;
}

static void hash_row(const char *previous, const struct audit_row *row, char out[static 65])
{
	const struct line line = {
	    .n = row->n,
	    .at = row->at,
	    .repair = row->repair,
	    .text = {row->actor, row->via, row->action, row->detail},
	    .len = {strlen(row->actor), strlen(row->via), strlen(row->action), strlen(row->detail)},
	};
	hash_line(previous, &line, out);
}

enum errc audit_add(struct tx *tx, struct audit_row *row)
{
	enum errc code = find_head(tx);
	if (code != OK)
		return code;
	row->n = tx->audit.n + 1;
	row->at -= row->at % SECOND_MS;
	hash_row(tx->audit.hash, row, row->hash);
	code = sql_run(tx, NULL,
	               "INSERT INTO audit (n, at, actor, via, action, repair, detail, hash)"
	               " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
	               ARGS(value_int(row->n), value_int(row->at), value_text(row->actor), value_text(row->via),
	                    value_text(row->action), value_int(row->repair), value_text(row->detail),
	                    value_text(row->hash)));
	if (code != OK) {
		tx->audit.known = false;
		return code;
	}
	tx->audit.n = row->n;
	text_copy(tx->audit.hash, sizeof tx->audit.hash, row->hash);
	return OK;
}

/* ---- reading ---- */

static void read_audit(struct rows *rows, void *element)
{
	struct audit_row *row = element;
	row->n = rows_int(rows, 0);
	row->at = rows_int(rows, 1);
	rows_copy(rows, 2, row->actor, sizeof row->actor);
	rows_copy(rows, 3, row->via, sizeof row->via);
	rows_copy(rows, 4, row->action, sizeof row->action);
	row->repair = rows_int(rows, 5);
	rows_copy(rows, 6, row->detail, sizeof row->detail);
	rows_copy(rows, 7, row->hash, sizeof row->hash);
}

enum errc audit_each(struct tx *tx, int64_t since_ms, enum errc (*fn)(void *arg, const struct audit_row *row),
                     void *arg)
{
	enum errc code = OK;
	int64_t after = 0;
	for (size_t count = PAGE; code == OK && count == PAGE;) {
		void *list;
		code = sql_collect(tx, &list, &count, sizeof(struct audit_row), read_audit,
		                   "SELECT " AUDIT_COLUMNS " FROM audit WHERE n > $1 AND at >= $2 ORDER BY n LIMIT $3",
		                   ARGS(value_int(after), value_int(since_ms), value_int(PAGE)));
		if (code != OK)
			return code;
		const struct audit_row *lines = list;
		for (size_t i = 0; code == OK && i < count; i++) {
			after = lines[i].n;
			code = fn(arg, &lines[i]);
		}
		free(list);
	}
	return code;
}

/* ---- verifying ---- */

static void read_line(struct rows *rows, struct line *line)
{
	static const int columns[4] = {2, 3, 4, 6};
	*line = (struct line){.n = rows_int(rows, 0), .at = rows_int(rows, 1), .repair = rows_int(rows, 5)};
	for (int i = 0; i < 4; i++)
		line->text[i] = rows_text(rows, columns[i], &line->len[i]);
}

/* Checks the line that `rows` stands on against the one before, `n` and `hash`, and moves these on. */
static enum errc verify_line(struct rows *rows, int64_t *n, char hash[static 65], struct err *reterr)
{
	struct line line;
	char computed[65];
	read_line(rows, &line);
	if (line.n != *n + 1)
		return err_set(reterr, ERR_INVALID, "audit: line %lld is missing", (long long)*n + 1);
	if (line.at % SECOND_MS != 0)
		return err_set(reterr, ERR_INVALID, "audit: line %lld was changed", (long long)line.n);
	hash_line(hash, &line, computed);
	if (!text_eq(computed, rows_text(rows, 7, NULL)))
		return err_set(reterr, ERR_INVALID, "audit: the chain breaks at line %lld", (long long)line.n);
	*n = line.n;
	text_copy(hash, 65, computed);
	return OK;
}

enum errc audit_verify(struct tx *tx, int64_t expect_n, const char *expect_hash, int64_t *ret_n,
                       char ret_hash[static 65], struct err *reterr)
{
	AUTO_ROWS struct rows rows = {0};
	int64_t n = 0;
	char hash[65];
	text_copy(hash, sizeof hash, no_hash);
	enum errc code = sql_query(tx, &rows, "SELECT " AUDIT_COLUMNS " FROM audit ORDER BY n", NO_ARGS);
	while (code == OK && (code = rows_next(&rows)) == OK) {
		code = verify_line(&rows, &n, hash, reterr);
		if (code == OK && n == expect_n && !text_ieq(hash, expect_hash))
			return err_set(reterr, ERR_INVALID, "audit: line %lld is not the one that was noted",
			               (long long)n);
	}
	if (code == ERR_INVALID)
		return code;
	if (code != ERR_NOT_FOUND)
		return err_set(reterr, code, "audit: %s", tx->driver->error(tx->db));
	if (n < expect_n)
		return err_set(reterr, ERR_INVALID, "audit: it ends at line %lld, but line %lld was noted",
		               (long long)n, (long long)expect_n);
	*ret_n = n;
	text_copy(ret_hash, 65, hash);
	return OK;
}
