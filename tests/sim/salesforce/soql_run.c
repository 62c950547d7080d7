/*
 * soql_run.c - choosing rows, ordering them, writing them out.
 *
 * Grouping and counting is soql_groups.c.
 */
#include "tests/sim/salesforce/soql_run.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/rights.h"
#include "tests/sim/salesforce/soql_check.h"
#include "tests/sim/salesforce/soql_groups.h"
#include "tests/sim/salesforce/soql_guard.h"
#include "tests/sim/salesforce/soql_match.h"
#include "tests/sim/sim.h"

#include <stdlib.h>
#include <string.h>

/* What Salesforce gives of objects that are no real tables, however many there are. */
enum { HARD_CAP = 2500 };

static bool is_capped(const struct object *object)
{
	return strcmp(object->name, "OauthToken") == 0 || strcmp(object->name, "ThirdPartyAccountLink") == 0;
}

/* --- choosing --- */

static json_t *visible_rows(const struct scope *scope, const struct object *object)
{
	json_t *rows = json_array();
	size_t i;
	json_t *row;
	if (strcmp(object->name, "UserPermissionAccess") == 0)
		json_array_append_new(rows, rights_access_row(scope->org, scope->user_id));
	json_array_foreach (org_table(scope->org, object->name), i, row)
		if (rights_row(scope->org, scope->user_id, object, row))
			json_array_append(rows, row);
	return rows;
}

/* All rows that fit; `child` and `parent_id` narrow it to a child list. */
static json_t *matching_rows(const struct scope *scope, const struct soql_query *query, const struct object *object,
                             const struct child *child, const char *parent_id)
{
	json_t *rows = json_array();
	json_t *seen = visible_rows(scope, object);
	size_t i;
	json_t *row;
	json_array_foreach (seen, i, row) {
		if (child && !id_same(org_text(row, child->field), parent_id))
			continue;
		if (soql_match(scope, query, object, query->where, row) &&
		    (!is_capped(object) || json_array_size(rows) < HARD_CAP))
			json_array_append(rows, row);
	}
	json_decref(seen);
	return rows;
}

bool soql_among(const struct scope *scope, const struct soql_query *query, const json_t *value)
{
	const struct object *object = schema_object(query->from);
	struct walk walk;
	struct soql_error ignored;
	bool found = false;
	size_t i;
	json_t *row;
	if (!object || !soql_walk(scope, query, object, query->items->path, &walk, &ignored))
		return false;
	json_t *rows = matching_rows(scope, query, object, NULL, NULL);
	json_array_foreach (rows, i, row) {
		json_t *cell = walk_value(scope, &walk, row);
		const char *text = json_string_value(cell);
		found = found || json_equal(cell, value) || id_same(text, json_string_value(value));
		json_decref(cell);
	}
	json_decref(rows);
	return found;
}

/* --- ordering --- */

struct ordering {
	const struct scope *scope;
	const struct soql_query *query;
	const struct object *object;
};

static int order_rows(const void *a, const void *b, void *ctx)
{
	const struct ordering *by = ctx;
	json_t *left = *(json_t *const *)a;
	json_t *right = *(json_t *const *)b;
	for (const struct soql_order *order = by->query->order_by; order; order = order->next) {
		struct walk walk;
		struct soql_error ignored;
		if (!soql_walk(by->scope, by->query, by->object, order->path, &walk, &ignored))
			continue;
		json_t *x = walk_value(by->scope, &walk, left);
		json_t *y = walk_value(by->scope, &walk, right);
		int result = soql_compare(walk_end(&walk), x, y);
		bool nulls = json_is_null(x) || json_is_null(y);
		json_decref(x);
		json_decref(y);
		if (result)
			return (nulls ? order->nulls_last : order->descending) ? -result : result;
	}
	return 0;
}

static json_t *sorted(const struct scope *scope, const struct soql_query *query, const struct object *object,
                      json_t *rows)
{
	struct ordering by = {scope, query, object};
	size_t n = json_array_size(rows);
	if (!query->order_by || n < 2)
		return rows;
	json_t **list = sim_calloc(n, sizeof(json_t *));
	for (size_t i = 0; i < n; i++)
		list[i] = json_incref(json_array_get(rows, i));
	qsort_r(list, n, sizeof(json_t *), order_rows, &by);
	json_array_clear(rows);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(rows, list[i]);
	free(list);
	return rows;
}

static json_t *cut(const struct soql_query *query, json_t *rows)
{
	json_t *part = json_array();
	size_t first = (size_t)query->offset;
	size_t n = json_array_size(rows);
	size_t end = query->limit >= 0 && first + (size_t)query->limit < n ? first + (size_t)query->limit : n;
	for (size_t i = first; i < end; i++)
		json_array_append(part, json_array_get(rows, i));
	json_decref(rows);
	return part;
}

/* --- writing out --- */

json_t *soql_attributes(const struct scope *scope, const struct object *object, const json_t *row)
{
	const char *id = strcmp(object->name, "OauthToken") == 0 ? "000000000000000AAA" : org_text(row, "Id");
	return json_pack("{s:s, s:o}", "type", object->name, "url",
	                 sim_jsonf("/services/data/v%d.0/sobjects/%s/%s", scope->version, object->name, id));
}

static void put_path(const struct scope *scope, const struct walk *walk, json_t *row, json_t *record)
{
	for (size_t i = 0; i + 1 < walk->hops; i++) {
		const char *name = walk->fields[i]->relationship;
		json_t *parent = json_object_get(record, name);
		row = org_row(scope->org, org_text(row, walk->fields[i]->name));
		if (!row) {
			json_object_set_new(record, name, json_null());
			return;
		}
		if (!parent) {
			parent = json_pack("{s:o}", "attributes", soql_attributes(scope, walk->objects[i + 1], row));
			json_object_set_new(record, name, parent);
		}
		record = parent;
	}
	json_object_set_new(record, walk_end(walk)->name,
	                    org_cell(scope->org, walk->objects[walk->hops - 1], row, walk_end(walk)));
}

static json_t *write_records(const struct scope *scope, const struct soql_query *query, const struct object *object,
                             json_t *rows);

static void put_child(const struct scope *scope, const struct object *object, const struct soql_query *query,
                      const json_t *row, json_t *record)
{
	const struct child *child = schema_child(object, query->from);
	const struct object *inner = schema_object(child->object);
	json_t *rows = matching_rows(scope, query, inner, child, org_text(row, "Id"));
	rows = cut(query, sorted(scope, query, inner, rows));
	size_t n = json_array_size(rows);
	if (n == 0)
		json_object_set_new(record, child->relationship, json_null());
	else
		json_object_set_new(record, child->relationship,
		                    json_pack("{s:i, s:b, s:o}", "totalSize", (int)n, "done", 1, "records",
		                              write_records(scope, query, inner, rows)));
	json_decref(rows);
}

static json_t *write_records(const struct scope *scope, const struct soql_query *query, const struct object *object,
                             json_t *rows)
{
	json_t *records = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		json_t *record = json_pack("{s:o}", "attributes", soql_attributes(scope, object, row));
		for (const struct soql_item *item = query->items; item; item = item->next) {
			struct walk walk;
			struct soql_error ignored;
			if (item->kind == ITEM_CHILD)
				put_child(scope, object, item->child, row, record);
			else if (soql_walk(scope, query, object, item->path, &walk, &ignored))
				put_path(scope, &walk, row, record);
		}
		json_array_append_new(records, record);
	}
	return records;
}

static json_t *run(const struct scope *scope, const struct soql_query *query, struct soql_error *err)
{
	if (!soql_check(scope, query, err))
		return NULL;
	const struct object *object = schema_object(query->from);
	json_t *rows = matching_rows(scope, query, object, NULL, NULL);
	json_t *records = NULL;
	if (soql_is_aggregate(query)) {
		records = cut(query, soql_groups(scope, query, object, rows));
		json_decref(rows);
		return json_pack("{s:i, s:o}", "totalSize", (int)json_array_size(records), "records", records);
	}
	rows = cut(query, sorted(scope, query, object, rows));
	int total = (int)json_array_size(rows);
	records = soql_is_count_all(query) ? json_array() : write_records(scope, query, object, rows);
	json_decref(rows);
	return json_pack("{s:i, s:o}", "totalSize", total, "records", records);
}

json_t *soql_run(const struct scope *scope, const char *text, struct soql_error *err)
{
	struct soql_pool *pool = NULL;
	struct soql_query *query = soql_parse(text, &pool, err);
	json_t *result = query ? run(scope, query, err) : NULL;
	soql_guard(scope, query, text);
	if (query && (soql_mentions(query, "AccessToken") || soql_mentions(query, "RequestToken")))
		org_violation(scope->org, "a query names AccessToken or RequestToken, which are secrets of others: %s",
		              text);
	soql_free(pool);
	return result;
}
