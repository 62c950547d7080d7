/*
 * commands/eac/org.c - see org.h.
 */
#include "commands/eac/org.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/store/effects.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "salesforce/sf_id.h"

enum { TRIES_MAX = 4, AGAIN_MS = 1500 };

const json_t *org_plan(const struct flow *flow)
{
	return json_get(flow->row->facts, "plan");
}

enum errc org_intend(struct flow *flow, const char *kind, const char *object)
{
	struct effect_row effect = {.request = flow->row->id, .begun_at = flow->now};
	text_copy(effect.step, sizeof effect.step, eac_step_key(flow->row->step));
	text_copy(effect.kind, sizeof effect.kind, kind);
	text_copy(effect.object, sizeof effect.object, object);
	return effect_begin(flow->tx, &effect);
}

enum errc org_intend_all(struct flow *flow, const char *kind, const json_t *rows, const char *key)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		enum errc rc = org_intend(flow, kind, json_str(row, key));
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
bool org_may_try(struct flow *flow)
{
	int64_t tries = json_int(flow->row->facts, "tries") + 1;
	json_set_int(flow->row->facts, "tries", tries);
	json_object_del(flow->row->facts, "fresh");
	return tries <= TRIES_MAX;
}

enum errc org_ended(struct flow *flow, const char *state, json_t *detail)
{
	json_object_del(flow->row->facts, "tries");
	json_object_del(flow->row->facts, "last_error");
	enum errc rc = settle(flow, "applied");
	if (rc != OK)
		json_decref(detail);
	return rc == OK ? eac_step_ended(flow, state, detail) : rc;
}

enum errc org_tired(struct flow *flow, enum phrase what)
{
	json_object_del(flow->row->facts, "tries");
	return eac_fail(flow, text_tried_in_vain(what, json_str(flow->row->facts, "last_error")));
}

json_t *org_ids(const json_t *rows, const char *key)
{
	json_t *ids = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		json_array_append(ids, json_get(row, key));
	return ids;
}

/* A part that can't be read must never count as "nothing there". */
enum errc org_blind(struct flow *flow, const char *part)
{
	const json_t *why = json_get(json_get(flow->row->facts, "look"), "unreadable");
	return eac_fail(flow, text_blind(part, json_str(why, part)));
}

/* A passing trouble gets longer and longer to pass. */
void org_try_later(struct flow *flow)
{
	int64_t wait = AGAIN_MS;
	for (int64_t i = 1; i < json_int(flow->row->facts, "tries"); i++)
		wait *= 4;
	flow->row->wake_at = flow->now + wait;
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

/* A missing right, a full pool, a user who is inactive: seconds do not change that. */
static bool is_lasting(const json_t *failure)
{
	static const enum errc lasting[] = {ERR_DENIED, ERR_REFUSED, ERR_INVALID};
	for (size_t i = 0; i < sizeof lasting / sizeof lasting[0]; i++)
		if (text_eq(json_str(failure, "code"), err_name(lasting[i])))
			return true;
	return false;
}

/* What lasts is tried only once more, in case it is just being mended; after the last try a look at once decides. */
static void try_again(struct flow *flow, const json_t *failure)
{
	json_t *facts = flow->row->facts;
	int64_t tries = json_int(facts, "tries");
	json_object_del(facts, "fresh");
	flow->row->wake_at = tries < TRIES_MAX ? flow->now + AGAIN_MS * tries : flow->now;
	if (is_lasting(failure) && tries < TRIES_MAX - 1)
		json_set_int(facts, "tries", TRIES_MAX - 1);
}

/* The row of what was removed or planned that names this set; NULL. */
static const json_t *row_of(const struct flow *flow, const char *list, const char *set)
{
	return sf_id_row(json_path(flow->row->facts, list, "sets", NULL), "set", set);
}

/* Listed by its name, yet not among the sets of that list that the org showed when the repair began. */
static bool is_no_more(const struct flow *flow, const json_t *set)
{
	const json_t *known = json_get(flow->row->facts, "sets_known");
	return json_array_size(known) > 0 && sf_id_row(known, "id", json_str(set, "set")) == NULL &&
	       config_list_has_nocase(&eac_env(flow)->config->salesforce.permission_sets, json_str(set, "name"));
}

/*
 * A set that was deleted while it was owed can't be given back by anybody: without this no repair of that person would
 * ever end. Salesforce's word alone is not enough, for it says the same of a set that the bot may not see.
 */
static void note_lost(struct flow *flow, const json_t *creates)
{
	json_t *facts = flow->row->facts, *lost = json_get(facts, "lost");
	size_t i;
	json_t *create;
	json_array_foreach (creates, i, create) {
		const char *id = json_str(create, "set");
		const json_t *set = row_of(flow, "removed", id);
		set = set != NULL ? set : row_of(flow, "plan", id);
		if (json_bool(create, "ok") || set == NULL ||
		    !text_eq(json_str(create, "error"), "INVALID_CROSS_REFERENCE_KEY") || !is_no_more(flow, set))
			continue;
		eac_line_value(flow, text_set_lost(set));
		if (lost == NULL)
			json_object_set_new(facts, "lost", lost = json_array());
		json_array_append(lost, json_get(set, "set"));
	}
}

static enum errc deed_answered(struct flow *flow, const char *list, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts;
	flow->row->wake_at = flow->now;
	if (answer->code != OK) {
		json_set_str(facts, "last_error", answer->reason);
		if (!err_is_temporary(answer->code))
			return eac_trouble(flow, PHRASE_WHAT_CHANGE, answer);
		org_try_later(flow);
		return OK;
	}
	const json_t *failure = first_failure(json_get(answer->body, list)), *look = json_get(answer->body, "look");
	if (failure != NULL) {
		json_set_str(facts, "last_error", json_str(failure, "reason"));
		if (flow->row->step == EAC_REMOVE_LICENSE &&
		    text_eq(json_str(failure, "error"), "FIELD_INTEGRITY_EXCEPTION"))
			json_object_set_new(facts, "licence_needed", phrase_value(PHRASE_LICENCE_NEEDED, NULL));
	}
	note_lost(flow, json_get(answer->body, "creates"));
	if (json_is_object(look))
		merge_look(flow, look);
	if (failure != NULL)
		try_again(flow, failure);
	return OK;
}

/* --- answers --- */

static enum errc look_answered(struct flow *flow, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_ADMIN && answer->code != OK) {
		json_object_del(flow->row->facts, "look_now");
		return eac_poll_trouble(flow, PHRASE_WHAT_LOOK, answer);
	}
	if (answer->code != OK)
		return eac_trouble(flow, PHRASE_WHAT_READ, answer);
	bool failed;
	enum errc rc = eac_take_look(flow, answer->body, &failed);
	if (rc == OK && !failed)
		flow->row->wake_at = flow->now;
	return rc;
}

enum errc eac_org_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_answer(flow, kind, answer);
	if (text_eq(kind, "look"))
		return look_answered(flow, answer);
	if (text_eq(kind, "revoke"))
		return org_token_answered(flow, answer);
	if (text_eq(kind, "remove"))
		return deed_answered(flow, "deletes", answer);
	if (text_eq(kind, "restore"))
		return deed_answered(flow, "creates", answer);
	return org_links_answered(flow, kind, answer);
}
