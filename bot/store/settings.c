/*
 * store/settings.c - words kept under a key: what fits no table.
 */
#include "bot/store/store_private.h"

enum errc store_setting_get(struct tx *tx, const char *key, char *out, size_t size)
{
	AUTO_ROWS struct rows rows = {0};
	enum errc code = sql_first(tx, &rows, "SELECT value FROM setting WHERE key = $1", ARGS(value_text(key)));
	if (code == OK)
		rows_copy(&rows, 0, out, size);
	return code;
}

enum errc store_setting_set(struct tx *tx, const char *key, const char *value)
{
	return sql_run(tx, NULL,
	               "INSERT INTO setting (key, value) VALUES ($1, $2)"
	               " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
	               ARGS(value_text(key), value_text(value)));
}
