/*
 * commands/eac/steps_assign.c - 2.1: what was removed is given back, also where a repair ends early.
 */
#include "bot/base/clock.h"
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "salesforce/sf_id.h"

static bool holds_set(const json_t *look, const char *set)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(look, "sets"), i, row)
		if (sf_id_same(json_str(row, "set"), set) && diagnose_is_direct(row))
			return true;
	return false;
}

static bool holds_licence(const json_t *look, const char *licence)
{
	return sf_id_row(json_get(look, "licences"), "licence", licence) != NULL;
}

static bool has_passed(const struct flow *flow, const char *expires)
{
	int64_t at = expires[0] == '\0' ? -1 : clock_parse_rfc3339(expires);
	return at >= 0 && at <= eac_server_now(flow);
}

/* The licence of a set that is given back comes with it. */
static bool comes_with_a_set(const json_t *sets, const char *licence)
{
	return sf_id_row(sets, "licence", licence) != NULL;
}

/* Rows of `more` that are not in `rows` yet. */
static void append_missing(json_t *rows, const json_t *more, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach (more, i, row)
		if (sf_id_row(rows, key, json_str(row, key)) == NULL)
			json_array_append(rows, row);
}

/* Nobody can give it back any more (org.c). */
static bool is_lost(const struct flow *flow, const char *id)
{
	size_t i;
	json_t *lost;
	json_array_foreach (json_get(flow->row->facts, "lost"), i, lost)
		if (sf_id_same(json_string_value(lost), id))
			return true;
	return false;
}

/*
 * A repair that is being undone gives back what the bot took. One that goes on gives what was planned and approved,
 * also what somebody else took meanwhile: without it the user could not be connected, and the approval says so.
 */
static json_t *to_give(const struct flow *flow, const char *list, const char *key)
{
	const json_t *facts = flow->row->facts;
	json_t *rows = json_deep_copy(json_path(facts, "removed", list, NULL));
	rows = rows != NULL ? rows : json_array();
	if (json_get(facts, "ending") == NULL)
		append_missing(rows, json_path(facts, "plan", list, NULL), key);
	for (size_t i = json_array_size(rows); i > 0; i--)
		if (is_lost(flow, json_str(json_array_get(rows, i - 1), key)))
			json_array_remove(rows, i - 1);
	return rows;
}

/* A set that was removed keeps its own date; another one gets that of the first. */
static const char *date_for(const json_t *removed, const char *set)
{
	const json_t *own = sf_id_row(removed, "set", set);
	return json_str(own != NULL ? own : json_array_get(removed, 0), "expires");
}

/* The same, or `reassign`'s sets with the removed set's date (never when a repair is being undone). */
static json_t *sets_to_give(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *facts = flow->row->facts;
	json_t *removed = to_give(flow, "sets", "set");
	if (config->salesforce.reassign_same || json_get(facts, "ending") != NULL)
		return removed;
	json_t *give = json_array();
	for (size_t i = 0; i < config->salesforce.reassign.count; i++) {
		size_t j;
		json_t *known;
		json_array_foreach (json_get(facts, "sets_known"), j, known)
			if (text_ieq(json_str(known, "name"), config->salesforce.reassign.items[i]))
				json_array_append_new(
				    give, json_pack("{s:s,s:s,s:s,s:s,s:s}", "set", json_str(known, "id"), "name",
				                    json_str(known, "name"), "label", json_str(known, "label"),
				                    "licence", json_str(known, "licence"), "expires",
				                    date_for(removed, json_str(known, "id"))));
	}
	json_decref(removed);
	return give;
}

/*
 * A licence comes with its set, and does not come back where the set's date has passed. Where the set is held already
 * no grant of ours brings it.
 */
static bool is_due_alone(const struct flow *flow, const json_t *look, const json_t *sets, const char *licence,
                         bool second)
{
	size_t i;
	json_t *row;
	json_array_foreach (sets, i, row)
		if (sf_id_same(json_str(row, "licence"), licence) && !has_passed(flow, json_str(row, "expires")))
			return second || holds_set(look, json_str(row, "set"));
	return !comes_with_a_set(sets, licence);
}

static void add_grants(const struct flow *flow, const json_t *look, const json_t *sets, bool second, json_t *grants)
{
	json_auto_t *licences = to_give(flow, "licences", "licence");
	size_t i;
	json_t *row;
	json_array_foreach (licences, i, row)
		if (!holds_licence(look, json_str(row, "licence")) &&
		    is_due_alone(flow, look, sets, json_str(row, "licence"), second))
			json_array_append_new(grants, json_pack("{s:s}", "licence", json_str(row, "licence")));
	json_array_foreach (sets, i, row)
		if (!holds_set(look, json_str(row, "set")) && !has_passed(flow, json_str(row, "expires")))
			json_array_append_new(grants, json_pack("{s:s,s:s}", "set", json_str(row, "set"), "expires",
			                                        json_str(row, "expires")));
}

/* Somebody else assigned it first, with another date: it stays as it is, and is said. */
static void say_other_dates(struct flow *flow, const json_t *look, const json_t *sets)
{
	size_t i, j;
	json_t *row, *held;
	json_array_foreach (sets, i, row)
		json_array_foreach (json_get(look, "sets"), j, held) {
			const char *is = json_str(held, "expires"), *was = json_str(row, "expires");
			if (!diagnose_is_direct(held) || !sf_id_same(json_str(held, "set"), json_str(row, "set")) ||
			    clock_parse_rfc3339(is) == clock_parse_rfc3339(was))
				continue;
			eac_line_value(flow, text_other_date(row, is));
		}
}

static void say_passed_dates(struct flow *flow, const json_t *sets)
{
	size_t i;
	json_t *row;
	json_array_foreach (sets, i, row)
		if (has_passed(flow, json_str(row, "expires"))) {
			eac_line_value(flow, text_date_passed(row));
			json_set_bool(flow->row->facts, "date_passed", true);
		}
}

static enum errc given_back(struct flow *flow, const json_t *sets)
{
	json_t *facts = flow->row->facts, *links = diagnose_links(json_get(facts, "look"));
	say_passed_dates(flow, sets);
	say_other_dates(flow, json_get(facts, "look"), sets);
	json_set_bool(facts, "restored", true);
	json_set_int(facts, "assigned_at", eac_server_now(flow));
	json_set_bool(facts, "active_before",
	              text_eq(json_str(json_path(facts, "look", "connection", NULL), "status"), "ACTIVE"));
	json_object_set_new(facts, "links_before", links == NULL ? json_array() : org_ids(links, "id"));
	json_decref(links);
	enum errc rc = owed_clear(flow->tx, flow->row->target);
	if (rc == OK)
		rc = org_ended(flow, "done", text_sets_back(sets));
	const json_t *ending = json_get(facts, "ending");
	if (rc != OK || ending == NULL)
		return rc;
	struct request_actor actor = {.who = json_str(ending, "who"), .via = json_str(ending, "via")};
	char who[24], via[24];
	json_t *why = json_incref(json_get(ending, "why"));
	text_copy(who, sizeof who, actor.who);
	text_copy(via, sizeof via, actor.via);
	actor = (struct request_actor){.who = who, .via = via};
	flow->row->step = EAC_ASSIGN;
	return eac_ended(flow, (enum request_event)json_int(ending, "event"), &actor, why);
}

/* A set of `reassign` that the org did not have when the repair began; NULL: none. */
static const char *unknown_set(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *facts = flow->row->facts;
	if (config->salesforce.reassign_same || json_get(facts, "ending") != NULL)
		return NULL;
	for (size_t i = 0; i < config->salesforce.reassign.count; i++) {
		bool known = false;
		size_t j;
		json_t *set;
		json_array_foreach (json_get(facts, "sets_known"), j, set)
			known = known || text_ieq(json_str(set, "name"), config->salesforce.reassign.items[i]);
		if (!known)
			return config->salesforce.reassign.items[i];
	}
	return NULL;
}

enum errc eac_assign_begin(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return eac_step_started(flow);
	}
	if (!json_is_array(json_get(look, "sets")) || !json_is_array(json_get(look, "licences")))
		return org_blind(flow, "sets");
	if (unknown_set(flow) != NULL)
		return eac_fail(flow, text_set_unknown(unknown_set(flow)));
	json_t *sets = sets_to_give(flow), *grants = json_array();
	add_grants(flow, look, sets, json_int(facts, "tries") > 0, grants);
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(grants) == 0) {
		rc = given_back(flow, sets);
	} else if (rc == OK && !org_may_try(flow)) {
		rc = org_tired(flow, PHRASE_WHAT_GIVE_BACK);
	} else if (rc == OK) {
		size_t i;
		json_t *grant;
		json_array_foreach (grants, i, grant)
			if (rc == OK)
				rc = org_intend(flow, "grant",
				                json_get(grant, "set") != NULL ? json_str(grant, "set")
				                                               : json_str(grant, "licence"));
		const char *user = json_str(json_get(facts, "target"), "id");
		flow_ask(flow, "restore", json_pack("{s:s,s:O}", "user", user, "grants", grants));
	}
	json_decref(sets);
	json_decref(grants);
	return rc;
}
