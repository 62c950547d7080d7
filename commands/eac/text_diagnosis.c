/*
 * commands/eac/text_diagnosis.c - what is said before anything happens: refusals, the plan, the report of a check.
 */
#include "commands/eac/repair_text.h"

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/repair.h"
#include "commands/eac/text_parts.h"

void text_refused(struct buf *b, const struct flow *flow, const json_t *why)
{
	AUTO_BUF struct buf name = {0};
	char id[24];
	text_name(&name, flow->row);
	json_t *value = phrase_value(PHRASE_REFUSED, "id", eac_id(flow->row->id, id), "name", buf_str(&name), NULL);
	phrase_value_set(value, "why", json_deep_copy(why));
	part_begin(b);
	phrase_say(b, eac_asker_language(flow->row), value);
}

json_t *text_not_found(const char *word)
{
	json_t *value = phrase_value(PHRASE_REFUSED_NOT_FOUND, NULL);
	phrase_value_set(value, "word", phrase_literal(word, PART_NAME_MAX));
	return value;
}

json_t *text_duplicate(const struct flow *flow, const struct request_row *other)
{
	char id[24];
	AUTO_BUF struct buf link = {0};
	buf_init(&link, 600);
	eac_add_link(&link, eac_env(flow), other, eac_id(other->id, id));
	return phrase_value(PHRASE_REFUSED_DUPLICATE, "link", buf_str(&link), "id", id, NULL);
}

/* What to type for this one: the username, or the id where that is the word that means several. */
static void add_command(struct buf *b, const struct flow *flow, const json_t *user)
{
	const json_t *facts = flow->row->facts;
	bool again = text_ieq(json_str(user, "username"), json_str(facts, "find"));
	buf_printf(b, "`%s %s ", eac_env(flow)->config->slack.command, json_bool(facts, "check") ? "check" : "repair");
	mrkdwn_add_literal(b, json_str(user, again ? "id" : "username"), 100);
	if (json_str(facts, "ticket")[0] != '\0') {
		buf_puts(b, " ticket: ");
		mrkdwn_add_literal(b, json_str(facts, "ticket"), 40);
	}
	buf_puts(b, "`");
}

json_t *text_ambiguous(const struct flow *flow, const json_t *users)
{
	AUTO_BUF struct buf lines = {0};
	size_t i;
	json_t *user;
	part_begin(&lines);
	json_array_foreach (users, i, user) {
		buf_puts(&lines, "\n• `");
		mrkdwn_add_literal(&lines, json_str(user, "username"), 100);
		buf_puts(&lines, "` ");
		mrkdwn_add_literal(&lines, json_str(user, "name"), PART_NAME_MAX);
		buf_puts(&lines, ": ");
		add_command(&lines, flow, user);
	}
	return phrase_value(PHRASE_REFUSED_AMBIGUOUS, "users", buf_str(&lines), NULL);
}

json_t *text_lookup_failed(enum phrase what, const char *reason)
{
	json_t *value = phrase_value(PHRASE_REFUSED_LOOKUP_FAILED, NULL);
	phrase_value_set(value, "trouble", text_trouble(what, reason));
	return value;
}

/* A line of a list. Takes the sentence. */
static void add_line(struct buf *b, enum language language, json_t *sentence)
{
	buf_puts(b, "\n• ");
	phrase_say(b, language, sentence);
}

static void add_notes(struct buf *b, enum language language, const json_t *warnings)
{
	size_t i;
	json_t *warning;
	json_array_foreach (warnings, i, warning) {
		json_t *note = phrase_value(PHRASE_NOTE, NULL);
		phrase_value_set(note, "note", json_deep_copy(warning));
		buf_puts(b, "\n");
		phrase_say(b, language, note);
	}
}

static void add_plan(struct buf *b, enum language language, enum phrase head, const struct flow *flow)
{
	phrase_add(b, language, head, "code", json_str(json_get(flow->row->facts, "plan"), "code"), NULL);
	part_plan(b, language, flow);
}

void text_plan(struct buf *b, const struct flow *flow)
{
	enum language language = eac_language(flow);
	part_begin(b);
	add_plan(b, language, PHRASE_PLAN_HEAD, flow);
	add_line(b, language, phrase_value(PHRASE_PLAN_ACCESS, NULL));
	add_notes(b, language, json_get(flow->row->facts, "warnings"));
}

/* --- the report of a check: the dry run --- */

static json_t *connection_of(const json_t *look)
{
	const json_t *connection = json_get(look, "connection");
	const char *configuration = json_str(connection, "configuration");
	if (!json_is_object(connection))
		return phrase_value(PHRASE_REPORT_NO_CONNECTION, NULL);
	json_t *value =
	    phrase_value(configuration[0] != '\0' ? PHRASE_REPORT_CONNECTION_IN : PHRASE_REPORT_CONNECTION, NULL);
	phrase_value_set(value, "status", phrase_literal(json_str(connection, "status"), 60));
	phrase_value_set(value, "mailbox", phrase_literal(json_str(connection, "mailbox"), 90));
	phrase_value_set(value, "configuration", phrase_literal(configuration, 60));
	return value;
}

/* Links that would be removed, or login links that stay; how many there are. */
static size_t add_links(struct buf *b, enum language language, const json_t *look, bool login)
{
	json_t *links = json_array(), *value;
	size_t i, n;
	json_t *link;
	json_array_foreach (json_get(look, "links"), i, link) {
		AUTO_BUF struct buf one = {0};
		if (json_bool(link, "login") != login)
			continue;
		part_begin(&one);
		mrkdwn_add_literal(&one, json_str(link, "provider"), 40);
		buf_puts(&one, " — ");
		mrkdwn_add_literal(&one, json_str(link, "handle"), 90);
		json_array_append_new(links, json_text_value(buf_str(&one)));
	}
	n = json_array_size(links);
	value = phrase_value(login ? PHRASE_REPORT_LOGIN_LINKS : PHRASE_REPORT_LINKS, NULL);
	phrase_value_set(value, "links", links);
	if (n > 0)
		add_line(b, language, json_incref(value));
	json_decref(value);
	return n;
}

/* The listed apps' access that would be revoked, or how much of other apps stays. */
static void add_access(struct buf *b, enum language language, const struct flow *flow, const json_t *look)
{
	json_auto_t *tokens = diagnose_tokens(eac_env(flow)->config, look);
	size_t n = json_array_size(tokens), all = json_array_size(json_get(look, "tokens"));
	char count[24];
	if (n > 0) {
		json_t *revoked = phrase_value(PHRASE_REPORT_REVOKED, "n", phrase_number((int64_t)n, count), NULL);
		phrase_value_set(revoked, "app",
		                 phrase_literal(json_str(json_array_get(tokens, 0), "app"), PART_NAME_MAX));
		add_line(b, language, revoked);
	}
	if (all > n)
		add_line(b, language,
		         phrase_value(PHRASE_REPORT_OTHER_APPS, "n", phrase_number((int64_t)(all - n), count), NULL));
}

static json_t *who_asks(enum phrase phrase, const struct buf *who)
{
	return phrase_value(phrase, "who", buf_str(who), NULL);
}

static void add_who_is_asked(struct buf *b, enum language language, const struct flow *flow, size_t links)
{
	const struct config *config = eac_env(flow)->config;
	bool in_slack = eac_target_slack(flow->row)[0] != '\0';
	AUTO_BUF struct buf name = {0}, admins = {0}, approvers = {0}, parts = {0};
	text_name(&name, flow->row);
	part_begin(&admins);
	part_begin(&approvers);
	part_begin(&parts);
	part_principals(&admins, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
	part_approvers(&approvers, config);
	json_t *asked[] = {
	    phrase_value(in_slack ? PHRASE_REPORT_ASKS_USER : PHRASE_REPORT_ASKS_HELPDESK, "name", buf_str(&name),
	                 NULL),
	    links > 0 && !config->salesforce.delete_account_links ? who_asks(PHRASE_REPORT_ASKS_ADMINS, &admins) : NULL,
	    who_asks(config->approval.before_teardown ? PHRASE_REPORT_ASKS_APPROVERS_FIRST
	                                              : PHRASE_REPORT_ASKS_APPROVERS,
	             &approvers),
	    phrase_value(PHRASE_REPORT_ASKS_SUPPORT, NULL)};
	for (size_t i = 0; i < sizeof asked / sizeof asked[0]; i++) {
		if (asked[i] == NULL)
			continue;
		buf_puts(&parts, parts.len > 0 ? phrase_text(language, PHRASE_REPORT_LIST) : "");
		phrase_say(&parts, language, asked[i]);
	}
	buf_puts(b, "\n");
	phrase_add(b, language, PHRASE_REPORT_ASKED, "parts", buf_str(&parts), NULL);
}

static void add_dry_run(struct buf *b, enum language language, const struct flow *flow)
{
	const json_t *look = json_get(flow->row->facts, "look");
	add_line(b, language, connection_of(look));
	buf_puts(b, "\n");
	add_plan(b, language, PHRASE_REPORT_WOULD, flow);
	add_access(b, language, flow, look);
	size_t links = add_links(b, language, look, false);
	add_links(b, language, look, true);
	add_line(b, language, phrase_value(PHRASE_REPORT_SESSIONS, NULL));
	add_notes(b, language, json_get(flow->row->facts, "warnings"));
	add_who_is_asked(b, language, flow, links);
	buf_puts(b, "\n");
	phrase_add(b, language, PHRASE_REPORT_NO_WAY_BACK, NULL);
}

void text_check_report(struct buf *b, const struct flow *flow, const json_t *refusal)
{
	enum language language = eac_asker_language(flow->row);
	AUTO_BUF struct buf name = {0};
	text_name(&name, flow->row);
	json_t *head = phrase_value(refusal == NULL ? PHRASE_REPORT_POSSIBLE : PHRASE_REPORT_REFUSED, "name",
	                            buf_str(&name), NULL);
	phrase_value_set(head, "why", json_deep_copy(refusal));
	part_begin(b);
	phrase_say(b, language, head);
	if (refusal == NULL)
		add_dry_run(b, language, flow);
	else
		add_notes(b, language, json_get(flow->row->facts, "warnings"));
}

/* --- what has changed --- */

static const json_t *same_row(const json_t *rows, const char *key, const json_t *row)
{
	size_t i;
	json_t *other;
	json_array_foreach (rows, i, other)
		if (text_eq(json_str(other, key), json_str(row, key)))
			return other;
	return NULL;
}

static json_t *changed_row(enum phrase phrase, const json_t *row)
{
	json_t *value = phrase_value(phrase, NULL);
	phrase_value_set(value, "label", part_quoted(row));
	phrase_value_set(value, "date", part_day(json_str(row, "expires")));
	return value;
}

/* What of a row is not as it was; NULL: nothing. Licences have no date. */
static json_t *difference(const json_t *old, const json_t *row, bool set)
{
	const char *now = json_str(row, "expires"), *before = json_str(old, "expires");
	if (old == NULL || (json_bool(old, "gone") && !json_bool(row, "gone")))
		return changed_row(now[0] != '\0' ? PHRASE_CHANGED_NEW_SET_UNTIL
		                   : set          ? PHRASE_CHANGED_NEW_SET
		                                  : PHRASE_CHANGED_NEW_LICENCE,
		                   row);
	if (json_bool(row, "gone") && !json_bool(old, "gone"))
		return changed_row(set ? PHRASE_CHANGED_GONE_SET : PHRASE_CHANGED_GONE_LICENCE, row);
	if (text_eq(before, now))
		return NULL;
	json_t *value = changed_row(PHRASE_CHANGED_DATE, row);
	phrase_value_set(value, "now", part_until(now));
	phrase_value_set(value, "before", part_until(before));
	return value;
}

static void add_differences(struct buf *b, enum language language, bool set, const json_t *old, const json_t *plan)
{
	const char *list = set ? "sets" : "licences", *key = set ? "set" : "licence";
	size_t i;
	json_t *row;
	json_array_foreach (json_get(plan, list), i, row) {
		json_t *change = difference(same_row(json_get(old, list), key, row), row, set);
		if (change != NULL)
			add_line(b, language, change);
	}
}

void text_plan_changed(struct buf *b, const struct flow *flow, const json_t *old)
{
	enum language language = eac_language(flow);
	const json_t *facts = flow->row->facts, *plan = json_get(facts, "plan");
	part_begin(b);
	phrase_add(b, language, PHRASE_CHANGED_HEAD, NULL);
	add_differences(b, language, true, old, plan);
	add_differences(b, language, false, old, plan);
	if (json_bool(facts, "gate_first_passed")) {
		buf_puts(b, "\n");
		phrase_add(b, language, PHRASE_CHANGED_VOID, NULL);
	}
	buf_puts(b, "\n");
	add_plan(b, language, PHRASE_PLAN_HEAD, flow);
}
