/*
 * commands/buttons.c - clicks and submitted dialogs: the same deeds as typed words.
 *
 * A button carries "ID.NONCE". The nonce has to be that of a live card of that
 * repair, and the click has to come from the message where the card was posted;
 * everything else is a stale, copied or replayed click and is answered privately.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "commands/access.h"
#include "commands/boards.h"
#include "commands/command.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair_text.h"
#include "commands/person.h"
#include "commands/phrases/phrases.h"
#include "commands/words.h"

struct button {
	const char *action;
	const char *card;   /* kind of card that bears it; NULL: several */
	const char *rights; /* the command whose rights it needs */
	bool after_dialog;  /* the click opens a dialog, its submission does it */
	enum errc (*run)(struct asked *asked);
};

static enum errc run_works(struct asked *asked)
{
	return asked_settle(asked, eac_done(&asked->flow, &asked->actor, "It works"), NULL);
}

static enum errc run_done(struct asked *asked)
{
	return asked_settle(
	    asked, eac_done(&asked->flow, &asked->actor, asked->row.step == EAC_TEST ? "It works" : "Done"), NULL);
}

static enum errc run_not_installed(struct asked *asked)
{
	return asked_settle(asked, eac_done(&asked->flow, &asked->actor, "Not installed"), NULL);
}

static enum errc run_still_failing(struct asked *asked)
{
	return asked_settle(asked, eac_still_failing(&asked->flow, &asked->actor), NULL);
}

/* --- dialogs --- */

static enum errc open_case_dialog(struct asked *asked)
{
	enum language l = asked_language(asked);
	struct dialog *d = dialog_new("eac.confirm", phrase_text(l, PHRASE_LABEL_CONFIRM),
	                              phrase_text(l, PHRASE_CASE_SUBMIT), asked->deed->value);
	const struct dialog_text number = {.block = "case",
	                                   .label = phrase_text(l, PHRASE_CASE_LABEL),
	                                   .hint = phrase_text(l, PHRASE_CASE_HINT),
	                                   .optional = !eac_rules(&asked->row, asked->env->config).case_number,
	                                   .max_length = 20};
	const struct dialog_text seen = {.block = "seen",
	                                 .label = phrase_text(l, PHRASE_SEEN_LABEL),
	                                 .optional = true,
	                                 .multiline = true,
	                                 .max_length = 500};
	AUTO_BUF struct buf ask = {0};
	boards_case_ask(asked, &ask);
	dialog_section(d, ask.len > 0 ? buf_str(&ask) : phrase_text(l, PHRASE_CASE_ASK));
	dialog_text_input(d, &number);
	dialog_text_input(d, &seen);
	dialog_close_label(d, phrase_text(l, PHRASE_LATER_CANCEL));
	asked->reply->dialog = dialog_take(d);
	return OK;
}

static enum errc open_note_dialog(struct asked *asked)
{
	if (boards_in_hand(asked))
		return boards_open_note(asked);
	enum language l = asked_language(asked);
	struct dialog *d = dialog_new("eac.still_present", phrase_text(l, PHRASE_LABEL_STILL_PRESENT),
	                              phrase_text(l, PHRASE_NOTE_SUBMIT), asked->deed->value);
	const struct dialog_text note = {.block = "note",
	                                 .label = phrase_text(l, PHRASE_NOTE_LABEL),
	                                 .hint = phrase_text(l, PHRASE_NOTE_HINT),
	                                 .optional = true,
	                                 .multiline = true,
	                                 .max_length = 500};
	dialog_text_input(d, &note);
	dialog_close_label(d, phrase_text(l, PHRASE_LATER_CANCEL));
	asked->reply->dialog = dialog_take(d);
	return OK;
}

static const struct button buttons[] = {
    {"eac.approve", "prompt", "approve", false, command_approve},
    {"eac.reject", "prompt", "reject", false, command_reject},
    {"eac.confirm", "backend", "confirm", true, open_case_dialog},
    {"eac.still_present", "backend", "confirm", true, open_note_dialog},
    {"eac.abort", "backend", "cancel", false, command_cancel},
    {"eac.claim", NULL, "claim", false, command_claim},
    {"eac.check_links", "admin", "done", false, command_done},
    {"eac.done", "user", "done", false, run_done},
    {"eac.not_installed", "user", "done", false, run_not_installed},
    {"eac.works", "user", "done", false, run_works},
    {"eac.still_failing", NULL, "done", false, run_still_failing},
    {"eac.help", "user", "done", false, person_help},
    {"eac.later", "user", "done", true, person_open_later},
    {"eac.mark_done", "copy", "done", false, run_done},
    {"eac.retry", "failed", "retry", false, command_retry},
    {"eac.cancel", "failed", "cancel", false, command_cancel},
};

static const struct button *button_find(const char *action)
{
	for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++)
		if (text_eq(buttons[i].action, action))
			return &buttons[i];
	return NULL;
}

bool commands_button_opens_dialog(const char *action)
{
	const struct button *button = button_find(action);
	return button != NULL && button->after_dialog;
}

/* --- which repair, which card --- */

/* What a button's key leads to. */
enum fate { FATE_LIVE, FATE_DEAD, FATE_COPY, FATE_ELSEWHERE };

/* Why it does nothing, as exactly as it is known. */
static json_t *why_stale(const struct asked *asked, const char *kind, enum fate fate)
{
	char id[24], channel[40];
	if (asked->row.id == 0)
		return phrase_value(PHRASE_STALE, NULL);
	eac_id(asked->row.id, id);
	snprintf(channel, sizeof channel, "<#%s>", asked->row.channel);
	if (fate == FATE_ELSEWHERE)
		return phrase_value(PHRASE_STALE_ELSEWHERE, "id", id, "channel", channel, NULL);
	if (fate == FATE_COPY)
		return phrase_value(PHRASE_STALE_COPY, "id", id, NULL);
	if (asked->row.open && kind != NULL && eac_card_of_kind(&asked->row, kind) != NULL)
		return phrase_value(PHRASE_STALE_NEWER, "id", id, NULL);
	AUTO_BUF struct buf state = {0};
	text_state(&state, asked_language(asked), &asked->row, asked->env->config);
	return phrase_value(asked->row.open ? PHRASE_STALE_SETTLED : PHRASE_STALE_OVER, "id", id, "state",
	                    buf_str(&state), NULL);
}

static enum errc out_of_date(struct asked *asked, const char *kind, enum fate fate)
{
	return asked_deny(asked, why_stale(asked, kind, fate));
}

/* Loads the repair that "ID.NONCE" names; *ret_key is what stands behind the dot, "" when there is none such. */
static enum errc load_row(struct asked *asked, const char *value, const char **ret_key)
{
	char number[24];
	const char *dot = strchr(value, '.');
	*ret_key = "";
	if (dot == NULL || (size_t)(dot - value) >= sizeof number)
		return OK;
	text_copy(number, (size_t)(dot - value) + 1, value);
	enum errc rc = request_get(asked->tx, words_id(number), &asked->row);
	if (rc == OK)
		*ret_key = dot + 1;
	else
		asked->row = (struct request_row){0};
	return rc == ERR_NOT_FOUND ? OK : rc;
}

/* Was it clicked on the message where the card was posted? */
static enum errc compare_place(const struct asked *asked, const json_t *card, enum fate *ret)
{
	const struct deed *deed = asked->deed;
	struct message_row posted = {0};
	enum errc rc = message_get(asked->tx, asked->row.id, json_str(card, "slot"), &posted);
	if (rc != OK) /* where it is not known yet, the click was faster than our note of the post */
		return rc == ERR_NOT_FOUND ? OK : rc;
	bool thread = json_str(card, "conversation")[0] == '\0';
	if (!text_eq(posted.channel, deed->channel))
		*ret = thread ? FATE_ELSEWHERE : FATE_COPY;
	else if (!text_eq(posted.ts, deed->message_ts))
		*ret = FATE_COPY;
	return OK;
}

/* The live card of a repair that "ID.NONCE" names. */
static enum errc load_card(struct asked *asked, const char *value, const char *kind, enum fate *ret)
{
	const char *nonce;
	enum errc rc = load_row(asked, value, &nonce);
	*ret = FATE_DEAD;
	if (rc != OK || nonce[0] == '\0')
		return rc;
	const json_t *card = eac_card_find(&asked->row, nonce);
	if (card == NULL || (kind != NULL && !text_eq(kind, json_str(card, "kind"))))
		return OK;
	*ret = FATE_LIVE;
	return asked->deed->message_ts[0] != '\0' ? compare_place(asked, card, ret) : OK;
}

/* Rights, then the deed; a decision first asks Slack afresh (unless a dialog comes first: then its submission does). */
static enum errc run_checked(struct asked *asked, const char *rights, bool opens_dialog,
                             enum errc (*run)(struct asked *))
{
	asked->command = command_find(rights);
	asked->args = "";
	if ((asked->command->decides || access_is_unsure(asked)) && !opens_dialog && !asked->deed->person.fresh) {
		asked->reply->ask_afresh = true;
		return OK;
	}
	enum phrase why;
	return access_is_refused(asked, &why) ? asked_deny(asked, phrase_value(why, NULL)) : run(asked);
}

/* It stands on a private answer, which is no card: the key is that of the decision. */
static enum errc undo_button(struct asked *asked)
{
	const char *key;
	enum errc rc = load_row(asked, asked->deed->value, &key);
	asked->command = command_find("undo");
	if (rc != OK)
		return rc;
	return asked->row.id != 0 ? run_checked(asked, "undo", false, command_undo_button)
	                          : out_of_date(asked, NULL, FATE_DEAD);
}

enum errc commands_button(struct asked *asked)
{
	enum fate fate;
	const struct button *button = button_find(asked->deed->action);
	if (text_eq(asked->deed->action, "eac.undo"))
		return undo_button(asked);
	if (button == NULL)
		return OK; /* a link button, or one of an older version: nothing to do */
	enum errc rc = load_card(asked, asked->deed->value, button->card, &fate);
	if (rc != OK)
		return rc;
	asked->command = command_find(button->rights);
	return fate == FATE_LIVE ? run_checked(asked, button->rights, button->after_dialog, button->run)
	                         : out_of_date(asked, button->card, fate);
}

/* --- the same buttons, as words in the direct message --- */

static const struct {
	const char *words; /* in English; NULL: a command's name, which is understood anyway */
	enum phrase label; /* as the button reads in the person's language */
	const char *action;
} phrases[] = {{"help", PHRASE_LABEL_HELP, "eac.help"},
               {"i need help", PHRASE_LABEL_HELP, "eac.help"},
               {NULL, PHRASE_LABEL_DONE, "eac.done"},
               {"not installed", PHRASE_LABEL_NOT_INSTALLED, "eac.not_installed"},
               {"it works", PHRASE_LABEL_WORKS, "eac.works"},
               {"works", PHRASE_LABEL_WORKS, "eac.works"},
               {"still failing", PHRASE_LABEL_STILL_FAILING, "eac.still_failing"},
               {"not now", PHRASE_LABEL_NOT_NOW, "eac.later"}};

static enum errc answer_later(struct asked *asked)
{
	enum language language = asked_language(asked);
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 500);
	phrase_add(&b, language, PHRASE_LATER_HOW, "label", phrase_text(language, PHRASE_LABEL_NOT_NOW), NULL);
	return asked_answer(asked, buf_str(&b));
}

enum errc commands_phrase(struct asked *asked, bool *ret_taken)
{
	char text[64];
	words_rest(asked->deed->text, text, sizeof text);
	*ret_taken = false;
	if (request_state(&asked->row) != STATE_WAITING_USER)
		return OK;
	for (size_t i = 0; i < sizeof phrases / sizeof phrases[0]; i++) {
		if ((phrases[i].words == NULL || !text_ieq(text, phrases[i].words)) &&
		    !text_ieq(text, phrase_text(asked_language(asked), phrases[i].label)))
			continue;
		const struct button *button = button_find(phrases[i].action);
		assert(button);
		*ret_taken = true;
		if (button->after_dialog)
			return answer_later(asked);
		return run_checked(asked, button->rights, false,
		                   phrases[i].label == PHRASE_LABEL_DONE ? command_done : button->run);
	}
	return OK;
}

/* --- submitted dialogs --- */

static enum errc submit_confirm(struct asked *asked)
{
	const char *number = dialog_value(asked->deed->view, "case");
	if (boards_in_hand(asked))
		return boards_confirm(asked, number, dialog_value(asked->deed->view, "seen"));
	if (request_state(&asked->row) != STATE_WAITING_BACKEND)
		return asked_settle(asked, ERR_CONFLICT, NULL);
	enum errc rc = eac_confirm(&asked->flow, &asked->actor, number, dialog_value(asked->deed->view, "seen"));
	return asked_settle(asked, rc, NULL);
}

static enum errc submit_still_present(struct asked *asked)
{
	if (boards_in_hand(asked))
		return boards_submit_note(asked);
	if (request_state(&asked->row) != STATE_WAITING_BACKEND)
		return asked_settle(asked, ERR_CONFLICT, NULL);
	return asked_settle(
	    asked, eac_still_present(&asked->flow, &asked->actor, dialog_value(asked->deed->view, "note")), NULL);
}

/* What can be told at once is an error in the dialog; NULL: none. */
static json_t *dialog_mistake(const struct asked *asked, const char *callback)
{
	const json_t *view = asked->deed->view;
	if (text_eq(callback, "eac.confirm")) {
		const char *number = dialog_value(view, "case");
		bool needed = eac_rules(&asked->row, asked->env->config).case_number;
		if (number[0] == '\0' ? needed : !words_case(number))
			return dialog_error("case", phrase_text(asked_language(asked), PHRASE_WRONG_CASE));
	}
	if (text_eq(callback, "eac.still_present") && boards_in_hand(asked))
		return boards_note_mistake(asked);
	return text_eq(callback, "eac.later") ? person_later_mistake(asked) : NULL;
}

static const struct button submissions[] = {
    {"eac.confirm", "backend", "confirm", false, submit_confirm},
    {"eac.still_present", "backend", "confirm", false, submit_still_present},
    {"eac.later", "user", "done", false, person_submit_later},
};

enum errc commands_dialog(struct asked *asked)
{
	const char *callback = json_str(asked->deed->view, "callback_id");
	const char *value = json_str(asked->deed->view, "private_metadata");
	if (text_eq(callback, "eac.repair")) {
		asked->command = command_find("repair");
		if (access_is_unsure(asked) && !asked->deed->person.fresh) {
			asked->reply->ask_afresh = true;
			return OK;
		}
		enum phrase why;
		return access_is_refused(asked, &why) ? asked_deny(asked, phrase_value(why, NULL))
		                                      : command_repair_dialog(asked);
	}
	for (size_t i = 0; i < sizeof submissions / sizeof submissions[0]; i++) {
		enum fate fate;
		if (!text_eq(submissions[i].action, callback))
			continue;
		enum errc rc = load_card(asked, value, submissions[i].card, &fate);
		if (rc != OK)
			return rc;
		asked->command = command_find(submissions[i].rights);
		asked->reply->ack = asked->deed->person.fresh ? NULL : dialog_mistake(asked, callback);
		if (asked->reply->ack != NULL)
			return OK;
		return fate == FATE_LIVE ? run_checked(asked, submissions[i].rights, false, submissions[i].run)
		                         : out_of_date(asked, submissions[i].card, fate);
	}
	return OK;
}
