/*
 * grants.c - licences and sets.
 */
#include "tests/sim/salesforce/grants.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>

/* Only these need a licence here; they are the first of schema_flags.h. */
enum { LICENSED_FLAGS = 5 };

static json_t *held(struct org *org, const char *object, const char *user_id, const char *field, const char *id)
{
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, object), i, row)
		if (id_same(org_text(row, "AssigneeId"), user_id) && id_same(org_text(row, field), id))
			return row;
	return NULL;
}

json_t *grants_assignment(struct org *org, const char *user_id, const char *set_id)
{
	return held(org, "PermissionSetAssignment", user_id, "PermissionSetId", set_id);
}

json_t *grants_license_assignment(struct org *org, const char *user_id, const char *license_id)
{
	return held(org, "PermissionSetLicenseAssign", user_id, "PermissionSetLicenseId", license_id);
}

const char *grants_tied_license(struct org *org, const json_t *set)
{
	const char *id = org_text(set, "LicenseId");
	return strncmp(id, "0PL", 3) == 0 && org_row(org, id) ? id : NULL;
}

static bool flag_of(const json_t *row, const char *prefix, const char *flag)
{
	char field[100];
	snprintf(field, sizeof(field), "%s%s", prefix, flag);
	return org_true(row, field);
}

static bool covered(struct org *org, const char *user_id, const char *flag)
{
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, "PermissionSetLicenseAssign"), i, row)
		if (id_same(org_text(row, "AssigneeId"), user_id) &&
		    flag_of(org_row(org, org_text(row, "PermissionSetLicenseId")), "MaximumPermissions", flag))
			return true;
	return false;
}

const char *grants_uncovered(struct org *org, const char *user_id, const json_t *set)
{
	for (size_t i = 0; i < LICENSED_FLAGS; i++)
		if (flag_of(set, "Permissions", schema_flag_at(i)) && !covered(org, user_id, schema_flag_at(i)))
			return schema_flag_label(schema_flag_at(i));
	return NULL;
}

/* Tied to it, or untied with a permission that this licence is for. */
static bool leans_on(struct org *org, const json_t *set, const char *license_id)
{
	const json_t *license = org_row(org, license_id);
	if (!set || org_true(set, "IsOwnedByProfile"))
		return false;
	if (*org_text(set, "LicenseId"))
		return id_same(org_text(set, "LicenseId"), license_id);
	for (size_t i = 0; i < LICENSED_FLAGS; i++)
		if (flag_of(set, "Permissions", schema_flag_at(i)) &&
		    flag_of(license, "MaximumPermissions", schema_flag_at(i)))
			return true;
	return false;
}

static const char *group_leaning_on(struct org *org, const char *group_id, const char *license_id)
{
	size_t i;
	json_t *part;
	json_array_foreach (org_table(org, "PermissionSetGroupComponent"), i, part)
		if (id_same(org_text(part, "PermissionSetGroupId"), group_id) &&
		    leans_on(org, org_row(org, org_text(part, "PermissionSetId")), license_id))
			return org_text(org_row(org, group_id), "DeveloperName");
	return NULL;
}

const char *grants_needed_by(struct org *org, const char *user_id, const char *license_id)
{
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, "PermissionSetAssignment"), i, row) {
		const json_t *set = org_row(org, org_text(row, "PermissionSetId"));
		if (!id_same(org_text(row, "AssigneeId"), user_id))
			continue;
		if (leans_on(org, set, license_id))
			return org_text(set, "Name");
		const char *group = group_leaning_on(org, org_text(row, "PermissionSetGroupId"), license_id);
		if (group)
			return group;
	}
	return NULL;
}

static json_int_t free_seats(struct org *org, json_t *license)
{
	const struct object *object = schema_object("PermissionSetLicense");
	json_t *used = org_cell(org, object, license, schema_field(object, "UsedLicenses"));
	json_int_t left = json_integer_value(json_object_get(license, "TotalLicenses")) - json_integer_value(used);
	json_decref(used);
	return left;
}

enum grant_result grants_may_give(struct org *org, const char *user_id, const char *license_id)
{
	json_t *license = org_row(org, license_id);
	if (grants_license_assignment(org, user_id, license_id))
		return GRANT_HELD_ALREADY;
	if (strcmp(org_text(license, "Status"), "Disabled") == 0)
		return GRANT_DISABLED;
	return free_seats(org, license) > 0 ? GRANT_DONE : GRANT_NO_SEAT;
}

enum grant_result grants_give_license(struct org *org, const char *user_id, const char *license_id)
{
	enum grant_result result = grants_may_give(org, user_id, license_id);
	if (result != GRANT_DONE)
		return result;
	org_insert(org, "PermissionSetLicenseAssign",
	           json_pack("{s:s, s:s}", "AssigneeId", user_id, "PermissionSetLicenseId", license_id));
	grants_audit(org, "PermSetLicenseAssign", "Manage Users", NULL, user_id,
	             org_text(org_row(org, license_id), "MasterLabel"));
	return GRANT_DONE;
}

void grants_seat_freed(struct org *org, const char *license_id)
{
	json_t *license = org_row(org, license_id);
	int64_t wanted = org_number(org, "steal_seats");
	if (wanted <= 0)
		return;
	json_t *left = json_integer(wanted - 1);
	org_switch(org, "steal_seats", left);
	json_decref(left);
	json_int_t elsewhere = json_integer_value(json_object_get(license, "_used_elsewhere"));
	json_object_set_new(license, "_used_elsewhere", json_integer(elsewhere + 1));
}

void grants_release_license(struct org *org, const char *user_id, const char *license_id)
{
	json_t *row = grants_license_assignment(org, user_id, license_id);
	const json_t *license = org_row(org, license_id);
	if (!row || grants_needed_by(org, user_id, license_id))
		return;
	grants_audit(org, "PermSetLicenseUnassign", "Manage Users", NULL, user_id, org_text(license, "MasterLabel"));
	org_remove(org, org_text(row, "Id"), false);
	grants_seat_freed(org, license_id);
}

void grants_by_automation(struct org *org, const char *user_id, const char *set_id)
{
	const json_t *set = org_row(org, set_id);
	const char *license = grants_tied_license(org, set);
	if (grants_assignment(org, user_id, set_id))
		return;
	org_insert(org, "PermissionSetAssignment",
	           json_pack("{s:s, s:s, s:s}", "AssigneeId", user_id, "PermissionSetId", set_id,
	                     "LastCreatedByChangeId", "0zUSj0000000001AAA"));
	if (license)
		grants_give_license(org, user_id, license);
	grants_audit(org, "PermSetAssign", "Manage Users", NULL, user_id, org_text(set, "Label"));
}

void grants_audit(struct org *org, const char *action, const char *section, const char *by_id, const char *user_id,
                  const char *what)
{
	const json_t *user = org_row(org, user_id);
	org_insert(org, "SetupAuditTrail",
	           json_pack("{s:s, s:s, s:o, s:s?}", "Action", action, "Section", section, "Display",
	                     sim_jsonf("%s: user %s", what, org_text(user, "Name")), "CreatedById", by_id));
}
