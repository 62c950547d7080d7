/*
 * commands/eac/repair.c - one repair in hand: steps, ends and looks.
 *
 * Messages and cards are in speak.c, due times in wait.c, sentences in
 * repair_text.h.
 */
#include "commands/eac/repair.h"

#include <inttypes.h>
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/eac/claim.h"
#include "commands/eac/decide.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/takeback.h"
#include "salesforce/sf_id.h"

enum { RETURNS_MAX = 3, TROUBLE_TELL_AT = 4, TROUBLE_LONG = 20 };

const struct request_actor eac_bot = {.who = "eacbot", .via = "engine"};

const struct eac_env *eac_env(const struct flow *flow)
{
	return flow->env;
}

const char *eac_id(int64_t id, char out[static 24])
{
	snprintf(out, 24, "EAC-%" PRId64, id);
	return out;
}

void eac_add_link(struct buf *b, const struct eac_env *env, const struct request_row *row, const char *label)
{
	char url[EAC_LINK_SIZE];
	if (eac_thread_link(env, row, url))
		mrkdwn_add_link(b, url, label);
	else
		mrkdwn_add_literal(b, label, 80);
}

const char *eac_target_name(const struct request_row *row)
{
	const json_t *target = json_get(row->facts, "target");
	const char *name = json_str(target, "name");
	if (name[0] == '\0')
		name = json_str(target, "username");
	return name[0] != '\0' ? name : json_str(row->facts, "words");
}

enum errc eac_names(struct flow *flow)
{
	static const char *const keys[] = {"id", "username", "email", "slack"};
	const json_t *facts = flow->row->facts;
	enum errc rc = request_name_add(flow->tx, flow->row->id, json_str(facts, "words"));
	for (size_t i = 0; rc == OK && i < sizeof keys / sizeof keys[0]; i++)
		rc = request_name_add(flow->tx, flow->row->id, json_str(json_get(facts, "target"), keys[i]));
	return rc;
}

enum language eac_target_language(const struct request_row *row)
{
	return language_of_locale(json_str(json_get(row->facts, "target"), "locale"));
}

enum language eac_asker_language(const struct request_row *row)
{
	enum language language = LANGUAGE_EN;
	(void)language_of_code(json_str(row->facts, "asked_in"), &language);
	return language;
}

enum language eac_language(const struct flow *flow)
{
	return eac_env(flow)->config->slack.language;
}

const char *eac_target_slack(const struct request_row *row)
{
	return json_str(json_get(row->facts, "target"), "slack");
}

/* --- steps --- */

static enum errc mark_step(struct flow *flow, const char *state, const char *detail)
{
	struct step_row step;
	enum errc rc = step_get(flow->tx, flow->row->id, eac_step_key(flow->row->step), &step);
	if (rc != OK)
		return rc;
	bool starts = text_eq(state, "running");
	if (starts && (!text_eq(step.state, "running") || step.attempts == 0))
		step.attempts++;
	if (step.started_at == 0)
		step.started_at = flow->now;
	bool ends = text_eq(state, "done") || text_eq(state, "skipped") || text_eq(state, "failed");
	step.ended_at = ends ? flow->now : 0;
	text_copy(step.state, sizeof step.state, state);
	if (detail != NULL)
		text_copy(step.detail, sizeof step.detail, detail);
	return step_put(flow->tx, flow->row->id, &step);
}

static void keep_detail(struct flow *flow, const json_t *detail)
{
	json_t *details = json_get(flow->row->facts, "details");
	if (details == NULL)
		json_object_set_new(flow->row->facts, "details", details = json_object());
	json_object_set_new(details, eac_step_key(flow->row->step), json_deep_copy(detail));
}

void eac_add_step_detail(struct buf *b, enum language language, const struct request_row *row,
                         const struct step_row *step)
{
	const json_t *detail = json_path(row->facts, "details", step->key, NULL);
	AUTO_BUF struct buf said = {0};
	if (step->detail[0] == '\0')
		return;
	buf_init(&said, 4000);
	if (detail != NULL)
		phrase_add_value(&said, language, detail);
	else
		mrkdwn_add_literal(&said, step->detail, 200);
	mrkdwn_cut(b, buf_str(&said), 300);
}

enum errc eac_step_started(struct flow *flow)
{
	return mark_step(flow, "running", NULL);
}

enum errc eac_step_waiting(struct flow *flow)
{
	return mark_step(flow, "waiting", NULL);
}

static enum errc audit_step(struct flow *flow, const char *state, const char *detail, const struct request_actor *actor)
{
	struct audit_row line = {.at = flow->now, .repair = flow->row->id};
	text_copy(line.actor, sizeof line.actor, actor->who);
	text_copy(line.via, sizeof line.via, actor->via);
	snprintf(line.action, sizeof line.action, "step-%s", state);
	snprintf(line.detail, sizeof line.detail, "%s: %s", eac_step_key(flow->row->step), detail);
	return audit_add(flow->tx, &line);
}

enum errc eac_step_ended(struct flow *flow, const char *state, json_t *detail)
{
	return eac_step_ended_by(flow, state, detail, &eac_bot);
}

enum errc eac_step_ended_by(struct flow *flow, const char *state, json_t *detail, const struct request_actor *actor)
{
	json_auto_t *taken = detail;
	AUTO_FREE char *plain = phrase_plain(detail);
	bool named = !text_eq(actor->who, eac_bot.who) && !text_eq(actor->who, flow->row->slack_user);
	enum errc rc = mark_step(flow, state, plain);
	if (rc == OK)
		rc = audit_step(flow, state, plain, actor);
	if (rc != OK)
		return rc;
	keep_detail(flow, taken);
	AUTO_BUF struct buf line = {0};
	text_step_ended(&line, flow, state, detail, named ? actor->who : NULL);
	eac_line(flow, buf_str(&line));
	log_repair(LOG_INFO, flow->row->id, "step.ended", "%s %s: %s", eac_step_key(flow->row->step), state, plain);
	eac_trouble_over(flow);
	flow->row->step++;
	flow->row->updated_at = flow->now;
	flow->row->wake_at = flow->now;
	return OK;
}

enum errc eac_step_return(struct flow *flow, int step, json_t *why)
{
	json_auto_t *taken = why;
	json_t *facts = flow->row->facts;
	int64_t returns = json_int(facts, "returns") + 1;
	json_set_int(facts, "returns", returns);
	if (returns > RETURNS_MAX) {
		json_set_int(facts, "returns", 0);
		return eac_fail(flow, text_keeps_coming_back(taken));
	}
	eac_line_value(flow, text_returned(flow, step, taken));
	for (int i = step; i <= flow->row->step && i < EAC_STEP_COUNT; i++) {
		struct step_row row = {0};
		enum errc rc = step_get(flow->tx, flow->row->id, eac_step_key(i), &row);
		if (rc != OK)
			return rc;
		text_copy(row.state, sizeof row.state, "pending");
		row.ended_at = 0;
		json_object_del(json_get(facts, "details"), eac_step_key(i));
		if ((rc = step_put(flow->tx, flow->row->id, &row)) != OK)
			return rc;
	}
	json_object_del(facts, "gate");
	flow->row->step = step;
	flow->row->wake_at = flow->now;
	return OK;
}

enum errc eac_fail(struct flow *flow, json_t *why)
{
	json_auto_t *taken = why;
	if (json_get(flow->row->facts, "wish") != NULL)
		return eac_wish(flow); /* somebody cancelled meanwhile: it ends instead of waiting for a person */
	AUTO_FREE char *plain = phrase_plain(taken);
	enum errc rc = pause_count_failure(flow);
	if (rc == OK)
		rc = mark_step(flow, "failed", plain);
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_FAIL, &eac_bot, plain, flow->now);
	if (rc == OK) /* nothing stands below it in the user's direct message */
		rc = eac_cards_close(flow, "user", phrase_value(PHRASE_USER_CARD_FAILED, NULL));
	if (rc == OK)
		rc = eac_cards_close(flow, NULL, phrase_value(PHRASE_CARD_FAILED, NULL));
	if (rc != OK)
		return rc;
	log_repair(LOG_WARNING, flow->row->id, "repair.failed", "%s: %s", eac_step_key(flow->row->step), plain);
	text_copy(flow->row->reason, sizeof flow->row->reason, eac_step_key(flow->row->step));
	json_object_set(flow->row->facts, "failure", taken);
	keep_detail(flow, taken);
	eac_trouble_over(flow);
	eac_failed_wait(flow);
	if ((rc = eac_flush(flow)) != OK)
		return rc;
	bool connected = flow->row->step == EAC_TEST && !eac_owes(flow);
	const struct eac_button buttons[] = {
	    {"eac.retry", PHRASE_LABEL_RETRY, BUTTON_PRIMARY, PHRASE_COUNT},
	    {"eac.cancel", PHRASE_LABEL_CANCEL, BUTTON_DANGER,
	     connected ? PHRASE_CANCEL_CONFIRM_NOTHING : PHRASE_CANCEL_CONFIRM},
	};
	rc = eac_card_open(flow, "failed", "", text_failed_card(flow, taken), buttons, 2);
	if (rc != OK)
		return rc;
	AUTO_BUF struct buf line = {0};
	text_status_failed(&line, flow);
	rc = eac_status_line(flow, buf_str(&line));
	return rc == OK ? eac_update_parent(flow) : rc;
}

/* Up to a minute; what lasts longer than a quarter of an hour is asked every five minutes. */
static int64_t backoff_ms(int64_t n)
{
	int64_t wait = 1000;
	if (n > TROUBLE_LONG)
		return 5 * 60000;
	for (int64_t i = 1; i < n && wait < 60000; i++)
		wait *= 2;
	return wait < 60000 ? wait : 60000;
}

/* Counts it, and says so once: at once where the allowance is spent, else when it lasts. */
static enum errc note_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts;
	int64_t n = json_int(facts, "trouble_n") + 1;
	json_set_int(facts, "trouble_n", n);
	json_set_str(facts, "trouble", answer->reason);
	log_repair(LOG_WARNING, flow->row->id, "repair.trouble", "%s: %s (try %d)", phrase_text(LANGUAGE_EN, what),
	           answer->reason, (int)n);
	if (json_bool(facts, "trouble_told") || (answer->code != ERR_QUOTA && n < TROUBLE_TELL_AT))
		return OK;
	json_set_bool(facts, "trouble_told", true);
	bool checking = request_state(flow->row) == STATE_CHECKING;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 2000);
	phrase_say(&b, checking ? eac_asker_language(flow->row) : eac_language(flow),
	           text_trouble_waiting(what, answer->reason));
	if (checking)
		return eac_tell(flow->tx, flow->row->id, flow->row->channel, false, flow->row->requester,
		                message_line(buf_str(&b)));
	eac_line(flow, buf_str(&b));
	return eac_flush(flow);
}

enum errc eac_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts;
	if (!err_is_temporary(answer->code))
		return eac_fail(flow, text_trouble(what, answer->reason));
	enum errc rc = note_trouble(flow, what, answer);
	int64_t n = json_int(facts, "trouble_n");
	flow->row->wake_at = flow->now + (answer->code == ERR_QUOTA ? 60000 : backoff_ms(n));
	return rc;
}

enum errc eac_poll_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer)
{
	enum errc rc = note_trouble(flow, what, answer);
	eac_wait_plan(flow);
	return rc;
}

void eac_trouble_over(struct flow *flow)
{
	json_object_del(flow->row->facts, "trouble_n");
	json_object_del(flow->row->facts, "trouble");
	json_object_del(flow->row->facts, "trouble_told");
}

/* --- ends --- */

bool eac_owes(const struct flow *flow)
{
	const json_t *removed = json_get(flow->row->facts, "removed");
	return removed != NULL && !json_bool(flow->row->facts, "restored");
}

/* What a deed that is given up leaves behind: the giving back begins with all its tries. */
static void forget_tries(struct flow *flow)
{
	static const char *const forget[] = {"tries",     "last_error", "lag_waited", "look_now",
	                                     "confirmed", "call",       "fresh",      "held"};
	for (size_t i = 0; i < sizeof forget / sizeof forget[0]; i++)
		json_object_del(flow->row->facts, forget[i]);
	flow->row->reason[0] = '\0';
}

/* The step at which it ends waits for nobody any more; one that has failed stays failed. */
static enum errc leave_step(struct flow *flow, enum request_event end)
{
	enum request_state state = request_state(flow->row);
	if (state == STATE_CHECKING || state == STATE_FAILED)
		return OK;
	json_auto_t *detail = phrase_value(end == EVENT_EXPIRE   ? PHRASE_STEP_LEFT_EXPIRED
	                                   : end == EVENT_REJECT ? PHRASE_STEP_LEFT_REJECTED
	                                                         : PHRASE_STEP_LEFT_CANCELLED,
	                                   NULL);
	AUTO_FREE char *plain = phrase_plain(detail);
	keep_detail(flow, detail);
	return mark_step(flow, "skipped", plain);
}

enum errc eac_end(struct flow *flow, enum request_event end, const struct request_actor *actor, json_t *why)
{
	json_auto_t *taken = why;
	json_t *facts = flow->row->facts;
	enum errc rc = eac_cards_close(flow, NULL, text_closing(flow, end, actor));
	if (rc != OK)
		return rc;
	eac_wait_stop(flow);
	eac_decided_over(flow);
	eac_claim_over(flow);
	eac_trouble_over(flow);
	forget_tries(flow);
	rc = leave_step(flow, end);
	if (rc != OK)
		return rc;
	/* while it is being checked a debt is still another's */
	if (!eac_owes(flow) || request_state(flow->row) == STATE_CHECKING)
		return eac_ended(flow, end, actor, json_incref(taken));
	json_object_set_new(
	    facts, "ending",
	    json_pack("{s:i,s:s,s:s,s:O}", "event", (int)end, "who", actor->who, "via", actor->via, "why", taken));
	AUTO_FREE char *plain = phrase_plain(taken);
	rc = request_fire(flow->tx, flow->row, EVENT_PUT_BACK, actor, plain, flow->now);
	if (rc != OK)
		return rc;
	eac_line_value(flow, phrase_value(PHRASE_PUTTING_BACK, NULL));
	flow->row->step = EAC_ASSIGN;
	flow->row->wake_at = flow->now;
	return eac_flush(flow);
}

enum errc eac_ended(struct flow *flow, enum request_event end, const struct request_actor *actor, json_t *why)
{
	json_auto_t *taken = why;
	AUTO_FREE char *plain = phrase_plain(taken);
	enum errc rc = request_fire(flow->tx, flow->row, end, actor, plain, flow->now);
	if (rc != OK)
		return rc;
	json_object_del(flow->row->facts, "ending");
	json_object_del(flow->row->facts, "call");
	json_set_str(flow->row->facts, "ended_by", actor->who);
	log_repair(LOG_INFO, flow->row->id, "repair.ended", "%s: %s", flow->row->state, plain);
	if (json_get(flow->row->facts, "phase") != NULL)
		return OK; /* it ended while it was being checked: nothing was posted */
	AUTO_BUF struct buf b = {0};
	text_end(&b, flow, actor->who, taken);
	eac_line(flow, buf_str(&b));
	rc = eac_flush(flow);
	if (rc != OK)
		return rc;
	AUTO_BUF struct buf line = {0};
	text_status_ended(&line, flow);
	rc = eac_status_line(flow, buf_str(&line));
	if (rc == OK && eac_target_slack(flow->row)[0] != '\0' && json_bool(flow->row->facts, "user_asked")) {
		char direct[32];
		snprintf(direct, sizeof direct, "@%s", eac_target_slack(flow->row));
		rc = eac_say(flow, direct, OUTBOX_DECISION, text_user_end(flow));
	}
	return rc;
}

/* --- looking --- */

/* Whether the user may log in is asked once; from then on the bot's own rights are read in the same call. */
void eac_look(struct flow *flow, const char *extra, int64_t since_ms)
{
	if (text_eq(extra, "login") && request_state(flow->row) != STATE_CHECKING)
		extra = "again";
	const char *user = json_str(json_get(flow->row->facts, "target"), "id");
	flow_ask(flow, "look", json_pack("{s:s,s:s,s:I}", "user", user, "extra", extra, "since", (json_int_t)since_ms));
}

void eac_keep_look(struct flow *flow, const json_t *look)
{
	json_object_set_new(flow->row->facts, "look", json_deep_copy(look));
	json_set_int(flow->row->facts, "fresh", flow->now);
	if (json_int(look, "at") > 0)
		json_set_int(flow->row->facts, "clock_offset", json_int(look, "at") - flow->now);
	eac_trouble_over(flow);
}

bool eac_orgs_differ(const char *a, const char *b)
{
	return a[0] != '\0' && b[0] != '\0' && !sf_id_same(a, b);
}

/* A copy of an org (a sandbox) has the same ids for users, sets and licences. */
enum errc eac_take_look(struct flow *flow, const json_t *look, bool *ret_failed)
{
	const char *began = json_str(json_get(flow->row->facts, "org"), "id"), *now = json_str(look, "org");
	*ret_failed = eac_orgs_differ(began, now);
	if (!*ret_failed) {
		eac_keep_look(flow, look);
		return OK;
	}
	return eac_fail(flow, text_other_org(began, now));
}

int64_t eac_server_now(const struct flow *flow)
{
	return (flow->now + json_int(flow->row->facts, "clock_offset")) / 1000 * 1000;
}

const json_t *eac_fresh_look(const struct flow *flow)
{
	return json_int(flow->row->facts, "fresh") == flow->now ? json_get(flow->row->facts, "look") : NULL;
}
