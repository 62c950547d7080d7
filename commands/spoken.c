/*
 * commands/spoken.c - what otherwise only a button does, typed: for a click may get lost, and nobody can click in words.
 */
#include "commands/spoken.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/text.h"
#include "commands/eac/decide.h"
#include "commands/eac/zone.h"
#include "commands/person.h"
#include "commands/words.h"

/* --- labels --- */

static const struct {
	const char *words; /* as the button reads in English, or as people say it */
	enum phrase label;
	const char *command;
} labels[] = {
    {"inbox removed", PHRASE_LABEL_CONFIRM, "confirm"},
    {"still present", PHRASE_LABEL_STILL_PRESENT, "present"},
    {"abort and restore", PHRASE_LABEL_ABORT, "cancel"},
    {"cancel repair", PHRASE_LABEL_CANCEL, "cancel"},
    {"not installed", PHRASE_LABEL_NOT_INSTALLED, "absent"},
    {"i need help", PHRASE_LABEL_HELP, "call"},
    {"not now", PHRASE_LABEL_NOT_NOW, "later"},
    {"it works", PHRASE_LABEL_WORKS, "done"},
    {"still failing", PHRASE_LABEL_STILL_FAILING, "failing"},
    {"mark done", PHRASE_LABEL_MARK_DONE, "done"},
    {"check now", PHRASE_LABEL_CHECK_NOW, "done"},
    {"approve", PHRASE_LABEL_APPROVE, "approve"},
    {"reject", PHRASE_LABEL_REJECT, "reject"},
    {"retry", PHRASE_LABEL_RETRY, "retry"},
    {"done", PHRASE_LABEL_DONE, "done"},
    {"i'm on it", PHRASE_LABEL_CLAIM, "claim"},
    {"i\u2019m on it", PHRASE_LABEL_CLAIM, "claim"},
    {"take back", PHRASE_LABEL_TAKE_BACK, "undo"},
};

/* What follows the label; NULL: the text does not begin with it, as words of its own. */
static const char *behind(const char *text, const char *label)
{
	size_t len = strlen(label);
	if (strncasecmp(text, label, len) != 0)
		return NULL;
	text += len;
	return *text == '\0' || isspace((unsigned char)*text) || strchr(".,:;!\"'", *text) != NULL ? text : NULL;
}

const struct command *spoken_find(const struct asked *asked, const char **ret_rest)
{
	const char *text = asked->deed->text;
	while (isspace((unsigned char)*text) || *text == '"' || *text == '\'')
		text++;
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		const char *rest = behind(text, labels[i].words);
		if (rest == NULL)
			rest = behind(text, phrase_text(asked_language(asked), labels[i].label));
		if (rest == NULL)
			continue;
		*ret_rest = rest + strspn(rest, ".,:;!\"' ");
		return command_find(labels[i].command);
	}
	return NULL;
}

/* --- the commands --- */

enum errc command_absent(struct asked *asked)
{
	bool fits = asked->row.step == EAC_SIGN_OUT;
	enum errc rc = fits ? eac_done(&asked->flow, &asked->actor, "Not installed") : ERR_CONFLICT;
	return asked_settle(asked, rc, phrase_text(asked_language(asked), PHRASE_SPOKEN_NOTED));
}

enum errc command_call(struct asked *asked)
{
	return person_help(asked);
}

enum errc command_failing(struct asked *asked)
{
	return asked_settle(asked, eac_still_failing(&asked->flow, &asked->actor),
	                    phrase_text(asked_language(asked), PHRASE_SPOKEN_NOTED));
}

enum errc command_present(struct asked *asked)
{
	char note[REASON_MAX];
	words_rest(asked->args, note, sizeof note);
	if (request_state(&asked->row) != STATE_WAITING_BACKEND)
		return asked_settle(asked, ERR_CONFLICT, NULL);
	return asked_settle(asked, eac_still_present(&asked->flow, &asked->actor, note),
	                    phrase_text(asked_language(asked), PHRASE_SPOKEN_NOTED));
}

/* "2026-12-01" or "3d", possibly behind "until"; "" when it is neither. */
static void read_day(const struct asked *asked, char out[static 11])
{
	struct word word;
	const char *args = asked->args;
	out[0] = '\0';
	if (!words_next(&args, &word) || (text_ieq(word.text, "until") && !words_next(&args, &word)))
		return;
	char *end;
	long days = strtol(word.text, &end, 10);
	if (days > 0 && days <= 366 && text_ieq(end, "d"))
		eac_day_of(asked->deed->now + days * 24 * 3600 * 1000LL, eac_zone_offset(&asked->row), out);
	else if (strlen(word.text) == 10)
		text_copy(out, 11, word.text);
}

enum errc command_later(struct asked *asked)
{
	char day[11];
	read_day(asked, day);
	int64_t until = person_until(asked, day);
	return until < 0 ? asked_say(asked, phrase_value(PHRASE_LATER_TYPED, NULL)) : person_later(asked, until);
}
