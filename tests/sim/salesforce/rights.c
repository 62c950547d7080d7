/*
 * rights.c - visibility as a table: which permission shows whose rows.
 */
#include "tests/sim/salesforce/rights.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Who sees the rows of others; `owner` is the field that makes a row somebody's own. */
static const struct {
	const char *object;
	const char *any_of[3];
	const char *owner;
} row_rules[] = {
    {"OauthToken", {"CustomizeApplication"}, "UserId"},
    {"ThirdPartyAccountLink", {"ManageUsers"}, "UserId"},
    {"AuthSession", {"ManageUsers"}, "UsersId"},
    {"UserLogin", {"ManageUsers"}, "UserId"},
    {"PermissionSetAssignment", {"ViewSetup", "AssignPermissionSets", "ManageUsers"}, "AssigneeId"},
    {"PermissionSetLicenseAssign", {"ViewSetup", "AssignPermissionSets"}, "AssigneeId"},
    {"EmailMessage", {"ViewAllData"}, "CreatedById"},
};

/* Objects that are not there without the permission. */
static const struct {
	const char *object;
	const char *any_of[2];
} object_rules[] = {
    {"PermissionSetLicense", {"ViewSetup", "AssignPermissionSets"}},
    {"SetupAuditTrail", {"ViewSetup"}},
    {"ActivityUsrConnectionStatus", {"CustomizeApplication", "ModifyAllData"}},
    {"AuthProvider", {"ManageAuthProviders"}},
};

static const struct {
	const char *object;
	const char *permission;
} write_rules[] = {
    {"PermissionSetAssignment", "AssignPermissionSets"},
    {"PermissionSetLicenseAssign", "ManageUsers"},
    {"AuthSession", "ManageUsers"},
    {"ThirdPartyAccountLink", "ManageUsers"},
    {"UserLogin", "ManageUsers"},
    {"User", "ManageUsers"},
    {"UserEmailCalendarSync", "CustomizeApplication"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool rights_has(struct org *org, const char *user_id, const char *permission)
{
	const json_t *user = org_row(org, user_id);
	const json_t *rights = json_object_get(json_object_get(org_setup(org), "rights"), org_text(user, "Username"));
	size_t i;
	json_t *right;
	json_array_foreach (rights, i, right)
		if (strcasecmp(json_string_value(right), permission) == 0)
			return true;
	return false;
}

static bool has_any(struct org *org, const char *user_id, const char *const *any_of, size_t count)
{
	for (size_t i = 0; i < count && any_of[i]; i++)
		if (rights_has(org, user_id, any_of[i]))
			return true;
	return false;
}

bool rights_object(struct org *org, const char *user_id, const struct object *object)
{
	for (size_t i = 0; i < COUNT(object_rules); i++)
		if (strcmp(object_rules[i].object, object->name) == 0)
			return has_any(org, user_id, object_rules[i].any_of, COUNT(object_rules[i].any_of));
	return true;
}

bool rights_field(struct org *org, const char *user_id, const struct object *object, const struct field *field)
{
	/* DeveloperName of a licence is for those who may see Setup */
	if (strcmp(object->name, "PermissionSetLicense") == 0 && strcmp(field->name, "DeveloperName") == 0)
		return rights_has(org, user_id, "ViewSetup");
	return true;
}

bool rights_row(struct org *org, const char *user_id, const struct object *object, const json_t *row)
{
	for (size_t i = 0; i < COUNT(row_rules); i++)
		if (strcmp(row_rules[i].object, object->name) == 0)
			return has_any(org, user_id, row_rules[i].any_of, COUNT(row_rules[i].any_of)) ||
			       id_same(org_text(row, row_rules[i].owner), user_id);
	return true;
}

const char *rights_to_write(const struct object *object)
{
	for (size_t i = 0; i < COUNT(write_rules); i++)
		if (strcmp(write_rules[i].object, object->name) == 0)
			return write_rules[i].permission;
	return "ModifyAllData";
}

json_t *rights_access_row(struct org *org, const char *user_id)
{
	json_t *row = json_pack("{s:s}", "Id", "000000000000000AAA");
	for (size_t i = 0; schema_flag_at(i); i++) {
		char field[80];
		snprintf(field, sizeof(field), "Permissions%s", schema_flag_at(i));
		json_object_set_new(row, field, json_boolean(rights_has(org, user_id, schema_flag_at(i))));
	}
	return row;
}
