/*
 * soql_parse.c - a query from text, by recursive descent.
 *
 * As strict as Salesforce where clients get it wrong: AND and OR may not be mixed without parentheses, NOT needs them
 * behind an AND, strings need quotes and dates must not have them (that last is soql_check.c's).
 */
#include "tests/sim/salesforce/soql.h"
#include "tests/sim/salesforce/soql_lex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parser {
	struct soql_pool *pool;
	const char *text;
	size_t at;
	struct token token; /* the one that is looked at */
	struct soql_error *err;
	bool failed;
	int depth; /* 0: the query itself, 1: in a subquery */
};

static void next(struct parser *p)
{
	if (p->failed)
		return;
	p->token = soql_token(p->pool, p->text, &p->at, p->err);
	if (p->token.kind == TOKEN_BAD)
		p->failed = true;
}

static void unexpected(struct parser *p)
{
	if (p->failed)
		return;
	p->failed = true;
	soql_wrong(p->err, "MALFORMED_QUERY", "\n%s\n%*s\nERROR at Row:1:Column:%zu\nunexpected token: '%s'", p->text,
	           (int)p->token.at + 1, "^", p->token.at + 1, p->token.text);
}

static bool is_word(const struct parser *p, const char *word)
{
	return !p->failed && p->token.kind == TOKEN_WORD && strcasecmp(p->token.text, word) == 0;
}

static bool is_sign(const struct parser *p, const char *sign)
{
	return !p->failed && p->token.kind == TOKEN_SIGN && strcmp(p->token.text, sign) == 0;
}

static bool take_word(struct parser *p, const char *word)
{
	if (!is_word(p, word))
		return false;
	next(p);
	return true;
}

static bool take_sign(struct parser *p, const char *sign)
{
	if (!is_sign(p, sign))
		return false;
	next(p);
	return true;
}

static void need_word(struct parser *p, const char *word)
{
	if (!take_word(p, word))
		unexpected(p);
}

static void need_sign(struct parser *p, const char *sign)
{
	if (!take_sign(p, sign))
		unexpected(p);
}

static bool is_keyword(const struct parser *p)
{
	static const char *const words[] = {"FROM",   "WHERE",  "AND", "OR",   "ORDER", "GROUP", "LIMIT",
	                                    "OFFSET", "HAVING", "FOR", "WITH", "USING", "ALL",   "SELECT"};
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (is_word(p, words[i]))
			return true;
	return false;
}

/* A name; NULL after an error. */
static const char *name(struct parser *p)
{
	const char *text = p->token.text;
	if (p->failed || p->token.kind != TOKEN_WORD || is_keyword(p)) {
		unexpected(p);
		return NULL;
	}
	next(p);
	return text;
}

static struct soql_query *query(struct parser *p);

/* --- SELECT --- */

static enum soql_item_kind aggregate_kind(const char *function)
{
	static const struct {
		const char *name;
		enum soql_item_kind kind;
	} known[] = {
	    {"COUNT", ITEM_COUNT}, {"COUNT_DISTINCT", ITEM_COUNT_DISTINCT}, {"MIN", ITEM_MIN}, {"MAX", ITEM_MAX}};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcasecmp(known[i].name, function) == 0)
			return known[i].kind;
	return ITEM_FIELD;
}

static void function_item(struct parser *p, struct soql_item *item)
{
	item->kind = aggregate_kind(item->path);
	if (item->kind == ITEM_FIELD) {
		unexpected(p);
		return;
	}
	need_sign(p, "(");
	if (item->kind == ITEM_COUNT && is_sign(p, ")"))
		item->kind = ITEM_COUNT_ALL;
	else
		item->path = name(p);
	need_sign(p, ")");
	if (!p->failed && item->kind != ITEM_COUNT_ALL && p->token.kind == TOKEN_WORD && !is_keyword(p))
		item->alias = name(p);
}

static struct soql_item *select_item(struct parser *p)
{
	struct soql_item *item = soql_alloc(p->pool, sizeof(*item));
	if (take_sign(p, "(")) {
		if (p->depth > 0)
			unexpected(p);
		item->kind = ITEM_CHILD;
		p->depth++;
		item->child = query(p);
		p->depth--;
		need_sign(p, ")");
		return item;
	}
	item->path = name(p);
	if (is_sign(p, "("))
		function_item(p, item);
	return item;
}

static struct soql_item *select_items(struct parser *p)
{
	struct soql_item *first = NULL;
	struct soql_item **last = &first;
	do {
		*last = select_item(p);
		last = &(*last)->next;
	} while (take_sign(p, ","));
	return first;
}

/* --- WHERE --- */

static bool day_literal(struct parser *p, struct soql_value *value)
{
	static const struct {
		const char *name;
		int sign;
	} counted[] = {{"LAST_N_DAYS:", -1}, {"N_DAYS_AGO:", -1}};
	const char *word = p->token.text;
	value->kind = VALUE_DAYS;
	value->number = 1;
	if (strcasecmp(word, "TODAY") == 0)
		value->ms = 0;
	else if (strcasecmp(word, "YESTERDAY") == 0)
		value->ms = -1;
	else if (strcasecmp(word, "TOMORROW") == 0)
		value->ms = 1;
	else
		value->kind = VALUE_NULL;
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++) {
		size_t n = strlen(counted[i].name);
		if (strncasecmp(word, counted[i].name, n) != 0)
			continue;
		value->kind = VALUE_DAYS;
		value->ms = counted[i].sign * strtol(word + n, NULL, 10);
		if (i == 0)
			value->number = 1 - (double)value->ms;
	}
	return value->kind == VALUE_DAYS;
}

static struct soql_value *literal(struct parser *p)
{
	struct soql_value *value = soql_alloc(p->pool, sizeof(*value));
	if (p->failed)
		return value;
	if (p->token.kind == TOKEN_LITERAL) {
		*value = p->token.value;
	} else if (is_word(p, "true") || is_word(p, "false")) {
		value->kind = VALUE_BOOLEAN;
		value->truth = is_word(p, "true");
	} else if (p->token.kind != TOKEN_WORD || (!is_word(p, "null") && !day_literal(p, value))) {
		unexpected(p);
	}
	next(p);
	return value;
}

static enum soql_op operator(struct parser *p) { static const struct {const char * sign; enum soql_op op;}
signs[] = {{"=", OP_EQ}, {"!=", OP_NE}, {"<>", OP_NE}, {"<", OP_LT}, {"<=", OP_LE}, {">", OP_GT}, {">=", OP_GE}};
for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
	if (take_sign(p, signs[i].sign))
		return signs[i].op;
if (take_word(p, "LIKE"))
	return OP_LIKE;
if (take_word(p, "IN"))
	return OP_IN;
if (take_word(p, "NOT") && take_word(p, "IN"))
	return OP_NOT_IN;
unexpected(p);
return OP_EQ;
}

static void value_list(struct parser *p, struct soql_cond *cond)
{
	struct soql_value **last = &cond->values;
	need_sign(p, "(");
	if (is_word(p, "SELECT")) {
		p->depth++;
		cond->among = query(p);
		p->depth--;
	} else {
		do {
			*last = literal(p);
			last = &(*last)->next;
		} while (take_sign(p, ","));
	}
	need_sign(p, ")");
}

static struct soql_cond *comparison(struct parser *p)
{
	struct soql_cond *cond = soql_alloc(p->pool, sizeof(*cond));
	cond->node = NODE_COMPARE;
	cond->path = name(p);
	cond->op = operator(p);
	if (cond->op == OP_IN || cond->op == OP_NOT_IN)
		value_list(p, cond);
	else
		cond->values = literal(p);
	if (!p->failed && cond->values && cond->values->like_escape && cond->op != OP_LIKE) {
		p->failed = true;
		soql_wrong(p->err, "MALFORMED_QUERY", "Illegal string literal: \\_ and \\%% are for LIKE only");
	}
	return cond;
}

static struct soql_cond *condition(struct parser *p);

static struct soql_cond *factor(struct parser *p, bool first)
{
	if (take_sign(p, "(")) {
		struct soql_cond *inner = condition(p);
		need_sign(p, ")");
		return inner;
	}
	if (is_word(p, "NOT")) {
		if (!first)
			unexpected(p);
		next(p);
		struct soql_cond *cond = soql_alloc(p->pool, sizeof(*cond));
		cond->node = NODE_NOT;
		cond->left = factor(p, true);
		return cond;
	}
	return comparison(p);
}

static struct soql_cond *condition(struct parser *p)
{
	struct soql_cond *left = factor(p, true);
	bool is_or = is_word(p, "OR");
	while (!p->failed && (is_word(p, "AND") || is_word(p, "OR"))) {
		if (is_word(p, "OR") != is_or) {
			unexpected(p);
			break;
		}
		next(p);
		struct soql_cond *cond = soql_alloc(p->pool, sizeof(*cond));
		cond->node = is_or ? NODE_OR : NODE_AND;
		cond->left = left;
		cond->right = factor(p, false);
		left = cond;
	}
	return left;
}

/* --- the rest --- */

static struct soql_item *group_by(struct parser *p)
{
	struct soql_item *first = NULL;
	struct soql_item **last = &first;
	do {
		*last = soql_alloc(p->pool, sizeof(**last));
		(*last)->path = name(p);
		last = &(*last)->next;
	} while (take_sign(p, ","));
	return first;
}

static struct soql_order *order_by(struct parser *p)
{
	struct soql_order *first = NULL;
	struct soql_order **last = &first;
	do {
		struct soql_order *order = soql_alloc(p->pool, sizeof(*order));
		order->path = name(p);
		if (take_word(p, "DESC"))
			order->descending = true;
		else
			take_word(p, "ASC");
		if (take_word(p, "NULLS")) {
			order->nulls_last = is_word(p, "LAST");
			if (!take_word(p, "LAST"))
				need_word(p, "FIRST");
		}
		*last = order;
		last = &order->next;
	} while (take_sign(p, ","));
	return first;
}

static long whole_number(struct parser *p)
{
	double number = p->token.value.number;
	if (p->failed || p->token.kind != TOKEN_LITERAL || p->token.value.kind != VALUE_NUMBER || number < 0) {
		unexpected(p);
		return 0;
	}
	next(p);
	return (long)number;
}

static struct soql_query *query(struct parser *p)
{
	struct soql_query *q = soql_alloc(p->pool, sizeof(*q));
	q->limit = -1;
	need_word(p, "SELECT");
	q->items = select_items(p);
	need_word(p, "FROM");
	q->from = name(p);
	if (!p->failed && p->token.kind == TOKEN_WORD && !is_keyword(p))
		q->alias = name(p);
	if (take_word(p, "WHERE"))
		q->where = condition(p);
	if (take_word(p, "GROUP")) {
		need_word(p, "BY");
		q->group_by = group_by(p);
	}
	if (take_word(p, "ORDER")) {
		need_word(p, "BY");
		q->order_by = order_by(p);
	}
	if (take_word(p, "LIMIT"))
		q->limit = whole_number(p);
	if (take_word(p, "OFFSET"))
		q->offset = whole_number(p);
	return q;
}

struct soql_query *soql_parse(const char *text, struct soql_pool **ret_pool, struct soql_error *reterr)
{
	struct parser p = {.pool = soql_pool_new(), .text = text, .err = reterr};
	*ret_pool = p.pool;
	next(&p);
	struct soql_query *q = query(&p);
	if (!p.failed && p.token.kind != TOKEN_END)
		unexpected(&p);
	return p.failed ? NULL : q;
}

static bool path_ends(const char *path, const char *field)
{
	const char *dot = path ? strrchr(path, '.') : NULL;
	return path && strcasecmp(dot ? dot + 1 : path, field) == 0;
}

static bool cond_mentions(const struct soql_cond *cond, const char *field)
{
	if (!cond)
		return false;
	return path_ends(cond->path, field) || cond_mentions(cond->left, field) || cond_mentions(cond->right, field) ||
	       (cond->among && soql_mentions(cond->among, field));
}

bool soql_mentions(const struct soql_query *q, const char *field)
{
	for (const struct soql_item *item = q->items; item; item = item->next)
		if (path_ends(item->path, field) || (item->child && soql_mentions(item->child, field)))
			return true;
	return cond_mentions(q->where, field);
}
