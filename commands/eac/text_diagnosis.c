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
	part_begin(b);
	part_id(b, flow->row);
	buf_puts(b, " (");
	text_name(b, flow->row);
	buf_puts(b, ") was refused, nothing was changed. ");
	phrase_add_value(b, eac_language(flow), why);
}

json_t *text_not_found(const char *word)
{
	json_t *value = phrase_value(PHRASE_REFUSED_NOT_FOUND, NULL);
	phrase_value_set(value, "word", phrase_literal(word, PART_NAME_MAX));
	return value;
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

static void add_notes(struct buf *b, const json_t *warnings)
{
	size_t i;
	json_t *warning;
	json_array_foreach (warnings, i, warning) {
		buf_puts(b, "\n*Note:* ");
		buf_puts(b, json_string_value(warning));
	}
}

void text_plan(struct buf *b, const struct flow *flow)
{
	part_begin(b);
	buf_puts(b, "*Plan* (code `");
	buf_puts(b, json_str(json_get(flow->row->facts, "plan"), "code"));
	buf_puts(b, "`):");
	part_plan(b, eac_language(flow), flow);
	buf_puts(b, "\n• access of the SIQ app and the mailbox's account links: removed, the user makes them anew by "
	            "reconnecting");
	add_notes(b, json_get(flow->row->facts, "warnings"));
}

/* --- the report of a check: the dry run --- */

static void add_connection(struct buf *b, const json_t *look)
{
	const json_t *connection = json_get(look, "connection");
	const char *configuration = json_str(connection, "configuration");
	if (!json_is_object(connection)) {
		buf_puts(b, "\n• connection: Salesforce shows none");
		return;
	}
	buf_puts(b, "\n• connection: ");
	mrkdwn_add_literal(b, json_str(connection, "status"), 60);
	buf_puts(b, ", mailbox ");
	mrkdwn_add_literal(b, json_str(connection, "mailbox"), 90);
	if (configuration[0] != '\0') {
		buf_puts(b, ", configuration ");
		mrkdwn_add_literal(b, configuration, 60);
	}
	buf_puts(b, " (this can be hours old)");
}

/* Links that would be removed, or login links that stay; the number of them. */
static size_t add_links(struct buf *b, const char *before, const json_t *look, bool login)
{
	size_t i, n = 0;
	json_t *link;
	json_array_foreach (json_get(look, "links"), i, link) {
		if (json_bool(link, "login") != login)
			continue;
		buf_puts(b, n++ == 0 ? before : ", ");
		mrkdwn_add_literal(b, json_str(link, "provider"), 40);
		buf_puts(b, " — ");
		mrkdwn_add_literal(b, json_str(link, "handle"), 90);
	}
	return n;
}

/* The listed apps' access that would be revoked, or how much of other apps stays. */
static void add_access(struct buf *b, const struct flow *flow, const json_t *look)
{
	json_auto_t *tokens = diagnose_tokens(eac_env(flow)->config, look);
	size_t n = json_array_size(tokens), all = json_array_size(json_get(look, "tokens"));
	if (n > 0) {
		buf_printf(b, "\n• would be revoked: access of ");
		mrkdwn_add_literal(b, json_str(json_array_get(tokens, 0), "app"), PART_NAME_MAX);
		buf_printf(b, " (%zu)", n);
	}
	if (all > n)
		buf_printf(b, "\n• stays: access of other apps (%zu)", all - n);
}

static void add_who_is_asked(struct buf *b, const struct flow *flow, size_t links)
{
	const struct config *config = eac_env(flow)->config;
	bool by_bot = config->salesforce.delete_account_links;
	buf_puts(b, "\n*Asked for their part:* ");
	text_name(b, flow->row);
	buf_puts(b, eac_target_slack(flow->row)[0] != '\0' ? " in Slack"
	                                                   : " through the helpdesk, for want of a Slack account");
	buf_puts(b, " (1.1, 1.2, 2.2, 2.3)");
	if (links > 0 && !by_bot) {
		buf_puts(b, "; ");
		part_principals(b,
		                config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
		buf_puts(b, " to remove the account links (1.3)");
	}
	buf_puts(b, "; ");
	part_approvers(b, config);
	buf_puts(b, config->approval.before_teardown ? " before anything begins and before 1.7" : " before 1.7");
	buf_puts(b, "; Salesforce Support (1.7).");
}

static void add_dry_run(struct buf *b, const struct flow *flow)
{
	const json_t *look = json_get(flow->row->facts, "look");
	add_connection(b, look);
	buf_puts(b, "\n*What a repair would do* (plan `");
	buf_puts(b, json_str(json_get(flow->row->facts, "plan"), "code"));
	buf_puts(b, "`):");
	part_plan(b, eac_language(flow), flow);
	add_access(b, flow, look);
	size_t links = add_links(b, "\n• mailbox links that would be removed: ", look, false);
	add_links(b, "\n• stays: links for logging in: ", look, true);
	buf_puts(b, "\n• add-in sessions would be ended");
	add_notes(b, json_get(flow->row->facts, "warnings"));
	add_who_is_asked(b, flow, links);
	buf_puts(b, "\n*Can't be undone:* revoked access, removed links, ended sessions; the user connects the mailbox "
	            "anew.");
}

void text_check_report(struct buf *b, const struct flow *flow, const json_t *refusal)
{
	part_begin(b);
	buf_puts(b, "*Check of ");
	text_name(b, flow->row);
	buf_puts(b, "*, nothing was changed. ");
	if (refusal == NULL) {
		buf_puts(b, "A repair is possible.");
		add_dry_run(b, flow);
		return;
	}
	buf_puts(b, "A repair would be refused: ");
	phrase_add_value(b, eac_language(flow), refusal);
	add_notes(b, json_get(flow->row->facts, "warnings"));
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

static void add_label(struct buf *b, const char *what, const json_t *row)
{
	buf_printf(b, "%s “", what);
	mrkdwn_add_literal(b, json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"), PART_NAME_MAX);
	buf_puts(b, "”");
}

static void add_date(struct buf *b, const char *expires)
{
	if (expires[0] != '\0')
		buf_printf(b, "until %.10s", expires);
	else
		buf_puts(b, "without an end");
}

static void add_difference(struct buf *b, const char *what, const json_t *old, const json_t *row)
{
	if (old == NULL || (json_bool(old, "gone") && !json_bool(row, "gone"))) {
		buf_puts(b, "\n• new: the ");
		add_label(b, what, row);
		buf_puts(b, json_str(row, "expires")[0] != '\0' ? ", " : "");
		if (json_str(row, "expires")[0] != '\0')
			add_date(b, json_str(row, "expires"));
	} else if (json_bool(row, "gone") && !json_bool(old, "gone")) {
		buf_puts(b, "\n• gone: the ");
		add_label(b, what, row);
		buf_puts(b, ", which I did not take away: somebody else did");
	} else if (!text_eq(json_str(old, "expires"), json_str(row, "expires"))) {
		buf_puts(b, "\n• changed: the ");
		add_label(b, what, row);
		buf_puts(b, " is assigned ");
		add_date(b, json_str(row, "expires"));
		buf_puts(b, " now, not ");
		add_date(b, json_str(old, "expires"));
	}
}

static void add_differences(struct buf *b, const char *what, const char *list, const char *key, const json_t *old,
                            const json_t *plan)
{
	size_t i;
	json_t *row;
	json_array_foreach (json_get(plan, list), i, row)
		add_difference(b, what, same_row(json_get(old, list), key, row), row);
}

void text_plan_changed(struct buf *b, const struct flow *flow, const json_t *old)
{
	const json_t *facts = flow->row->facts, *plan = json_get(facts, "plan");
	part_begin(b);
	buf_puts(b, "Salesforce has changed since the plan was made:");
	add_differences(b, "permission set", "sets", "set", old, plan);
	add_differences(b, "licence", "licences", "licence", old, plan);
	if (json_bool(facts, "gate_first_passed"))
		buf_puts(b, "\nThe approval was for the old plan and is void.");
	buf_puts(b, "\n*Plan* (code `");
	buf_puts(b, json_str(plan, "code"));
	buf_puts(b, "`):");
	part_plan(b, eac_language(flow), flow);
}
