/*
 * commands/until.h - reading until when: "Friday", "tomorrow", "2026-12-01", "3d". Pure.
 */
#pragma once

#include <stdint.h>

/*
 * The end of that day in the person's zone, or so many days, weeks or hours from now (ms). A day of the week is the next
 * one after today, in any of our languages. -1: unreadable.
 */
int64_t until_read(const char *word, int64_t now, int tz_offset_s);
