/*
 * assign.h - what Salesforce does around assignments of permission sets and licences.
 */
#pragma once

#include "tests/sim/salesforce/service.h"

/* May this record be created? A reply with status 0 says yes; other objects pass. */
struct reply assign_check(struct call *call, const struct object *object, json_t *row);
/* It was: licences follow. */
void assign_created(struct call *call, const struct object *object, const json_t *row);
/* Deletes an assignment with what goes with it, or refuses; status 0: not ours, or nothing special: delete it plainly.
 */
struct reply assign_delete(struct call *call, const struct object *object, json_t *row);
