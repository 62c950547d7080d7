/*
 * salesforce/permissions.h - permission sets, their licences, and who holds them: queries and records. Pure.
 *
 * The four objects are PermissionSet (PS), PermissionSetLicense (PSL) and the
 * rows that give them to a user, PermissionSetAssignment (PSA) and
 * PermissionSetLicenseAssign (PSLA). The shapes that come out are told in
 * salesforce.h; "broad" is added by those who know (catalogue.h).
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"
#include "salesforce/columns.h"

/* Subqueries of a query on User, both in parentheses: what the user holds. */
void permissions_put_held(struct buf *query, const struct columns *columns);
/* From such a User record: arrays of what the user holds, as sf_look tells them. */
json_t *permissions_held_sets(const json_t *user);
json_t *permissions_held_licences(const json_t *user);

/* The whole query for permission sets of these names. */
void permissions_put_sets(struct buf *query, const struct columns *columns, const char *const *names, size_t count);
/* The whole query for licences with a flag, or with one of these ids; false if there is nothing to ask for. */
bool permissions_put_licences(struct buf *query, const struct columns *columns, const char *const *ids, size_t count);
/* One record as sf_find tells it. */
json_t *permissions_set(const json_t *record);
json_t *permissions_licence(const json_t *record);
