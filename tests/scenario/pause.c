/*
 * scenario/pause.c - the emergency stop, by an admin or by failures that pile up, and how many repairs an hour takes.
 */
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/scenario/orgs.h"
#include "tests/scenario/play.h"
#include "tests/scenario/scenario.h"
#include "tests/stage/client.h"

/* The command is answered with both texts, and no repair begins. */
static void refused_at_once(struct stage *stage, const char *user, const char *words, const char *contains,
                            const char *also)
{
	AUTO_FREE char *answer = stage_slash(stage, user, words);

	if (strstr(answer, contains) == NULL || strstr(answer, also) == NULL || strstr(answer, "EAC-") != NULL)
		stage_fail(stage, "/eac %s: %s", words, answer);
}

static void pause_all(struct stage *stage)
{
	AUTO_FREE char *answer = stage_slash(stage, "ida", "pause reason: odd things in the org");
	CHECK(stage, strstr(answer, "Paused") != NULL);
}

static void resume(struct stage *stage)
{
	AUTO_FREE char *answer = stage_slash(stage, "ida", "resume");
	CHECK(stage, strstr(answer, "Resumed") != NULL);
}

/* --- by an admin ---------------------------------------------------------------------------------------------- */

static void a_pause_begins_nothing_and_takes_nothing_away(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	pause_all(stage);
	SEE(stage, .channel = "status", .contains = "Paused", .also = "odd things");
	refused_at_once(stage, "maria", "repair @john", "Paused", "odd things");
	CHECK(stage, stage_repair(stage, 2) == NULL);
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .contains = "Held before step 1.4");
	AUTO_FREE char *why = stage_slash(stage, "maria", "why 1");
	CHECK(stage, strstr(why, "odd things") != NULL || strstr(why, "aused") != NULL);
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	CHECK(stage, holds_set(stage, "jane", INBOX_SET));
	resume(stage);
	await_point(stage, id, AT_APPROVAL);
	struct stage_output audit = stage_eacbot(stage, "audit --json");
	CHECK(stage, strstr(audit.out, "\"pause\"") != NULL && strstr(audit.out, "\"resume\"") != NULL);
	stage_output_done(&audit);
}

static void await_endpoint(struct stage *stage, const char *path, const char *words)
{
	int64_t until = clock_wall_ms() + 15000;

	for (bool there = false; !there;) {
		struct client_answer answer = stage_get(stage, path);
		there = answer.status == 200 && strstr(answer.body, words) != NULL;
		if (!there && clock_wall_ms() > until)
			stage_fail(stage, "%s does not say %s: %s", path, words, answer.body);
		client_answer_done(&answer);
		CHECK(stage, !SEES(stage, .contains = "is never said")); /* rests a little */
	}
}

static void machines_see_the_pause(struct stage *stage)
{
	stage_start(stage);
	await_endpoint(stage, "/metrics", "eacbot_paused 0");
	pause_all(stage);
	await_endpoint(stage, "/metrics", "eacbot_paused 1");
	await_endpoint(stage, "/readyz", "\"paused_by\":\"U0ADMIN001\"");
	resume(stage);
	await_endpoint(stage, "/readyz", "\"paused\":false");
}

static void in_a_pause_people_decide_and_what_was_removed_goes_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_APPROVAL);

	pause_all(stage);
	play(stage, id, AT_APPROVAL, AT_END);
	check_same_grants(stage, "jane", before);
	resume(stage);
	json_decref(before);
}

static void a_cancel_in_a_pause_puts_back(struct stage *stage)
{
	json_t *before = stage_holdings(stage, "jane");
	int id = start_at(stage, AT_BACKEND);

	pause_all(stage);
	free(stage_slash(stage, "maria", "cancel 1"));
	stage_await(stage, id, "cancelled", NULL);
	check_same_grants(stage, "jane", before);
	json_decref(before);
}

static void a_pause_survives_a_kill(struct stage *stage)
{
	int id = start_at(stage, AT_LINKS);

	pause_all(stage);
	stage_kill(stage);
	stage_start(stage);
	refused_at_once(stage, "maria", "repair @john", "Paused", "odd things");
	AUTO_FREE char *status = stage_slash(stage, "ida", "status");
	CHECK(stage, strstr(status, "Paused") != NULL);
	play_one(stage, AT_LINKS);
	SEE(stage, .channel = "helpdesk", .contains = "Held before step");
	CHECK(stage, count_holdings(stage, "jane", "tokens") == 3);
	resume(stage);
	await_point(stage, id, AT_APPROVAL);
}

static void only_admins_pause_and_resume(struct stage *stage)
{
	stage_start(stage);
	AUTO_FREE char *maria = stage_slash(stage, "maria", "pause");
	AUTO_FREE char *omar = stage_slash(stage, "omar", "pause reason: no");
	CHECK(stage, strstr(maria, "may") != NULL && strstr(omar, "may") != NULL);
	pause_all(stage);
	AUTO_FREE char *tom = stage_slash(stage, "tom", "resume");
	CHECK(stage, strstr(tom, "may") != NULL);
	refused_at_once(stage, "maria", "repair @jane", "Paused", "odd things");
	resume(stage);
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
}

/* --- by itself ------------------------------------------------------------------------------------------------ */

/* Jane's seat is taken while it is given up: John's is not given up then, and hers can't be given back. */
static void failures_that_pile_up_pause_by_themselves(struct stage *stage)
{
	stage_set(stage, "limits.pause_after_failures", json_integer(2));
	org_seats(stage, INBOX_LICENCE, 0);
	org_switch(stage, "steal_seats", json_integer(1));
	stage_start(stage);
	begin_jane(stage);
	begin_repair(stage, "tom", "@john");
	play_typed(stage, 1, "jane", AT_DISCONNECT, AT_BACKEND);
	play_typed(stage, 2, "john", AT_DISCONNECT, AT_LINKS);
	stage_do(stage, SALESFORCE, "/_sim/admin_remove_links", of_user("john"));
	free(stage_slash(stage, "ida", "done 2"));
	stage_await(stage, 2, "failed", "remove-permission-set");
	CHECK(stage, !SEES(stage, .channel = "status", .contains = "Paused"));
	free(stage_slash(stage, "maria", "confirm 1 47110815"));
	stage_await(stage, 1, "failed", "assign-permission-set");
	SEE(stage, .channel = "status", .contains = "Paused", .also = "limits.pause_after_failures");
	refused_at_once(stage, "maria", "repair @paul", "Paused", "limits.pause_after_failures");
	org_seats(stage, INBOX_LICENCE, 1);
	free(stage_slash(stage, "tom", "retry 2"));
	SEE(stage, .channel = "helpdesk", .contains = "Held before step 1.5");
	CHECK(stage, holds_set(stage, "john", INBOX_SET));
	free(stage_slash(stage, "maria", "retry 1")); /* gives back */
	await_point(stage, 1, AT_CONNECT);
	resume(stage);
	await_point(stage, 2, AT_APPROVAL);
}

/* --- limits --------------------------------------------------------------------------------------------------- */

static void limits_by_the_hour_say_when_it_is_possible_again(struct stage *stage)
{
	stage_set(stage, "limits.per_requester_hour", json_integer(1));
	stage_set(stage, "limits.per_hour", json_integer(2));
	stage_start(stage);
	stage_await(stage, begin_repair(stage, "maria", "nora@example.com"), "refused", NULL); /* does not count */
	await_point(stage, begin_jane(stage), AT_DISCONNECT);
	refused_at_once(stage, "maria", "repair @john", "limits.per_requester_hour", "possible again");
	refused_at_once(stage, "tom", "repair @john @paul", "limits.per_requester_hour", "fewer");
	await_point(stage, begin_repair(stage, "tom", "@john"), AT_DISCONNECT);
	refused_at_once(stage, "ida", "repair @paul", "limits.per_hour", "possible again");
}

const struct scenario pause_scenarios[] = {
    SCENARIO(machines_see_the_pause),
    SCENARIO(a_pause_begins_nothing_and_takes_nothing_away),
    SCENARIO(in_a_pause_people_decide_and_what_was_removed_goes_back),
    SCENARIO(a_cancel_in_a_pause_puts_back),
    SCENARIO(a_pause_survives_a_kill),
    SCENARIO(only_admins_pause_and_resume),
    SCENARIO(failures_that_pile_up_pause_by_themselves),
    SCENARIO(limits_by_the_hour_say_when_it_is_possible_again),
    {0},
};
