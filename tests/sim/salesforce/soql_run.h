/*
 * soql_run.h - running a query: from text to the records of the answer.
 */
#pragma once

#include "tests/sim/salesforce/soql_walk.h"

/*
 * {"totalSize": n, "records": [...]} with the records as Salesforce writes them (attributes, nested parents,
 * subqueries; an empty subquery is null); a new reference. NULL and *reterr if it is refused.
 */
json_t *soql_run(const struct scope *scope, const char *text, struct soql_error *reterr);
/* Does the semi-join `query` return this value? */
bool soql_among(const struct scope *scope, const struct soql_query *query, const json_t *value);
/* Records of one object as answers show them: its attributes; a new reference. */
json_t *soql_attributes(const struct scope *scope, const struct object *object, const json_t *row);
