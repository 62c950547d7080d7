/*
 * commands/eac/steps_tokens.c - 1.4: the app's access tokens, of this user only.
 */
#include "bot/base/json.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/org.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"

/* All intents first; the tokens then go one by one, and a look ends it. */
static enum errc revoke_all(struct flow *flow, const json_t *tokens)
{
	enum errc rc = org_intend_all(flow, "revoke-token", tokens, "handle");
	json_t *handles = org_ids(tokens, "handle");
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
	if (look == NULL)
		return eac_look_before(flow, "login");
	json_t *tokens = diagnose_tokens(eac_env(flow)->config, look);
	if (tokens == NULL)
		return org_blind(flow, "tokens");
	bool wait = false;
	enum errc rc = eac_step_started(flow);
	if (rc == OK && json_array_size(tokens) > 0)
		rc = eac_may_take(flow, look, &wait);
	char n[24];
	int64_t revoked = json_int(flow->row->facts, "revoked");
	if (rc == OK && !wait && json_array_size(tokens) == 0) {
		rc = org_ended(flow, "done",
		               phrase_value(revoked == 1  ? PHRASE_TOKEN_REVOKED
		                            : revoked > 0 ? PHRASE_TOKENS_REVOKED
		                                          : PHRASE_TOKENS_NONE_THERE,
		                            "n", phrase_number(revoked, n), NULL));
	} else if (rc == OK && !wait && !org_may_try(flow)) {
		rc = org_tired(flow, PHRASE_WHAT_REVOKE);
	} else if (rc == OK && !wait) {
		rc = revoke_all(flow, tokens);
	}
	json_decref(tokens);
	return rc;
}

enum errc org_token_answered(struct flow *flow, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts, *handles = json_get(facts, "revoking");
	if (answer->code == OK && json_bool(answer->body, "revoked"))
		json_set_int(facts, "revoked", json_int(facts, "revoked") + 1);
	if (answer->code != OK)
		json_set_str(facts, "last_error", answer->reason);
	if (answer->code != OK && err_is_temporary(answer->code)) { /* the others would fare no better now */
		org_try_later(flow);
		return OK;
	}
	json_array_remove(handles, 0);
	if (json_array_size(handles) > 0 && json_get(facts, "wish") == NULL) {
		bool held;
		enum errc rc = pause_hold(flow, &held);
		if (rc != OK || held)
			return rc;
		flow_ask(flow, "revoke", json_pack("{s:s}", "handle", json_string_value(json_array_get(handles, 0))));
		return OK;
	}
	flow->row->wake_at = flow->now; /* look */
	return OK;
}
