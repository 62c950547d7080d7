/*
 * commands/eac/repair_text.c - a repair as its parent message, its thread and the status channel tell it.
 *
 * Other sentences are in text_diagnosis.c, text_people.c and text_gate.c.
 */
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

static void add_waiting_for(struct buf *b, const struct request_row *row, const struct config *config)
{
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		text_name(b, row);
		if (eac_target_slack(row)[0] == '\0')
			buf_puts(b, " (through the helpdesk, for want of a Slack account)");
		break;
	case STATE_WAITING_ADMIN:
		buf_puts(b, config->access.admins.count > 0 ? "a Salesforce admin" : "the helpdesk");
		break;
	case STATE_WAITING_APPROVAL: buf_puts(b, "an approver"); break;
	case STATE_WAITING_BACKEND: buf_puts(b, "Salesforce's backend team (the helpdesk asks)"); break;
	default: break;
	}
}

/* The reason's key, as words. */
static void add_refused(struct buf *b, const char *reason)
{
	buf_puts(b, "refused (");
	for (; *reason != '\0'; reason++)
		buf_putc(b, *reason == '_' ? ' ' : *reason);
	buf_puts(b, ")");
}

void text_state(struct buf *b, const struct request_row *row, const struct config *config)
{
	enum request_state state = request_state(row);
	part_begin(b);
	switch (state) {
	case STATE_CHECKING: buf_puts(b, "looking up who it is and what would be done"); break;
	case STATE_RUNNING:
		buf_puts(b, json_get(row->facts, "ending") != NULL ? "putting back what was removed"
		            : json_get(row->facts, "held") != NULL ? "held, because the bot is paused"
		                                                   : "working");
		break;
	case STATE_FAILED: buf_puts(b, "failed, needs a person (retry or cancel)"); break;
	case STATE_COMPLETED: buf_puts(b, "completed"); break;
	case STATE_REFUSED: add_refused(b, row->reason); break;
	case STATE_CANCELLED:
	case STATE_REJECTED:
	case STATE_EXPIRED: buf_puts(b, row->state); break;
	default:
		buf_puts(b, "waiting for ");
		add_waiting_for(b, row, config);
		buf_puts(b, " since ");
		mrkdwn_add_time(b, eac_waiting_since(row));
		break;
	}
	const char *trouble = json_str(row->facts, "trouble");
	if (row->open && trouble[0] != '\0') {
		buf_puts(b, "; held up: ");
		mrkdwn_add_literal(b, trouble, 160);
	}
}

/* Whoever can unblock it does so by typing this. */
static void add_how(struct buf *b, const struct request_row *row, const struct config *config)
{
	static const char *const how[STATE_COUNT][2] = {[STATE_WAITING_USER] = {"done", ""},
	                                                [STATE_WAITING_ADMIN] = {"done", ""},
	                                                [STATE_WAITING_APPROVAL] = {"approve", ""},
	                                                [STATE_WAITING_BACKEND] = {"confirm", " CASE"},
	                                                [STATE_FAILED] = {"retry", ""}};
	enum request_state state = request_state(row);
	const char *const *words = how[state < STATE_COUNT ? state : STATE_RUNNING];
	char id[24];
	if (words[0] == NULL)
		return;
	buf_puts(b, state == STATE_WAITING_APPROVAL && config->approval.four_eyes
	                ? " (but not whoever asked for the repair)"
	                : "");
	buf_printf(b, ", with the button or `%s %s %s%s`", config->slack.command, words[0], eac_id(row->id, id),
	           words[1]);
}

void text_what_follows(struct buf *b, const struct request_row *row)
{
	enum request_state state = request_state(row);
	bool gate = state == STATE_WAITING_APPROVAL;
	if (!gate && state != STATE_WAITING_USER && state != STATE_WAITING_ADMIN && state != STATE_WAITING_BACKEND)
		return;
	int step = gate ? row->step : row->step + 1;
	part_begin(b);
	if (step < EAC_STEP_COUNT)
		buf_printf(b, "%s %s", eac_step_number(step), eac_step_title(step));
	else
		buf_puts(b, "the repair is completed");
}

void text_who_can(struct buf *b, const struct request_row *row, const struct config *config)
{
	part_begin(b);
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		if (eac_target_slack(row)[0] != '\0')
			mrkdwn_add_user(b, eac_target_slack(row));
		buf_puts(b, eac_target_slack(row)[0] != '\0' ? ", or the helpdesk on their behalf" : "the helpdesk: ");
		if (eac_target_slack(row)[0] == '\0')
			part_principals(b, &config->access.requesters);
		break;
	case STATE_WAITING_ADMIN:
		part_principals(b,
		                config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
		break;
	case STATE_WAITING_APPROVAL: part_approvers(b, config); break;
	case STATE_RUNNING:
		if (json_get(row->facts, "held") == NULL)
			break;
		part_principals(b, &config->access.admins);
		buf_printf(b, ", with `%s resume`", config->slack.command);
		break;
	case STATE_WAITING_BACKEND:
	case STATE_FAILED: part_principals(b, &config->access.requesters); break;
	default: break;
	}
	add_how(b, row, config);
}

json_t *text_parent(const struct flow *flow)
{
	const struct request_row *row = flow->row;
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf head = {0}, who = {0}, state = {0}, text = {0};
	buf_init(&head, PART_LINE_MAX);
	buf_init(&who, PART_LINE_MAX);
	buf_init(&text, PART_LINE_MAX);
	part_id(&head, row);
	buf_puts(&head, ": repair of Einstein Activity Capture");
	buf_puts(&who, "*For:* ");
	text_name(&who, row);
	buf_puts(&who, " (");
	mrkdwn_add_literal(&who, json_str(json_get(row->facts, "target"), "username"), 100);
	buf_puts(&who, ")\n*Asked by:* ");
	mrkdwn_add_user(&who, row->requester);
	text_state(&state, row, config);
	AUTO_BUF struct buf line = {0};
	buf_init(&line, PART_LINE_MAX);
	buf_puts(&line, "*State:* ");
	buf_puts(&line, buf_str(&state));
	if (row->open) {
		buf_puts(&line, "\n*Where:* ");
		part_step(&line, row);
	} else {
		buf_puts(&line, "\n*Took:* ");
		part_duration(&line, flow);
	}
	buf_puts(&text, buf_str(&head));
	buf_puts(&text, " for ");
	text_name(&text, row);
	buf_puts(&text, ", asked by ");
	mrkdwn_add_user(&text, row->requester);
	buf_puts(&text, "; ");
	if (row->open) {
		part_step(&text, row);
		buf_puts(&text, ": ");
	}
	buf_puts(&text, buf_str(&state));
	struct message *m = message_new();
	message_text(m, buf_str(&text));
	message_header(m, buf_str(&head));
	message_section(m, buf_str(&who));
	message_section(m, buf_str(&line));
	return message_take(m);
}

void text_step_ended(struct buf *b, int step, const char *state, const char *detail, const char *who)
{
	part_begin(b);
	buf_printf(b, "*%s %s* %s: ", eac_step_number(step), eac_step_title(step), state);
	mrkdwn_add_literal(b, detail, 380);
	if (who != NULL) {
		buf_puts(b, " — ");
		mrkdwn_add_user(b, who);
	}
}

void text_returned(struct buf *b, int step, const char *why, bool after_gate)
{
	part_begin(b);
	buf_puts(b, "Looking again: ");
	mrkdwn_add_literal(b, why, 200);
	buf_printf(b, ". The repair returns to step %s (%s)%s.", eac_step_number(step), eac_step_title(step),
	           after_gate ? " and needs a new approval" : "");
}

void text_keeps_coming_back(struct buf *b, const char *why)
{
	part_begin(b);
	AUTO_FREE char *plain = mrkdwn_plain(why);
	buf_puts(b, "It keeps coming back: ");
	mrkdwn_add_literal(b, plain, 200);
	buf_puts(b, ". Something outside (a live add-in, a user access policy, an identity provider, a nightly script) "
	            "puts it there again; find that first. Setup > View Setup Audit Trail names who did it");
}

void text_trouble(struct buf *b, const char *what, const char *reason)
{
	part_begin(b);
	buf_printf(b, "%s did not work: ", what);
	mrkdwn_add_literal(b, reason, 300);
}

void text_trouble_waiting(struct buf *b, const char *what, const char *reason)
{
	part_begin(b);
	buf_printf(b, "%s does not work at the moment (", what);
	mrkdwn_add_literal(b, reason, 300);
	buf_puts(b, "). Nothing is lost; I keep trying.");
}

void text_tried_in_vain(struct buf *b, const char *what, const char *last_error)
{
	part_begin(b);
	buf_printf(b, "%s did not work in several tries", what);
	if (last_error[0] != '\0') {
		buf_puts(b, "; Salesforce says: ");
		mrkdwn_add_literal(b, last_error, 300);
	}
}

void text_other_org(struct buf *b, const char *began, const char *now)
{
	part_begin(b);
	buf_puts(b, "My settings lead to another Salesforce org (");
	mrkdwn_add_literal(b, now, 18);
	buf_puts(b, ") than the one that this repair is about (");
	mrkdwn_add_literal(b, began, 18);
	buf_puts(b, "), where its ids may mean somebody or something else. Nothing was changed there");
}

void text_blind(struct buf *b, const char *part, const char *why)
{
	part_begin(b);
	buf_printf(b, "I can't see the user's %s in Salesforce, so I can't know whether they are gone", part);
	if (why[0] != '\0') {
		buf_puts(b, " (");
		mrkdwn_add_literal(b, why, 200);
		buf_puts(b, ")");
	}
}

static void add_what_was_removed(struct buf *b, const struct flow *flow)
{
	const json_t *facts = flow->row->facts;
	if (json_bool(facts, "restored"))
		buf_puts(b, json_bool(facts, "date_passed")
		                ? " What was removed is given back as far as its date allows."
		                : " What was removed is back.");
	else if (json_get(facts, "removed") != NULL)
		buf_puts(b, " What was removed is still owed to this person; the next repair gives it back.");
	if (flow->row->step > EAC_DISCONNECT)
		buf_puts(b, " Revoked access, removed links and ended sessions do not come back: the user has to "
		            "reconnect the mailbox.");
}

void text_end(struct buf *b, const struct flow *flow, const char *who, const char *why)
{
	part_begin(b);
	if (text_eq(flow->row->state, "completed")) {
		buf_puts(b, "*Completed* after ");
		part_duration(b, flow);
		buf_puts(b, ": the permission set is back, the mailbox is connected and the test mail went out. ");
		mrkdwn_add_user(b, flow->row->requester);
		return;
	}
	buf_printf(b, "*Repair %s* by ", flow->row->state);
	part_who(b, who);
	if (why[0] != '\0' && !text_eq(why, flow->row->state)) {
		buf_puts(b, ": ");
		mrkdwn_add_literal(b, why, 300);
	}
	buf_puts(b, ".");
	add_what_was_removed(b, flow);
	buf_puts(b, " ");
	mrkdwn_add_user(b, flow->row->requester);
}

/* --- what was done in Salesforce --- */

void text_regranted(struct buf *b, const json_t *assignment)
{
	part_begin(b);
	buf_puts(b, "“");
	mrkdwn_add_literal(b, json_str(assignment, json_str(assignment, "label")[0] != '\0' ? "label" : "name"),
	                   PART_NAME_MAX);
	buf_puts(b, "” was assigned anew right after its removal (assignment ");
	mrkdwn_add_literal(b, json_str(assignment, "id"), 20);
	buf_puts(b, ")");
}

void text_sets_gone(struct buf *b, const json_t *plan, bool ours)
{
	size_t i;
	json_t *row;
	part_begin(b);
	json_array_foreach (json_get(plan, "sets"), i, row)
		buf_printf(b, "%s%s", i > 0 ? ", " : "",
		           json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
	buf_puts(b, ours ? " removed, as Salesforce shows" : " was gone already");
}

void text_sets_back(struct buf *b, const json_t *sets)
{
	size_t i;
	json_t *row;
	part_begin(b);
	json_array_foreach (sets, i, row) {
		buf_printf(b, "%s%s", i > 0 ? ", " : "",
		           json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
		if (json_str(row, "expires")[0] != '\0')
			buf_printf(b, " (until %.10s)", json_str(row, "expires"));
	}
	buf_puts(b, json_array_size(sets) > 0 ? " assigned and licensed, as Salesforce shows"
	                                      : "there was no permission set to give back");
}

void text_set_unknown(struct buf *b, const char *name)
{
	part_begin(b);
	buf_puts(b, "The permission set “");
	mrkdwn_add_literal(b, name, PART_NAME_MAX);
	buf_puts(b,
	         "” of the setting `reassign` was not to be found in Salesforce when this repair began, so nothing was "
	         "given. Cancel the repair to give back what was removed, then put the setting right");
}

void text_other_date(struct buf *b, const json_t *set, const char *expires)
{
	part_begin(b);
	buf_puts(b, "“");
	mrkdwn_add_literal(b, json_str(set, "label"), PART_NAME_MAX);
	buf_printf(
	    b,
	    "” was assigned by somebody else meanwhile, %s%.10s; before the repair it was %s%.10s. I leave it as "
	    "it is.",
	    expires[0] != '\0' ? "until " : "without an end", expires,
	    json_str(set, "expires")[0] != '\0' ? "until " : "without an end", json_str(set, "expires"));
}

void text_set_lost(struct buf *b, const json_t *set)
{
	part_begin(b);
	buf_puts(b, "“");
	mrkdwn_add_literal(b, json_str(set, "label"), PART_NAME_MAX);
	buf_puts(b, "” (");
	mrkdwn_add_literal(b, json_str(set, "set"), 18);
	buf_puts(b, ") can't be given back: the org has no such set any more. Where another one took its place, a "
	            "Salesforce admin has to assign that.");
}

void text_date_passed(struct buf *b, const json_t *set)
{
	part_begin(b);
	buf_puts(b, "“");
	mrkdwn_add_literal(b, json_str(set, "label"), PART_NAME_MAX);
	buf_printf(b, "” was granted until %.10s; that date has passed, so it is not brought back.",
	           json_str(set, "expires"));
}

struct message *text_failed_card(const struct flow *flow, const char *why)
{
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	mrkdwn_add_user(&b, flow->row->requester);
	buf_printf(&b, " *Failed* at %s %s: ", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
	buf_puts(&b, why);
	char id[24];
	buf_printf(&b, "%s\n*Retry* goes on from here; *Cancel repair* %s. Typed: `%s retry %s`.",
	           b.len > 0 && buf_str(&b)[b.len - 1] == '.' ? "" : ".",
	           eac_owes(flow) ? "puts back what was removed" : "ends it; there is nothing to put back",
	           eac_env(flow)->config->slack.command, eac_id(flow->row->id, id));
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

static void status_head(struct buf *b, const struct flow *flow)
{
	part_begin(b);
	part_id(b, flow->row);
	buf_puts(b, " (");
	text_name(b, flow->row);
	buf_puts(b, ") ");
}

void text_status_started(struct buf *b, const struct flow *flow)
{
	status_head(b, flow);
	buf_puts(b, "started, asked by ");
	mrkdwn_add_user(b, flow->row->requester);
}

void text_status_failed(struct buf *b, const struct flow *flow)
{
	status_head(b, flow);
	buf_printf(b, "failed at step %s (%s)", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
}

void text_status_ended(struct buf *b, const struct flow *flow)
{
	status_head(b, flow);
	buf_printf(b, "%s after ", flow->row->state);
	part_duration(b, flow);
}

/* --- the emergency stop --- */

void text_paused(struct buf *b, const struct pause *pause, const struct config *config)
{
	part_begin(b);
	buf_puts(b, "*Paused* by ");
	part_who(b, pause->by);
	buf_puts(b, " ");
	mrkdwn_add_time(b, pause->at);
	if (pause->reason[0] != '\0') {
		buf_puts(b, ": ");
		mrkdwn_add_literal(b, pause->reason, 300);
	}
	buf_printf(
	    b, ". No repair begins and nothing is taken away until an admin types `%s resume`; giving back goes on.",
	    config->slack.command);
}

void text_resumed(struct buf *b, const char *who, int64_t now)
{
	part_begin(b);
	buf_puts(b, "*Resumed* by ");
	part_who(b, who);
	buf_puts(b, " ");
	mrkdwn_add_time(b, now);
	buf_puts(b, ": repairs go on.");
}

void text_held(struct buf *b, const struct flow *flow, const struct pause *pause)
{
	part_begin(b);
	buf_printf(b, "Held before step %s (%s). ", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
	text_paused(b, pause, eac_env(flow)->config);
}

void text_held_beginning(struct buf *b, const struct flow *flow, const struct pause *pause)
{
	part_begin(b);
	part_id(b, flow->row);
	buf_puts(b, " (");
	text_name(b, flow->row);
	buf_puts(b, ") has not begun; it begins by itself afterwards. ");
	text_paused(b, pause, eac_env(flow)->config);
}
