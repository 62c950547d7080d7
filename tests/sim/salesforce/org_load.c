/*
 * org_load.c - from the state file, which people write, to records.
 *
 * People name things ("=jane@example.com", "-3d"); records hold ids and dates. All records get their ids first, so that
 * the order of the file does not matter.
 */
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/org_private.h"
#include "tests/sim/salesforce/times.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <string.h>

void org_give_id(struct org *org, const char *object, json_t *row)
{
	const char *given = org_text(row, "Id");
	char id[ID_SIZE + 16];
	if (*given) {
		memcpy(id, given, ID_SHORT);
		id[ID_SHORT] = '\0';
	} else {
		snprintf(id, sizeof(id), "%.3sSj%010ld", schema_object(object)->prefix, ++org->last_id);
	}
	char full[ID_SIZE];
	id_full(id, full);
	json_object_set_new(row, "Id", json_string(full));
}

/* "=key" of a reference: the record of whichever object may be meant that has this natural key. */
static json_t *named_row(struct org *org, const struct field *field, const char *key)
{
	const struct object *object = field->refers ? schema_object(field->refers) : NULL;
	if (object)
		return object->natural ? org_row_by(org, object->name, object->natural, key) : NULL;
	for (size_t i = 0; (object = schema_object_at(i)); i++) {
		json_t *row = object->natural ? org_row_by(org, object->name, object->natural, key) : NULL;
		if (row)
			return row;
	}
	return NULL;
}

static json_t *true_reference(struct org *org, const struct field *field, const char *text)
{
	char full[ID_SIZE];
	if (*text == '=') {
		json_t *row = named_row(org, field, text + 1);
		if (!row)
			fprintf(stderr, "state: %s: there is no \"%s\"\n", field->name, text + 1);
		return row ? json_string(org_text(row, "Id")) : json_null();
	}
	if (strlen(text) != ID_SHORT || !id_valid(text))
		return json_string(text);
	id_full(text, full);
	return json_string(full);
}

static json_t *true_time(const struct org *org, enum field_type type, const char *text)
{
	char out[TIMES_SIZE];
	int64_t distance = 0;
	int64_t ms = 0;
	if (times_distance(text, &distance))
		ms = org_now_ms(org) + distance;
	else if (!times_parse(text, &ms))
		return json_string(text);
	if (type == TYPE_DATE)
		times_write_date(ms, out);
	else
		times_write(ms, out);
	return json_string(out);
}

static void make_true_field(struct org *org, const struct field *field, json_t *row)
{
	const char *text = json_string_value(json_object_get(row, field->name));
	if (!text)
		return;
	if (field->type == TYPE_REFERENCE || (field->type == TYPE_STRING && strcmp(field->name, "UserId") == 0))
		json_object_set_new(row, field->name, true_reference(org, field, text));
	if (field->type == TYPE_DATETIME || field->type == TYPE_DATE)
		json_object_set_new(row, field->name, true_time(org, field->type, text));
}

static void set_if_missing(const struct object *object, json_t *row, const char *field, json_t *value)
{
	if (schema_field(object, field) && !json_object_get(row, field))
		json_object_set(row, field, value);
	json_decref(value);
}

void org_make_true(struct org *org, const char *name, json_t *row)
{
	const struct object *object = schema_object(name);
	char now[TIMES_SIZE];
	for (size_t i = 0; i < object->field_count; i++)
		make_true_field(org, &object->fields[i], row);
	org_now_text(org, now);
	set_if_missing(object, row, "CreatedDate", json_string(now));
	set_if_missing(object, row, "LastModifiedDate", json_incref(json_object_get(row, "CreatedDate")));
	set_if_missing(object, row, "SystemModstamp", json_string(now));
	/* With characters that must be percent-encoded, as the real ones have */
	if (strcmp(name, "OauthToken") == 0)
		set_if_missing(object, row, "DeleteToken", sim_jsonf("5Aep861+%s/==", org_text(row, "Id")));
	if (strcmp(name, "PermissionSetAssignment") == 0)
		set_if_missing(object, row, "IsActive", json_true());
}

static bool load_table(struct org *org, const char *name, const json_t *rows)
{
	size_t i;
	json_t *row;
	const struct object *object = schema_object(name);
	if (!object) {
		fprintf(stderr, "state: rows: there is no object \"%s\"\n", name);
		return false;
	}
	json_array_foreach (rows, i, row) {
		const char *id = json_string_value(json_object_get(row, "Id"));
		if (!json_is_object(row) || (id && !id_valid(id))) {
			fprintf(stderr, "state: rows: %s %zu is no record with a valid Id\n", name, i);
			return false;
		}
		json_t *copy = json_deep_copy(row);
		org_give_id(org, object->name, copy);
		json_array_append_new(org_table(org, object->name), copy);
	}
	return true;
}

/* Everybody has the set that their profile owns. */
static void assign_profile_sets(struct org *org)
{
	size_t i;
	size_t k;
	json_t *user;
	json_t *set;
	json_array_foreach (org_table(org, "User"), i, user)
		json_array_foreach (org_table(org, "PermissionSet"), k, set)
			if (org_true(set, "IsOwnedByProfile") &&
			    id_same(org_text(set, "ProfileId"), org_text(user, "ProfileId")))
				org_insert(org, "PermissionSetAssignment",
				           json_pack("{s:s, s:s}", "AssigneeId", org_text(user, "Id"),
				                     "PermissionSetId", org_text(set, "Id")));
}

/* "crowd": {"users": 500, "set": "...", "license": "...", "status": "ACTIVE"}: so many people of no importance. */
static void load_crowd(struct org *org, const json_t *crowd)
{
	json_int_t count = json_integer_value(json_object_get(crowd, "users"));
	for (json_int_t i = 1; i <= count; i++) {
		json_t *user = json_pack("{s:o, s:o, s:o, s:b, s:s, s:s}", "Name", sim_jsonf("Person %d", (int)i),
		                         "Username", sim_jsonf("person%d@example.com", (int)i), "Email",
		                         sim_jsonf("person%d@example.com", (int)i), "IsActive", 1, "UserType",
		                         "Standard", "ProfileId", "=Standard User");
		const char *id = org_text(org_insert(org, "User", user), "Id");
		if (*sim_text(crowd, "set"))
			org_insert(org, "PermissionSetAssignment",
			           json_pack("{s:s, s:o}", "AssigneeId", id, "PermissionSetId",
			                     sim_jsonf("=%s", sim_text(crowd, "set"))));
		if (*sim_text(crowd, "license"))
			org_insert(org, "PermissionSetLicenseAssign",
			           json_pack("{s:s, s:o}", "AssigneeId", id, "PermissionSetLicenseId",
			                     sim_jsonf("=%s", sim_text(crowd, "license"))));
		if (*sim_text(crowd, "status"))
			org_insert(
			    org, "ActivityUsrConnectionStatus",
			    json_pack("{s:s, s:s}", "UserId", id, "ConnectivityStatus", sim_text(crowd, "status")));
	}
}

static bool load_switches(struct org *org, const json_t *switches)
{
	const char *name;
	json_t *value;
	json_t *copy = json_deep_copy(switches);
	bool good = true;
	json_object_foreach (copy, name, value)
		if (good && !org_switch(org, name, value)) {
			fprintf(stderr, "state: switches: \"%s\" is no switch, or its value of the wrong kind\n", name);
			good = false;
		}
	json_decref(copy);
	return good;
}

static void make_all_true(struct org *org)
{
	const char *name;
	json_t *rows;
	size_t i;
	json_t *row;
	json_object_foreach (org->rows, name, rows)
		json_array_foreach (rows, i, row)
			org_make_true(org, name, row);
}

bool org_load(struct org *org, const json_t *state)
{
	json_t *tables = json_deep_copy(json_object_get(state, "rows"));
	const char *name;
	json_t *rows;
	bool good = load_switches(org, json_object_get(state, "switches"));
	json_object_foreach (tables, name, rows)
		good = good && load_table(org, name, rows);
	json_decref(tables);
	if (!good)
		return false;
	for (size_t i = 0; schema_object_at(i); i++)
		org_table(org, schema_object_at(i)->name);
	make_all_true(org);
	load_crowd(org, json_object_get(state, "crowd"));
	assign_profile_sets(org);
	return true;
}
