/*
 * soql_groups.h - GROUP BY, COUNT, MIN and MAX.
 */
#pragma once

#include "tests/sim/salesforce/soql_walk.h"

/* One AggregateResult per group, in the order in which the groups first appear; a new reference. */
json_t *soql_groups(const struct scope *scope, const struct soql_query *query, const struct object *object,
                    json_t *rows);
