/*
 * commands/act.c - the typed decisions: approve, reject, confirm, claim, undo, done, retry, cancel; pause and resume.
 *
 * Buttons come through the same functions (buttons.c fills `args`).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "commands/access.h"
#include "commands/boards.h"
#include "commands/command.h"
#include "commands/eac/decide.h"
#include "commands/eac/pause.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/takeback.h"
#include "commands/phrases/phrases.h"
#include "commands/words.h"

/* Four eyes: who asked for it does not decide it; the target is kept out by access.c already. */
static bool is_own_request(const struct asked *asked)
{
	return eac_rules(&asked->row, asked->env->config).four_eyes && access_is_requester(asked);
}

/* The asker's sentence for what went well. */
static enum errc settle(struct asked *asked, enum errc outcome, enum phrase done)
{
	return asked_settle(asked, outcome, phrase_text(asked_language(asked), done));
}

/* --- talk in threads --- */

/* "undo that, please" in a thread: other text is left alone */
static bool is_chat(const struct asked *asked)
{
	struct word word;
	const char *args = asked->args;
	return asked->deed->door == DOOR_MENTION && words_next(&args, &word);
}

/* What can't be undone wants the word alone: "approve only when Ben is back" is no approval. */
static enum errc say_chat(struct asked *asked, const char *more)
{
	char id[24], word[40], typed[100];
	const char *name = asked->command->name;
	snprintf(word, sizeof word, "%s%s", name, more);
	snprintf(typed, sizeof typed, "%s %s %s%s", asked->env->config->slack.command, name, eac_id(asked->row.id, id),
	         more);
	return asked_deny(asked, phrase_value(PHRASE_CHAT, "word", word, "typed", typed, NULL));
}

/* --- votes --- */

/* A decision that can be taken back is answered with the button for it. */
static struct message *undo_message(struct asked *asked, enum phrase sentence, const char *key)
{
	enum language language = asked_language(asked);
	AUTO_BUF struct buf b = {0}, until = {0};
	char id[24], value[80];
	buf_init(&b, 2000);
	buf_init(&until, 200);
	mrkdwn_add_second(&until, eac_take_back_until(&asked->flow));
	phrase_add(&b, language, sentence, "id", eac_id(asked->row.id, id), "until", buf_str(&until), "command",
	           asked->env->config->slack.command, NULL);
	snprintf(value, sizeof value, "%" PRId64 ".%s", asked->row.id, key);
	const struct message_button button = {
	    .action = "eac.undo", .label = phrase_text(language, PHRASE_LABEL_TAKE_BACK), .value = value};
	struct message *m = message_new();
	message_text(m, buf_str(&b));
	message_section(m, buf_str(&b));
	message_buttons(m, NULL, &button, 1);
	return m;
}

static enum errc settle_vote(struct asked *asked, enum errc outcome, enum phrase noted, enum phrase noted_undo)
{
	char id[24], key[40];
	enum errc rc = asked_settle(asked, outcome, NULL);
	if (outcome != OK || rc != OK)
		return rc;
	text_copy(key, sizeof key, eac_undo_key(&asked->row, asked->deed->user, asked->deed->now));
	if (key[0] == '\0')
		return asked_say(asked, phrase_value(noted, "id", eac_id(asked->row.id, id), NULL));
	return asked_answer_body(asked, message_take(undo_message(asked, noted_undo, key)));
}

enum errc command_approve(struct asked *asked)
{
	if (is_chat(asked))
		return say_chat(asked, "");
	if (boards_in_hand(asked))
		return boards_decide(asked);
	if (is_own_request(asked))
		return asked_deny(asked, phrase_value(PHRASE_OWN_REQUEST, NULL));
	return settle_vote(asked, eac_approve(&asked->flow, &asked->actor), PHRASE_APPROVAL_NOTED,
	                   PHRASE_APPROVAL_NOTED_UNDO);
}

enum errc command_reject(struct asked *asked)
{
	char reason[REASON_MAX];
	if (boards_in_hand(asked))
		return boards_decide(asked);
	if (is_own_request(asked))
		return asked_deny(asked, phrase_value(PHRASE_OWN_REQUEST, NULL));
	words_rest(asked->args, reason, sizeof reason);
	return settle_vote(asked, eac_reject(&asked->flow, &asked->actor, reason), PHRASE_REJECTION_NOTED,
	                   PHRASE_REJECTION_NOTED_UNDO);
}

static enum errc say_with_state(struct asked *asked, enum phrase sentence)
{
	AUTO_BUF struct buf state = {0};
	char id[24];
	text_state(&state, asked_language(asked), &asked->row, asked->env->config);
	return asked_say(asked,
	                 phrase_value(sentence, "id", eac_id(asked->row.id, id), "state", buf_str(&state), NULL));
}

static enum errc undo(struct asked *asked, const char *key)
{
	char id[24];
	enum errc rc = eac_undo(&asked->flow, &asked->actor, key);
	eac_id(asked->row.id, id);
	switch (rc) {
	case ERR_NOT_FOUND: return asked_say(asked, phrase_value(PHRASE_UNDO_NOTHING, "id", id, NULL));
	case ERR_REFUSED: return say_with_state(asked, PHRASE_UNDO_TOO_LATE);
	case ERR_CONFLICT: return say_with_state(asked, PHRASE_UNDO_GONE_ON);
	case OK: break;
	default: return rc;
	}
	rc = asked_settle(asked, OK, NULL);
	return rc == OK ? asked_say(asked, phrase_value(PHRASE_UNDO_DONE, "id", id, NULL)) : rc;
}

enum errc command_undo(struct asked *asked)
{
	if (boards_in_hand(asked))
		return boards_decide(asked);
	return is_chat(asked) ? OK : undo(asked, "");
}

enum errc command_undo_button(struct asked *asked)
{
	const char *dot = strchr(asked->deed->value, '.');
	return undo(asked, dot != NULL ? dot + 1 : "?");
}

enum errc command_claim(struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	bool may_decide = (person->approver || person->admin) && !is_own_request(asked);
	char id[24];
	if (is_chat(asked))
		return OK;
	eac_id(asked->row.id, id);
	if (request_state(&asked->row) == STATE_WAITING_APPROVAL && !may_decide)
		return asked_deny(asked, phrase_value(PHRASE_CLAIM_FOR_APPROVERS, "id", id, NULL));
	enum errc rc = eac_claim(&asked->flow, &asked->actor);
	if (rc == ERR_ALREADY)
		return asked_say(asked, phrase_value(PHRASE_CLAIM_ALREADY, "id", id, NULL));
	enum errc saved = asked_settle(asked, rc, NULL);
	return rc == OK && saved == OK ? asked_say(asked, phrase_value(PHRASE_CLAIM_DONE, "id", id, NULL)) : saved;
}

/* --- the others --- */

enum errc command_confirm(struct asked *asked)
{
	struct word word = {0}, next;
	bool taken = false;
	enum errc rc = boards_confirm_several(asked, &taken);
	if (rc != OK || taken)
		return rc;
	const char *args = asked->args;
	bool given = words_next(&args, &word);
	if (given && asked->deed->door == DOOR_MENTION && words_next(&args, &next)) /* "confirm that it is gone" */
		return say_chat(asked, " CASE");
	if (!given && eac_rules(&asked->row, asked->env->config).case_number)
		return asked_say(asked, phrase_value(PHRASE_ASK_CASE, NULL));
	if (given && !words_case(word.text))
		return asked_say(asked, phrase_value(PHRASE_WRONG_CASE, NULL));
	if (boards_in_hand(asked))
		return boards_confirm(asked, given ? word.text : "", "");
	if (request_state(&asked->row) != STATE_WAITING_BACKEND)
		return asked_settle(asked, ERR_CONFLICT, NULL);
	return settle(asked, eac_confirm(&asked->flow, &asked->actor, given ? word.text : "", ""),
	              PHRASE_CONFIRM_NOTED);
}

/* PHRASE_COUNT when the step that was named (if any) is the one that waits. */
static enum phrase wrong_step(const struct asked *asked)
{
	struct word word;
	const char *args = asked->args;
	if (!words_next(&args, &word))
		return PHRASE_COUNT;
	int step = eac_step_find(word.text);
	if (step < 0)
		return PHRASE_UNKNOWN_STEP;
	return step == asked->row.step ? PHRASE_COUNT : PHRASE_OTHER_STEP;
}

static const char *word_for_done(const struct asked *asked)
{
	return asked->row.step == EAC_TEST ? "It works" : "Done";
}

enum errc command_done(struct asked *asked)
{
	enum phrase why = wrong_step(asked);
	if (why != PHRASE_COUNT)
		return asked_say(asked, phrase_value(why, NULL));
	bool links = request_state(&asked->row) == STATE_WAITING_ADMIN;
	if (links && access_is_target(asked))
		return asked_deny(asked, phrase_value(PHRASE_STEP_NOT_FOR_TARGET, NULL));
	enum errc rc = eac_done(&asked->flow, &asked->actor, word_for_done(asked));
	return settle(asked, rc, links ? PHRASE_LOOKING_NOW : PHRASE_DONE_NOTED);
}

/* A failed repair does nothing more beside a newer one of the same person. */
static enum errc refuse_rival(struct asked *asked, bool *ret_answered)
{
	int64_t rival = 0;
	char id[24], newer[24];
	enum errc rc = eac_rival(&asked->flow, &rival);
	*ret_answered = rc != OK || rival != 0;
	if (!*ret_answered || rc != OK)
		return rc;
	return asked_say(
	    asked, phrase_value(PHRASE_RIVAL, "newer", eac_id(rival, newer), "id", eac_id(asked->row.id, id), NULL));
}

enum errc command_retry(struct asked *asked)
{
	bool answered;
	if (is_chat(asked))
		return say_chat(asked, "");
	enum errc rc = refuse_rival(asked, &answered);
	return answered ? rc : settle(asked, eac_retry(&asked->flow, &asked->actor), PHRASE_GOING_ON);
}

enum errc command_cancel(struct asked *asked)
{
	bool owes = eac_owes(&asked->flow), answered;
	if (is_chat(asked))
		return say_chat(asked, "");
	enum errc rc = refuse_rival(asked, &answered);
	if (answered)
		return rc;
	rc = eac_cancel(&asked->flow, &asked->actor);
	bool waits = rc == OK && json_get(asked->row.facts, "wish") != NULL;
	return settle(asked, rc, waits ? PHRASE_CANCEL_WAITS : owes ? PHRASE_CANCELLING : PHRASE_CANCELLED_NOW);
}

enum errc command_pause(struct asked *asked)
{
	struct pause pause;
	char reason[REASON_MAX];
	AUTO_BUF struct buf b = {0};
	const char *text = asked->args + strspn(asked->args, " ");
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc == OK && !pause.on) {
		words_rest(strncasecmp(text, "reason:", 7) == 0 ? text + 7 : text, reason, sizeof reason);
		pause = (struct pause){.on = true, .at = asked->deed->now};
		text_copy(pause.by, sizeof pause.by, asked->deed->user);
		text_copy(pause.reason, sizeof pause.reason, reason);
		rc = pause_begin(asked->tx, asked->env, &pause, asked->actor.via);
	}
	buf_init(&b, 2000);
	phrase_say(&b, asked_language(asked), text_paused(&pause, asked->env->config));
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}

enum errc command_resume(struct asked *asked)
{
	struct pause pause;
	AUTO_BUF struct buf b = {0};
	enum errc rc = pause_get(asked->tx, &pause);
	if (rc != OK)
		return rc;
	if (!pause.on)
		return asked_say(asked, phrase_value(PHRASE_NOT_PAUSED, NULL));
	rc = pause_end(asked->tx, asked->env, &asked->actor, asked->deed->now);
	asked->reply->wake = true;
	buf_init(&b, 2000);
	phrase_say(&b, asked_language(asked), text_resumed(asked->deed->user, asked->deed->now));
	return rc == OK ? asked_answer(asked, buf_str(&b)) : rc;
}
