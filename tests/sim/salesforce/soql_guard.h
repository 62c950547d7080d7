/*
 * soql_guard.h - has a word of people broken out of its quotes?
 */
#pragma once

#include "tests/sim/salesforce/soql_walk.h"

/* Notes a violation if the query looks like it. `query` NULL: it could not even be parsed. */
void soql_guard(const struct scope *scope, const struct soql_query *query, const char *text);
