/*
 * commands/begin_dialog.c - the dialog of `repair`: whom, where, which ticket, why.
 *
 * It opens for a bare `repair` and for the shortcuts. A shortcut may come from
 * nowhere, or from a channel that is not set up for it: then the dialog asks
 * for one that is. What can be told at once is an error below its input.
 */
#include <stdlib.h>

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "commands/begin.h"
#include "commands/begin_limits.h"

enum { CHOICES_MAX = 10 };

/* --- where --- */

static bool is_allowed(const struct asked *asked, const char *channel)
{
	const struct config *config = asked->env->config;
	return channel[0] != '\0' && (config->access.any_channel || config_list_has(&config->access.channels, channel));
}

/* The channel where it was asked, where that will do, or the only one there is; "": has to be asked. */
static const char *channel_known(const struct asked *asked)
{
	const struct deed *deed = asked->deed;
	const struct config_list *channels = &asked->env->config->access.channels;
	json_t *why = begin_channel_refusal(asked);
	bool fits = why == NULL && !deed->place.shared && is_allowed(asked, deed->channel);
	json_decref(why);
	if (fits)
		return deed->channel;
	return !asked->env->config->access.any_channel && channels->count == 1 ? channels->items[0] : "";
}

static void add_channel_choice(struct dialog *d, const struct config_list *channels, const char *label)
{
	char names[CHOICES_MAX][40];
	struct dialog_choice choices[CHOICES_MAX];
	for (size_t i = 0; i < channels->count; i++) {
		snprintf(names[i], sizeof names[i], "<#%s>", channels->items[i]);
		choices[i] = (struct dialog_choice){channels->items[i], names[i]};
	}
	dialog_choice_input(d, "channel", label, choices, channels->count);
}

static void add_where(struct dialog *d, const struct asked *asked, const char *known)
{
	enum language language = asked_language(asked);
	const char *label = phrase_text(language, PHRASE_REPAIR_DIALOG_CHANNEL);
	const struct config *config = asked->env->config;
	bool few = !config->access.any_channel && config->access.channels.count <= CHOICES_MAX;
	AUTO_BUF struct buf b = {0}, name = {0};
	if (known[0] != '\0') {
		buf_init(&b, 300);
		buf_init(&name, 40);
		buf_printf(&name, "<#%s>", known);
		phrase_add(&b, language, PHRASE_REPAIR_DIALOG_WHERE, "channel", buf_str(&name), NULL);
		dialog_section(d, buf_str(&b));
	} else if (few && config->access.channels.count > 0) {
		add_channel_choice(d, &config->access.channels, label);
	} else {
		dialog_channel_input(d, "channel", label);
	}
}

/* --- opening --- */

static void add_words(struct dialog *d, enum language language, const struct repair_words *typed)
{
	const struct dialog_text ticket = {.block = "ticket",
	                                   .label = phrase_text(language, PHRASE_REPAIR_DIALOG_TICKET),
	                                   .hint = phrase_text(language, PHRASE_REPAIR_DIALOG_TICKET_HINT),
	                                   .initial = typed->ticket,
	                                   .optional = true,
	                                   .max_length = TICKET_SIZE - 1};
	const struct dialog_text reason = {.block = "reason",
	                                   .label = phrase_text(language, PHRASE_REPAIR_DIALOG_REASON),
	                                   .initial = typed->reason,
	                                   .optional = true,
	                                   .multiline = true,
	                                   .max_length = 900};
	dialog_text_input(d, &ticket);
	dialog_text_input(d, &reason);
}

enum errc begin_open_dialog(struct asked *asked, const struct repair_words *typed)
{
	enum language language = asked_language(asked);
	const char *channel = channel_known(asked), *subject = asked->deed->subject;
	json_t *why = NULL;
	enum errc rc = begin_pause_refusal(asked, &why);
	if (rc != OK || why != NULL)
		return rc != OK ? rc : asked_deny(asked, why);
	struct dialog *d = dialog_new("eac.repair", phrase_text(language, PHRASE_REPAIR_DIALOG_TITLE),
	                              phrase_text(language, PHRASE_REPAIR_DIALOG_START), channel);
	dialog_close_label(d, phrase_text(language, PHRASE_LATER_CANCEL));
	dialog_section(d, phrase_text(language, PHRASE_REPAIR_DIALOG_INTRO));
	dialog_users_input(d, "who", phrase_text(language, PHRASE_REPAIR_DIALOG_WHO), false, &subject,
	                   text_empty(subject) ? 0 : 1);
	add_where(d, asked, channel);
	add_words(d, language, typed);
	asked->reply->dialog = dialog_take(d);
	return OK;
}

/* --- submitted --- */

/* An error below an input; where it is too late for one, a private answer. */
static enum errc mistake(struct asked *asked, const char *block, json_t *sentence)
{
	AUTO_BUF struct buf b = {0};
	if (asked->deed->person.fresh)
		return asked_deny(asked, sentence);
	buf_init(&b, 1000);
	phrase_add_value(&b, asked_language(asked), sentence);
	asked->reply->ack = dialog_error(block, buf_str(&b));
	json_decref(sentence);
	return OK;
}

/* Whom of those picked the bot never touches, as far as Slack shows their address. NULL: nobody. */
static json_t *protected_one(const struct asked *asked, const json_t *users)
{
	const struct config_list *list = &asked->env->config->access.protected_users;
	size_t i;
	json_t *user;
	json_array_foreach (users, i, user) {
		const json_t *person = json_get(asked->deed->picked, json_string_value(user));
		const char *email = json_str(person, "email"), *name = json_str(person, "name");
		if (email[0] != '\0' && config_list_has_nocase(list, email))
			return phrase_value(PHRASE_REPAIR_DIALOG_PROTECTED, "name", name[0] != '\0' ? name : email,
			                    NULL);
	}
	return NULL;
}

/* *ret_block: the input that it is about; NULL: everything is well. The caller owns the sentence. */
static json_t *mistake_in(const struct asked *asked, const struct repair_words *words, const char **ret_block)
{
	json_t *found = protected_one(asked, dialog_users(asked->deed->view, "who"));
	*ret_block = "who";
	if (words->count == 0)
		return phrase_value(PHRASE_REPAIR_DIALOG_NOBODY, NULL);
	if (found != NULL)
		return found;
	*ret_block = "ticket";
	if (words->ticket[0] != '\0' && !words_ticket(words->ticket))
		return phrase_value(PHRASE_REPAIR_DIALOG_NO_TICKET, NULL);
	*ret_block = "channel";
	if (!is_allowed(asked, asked_channel(asked)) || asked->deed->place.shared)
		return phrase_value(PHRASE_REPAIR_DIALOG_NO_CHANNEL, NULL);
	return begin_channel_refusal(asked);
}

static void read_dialog(const json_t *view, struct repair_words *words)
{
	size_t i;
	json_t *user;
	json_array_foreach (dialog_users(view, "who"), i, user) {
		if (words->count == WORDS_MAX)
			break;
		struct who *who = &words->who[words->count++];
		who->mention = true;
		text_copy(who->text, sizeof who->text, json_string_value(user));
	}
	text_copy(words->reason, sizeof words->reason, dialog_value(view, "reason"));
	words_rest(dialog_value(view, "ticket"), words->ticket, sizeof words->ticket);
}

enum errc command_repair_dialog(struct asked *asked)
{
	const json_t *view = asked->deed->view;
	struct repair_words *words = mem_alloc(sizeof *words);
	const char *block;
	read_dialog(view, words);
	json_t *wrong = mistake_in(asked, words, &block);
	bool asked_where = json_str(view, "private_metadata")[0] == '\0';
	enum errc rc;
	if (wrong == NULL)
		rc = begin_start(asked, words);
	else if (text_eq(block, "channel") && !asked_where)
		rc = asked_deny(asked, wrong); /* there is no such input */
	else
		rc = mistake(asked, block, wrong);
	free(words);
	return rc;
}
