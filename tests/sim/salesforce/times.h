/*
 * times.h - the three ways in which times are written here.
 *
 * Answers carry 2026-11-23T15:10:00.000+0000 (no colon in the offset), SOQL literals end in Z or an offset with a
 * colon, and the state file may say -3d or +30d, meaning "from now".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TIMES_SIZE = 40 };

/* A date or a date and time to milliseconds since 1970; false if it is neither. */
bool times_parse(const char *text, int64_t *ret_ms);
/* -3d, +90m, -20s, +1h: the distance in milliseconds; false if it is not of that form. */
bool times_distance(const char *text, int64_t *ret_ms);
/* As answers carry a dateTime. */
void times_write(int64_t ms, char out[TIMES_SIZE]);
/* As answers carry a date. */
void times_write_date(int64_t ms, char out[TIMES_SIZE]);
