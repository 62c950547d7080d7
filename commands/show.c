/*
 * commands/show.c - answers that change nothing: status, list, history.
 *
 * Lists are pages of a dozen, counted by indexes alone: the work of an answer
 * does not grow with what the store holds.
 */
#include <inttypes.h>
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
#include "salesforce/sf_id.h"

enum { ROWS_SHOWN = 12, ANSWER_MAX = 9000 };

void show_id(struct buf *b, const struct asked *asked, const struct request_row *row)
{
	char id[24];
	eac_add_link(b, asked->env, row, eac_id(row->id, id));
}

static void add_ticket(struct buf *b, enum language language, const struct request_row *row)
{
	AUTO_BUF struct buf ticket = {0};
	if (json_str(row->facts, "ticket")[0] == '\0')
		return;
	buf_init(&ticket, 300);
	mrkdwn_add_literal(&ticket, json_str(row->facts, "ticket"), 40);
	phrase_add(b, language, PHRASE_SHOW_ROW_TICKET, "ticket", buf_str(&ticket), NULL);
}

void show_row(struct buf *b, const struct asked *asked, const struct request_row *row)
{
	enum language language = asked_language(asked);
	enum phrase phrase = json_bool(row->facts, "check") ? PHRASE_SHOW_ROW_CHECK
	                     : row->open                    ? PHRASE_SHOW_ROW_OPEN
	                                                    : PHRASE_SHOW_ROW_OVER;
	AUTO_BUF struct buf id = {0}, name = {0}, state = {0}, time = {0};
	buf_init(&id, 400);
	buf_init(&time, 200);
	show_id(&id, asked, row);
	text_name(&name, row);
	text_state(&state, language, row, asked->env->config);
	mrkdwn_add_time(&time, row->updated_at);
	phrase_add(b, language, phrase, "id", buf_str(&id), "name", buf_str(&name), "state", buf_str(&state), "number",
	           eac_step_number(row->step), "title", eac_step_title(row->step, language), "time", buf_str(&time),
	           NULL);
	add_ticket(b, language, row);
}

/* Who can unblock it, and when they are reminded: a second line of a row. */
static void add_who(struct buf *b, const struct asked *asked, const struct request_row *row)
{
	AUTO_BUF struct buf who = {0}, time = {0};
	int64_t reminder = json_int(json_get(row->facts, "wait"), "remind_at");
	if (!row->open)
		return;
	text_who_can(&who, asked_language(asked), row, asked->env->config);
	if (who.len > 0)
		phrase_add(b, asked_language(asked), PHRASE_SHOW_ROW_WHO, "who", buf_str(&who), NULL);
	if (who.len == 0 || reminder == 0)
		return;
	buf_init(&time, 200);
	mrkdwn_add_time(&time, reminder);
	phrase_add(b, asked_language(asked), PHRASE_SHOW_ROW_REMINDER, "time", buf_str(&time), NULL);
}

/* --- one repair, step by step --- */

struct steps {
	const struct asked *asked;
	struct buf *b;
};

static const char *step_state_word(enum language language, const char *state)
{
	static const struct {
		const char *state;
		enum phrase phrase;
	} words[] = {{"pending", PHRASE_SHOW_PENDING}, {"running", PHRASE_SHOW_RUNNING},
	             {"waiting", PHRASE_SHOW_WAITING}, {"done", PHRASE_SHOW_DONE},
	             {"skipped", PHRASE_SHOW_SKIPPED}, {"failed", PHRASE_SHOW_FAILED}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (text_eq(words[i].state, state))
			return phrase_text(language, words[i].phrase);
	return state;
}

static enum errc add_step(void *arg, const struct step_row *step)
{
	const struct steps *steps = arg;
	enum language language = asked_language(steps->asked);
	int n = eac_step_find(step->key);
	AUTO_BUF struct buf detail = {0};
	buf_init(&detail, 4000);
	eac_add_step_detail(&detail, language, &steps->asked->row, step);
	phrase_add(steps->b, language, detail.len > 0 ? PHRASE_SHOW_STEP_DETAIL : PHRASE_SHOW_STEP, "number",
	           eac_step_number(n), "title", eac_step_title(n, language), "state",
	           step_state_word(language, step->state), "detail", buf_str(&detail), NULL);
	return OK;
}

/* Of `status`, for admins: what they may hear complaints about, and what helps. */
static void add_ghosts(struct buf *b, const struct asked *asked)
{
	int64_t until = asked->commands->ghosts_until;
	AUTO_BUF struct buf time = {0};
	if (until <= asked->deed->now || !asked->deed->person.admin || !text_eq(asked->command->name, "status"))
		return;
	buf_init(&time, 200);
	mrkdwn_add_time(&time, until);
	phrase_add(b, asked_language(asked), PHRASE_SHOW_GHOSTS, "time", buf_str(&time), "command",
	           asked->env->config->slack.command, NULL);
}

static void add_asked_by(struct buf *b, const struct asked *asked, const struct request_row *row)
{
	enum language language = asked_language(asked);
	const struct person *person = &asked->deed->person;
	const json_t *before = json_get(row->facts, "askers");
	AUTO_BUF struct buf who = {0}, time = {0}, reason = {0}, others = {0};
	buf_init(&who, 100);
	buf_init(&time, 200);
	buf_init(&reason, 1200);
	buf_init(&others, 500);
	mrkdwn_add_user(&who, row->requester);
	mrkdwn_add_time(&time, row->created_at);
	phrase_add(b, language, PHRASE_SHOW_ASKED_BY, "who", buf_str(&who), "time", buf_str(&time), NULL);
	mrkdwn_add_literal(&reason, json_str(row->facts, "reason"), 200);
	if (reason.len > 0 && (person->requester || person->approver || person->admin)) /* not whom it is about */
		phrase_add(b, language, PHRASE_SHOW_REASON, "reason", buf_str(&reason), NULL);
	size_t i;
	json_t *asker;
	json_array_foreach (before, i, asker) {
		buf_puts(&others, i > 0 ? ", " : "");
		mrkdwn_add_user(&others, json_str(asker, "user"));
	}
	if (others.len > 0)
		phrase_add(b, language, PHRASE_SHOW_ASKED_BEFORE, "who", buf_str(&others), NULL);
}

static enum errc show_one(struct asked *asked)
{
	AUTO_BUF struct buf b = {0};
	struct steps steps = {.asked = asked, .b = &b};
	buf_init(&b, ANSWER_MAX);
	show_row(&b, asked, &asked->row);
	add_who(&b, asked, &asked->row);
	add_asked_by(&b, asked, &asked->row);
	enum errc rc = step_each(asked->tx, asked->row.id, add_step, &steps);
	add_ghosts(&b, asked);
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

/* --- lists --- */

struct listing {
	struct asked *asked;
	struct buf text;
	int rows;
	int64_t last; /* id */
};

static enum errc list_row(void *arg, const struct request_row *row)
{
	struct listing *list = arg;
	list->last = row->id;
	buf_puts(&list->text, list->rows++ > 0 ? "\n" : "");
	show_row(&list->text, list->asked, row);
	add_who(&list->text, list->asked, row);
	if (text_eq(list->asked->command->name, "history"))
		add_asked_by(&list->text, list->asked, row);
	return OK;
}

/* How many there are beside those that are shown, and how to see them. Counting reads no rows, which are large. */
static enum errc count_more(struct listing *list, struct request_query *query, const char *words)
{
	char id[24], count[24];
	int64_t more = 0;
	query->below = list->last;
	enum errc rc = list->rows == ROWS_SHOWN ? request_count(list->asked->tx, query, &more) : OK;
	if (rc != OK || more == 0)
		return rc;
	snprintf(count, sizeof count, "%" PRId64, more);
	phrase_add(&list->text, asked_language(list->asked), PHRASE_SHOW_MORE, "count", count, "command",
	           list->asked->env->config->slack.command, "words", words, "id", eac_id(list->last, id), NULL);
	return OK;
}

/* Of `status`: why nothing moves. */
static enum errc add_pause(struct buf *b, const struct asked *asked)
{
	struct pause pause = {0};
	enum errc rc = text_eq(asked->command->name, "status") ? pause_get(asked->tx, &pause) : OK;
	if (rc == OK && pause.on) {
		buf_puts(b, "\n");
		phrase_say(b, asked_language(asked), text_paused(&pause, asked->env->config));
	}
	return rc;
}

/* "before ID" at the end of the words: the page after the one that ended there. */
static int64_t words_before(const char *args)
{
	struct word word;
	bool named = false;
	while (words_next(&args, &word)) {
		if (named)
			return words_id(word.text);
		named = word.kind == WORD_TEXT && text_ieq(word.text, "before");
	}
	return 0;
}

/* words: what was typed, for the next page. */
static enum errc answer_list(struct asked *asked, struct request_query *query, const char *words, enum phrase none)
{
	struct listing list = {.asked = asked};
	query->limit = ROWS_SHOWN;
	query->below = words_before(asked->args);
	buf_init(&list.text, ANSWER_MAX);
	enum errc rc = request_each(asked->tx, query, list_row, &list);
	if (rc == OK)
		rc = count_more(&list, query, words);
	if (list.rows == 0)
		buf_puts(&list.text, phrase_text(asked_language(asked), none));
	add_ghosts(&list.text, asked);
	if (rc == OK)
		rc = add_pause(&list.text, asked);
	if (rc == OK)
		rc = asked_answer(asked, buf_str(&list.text));
	buf_done(&list.text);
	return rc;
}

/* All that is about a person, by any name of theirs. */
static enum errc answer_person(struct asked *asked, const struct who *who, bool open_only, enum phrase none)
{
	char id[19];
	AUTO_BUF struct buf words = {0};
	struct request_query query = {.open_only = open_only, .name = sf_id_long(who->text, id) ? id : who->text};
	buf_init(&words, 1000);
	buf_printf(&words, "%s ", asked->command->name);
	if (who->mention)
		buf_printf(&words, "<@%s>", who->text);
	else
		mrkdwn_add_literal(&words, who->text, 200);
	return answer_list(asked, &query, buf_str(&words), none);
}

static bool is_team(const struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	return person->requester || person->approver || person->admin;
}

/* status alone: what I asked for; for others (and in direct messages): what is about me. */
static enum errc status_mine(struct asked *asked)
{
	struct request_query query = {.open_only = true};
	if (is_team(asked))
		query.requester = asked->deed->user;
	else
		query.slack_user = asked->deed->user;
	return answer_list(asked, &query, "status", PHRASE_SHOW_NONE_OPEN);
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
	bool own = false;
	enum errc rc = find_own(asked, &own);
	*ret_denied = !is_team(asked) && !own;
	return rc;
}

enum errc command_status(struct asked *asked)
{
	struct word word;
	struct who who;
	const char *args = asked->args;
	bool denied = false;
	if (asked->row.id != 0)
		return show_one(asked);
	enum errc rc = status_denied(asked, &denied);
	if (rc != OK)
		return rc;
	if (denied)
		return asked_deny(asked, phrase_value(PHRASE_DENIED_RIGHTS, NULL));
	bool named = words_next(&args, &word) && !text_ieq(word.text, "before");
	if (!is_team(asked) || !named) /* the affected user asks only about themselves, whomever they name */
		return status_mine(asked);
	if (!words_who(&word, &who))
		return asked_say(asked, phrase_value(PHRASE_SHOW_STATUS_TAKES, NULL));
	return answer_person(asked, &who, true, PHRASE_SHOW_NONE_OPEN_OF);
}

/* Fills the query of a word of `list`; false when it is none. */
static bool query_of(const char *word, const char *asker, struct request_query *query)
{
	static const char *const waiting[] = {"waiting_user", "waiting_admin", "waiting_approval", "waiting_backend"};
	if (text_eq(word, "open")) {
		query->open_only = true;
	} else if (text_eq(word, "waiting")) {
		for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++)
			query->states[i] = waiting[i];
	} else if (text_eq(word, "mine")) {
		query->requester = asker;
		query->open_only = true;
	} else if (text_eq(word, "failed")) {
		query->state = "failed";
	} else if (text_eq(word, "done")) {
		query->closed_only = true;
	} else {
		return false;
	}
	return true;
}

enum errc command_list(struct asked *asked)
{
	char word[32], words[48];
	struct request_query query = {0};
	words_command(asked->args, word);
	if (word[0] == '\0' || text_eq(word, "before"))
		text_copy(word, sizeof word, "open");
	if (!query_of(word, asked->deed->user, &query))
		return asked_say(asked, phrase_value(PHRASE_SHOW_LIST_TAKES, NULL));
	snprintf(words, sizeof words, "list %s", word);
	return answer_list(asked, &query, words, PHRASE_SHOW_NONE);
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
		return asked_say(asked, phrase_value(PHRASE_SHOW_WHOSE_HISTORY, NULL));
	enum errc rc = note_reading(asked, who.text);
	return rc == OK ? answer_person(asked, &who, false, PHRASE_SHOW_NONE_EVER_OF) : rc;
}
