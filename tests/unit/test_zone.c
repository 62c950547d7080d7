/*
 * tests/unit/test_zone.c - somebody's day: waking hours and dates in zones of all kinds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bot/base/clock.h"
#include "commands/eac/zone.h"

enum { H = 3600, BERLIN_WINTER = H, BERLIN_SUMMER = 2 * H, KATHMANDU = 5 * H + 45 * 60, KIRITIMATI = 14 * H };
enum { MIDWAY = -11 * H, NEW_YORK_WINTER = -5 * H, MORNING = 8 * 60, EVENING = 18 * 60, DAY = 24 * 60 };

static int64_t ms(const char *at)
{
	int64_t t = clock_parse_rfc3339(at);
	assert_true(t > 0);
	return t;
}

struct row {
	const char *at;
	int offset, from, to;
	const char *expected;
};

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char words[32];
		int64_t then = eac_within_hours(ms(rows[i].at), rows[i].offset, rows[i].from, rows[i].to);
		if (strcmp(clock_rfc3339(then, words), rows[i].expected) != 0)
			fail_msg("%s at %d s: %s, not %s", rows[i].at, rows[i].offset, words, rows[i].expected);
		/* what is a waking moment stays one */
		assert_int_equal(eac_within_hours(then, rows[i].offset, rows[i].from, rows[i].to), then);
	}
}
#define CHECK_ROWS(rows) check(rows, sizeof(rows) / sizeof(rows)[0])

static void a_reminder_keeps_to_the_hours_of_the_zone(void **state)
{
	static const struct row rows[] = {
	    {"2026-11-23T10:00:30Z", 0, MORNING, EVENING, "2026-11-23T10:00:30Z"},
	    {"2026-11-23T07:59:59Z", 0, MORNING, EVENING, "2026-11-23T08:00:00Z"},
	    {"2026-11-23T18:00:00Z", 0, MORNING, EVENING, "2026-11-24T08:00:00Z"},
	    {"2026-11-23T17:59:59Z", 0, MORNING, EVENING, "2026-11-23T17:59:59Z"},
	    {"2026-11-23T06:00:00Z", BERLIN_WINTER, MORNING, EVENING, "2026-11-23T07:00:00Z"},
	    {"2026-11-23T10:00:00Z", KATHMANDU, MORNING, EVENING, "2026-11-23T10:00:00Z"},
	    {"2026-11-23T12:15:00Z", KATHMANDU, MORNING, EVENING, "2026-11-24T02:15:00Z"},
	    {"2026-11-23T02:14:00Z", KATHMANDU, MORNING, EVENING, "2026-11-23T02:15:00Z"},
	    {"2026-11-23T10:00:00Z", KIRITIMATI, MORNING, EVENING, "2026-11-23T18:00:00Z"},
	    {"2026-11-23T17:59:00Z", KIRITIMATI, MORNING, EVENING, "2026-11-23T18:00:00Z"},
	    {"2026-11-23T18:30:00Z", MIDWAY, MORNING, EVENING, "2026-11-23T19:00:00Z"},
	    {"2026-11-24T05:00:00Z", MIDWAY, MORNING, EVENING, "2026-11-24T19:00:00Z"},
	    {"2026-11-24T04:59:00Z", MIDWAY, MORNING, EVENING, "2026-11-24T04:59:00Z"},
	};
	(void)state;
	CHECK_ROWS(rows);
}

static void hours_may_run_over_midnight_or_all_day(void **state)
{
	static const struct row rows[] = {
	    {"2026-11-23T23:00:00Z", 0, 22 * 60, 6 * 60, "2026-11-23T23:00:00Z"},
	    {"2026-11-24T05:59:00Z", 0, 22 * 60, 6 * 60, "2026-11-24T05:59:00Z"},
	    {"2026-11-24T06:00:00Z", 0, 22 * 60, 6 * 60, "2026-11-24T22:00:00Z"},
	    {"2026-11-24T12:00:00Z", NEW_YORK_WINTER, 22 * 60, 6 * 60, "2026-11-25T03:00:00Z"},
	    {"2026-11-23T03:14:15Z", MIDWAY, 0, DAY, "2026-11-23T03:14:15Z"},
	};
	(void)state;
	CHECK_ROWS(rows);
}

static void ends_of_months_and_years_are_days_like_others(void **state)
{
	static const struct row rows[] = {
	    {"2026-12-31T22:00:00Z", 0, MORNING, EVENING, "2027-01-01T08:00:00Z"},
	    {"2028-02-28T20:00:00Z", 0, MORNING, EVENING, "2028-02-29T08:00:00Z"},
	    {"2026-02-28T20:00:00Z", KIRITIMATI, MORNING, EVENING, "2026-02-28T20:00:00Z"},
	    {"2026-04-30T10:00:00Z", MIDWAY, MORNING, EVENING, "2026-04-30T19:00:00Z"},
	};
	(void)state;
	CHECK_ROWS(rows);
}

/* Berlin: 2026-03-29 01:00 UTC forward, 2026-10-25 01:00 UTC back. With the offset of that day it is eight o'clock. */
static void on_both_sides_of_a_change_of_clocks_it_is_eight_o_clock(void **state)
{
	static const struct row rows[] = {
	    {"2026-03-28T20:00:00Z", BERLIN_WINTER, MORNING, EVENING, "2026-03-29T07:00:00Z"},
	    {"2026-03-28T20:00:00Z", BERLIN_SUMMER, MORNING, EVENING, "2026-03-29T06:00:00Z"},
	    {"2026-10-24T20:00:00Z", BERLIN_SUMMER, MORNING, EVENING, "2026-10-25T06:00:00Z"},
	    {"2026-10-25T06:00:00Z", BERLIN_WINTER, MORNING, EVENING, "2026-10-25T07:00:00Z"},
	};
	(void)state;
	CHECK_ROWS(rows);
}

static void a_day_begins_where_the_person_is(void **state)
{
	(void)state;
	assert_int_equal(eac_day_begins("2026-12-01", KATHMANDU, MORNING), ms("2026-12-01T02:15:00Z"));
	assert_int_equal(eac_day_begins("2026-12-01", KIRITIMATI, MORNING), ms("2026-11-30T18:00:00Z"));
	assert_int_equal(eac_day_begins("2026-12-31", MIDWAY, 0), ms("2026-12-31T11:00:00Z"));
	assert_int_equal(eac_day_begins("2028-02-29", 0, MORNING), ms("2028-02-29T08:00:00Z"));
	assert_int_equal(eac_day_begins("2026-02-30", 0, MORNING), -1);
	assert_int_equal(eac_day_begins("", 0, MORNING), -1);
	assert_int_equal(eac_day_begins("tomorrow!!", 0, MORNING), -1);
	assert_int_equal(eac_day_begins("2026-12-01T00:00:00Z", 0, MORNING), -1);
}

static void the_date_is_that_of_the_person(void **state)
{
	char day[11];
	(void)state;
	eac_day_of(ms("2026-11-24T23:00:00Z"), KIRITIMATI, day);
	assert_string_equal(day, "2026-11-25");
	eac_day_of(ms("2026-11-24T05:00:00Z"), MIDWAY, day);
	assert_string_equal(day, "2026-11-23");
	eac_day_of(ms("2026-12-31T18:30:00Z"), KATHMANDU, day);
	assert_string_equal(day, "2027-01-01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reminder_keeps_to_the_hours_of_the_zone),
	    cmocka_unit_test(hours_may_run_over_midnight_or_all_day),
	    cmocka_unit_test(ends_of_months_and_years_are_days_like_others),
	    cmocka_unit_test(on_both_sides_of_a_change_of_clocks_it_is_eight_o_clock),
	    cmocka_unit_test(a_day_begins_where_the_person_is),
	    cmocka_unit_test(the_date_is_that_of_the_person),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
