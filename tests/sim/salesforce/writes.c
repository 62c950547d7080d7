/*
 * writes.c - what is common to all writes: fields, rights, records that are gone, and the guard rails.
 *
 * The consequences for permission sets and licences are assign.c's.
 */
#include "tests/sim/salesforce/writes.h"
#include "tests/sim/salesforce/assign.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/rights.h"
#include "tests/sim/salesforce/times.h"

#include <stdio.h>
#include <string.h>

/* --- guard rails --- */

static const char *owner_of(const struct object *object, const json_t *row)
{
	static const char *const owners[] = {"AssigneeId", "UserId", "UsersId", "AssignedId"};
	for (size_t i = 0; i < sizeof(owners) / sizeof(owners[0]); i++)
		if (schema_field(object, owners[i]))
			return org_text(row, owners[i]);
	return org_text(row, "Id");
}

static void guard_user(struct org *org, const char *user_id, const char *doing, const char *what)
{
	const char *username = org_text(org_row(org, user_id), "Username");
	if (!org_listed(org, "may_touch", username))
		org_violation(org, "%s %s of %s, who is not in may_touch", doing, what, username);
}

static void guard_set(struct org *org, const json_t *row, const char *doing)
{
	const char *name = org_text(org_row(org, org_text(row, "PermissionSetId")), "Name");
	if (!org_listed(org, "may_remove", name))
		org_violation(org, "%s permission set %s, which is not in may_remove", doing, name);
}

static void guard_session(struct org *org, const json_t *row)
{
	const char *type = org_text(row, "LoginType");
	if (json_object_get(org_setup(org), "may_end") ? !org_listed(org, "may_end", type)
	                                               : !strstr(type, "Outlook Integration"))
		org_violation(org, "ends a session of type %s, which is none of an add-in", type);
}

static void guard_link(struct org *org, const json_t *row)
{
	if (!org_true(row, "IsNotSsoUsable"))
		org_violation(org, "removes the login link %s", org_text(row, "Handle"));
}

static void guard_delete(struct org *org, const struct object *object, const json_t *row)
{
	guard_user(org, owner_of(object, row), "removes", object->name);
	if (strcmp(object->name, "PermissionSetAssignment") == 0)
		guard_set(org, row, "removes");
	if (strcmp(object->name, "AuthSession") == 0)
		guard_session(org, row);
	if (strcmp(object->name, "ThirdPartyAccountLink") == 0)
		guard_link(org, row);
}

void write_guard_revoke(struct org *org, const json_t *token)
{
	const char *app = org_text(token, "AppName");
	guard_user(org, org_text(token, "UserId"), "revokes a token", app);
	if (json_object_get(org_setup(org), "may_revoke")
	        ? !org_listed(org, "may_revoke", app)
	        : strcmp(app, "SalesforceIQ") != 0 && strcmp(app, "SIQ") != 0 && strcmp(app, "Salesforce Inbox") != 0)
		org_violation(org, "revokes a token of another app, %s", app);
}

/* --- checks --- */

static struct reply no_right(const struct object *object, const char *right)
{
	return reply_error(403, "INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on %s: needs %s",
	                   object->name, right);
}

static struct reply not_there(struct org *org, const char *id, bool deleting)
{
	enum gone gone = id_valid(id) ? org_gone(org, id) : GONE_NEVER_WAS;
	if (gone == GONE_BY_CLIENT && deleting)
		org_violation(org, "deletes %s again, although that had succeeded", id);
	if (gone == GONE_NEVER_WAS)
		return reply_error(404, "NOT_FOUND", "The requested resource does not exist");
	return reply_error(404, "ENTITY_IS_DELETED", "entity is deleted");
}

static bool value_fits(const struct field *field, const json_t *value)
{
	int64_t ms;
	if (json_is_null(value))
		return true;
	switch (field->type) {
	case TYPE_BOOLEAN: return json_is_boolean(value);
	case TYPE_INT: return json_is_integer(value);
	case TYPE_DATETIME:
	case TYPE_DATE: return json_is_string(value) && times_parse(json_string_value(value), &ms);
	default: return json_is_string(value);
	}
}

static struct reply check_member(struct call *call, const struct object *object, const char *name, const json_t *value,
                                 unsigned may)
{
	const struct field *field = schema_field(object, name);
	char message[300];
	if (!field || !org_has_field(call->service->org, field, call->version))
		return reply_error(400, "INVALID_FIELD", "No such column '%s' on sobject of type %s", name,
		                   object->name);
	if (!(field->may & may)) {
		snprintf(message, sizeof(message),
		         "Unable to create/update fields: %s. Please check the security settings of this field and "
		         "verify that it is read/write for your profile or permission set.",
		         name);
		return reply_field_error("INVALID_FIELD_FOR_INSERT_UPDATE", name, message);
	}
	if (!value_fits(field, value))
		return reply_error(400, "JSON_PARSER_ERROR", "Cannot deserialize instance of %s from the value of %s",
		                   schema_type_name(field->type), name);
	return (struct reply){0};
}

/* Every member must be a field that may be written, with a value of its type. */
static bool fields_fit(struct call *call, const struct object *object, json_t *body, unsigned may, struct reply *ret)
{
	const char *name;
	json_t *value;
	json_object_foreach (body, name, value) {
		if (strcmp(name, "attributes") == 0)
			continue;
		*ret = check_member(call, object, name, value, may);
		if (ret->status)
			return false;
	}
	return true;
}

/* --- writes --- */

static struct reply created(struct call *call, const struct object *object, const char *id)
{
	struct reply reply = reply_json(201, json_pack("{s:s, s:b, s:[]}", "id", id, "success", 1, "errors"));
	reply.location = sim_jsonf("/services/data/v%d.0/sobjects/%s/%s", call->version, object->name, id);
	return reply;
}

struct reply write_create(struct call *call, const struct object *object, json_t *body)
{
	struct org *org = call->service->org;
	struct reply wrong = {0};
	if (!json_is_object(body))
		return reply_error(400, "JSON_PARSER_ERROR",
		                   "The HTTP entity body is required, but this request has no entity body.");
	if (!(object->may & MAY_INSERT))
		return reply_error(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be inserted: %s",
		                   object->name);
	if (!rights_has(org, call->user_id, rights_to_write(object)))
		return no_right(object, rights_to_write(object));
	if (!fields_fit(call, object, body, MAY_CREATE, &wrong))
		return wrong;
	json_t *row = json_deep_copy(body);
	json_object_del(row, "attributes");
	struct reply refused = assign_check(call, object, row);
	if (refused.status) {
		json_decref(row);
		return refused;
	}
	guard_user(org, owner_of(object, row), "creates", object->name);
	if (strcmp(object->name, "PermissionSetAssignment") == 0)
		guard_set(org, row, "assigns");
	json_object_set_new(row, "_by_client", json_true());
	org_insert(org, object->name, row);
	assign_created(call, object, row);
	return created(call, object, org_text(row, "Id"));
}

struct reply write_change(struct call *call, const struct object *object, const char *id, json_t *body)
{
	struct org *org = call->service->org;
	struct reply wrong = {0};
	json_t *row = id_valid(id) ? org_row(org, id) : NULL;
	if (!row || !rights_row(org, call->user_id, object, row))
		return not_there(org, id, false);
	if (!(object->may & MAY_CHANGE))
		return reply_error(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "entity type cannot be updated: %s",
		                   object->name);
	if (!rights_has(org, call->user_id, rights_to_write(object)))
		return no_right(object, rights_to_write(object));
	if (!json_is_object(body))
		return reply_error(400, "JSON_PARSER_ERROR",
		                   "The HTTP entity body is required, but this request has no entity body.");
	if (!fields_fit(call, object, body, MAY_UPDATE, &wrong))
		return wrong;
	guard_user(org, owner_of(object, row), "changes", object->name);
	org_change(org, object->name, row, body);
	return reply_empty(204);
}

static bool deletable(struct org *org, const struct object *object)
{
	return (object->may & MAY_DELETE) ||
	       (strcmp(object->name, "ThirdPartyAccountLink") == 0 && org_flag(org, "links_writable"));
}

struct reply write_delete(struct call *call, const struct object *object, const char *id)
{
	struct org *org = call->service->org;
	json_t *row = id_valid(id) && schema_object_of_id(id) == object ? org_row(org, id) : NULL;
	if (!deletable(org, object))
		return reply_error(400, "INVALID_TYPE_FOR_OPERATION", "entity type cannot be deleted: %s",
		                   object->name);
	if (!row || !rights_row(org, call->user_id, object, row))
		return not_there(org, id, true);
	if (!rights_has(org, call->user_id, rights_to_write(object)))
		return no_right(object, rights_to_write(object));
	guard_delete(org, object, row);
	struct reply reply = assign_delete(call, object, row);
	if (reply.status)
		return reply;
	org_remove(org, id, true);
	return reply_empty(204);
}
