/*
 * simulation/clocks.c - what the program asks the system for, answered by the world (linked with --wrap).
 *
 * Clocks, chance and the log. Whatever the program draws comes out of the seed,
 * so a run repeats itself.
 */
#include "tests/simulation/clocks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/log.h"
#include "tests/simulation/world.h"

int __wrap_clock_gettime(clockid_t id, struct timespec *ret)
{
	int64_t us;

	world_clocks(id, &us);
	*ret = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	return 0;
}

/* The fakes' clocks are always right, and run while the machine sleeps. */
int world_clock_gettime(clockid_t id, struct timespec *ret)
{
	int64_t us = id == CLOCK_REALTIME ? world_wall_us() : world_us() + INT64_C(1000) * HOUR_MS;

	*ret = (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
	return 0;
}

time_t __wrap_time(time_t *ret)
{
	int64_t us;
	time_t now;

	world_clocks(CLOCK_REALTIME, &us);
	now = us / 1000000;
	if (ret != NULL)
		*ret = now;
	return now;
}

ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags)
{
	unsigned char *at = buffer;

	(void)flags;
	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)program_dice64();
	return (ssize_t)len;
}

uint32_t __wrap_arc4random_uniform(uint32_t bound)
{
	return bound < 2 ? 0 : (uint32_t)(program_dice64() % bound);
}

static const char *const levels[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "", [LOG_WARNING] = "WARNING ", [LOG_ERROR] = "ERROR "};

void __wrap_log_event(enum log_level level, const char *event, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (level >= LOG_INFO)
		story("eacbot %s%s: %s", levels[level], event, text);
}

void __wrap_log_repair(enum log_level level, int64_t repair, const char *event, const char *format, ...)
{
	char text[300];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (level >= LOG_INFO)
		story("eacbot %sEAC-%lld %s: %s", levels[level], (long long)repair, event, text);
}
