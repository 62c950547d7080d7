/*
 * scenario/play.c - the stretches between two points, and questions that many scenarios ask.
 */
#include "tests/scenario/play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

json_t *of_user(const char *name)
{
	return json_pack("{s:s}", "user", name);
}

/* --- stretches ---------------------------------------------------------------------------------------------- */

int begin_repair(struct stage *stage, const char *user, const char *words)
{
	AUTO_FREE char *line = mem_printf("repair %s", words);
	AUTO_FREE char *answer = stage_slash(stage, user, line);
	const char *id = strstr(answer, "EAC-");

	if (id == NULL)
		stage_fail(stage, "%s: no repair began: %s", line, answer);
	return (int)strtol(id + 4, NULL, 10);
}

int begin_jane(struct stage *stage)
{
	return begin_repair(stage, "maria", "@jane reason: can't send mail");
}

static void disconnect(struct stage *stage)
{
	stage_do(stage, SALESFORCE, "/_sim/disconnect", of_user("jane"));
	stage_click(stage, "jane", "Done", "disconnect your mailbox");
}

static void sign_out(struct stage *stage)
{
	stage_click(stage, "jane", "Not installed", "sign out of the Salesforce add-in");
}

static void remove_links(struct stage *stage)
{
	SEE(stage, .user = "ida", .button = "Check now"); /* else the bot finds them gone and asks nobody */
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("jane"));
	stage_click(stage, "ida", "Check now", NULL);
}

static void approve(struct stage *stage)
{
	stage_click(stage, "omar", "Approve", NULL);
}

static void confirm(struct stage *stage)
{
	stage_click(stage, "maria", "Inbox removed", NULL);
	SEE(stage, .user = "maria", .in = "view");
	json_decref(stage_submit(stage, "maria", json_pack("{s:s}", "Case number", "47110815")));
}

static void connect_mailbox(struct stage *stage)
{
	SEE(stage, .user = "jane", .button = "Done", .contains = "connect your mailbox again");
	stage_do(stage, SALESFORCE, "/_sim/connect", of_user("jane"));
	stage_click(stage, "jane", "Done", "connect your mailbox again");
}

static void send_mail(struct stage *stage)
{
	stage_click(stage, "jane", "It works", NULL);
}

/* What waits at each point, and what is done there. */
static const struct {
	const char *state, *step;
	void (*act)(struct stage *stage);
} points[] = {
    [AT_DISCONNECT] = {"waiting_user", "disconnect-account", disconnect},
    [AT_SIGN_OUT] = {"waiting_user", "sign-out-addin", sign_out},
    [AT_LINKS] = {"waiting_admin", "remove-account-links", remove_links},
    [AT_APPROVAL] = {"waiting_approval", "backend-check", approve},
    [AT_BACKEND] = {"waiting_backend", "backend-check", confirm},
    [AT_CONNECT] = {"waiting_user", "connect-account", connect_mailbox},
    [AT_TEST] = {"waiting_user", "test-email", send_mail},
    [AT_END] = {"completed", NULL, NULL},
};

void await_point(struct stage *stage, int id, enum point point)
{
	stage_await(stage, id, points[point].state, points[point].step);
}

void play_one(struct stage *stage, enum point point)
{
	points[point].act(stage);
}

void play(struct stage *stage, int id, enum point from, enum point to)
{
	for (enum point at = from; at < to; at++)
		points[at].act(stage);
	await_point(stage, id, to);
}

/* Who types what at each point. */
static const struct {
	const char *user, *words, *more, *deed;
} typed[] = {
    [AT_DISCONNECT] = {"maria", "done", "", "/_sim/disconnect"},
    [AT_SIGN_OUT] = {"maria", "done", "", NULL},
    [AT_LINKS] = {"ida", "done", "", "/_sim/admin_remove_links"},
    [AT_APPROVAL] = {"omar", "approve", "", NULL},
    [AT_BACKEND] = {"maria", "confirm", " 47110815", NULL},
    [AT_CONNECT] = {"maria", "done", "", "/_sim/connect"},
    [AT_TEST] = {"maria", "done", "", NULL},
};

void play_typed(struct stage *stage, int id, const char *target, enum point from, enum point to)
{
	for (enum point at = from; at < to; at++) {
		AUTO_FREE char *words = mem_printf("%s %d%s", typed[at].words, id, typed[at].more);
		await_point(stage, id, at);
		if (typed[at].deed != NULL)
			stage_do(stage, SALESFORCE, typed[at].deed, of_user(target));
		if (at != AT_CONNECT) /* that is seen by itself */
			free(stage_slash(stage, typed[at].user, words));
	}
	await_point(stage, id, to);
}

int start_at(struct stage *stage, enum point point)
{
	stage_start(stage);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, point);
	return id;
}

void say_in_thread(struct stage *stage, int id, const char *user, const char *words)
{
	json_t *repair = stage_repair(stage, id);
	AUTO_FREE char *line = mem_printf("@eacbot %s", words);

	stage_say(stage, user, json_str(repair, "channel"), json_str(repair, "thread_ts"), line);
	json_decref(repair);
}

/* --- questions ---------------------------------------------------------------------------------------------- */

bool repair_says(struct stage *stage, int id, const char *path, const char *value)
{
	json_t *repair = stage_repair(stage, id), *at = repair;
	AUTO_FREE char *copy = mem_strdup(path);
	char *rest = copy, *name, *last = copy;

	while ((name = strsep(&rest, ".")) != NULL) {
		last = name;
		if (rest != NULL)
			at = json_get(at, name);
	}
	bool says = text_eq(json_str(at, last), value);
	json_decref(repair);
	return says;
}

void check_step(struct stage *stage, int id, const char *step, const char *state, const char *detail)
{
	json_t *repair = stage_repair(stage, id);
	const json_t *row = json_path(repair, "steps", step, NULL);

	if (!text_eq(json_str(row, "state"), state) ||
	    (detail != NULL && strstr(json_str(row, "detail"), detail) == NULL))
		stage_fail(stage, "%s is %s (%s), not %s (%s)", step, json_str(row, "state"), json_str(row, "detail"),
		           state, detail != NULL ? detail : "");
	json_decref(repair);
}

bool holds_set(struct stage *stage, const char *user, const char *set)
{
	json_t *holdings = stage_holdings(stage, user), *row;
	bool there = false;
	size_t i;

	json_array_foreach (json_get(holdings, "sets"), i, row)
		there = there || (text_eq(json_str(row, "name"), set) && json_str(row, "group")[0] == '\0');
	json_decref(holdings);
	return there;
}

int count_holdings(struct stage *stage, const char *user, const char *member)
{
	json_t *holdings = stage_holdings(stage, user);
	int n = (int)json_array_size(json_get(holdings, member));

	json_decref(holdings);
	return n;
}

/* As an object, so that order plays no part; dates to the second. */
static json_t *counted(const json_t *list)
{
	json_t *out = json_object(), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		AUTO_FREE char *expires = mem_strndup(json_str(item, "expires"), 19);
		if (expires[0] != '\0')
			json_set_str(item, "expires", expires);
		AUTO_FREE char *text = json_dumps(item, JSON_ENCODE_ANY | JSON_SORT_KEYS);
		json_object_set_new(out, text, json_integer(json_int(out, text) + 1));
	}
	return out;
}

void check_same_grants(struct stage *stage, const char *user, const json_t *before)
{
	static const char *const members[] = {"sets", "licenses"};
	json_t *now = stage_holdings(stage, user);

	for (size_t i = 0; i < 2; i++) {
		json_t *a = counted(json_get(before, members[i])), *b = counted(json_get(now, members[i]));
		if (!json_equal(a, b)) {
			AUTO_FREE char *was = json_text(a), *is = json_text(b);
			stage_fail(stage, "%s of %s: were %s, are %s", members[i], user, was, is);
		}
		json_decref(a);
		json_decref(b);
	}
	json_decref(now);
}

int count_writes(struct stage *stage)
{
	static const char *const kinds[] = {"sobject_create", "sobject_update", "sobject_delete", "revoke"};
	int n = 0;

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		n += stage_count(stage, SALESFORCE, kinds[i]);
	json_t *lines = stage_ask(stage, SALESFORCE, "/_sim/journal?kind=composite", NULL), *line;
	size_t i;
	json_array_foreach (lines, i, line) {
		const char *body = json_str(line, "body");
		n += strstr(body, "\"POST\"") != NULL || strstr(body, "\"DELETE\"") != NULL ||
		     strstr(body, "\"PATCH\"") != NULL;
	}
	json_decref(lines);
	return n;
}

void check_silent(struct stage *stage, const char *channel)
{
	AUTO_FREE char *path = channel[0] == '@' ? mem_printf("/_sim/dm?user=%s", channel + 1)
	                                         : mem_printf("/_sim/channel?id=%s", channel);
	json_t *messages = stage_ask(stage, SLACK, path, NULL);

	if (json_array_size(messages) > 0) {
		AUTO_FREE char *text = json_text(json_array_get(messages, 0));
		stage_fail(stage, "something was said in %s: %s", channel, text);
	}
	json_decref(messages);
}
