/*
 * rights.h - what the caller's permissions let it see and do.
 *
 * Salesforce hides rather than refuses: without Customize Application a query for OauthToken returns the caller's own
 * rows and no error. A client that takes "nothing found" for "nothing there" shows here.
 */
#pragma once

#include "tests/sim/salesforce/org.h"

/* Has this user the permission ("ManageUsers")? From setup.rights: {username: [permissions]}. */
bool rights_has(struct org *org, const char *user_id, const char *permission);
/* Is the object there at all for this user? */
bool rights_object(struct org *org, const char *user_id, const struct object *object);
bool rights_field(struct org *org, const char *user_id, const struct object *object, const struct field *field);
bool rights_row(struct org *org, const char *user_id, const struct object *object, const json_t *row);
/* The permission that a write to this object needs. */
const char *rights_to_write(const struct object *object);
/* The one row of UserPermissionAccess: what this user may; a new reference. */
json_t *rights_access_row(struct org *org, const char *user_id);
