/*
 * app/people.c - who somebody is and what the configuration lets them be; where a deed happens.
 */
#include "bot/app/people.h"

#include <stdlib.h>

#include "bot/app/groups.h"
#include "bot/app/lookup.h"
#include "bot/app/profile.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	GOOD_FOR_MS = 5 * 60 * 1000,
	/* Slack allows 100 users.info in a minute (50 conversations.info), and takes a burst well. */
	USERS_BURST = 70,
	USERS_PER_MINUTE = 60,
	/* 50 users.lookupByEmail */
	EMAILS_BURST = 30,
	EMAILS_PER_MINUTE = 40,
	CHANNELS_BURST = 30,
	CHANNELS_PER_MINUTE = 30,
};

/* Somebody who is being looked up: the person and the groups, in any order. */
struct inquiry {
	struct inquiry *next;
	struct people *people;
	char user[24];
	bool afresh;
	bool groups_ok;
	bool known;
	struct profile profile;
	int open; /* answers that are missing */
	people_fn *fn;
	void *arg;
};

struct place_inquiry {
	struct place_inquiry *next;
	struct people *people;
	char channel[24];
	people_place_fn *fn;
	void *arg;
};

struct people {
	struct loop *loop;
	struct slack *slack;
	const struct config *config;
	struct lookup *users;
	struct lookup *emails; /* the same people, by address */
	struct lookup *channels;
	struct groups *groups;
	struct inquiry *inquiries;
	struct place_inquiry *place_inquiries;
};

struct people *people_new(struct loop *loop, struct slack *slack, const struct config *config)
{
	static const struct lookup_options users = {.method = "users.info",
	                                            .argument = "user",
	                                            .extra = "include_locale",
	                                            .part = "user",
	                                            .fresh_ms = GOOD_FOR_MS,
	                                            .burst = USERS_BURST,
	                                            .per_minute = USERS_PER_MINUTE};
	static const struct lookup_options emails = {.method = "users.lookupByEmail",
	                                             .argument = "email",
	                                             .part = "user",
	                                             .burst = EMAILS_BURST,
	                                             .per_minute = EMAILS_PER_MINUTE};
	static const struct lookup_options channels = {.method = "conversations.info",
	                                               .argument = "channel",
	                                               .part = "channel",
	                                               .fresh_ms = GOOD_FOR_MS,
	                                               .burst = CHANNELS_BURST,
	                                               .per_minute = CHANNELS_PER_MINUTE};
	struct people *people = mem_alloc(sizeof *people);

	people->loop = loop;
	people->slack = slack;
	people->users = lookup_new(loop, slack, &users);
	people->emails = lookup_new(loop, slack, &emails);
	people->channels = lookup_new(loop, slack, &channels);
	people->groups = groups_new(loop, slack);
	people_set_config(people, config);
	return people;
}

void people_free(struct people *people)
{
	if (people == NULL)
		return;
	for (struct inquiry *i; (i = people->inquiries) != NULL;) {
		people->inquiries = i->next;
		free(i);
	}
	for (struct place_inquiry *i; (i = people->place_inquiries) != NULL;) {
		people->place_inquiries = i->next;
		free(i);
	}
	lookup_free(people->users);
	lookup_free(people->emails);
	lookup_free(people->channels);
	groups_free(people->groups);
	free(people);
}

void people_start(struct people *people)
{
	groups_start(people->groups);
}

void people_stop(struct people *people)
{
	groups_stop(people->groups);
	lookup_stop(people->emails);
}

void people_set_config(struct people *people, const struct config *config)
{
	people->config = config;
	groups_set_config(people->groups, config);
}

static bool is_in(const struct people *people, const struct config_list *list, const struct profile *who)
{
	for (size_t i = 0; i < list->count; i++) {
		const char *id = list->items[i];
		if (id[0] == 'S' &&
		    (groups_has(people->groups, id, who->id) ||
		     (who->enterprise_user[0] != '\0' && groups_has(people->groups, id, who->enterprise_user))))
			return true;
		if (text_eq(id, who->id) || (who->enterprise_user[0] != '\0' && text_eq(id, who->enterprise_user)))
			return true;
	}
	return false;
}

static void fill_person(const struct inquiry *inquiry, struct person *ret)
{
	const struct people *people = inquiry->people;
	const struct profile *who = &inquiry->profile;

	*ret = (struct person){.known = inquiry->known, .groups_known = inquiry->groups_ok, .fresh = inquiry->afresh};
	text_copy(ret->id, sizeof ret->id, inquiry->user);
	if (!inquiry->known)
		return;
	text_copy(ret->name, sizeof ret->name, who->name);
	text_copy(ret->email, sizeof ret->email, who->email);
	ret->tz_offset_s = who->tz_offset_s;
	ret->language = language_of_locale(who->locale);
	ret->deleted = who->deleted;
	ret->bot = who->bot;
	ret->guest = who->guest;
	ret->external = who->external;
	ret->requester = is_in(people, &people->config->access.requesters, who);
	ret->approver = is_in(people, &people->config->access.approvers, who);
	ret->admin = is_in(people, &people->config->access.admins, who);
}

static void answer_came(struct inquiry *inquiry)
{
	struct person person;

	if (--inquiry->open > 0)
		return;
	for (struct inquiry **at = &inquiry->people->inquiries; *at != NULL; at = &(*at)->next)
		if (*at == inquiry) {
			*at = inquiry->next;
			break;
		}
	fill_person(inquiry, &person);
	inquiry->fn(inquiry->arg, &person);
	free(inquiry);
}

static void on_user(void *arg, enum errc code, const char *error, const json_t *value)
{
	(void)error;
	struct inquiry *inquiry = arg;

	inquiry->known = code == OK;
	if (inquiry->known)
		profile_read(&inquiry->profile, value, slack_identity(inquiry->people->slack));
	/* On Enterprise Grid Slack may answer with the other of a person's two ids. */
	text_copy(inquiry->profile.id, sizeof inquiry->profile.id, inquiry->user);
	answer_came(inquiry);
}

static void on_groups(void *arg, bool ok)
{
	struct inquiry *inquiry = arg;

	inquiry->groups_ok = ok;
	answer_came(inquiry);
}

void people_get(struct people *people, const char *user, bool afresh, int64_t timeout_ms, people_fn *fn, void *arg)
{
	struct inquiry *inquiry = mem_alloc(sizeof *inquiry);

	inquiry->people = people;
	text_copy(inquiry->user, sizeof inquiry->user, user);
	inquiry->afresh = afresh;
	inquiry->fn = fn;
	inquiry->arg = arg;
	inquiry->next = people->inquiries;
	people->inquiries = inquiry;
	inquiry->groups_ok = !afresh && groups_known(people->groups);
	inquiry->open = inquiry->groups_ok ? 1 : 2;
	if (!inquiry->groups_ok)
		groups_renew(people->groups, timeout_ms, on_groups, inquiry);
	lookup_get(people->users, user, afresh, timeout_ms, on_user, inquiry);
}

void people_look_up(struct people *people, const char *user, const char *email, int64_t timeout_ms, people_user_fn *fn,
                    void *arg)
{
	bool by_id = user[0] != '\0';

	lookup_get(by_id ? people->users : people->emails, by_id ? user : email, true, timeout_ms, fn, arg);
}

enum language people_language(const struct people *people, const char *user)
{
	const json_t *known = lookup_peek(people->users, user);
	struct profile profile;

	if (known == NULL)
		return people->config->slack.language;
	profile_read(&profile, known, NULL);
	return language_of_locale(profile.locale);
}

/* What the channel object says (docs.slack.dev, "Conversation object"). */
static void read_place(struct place *place, const json_t *channel)
{
	const json_t *member = json_get(channel, "is_member");

	place->known = true;
	place->direct = json_bool(channel, "is_im");
	/* Left out where it goes without saying: direct messages. */
	place->member = member == NULL || json_is_true(member);
	place->archived = json_bool(channel, "is_archived");
	place->shared = json_bool(channel, "is_ext_shared") || json_bool(channel, "is_pending_ext_shared");
}

static void on_place(void *arg, enum errc code, const char *error, const json_t *value)
{
	(void)error;
	struct place_inquiry *inquiry = arg;
	struct place place = {0};

	for (struct place_inquiry **at = &inquiry->people->place_inquiries; *at != NULL; at = &(*at)->next)
		if (*at == inquiry) {
			*at = inquiry->next;
			break;
		}
	if (code == OK)
		read_place(&place, value);
	else if (code == ERR_NOT_FOUND) /* a private channel, or a direct message of others, that we are not in */
		place.known = true;
	else if (inquiry->channel[0] == 'D')
		place = (struct place){.known = true, .member = true, .direct = true};
	/* Somebody who is told to invite us tries again at once. */
	if (!place.member)
		lookup_forget(inquiry->people->channels, inquiry->channel);
	inquiry->fn(inquiry->arg, &place);
	free(inquiry);
}

void people_place(struct people *people, const char *channel, int64_t timeout_ms, people_place_fn *fn, void *arg)
{
	struct place_inquiry *inquiry = mem_alloc(sizeof *inquiry);

	inquiry->people = people;
	text_copy(inquiry->channel, sizeof inquiry->channel, channel);
	inquiry->fn = fn;
	inquiry->arg = arg;
	inquiry->next = people->place_inquiries;
	people->place_inquiries = inquiry;
	lookup_get(people->channels, channel, false, timeout_ms, on_place, inquiry);
}

void people_groups_changed(struct people *people)
{
	groups_renew(people->groups, 0, NULL, NULL);
}

void people_user_changed(struct people *people, const char *user)
{
	lookup_forget(people->users, user);
}

void people_place_changed(struct people *people, const char *channel)
{
	lookup_forget(people->channels, channel);
}
