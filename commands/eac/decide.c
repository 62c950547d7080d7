/*
 * commands/eac/decide.c - what people decide about a repair.
 */
#include "commands/eac/decide.h"

#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/takeback.h"

void eac_rules_keep(struct request_row *row, const struct config *config)
{
	json_object_set_new(row->facts, "rules",
	                    json_pack("{s:i,s:b,s:b}", "quorum", config->approval.quorum, "four_eyes",
	                              config->approval.four_eyes, "case_number", config->approval.require_case_number));
}

struct eac_rules eac_rules(const struct request_row *row, const struct config *config)
{
	const json_t *kept = json_get(row->facts, "rules");
	if (kept == NULL)
		return (struct eac_rules){config->approval.quorum, config->approval.four_eyes,
		                          config->approval.require_case_number};
	return (struct eac_rules){(int)json_int(kept, "quorum"), json_bool(kept, "four_eyes"),
	                          json_bool(kept, "case_number")};
}

enum errc eac_begin(struct tx *tx, const struct eac_request *request, int64_t now, int64_t *ret_id)
{
	AUTO_REQUEST struct request_row row = {
	    .open = true, .blocks = !request->check, .created_at = now, .updated_at = now, .wake_at = now};
	text_copy(row.state, sizeof row.state, state_word(STATE_CHECKING));
	text_copy(row.requester, sizeof row.requester, request->requester);
	text_copy(row.channel, sizeof row.channel, request->channel);
	row.facts = json_object();
	json_set_str(row.facts, "words", request->words);
	json_set_bool(row.facts, "mention", request->mention);
	json_set_str(row.facts, "find", request->mention ? NULL : request->words);
	json_set_str(row.facts, "for", request->for_user[0] != '\0' ? request->for_user : NULL);
	json_set_bool(row.facts, "slack_stated", request->for_user[0] != '\0');
	json_set_str(row.facts, "reason", request->reason);
	json_set_str(row.facts, "ticket", request->ticket[0] != '\0' ? request->ticket : NULL);
	json_set_bool(row.facts, "anyway", request->anyway);
	json_set_bool(row.facts, "check", request->check);
	json_set_str(row.facts, "asked_in", language_code(request->language));
	json_set_str(row.facts, "requester_email", request->requester_email);
	eac_rules_keep(&row, request->config);
	enum errc rc = request_insert(tx, &row);
	if (rc != OK)
		return rc;
	*ret_id = row.id;
	rc = request_name_add(tx, row.id, request->words);
	if (rc != OK)
		return rc;
	struct audit_row audit = {.at = now, .repair = row.id};
	text_copy(audit.actor, sizeof audit.actor, request->requester);
	text_copy(audit.via, sizeof audit.via, request->via);
	text_copy(audit.action, sizeof audit.action, request->check ? "check" : "repair");
	snprintf(audit.detail, sizeof audit.detail, "for %.250s%s%.100s%s%s%.50s", request->words,
	         request->for_user[0] != '\0' ? ", in Slack " : "", request->for_user,
	         request->anyway ? ", anyway" : "", request->ticket[0] != '\0' ? ", ticket " : "", request->ticket);
	return audit_add(tx, &audit);
}

enum errc eac_batch(struct tx *tx, const int64_t *ids, size_t count)
{
	json_t *batch = json_array();
	enum errc rc = OK;
	for (size_t i = 0; i < count; i++)
		json_array_append_new(batch, json_integer((json_int_t)ids[i]));
	for (size_t i = 0; i < count && rc == OK; i++) {
		AUTO_REQUEST struct request_row row = {0};
		rc = request_get(tx, ids[i], &row);
		if (rc != OK)
			break;
		json_object_set(row.facts, "batch", batch);
		rc = request_save(tx, &row);
	}
	json_decref(batch);
	return rc;
}

enum errc eac_audit(struct flow *flow, const struct request_actor *actor, const char *action, const char *detail)
{
	struct audit_row line = {.at = flow->now, .repair = flow->row->id};
	text_copy(line.actor, sizeof line.actor, actor->who);
	text_copy(line.via, sizeof line.via, actor->via);
	text_copy(line.action, sizeof line.action, action);
	text_copy(line.detail, sizeof line.detail, detail);
	return audit_add(flow->tx, &line);
}

bool eac_is_account_of(const json_t *user, const char *email)
{
	static const char *const keys[] = {"email", "username", "federation_id"};
	for (size_t i = 0; email[0] != '\0' && i < sizeof keys / sizeof keys[0]; i++)
		if (text_ieq(email, json_str(user, keys[i])))
			return true;
	return false;
}

bool eac_is_target(const struct request_row *row, const char *user, const char *email)
{
	return (user[0] != '\0' && text_eq(user, row->slack_user)) ||
	       eac_is_account_of(json_get(row->facts, "target"), email);
}

static bool is_in(const struct flow *flow, enum request_state state)
{
	return request_state(flow->row) == state;
}

enum errc eac_approve(struct flow *flow, const struct request_actor *actor)
{
	const json_t *gate = json_get(flow->row->facts, "gate"), *plan = json_get(flow->row->facts, "plan");
	size_t i;
	json_t *vote;
	/* it will expire as soon as it is looked at; a click that was kept while the process stood still may come before */
	if (!is_in(flow, STATE_WAITING_APPROVAL) || eac_wait_is_over(flow))
		return ERR_CONFLICT;
	if (json_str(gate, "code")[0] != '\0' && !text_eq(json_str(gate, "code"), json_str(plan, "code")))
		return ERR_CONFLICT; /* the prompt showed another plan */
	json_array_foreach (json_get(gate, "votes"), i, vote)
		if (text_eq(json_str(vote, "user"), actor->who))
			return ERR_ALREADY;
	return eac_vote(flow, actor);
}

enum errc eac_reject(struct flow *flow, const struct request_actor *actor, const char *reason)
{
	if (!is_in(flow, STATE_WAITING_APPROVAL))
		return ERR_CONFLICT;
	int step = flow->row->step;
	json_t *prompt = json_deep_copy(eac_card_of_kind(flow->row, "prompt"));
	enum errc rc =
	    eac_end(flow, EVENT_REJECT, actor,
	            reason[0] != '\0' ? phrase_literal(reason, 300) : phrase_value(PHRASE_REJECTED_BY_APPROVER, NULL));
	if (rc == OK && flow->row->open) /* the putting back can wait a little */
		eac_decided(flow, EAC_REJECTED, actor, step, prompt);
	else
		json_decref(prompt);
	return rc;
}

enum errc eac_done(struct flow *flow, const struct request_actor *actor, const char *word)
{
	if (is_in(flow, STATE_WAITING_ADMIN)) {
		json_set_bool(flow->row->facts, "look_now", true);
		json_object_del(flow->row->facts, "fresh");
		flow->row->wake_at = flow->now;
		return OK;
	}
	if (!is_in(flow, STATE_WAITING_USER))
		return ERR_CONFLICT;
	return eac_person_says(flow, actor, word);
}

enum errc eac_still_failing(struct flow *flow, const struct request_actor *actor)
{
	if (!is_in(flow, STATE_WAITING_USER) || flow->row->step != EAC_TEST)
		return ERR_CONFLICT;
	eac_line_value(flow, text_still_failing(actor->who));
	enum errc rc = eac_audit(flow, actor, "still-failing", eac_step_key(flow->row->step));
	return rc != OK ? rc : eac_fail(flow, phrase_value(PHRASE_STILL_FAILING, NULL));
}

static enum errc keep_rival(void *arg, const struct request_row *row)
{
	if (row->blocks)
		*(int64_t *)arg = row->id;
	return OK;
}

enum errc eac_rival(struct flow *flow, int64_t *ret)
{
	const struct request_query open = {.open_only = true, .target = flow->row->target};
	*ret = 0;
	return is_in(flow, STATE_FAILED) && flow->row->target[0] != '\0'
	           ? request_each(flow->tx, &open, keep_rival, ret)
	           : OK;
}

enum errc eac_retry(struct flow *flow, const struct request_actor *actor)
{
	static const char *const forget[] = {"failure",    "tries",          "last_error",    "fresh",
	                                     "lag_waited", "licence_needed", "session_tries", "call",
	                                     "look_now",   "wait",           "decided"};
	enum errc rc = request_fire(flow->tx, flow->row, EVENT_RETRY, actor, eac_step_key(flow->row->step), flow->now);
	if (rc != OK)
		return rc;
	if ((rc = eac_cards_close(flow, NULL, text_retried(actor->who, flow->now))) != OK)
		return rc;
	eac_line_value(flow, text_retried(actor->who, flow->now));
	for (size_t i = 0; i < sizeof forget / sizeof forget[0]; i++)
		json_object_del(flow->row->facts, forget[i]);
	flow->row->reason[0] = '\0';
	flow->row->wake_at = flow->now;
	return eac_flush(flow);
}

/* Calls that change something outside: their outcome has to be known before anything else is decided. */
static bool write_is_under_way(const struct flow *flow)
{
	static const char *const writes[] = {"end-sessions", "revoke", "delete-links", "remove", "restore"};
	const char *kind = json_str(json_get(flow->row->facts, "call"), "kind");
	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++)
		if (text_eq(kind, writes[i]))
			return true;
	return false;
}

enum errc eac_settle(struct flow *flow)
{
	if (!write_is_under_way(flow))
		json_object_del(flow->row->facts, "call");
	return request_save(flow->tx, flow->row);
}

enum errc eac_cancel(struct flow *flow, const struct request_actor *actor)
{
	if (!flow->row->open || json_get(flow->row->facts, "wish") != NULL)
		return ERR_CONFLICT;
	if (json_get(flow->row->facts, "ending") != NULL && !is_in(flow, STATE_FAILED))
		return ERR_CONFLICT;
	if (write_is_under_way(flow)) {
		json_object_set_new(flow->row->facts, "wish",
		                    json_pack("{s:s,s:s}", "who", actor->who, "via", actor->via));
		flow->row->wake_at = flow->now;
		return OK;
	}
	json_object_del(flow->row->facts, "call");
	return eac_end(flow, EVENT_CANCEL, actor, phrase_value(PHRASE_STATE_CANCELLED, NULL));
}

enum errc eac_wish(struct flow *flow)
{
	char who[24], via[24];
	const json_t *wish = json_get(flow->row->facts, "wish");
	if (wish == NULL)
		return OK;
	text_copy(who, sizeof who, json_str(wish, "who"));
	text_copy(via, sizeof via, json_str(wish, "via"));
	json_object_del(flow->row->facts, "wish");
	const struct request_actor actor = {.who = who, .via = via};
	return eac_end(flow, EVENT_CANCEL, &actor, phrase_value(PHRASE_STATE_CANCELLED, NULL));
}

/* --- what can't be delivered --- */

static enum errc channel_closed(struct flow *flow, const char *error)
{
	if (json_bool(flow->row->facts, "channel_closed"))
		return OK;
	json_set_bool(flow->row->facts, "channel_closed", true);
	char conversation[32];
	snprintf(conversation, sizeof conversation, "@%s", flow->row->requester);
	AUTO_BUF struct buf b = {0};
	text_channel_closed(&b, flow, error);
	return eac_say(flow, conversation, OUTBOX_DECISION, message_line(buf_str(&b)));
}

/* Replies of a repair that is open wait for a parent: somebody may let the bot in again. */
static enum errc channel_refuses(struct flow *flow, const struct outbox_row *row, const char *error)
{
	enum errc rc = channel_closed(flow, error);
	if (rc == OK && !flow->row->open && row->op == OUTBOX_POST && text_eq(row->slot, "parent"))
		rc = outbox_drop_replies(flow->tx, flow->row->id);
	return rc;
}

enum errc eac_undeliverable(struct flow *flow, const struct outbox_row *row, const char *error)
{
	if (row->conversation[0] != '@')
		return text_eq(row->conversation, flow->row->channel) ? channel_refuses(flow, row, error) : OK;
	return text_eq(row->conversation + 1, eac_target_slack(flow->row)) && flow->row->open
	           ? eac_user_unreachable(flow, error)
	           : OK;
}
