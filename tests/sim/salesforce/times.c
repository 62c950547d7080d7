/*
 * times.c - reading and writing times as Salesforce does.
 */
#include "tests/sim/salesforce/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "Z", "+01:00" or "+0100". */
static bool zone(const char *text, int *ret_minutes)
{
	int hours = 0;
	int minutes = 0;
	int used = 0;
	if (strcmp(text, "Z") == 0) {
		*ret_minutes = 0;
		return true;
	}
	if ((text[0] != '+' && text[0] != '-') || strlen(text) < 5)
		return false;
	int found = text[3] == ':' ? sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used)
	                           : sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used);
	if (found != 2 || text[1 + used])
		return false;
	*ret_minutes = (hours * 60 + minutes) * (text[0] == '-' ? -1 : 1);
	return true;
}

bool times_parse(const char *text, int64_t *ret_ms)
{
	struct tm tm = {0};
	int used = 0;
	int millis = 0;
	int minutes = 0;
	if (sscanf(text, "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used) != 3 || used != 10)
		return false;
	text += used;
	if (*text) {
		if (sscanf(text, "T%2d:%2d:%2d%n", &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &used) != 3 || used != 9)
			return false;
		text += used;
		if (*text == '.') {
			if (sscanf(text, ".%3d%n", &millis, &used) != 1)
				return false;
			text += used;
		}
		if (!zone(text, &minutes))
			return false;
	}
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59)
		return false;
	*ret_ms = ((int64_t)timegm(&tm) - (int64_t)minutes * 60) * 1000 + millis;
	return true;
}

bool times_distance(const char *text, int64_t *ret_ms)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	char *end = NULL;
	if (*text != '-' && *text != '+')
		return false;
	long number = strtol(text, &end, 10);
	for (size_t i = 0; end != text && i < sizeof(units) / sizeof(units[0]); i++) {
		if (end[0] == units[i].letter && !end[1]) {
			*ret_ms = number * units[i].ms;
			return true;
		}
	}
	return false;
}

void times_write(int64_t ms, char out[TIMES_SIZE])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm = {0};
	char whole[24];
	gmtime_r(&seconds, &tm);
	strftime(whole, sizeof(whole), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(out, TIMES_SIZE, "%s.%03d+0000", whole, (int)(ms % 1000));
}

void times_write_date(int64_t ms, char out[TIMES_SIZE])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm = {0};
	gmtime_r(&seconds, &tm);
	strftime(out, TIMES_SIZE, "%Y-%m-%d", &tm);
}
