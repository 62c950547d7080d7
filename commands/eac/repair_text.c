/*
 * commands/eac/repair_text.c - every sentence of a repair, in one place.
 */
#include "commands/eac/repair_text.h"

#include <stdio.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/diagnose.h"
#include "commands/eac/repair.h"
#include "salesforce/sf_id.h"

enum { LINE_MAX_BYTES = 6000, NAME_MAX_CHARS = 80 };

static void begin(struct buf *b)
{
	if (b->max == 0)
		buf_init(b, LINE_MAX_BYTES);
}

static void add_id(struct buf *b, const struct request_row *row)
{
	char id[24];
	buf_puts(b, eac_id(row->id, id));
}

void text_name(struct buf *b, const struct request_row *row)
{
	const char *name = eac_target_name(row);
	begin(b);
	if (json_bool(row->facts, "mention") && text_eq(name, json_str(row->facts, "words")))
		mrkdwn_add_user(b, name); /* who that is in Salesforce is not known (yet) */
	else
		mrkdwn_add_literal(b, name, NAME_MAX_CHARS);
}

static void add_name(struct buf *b, const struct request_row *row)
{
	text_name(b, row);
}

static void add_who(struct buf *b, const char *who)
{
	if (text_eq(who, "eacbot"))
		buf_puts(b, "eacbot");
	else
		mrkdwn_add_user(b, who);
}

static void add_principals(struct buf *b, const struct config_list *list)
{
	for (size_t i = 0; i < list->count && i < 8; i++) {
		buf_puts(b, i > 0 ? " " : "");
		mrkdwn_add_principal(b, list->items[i]);
	}
}

/* Who is called for a decision: the approvers; the admins, who may decide too, where there are no others. */
static void add_approvers(struct buf *b, const struct config *config)
{
	add_principals(b, config->access.approvers.count > 0 ? &config->access.approvers : &config->access.admins);
}

static void add_labels(struct buf *b, const json_t *rows)
{
	size_t i;
	json_t *row;
	json_array_foreach (rows, i, row) {
		buf_puts(b, i > 0 ? ", " : "");
		buf_puts(b, "“");
		mrkdwn_add_literal(b, json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"),
		                   NAME_MAX_CHARS);
		buf_puts(b, "”");
		if (json_str(row, "expires")[0] != '\0')
			buf_printf(b, " (until %.10s)", json_str(row, "expires"));
	}
}

/* --- refusals --- */

void text_refused(struct buf *b, const struct flow *flow, const char *why)
{
	begin(b);
	add_id(b, flow->row);
	buf_puts(b, " (");
	add_name(b, flow->row);
	buf_puts(b, ") was refused, nothing was changed. ");
	buf_puts(b, why);
}

void text_not_found(struct buf *b, const char *word)
{
	begin(b);
	buf_puts(b, "I found no Salesforce user for “");
	mrkdwn_add_literal(b, word, NAME_MAX_CHARS);
	buf_puts(b, "”. Try the Salesforce username or the Salesforce user id (005…).");
}

void text_ambiguous(struct buf *b, const json_t *users)
{
	size_t i;
	json_t *user;
	begin(b);
	buf_puts(b, "That fits more than one Salesforce user. Say which one by its username:");
	json_array_foreach (users, i, user) {
		buf_puts(b, "\n• `");
		mrkdwn_add_literal(b, json_str(user, "username"), 100);
		buf_puts(b, "` ");
		mrkdwn_add_literal(b, json_str(user, "name"), NAME_MAX_CHARS);
	}
}

void text_duplicate(struct buf *b, const char *id)
{
	begin(b);
	buf_printf(b, "A repair for this person is open already: %s. See `status %s`.", id, id);
}

void text_superseded(struct buf *b, const char *by)
{
	begin(b);
	buf_printf(b, "superseded by %s", by);
}

/* --- the parent and the thread --- */

static void add_waiting_for(struct buf *b, const struct request_row *row, const struct config *config)
{
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		add_name(b, row);
		if (eac_target_slack(row)[0] == '\0')
			buf_puts(b, " (by the helpdesk, for there is no Slack account)");
		break;
	case STATE_WAITING_ADMIN:
		buf_puts(b, config->access.admins.count > 0 ? "a Salesforce admin" : "the helpdesk");
		break;
	case STATE_WAITING_APPROVAL: buf_puts(b, "an approver"); break;
	case STATE_WAITING_BACKEND: buf_puts(b, "Salesforce's backend team, asked by the helpdesk"); break;
	default: break;
	}
}

void text_state(struct buf *b, const struct request_row *row, const struct config *config)
{
	enum request_state state = request_state(row);
	begin(b);
	switch (state) {
	case STATE_CHECKING: buf_puts(b, "looking up who it is and what would be done"); break;
	case STATE_RUNNING:
		buf_puts(b, json_get(row->facts, "ending") != NULL ? "putting back what was removed" : "working");
		break;
	case STATE_FAILED: buf_puts(b, "failed, needs a person (retry or cancel)"); break;
	case STATE_COMPLETED: buf_puts(b, "completed"); break;
	case STATE_REFUSED: buf_printf(b, "refused (%s)", row->reason); break;
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

void text_who_can(struct buf *b, const struct request_row *row, const struct config *config)
{
	begin(b);
	switch (request_state(row)) {
	case STATE_WAITING_USER:
		if (eac_target_slack(row)[0] != '\0')
			mrkdwn_add_user(b, eac_target_slack(row));
		buf_puts(b, eac_target_slack(row)[0] != '\0' ? ", or the helpdesk on their behalf" : "the helpdesk: ");
		if (eac_target_slack(row)[0] == '\0')
			add_principals(b, &config->access.requesters);
		break;
	case STATE_WAITING_ADMIN:
		add_principals(b,
		               config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
		break;
	case STATE_WAITING_APPROVAL: add_approvers(b, config); break;
	case STATE_WAITING_BACKEND:
	case STATE_FAILED: add_principals(b, &config->access.requesters); break;
	default: break;
	}
}

static void add_step(struct buf *b, const struct request_row *row)
{
	int step = row->step < EAC_STEP_COUNT ? row->step : EAC_STEP_COUNT - 1;
	buf_printf(b, "step %d of %d (%s %s)", step + 1, EAC_STEP_COUNT, eac_step_number(step), eac_step_title(step));
}

static void add_duration(struct buf *b, const struct flow *flow)
{
	char words[32];
	buf_puts(b, clock_duration_words(flow->now - flow->row->created_at, words));
}

json_t *text_parent(const struct flow *flow)
{
	const struct request_row *row = flow->row;
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf head = {0}, who = {0}, state = {0}, text = {0};
	buf_init(&head, 400);
	buf_init(&who, 1200);
	buf_init(&text, 3000);
	add_id(&head, row);
	buf_puts(&head, ": repair of Einstein Activity Capture");
	buf_puts(&who, "*For:* ");
	add_name(&who, row);
	buf_puts(&who, " (");
	mrkdwn_add_literal(&who, json_str(json_get(row->facts, "target"), "username"), 100);
	buf_puts(&who, ")\n*Asked by:* ");
	mrkdwn_add_user(&who, row->requester);
	text_state(&state, row, config);
	AUTO_BUF struct buf line = {0};
	buf_init(&line, 1500);
	buf_puts(&line, "*State:* ");
	buf_puts(&line, buf_str(&state));
	if (row->open) {
		buf_puts(&line, "\n*Where:* ");
		add_step(&line, row);
	} else {
		buf_puts(&line, "\n*Took:* ");
		add_duration(&line, flow);
	}
	buf_puts(&text, buf_str(&head));
	buf_puts(&text, " for ");
	add_name(&text, row);
	buf_puts(&text, ", asked by ");
	mrkdwn_add_user(&text, row->requester);
	buf_puts(&text, ". ");
	if (row->open) {
		add_step(&text, row);
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

static void add_list(struct buf *b, const char *before, const json_t *rows)
{
	if (json_array_size(rows) == 0)
		return;
	buf_puts(b, "\n• ");
	buf_puts(b, before);
	add_labels(b, rows);
}

static void add_plan(struct buf *b, const struct flow *flow)
{
	const json_t *plan = json_get(flow->row->facts, "plan");
	add_list(b, "permission sets to remove and give back: ", json_get(plan, "sets"));
	add_list(b, "licences to remove and give back: ", json_get(plan, "licences"));
	add_list(b, "licences that stay: ", json_get(plan, "kept"));
}

void text_plan(struct buf *b, const struct flow *flow)
{
	size_t i;
	json_t *warning;
	begin(b);
	buf_puts(b, "*Plan* (code `");
	buf_puts(b, json_str(json_get(flow->row->facts, "plan"), "code"));
	buf_puts(b, "`):");
	add_plan(b, flow);
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
	begin(b);
	buf_puts(b, "*Check of ");
	add_name(b, flow->row);
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
	begin(b);
	buf_puts(b, "Salesforce has changed since the diagnosis.");
	if (ask_again)
		buf_puts(b, " The approval was for the old plan and is void; a new one is needed.");
	buf_puts(b, " ");
	text_plan(b, flow);
}

void text_step_ended(struct buf *b, int step, const char *state, const char *detail)
{
	begin(b);
	buf_printf(b, "*%s %s* %s: ", eac_step_number(step), eac_step_title(step), state);
	mrkdwn_add_literal(b, detail, 380);
}

void text_returned(struct buf *b, int step, const char *why)
{
	begin(b);
	buf_puts(b, "Looking again: ");
	mrkdwn_add_literal(b, why, 200);
	buf_printf(b, ". The repair returns to step %s (%s) and needs a new approval.", eac_step_number(step),
	           eac_step_title(step));
}

void text_keeps_coming_back(struct buf *b, const char *why)
{
	begin(b);
	buf_puts(b, "It keeps coming back: ");
	mrkdwn_add_literal(b, why, 200);
	buf_puts(b, ". Something outside (a live add-in, a user access policy, an identity provider) puts it there "
	            "again; find that first");
}

void text_trouble(struct buf *b, const char *what, const char *reason)
{
	begin(b);
	buf_printf(b, "%s did not work: ", what);
	mrkdwn_add_literal(b, reason, 300);
}

void text_trouble_waiting(struct buf *b, const char *what, const char *reason)
{
	begin(b);
	buf_printf(b, "%s does not work at the moment (", what);
	mrkdwn_add_literal(b, reason, 300);
	buf_puts(b, "). Nothing is lost; I keep trying.");
}

void text_tried_in_vain(struct buf *b, const char *what, const char *last_error)
{
	begin(b);
	buf_printf(b, "%s did not work in several tries", what);
	if (last_error[0] != '\0') {
		buf_puts(b, "; Salesforce says: ");
		mrkdwn_add_literal(b, last_error, 300);
	}
}

void text_blind(struct buf *b, const char *part, const char *why)
{
	begin(b);
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
	begin(b);
	if (text_eq(flow->row->state, "completed")) {
		buf_puts(b, "*Completed* after ");
		add_duration(b, flow);
		buf_puts(b, ": the permission set is back, the mailbox is connected and the test mail went out. ");
		mrkdwn_add_user(b, flow->row->requester);
		return;
	}
	buf_printf(b, "*Repair %s* by ", flow->row->state);
	add_who(b, who);
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

void text_sets_gone(struct buf *b, const json_t *plan, bool ours)
{
	size_t i;
	json_t *row;
	begin(b);
	json_array_foreach (json_get(plan, "sets"), i, row)
		buf_printf(b, "%s%s", i > 0 ? ", " : "",
		           json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
	buf_puts(b, ours ? " removed, as Salesforce shows" : " was gone already");
}

void text_sets_back(struct buf *b, const json_t *sets)
{
	size_t i;
	json_t *row;
	begin(b);
	json_array_foreach (sets, i, row) {
		buf_printf(b, "%s%s", i > 0 ? ", " : "",
		           json_str(row, json_str(row, "label")[0] != '\0' ? "label" : "name"));
		if (json_str(row, "expires")[0] != '\0')
			buf_printf(b, " (until %.10s)", json_str(row, "expires"));
	}
	buf_puts(b, " assigned and licensed, as Salesforce shows");
}

void text_set_unknown(struct buf *b, const char *name)
{
	begin(b);
	buf_puts(b, "The permission set “");
	mrkdwn_add_literal(b, name, NAME_MAX_CHARS);
	buf_puts(b,
	         "” of the setting `reassign` was not to be found in Salesforce when this repair began, so nothing was "
	         "given. Cancel the repair to give back what was removed, then put the setting right");
}

void text_date_passed(struct buf *b, const json_t *set)
{
	begin(b);
	buf_puts(b, "“");
	mrkdwn_add_literal(b, json_str(set, "label"), NAME_MAX_CHARS);
	buf_printf(b, "” was granted until %.10s; that date has passed, so it is not brought back.",
	           json_str(set, "expires"));
}

/* --- the affected user --- */

static void settings_url(const struct flow *flow, char *out, size_t size)
{
	const char *path = eac_env(flow)->config->salesforce.connected_accounts_url;
	const char *instance = json_str(json_get(flow->row->facts, "org"), "instance");
	out[0] = '\0';
	if (instance[0] == '\0')
		return;
	sf_lightning_url(instance, path[0] != '\0' ? path : "/lightning/settings/personal/PersonalInformation/home",
	                 out, size);
}

static void add_settings_link(struct buf *b, const struct flow *flow, const char *label)
{
	char url[600];
	settings_url(flow, url, sizeof url);
	if (url[0] != '\0')
		mrkdwn_add_link(b, url, label);
	else
		buf_puts(b, label);
}

void text_user_task(struct buf *b, const struct flow *flow)
{
	begin(b);
	switch (flow->row->step) {
	case EAC_DISCONNECT:
		buf_puts(b, "Please *disconnect your mailbox* from Salesforce: open ");
		add_settings_link(b, flow, "your personal settings");
		buf_puts(b, ", type “Connected Accounts” in Quick Find, open *Email and Calendar Accounts* and press "
		            "*Disconnect*. "
		            "Afterwards the button reads Reconnect: leave it like that for now.");
		break;
	case EAC_SIGN_OUT:
		buf_puts(b, "Please *sign out of the Salesforce add-in* in Outlook or Gmail: open the add-in, press "
		            "your picture or the gear, "
		            "and choose *Log Out*. If you have no such add-in, press *Not installed*.");
		break;
	case EAC_CONNECT:
		buf_puts(b, "Please *connect your mailbox again*: open ");
		add_settings_link(b, flow, "your personal settings");
		buf_puts(b, ", type “Connected Accounts” in Quick Find, open *Email and Calendar Accounts* and press "
		            "*Connect* or *Reconnect*. "
		            "Microsoft or Google will ask for your consent.");
		break;
	case EAC_TEST:
		buf_puts(b, "Please *send a test mail from Salesforce*, for example to yourself: open any contact, "
		            "press *Email*, write a word and "
		            "send it. Then tell me whether it went out without the error.");
		break;
	default: break;
	}
}

struct message *text_user_card(const struct flow *flow)
{
	AUTO_BUF struct buf task = {0}, foot = {0};
	char id[24];
	text_user_task(&task, flow);
	buf_init(&foot, 1500);
	buf_printf(&foot, "%s · step %d of %d · asked for by ", eac_id(flow->row->id, id), flow->row->step + 1,
	           EAC_STEP_COUNT);
	mrkdwn_add_user(&foot, flow->row->requester);
	buf_printf(&foot, " · to verify that this is genuine, type `%s status %s`. I never ask for a password.",
	           eac_env(flow)->config->slack.command, id);
	struct message *m = message_new();
	message_text(m, buf_str(&task));
	message_text(m, "Answer with the buttons, or type done or help here.");
	if (flow->row->step == EAC_DISCONNECT)
		message_section(
		    m, "Hello! Sending mail from Salesforce fails for you at the moment. The helpdesk has asked me to "
		       "repair the "
		       "connection of your mailbox; a few steps only you can do, one at a time. This is the first.");
	message_section(m, buf_str(&task));
	message_context(m, buf_str(&foot));
	return m;
}

struct message *text_copy_card(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	bool slack = eac_target_slack(flow->row)[0] != '\0';
	buf_init(&b, 3000);
	buf_printf(&b, "*%s %s*: ", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
	if (slack) {
		add_name(&b, flow->row);
		buf_puts(&b, " was asked by direct message. If they tell you that it is done, press the button on "
		             "their behalf.");
	} else {
		buf_puts(&b, "there is no usable Slack account of ");
		add_name(&b, flow->row);
		buf_puts(&b, ", so please ask them yourself, ");
		mrkdwn_add_user(&b, flow->row->requester);
		buf_puts(&b, ". What to tell them:\n> ");
		text_user_task(&b, flow);
	}
	if (flow->row->step == EAC_DISCONNECT) {
		const char *status = json_str(json_path(flow->row->facts, "look", "connection", NULL), "status");
		buf_puts(&b, "\nSalesforce shows the connection as ");
		mrkdwn_add_literal(&b, status[0] != '\0' ? status : "none", 40);
		buf_puts(&b, " (this can be hours old).");
	}
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

json_t *text_user_reminder(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 3000);
	buf_puts(&b, "Reminder: ");
	if (eac_target_slack(flow->row)[0] == '\0') {
		mrkdwn_add_user(&b, flow->row->requester);
		buf_puts(&b, ", for ");
		add_name(&b, flow->row);
		buf_puts(&b, ": ");
	}
	text_user_task(&b, flow);
	buf_puts(&b, " Use the buttons above, or type done or help.");
	return message_line(buf_str(&b));
}

json_t *text_user_end(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 2000);
	if (text_eq(flow->row->state, "completed")) {
		buf_puts(&b, "Thank you, that is all: your mailbox is connected again.");
	} else {
		buf_puts(&b, "The repair of your mailbox connection was ended (");
		buf_puts(&b, flow->row->state);
		buf_puts(&b, "). You need not do anything more for it now.");
		if (json_get(flow->row->facts, "removed") != NULL || json_int(flow->row->facts, "revoked") > 0 ||
		    flow->row->step > EAC_DISCONNECT)
			buf_puts(&b, " To send mail from Salesforce you have to connect your mailbox again in your "
			             "personal settings.");
	}
	return message_line(buf_str(&b));
}

void text_step_closing(struct buf *b, int step, const char *who, const char *detail, int64_t now)
{
	begin(b);
	buf_printf(b, "%s %s: done, ", eac_step_number(step), eac_step_title(step));
	mrkdwn_add_literal(b, detail, 200);
	buf_puts(b, " (");
	add_who(b, who);
	buf_puts(b, ", ");
	mrkdwn_add_time(b, now);
	buf_puts(b, ")");
}

void text_user_unreachable(struct buf *b, const struct flow *flow, const char *error)
{
	begin(b);
	mrkdwn_add_user(b, flow->row->requester);
	buf_puts(b, " I can't reach ");
	add_name(b, flow->row);
	buf_printf(
	    b, " by direct message (%s). Please tell them what to do and press *Mark done* above when it is done:\n> ",
	    error);
	text_user_task(b, flow);
}

void text_channel_closed(struct buf *b, const struct flow *flow, const char *error)
{
	begin(b);
	buf_puts(b, "I can't write in the channel of ");
	add_id(b, flow->row);
	buf_printf(b, " any more (%s). The repair goes on; ask me with `%s status ", error,
	           eac_env(flow)->config->slack.command);
	add_id(b, flow->row);
	buf_puts(b, "` where it stands.");
}

/* --- admin, approvers, backend --- */

static void add_link_rows(struct buf *b, const json_t *look, bool login)
{
	size_t i;
	json_t *link;
	json_array_foreach (json_get(look, "links"), i, link) {
		if (json_bool(link, "login") != login)
			continue;
		buf_puts(b, login ? "\n• *leave* " : "\n• *remove* ");
		mrkdwn_add_literal(b, json_str(link, "provider"), 40);
		buf_puts(b, " — ");
		mrkdwn_add_literal(b, json_str(link, "handle"), 90);
		if (json_str(link, "sso_name")[0] != '\0') {
			buf_puts(b, " (");
			mrkdwn_add_literal(b, json_str(link, "sso_name"), 60);
			buf_puts(b, ")");
		}
		if (login)
			buf_puts(b, ": the user logs in with it");
	}
}

static void add_user_page(struct buf *b, const struct flow *flow)
{
	char path[300], url[700];
	const char *instance = json_str(json_get(flow->row->facts, "org"), "instance");
	snprintf(path, sizeof path,
	         "/lightning/setup/ManageUsers/page?address=%%2F%s%%3Fnoredirect%%3D1%%26isUserEntityOverride%%3D1",
	         flow->row->target);
	if (instance[0] == '\0')
		return;
	sf_lightning_url(instance, path, url, sizeof url);
	mrkdwn_add_link(b, url, "the user's page in Setup");
}

struct message *text_admin_card(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *look = json_get(flow->row->facts, "look");
	AUTO_BUF struct buf b = {0};
	buf_init(&b, LINE_MAX_BYTES);
	add_principals(&b, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
	buf_puts(&b, " *1.3 Remove the account links* of ");
	add_name(&b, flow->row);
	buf_puts(&b, ": Salesforce lets only a person do this. Open ");
	add_user_page(&b, flow);
	buf_puts(&b, ", related list *Third-Party Account Links*, and remove exactly these:");
	add_link_rows(&b, look, false);
	add_link_rows(&b, look, true);
	buf_puts(&b, "\nI look by myself from time to time; *Check now* looks at once.");
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

void text_links_left(struct buf *b, const json_t *look)
{
	begin(b);
	buf_puts(b, "I have looked; still there:");
	add_link_rows(b, look, false);
}

json_t *text_admin_reminder(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf b = {0};
	begin(&b);
	buf_puts(&b, "Reminder: ");
	add_principals(&b, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
	buf_puts(&b, " the account links named above still have to be removed, or the repair expires.");
	return message_line(buf_str(&b));
}

/* By policy, or because another permission set needs it. */
static bool keeps_licence(const struct flow *flow)
{
	const json_t *facts = flow->row->facts;
	return json_array_size(json_get(json_get(facts, "plan"), "kept")) > 0 ||
	       json_str(facts, "licence_needed")[0] != '\0';
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
	if (json_bool(flow->row->facts, "slack_stated"))
		buf_puts(b, "\nThat this Slack account belongs to the Salesforce user was stated by the requester.");
}

struct message *text_prompt(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	const json_t *facts = flow->row->facts;
	AUTO_BUF struct buf ask = {0}, who = {0}, plan = {0}, evidence = {0}, text = {0};
	bool first = flow->row->step != EAC_BACKEND;
	buf_init(&ask, 1500);
	buf_init(&who, 2500);
	buf_init(&plan, 4000);
	buf_init(&evidence, 2000);
	add_approvers(&ask, config);
	buf_printf(&ask, " *Approval needed* for ");
	add_id(&ask, flow->row);
	buf_puts(&ask, flow->row->step != EAC_DISCONNECT && flow->row->step != EAC_BACKEND
	                   ? ": the plan has changed, and nothing of it is removed without your word."
	               : first ? ": before anything is asked of the user or removed."
	                       : ": before Salesforce's backend team is asked (step 1.7).");
	if (config->approval.quorum > 1)
		buf_printf(&ask, " %d different approvers are needed.", config->approval.quorum);
	buf_puts(&who, "*For:* ");
	add_name(&who, flow->row);
	buf_puts(&who, " (");
	mrkdwn_add_literal(&who, json_str(json_get(facts, "target"), "username"), 100);
	buf_printf(&who, ", Salesforce id %s)", flow->row->target);
	add_requester_words(&who, flow);
	buf_printf(&plan, "*Plan* `%s`:", json_str(json_get(facts, "plan"), "code"));
	add_plan(&plan, flow);
	buf_puts(&plan, "\n*Can't be undone:* revoked access of the SIQ app, removed account links and ended add-in "
	                "sessions do not come back; "
	                "the user has to reconnect the mailbox.");
	add_evidence(&evidence, flow);
	buf_init(&text, 3400);
	buf_puts(&text, buf_str(&ask));
	buf_puts(&text, "\n");
	buf_puts(&text, buf_str(&who));
	buf_puts(&text, "\n");
	buf_puts(&text, buf_str(&plan));
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
	begin(&b);
	buf_puts(&b, "Reminder: ");
	add_approvers(&b, eac_env(flow)->config);
	buf_puts(&b, " ");
	add_id(&b, flow->row);
	buf_puts(&b, " is waiting for your decision; see the prompt above.");
	return message_line(buf_str(&b));
}

struct message *text_backend_card(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf b = {0}, copy = {0}, foot = {0};
	char id[24];
	buf_init(&b, 3000);
	buf_init(&copy, 3000);
	buf_init(&foot, 1000);
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
	add_labels(&copy, json_get(json_get(flow->row->facts, "plan"), "sets"));
	buf_puts(&copy, keeps_licence(flow) ? "; verified " : " with its licence; verified ");
	char when[32];
	buf_puts(&copy, clock_rfc3339(flow->now, when));
	buf_puts(&copy, ".");
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
	begin(&b);
	buf_puts(&b, "Reminder: ");
	mrkdwn_add_user(&b, flow->row->requester);
	buf_puts(&b, " the backend check of ");
	add_id(&b, flow->row);
	buf_puts(&b, " still waits for Salesforce Support's word. While it waits, this user has no Inbox.");
	return message_line(buf_str(&b));
}

void text_backend_done(struct buf *b, const struct flow *flow)
{
	const json_t *confirmed = json_get(flow->row->facts, "case");
	begin(b);
	buf_puts(b, "confirmed");
	if (json_str(confirmed, "number")[0] != '\0')
		buf_printf(b, " with case %s", json_str(confirmed, "number"));
	buf_puts(b, ", and looked at again: nothing has come back");
}

void text_approved(struct buf *b, const struct flow *flow)
{
	size_t i;
	json_t *vote;
	begin(b);
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
	begin(b);
	mrkdwn_add_user(b, who);
	buf_printf(b, " approves: %d of %d.", have, need);
}

void text_vote_void(struct buf *b, const char *who)
{
	begin(b);
	buf_puts(b, "The approval of ");
	mrkdwn_add_user(b, who);
	buf_puts(b, " no longer counts: they may not approve any more.");
}

void text_confirmed(struct buf *b, const char *who, const char *case_number, const char *seen, int64_t now)
{
	begin(b);
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
	begin(b);
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
	begin(b);
	buf_puts(b, end == EVENT_REJECT   ? "*Rejected* by "
	            : end == EVENT_EXPIRE ? "*Expired*, noted by "
	                                  : "*Cancelled* by ");
	add_who(b, who);
	buf_puts(b, " ");
	mrkdwn_add_time(b, now);
}

/* --- failure, status channel --- */

struct message *text_failed_card(const struct flow *flow, const char *why)
{
	AUTO_BUF struct buf b = {0};
	begin(&b);
	mrkdwn_add_user(&b, flow->row->requester);
	buf_printf(&b, " *Failed* at %s %s: ", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
	buf_puts(&b, why);
	char id[24];
	buf_printf(&b, "%s\n*Retry* goes on from here; *Cancel repair* %s. Typed: `%s retry %s`.",
	           b.len > 0 && buf_str(&b)[b.len - 1] == '.' ? "" : ".",
	           eac_owes(flow) ? "puts back what was removed" : "ends it, for nothing is left to put back",
	           eac_env(flow)->config->slack.command, eac_id(flow->row->id, id));
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

static void status_head(struct buf *b, const struct flow *flow)
{
	begin(b);
	add_id(b, flow->row);
	buf_puts(b, " (");
	add_name(b, flow->row);
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
	add_duration(b, flow);
}
