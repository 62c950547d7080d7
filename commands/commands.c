/*
 * commands/commands.c - every deed comes through here: which command, may they, do it.
 *
 * The functions are in act.c (decisions), begin.c (repair), show.c (answers),
 * buttons.c (buttons and dialogs).
 */
#include "commands/command.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "commands/access.h"
#include "commands/boards.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair_steps.h"
#include "commands/eac/repair_text.h"
#include "commands/spoken.h"
#include "commands/words.h"

enum { ANSWER_MAX = 9000 };

#define HELPERS (WHO_REQUESTER | WHO_ADMIN)
#define TEAM    (WHO_REQUESTER | WHO_APPROVER | WHO_ADMIN)

/* name, usage, help, more, who, id, in_channels, decides, hidden, run */
const struct command command_table[] = {
    {"absent", "absent ID", PHRASE_HELP_ABSENT, PHRASE_MORE_ABSENT, HELPERS | WHO_TARGET, ID_NEEDED, false, false, true,
     command_absent},
    {"approve", "approve ID", PHRASE_HELP_APPROVE, PHRASE_MORE_APPROVE, WHO_APPROVER | WHO_ADMIN, ID_NEEDED, false,
     true, false, command_approve},
    {"call", "call ID", PHRASE_HELP_CALL, PHRASE_MORE_CALL, HELPERS | WHO_TARGET, ID_NEEDED, false, false, true,
     command_call},
    {"cancel", "cancel ID", PHRASE_HELP_CANCEL, PHRASE_MORE_CANCEL, HELPERS, ID_NEEDED, false, false, false,
     command_cancel},
    {"check", "check WHO", PHRASE_HELP_CHECK, PHRASE_MORE_CHECK, TEAM, ID_NONE, true, false, false, command_check},
    {"claim", "claim ID", PHRASE_HELP_CLAIM, PHRASE_MORE_CLAIM, TEAM, ID_NEEDED, false, false, false, command_claim},
    {"confirm", "confirm ID CASE", PHRASE_HELP_CONFIRM, PHRASE_MORE_CONFIRM, TEAM, ID_NEEDED, false, true, false,
     command_confirm},
    {"delegate", "delegate [@APPROVER until DAY | off]", PHRASE_HELP_DELEGATE, PHRASE_MORE_DELEGATE,
     WHO_APPROVER | WHO_ADMIN, ID_NONE, false, true, false, command_delegate},
    {"done", "done ID [STEP]", PHRASE_HELP_DONE, PHRASE_MORE_DONE, HELPERS | WHO_TARGET, ID_NEEDED, false, false, false,
     command_done},
    {"failing", "failing ID", PHRASE_HELP_FAILING, PHRASE_MORE_FAILING, HELPERS | WHO_TARGET, ID_NEEDED, false, false,
     true, command_failing},
    {"help", "help [COMMAND]", PHRASE_HELP_HELP, PHRASE_MORE_HELP, WHO_EVERYBODY, ID_NONE, false, false, false,
     command_help},
    {"history", "history WHO", PHRASE_HELP_HISTORY, PHRASE_MORE_HISTORY, TEAM, ID_NONE, true, false, false,
     command_history},
    {"later", "later ID DAY", PHRASE_HELP_LATER, PHRASE_MORE_LATER, HELPERS | WHO_TARGET, ID_NEEDED, false, false, true,
     command_later},
    {"list", "list [open|waiting|mine|failed|done]", PHRASE_HELP_LIST, PHRASE_MORE_LIST, TEAM, ID_NONE, true, false,
     false, command_list},
    {"pause", "pause [reason: TEXT]", PHRASE_HELP_PAUSE, PHRASE_MORE_PAUSE, WHO_ADMIN, ID_NONE, false, false, false,
     command_pause},
    {"present", "present ID [note]", PHRASE_HELP_PRESENT, PHRASE_MORE_PRESENT, TEAM, ID_NEEDED, false, true, true,
     command_present},
    {"reject", "reject ID [reason]", PHRASE_HELP_REJECT, PHRASE_MORE_REJECT, WHO_APPROVER | WHO_ADMIN, ID_NEEDED, false,
     true, false, command_reject},
    {"repair", "repair WHO [WHO …] [for @SLACKUSER] [anyway] [ticket: NUMBER] [reason: TEXT]", PHRASE_HELP_REPAIR,
     PHRASE_MORE_REPAIR, HELPERS, ID_NONE, true, false, false, command_repair},
    {"resume", "resume", PHRASE_HELP_RESUME, PHRASE_MORE_RESUME, WHO_ADMIN, ID_NONE, false, false, false,
     command_resume},
    {"retry", "retry ID", PHRASE_HELP_RETRY, PHRASE_MORE_RETRY, HELPERS, ID_NEEDED, false, false, false, command_retry},
    {"status", "status [ID | WHO]", PHRASE_HELP_STATUS, PHRASE_MORE_STATUS, TEAM | WHO_TARGET, ID_OPTIONAL, false,
     false, false, command_status},
    {"take", "take ID", PHRASE_HELP_TAKE, PHRASE_MORE_TAKE, HELPERS, ID_NEEDED, false, false, false, command_take},
    {"undo", "undo ID", PHRASE_HELP_UNDO, PHRASE_MORE_UNDO, WHO_APPROVER | WHO_ADMIN, ID_NEEDED, false, false, false,
     command_undo},
    {"why", "why ID", PHRASE_HELP_WHY, PHRASE_MORE_WHY, TEAM | WHO_TARGET, ID_NEEDED, true, false, false, command_why},
};
const size_t command_count = sizeof command_table / sizeof command_table[0];

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < command_count; i++)
		if (text_eq(command_table[i].name, name))
			return &command_table[i];
	return NULL;
}

/* --- answering --- */

enum language asked_language(const struct asked *asked)
{
	return asked->deed->person.language;
}

const char *asked_channel(const struct asked *asked)
{
	const struct deed *deed = asked->deed;
	bool of_dialog = deed->door == DOOR_DIALOG && text_eq(json_str(deed->view, "callback_id"), "eac.repair");
	const char *kept = json_str(deed->view, "private_metadata");
	if (!of_dialog)
		return deed->channel;
	return kept[0] != '\0' ? kept : dialog_value(deed->view, "channel");
}

/*
 * Who asks in a thread is answered there, also about another repair than the thread's: that one may have no thread, or
 * never get one. Leaves *ret as it is where the place is no repair's thread.
 */
static enum errc find_thread(struct asked *asked, struct message_row *ret, bool *ret_is)
{
	struct message_row parent;
	const struct deed *deed = asked->deed;
	if (deed->thread_ts[0] == '\0')
		return OK;
	enum errc rc = message_find(asked->tx, deed->channel, deed->thread_ts, &parent);
	*ret_is = rc == OK && text_eq(parent.slot, "parent");
	if (*ret_is)
		*ret = parent;
	return rc == ERR_NOT_FOUND ? OK : rc;
}

enum errc asked_answer_body(struct asked *asked, json_t *body)
{
	const struct deed *deed = asked->deed;
	json_decref(asked->reply->said);
	asked->reply->said = json_incref(body);
	if (deed->door == DOOR_SLASH && !deed->person.fresh) {
		json_set_str(body, "response_type", "ephemeral");
		json_decref(asked->reply->ack);
		asked->reply->ack = body;
		return OK;
	}
	struct message_row parent = {.request = asked->row.id};
	const char *channel = asked_channel(asked);
	bool thread = false;
	enum errc rc = find_thread(asked, &parent, &thread);
	if (rc != OK) {
		json_decref(body);
		return rc;
	}
	if (channel[0] == '\0' && asked->row.id != 0 && !access_is_target(asked)) /* who was asked by direct message */
		channel = asked->row.channel;
	return eac_tell(asked->tx, parent.request, channel, thread, deed->user, body);
}

enum errc asked_answer(struct asked *asked, const char *mrkdwn)
{
	return asked_answer_body(asked, message_line(mrkdwn));
}

static enum errc note_refusal(struct asked *asked, const char *english)
{
	struct audit_row line = {.at = asked->deed->now, .repair = asked->row.id};
	text_copy(line.actor, sizeof line.actor, asked->deed->user);
	text_copy(line.via, sizeof line.via, asked->actor.via);
	snprintf(line.action, sizeof line.action, "refused-%s", asked->command->name);
	text_copy(line.detail, sizeof line.detail, english);
	return audit_add(asked->tx, &line);
}

enum errc asked_refuse(struct asked *asked, const char *mrkdwn)
{
	enum errc rc = note_refusal(asked, mrkdwn);
	return rc == OK ? asked_answer(asked, mrkdwn) : rc;
}

enum errc asked_say(struct asked *asked, json_t *sentence)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, ANSWER_MAX);
	phrase_add_value(&b, asked_language(asked), sentence);
	json_decref(sentence);
	return asked_answer(asked, buf_str(&b));
}

enum errc asked_deny(struct asked *asked, json_t *sentence)
{
	AUTO_BUF struct buf english = {0};
	buf_init(&english, ANSWER_MAX);
	phrase_add_value(&english, LANGUAGE_EN, sentence);
	enum errc rc = note_refusal(asked, buf_str(&english));
	if (rc == OK)
		return asked_say(asked, sentence);
	json_decref(sentence);
	return rc;
}

enum errc asked_settle(struct asked *asked, enum errc outcome, const char *done_mrkdwn)
{
	char id[24];
	if (outcome == OK) {
		asked->reply->wake = true;
		outcome = eac_settle(&asked->flow);
		return outcome == OK && done_mrkdwn != NULL ? asked_answer(asked, done_mrkdwn) : outcome;
	}
	if (outcome != ERR_CONFLICT && outcome != ERR_ALREADY)
		return outcome;
	/* the row in hand may have been half changed by what was refused: nothing of it is saved */
	eac_id(asked->row.id, id);
	if (outcome == ERR_ALREADY)
		return asked_say(asked, phrase_value(PHRASE_ASKED_ALREADY_APPROVED, "id", id, NULL));
	AUTO_BUF struct buf state = {0};
	text_state(&state, asked_language(asked), &asked->row, asked->env->config);
	return asked_say(asked, phrase_value(PHRASE_ASKED_DOES_NOT_FIT, "id", id, "state", buf_str(&state), NULL));
}

/* --- from a deed to a command --- */

static const char *via_of(enum door door)
{
	static const char *const words[] = {
	    [DOOR_SLASH] = "command",        [DOOR_BUTTON] = "button",  [DOOR_DIALOG] = "dialog",
	    [DOOR_CLOSED_DIALOG] = "dialog", [DOOR_MENTION] = "thread", [DOOR_DIRECT] = "dm",
	    [DOOR_SHORTCUT] = "shortcut"};
	return words[door];
}

static enum errc keep_newest(void *arg, const struct request_row *row)
{
	*(int64_t *)arg = row->id;
	return ERR_ALREADY; /* the first is enough */
}

/* The repair that the place names: the thread's, or the asker's own open one in direct messages. 0: none. */
static enum errc id_of_place(struct asked *asked, int64_t *ret)
{
	const struct deed *deed = asked->deed;
	struct request_query query = {.limit = 1};
	*ret = 0;
	if (deed->door == DOOR_MENTION && deed->thread_ts[0] != '\0') {
		query.thread_channel = deed->channel;
		query.thread_ts = deed->thread_ts;
	} else if (deed->door == DOOR_DIRECT) {
		query.slack_user = deed->user;
		query.open_only = true;
	} else {
		return OK;
	}
	enum errc rc = request_each(asked->tx, &query, keep_newest, ret);
	return rc == ERR_ALREADY ? OK : rc;
}

static enum errc load(struct asked *asked, int64_t id)
{
	enum errc rc = request_get(asked->tx, id, &asked->row);
	if (rc != OK)
		asked->row = (struct request_row){0};
	return rc;
}

/*
 * The repair that the typed words or the place name; takes the id off the words. In a place that names a repair a
 * bare number may be a case number or the beginning of a reason, so that another repair has to be written EAC-n there.
 */
static enum errc find_id(struct asked *asked, int64_t *ret, bool *ret_doubtful)
{
	struct word word, next;
	const char *rest = asked->args;
	int64_t here = 0, named = words_next(&rest, &word) && word.kind == WORD_TEXT ? words_id(word.text) : 0;
	bool bare = named != 0 && isdigit((unsigned char)word.text[0]);
	enum errc rc = named == 0 || bare ? id_of_place(asked, &here) : OK;
	if (rc != OK)
		return rc;
	const char *after = rest;
	bool is_case = text_eq(asked->command->name, "confirm") && !(named == here && words_next(&after, &next));
	if (bare && here != 0 && is_case)
		named = 0;
	*ret_doubtful = bare && named != 0 && here != 0 && named != here;
	if (named != 0)
		asked->args = rest;
	*ret = named != 0 && !*ret_doubtful ? named : here;
	asked->by_place = named == 0;
	return OK;
}

static enum errc say_no_repair(struct asked *asked, int64_t id, bool doubtful)
{
	char here[24];
	eac_id(id, here);
	if (doubtful)
		return asked_say(asked, phrase_value(PHRASE_ASK_OTHER_REPAIR, "id", here, NULL));
	if (id != 0)
		return asked_say(asked, phrase_value(PHRASE_NO_SUCH_REPAIR, "id", here, NULL));
	return asked_say(asked, phrase_value(PHRASE_ASK_WHICH_REPAIR, "command", asked->env->config->slack.command,
	                                     "usage", asked->command->usage, NULL));
}

/* Loads the repair that is meant. *ret_answered: there is none, and the asker was told so. */
static enum errc take_id(struct asked *asked, bool *ret_answered)
{
	int64_t id = 0;
	bool doubtful = false;
	*ret_answered = false;
	enum errc rc = find_id(asked, &id, &doubtful);
	if (rc == OK && id != 0 && !doubtful)
		rc = load(asked, id);
	if (rc == OK && !doubtful && (id != 0 || asked->command->id == ID_OPTIONAL))
		return OK;
	if (rc != OK && rc != ERR_NOT_FOUND)
		return rc;
	*ret_answered = true;
	return say_no_repair(asked, id, doubtful);
}

/* Rights rest on Slack's word, which may be missing or too old for a decision: they are looked at after it was asked. */
static bool has_to_ask(const struct asked *asked)
{
	return (asked->command->decides || access_is_unsure(asked)) && !asked->deed->person.fresh;
}

static enum errc ask_afresh(struct asked *asked)
{
	asked->reply->ask_afresh = true;
	return asked->deed->door == DOOR_SLASH ? asked_say(asked, phrase_value(PHRASE_CHECKING_RIGHTS, NULL)) : OK;
}

/* May this person do it here? Then it is done. */
static enum errc run_if_allowed(struct asked *asked)
{
	bool own = access_is_target(asked) && (asked->command->who & WHO_TARGET) != 0;
	json_t *elsewhere = own ? NULL : access_place_refusal(asked);
	enum phrase why;
	if (elsewhere != NULL)
		return asked_deny(asked, elsewhere);
	if (has_to_ask(asked))
		return ask_afresh(asked);
	if (access_is_refused(asked, &why))
		return asked_deny(asked, phrase_value(why, NULL));
	return boards_in_hand(asked) ? boards_typed(asked) : asked->command->run(asked);
}

static enum errc run(struct asked *asked)
{
	bool answered = false;
	if ((asked->command->who & WHO_EVERYBODY) == 0 &&
	    access_is_outsider(asked)) /* before they learn what there is */
		return asked_deny(asked, phrase_value(PHRASE_DENIED_OUTSIDER, NULL));
	if (asked->command->id != ID_NONE && asked->row.id == 0) {
		enum errc rc = take_id(asked, &answered);
		if (rc != OK || answered)
			return rc;
	}
	return run_if_allowed(asked);
}

static const char *nearest_command(const char *word)
{
	const char *best = NULL;
	unsigned distance = 3;
	for (size_t i = 0; i < command_count; i++) {
		unsigned d = text_distance(word, command_table[i].name);
		if (d < distance) {
			distance = d;
			best = command_table[i].name;
		}
	}
	return best;
}

static enum errc unknown_word(struct asked *asked, const char *word)
{
	AUTO_BUF struct buf b = {0};
	const char *command = asked->env->config->slack.command, *meant = nearest_command(word);
	buf_init(&b, 600);
	mrkdwn_add_literal(&b, word, 40);
	json_t *sentence =
	    meant != NULL
	        ? phrase_value(PHRASE_UNKNOWN_WORD_MEANT, "word", buf_str(&b), "meant", meant, "command", command, NULL)
	        : phrase_value(PHRASE_UNKNOWN_WORD, "word", buf_str(&b), "command", command, NULL);
	return asked_deny(asked, sentence);
}

/* The open repair about the asker, in direct messages. */
static enum errc own_repair(struct asked *asked)
{
	int64_t id;
	enum errc rc = id_of_place(asked, &id);
	if (rc == OK && id != 0)
		rc = load(asked, id);
	return rc;
}

/* Typed words: a slash command, a mention in a thread, a direct message. */
static enum errc typed(struct asked *asked)
{
	char word[32] = "";
	const struct command *command = spoken_find(asked, &asked->args);
	if (command == NULL) {
		asked->args = words_command(asked->deed->text, word);
		command = command_find(word[0] == '\0' ? "help" : word);
	}
	asked->command = command != NULL ? command : command_find("help");
	if (asked->deed->door == DOOR_MENTION) {
		bool fits = command != NULL && (command->id != ID_NONE || text_eq(word, "help"));
		if (!fits)
			return OK; /* other text in threads is left alone */
	}
	if (asked->deed->door == DOOR_DIRECT) {
		bool taken = false;
		enum errc rc = own_repair(asked);
		if (rc == OK && asked->row.id != 0)
			rc = commands_phrase(asked, &taken);
		if (rc == OK && !taken && command == NULL && asked->row.id != 0 &&
		    request_state(&asked->row) == STATE_WAITING_USER) {
			taken = true;
			rc = asked_say(asked, text_user_not_understood(&asked->row, asked_language(asked)));
		}
		if (rc != OK || taken)
			return rc;
		request_row_done(&asked->row);
		asked->row = (struct request_row){0};
	}
	if (asked->deed->door == DOOR_DIRECT && command == NULL) {
		asked->args = "";
		return run(asked);
	}
	return command == NULL ? unknown_word(asked, word) : run(asked);
}

static enum errc shortcut(struct asked *asked)
{
	asked->command = command_find("repair");
	asked->args = "";
	return run(asked);
}

static enum errc by_door(struct asked *asked)
{
	switch (asked->deed->door) {
	case DOOR_SLASH:
	case DOOR_MENTION:
	case DOOR_DIRECT: return typed(asked);
	case DOOR_BUTTON: return commands_button(asked);
	case DOOR_DIALOG: return commands_dialog(asked);
	case DOOR_SHORTCUT: return shortcut(asked);
	case DOOR_CLOSED_DIALOG: return OK;
	}
	return OK;
}

enum errc commands_handle(struct commands *commands, struct tx *tx, const struct deed *deed, struct reply *ret)
{
	struct flow_call no_call = {0};
	struct asked asked = {.commands = commands,
	                      .env = &commands->env,
	                      .tx = tx,
	                      .deed = deed,
	                      .reply = ret,
	                      .command = command_find("help"),
	                      .args = "",
	                      .actor = {.who = deed->user, .via = via_of(deed->door)}};
	asked.flow =
	    (struct flow){.tx = tx, .row = &asked.row, .now = deed->now, .env = &commands->env, .call = &no_call};
	enum errc rc = by_door(&asked);
	request_row_done(&asked.row);
	flow_call_done(&no_call);
	return rc;
}

void reply_done(struct reply *reply)
{
	json_decref(reply->ack);
	json_decref(reply->dialog);
	json_decref(reply->said);
	*reply = (struct reply){0};
}

/* --- the environment --- */

struct commands *commands_new(const struct config *config)
{
	struct commands *commands = mem_alloc(sizeof *commands);
	commands->env.config = config;
	eac_runbook(&commands->book, &commands->env);
	return commands;
}

void commands_free(struct commands *commands)
{
	free(commands);
}

void commands_set(struct commands *commands, const struct config *config)
{
	commands->env.config = config;
}

void commands_set_bot(struct commands *commands, const char *bot_user, const char *bot_name)
{
	text_copy(commands->env.bot_user, sizeof commands->env.bot_user, bot_user);
	text_copy(commands->env.bot_name, sizeof commands->env.bot_name, bot_name);
}

void commands_set_workspace(struct commands *commands, const char *url)
{
	text_copy(commands->env.workspace, sizeof commands->env.workspace, url);
}

void commands_set_org(struct commands *commands, const char *instance_url)
{
	text_copy(commands->env.instance, sizeof commands->env.instance, instance_url);
}

void commands_set_ghosts(struct commands *commands, int64_t until)
{
	commands->ghosts_until = until;
}

const struct runbook *commands_runbook(const struct commands *commands)
{
	return &commands->book;
}

/* A direct message that can't be delivered: the helpdesk is asked instead. An ephemeral is lost with a log line only.
 */
enum errc commands_undeliverable(struct commands *commands, struct tx *tx, const struct outbox_row *row,
                                 const char *error, int64_t now)
{
	if (row->request == 0 || row->op == OUTBOX_EPHEMERAL)
		return OK;
	struct flow_call no_call = {0};
	AUTO_REQUEST struct request_row request = {0};
	enum errc rc = request_get(tx, row->request, &request);
	if (rc != OK)
		return rc == ERR_NOT_FOUND ? OK : rc;
	struct flow flow = {.tx = tx, .row = &request, .now = now, .env = &commands->env, .call = &no_call};
	rc = eac_undeliverable(&flow, row, error);
	if (rc == OK)
		rc = request_save(tx, &request);
	return rc;
}

const json_t *commands_cards(const struct request_row *row)
{
	return json_get(row->facts, "cards");
}

static enum errc show_again(struct commands *commands, struct tx *tx, int64_t request, const char *slot, int64_t now)
{
	struct flow_call no_call = {0};
	AUTO_REQUEST struct request_row row = {0};
	enum errc rc = request_get(tx, request, &row);
	if (rc != OK)
		return rc;
	struct flow flow = {.tx = tx, .row = &row, .now = now, .env = &commands->env, .call = &no_call};
	return slot != NULL ? eac_card_again(&flow, slot) : eac_update_parent(&flow);
}

const char *commands_card_over(const struct commands *commands, const struct request_row *row, bool direct)
{
	enum language language = direct ? eac_target_language(row) : commands->env.config->slack.language;
	return phrase_text(language, PHRASE_CARD_OVER);
}

enum errc commands_parent(struct commands *commands, struct tx *tx, int64_t request, int64_t now)
{
	return show_again(commands, tx, request, NULL, now);
}

enum errc commands_card(struct commands *commands, struct tx *tx, int64_t request, const char *slot, int64_t now)
{
	return show_again(commands, tx, request, slot, now);
}
