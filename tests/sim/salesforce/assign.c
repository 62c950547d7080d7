/*
 * assign.c - PermissionSetAssignment and PermissionSetLicenseAssign.
 *
 * Rules after Salesforce's help: a licence that a set is tied to comes and goes with the set; one that a set still
 * needs can't be removed; a profile's set can't be taken from anybody; a row of a permission set group stands for the
 * whole group.
 */
#include "tests/sim/salesforce/assign.h"
#include "tests/sim/salesforce/grants.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/times.h"

#include <string.h>

static bool is_set(const struct object *object)
{
	return strcmp(object->name, "PermissionSetAssignment") == 0;
}

static bool is_license(const struct object *object)
{
	return strcmp(object->name, "PermissionSetLicenseAssign") == 0;
}

/* A reference that a new record must have: there, of the right kind, and pointing at something. */
static bool reference_fits(struct org *org, const json_t *row, const char *field, const char *prefix, struct reply *ret)
{
	const char *id = org_text(row, field);
	if (!*id)
		*ret = reply_field_error("REQUIRED_FIELD_MISSING", field, "Required fields are missing");
	else if (!id_valid(id) || strncmp(id, prefix, 3) != 0)
		*ret = reply_field_error("MALFORMED_ID", field, "id value of incorrect type");
	else if (!org_row(org, id))
		*ret = reply_field_error("INVALID_CROSS_REFERENCE_KEY", field, "invalid cross reference id");
	return ret->status == 0;
}

static struct reply duplicate(struct org *org, const json_t *there, const char *field)
{
	if (org_true(there, "_by_client"))
		org_violation(org, "creates the assignment %s again, although that had succeeded",
		              org_text(there, "Id"));
	return reply_error(400, "DUPLICATE_VALUE", "duplicate value found: %s duplicates value on record with id: %s",
	                   field, org_text(there, "Id"));
}

static struct reply no_license(struct org *org, const json_t *set, const char *user_id, const char *permission)
{
	return reply_error(
	    400, "FIELD_INTEGRITY_EXCEPTION",
	    "Can't assign permission set %s to user %s. The user license doesn't allow the permission: %s",
	    org_text(set, "Label"), org_text(org_row(org, user_id), "Username"), permission);
}

static struct reply license_refused(struct org *org, const char *license_id, enum grant_result result)
{
	const char *label = org_text(org_row(org, license_id), "MasterLabel");
	if (result == GRANT_DISABLED)
		return reply_error(400, "FIELD_INTEGRITY_EXCEPTION", "The permission set license %s is disabled",
		                   label);
	return reply_error(400, "LICENSE_LIMIT_EXCEEDED", "There aren't enough available permission set licenses: %s",
	                   label);
}

/* The licence is given before the set is; that also finds out whether there is one to give. */
static struct reply check_set_license(struct org *org, const char *user_id, const json_t *set)
{
	const char *license = grants_tied_license(org, set);
	if (license && org_flag(org, "auto_assign")) {
		enum grant_result result = grants_give_license(org, user_id, license);
		if (result == GRANT_NO_SEAT || result == GRANT_DISABLED)
			return license_refused(org, license, result);
	}
	const char *permission = license ? NULL : grants_uncovered(org, user_id, set);
	return permission ? no_license(org, set, user_id, permission) : (struct reply){0};
}

static bool is_past(struct org *org, const char *time)
{
	int64_t ms = 0;
	return times_parse(time, &ms) && ms <= org_now_ms(org);
}

static struct reply check_set(struct org *org, json_t *row)
{
	struct reply wrong = {0};
	const char *user_id = org_text(row, "AssigneeId");
	bool group = *org_text(row, "PermissionSetGroupId");
	const char *field = group ? "PermissionSetGroupId" : "PermissionSetId";
	if (!reference_fits(org, row, "AssigneeId", "005", &wrong) ||
	    !reference_fits(org, row, field, group ? "0PG" : "0PS", &wrong))
		return wrong;
	if (!org_true(org_row(org, user_id), "IsActive"))
		return reply_error(400, "INACTIVE_OWNER_OR_USER", "operation performed with inactive user [%s]",
		                   user_id);
	if (is_past(org, org_text(row, "ExpirationDate")))
		return reply_field_error("FIELD_INTEGRITY_EXCEPTION", "ExpirationDate",
		                         "The expiration date must be in the future");
	if (group)
		return wrong;
	const json_t *there = grants_assignment(org, user_id, org_text(row, "PermissionSetId"));
	if (there)
		return duplicate(org, there, "PermissionSetId");
	return check_set_license(org, user_id, org_row(org, org_text(row, "PermissionSetId")));
}

static struct reply check_license(struct org *org, json_t *row)
{
	struct reply wrong = {0};
	const char *user_id = org_text(row, "AssigneeId");
	const char *license_id = org_text(row, "PermissionSetLicenseId");
	if (!reference_fits(org, row, "AssigneeId", "005", &wrong) ||
	    !reference_fits(org, row, "PermissionSetLicenseId", "0PL", &wrong))
		return wrong;
	json_t *there = grants_license_assignment(org, user_id, license_id);
	if (there)
		return duplicate(org, there, "PermissionSetLicenseId");
	enum grant_result result = grants_may_give(org, user_id, license_id);
	return result == GRANT_DONE ? wrong : license_refused(org, license_id, result);
}

struct reply assign_check(struct call *call, const struct object *object, json_t *row)
{
	if (is_set(object))
		return check_set(call->service->org, row);
	if (is_license(object))
		return check_license(call->service->org, row);
	return (struct reply){0};
}

void assign_created(struct call *call, const struct object *object, const json_t *row)
{
	struct org *org = call->service->org;
	if (is_set(object))
		grants_audit(org, "PermSetAssign", "Manage Users", call->user_id, org_text(row, "AssigneeId"),
		             org_text(org_row(org, org_text(row, "PermissionSetId")), "Label"));
}

/* --- taking away --- */

static void regrant(struct call *call, const char *user_id, const char *set_id)
{
	struct org *org = call->service->org;
	int64_t times = org_number(org, "regrant_times");
	if (times <= 0)
		return;
	json_t *left = json_integer(times - 1);
	org_switch(org, "regrant_times", left);
	json_decref(left);
	later_add(call->service->later, org_number(org, "regrant_ms"), LATER_GRANT,
	          json_pack("{s:s, s:s}", "user", user_id, "set", set_id));
}

static void unassign_license(struct call *call, const char *user_id, const char *license)
{
	struct org *org = call->service->org;
	int64_t lag = org_number(org, "unassign_lag_ms");
	if (!license || !org_flag(org, "auto_unassign"))
		return;
	if (lag > 0)
		later_add(call->service->later, lag, LATER_RELEASE,
		          json_pack("{s:s, s:s}", "user", user_id, "license", license));
	else
		grants_release_license(org, user_id, license);
}

static void remove_group(struct org *org, const char *user_id, const char *group_id)
{
	json_t *rows = json_copy(org_table(org, "PermissionSetAssignment"));
	size_t i;
	json_t *row;
	org_violation(org, "removes an assignment of the permission set group %s, and with it the whole group",
	              org_text(org_row(org, group_id), "DeveloperName"));
	json_array_foreach (rows, i, row)
		if (id_same(org_text(row, "AssigneeId"), user_id) &&
		    id_same(org_text(row, "PermissionSetGroupId"), group_id))
			org_remove(org, org_text(row, "Id"), true);
	json_decref(rows);
}

static struct reply delete_set(struct call *call, json_t *row)
{
	struct org *org = call->service->org;
	const json_t *set = org_row(org, org_text(row, "PermissionSetId"));
	if (org_true(set, "IsOwnedByProfile"))
		return reply_error(400, "FIELD_INTEGRITY_EXCEPTION",
		                   "Cannot remove the permission set that belongs to the user's profile");
	json_t *kept = json_incref(row);
	const char *user_id = org_text(kept, "AssigneeId");
	if (*org_text(row, "PermissionSetGroupId"))
		remove_group(org, user_id, org_text(kept, "PermissionSetGroupId"));
	else
		org_remove(org, org_text(kept, "Id"), true);
	grants_audit(org, "PermSetUnassign", "Manage Users", call->user_id, user_id, org_text(set, "Label"));
	unassign_license(call, user_id, grants_tied_license(org, set));
	if (set)
		regrant(call, user_id, org_text(set, "Id"));
	json_decref(kept);
	return reply_empty(204);
}

static struct reply delete_license(struct call *call, json_t *row)
{
	struct org *org = call->service->org;
	const char *user_id = org_text(row, "AssigneeId");
	const char *needed_by = grants_needed_by(org, user_id, org_text(row, "PermissionSetLicenseId"));
	const char *label = org_text(org_row(org, org_text(row, "PermissionSetLicenseId")), "MasterLabel");
	if (needed_by)
		return reply_error(
		    400, "FIELD_INTEGRITY_EXCEPTION",
		    "Can't remove the permission set license %s: the assigned permission set %s needs it", label,
		    needed_by);
	grants_audit(org, "PermSetLicenseUnassign", "Manage Users", call->user_id, user_id, label);
	json_t *kept = json_incref(row);
	org_remove(org, org_text(kept, "Id"), true);
	grants_seat_freed(org, org_text(kept, "PermissionSetLicenseId"));
	json_decref(kept);
	return reply_empty(204);
}

struct reply assign_delete(struct call *call, const struct object *object, json_t *row)
{
	if (is_set(object))
		return delete_set(call, row);
	if (is_license(object))
		return delete_license(call, row);
	return (struct reply){0};
}
