/*
 * tests/flow/test_orgs.c - whatever an org looks like, and wherever a repair ends: Jane holds what she held.
 *
 * Orgs and their fates are made from seeds; one that fails is named by its seed. ORG=N plays only that one, ORGS=N so
 * many of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "bot/flow/request.h"
#include "tests/flow/org.h"
#include "tests/flow/world.h"

enum { ORGS = 120, MOVES = 14 };

#define HOUR (int64_t)3600000

enum fate { COMPLETES, IS_CANCELLED, IS_REJECTED, EXPIRES, FATES };

static const char *const fates[FATES] = {"completes", "is cancelled", "is rejected", "expires"};

static bool has_ended(struct world *w)
{
	return state_is_final(state_of_word(world_state(w, 1)));
}

/* Until nothing moves by itself. */
static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++) {
		enum request_state state = state_of_word(world_state(w, 1));
		if (state != STATE_CHECKING && state != STATE_RUNNING)
			return;
		world_wait(w, 30000);
	}
}

static void begin(struct world *w)
{
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	rest(w);
}

/* Something goes wrong on the way, once. */
static void plant_trouble(struct world *w)
{
	static const char *const kinds[] = {"look", "remove", "restore", "revoke", "end-sessions", "delete-links"};
	if (org_random(w->org, 3) == 0)
		w->lost_answers = 1;
	if (org_random(w->org, 3) == 0) {
		w->fail_kind = kinds[org_random(w->org, 6)];
		w->fail_code = org_random(w->org, 2) == 0 ? ERR_TEMPORARY : ERR_UNKNOWN;
		w->fail_count = 1;
	}
	if (org_random(w->org, 3) == 0) /* killed and started again */
		w->crash_at = 1 + (int)org_random(w->org, 110);
}

static void end_it(struct world *w, enum fate fate)
{
	if (fate == COMPLETES)
		world_play(w, 1);
	if (fate == IS_REJECTED)
		for (int i = 0; i < MOVES && !has_ended(w); i++) {
			if (!text_eq(world_state(w, 1), "waiting_approval")) {
				world_play_some(w, 1, 1);
				continue;
			}
			world_click(w, OMAR, "approver", "Reject");
			rest(w);
		}
	if (fate == EXPIRES)
		for (int i = 0; i < 10 && !has_ended(w); i++)
			world_wait(w, 12 * HOUR);
	if (!has_ended(w))
		world_type(w, HELP, "requester", "cancel 1");
	rest(w);
}

/* Plays the org of a seed to its end. NULL, or a complaint. */
static const char *play_org(uint64_t seed, bool planted, enum fate *ret_fate, int *ret_moves)
{
	static char why[400];
	struct world *w = world_new();
	struct org *org = org_new(w, seed);
	org->forgets_dates = planted;
	*ret_fate = (enum fate)org_random(org, FATES);
	*ret_moves = *ret_fate == COMPLETES ? 0 : (int)org_random(org, MOVES);
	plant_trouble(w);
	begin(w);
	if (!has_ended(w))
		world_play_some(w, 1, *ret_moves);
	end_it(w, *ret_fate);
	const char *complaint = has_ended(w) ? org_complaint(w) : "it has not ended";
	if (complaint == NULL && world_live_buttons(w) > 0)
		complaint = "buttons live";
	if (complaint != NULL)
		snprintf(why, sizeof why, "%s (%s)", complaint, world_state(w, 1));
	world_free(w);
	return complaint != NULL ? why : NULL;
}

static void jane_holds_what_she_held(void **state)
{
	const char *only = getenv("ORG"), *many = getenv("ORGS");
	uint64_t from = only != NULL ? strtoull(only, NULL, 10) : 1;
	uint64_t to = only != NULL ? from : many != NULL ? strtoull(many, NULL, 10) : ORGS;
	(void)state;
	for (uint64_t seed = from; seed <= to; seed++) {
		enum fate fate;
		int moves;
		const char *why = play_org(seed, false, &fate, &moves);
		if (why != NULL)
			fail_msg("ORG=%llu, %s after %d moves: %s", (unsigned long long)seed, fates[fate], moves, why);
	}
}

static void a_planted_mistake_is_found(void **state)
{
	bool found = false;
	int moves;
	enum fate fate;
	(void)state;
	for (uint64_t seed = 1; seed <= 60 && !found; seed++)
		found = play_org(seed, true, &fate, &moves) != NULL;
	assert_true(found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(jane_holds_what_she_held),
	    cmocka_unit_test(a_planted_mistake_is_found),
	};
	log_setup(LOG_ERROR, LOG_AUTO);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
