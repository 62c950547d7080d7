/*
 * tests/flow/test_batch.c - many people with one command: one message, one approval, one case; each still their own.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bot/base/json.h"
#include "bot/base/text.h"
#include "tests/flow/world.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

static int setup(void **state)
{
	struct world *w = world_new();
	w->config.limits.board_from = 3;
	w->config.escalation.after_ms = CONFIG_NEVER;
	w->seats_total = 1000;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	world_free(*state);
	return 0;
}

/* p1 to pN, and p1 is EAC-1; the board is the number after theirs. */
static void ask_for(struct world *w, int n)
{
	char text[6000] = "repair";
	for (int i = 1; i <= n; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), " p%d@example.com", i);
	world_type(w, HELP, "requester", text);
}

/* Until the board has looked up everybody and asks. */
static void settle(struct world *w)
{
	for (int i = 0; i < 6; i++)
		world_wait(w, 4 * SECOND);
}

static int parents(const struct world *w)
{
	int n = 0;
	size_t i;
	json_t *m;
	json_array_foreach (w->messages, i, m)
		n += text_eq(json_str(m, "slot"), "parent");
	return n;
}

static int in_state(struct world *w, int people, const char *state)
{
	int n = 0;
	for (int i = 1; i <= people; i++)
		n += text_eq(world_state(w, i), state);
	return n;
}

/* Each does what is asked of them; the words are those of the commands. */
static void all_do(struct world *w, int people, const char *word)
{
	for (int i = 1; i <= people; i++) {
		char user[24], text[40];
		snprintf(user, sizeof user, "U0P%04d", i);
		snprintf(text, sizeof text, "%s EAC-%d", word, i);
		world_type(w, user, "", text);
	}
	settle(w);
}

static void to_the_gate(struct world *w, int people)
{
	ask_for(w, people);
	settle(w);
}

static void to_the_backend_gate(struct world *w, int people)
{
	to_the_gate(w, people);
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	all_do(w, people, "done"); /* 1.1 */
	all_do(w, people, "done"); /* 1.2 */
	settle(w);
}

/* --- */

static void many_people_share_one_message_and_one_prompt(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 5);
	assert_int_equal(in_state(w, 5, "waiting_approval"), 5);
	assert_int_equal(parents(w), 1);
	assert_int_equal(world_said(w, "Approval needed"), 1);
	assert_true(world_says(w, "Person 1"));
	assert_true(world_says(w, "Person 5"));
	assert_int_equal(world_writes(w, ""), 0);
	assert_int_equal(world_count(w), 5); /* the board is no repair */
}

static void one_approval_passes_the_gate_of_all(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 4);
	assert_true(world_click(w, OMAR, "approver", "Approve"));
	settle(w);
	assert_int_equal(in_state(w, 4, "waiting_user"), 4);
	assert_true(world_told(w, OMAR, "noted for 4 people"));
	assert_int_equal(parents(w), 1);
	assert_false(world_click(w, OMAR, "approver", "Approve")); /* the prompt has no buttons any more */
}

static void a_vote_of_several_is_counted_on_the_board(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_gate(w, 4);
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	assert_int_equal(in_state(w, 4, "waiting_approval"), 4);
	assert_true(world_says(w, "another approver (1 of 2 have approved)"));
}

static void who_takes_a_vote_back_is_not_named_as_one_who_approved(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	w->config.approval.take_back_ms = 10000;
	to_the_gate(w, 4);
	world_click(w, OMAR, "approver", "Approve");
	world_type(w, OMAR, "approver", "undo EAC-5");
	settle(w);
	world_type(w, ANA, "approver", "reject EAC-5");
	settle(w);
	assert_true(world_says(w, "*Rejected* by <@" ANA "> (typed command"));
	assert_false(world_says(w, "*Approved* by <@" OMAR));
}

static void why_of_one_names_the_board_and_its_next_reminder(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 4);
	world_type(w, HELP, "requester", "why 1");
	assert_true(world_told(w, HELP, "*Asked for all together:*"));
	assert_true(world_told(w, HELP, "*Next reminder:*"));
}

static void one_rejection_ends_all(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 4);
	world_type(w, OMAR, "approver", "reject EAC-5 not today");
	settle(w);
	assert_int_equal(in_state(w, 4, "rejected"), 4);
	assert_int_equal(world_live_buttons(w), 0);
	assert_true(world_says(w, "4 rejected"));
}

static void neither_the_requester_nor_a_target_decides_it(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 3);
	world_click(w, HELP, "requester approver", "Approve");
	world_click(w, "U0P0002", "approver admin", "Approve");
	world_click(w, "U0P0002", "approver admin", "Reject");
	assert_int_equal(in_state(w, 3, "waiting_approval"), 3);
	assert_true(world_told(w, "U0P0002", "EAC-2, a part of EAC-4"));
	assert_true(world_told(w, HELP, "four eyes"));
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_user"), 3);
}

static void one_of_them_may_be_decided_alone(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 3);
	world_type(w, OMAR, "approver", "reject EAC-2");
	world_type(w, "U0P0002", "approver", "approve EAC-4"); /* their own is over, the others are not theirs */
	settle(w);
	assert_string_equal(world_state(w, 2), "rejected");
	assert_int_equal(in_state(w, 3, "waiting_user"), 2);
}

static void in_its_thread_one_has_to_say_whom_one_means(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 3);
	world_mention(w, OMAR, "approver", 4, "approve");
	assert_true(world_told(w, OMAR, "Say whom you mean"));
	assert_int_equal(in_state(w, 3, "waiting_approval"), 3);
	world_mention(w, OMAR, "approver", 4, "approve EAC-4");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_user"), 3);
	world_type(w, OMAR, "approver", "cancel EAC-4");
	world_type(w, HELP, "requester", "status EAC-4");
	assert_true(world_told(w, HELP, "3 waiting for the affected person"));
}

static void too_few_who_remain_go_their_own_ways(void **state)
{
	struct world *w = *state;
	world_type(w, HELP, "requester", "repair p1@example.com p2@example.com nobody@example.com");
	settle(w);
	settle(w);
	assert_int_equal(in_state(w, 2, "waiting_approval"), 2);
	assert_int_equal(parents(w), 2);
	assert_int_equal(world_said(w, "Approval needed"), 2);
}

static void whoever_needs_somebody_gets_a_thread_of_their_own(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 3);
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	world_direct(w, "U0P0002", "help");
	settle(w);
	assert_int_equal(parents(w), 2);
	assert_true(world_says(w, "EAC-2* is part of EAC-4"));
}

static void who_comes_late_is_asked_about_too(void **state)
{
	struct world *w = *state;
	w->fail_kind = "person";
	w->fail_code = ERR_TEMPORARY;
	w->fail_count = 60;
	world_type(w, HELP, "requester", "repair p1@example.com p2@example.com p3@example.com <@U0GUEST01>");
	for (int i = 0; i < 40; i++)
		world_wait(w, 30 * SECOND);
	w->fail_count = 0;
	for (int i = 0; i < 60; i++)
		world_wait(w, 60 * SECOND);
	assert_int_equal(in_state(w, 3, "waiting_approval"), 3);
	world_type(w, OMAR, "approver", "approve EAC-5");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_user"), 3);
}

static void one_case_number_serves_all_who_wait(void **state)
{
	struct world *w = *state;
	to_the_backend_gate(w, 4);
	assert_int_equal(in_state(w, 4, "waiting_approval"), 4);
	assert_true(world_click(w, OMAR, "approver", "Approve"));
	settle(w);
	assert_int_equal(in_state(w, 4, "waiting_backend"), 4);
	assert_int_equal(world_said(w, "Text for it, ready to copy"), 1);
	world_type(w, HELP, "requester", "confirm EAC-1, EAC-2 04567890");
	settle(w);
	assert_int_equal(in_state(w, 4, "waiting_backend"), 2);
	world_type(w, HELP, "requester", "confirm EAC-5 04567890");
	settle(w);
	assert_int_equal(in_state(w, 4, "waiting_user"), 4);
	assert_int_equal(parents(w), 1);
}

static void who_still_has_it_goes_on_alone(void **state)
{
	struct world *w = *state;
	to_the_backend_gate(w, 3);
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	assert_true(world_click(w, HELP, "requester", "Still present"));
	world_submit(w, HELP, "requester", "who", "EAC-2");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_backend"), 3);
	assert_int_equal(parents(w), 2);
	world_type(w, HELP, "requester", "confirm EAC-4 04567890");
	settle(w);
	assert_string_equal(world_state(w, 2), "waiting_backend");
	assert_int_equal(in_state(w, 3, "waiting_user"), 2);
}

static void approvers_are_reminded_once_for_all(void **state)
{
	struct world *w = *state;
	to_the_gate(w, 5);
	world_wait(w, 31 * MINUTE);
	assert_int_equal(world_said(w, "Reminder"), 1);
	world_wait(w, 73 * HOUR);
	settle(w);
	assert_int_equal(in_state(w, 5, "expired"), 5);
	assert_int_equal(world_live_buttons(w), 0);
	assert_int_equal(parents(w), 1);
}

static void others_are_called_once_for_all(void **state)
{
	struct world *w = *state;
	char boss[] = BOSS, *to[] = {boss};
	w->config.escalation.to = (struct config_list){to, 1};
	w->config.escalation.after_ms = 2 * HOUR;
	w->config.approval.remind_after_ms = CONFIG_NEVER;
	to_the_gate(w, 4);
	assert_int_equal(world_said(w, "Reminder"), 0);
	world_wait(w, 2 * HOUR + MINUTE);
	world_wait(w, 5 * HOUR);
	assert_int_equal(world_said(w, "Reminder"), 1);
	assert_true(world_says(w, "4 people of EAC-5"));
	assert_int_equal(parents(w), 1);
}

static void an_approval_can_be_taken_back_for_all(void **state)
{
	struct world *w = *state;
	w->config.approval.take_back_ms = 20 * SECOND;
	to_the_gate(w, 3);
	world_click(w, OMAR, "approver", "Approve");
	world_wait(w, 4 * SECOND);
	world_type(w, OMAR, "approver", "undo EAC-4");
	settle(w);
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_approval"), 3);
	assert_true(world_click(w, ANA, "approver", "Approve"));
	settle(w);
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_user"), 3);
}

static void a_quorum_counts_for_each(void **state)
{
	struct world *w = *state;
	w->config.approval.quorum = 2;
	to_the_gate(w, 3);
	world_click(w, OMAR, "approver", "Approve");
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_approval"), 3);
	assert_true(world_told(w, OMAR, "approved this already"));
	world_click(w, ANA, "approver", "Approve");
	settle(w);
	assert_int_equal(in_state(w, 3, "waiting_user"), 3);
	assert_int_equal(parents(w), 1);
}

/* --- limits --- */

/* Slack takes 50 blocks, and 3000 characters in each; beyond about 4000 of text no update. */
static void check_size(const json_t *message)
{
	const json_t *body = json_get(message, "body");
	size_t i;
	json_t *block;
	assert_in_range(json_array_size(json_get(body, "blocks")), 1, 50);
	assert_in_range(strlen(json_str(body, "text")), 1, 3999);
	json_array_foreach (json_get(body, "blocks"), i, block)
		assert_in_range(strlen(json_str(json_get(block, "text"), "text")), 0, 3000);
}

static void two_hundred_people_fit(void **state)
{
	struct world *w = *state;
	size_t i;
	json_t *m;
	w->config.limits.batch = 200;
	w->config.limits.open_repairs = 1000;
	w->config.limits.per_requester_day = w->config.limits.per_requester_hour = w->config.limits.per_hour = 1000;
	ask_for(w, 200);
	settle(w);
	settle(w);
	assert_int_equal(in_state(w, 200, "waiting_approval"), 200);
	assert_int_equal(json_array_size(w->messages), 2); /* the board and its prompt */
	assert_true(world_says(w, "EAC-1 Person 1,"));
	assert_true(world_says(w, "EAC-200 Person 200"));
	assert_true(world_says(w, "and 150 more"));
	world_click(w, OMAR, "approver", "Approve");
	settle(w);
	assert_int_equal(in_state(w, 200, "waiting_user"), 200);
	json_array_foreach (w->messages, i, m)
		check_size(m);
}

/* --- kills --- */

enum { FEW = 3, STRIDE = 7 };

static void play(struct world *w)
{
	to_the_backend_gate(w, FEW);
	world_type(w, OMAR, "approver", "approve EAC-4");
	settle(w);
	world_type(w, HELP, "requester", "confirm EAC-4 04567890");
	settle(w);
	all_do(w, FEW, "done");
	all_do(w, FEW, "done");
	settle(w);
}

static void check_end(struct world *w, int crash_at)
{
	if (in_state(w, FEW, "completed") != FEW || parents(w) != 1 || world_doubled(w) || world_live_buttons(w) != 0 ||
	    world_writes(w, "delete-set") < FEW || !world_says(w, "3 completed"))
		fail_msg("killed at %d: %d completed, %d parents, %d live", crash_at, in_state(w, FEW, "completed"),
		         parents(w), world_live_buttons(w));
}

static void it_ends_the_same_wherever_the_process_is_killed(void **state)
{
	struct world *w = *state;
	play(w);
	check_end(w, 0);
	int boundaries = w->boundary;
	for (int at = 1; at < boundaries; at += STRIDE) {
		void *again;
		setup(&again);
		w = again;
		w->crash_at = at;
		play(w);
		check_end(w, at);
		teardown(&again);
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    T(many_people_share_one_message_and_one_prompt),
	    T(one_approval_passes_the_gate_of_all),
	    T(a_vote_of_several_is_counted_on_the_board),
	    T(who_takes_a_vote_back_is_not_named_as_one_who_approved),
	    T(why_of_one_names_the_board_and_its_next_reminder),
	    T(one_rejection_ends_all),
	    T(neither_the_requester_nor_a_target_decides_it),
	    T(one_of_them_may_be_decided_alone),
	    T(in_its_thread_one_has_to_say_whom_one_means),
	    T(too_few_who_remain_go_their_own_ways),
	    T(whoever_needs_somebody_gets_a_thread_of_their_own),
	    T(who_comes_late_is_asked_about_too),
	    T(one_case_number_serves_all_who_wait),
	    T(who_still_has_it_goes_on_alone),
	    T(approvers_are_reminded_once_for_all),
	    T(others_are_called_once_for_all),
	    T(an_approval_can_be_taken_back_for_all),
	    T(a_quorum_counts_for_each),
	    T(two_hundred_people_fit),
	    T(it_ends_the_same_wherever_the_process_is_killed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
