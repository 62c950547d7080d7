/*
 * soql_match.h - does a row fit a condition?
 */
#pragma once

#include "tests/sim/salesforce/soql_walk.h"

/* For conditions that soql_check has let pass; a NULL condition fits every row. */
bool soql_match(const struct scope *scope, const struct soql_query *query, const struct object *object,
                const struct soql_cond *cond, json_t *row);
/* Order of two values of a field: negative, 0, positive. Nulls come first. */
int soql_compare(const struct field *field, const json_t *a, const json_t *b);
