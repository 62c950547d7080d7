/*
 * commands/until.c - see until.h.
 */
#include "commands/until.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/text.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS, NUMBER_MAX = 1000, THURSDAY = 4 };

/* From Sunday on. Words of the two eastern languages may have a particle behind them. */
static const char *const days[7][6] = {
    {"sunday", "sun", "sonntag", "so", "일요일", "日曜"},      {"monday", "mon", "montag", "mo", "월요일", "月曜"},
    {"tuesday", "tue", "dienstag", "di", "화요일", "火曜"},    {"wednesday", "wed", "mittwoch", "mi", "수요일", "水曜"},
    {"thursday", "thu", "donnerstag", "do", "목요일", "木曜"}, {"friday", "fri", "freitag", "fr", "금요일", "金曜"},
    {"saturday", "sat", "samstag", "sa", "토요일", "土曜"},
};
static const char *const tomorrows[] = {"tomorrow", "morgen", "내일", "明日"};

static bool is_word(const char *word, const char *meant)
{
	return (unsigned char)meant[0] < 0x80 ? text_ieq(word, meant) : text_starts(word, meant);
}

/* 0 is Sunday; -1: none. */
static int day_of_week(const char *word)
{
	for (int day = 0; day < 7; day++)
		for (int i = 0; i < 6; i++)
			if (is_word(word, days[day][i]))
				return day;
	return -1;
}

static bool is_tomorrow(const char *word)
{
	for (size_t i = 0; i < sizeof tomorrows / sizeof tomorrows[0]; i++)
		if (is_word(word, tomorrows[i]))
			return true;
	return false;
}

/* "3d", "2w", "48h" */
static int64_t length_of(const char *word)
{
	char *unit;
	long n = strtol(word, &unit, 10);
	if (word[0] < '0' || word[0] > '9' || n < 1 || n > NUMBER_MAX || unit[0] == '\0' || unit[1] != '\0')
		return -1;
	switch (unit[0]) {
	case 'h': return (int64_t)n * HOUR_MS;
	case 'd': return (int64_t)n * DAY_MS;
	case 'w': return (int64_t)n * 7 * DAY_MS;
	default: return -1;
	}
}

/* Days since the epoch of "2026-12-01"; -1: it is none. */
static int64_t date_of(const char *word)
{
	char at[40];
	if (strlen(word) != 10)
		return -1;
	snprintf(at, sizeof at, "%sT00:00:00Z", word);
	int64_t ms = clock_parse_rfc3339(at);
	return ms < 0 ? -1 : ms / DAY_MS;
}

int64_t until_read(const char *word, int64_t now, int tz_offset_s)
{
	int64_t offset = (int64_t)tz_offset_s * 1000, today = (now + offset) / DAY_MS, day = date_of(word);
	int64_t length = length_of(word);
	int week = day_of_week(word);
	if (length > 0)
		return now + length;
	if (is_tomorrow(word))
		day = today + 1;
	if (week >= 0) {
		int64_t ahead = (week - (today + THURSDAY) % 7 + 7) % 7;
		day = today + (ahead == 0 ? 7 : ahead);
	}
	return day < 0 ? -1 : (day + 1) * DAY_MS - offset;
}
