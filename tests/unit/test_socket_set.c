/*
 * tests/unit/test_socket_set.c - the table of a socket's life, and how long to rest between dials.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bot/slack/socket.h"
#include "bot/slack/socket_set.h"

static void every_state_but_closed_ends_when_the_connection_is_gone(void **state)
{
	(void)state;
	for (int s = 0; s < SOCKET_STATE_COUNT; s++)
		assert_int_equal(socket_next((enum socket_state)s, SOCKET_EVENT_GONE), SOCKET_CLOSED);
}

static void a_closed_socket_never_moves(void **state)
{
	(void)state;
	for (int e = 0; e < SOCKET_EVENT_COUNT; e++)
		assert_int_equal(socket_next(SOCKET_CLOSED, (enum socket_event)e), SOCKET_CLOSED);
}

static void every_state_can_be_closed(void **state)
{
	(void)state;
	for (int s = 0; s < SOCKET_STATE_COUNT; s++) {
		enum socket_state next = socket_next((enum socket_state)s, SOCKET_EVENT_CLOSE);

		assert_true(next == SOCKET_CLOSING || next == SOCKET_CLOSED);
	}
}

static void only_hello_makes_a_socket_live(void **state)
{
	(void)state;
	for (int s = 0; s < SOCKET_STATE_COUNT; s++)
		for (int e = 0; e < SOCKET_EVENT_COUNT; e++)
			if (s != SOCKET_LIVE && socket_next((enum socket_state)s, (enum socket_event)e) == SOCKET_LIVE)
				assert_true(s == SOCKET_WAIT_HELLO && e == SOCKET_EVENT_HELLO);
}

static void a_socket_is_never_a_dial_and_of_service_at_once(void **state)
{
	(void)state;
	for (int s = 0; s < SOCKET_STATE_COUNT; s++) {
		assert_non_null(socket_state_name((enum socket_state)s));
		assert_false(socket_state_dials((enum socket_state)s) && socket_state_serves((enum socket_state)s));
	}
}

static void telling_it_twice_to_go_replaces_it_once(void **state)
{
	(void)state;
	assert_int_equal(socket_next(SOCKET_LIVE, SOCKET_EVENT_AGED), SOCKET_REPLACING);
	assert_int_equal(socket_next(SOCKET_REPLACING, SOCKET_EVENT_AGED), SOCKET_REPLACING);
	assert_int_equal(socket_next(SOCKET_DRAINING, SOCKET_EVENT_AGED), SOCKET_DRAINING);
}

static void rests_double_up_to_a_bound(void **state)
{
	int64_t longest = 0;

	(void)state;
	assert_int_equal(socket_set_back_off_ms(0, 500, 60000), 0);
	for (int i = 0; i < 1000; i++) {
		assert_in_range(socket_set_back_off_ms(1, 500, 60000), 0, 500);
		assert_in_range(socket_set_back_off_ms(3, 500, 60000), 0, 2000);
		assert_in_range(socket_set_back_off_ms(4000000000u, 500, 60000), 0, 60000);
		int64_t rest = socket_set_back_off_ms(10, 500, 60000);
		longest = rest > longest ? rest : longest;
	}
	assert_in_range(longest, 10000, 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_state_but_closed_ends_when_the_connection_is_gone),
	    cmocka_unit_test(a_closed_socket_never_moves),
	    cmocka_unit_test(every_state_can_be_closed),
	    cmocka_unit_test(only_hello_makes_a_socket_live),
	    cmocka_unit_test(a_socket_is_never_a_dial_and_of_service_at_once),
	    cmocka_unit_test(telling_it_twice_to_go_replaces_it_once),
	    cmocka_unit_test(rests_double_up_to_a_bound),
	};

	return cmocka_run_group_tests_name("socket_set", tests, NULL, NULL);
}
