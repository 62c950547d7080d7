/*
 * commands/person.c - see person.h. What it does to the repair is in eac/person.c.
 */
#include "commands/person.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "bot/message/mrkdwn.h"
#include "commands/eac/decide.h"
#include "commands/eac/repair_text.h"
#include "commands/eac/zone.h"
#include "commands/phrases/phrases.h"

enum { LATER_DAYS_MAX = 90 };
#define DAY_MS (24 * 3600 * 1000LL)

enum errc person_help(struct asked *asked)
{
	AUTO_BUF struct buf who = {0}, b = {0};
	buf_init(&who, 100);
	buf_init(&b, 1000);
	text_helper(&who, &asked->row, asked->env->config);
	phrase_add(&b, asked_language(asked), PHRASE_USER_HELP_COMES, "who", buf_str(&who), NULL);
	return asked_settle(asked, eac_help_wanted(&asked->flow, &asked->actor), buf_str(&b));
}

/* The days are those of the person's zone, whoever picks. */
static int offset_of(const struct asked *asked)
{
	return eac_zone_offset(&asked->row);
}

enum errc person_open_later(struct asked *asked)
{
	enum language language = asked_language(asked);
	struct dialog *d = dialog_new("eac.later", phrase_text(language, PHRASE_LABEL_NOT_NOW),
	                              phrase_text(language, PHRASE_LATER_SUBMIT), asked->deed->value);
	char tomorrow[11];
	dialog_close_label(d, phrase_text(language, PHRASE_LATER_CANCEL));
	eac_day_of(asked->deed->now + DAY_MS, offset_of(asked), tomorrow);
	dialog_section(d, phrase_text(language, asked->row.step == EAC_DISCONNECT ? PHRASE_LATER_FIRST : PHRASE_LATER));
	dialog_date_input(d, "until", phrase_text(language, PHRASE_LATER_UNTIL), tomorrow);
	asked->reply->dialog = dialog_take(d);
	return OK;
}

static int64_t day_begins(const struct asked *asked, const char *day)
{
	return eac_day_begins(day, offset_of(asked), asked->env->config->people.hours_from_min);
}

static int64_t until_of(const struct asked *asked)
{
	return day_begins(asked, dialog_value(asked->deed->view, "until"));
}

static bool is_too_far(const struct asked *asked, int64_t until)
{
	return until > asked->deed->now + LATER_DAYS_MAX * DAY_MS;
}

int64_t person_until(const struct asked *asked, const char *day)
{
	int64_t until = day_begins(asked, day);
	return until <= asked->deed->now || is_too_far(asked, until) ? -1 : until;
}

json_t *person_later_mistake(const struct asked *asked)
{
	enum language language = asked_language(asked);
	int64_t until = until_of(asked);
	if (until <= asked->deed->now)
		return dialog_error("until", phrase_text(language, PHRASE_LATER_PAST));
	if (is_too_far(asked, until))
		return dialog_error("until", phrase_text(language, PHRASE_LATER_FAR));
	return NULL;
}

enum errc person_submit_later(struct asked *asked)
{
	return person_later(asked, until_of(asked));
}

enum errc person_later(struct asked *asked, int64_t until)
{
	AUTO_BUF struct buf time = {0}, b = {0};
	buf_init(&time, 200);
	buf_init(&b, 1000);
	mrkdwn_add_time(&time, until);
	phrase_add(&b, asked_language(asked), PHRASE_LATER_GOOD, "time", buf_str(&time), NULL);
	return asked_settle(asked, eac_not_now(&asked->flow, &asked->actor, until), buf_str(&b));
}
