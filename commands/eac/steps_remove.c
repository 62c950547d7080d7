/*
 * commands/eac/steps_remove.c - 1.5 and 1.6: the permission set and its licence are taken away.
 *
 * What will have to be given back is written before the deed: in the facts ("removed") and in the ledger of debts,
 * which outlives the repair. A licence whose seat has become free by it is marked there ("free"), for until it is
 * given back nobody else of ours may count on that seat.
 */
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "salesforce/sf_id.h"

enum { LICENCE_LAG_MS = 2500 };

/* From now on this has to be given back, whatever happens. */
static enum errc note_debt(struct flow *flow, const json_t *look)
{
	json_t *facts = flow->row->facts;
	json_object_set_new(facts, "removed", diagnose_debt(org_plan(flow), look, json_get(facts, "removed")));
	json_object_set(json_get(facts, "removed"), "org", json_path(facts, "org", "id", NULL));
	json_object_del(facts, "restored");
	return owed_set(flow->tx, flow->row->target, flow->row->id, json_get(facts, "removed"));
}

static bool shows_licence(const json_t *look, const char *licence)
{
	return sf_id_row(json_get(look, "licences"), "licence", licence) != NULL;
}

/* A look shows which seats of the debt are free. */
static enum errc note_seats(struct flow *flow, const json_t *look)
{
	json_t *facts = flow->row->facts, *row;
	bool changed = false;
	size_t i;
	if (!json_is_array(json_get(look, "licences")))
		return OK;
	json_array_foreach (json_path(facts, "removed", "licences", NULL), i, row) {
		bool seat = !shows_licence(look, json_str(row, "licence"));
		changed = changed || seat != json_bool(row, "free");
		json_set_bool(row, "free", seat);
	}
	return changed ? owed_set(flow->tx, flow->row->target, flow->row->id, json_get(facts, "removed")) : OK;
}

static enum errc remove_rows(struct flow *flow, const json_t *look, const json_t *sets, const json_t *licences)
{
	enum errc rc = note_debt(flow, look);
	if (rc == OK)
		rc = org_intend_all(flow, "delete-assignment", sets, "id");
	if (rc == OK)
		rc = org_intend_all(flow, "delete-licence", licences, "id");
	if (rc != OK)
		return rc;
	const char *user = json_str(json_get(flow->row->facts, "target"), "id");
	flow_ask(flow, "remove",
	         json_pack("{s:s,s:o,s:o}", "user", user, "assignments", org_ids(sets, "id"), "licences",
	                   org_ids(licences, "id")));
	return OK;
}

/* --- 1.5 --- */

static bool was_deleted(const struct flow *flow, const char *id)
{
	size_t i;
	json_t *known;
	json_array_foreach (json_get(flow->row->facts, "deleted"), i, known)
		if (text_eq(json_string_value(known), id))
			return true;
	return false;
}

/* A new assignment of what was removed just now: something outside puts it back. It is said, with what it shows. */
static void note_regrants(struct flow *flow, const json_t *held)
{
	json_t *facts = flow->row->facts;
	size_t i;
	json_t *row;
	if (json_get(facts, "deleted") == NULL)
		json_object_set_new(facts, "deleted", json_array());
	bool first = json_array_size(json_get(facts, "deleted")) == 0;
	json_array_foreach (held, i, row) {
		if (was_deleted(flow, json_str(row, "id")))
			continue;
		json_array_append(json_get(facts, "deleted"), json_get(row, "id"));
		if (first)
			continue;
		json_object_set_new(facts, "regranted", text_regranted(row));
		eac_line_value(flow, text_regranted(row));
	}
}

/* Nothing of the plan is held (any more). The plan is compared at 1.6: what is still to be taken needs a new approval. */
static enum errc sets_gone(struct flow *flow)
{
	bool ours = json_int(flow->row->facts, "tries") > 0;
	json_object_del(flow->row->facts, "deleted");
	json_object_del(flow->row->facts, "regranted");
	return org_ended(flow, "done", text_sets_gone(org_plan(flow), ours));
}

static enum errc sets_stay(struct flow *flow)
{
	const json_t *regranted = json_get(flow->row->facts, "regranted");
	if (regranted == NULL)
		return org_tired(flow, PHRASE_WHAT_REMOVE_SET);
	json_object_del(flow->row->facts, "tries");
	return eac_fail(flow, text_keeps_coming_back(regranted));
}

/* Both steps may cost the user a seat. */
static enum errc may_remove(struct flow *flow, const json_t *look, bool *ret_wait)
{
	enum errc rc = eac_may_take(flow, look, ret_wait);
	return rc == OK && !*ret_wait ? eac_seats_left(flow, look, ret_wait) : rc;
}

static enum errc remove_sets(struct flow *flow, const json_t *look, const json_t *held)
{
	bool wait;
	enum errc rc = may_remove(flow, look, &wait);
	if (rc != OK || wait)
		return rc;
	note_regrants(flow, held);
	if (!org_may_try(flow))
		return sets_stay(flow);
	json_auto_t *none = json_array();
	return remove_rows(flow, look, held, none);
}

enum errc eac_remove_set_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL)
		return eac_look_before(flow, "login");
	if (!json_is_array(json_get(look, "sets")))
		return org_blind(flow, "sets");
	json_auto_t *plan =
	    diagnose_plan(eac_env(flow)->config, look, org_plan(flow), json_get(flow->row->facts, "removed"));
	json_auto_t *held = diagnose_sets(plan, look); /* also a listed one that is new */
	enum errc rc = eac_step_started(flow);
	if (rc == OK)
		rc = note_seats(flow, look); /* also where it fails now: the debt stands */
	if (rc != OK)
		return rc;
	return json_array_size(held) > 0 ? remove_sets(flow, look, held) : sets_gone(flow);
}

/* --- 1.6 --- */

/* Inbox or EAC licences that stay by policy. NULL: none; the caller owns it. */
static json_t *kept_licences(const struct flow *flow, const json_t *look)
{
	json_t *all = NULL;
	size_t i;
	json_t *kept;
	json_array_foreach (json_get(org_plan(flow), "kept"), i, kept)
		if (shows_licence(look, json_str(kept, "licence")))
			all = text_and(all, text_licence_stays(kept));
	return all;
}

static enum errc licences_done(struct flow *flow, const json_t *look)
{
	bool changed;
	enum errc rc = eac_renew_plan(flow, look, &changed);
	if (rc != OK)
		return rc;
	json_t *kept = kept_licences(flow, look), *said;
	const json_t *needed = json_get(flow->row->facts, "licence_needed");
	bool planned = json_array_size(json_get(org_plan(flow), "licences")) > 0;
	/* skipped: nothing could go, by policy; a licence that went with its set is done, whatever else stays */
	bool skipped = needed != NULL || (!planned && kept != NULL);
	if (!skipped)
		said = phrase_value(planned ? PHRASE_LICENCE_GONE : PHRASE_LICENCE_NONE, NULL);
	else
		said = needed != NULL ? json_deep_copy(needed) : NULL;
	json_object_del(flow->row->facts, "lag_waited");
	return org_ended(flow, skipped ? "skipped" : "done", text_and(said, kept));
}

static enum errc remove_licences(struct flow *flow, const json_t *look, const json_t *held)
{
	bool wait;
	enum errc rc = may_remove(flow, look, &wait);
	if (rc != OK || wait)
		return rc;
	if (!org_may_try(flow))
		return org_tired(flow, PHRASE_WHAT_REMOVE_LICENCE);
	json_auto_t *none = json_array();
	return remove_rows(flow, look, none, held);
}

/* A set that is back while its licence is waited for: back to 1.5, three times at most. */
static bool is_back(struct flow *flow, const json_t *look)
{
	json_auto_t *held = diagnose_sets(org_plan(flow), look);
	return json_array_size(held) > 0;
}

enum errc eac_remove_license_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL)
		return eac_look_before(flow, "login");
	json_t *facts = flow->row->facts;
	json_auto_t *plan = diagnose_plan(eac_env(flow)->config, look, org_plan(flow), json_get(facts, "removed"));
	json_auto_t *held = diagnose_licences(plan, look); /* also one that is new */
	if (held == NULL || !json_is_array(json_get(look, "sets")))
		return org_blind(flow, held == NULL ? "licences" : "sets");
	enum errc rc = eac_step_started(flow);
	if (rc == OK)
		rc = note_seats(flow, look); /* also where it fails now: the debt stands */
	if (rc != OK)
		return rc;
	if (is_back(flow, look)) {
		json_object_del(facts, "lag_waited");
		rc = eac_step_return(flow, EAC_REMOVE_SET, phrase_value(PHRASE_BACK_SET, NULL));
		return rc == OK ? eac_flush(flow) : rc;
	}
	if (json_array_size(held) == 0 || json_get(facts, "licence_needed") != NULL)
		return licences_done(flow, look);
	if (json_bool(facts, "lag_waited"))
		return remove_licences(flow, look, held);
	/* Salesforce usually takes the licence away by itself, a little later */
	json_set_bool(facts, "lag_waited", true);
	json_object_del(facts, "fresh");
	flow->row->wake_at = flow->now + LICENCE_LAG_MS;
	return OK;
}
