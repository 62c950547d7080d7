/*
 * commands/eac/steps_links.c - 1.3: account links, removed by an admin, or by the bot where the org lets it.
 */
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "commands/phrases/phrases.h"

static enum errc ask_admin(struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	static const struct eac_button buttons[] = {
	    {"eac.check_links", PHRASE_LABEL_CHECK_NOW, BUTTON_PRIMARY, PHRASE_COUNT}};
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
		enum errc rc = eac_cards_close(flow, "admin", phrase_value(PHRASE_LINKS_GONE, NULL));
		if (rc == OK)
			rc = request_fire(flow->tx, flow->row, EVENT_GO_ON, &eac_bot, "no mailbox link is left",
			                  flow->now);
		if (rc != OK)
			return rc;
		eac_wait_stop(flow);
	}
	bool deleted = !waited && json_int(flow->row->facts, "tries") > 0;
	return org_ended(flow, "done",
	                 phrase_value(waited    ? PHRASE_LINKS_NONE_LEFT
	                              : deleted ? PHRASE_LINKS_DELETED
	                                        : PHRASE_LINKS_NONE_THERE,
	                              NULL));
}

static enum errc delete_links(struct flow *flow, const json_t *look, const json_t *links)
{
	bool wait;
	enum errc rc = eac_may_take(flow, look, &wait);
	if (rc != OK || wait)
		return rc;
	if (json_is_false(json_get(flow->row->facts, "links_deletable")) || !org_may_try(flow))
		return ask_admin(flow);
	if (!json_is_true(json_get(flow->row->facts, "links_deletable"))) {
		flow_ask(flow, "links-deletable", json_object());
		return OK;
	}
	rc = org_intend_all(flow, "delete-link", links, "id");
	if (rc == OK)
		flow_ask(flow, "delete-links", json_pack("{s:o}", "ids", org_ids(links, "id")));
	return rc;
}

static enum errc wait_admin(struct flow *flow)
{
	switch (eac_wait_due(flow)) {
	case EAC_DUE_EXPIRE: return eac_end(flow, EVENT_EXPIRE, &eac_bot, phrase_value(PHRASE_ADMIN_SILENT, NULL));
	case EAC_DUE_REMIND: return eac_say(flow, "", OUTBOX_DECISION, text_admin_reminder(flow));
	case EAC_DUE_ESCALATE: return eac_escalate(flow);
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
	text_links_left(&b, flow, look);
	eac_line(flow, buf_str(&b));
	return eac_flush(flow);
}

enum errc eac_links_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	bool waiting = request_state(flow->row) == STATE_WAITING_ADMIN;
	const json_t *look = eac_fresh_look(flow);
	if (look == NULL && waiting && !json_bool(flow->row->facts, "look_now"))
		return wait_admin(flow);
	if (look == NULL && !waiting)
		return eac_look_before(flow, "login");
	if (look == NULL) {
		eac_look(flow, "login", 0);
		return OK;
	}
	bool asked = waiting && json_bool(flow->row->facts, "look_now");
	json_object_del(flow->row->facts, "look_now");
	json_t *links = diagnose_links(look);
	if (links == NULL)
		return org_blind(flow, "links");
	enum errc rc = OK;
	if (json_array_size(links) == 0)
		rc = links_gone(flow);
	else if (waiting)
		rc = links_left(flow, look, asked);
	else if (eac_env(flow)->config->salesforce.delete_account_links)
		rc = delete_links(flow, look, links);
	else
		rc = ask_admin(flow);
	json_decref(links);
	return rc;
}

enum errc org_links_answered(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (text_eq(kind, "links-deletable") && answer->code == OK)
		json_set_bool(flow->row->facts, "links_deletable", json_bool(answer->body, "deletable"));
	else if (!err_is_temporary(answer->code) && answer->code != OK)
		json_set_bool(flow->row->facts, "links_deletable", false);
	flow->row->wake_at = flow->now;
	return OK;
}
