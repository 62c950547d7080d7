/*
 * commands/why.c - what one repair waits for, in words.
 *
 * An open repair waits for exactly one thing: a person (who can unblock it), an
 * answer from outside, or a time. That one is named first; what else is going
 * to happen meanwhile (looks, reminders, the end of patience) comes below it.
 */
#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/command.h"
#include "commands/eac/batch.h"
#include "commands/eac/claim.h"
#include "commands/eac/repair_text.h"

enum { ANSWER_MAX = 9000 };

static void add_time(struct buf *b, const struct asked *asked, enum phrase phrase, int64_t at)
{
	AUTO_BUF struct buf time = {0};
	if (at == 0)
		return;
	buf_init(&time, 200);
	mrkdwn_add_time(&time, at);
	phrase_add(b, asked_language(asked), phrase, "time", buf_str(&time), NULL);
}

/* The answer of a call that is under way. */
static void add_call(struct buf *b, const struct asked *asked)
{
	const char *kind = json_str(json_get(asked->row.facts, "call"), "kind");
	bool slack = text_starts(kind, "person");
	phrase_add(b, asked_language(asked), slack ? PHRASE_WHY_SLACK : PHRASE_WHY_SALESFORCE, NULL);
}

/* Nobody is waited for: an answer, or a time. */
static void add_machine(struct buf *b, const struct asked *asked)
{
	const struct request_row *row = &asked->row;
	bool siblings = json_int(row->facts, "batch_wait") != 0 && text_eq(json_str(row->facts, "phase"), "accept");
	if (json_get(row->facts, "call") != NULL)
		add_call(b, asked);
	else
		add_time(b, asked, siblings ? PHRASE_WHY_SIBLINGS : PHRASE_WHY_TIMER,
		         row->wake_at != 0 ? row->wake_at : asked->deed->now);
	if (json_get(row->facts, "wish") != NULL)
		phrase_add(b, asked_language(asked), PHRASE_WHY_CANCELS, NULL);
}

static void add_what_for(struct buf *b, const struct asked *asked)
{
	const struct request_row *row = &asked->row;
	AUTO_BUF struct buf who = {0};
	if (!row->open) {
		phrase_add(b, asked_language(asked), PHRASE_WHY_OVER, NULL);
		return;
	}
	text_who_can(&who, asked_language(asked), row, asked->env->config);
	if (who.len > 0)
		phrase_add(b, asked_language(asked), PHRASE_WHY_WHO, "who", buf_str(&who), NULL);
	else
		add_machine(b, asked);
}

/* "I'm on it" */
static void add_claim(struct buf *b, const struct asked *asked)
{
	const char *claimer = eac_claimed_by(&asked->row);
	AUTO_BUF struct buf who = {0};
	if (claimer[0] == '\0')
		return;
	buf_init(&who, 200);
	mrkdwn_add_user(&who, claimer);
	phrase_add(b, asked_language(asked), PHRASE_WHY_CLAIM, "who", buf_str(&who), NULL);
}

static void add_failure(struct buf *b, const struct asked *asked)
{
	enum language language = asked_language(asked);
	AUTO_BUF struct buf why = {0};
	buf_init(&why, 3000);
	phrase_add_value(&why, language, json_get(asked->row.facts, "failure"));
	if (why.len > 0 && request_state(&asked->row) == STATE_FAILED)
		phrase_add(b, language, PHRASE_WHY_FAILED, "why", buf_str(&why), NULL);
}

static void add_what_follows(struct buf *b, const struct asked *asked)
{
	AUTO_BUF struct buf then = {0};
	text_what_follows(&then, asked_language(asked), &asked->row);
	if (then.len > 0)
		phrase_add(b, asked_language(asked), PHRASE_WHY_THEN, "then", buf_str(&then), NULL);
}

static void add_refusal(struct buf *b, const struct asked *asked)
{
	const json_t *refusal = json_get(asked->row.facts, "refusal");
	if (asked->row.open || refusal == NULL)
		return;
	buf_puts(b, "\n");
	phrase_add_value(b, asked_language(asked), refusal);
}

/* Who is asked about on a board is reminded of there. */
static enum errc add_board(struct buf *b, const struct asked *asked)
{
	const struct request_row *row = &asked->row;
	enum request_state state = request_state(row);
	struct request_row board = {0};
	if (!row->open || !eac_board_asks(row) || (state != STATE_WAITING_APPROVAL && state != STATE_WAITING_BACKEND))
		return OK;
	AUTO_BUF struct buf id = {0};
	enum errc rc = request_get(asked->tx, eac_board_of(row), &board);
	if (rc == OK) {
		buf_init(&id, 400);
		show_id(&id, asked, &board);
		phrase_add(b, asked_language(asked), PHRASE_WHY_BOARD, "board", buf_str(&id), NULL);
		add_time(b, asked, PHRASE_WHY_REMIND, json_int(json_get(board.facts, "wait"), "remind_at"));
	}
	request_row_done(&board);
	return rc;
}

enum errc command_why(struct asked *asked)
{
	const struct request_row *row = &asked->row;
	const json_t *wait = row->open ? json_get(row->facts, "wait") : NULL;
	AUTO_BUF struct buf b = {0};
	buf_init(&b, ANSWER_MAX);
	show_row(&b, asked, row);
	add_what_for(&b, asked);
	add_claim(&b, asked);
	add_failure(&b, asked);
	add_what_follows(&b, asked);
	add_time(&b, asked, PHRASE_WHY_POLL, json_int(wait, "poll_at"));
	add_time(&b, asked, PHRASE_WHY_REMIND, json_int(wait, "remind_at"));
	text_wait_notes(&b, row, asked->env->config, asked_language(asked));
	add_time(&b, asked, row->step >= EAC_CONNECT ? PHRASE_WHY_FAILS : PHRASE_WHY_EXPIRES,
	         json_int(wait, "expire_at"));
	add_refusal(&b, asked);
	enum errc rc = add_board(&b, asked);
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}
