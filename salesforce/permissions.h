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
#include "salesforce/wish.h"

/* Subqueries of a query on User, both in parentheses: what the user holds. */
void permissions_put_held(struct buf *query, const struct columns *columns);
/* From such a User record: arrays of what the user holds, as sf_look tells them. */
json_t *permissions_held_sets(const json_t *user);
json_t *permissions_held_licences(const json_t *user);

/* The query for permission sets of these names, as the part "sets". */
void permissions_ask_sets(struct wish *wish, const struct columns *columns, const char *const *names, size_t count);
/* The query for licences with a flag, or with one of these ids, as the part "licences"; false if there is nothing to ask
 * for. */
bool permissions_ask_licences(struct wish *wish, const struct columns *columns, const char *const *ids, size_t count);
/* One record as sf_find tells it. */
json_t *permissions_set(const json_t *record);
json_t *permissions_licence(const json_t *record);
