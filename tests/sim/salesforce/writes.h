/*
 * writes.h - create, change and delete, with everything that hangs on them in Salesforce.
 *
 * Here stand the guard rails too: what a careful client never does is done like any other write, and recorded as a
 * violation.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

struct reply write_create(struct call *call, const struct object *object, json_t *body);
struct reply write_change(struct call *call, const struct object *object, const char *id, json_t *body);
struct reply write_delete(struct call *call, const struct object *object, const char *id);
/* A token of this user and app is about to be revoked. */
void write_guard_revoke(struct org *org, const json_t *token);
