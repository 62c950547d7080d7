/*
 * tests/unit/test_until.c - until when, as people type it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bot/base/clock.h"
#include "commands/until.h"

/* a Monday */
static int64_t now(void)
{
	return clock_parse_rfc3339("2026-11-23T10:00:00Z");
}

static void assert_until(const char *word, int tz_offset_s, const char *expected)
{
	char at[32];
	int64_t until = until_read(word, now(), tz_offset_s);
	assert_true(until > 0);
	assert_string_equal(clock_rfc3339(until, at), expected);
}

static void a_day_of_the_week_is_the_next_one_to_its_end(void **state)
{
	(void)state;
	assert_until("Friday", 0, "2026-11-28T00:00:00Z");
	assert_until("sun", 0, "2026-11-30T00:00:00Z");
	assert_until("Monday", 0, "2026-12-01T00:00:00Z");
	assert_until("Freitag", 3600, "2026-11-27T23:00:00Z");
	assert_until("금요일까지", 32400, "2026-11-27T15:00:00Z");
	assert_until("金曜日", 32400, "2026-11-27T15:00:00Z");
}

static void tomorrow_and_dates_are_those_of_the_persons_zone(void **state)
{
	(void)state;
	assert_until("tomorrow", 0, "2026-11-25T00:00:00Z");
	assert_until("tomorrow", 14 * 3600, "2026-11-25T10:00:00Z"); /* there it is Tuesday already */
	assert_until("2026-12-01", -11 * 3600, "2026-12-02T11:00:00Z");
}

static void lengths_count_from_now(void **state)
{
	(void)state;
	assert_until("3d", 20700, "2026-11-26T10:00:00Z");
	assert_until("48h", 0, "2026-11-25T10:00:00Z");
	assert_until("2w", 0, "2026-12-07T10:00:00Z");
}

static void what_is_none_is_unreadable(void **state)
{
	static const char *const words[] = {"",    "0d",         "-1d",      "3",       "3x",
	                                    "3dd", "2026-13-01", "2026-1-1", "someday", "99999999999999999999d"};
	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		assert_int_equal(until_read(words[i], now(), 0), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_day_of_the_week_is_the_next_one_to_its_end),
	    cmocka_unit_test(tomorrow_and_dates_are_those_of_the_persons_zone),
	    cmocka_unit_test(lengths_count_from_now),
	    cmocka_unit_test(what_is_none_is_unreadable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
