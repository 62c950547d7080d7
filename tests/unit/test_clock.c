/*
 * tests/unit/test_clock.c - bot/base/clock.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/clock.h"

static void times_are_written_in_utc(void **state)
{
	char out[32];

	(void)state;
	assert_string_equal(clock_rfc3339(0, out), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_rfc3339(1795456220999, out), "2026-11-23T17:50:20Z");
}

static void times_are_read_in_every_spelling(void **state)
{
	(void)state;
	assert_int_equal(clock_parse_rfc3339("2026-11-23T17:50:20Z"), 1795456220000);
	assert_int_equal(clock_parse_rfc3339("2026-11-23T17:50:20.5Z"), 1795456220500);
	assert_int_equal(clock_parse_rfc3339("2026-11-23T17:50:20.123456+0000"), 1795456220123);
	assert_int_equal(clock_parse_rfc3339("2026-11-23T18:50:20.000+01:00"), 1795456220000);
	assert_int_equal(clock_parse_rfc3339("2026-11-23T12:20:20-0530"), 1795456220000);
	assert_int_equal(clock_parse_rfc3339("2024-02-29T00:00:00Z"), 1709164800000);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"",
	                                  "2026-11-23",
	                                  "2026-13-01T00:00:00Z",
	                                  "2026-02-29T00:00:00Z",
	                                  "2026-11-23T24:00:00Z",
	                                  "2026-11-23T17:50Z",
	                                  "2026-11-23T17:50:20",
	                                  "2026-11-23T17:50:20.Z",
	                                  "2026-11-23T17:50:20Zx",
	                                  "2026-11-23T17:50:20+1",
	                                  "26-11-23T17:50:20Z"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(clock_parse_rfc3339(bad[i]), -1);
	assert_int_equal(clock_parse_rfc3339(NULL), -1);
}

static void writing_and_reading_agree_over_the_centuries(void **state)
{
	char out[32];

	(void)state;
	for (int64_t ms = 0; ms < INT64_C(4200000000000); ms += INT64_C(86399000) * 37)
		assert_int_equal(clock_parse_rfc3339(clock_rfc3339(ms, out)), ms);
}

static void durations_are_two_words_at_most(void **state)
{
	char out[32];

	(void)state;
	assert_string_equal(clock_duration_words(-5, out), "0 s");
	assert_string_equal(clock_duration_words(45000, out), "45 s");
	assert_string_equal(clock_duration_words(90000, out), "1 min 30 s");
	assert_string_equal(clock_duration_words(7500000, out), "2 h 5 min");
	assert_string_equal(clock_duration_words(7200000, out), "2 h");
	assert_string_equal(clock_duration_words(INT64_C(266400000), out), "3 d 2 h");
}

static void tests_own_the_wall_clock(void **state)
{
	(void)state;
	clock_set_for_tests(12345);
	assert_int_equal(clock_wall_ms(), 12345);
	clock_set_for_tests(0);
	assert_true(clock_wall_ms() > 12345);
	assert_true(clock_boot_ms() > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_are_written_in_utc),
	    cmocka_unit_test(times_are_read_in_every_spelling),
	    cmocka_unit_test(what_is_no_time_is_refused),
	    cmocka_unit_test(writing_and_reading_agree_over_the_centuries),
	    cmocka_unit_test(durations_are_two_words_at_most),
	    cmocka_unit_test(tests_own_the_wall_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
