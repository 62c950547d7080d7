/*
 * commands/eac/text_diagnosis.c - what is said before anything happens: refusals, the plan, the report of a check.
 */
#include "commands/eac/repair_text.h"

#include "bot/base/json.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/text_parts.h"

void text_refused(struct buf *b, const struct flow *flow, const char *why)
{
	part_begin(b);
	part_id(b, flow->row);
	buf_puts(b, " (");
	text_name(b, flow->row);
	buf_puts(b, ") was refused, nothing was changed. ");
	buf_puts(b, why);
}

void text_not_found(struct buf *b, const char *word)
{
	part_begin(b);
	buf_puts(b, "I found no Salesforce user for “");
	mrkdwn_add_literal(b, word, PART_NAME_MAX);
	buf_puts(b, "”. Try the Salesforce username or the Salesforce user id (005…).");
}

void text_ambiguous(struct buf *b, const json_t *users)
{
	size_t i;
	json_t *user;
	part_begin(b);
	buf_puts(b, "That fits more than one Salesforce user. Say which one by its username:");
	json_array_foreach (users, i, user) {
		buf_puts(b, "\n• `");
		mrkdwn_add_literal(b, json_str(user, "username"), 100);
		buf_puts(b, "` ");
		mrkdwn_add_literal(b, json_str(user, "name"), PART_NAME_MAX);
	}
}

void text_duplicate(struct buf *b, const char *id)
{
	part_begin(b);
	buf_printf(b, "A repair for this person is open already: %s. See `status %s`.", id, id);
}

void text_superseded(struct buf *b, const char *by)
{
	part_begin(b);
	buf_printf(b, "superseded by %s", by);
}

void text_plan(struct buf *b, const struct flow *flow)
{
	size_t i;
	json_t *warning;
	part_begin(b);
	buf_puts(b, "*Plan* (code `");
	buf_puts(b, json_str(json_get(flow->row->facts, "plan"), "code"));
	buf_puts(b, "`):");
	part_plan(b, flow);
	buf_puts(b, "\n• access of the SIQ app and the mailbox's account links: removed, the user makes them anew by "
	            "reconnecting");
	json_array_foreach (json_get(flow->row->facts, "warnings"), i, warning) {
		buf_puts(b, "\n*Note:* ");
		buf_puts(b, json_string_value(warning));
	}
}

static size_t count_links(const json_t *look)
{
	json_t *links = diagnose_links(look);
	size_t n = json_array_size(links);
	json_decref(links);
	return n;
}

static void add_connection(struct buf *b, const json_t *look)
{
	const json_t *connection = json_get(look, "connection");
	if (!json_is_object(connection)) {
		buf_puts(b, "\n• connection: Salesforce shows none");
		return;
	}
	buf_puts(b, "\n• connection: ");
	mrkdwn_add_literal(b, json_str(connection, "status"), 60);
	buf_puts(b, ", mailbox ");
	mrkdwn_add_literal(b, json_str(connection, "mailbox"), 90);
	buf_puts(b, " (this can be hours old)");
}

void text_check_report(struct buf *b, const struct flow *flow, const char *refusal)
{
	const json_t *look = json_get(flow->row->facts, "look");
	part_begin(b);
	buf_puts(b, "*Check of ");
	text_name(b, flow->row);
	buf_puts(b, "*, nothing was changed.");
	if (refusal != NULL) {
		buf_puts(b, " A repair would be refused: ");
		buf_puts(b, refusal);
		return;
	}
	buf_puts(b, " A repair is possible.");
	add_connection(b, look);
	buf_printf(b, "\n• mailbox links to be removed by an admin: %zu", count_links(look));
	buf_puts(b, "\n");
	text_plan(b, flow);
	buf_puts(b, "\n*Asked for their part:* the affected user (1.1, 1.2, 2.2, 2.3), an admin where account links "
	            "are left (1.3), "
	            "an approver and Salesforce Support (1.7). *Can't be undone:* revoked access, removed links, ended "
	            "sessions.");
}

void text_plan_changed(struct buf *b, const struct flow *flow, bool ask_again)
{
	part_begin(b);
	buf_puts(b, "Salesforce has changed since the diagnosis.");
	if (ask_again)
		buf_puts(b, " The approval was for the old plan and is void; a new one is needed.");
	buf_puts(b, " ");
	text_plan(b, flow);
}
