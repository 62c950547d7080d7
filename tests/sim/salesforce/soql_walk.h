/*
 * soql_walk.h - who asks, and the way from a row along a dotted path to a value.
 */
#pragma once

#include "tests/sim/salesforce/org.h"
#include "tests/sim/salesforce/soql.h"

/* Who runs a query, and under which API version. */
struct scope {
	struct org *org;
	const char *user_id;
	int version;
};

enum { WALK_MAX = 6 };

/* PermissionSet.License.Name: all but the last hop are references. */
struct walk {
	const struct object *objects[WALK_MAX];
	const struct field *fields[WALK_MAX];
	size_t hops;
};

/* The object that a query reads; NULL and INVALID_TYPE when it is not there for this caller. */
const struct object *soql_object(const struct scope *scope, const char *name, struct soql_error *reterr);
/* Resolves a path of `query` on `object`; false and INVALID_FIELD when it leads nowhere. */
bool soql_walk(const struct scope *scope, const struct soql_query *query, const struct object *object, const char *path,
               struct walk *ret, struct soql_error *reterr);
/* The field that a walk ends at. */
const struct field *walk_end(const struct walk *walk);
/* The value at its end, a new reference; null where the way breaks off. */
json_t *walk_value(const struct scope *scope, const struct walk *walk, json_t *row);
