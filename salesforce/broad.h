/*
 * salesforce/broad.h - asking what a permission set or licence carries besides Inbox and EAC. Pure.
 *
 * The surest way is the whole record, read by its id: it names every permission of the org. Where records can't be
 * read so, queries that name every permission known from describe do as well. Rows that hang on a set (objects,
 * classes, apps) are asked for beside either.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "salesforce/columns.h"
#include "salesforce/composite.h"

/* By an id's prefix: a licence (0PL); anything else here is a set. */
bool broad_is_licence(const char *id);
/* "PermissionSetLicense" or "PermissionSet" */
const char *broad_object(const char *id);

/* The whole records of these ids, as parts "id0", "id1", ..., and what hangs on the sets among them. */
void broad_put_records(struct composite *c, const json_t *ids);
/* What hangs on a set: "ObjectPermissions:Account", at most five. From an answer to broad_put_records; what is not
 * readable in it is not counted. */
json_t *broad_children(const json_t *answer, const char *id);

/*
 * Queries that name all `permissions` (columns_permissions) of sets or of licences, which `ids` all are. False if they
 * are more than one call holds.
 */
bool broad_put_permissions(struct composite *c, const json_t *ids, const json_t *permissions,
                           const struct columns *columns);
/* The whole record out of all answers to those, a new reference. NULL if it is not there or *ret (then its code is not
 * OK) says why not. */
json_t *broad_record(const json_t *answer, const char *id, struct sf_trouble *ret);
