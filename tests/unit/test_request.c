/*
 * tests/unit/test_request.c - the table of moves, walked pair by pair.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "bot/base/text.h"
#include "bot/flow/request.h"

static void nothing_leads_out_of_a_final_state(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++)
		for (int e = 0; e < EVENT_COUNT; e++)
			if (state_is_final((enum request_state)s))
				assert_int_equal(request_target((enum request_state)s, (enum request_event)e),
				                 STATE_COUNT);
}

static void every_open_state_can_be_left(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++) {
		int ways = 0;
		for (int e = 0; e < EVENT_COUNT; e++)
			ways += request_target((enum request_state)s, (enum request_event)e) != STATE_COUNT;
		assert_int_equal(ways == 0, state_is_final((enum request_state)s));
	}
}

static void an_approval_is_the_only_way_to_the_backend_team(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++)
		for (int e = 0; e < EVENT_COUNT; e++)
			if (request_target((enum request_state)s, (enum request_event)e) == STATE_WAITING_BACKEND)
				assert_int_equal(e, EVENT_ASK_BACKEND);
	assert_int_equal(request_target(STATE_WAITING_APPROVAL, EVENT_ASK_BACKEND), STATE_WAITING_BACKEND);
}

static void only_checking_can_refuse(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++)
		if (request_target((enum request_state)s, EVENT_REFUSE) != STATE_COUNT)
			assert_int_equal(s, STATE_CHECKING);
}

static void completing_is_possible_only_while_it_runs(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++)
		if (request_target((enum request_state)s, EVENT_COMPLETE) != STATE_COUNT)
			assert_int_equal(s, STATE_RUNNING);
}

static void words_and_states_name_each_other(void **unused)
{
	(void)unused;
	for (int s = 0; s < STATE_COUNT; s++)
		assert_int_equal(state_of_word(state_word((enum request_state)s)), s);
	assert_int_equal(state_of_word("unheard-of"), STATE_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_leads_out_of_a_final_state),
	    cmocka_unit_test(every_open_state_can_be_left),
	    cmocka_unit_test(an_approval_is_the_only_way_to_the_backend_team),
	    cmocka_unit_test(only_checking_can_refuse),
	    cmocka_unit_test(completing_is_possible_only_while_it_runs),
	    cmocka_unit_test(words_and_states_name_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
