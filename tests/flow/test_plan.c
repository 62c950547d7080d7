/*
 * tests/flow/test_plan.c - only what was planned is taken away, and only what could be given back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

#define HOUR (int64_t)3600000

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

#define PS_OTHER  "0PS000000000002GAA"
#define PSL_INBOX "0PLD000000003mwOAA"

static char inbox_set[] = "InboxWithEinsteinActivityCapture", other_set[] = "InboxOnly";
static char *both_sets[] = {inbox_set, other_set};

static void list_both(struct world *w)
{
	w->config.salesforce.permission_sets = (struct config_list){both_sets, 2};
	w->other_set = other_set;
}

static void rest(struct world *w)
{
	for (int i = 0; i < 8; i++)
		world_wait(w, 30000);
}

static void a_listed_set_that_is_new_is_asked_for_before_anything_goes(void **state)
{
	struct world *w = *state;
	list_both(w);
	begin(w);
	world_add_set(w, "0Pa000000000077AAA", PS_OTHER, other_set, "", "");
	world_click(w, JANE, "", "Done");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_says(w, "new: the permission set “InboxOnly”"));
	assert_int_equal(world_writes(w, ""), 0);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-set"), 2);
	assert_true(world_holds(w, other_set) && world_holds(w, inbox_set));
}

static void links_are_deleted_only_by_the_plan(void **state)
{
	struct world *w = *state;
	w->config.salesforce.delete_account_links = true;
	world_add_link(w, "04Z000000000001AAA", false);
	begin(w);
	world_click(w, JANE, "", "Done");
	json_set_str(json_array_get(w->sets, 0), "expires", "2027-01-31T00:00:00Z");
	world_click(w, JANE, "", "Not installed");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_int_equal(world_writes(w, "delete-link"), 0);
	assert_true(world_says(w, "until 2027-01-31 now, not without an end"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_int_equal(world_writes(w, "delete-link"), 1);
}

static void a_listed_set_that_is_new_after_the_approval_goes_back_to_1_5(void **state)
{
	struct world *w = *state;
	list_both(w);
	world_to_the_backend(w);
	world_add_set(w, "0Pa000000000077AAA", PS_OTHER, other_set, "", "");
	world_type(w, HELP, "requester", "confirm 1 04567890");
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_says(w, "returns to step 1.5"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_true(world_holds(w, other_set) && world_holds(w, inbox_set));
}

/* Somebody takes the set away while the repair waits for Jane. */
static void taken_by_another_hand(struct world *w)
{
	begin(w);
	world_click(w, JANE, "", "Done");
	json_array_clear(w->sets);
	json_array_clear(w->licences);
	world_click(w, JANE, "", "Not installed");
	rest(w);
	assert_string_equal(world_state(w, 1), "waiting_approval");
	assert_true(world_says(w, "gone: the permission set"));
	assert_int_equal(world_writes(w, "delete"), 0);
}

static void what_somebody_else_took_is_not_given_back_by_a_cancel(void **state)
{
	struct world *w = *state;
	taken_by_another_hand(w);
	world_type(w, HELP, "requester", "cancel 1");
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_int_equal(world_writes(w, "grant"), 0);
}

static void what_somebody_else_took_is_given_with_the_approval_that_says_so(void **state)
{
	struct world *w = *state;
	taken_by_another_hand(w);
	assert_true(world_says(w, "somebody else took it away"));
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
	assert_true(world_holds(w, inbox_set));
}

static void a_set_that_is_assigned_anew_once_is_removed_again(void **state)
{
	struct world *w = *state;
	w->regrants = 1;
	world_to_the_gate(w);
	assert_int_equal(world_writes(w, "delete-set"), 2);
	assert_int_equal(world_said(w, "was assigned anew right after its removal"), 1);
}

static void a_set_that_is_always_assigned_anew_fails_and_says_what_to_look_for(void **state)
{
	struct world *w = *state;
	w->regrants = 99;
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_writes(w, "delete-set") <= 4);
	assert_true(world_says(w, "It keeps coming back"));
	assert_true(world_says(w, "user access policy"));
	world_type(w, HELP, "requester", "cancel 1");
	rest(w);
	assert_string_equal(world_state(w, 1), "cancelled");
	assert_int_equal(world_writes(w, "grant-set"), 0);
	assert_int_equal(world_writes(w, "grant-licence"), 1); /* the set that was assigned anew came without it */
}

static void a_licence_that_could_not_be_given_back_is_not_given_up(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, JANE, "", "Done");
	json_set_int(json_array_get(w->licences, 0), "used", 11);
	world_click(w, JANE, "", "Not installed");
	assert_string_equal(world_state(w, 1), "failed");
	assert_true(world_says(w, "over-allocated"));
	assert_int_equal(world_writes(w, "delete-set"), 0);
	json_set_int(json_array_get(w->licences, 0), "used", 5);
	world_click(w, HELP, "requester", "Retry");
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "completed");
}

static enum errc owe_to_bob(struct tx *tx, void *arg)
{
	(void)arg;
	json_auto_t *what = json_pack("{s:[],s:[{s:s,s:b}]}", "sets", "licences", "licence", PSL_INBOX, "free", 1);
	return owed_set(tx, "005Sj000003JNIZIA4", 99, what);
}

static void a_seat_that_is_owed_to_another_is_not_counted_on(void **state)
{
	struct world *w = *state;
	assert_int_equal(store_run(w->store, owe_to_bob, w), OK);
	json_set_int(json_array_get(w->licences, 0), "used", 10);
	begin(w);
	assert_string_equal(world_state(w, 1), "refused");
	assert_true(world_told(w, HELP, "owed to others"));
	json_set_int(json_array_get(w->licences, 0), "used", 9);
	begin(w);
	assert_string_equal(world_state(w, 2), "waiting_user");
	assert_true(world_says(w, "All seats"));
	world_click(w, JANE, "", "Done");
	json_set_int(json_array_get(w->licences, 0), "used", 10);
	world_click(w, JANE, "", "Not installed");
	assert_string_equal(world_state(w, 2), "failed");
	assert_int_equal(world_writes(w, "delete-set"), 0);
}

static json_t *debt_of_jane;
static enum errc read_debt(struct tx *tx, void *arg)
{
	(void)arg;
	return owed_get(tx, "005Sj000003JNIXIA4", &debt_of_jane);
}

static void a_seat_is_promised_from_when_it_is_free_until_it_is_given_back(void **state)
{
	struct world *w = *state;
	world_to_the_gate(w);
	assert_int_equal(store_run(w->store, read_debt, w), OK);
	assert_true(json_bool(json_array_get(json_get(debt_of_jane, "licences"), 0), "free"));
	json_decref(debt_of_jane);
	world_type(w, HELP, "requester", "cancel 1");
	assert_int_equal(store_run(w->store, read_debt, w), ERR_NOT_FOUND);
}

static void a_seat_is_promised_also_by_a_repair_that_failed_at_the_removal(void **state)
{
	struct world *w = *state;
	w->regrants = 99;
	begin(w);
	world_play(w, 1);
	assert_string_equal(world_state(w, 1), "failed");
	assert_int_equal(json_array_size(w->licences), 0);
	assert_int_equal(store_run(w->store, read_debt, w), OK);
	assert_true(json_bool(json_array_get(json_get(debt_of_jane, "licences"), 0), "free"));
	json_decref(debt_of_jane);
}

static void another_source_of_the_permission_is_named_in_the_evidence(void **state)
{
	struct world *w = *state;
	world_add_set(w, "0Pa000000000066AAA", "0PS000000000066GAA", "SalesEngagement", "", "");
	world_to_the_gate(w);
	assert_true(world_says(w, "through the permission set “SalesEngagement”"));
	assert_int_equal(world_writes(w, "delete-set"), 1);
	world_click(w, OMAR, "approver", "Approve");
	assert_true(world_says(w, "keeps the permission through the permission set “SalesEngagement”"));
}

static void a_word_on_the_users_behalf_is_recorded_with_the_name(void **state)
{
	struct world *w = *state;
	begin(w);
	world_click(w, HELP, "requester", "Mark done");
	assert_true(world_says(w, "the helpdesk's word on the user's behalf) — <@" HELP ">"));
	world_click(w, JANE, "", "Not installed");
	assert_false(world_says(w, "the user's word) — "));
}

static void never_found(struct world *w, const char *kind, enum errc code)
{
	w->fail_kind = kind;
	w->fail_code = code;
	w->fail_count = 1000;
	begin(w);
}

static void what_can_not_be_looked_up_for_good_ends(void **state)
{
	struct world *w = *state;
	never_found(w, "look", ERR_REFUSED);
	assert_string_equal(world_state(w, 1), "refused");
	assert_true(world_told(w, HELP, "will not pass by itself"));
}

static void what_may_be_looked_up_later_is_asked_more_and_more_seldom(void **state)
{
	struct world *w = *state;
	never_found(w, "look", ERR_TEMPORARY);
	for (int i = 0; i < 240; i++)
		world_wait(w, 60000);
	assert_string_equal(world_state(w, 1), "checking");
	assert_true(w->fail_count > 1000 - 80); /* in four hours */
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(a_listed_set_that_is_new_is_asked_for_before_anything_goes),
	    T(links_are_deleted_only_by_the_plan),
	    T(a_listed_set_that_is_new_after_the_approval_goes_back_to_1_5),
	    T(what_somebody_else_took_is_not_given_back_by_a_cancel),
	    T(what_somebody_else_took_is_given_with_the_approval_that_says_so),
	    T(a_set_that_is_assigned_anew_once_is_removed_again),
	    T(a_set_that_is_always_assigned_anew_fails_and_says_what_to_look_for),
	    T(a_licence_that_could_not_be_given_back_is_not_given_up),
	    T(a_seat_that_is_owed_to_another_is_not_counted_on),
	    T(a_seat_is_promised_from_when_it_is_free_until_it_is_given_back),
	    T(a_seat_is_promised_also_by_a_repair_that_failed_at_the_removal),
	    T(another_source_of_the_permission_is_named_in_the_evidence),
	    T(a_word_on_the_users_behalf_is_recorded_with_the_name),
	    T(what_can_not_be_looked_up_for_good_ends),
	    T(what_may_be_looked_up_later_is_asked_more_and_more_seldom),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
