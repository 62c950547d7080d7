/*
 * salesforce/permissions.c - see permissions.h.
 */
#include "salesforce/permissions.h"

#include "bot/base/json.h"
#include "salesforce/normal.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

enum { FILTER_MAX = 8192 };

void permissions_put_held(struct buf *query, const struct columns *columns)
{
	buf_puts(query,
	         "(SELECT Id, PermissionSetId, PermissionSetGroupId, ExpirationDate, IsActive, PermissionSet.Name, "
	         "PermissionSet.Label, PermissionSet.IsOwnedByProfile, PermissionSet.LicenseId");
	columns_put_set_flags(query, columns, "PermissionSet.");
	buf_puts(query, " FROM PermissionSetAssignments), (SELECT Id, PermissionSetLicenseId");
	if (columns->licence_facts)
		buf_puts(query, ", PermissionSetLicense.MasterLabel, PermissionSetLicense.Status, "
		                "PermissionSetLicense.TotalLicenses, PermissionSetLicense.UsedLicenses, "
		                "PermissionSetLicense.ExpirationDate");
	columns_put_licence_flags(query, columns, "PermissionSetLicense.");
	buf_puts(query, " FROM PermissionSetLicenseAssignments)");
}

/* LicenseId may also name a user licence (100...), which is no seat of ours. */
static void put_licence_id(json_t *out, const json_t *record)
{
	normal_id(out, "licence", record, "LicenseId");
	if (!sf_id_has_prefix(json_str(out, "licence"), "0PL"))
		json_object_set_new(out, "licence", json_string(""));
}

static json_t *held_set(const json_t *row)
{
	const json_t *set = json_get(row, "PermissionSet");
	json_t *out = json_object();

	normal_id(out, "id", row, "Id");
	normal_id(out, "set", row, "PermissionSetId");
	normal_id(out, "group", row, "PermissionSetGroupId");
	normal_rfc3339(out, "expires", row, "ExpirationDate");
	normal_bool(out, "active", row, "IsActive");
	normal_text(out, "name", set, "Name");
	normal_text(out, "label", set, "Label");
	normal_bool(out, "profile_owned", set, "IsOwnedByProfile");
	put_licence_id(out, set);
	columns_set_flags(out, set);
	return out;
}

/* The name is hidden from those without View Setup; the id does as well, only less readable. */
static void put_licence_facts(json_t *out, const json_t *licence, const char *id)
{
	const char *name = json_str(licence, "DeveloperName");

	json_object_set_new(out, "name", json_text_value(*name ? name : id));
	normal_text(out, "label", licence, "MasterLabel");
	normal_text(out, "status", licence, "Status");
	normal_count(out, "total", licence, "TotalLicenses");
	normal_count(out, "used", licence, "UsedLicenses");
	normal_time(out, "expires", licence, "ExpirationDate");
	columns_set_flags(out, licence);
}

static json_t *held_licence(const json_t *row)
{
	json_t *out = json_object();

	normal_id(out, "id", row, "Id");
	normal_id(out, "licence", row, "PermissionSetLicenseId");
	put_licence_facts(out, json_get(row, "PermissionSetLicense"), json_str(out, "licence"));
	return out;
}

static json_t *each(const json_t *rows, json_t *(*one)(const json_t *))
{
	json_t *out = json_array();
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		json_array_append_new(out, one(row));
	return out;
}

json_t *permissions_held_sets(const json_t *user)
{
	return each(normal_children(user, "PermissionSetAssignments"), held_set);
}

json_t *permissions_held_licences(const json_t *user)
{
	return each(normal_children(user, "PermissionSetLicenseAssignments"), held_licence);
}

void permissions_ask_sets(struct wish *wish, const struct columns *columns, const char *const *names, size_t count)
{
	struct question *q = wish_ask(wish, "sets", "PermissionSet");

	buf_puts(&q->fields, "Id, Name, Label, LicenseId");
	columns_put_set_flags(&q->fields, columns, "");
	buf_puts(&q->also, " WHERE IsOwnedByProfile = false AND Name IN ");
	soql_put_list(&q->also, names, count);
}

bool permissions_ask_licences(struct wish *wish, const struct columns *columns, const char *const *ids, size_t count)
{
	AUTO_BUF struct buf filter = {0};
	struct question *q;
	bool any;

	buf_init(&filter, FILTER_MAX);
	any = columns_put_licence_filter(&filter, columns);
	if (count > 0) {
		buf_puts(&filter, any ? " OR Id IN " : "Id IN ");
		soql_put_list(&filter, ids, count);
	}
	if (!any && count == 0)
		return false;
	q = wish_ask(wish, "licences", "PermissionSetLicense");
	buf_puts(&q->fields, "Id, MasterLabel, Status, TotalLicenses, UsedLicenses, ExpirationDate");
	columns_put_licence_flags(&q->fields, columns, "");
	buf_printf(&q->also, " WHERE %s", buf_str(&filter));
	return true;
}

json_t *permissions_set(const json_t *record)
{
	json_t *out = json_object();

	normal_id(out, "id", record, "Id");
	normal_text(out, "name", record, "Name");
	normal_text(out, "label", record, "Label");
	put_licence_id(out, record);
	columns_set_flags(out, record);
	return out;
}

json_t *permissions_licence(const json_t *record)
{
	json_t *out = json_object();

	normal_id(out, "id", record, "Id");
	put_licence_facts(out, record, json_str(out, "id"));
	return out;
}
