/*
 * store/store_sqlite.c - the driver for SQLite; the only file that includes its header.
 *
 * WAL with synchronous=FULL: a commit that returned survives a power cut.
 * Statements are prepared once and kept by their text. One process writes: it
 * holds a flock on FILE.lock, for SQLite's own locks are dropped between
 * transactions. The command line may write beside it, in short transactions;
 * what the holder remembers of rows is then forgotten. What runs in a transaction is sql.c's and the rows' files'.
 */
#include "bot/store/store_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { APPLICATION_ID = 0x45414342, BUSY_TIMEOUT_MS = 5000, BUCKETS = 128 };

/* A prepared statement, kept for the next time; in use from query to finish. */
struct cursor {
	struct cursor *next; /* of the same bucket */
	struct db *db;
	char *sql;
	sqlite3_stmt *stmt;
	bool in_use;
	bool done;
	int64_t changes_before;
};

struct db {
	sqlite3 *sqlite;
	int lock_fd;     /* -1: none */
	int64_t version; /* of the data, as SQLite counts what others wrote; 0: not asked yet */
	struct cursor *statements[BUCKETS];
	char path[PATH_MAX];
};

static enum errc translate(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return OK;
	case SQLITE_FULL: return ERR_FULL;
	case SQLITE_TOOBIG: return ERR_TOO_LARGE;
	case SQLITE_READONLY: return rc == SQLITE_READONLY ? ERR_DENIED : ERR_IO;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ? ERR_CONFLICT : ERR_BUG;
	case SQLITE_ERROR:
	case SQLITE_MISUSE:
	case SQLITE_RANGE: return ERR_BUG;
	default: return ERR_IO;
	}
}

static const char *sqlite_error(struct db *db)
{
	return sqlite3_errmsg(db->sqlite);
}

static enum errc sqlite_exec(struct db *db, const char *sql)
{
	return translate(sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL));
}

/* ---- statements ---- */

static unsigned bucket_of(const char *sql)
{
	unsigned hash = 2166136261u;
	for (const char *p = sql; *p; p++)
		hash = (hash ^ (unsigned char)*p) * 16777619u;
	return hash % BUCKETS;
}

/* Values are bound by place: $1 has to be the first parameter of the text, $2 the second. */
static void check_numbering(sqlite3_stmt *stmt)
{
	for (int i = 1; i <= sqlite3_bind_parameter_count(stmt); i++) {
		char expected[16];
		snprintf(expected, sizeof expected, "$%d", i);
		assert(text_eq(sqlite3_bind_parameter_name(stmt, i), expected));
	}
}

/* NULL: sqlite3_errmsg says why. */
static struct cursor *prepare(struct db *db, const char *sql)
{
	struct cursor **bucket = &db->statements[bucket_of(sql)];
	for (struct cursor *c = *bucket; c; c = c->next) {
		if (strcmp(c->sql, sql) == 0)
			return c;
	}
	sqlite3_stmt *stmt;
	if (sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
		return NULL;
	check_numbering(stmt);
	struct cursor *c = mem_alloc(sizeof *c);
	*c = (struct cursor){.next = *bucket, .db = db, .sql = mem_strdup(sql), .stmt = stmt};
	*bucket = c;
	return c;
}

static int bind(sqlite3_stmt *stmt, const struct value *values, size_t count)
{
	assert((size_t)sqlite3_bind_parameter_count(stmt) == count);
	int rc = SQLITE_OK;
	for (int i = 0; rc == SQLITE_OK && (size_t)i < count; i++) {
		const struct value *v = &values[i];
		rc = v->text ? sqlite3_bind_text(stmt, i + 1, v->text, -1, SQLITE_TRANSIENT)
		             : sqlite3_bind_int64(stmt, i + 1, v->n);
	}
	return rc;
}

static int64_t sqlite_finish(struct cursor *c)
{
	int64_t changes = sqlite3_total_changes64(c->db->sqlite) - c->changes_before;
	sqlite3_reset(c->stmt);
	sqlite3_clear_bindings(c->stmt);
	c->in_use = false;
	return changes;
}

static enum errc sqlite_query(struct db *db, struct cursor **ret, const char *sql, const struct value *values,
                              size_t count)
{
	struct cursor *c = prepare(db, sql);
	if (!c)
		return translate(sqlite3_extended_errcode(db->sqlite));
	assert(c && !c->in_use);
	c->in_use = true;
	c->done = false;
	c->changes_before = sqlite3_total_changes64(db->sqlite);
	enum errc code = translate(bind(c->stmt, values, count));
	if (code != OK) {
		sqlite_finish(c);
		return code;
	}
	*ret = c;
	return OK;
}

static enum errc sqlite_next(struct cursor *c)
{
	if (c->done) /* another step would run the statement again */
		return ERR_NOT_FOUND;
	int rc = sqlite3_step(c->stmt);
	if (rc == SQLITE_ROW)
		return OK;
	c->done = true;
	return rc == SQLITE_DONE ? ERR_NOT_FOUND : translate(rc);
}

static int64_t sqlite_column_int(struct cursor *c, int column)
{
	return sqlite3_column_int64(c->stmt, column);
}

static const char *sqlite_column_text(struct cursor *c, int column, size_t *ret_len)
{
	const unsigned char *text = sqlite3_column_text(c->stmt, column);
	*ret_len = text ? (size_t)sqlite3_column_bytes(c->stmt, column) : 0;
	return text ? (const char *)text : "";
}

/* ---- transactions ---- */

static enum errc sqlite_begin(struct db *db, bool read_only)
{
	return sqlite_exec(db, read_only ? "BEGIN" : "BEGIN IMMEDIATE");
}

/* The count is of this connection's own reckoning: any other value means that somebody else wrote. */
static bool sqlite_changed_elsewhere(struct db *db)
{
	struct cursor *c = NULL;
	int64_t before = db->version;
	if (sqlite_query(db, &c, "PRAGMA data_version", NULL, 0) != OK || !c)
		return true;
	db->version = sqlite_next(c) == OK ? sqlite_column_int(c, 0) : 0;
	sqlite_finish(c);
	return db->version != before || db->version == 0;
}

/* Deleted rows were overwritten in the pages; now their old pages leave the log. */
static enum errc sqlite_scrub(struct db *db)
{
	return sqlite_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static bool sqlite_in_transaction(struct db *db)
{
	return !sqlite3_get_autocommit(db->sqlite);
}

static enum errc sqlite_commit(struct db *db)
{
	if (!sqlite_in_transaction(db)) /* a full disk ended it before its time */
		return ERR_IO;
	return sqlite_exec(db, "COMMIT");
}

static void sqlite_rollback(struct db *db)
{
	if (sqlite_in_transaction(db))
		sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- schema number ---- */

static enum errc pragma_int(struct db *db, const char *sql, int *ret)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db->sqlite, sql, -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return translate(rc);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		*ret = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return rc == SQLITE_ROW ? OK : rc == SQLITE_DONE ? ERR_IO : translate(rc);
}

static enum errc sqlite_schema_get(struct db *db, int *ret)
{
	return pragma_int(db, "PRAGMA user_version", ret);
}

static enum errc sqlite_schema_set(struct db *db, int number)
{
	char sql[96];
	snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, number);
	return sqlite_exec(db, sql);
}

/* ---- opening ---- */

static enum errc fail(struct db *db, enum errc code, struct err *reterr)
{
	if ((sqlite3_errcode(db->sqlite) & 0xff) == SQLITE_NOTADB)
		return err_set(reterr, ERR_INVALID, "store: %s is not an SQLite file", db->path);
	return err_set(reterr, code, "store: %s: %s", db->path, sqlite_error(db));
}

static bool is_memory(const char *path)
{
	return text_eq(path, ":memory:");
}

/* An fsync of the folder makes the new name survive a power cut. */
static void sync_folder_of(const char *path)
{
	AUTO_FREE char *folder = mem_strdup(path);
	char *slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder ? 1 : 0] = '\0';
	int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd); /* not every file system knows it for folders */
	close(fd);
}

/*
 * Makes the file, for the owner alone; SQLite gives its WAL the same rights. A
 * file that is there is never opened here: closing it would drop the locks that
 * another connection of this process has on it.
 */
static enum errc create_file(const char *path, struct err *reterr)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		close(fd);
		sync_folder_of(path);
		return OK;
	}
	if (errno == EEXIST)
		return OK;
	return err_set(reterr, errno == ENOSPC ? ERR_FULL : ERR_IO, "store: can't make %s: %s", path, strerror(errno));
}

static enum errc take_lock(struct db *db, struct err *reterr)
{
	AUTO_FREE char *name = mem_printf("%s.lock", db->path);
	db->lock_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->lock_fd < 0)
		return err_set(reterr, ERR_IO, "store: can't open %s: %s", name, strerror(errno));
	if (flock(db->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return OK;
	if (errno == EWOULDBLOCK)
		return err_set(reterr, ERR_BUSY, "store: another process holds %s", db->path);
	return err_set(reterr, ERR_IO, "store: can't lock %s: %s", name, strerror(errno));
}

/* One name per file, so that a symbolic link does not lead around the lock. */
static enum errc find_file(struct db *db, const char *path, bool owner, struct err *reterr)
{
	if (is_memory(path)) {
		text_copy(db->path, sizeof db->path, path);
		return OK;
	}
	enum errc code = owner ? create_file(path, reterr) : OK;
	if (code != OK)
		return code;
	if (!realpath(path, db->path)) {
		enum errc why = errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
		return err_set(reterr, why, "store: there is no store at %s: %s", path, strerror(errno));
	}
	return owner ? take_lock(db, reterr) : OK;
}

static enum errc connect_sqlite(struct db *db, bool read_only, struct err *reterr)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	flags |= read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	int rc = sqlite3_open_v2(db->path, &db->sqlite, flags, NULL);
	if (rc != SQLITE_OK)
		return fail(db, translate(rc), reterr);
	if (!read_only && sqlite3_db_readonly(db->sqlite, "main") == 1)
		return err_set(reterr, ERR_DENIED, "store: %s can't be written: it belongs to somebody else", db->path);
	sqlite3_busy_timeout(db->sqlite, BUSY_TIMEOUT_MS);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
	return OK;
}

/* Before anything is changed: somebody else's database stays as it is. */
static enum errc check_owner(struct db *db, struct err *reterr)
{
	int id = 0, tables = 0;
	enum errc code = pragma_int(db, "PRAGMA application_id", &id);
	if (code == OK)
		code = pragma_int(db, "SELECT count(*) FROM sqlite_schema", &tables);
	if (code != OK)
		return fail(db, code, reterr);
	if (id == APPLICATION_ID || (id == 0 && tables == 0))
		return OK;
	return err_set(reterr, ERR_INVALID, "store: %s belongs to another program", db->path);
}

static enum errc use_wal(struct db *db, struct err *reterr)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db->sqlite, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return fail(db, translate(rc), reterr);
	rc = sqlite3_step(stmt);
	bool wal = rc == SQLITE_ROW && text_eq((const char *)sqlite3_column_text(stmt, 0), "wal");
	sqlite3_finalize(stmt);
	if (rc != SQLITE_ROW)
		return fail(db, translate(rc), reterr);
	if (!wal && !is_memory(db->path))
		return err_set(reterr, ERR_IO, "store: %s can't have a write-ahead log; a local file system is needed",
		               db->path);
	return OK;
}

static enum errc configure(struct db *db, bool read_only, struct err *reterr)
{
	enum errc code = read_only ? OK : use_wal(db, reterr);
	if (code != OK)
		return code;
	code = sqlite_exec(db, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
	if (code == OK && !read_only)
		code = sqlite_exec(db, "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 1000;"
		                       "PRAGMA journal_size_limit = 67108864; PRAGMA secure_delete = ON");
	return code == OK ? OK : fail(db, code, reterr);
}

static void sqlite_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct cursor *c = db->statements[i], *next; c; c = next) {
			next = c->next;
			sqlite3_finalize(c->stmt);
			free(c->sql);
			free(c);
		}
	}
	int rc = sqlite3_close(db->sqlite);
	assert(rc == SQLITE_OK);
	(void)rc;
	if (db->lock_fd >= 0)
		close(db->lock_fd); /* the lock file stays: removing it would let two processes hold two of them */
	free(db);
}

static enum errc sqlite_open(struct db **ret, const char *where, const struct store_options *options,
                             struct err *reterr)
{
	if (text_empty(where))
		return err_set(reterr, ERR_INVALID, "store: sqlite: needs a path");
	struct db *db = mem_alloc(sizeof *db);
	db->lock_fd = -1;
	enum errc code = find_file(db, where, !options->read_only && !options->beside, reterr);
	if (code == OK)
		code = connect_sqlite(db, options->read_only, reterr);
	if (code == OK)
		code = check_owner(db, reterr);
	if (code == OK)
		code = configure(db, options->read_only, reterr);
	if (code != OK) {
		sqlite_close(db);
		return code;
	}
	*ret = db;
	return OK;
}

const struct store_driver store_sqlite_driver = {
    .id_column = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .open = sqlite_open,
    .close = sqlite_close,
    .begin = sqlite_begin,
    .changed_elsewhere = sqlite_changed_elsewhere,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .in_transaction = sqlite_in_transaction,
    .exec = sqlite_exec,
    .query = sqlite_query,
    .next = sqlite_next,
    .column_int = sqlite_column_int,
    .column_text = sqlite_column_text,
    .finish = sqlite_finish,
    .schema_get = sqlite_schema_get,
    .schema_set = sqlite_schema_set,
    .scrub = sqlite_scrub,
    .error = sqlite_error,
};
