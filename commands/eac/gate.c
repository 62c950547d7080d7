/*
 * commands/eac/gate.c - 1.7: the approval, then the word of Salesforce's backend team.
 *
 * The same gate stands before anything is asked where before_teardown is set.
 * Votes are facts; one function counts them, whatever door they came through
 * (decide.c). When the quorum is reached every earlier vote is checked again.
 */
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/decide.h"
#include "commands/eac/claim.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/gate.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/standin.h"
#include "commands/eac/takeback.h"

/* The step of 1.3 to 1.6 that no longer holds; -1: all hold. */
static int what_is_back(const struct flow *flow, const json_t *look, enum phrase *ret_why)
{
	const struct eac_env *env = eac_env(flow);
	const json_t *plan = json_get(flow->row->facts, "plan");
	json_auto_t *now = diagnose_plan(env->config, look, plan, json_get(flow->row->facts, "removed"));
	json_t *rows[] = {diagnose_links(look), diagnose_tokens(env->config, look), diagnose_sets(now, look),
	                  diagnose_licences(now, look)};
	static const enum phrase why[] = {PHRASE_BACK_LINK, PHRASE_BACK_TOKEN, PHRASE_BACK_SET, PHRASE_BACK_LICENCE};
	bool licence_kept = json_get(flow->row->facts, "licence_needed") != NULL;
	int back = -1;
	for (int i = 3; i >= 0; i--) {
		if (json_array_size(rows[i]) > 0 && !(i == 3 && licence_kept)) {
			back = EAC_LINKS + i;
			*ret_why = why[i];
		}
		json_decref(rows[i]);
	}
	return back;
}

/* The first part that has to be looked at and can't be; NULL: all are there. */
static const char *unseen(const json_t *look)
{
	static const char *const parts[] = {"links", "tokens", "sets", "licences"};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!json_is_array(json_get(look, parts[i])))
			return parts[i];
	return NULL;
}

/* A part that can't be read must never count as "nothing there". */
static enum errc blind(struct flow *flow, const json_t *look, const char *part)
{
	return eac_fail(flow, text_blind(part, json_str(json_get(look, "unreadable"), part)));
}

/* --- the approval --- */

enum errc eac_gate_open(struct flow *flow)
{
	static const struct eac_button buttons[] = {
	    {"eac.approve", PHRASE_LABEL_APPROVE, BUTTON_PRIMARY, PHRASE_COUNT},
	    {"eac.reject", PHRASE_LABEL_REJECT, BUTTON_DANGER, PHRASE_COUNT},
	    {"eac.claim", PHRASE_LABEL_CLAIM, BUTTON_PLAIN, PHRASE_COUNT},
	};
	const struct config *config = eac_env(flow)->config;
	const struct eac_patience patience = {config->approval.remind_after_ms, config->approval.expire_after_ms, false,
	                                      false};
	const char *code = json_str(json_get(flow->row->facts, "plan"), "code");
	json_auto_t *standins = NULL;
	if (flow->row->step != EAC_BACKEND)
		json_object_del(flow->row->facts, "gate_before");
	json_object_set_new(
	    flow->row->facts, "gate",
	    json_pack("{s:[],s:i,s:s}", "votes", "quorum", eac_rules(flow->row, config).quorum, "code", code));
	eac_decided_over(flow);
	eac_claim_over(flow);
	enum errc rc = standins_here(flow, NULL, &standins);
	if (rc == OK)
		rc = eac_step_waiting(flow);
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_ASK_APPROVAL, &eac_bot, eac_step_key(flow->row->step),
		                  flow->now);
	if (rc == OK)
		rc = eac_flush(flow);
	if (rc == OK)
		rc = eac_card_open(flow, "prompt", "", text_prompt(flow, standins), buttons, 3);
	if (rc != OK)
		return rc;
	eac_wait_start(flow, &patience, flow->now);
	return eac_update_parent(flow);
}

static enum errc open_backend_card(struct flow *flow)
{
	static const struct eac_button buttons[] = {
	    {"eac.confirm", PHRASE_LABEL_CONFIRM, BUTTON_PRIMARY, PHRASE_COUNT},
	    {"eac.still_present", PHRASE_LABEL_STILL_PRESENT, BUTTON_PLAIN, PHRASE_COUNT},
	    {"eac.abort", PHRASE_LABEL_ABORT, BUTTON_DANGER, PHRASE_CANCEL_CONFIRM},
	    {"eac.claim", PHRASE_LABEL_CLAIM, BUTTON_PLAIN, PHRASE_COUNT},
	};
	const struct config *config = eac_env(flow)->config;
	const struct eac_patience patience = {config->backend.remind_after_ms, config->backend.give_up_after_ms, false,
	                                      false};
	enum errc rc = eac_card_open(flow, "backend", "", text_backend_card(flow), buttons, 4);
	if (rc != OK)
		return rc;
	eac_wait_start(flow, &patience, flow->now);
	return eac_claim_again(flow);
}

static enum errc gate_pass(struct flow *flow, const struct request_actor *actor)
{
	AUTO_BUF struct buf closing = {0};
	json_t *prompt = json_deep_copy(eac_card_of_kind(flow->row, "prompt"));
	bool backend = flow->row->step == EAC_BACKEND;
	text_approved(&closing, flow);
	enum errc rc = eac_cards_close(flow, "prompt", json_text_value(buf_str(&closing)));
	eac_wait_stop(flow);
	eac_claim_over(flow);
	eac_line(flow, buf_str(&closing));
	json_set_bool(flow->row->facts, "gate_first_passed",
	              !backend || json_bool(flow->row->facts, "gate_first_passed"));
	if (!backend) /* kept for the end: 1.7 counts its own */
		json_object_set(flow->row->facts, "gate_before", json_path(flow->row->facts, "gate", "votes", NULL));
	flow->row->wake_at = flow->now;
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, backend ? EVENT_ASK_BACKEND : EVENT_GO_ON, actor, "approved",
		                  flow->now);
	eac_decided(flow, EAC_APPROVED, actor, flow->row->step, prompt);
	if (rc == OK)
		rc = eac_flush(flow);
	if (rc == OK && backend)
		rc = open_backend_card(flow);
	return rc == OK && backend ? eac_update_parent(flow) : rc;
}

static json_t *votes_of(struct flow *flow)
{
	return json_path(flow->row->facts, "gate", "votes", NULL);
}

static int quorum_of(const struct flow *flow)
{
	return (int)json_int(json_get(flow->row->facts, "gate"), "quorum");
}

/* Every vote is a line of the trail: the move that follows the last of them names one person only. */
static enum errc note_vote(struct flow *flow, const struct request_actor *actor, const char *action,
                           const json_t *standing_for)
{
	char detail[200];
	const char *absent = json_str(json_array_get(standing_for, 0), "from");
	snprintf(detail, sizeof detail, "%s, plan %.20s%s%s", eac_step_key(flow->row->step),
	         json_str(json_get(flow->row->facts, "plan"), "code"), absent[0] != '\0' ? ", also for " : "", absent);
	return eac_audit(flow, actor, action, detail);
}

static json_t *new_vote(const struct flow *flow, const struct request_actor *actor, json_t *standing_for)
{
	char key[33];
	text_random_hex(key, 16);
	return json_pack("{s:s,s:s,s:I,s:I,s:s,s:O}", "user", actor->who, "via", actor->via, "at",
	                 (json_int_t)flow->now, "until", (json_int_t)eac_take_back_until(flow), "key", key, "for",
	                 standing_for);
}

/* Who has voted is stood in for by nobody: the words "also for" would make two votes look like three. */
static void drop_voted(json_t *standing_for, const json_t *votes)
{
	for (size_t i = json_array_size(standing_for); i > 0; i--) {
		const char *absent = json_str(json_array_get(standing_for, i - 1), "from");
		size_t k;
		json_t *vote;
		json_array_foreach (votes, k, vote) {
			if (!text_eq(json_str(vote, "user"), absent))
				continue;
			json_array_remove(standing_for, i - 1);
			break;
		}
	}
}

enum errc eac_vote(struct flow *flow, const struct request_actor *actor)
{
	json_t *votes = votes_of(flow);
	json_auto_t *standing_for = NULL;
	enum errc rc = standins_here(flow, actor->who, &standing_for);
	drop_voted(standing_for, votes);
	if (rc == OK)
		rc = note_vote(flow, actor, "approve", standing_for);
	if (rc != OK)
		return rc;
	json_array_append_new(votes, new_vote(flow, actor, standing_for));
	int have = (int)json_array_size(votes), need = quorum_of(flow);
	if (have >= need && have == 1)
		return gate_pass(flow, actor); /* the only voter was asked for just now */
	AUTO_BUF struct buf b = {0};
	text_vote_counted(&b, flow, json_array_get(votes, (size_t)have - 1), have, need);
	eac_line(flow, buf_str(&b));
	if (have >= need) {
		json_set_bool(json_get(flow->row->facts, "gate"), "verify", true);
		flow->row->wake_at = flow->now;
	}
	return eac_flush(flow);
}

void eac_votes_ask(struct flow *flow)
{
	json_t *users = json_array();
	size_t i;
	json_t *vote;
	json_array_foreach (votes_of(flow), i, vote)
		json_array_append(users, json_get(vote, "user"));
	flow_ask(flow, "persons", json_pack("{s:o}", "users", users));
}

static enum errc remind_approvers(struct flow *flow)
{
	json_auto_t *standins = NULL;
	enum errc rc = standins_here(flow, NULL, &standins);
	return rc == OK ? eac_say(flow, "", OUTBOX_DECISION, text_approval_reminder(flow, standins)) : rc;
}

enum errc eac_gate_wake(struct flow *flow)
{
	/* It stays due until the answer is written: who is killed in between asks again. */
	if (!eac_wait_is_over(flow) && json_bool(json_get(flow->row->facts, "gate"), "verify")) {
		eac_votes_ask(flow);
		return OK;
	}
	switch (eac_wait_due(flow)) {
	case EAC_DUE_EXPIRE: return eac_end(flow, EVENT_EXPIRE, &eac_bot, phrase_value(PHRASE_APPROVAL_EXPIRED, NULL));
	case EAC_DUE_REMIND: return remind_approvers(flow);
	case EAC_DUE_ESCALATE: return eac_escalate(flow);
	case EAC_DUE_POLL:
	case EAC_DUE_NOTHING: return OK;
	}
	return OK;
}

static bool is_person(const json_t *row, const char *user, const char *email)
{
	const char *theirs = json_str(row, "email");
	return text_eq(json_str(row, "user"), user) || (theirs[0] != '\0' && text_ieq(theirs, email));
}

bool eac_is_barred(const struct flow *flow, const char *user, const char *email)
{
	const char *requester_email = json_str(flow->row->facts, "requester_email");
	size_t i;
	json_t *asker;
	if (eac_is_target(flow->row, user, email))
		return true;
	if (!eac_rules(flow->row, eac_env(flow)->config).four_eyes)
		return false;
	json_array_foreach (json_get(flow->row->facts, "askers"), i, asker) /* somebody took it over from them */
		if (is_person(asker, user, email))
			return true;
	return text_eq(user, flow->row->requester) || (requester_email[0] != '\0' && text_ieq(requester_email, email));
}

/* May this voter still approve? `persons` answers like the fields of struct person. */
static bool still_may(const struct flow *flow, const json_t *persons, const char *user)
{
	size_t i;
	json_t *person;
	json_array_foreach (persons, i, person) {
		if (!text_eq(json_str(person, "id"), user))
			continue;
		bool whole = json_bool(person, "known") && json_bool(person, "groups_known") &&
		             !json_bool(person, "deleted") && !json_bool(person, "bot") &&
		             !json_bool(person, "guest") && !json_bool(person, "external");
		return whole && !eac_is_barred(flow, user, json_str(person, "email")) &&
		       (json_bool(person, "approver") || json_bool(person, "admin"));
	}
	return false;
}

enum errc eac_votes_check(struct flow *flow, const json_t *persons, bool *ret_enough)
{
	json_t *votes = votes_of(flow);
	for (size_t i = json_array_size(votes); i > 0; i--) {
		const char *user = json_str(json_array_get(votes, i - 1), "user");
		if (still_may(flow, persons, user))
			continue;
		AUTO_BUF struct buf b = {0};
		text_vote_void(&b, flow, user);
		eac_line(flow, buf_str(&b));
		const struct request_actor voter = {.who = user, .via = "engine"};
		enum errc rc = note_vote(flow, &voter, "approve-void", NULL);
		if (rc != OK)
			return rc;
		json_array_remove(votes, i - 1);
	}
	*ret_enough = (int)json_array_size(votes) >= quorum_of(flow);
	return OK;
}

enum errc eac_gate_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (!text_eq(kind, "persons"))
		return OK;
	bool enough = false;
	if (answer->code != OK)
		return eac_trouble(flow, PHRASE_WHAT_ASK_APPROVERS, answer);
	json_object_del(json_get(flow->row->facts, "gate"), "verify");
	enum errc rc = eac_votes_check(flow, answer->body, &enough);
	if (rc != OK)
		return rc;
	eac_trouble_over(flow);
	if (!enough) {
		eac_wait_plan(flow);
		return eac_flush(flow);
	}
	char who[24];
	const json_t *votes = votes_of(flow);
	text_copy(who, sizeof who, json_str(json_array_get(votes, json_array_size(votes) - 1), "user"));
	const struct request_actor last = {.who = who, .via = "engine"};
	return gate_pass(flow, &last);
}

/* --- the backend check --- */

/* 1.3 to 1.6 were looked at again: back to the one that no longer holds. */
static enum errc go_back(struct flow *flow, int step, enum phrase why)
{
	json_t *facts = flow->row->facts;
	json_object_del(facts, "confirmed");
	json_object_del(facts, "case");
	json_object_del(facts, "look_now");
	json_object_del(facts, "revoked");
	json_object_del(facts, "lag_waited");
	eac_decided_over(flow);
	eac_claim_over(flow);
	enum errc rc = eac_cards_close(flow, NULL, phrase_value(PHRASE_CARD_WENT_BACK, NULL));
	if (rc == OK && request_state(flow->row) != STATE_RUNNING)
		rc = request_fire(flow->tx, flow->row, EVENT_GO_ON, &eac_bot, phrase_text(LANGUAGE_EN, why), flow->now);
	eac_wait_stop(flow);
	if (rc == OK)
		rc = eac_step_return(flow, step, phrase_value(why, NULL));
	return rc == OK ? eac_flush(flow) : rc;
}

static enum errc looked(struct flow *flow, const json_t *look)
{
	json_t *facts = flow->row->facts;
	enum phrase why = PHRASE_COUNT;
	if (unseen(look) != NULL)
		return blind(flow, look, unseen(look));
	int back = what_is_back(flow, look, &why);
	if (back >= 0)
		return go_back(flow, back, why);
	if (request_state(flow->row) == STATE_WAITING_BACKEND) {
		json_object_del(facts, "look_now");
		enum errc rc = open_backend_card(flow);
		return rc == OK ? eac_update_parent(flow) : rc;
	}
	if (!json_bool(facts, "confirmed"))
		return eac_gate_open(flow);
	json_object_del(facts, "confirmed");
	char who[24];
	text_copy(who, sizeof who, json_str(json_get(facts, "case"), "by"));
	const struct request_actor actor = {.who = who, .via = json_str(json_get(facts, "case"), "via")};
	return eac_step_ended_by(flow, "done", text_backend_done(flow), &actor);
}

enum errc eac_backend_begin(struct flow *flow)
{
	enum request_state state = request_state(flow->row);
	if (state == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	const json_t *look = eac_fresh_look(flow);
	bool wanted = state == STATE_RUNNING || json_bool(flow->row->facts, "look_now");
	if (wanted && look != NULL)
		return looked(flow, look);
	if (wanted) {
		eac_look(flow, "login", 0);
		return state == STATE_RUNNING ? eac_step_started(flow) : OK;
	}
	switch (eac_wait_due(flow)) {
	case EAC_DUE_EXPIRE: return eac_end(flow, EVENT_EXPIRE, &eac_bot, phrase_value(PHRASE_BACKEND_SILENT, NULL));
	case EAC_DUE_REMIND: return eac_say(flow, "", OUTBOX_DECISION, text_backend_reminder(flow));
	case EAC_DUE_ESCALATE: return eac_escalate(flow);
	case EAC_DUE_POLL:
	case EAC_DUE_NOTHING: return OK;
	}
	return OK;
}

enum errc eac_backend_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_answer(flow, kind, answer);
	if (answer->code != OK)
		return eac_trouble(flow, PHRASE_WHAT_LOOK_AGAIN, answer);
	bool failed;
	enum errc rc = eac_take_look(flow, answer->body, &failed);
	if (rc == OK && !failed)
		flow->row->wake_at = flow->now;
	return rc;
}

enum errc eac_confirm(struct flow *flow, const struct request_actor *actor, const char *case_number, const char *seen)
{
	json_t *facts = flow->row->facts;
	json_object_set_new(facts, "case",
	                    json_pack("{s:s,s:s,s:s,s:s,s:I}", "number", case_number, "by", actor->who, "via",
	                              actor->via, "seen", seen, "at", (json_int_t)flow->now));
	json_set_bool(facts, "confirmed", true);
	eac_decided_over(flow); /* what the approval was for has happened */
	eac_claim_over(flow);
	json_object_del(facts, "look_now");
	json_object_del(facts, "fresh");
	AUTO_BUF struct buf closing = {0};
	text_confirmed(&closing, flow, actor->who, case_number, seen);
	enum errc rc = eac_cards_close(flow, "backend", json_text_value(buf_str(&closing)));
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_GO_ON, actor,
		                  case_number[0] != '\0' ? case_number : "no case number", flow->now);
	if (rc != OK)
		return rc;
	eac_wait_stop(flow);
	eac_line(flow, buf_str(&closing));
	flow->row->wake_at = flow->now;
	return eac_flush(flow);
}

/* What was seen stays with the repair, the last ten times. */
static void note_seen(struct flow *flow, const struct request_actor *actor, const char *note)
{
	json_t *all = json_get(flow->row->facts, "still_present");
	if (all == NULL)
		json_object_set_new(flow->row->facts, "still_present", all = json_array());
	if (json_array_size(all) >= 10)
		json_array_remove(all, 0);
	json_t *seen = json_pack("{s:s,s:I}", "by", actor->who, "at", (json_int_t)flow->now);
	json_object_set_new(seen, "note", json_text_value(note));
	json_array_append_new(all, seen);
}

enum errc eac_still_present(struct flow *flow, const struct request_actor *actor, const char *note)
{
	AUTO_BUF struct buf b = {0};
	text_still_present(&b, flow, actor->who, note);
	enum errc rc = eac_cards_close(flow, "backend", json_text_value(buf_str(&b)));
	if (rc != OK)
		return rc;
	eac_line(flow, buf_str(&b));
	rc = eac_audit(flow, actor, "still-present", note);
	if (rc != OK)
		return rc;
	note_seen(flow, actor, note);
	AUTO_BUF struct buf where = {0};
	text_still_present_where(&where, flow);
	eac_line(flow, buf_str(&where));
	json_set_bool(flow->row->facts, "look_now", true);
	json_object_del(flow->row->facts, "fresh");
	flow->row->wake_at = flow->now;
	return eac_flush(flow);
}
