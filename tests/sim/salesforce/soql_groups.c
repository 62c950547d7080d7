/*
 * soql_groups.c - grouping rows by the text of their group values, and counting in each group.
 */
#include "tests/sim/salesforce/soql_groups.h"
#include "tests/sim/salesforce/soql_match.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *value_at(const struct scope *scope, const struct soql_query *query, const struct object *object,
                        const char *path, json_t *row)
{
	struct walk walk;
	struct soql_error ignored;
	return soql_walk(scope, query, object, path, &walk, &ignored) ? walk_value(scope, &walk, row) : json_null();
}

/* An object of arrays: what the rows of a group have in common -> the rows. */
static json_t *split(const struct scope *scope, const struct soql_query *query, const struct object *object,
                     json_t *rows)
{
	json_t *groups = json_object();
	size_t i;
	json_t *row;
	/* Without GROUP BY there is one group, even of no rows */
	if (!query->group_by)
		json_object_set_new(groups, "[]", json_array());
	json_array_foreach (rows, i, row) {
		json_t *key = json_array();
		for (const struct soql_item *item = query->group_by; item; item = item->next)
			json_array_append_new(key, value_at(scope, query, object, item->path, row));
		char *text = json_dumps(key, JSON_COMPACT);
		json_t *group = json_object_get(groups, text);
		if (!group) {
			group = json_array();
			json_object_set_new(groups, text, group);
		}
		json_array_append(group, row);
		free(text);
		json_decref(key);
	}
	return groups;
}

static json_t *extreme(const struct scope *scope, const struct soql_query *query, const struct object *object,
                       const struct soql_item *item, json_t *rows)
{
	json_t *best = json_null();
	struct walk walk;
	struct soql_error ignored;
	size_t i;
	json_t *row;
	if (!soql_walk(scope, query, object, item->path, &walk, &ignored))
		return best;
	json_array_foreach (rows, i, row) {
		json_t *cell = walk_value(scope, &walk, row);
		int order = soql_compare(walk_end(&walk), cell, best);
		bool better = json_is_null(best) || (item->kind == ITEM_MIN ? order < 0 : order > 0);
		if (better && !json_is_null(cell)) {
			json_decref(best);
			best = json_incref(cell);
		}
		json_decref(cell);
	}
	return best;
}

static json_t *counted(const struct scope *scope, const struct soql_query *query, const struct object *object,
                       const struct soql_item *item, json_t *rows)
{
	json_t *distinct = json_object();
	json_int_t n = 0;
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		json_t *cell = value_at(scope, query, object, item->path, row);
		char *text = json_dumps(cell, JSON_ENCODE_ANY);
		n += !json_is_null(cell);
		if (!json_is_null(cell))
			json_object_set_new(distinct, text, json_true());
		free(text);
		json_decref(cell);
	}
	if (item->kind == ITEM_COUNT_DISTINCT)
		n = (json_int_t)json_object_size(distinct);
	json_decref(distinct);
	return json_integer(n);
}

static const char *plain_name(const struct scope *scope, const struct soql_query *query, const struct object *object,
                              const char *path)
{
	struct walk walk;
	struct soql_error ignored;
	return soql_walk(scope, query, object, path, &walk, &ignored) ? walk_end(&walk)->name : path;
}

static json_t *write_group(const struct scope *scope, const struct soql_query *query, const struct object *object,
                           json_t *rows)
{
	json_t *result = json_pack("{s:{s:s}}", "attributes", "type", "AggregateResult");
	int unnamed = 0;
	for (const struct soql_item *item = query->items; item; item = item->next) {
		char name[16];
		snprintf(name, sizeof(name), "expr%d", unnamed);
		if (item->kind == ITEM_FIELD) {
			json_object_set_new(result, plain_name(scope, query, object, item->path),
			                    value_at(scope, query, object, item->path, json_array_get(rows, 0)));
			continue;
		}
		unnamed += !item->alias;
		json_t *value = item->kind == ITEM_MIN || item->kind == ITEM_MAX
		                    ? extreme(scope, query, object, item, rows)
		                    : counted(scope, query, object, item, rows);
		json_object_set_new(result, item->alias ? item->alias : name, value);
	}
	return result;
}

json_t *soql_groups(const struct scope *scope, const struct soql_query *query, const struct object *object,
                    json_t *rows)
{
	json_t *results = json_array();
	json_t *groups = split(scope, query, object, rows);
	const char *key;
	json_t *group;
	json_object_foreach (groups, key, group)
		json_array_append_new(results, write_group(scope, query, object, group));
	json_decref(groups);
	return results;
}
