/*
 * commands/eac/steps_org.c - 1.3 to 1.6 and 2.1: what is taken away in Salesforce, and given back.
 *
 * Each step has the same shape: a fresh look; nothing left to do: ended; else
 * intents are written and one deed is asked for; after the deed, whatever its
 * answer was, a look decides. The deeds read back in the same call where
 * Salesforce allows it.
 */
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/effects.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "salesforce/sf_id.h"

enum { TRIES_MAX = 4, LICENCE_LAG_MS = 2500, AGAIN_MS = 1500 };

static const json_t *plan_of(const struct flow *flow)
{
	return json_get(flow->row->facts, "plan");
}

static enum errc intend(struct flow *flow, const char *kind, const char *object)
{
	struct effect_row effect = {.request = flow->row->id, .begun_at = flow->now};
	text_copy(effect.step, sizeof effect.step, eac_step_key(flow->row->step));
	text_copy(effect.kind, sizeof effect.kind, kind);
	text_copy(effect.object, sizeof effect.object, object);
	return effect_begin(flow->tx, &effect);
}

static enum errc intend_all(struct flow *flow, const char *kind, const json_t *rows, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		enum errc rc = intend(flow, kind, json_str(row, key));
		if (rc != OK)
			return rc;
	}
	return OK;
}

static enum errc settle(struct flow *flow, const char *result)
{
	return effect_settle(flow->tx, flow->row->id, eac_step_key(flow->row->step), flow->now, result);
}

/* Counts a deed of this step; false when it has been tried too often. */
static bool may_try(struct flow *flow)
{
	int64_t tries = json_int(flow->row->facts, "tries") + 1;
	json_set_int(flow->row->facts, "tries", tries);
	json_object_del(flow->row->facts, "fresh");
	return tries <= TRIES_MAX;
}

static enum errc ended(struct flow *flow, const char *state, const char *detail)
{
	json_object_del(flow->row->facts, "tries");
	json_object_del(flow->row->facts, "last_error");
	enum errc rc = settle(flow, "applied");
	return rc == OK ? eac_step_ended(flow, state, detail) : rc;
}

static enum errc tired(struct flow *flow, const char *what)
{
	AUTO_BUF struct buf b = {0};
	text_tried_in_vain(&b, what, json_str(flow->row->facts, "last_error"));
	json_object_del(flow->row->facts, "tries");
	return eac_fail(flow, buf_str(&b));
}

static json_t *ids_of(const json_t *rows, const char *key)
{
	json_t *ids = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		json_array_append(ids, json_get(row, key));
	return ids;
}

/* A part that can't be read must never count as "nothing there". */
static enum errc blind(struct flow *flow, const char *part)
{
	AUTO_BUF struct buf b = {0};
	const json_t *why = json_get(json_get(flow->row->facts, "look"), "unreadable");
	text_blind(&b, part, json_str(why, part));
	return eac_fail(flow, buf_str(&b));
}

/*
 * The last look before the removal: where it differs from the plan (another expiry date, another listed set), what
 * is removed and given back is what is there now, and an approval of the old plan is void.
 */
static enum errc renew_plan(struct flow *flow, const json_t *look, bool *ret_ask_again)
{
	json_t *facts = flow->row->facts, *plan = diagnose_plan(eac_env(flow)->config, look, plan_of(flow));
	bool same = text_eq(json_str(plan, "code"), json_str(plan_of(flow), "code"));
	*ret_ask_again = !same && json_bool(facts, "gate_first");
	json_object_set_new(facts, "plan", plan);
	if (same)
		return OK;
	AUTO_BUF struct buf b = {0};
	text_plan_changed(&b, flow, *ret_ask_again);
	eac_line(flow, buf_str(&b));
	return OK;
}

enum errc eac_hold_to_plan(struct flow *flow, const json_t *look, bool *ret_wait)
{
	*ret_wait = false;
	if (!json_bool(flow->row->facts, "gate_first"))
		return OK;
	enum errc rc = renew_plan(flow, look, ret_wait);
	return rc == OK && *ret_wait ? eac_gate_open(flow) : rc;
}

/* --- 1.3 account links --- */

static enum errc ask_admin(struct flow *flow)
{
	static const struct eac_button buttons[] = {{"eac.check_links", "Check now", BUTTON_PRIMARY, NULL}};
	const struct config *config = eac_env(flow)->config;
	const struct eac_patience patience = {config->people.remind_after_ms, config->people.give_up_after_ms, true,
	                                      false};
	enum errc rc = eac_step_waiting(flow);
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_ASK_ADMIN, &eac_bot, "account links", flow->now);
	if (rc == OK)
		rc = eac_flush(flow);
	if (rc == OK)
		rc = eac_card_open(flow, "admin", "", text_admin_card(flow), buttons, 1);
	if (rc != OK)
		return rc;
	eac_wait_start(flow, &patience, flow->now);
	return eac_update_parent(flow);
}

static enum errc links_gone(struct flow *flow)
{
	bool waited = request_state(flow->row) == STATE_WAITING_ADMIN;
	if (waited) {
		enum errc rc = eac_cards_close(flow, "admin", TEXT_LINKS_GONE);
		if (rc == OK)
			rc = request_fire(flow->tx, flow->row, EVENT_GO_ON, &eac_bot, "no mailbox link is left",
			                  flow->now);
		if (rc != OK)
			return rc;
		eac_wait_stop(flow);
	}
	bool deleted = !waited && json_int(flow->row->facts, "tries") > 0;
	return ended(flow, "done",
	             waited    ? "no mailbox link is left"
	             : deleted ? TEXT_LINKS_DELETED
	                       : "there was no mailbox link");
}

static enum errc delete_links(struct flow *flow, const json_t *links)
{
	if (json_is_false(json_get(flow->row->facts, "links_deletable")) || !may_try(flow))
		return ask_admin(flow);
	if (!json_is_true(json_get(flow->row->facts, "links_deletable"))) {
		flow_ask(flow, "links-deletable", json_object());
		return OK;
	}
	enum errc rc = intend_all(flow, "delete-link", links, "id");
	if (rc == OK)
		flow_ask(flow, "delete-links", json_pack("{s:o}", "ids", ids_of(links, "id")));
	return rc;
}

static enum errc wait_admin(struct flow *flow)
{
	switch (eac_wait_due(flow)) {
	case EAC_DUE_EXPIRE: return eac_end(flow, EVENT_EXPIRE, &eac_bot, TEXT_ADMIN_SILENT);
	case EAC_DUE_REMIND: return eac_say(flow, "", OUTBOX_DECISION, text_admin_reminder(flow));
	case EAC_DUE_POLL: eac_look(flow, "login", 0); return OK;
	case EAC_DUE_NOTHING: return OK;
	}
	return OK;
}

/* Keeps waiting; who pressed Check now is told what is still there. */
static enum errc links_left(struct flow *flow, const json_t *look, bool asked)
{
	eac_wait_plan(flow);
	if (!asked)
		return OK;
	AUTO_BUF struct buf b = {0};
	text_links_left(&b, look);
	eac_line(flow, buf_str(&b));
	return eac_flush(flow);
}

enum errc eac_links_begin(struct flow *flow)
{
	bool waiting = request_state(flow->row) == STATE_WAITING_ADMIN;
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL && waiting && !json_bool(flow->row->facts, "look_now"))
		return wait_admin(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return waiting ? OK : eac_step_started(flow);
	}
	bool asked = waiting && json_bool(flow->row->facts, "look_now");
	json_object_del(flow->row->facts, "look_now");
	json_t *links = diagnose_links(look);
	if (links == NULL)
		return blind(flow, "links");
	enum errc rc = OK;
	if (json_array_size(links) == 0)
		rc = links_gone(flow);
	else if (waiting)
		rc = links_left(flow, look, asked);
	else if (eac_env(flow)->config->salesforce.delete_account_links)
		rc = delete_links(flow, links);
	else
		rc = ask_admin(flow);
	json_decref(links);
	return rc;
}

/* --- 1.4 tokens --- */

/* All intents first; the tokens then go one by one, and a look ends it. */
static enum errc revoke_all(struct flow *flow, const json_t *tokens)
{
	enum errc rc = intend_all(flow, "revoke-token", tokens, "handle");
	json_t *handles = ids_of(tokens, "handle");
	json_object_set_new(flow->row->facts, "revoking", handles);
	if (rc == OK)
		flow_ask(flow, "revoke", json_pack("{s:s}", "handle", json_string_value(json_array_get(handles, 0))));
	return rc;
}

enum errc eac_revoke_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return eac_step_started(flow);
	}
	json_t *tokens = diagnose_tokens(eac_env(flow)->config, look);
	if (tokens == NULL)
		return blind(flow, "tokens");
	bool wait = false;
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(tokens) > 0)
		rc = eac_hold_to_plan(flow, look, &wait);
	char detail[120];
	int64_t revoked = json_int(flow->row->facts, "revoked");
	if (rc == OK && !wait && json_array_size(tokens) == 0) {
		snprintf(detail, sizeof detail,
		         revoked > 0 ? "%d access tokens of the app revoked, none is left"
		                     : "no access token of the app was there",
		         (int)revoked);
		rc = ended(flow, "done", detail);
	} else if (rc == OK && !wait && !may_try(flow)) {
		rc = tired(flow, "Revoking the app's access tokens");
	} else if (rc == OK && !wait) {
		rc = revoke_all(flow, tokens);
	}
	json_decref(tokens);
	return rc;
}

/* A passing trouble gets longer and longer to pass. */
static void wait_to_try_again(struct flow *flow)
{
	int64_t wait = AGAIN_MS;
	for (int64_t i = 1; i < json_int(flow->row->facts, "tries"); i++)
		wait *= 4;
	flow->row->wake_at = flow->now + wait;
}

static enum errc token_answered(struct flow *flow, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts, *handles = json_get(facts, "revoking");
	if (answer->code == OK && json_bool(answer->body, "revoked"))
		json_set_int(facts, "revoked", json_int(facts, "revoked") + 1);
	if (answer->code != OK)
		json_set_str(facts, "last_error", answer->reason);
	if (answer->code != OK && err_is_temporary(answer->code)) { /* the others would fare no better now */
		wait_to_try_again(flow);
		return OK;
	}
	json_array_remove(handles, 0);
	if (json_array_size(handles) > 0 && json_get(facts, "wish") == NULL) {
		flow_ask(flow, "revoke", json_pack("{s:s}", "handle", json_string_value(json_array_get(handles, 0))));
		return OK;
	}
	flow->row->wake_at = flow->now; /* look */
	return OK;
}

/* --- 1.5 and 1.6 the permission set and its licence --- */

/* From now on this has to be given back, whatever happens: written before the deed. */
static enum errc note_debt(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	json_object_set_new(facts, "removed",
	                    json_pack("{s:O,s:O}", "sets", json_get(plan_of(flow), "sets"), "licences",
	                              json_get(plan_of(flow), "licences")));
	json_object_del(facts, "restored");
	return owed_set(flow->tx, flow->row->target, flow->row->id, json_get(facts, "removed"));
}

static enum errc remove_rows(struct flow *flow, const json_t *sets, const json_t *licences)
{
	enum errc rc = note_debt(flow);
	if (rc == OK)
		rc = intend_all(flow, "delete-assignment", sets, "id");
	if (rc == OK)
		rc = intend_all(flow, "delete-licence", licences, "id");
	if (rc != OK)
		return rc;
	const char *user = json_str(json_get(flow->row->facts, "target"), "id");
	flow_ask(flow, "remove",
	         json_pack("{s:s,s:o,s:o}", "user", user, "assignments", ids_of(sets, "id"), "licences",
	                   ids_of(licences, "id")));
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
	json_t *held = diagnose_sets(plan_of(flow), look);
	if (held == NULL)
		return blind(flow, "sets");
	bool ask_again = false;
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(held) > 0)
		rc = renew_plan(flow, look, &ask_again);
	if (rc == OK && ask_again) {
		rc = eac_gate_open(flow);
	} else if (rc == OK && json_array_size(held) == 0) {
		bool ours = json_int(flow->row->facts, "tries") > 0;
		rc = note_debt(flow);
		AUTO_BUF struct buf b = {0};
		text_sets_gone(&b, plan_of(flow), ours);
		if (rc == OK)
			rc = ended(flow, "done", buf_str(&b));
	} else if (rc == OK && !may_try(flow)) {
		rc = tired(flow, "Removing the permission set");
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
	json_array_foreach (json_get(plan_of(flow), "kept"), i, kept)
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
	bool planned = json_array_size(json_get(plan_of(flow), "licences")) > 0;
	/* skipped: nothing could go, by policy; a licence that went with its set is done, whatever else stays */
	bool skipped = needed[0] != '\0' || (!planned && kept.len > 0);
	if (!skipped)
		buf_puts(&b, planned ? "gone, as Salesforce shows" : "there was none to remove");
	else
		buf_puts(&b, needed);
	if (kept.len > 0)
		buf_printf(&b, "%s%s", b.len > 0 ? "; " : "", buf_str(&kept));
	return ended(flow, skipped ? "skipped" : "done", buf_str(&b));
}

enum errc eac_remove_license_begin(struct flow *flow)
{
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return eac_step_started(flow);
	}
	json_t *held = diagnose_licences(plan_of(flow), look), *facts = flow->row->facts;
	if (held == NULL)
		return blind(flow, "licences");
	enum errc rc = eac_step_started(flow);
	if (rc == OK && (json_array_size(held) == 0 || json_str(facts, "licence_needed")[0] != '\0')) {
		json_object_del(facts, "lag_waited");
		rc = licences_done(flow, look);
	} else if (rc == OK && !json_bool(facts, "lag_waited")) {
		/* Salesforce usually takes the licence away by itself, a little later */
		json_set_bool(facts, "lag_waited", true);
		json_object_del(facts, "fresh");
		flow->row->wake_at = flow->now + LICENCE_LAG_MS;
	} else if (rc == OK && !may_try(flow)) {
		rc = tired(flow, "Removing the licence");
	} else if (rc == OK) {
		json_t *none = json_array();
		rc = remove_rows(flow, none, held);
		json_decref(none);
	}
	json_decref(held);
	return rc;
}

/* The first row that was not deleted, for the sentence to people. */
static const json_t *first_failure(const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		if (!json_bool(row, "ok") && !json_bool(row, "already"))
			return row;
	return NULL;
}

/* Deeds read back only sets and licences: the rest of the newest look stays as it was. */
static void merge_look(struct flow *flow, const json_t *read_back)
{
	json_t *look = json_deep_copy(json_get(flow->row->facts, "look"));
	json_object_set(look, "sets", json_get(read_back, "sets"));
	json_object_set(look, "licences", json_get(read_back, "licences"));
	json_object_set(look, "at", json_get(read_back, "at"));
	eac_keep_look(flow, look);
	json_decref(look);
}

static enum errc deed_answered(struct flow *flow, const char *list, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts;
	flow->row->wake_at = flow->now;
	if (answer->code != OK) {
		json_set_str(facts, "last_error", answer->reason);
		if (!err_is_temporary(answer->code))
			return eac_trouble(flow, "Changing the user's permissions", answer);
		wait_to_try_again(flow);
		return OK;
	}
	const json_t *failure = first_failure(json_get(answer->body, list)), *look = json_get(answer->body, "look");
	if (failure != NULL) {
		json_set_str(facts, "last_error", json_str(failure, "reason"));
		if (flow->row->step == EAC_REMOVE_LICENSE &&
		    text_eq(json_str(failure, "error"), "FIELD_INTEGRITY_EXCEPTION"))
			json_set_str(facts, "licence_needed", TEXT_LICENCE_NEEDED);
	}
	if (json_is_object(look))
		merge_look(flow, look);
	if (failure != NULL) {
		json_object_del(facts, "fresh");
		flow->row->wake_at = flow->now + AGAIN_MS * json_int(facts, "tries");
	}
	return OK;
}

/* --- 2.1 giving back --- */

static bool holds_set(const json_t *look, const char *set)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(look, "sets"), i, row)
		if (sf_id_same(json_str(row, "set"), set) && json_str(row, "group")[0] == '\0')
			return true;
	return false;
}

static bool holds_licence(const json_t *look, const char *licence)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(look, "licences"), i, row)
		if (sf_id_same(json_str(row, "licence"), licence))
			return true;
	return false;
}

static bool has_passed(const struct flow *flow, const char *expires)
{
	int64_t at = expires[0] == '\0' ? -1 : clock_parse_rfc3339(expires);
	return at >= 0 && at <= eac_server_now(flow);
}

/* The licence of a set that is given back comes with it. */
static bool comes_with_a_set(const json_t *sets, const char *licence)
{
	size_t i;
	json_t *row;
	json_array_foreach (sets, i, row)
		if (sf_id_same(json_str(row, "licence"), licence))
			return true;
	return false;
}

/* What has to be given: what was removed, or `reassign`'s sets with the removed set's date (never when a repair is
 * being undone). */
static json_t *sets_to_give(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *facts = flow->row->facts, *removed = json_get(json_get(facts, "removed"), "sets");
	if (config->salesforce.reassign_same || json_get(facts, "ending") != NULL)
		return json_deep_copy(removed);
	json_t *give = json_array();
	const char *expires = json_str(json_array_get(removed, 0), "expires");
	for (size_t i = 0; i < config->salesforce.reassign.count; i++) {
		size_t j;
		json_t *known;
		json_array_foreach (json_get(facts, "sets_known"), j, known)
			if (text_ieq(json_str(known, "name"), config->salesforce.reassign.items[i]))
				json_array_append_new(
				    give, json_pack("{s:s,s:s,s:s,s:s,s:s}", "set", json_str(known, "id"), "name",
				                    json_str(known, "name"), "label", json_str(known, "label"),
				                    "licence", json_str(known, "licence"), "expires", expires));
	}
	return give;
}

static void add_grants(const struct flow *flow, const json_t *look, const json_t *sets, bool second, json_t *grants)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(json_get(flow->row->facts, "removed"), "licences"), i, row)
		if (!holds_licence(look, json_str(row, "licence")) &&
		    (second || !comes_with_a_set(sets, json_str(row, "licence"))))
			json_array_append_new(grants, json_pack("{s:s}", "licence", json_str(row, "licence")));
	json_array_foreach (sets, i, row)
		if (!holds_set(look, json_str(row, "set")) && !has_passed(flow, json_str(row, "expires")))
			json_array_append_new(grants, json_pack("{s:s,s:s}", "set", json_str(row, "set"), "expires",
			                                        json_str(row, "expires")));
}

static void say_passed_dates(struct flow *flow, const json_t *sets)
{
	size_t i;
	json_t *row;
	json_array_foreach (sets, i, row)
		if (has_passed(flow, json_str(row, "expires"))) {
			AUTO_BUF struct buf b = {0};
			text_date_passed(&b, row);
			eac_line(flow, buf_str(&b));
			json_set_bool(flow->row->facts, "date_passed", true);
		}
}

static enum errc given_back(struct flow *flow, const json_t *sets)
{
	json_t *facts = flow->row->facts, *links = diagnose_links(json_get(facts, "look"));
	say_passed_dates(flow, sets);
	json_set_bool(facts, "restored", true);
	json_set_int(facts, "assigned_at", eac_server_now(flow));
	json_set_bool(facts, "active_before",
	              text_eq(json_str(json_path(facts, "look", "connection", NULL), "status"), "ACTIVE"));
	json_object_set_new(facts, "links_before", links == NULL ? json_array() : ids_of(links, "id"));
	json_decref(links);
	enum errc rc = owed_clear(flow->tx, flow->row->target);
	AUTO_BUF struct buf b = {0};
	text_sets_back(&b, sets);
	if (rc == OK)
		rc = ended(flow, "done", buf_str(&b));
	const json_t *ending = json_get(facts, "ending");
	if (rc != OK || ending == NULL)
		return rc;
	struct request_actor actor = {.who = json_str(ending, "who"), .via = json_str(ending, "via")};
	char who[24], via[24], why[300];
	text_copy(who, sizeof who, actor.who);
	text_copy(via, sizeof via, actor.via);
	text_copy(why, sizeof why, json_str(ending, "why"));
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
		return blind(flow, "sets");
	if (unknown_set(flow) != NULL) {
		AUTO_BUF struct buf b = {0};
		text_set_unknown(&b, unknown_set(flow));
		return eac_fail(flow, buf_str(&b));
	}
	json_t *sets = sets_to_give(flow), *grants = json_array();
	add_grants(flow, look, sets, json_int(facts, "tries") > 0, grants);
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(grants) == 0) {
		rc = given_back(flow, sets);
	} else if (rc == OK && !may_try(flow)) {
		rc = tired(flow, "Giving the permission set back");
	} else if (rc == OK) {
		size_t i;
		json_t *grant;
		json_array_foreach (grants, i, grant)
			if (rc == OK)
				rc = intend(flow, "grant",
				            json_get(grant, "set") != NULL ? json_str(grant, "set")
				                                           : json_str(grant, "licence"));
		const char *user = json_str(json_get(facts, "target"), "id");
		flow_ask(flow, "restore", json_pack("{s:s,s:O}", "user", user, "grants", grants));
	}
	json_decref(sets);
	json_decref(grants);
	return rc;
}

/* --- answers --- */

static enum errc look_answered(struct flow *flow, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_ADMIN && answer->code != OK) {
		json_object_del(flow->row->facts, "look_now");
		return eac_poll_trouble(flow, "Looking in Salesforce", answer);
	}
	if (answer->code != OK)
		return eac_trouble(flow, "Reading Salesforce", answer);
	eac_keep_look(flow, answer->body);
	flow->row->wake_at = flow->now;
	return OK;
}

static enum errc links_answered(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (text_eq(kind, "links-deletable") && answer->code == OK)
		json_set_bool(flow->row->facts, "links_deletable", json_bool(answer->body, "deletable"));
	else if (!err_is_temporary(answer->code) && answer->code != OK)
		json_set_bool(flow->row->facts, "links_deletable", false);
	flow->row->wake_at = flow->now;
	return OK;
}

enum errc eac_org_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_answer(flow, kind, answer);
	if (text_eq(kind, "look"))
		return look_answered(flow, answer);
	if (text_eq(kind, "revoke"))
		return token_answered(flow, answer);
	if (text_eq(kind, "remove"))
		return deed_answered(flow, "deletes", answer);
	if (text_eq(kind, "restore"))
		return deed_answered(flow, "creates", answer);
	return links_answered(flow, kind, answer);
}
