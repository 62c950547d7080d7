/*
 * tests/flow/test_trouble.c - every call of a repair fails in every way, once and for long.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

static const char *const kinds[] = {"person",       "find",   "look",   "end-sessions", "links-deletable",
                                    "delete-links", "revoke", "remove", "restore",      "persons"};

static struct world *plant(const char *kind, enum errc code, int count)
{
	struct world *w = world_new();
	w->config.salesforce.delete_account_links = true;
	w->config.approval.quorum = 2;
	w->auto_unassign = false;
	world_add_link(w, "04Z000000000001AAA", false);
	w->fail_kind = kind;
	w->fail_code = code;
	w->fail_count = count;
	return w;
}

/* Everybody does their part for an hour, both approvers too. */
static void play(struct world *w)
{
	for (int i = 0; i < 60; i++) {
		if (!world_play_some(w, 1, 2))
			return;
		if (text_eq(world_state(w, 1), "waiting_approval"))
			world_click(w, ANA, "approver", "Approve");
		world_wait(w, 60000);
	}
}

static void try_one(const char *kind, enum errc code, int count)
{
	struct world *w = plant(kind, code, count);
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	play(w);
	bool failed = text_eq(world_state(w, 1), "failed");
	bool refused = text_eq(world_state(w, 1), "refused");
	const char *complaint = refused ? NULL : world_complaint(w, 1);
	if (complaint != NULL)
		fail_msg("%s %s %d: %s: %s", kind, err_name(code), count, world_state(w, 1), complaint);
	w->fail_count = 0;
	if (failed)
		assert_true(world_click(w, HELP, "requester", "Retry"));
	play(w);
	if (!refused && !text_eq(world_state(w, 1), "completed"))
		fail_msg("%s %s %d: it ended %s", kind, err_name(code), count, world_state(w, 1));
	if (refused && err_is_temporary(code))
		fail_msg("%s %s %d: refused for a passing trouble", kind, err_name(code), count);
	complaint = refused ? NULL : world_complaint(w, 1);
	if (complaint != NULL)
		fail_msg("%s %s %d, retried: %s", kind, err_name(code), count, complaint);
	if (!refused) {
		assert_int_equal(world_writes(w, "delete-set"), 1);
		assert_int_equal(world_writes(w, "grant-set"), 1);
		assert_int_equal(world_writes(w, "revoke aaaa"), 1);
	}
	assert_false(world_says(w, "&amp;amp;"));
	assert_false(world_says(w, "&amp;lt;"));
	world_free(w);
}

static void every_call_may_fail_in_every_way(void **state)
{
	static const enum errc codes[] = {ERR_TEMPORARY, ERR_UNKNOWN, ERR_QUOTA,    ERR_AUTH,
	                                  ERR_DENIED,    ERR_REFUSED, ERR_PROTOCOL, ERR_INVALID};
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		for (size_t j = 0; j < sizeof codes / sizeof codes[0]; j++)
			for (int count = 1; count <= (err_is_temporary(codes[j]) ? 12 : 1); count += 11)
				try_one(kinds[i], codes[j], count);
}

static void a_passing_trouble_of_a_change_fails_nothing(void **state)
{
	static const char *const deeds[] = {"revoke", "remove", "restore"};
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct world *w = plant(deeds[i], ERR_TEMPORARY, 3);
		world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
		play(w);
		assert_string_equal(world_state(w, 1), "completed");
		world_free(w);
	}
}

static void what_failed_is_told_in_plain_words(void **state)
{
	(void)state;
	struct world *w = plant("remove", ERR_DENIED, 1);
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	play(w);
	assert_string_equal(world_state(w, 1), "failed");
	world_type(w, HELP, "requester", "status 1");
	assert_true(world_told(w, HELP, "it was &lt;planted&gt;"));
	world_type(w, HELP, "requester", "why 1");
	assert_false(world_told(w, HELP, "&amp;lt;"));
	world_free(w);
}

static void a_long_outage_is_told_once(void **state)
{
	(void)state;
	struct world *w = plant("look", ERR_TEMPORARY, 40);
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
	w->fail_count = 0;
	for (int i = 0; i < 10; i++)
		world_wait(w, 60000);
	world_click(w, JANE, "", "Done");
	w->fail_count = 40;
	world_click(w, JANE, "", "Not installed");
	for (int i = 0; i < 20; i++)
		world_wait(w, 60000);
	assert_int_equal(world_said(w, "does not work at the moment"), 1);
	w->fail_count = 0;
	play(w);
	assert_string_equal(world_state(w, 1), "completed");
	world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_call_may_fail_in_every_way),
	    cmocka_unit_test(a_passing_trouble_of_a_change_fails_nothing),
	    cmocka_unit_test(what_failed_is_told_in_plain_words),
	    cmocka_unit_test(a_long_outage_is_told_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
