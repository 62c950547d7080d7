/*
 * soql.h - a query as a tree, from text.
 *
 * Fields are dotted paths as they were written; whether they exist is for soql_check.h. Everything in the tree belongs
 * to the query it was parsed into.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum soql_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_LIKE, OP_IN, OP_NOT_IN };
enum soql_value_kind { VALUE_NULL, VALUE_BOOLEAN, VALUE_NUMBER, VALUE_STRING, VALUE_DATETIME, VALUE_DATE, VALUE_DAYS };

/* What \_ and \% of a LIKE pattern become. */
enum { SOQL_LITERAL_UNDERSCORE = 1, SOQL_LITERAL_PERCENT = 2 };

struct soql_value {
	enum soql_value_kind kind;
	const char *text;
	double number; /* of a day literal: how many days it spans */
	bool truth;
	int64_t ms;       /* of a date or time; of a day literal: the first day, counted from today */
	bool like_escape; /* the text has \_ or \%, which only LIKE knows */
	struct soql_value *next;
};

enum soql_node { NODE_AND, NODE_OR, NODE_NOT, NODE_COMPARE };

struct soql_cond {
	enum soql_node node;
	struct soql_cond *left;  /* AND, OR, NOT */
	struct soql_cond *right; /* AND, OR */
	const char *path;        /* COMPARE, from here on */
	enum soql_op op;
	struct soql_value *values;
	struct soql_query *among; /* IN (SELECT ...) */
};

enum soql_item_kind { ITEM_FIELD, ITEM_COUNT_ALL, ITEM_COUNT, ITEM_COUNT_DISTINCT, ITEM_MIN, ITEM_MAX, ITEM_CHILD };

struct soql_item {
	enum soql_item_kind kind;
	const char *path;
	const char *alias;
	struct soql_query *child;
	struct soql_item *next;
};

struct soql_order {
	const char *path;
	bool descending;
	bool nulls_last;
	struct soql_order *next;
};

struct soql_query {
	struct soql_item *items;
	const char *from;
	const char *alias;
	struct soql_cond *where;
	struct soql_item *group_by; /* ITEM_FIELD only */
	struct soql_order *order_by;
	long limit; /* -1: none */
	long offset;
};

/* What is wrong with a query, as Salesforce names it. */
struct soql_error {
	char code[48];
	char message[400];
};

struct soql_pool;

/* The tree, owned by *ret_pool (free it with soql_free, also after an error); NULL and *reterr when it is malformed. */
struct soql_query *soql_parse(const char *text, struct soql_pool **ret_pool, struct soql_error *reterr);
void soql_free(struct soql_pool *pool);
/* Fills an error. Returns false, so that a check can end with it. */
bool soql_wrong(struct soql_error *err, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* True if the query or one of its subqueries selects or filters on this field (last part of the path). */
bool soql_mentions(const struct soql_query *query, const char *field);
