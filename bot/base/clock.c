/*
 * base/clock.c - see clock.h. Calendar arithmetic is done here, not by libc:
 * no locale, no time zone, no static buffer.
 */
#include "bot/base/clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static _Atomic int64_t frozen_ms; /* 0: the real time */

static int64_t read_ms(clockid_t id)
{
	struct timespec t = {0};

	clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_wall_ms(void)
{
	int64_t frozen = atomic_load(&frozen_ms);

	return frozen ? frozen : read_ms(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

void clock_set_for_tests(int64_t wall_ms)
{
	atomic_store(&frozen_ms, wall_ms);
}

/* Days from 1970-01-01 to a day of the Gregorian calendar; the year begins in March, so that the leap day is its last.
 */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

char *clock_rfc3339(int64_t wall_ms, char out[static 32])
{
	time_t seconds = (time_t)(wall_ms >= 0 ? wall_ms / 1000 : (wall_ms - 999) / 1000);
	struct tm t = {0};

	gmtime_r(&seconds, &t);
	if (strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &t) == 0)
		out[0] = '\0';
	return out;
}

/* Exactly `digits` decimal digits; -1 when there are fewer. Moves *s behind them. */
static int number(const char **s, int digits)
{
	int n = 0;

	for (int i = 0; i < digits; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		n = n * 10 + (**s - '0');
	}
	return n;
}

static bool literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static int days_in(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && leap ? 29 : days[month - 1];
}

/* "2026-11-23" -> days since the epoch. */
static bool parse_date(const char **s, int64_t *ret_days)
{
	int year = number(s, 4);
	int month = year >= 0 && literal(s, '-') ? number(s, 2) : -1;
	int day = month >= 1 && month <= 12 && literal(s, '-') ? number(s, 2) : -1;

	if (day < 1 || day > days_in(year, month))
		return false;
	*ret_days = days_of(year, month, day);
	return true;
}

/* "17:50:20.123" -> ms of the day; a leap second counts as the second before it. */
static bool parse_time(const char **s, int64_t *ret_ms)
{
	int hour = number(s, 2);
	int minute = hour >= 0 && hour < 24 && literal(s, ':') ? number(s, 2) : -1;
	int second = minute >= 0 && minute < 60 && literal(s, ':') ? number(s, 2) : -1;
	int unit = 100;
	int fraction = 0;

	if (second < 0 || second > 60)
		return false;
	if (**s == '.') {
		(*s)++;
		if (**s < '0' || **s > '9')
			return false;
		for (; **s >= '0' && **s <= '9'; (*s)++, unit /= 10)
			fraction += (**s - '0') * unit;
	}
	*ret_ms = ((hour * 60 + minute) * 60 + (second == 60 ? 59 : second)) * INT64_C(1000) + fraction;
	return true;
}

/* "Z", "+02:00" or "+0000", and nothing behind it. */
static bool parse_offset(const char **s, int64_t *ret_ms)
{
	int sign = **s == '-' ? -1 : 1;
	int hours = 0;
	int minutes = 0;

	if (literal(s, 'Z') || literal(s, 'z')) {
		*ret_ms = 0;
		return **s == '\0';
	}
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	hours = number(s, 2);
	(void)literal(s, ':');
	minutes = hours >= 0 ? number(s, 2) : -1;
	*ret_ms = sign * (hours * 60 + minutes) * INT64_C(60000);
	return hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60 && **s == '\0';
}

int64_t clock_parse_rfc3339(const char *s)
{
	int64_t days;
	int64_t ms;
	int64_t offset;

	if (!s || !parse_date(&s, &days))
		return -1;
	if (!literal(&s, 'T') && !literal(&s, 't') && !literal(&s, ' '))
		return -1;
	if (!parse_time(&s, &ms) || !parse_offset(&s, &offset))
		return -1;
	return days * INT64_C(86400000) + ms - offset;
}

char *clock_duration_words(int64_t ms, char out[static 32])
{
	long long s = ms > 0 ? ms / 1000 : 0;
	long long big[] = {s / 86400, s / 3600, s / 60};
	long long small[] = {s % 86400 / 3600, s % 3600 / 60, s % 60};
	static const char *const units[] = {"d", "h", "min", "s"};

	for (int i = 0; i < 3; i++) {
		if (big[i] == 0)
			continue;
		if (small[i] == 0)
			snprintf(out, 32, "%lld %s", big[i], units[i]);
		else
			snprintf(out, 32, "%lld %s %lld %s", big[i], units[i], small[i], units[i + 1]);
		return out;
	}
	snprintf(out, 32, "%lld s", s);
	return out;
}
