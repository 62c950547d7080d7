/*
 * commands/eac/zone.h - somebody's day: waking hours and dates in the zone that Slack knows of them.
 *
 * Slack tells the offset of now (users.info: tz, tz_offset), which changes
 * twice a year in many zones. The repair keeps it with the time at which it was
 * told, and asks afresh before a reminder goes out that rests on an older one.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/flow/flow.h"

/* The first moment at or after `at` within [from, to) minutes of the day; over midnight where to <= from. Pure. */
int64_t eac_within_hours(int64_t at, int tz_offset_s, int from_min, int to_min);
/* "2026-12-01" at that minute of the day there, as wall ms; -1 when it is no date. Pure. */
int64_t eac_day_begins(const char *yyyy_mm_dd, int tz_offset_s, int from_min);
/* The date there. Pure. */
void eac_day_of(int64_t at, int tz_offset_s, char out[static 11]);

/* Seconds east of UTC: the affected user's, or the requester's where the helpdesk is asked in their place. */
int eac_zone_offset(const struct request_row *row);
/* Notes the zone of a person (as the call `person` answers) in facts.target or the like. */
void eac_zone_keep(json_t *zone, const json_t *person, int64_t now);
/* Is a reminder due that rests on an old offset? Then the person is asked for, and nothing else is to be done. */
bool eac_zone_ask(struct flow *flow);
/* The answer; one that failed leaves the offset as it was. The row is due at once, to see whether it is still time. */
void eac_zone_told(struct flow *flow, const struct flow_answer *answer);
