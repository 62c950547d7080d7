/*
 * tests/flow/test_nth_call.c - each single call of a repair fails once, in every way, without its effect and with it.
 *
 * test_trouble.c plants by kind (test_nth.c in the database); here it is the first, the second, ... the last call that is made, so that the looks
 * between the deeds have their turn, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "bot/base/log.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

enum { CALLS_MAX = 100 };

/* How it fails; `done`: a deed has its effect, and only its answer is lost. */
static const struct way {
	enum errc code;
	bool done;
} ways[] = {
    {ERR_TEMPORARY, false}, {ERR_UNKNOWN, false}, {ERR_UNKNOWN, true},  {ERR_QUOTA, false},    {ERR_AUTH, false},
    {ERR_DENIED, false},    {ERR_REFUSED, false}, {ERR_INVALID, false}, {ERR_PROTOCOL, false}, {ERR_PROTOCOL, true},
};
enum { WAYS = sizeof ways / sizeof ways[0] };

static struct world *plant(const struct way *way, int nth)
{
	struct world *w = world_new();

	w->config.salesforce.delete_account_links = true;
	w->auto_unassign = false; /* the licence is a deed of its own */
	world_add_link(w, "04Z000000000001AAA", false);
	w->nth = nth;
	w->nth_done = way->done;
	w->fail_code = way->code;
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	return w;
}

static void play(struct world *w)
{
	for (int i = 0; i < 60 && world_play_some(w, 1, 2); i++)
		world_wait(w, 60000);
}

static void check(struct world *w, const struct way *way, int nth)
{
	const char *complaint = world_complaint(w, 1);

	if (complaint != NULL)
		fail_msg("call %d, %s%s: %s: %s", nth, err_name(way->code), way->done ? " though done" : "",
		         world_state(w, 1), complaint);
}

/* Ends well, with Retry where it failed; nothing is done twice. False when there was no such call any more. */
static bool try_one(const struct way *way, int nth)
{
	struct world *w = plant(way, nth);
	bool there, refused;

	play(w);
	refused = text_eq(world_state(w, 1), "refused"); /* before anything began: who asks again begins anew */
	if (refused && err_is_temporary(way->code))
		fail_msg("call %d, %s: refused for a passing trouble", nth, err_name(way->code));
	if (!refused)
		check(w, way, nth);
	if (text_eq(world_state(w, 1), "failed"))
		assert_true(world_click(w, HELP, "requester", "Retry"));
	play(w);
	if (!refused) {
		check(w, way, nth);
		if (!text_eq(world_state(w, 1), "completed"))
			fail_msg("call %d, %s%s: it ended %s", nth, err_name(way->code),
			         way->done ? " though done" : "", world_state(w, 1));
		assert_int_equal(world_writes(w, "delete-set"), 1);
		assert_int_equal(world_writes(w, "grant-set"), 1);
		assert_int_equal(world_writes(w, "revoke aaaa"), 1);
	}
	there = w->calls >= nth;
	world_free(w);
	return there;
}

static void a_repair_survives_each_call_that_fails(void **state)
{
	int nth = 0, most = 0;

	(void)state;
	for (size_t i = 0; i < WAYS; i++) {
		for (nth = 1; nth < CALLS_MAX && try_one(&ways[i], nth);)
			nth++;
		most = nth > most ? nth : most;
	}
	assert_in_range(most, 10, CALLS_MAX - 1); /* there were calls, and an end of them */
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_repair_survives_each_call_that_fails)};

	log_setup(LOG_ERROR, LOG_TEXT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
