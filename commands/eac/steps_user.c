/*
 * commands/eac/steps_user.c - 1.1, 1.2, 2.2 and 2.3: what only the affected user can do.
 *
 * Each asks by direct message (and offers the helpdesk a copy in the thread),
 * then waits: for the click, the typed word, or for the fact to show in
 * Salesforce where it can. A person without a usable Slack account is served by
 * the thread alone.
 */
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/store/effects.h"
#include "commands/eac/decide.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/zone.h"
#include "commands/phrases/phrases.h"

enum { SESSION_TRIES = 3 };

enum { BUTTONS_MAX = 4 };

/* A row of buttons; without an action it ends. */
struct user_button {
	const char *action;
	enum phrase label;
	enum button_style style;
};

static const struct user_button done_buttons[BUTTONS_MAX + 1] = {
    {"eac.done", PHRASE_LABEL_DONE, BUTTON_PRIMARY},
    {"eac.help", PHRASE_LABEL_HELP, BUTTON_PLAIN},
    {"eac.later", PHRASE_LABEL_NOT_NOW, BUTTON_PLAIN},
};
static const struct user_button addin_buttons[BUTTONS_MAX + 1] = {
    {"eac.done", PHRASE_LABEL_DONE, BUTTON_PRIMARY},
    {"eac.not_installed", PHRASE_LABEL_NOT_INSTALLED, BUTTON_PLAIN},
    {"eac.help", PHRASE_LABEL_HELP, BUTTON_PLAIN},
    {"eac.later", PHRASE_LABEL_NOT_NOW, BUTTON_PLAIN},
};
static const struct user_button test_buttons[BUTTONS_MAX + 1] = {
    {"eac.works", PHRASE_LABEL_WORKS, BUTTON_PRIMARY},
    {"eac.still_failing", PHRASE_LABEL_STILL_FAILING, BUTTON_DANGER},
    {"eac.help", PHRASE_LABEL_HELP, BUTTON_PLAIN},
    {"eac.later", PHRASE_LABEL_NOT_NOW, BUTTON_PLAIN},
};
static const struct user_button copy_buttons[BUTTONS_MAX + 1] = {
    {"eac.mark_done", PHRASE_LABEL_MARK_DONE, BUTTON_PLAIN},
};
static const struct user_button test_copy_buttons[BUTTONS_MAX + 1] = {
    {"eac.mark_done", PHRASE_LABEL_MARK_DONE, BUTTON_PLAIN},
    {"eac.still_failing", PHRASE_LABEL_STILL_FAILING, BUTTON_DANGER},
};

static enum errc open_card(struct flow *flow, const char *kind, const char *conversation, struct message *m,
                           const struct user_button *row)
{
	struct eac_button buttons[BUTTONS_MAX];
	size_t n = 0;
	for (; row[n].action != NULL; n++)
		buttons[n] = (struct eac_button){row[n].action, row[n].label, row[n].style, PHRASE_COUNT};
	return eac_card_open(flow, kind, conversation, m, buttons, n);
}

/* "@U..." */
static const char *direct(const char *slack, char out[static 32])
{
	snprintf(out, 32, "@%s", slack);
	return out;
}

/* The user's card, the helpdesk's copy, and the due times. */
static enum errc ask_user(struct flow *flow, const struct user_button *buttons, bool poll)
{
	const struct config *config = eac_env(flow)->config;
	const struct eac_patience patience = {config->people.remind_after_ms, config->people.give_up_after_ms, poll,
	                                      true};
	const char *slack = eac_target_slack(flow->row);
	enum errc rc = eac_step_waiting(flow);
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_ASK_USER, &eac_bot, eac_step_key(flow->row->step),
		                  flow->now);
	if (rc == OK)
		rc = eac_flush(flow);
	if (rc == OK && slack[0] != '\0') {
		char conversation[32];
		json_set_bool(flow->row->facts, "user_asked", true);
		rc = open_card(flow, "user", direct(slack, conversation), text_user_card(flow), buttons);
	}
	if (rc != OK)
		return rc;
	rc = open_card(flow, "copy", "", text_copy_card(flow),
	               flow->row->step == EAC_TEST ? test_copy_buttons : copy_buttons);
	if (rc != OK)
		return rc;
	eac_wait_start(flow, &patience, flow->now);
	json_object_del(flow->row->facts, "fresh");
	return eac_update_parent(flow);
}

static enum errc give_up(struct flow *flow)
{
	if (flow->row->step < EAC_LINKS)
		return eac_end(flow, EVENT_EXPIRE, &eac_bot, phrase_value(PHRASE_USER_SILENT, NULL));
	return eac_fail(flow, phrase_value(PHRASE_BACK_BUT_NOT_CONNECTED, NULL));
}

/* Who was asked: the user, or the helpdesk in their place. Who asked for help waits for the helpdesk, not the other way round. */
static enum errc remind(struct flow *flow)
{
	json_t *wait = json_get(flow->row->facts, "wait");
	const char *slack = eac_target_slack(flow->row);
	bool help = json_get(wait, "help_at") != NULL, today = json_bool(wait, "put_off");
	char conversation[32];
	enum errc rc = OK;
	if (slack[0] != '\0' && !help)
		rc = eac_say(flow, direct(slack, conversation), OUTBOX_DECISION, text_user_reminder(flow));
	if (rc == OK && (slack[0] == '\0' || help || json_bool(wait, "escalated")))
		rc = eac_say(flow, "", OUTBOX_DECISION, text_helper_reminder(flow));
	json_object_del(wait, "put_off");
	return rc == OK && today ? eac_update_parent(flow) : rc;
}

/* Somebody's word that the mailbox is connected, while Salesforce is asked about it; NULL: none. */
static const json_t *said(const struct flow *flow)
{
	return json_path(flow->row->facts, "wait", "said", NULL);
}

static void look_for_it(struct flow *flow)
{
	eac_look(flow, flow->row->step == EAC_TEST ? "mail" : "login", json_int(flow->row->facts, "connected_at"));
}

/* While WAITING_USER. */
static enum errc wait_user(struct flow *flow)
{
	if (said(flow) != NULL) {
		look_for_it(flow);
		return OK;
	}
	if (eac_zone_ask(flow))
		return OK;
	switch (eac_wait_due(flow)) {
	case EAC_DUE_EXPIRE: return give_up(flow);
	case EAC_DUE_REMIND: return remind(flow);
	case EAC_DUE_ESCALATE: return eac_escalate(flow);
	case EAC_DUE_POLL: look_for_it(flow); return OK;
	case EAC_DUE_NOTHING: return OK;
	}
	return OK;
}

static bool is_waiting(const struct flow *flow)
{
	return request_state(flow->row) == STATE_WAITING_USER;
}

enum errc eac_disconnect_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	if (json_bool(flow->row->facts, "gate_first") && !json_bool(flow->row->facts, "gate_first_passed"))
		return eac_gate_open(flow);
	return is_waiting(flow) ? wait_user(flow) : ask_user(flow, done_buttons, false);
}

/* --- 1.2: first the bot ends the add-in's sessions --- */

static json_t *ids_of(const json_t *rows)
{
	json_t *ids = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row)
		json_array_append(ids, json_get(row, "id"));
	return ids;
}

static enum errc end_sessions(struct flow *flow, const json_t *sessions)
{
	size_t i;
	json_t *row;
	json_array_foreach (sessions, i, row) {
		struct effect_row effect = {.request = flow->row->id, .begun_at = flow->now};
		text_copy(effect.step, sizeof effect.step, "sign-out-addin");
		text_copy(effect.kind, sizeof effect.kind, "end-session");
		text_copy(effect.object, sizeof effect.object, json_str(row, "id"));
		enum errc rc = effect_begin(flow->tx, &effect);
		if (rc != OK)
			return rc;
	}
	json_object_del(flow->row->facts, "fresh");
	json_set_int(flow->row->facts, "session_tries", json_int(flow->row->facts, "session_tries") + 1);
	const char *user = json_str(json_get(flow->row->facts, "target"), "id");
	flow_ask(flow, "end-sessions", json_pack("{s:s,s:o}", "user", user, "ids", ids_of(sessions)));
	return OK;
}

enum errc eac_sign_out_begin(struct flow *flow)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_wake(flow);
	if (is_waiting(flow))
		return wait_user(flow);
	json_t *facts = flow->row->facts;
	if (!json_bool(facts, "sessions_over")) {
		const json_t *look = eac_fresh_look(flow);
		if (look == NULL || json_get(look, "sessions") == NULL) {
			return eac_look_before(flow, "sessions");
		}
		json_t *sessions = diagnose_sessions(eac_env(flow)->config, look);
		size_t left = json_array_size(sessions);
		bool again = left > 0 && json_int(facts, "session_tries") < SESSION_TRIES;
		bool wait = false;
		enum errc rc = again ? eac_may_take(flow, look, &wait) : OK;
		if (rc == OK && again && !wait)
			rc = end_sessions(flow, sessions);
		json_decref(sessions);
		if (rc != OK || again)
			return rc;
		if (left == 0)
			rc = effect_settle(flow->tx, flow->row->id, "sign-out-addin", flow->now, "applied");
		if (rc != OK)
			return rc;
		json_set_bool(facts, "sessions_over", true);
		eac_line_value(flow, phrase_value(left > 0                               ? PHRASE_SESSIONS_LEFT
		                                  : json_int(facts, "session_tries") > 0 ? PHRASE_SESSIONS_ENDED
		                                                                         : PHRASE_NO_SESSIONS,
		                                  NULL));
	}
	return ask_user(flow, addin_buttons, false);
}

/* --- 2.2 and 2.3 --- */

enum errc eac_connect_begin(struct flow *flow)
{
	return is_waiting(flow) ? wait_user(flow) : ask_user(flow, done_buttons, true);
}

enum errc eac_test_begin(struct flow *flow)
{
	return is_waiting(flow) ? wait_user(flow) : ask_user(flow, test_buttons, true);
}

static bool has_new_token(const struct flow *flow, const json_t *look)
{
	json_t *tokens = diagnose_tokens(eac_env(flow)->config, look);
	bool found = false;
	size_t i;
	json_t *token;
	json_array_foreach (tokens, i, token)
		found = found || json_int(token, "created") >= json_int(flow->row->facts, "assigned_at");
	json_decref(tokens);
	return found;
}

static bool is_known_link(const json_t *known, const json_t *link)
{
	size_t i;
	json_t *id;
	json_array_foreach (known, i, id)
		if (text_eq(json_string_value(id), json_str(link, "id")))
			return true;
	return false;
}

static bool has_new_link(const struct flow *flow, const json_t *look)
{
	json_t *links = diagnose_links(look);
	bool found = false;
	size_t i;
	json_t *link;
	json_array_foreach (links, i, link)
		found = found || !is_known_link(json_get(flow->row->facts, "links_before"), link);
	json_decref(links);
	return found;
}

/* What Salesforce shows of the reconnected mailbox; PHRASE_COUNT: nothing yet. */
static enum phrase connection_shown(const struct flow *flow, const json_t *look)
{
	bool active = text_eq(json_str(json_get(look, "connection"), "status"), "ACTIVE");
	if (has_new_token(flow, look))
		return PHRASE_SEEN_TOKEN;
	if (has_new_link(flow, look))
		return PHRASE_SEEN_LINK;
	if (active && !json_bool(flow->row->facts, "active_before"))
		return PHRASE_SEEN_ACTIVE;
	return PHRASE_COUNT;
}

static enum phrase mail_shown(const struct flow *flow, const json_t *look)
{
	size_t i;
	json_t *mail;
	json_array_foreach (json_get(look, "mails"), i, mail)
		if (json_str(mail, "source")[0] == '\0' &&
		    json_int(mail, "created") >= json_int(flow->row->facts, "connected_at"))
			return PHRASE_SEEN_MAIL;
	return PHRASE_COUNT;
}

/* --- the person's part is done, by their word or by what Salesforce shows --- */

static enum errc person_done(struct flow *flow, const struct request_actor *actor, json_t *detail, enum eac_sight sight)
{
	json_auto_t *taken = detail;
	AUTO_FREE char *plain = phrase_plain(taken);
	AUTO_BUF struct buf closing = {0}, thanks = {0};
	text_step_closing(&closing, flow, actor->who, taken);
	text_user_closing(&thanks, flow, actor->who, sight);
	enum errc rc = eac_cards_close(flow, "user", json_text_value(buf_str(&thanks)));
	if (rc == OK)
		rc = eac_cards_close(flow, NULL, json_text_value(buf_str(&closing)));
	if (rc == OK)
		rc = request_fire(flow->tx, flow->row, EVENT_GO_ON, actor, plain, flow->now);
	if (rc != OK)
		return rc;
	eac_wait_stop(flow);
	if (flow->row->step == EAC_CONNECT)
		json_set_int(flow->row->facts, "connected_at", eac_server_now(flow));
	bool last = flow->row->step == EAC_TEST;
	rc = eac_step_ended_by(flow, "done", json_incref(taken), actor);
	if (rc != OK || !last)
		return rc;
	flow->row->step = EAC_TEST;
	return eac_ended(flow, EVENT_COMPLETE, actor, json_incref(taken));
}

/* "Done (the user's word)". Whose: also where direct messages don't reach them. */
static json_t *word_of(const struct flow *flow, const char *who, const char *word)
{
	static const enum phrase labels[] = {PHRASE_LABEL_DONE, PHRASE_LABEL_NOT_INSTALLED, PHRASE_LABEL_WORKS};
	json_t *value = phrase_value(text_eq(who, flow->row->slack_user) ? PHRASE_WORD_OF_USER : PHRASE_WORD_FOR_USER,
	                             "word", word, NULL);
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
		if (text_eq(word, phrase_text(LANGUAGE_EN, labels[i])))
			phrase_value_set(value, "word", phrase_value(labels[i], NULL));
	return value;
}

/* Whether the mailbox is connected Salesforce often shows at once: it is asked, and then the step ends in any case. */
enum errc eac_person_says(struct flow *flow, const struct request_actor *actor, const char *word)
{
	if (flow->row->step != EAC_CONNECT)
		return person_done(flow, actor, word_of(flow, actor->who, word), EAC_NOT_LOOKED);
	if (said(flow) == NULL)
		json_object_set_new(json_get(flow->row->facts, "wait"), "said",
		                    json_pack("{s:s,s:s,s:s}", "who", actor->who, "via", actor->via, "word", word));
	flow->row->wake_at = flow->now;
	return OK;
}

static enum errc word_checked(struct flow *flow, enum phrase shown, bool looked)
{
	char who[24], via[24];
	text_copy(who, sizeof who, json_str(said(flow), "who"));
	text_copy(via, sizeof via, json_str(said(flow), "via"));
	const struct request_actor actor = {.who = who, .via = via};
	bool seen = shown != PHRASE_COUNT;
	json_t *detail = seen ? phrase_value(shown, NULL) : word_of(flow, who, json_str(said(flow), "word"));
	return person_done(flow, &actor, detail, seen ? EAC_SEEN : looked ? EAC_NOT_SEEN : EAC_NOT_LOOKED);
}

static enum errc poll_answered(struct flow *flow, const struct flow_answer *answer)
{
	bool word = said(flow) != NULL;
	if (answer->code != OK) /* looking is a courtesy here: the person's word ends the step as well */
		return word ? word_checked(flow, PHRASE_COUNT, false)
		            : eac_poll_trouble(flow, PHRASE_WHAT_LOOK, answer);
	bool failed;
	enum errc rc = eac_take_look(flow, answer->body, &failed);
	if (rc != OK || failed)
		return rc;
	enum phrase shown =
	    flow->row->step == EAC_TEST ? mail_shown(flow, answer->body) : connection_shown(flow, answer->body);
	if (word)
		return word_checked(flow, shown, true);
	if (shown == PHRASE_COUNT) {
		eac_wait_plan(flow);
		return OK;
	}
	return person_done(flow, &eac_bot, phrase_value(shown, NULL), EAC_SEEN);
}

/* Somebody who has left, or is a guest by now, is not asked any more. */
static bool is_gone(const struct flow_answer *answer)
{
	static const char *const flags[] = {"deleted", "bot", "guest", "external"};
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		if (json_bool(answer->body, flags[i]))
			return true;
	return answer->code == ERR_NOT_FOUND;
}

/* Asked for before a reminder goes out (zone.h). */
static enum errc person_answered(struct flow *flow, const struct flow_answer *answer)
{
	bool direct_asked = eac_target_slack(flow->row)[0] != '\0';
	eac_zone_told(flow, answer);
	return direct_asked && is_gone(answer) ? eac_user_unreachable(flow, "account_inactive") : OK;
}

enum errc eac_user_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (request_state(flow->row) == STATE_WAITING_APPROVAL)
		return eac_gate_answer(flow, kind, answer);
	if (is_waiting(flow) && text_eq(kind, "person"))
		return person_answered(flow, answer);
	if (is_waiting(flow))
		return poll_answered(flow, answer);
	if (text_eq(kind, "look")) {
		if (answer->code != OK)
			return eac_trouble(flow, PHRASE_WHAT_READ_SESSIONS, answer);
		bool failed;
		enum errc rc = eac_take_look(flow, answer->body, &failed);
		if (rc != OK || failed)
			return rc;
		if (!json_is_array(json_get(answer->body, "sessions"))) {
			json_set_bool(flow->row->facts, "sessions_over", true);
			eac_line_value(flow, phrase_value(PHRASE_SESSIONS_UNREADABLE, NULL));
		}
		flow->row->wake_at = flow->now;
		return OK;
	}
	if (answer->code == OK && json_is_array(json_get(answer->body, "sessions"))) { /* read back in the same call */
		json_t *facts = flow->row->facts;
		json_object_set_new(json_get(facts, "look"), "sessions",
		                    json_deep_copy(json_get(answer->body, "sessions")));
		json_set_int(facts, "fresh", flow->now);
	}
	if (text_eq(kind, "end-sessions") && answer->code == ERR_DENIED) {
		json_set_bool(flow->row->facts, "sessions_over", true);
		eac_line_value(flow, phrase_value(PHRASE_SESSIONS_LEFT, NULL));
	}
	flow->row->wake_at = flow->now; /* whatever was answered: look again */
	return OK;
}
