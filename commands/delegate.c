/*
 * commands/delegate.c - while an approver is away, another is asked beside them.
 *
 * A delegation gives no rights (eac/standin.h). Whether the other may approve is
 * asked of Slack when it is made; when it is used, their own vote is checked like any.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/text.h"
#include "bot/message/message.h"
#include "bot/message/mrkdwn.h"
#include "bot/store/audit.h"
#include "bot/store/delegations.h"
#include "commands/command.h"
#include "commands/until.h"
#include "commands/words.h"

enum { DAY_MS = 24 * 3600 * 1000, DAYS_MAX = 30 };

/* {from}, {to} and {until}, as the sentences here need them. */
static json_t *about(const struct asked *asked, enum phrase sentence, const struct delegation *row)
{
	AUTO_BUF struct buf from = {0}, to = {0}, until = {0};
	buf_init(&from, 100);
	buf_init(&to, 100);
	buf_init(&until, 200);
	mrkdwn_add_user(&from, row->absent);
	mrkdwn_add_user(&to, row->standin);
	mrkdwn_add_time(&until, row->until);
	return phrase_value(sentence, "from", buf_str(&from), "to", buf_str(&to), "until", buf_str(&until), "command",
	                    asked->env->config->slack.command, NULL);
}

static json_t *plain(const struct asked *asked, enum phrase sentence)
{
	return phrase_value(sentence, "command", asked->env->config->slack.command, NULL);
}

static enum errc note(struct asked *asked, const char *action, const char *detail)
{
	struct audit_row line = {.at = asked->deed->now};
	text_copy(line.actor, sizeof line.actor, asked->deed->user);
	text_copy(line.via, sizeof line.via, asked->actor.via);
	text_copy(line.action, sizeof line.action, action);
	text_copy(line.detail, sizeof line.detail, detail);
	return audit_add(asked->tx, &line);
}

static enum errc show(struct asked *asked)
{
	struct delegation row;
	enum errc rc = delegation_get(asked->tx, asked->deed->user, asked->deed->now, &row);
	if (rc == ERR_NOT_FOUND)
		return asked_say(asked, plain(asked, PHRASE_DELEGATED_NONE));
	return rc == OK ? asked_say(asked, about(asked, PHRASE_DELEGATED, &row)) : rc;
}

static enum errc end(struct asked *asked)
{
	enum errc rc = delegation_drop(asked->tx, asked->deed->user);
	if (rc == ERR_NOT_FOUND)
		return asked_say(asked, plain(asked, PHRASE_DELEGATED_NONE));
	if (rc == OK)
		rc = note(asked, "delegate-off", "");
	return rc == OK ? asked_say(asked, plain(asked, PHRASE_DELEGATED_OFF)) : rc;
}

/* PHRASE_COUNT: nothing is wrong. */
static enum phrase mistake(const struct asked *asked, const struct delegation *row)
{
	const struct person *named = &asked->deed->named;
	bool outsider = named->deleted || named->bot || named->guest || named->external;
	if (text_eq(row->absent, row->standin))
		return PHRASE_DELEGATE_SELF;
	if (row->until <= asked->deed->now || row->until > asked->deed->now + (int64_t)DAYS_MAX * DAY_MS)
		return PHRASE_DELEGATE_TOO_LONG;
	if (!text_eq(named->id, row->standin) || !named->known || !named->groups_known)
		return PHRASE_DELEGATE_UNSURE;
	return outsider || !(named->approver || named->admin) ? PHRASE_DELEGATE_NO_APPROVER : PHRASE_COUNT;
}

static enum errc tell_standin(struct asked *asked, const struct delegation *row)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 2000);
	phrase_say(&b, asked->deed->named.language, about(asked, PHRASE_DELEGATED_TO_YOU, row));
	return eac_tell(asked->tx, 0, "", false, row->standin, message_line(buf_str(&b)));
}

static enum errc put(struct asked *asked, const struct delegation *row)
{
	char detail[100], until[32];
	enum phrase wrong = mistake(asked, row);
	if (wrong != PHRASE_COUNT)
		return asked_deny(asked, about(asked, wrong, row));
	snprintf(detail, sizeof detail, "to %s until %s", row->standin, clock_rfc3339(row->until, until));
	enum errc rc = delegation_put(asked->tx, row);
	if (rc == OK)
		rc = note(asked, "delegate", detail);
	if (rc == OK)
		rc = tell_standin(asked, row);
	return rc == OK ? asked_say(asked, about(asked, PHRASE_DELEGATED, row)) : rc;
}

enum errc command_delegate(struct asked *asked)
{
	struct delegation row = {.since = asked->deed->now};
	struct word who, until;
	const char *args = asked->args;
	if (!words_next(&args, &who))
		return show(asked);
	if (who.kind == WORD_TEXT && text_ieq(who.text, "off"))
		return end(asked);
	bool given = words_next(&args, &until);
	if (given && text_ieq(until.text, "until"))
		given = words_next(&args, &until);
	if (who.kind != WORD_MENTION || !given)
		return asked_say(asked, plain(asked, PHRASE_DELEGATE_HOW));
	row.until = until_read(until.text, asked->deed->now, asked->deed->person.tz_offset_s);
	if (row.until < 0)
		return asked_say(asked, plain(asked, PHRASE_DELEGATE_HOW));
	text_copy(row.absent, sizeof row.absent, asked->deed->user);
	text_copy(row.standin, sizeof row.standin, who.text);
	return put(asked, &row);
}

bool commands_names(const struct deed *deed, char ret[static 24])
{
	char command[32];
	struct word word;
	if (deed->door != DOOR_SLASH && deed->door != DOOR_DIRECT)
		return false;
	const char *args = words_command(deed->text, command);
	if (!text_eq(command, "delegate") || !words_next(&args, &word) || word.kind != WORD_MENTION)
		return false;
	return text_copy(ret, 24, word.text);
}
