/*
 * app/groups.c - a copy of the user groups that the configuration names.
 *
 * Work goes in rounds: one question per group. Where Slack wants a rest, the
 * round goes on after it with those that are missing; to begin anew would never
 * end where each round needs more calls than one rest allows. A waiter notes
 * the number of the first round that begins after it came, for an answer that
 * was under way already may be older than what the waiter saw.
 */
#include "bot/app/groups.h"

#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	ROUND_EVERY_MS = 60 * 1000,
	GOOD_FOR_MS = 5 * 60 * 1000,
	CALL_TIMEOUT_MS = 10 * 1000,
	/* Slack allows 20 calls a minute. A round takes one a group, all at once. */
	BURST = 16,
	PER_MINUTE = 16,
};

struct group {
	char id[24];
	json_t *users;  /* array of ids; NULL: never read */
	int64_t at;     /* boot time of the last reading */
	uint64_t round; /* the last one that is through with it, read or not */
	bool asking;
};

struct waiter {
	struct waiter *next;
	uint64_t round; /* the first round that is good enough */
	int64_t deadline;
	groups_fn *fn;
	void *arg;
};

struct groups {
	struct loop *loop;
	struct slack *slack;
	struct loop_timer *timer;
	struct group *list;
	size_t count;
	struct waiter *waiters;
	uint64_t round; /* number of the round under way, or of the last */
	bool in_round;
	unsigned open; /* its questions without an answer */
	bool round_ok;
	bool wanted; /* another round, as soon as this one ends */
	bool started;
	int64_t last_begun;
	int64_t rest_until; /* boot time; Slack's Retry-After */
	double allowance;   /* calls that may be made at allowed_at (boot time) */
	int64_t allowed_at;
};

struct question {
	struct groups *groups;
	char id[24];
};

static void on_timer(void *arg);

struct groups *groups_new(struct loop *loop, struct slack *slack)
{
	struct groups *groups = mem_alloc(sizeof *groups);
	groups->loop = loop;
	groups->slack = slack;
	groups->timer = loop_timer_new(loop, on_timer, groups);
	groups->allowance = BURST;
	groups->allowed_at = clock_boot_ms();
	return groups;
}

static void list_free(struct group *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		json_decref(list[i].users);
	free(list);
}

void groups_free(struct groups *groups)
{
	if (groups == NULL)
		return;
	for (struct waiter *w; (w = groups->waiters) != NULL;) {
		groups->waiters = w->next;
		free(w);
	}
	list_free(groups->list, groups->count);
	loop_timer_free(groups->timer);
	free(groups);
}

static struct group *find(const struct groups *groups, const char *id)
{
	for (size_t i = 0; i < groups->count; i++)
		if (strcmp(groups->list[i].id, id) == 0)
			return &groups->list[i];
	return NULL;
}

/* Adds the groups of one access list to `fresh`, with the members that `old` knows. */
static void add_groups(struct groups *fresh, const struct groups *old, const struct config_list *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		if (ids->items[i][0] != 'S' || find(fresh, ids->items[i]) != NULL)
			continue;
		fresh->list = mem_grow(fresh->list, fresh->count + 1, sizeof *fresh->list);
		struct group *group = &fresh->list[fresh->count++];
		const struct group *before = find(old, ids->items[i]);
		*group = (struct group){0};
		text_copy(group->id, sizeof group->id, ids->items[i]);
		if (before != NULL) {
			*group = *before;
			json_incref(group->users);
		}
	}
}

void groups_set_config(struct groups *groups, const struct config *config)
{
	struct groups fresh = {0};

	add_groups(&fresh, groups, &config->access.requesters);
	add_groups(&fresh, groups, &config->access.approvers);
	add_groups(&fresh, groups, &config->access.admins);
	list_free(groups->list, groups->count);
	groups->list = fresh.list;
	groups->count = fresh.count;
	if (groups->started)
		groups_renew(groups, 0, NULL, NULL);
}

bool groups_known(const struct groups *groups)
{
	int64_t now = clock_boot_ms();
	for (size_t i = 0; i < groups->count; i++)
		if (groups->list[i].users == NULL || now - groups->list[i].at > GOOD_FOR_MS)
			return false;
	return true;
}

bool groups_has(const struct groups *groups, const char *group, const char *user)
{
	const struct group *found = find(groups, group);
	size_t i;
	json_t *member;

	if (found == NULL)
		return false;
	json_array_foreach (found->users, i, member)
		if (text_eq(json_string_value(member), user))
			return true;
	return false;
}

/* Tells and removes those whose round has ended (`ended`), or whose time is up. */
static void tell_waiters(struct groups *groups, uint64_t ended, bool ok)
{
	int64_t now = clock_boot_ms();
	struct waiter *taken = NULL;

	for (struct waiter **at = &groups->waiters; *at != NULL;) {
		struct waiter *w = *at;
		if (w->round > ended && w->deadline > now) {
			at = &w->next;
			continue;
		}
		*at = w->next;
		w->next = taken;
		taken = w;
	}
	while (taken != NULL) {
		struct waiter *w = taken;
		taken = w->next;
		w->fn(w->arg, ok && w->round <= ended);
		free(w);
	}
}

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* When a round may begin: decisions of many people at once must not lead to a refusal that stops them all. */
static int64_t next_round_at(const struct groups *groups)
{
	double need = groups->count < BURST ? (double)groups->count : BURST;
	double missing = need - groups->allowance;

	return missing <= 0 ? 0 : groups->allowed_at + (int64_t)(missing * 60000 / PER_MINUTE) + 1;
}

static void take_allowance(struct groups *groups, int64_t now)
{
	groups->allowance += (double)(now - groups->allowed_at) * PER_MINUTE / 60000;
	if (groups->allowance > BURST)
		groups->allowance = BURST;
	groups->allowance -= groups->count < BURST ? (double)groups->count : BURST;
	groups->allowed_at = now;
}

/* One timer for the next questions and for the waiters' patience. */
static void arm(struct groups *groups)
{
	int64_t now = clock_boot_ms();
	int64_t first = INT64_MAX;

	if (groups->started && groups->open == 0)
		first = groups->in_round
		            ? groups->rest_until
		            : max64(groups->wanted ? groups->rest_until : groups->last_begun + ROUND_EVERY_MS,
		                    next_round_at(groups));
	for (const struct waiter *w = groups->waiters; w != NULL; w = w->next)
		first = min64(first, w->deadline);
	loop_timer_set(groups->timer, first == INT64_MAX ? -1 : first > now ? first - now : 0);
}

static void store_members(struct group *group, const struct slack_answer *answer)
{
	const json_t *users = answer->code == OK ? json_get(answer->body, "users") : NULL;

	if (answer->code == ERR_NOT_FOUND)
		log_event(LOG_WARNING, "groups.unknown", "Slack knows no user group %s: nobody is in it (%s)",
		          group->id, answer->reason);
	else if (!json_is_array(users))
		return;
	json_decref(group->users);
	group->users = json_is_array(users) ? json_deep_copy(users) : json_array();
	group->at = clock_boot_ms();
}

static void take_answer(struct groups *groups, struct group *group, const struct slack_answer *answer)
{
	group->asking = false;
	if (answer->retry_after_ms > 0) {
		groups->rest_until = clock_boot_ms() + answer->retry_after_ms;
		return;
	}
	group->round = groups->round;
	store_members(group, answer);
	if (answer->code == OK || answer->code == ERR_NOT_FOUND)
		return;
	groups->round_ok = false;
	if (answer->code != ERR_ABORTED)
		log_event(LOG_WARNING, "groups.unread", "user group %s could not be read: %s", group->id,
		          answer->reason);
}

static bool is_through(const struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		if (groups->list[i].round != groups->round)
			return false;
	return true;
}

static void end_round_if_through(struct groups *groups)
{
	if (!groups->in_round || groups->open > 0 || !is_through(groups))
		return;
	groups->in_round = false;
	tell_waiters(groups, groups->round, groups->round_ok);
}

static void on_answer(void *arg, const struct slack_answer *answer)
{
	struct question *question = arg;
	struct groups *groups = question->groups;
	struct group *group = find(groups, question->id); /* NULL: no longer configured */

	groups->open--;
	if (group != NULL)
		take_answer(groups, group, answer);
	free(question);
	end_round_if_through(groups);
	arm(groups);
}

static void ask_missing(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		struct group *group = &groups->list[i];
		if (group->round == groups->round || group->asking)
			continue;
		struct question *question = mem_alloc(sizeof *question);
		question->groups = groups;
		text_copy(question->id, sizeof question->id, group->id);
		group->asking = true;
		groups->open++;
		slack_call(groups->slack, "usergroups.users.list", json_pack("{s:s}", "usergroup", question->id),
		           CALL_TIMEOUT_MS, on_answer, question);
	}
}

static void begin_round(struct groups *groups)
{
	groups->round++;
	groups->in_round = true;
	groups->round_ok = true;
	groups->wanted = false;
	groups->last_begun = clock_boot_ms();
	take_allowance(groups, groups->last_begun);
}

static void on_timer(void *arg)
{
	struct groups *groups = arg;
	int64_t now = clock_boot_ms();

	tell_waiters(groups, 0, false);
	if (groups->started && groups->open == 0 && now >= groups->rest_until) {
		bool due = groups->wanted || now - groups->last_begun >= ROUND_EVERY_MS;
		if (!groups->in_round && due && now >= next_round_at(groups))
			begin_round(groups);
		if (groups->in_round)
			ask_missing(groups);
		end_round_if_through(groups); /* no group at all */
	}
	arm(groups);
}

void groups_start(struct groups *groups)
{
	groups->started = true;
	groups->wanted = true;
	arm(groups);
}

void groups_stop(struct groups *groups)
{
	groups->started = false;
	arm(groups);
}

void groups_renew(struct groups *groups, int64_t timeout_ms, groups_fn *fn, void *arg)
{
	if (fn != NULL) {
		struct waiter *waiter = mem_alloc(sizeof *waiter);
		waiter->round = groups->round + 1;
		waiter->deadline = clock_boot_ms() + timeout_ms;
		waiter->fn = fn;
		waiter->arg = arg;
		waiter->next = groups->waiters;
		groups->waiters = waiter;
	}
	groups->wanted = true;
	arm(groups);
}
