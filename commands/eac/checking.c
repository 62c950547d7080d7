/*
 * commands/eac/checking.c - who is meant, may it be repaired, what would be done.
 *
 * Person in Slack, user in Salesforce, then one look; nothing is posted in a
 * channel and nobody is written to before all of it has ended well. Refusals
 * are told to the asker alone.
 */
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/store/audit.h"
#include "commands/eac/decide.h"
#include "commands/eac/batch.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/zone.h"
#include "salesforce/sf_id.h"

enum { SIBLING_WAIT_MS = 300, SIBLING_WAIT_MAX_MS = 10000 };

static const char *phase(const struct flow *flow)
{
	return json_str(flow->row->facts, "phase");
}

static void set_phase(struct flow *flow, const char *word)
{
	json_set_str(flow->row->facts, "phase", word);
	flow->row->wake_at = flow->now;
}

static bool is_check(const struct flow *flow)
{
	return json_bool(flow->row->facts, "check");
}

/* `check` changes nothing: what was found is told to the asker, and the row goes. refusal: NULL, or why a repair would be refused. */
static enum errc report(struct flow *flow, const json_t *refusal)
{
	AUTO_BUF struct buf b = {0};
	text_check_report(&b, flow, refusal);
	flow->forget = true;
	return eac_tell(flow->tx, 0, flow->row->channel, false, flow->row->requester, message_line(buf_str(&b)));
}

/* Takes `why`. */
enum errc eac_refuse(struct flow *flow, const char *reason, json_t *why)
{
	struct request_row *row = flow->row;
	json_object_set_new(row->facts, "refusal", why);
	text_copy(row->reason, sizeof row->reason, reason);
	enum errc rc = request_fire(flow->tx, row, EVENT_REFUSE, &eac_bot, reason, flow->now);
	if (rc == OK)
		log_repair(LOG_INFO, row->id, "repair.refused", "%s", reason);
	return rc;
}

static enum errc refuse(struct flow *flow, const char *reason, json_t *why)
{
	json_auto_t *taken = why;
	struct request_row *row = flow->row;
	if (is_check(flow))
		return report(flow, taken);
	enum errc rc = eac_refuse(flow, reason, json_incref(taken));
	if (rc != OK)
		return rc;
	AUTO_BUF struct buf b = {0};
	text_refused(&b, flow, taken);
	return eac_tell(flow->tx, row->id, row->channel, false, row->requester, message_line(buf_str(&b)));
}

/* What passes is waited for; what does not would fail for ever, and nothing has begun yet. */
static enum errc checking_trouble(struct flow *flow, enum phrase what, const struct flow_answer *answer)
{
	if (err_is_temporary(answer->code))
		return eac_trouble(flow, what, answer);
	if (answer->code == ERR_DENIED)
		return refuse(flow, "bot_rights", phrase_literal(answer->reason, 300));
	return refuse(flow, answer->code == ERR_NOT_FOUND ? "not_found" : "lookup_failed",
	              text_lookup_failed(what, answer->reason));
}

/* --- the person in Slack --- */

static enum errc ask_by_id(struct flow *flow, const char *user)
{
	flow_ask(flow, "person", json_pack("{s:s}", "user", user));
	return OK;
}

static bool is_usable(const json_t *person)
{
	return !json_bool(person, "deleted") && !json_bool(person, "bot") && !json_bool(person, "guest") &&
	       !json_bool(person, "external");
}

static void keep_slack(struct flow *flow, const json_t *person)
{
	json_t *target = json_get(flow->row->facts, "target");
	json_set_str(target, "slack", json_str(person, "id"));
	eac_zone_keep(target, person, flow->now);
	json_set_str(target, "locale", json_str(person, "locale"));
	text_copy(flow->row->slack_user, sizeof flow->row->slack_user, json_str(person, "id"));
}

static json_t *slack_denied(const char *why)
{
	json_t *value = phrase_value(PHRASE_REFUSED_SLACK_DENIED, NULL);
	phrase_value_set(value, "why", phrase_literal(why, 300));
	return value;
}

/* Who was mentioned (phase "who": the e-mail is the word to find) or stated with `for` (phase "for"). */
static enum errc person_known(struct flow *flow, const struct flow_answer *answer)
{
	json_t *facts = flow->row->facts;
	bool stated = text_eq(phase(flow), "for");
	if (answer->code != OK && err_is_temporary(answer->code))
		return eac_trouble(flow, PHRASE_WHAT_ASK_WHO, answer);
	if (answer->code == ERR_DENIED) /* a scope: that says nothing about the person */
		return refuse(flow, "bot_rights", slack_denied(answer->reason));
	if (answer->code != OK || !is_usable(answer->body))
		return refuse(flow, "no_slack_user", phrase_value(PHRASE_REFUSED_NO_SLACK_USER, NULL));
	if (stated || json_str(facts, "for")[0] == '\0')
		keep_slack(flow, answer->body);
	if (!stated) {
		const char *email = json_str(answer->body, "email");
		if (email[0] == '\0')
			return refuse(flow, "not_found", phrase_value(PHRASE_REFUSED_NO_EMAIL, NULL));
		json_set_str(facts, "find", email);
	}
	set_phase(flow, !stated && json_str(facts, "for")[0] != '\0' ? "for" : "find");
	return OK;
}

static enum errc by_email_known(struct flow *flow, const struct flow_answer *answer)
{
	bool usable = answer->code == OK && is_usable(answer->body);
	if (usable)
		keep_slack(flow, answer->body);
	if (usable && !is_check(flow) && eac_rules(flow->row, eac_env(flow)->config).four_eyes &&
	    text_eq(flow->row->requester, eac_target_slack(flow->row)))
		return refuse(
		    flow, "own_account",
		    phrase_value(PHRASE_REFUSED_OWN_ACCOUNT, NULL)); /* whose e-mail address Slack did not show us */
	if (answer->code != OK && err_is_temporary(answer->code))
		return eac_trouble(flow, PHRASE_WHAT_ASK_PERSON, answer);
	set_phase(flow, "look");
	return eac_names(flow);
}

/* --- the user in Salesforce --- */

static json_t *candidates(const json_t *users)
{
	json_t *active = json_array();
	size_t i;
	json_t *user;
	json_array_foreach (users, i, user)
		if (json_bool(user, "active"))
			json_array_append(active, user);
	if (json_array_size(active) == 0)
		json_array_foreach (users, i, user)
			json_array_append(active, user);
	return active;
}

static void keep_target(struct flow *flow, const json_t *user)
{
	static const char *const keys[] = {"id", "username", "email", "name", "federation_id"};
	json_t *target = json_get(flow->row->facts, "target");
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		json_set_str(target, keys[i], json_str(user, keys[i]));
	if (!is_check(flow)) /* a check holds no lock, and no repair shall take it for another one */
		text_copy(flow->row->target, sizeof flow->row->target, json_str(user, "id"));
}

static bool is_requesters_own(const struct flow *flow, const json_t *user)
{
	return eac_is_account_of(user, json_str(flow->row->facts, "requester_email")) ||
	       text_eq(flow->row->requester, eac_target_slack(flow->row));
}

struct siblings {
	int64_t self;
	int64_t other; /* a blocking repair of the same person; 0 */
	int64_t failed[16];
	size_t failed_count;
};

static enum errc sort_sibling(void *arg, const struct request_row *row)
{
	struct siblings *s = arg;
	if (row->id == s->self)
		return OK;
	if (row->blocks)
		s->other = row->id;
	else if (s->failed_count < sizeof s->failed / sizeof s->failed[0])
		s->failed[s->failed_count++] = row->id;
	return OK;
}

/* A failed repair of the same person ends here; what it owes is taken over from the ledger of debts. */
static enum errc supersede(struct flow *flow, int64_t id)
{
	AUTO_REQUEST struct request_row row = {0};
	char by[24];
	enum errc rc = request_get(flow->tx, id, &row);
	if (rc != OK)
		return rc;
	struct flow old = {.tx = flow->tx, .row = &row, .now = flow->now, .env = flow->env, .call = flow->call};
	json_t *why = phrase_value(PHRASE_SUPERSEDED, "by", eac_id(flow->row->id, by), NULL);
	text_copy(row.reason, sizeof row.reason, "superseded");
	rc = eac_cards_close(&old, NULL, json_incref(why));
	if (rc != OK) {
		json_decref(why);
		return rc;
	}
	rc = eac_ended(&old, EVENT_CANCEL, &eac_bot, why);
	return rc == OK ? request_save(flow->tx, &row) : rc;
}

static enum errc claim_target(struct flow *flow)
{
	struct siblings s = {.self = flow->row->id};
	struct request_query open = {.open_only = true, .target = flow->row->target};
	enum errc rc = request_each(flow->tx, &open, sort_sibling, &s);
	if (rc != OK)
		return rc;
	if (s.other == 0)
		return OK;
	AUTO_REQUEST struct request_row other = {0};
	flow->row->target[0] = '\0'; /* the row must not claim what another holds */
	rc = request_get(flow->tx, s.other, &other);
	return rc == OK ? refuse(flow, "duplicate", text_duplicate(flow, &other)) : rc;
}

/* A new repair that begins ends the failed ones of the same person; one that is refused leaves them their Retry. */
static enum errc supersede_failed(struct flow *flow)
{
	struct siblings s = {.self = flow->row->id};
	struct request_query open = {.open_only = true, .target = flow->row->target};
	enum errc rc = request_each(flow->tx, &open, sort_sibling, &s);
	for (size_t i = 0; i < s.failed_count && rc == OK; i++)
		rc = supersede(flow, s.failed[i]);
	return rc;
}

static enum errc found_one(struct flow *flow, const json_t *found, const json_t *user)
{
	const struct config *config = eac_env(flow)->config;
	json_t *facts = flow->row->facts;
	keep_target(flow, user);
	enum errc rc = eac_names(flow);
	if (rc != OK)
		return rc;
	json_object_set_new(facts, "found", json_deep_copy(found));
	json_object_set_new(facts, "sets_known", json_deep_copy(json_get(found, "sets")));
	json_object_set_new(
	    facts, "org",
	    json_pack("{s:s,s:s}", "id", json_str(found, "org"), "instance", json_str(found, "instance")));
	if (sf_id_same(json_str(user, "id"), json_str(json_get(found, "bot"), "id")))
		return refuse(flow, "self", phrase_value(PHRASE_REFUSED_SELF, NULL));
	if (diagnose_is_protected(config, user))
		return refuse(flow, "protected", phrase_value(PHRASE_REFUSED_PROTECTED, NULL));
	if (!is_check(flow) && eac_rules(flow->row, config).four_eyes && is_requesters_own(flow, user))
		return refuse(flow, "own_account", phrase_value(PHRASE_REFUSED_OWN_ACCOUNT, NULL));
	if (!json_bool(user, "active"))
		return refuse(flow, "inactive", phrase_value(PHRASE_REFUSED_INACTIVE, NULL));
	rc = is_check(flow) ? OK : claim_target(flow);
	if (rc != OK || !flow->row->open)
		return rc;
	bool slack_known = eac_target_slack(flow->row)[0] != '\0';
	set_phase(flow, slack_known || json_str(user, "email")[0] == '\0' ? "look" : "email");
	return OK;
}

static enum errc found(struct flow *flow, const struct flow_answer *answer)
{
	if (answer->code != OK && answer->code != ERR_INVALID) /* INVALID: no user can be called that */
		return checking_trouble(flow, PHRASE_WHAT_FIND_USER, answer);
	eac_trouble_over(flow);
	json_t *users = candidates(json_get(answer->body, "users"));
	enum errc rc;
	if (json_array_size(users) == 0) {
		rc = refuse(flow, "not_found", text_not_found(json_str(flow->row->facts, "find")));
	} else if (json_array_size(users) > 1) {
		rc = refuse(flow, "ambiguous", text_ambiguous(flow, users));
	} else {
		rc = found_one(flow, answer->body, json_array_get(users, 0));
	}
	json_decref(users);
	return rc;
}

/* --- the diagnosis --- */

static enum errc take_over_debts(struct flow *flow, json_t **ret)
{
	const json_t *facts = flow->row->facts;
	enum errc rc = owed_get(flow->tx, json_str(json_get(facts, "target"), "id"), ret);
	if (rc == OK && eac_orgs_differ(json_str(*ret, "org"), json_str(json_get(facts, "org"), "id"))) {
		json_decref(*ret); /* the user of the same id in another org */
		*ret = NULL;
	}
	return rc == ERR_NOT_FOUND ? OK : rc;
}

/* What was read of a person, and on whose behalf: the repair says who asked. */
static enum errc note_reading(struct flow *flow)
{
	struct audit_row line = {.at = flow->now, .repair = flow->row->id};
	text_copy(line.actor, sizeof line.actor, "eacbot");
	text_copy(line.via, sizeof line.via, "engine");
	text_copy(line.action, sizeof line.action, "read");
	snprintf(line.detail, sizeof line.detail,
	         "of %.250s in Salesforce: account, permission sets, licences, tokens, account links, sessions, "
	         "activity capture",
	         json_str(json_get(flow->row->facts, "target"), "username"));
	return audit_add(flow->tx, &line);
}

static enum errc diagnosed(struct flow *flow, const struct flow_answer *answer)
{
	if (answer->code != OK)
		return checking_trouble(flow, PHRASE_WHAT_READ_USER, answer);
	json_t *facts = flow->row->facts, *owed = NULL;
	json_auto_t *promised = NULL;
	enum errc rc = take_over_debts(flow, &owed);
	if (rc == OK)
		rc = note_reading(flow);
	if (rc == OK)
		rc = eac_promised_seats(flow->tx, json_str(json_get(facts, "target"), "id"), &promised);
	if (rc != OK) {
		json_decref(owed);
		return rc;
	}
	struct diagnosis d;
	diagnose(&d, eac_env(flow)->config, json_get(facts, "found"), answer->body, owed, promised, flow->now);
	bool goes_on =
	    d.reason[0] == '\0' || (d.org_level && text_eq(d.reason, "org_level") && json_bool(facts, "anyway"));
	if (goes_on && d.org_level)
		json_array_insert(d.warnings, 0, d.org_text);
	if (!goes_on) {
		json_object_set(facts, "warnings", d.warnings);
		rc = refuse(flow, d.reason, json_incref(d.text));
	} else {
		eac_keep_look(flow, answer->body);
		json_object_set_new(facts, "snapshot", json_deep_copy(answer->body));
		json_object_set(facts, "plan", d.plan);
		json_object_set(facts, "warnings", d.warnings);
		if (owed != NULL)
			json_object_set(facts, "removed", owed);
		set_phase(flow, "accept");
		if (is_check(flow))
			rc = report(flow, NULL);
	}
	json_decref(owed);
	diagnosis_done(&d);
	return rc;
}

/*
 * Have all the people named in one command been looked up, and do others than this one remain? Who was once decided
 * stays decided: each of them is read once, and between them only the first who is not.
 */
static enum errc read_batch(struct flow *flow, bool *ret_decided, bool *ret_others)
{
	json_t *facts = flow->row->facts;
	const json_t *batch = json_get(facts, "batch");
	size_t i = (size_t)json_int(facts, "batch_read");
	*ret_others = json_bool(facts, "batch_others");
	for (; i < json_array_size(batch); i++) {
		int64_t id = json_integer_value(json_array_get(batch, i));
		AUTO_REQUEST struct request_row other = {0};
		enum errc rc = id == flow->row->id ? OK : request_get(flow->tx, id, &other);
		if (rc != OK)
			return rc;
		bool checking = id != flow->row->id && request_state(&other) == STATE_CHECKING;
		if (checking && !text_eq(json_str(other.facts, "phase"), "accept"))
			break;
		*ret_others = *ret_others || (id != flow->row->id && request_state(&other) != STATE_REFUSED);
	}
	*ret_decided = i >= json_array_size(batch);
	json_set_int(facts, "batch_read", (int64_t)i);
	json_set_bool(facts, "batch_others", *ret_others);
	return OK;
}

/* Longer and longer, for a sibling may wait for Salesforce for hours. */
static void wait_for_siblings(struct flow *flow)
{
	int64_t wait = json_int(flow->row->facts, "batch_wait");
	wait = wait == 0 ? SIBLING_WAIT_MS : wait * 2 < SIBLING_WAIT_MAX_MS ? wait * 2 : SIBLING_WAIT_MAX_MS;
	json_set_int(flow->row->facts, "batch_wait", wait);
	flow->row->wake_at = flow->now + wait;
}

/* What was kept only for the checking. */
static void forget_checking(struct flow *flow)
{
	static const char *const forget[] = {"phase", "found", "batch_read", "batch_others", "batch_wait"};
	for (size_t i = 0; i < sizeof forget / sizeof forget[0]; i++)
		json_object_del(flow->row->facts, forget[i]);
}

static enum errc accept(struct flow *flow)
{
	bool decided, others, held;
	enum errc rc = pause_hold_beginning(flow, &held);
	if (rc == OK && held) /* what was read will be old by then */
		json_set_str(flow->row->facts, "phase", "look");
	if (rc != OK || held)
		return rc;
	rc = eac_board_of(flow->row) != 0 ? eac_board_gathered(flow, &decided, &others)
	                                  : read_batch(flow, &decided, &others);
	if (rc != OK)
		return rc;
	if (!decided) {
		wait_for_siblings(flow);
		return OK;
	}
	struct request_row *row = flow->row;
	if (others || eac_env(flow)->config->approval.before_teardown)
		json_set_bool(row->facts, "gate_first", true);
	if ((rc = supersede_failed(flow)) != OK)
		return rc;
	rc = request_fire(flow->tx, row, EVENT_ACCEPT, &eac_bot, json_str(json_get(row->facts, "target"), "username"),
	                  flow->now);
	if (rc == OK)
		rc = eac_post_parent(flow);
	if (rc != OK)
		return rc;
	forget_checking(flow);
	row->step = EAC_DISCONNECT;
	row->wake_at = flow->now;
	AUTO_BUF struct buf b = {0};
	text_plan(&b, flow);
	eac_line(flow, buf_str(&b));
	AUTO_BUF struct buf line = {0};
	text_status_started(&line, flow);
	rc = eac_status_line(flow, buf_str(&line));
	return rc == OK ? eac_flush(flow) : rc;
}

enum errc eac_checking_begin(struct flow *flow)
{
	json_t *facts = flow->row->facts;
	if (json_get(facts, "target") == NULL)
		json_object_set_new(facts, "target", json_object());
	if (json_get(facts, "phase") == NULL)
		json_set_str(facts, "phase", "begin");
	const char *word = json_str(facts, "find"), *for_user = json_str(facts, "for");
	flow->row->wake_at = flow->now;
	if (text_eq(phase(flow), "find")) {
		flow_ask(flow, "find", json_pack("{s:s}", "word", word));
		return OK;
	}
	if (text_eq(phase(flow), "email")) {
		flow_ask(flow, "person", json_pack("{s:s}", "email", json_str(json_get(facts, "target"), "email")));
		return OK;
	}
	if (text_eq(phase(flow), "look")) {
		eac_look(flow, "login", 0);
		return OK;
	}
	if (text_eq(phase(flow), "accept"))
		return accept(flow);
	if (text_eq(phase(flow), "for"))
		return ask_by_id(flow, for_user);
	if (json_bool(facts, "mention")) {
		set_phase(flow, "who");
		return ask_by_id(flow, json_str(facts, "words"));
	}
	set_phase(flow, for_user[0] != '\0' ? "for" : "find");
	return OK;
}

enum errc eac_checking_answer(struct flow *flow, const char *kind, const struct flow_answer *answer)
{
	if (text_eq(kind, "find"))
		return found(flow, answer);
	if (text_eq(kind, "look"))
		return diagnosed(flow, answer);
	if (text_eq(phase(flow), "email"))
		return by_email_known(flow, answer);
	return person_known(flow, answer);
}
