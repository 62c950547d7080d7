/*
 * holdings.h - what a user has, for tests to compare and for the demo to show.
 */
#pragma once

#include "tests/sim/salesforce/org.h"

/*
 * {"user", "sets": [{name, expires, group, profile}], "licenses": [name], "tokens": [app], "links": [{handle,
 * mailbox}], "sessions": [type], "status": "ACTIVE"}; a new reference. Lists are in the order of their making.
 */
json_t *holdings_of(struct org *org, const json_t *user);
