/*
 * salesforce/columns.h - the permission flags that make Inbox and Einstein Activity Capture. Pure.
 *
 * Permission sets, licences and rights are recognised by flags, never by label:
 * labels differ by edition and language. The fields of the flags exist in an org
 * only if the feature does, and a query naming a missing field fails whole; so
 * it is kept here which may be named.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "bot/base/buf.h"

enum { COLUMN_FLAGS = 3, COLUMN_STATUS = 7 };

/* What of an org's fields may be named in queries. */
struct columns {
	bool set_flags[COLUMN_FLAGS];     /* Permissions... of PermissionSet */
	bool licence_flags[COLUMN_FLAGS]; /* MaximumPermissions... of PermissionSetLicense */
	bool developer_name;              /* of PermissionSetLicense: takes View Setup to be seen */
	bool licence_facts;               /* PermissionSetLicense behind an assignment: label, status, seats */
	bool status[COLUMN_STATUS];       /* of ActivityUsrConnectionStatus, besides the status itself */
};

void columns_assume_all(struct columns *c);
/* Reads the answer of a describe call. */
void columns_read_sets(struct columns *c, const json_t *describe);
void columns_read_licences(struct columns *c, const json_t *describe);
/* The names of all permissions of a PermissionSet or PermissionSetLicense, as a describe call tells them. */
json_t *columns_permissions(const json_t *describe);
/* A query was refused because of a field: strikes the ones that the text names. True if that changed anything. */
bool columns_strike(struct columns *c, const char *text);
/* The text named none: strikes first the flags, then what else is known of licences. False if nothing was left. */
bool columns_strike_all(struct columns *c);
/* The same for the connection status. */
bool columns_strike_status(struct columns *c);

/* ", PermissionSet.PermissionsSalesforceIQInbox, ..." with `path` ("PermissionSet." or "") before each name. */
void columns_put_set_flags(struct buf *query, const struct columns *c, const char *path);
/* Also the developer name. */
void columns_put_licence_flags(struct buf *query, const struct columns *c, const char *path);
/* ", EmailAddress, ..." */
void columns_put_status(struct buf *query, const struct columns *c);
/* "(MaximumPermissionsSalesforceIQInbox = true OR ...)"; false, with nothing put, if the org has none of them. */
bool columns_put_licence_filter(struct buf *query, const struct columns *c);

/* Sets "inbox" and "eac" of `out` from the flags of a record of PermissionSet or PermissionSetLicense. */
void columns_set_flags(json_t *out, const json_t *record);
/*
 * Does a whole record carry permissions besides? Appends up to five of their names to `why` (may be NULL).
 * `record` is all of a PermissionSet or PermissionSetLicense, read by id.
 */
bool columns_is_broad(const json_t *record, json_t *why);
