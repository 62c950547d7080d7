/*
 * commands/eac/takeback.c - see takeback.h.
 */
#include "commands/eac/takeback.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/decide.h"
#include "commands/eac/gate.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"

int64_t eac_take_back_until(const struct flow *flow)
{
	return flow->now + eac_env(flow)->config->approval.take_back_ms;
}

static json_t *decided_of(const struct request_row *row)
{
	return json_get(row->facts, "decided");
}

static bool is_reject(const json_t *decided)
{
	return text_eq(json_str(decided, "what"), "rejected");
}

void eac_decided(struct flow *flow, enum eac_decided what, const struct request_actor *actor, int step, json_t *card)
{
	json_auto_t *prompt = card;
	int64_t until = eac_take_back_until(flow);
	char key[33];
	eac_decided_over(flow);
	if (until <= flow->now)
		return;
	text_random_hex(key, 16);
	json_t *decided =
	    json_pack("{s:s,s:s,s:I,s:I,s:s,s:i}", "what", what == EAC_REJECTED ? "rejected" : "approved", "by",
	              actor->who, "at", (json_int_t)flow->now, "until", (json_int_t)until, "key", key, "step", step);
	if (prompt != NULL)
		json_object_set(decided, "card", prompt);
	json_object_set_new(flow->row->facts, "decided", decided);
	if (request_state(flow->row) == STATE_RUNNING)
		flow->row->wake_at = until;
}

void eac_decided_over(struct flow *flow)
{
	json_object_del(flow->row->facts, "decided");
}

/* What this person decided last: a vote, or the reject. */
static json_t *decision_of(const struct request_row *row, const char *user)
{
	json_t *decided = decided_of(row), *found = NULL, *vote;
	size_t i;
	if (is_reject(decided))
		return text_eq(json_str(decided, "by"), user) ? decided : NULL;
	json_array_foreach (json_path(row->facts, "gate", "votes", NULL), i, vote)
		if (text_eq(json_str(vote, "user"), user))
			found = vote;
	return found;
}

/* Nothing has followed from it yet. */
static bool is_in_hand(const struct request_row *row)
{
	enum request_state state = request_state(row);
	if (state == STATE_WAITING_APPROVAL)
		return true;
	return decided_of(row) != NULL && (state == STATE_WAITING_BACKEND || state == STATE_RUNNING);
}

const char *eac_undo_key(const struct request_row *row, const char *user, int64_t now)
{
	const json_t *decision = is_in_hand(row) ? decision_of(row, user) : NULL;
	return json_int(decision, "until") > now ? json_str(decision, "key") : "";
}

static void drop_vote(struct flow *flow, const json_t *gone)
{
	json_t *votes = json_path(flow->row->facts, "gate", "votes", NULL);
	for (size_t i = json_array_size(votes); i > 0; i--)
		if (json_array_get(votes, i - 1) == gone)
			json_array_remove(votes, i - 1);
}

/* The prompt that was closed says what became of it in the end. */
static enum errc correct_prompt(struct flow *flow, json_t *card, const char *mrkdwn)
{
	if (card == NULL)
		return OK;
	json_array_append(json_get(flow->row->facts, "cards"), card);
	return eac_cards_close(flow, "prompt", json_text_value(mrkdwn));
}

/* A gate that was passed, or a reject whose putting back has not begun, stands open again; other votes stay. */
static enum errc reopen(struct flow *flow, const struct request_actor *actor, const char *mrkdwn)
{
	json_t *facts = flow->row->facts;
	json_auto_t *decided = json_incref(decided_of(flow->row));
	json_auto_t *votes = json_incref(json_path(facts, "gate", "votes", NULL));
	int have = (int)json_array_size(votes), need = (int)json_int(json_get(facts, "gate"), "quorum");
	enum errc rc = eac_cards_close(flow, NULL, json_text_value(mrkdwn));
	if (rc == OK)
		rc = correct_prompt(flow, json_get(decided, "card"), mrkdwn);
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_TAKE_BACK, actor, json_str(decided, "what"), flow->now);
	if (rc != OK)
		return rc;
	eac_wait_stop(flow);
	eac_line(flow, mrkdwn);
	if (have > 0) {
		AUTO_BUF struct buf b = {0};
		text_votes_left(&b, flow, have, need);
		eac_line(flow, buf_str(&b));
	}
	json_object_del(facts, "ending");
	json_object_del(facts, "look_now");
	if (flow->row->step == EAC_DISCONNECT)
		json_object_del(facts, "gate_first_passed");
	flow->row->step = (int)json_int(decided, "step");
	rc = eac_gate_open(flow);
	if (rc == OK)
		json_object_set(json_get(facts, "gate"), "votes", votes);
	return rc;
}

/* A vote that decided nothing: the prompt stays as it is. */
static enum errc take_vote(struct flow *flow, const char *mrkdwn)
{
	json_object_del(json_get(flow->row->facts, "gate"), "verify");
	eac_line(flow, mrkdwn);
	eac_wait_plan(flow);
	return eac_flush(flow);
}

enum errc eac_undo(struct flow *flow, const struct request_actor *actor, const char *key)
{
	json_t *decision = decision_of(flow->row, actor->who);
	bool reject = is_reject(decided_of(flow->row));
	AUTO_BUF struct buf b = {0};
	if (decision == NULL || (key[0] != '\0' && !text_eq(key, json_str(decision, "key"))))
		return ERR_NOT_FOUND;
	if (!is_in_hand(flow->row))
		return ERR_CONFLICT;
	if (json_int(decision, "until") <= flow->now)
		return ERR_REFUSED;
	text_taken_back(&b, flow, actor->who, reject);
	enum errc rc = eac_audit(flow, actor, "take-back", reject ? "the rejection" : "the approval");
	if (rc != OK)
		return rc;
	if (!reject)
		drop_vote(flow, decision);
	return request_state(flow->row) == STATE_WAITING_APPROVAL ? take_vote(flow, buf_str(&b))
	                                                          : reopen(flow, actor, buf_str(&b));
}

/* --- when the time is over --- */

/* While the clock stands before the decision, having been set back, it takes as long from there. */
static int64_t over_at(struct flow *flow, json_t *decided)
{
	int64_t at = json_int(decided, "at"), until = json_int(decided, "until"), late = json_int(decided, "late");
	if (flow->now >= at)
		return until;
	if (late == 0 || late - flow->now > until - at) {
		late = flow->now + until - at;
		json_set_int(decided, "late", late);
	}
	return late;
}

enum errc eac_before(struct flow *flow)
{
	enum errc rc = eac_wish(flow);
	json_t *decided = decided_of(flow->row);
	if (rc != OK || decided == NULL || request_state(flow->row) != STATE_RUNNING)
		return rc;
	int64_t over = over_at(flow, decided);
	if (over > flow->now)
		flow->row->wake_at = over;
	else if (is_reject(decided))
		eac_decided_over(flow);
	else
		eac_votes_ask(flow);
	return OK;
}

enum errc eac_before_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	bool enough = false;
	(void)kind; /* it asks for persons only */
	if (answer->code != OK)
		return eac_trouble(flow, PHRASE_WHAT_ASK_APPROVERS, answer);
	enum errc rc = eac_votes_check(flow, answer->body, &enough);
	if (rc != OK)
		return rc;
	eac_trouble_over(flow);
	flow->row->wake_at = flow->now;
	if (!enough) {
		AUTO_BUF struct buf b = {0};
		text_approval_void(&b, flow);
		return reopen(flow, &eac_bot, buf_str(&b));
	}
	eac_decided_over(flow);
	return OK;
}
