/*
 * tests/flow/test_midway.c - what is changed under a repair's hands: its settings, its org, its sight, what the user holds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

#define PS_OTHER "0PS000000000002GAA"

static char inbox_set[] = "InboxWithEinsteinActivityCapture", other_set[] = "InboxOnly", psl_other[] = "AnotherPsl";
static char *only_other[] = {other_set}, *both_sets[] = {inbox_set, other_set}, *other_licence[] = {psl_other};

static int setup(void **state)
{
	*state = world_new();
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

static void begin(struct world *w)
{
	world_type(w, HELP, "requester", "repair <@" JANE "|jane>");
}

static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static void list_both(struct world *w)
{
	w->config.salesforce.permission_sets = (struct config_list){both_sets, 2};
	w->other_set = other_set;
}

/* --- the settings --- */

static void a_set_that_is_on_the_allow_list_no_more_is_left_alone(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "Done");
	w->config.salesforce.permission_sets = (struct config_list){only_other, 1};
	world_click(w, JANE, "", "Not installed");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "salesforce.permission_sets"));
	assert_int_equal(world_writes(w, "delete"), 0);
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_int_equal(world_writes(w, "grant"), 0);
}

static void what_was_removed_comes_back_also_when_it_is_listed_no_more(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	w->config.salesforce.permission_sets = (struct config_list){only_other, 1};
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_holds(w, inbox_set));
}

static void a_licence_that_policy_keeps_by_now_stays(void **state)
{
	struct world *w = *state;
	w->auto_unassign = false;
	begin(w);
	world_click(w, JANE, "", "Done");
	w->config.salesforce.permission_set_licenses = (struct config_list){other_licence, 1};
	world_play(w, 1);
	rest(w);
	assert_int_equal(world_writes(w, "delete-licence"), 0);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "not in permission_set_licenses"));
}

/* --- a second set --- */

static void a_broad_set_that_is_new_is_left_alone(void **state)
{
	struct world *w = *state;
	list_both(w);
	w->other_is_broad = true;
	begin(w);
	world_add_set(w, "0Pa000000000077AAA", PS_OTHER, other_set, "", "");
	world_play(w, 1);
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "salesforce.allow_broad"));
	assert_int_equal(world_writes(w, "delete"), 0);
}

static void a_set_that_is_given_anew_keeps_its_own_date(void **state)
{
	struct world *w = *state;
	list_both(w);
	w->config.salesforce.reassign_same = false;
	w->config.salesforce.reassign = (struct config_list){only_other, 1};
	world_add_set(w, "0Pa000000000077AAA", PS_OTHER, other_set, "", "2027-01-31T00:00:00Z");
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(json_array_size(w->sets), 1);
	assert_string_equal(json_str(json_array_get(w->sets, 0), "expires"), "2027-01-31T00:00:00Z");
}

/* --- what the user holds --- */

static void a_plan_that_shrank_is_approved_anew_before_the_licence_goes(void **state)
{
	struct world *w = *state;
	w->config.approval.before_teardown = true;
	json_array_clear(w->tokens);
	begin(w);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, JANE, "", "Done");
	json_array_clear(w->sets);
	world_click(w, JANE, "", "Not installed");
	rest(w);
	assert_true(world_says(w, "gone: the permission set"));
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "delete-licence"), 0);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(json_array_size(w->licences), 1);
}

static void a_set_that_another_hand_gave_back_without_its_licence_gets_it(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	world_add_set(w, "0Pa000000000077AAA", "0PS000000000001GAA", inbox_set, "", "");
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_int_equal(json_array_size(w->licences), 1);
	assert_int_equal(world_writes(w, "grant-set"), 0);
}

/* Who was owed a set that is deleted since could not be repaired any more: it would be given back in vain for ever. */
static void a_set_that_the_org_has_no_more_is_owed_to_nobody(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	w->set_made_anew = true;
	world_type(w, HELP, "requester", "confirm 1 04567890");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	world_add_set(w, "0Pa000000000078AAA", "0PS000000000009GAA", inbox_set, "", "");
	world_add_licence(w, "2LA000000000078AAA", "0PLD000000003mwOAA", "InboxPsl", false);
	begin(w);
	world_play(w, 2);
	rest(w);
	assert_string_equal(world_state(w, 2), "completed");
	assert_true(world_says(w, "has no such set any more"));
	assert_int_equal(json_array_size(w->sets), 1);
	assert_int_equal(json_array_size(w->licences), 1);
}

/* --- the org: a copy (a sandbox) has the same ids --- */

static void a_repair_that_began_in_another_org_touches_nothing(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "Done");
	w->another_org = true;
	world_click(w, JANE, "", "Not installed");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "another Salesforce org"));
	assert_int_equal(world_writes(w, "revoke") + world_writes(w, "delete"), 0);
	w->another_org = false;
	world_click(w, HELP, "requester", "Retry");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static void nothing_is_given_back_in_another_org(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	w->another_org = true;
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_int_equal(world_writes(w, "grant"), 0);
	begin(w);
	assert_string_equal(world_state(w, 2), "refused");
	assert_true(world_told(w, HELP, "none is owed"));
	w->another_org = false;
	world_click(w, HELP, "requester", "Retry");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_true(world_holds(w, inbox_set));
}

static void a_licence_that_is_new_after_the_approval_goes_back_to_1_6(void **state)
{
	struct world *w = *state;
	world_to_the_backend(w);
	world_add_licence(w, "2LA000000000088AAA", "0PLD000000004mwOAA", psl_other, false);
	world_type(w, HELP, "requester", "confirm 1 04567890");
	rest(w);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "delete-licence"), 0);
	assert_true(world_says(w, "returns to step 1.6"));
	world_play(w, 1);
	rest(w);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-licence"), 1);
	assert_int_equal(json_array_size(w->licences), 2);
	assert_int_equal(json_array_size(w->sets), 1);
}

/* --- the bot's sight --- */

static void what_can_not_be_seen_any_more_is_not_taken_for_gone(void **state)
{
	struct world *w = *state;
	begin(w);
	w->blind_sets = true;
	world_click(w, JANE, "", "Done");
	rest(w);
	assert_string_equal(world_state(w, 1), "failed");
	assert_false(world_says(w, "gone: the permission set"));
	assert_int_equal(world_writes(w, ""), 0);
	w->blind_sets = false;
	world_click(w, HELP, "requester", "Retry");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_set_that_is_on_the_allow_list_no_more_is_left_alone),
	    T(what_was_removed_comes_back_also_when_it_is_listed_no_more),
	    T(a_licence_that_policy_keeps_by_now_stays),
	    T(a_broad_set_that_is_new_is_left_alone),
	    T(a_set_that_is_given_anew_keeps_its_own_date),
	    T(a_plan_that_shrank_is_approved_anew_before_the_licence_goes),
	    T(a_set_that_another_hand_gave_back_without_its_licence_gets_it),
	    T(a_licence_that_is_new_after_the_approval_goes_back_to_1_6),
	    T(a_set_that_the_org_has_no_more_is_owed_to_nobody),
	    T(a_repair_that_began_in_another_org_touches_nothing),
	    T(nothing_is_given_back_in_another_org),
	    T(what_can_not_be_seen_any_more_is_not_taken_for_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
