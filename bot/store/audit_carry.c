/*
 * store/audit_carry.c - brings an audit trail of schema 2 into that of schema 3, whose words can be forgotten.
 *
 * The lines keep their hashes, so heads noted before still hold. A line that
 * says so follows them, chained to a seal over everything of theirs that stays
 * when their words go (audit.h). Runs once, in the transaction of the schema.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "bot/store/audit_hash.h"
#include "bot/store/store_private.h"

enum { PAGE = 128 };

struct old_line {
	int64_t n, at, repair;
	char actor[64], via[24], action[48], detail[600], hash[65];
};

struct carry {
	struct tx *tx;
	int64_t n;
	char hash[65], seal[65];
	bool broken; /* the chain did not hold when it was carried */
};

static void read_old(struct rows *rows, void *element)
{
	struct old_line *line = element;
	line->n = rows_int(rows, 0);
	line->at = rows_int(rows, 1);
	line->repair = rows_int(rows, 5);
	rows_copy(rows, 2, line->actor, sizeof line->actor);
	rows_copy(rows, 3, line->via, sizeof line->via);
	rows_copy(rows, 4, line->action, sizeof line->action);
	rows_copy(rows, 6, line->detail, sizeof line->detail);
	rows_copy(rows, 7, line->hash, sizeof line->hash);
}

static struct audit_text text_of(const char *text)
{
	return (struct audit_text){text, strlen(text)};
}

static enum errc write_carried(struct tx *tx, const struct old_line *old, const struct audit_line *line,
                               const char *actor_salt, const char *detail_salt)
{
	enum errc code =
	    sql_run(tx, NULL,
	            "INSERT INTO audit (n, version, at, via, action, repair, actor_digest, detail_digest, hash)"
	            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
	            ARGS(value_int(old->n), value_int(1), value_int(old->at), value_text(old->via),
	                 value_text(old->action), value_int(old->repair), value_text(line->actor_digest.text),
	                 value_text(line->detail_digest.text), value_text(old->hash)));
	if (code != OK)
		return code;
	return sql_run(tx, NULL,
	               "INSERT INTO audit_words (n, actor_salt, actor, detail_salt, detail)"
	               " VALUES ($1, $2, $3, $4, $5)",
	               ARGS(value_int(old->n), value_text(actor_salt), value_text(old->actor), value_text(detail_salt),
	                    value_text(old->detail)));
}

static enum errc carry_line(struct carry *carry, const struct old_line *old)
{
	char actor_salt[33], detail_salt[33], actor_digest[65], detail_digest[65], computed[65];
	struct audit_line line = {
	    .n = old->n,
	    .at = old->at,
	    .repair = old->repair,
	    .via = text_of(old->via),
	    .action = text_of(old->action),
	    .actor = text_of(old->actor),
	    .detail = text_of(old->detail),
	    .hash = text_of(old->hash),
	};
	text_random_hex(actor_salt, AUDIT_SALT_BYTES);
	text_random_hex(detail_salt, AUDIT_SALT_BYTES);
	audit_digest(actor_salt, "actor", line.actor, actor_digest);
	audit_digest(detail_salt, "detail", line.detail, detail_digest);
	line.actor_digest = text_of(actor_digest);
	line.detail_digest = text_of(detail_digest);
	audit_hash_1(carry->hash, &line, computed);
	carry->broken = carry->broken || old->n != carry->n + 1 || !text_eq(computed, old->hash);
	audit_seal(carry->seal, &line, carry->seal);
	carry->n = old->n;
	text_copy(carry->hash, sizeof carry->hash, old->hash);
	return write_carried(carry->tx, old, &line, actor_salt, detail_salt);
}

static enum errc carry_page(struct carry *carry, size_t *ret_count)
{
	void *list;
	enum errc code = sql_collect(carry->tx, &list, ret_count, sizeof(struct old_line), read_old,
	                             "SELECT n, at, actor, via, action, repair, detail, hash FROM audit_1"
	                             " WHERE n > $1 ORDER BY n LIMIT $2",
	                             ARGS(value_int(carry->n), value_int(PAGE)));
	if (code != OK)
		return code;
	const struct old_line *lines = list;
	for (size_t i = 0; code == OK && i < *ret_count; i++)
		code = carry_line(carry, &lines[i]);
	free(list);
	return code;
}

/* That the chain was broken before is in the action, which is never erased. */
static enum errc add_seal(struct carry *carry)
{
	struct audit_row row = {.at = clock_wall_ms(), .actor = "eacbot", .via = "engine"};
	text_copy(row.action, sizeof row.action, carry->broken ? "carried-forward-broken" : "carried-forward");
	snprintf(row.detail, sizeof row.detail, "the lines before had %lld:%s as their head", (long long)carry->n,
	         carry->hash);
	carry->tx->audit = (struct audit_head){.known = true, .n = carry->n};
	text_copy(carry->tx->audit.hash, sizeof carry->tx->audit.hash, carry->seal);
	return audit_add(carry->tx, &row);
}

enum errc audit_carry(struct tx *tx)
{
	struct carry carry = {.tx = tx};
	size_t count = PAGE;
	enum errc code = OK;
	text_copy(carry.hash, sizeof carry.hash, audit_no_hash);
	text_copy(carry.seal, sizeof carry.seal, audit_no_hash);
	while (code == OK && count == PAGE)
		code = carry_page(&carry, &count);
	if (code == OK && carry.n > 0)
		code = add_seal(&carry);
	return code == OK ? tx->driver->exec(tx->db, "DROP TABLE audit_1") : code;
}
