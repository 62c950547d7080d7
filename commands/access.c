/*
 * commands/access.c - who may do what. Denies by default.
 */
#include "commands/access.h"

#include "bot/base/json.h"
#include "bot/base/text.h"

bool access_is_target(const struct asked *asked)
{
	if (asked->row.id == 0)
		return false;
	const struct person *person = &asked->deed->person;
	const json_t *target = json_get(asked->row.facts, "target");
	if (text_eq(person->id, asked->row.slack_user) && person->id[0] != '\0')
		return true;
	return person->email[0] != '\0' && (text_ieq(person->email, json_str(target, "email")) ||
	                                    text_ieq(person->email, json_str(target, "username")));
}

bool access_is_requester(const struct asked *asked)
{
	const char *email = json_str(asked->row.facts, "requester_email");
	return text_eq(asked->row.requester, asked->deed->user) ||
	       (email[0] != '\0' && text_ieq(email, asked->deed->person.email));
}

static const char unknown_person[] =
    "I can't check at the moment who you are, because Slack does not answer me. Nothing was done; please try again.";
static const char unknown_groups[] =
    "I can't check your rights at the moment, because Slack does not tell me who is in "
    "which group. Nothing was done; please try again.";

static unsigned roles(const struct person *person)
{
	return (person->requester ? WHO_REQUESTER : 0u) | (person->approver ? WHO_APPROVER : 0u) |
	       (person->admin ? WHO_ADMIN : 0u);
}

const char *access_outsider(const struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	if (person->known && (person->deleted || person->bot || person->guest || person->external))
		return "Guests, people of other organisations, deactivated people and bots may do nothing here.";
	return NULL;
}

const char *access_refusal(const struct asked *asked)
{
	const struct person *person = &asked->deed->person;
	unsigned who = asked->command->who;
	if ((who & WHO_EVERYBODY) != 0 && access_outsider(asked) == NULL)
		return NULL;
	if (!person->known)
		return unknown_person;
	if (access_outsider(asked) != NULL)
		return access_outsider(asked);
	if (access_is_target(asked)) {
		if ((who & WHO_TARGET) != 0)
			return NULL;
		return "This repair is about you: you can do your own steps and ask for `status` and `why`, but not "
		       "this, whatever groups "
		       "you are in.";
	}
	if (asked->row.id == 0 && (who & WHO_TARGET) != 0)
		return NULL; /* only what is about themselves: the command sees to that */
	if ((roles(person) & who) != 0 && person->groups_known)
		return NULL;
	if (!person->groups_known)
		return unknown_groups;
	return "You may not do that. `help` lists what you may do; ask an admin of this bot if that is wrong.";
}

bool access_is_unsure(const struct asked *asked)
{
	const char *why = access_refusal(asked);
	return why == unknown_person || why == unknown_groups;
}

void access_place_refusal(const struct asked *asked, struct buf *why)
{
	const struct config *config = asked->env->config;
	const struct deed *deed = asked->deed;
	if (!asked->command->in_channels)
		return;
	if (deed->place.shared) {
		buf_puts(why, "This channel is shared with another organisation; I do not work here.");
		return;
	}
	if (config->access.any_channel || config_list_has(&config->access.channels, deed->channel))
		return;
	buf_puts(why, "I do that only in the channels set up for it; please ask there:");
	for (size_t i = 0; i < config->access.channels.count && i < 8; i++)
		buf_printf(why, " <#%s>", config->access.channels.items[i]);
}
