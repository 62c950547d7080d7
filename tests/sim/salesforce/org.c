/*
 * org.c - records, clock and switches.
 *
 * Tables are JSON arrays and every search is a walk: an org of the tests has some hundred records. How the state file
 * becomes records is org_load.c.
 */
#include "tests/sim/salesforce/org.h"
#include "tests/sim/salesforce/ids.h"
#include "tests/sim/salesforce/org_private.h"
#include "tests/sim/salesforce/times.h"
#include "tests/sim/sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	json_type type;
	int64_t number;
	const char *word;
} defaults[] = {
    /* consequences of writes */
    {"auto_unassign", JSON_TRUE, 0, NULL},      /* a licence goes with the set that it belongs to */
    {"unassign_lag_ms", JSON_INTEGER, 0, NULL}, /* that much later */
    {"auto_assign", JSON_TRUE, 0, NULL},        /* and comes with it */
    {"steal_seats", JSON_INTEGER, 0, NULL},     /* so many freed seats are taken by somebody else at once */
    {"regrant_ms", JSON_INTEGER, 0, NULL},      /* automation puts a removed set back after this time */
    {"regrant_times", JSON_INTEGER, 0, NULL},   /* so often */
    {"retoken_ms", JSON_INTEGER, 0, NULL},      /* a revoked token comes again after this time */
    {"retoken_times", JSON_INTEGER, 0, NULL},   /* so often */
    {"links_writable", JSON_FALSE, 0, NULL},    /* Support made ThirdPartyAccountLink deletable */
    /* how answers look */
    {"page_size", JSON_INTEGER, 2000, NULL},
    {"gzip", JSON_TRUE, 0, NULL},
    {"chunked", JSON_FALSE, 0, NULL},
    {"revoke_body", JSON_STRING, 0, "query"}, /* the error of a revoke: query or json */
    {"eac_user_id_form", JSON_INTEGER, 18, NULL},
    {"newest_version", JSON_INTEGER, 68, NULL},
    {"instance_host", JSON_STRING, 0, ""}, /* where the org has moved to; "": it stays */
    /* sessions, limits, time */
    {"session_calls", JSON_INTEGER, 0, NULL}, /* a session ends after so many calls; 0: never */
    {"api_limit", JSON_INTEGER, 100000, NULL},
    {"api_used", JSON_INTEGER, 100, NULL},
    {"clock_offset_s", JSON_INTEGER, 0, NULL},
    /* what the org has */
    {"feature_inbox", JSON_TRUE, 0, NULL},
    {"feature_eac", JSON_TRUE, 0, NULL},
    {"feature_eac_std", JSON_TRUE, 0, NULL},
    {"feature_scheduling", JSON_TRUE, 0, NULL},
    {"feature_internal", JSON_TRUE, 0, NULL},
};
enum { DEFAULTS = sizeof(defaults) / sizeof(defaults[0]) };

static json_t *default_switches(void)
{
	json_t *switches = json_object();
	for (size_t i = 0; i < DEFAULTS; i++) {
		json_t *value = defaults[i].type == JSON_INTEGER  ? json_integer(defaults[i].number)
		                : defaults[i].type == JSON_STRING ? json_string(defaults[i].word)
		                                                  : json_boolean(defaults[i].type == JSON_TRUE);
		json_object_set_new(switches, defaults[i].name, value);
	}
	return switches;
}

struct org *org_new(const json_t *state)
{
	struct org *org = sim_calloc(1, sizeof(*org));
	org->rows = json_object();
	org->graves = json_object();
	org->switches = default_switches();
	org->last_id = 100000; /* lower ones are for the state file */
	org->setup = json_deep_copy(state);
	json_object_del(org->setup, "rows");
	if (!org_load(org, state)) {
		org_free(org);
		return NULL;
	}
	return org;
}

void org_free(struct org *org)
{
	if (!org)
		return;
	json_decref(org->rows);
	json_decref(org->graves);
	json_decref(org->switches);
	json_decref(org->setup);
	free(org);
}

void org_on_violation(struct org *org, org_violation_fn *tell, void *ctx)
{
	org->tell = tell;
	org->tell_ctx = ctx;
}

void org_inherit(struct org *org, const struct org *other)
{
	org->tell = other->tell;
	org->tell_ctx = other->tell_ctx;
}

void org_violation(struct org *org, const char *format, ...)
{
	char sentence[1024];
	va_list args;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (org->tell)
		org->tell(org->tell_ctx, sentence);
}

/* --- records --- */

json_t *org_table(struct org *org, const char *object)
{
	json_t *table = json_object_get(org->rows, object);
	if (!table) {
		table = json_array();
		json_object_set_new(org->rows, object, table);
	}
	return table;
}

json_t *org_row(struct org *org, const char *id)
{
	const struct object *object = schema_object_of_id(id);
	size_t i;
	json_t *row;
	if (object)
		json_array_foreach (org_table(org, object->name), i, row)
			if (id_same(org_text(row, "Id"), id))
				return row;
	return NULL;
}

json_t *org_row_by(struct org *org, const char *object, const char *field, const char *value)
{
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, object), i, row) {
		const char *text = org_text(row, field);
		if (strcasecmp(text, value) == 0 || (id_valid(value) && id_same(text, value)))
			return row;
	}
	return NULL;
}

json_t *org_user(struct org *org, const char *who)
{
	size_t i;
	json_t *row;
	if (id_valid(who) && org_row(org, who))
		return org_row(org, who);
	json_array_foreach (org_table(org, "User"), i, row) {
		const char *username = org_text(row, "Username");
		size_t n = strcspn(username, "@");
		if (strcasecmp(username, who) == 0 || (strlen(who) == n && strncasecmp(username, who, n) == 0))
			return row;
	}
	return NULL;
}

json_t *org_insert(struct org *org, const char *object, json_t *row)
{
	json_array_append_new(org_table(org, object), row);
	org_give_id(org, object, row);
	org_make_true(org, object, row);
	return row;
}

void org_change(struct org *org, const char *object, json_t *row, const json_t *change)
{
	char now[TIMES_SIZE];
	json_t *copy = json_deep_copy(change);
	json_object_update(row, copy);
	json_decref(copy);
	org_now_text(org, now);
	if (json_object_get(row, "LastModifiedDate") && !json_object_get(change, "LastModifiedDate"))
		json_object_set_new(row, "LastModifiedDate", json_string(now));
	org_make_true(org, object, row);
}

bool org_remove(struct org *org, const char *id, bool by_client)
{
	const struct object *object = schema_object_of_id(id);
	json_t *table = object ? org_table(org, object->name) : NULL;
	char full[ID_SIZE];
	size_t i;
	json_t *row;
	json_array_foreach (table, i, row) {
		if (!id_same(org_text(row, "Id"), id))
			continue;
		id_full(id, full);
		json_object_set_new(org->graves, full, json_boolean(by_client));
		json_array_remove(table, i);
		return true;
	}
	return false;
}

enum gone org_gone(const struct org *org, const char *id)
{
	char full[ID_SIZE];
	id_full(id, full);
	const json_t *grave = json_object_get(org->graves, full);
	return !grave ? GONE_NEVER_WAS : json_is_true(grave) ? GONE_BY_CLIENT : GONE_OTHERWISE;
}

const char *org_text(const json_t *row, const char *field)
{
	return sim_text(row, field);
}

bool org_true(const json_t *row, const char *field)
{
	return json_is_true(json_object_get(row, field));
}

static json_t *seats_used(struct org *org, const json_t *license)
{
	json_int_t used = 0;
	size_t i;
	json_t *row;
	json_array_foreach (org_table(org, "PermissionSetLicenseAssign"), i, row)
		used += id_same(org_text(row, "PermissionSetLicenseId"), org_text(license, "Id"));
	return json_integer(used + json_integer_value(json_object_get(license, "_used_elsewhere")));
}

static bool is_over(const struct org *org, const char *time)
{
	int64_t ms = 0;
	return times_parse(time, &ms) && ms <= org_now_ms(org);
}

/* ActivityUsrConnectionStatus.UserId is a plain string; which form of the id it holds is a switch. */
static json_t *plain_user_id(const struct org *org, const char *stored)
{
	return json_stringn(stored,
	                    strlen(stored) < ID_FULL ? strlen(stored) : (size_t)org_number(org, "eac_user_id_form"));
}

json_t *org_cell(struct org *org, const struct object *object, json_t *row, const struct field *field)
{
	if (strcmp(object->name, "PermissionSetLicense") == 0 && strcmp(field->name, "UsedLicenses") == 0)
		return seats_used(org, row);
	if (strcmp(object->name, "PermissionSetAssignment") == 0 && strcmp(field->name, "IsActive") == 0)
		return json_boolean(org_true(row, "IsActive") && !is_over(org, org_text(row, "ExpirationDate")));
	if (strcmp(object->name, "OauthToken") == 0 && field->type == TYPE_ID)
		return json_string("000000000000000AAA");
	if (strcmp(object->name, "ActivityUsrConnectionStatus") == 0 && strcmp(field->name, "UserId") == 0)
		return plain_user_id(org, org_text(row, "UserId"));
	json_t *value = json_object_get(row, field->name);
	if (!value)
		return field->type == TYPE_BOOLEAN ? json_false() : json_null();
	return json_incref(value);
}

json_t *org_snapshot(const struct org *org)
{
	return json_pack("{s:o, s:o}", "rows", json_deep_copy(org->rows), "graves", json_deep_copy(org->graves));
}

void org_restore(struct org *org, json_t *snapshot)
{
	json_decref(org->rows);
	json_decref(org->graves);
	org->rows = json_incref(json_object_get(snapshot, "rows"));
	org->graves = json_incref(json_object_get(snapshot, "graves"));
	json_decref(snapshot);
}

/* --- clock, switches, setup --- */

int64_t org_now_ms(const struct org *org)
{
	return sim_wall_us() / 1000 + org_number(org, "clock_offset_s") * 1000;
}

void org_now_text(const struct org *org, char *out)
{
	times_write(org_now_ms(org), out);
}

static const json_t *switch_value(const struct org *org, const char *name)
{
	const json_t *value = json_object_get(org->switches, name);
	assert(value);
	return value;
}

bool org_flag(const struct org *org, const char *name)
{
	return json_is_true(switch_value(org, name));
}

int64_t org_number(const struct org *org, const char *name)
{
	return json_integer_value(switch_value(org, name));
}

const char *org_word(const struct org *org, const char *name)
{
	return json_string_value(switch_value(org, name));
}

bool org_switch(struct org *org, const char *name, const json_t *value)
{
	const json_t *old = json_object_get(org->switches, name);
	if (!old || (json_is_boolean(old) ? !json_is_boolean(value) : json_typeof(old) != json_typeof(value)))
		return false;
	json_object_set_new(org->switches, name, json_deep_copy(value));
	return true;
}

const json_t *org_switches(const struct org *org)
{
	return org->switches;
}

json_t *org_setup(struct org *org)
{
	return org->setup;
}

bool org_listed(struct org *org, const char *list, const char *word)
{
	const json_t *words = json_object_get(org->setup, list);
	size_t i;
	json_t *entry;
	if (!words)
		return true;
	json_array_foreach (words, i, entry)
		if (strcasecmp(json_string_value(entry), word) == 0 || id_same(json_string_value(entry), word))
			return true;
	return false;
}

bool org_has_object(const struct org *org, const struct object *object)
{
	return !object->feature || org_flag(org, object->feature);
}

bool org_has_field(const struct org *org, const struct field *field, int version)
{
	return (!field->feature || org_flag(org, field->feature)) && (!version || version >= field->since);
}
