/*
 * soql_check.h - may this query be run at all?
 */
#pragma once

#include "tests/sim/salesforce/soql_walk.h"

/* Objects, fields, types of values, what may be filtered, grouped and counted. False and Salesforce's error. */
bool soql_check(const struct scope *scope, const struct soql_query *query, struct soql_error *reterr);
/* Has it COUNT(x), MIN, MAX or GROUP BY? (A bare COUNT() is something else.) */
bool soql_is_aggregate(const struct soql_query *query);
bool soql_is_count_all(const struct soql_query *query);
