/*
 * soql_match.c - conditions, with SOQL's own ideas of equality.
 *
 * Text is compared without case, ids of reference fields by their first 15 characters, ids in plain string fields as
 * text, and a missing value is unequal to everything but null.
 */
#include "tests/sim/salesforce/soql_match.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/soql_run.h"
#include "tests/sim/salesforce/times.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static int sign(int64_t difference)
{
	return difference < 0 ? -1 : difference > 0;
}

static int64_t time_of(const json_t *cell)
{
	int64_t ms = 0;
	times_parse(json_string_value(cell), &ms);
	return ms;
}

int soql_compare(const struct field *field, const json_t *a, const json_t *b)
{
	if (json_is_null(a) || json_is_null(b))
		return json_is_null(b) - json_is_null(a);
	switch (field->type) {
	case TYPE_BOOLEAN: return json_is_true(a) - json_is_true(b);
	case TYPE_INT: return sign(json_integer_value(a) - json_integer_value(b));
	case TYPE_DATETIME:
	case TYPE_DATE: return sign(time_of(a) - time_of(b));
	default: return strcasecmp(json_string_value(a), json_string_value(b));
	}
}

/* % any run, _ any one character; both may be escaped, which the reader of strings has marked. */
static bool like(const char *pattern, const char *text)
{
	for (; *pattern; pattern++, text++) {
		if (*pattern == '%') {
			for (const char *rest = text;; rest++) {
				if (like(pattern + 1, rest))
					return true;
				if (!*rest)
					return false;
			}
		}
		char wanted = *pattern == SOQL_LITERAL_PERCENT      ? '%'
		              : *pattern == SOQL_LITERAL_UNDERSCORE ? '_'
		                                                    : *pattern;
		if (!*text || (*pattern != '_' && tolower((unsigned char)wanted) != tolower((unsigned char)*text)))
			return false;
	}
	return !*text;
}

/* Against a day literal, by where the time lies to the days that it spans. */
static bool in_days(const struct scope *scope, const json_t *cell, enum soql_op op, const struct soql_value *value)
{
	int64_t now = org_now_ms(scope->org);
	int64_t first = now - now % DAY_MS + value->ms * DAY_MS;
	int64_t behind = first + (int64_t)value->number * DAY_MS;
	int64_t at = time_of(cell);
	switch (op) {
	case OP_NE: return at < first || at >= behind;
	case OP_LT: return at < first;
	case OP_LE: return at < behind;
	case OP_GT: return at >= behind;
	case OP_GE: return at >= first;
	default: return at >= first && at < behind;
	}
}

/* Order of a cell to a literal; both are there and of one kind. */
static int against(const struct field *field, const json_t *cell, const struct soql_value *value)
{
	switch (field->type) {
	case TYPE_ID:
	case TYPE_REFERENCE:
		return id_same(json_string_value(cell), value->text) ? 0 : strcmp(json_string_value(cell), value->text);
	case TYPE_BOOLEAN: return json_is_true(cell) - value->truth;
	case TYPE_INT: return sign(json_integer_value(cell) - (int64_t)value->number);
	case TYPE_DATETIME:
	case TYPE_DATE: return sign(time_of(cell) - value->ms);
	default: return strcasecmp(json_string_value(cell), value->text);
	}
}

static bool by_order(int order, enum soql_op op)
{
	switch (op) {
	case OP_NE: return order != 0;
	case OP_LT: return order < 0;
	case OP_LE: return order <= 0;
	case OP_GT: return order > 0;
	case OP_GE: return order >= 0;
	default: return order == 0;
	}
}

static bool one_value(const struct scope *scope, const struct field *field, const json_t *cell, enum soql_op op,
                      const struct soql_value *value)
{
	const char *text = json_string_value(cell);
	/* A text without characters is stored as null */
	bool is_null = value->kind == VALUE_NULL || (value->kind == VALUE_STRING && !*value->text);
	bool missing = json_is_null(cell) || (text && !*text);
	if (field->type == TYPE_BOOLEAN)
		return by_order(json_is_true(cell) - (value->kind == VALUE_BOOLEAN && value->truth), op);
	if (is_null || missing)
		return op == OP_NE ? is_null != missing : (op == OP_EQ && is_null && missing);
	if (op == OP_LIKE)
		return like(value->text, text);
	if (value->kind == VALUE_DAYS)
		return in_days(scope, cell, op, value);
	return by_order(against(field, cell, value), op);
}

static bool in_list(const struct scope *scope, const struct field *field, const json_t *cell,
                    const struct soql_cond *cond)
{
	if (cond->among)
		return soql_among(scope, cond->among, cell);
	for (const struct soql_value *value = cond->values; value; value = value->next)
		if (one_value(scope, field, cell, OP_EQ, value))
			return true;
	return false;
}

static bool comparison(const struct scope *scope, const struct soql_query *query, const struct object *object,
                       const struct soql_cond *cond, json_t *row)
{
	struct walk walk;
	struct soql_error ignored;
	bool fits = false;
	if (!soql_walk(scope, query, object, cond->path, &walk, &ignored))
		return false;
	json_t *cell = walk_value(scope, &walk, row);
	if (cond->op == OP_IN || cond->op == OP_NOT_IN)
		fits = in_list(scope, walk_end(&walk), cell, cond) == (cond->op == OP_IN);
	else
		fits = one_value(scope, walk_end(&walk), cell, cond->op, cond->values);
	json_decref(cell);
	return fits;
}

bool soql_match(const struct scope *scope, const struct soql_query *query, const struct object *object,
                const struct soql_cond *cond, json_t *row)
{
	if (!cond)
		return true;
	switch (cond->node) {
	case NODE_AND:
		return soql_match(scope, query, object, cond->left, row) &&
		       soql_match(scope, query, object, cond->right, row);
	case NODE_OR:
		return soql_match(scope, query, object, cond->left, row) ||
		       soql_match(scope, query, object, cond->right, row);
	case NODE_NOT: return !soql_match(scope, query, object, cond->left, row);
	case NODE_COMPARE: return comparison(scope, query, object, cond, row);
	}
	return false;
}
