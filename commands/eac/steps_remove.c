/*
 * commands/eac/steps_remove.c - 1.5 and 1.6: the permission set and its licence are taken away.
 */
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "salesforce/sf_id.h"

enum { LICENCE_LAG_MS = 2500 };

/* From now on this has to be given back, whatever happens: written before the deed. */
static enum errc note_debt(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	json_object_set_new(facts, "removed",
	                    json_pack("{s:O,s:O}", "sets", json_get(org_plan(flow), "sets"), "licences",
	                              json_get(org_plan(flow), "licences")));
	json_object_del(facts, "restored");
	return owed_set(flow->tx, flow->row->target, flow->row->id, json_get(facts, "removed"));
}

static enum errc remove_rows(struct flow *flow, const json_t *sets, const json_t *licences)
{
	enum errc rc = note_debt(flow);
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

enum errc eac_remove_set_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return eac_step_started(flow);
	}
	json_t *held = diagnose_sets(org_plan(flow), look);
	if (held == NULL)
		return org_blind(flow, "sets");
	bool ask_again = false;
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(held) > 0)
		rc = eac_renew_plan(flow, look, &ask_again);
	if (rc == OK && ask_again) {
		rc = eac_gate_open(flow);
	} else if (rc == OK && json_array_size(held) == 0) {
		bool ours = json_int(flow->row->facts, "tries") > 0;
		rc = note_debt(flow);
		AUTO_BUF struct buf b = {0};
		text_sets_gone(&b, org_plan(flow), ours);
		if (rc == OK)
			rc = org_ended(flow, "done", buf_str(&b));
	} else if (rc == OK && !org_may_try(flow)) {
		rc = org_tired(flow, "Removing the permission set");
	} else if (rc == OK) {
		json_t *none = json_array();
		rc = remove_rows(flow, held, none);
		json_decref(none);
	}
	json_decref(held);
	return rc;
}

/* Inbox or EAC licences that stay by policy, in words; empty: none. */
static void kept_licences(const struct flow *flow, const json_t *look, struct buf *b)
{
	size_t i, j;
	json_t *kept, *held;
	json_array_foreach (json_get(org_plan(flow), "kept"), i, kept)
		json_array_foreach (json_get(look, "licences"), j, held)
			if (sf_id_same(json_str(kept, "licence"), json_str(held, "licence")))
				buf_printf(b, "%s%s stays: %s", b->len > 0 ? "; " : "", json_str(kept, "label"),
				           json_str(kept, "why"));
}

static enum errc licences_done(struct flow *flow, const json_t *look)
{
	AUTO_BUF struct buf b = {0}, kept = {0};
	buf_init(&b, 380);
	buf_init(&kept, 300);
	kept_licences(flow, look, &kept);
	const char *needed = json_str(flow->row->facts, "licence_needed");
	bool planned = json_array_size(json_get(org_plan(flow), "licences")) > 0;
	/* skipped: nothing could go, by policy; a licence that went with its set is done, whatever else stays */
	bool skipped = needed[0] != '\0' || (!planned && kept.len > 0);
	if (!skipped)
		buf_puts(&b, planned ? "gone, as Salesforce shows" : "there was none to remove");
	else
		buf_puts(&b, needed);
	if (kept.len > 0)
		buf_printf(&b, "%s%s", b.len > 0 ? "; " : "", buf_str(&kept));
	return org_ended(flow, skipped ? "skipped" : "done", buf_str(&b));
}

enum errc eac_remove_license_begin(struct flow *flow)
{
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return eac_step_started(flow);
	}
	json_t *held = diagnose_licences(org_plan(flow), look), *facts = flow->row->facts;
	if (held == NULL)
		return org_blind(flow, "licences");
	enum errc rc = eac_step_started(flow);
	if (rc == OK && (json_array_size(held) == 0 || json_str(facts, "licence_needed")[0] != '\0')) {
		json_object_del(facts, "lag_waited");
		rc = licences_done(flow, look);
	} else if (rc == OK && !json_bool(facts, "lag_waited")) {
		/* Salesforce usually takes the licence away by itself, a little later */
		json_set_bool(facts, "lag_waited", true);
		json_object_del(facts, "fresh");
		flow->row->wake_at = flow->now + LICENCE_LAG_MS;
	} else if (rc == OK && !org_may_try(flow)) {
		rc = org_tired(flow, "Removing the licence");
	} else if (rc == OK) {
		json_t *none = json_array();
		rc = remove_rows(flow, none, held);
		json_decref(none);
	}
	json_decref(held);
	return rc;
}
