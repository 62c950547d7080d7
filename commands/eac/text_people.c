/*
 * commands/eac/text_people.c - what the affected user and the admins are asked to do.
 *
 * The page of the settings shows whoever opens it their own mailbox: its link is for the affected user alone, and words
 * that somebody passes on to them tell the way instead.
 */
#include "commands/eac/repair_text.h"

#include <stdio.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/repair.h"
#include "commands/eac/text_parts.h"
#include "salesforce/sf_id.h"

static void settings_url(const struct flow *flow, char *out, size_t size)
{
	const char *path = eac_env(flow)->config->salesforce.connected_accounts_url;
	const char *instance = json_str(json_get(flow->row->facts, "org"), "instance");
	out[0] = '\0';
	if (instance[0] == '\0')
		return;
	sf_lightning_url(instance, path[0] != '\0' ? path : SF_SETTINGS_PATH, out, size);
}

static void add_settings(struct buf *b, const struct flow *flow, bool to_user)
{
	char url[600];
	settings_url(flow, url, sizeof url);
	if (to_user && url[0] != '\0')
		mrkdwn_add_link(b, url, "your personal settings");
	else
		buf_puts(b, "your personal settings (your picture, *Settings*)");
}

/* to_user: it is the affected user who reads it, not somebody who passes it on. */
static void add_task(struct buf *b, const struct flow *flow, bool to_user)
{
	part_begin(b);
	switch (flow->row->step) {
	case EAC_DISCONNECT:
		buf_puts(b, "Please *disconnect your mailbox* from Salesforce: open ");
		add_settings(b, flow, to_user);
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
		add_settings(b, flow, to_user);
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

static const char hello[] =
    "Hello! Sending mail from Salesforce fails for you at the moment. The helpdesk has asked me to repair the "
    "connection of your mailbox; a few steps only you can do, one at a time. This is the first.";

struct message *text_user_card(const struct flow *flow)
{
	AUTO_BUF struct buf task = {0}, foot = {0};
	char id[24];
	add_task(&task, flow, true);
	buf_init(&foot, PART_LINE_MAX);
	buf_printf(&foot, "%s · step %d of %d · asked for by ", eac_id(flow->row->id, id), flow->row->step + 1,
	           EAC_STEP_COUNT);
	mrkdwn_add_user(&foot, flow->row->requester);
	buf_printf(&foot, " · to verify that this is genuine, type `%s status %s`. I never ask for a password.",
	           eac_env(flow)->config->slack.command, id);
	struct message *m = message_new();
	if (flow->row->step == EAC_DISCONNECT) {
		message_text(m, hello);
		message_section(m, hello);
	}
	message_text(m, buf_str(&task));
	message_text(m, "Answer with the buttons, or type done or help here.");
	message_text(m, buf_str(&foot));
	message_section(m, buf_str(&task));
	message_context(m, buf_str(&foot));
	return m;
}

struct message *text_copy_card(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	bool slack = eac_target_slack(flow->row)[0] != '\0';
	buf_init(&b, PART_LINE_MAX);
	buf_printf(&b, "*%s %s*: ", eac_step_number(flow->row->step), eac_step_title(flow->row->step));
	if (slack) {
		text_name(&b, flow->row);
		if (json_bool(flow->row->facts, "slack_stated")) {
			buf_puts(&b, " (in Slack ");
			mrkdwn_add_user(&b, eac_target_slack(flow->row));
			buf_puts(&b, ", as the requester says)");
		}
		buf_puts(&b, " was asked by direct message. If they tell you that it is done, press the button on "
		             "their behalf.");
	} else {
		buf_puts(&b, "there is no usable Slack account of ");
		text_name(&b, flow->row);
		buf_puts(&b, ", so please ask them yourself, ");
		mrkdwn_add_user(&b, flow->row->requester);
		buf_puts(&b, ". What to tell them:\n> ");
		add_task(&b, flow, false);
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
	buf_init(&b, PART_LINE_MAX);
	buf_puts(&b, "Reminder: ");
	if (eac_target_slack(flow->row)[0] == '\0') {
		mrkdwn_add_user(&b, flow->row->requester);
		buf_puts(&b, ", for ");
		text_name(&b, flow->row);
		buf_puts(&b, ": ");
	}
	add_task(&b, flow, eac_target_slack(flow->row)[0] != '\0');
	buf_puts(&b, " Use the buttons above, or type done or help.");
	return message_line(buf_str(&b));
}

json_t *text_user_end(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, PART_LINE_MAX);
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
	part_begin(b);
	buf_printf(b, "%s %s done: ", eac_step_number(step), eac_step_title(step));
	mrkdwn_add_literal(b, detail, 200);
	buf_puts(b, " (");
	part_who(b, who);
	buf_puts(b, ", ");
	mrkdwn_add_time(b, now);
	buf_puts(b, ")");
}

void text_user_unreachable(struct buf *b, const struct flow *flow, const char *error)
{
	part_begin(b);
	mrkdwn_add_user(b, flow->row->requester);
	buf_puts(b, " I can't reach ");
	text_name(b, flow->row);
	buf_printf(
	    b, " by direct message (%s). Please tell them what to do and press *Mark done* above when it is done:\n> ",
	    error);
	add_task(b, flow, false);
}

void text_channel_closed(struct buf *b, const struct flow *flow, const char *error)
{
	part_begin(b);
	buf_puts(b, "I can't write in the channel of ");
	part_id(b, flow->row);
	buf_printf(b, " any more (%s). The repair goes on, but nobody can be called there: look with `%s status ",
	           error, eac_env(flow)->config->slack.command);
	part_id(b, flow->row);
	buf_puts(b, "` where it stands, and tell whoever it waits for.");
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
	buf_init(&b, PART_LINE_MAX);
	part_principals(&b, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
	buf_puts(&b, " *1.3 Remove the account links* of ");
	text_name(&b, flow->row);
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
	part_begin(b);
	buf_puts(b, "I have looked; still there:");
	add_link_rows(b, look, false);
}

json_t *text_admin_reminder(const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	buf_puts(&b, "Reminder: ");
	part_principals(&b, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
	buf_puts(&b, " the account links named above still have to be removed, or the repair expires.");
	return message_line(buf_str(&b));
}
