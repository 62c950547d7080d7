/*
 * base/clock.h - what time it is, in milliseconds.
 *
 * Wall time is for rows and people, boot time (it counts on in suspend) for
 * deadlines. Tests set the wall clock with clock_set_for_tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void); /* Unix epoch, UTC */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME */
/* RFC 3339 in UTC, "2026-11-23T17:50:20Z"; out needs 32 bytes. Returns out. */
char *clock_rfc3339(int64_t wall_ms, char out[static 32]);
/* The reverse; accepts a fraction and Z or an offset with or without colon (Salesforce sends +0000). -1 when
 * unreadable. */
int64_t clock_parse_rfc3339(const char *s);
/* "90s" "15m" "4h" "3d"-style words for people: "2 h 5 min"; out needs 32 bytes. */
char *clock_duration_words(int64_t ms, char out[static 32]);
/* Freezes wall time at `wall_ms`; 0 lets it run again. For tests only. */
void clock_set_for_tests(int64_t wall_ms);
