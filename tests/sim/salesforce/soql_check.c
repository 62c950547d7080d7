/*
 * soql_check.c - everything that Salesforce refuses before it looks at a row.
 */
#include "tests/sim/salesforce/soql_check.h"
#include "tests/sim/salesforce/ids.h"

#include <string.h>
#include <strings.h>

bool soql_is_count_all(const struct soql_query *query)
{
	return query->items->kind == ITEM_COUNT_ALL;
}

bool soql_is_aggregate(const struct soql_query *query)
{
	for (const struct soql_item *item = query->items; item; item = item->next)
		if (item->kind != ITEM_FIELD && item->kind != ITEM_CHILD && item->kind != ITEM_COUNT_ALL)
			return true;
	return query->group_by;
}

/* --- conditions --- */

static bool wrong_kind(struct soql_error *err, const char *path, const char *type, bool quotes)
{
	return soql_wrong(
	    err, "INVALID_FIELD",
	    "\nERROR at Row:1:Column:1\nvalue of filter criterion for field '%s' must be of type %s and should %sbe "
	    "enclosed in quotes",
	    path, type, quotes ? "" : "not ");
}

static bool value_fits(const struct field *field, const char *path, const struct soql_value *value,
                       struct soql_error *err)
{
	enum soql_value_kind kind = value->kind;
	if (kind == VALUE_NULL)
		return true;
	switch (field->type) {
	case TYPE_ID:
	case TYPE_REFERENCE:
		if (kind != VALUE_STRING)
			return wrong_kind(err, path, "id", true);
		return id_valid(value->text) ||
		       soql_wrong(err, "INVALID_QUERY_FILTER_OPERATOR",
		                  "\nERROR at Row:1:Column:1\ninvalid ID field: %s", value->text);
	case TYPE_STRING:
	case TYPE_PICKLIST:
	case TYPE_TEXTAREA: return kind == VALUE_STRING || wrong_kind(err, path, "string", true);
	case TYPE_BOOLEAN: return kind == VALUE_BOOLEAN || wrong_kind(err, path, "boolean", false);
	case TYPE_INT: return kind == VALUE_NUMBER || wrong_kind(err, path, "int", false);
	case TYPE_DATETIME:
		return kind == VALUE_DATETIME || kind == VALUE_DAYS || wrong_kind(err, path, "dateTime", false);
	case TYPE_DATE: return kind == VALUE_DATE || kind == VALUE_DAYS || wrong_kind(err, path, "date", false);
	}
	return false;
}

static bool operator_fits(const struct field *field, enum soql_op op, struct soql_error *err)
{
	bool ordered = op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
	bool text = field->type == TYPE_STRING || field->type == TYPE_PICKLIST || field->type == TYPE_TEXTAREA;
	bool key = field->type == TYPE_ID || field->type == TYPE_REFERENCE;
	if (op == OP_LIKE && !text)
		return soql_wrong(err, "INVALID_QUERY_FILTER_OPERATOR",
		                  "\nERROR at Row:1:Column:1\ninvalid operator on %s field",
		                  schema_type_name(field->type));
	if (ordered && (key || field->type == TYPE_BOOLEAN))
		return soql_wrong(err, "INVALID_QUERY_FILTER_OPERATOR",
		                  "\nERROR at Row:1:Column:1\ninvalid operator on %s field",
		                  schema_type_name(field->type));
	return true;
}

static bool check_comparison(const struct scope *scope, const struct soql_query *query, const struct object *object,
                             const struct soql_cond *cond, struct soql_error *err)
{
	struct walk walk;
	if (!soql_walk(scope, query, object, cond->path, &walk, err))
		return false;
	const struct field *field = walk_end(&walk);
	if (!(field->may & MAY_FILTER))
		return soql_wrong(err, "INVALID_FIELD",
		                  "\nERROR at Row:1:Column:1\nfield '%s' can not be filtered in a query call",
		                  field->name);
	if (!operator_fits(field, cond->op, err))
		return false;
	for (const struct soql_value *value = cond->values; value; value = value->next)
		if (!value_fits(field, cond->path, value, err))
			return false;
	if (!cond->among)
		return true;
	if (cond->among->items->kind != ITEM_FIELD || cond->among->items->next)
		return soql_wrong(err, "MALFORMED_QUERY", "Semi join sub-selects must select exactly one field");
	return soql_check(scope, cond->among, err);
}

static bool check_condition(const struct scope *scope, const struct soql_query *query, const struct object *object,
                            const struct soql_cond *cond, struct soql_error *err)
{
	if (!cond)
		return true;
	if (cond->node == NODE_COMPARE)
		return check_comparison(scope, query, object, cond, err);
	return check_condition(scope, query, object, cond->left, err) &&
	       check_condition(scope, query, object, cond->right, err);
}

/* --- the list of what is selected --- */

static bool is_grouped(const struct soql_query *query, const char *path)
{
	for (const struct soql_item *item = query->group_by; item; item = item->next)
		if (strcasecmp(item->path, path) == 0)
			return true;
	return false;
}

static bool check_child(const struct scope *scope, const struct object *object, const struct soql_query *child,
                        struct soql_error *err)
{
	const struct child *relation = schema_child(object, child->from);
	struct soql_query as_object = *child;
	if (!relation)
		return soql_wrong(
		    err, "INVALID_TYPE",
		    "\nERROR at Row:1:Column:1\nDidn't understand relationship '%s' in FROM part of query call. If you "
		    "are attempting to use a custom relationship, be sure to append the '__r' after the "
		    "custom relationship name.",
		    child->from);
	as_object.from = relation->object;
	if (soql_is_aggregate(child) || soql_is_count_all(child))
		return soql_wrong(err, "MALFORMED_QUERY", "Aggregates are not allowed in a subquery");
	return soql_check(scope, &as_object, err);
}

static bool check_item(const struct scope *scope, const struct soql_query *query, const struct object *object,
                       const struct soql_item *item, struct soql_error *err)
{
	struct walk walk;
	if (item->kind == ITEM_CHILD)
		return check_child(scope, object, item->child, err);
	if (item->kind == ITEM_COUNT_ALL)
		return (!query->items->next && !query->group_by) ||
		       soql_wrong(err, "MALFORMED_QUERY", "COUNT() must be the only element in the select list");
	if (!soql_walk(scope, query, object, item->path, &walk, err))
		return false;
	if (item->kind == ITEM_FIELD && soql_is_aggregate(query) && !is_grouped(query, item->path))
		return soql_wrong(err, "MALFORMED_QUERY",
		                  "\nERROR at Row:1:Column:8\nField must be grouped or aggregated: %s", item->path);
	return true;
}

static bool check_groups(const struct scope *scope, const struct soql_query *query, const struct object *object,
                         struct soql_error *err)
{
	struct walk walk;
	if (soql_is_aggregate(query) && strcmp(object->name, "SetupAuditTrail") == 0)
		return soql_wrong(err, "INVALID_TYPE", "SetupAuditTrail supports no aggregates but COUNT()");
	for (const struct soql_item *item = query->group_by; item; item = item->next) {
		if (!soql_walk(scope, query, object, item->path, &walk, err))
			return false;
		if (!(walk_end(&walk)->may & MAY_GROUP))
			return soql_wrong(err, "INVALID_FIELD", "field '%s' can not be grouped in a query call",
			                  item->path);
	}
	return true;
}

static bool check_order(const struct scope *scope, const struct soql_query *query, const struct object *object,
                        struct soql_error *err)
{
	struct walk walk;
	for (const struct soql_order *order = query->order_by; order; order = order->next) {
		if (!soql_walk(scope, query, object, order->path, &walk, err))
			return false;
		if (!(walk_end(&walk)->may & MAY_FILTER))
			return soql_wrong(err, "INVALID_FIELD", "field '%s' can not be sorted in a query call",
			                  order->path);
	}
	return true;
}

bool soql_check(const struct scope *scope, const struct soql_query *query, struct soql_error *err)
{
	const struct object *object = soql_object(scope, query->from, err);
	if (!object)
		return false;
	for (const struct soql_item *item = query->items; item; item = item->next)
		if (!check_item(scope, query, object, item, err))
			return false;
	if (query->offset > 2000)
		return soql_wrong(err, "NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000");
	return check_condition(scope, query, object, query->where, err) && check_groups(scope, query, object, err) &&
	       check_order(scope, query, object, err);
}
