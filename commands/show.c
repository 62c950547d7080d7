/*
 * commands/show.c - answers that change nothing: status, why, list, history, help.
 */
#include <stdio.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/command.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/words.h"

enum { ROWS_SHOWN = 25, SEARCHED = 2000, ANSWER_MAX = 9000 };

static void add_row(struct buf *b, const struct asked *asked, const struct request_row *row)
{
	char id[24];
	AUTO_BUF struct buf state = {0};
	buf_printf(b, "*%s* ", eac_id(row->id, id));
	text_name(b, row);
	buf_puts(b, json_bool(row->facts, "check") ? " (only a check): " : ": ");
	text_state(&state, row, asked->env->config);
	buf_puts(b, buf_str(&state));
	if (row->open) {
		buf_printf(b, " · step %s %s", eac_step_number(row->step), eac_step_title(row->step));
	} else {
		buf_puts(b, " · ");
		mrkdwn_add_time(b, row->updated_at);
	}
}

static enum errc add_step(void *arg, const struct step_row *step)
{
	struct buf *b = arg;
	int n = eac_step_find(step->key);
	buf_printf(b, "\n• %s %s: %s", eac_step_number(n), eac_step_title(n), step->state);
	if (step->detail[0] != '\0') {
		buf_puts(b, " — ");
		mrkdwn_add_literal(b, step->detail, 200);
	}
	return OK;
}

/* Of `status`, for admins: what they may hear complaints about, and what helps. */
static void add_ghosts(struct buf *b, const struct asked *asked)
{
	int64_t until = asked->commands->ghosts_until;
	if (until <= asked->deed->now || !asked->deed->person.admin || !text_eq(asked->command->name, "status"))
		return;
	buf_puts(b, "\n:warning: Slack counts more connections than I have, so clicks may be lost until about ");
	mrkdwn_add_time(b, until);
	buf_printf(b, ". What a button does can be typed, for example `%s approve ID`.",
	           asked->env->config->slack.command);
}

static enum errc show_one(struct asked *asked)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, ANSWER_MAX);
	add_row(&b, asked, &asked->row);
	buf_puts(&b, "\nAsked by ");
	mrkdwn_add_user(&b, asked->row.requester);
	buf_puts(&b, " ");
	mrkdwn_add_time(&b, asked->row.created_at);
	if (asked->row.reason[0] != '\0')
		buf_printf(&b, ", reason: %s", asked->row.reason);
	enum errc rc = step_each(asked->tx, asked->row.id, add_step, &b);
	add_ghosts(&b, asked);
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

struct listing {
	struct asked *asked;
	struct buf text;
	const char *word; /* only rows about this person; NULL: all */
	int rows;
};

static bool is_about(const struct request_row *row, const char *word)
{
	const json_t *target = json_get(row->facts, "target");
	return text_ieq(word, row->slack_user) || text_ieq(word, json_str(target, "username")) ||
	       text_ieq(word, json_str(target, "email")) || text_ieq(word, json_str(row->facts, "words")) ||
	       (row->target[0] != '\0' && text_starts(row->target, word));
}

static enum errc list_row(void *arg, const struct request_row *row)
{
	struct listing *list = arg;
	if (list->word != NULL && !is_about(row, list->word))
		return OK;
	if (list->rows++ >= ROWS_SHOWN)
		return OK;
	buf_puts(&list->text, list->rows > 1 ? "\n" : "");
	add_row(&list->text, list->asked, row);
	return OK;
}

/* How many there are beside those that are shown. Counting reads no facts, which are large. */
static enum errc count_more(struct asked *asked, const struct request_query *query, struct listing *list)
{
	int64_t all = list->rows;
	enum errc rc = OK;
	if (list->word == NULL && list->rows == ROWS_SHOWN)
		rc = request_count(asked->tx, query, &all);
	if (rc == OK && all > ROWS_SHOWN)
		buf_printf(&list->text, "\n… and %lld more", (long long)all - ROWS_SHOWN);
	return rc;
}

/* Of `status`: why nothing moves. */
static enum errc add_pause(struct buf *b, const struct asked *asked)
{
	struct pause pause = {0};
	enum errc rc = text_eq(asked->command->name, "status") ? pause_get(asked->tx, &pause) : OK;
	if (rc == OK && pause.on) {
		buf_puts(b, "\n");
		text_paused(b, &pause, asked->env->config);
	}
	return rc;
}

static enum errc answer_list(struct asked *asked, const struct request_query *query, const char *word, const char *none)
{
	struct listing list = {.asked = asked, .word = word};
	struct request_query shown = *query;
	if (word == NULL)
		shown.limit = ROWS_SHOWN;
	buf_init(&list.text, ANSWER_MAX);
	enum errc rc = request_each(asked->tx, &shown, list_row, &list);
	if (rc == OK)
		rc = count_more(asked, query, &list);
	if (list.rows == 0)
		buf_puts(&list.text, none);
	add_ghosts(&list.text, asked);
	if (rc == OK)
		rc = add_pause(&list.text, asked);
	if (rc == OK)
		rc = asked_answer(asked, buf_str(&list.text));
	buf_done(&list.text);
	return rc;
}

/* status alone: what I asked for; for others (and in direct messages): what is about me. */
static enum errc status_mine(struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	struct request_query query = {.open_only = true, .limit = SEARCHED};
	if (person->requester || person->approver || person->admin)
		query.requester = asked->deed->user;
	else
		query.slack_user = asked->deed->user;
	return answer_list(asked, &query, NULL, "You have no open repairs.");
}

/* Closed ones too: who was helped may ask, and hears that nothing is open. */
static enum errc find_own(struct asked *asked, bool *ret_found)
{
	struct request_query query = {.slack_user = asked->deed->user, .limit = 1};
	int64_t n = 0;
	enum errc rc = request_count(asked->tx, &query, &n);
	*ret_found = n > 0;
	return rc;
}

/* Without an id there is no repair in hand, so that access.c could not know the affected user. */
static enum errc status_denied(struct asked *asked, bool *ret_denied)
{
	const struct person *person = &asked->deed->person;
	bool own = false;
	enum errc rc = find_own(asked, &own);
	*ret_denied = !(person->requester || person->approver || person->admin || own);
	return rc;
}

enum errc command_status(struct asked *asked)
{
	struct word word;
	struct who who;
	const char *args = asked->args;
	bool denied = false;
	enum errc rc = asked->row.id == 0 ? status_denied(asked, &denied) : OK;
	if (rc != OK)
		return rc;
	if (denied)
		return asked_refuse(asked, "You may not do that. `help` lists what you may do.");
	if (asked->row.id != 0)
		return show_one(asked);
	const struct person *person = &asked->deed->person;
	bool team = person->requester || person->approver || person->admin;
	if (!team || !words_next(&args, &word)) /* the affected user asks only about themselves, whomever they name */
		return status_mine(asked);
	if (!words_who(&word, &who))
		return asked_answer(asked, "Say a repair's number (`EAC-42`) or a person.");
	const struct request_query query = {.limit = SEARCHED, .open_only = true};
	return answer_list(asked, &query, who.text, "There is no open repair of that person.");
}

static void add_due(struct buf *b, const json_t *wait, const char *key, const char *words)
{
	if (json_int(wait, key) == 0)
		return;
	buf_puts(b, words);
	mrkdwn_add_time(b, json_int(wait, key));
}

enum errc command_why(struct asked *asked)
{
	const struct request_row *row = &asked->row;
	const json_t *wait = json_get(row->facts, "wait");
	AUTO_BUF struct buf b = {0}, who = {0}, then = {0};
	buf_init(&b, ANSWER_MAX);
	add_row(&b, asked, row);
	if (!row->open)
		buf_puts(&b, "\nIt is over; nothing is waited for.");
	text_who_can(&who, row, asked->env->config);
	if (who.len > 0) {
		buf_puts(&b, "\n*Who can unblock it:* ");
		buf_puts(&b, buf_str(&who));
	}
	if (json_str(row->facts, "failure")[0] != '\0' && request_state(row) == STATE_FAILED) {
		buf_puts(&b, "\n*Why it failed:* ");
		buf_puts(&b, json_str(row->facts, "failure"));
	}
	text_what_follows(&then, row);
	if (then.len > 0) {
		buf_puts(&b, "\n*Then comes:* ");
		buf_puts(&b, buf_str(&then));
	}
	add_due(&b, wait, "poll_at", "\n*I look at Salesforce next:* ");
	add_due(&b, wait, "remind_at", "\n*Next reminder:* ");
	add_due(&b, wait, "expire_at",
	        row->step >= EAC_CONNECT ? "\n*If nothing comes, it fails:* " : "\n*If nothing comes, it expires:* ");
	if (row->open && wait == NULL && row->wake_at != 0) {
		buf_puts(&b, "\n*I go on:* ");
		mrkdwn_add_time(&b, row->wake_at);
	}
	if (!row->open && json_str(row->facts, "refusal")[0] != '\0') {
		buf_puts(&b, "\n");
		buf_puts(&b, json_str(row->facts, "refusal"));
	}
	return asked_answer(asked, buf_str(&b));
}

enum errc command_list(struct asked *asked)
{
	char word[32];
	struct request_query query = {.limit = SEARCHED};
	words_command(asked->args, word);
	if (word[0] == '\0' || text_eq(word, "open")) {
		query.open_only = true;
	} else if (text_eq(word, "waiting")) {
		static const char *const waiting[] = {"waiting_user", "waiting_admin", "waiting_approval",
		                                      "waiting_backend"};
		for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++)
			query.states[i] = waiting[i];
	} else if (text_eq(word, "mine")) {
		query.requester = asked->deed->user;
		query.open_only = true;
	} else if (text_eq(word, "failed")) {
		query.state = "failed";
	} else if (text_eq(word, "done")) {
		query.closed_only = true;
	} else {
		return asked_answer(asked, "`list` takes one of: open, waiting, mine, failed, done.");
	}
	return answer_list(asked, &query, NULL, "There are none.");
}

/* Whose past somebody looked at is for the audit trail. */
static enum errc note_reading(struct asked *asked, const char *who)
{
	struct audit_row line = {.at = asked->deed->now};
	text_copy(line.actor, sizeof line.actor, asked->deed->user);
	text_copy(line.via, sizeof line.via, asked->actor.via);
	text_copy(line.action, sizeof line.action, "history-read");
	snprintf(line.detail, sizeof line.detail, "of %.500s", who);
	return audit_add(asked->tx, &line);
}

enum errc command_history(struct asked *asked)
{
	struct word word;
	struct who who;
	const char *args = asked->args;
	if (!words_next(&args, &word) || !words_who(&word, &who))
		return asked_answer(
		    asked, "Whose history? Say a mention, an e-mail address, a username or a Salesforce user id.");
	const struct request_query query = {.limit = SEARCHED};
	enum errc rc = note_reading(asked, who.text);
	return rc == OK ? answer_list(asked, &query, who.text, "There was no repair of that person.") : rc;
}

static void help_line(struct buf *b, const struct asked *asked, const struct command *command)
{
	buf_printf(b, "\n`%s %s` — %s", asked->env->config->slack.command, command->usage, command->help);
}

static bool may_use(const struct asked *asked, const struct command *command)
{
	const struct person *person = &asked->deed->person;
	unsigned roles = (person->requester ? WHO_REQUESTER : 0u) | (person->approver ? WHO_APPROVER : 0u) |
	                 (person->admin ? WHO_ADMIN : 0u);
	return (command->who & (roles | WHO_EVERYBODY | WHO_TARGET)) != 0;
}

enum errc command_help(struct asked *asked)
{
	char word[32];
	words_command(asked->args, word);
	const struct command *one = command_find(word);
	const struct person *person = &asked->deed->person;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, ANSWER_MAX);
	if (one != NULL && word[0] != '\0') {
		help_line(&b, asked, one);
		return asked_answer(asked, buf_str(&b) + 1);
	}
	if (word[0] != '\0') {
		buf_puts(&b, "There is no command “");
		mrkdwn_add_literal(&b, word, 40);
		buf_puts(&b, "”. ");
	}
	buf_puts(&b, "I repair the mailbox connection (Einstein Activity Capture) of a Salesforce user, step by step, "
	             "and ask the people whose "
	             "steps they are. What you can use:");
	for (size_t i = 0; i < command_count; i++)
		if (!command_table[i].hidden && may_use(asked, &command_table[i]))
			help_line(&b, asked, &command_table[i]);
	if (person->requester || person->approver || person->admin)
		buf_puts(&b,
		         "\nID is `EAC-42` or `42`; WHO is a mention, an e-mail address, a Salesforce username or a "
		         "Salesforce user id. In a repair's thread, mention me with approve, reject, done, confirm, "
		         "retry, cancel, status or why.");
	else
		buf_puts(&b,
		         "\nThese are for the repair of your own mailbox connection; ID is its number, as in "
		         "`EAC-42`. In a direct message to me, done, help or status is enough. For a repair, ask your "
		         "helpdesk.");
	return asked_answer(asked, buf_str(&b));
}
