/*
 * holdings.c - reading together what hangs on a user.
 */
#include "tests/sim/salesforce/holdings.h"
#include "tests/sim/salesforce/ids.h"

#include <string.h>

/* One row as it is shown; a new reference. */
typedef json_t *show_fn(struct org *org, const json_t *row);

static json_t *show_set(struct org *org, const json_t *row)
{
	const json_t *set = org_row(org, org_text(row, "PermissionSetId"));
	const json_t *group = org_row(org, org_text(row, "PermissionSetGroupId"));
	const char *expires = json_string_value(json_object_get(row, "ExpirationDate"));
	return json_pack("{s:s, s:s?, s:s?, s:b}", "name", org_text(set, "Name"), "expires", expires, "group",
	                 group ? org_text(group, "DeveloperName") : NULL, "profile", org_true(set, "IsOwnedByProfile"));
}

static json_t *show_license(struct org *org, const json_t *row)
{
	return json_string(org_text(org_row(org, org_text(row, "PermissionSetLicenseId")), "DeveloperName"));
}

static json_t *show_token(struct org *org, const json_t *row)
{
	(void)org;
	return json_string(org_text(row, "AppName"));
}

static json_t *show_link(struct org *org, const json_t *row)
{
	(void)org;
	return json_pack("{s:s, s:b}", "handle", org_text(row, "Handle"), "mailbox", org_true(row, "IsNotSsoUsable"));
}

static json_t *show_session(struct org *org, const json_t *row)
{
	(void)org;
	return json_string(org_text(row, "LoginType"));
}

static json_t *list(struct org *org, const json_t *user, const char *object, const char *field, show_fn *show)
{
	json_t *shown = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, object), i, row)
		if (id_same(org_text(row, field), org_text(user, "Id")))
			json_array_append_new(shown, show(org, row));
	return shown;
}

json_t *holdings_of(struct org *org, const json_t *user)
{
	const json_t *status = org_row_by(org, "ActivityUsrConnectionStatus", "UserId", org_text(user, "Id"));
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s?}", "id", org_text(user, "Id"), "user",
	                 org_text(user, "Username"), "sets",
	                 list(org, user, "PermissionSetAssignment", "AssigneeId", show_set), "licenses",
	                 list(org, user, "PermissionSetLicenseAssign", "AssigneeId", show_license), "tokens",
	                 list(org, user, "OauthToken", "UserId", show_token), "links",
	                 list(org, user, "ThirdPartyAccountLink", "UserId", show_link), "sessions",
	                 list(org, user, "AuthSession", "UsersId", show_session), "status",
	                 status ? org_text(status, "ConnectivityStatus") : NULL);
}
