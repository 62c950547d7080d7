/*
 * commands/boards.c - see boards.h.
 *
 * The role is checked as for one repair; what differs from person to person (who asked, whose account it is) is
 * checked for each of them by the board itself.
 */
#include "commands/boards.h"

#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "commands/access.h"
#include "commands/eac/batch.h"
#include "commands/eac/decide.h"
#include "commands/eac/takeback.h"
#include "commands/words.h"

enum { NAMED_MAX = 200 };

bool boards_in_hand(const struct asked *asked)
{
	return asked->row.id != 0 && eac_is_board(&asked->row);
}

/* --- answers --- */

static enum errc say(struct asked *asked, enum phrase sentence, int n, int changed)
{
	AUTO_BUF struct buf b = {0}, until = {0};
	char id[24], number[24];
	buf_init(&b, 4000);
	buf_init(&until, 200);
	mrkdwn_add_second(&until, eac_take_back_until(&asked->flow));
	phrase_add(&b, asked_language(asked), sentence, "id", eac_id(asked->row.id, id), "n", phrase_number(n, number),
	           "until", buf_str(&until), "command", asked->env->config->slack.command, NULL);
	if (changed > 0) {
		buf_puts(&b, " ");
		phrase_add(&b, asked_language(asked), PHRASE_BOARD_CHANGED, "n", phrase_number(changed, number), NULL);
	}
	return asked_answer(asked, buf_str(&b));
}

static enum errc say_nothing(struct asked *asked)
{
	AUTO_BUF struct buf counts = {0};
	char id[24];
	buf_init(&counts, 4000);
	enum errc rc = eac_board_tell(&asked->flow, asked_language(asked), NULL, &counts);
	return rc == OK ? asked_say(asked, phrase_value(PHRASE_BOARD_NOTHING, "id", eac_id(asked->row.id, id), "counts",
	                                                buf_str(&counts), NULL))
	                : rc;
}

/* Whom one may mean, by number. */
static enum errc say_which(struct asked *asked)
{
	AUTO_BUF struct buf people = {0}, cut = {0};
	char id[24], n[24];
	size_t i;
	json_t *member;
	buf_init(&people, 12000);
	buf_init(&cut, 12000);
	json_array_foreach (json_get(asked->row.facts, "members"), i, member)
		buf_printf(&people, "%s%s", i > 0 ? ", " : "", eac_id((int64_t)json_integer_value(member), id));
	mrkdwn_cut(&cut, buf_str(&people), 2000);
	return asked_say(asked, phrase_value(PHRASE_BOARD_WHICH, "n", phrase_number((int64_t)i, n), "usage",
	                                     asked->command->usage, "people", buf_str(&cut), "id",
	                                     eac_id(asked->row.id, id), NULL));
}

static enum errc show(struct asked *asked)
{
	json_t *body = NULL;
	enum errc rc = eac_board_tell(&asked->flow, asked_language(asked), &body, NULL);
	return rc == OK ? asked_answer_body(asked, body) : rc;
}

/* --- deeds --- */

static const char *nonce_of(const struct asked *asked)
{
	const char *value = asked->deed->door == DOOR_BUTTON   ? asked->deed->value
	                    : asked->deed->door == DOOR_DIALOG ? json_str(asked->deed->view, "private_metadata")
	                                                       : "";
	const char *dot = strchr(value, '.');
	return dot != NULL ? dot + 1 : "";
}

/* Carries it out and answers; noted: when it was done for somebody. */
static enum errc carry_out(struct asked *asked, struct eac_board_order *order, enum phrase noted)
{
	struct eac_board_outcome out;
	char id[24], member[24];
	order->actor = &asked->actor;
	order->email = asked->deed->person.email;
	order->nonce = nonce_of(asked);
	enum errc rc = eac_board_do(&asked->flow, order, &out);
	if (rc != OK)
		return rc;
	eac_id(asked->row.id, id);
	if (out.doubtful)
		return asked_say(asked, phrase_value(PHRASE_BOARD_TWO, "id", id, NULL));
	if (out.barred != 0)
		return asked_deny(
		    asked, phrase_value(PHRASE_BOARD_BARRED, "id", id, "member", eac_id(out.barred, member), NULL));
	if (out.done == 0 && out.already > 0)
		return asked_say(asked, phrase_value(PHRASE_ASKED_ALREADY_APPROVED, "id", id, NULL));
	if (out.done == 0 && out.changed == 0)
		return say_nothing(asked);
	rc = asked_settle(asked, OK, NULL);
	return rc == OK ? say(asked, noted, out.done, out.changed) : rc;
}

enum errc boards_decide(struct asked *asked)
{
	char reason[REASON_MAX];
	struct eac_board_order order = {.deed = BOARD_APPROVE, .words = "", .seen = ""};
	bool undoable = eac_take_back_until(&asked->flow) > asked->deed->now;
	if (text_eq(asked->command->name, "approve"))
		return carry_out(asked, &order,
		                 undoable ? PHRASE_BOARD_APPROVAL_NOTED_UNDO : PHRASE_BOARD_APPROVAL_NOTED);
	if (text_eq(asked->command->name, "undo")) {
		order.deed = BOARD_UNDO;
		return carry_out(asked, &order, PHRASE_BOARD_UNDO_NOTED);
	}
	words_rest(asked->args, reason, sizeof reason);
	order.deed = BOARD_REJECT;
	order.words = reason;
	return carry_out(asked, &order, PHRASE_BOARD_REJECTION_NOTED);
}

enum errc boards_confirm(struct asked *asked, const char *case_number, const char *seen)
{
	struct eac_board_order order = {.deed = BOARD_CONFIRM, .words = case_number, .seen = seen};
	return carry_out(asked, &order, PHRASE_BOARD_CONFIRM_NOTED);
}

enum errc boards_typed(struct asked *asked)
{
	static const char *const for_all[] = {"approve", "reject", "confirm", "undo"};
	if (text_eq(asked->command->name, "status") || text_eq(asked->command->name, "why"))
		return show(asked);
	for (size_t i = 0; i < sizeof for_all / sizeof for_all[0]; i++)
		if (!asked->by_place && text_eq(asked->command->name, for_all[i]))
			return asked->command->run(asked);
	return say_which(asked);
}

void boards_case_ask(const struct asked *asked, struct buf *b)
{
	const json_t *waiting = json_path(asked->row.facts, "asks", "backend", "members", NULL);
	char id[24], n[24];
	if (!boards_in_hand(asked))
		return;
	buf_init(b, 2000);
	phrase_add(b, asked_language(asked), PHRASE_BOARD_CASE_ASK, "id", eac_id(asked->row.id, id), "n",
	           phrase_number((int64_t)json_array_size(waiting), n), NULL);
}

/* --- the dialog of Still present --- */

enum errc boards_open_note(struct asked *asked)
{
	enum language l = asked_language(asked);
	struct dialog *d = dialog_new("eac.still_present", phrase_text(l, PHRASE_LABEL_STILL_PRESENT),
	                              phrase_text(l, PHRASE_NOTE_SUBMIT), asked->deed->value);
	const struct dialog_text who = {.block = "who",
	                                .label = phrase_text(l, PHRASE_BOARD_STILL_WHO),
	                                .hint = phrase_text(l, PHRASE_BOARD_STILL_HINT),
	                                .max_length = 2000};
	const struct dialog_text note = {.block = "note",
	                                 .label = phrase_text(l, PHRASE_NOTE_LABEL),
	                                 .hint = phrase_text(l, PHRASE_NOTE_HINT),
	                                 .optional = true,
	                                 .multiline = true,
	                                 .max_length = 500};
	dialog_text_input(d, &who);
	dialog_text_input(d, &note);
	asked->reply->dialog = dialog_take(d);
	return OK;
}

static bool is_member(const struct asked *asked, int64_t id)
{
	size_t i;
	json_t *member;
	json_array_foreach (json_get(asked->row.facts, "members"), i, member)
		if (json_integer_value(member) == id)
			return true;
	return false;
}

/* False: a word names nobody of the board. */
static bool read_members(const struct asked *asked, int64_t ids[static NAMED_MAX], size_t *ret)
{
	const char *typed = dialog_value(asked->deed->view, "who");
	struct word word;
	size_t n = 0;
	while (words_next(&typed, &word)) {
		int64_t id = word.kind == WORD_TEXT ? words_id(word.text) : 0;
		if (n == NAMED_MAX || !is_member(asked, id))
			return false;
		ids[n++] = id;
	}
	*ret = n;
	return n > 0;
}

json_t *boards_note_mistake(const struct asked *asked)
{
	int64_t ids[NAMED_MAX];
	size_t n;
	return read_members(asked, ids, &n)
	           ? NULL
	           : dialog_error("who", phrase_text(asked_language(asked), PHRASE_BOARD_STILL_WRONG));
}

enum errc boards_submit_note(struct asked *asked)
{
	int64_t ids[NAMED_MAX];
	struct eac_board_order order = {
	    .deed = BOARD_STILL_PRESENT, .words = dialog_value(asked->deed->view, "note"), .seen = "", .only = ids};
	if (!read_members(asked, ids, &order.only_count))
		return asked_say(asked, phrase_value(PHRASE_BOARD_STILL_WRONG, NULL));
	return carry_out(asked, &order, PHRASE_BOARD_CONFIRM_NOTED);
}

/* --- several people in one typed word of the backend --- */

/* EAC-8 may be a case number itself: it is a person only where another word follows. */
static size_t read_more(struct asked *asked, int64_t ids[static NAMED_MAX])
{
	size_t n = 1;
	struct word word, next;
	const char *rest = asked->args;
	ids[0] = asked->row.id;
	while (n < NAMED_MAX && words_next(&rest, &word)) {
		const char *after = rest;
		bool named =
		    word.kind == WORD_TEXT && strncasecmp(word.text, "EAC-", 4) == 0 && words_id(word.text) != 0;
		if (!named || !words_next(&after, &next))
			break;
		ids[n++] = words_id(word.text);
		asked->args = rest;
	}
	return n;
}

static enum errc confirm_one(struct asked *asked, int64_t id, const char *case_number, int *done)
{
	AUTO_REQUEST struct request_row row = {0};
	enum phrase why;
	enum errc rc = request_get(asked->tx, id, &row);
	if (rc != OK)
		return rc == ERR_NOT_FOUND ? OK : rc;
	struct asked one = *asked;
	one.row = row; /* borrowed: rights are read from it */
	one.flow.row = &row;
	if (access_is_refused(&one, &why) || request_state(&row) != STATE_WAITING_BACKEND)
		return OK;
	rc = eac_confirm(&one.flow, &asked->actor, case_number, "");
	*done += rc == OK;
	asked->reply->wake = true;
	return rc == OK ? eac_settle(&one.flow) : rc;
}

enum errc boards_confirm_several(struct asked *asked, bool *ret_taken)
{
	int64_t ids[NAMED_MAX];
	size_t n = read_more(asked, ids);
	int done = 0;
	struct word word;
	const char *args = asked->args;
	*ret_taken = n > 1 && words_next(&args, &word);
	if (!*ret_taken)
		return OK;
	if (!words_case(word.text))
		return asked_say(asked, phrase_value(PHRASE_WRONG_CASE, NULL));
	enum errc rc = OK;
	for (size_t i = 0; i < n && rc == OK; i++)
		rc = confirm_one(asked, ids[i], word.text, &done);
	return rc == OK ? say(asked, PHRASE_BOARD_CONFIRM_NOTED, done, (int)n - done) : rc;
}
