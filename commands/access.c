/*
 * commands/access.c - who may do what. Denies by default.
 */
#include "commands/access.h"

#include "bot/base/buf.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/decide.h"

bool access_is_target(const struct asked *asked)
{
	if (asked->row.id == 0)
		return false;
	return eac_is_target(&asked->row, asked->deed->person.id, asked->deed->person.email);
}

static bool is_asker(const struct asked *asked, const char *user, const char *email)
{
	return text_eq(user, asked->deed->user) || (email[0] != '\0' && text_ieq(email, asked->deed->person.email));
}

bool access_is_requester(const struct asked *asked)
{
	const json_t *facts = asked->row.facts;
	size_t i;
	json_t *before;
	json_array_foreach (json_get(facts, "askers"), i, before)
		if (is_asker(asked, json_str(before, "user"), json_str(before, "email")))
			return true;
	return is_asker(asked, asked->row.requester, json_str(facts, "requester_email"));
}

static unsigned roles(const struct person *person)
{
	return (person->requester ? WHO_REQUESTER : 0u) | (person->approver ? WHO_APPROVER : 0u) |
	       (person->admin ? WHO_ADMIN : 0u);
}

bool access_is_outsider(const struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	return person->known && (person->deleted || person->bot || person->guest || person->external);
}

static bool is_refused(enum phrase why, enum phrase *ret_why)
{
	*ret_why = why;
	return true;
}

bool access_is_refused(const struct asked *asked, enum phrase *ret_why)
{
	const struct person *person = &asked->deed->person;
	unsigned who = asked->command->who;
	bool outsider = access_is_outsider(asked);
	if ((who & WHO_EVERYBODY) != 0 && !outsider)
		return false;
	if (!person->known)
		return is_refused(PHRASE_DENIED_UNKNOWN_PERSON, ret_why);
	if (outsider)
		return is_refused(PHRASE_DENIED_OUTSIDER, ret_why);
	if (access_is_target(asked))
		return (who & WHO_TARGET) == 0 && is_refused(PHRASE_DENIED_TARGET, ret_why);
	if (asked->row.id == 0 && (who & WHO_TARGET) != 0)
		return false; /* only what is about themselves: the command sees to that */
	if (!person->groups_known)
		return is_refused(PHRASE_DENIED_UNKNOWN_GROUPS, ret_why);
	return (roles(person) & who) == 0 && is_refused(PHRASE_DENIED_RIGHTS, ret_why);
}

bool access_is_unsure(const struct asked *asked)
{
	enum phrase why;
	return access_is_refused(asked, &why) &&
	       (why == PHRASE_DENIED_UNKNOWN_PERSON || why == PHRASE_DENIED_UNKNOWN_GROUPS);
}

static json_t *elsewhere(const struct config_list *channels)
{
	AUTO_BUF struct buf b = {0};
	buf_init(&b, 500);
	for (size_t i = 0; i < channels->count && i < 8; i++)
		buf_printf(&b, "%s<#%s>", i > 0 ? " " : "", channels->items[i]);
	return phrase_value(PHRASE_DENIED_CHANNEL, "channels", buf_str(&b), NULL);
}

json_t *access_place_refusal(const struct asked *asked)
{
	const struct config *config = asked->env->config;
	const struct deed *deed = asked->deed;
	if (!asked->command->in_channels || deed->door == DOOR_SHORTCUT) /* whose dialog asks where */
		return NULL;
	if (deed->place.shared)
		return phrase_value(PHRASE_DENIED_SHARED_CHANNEL, NULL);
	if (config->access.any_channel || config_list_has(&config->access.channels, deed->channel))
		return NULL;
	return elsewhere(&config->access.channels);
}
