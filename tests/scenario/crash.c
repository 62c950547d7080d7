/*
 * scenario/crash.c - kill -9 at a boundary, start again, and the end is the same.
 *
 * A fault holds one request of eacbot up, before its work or between its work and the answer; while it hangs, the
 * program is killed. Afterwards nothing was said twice, nothing was written twice, and the repair is completed.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"

enum { HANG_MS = 8000 };

struct moment {
	enum fake fake;
	const char *kind;
	int nth;
	bool done; /* its work is done when the program dies */
	const char *contains;
};

struct crash {
	int64_t kills[2];
};

static void on_wait(struct stage *stage, void *arg)
{
	struct crash *crash = arg;

	for (enum fake fake = SLACK; fake <= SALESFORCE; fake++) {
		int64_t fired = stage_fired(stage, fake);
		if (fired == crash->kills[fake])
			continue;
		crash->kills[fake] = fired;
		stage_kill(stage);
		stage_start(stage);
	}
}

static void arrange(struct stage *stage, const struct moment *moment)
{
	json_t *rule = json_pack("{s:s, s:i}", "kind", moment->kind, "nth", moment->nth);

	if (moment->contains != NULL)
		json_set_str(rule, "contains", moment->contains);
	json_set_int(rule, moment->done ? "delay_after_ms" : "delay_ms", HANG_MS);
	if (!moment->done)
		json_set_str(rule, "drop", "before");
	stage_fault(stage, moment->fake, rule);
}

/* --- nothing twice --- */

static void check_no_doubles(struct stage *stage, const char *path)
{
	json_t *messages = stage_ask(stage, SLACK, path, NULL), *message, *seen = json_object();
	size_t i;

	json_array_foreach (messages, i, message) {
		const char *text = json_str(message, "text");
		if (json_get(seen, text) != NULL)
			stage_fail(stage, "said twice: %s", text);
		json_object_set_new(seen, text, json_true());
	}
	json_decref(seen);
	json_decref(messages);
}

static int count_audit(struct stage *stage, const char *action)
{
	json_t *rows = stage_ask(stage, SALESFORCE, "/_sim/rows?object=SetupAuditTrail", NULL), *row;
	size_t i;
	int n = 0;

	json_array_foreach (rows, i, row)
		n += text_eq(json_str(row, "Action"), action);
	json_decref(rows);
	return n;
}

static void check_nothing_twice(struct stage *stage)
{
	check_no_doubles(stage, "/_sim/channel?id=C0HELP0001");
	check_no_doubles(stage, "/_sim/channel?id=C0STATUS01");
	check_no_doubles(stage, "/_sim/dm?user=jane");
	CHECK(stage, count_audit(stage, "PermSetUnassign") == 1);
	CHECK(stage, count_audit(stage, "PermSetAssign") == 1);
}

/* A program that has just begun can't know how often the one before it has asked. */
static void no_tiers(struct stage *stage)
{
	stage_do(stage, SLACK, "/_sim/settings", json_pack("{s:b}", "tiers", 0));
}

/* A whole repair by buttons, with those moments on the way; each has to come. */
static void survive(struct stage *stage, const struct moment *moments, size_t count)
{
	struct crash crash = {0};
	json_t *before = stage_holdings(stage, "jane");

	no_tiers(stage);
	stage_start(stage);
	for (size_t i = 0; i < count; i++)
		arrange(stage, &moments[i]);
	stage_on_wait(stage, on_wait, &crash);
	int id = begin_jane(stage);
	play(stage, id, AT_DISCONNECT, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
	SEE(stage, .channel = "dm", .user = "jane", .contains = "connected again");
	SEE(stage, .channel = "status", .contains = "completed");
	/* what was said is to be seen before it was answered */
	for (int i = 0; i < 50 && crash.kills[SLACK] + crash.kills[SALESFORCE] < (int64_t)count; i++)
		stage_run_hook(stage);
	stage_on_wait(stage, NULL, NULL);
	int64_t kills = crash.kills[SLACK] + crash.kills[SALESFORCE];
	if (kills != (int64_t)count)
		stage_fail(stage, "%d kills instead of %d", (int)kills, (int)count);
	check_same_grants(stage, "jane", before);
	CHECK(stage, count_holdings(stage, "jane", "links") == 2);
	check_nothing_twice(stage);
	json_decref(before);
}

#define SURVIVE(stage, ...) \
	do { \
		const struct moment moments[] = {__VA_ARGS__}; \
		survive(stage, moments, sizeof moments / sizeof moments[0]); \
	} while (0)

/* --- the moments --- */

static void killed_right_after_the_acknowledgement(struct stage *stage)
{
	stage_start(stage);
	int id = begin_jane(stage);
	stage_kill(stage);
	stage_start(stage);
	play(stage, id, AT_DISCONNECT, AT_END);
	check_nothing_twice(stage);
}

static void killed_right_after_every_click(struct stage *stage)
{
	no_tiers(stage);
	stage_start(stage);
	int id = begin_jane(stage);
	for (enum point point = AT_DISCONNECT; point < AT_END; point++) {
		await_point(stage, id, point);
		play_one(stage, point);
		stage_kill(stage);
		stage_start(stage);
	}
	await_point(stage, id, AT_END);
	SEE(stage, .channel = "helpdesk", .contains = "*Completed*");
	check_nothing_twice(stage);
}

static void killed_while_the_user_is_looked_up(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "composite", 1, false, NULL}, {SALESFORCE, "composite", 3, true, NULL});
}

static void killed_before_the_parent_is_posted(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.postMessage", 1, false, NULL});
}

static void killed_before_the_answer_to_the_parents_post(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.postMessage", 1, true, NULL});
}

static void killed_while_the_user_is_written_to(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "conversations.open", 1, true, NULL},
	        {SLACK, "chat.postMessage", 1, true, "eac.not_installed"});
}

static void killed_while_a_card_is_closed(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.update", 1, false, NULL}, {SLACK, "chat.update", 3, true, NULL});
}

static void killed_before_a_token_is_revoked(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "revoke", 1, false, NULL});
}

static void killed_before_the_answer_to_a_revoke(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "revoke", 1, true, NULL}, {SALESFORCE, "revoke", 1, true, NULL});
}

static void killed_before_the_set_is_removed(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "*", 1, false, "DELETE"});
}

static void killed_before_the_answer_to_the_removal(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "*", 1, true, "DELETE"});
}

static void killed_before_the_prompt_is_posted(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.postMessage", 1, false, "eac.approve"});
}

static void killed_before_the_answer_to_the_prompts_post(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.postMessage", 1, true, "eac.approve"});
}

static void killed_while_the_dialog_opens(struct stage *stage)
{
	int id = start_at(stage, AT_BACKEND);

	SEE(stage, .user = "maria", .button = "Inbox removed");
	stage_fault(stage, SLACK, json_pack("{s:s, s:i}", "kind", "views.open", "delay_ms", HANG_MS));
	stage_click(stage, "maria", "Inbox removed", NULL);
	stage_await_faults(stage, SLACK, 1);
	stage_kill(stage);
	stage_clear_faults(stage, SLACK);
	stage_start(stage);
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	play(stage, id, AT_CONNECT, AT_END);
	check_nothing_twice(stage);
}

static void killed_before_the_set_is_assigned(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "*", 1, false, "AssigneeId\":\""});
}

static void killed_before_the_answer_to_the_assignment(struct stage *stage)
{
	SURVIVE(stage, {SALESFORCE, "*", 1, true, "AssigneeId\":\""});
}

static void killed_before_the_answer_to_the_last_words(struct stage *stage)
{
	SURVIVE(stage, {SLACK, "chat.postMessage", 1, true, "Completed"});
}

static void killed_while_putting_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);

	stage_fault(stage, SALESFORCE,
	            json_pack("{s:s, s:i}", "contains", "AssigneeId\":\"", "delay_after_ms", HANG_MS));
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await_faults(stage, SALESFORCE, 1);
	stage_kill(stage);
	stage_start(stage);
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	check_nothing_twice(stage);
	json_decref(before);
}

const struct scenario crash_scenarios[] = {
    SCENARIO(killed_right_after_the_acknowledgement),
    SCENARIO(killed_right_after_every_click),
    SCENARIO(killed_while_the_user_is_looked_up),
    SCENARIO(killed_before_the_parent_is_posted),
    SCENARIO(killed_before_the_answer_to_the_parents_post),
    SCENARIO(killed_while_the_user_is_written_to),
    SCENARIO(killed_while_a_card_is_closed),
    SCENARIO(killed_before_a_token_is_revoked),
    SCENARIO(killed_before_the_answer_to_a_revoke),
    SCENARIO(killed_before_the_set_is_removed),
    SCENARIO(killed_before_the_answer_to_the_removal),
    SCENARIO(killed_before_the_prompt_is_posted),
    SCENARIO(killed_before_the_answer_to_the_prompts_post),
    SCENARIO(killed_while_the_dialog_opens),
    SCENARIO(killed_before_the_set_is_assigned),
    SCENARIO(killed_before_the_answer_to_the_assignment),
    SCENARIO(killed_before_the_answer_to_the_last_words),
    SCENARIO(killed_while_putting_back),
    {0},
};
