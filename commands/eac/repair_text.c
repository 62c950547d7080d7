/*
 * commands/eac/repair_text.c - a repair as its thread tells it.
 *
 * Other sentences are in text_parent.c, text_diagnosis.c, text_people.c and text_gate.c.
 */
#include "commands/eac/decide.h"
#include "commands/eac/repair_text.h"

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair.h"
#include "commands/eac/text_parts.h"

void text_name(struct buf *b, const struct request_row *row)
{
	const char *name = eac_target_name(row);
	part_begin(b);
	if (json_bool(row->facts, "mention") && text_eq(name, json_str(row->facts, "words")))
		mrkdwn_add_user(b, name); /* who that is in Salesforce is not known (yet) */
	else
		mrkdwn_add_literal(b, name, PART_NAME_MAX);
}

/* What was decided so far counts: those who look at it know whether it still needs them. */
static json_t *for_approver(const struct request_row *row, const struct config *config)
{
	size_t have = json_array_size(json_path(row->facts, "gate", "votes", NULL));
	char n[24], need[24];
	if (have == 0 || (int)have >= config->approval.quorum)
		return phrase_value(PHRASE_FOR_APPROVER, NULL);
	return phrase_value(PHRASE_FOR_ANOTHER_APPROVER, "have", phrase_number((int64_t)have, n), "need",
	                    phrase_number(config->approval.quorum, need), NULL);
}

/* Who is waited for, as a value. */
static json_t *waited_for(const struct request_row *row, const struct config *config)
{
	AUTO_BUF struct buf name = {0};
	text_name(&name, row);
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		return eac_target_slack(row)[0] != '\0'
		           ? json_text_value(buf_str(&name))
		           : phrase_value(PHRASE_FOR_HELPDESK, "who", buf_str(&name), NULL);
	case STATE_WAITING_ADMIN:
		return phrase_value(config->access.admins.count > 0 ? PHRASE_FOR_ADMIN : PHRASE_FOR_THE_HELPDESK, NULL);
	case STATE_WAITING_APPROVAL: return for_approver(row, config);
	case STATE_WAITING_BACKEND: return phrase_value(PHRASE_FOR_BACKEND, NULL);
	default: return json_null();
	}
}

static json_t *waiting(const struct request_row *row, const struct config *config)
{
	json_t *value = phrase_value(PHRASE_STATE_WAITING, NULL);
	phrase_value_set(value, "who", waited_for(row, config));
	phrase_value_set(value, "since", part_time(eac_waiting_since(row)));
	return value;
}

/* The reason's key, as words. */
static json_t *reason_in_words(const char *reason)
{
	static const struct {
		const char *reason;
		enum phrase phrase;
	} words[] = {{"ambiguous", PHRASE_REASON_AMBIGUOUS},
	             {"bot_rights", PHRASE_REASON_BOT_RIGHTS},
	             {"broad_set", PHRASE_REASON_BROAD_SET},
	             {"duplicate", PHRASE_REASON_DUPLICATE},
	             {"frozen", PHRASE_REASON_FROZEN},
	             {"group_only", PHRASE_REASON_GROUP_ONLY},
	             {"inactive", PHRASE_REASON_INACTIVE},
	             {"license_unavailable", PHRASE_REASON_LICENSE_UNAVAILABLE},
	             {"lookup_failed", PHRASE_REASON_LOOKUP_FAILED},
	             {"no_slack_user", PHRASE_REASON_NO_SLACK_USER},
	             {"not_found", PHRASE_REASON_NOT_FOUND},
	             {"nothing_assigned", PHRASE_REASON_NOTHING_ASSIGNED},
	             {"org_level", PHRASE_REASON_ORG_LEVEL},
	             {"own_account", PHRASE_REASON_OWN_ACCOUNT},
	             {"protected", PHRASE_REASON_PROTECTED},
	             {"self", PHRASE_REASON_SELF}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_eq(words[i].reason, reason))
			return phrase_value(words[i].phrase, NULL);
	return phrase_literal(reason, 60);
}

static json_t *refused(const struct request_row *row)
{
	json_t *value = phrase_value(PHRASE_STATE_REFUSED, NULL);
	phrase_value_set(value, "reason", reason_in_words(row->reason));
	return value;
}

/* Decided, and asleep until it can no longer be taken back (takeback.h); NULL: it is not. */
static json_t *decided(const struct request_row *row)
{
	const json_t *decision = json_get(row->facts, "decided");
	if (decision == NULL)
		return NULL;
	bool rejected = text_eq(json_str(decision, "what"), "rejected");
	json_t *value = phrase_value(rejected ? PHRASE_STATE_JUST_REJECTED : PHRASE_STATE_JUST_APPROVED, NULL);
	phrase_value_set(value, "until", part_second(json_int(decision, "until")));
	return value;
}

static json_t *working(const struct request_row *row)
{
	json_t *value = decided(row);
	if (value != NULL)
		return value;
	return phrase_value(json_get(row->facts, "ending") != NULL ? PHRASE_STATE_PUTTING_BACK
	                    : json_get(row->facts, "held") != NULL ? PHRASE_STATE_HELD
	                                                           : PHRASE_STATE_WORKING,
	                    NULL);
}

static json_t *state_of(const struct request_row *row, const struct config *config)
{
	switch (request_state(row)) {
	case STATE_CHECKING: return phrase_value(PHRASE_STATE_CHECKING, NULL);
	case STATE_RUNNING: return working(row);
	case STATE_FAILED: return phrase_value(PHRASE_STATE_FAILED, NULL);
	case STATE_COMPLETED: return phrase_value(PHRASE_STATE_COMPLETED, NULL);
	case STATE_REFUSED: return refused(row);
	case STATE_CANCELLED: return phrase_value(PHRASE_STATE_CANCELLED, NULL);
	case STATE_REJECTED: return phrase_value(PHRASE_STATE_REJECTED, NULL);
	case STATE_EXPIRED: return phrase_value(PHRASE_STATE_EXPIRED, NULL);
	default: return waiting(row, config);
	}
}

void text_state(struct buf *b, enum language language, const struct request_row *row, const struct config *config)
{
	const char *trouble = json_str(row->facts, "trouble");
	json_t *state = text_wished(state_of(row, config), row);
	part_begin(b);
	if (!row->open || trouble[0] == '\0') {
		phrase_say(b, language, state);
		return;
	}
	json_t *held_up = phrase_value(PHRASE_STATE_HELD_UP, NULL);
	phrase_value_set(held_up, "state", state);
	phrase_value_set(held_up, "trouble", phrase_literal(trouble, 160));
	phrase_say(b, language, held_up);
}

void text_what_follows(struct buf *b, enum language language, const struct request_row *row)
{
	enum request_state state = request_state(row);
	bool gate = state == STATE_WAITING_APPROVAL;
	if (!gate && state != STATE_WAITING_USER && state != STATE_WAITING_ADMIN && state != STATE_WAITING_BACKEND)
		return;
	int step = gate ? row->step : row->step + 1;
	part_begin(b);
	if (step < EAC_STEP_COUNT)
		buf_printf(b, "%s %s", eac_step_number(step), eac_step_title(step, language));
	else
		phrase_add(b, language, PHRASE_THEN_COMPLETED, NULL);
}

static void add_who(struct buf *b, enum language language, const struct request_row *row, const struct config *config)
{
	AUTO_BUF struct buf helpdesk = {0};
	part_begin(&helpdesk);
	part_principals(&helpdesk, &config->access.requesters);
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		if (eac_target_slack(row)[0] == '\0') {
			phrase_add(b, language, PHRASE_CAN_HELPDESK, "who", buf_str(&helpdesk), NULL);
		} else {
			json_t *can = phrase_value(PHRASE_CAN_USER, NULL);
			phrase_value_set(can, "user", part_user(eac_target_slack(row)));
			phrase_say(b, language, can);
		}
		break;
	case STATE_WAITING_ADMIN:
		part_principals(b,
		                config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
		break;
	case STATE_WAITING_APPROVAL: part_approvers(b, config); break;
	case STATE_WAITING_BACKEND:
	case STATE_FAILED: buf_puts(b, buf_str(&helpdesk)); break;
	default: break;
	}
}

/* Held by a pause: an admin says when it goes on. */
static void add_resume(struct buf *b, enum language language, const struct config *config)
{
	AUTO_BUF struct buf admins = {0};
	part_begin(&admins);
	part_principals(&admins, &config->access.admins);
	phrase_add(b, language, PHRASE_CAN_RESUME, "who", buf_str(&admins), "command", config->slack.command, NULL);
}

void text_who_can(struct buf *b, enum language language, const struct request_row *row, const struct config *config)
{
	/* whoever can unblock it does so by typing this */
	static const char *const how[STATE_COUNT][2] = {[STATE_WAITING_USER] = {"done", ""},
	                                                [STATE_WAITING_ADMIN] = {"done", ""},
	                                                [STATE_WAITING_APPROVAL] = {"approve", ""},
	                                                [STATE_WAITING_BACKEND] = {"confirm", " CASE"},
	                                                [STATE_FAILED] = {"retry", ""}};
	enum request_state state = request_state(row);
	const char *const *words = how[state < STATE_COUNT ? state : STATE_RUNNING];
	AUTO_BUF struct buf who = {0}, typed = {0};
	char id[24];
	part_begin(b);
	if (state == STATE_RUNNING && json_get(row->facts, "held") != NULL)
		add_resume(b, language, config);
	if (words[0] == NULL)
		return;
	part_begin(&who);
	part_begin(&typed);
	add_who(&who, language, row, config);
	buf_printf(&typed, "%s %s %s%s", config->slack.command, words[0], eac_id(row->id, id), words[1]);
	phrase_add(b, language,
	           state == STATE_WAITING_APPROVAL && eac_rules(row, config).four_eyes ? PHRASE_CAN_BY_TYPING_FOUR_EYES
	                                                                               : PHRASE_CAN_BY_TYPING,
	           "who", buf_str(&who), "typed", buf_str(&typed), NULL);
}

void text_step_ended(struct buf *b, const struct flow *flow, const char *state, const json_t *detail, const char *who)
{
	int step = flow->row->step;
	json_t *ended = phrase_value(text_eq(state, "skipped") ? PHRASE_STEP_ENDED_SKIPPED : PHRASE_STEP_ENDED_DONE,
	                             "number", eac_step_number(step), NULL);
	phrase_value_set(ended, "title", eac_step_title_value(step));
	phrase_value_set(ended, "detail", json_deep_copy(detail));
	part_begin(b);
	phrase_say(b, eac_language(flow), ended);
	if (who != NULL) {
		buf_puts(b, " — ");
		mrkdwn_add_user(b, who);
	}
}

json_t *text_returned(const struct flow *flow, int step, const json_t *why)
{
	json_t *value = phrase_value(flow->row->step >= EAC_BACKEND ? PHRASE_RETURNED_AFTER_GATE : PHRASE_RETURNED,
	                             "number", eac_step_number(step), NULL);
	phrase_value_set(value, "title", eac_step_title_value(step));
	phrase_value_set(value, "why", json_deep_copy(why));
	return value;
}

json_t *text_keeps_coming_back(const json_t *why)
{
	json_t *value = phrase_value(PHRASE_KEEPS_COMING_BACK, NULL);
	phrase_value_set(value, "why", json_deep_copy(why));
	return value;
}

/* A sentence about what the bot was about to do, with a service's words in a slot. */
static json_t *about(enum phrase sentence, enum phrase what, const char *slot, const char *words)
{
	json_t *value = phrase_value(sentence, NULL);
	phrase_value_set(value, "what", phrase_value(what, NULL));
	phrase_value_set(value, slot, phrase_literal(words, 300));
	return value;
}

json_t *text_trouble(enum phrase what, const char *reason)
{
	return about(PHRASE_TROUBLE, what, "reason", reason);
}

json_t *text_trouble_waiting(enum phrase what, const char *reason)
{
	return about(PHRASE_TROUBLE_WAITING, what, "reason", reason);
}

json_t *text_tried_in_vain(enum phrase what, const char *last_error)
{
	return about(last_error[0] != '\0' ? PHRASE_TRIED_IN_VAIN_SAYS : PHRASE_TRIED_IN_VAIN, what, "error",
	             last_error);
}

json_t *text_other_org(const char *began, const char *now)
{
	json_t *value = phrase_value(PHRASE_OTHER_ORG, NULL);
	phrase_value_set(value, "began", phrase_literal(began, 18));
	phrase_value_set(value, "now", phrase_literal(now, 18));
	return value;
}

json_t *text_blind(const char *part, const char *why)
{
	json_t *blind = phrase_value(text_eq(part, "sets")       ? PHRASE_BLIND_SETS
	                             : text_eq(part, "licences") ? PHRASE_BLIND_LICENCES
	                             : text_eq(part, "tokens")   ? PHRASE_BLIND_TOKENS
	                                                         : PHRASE_BLIND_LINKS,
	                             NULL);
	if (why[0] == '\0')
		return blind;
	json_t *value = phrase_value(PHRASE_BLIND_BECAUSE, NULL);
	phrase_value_set(value, "blind", blind);
	phrase_value_set(value, "why", phrase_literal(why, 200));
	return value;
}

/* --- what was done in Salesforce --- */

/* A sentence about one set, which it names. */
static json_t *about_set(enum phrase sentence, const json_t *set)
{
	json_t *value = phrase_value(sentence, NULL);
	phrase_value_set(value, "label", part_label(set));
	return value;
}

json_t *text_regranted(const json_t *assignment)
{
	json_t *value = about_set(PHRASE_REGRANTED, assignment);
	phrase_value_set(value, "id", phrase_literal(json_str(assignment, "id"), 20));
	return value;
}

json_t *text_sets_gone(const json_t *plan, bool ours)
{
	json_t *value = phrase_value(ours ? PHRASE_SETS_REMOVED : PHRASE_SETS_WERE_GONE, NULL), *labels = json_array();
	size_t i;
	json_t *row;
	json_array_foreach (json_get(plan, "sets"), i, row)
		json_array_append_new(labels, part_label(row));
	phrase_value_set(value, "labels", labels);
	return value;
}

json_t *text_sets_back(const json_t *sets)
{
	json_t *value = phrase_value(PHRASE_SETS_BACK, NULL), *labels = json_array(), *label;
	size_t i;
	json_t *row;
	if (json_array_size(sets) == 0) {
		json_decref(value);
		json_decref(labels);
		return phrase_value(PHRASE_SETS_NONE_TO_GIVE, NULL);
	}
	json_array_foreach (sets, i, row) {
		label = part_label(row);
		if (json_str(row, "expires")[0] != '\0') {
			json_t *until = phrase_value(PHRASE_LABEL_UNTIL, NULL);
			phrase_value_set(until, "label", label);
			phrase_value_set(until, "date", part_day(json_str(row, "expires")));
			label = until;
		}
		json_array_append_new(labels, label);
	}
	phrase_value_set(value, "labels", labels);
	return value;
}

json_t *text_licence_stays(const json_t *licence)
{
	json_t *value = phrase_value(PHRASE_LICENCE_STAYS, NULL);
	phrase_value_set(value, "label", part_label(licence));
	phrase_value_set(value, "why", json_deep_copy(json_get(licence, "why")));
	return value;
}

json_t *text_and(json_t *first, json_t *second)
{
	if (first == NULL || second == NULL)
		return first != NULL ? first : second;
	json_t *value = phrase_value(PHRASE_AND_ALSO, NULL);
	phrase_value_set(value, "first", first);
	phrase_value_set(value, "second", second);
	return value;
}

json_t *text_set_unknown(const char *name)
{
	json_t *value = phrase_value(PHRASE_SET_UNKNOWN, NULL);
	phrase_value_set(value, "label", phrase_literal(name, PART_NAME_MAX));
	return value;
}

json_t *text_other_date(const json_t *set, const char *expires)
{
	json_t *value = about_set(PHRASE_OTHER_DATE, set);
	phrase_value_set(value, "now", part_until(expires));
	phrase_value_set(value, "before", part_until(json_str(set, "expires")));
	return value;
}

json_t *text_set_lost(const json_t *set)
{
	json_t *value = about_set(PHRASE_SET_LOST, set);
	phrase_value_set(value, "id", phrase_literal(json_str(set, "set"), 18));
	return value;
}

json_t *text_date_passed(const json_t *set)
{
	json_t *value = about_set(PHRASE_DATE_PASSED, set);
	phrase_value_set(value, "date", part_day(json_str(set, "expires")));
	return value;
}

/* The sentence's stop is left out where a service's words bring theirs. */
static bool ends_with_a_stop(const struct buf *b)
{
	return b->len > 0 && buf_str(b)[b->len - 1] == '.';
}

struct message *text_failed_card(const struct flow *flow, const json_t *why)
{
	enum language language = eac_language(flow);
	AUTO_BUF struct buf b = {0};
	char id[24];
	json_t *at = phrase_value(PHRASE_FAILED_AT, "number", eac_step_number(flow->row->step), NULL);
	phrase_value_set(at, "title", eac_step_title_value(flow->row->step));
	phrase_value_set(at, "user", part_user(flow->row->requester));
	phrase_value_set(at, "why", json_deep_copy(why));
	part_begin(&b);
	phrase_say(&b, language, at);
	buf_puts(&b, ends_with_a_stop(&b) ? "" : phrase_text(language, PHRASE_FULL_STOP));
	buf_puts(&b, "\n");
	phrase_add(&b, language, eac_owes(flow) ? PHRASE_FAILED_HOW_OWES : PHRASE_FAILED_HOW, "command",
	           eac_env(flow)->config->slack.command, "id", eac_id(flow->row->id, id), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

/* --- the emergency stop --- */

json_t *text_pause_reason(const struct pause *pause)
{
	char n[24];
	if (pause->failures > 0)
		return phrase_value(PHRASE_PAUSED_BY_FAILURES, "n", phrase_number(pause->failures, n), NULL);
	return phrase_literal(pause->reason, 300);
}

json_t *text_paused(const struct pause *pause, const struct config *config)
{
	json_t *value = phrase_value(pause->reason[0] != '\0' ? PHRASE_PAUSED_REASON : PHRASE_PAUSED, "command",
	                             config->slack.command, NULL);
	phrase_value_set(value, "who", part_user(pause->by));
	phrase_value_set(value, "at", part_time(pause->at));
	phrase_value_set(value, "reason", text_pause_reason(pause));
	return value;
}

json_t *text_resumed(const char *who, int64_t now)
{
	json_t *value = phrase_value(PHRASE_RESUMED, NULL);
	phrase_value_set(value, "who", part_user(who));
	phrase_value_set(value, "at", part_time(now));
	return value;
}

json_t *text_held(const struct flow *flow, const struct pause *pause)
{
	int step = flow->row->step;
	json_t *value = phrase_value(PHRASE_HELD_BEFORE, "number", eac_step_number(step), NULL);
	phrase_value_set(value, "title", eac_step_title_value(step));
	phrase_value_set(value, "paused", text_paused(pause, eac_env(flow)->config));
	return value;
}

json_t *text_held_beginning(const struct flow *flow, const struct pause *pause)
{
	AUTO_BUF struct buf name = {0};
	char id[24];
	text_name(&name, flow->row);
	json_t *value =
	    phrase_value(PHRASE_HELD_BEGINNING, "id", eac_id(flow->row->id, id), "name", buf_str(&name), NULL);
	phrase_value_set(value, "paused", text_paused(pause, eac_env(flow)->config));
	return value;
}
