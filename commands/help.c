/*
 * commands/help.c - what can be typed, told from the table of commands.
 */
#include "bot/base/buf.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/command.h"
#include "commands/words.h"

enum { ANSWER_MAX = 9000 };

static void help_line(struct buf *b, const struct asked *asked, const struct command *command)
{
	buf_printf(b, "\n`%s %s` — %s", asked->env->config->slack.command, command->usage,
	           phrase_text(asked_language(asked), command->help));
}

static bool may_use(const struct asked *asked, const struct command *command)
{
	const struct person *person = &asked->deed->person;
	unsigned roles = (person->requester ? WHO_REQUESTER : 0u) | (person->approver ? WHO_APPROVER : 0u) |
	                 (person->admin ? WHO_ADMIN : 0u);
	return (command->who & (roles | WHO_EVERYBODY | WHO_TARGET)) != 0;
}

static enum phrase who_may(const struct command *command)
{
	bool target = (command->who & WHO_TARGET) != 0;
	switch (command->who & ~(unsigned)WHO_TARGET) {
	case WHO_ADMIN: return PHRASE_MAY_ADMINS;
	case WHO_APPROVER | WHO_ADMIN: return PHRASE_MAY_APPROVERS;
	case WHO_REQUESTER | WHO_ADMIN: return target ? PHRASE_MAY_HELPERS_TARGET : PHRASE_MAY_HELPERS;
	case WHO_REQUESTER | WHO_APPROVER | WHO_ADMIN: return target ? PHRASE_MAY_TEAM_TARGET : PHRASE_MAY_TEAM;
	default: return PHRASE_MAY_EVERYBODY;
	}
}

/* All about one command: each of its words, with an example. */
static enum errc help_one(struct asked *asked, const struct command *command)
{
	enum language language = asked_language(asked);
	AUTO_BUF struct buf b = {0};
	buf_init(&b, ANSWER_MAX);
	help_line(&b, asked, command);
	buf_puts(&b, "\n");
	phrase_add(&b, language, command->more, "command", asked->env->config->slack.command, NULL);
	buf_printf(&b, "\n%s", phrase_text(language, who_may(command)));
	if (command->in_channels)
		buf_printf(&b, " %s", phrase_text(language, PHRASE_MAY_IN_CHANNELS));
	return asked_answer(asked, buf_str(&b) + 1);
}

/* What a mention in a repair's thread may say. */
static void add_words_of_threads(struct buf *b, const struct asked *asked)
{
	bool first = true;
	for (size_t i = 0; i < command_count; i++) {
		if (command_table[i].id == ID_NONE || command_table[i].hidden || !may_use(asked, &command_table[i]))
			continue;
		buf_printf(b, "%s`%s`", first ? "" : ", ", command_table[i].name);
		first = false;
	}
}

static void add_all(struct buf *b, const struct asked *asked)
{
	enum language language = asked_language(asked);
	const struct person *person = &asked->deed->person;
	bool team = person->requester || person->approver || person->admin;
	AUTO_BUF struct buf words = {0};
	buf_init(&words, 500);
	add_words_of_threads(&words, asked);
	phrase_add(b, language, PHRASE_HELP_INTRO, NULL);
	for (size_t i = 0; i < command_count; i++)
		if (!command_table[i].hidden && may_use(asked, &command_table[i]))
			help_line(b, asked, &command_table[i]);
	buf_puts(b, "\n");
	phrase_add(b, language, team ? PHRASE_HELP_FOR_TEAM : PHRASE_HELP_FOR_OTHERS, "words", buf_str(&words),
	           "command", asked->env->config->slack.command, NULL);
}

enum errc command_help(struct asked *asked)
{
	char word[32];
	words_command(asked->args, word);
	const struct command *one = command_find(word);
	if (one != NULL)
		return help_one(asked, one);
	AUTO_BUF struct buf b = {0}, literal = {0};
	buf_init(&b, ANSWER_MAX);
	if (word[0] != '\0') {
		buf_init(&literal, 300);
		mrkdwn_add_literal(&literal, word, 40);
		phrase_add(&b, asked_language(asked), PHRASE_HELP_NO_COMMAND, "word", buf_str(&literal), NULL);
		buf_puts(&b, " ");
	}
	add_all(&b, asked);
	return asked_answer(asked, buf_str(&b));
}
