/*
 * store/migrate.c - the schema's history: schema/NNNN_*.sql, each run once, in order.
 *
 * The files are part of the program. Each runs in a transaction of its own
 * together with its number, so that a crash in between leaves the one before.
 * A file that was ever released is not changed any more; a new one follows it.
 */
#include "bot/store/store_private.h"

#include <string.h>

#include "bot/base/buf.h"

/* The assembler takes the file in as it is; the Makefile knows that this object depends on the folder. */
#define SCHEMA(name, file) \
	__asm__(".pushsection .rodata\n.globl " #name "\n.hidden " #name "\n" #name \
	        ": .incbin \"bot/store/schema/" file "\"\n.byte 0\n.popsection\n"); \
	extern const char name[] __attribute__((visibility("hidden")))

SCHEMA(schema_0001, "0001_start.sql");
SCHEMA(schema_0002, "0002_outbox.sql");
SCHEMA(schema_0003, "0003_audit.sql");
SCHEMA(schema_0004, "0004_begun.sql");
SCHEMA(schema_0005, "0005_envelope.sql");
SCHEMA(schema_0006, "0006_names.sql");
SCHEMA(schema_0007, "0007_delegation.sql");
SCHEMA(schema_0008, "0008_boards.sql");

/* What SQL can't do of a step comes after it, in the same transaction. */
static const struct schema {
	const char *sql;
	enum errc (*then)(struct tx *tx); /* NULL: nothing */
} schemas[] = {{schema_0001, NULL}, {schema_0002, NULL},        {schema_0003, audit_carry}, {schema_0004, NULL},
               {schema_0005, NULL}, {schema_0006, names_carry}, {schema_0007, NULL},        {schema_0008, NULL}};

enum { NEWEST = sizeof schemas / sizeof schemas[0], SCHEMA_MAX = 1 << 20 };

static enum errc run_sql(struct tx *tx, const char *text)
{
	static const char word[] = "ID_COLUMN";
	AUTO_BUF struct buf sql;
	buf_init(&sql, SCHEMA_MAX);
	for (const char *at; (at = strstr(text, word)); text = at + strlen(word)) {
		buf_add(&sql, text, (size_t)(at - text));
		buf_puts(&sql, tx->driver->id_column);
	}
	buf_puts(&sql, text);
	return tx->driver->exec(tx->db, buf_str(&sql));
}

static enum errc run_schema(struct tx *tx, const struct schema *schema)
{
	enum errc code = run_sql(tx, schema->sql);
	return code == OK && schema->then ? schema->then(tx) : code;
}

static enum errc step_up(struct tx *tx, int number, struct err *reterr)
{
	enum errc code = tx_begin(tx, false);
	if (code == OK)
		code = run_schema(tx, &schemas[number - 1]);
	if (code == OK)
		code = tx->driver->schema_set(tx->db, number);
	if (code == OK)
		code = tx_commit(tx);
	if (code != OK) {
		err_set(reterr, code, "store: schema %d: %s", number, tx->driver->error(tx->db));
		tx_rollback(tx);
	}
	return code;
}

enum errc store_migrate(struct tx *tx, bool read_only, struct err *reterr)
{
	int have;
	enum errc code = tx->driver->schema_get(tx->db, &have);
	if (code != OK)
		return err_set(reterr, code, "store: %s", tx->driver->error(tx->db));
	if (have > NEWEST)
		return err_set(reterr, ERR_NEWER, "store: it has schema %d, this version knows up to %d", have, NEWEST);
	if (read_only && have < NEWEST)
		return err_set(reterr, ERR_INVALID, "store: it has schema %d and needs %d: start the service once",
		               have, NEWEST);
	for (int number = have + 1; number <= NEWEST; number++) {
		code = step_up(tx, number, reterr);
		if (code != OK)
			return code;
	}
	return OK;
}
