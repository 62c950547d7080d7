/*
 * salesforce/holdings.c - see holdings.h.
 */
#include "salesforce/holdings.h"

#include "bot/base/json.h"
#include "salesforce/permissions.h"
#include "salesforce/user_parts.h"

void holdings_ask(struct op *op, struct wish *wish, const char *user_id)
{
	struct question *q = wish_ask(wish, "user", "User");

	user_put_fields(&q->fields);
	buf_puts(&q->fields, ", ");
	permissions_put_held(&q->fields, catalogue_columns(op->sf->catalogue));
	q->ids = true;
	q->single = true;
	question_add_word(q, "Id", user_id);
}

json_t *holdings_read(const struct op *op, struct sf_trouble *ret)
{
	json_t *records, *out;
	const json_t *user;

	if (!composite_records(op->answer, "user", "User", &records, ret))
		return NULL;
	user = json_array_get(records, 0);
	if (!user) { /* users are never deleted: it is there, with all that it holds */
		sf_error_set(ret, ERR_DENIED, "",
		             "the bot does not see this user (any more): View All Users, or a sharing rule");
		return NULL;
	}
	out = json_object();
	json_object_set_new(out, "user", user_record(user));
	json_object_set_new(out, "sets", permissions_held_sets(user));
	json_object_set_new(out, "licences", permissions_held_licences(user));
	return out;
}

static bool has_flag(const json_t *licence)
{
	return json_bool(licence, "inbox") || json_bool(licence, "eac");
}

json_t *holdings_ids(const json_t *holdings)
{
	json_t *ids = json_array();
	const json_t *licence;
	size_t i;

	json_array_foreach (json_get(holdings, "licences"), i, licence) {
		if (has_flag(licence))
			json_array_append(ids, json_get(licence, "licence"));
	}
	return ids;
}

void holdings_judge(const struct op *op, json_t *holdings)
{
	struct known known;
	json_t *licence;
	size_t i;

	json_array_foreach (json_get(holdings, "licences"), i, licence) {
		bool found = catalogue_find(op->sf->catalogue, json_str(licence, "licence"), &known);

		json_set_bool(licence, "broad", !has_flag(licence) || !found || known.broad);
	}
}
