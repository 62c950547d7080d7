/*
 * salesforce/columns.c - see columns.h.
 */
#include "salesforce/columns.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/text.h"

enum { WHY_MAX = 5 };
static const char set_prefix[] = "Permissions", licence_prefix[] = "MaximumPermissions";

/* The flags that decide. Field names: object reference, PermissionSet and PermissionSetLicense. */
static const struct {
	const char *name;
	bool inbox, eac;
} flags[COLUMN_FLAGS] = {
    {"SalesforceIQInbox", true, false},
    {"AutomaticActivityCapture", false, true},
    {"StdAutomaticActivityCapture", false, true},
};

/* Belong to Inbox and EAC too, but give neither. */
static const char *const harmless[] = {"UseInboxSchedulingOnBehalfOf", "SalesforceIQInternal"};

/* ActivityUsrConnectionStatus, object reference; some are newer than the object. */
static const char *const status[COLUMN_STATUS] = {
    "EmailAddress",          "ConfigurationName",      "IsTermsOfServiceAccepted",
    "GlobalOauthTermsState", "RecommendedActionTitle", "RecommendedActionDescription",
    "UserOnboardingStatus"};

void columns_assume_all(struct columns *c)
{
	for (size_t i = 0; i < COLUMN_FLAGS; i++)
		c->set_flags[i] = c->licence_flags[i] = true;
	for (size_t i = 0; i < COLUMN_STATUS; i++)
		c->status[i] = true;
	c->developer_name = true;
	c->licence_facts = true;
}

static bool describes(const json_t *describe, const char *prefix, const char *name)
{
	const json_t *field;
	size_t i, len = strlen(prefix);

	json_array_foreach (json_get(describe, "fields"), i, field) {
		const char *have = json_str(field, "name");

		if (text_starts(have, prefix) && text_ieq(have + len, name))
			return true;
	}
	return false;
}

void columns_read_sets(struct columns *c, const json_t *describe)
{
	for (size_t i = 0; i < COLUMN_FLAGS; i++)
		c->set_flags[i] = describes(describe, set_prefix, flags[i].name);
}

void columns_read_licences(struct columns *c, const json_t *describe)
{
	for (size_t i = 0; i < COLUMN_FLAGS; i++)
		c->licence_flags[i] = describes(describe, licence_prefix, flags[i].name);
	c->developer_name = describes(describe, "", "DeveloperName");
}

/* The permission's name behind either prefix, or NULL. */
static const char *permission_of(const char *field)
{
	if (text_starts(field, licence_prefix))
		return field + strlen(licence_prefix);
	if (text_starts(field, set_prefix))
		return field + strlen(set_prefix);
	return NULL;
}

static const char word_chars[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

/* Only what can stand in a query as it is. */
static bool is_word(const char *name)
{
	return strspn(name, word_chars) == strlen(name);
}

json_t *columns_permissions(const json_t *describe)
{
	json_t *names = json_array();
	const json_t *field;
	size_t i;

	json_array_foreach (json_get(describe, "fields"), i, field) {
		const char *name = json_str(field, "name"), *type = json_str(field, "type");

		if (permission_of(name) && is_word(name) && (*type == '\0' || text_ieq(type, "boolean")))
			json_array_append(names, json_get(field, "name"));
	}
	return names;
}

/*
 * Is the whole word in the text? Names are prefixes and endings of each other. Where the text says plainly which column
 * it means, only that counts, for Salesforce quotes the query around it, and so its neighbours too.
 */
static bool mentions(const char *text, const char *prefix, const char *name)
{
	static const char plain[] = "No such column '";
	const char *column = strcasestr(text, plain);
	char word[80];
	size_t len = (size_t)snprintf(word, sizeof(word), "%s%s", prefix, name);

	if (column) {
		column += strlen(plain);
		return strncasecmp(column, word, len) == 0 && (column[len] == '\0' || !strchr(word_chars, column[len]));
	}
	for (const char *at = strcasestr(text, word); at; at = strcasestr(at + 1, word)) {
		if ((at == text || !strchr(word_chars, at[-1])) && (at[len] == '\0' || !strchr(word_chars, at[len])))
			return true;
	}
	return false;
}

static bool strike(bool *column, const char *text, const char *prefix, const char *name)
{
	if (!*column || !mentions(text, prefix, name))
		return false;
	*column = false;
	return true;
}

bool columns_strike(struct columns *c, const char *text)
{
	bool changed = strike(&c->developer_name, text, "", "DeveloperName");

	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		changed |= strike(&c->set_flags[i], text, set_prefix, flags[i].name);
		changed |= strike(&c->licence_flags[i], text, licence_prefix, flags[i].name);
	}
	for (size_t i = 0; i < COLUMN_STATUS; i++)
		changed |= strike(&c->status[i], text, "", status[i]);
	return changed;
}

static bool clear(bool *columns, size_t count)
{
	bool changed = false;

	for (size_t i = 0; i < count; i++) {
		changed |= columns[i];
		columns[i] = false;
	}
	return changed;
}

bool columns_strike_all(struct columns *c)
{
	bool changed = clear(c->set_flags, COLUMN_FLAGS);

	changed |= clear(c->licence_flags, COLUMN_FLAGS);
	changed |= clear(&c->developer_name, 1);
	return changed || clear(&c->licence_facts, 1);
}

bool columns_strike_status(struct columns *c)
{
	return clear(c->status, COLUMN_STATUS);
}

void columns_put_status(struct buf *query, const struct columns *c)
{
	for (size_t i = 0; i < COLUMN_STATUS; i++) {
		if (c->status[i])
			buf_printf(query, ", %s", status[i]);
	}
}

void columns_put_set_flags(struct buf *query, const struct columns *c, const char *path)
{
	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		if (c->set_flags[i])
			buf_printf(query, ", %s%s%s", path, set_prefix, flags[i].name);
	}
}

void columns_put_licence_flags(struct buf *query, const struct columns *c, const char *path)
{
	if (c->developer_name)
		buf_printf(query, ", %sDeveloperName", path);
	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		if (c->licence_flags[i])
			buf_printf(query, ", %s%s%s", path, licence_prefix, flags[i].name);
	}
}

bool columns_put_licence_filter(struct buf *query, const struct columns *c)
{
	bool any = false;

	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		if (!c->licence_flags[i])
			continue;
		buf_printf(query, "%s%s%s = true", any ? " OR " : "(", licence_prefix, flags[i].name);
		any = true;
	}
	if (any)
		buf_putc(query, ')');
	return any;
}

static bool has_flag(const json_t *record, const char *name)
{
	char field[80];

	snprintf(field, sizeof(field), "%s%s", set_prefix, name);
	if (json_bool(record, field))
		return true;
	snprintf(field, sizeof(field), "%s%s", licence_prefix, name);
	return json_bool(record, field);
}

void columns_set_flags(json_t *out, const json_t *record)
{
	bool inbox = false, eac = false;

	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		if (!has_flag(record, flags[i].name))
			continue;
		inbox |= flags[i].inbox;
		eac |= flags[i].eac;
	}
	json_set_bool(out, "inbox", inbox);
	json_set_bool(out, "eac", eac);
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < COLUMN_FLAGS; i++) {
		if (text_ieq(name, flags[i].name))
			return true;
	}
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		if (text_ieq(name, harmless[i]))
			return true;
	}
	return false;
}

bool columns_is_broad(const json_t *record, json_t *why)
{
	bool broad = false;
	const char *field;
	const json_t *value;
	void *at;

	for (at = json_object_iter((json_t *)(uintptr_t)record); at;
	     at = json_object_iter_next((json_t *)(uintptr_t)record, at)) {
		field = json_object_iter_key(at);
		value = json_object_iter_value(at);
		if (!json_is_true(value) || !permission_of(field) || is_ours(permission_of(field)))
			continue;
		broad = true;
		if (why && json_array_size(why) < WHY_MAX)
			json_array_append_new(why, json_string(field));
	}
	return broad;
}
