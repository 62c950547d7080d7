/*
 * salesforce/rights.c - see rights.h. Names: UserPermissionAccess, object reference.
 */
#include "salesforce/rights.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "salesforce/normal.h"

static const struct {
	const char *name, *label;
} rights_of_ours[] = {{"ApiEnabled", "API Enabled"},
                      {"ViewSetup", "View Setup and Configuration"},
                      {"AssignPermissionSets", "Assign Permission Sets"},
                      {"ManageUsers", "Manage Users"},
                      {"CustomizeApplication", "Customize Application"}};
enum { NAMES = sizeof(rights_of_ours) / sizeof(rights_of_ours[0]) };

enum { ANY_OF = 3, QUERY_MAX = 1000 };

/* Object reference, "Special Access Rules" of each object: one of the names is enough. */
static const struct {
	const char *part;
	const char *names[ANY_OF];
	const char *label;
} needs[] = {
    {"sets", {"ViewSetup", "AssignPermissionSets", "ManageUsers"}, "View Setup and Configuration"},
    {"licences", {"ViewSetup", "AssignPermissionSets"}, "View Setup and Configuration"},
    {"tokens", {"CustomizeApplication"}, "Customize Application"},
    {"links", {"ManageUsers"}, "Manage Users"},
    {"sessions", {"ManageUsers"}, "Manage Users"},
    {"frozen", {"ManageUsers"}, "Manage Users"},
};
enum { NEEDS = sizeof(needs) / sizeof(needs[0]) };

/* One that is not known counts as there: only a plain no is one. */
static bool has_any(const json_t *rights, const char *const any[static ANY_OF])
{
	for (size_t i = 0; i < ANY_OF && any[i]; i++) {
		if (!json_is_false(json_get(rights, any[i])))
			return true;
	}
	return false;
}

static void put_fields(struct buf *fields)
{
	for (size_t i = 0; i < NAMES; i++)
		buf_printf(fields, "%sPermissions%s", i ? ", " : "", rights_of_ours[i].name);
}

void rights_put_path(struct buf *path)
{
	AUTO_BUF struct buf query = {0};

	buf_init(&query, QUERY_MAX);
	buf_init(path, QUERY_MAX * 3);
	buf_puts(&query, "SELECT ");
	put_fields(&query);
	buf_puts(&query, " FROM UserPermissionAccess");
	buf_puts(path, "/query?q=");
	buf_put_urlencoded(path, buf_str(&query), query.len);
}

void rights_ask(struct wish *wish)
{
	put_fields(&wish_ask(wish, "rights", "UserPermissionAccess")->fields);
}

json_t *rights_record(const json_t *records)
{
	const json_t *record = json_array_get(records, 0);
	char field[64];
	json_t *out;

	if (!record)
		return json_null();
	out = json_object();
	for (size_t i = 0; i < NAMES; i++) {
		snprintf(field, sizeof(field), "Permissions%s", rights_of_ours[i].name);
		normal_bool_or_null(out, rights_of_ours[i].name, record, field);
	}
	return out;
}

const char *rights_missing_for(const json_t *rights, const char *part)
{
	for (size_t i = 0; json_is_object(rights) && i < NEEDS; i++) {
		if (strcmp(needs[i].part, part) == 0 && !has_any(rights, needs[i].names))
			return needs[i].label;
	}
	return NULL;
}

bool rights_are_short(const json_t *rights)
{
	for (size_t i = 0; json_is_object(rights) && i < NEEDS; i++) {
		if (!has_any(rights, needs[i].names))
			return true;
	}
	return false;
}

void rights_put_missing(const json_t *rights, char *out, size_t size)
{
	AUTO_BUF struct buf missing = {0};

	buf_init(&missing, QUERY_MAX);
	for (size_t i = 0; i < NAMES; i++) {
		if (json_is_false(json_get(rights, rights_of_ours[i].name)))
			buf_printf(&missing, "%s%s", missing.len > 0 ? ", " : "", rights_of_ours[i].label);
	}
	text_copy(out, size, buf_str(&missing));
}
