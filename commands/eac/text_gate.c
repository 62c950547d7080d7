/*
 * commands/eac/text_gate.c - what approvers and the backend check are shown, and what became of it.
 */
#include "commands/eac/repair_text.h"

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/repair.h"
#include "commands/eac/text_parts.h"

/* By policy, or because another permission set needs it. */
static bool keeps_licence(const struct flow *flow)
{
	const json_t *facts = flow->row->facts;
	return json_array_size(json_get(json_get(facts, "plan"), "kept")) > 0 ||
	       json_get(facts, "licence_needed") != NULL;
}

static void add_evidence(struct buf *b, const struct flow *flow)
{
	const json_t *look = json_get(flow->row->facts, "look");
	const json_t *connection = json_get(look, "connection");
	buf_puts(b, "*Evidence* (read in Salesforce ");
	mrkdwn_add_time(b, flow->now);
	buf_puts(b, "):");
	if (flow->row->step == EAC_BACKEND) {
		buf_puts(b, "\n• no mailbox link, no access of the SIQ app, the permission set is not assigned");
		buf_puts(b, keeps_licence(flow) ? "" : ", no Inbox or EAC licence");
	}
	buf_puts(b, "\n• connection status: ");
	mrkdwn_add_literal(b, json_is_object(connection) ? json_str(connection, "status") : "none shown", 60);
	if (json_str(connection, "advice_title")[0] != '\0') {
		buf_puts(b, " — ");
		mrkdwn_add_literal(b, json_str(connection, "advice_title"), 150);
	}
}

static void add_requester_words(struct buf *b, const struct flow *flow)
{
	const char *reason = json_str(flow->row->facts, "reason");
	buf_puts(b, "\n*Asked by:* ");
	mrkdwn_add_user(b, flow->row->requester);
	if (reason[0] != '\0') {
		buf_puts(b, ", reason: ");
		mrkdwn_add_literal(b, reason, 400);
	}
	if (json_bool(flow->row->facts, "slack_stated") && eac_target_slack(flow->row)[0] != '\0') {
		buf_puts(b, "\n*In Slack:* ");
		mrkdwn_add_user(b, eac_target_slack(flow->row));
		buf_puts(b, ". That this account belongs to the Salesforce user is the requester's word; the e-mail "
		            "addresses don't show it.");
	}
}

struct message *text_prompt(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *facts = flow->row->facts;
	AUTO_BUF struct buf ask = {0}, who = {0}, plan = {0}, evidence = {0}, text = {0};
	bool first = flow->row->step != EAC_BACKEND;
	buf_init(&ask, PART_LINE_MAX);
	buf_init(&who, PART_LINE_MAX);
	buf_init(&plan, PART_LINE_MAX);
	buf_init(&evidence, PART_LINE_MAX);
	part_approvers(&ask, config);
	buf_printf(&ask, " *Approval needed* for ");
	part_id(&ask, flow->row);
	buf_puts(&ask, flow->row->step != EAC_DISCONNECT && flow->row->step != EAC_BACKEND
	                   ? ": the plan has changed, and nothing of it is removed without your word."
	               : first ? ": before anything is asked of the user or removed."
	                       : ": before Salesforce's backend team is asked (step 1.7).");
	if (config->approval.quorum > 1)
		buf_printf(&ask, " %d different approvers are needed.", config->approval.quorum);
	buf_puts(&who, "*For:* ");
	text_name(&who, flow->row);
	buf_puts(&who, " (");
	mrkdwn_add_literal(&who, json_str(json_get(facts, "target"), "username"), 100);
	buf_printf(&who, ", Salesforce id %s)", flow->row->target);
	add_requester_words(&who, flow);
	buf_printf(&plan, "*Plan* `%s`:", json_str(json_get(facts, "plan"), "code"));
	part_plan(&plan, eac_language(flow), flow);
	buf_puts(&plan, "\n*Can't be undone:* revoked access of the SIQ app, removed account links and ended add-in "
	                "sessions do not come back; "
	                "the user has to reconnect the mailbox.");
	add_evidence(&evidence, flow);
	buf_init(&text, PART_LINE_MAX);
	buf_puts(&text, buf_str(&ask));
	buf_puts(&text, "\n");
	buf_puts(&text, buf_str(&who));
	buf_puts(&text, "\n");
	mrkdwn_cut(&text, buf_str(&plan), 1700); /* what to type has to stay in sight */
	buf_puts(&text, "\n");
	mrkdwn_cut(&text, buf_str(&evidence), 500);
	buf_puts(&text, "\nApprove or Reject below, or type ");
	char id[24];
	buf_printf(&text, "`%s approve %s`.", config->slack.command, eac_id(flow->row->id, id));
	struct message *m = message_new();
	message_text(m, buf_str(&text));
	message_section(m, buf_str(&ask));
	message_section(m, buf_str(&who));
	message_section(m, buf_str(&plan));
	message_section(m, buf_str(&evidence));
	buf_clear(&ask);
	buf_printf(
	    &ask,
	    "A click got lost? Type `%s approve %s` or `%s reject %s`, or mention me here with approve or reject.",
	    config->slack.command, id, config->slack.command, id);
	message_context(m, buf_str(&ask));
	return m;
}

json_t *text_approval_reminder(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	buf_puts(&b, "Reminder: ");
	part_approvers(&b, eac_env(flow)->config);
	buf_puts(&b, " ");
	part_id(&b, flow->row);
	buf_puts(&b, " is waiting for your decision; see the prompt above.");
	return message_line(buf_str(&b));
}

/* What Support may still see, by name, so that it is not taken for what is left of Inbox. */
static void add_sources(struct buf *b, const json_t *sources)
{
	size_t i;
	json_t *row;
	json_array_foreach (sources, i, row) {
		buf_printf(b, "%s %s “", i == 0 ? " The user keeps the permission through the" : ", the",
		           json_str(row, "kind"));
		mrkdwn_add_literal(b, json_str(row, "label"), PART_NAME_MAX);
		buf_puts(b, "”");
	}
	buf_puts(b, i > 0 ? ", which is no part of this." : "");
}

struct message *text_backend_card(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf b = {0}, copy = {0}, foot = {0};
	char id[24];
	buf_init(&b, PART_LINE_MAX);
	buf_init(&copy, PART_LINE_MAX);
	buf_init(&foot, PART_LINE_MAX);
	mrkdwn_add_user(&b, flow->row->requester);
	buf_puts(&b, " *1.7 Backend check*: please ask Salesforce Support to confirm that Inbox is fully removed for "
	             "this user. Text for the "
	             "case, ready to copy:");
	buf_puts(&copy, "> Please confirm that Inbox (SalesforceIQ) is fully removed in your backend for user ");
	mrkdwn_add_literal(&copy, json_str(json_get(flow->row->facts, "target"), "username"), 100);
	buf_printf(&copy,
	           ", id %s, org %s. Following article 000391915 we disconnected the account, removed the account "
	           "links, revoked the "
	           "SIQ app for this user and removed ",
	           flow->row->target, json_str(json_get(flow->row->facts, "org"), "id"));
	phrase_say(&copy, eac_language(flow), part_labels(json_path(flow->row->facts, "plan", "sets", NULL)));
	buf_puts(&copy, keeps_licence(flow) ? "; verified " : " with its licence; verified ");
	char when[32];
	buf_puts(&copy, clock_rfc3339(flow->now, when));
	buf_puts(&copy, ".");
	add_sources(&copy, json_get(json_get(flow->row->facts, "plan"), "sources"));
	buf_printf(&foot, "*Inbox removed* asks for the case number. Typed: `%s confirm %s CASE`.",
	           config->slack.command, eac_id(flow->row->id, id));
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_text(m, buf_str(&copy));
	message_text(m, buf_str(&foot));
	message_section(m, buf_str(&b));
	message_section(m, buf_str(&copy));
	message_context(m, buf_str(&foot));
	return m;
}

json_t *text_backend_reminder(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	buf_puts(&b, "Reminder: ");
	mrkdwn_add_user(&b, flow->row->requester);
	buf_puts(&b, " the backend check of ");
	part_id(&b, flow->row);
	buf_puts(&b, " still waits for Salesforce Support's word. While it waits, this user has no Inbox.");
	return message_line(buf_str(&b));
}

void text_backend_done(struct buf *b, const struct flow *flow)
{
	const json_t *confirmed = json_get(flow->row->facts, "case");
	part_begin(b);
	buf_puts(b, "confirmed");
	if (json_str(confirmed, "number")[0] != '\0')
		buf_printf(b, " with case %s", json_str(confirmed, "number"));
	buf_puts(b, ", and looked at again: nothing has come back");
}

void text_approved(struct buf *b, const struct flow *flow)
{
	size_t i;
	json_t *vote;
	part_begin(b);
	buf_puts(b, "*Approved* by ");
	json_array_foreach (json_path(flow->row->facts, "gate", "votes", NULL), i, vote) {
		buf_puts(b, i > 0 ? ", " : "");
		mrkdwn_add_user(b, json_str(vote, "user"));
		buf_printf(b, " (%s, ", json_str(vote, "via"));
		mrkdwn_add_time(b, json_int(vote, "at"));
		buf_puts(b, ")");
	}
}

void text_vote_counted(struct buf *b, const char *who, int have, int need)
{
	part_begin(b);
	mrkdwn_add_user(b, who);
	buf_printf(b, " approves: %d of %d.", have, need);
}

void text_vote_void(struct buf *b, const char *who)
{
	part_begin(b);
	buf_puts(b, "The approval of ");
	mrkdwn_add_user(b, who);
	buf_puts(b, " no longer counts: they may not approve any more.");
}

void text_confirmed(struct buf *b, const char *who, const char *case_number, const char *seen, int64_t now)
{
	part_begin(b);
	buf_puts(b, "*Inbox removed*, confirmed by ");
	mrkdwn_add_user(b, who);
	if (case_number[0] != '\0')
		buf_printf(b, " with case %s", case_number);
	buf_puts(b, " ");
	mrkdwn_add_time(b, now);
	if (seen[0] != '\0') {
		buf_puts(b, ", seen: ");
		mrkdwn_add_literal(b, seen, 500);
	}
	buf_puts(b, ". Looking again before anything is given back.");
}

void text_still_present(struct buf *b, const char *who, const char *note, int64_t now)
{
	part_begin(b);
	buf_puts(b, "*Still present*, says ");
	mrkdwn_add_user(b, who);
	buf_puts(b, " ");
	mrkdwn_add_time(b, now);
	if (note[0] != '\0') {
		buf_puts(b, ": ");
		mrkdwn_add_literal(b, note, 500);
	}
	buf_puts(b, ". Looking again.");
}

void text_closing(struct buf *b, enum request_event end, const char *who, int64_t now)
{
	part_begin(b);
	buf_puts(b, end == EVENT_REJECT   ? "*Rejected* by "
	            : end == EVENT_EXPIRE ? "*Expired*, noted by "
	                                  : "*Cancelled* by ");
	part_who(b, who);
	buf_puts(b, " ");
	mrkdwn_add_time(b, now);
}
