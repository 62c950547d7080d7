/*
 * tests/flow/org.c - an org made from a seed.
 */
#include "tests/flow/org.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { SETS = 6, POOLS = 3 };

unsigned org_random(struct org *org, unsigned below)
{
	org->seed ^= org->seed << 13;
	org->seed ^= org->seed >> 7;
	org->seed ^= org->seed << 17;
	return (unsigned)((org->seed >> 11) % below);
}

static bool chance(struct org *org, unsigned percent)
{
	return org_random(org, 100) < percent;
}

static json_t *row_by(const json_t *rows, const char *key, const char *value)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (text_eq(json_str(row, key), value))
			return row;
	return NULL;
}

/* --- making one --- */

static void make_pools(struct org *org)
{
	static const int used[] = {5, 9, 10};
	for (int i = 0; i < POOLS; i++) {
		char id[20], name[16];
		snprintf(id, sizeof id, "0PL00000000000%dGAA", i);
		snprintf(name, sizeof name, "Psl%d", i);
		json_array_append_new(org->pools,
		                      json_pack("{s:s,s:s,s:s,s:s,s:i,s:i,s:n,s:b,s:b,s:b}", "id", id, "name", name,
		                                "label", name, "status", "Active", "total", 10, "used",
		                                used[org_random(org, 3)], "expires", "inbox", chance(org, 80), "eac",
		                                chance(org, 50), "broad", chance(org, 30)));
	}
}

static void make_catalogue(struct org *org)
{
	for (int i = 0; i < SETS; i++) {
		char id[20], name[16];
		snprintf(id, sizeof id, "0PS00000000000%dGAA", i);
		snprintf(name, sizeof name, "Set%d", i);
		const char *licence =
		    chance(org, 60) ? json_str(json_array_get(org->pools, org_random(org, POOLS)), "id") : "";
		json_array_append_new(org->catalogue,
		                      json_pack("{s:s,s:s,s:s,s:s,s:b,s:b,s:b}", "id", id, "name", name, "label", name,
		                                "licence", licence, "auto", chance(org, 70), "inbox", chance(org, 60),
		                                "eac", chance(org, 60)));
	}
}

static void hold_licence(struct world *w, const char *licence)
{
	const json_t *pool = row_by(w->org->pools, "id", licence);
	char id[24];
	if (pool == NULL || row_by(w->licences, "licence", licence) != NULL)
		return;
	snprintf(id, sizeof id, "2LA%.12sAAA", licence + 3);
	json_t *row = json_deep_copy(pool);
	json_set_str(row, "id", id);
	json_set_str(row, "licence", licence);
	json_array_append_new(w->licences, row);
}

static void hold_set(struct world *w, int n, const char *group, bool profile, const char *expires)
{
	const json_t *set = json_array_get(w->org->catalogue, (size_t)n);
	char id[24];
	snprintf(id, sizeof id, "0Pa0000000%d%s%sAAA", n, group[0] != '\0' ? "G" : "0", profile ? "P" : "0");
	json_array_append_new(w->sets, json_pack("{s:s,s:s,s:s,s:s,s:b,s:s,s:s,s:b,s:s,s:b,s:b}", "id", id, "set",
	                                         json_str(set, "id"), "group", group, "expires", expires, "active", 1,
	                                         "name", json_str(set, "name"), "label", json_str(set, "label"),
	                                         "profile_owned", profile, "licence", json_str(set, "licence"), "inbox",
	                                         json_bool(set, "inbox"), "eac", json_bool(set, "eac")));
	hold_licence(w, json_str(set, "licence"));
}

static void make_holdings(struct world *w)
{
	static const char *const dates[] = {"", "", "2027-03-31T00:00:00Z", "2026-11-01T00:00:00Z"};
	struct org *org = w->org;
	char name[32];
	for (int i = 0; i < SETS; i++) {
		if (chance(org, 55))
			hold_set(w, i, "", false, dates[org_random(org, 4)]);
		if (chance(org, 15))
			hold_set(w, i, "0PG000000000001AAA", false, "");
	}
	hold_set(w, (int)org_random(org, SETS), "", true, "");
	if (chance(org, 30))
		hold_licence(w, json_str(json_array_get(org->pools, org_random(org, POOLS)), "id"));
	for (unsigned i = org_random(org, 4); i > 0; i--) {
		snprintf(name, sizeof name, "tok%u", i);
		world_add_token(w, name, chance(org, 60) ? "SalesforceIQ" : "Data Loader");
	}
	for (unsigned i = org_random(org, 4); i > 0; i--) {
		snprintf(name, sizeof name, "04Z00000000000%uAAA", i);
		world_add_link(w, name, chance(org, 50));
	}
	for (unsigned i = org_random(org, 4); i > 0; i--) {
		snprintf(name, sizeof name, "0Ak00000000000%uAAA", i);
		json_array_append_new(w->sessions,
		                      json_pack("{s:s,s:s,s:i}", "id", name, "login_type",
		                                chance(org, 50) ? "Outlook Integration" : "Application", "created", 1));
	}
}

static void make_settings(struct world *w)
{
	struct org *org = w->org;
	size_t listed = 0, licences = 0;
	for (size_t i = 0; i < SETS; i++)
		if (i == 0 || chance(org, 50))
			org->listed[listed++] = mem_strdup(json_str(json_array_get(org->catalogue, i), "name"));
	if (chance(org, 30))
		org->licences[licences++] = mem_strdup(json_str(json_array_get(org->pools, 0), "name"));
	w->config.salesforce.permission_sets = (struct config_list){org->listed, listed};
	w->config.salesforce.permission_set_licenses = (struct config_list){org->licences, licences};
	w->config.salesforce.delete_account_links = chance(org, 50);
	w->config.approval.before_teardown = chance(org, 30);
	w->links_fixed = chance(org, 50);
}

struct org *org_new(struct world *w, uint64_t seed)
{
	struct org *org = mem_alloc(sizeof *org);
	json_t *rows[] = {w->sets, w->licences, w->tokens, w->links, w->sessions};
	org->seed = seed * 0x9e3779b97f4a7c15u + 1;
	org->catalogue = json_array();
	org->pools = json_array();
	w->org = org;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		json_array_clear(rows[i]);
	for (int i = 0; i < 8; i++)
		org_random(org, 2);
	make_pools(org);
	make_catalogue(org);
	make_holdings(w);
	make_settings(w);
	org->first = json_pack("{s:o,s:o,s:o,s:o,s:o}", "sets", json_deep_copy(w->sets), "licences",
	                       json_deep_copy(w->licences), "tokens", json_deep_copy(w->tokens), "links",
	                       json_deep_copy(w->links), "sessions", json_deep_copy(w->sessions));
	return org;
}

void org_free(struct org *org)
{
	if (org == NULL)
		return;
	json_decref(org->catalogue);
	json_decref(org->pools);
	json_decref(org->first);
	for (size_t i = 0; i < sizeof org->listed / sizeof org->listed[0]; i++)
		free(org->listed[i]);
	for (size_t i = 0; i < sizeof org->licences / sizeof org->licences[0]; i++)
		free(org->licences[i]);
	free(org);
}

/* --- what Salesforce does --- */

void org_show(struct world *w)
{
	size_t i;
	json_t *row;
	json_array_foreach (w->licences, i, row)
		json_object_set(row, "used", json_get(row_by(w->org->pools, "id", json_str(row, "licence")), "used"));
}

static void change_used(struct world *w, const char *licence, int by)
{
	json_t *pool = row_by(w->org->pools, "id", licence);
	json_set_int(pool, "used", json_int(pool, "used") + by);
}

static void drop(json_t *rows, const json_t *row)
{
	for (size_t i = json_array_size(rows); i > 0; i--)
		if (json_array_get(rows, i - 1) == row)
			json_array_remove(rows, i - 1);
}

static bool is_needed(const struct world *w, const char *licence)
{
	return row_by(w->sets, "licence", licence) != NULL;
}

static bool drop_licence(struct world *w, const char *licence)
{
	json_t *row = row_by(w->licences, "licence", licence);
	if (row == NULL || is_needed(w, licence))
		return false;
	change_used(w, licence, -1);
	drop(w->licences, row);
	return true;
}

/* A set's licence goes with it, where it is of that kind and nothing else needs it. */
static bool remove_set(struct world *w, const char *id)
{
	json_t *row = row_by(w->sets, "id", id);
	if (row == NULL)
		return false;
	char licence[24];
	bool alone = json_bool(row_by(w->org->catalogue, "id", json_str(row, "set")), "auto");
	text_copy(licence, sizeof licence, json_str(row, "licence"));
	drop(w->sets, row);
	if (alone && licence[0] != '\0')
		drop_licence(w, licence);
	return true;
}

static json_t *read_back(struct world *w)
{
	org_show(w);
	return json_pack("{s:I,s:o,s:o}", "at", (json_int_t)w->now, "sets", json_deep_copy(w->sets), "licences",
	                 json_deep_copy(w->licences));
}

static json_t *outcome(const char *id, bool ok, const char *error)
{
	return json_pack("{s:s,s:b,s:s,s:s}", "id", id, "ok", ok, "error", ok ? "" : error, "reason", ok ? "" : error);
}

json_t *org_remove(struct world *w, const json_t *args)
{
	json_t *deletes = json_array(), *id;
	size_t i;
	json_array_foreach (json_get(args, "assignments"), i, id) {
		world_count_write(w, "delete-set", json_string_value(id));
		bool ok = remove_set(w, json_string_value(id));
		json_array_append_new(deletes, outcome(json_string_value(id), ok, "ENTITY_IS_DELETED"));
	}
	json_array_foreach (json_get(args, "licences"), i, id) {
		world_count_write(w, "delete-licence", json_string_value(id));
		const json_t *row = row_by(w->licences, "id", json_string_value(id));
		char licence[24];
		text_copy(licence, sizeof licence, json_str(row, "licence"));
		bool ok = row != NULL && drop_licence(w, licence);
		json_array_append_new(deletes, outcome(json_string_value(id), ok, "FIELD_INTEGRITY_EXCEPTION"));
	}
	return json_pack("{s:o,s:o}", "deletes", deletes, "look", read_back(w));
}

static bool take_seat(struct world *w, const char *licence)
{
	const json_t *pool = row_by(w->org->pools, "id", licence);
	if (row_by(w->licences, "licence", licence) != NULL)
		return true;
	if (pool == NULL || json_int(pool, "used") >= json_int(pool, "total"))
		return false;
	change_used(w, licence, 1);
	hold_licence(w, licence);
	return true;
}

static bool grant_set(struct world *w, const json_t *grant)
{
	const char *set = json_str(grant, "set");
	const json_t *known = row_by(w->org->catalogue, "id", set);
	const char *licence = json_str(known, "licence");
	size_t n = 0;
	for (; n < SETS && json_array_get(w->org->catalogue, n) != known; n++)
		;
	if (known == NULL || (licence[0] != '\0' && json_bool(known, "auto") && !take_seat(w, licence)))
		return false;
	size_t held = json_array_size(w->licences);
	hold_set(w, (int)n, "", false, w->org->forgets_dates ? "" : json_str(grant, "expires"));
	if (!json_bool(known, "auto") && json_array_size(w->licences) > held)
		json_array_remove(w->licences, held); /* it does not come by itself */
	return true;
}

json_t *org_restore(struct world *w, const json_t *args)
{
	json_t *creates = json_array(), *grant;
	size_t i;
	json_array_foreach (json_get(args, "grants"), i, grant) {
		bool is_set = json_get(grant, "set") != NULL;
		const char *id = json_str(grant, is_set ? "set" : "licence");
		world_count_write(w, is_set ? "grant-set" : "grant-licence", id);
		json_array_append_new(
		    creates, outcome(id, is_set ? grant_set(w, grant) : take_seat(w, id), "LICENSE_LIMIT_EXCEEDED"));
	}
	return json_pack("{s:o,s:o}", "creates", creates, "look", read_back(w));
}

/* --- what has to hold --- */

static char complaint[300];

static const char *complain(const char *what, const char *which)
{
	snprintf(complaint, sizeof complaint, "%s %s", what, which);
	return complaint;
}

static bool is_listed(const struct world *w, const json_t *set)
{
	return config_list_has(&w->config.salesforce.permission_sets, json_str(set, "name"));
}

static bool is_direct(const json_t *set)
{
	return !json_bool(set, "profile_owned") && json_str(set, "group")[0] == '\0';
}

static bool has_passed(const struct world *w, const char *expires)
{
	return expires[0] != '\0' && clock_parse_rfc3339(expires) <= w->now;
}

static const json_t *same_set(const json_t *rows, const json_t *set)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (text_eq(json_str(row, "set"), json_str(set, "set")) &&
		    text_eq(json_str(row, "group"), json_str(set, "group")) &&
		    json_bool(row, "profile_owned") == json_bool(set, "profile_owned"))
			return row;
	return NULL;
}

static const char *sets_differ(const struct world *w)
{
	const json_t *first = json_get(w->org->first, "sets");
	size_t i;
	json_t *row;
	json_array_foreach (first, i, row) {
		const json_t *now = same_set(w->sets, row);
		bool may_go = is_direct(row) && is_listed(w, row) && has_passed(w, json_str(row, "expires"));
		if (now == NULL && !may_go)
			return complain("she no longer holds", json_str(row, "name"));
		if (now != NULL && !text_eq(json_str(now, "expires"), json_str(row, "expires")))
			return complain("another date of", json_str(row, "name"));
	}
	json_array_foreach (w->sets, i, row)
		if (same_set(first, row) == NULL)
			return complain("she did not hold", json_str(row, "name"));
	return NULL;
}

/* Does it hang only on sets whose date has passed? Then it may go with them. */
static bool hangs_on_the_past(const struct world *w, const char *licence)
{
	size_t i;
	json_t *row;
	bool any = false;
	json_array_foreach (json_get(w->org->first, "sets"), i, row)
		if (text_eq(json_str(row, "licence"), licence)) {
			if (!is_listed(w, row) || !is_direct(row) || !has_passed(w, json_str(row, "expires")))
				return false;
			any = true;
		}
	return any;
}

static const char *licences_differ(const struct world *w)
{
	const json_t *first = json_get(w->org->first, "licences");
	size_t i;
	json_t *row;
	json_array_foreach (first, i, row)
		if (row_by(w->licences, "licence", json_str(row, "licence")) == NULL &&
		    !hangs_on_the_past(w, json_str(row, "licence")))
			return complain("she no longer holds the licence", json_str(row, "name"));
	json_array_foreach (w->licences, i, row)
		if (row_by(first, "licence", json_str(row, "licence")) == NULL)
			return complain("she did not hold the licence", json_str(row, "name"));
	return NULL;
}

/* What a repair never touches is there as it was. */
static const char *untouchables_differ(const struct world *w)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(w->org->first, "tokens"), i, row)
		if (!text_eq(json_str(row, "app"), "SalesforceIQ") &&
		    row_by(w->tokens, "handle", json_str(row, "handle")) == NULL)
			return complain("another app lost its token", json_str(row, "handle"));
	json_array_foreach (json_get(w->org->first, "links"), i, row)
		if (json_bool(row, "login") && row_by(w->links, "id", json_str(row, "id")) == NULL)
			return complain("a login link is gone:", json_str(row, "id"));
	json_array_foreach (json_get(w->org->first, "sessions"), i, row)
		if (!text_eq(json_str(row, "login_type"), "Outlook Integration") &&
		    row_by(w->sessions, "id", json_str(row, "id")) == NULL)
			return complain("another session was ended:", json_str(row, "id"));
	return NULL;
}

/* Was this write one of those that a repair may make? */
static bool may_be_written(const struct world *w, const char *what, const char *id)
{
	const json_t *first = w->org->first;
	const json_t *row;
	if (text_eq(what, "delete-set")) {
		row = row_by(json_get(first, "sets"), "id", id);
		return row == NULL || (is_direct(row) && is_listed(w, row)); /* NULL: one that was given back */
	}
	if (text_eq(what, "grant-set")) {
		row = row_by(json_get(first, "sets"), "set", id);
		return row != NULL && is_listed(w, row);
	}
	if (text_eq(what, "grant-licence"))
		return row_by(json_get(first, "licences"), "licence", id) != NULL;
	if (text_eq(what, "delete-licence")) {
		row = row_by(json_get(first, "licences"), "id", id);
		const struct config_list *list = &w->config.salesforce.permission_set_licenses;
		return list->count > 0 ? config_list_has(list, json_str(row, "name")) : !json_bool(row, "broad");
	}
	return true; /* tokens, links and sessions are compared */
}

static const char *strange_write(const struct world *w)
{
	const char *key;
	json_t *count;
	json_object_foreach (w->writes, key, count) {
		char what[40];
		const char *id = strchr(key, ' ') + 1;
		text_copy(what, sizeof what, key);
		*strchr(what, ' ') = '\0';
		if (!may_be_written(w, what, id))
			return complain("it may not", key);
	}
	return w->org->touched_others ? "another user was touched" : NULL;
}

const char *org_complaint(struct world *w)
{
	const char *why = sets_differ(w);
	if (why == NULL)
		why = licences_differ(w);
	if (why == NULL)
		why = untouchables_differ(w);
	return why != NULL ? why : strange_write(w);
}
