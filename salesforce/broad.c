/*
 * salesforce/broad.c - see broad.h.
 */
#include "salesforce/broad.h"

#include <stdio.h>
#include <assert.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "salesforce/sf_id.h"
#include "salesforce/soql.h"

enum { IDS_MAX = 20, WHY_MAX = 5, REF_MAX = 32, NAMES_MAX = 8000 };

bool broad_is_licence(const char *id)
{
	return sf_id_has_prefix(id, "0PL");
}

const char *broad_object(const char *id)
{
	return broad_is_licence(id) ? "PermissionSetLicense" : "PermissionSet";
}

/* --- by record --- */

static void put_children_query(struct composite *composite, const char *ref, const char *object, const char *field,
                               const char *const *sets, size_t count)
{
	AUTO_BUF struct buf query = {0};

	buf_init(&query, 4096);
	buf_printf(&query, "SELECT ParentId, %s FROM %s WHERE ParentId IN ", field, object);
	soql_put_list(&query, sets, count);
	buf_puts(&query, " LIMIT 200");
	composite_query(composite, ref, buf_str(&query));
}

void broad_put_records(struct composite *c, const json_t *ids)
{
	const char *sets[IDS_MAX];
	size_t i, count = 0;
	const json_t *one;

	json_array_foreach (ids, i, one) {
		const char *id = json_string_value(one);
		AUTO_FREE char *path = mem_printf("/sobjects/%s/%s", broad_object(id), id);
		char ref[REF_MAX];

		snprintf(ref, sizeof(ref), "id%zu", i);
		composite_get(c, ref, path);
		if (!broad_is_licence(id) && count < IDS_MAX)
			sets[count++] = id;
	}
	if (count > 0) {
		put_children_query(c, "objects", "ObjectPermissions", "SobjectType", sets, count);
		put_children_query(c, "setup", "SetupEntityAccess", "SetupEntityType", sets, count);
	}
}

static void add_children(const json_t *answer, const char *ref, const char *object, const char *field, const char *id,
                         json_t *why)
{
	struct sf_trouble trouble;
	json_t *records;
	const json_t *row;
	size_t i;

	if (!composite_records(answer, ref, object, &records, &trouble))
		return;
	json_array_foreach (records, i, row) {
		AUTO_FREE char *word = mem_printf("%s:%s", object, json_str(row, field));

		if (sf_id_same(json_str(row, "ParentId"), id) && json_array_size(why) < WHY_MAX)
			json_array_append_new(why, json_text_value(word));
	}
}

json_t *broad_children(const json_t *answer, const char *id)
{
	json_t *why = json_array();

	add_children(answer, "objects", "ObjectPermissions", "SobjectType", id, why);
	add_children(answer, "setup", "SetupEntityAccess", "SetupEntityType", id, why);
	return why;
}

/* --- by query --- */

static void put_where(struct buf *query, const json_t *ids)
{
	const char *words[IDS_MAX];
	const json_t *id;
	size_t i, n = 0;

	json_array_foreach (ids, i, id) {
		if (n < IDS_MAX)
			words[n++] = json_string_value(id);
	}
	assert(n > 0); /* nobody asks about no sets */
	buf_printf(query, " FROM %s WHERE Id IN ", broad_object(words[0]));
	soql_put_list(query, words, n);
}

/* Takes as many names from `from` on as an address holds; returns where it stopped. */
static size_t put_names(struct buf *query, const json_t *permissions, size_t from)
{
	size_t i = from, len = 0;

	for (; i < json_array_size(permissions) && len < NAMES_MAX; i++) {
		const char *name = json_string_value(json_array_get(permissions, i));

		buf_printf(query, ", %s", name);
		len += strlen(name) + strlen("%2C%20");
	}
	return i;
}

bool broad_put_permissions(struct composite *c, const json_t *ids, const json_t *permissions,
                           const struct columns *columns)
{
	bool licences = broad_is_licence(json_string_value(json_array_get(ids, 0)));
	size_t n = 0, at = 0;
	char ref[REF_MAX];

	for (; at < json_array_size(permissions) && c->queries < COMPOSITE_QUERIES; n++) {
		AUTO_BUF struct buf query = {0};

		buf_init(&query, 65536);
		buf_puts(&query, "SELECT Id");
		if (licences && n == 0)
			buf_puts(&query, ", MasterLabel, Status, TotalLicenses, UsedLicenses, ExpirationDate");
		if (licences && n == 0 && columns->developer_name)
			buf_puts(&query, ", DeveloperName");
		at = put_names(&query, permissions, at);
		put_where(&query, ids);
		snprintf(ref, sizeof(ref), "some%zu", n);
		composite_query(c, ref, buf_str(&query));
	}
	return n > 0 && at == json_array_size(permissions);
}

static const json_t *row_of(const json_t *records, const char *id)
{
	const json_t *row;
	size_t i;

	json_array_foreach (records, i, row) {
		if (sf_id_same(json_str(row, "Id"), id))
			return row;
	}
	return NULL;
}

json_t *broad_record(const json_t *answer, const char *id, struct sf_trouble *ret)
{
	size_t parts = json_array_size(json_get(answer, "compositeResponse"));
	json_t *whole = json_object(), *records;
	char ref[REF_MAX];

	*ret = (struct sf_trouble){.code = OK};
	for (size_t i = 0; i < parts; i++) {
		const json_t *row = NULL;

		snprintf(ref, sizeof(ref), "some%zu", i);
		if (composite_records(answer, ref, broad_object(id), &records, ret))
			row = row_of(records, id);
		if (!row) {
			json_decref(whole);
			return NULL;
		}
		json_object_update(whole, (json_t *)(uintptr_t)row);
	}
	return whole;
}
