/*
 * store/audit.c - the audit trail: adding a line, walking over lines, forgetting words.
 *
 * What is hashed is audit_hash.c's, checking the chain audit_verify.c's.
 */
#include "bot/store/audit.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/text.h"
#include "bot/store/audit_hash.h"
#include "bot/store/store_private.h"

enum { PAGE = 128, SECOND_MS = 1000 };

static enum errc find_head(struct tx *tx)
{
	AUTO_ROWS struct rows rows = {0};
	if (tx->audit.known)
		return OK;
	enum errc code = sql_first(tx, &rows, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1", NO_ARGS);
	if (code != OK && code != ERR_NOT_FOUND)
		return code;
	tx->audit = (struct audit_head){.known = true};
	text_copy(tx->audit.hash, sizeof tx->audit.hash, audit_no_hash);
	if (code == OK) {
		tx->audit.n = rows_int(&rows, 0);
		rows_copy(&rows, 1, tx->audit.hash, sizeof tx->audit.hash);
	}
	return OK;
}

enum errc audit_get_head(struct tx *tx, int64_t *ret_n, char ret_hash[static 65])
{
	enum errc code = find_head(tx);
	if (code == OK) {
		*ret_n = tx->audit.n;
		text_copy(ret_hash, 65, tx->audit.hash);
	}
	return code;
}

/* ---- adding ---- */

static struct audit_text text_of(const char *text)
{
	return (struct audit_text){text, strlen(text)};
}

static void hash_row(const char *previous, struct audit_row *row)
{
	row->version = AUDIT_VERSION;
	text_random_hex(row->actor_salt, AUDIT_SALT_BYTES);
	text_random_hex(row->detail_salt, AUDIT_SALT_BYTES);
	audit_digest(row->actor_salt, "actor", text_of(row->actor), row->actor_digest);
	audit_digest(row->detail_salt, "detail", text_of(row->detail), row->detail_digest);
	const struct audit_line line = {
	    .n = row->n,
	    .at = row->at,
	    .repair = row->repair,
	    .via = text_of(row->via),
	    .action = text_of(row->action),
	    .actor_digest = text_of(row->actor_digest),
	    .detail_digest = text_of(row->detail_digest),
	};
	audit_hash_2(previous, &line, row->hash);
}

static enum errc write_row(struct tx *tx, const struct audit_row *row)
{
	enum errc code =
	    sql_run(tx, NULL,
	            "INSERT INTO audit (n, version, at, via, action, repair, actor_digest, detail_digest, hash)"
	            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	            ARGS(value_int(row->n), value_int(row->version), value_int(row->at), value_text(row->via),
	                 value_text(row->action), value_int(row->repair), value_text(row->actor_digest),
	                 value_text(row->detail_digest), value_text(row->hash)));
	if (code != OK)
		return code;
	/* words without a line are left where somebody cut lines off: the service goes on all the same */
	return sql_run(tx, NULL,
	               "INSERT INTO audit_words (n, actor_salt, actor, detail_salt, detail)"
	               " VALUES ($1, $2, $3, $4, $5)"
	               " ON CONFLICT (n) DO UPDATE SET actor_salt = excluded.actor_salt, actor = excluded.actor,"
	               " detail_salt = excluded.detail_salt, detail = excluded.detail",
	               ARGS(value_int(row->n), value_text(row->actor_salt), value_text(row->actor),
	                    value_text(row->detail_salt), value_text(row->detail)));
}

enum errc audit_add(struct tx *tx, struct audit_row *row)
{
	enum errc code = find_head(tx);
	if (code != OK)
		return code;
	row->n = tx->audit.n + 1;
	row->at -= row->at % SECOND_MS;
	hash_row(tx->audit.hash, row);
	code = write_row(tx, row);
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
	row->version = (int)rows_int(rows, 1);
	row->at = rows_int(rows, 2);
	rows_copy(rows, 3, row->via, sizeof row->via);
	rows_copy(rows, 4, row->action, sizeof row->action);
	row->repair = rows_int(rows, 5);
	rows_copy(rows, 6, row->actor_digest, sizeof row->actor_digest);
	rows_copy(rows, 7, row->detail_digest, sizeof row->detail_digest);
	rows_copy(rows, 8, row->hash, sizeof row->hash);
	rows_copy(rows, 9, row->actor_salt, sizeof row->actor_salt);
	rows_copy(rows, 10, row->actor, sizeof row->actor);
	rows_copy(rows, 11, row->detail_salt, sizeof row->detail_salt);
	rows_copy(rows, 12, row->detail, sizeof row->detail);
}

enum errc audit_each(struct tx *tx, int64_t since_ms, enum errc (*fn)(void *arg, const struct audit_row *row),
                     void *arg)
{
	enum errc code = OK;
	int64_t after = 0;
	for (size_t count = PAGE; code == OK && count == PAGE;) {
		void *list;
		code = sql_collect(tx, &list, &count, sizeof(struct audit_row), read_audit,
		                   AUDIT_SELECT " WHERE a.n > $1 AND a.at >= $2 ORDER BY a.n LIMIT $3",
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

enum errc audit_forget(struct tx *tx, int64_t n, bool actor, bool detail)
{
	enum errc code = OK;
	if (actor)
		code = sql_run(tx, NULL, "UPDATE audit_words SET actor_salt = '', actor = '' WHERE n = $1",
		               ARGS(value_int(n)));
	if (code == OK && detail)
		code = sql_run(tx, NULL, "UPDATE audit_words SET detail_salt = '', detail = '' WHERE n = $1",
		               ARGS(value_int(n)));
	return code;
}
