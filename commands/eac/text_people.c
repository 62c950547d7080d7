/*
 * commands/eac/text_people.c - what the affected user and the admins are asked to do, and who is called for them.
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
#include "commands/phrases/phrases.h"
#include "salesforce/sf_id.h"

static enum language channel_language(const struct flow *flow)
{
	return eac_env(flow)->config->slack.language;
}

/* Who asked for their own repair is not the one who helps them. */
void text_helper(struct buf *b, const struct request_row *row, const struct config *config)
{
	part_begin(b);
	if (text_eq(row->requester, row->slack_user) && config->access.requesters.count > 0)
		part_principals(b, &config->access.requesters);
	else
		mrkdwn_add_user(b, row->requester);
}

/* Slots that many sentences have; `who` helps. */
struct slots {
	struct buf name, who, time, task;
	char id[24], number[8];
	const char *title, *command;
};

static void slots_init(struct slots *s, const struct flow *flow, enum language language)
{
	const struct request_row *row = flow->row;
	*s = (struct slots){.title = eac_step_title(row->step, language),
	                    .command = eac_env(flow)->config->slack.command};
	eac_id(row->id, s->id);
	text_copy(s->number, sizeof s->number, eac_step_number(row->step));
	part_begin(&s->name);
	part_begin(&s->who);
	part_begin(&s->time);
	part_begin(&s->task);
	text_name(&s->name, row);
	text_helper(&s->who, row, eac_env(flow)->config);
}

static void slots_done(struct slots *s)
{
	buf_done(&s->name);
	buf_done(&s->who);
	buf_done(&s->time);
	buf_done(&s->task);
}

#define AUTO_SLOTS __attribute__((cleanup(slots_done)))

static json_t *line_in_thread(struct buf *b)
{
	return message_line(buf_str(b));
}

static void settings_url(const struct flow *flow, char *out, size_t size)
{
	const char *path = eac_env(flow)->config->salesforce.connected_accounts_url;
	const char *instance = json_str(json_get(flow->row->facts, "org"), "instance");
	out[0] = '\0';
	if (instance[0] == '\0')
		return;
	sf_lightning_url(instance, path[0] != '\0' ? path : SF_SETTINGS_PATH, out, size);
}

/* to_user: it is the affected user who reads it, not somebody who passes it on. */
static void add_task(struct buf *b, const struct flow *flow, enum language language, bool to_user)
{
	static const enum phrase tasks[EAC_STEP_COUNT] = {[EAC_DISCONNECT] = PHRASE_USER_TASK_DISCONNECT,
	                                                  [EAC_SIGN_OUT] = PHRASE_USER_TASK_SIGN_OUT,
	                                                  [EAC_CONNECT] = PHRASE_USER_TASK_CONNECT,
	                                                  [EAC_TEST] = PHRASE_USER_TASK_TEST};
	char url[600];
	AUTO_BUF struct buf settings = {0};
	part_begin(b);
	part_begin(&settings);
	settings_url(flow, url, sizeof url);
	if (to_user && url[0] != '\0')
		mrkdwn_add_link(&settings, url, phrase_text(language, PHRASE_SETTINGS_LINK));
	else
		phrase_add(&settings, language, PHRASE_SETTINGS_WAY, NULL);
	phrase_add(b, language, tasks[flow->row->step], "settings", buf_str(&settings), NULL);
	if (flow->row->step != EAC_SIGN_OUT)
		return;
	buf_putc(b, ' ');
	phrase_add(b, language, to_user ? PHRASE_USER_NO_ADDIN : PHRASE_USER_NO_ADDIN_TOLD, "label",
	           phrase_text(language, PHRASE_LABEL_NOT_INSTALLED), NULL);
}

/* --- the user's card --- */

static void add_foot(struct buf *b, const struct flow *flow, enum language language)
{
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf requester = {0};
	char step[12], steps[12];
	slots_init(&s, flow, language);
	part_begin(&requester);
	mrkdwn_add_user(&requester, flow->row->requester);
	snprintf(step, sizeof step, "%d", flow->row->step + 1);
	snprintf(steps, sizeof steps, "%d", EAC_STEP_COUNT);
	phrase_add(b, language, PHRASE_USER_FOOT, "id", s.id, "step", step, "steps", steps, "who", buf_str(&requester),
	           "command", s.command, NULL);
}

/* "done" is no answer to whether the test mail went out. */
static json_t *typed_words(const struct request_row *row, enum language language)
{
	return row->step == EAC_TEST
	           ? phrase_value(PHRASE_WORDS_TEST, "works", phrase_text(language, PHRASE_LABEL_WORKS), "failing",
	                          phrase_text(language, PHRASE_LABEL_STILL_FAILING), NULL)
	           : phrase_value(PHRASE_WORDS_DONE, NULL);
}

static json_t *how_to_answer(const struct request_row *row, enum language language)
{
	json_t *answer = phrase_value(PHRASE_USER_ANSWER, NULL);
	phrase_value_set(answer, "words", typed_words(row, language));
	return answer;
}

static void add_answer(struct buf *b, const struct request_row *row, enum language language)
{
	part_begin(b);
	phrase_say(b, language, how_to_answer(row, language));
}

json_t *text_user_not_understood(const struct request_row *row, enum language language)
{
	char id[24], step[24], steps[24];
	json_t *value =
	    phrase_value(PHRASE_DIRECT_NOT_UNDERSTOOD, "id", eac_id(row->id, id), "step",
	                 phrase_number(row->step + 1, step), "steps", phrase_number(EAC_STEP_COUNT, steps), NULL);
	phrase_value_set(value, "title", eac_step_title_value(row->step));
	phrase_value_set(value, "answer", how_to_answer(row, language));
	return value;
}

struct message *text_user_card(const struct flow *flow)
{
	enum language language = eac_target_language(flow->row);
	const char *hello = phrase_text(language, PHRASE_USER_HELLO);
	AUTO_BUF struct buf task = {0}, foot = {0};
	part_begin(&foot);
	add_task(&task, flow, language, true);
	add_foot(&foot, flow, language);
	struct message *m = message_new();
	if (flow->row->step == EAC_DISCONNECT) {
		message_text(m, hello);
		message_section(m, hello);
	}
	message_text(m, buf_str(&task));
	AUTO_BUF struct buf answer = {0};
	add_answer(&answer, flow->row, language);
	message_text(m, buf_str(&answer));
	message_text(m, buf_str(&foot));
	message_section(m, buf_str(&task));
	message_context(m, buf_str(&foot));
	return m;
}

void text_user_closing(struct buf *b, const struct flow *flow, const char *who, enum eac_sight sight)
{
	enum language language = eac_target_language(flow->row);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf by = {0};
	slots_init(&s, flow, language);
	part_begin(b);
	part_begin(&by);
	mrkdwn_add_time(&s.time, flow->now);
	part_who(&by, who);
	bool own = text_eq(who, flow->row->slack_user);
	enum phrase phrase = !own                    ? PHRASE_USER_DONE_BY_OTHER
	                     : sight == EAC_NOT_SEEN ? PHRASE_USER_DONE_UNSEEN
	                                             : PHRASE_USER_DONE;
	if (sight == EAC_SEEN)
		phrase = flow->row->step == EAC_TEST ? PHRASE_USER_SEEN_MAIL : PHRASE_USER_SEEN_CONNECTED;
	phrase_add(b, language, phrase, "time", buf_str(&s.time), "who", buf_str(&by), "number", s.number, "title",
	           s.title, NULL);
}

json_t *text_user_end(const struct flow *flow)
{
	enum language language = eac_target_language(flow->row);
	enum request_state state = request_state(flow->row);
	AUTO_BUF struct buf b = {0};
	part_begin(&b);
	phrase_add(&b, language,
	           state == STATE_COMPLETED  ? PHRASE_USER_END_COMPLETED
	           : state == STATE_REJECTED ? PHRASE_USER_END_REJECTED
	           : state == STATE_EXPIRED  ? PHRASE_USER_END_EXPIRED
	                                     : PHRASE_USER_END_CANCELLED,
	           NULL);
	if (state != STATE_COMPLETED && flow->row->step != EAC_TEST &&
	    (json_get(flow->row->facts, "removed") != NULL || json_int(flow->row->facts, "revoked") > 0 ||
	     flow->row->step > EAC_DISCONNECT)) {
		buf_putc(&b, ' ');
		phrase_add(&b, language, PHRASE_USER_END_RECONNECT, NULL);
	}
	return message_line(buf_str(&b));
}

/* --- the helpdesk's copy --- */

static void add_copy_status(struct buf *b, const struct flow *flow, enum language language)
{
	const char *status = json_str(json_path(flow->row->facts, "look", "connection", NULL), "status");
	AUTO_BUF struct buf literal = {0};
	part_begin(&literal);
	mrkdwn_add_literal(&literal, status, 40);
	buf_putc(b, '\n');
	phrase_add(b, language, status[0] != '\0' ? PHRASE_COPY_STATUS : PHRASE_COPY_NO_STATUS, "status",
	           buf_str(&literal), NULL);
}

struct message *text_copy_card(const struct flow *flow)
{
	enum language language = channel_language(flow);
	const char *slack = eac_target_slack(flow->row);
	bool stated = json_bool(flow->row->facts, "slack_stated");
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0}, user = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	part_begin(&user);
	mrkdwn_add_user(&user, slack);
	buf_puts(&s.task, "\n> ");
	add_task(&s.task, flow, language, false);
	phrase_add(&b, language,
	           slack[0] == '\0' ? PHRASE_COPY_NOBODY
	           : stated         ? PHRASE_COPY_ASKED_STATED
	                            : PHRASE_COPY_ASKED,
	           "number", s.number, "title", s.title, "name", buf_str(&s.name), "user", buf_str(&user), "who",
	           buf_str(&s.who), "task", buf_str(&s.task), NULL);
	if (flow->row->step == EAC_DISCONNECT)
		add_copy_status(&b, flow, language);
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

void text_step_closing(struct buf *b, const struct flow *flow, const char *who, const json_t *detail)
{
	enum language language = channel_language(flow);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf literal = {0}, by = {0};
	slots_init(&s, flow, language);
	part_begin(b);
	part_begin(&literal);
	part_begin(&by);
	phrase_add_value(&literal, language, detail);
	part_who(&by, who);
	mrkdwn_add_time(&s.time, flow->now);
	phrase_add(b, language, PHRASE_STEP_CLOSING, "number", s.number, "title", s.title, "detail", buf_str(&literal),
	           "who", buf_str(&by), "time", buf_str(&s.time), NULL);
}

json_t *text_help_wanted(const struct flow *flow, const char *user)
{
	enum language language = channel_language(flow);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0}, by = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	part_begin(&by);
	mrkdwn_add_user(&by, user);
	phrase_add(&b, language, PHRASE_HELP_WANTED, "who", buf_str(&s.who), "user", buf_str(&by), "number", s.number,
	           "title", s.title, NULL);
	return line_in_thread(&b);
}

void text_put_off(struct buf *b, const struct flow *flow, const char *who, int64_t until)
{
	AUTO_BUF struct buf by = {0}, time = {0};
	part_begin(b);
	part_begin(&by);
	part_begin(&time);
	mrkdwn_add_user(&by, who);
	mrkdwn_add_time(&time, until);
	phrase_add(b, channel_language(flow), flow->row->step == EAC_DISCONNECT ? PHRASE_PUT_OFF_FIRST : PHRASE_PUT_OFF,
	           "who", buf_str(&by), "time", buf_str(&time), NULL);
}

void text_user_unreachable(struct buf *b, const struct flow *flow, const char *error)
{
	enum language language = channel_language(flow);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf literal = {0};
	slots_init(&s, flow, language);
	part_begin(b);
	part_begin(&literal);
	mrkdwn_add_literal(&literal, error, 80);
	buf_puts(&s.task, "\n> ");
	add_task(&s.task, flow, language, false);
	phrase_add(b, language, PHRASE_USER_UNREACHABLE, "who", buf_str(&s.who), "name", buf_str(&s.name), "error",
	           buf_str(&literal), "task", buf_str(&s.task), "label", phrase_text(language, PHRASE_LABEL_MARK_DONE),
	           NULL);
}

void text_channel_closed(struct buf *b, const struct flow *flow, const char *error)
{
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf literal = {0};
	slots_init(&s, flow, channel_language(flow));
	part_begin(b);
	part_begin(&literal);
	mrkdwn_add_literal(&literal, error, 80);
	phrase_add(b, channel_language(flow), PHRASE_CHANNEL_CLOSED, "id", s.id, "error", buf_str(&literal), "command",
	           s.command, NULL);
}

/* --- reminders, and others who are called --- */

void text_also_called(struct buf *b, const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	AUTO_BUF struct buf who = {0};
	if (!json_bool(json_get(flow->row->facts, "wait"), "escalated") || config->escalation.to.count == 0)
		return;
	part_begin(&who);
	part_principals(&who, &config->escalation.to);
	buf_puts(b, "\n");
	phrase_add(b, channel_language(flow), PHRASE_ALSO_CALLED, "who", buf_str(&who), NULL);
}

json_t *text_user_reminder(const struct flow *flow)
{
	enum language language = eac_target_language(flow->row);
	bool today = json_bool(json_get(flow->row->facts, "wait"), "put_off");
	AUTO_BUF struct buf b = {0}, task = {0};
	part_begin(&b);
	add_task(&task, flow, language, true);
	json_t *reminder =
	    phrase_value(today ? PHRASE_USER_REMINDER_TODAY : PHRASE_USER_REMINDER, "task", buf_str(&task), NULL);
	phrase_value_set(reminder, "words", typed_words(flow->row, language));
	phrase_say(&b, language, reminder);
	return message_line(buf_str(&b));
}

json_t *text_helper_reminder(const struct flow *flow)
{
	enum language language = channel_language(flow);
	int64_t help_at = json_int(json_get(flow->row->facts, "wait"), "help_at");
	bool direct = eac_target_slack(flow->row)[0] != '\0';
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	add_task(&s.task, flow, language, false);
	mrkdwn_add_time(&s.time, help_at);
	phrase_add(&b, language, direct && help_at != 0 ? PHRASE_HELPER_REMINDER_HELP : PHRASE_HELPER_REMINDER, "who",
	           buf_str(&s.who), "name", buf_str(&s.name), "task", buf_str(&s.task), "time", buf_str(&s.time),
	           "number", s.number, "title", s.title, "label", phrase_text(language, PHRASE_LABEL_MARK_DONE), NULL);
	text_also_called(&b, flow);
	return line_in_thread(&b);
}

json_t *text_failed_reminder(const struct flow *flow)
{
	enum language language = channel_language(flow);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	phrase_add(&b, language, PHRASE_FAILED_REMINDER, "who", buf_str(&s.who), "id", s.id, "name", buf_str(&s.name),
	           "number", s.number, "title", s.title, "retry", phrase_text(language, PHRASE_LABEL_RETRY), "cancel",
	           phrase_text(language, PHRASE_LABEL_CANCEL), "command", s.command, NULL);
	text_also_called(&b, flow);
	return line_in_thread(&b);
}

json_t *text_escalation(const struct flow *flow)
{
	enum language language = channel_language(flow);
	enum request_state state = request_state(flow->row);
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0}, called = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	part_begin(&called);
	part_principals(&called, &eac_env(flow)->config->escalation.to);
	mrkdwn_add_time(&s.time, eac_waiting_since(flow->row));
	phrase_add(
	    &b, language,
	    state == STATE_WAITING_ADMIN      ? PHRASE_ESCALATE_ADMIN
	    : state == STATE_FAILED           ? PHRASE_ESCALATE_FAILED
	    : state == STATE_WAITING_APPROVAL ? PHRASE_ESCALATE_APPROVAL
	    : state == STATE_WAITING_BACKEND  ? PHRASE_ESCALATE_BACKEND
	                                      : PHRASE_ESCALATE_USER,
	    "who", buf_str(&called), "id", s.id, "name", buf_str(&s.name), "time", buf_str(&s.time), "number", s.number,
	    "title", s.title, "command", s.command, "label",
	    phrase_text(language, state == STATE_WAITING_ADMIN ? PHRASE_LABEL_CHECK_NOW : PHRASE_LABEL_MARK_DONE),
	    NULL);
	return line_in_thread(&b);
}

/* --- for parent, status and why --- */

json_t *text_wished(json_t *state, const struct request_row *row)
{
	const json_t *wait = json_get(row->facts, "wait");
	int64_t until = json_int(wait, "not_before"), help = json_int(wait, "help_at");
	if (!row->open || (until == 0 && help == 0))
		return state;
	json_t *more = phrase_value(until != 0 ? PHRASE_STATE_PUT_OFF : PHRASE_STATE_HELP, NULL);
	phrase_value_set(more, "state", state);
	phrase_value_set(more, until != 0 ? "until" : "time", part_time(until != 0 ? until : help));
	return more;
}

static void add_note(struct buf *b, enum language language, enum phrase phrase, int64_t at, const char *who)
{
	AUTO_BUF struct buf time = {0};
	if (at == 0)
		return;
	part_begin(&time);
	mrkdwn_add_time(&time, at);
	buf_putc(b, '\n');
	phrase_add(b, language, phrase, "time", buf_str(&time), "who", who, NULL);
}

void text_wait_notes(struct buf *b, const struct request_row *row, const struct config *config, enum language language)
{
	const json_t *wait = json_get(row->facts, "wait");
	AUTO_BUF struct buf called = {0}, helper = {0};
	part_begin(b);
	part_begin(&called);
	part_begin(&helper);
	part_principals(&called, &config->escalation.to);
	text_helper(&helper, row, config);
	add_note(b, language, PHRASE_WHY_NOT_BEFORE, json_int(wait, "not_before"), NULL);
	add_note(b, language, PHRASE_WHY_HELP, json_int(wait, "help_at"), buf_str(&helper));
	if (called.len == 0)
		return;
	add_note(b, language, PHRASE_WHY_CALLS, json_int(wait, "escalate_at"), buf_str(&called));
	add_note(b, language, PHRASE_WHY_CALLED, json_bool(wait, "escalated"), buf_str(&called));
}

/* --- admins --- */

static void add_link_row(struct buf *b, const json_t *link, enum language language)
{
	AUTO_BUF struct buf words = {0};
	part_begin(&words);
	mrkdwn_add_literal(&words, json_str(link, "provider"), 40);
	buf_puts(&words, " — ");
	mrkdwn_add_literal(&words, json_str(link, "handle"), 90);
	if (json_str(link, "sso_name")[0] != '\0') {
		buf_puts(&words, " (");
		mrkdwn_add_literal(&words, json_str(link, "sso_name"), 60);
		buf_puts(&words, ")");
	}
	buf_putc(b, '\n');
	phrase_add(b, language, json_bool(link, "login") ? PHRASE_ADMIN_LINK_LEAVE : PHRASE_ADMIN_LINK_REMOVE, "link",
	           buf_str(&words), NULL);
}

static void add_link_rows(struct buf *b, const json_t *look, bool login, enum language language)
{
	size_t i;
	json_t *link;
	json_array_foreach (json_get(look, "links"), i, link)
		if (json_bool(link, "login") == login)
			add_link_row(b, link, language);
}

static void add_user_page(struct buf *b, const struct flow *flow, enum language language)
{
	char path[300], url[700];
	const char *instance = json_str(json_get(flow->row->facts, "org"), "instance");
	const char *label = phrase_text(language, PHRASE_ADMIN_PAGE);
	snprintf(path, sizeof path,
	         "/lightning/setup/ManageUsers/page?address=%%2F%s%%3Fnoredirect%%3D1%%26isUserEntityOverride%%3D1",
	         flow->row->target);
	if (instance[0] == '\0') {
		buf_puts(b, label);
		return;
	}
	sf_lightning_url(instance, path, url, sizeof url);
	mrkdwn_add_link(b, url, label);
}

/* Who is called for the links: the admins, or the helpdesk where there are none. */
static void add_admins(struct buf *b, const struct flow *flow)
{
	const struct config *config = eac_env(flow)->config;
	part_begin(b);
	part_principals(b, config->access.admins.count > 0 ? &config->access.admins : &config->access.requesters);
}

struct message *text_admin_card(const struct flow *flow)
{
	enum language language = channel_language(flow);
	const json_t *look = json_get(flow->row->facts, "look");
	AUTO_SLOTS struct slots s;
	AUTO_BUF struct buf b = {0}, admins = {0}, page = {0}, links = {0};
	slots_init(&s, flow, language);
	part_begin(&b);
	part_begin(&page);
	part_begin(&links);
	add_admins(&admins, flow);
	add_user_page(&page, flow, language);
	add_link_rows(&links, look, false, language);
	add_link_rows(&links, look, true, language);
	phrase_add(&b, language, PHRASE_ADMIN_CARD, "who", buf_str(&admins), "number", s.number, "title", s.title,
	           "name", buf_str(&s.name), "page", buf_str(&page), "links", buf_str(&links), "label",
	           phrase_text(language, PHRASE_LABEL_CHECK_NOW), NULL);
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	return m;
}

void text_links_left(struct buf *b, const struct flow *flow, const json_t *look)
{
	AUTO_BUF struct buf links = {0};
	part_begin(b);
	part_begin(&links);
	add_link_rows(&links, look, false, channel_language(flow));
	phrase_add(b, channel_language(flow), PHRASE_ADMIN_LINKS_LEFT, "links", buf_str(&links), NULL);
}

json_t *text_admin_reminder(const struct flow *flow)
{
	AUTO_BUF struct buf b = {0}, admins = {0};
	part_begin(&b);
	add_admins(&admins, flow);
	phrase_add(&b, channel_language(flow), PHRASE_ADMIN_REMINDER, "who", buf_str(&admins), NULL);
	text_also_called(&b, flow);
	return line_in_thread(&b);
}
