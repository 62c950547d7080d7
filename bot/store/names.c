/*
 * store/names.c - the names under which a request is found.
 *
 * They stand beside the row, for its facts are one text that no index looks into.
 */
#include <ctype.h>
#include <stdlib.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/requests.h"
#include "bot/store/store_private.h"

enum { PAGE = 64 };

void request_name_fold(char out[static REQUEST_NAME_SIZE], const char *name)
{
	text_copy(out, REQUEST_NAME_SIZE, name);
	for (char *p = out; *p != '\0'; p++)
		if ((unsigned char)*p < 0x80)
			*p = (char)tolower((unsigned char)*p);
}

enum errc request_name_add(struct tx *tx, int64_t request, const char *name)
{
	char folded[REQUEST_NAME_SIZE];
	if (text_empty(name))
		return OK;
	request_name_fold(folded, name);
	return sql_run(tx, NULL, "INSERT INTO request_name (name, request) VALUES ($1, $2) ON CONFLICT DO NOTHING",
	               ARGS(value_text(folded), value_int(request)));
}

enum errc request_name_drop(struct tx *tx, int64_t request, const char *name)
{
	char folded[REQUEST_NAME_SIZE];
	if (name == NULL)
		return sql_run(tx, NULL, "DELETE FROM request_name WHERE request = $1", ARGS(value_int(request)));
	request_name_fold(folded, name);
	return sql_run(tx, NULL, "DELETE FROM request_name WHERE name = $1 AND request = $2",
	               ARGS(value_text(folded), value_int(request)));
}

/* --- what schema 5 knew only in the facts --- */

static void read_id(struct rows *rows, void *element)
{
	*(int64_t *)element = rows_int(rows, 0);
}

/* A request as schema 6 finds it. */
static enum errc read_old(struct tx *tx, int64_t id, json_t **ret_facts, char slack[24], char target[24])
{
	AUTO_ROWS struct rows rows = {0};
	size_t len;
	enum errc code =
	    sql_first(tx, &rows, "SELECT facts, slack_user, target FROM request WHERE id = $1", ARGS(value_int(id)));
	if (code != OK)
		return code;
	const char *facts = rows_text(&rows, 0, &len);
	rows_copy(&rows, 1, slack, 24);
	rows_copy(&rows, 2, target, 24);
	return json_parse(ret_facts, facts, len, NULL) == OK ? OK : ERR_IO;
}

static enum errc carry_one(struct tx *tx, int64_t id)
{
	static const char *const keys[] = {"id", "username", "email", "slack"};
	char slack[24], target[24];
	json_auto_t *facts = NULL;
	enum errc code = read_old(tx, id, &facts, slack, target);
	if (code != OK)
		return code;
	code = request_name_add(tx, id, json_str(facts, "words"));
	for (size_t i = 0; code == OK && i < sizeof keys / sizeof keys[0]; i++)
		code = request_name_add(tx, id, json_str(json_get(facts, "target"), keys[i]));
	if (code == OK)
		code = request_name_add(tx, id, slack);
	return code == OK ? request_name_add(tx, id, target) : code;
}

enum errc names_carry(struct tx *tx)
{
	int64_t last = 0;
	size_t count = PAGE;
	enum errc code = OK;
	while (code == OK && count == PAGE) {
		void *list;
		code = sql_collect(tx, &list, &count, sizeof(int64_t), read_id,
		                   "SELECT id FROM request WHERE id > $1 ORDER BY id LIMIT $2",
		                   ARGS(value_int(last), value_int(PAGE)));
		if (code != OK)
			return code;
		const int64_t *ids = list;
		for (size_t i = 0; code == OK && i < count; i++)
			code = carry_one(tx, last = ids[i]);
		free(list);
	}
	return code;
}
