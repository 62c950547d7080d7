/*
 * store/store_private.h - what the files of this folder share: the driver, and SQL in a transaction.
 *
 * SQL is written once, with $1-style parameters numbered in the order of their
 * first appearance and only words that every database here understands. A
 * driver is a struct of functions; the rows' files see none of it, they use
 * sql_run and sql_query.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bot/base/err.h"
#include "bot/store/store.h"

/* A parameter. Text is borrowed until the call returns. */
struct value {
	const char *text; /* NULL: an integer */
	int64_t n;
};
static inline struct value value_text(const char *text)
{
	return (struct value){.text = text ? text : ""};
}
static inline struct value value_int(int64_t n)
{
	return (struct value){.n = n};
}
/* The last two arguments of sql_run and sql_query. */
#define ARGS(...) \
	(const struct value[]){__VA_ARGS__}, sizeof((const struct value[]){__VA_ARGS__}) / sizeof(struct value)
#define NO_ARGS NULL, 0

struct db;     /* a driver's connection */
struct cursor; /* a driver's statement that gives rows */

struct store_driver {
	const char *id_column; /* the words for ID_COLUMN in schema files */
	/* Opens what `where` (the URL without its scheme) names; takes the lock of a store that is written. */
	enum errc (*open)(struct db **ret, const char *where, const struct store_options *options, struct err *reterr);
	void (*close)(struct db *db);
	enum errc (*begin)(struct db *db, bool read_only);
	/* In a transaction: has another connection written since this was last asked? */
	bool (*changed_elsewhere)(struct db *db);
	enum errc (*commit)(struct db *db);
	/* Fine when the database has rolled back by itself already. */
	void (*rollback)(struct db *db);
	bool (*in_transaction)(struct db *db);
	/* Any number of statements without parameters. */
	enum errc (*exec)(struct db *db, const char *sql);
	/* One statement. The cursor stands before the first row, if there is any. */
	enum errc (*query)(struct db *db, struct cursor **ret, const char *sql, const struct value *values,
	                   size_t count);
	/* To the next row; NOT_FOUND: there is none. */
	enum errc (*next)(struct cursor *cursor);
	int64_t (*column_int)(struct cursor *cursor, int column);
	const char *(*column_text)(struct cursor *cursor, int column, size_t *ret_len); /* until next or finish */
	/* Ends the statement; gives the number of rows that it changed. */
	int64_t (*finish)(struct cursor *cursor);
	enum errc (*schema_get)(struct db *db, int *ret); /* 0: empty */
	enum errc (*schema_set)(struct db *db, int number);
	/* Leaves nothing of what was deleted in the files. Not in a transaction. */
	enum errc (*scrub)(struct db *db);
	const char *(*error)(struct db *db); /* what the database last complained of */
};
extern const struct store_driver store_sqlite_driver;

/* The end of the audit chain, so that adding a line need not read the last one. */
struct audit_head {
	bool known;
	int64_t n;
	char hash[65];
};

/* Line by line what stays and, beside it, the words that may be gone. Columns: audit.c's read_audit. */
#define AUDIT_SELECT \
	"SELECT a.n, a.version, a.at, a.via, a.action, a.repair, a.actor_digest, a.detail_digest, a.hash," \
	" w.actor_salt, w.actor, w.detail_salt, w.detail FROM audit a LEFT JOIN audit_words w ON w.n = a.n"

/* How many rows the outbox has: asked at every claim, and counting them would take as long as they are many. */
struct outbox_count {
	bool known;
	int64_t n;
};

struct tx {
	const struct store_driver *driver;
	struct db *db;
	enum errc broken; /* what a statement of this job met on the disk; the job can't swallow it */
	bool wrote;       /* something but SELECT ran */
	struct audit_head audit;
	struct outbox_count outbox;
	char error[200]; /* the words to `broken` */
};

/* Begins; forgets what the last transaction left in tx. */
enum errc tx_begin(struct tx *tx, bool read_only) MUST_CHECK;
/* Runs fn under a savepoint. An error of fn, or a statement's that it swallowed, undoes what fn did. */
enum errc tx_run(struct tx *tx, store_fn *fn, void *arg) MUST_CHECK;
/* On failure everything is undone. */
enum errc tx_commit(struct tx *tx) MUST_CHECK;
void tx_rollback(struct tx *tx);

struct rows {
	struct tx *tx;
	struct cursor *cursor;
};
/* Runs a statement that gives no rows. ret_changes may be NULL. */
enum errc sql_run(struct tx *tx, int64_t *ret_changes, const char *sql, const struct value *values,
                  size_t count) MUST_CHECK;
/*
 * Runs one that does; end it with rows_done. Nothing else may run in between
 * that a caller's function chooses: read rows first, call afterwards.
 */
enum errc sql_query(struct tx *tx, struct rows *ret, const char *sql, const struct value *values,
                    size_t count) MUST_CHECK;
/* The same, and at once to the first row; NOT_FOUND. Needs rows_done too. */
enum errc sql_first(struct tx *tx, struct rows *ret, const char *sql, const struct value *values,
                    size_t count) MUST_CHECK;
/* The first column of the only row; `otherwise` when there is none. */
enum errc sql_int(struct tx *tx, int64_t *ret, int64_t otherwise, const char *sql, const struct value *values,
                  size_t count) MUST_CHECK;
/* Reads all rows into an array of elements of `size` bytes that the caller frees. */
typedef void sql_read_fn(struct rows *rows, void *element);
enum errc sql_collect(struct tx *tx, void **ret, size_t *ret_count, size_t size, sql_read_fn *read, const char *sql,
                      const struct value *values, size_t count) MUST_CHECK;
enum errc rows_next(struct rows *rows) MUST_CHECK; /* NOT_FOUND: no more */
int64_t rows_int(struct rows *rows, int column);
bool rows_bool(struct rows *rows, int column);
const char *rows_text(struct rows *rows, int column, size_t *ret_len); /* never NULL; ret_len may be NULL */
void rows_copy(struct rows *rows, int column, char *out, size_t size);
void rows_done(struct rows *rows); /* zeroed is fine */
#define AUTO_ROWS __attribute__((cleanup(rows_done)))

/* The second half of schema 3: the audit trail's lines change over to it. */
enum errc audit_carry(struct tx *tx) MUST_CHECK;
/* The second half of schema 6: the names of the requests that are there. */
enum errc names_carry(struct tx *tx) MUST_CHECK;
/* Brings the schema up to date; NEWER, and INVALID for a read-only store that is older. */
enum errc store_migrate(struct tx *tx, bool read_only, struct err *reterr) MUST_CHECK;
