/*
 * commands/eac/zone.c - see zone.h.
 */
#include "commands/eac/zone.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/text.h"
#include "commands/eac/repair.h"

enum { MINUTE_MS = 60000, DAY_MIN = 1440, ZONE_FRESH_MS = 24 * 60 * MINUTE_MS };

/* --- the day of a zone --- */

static bool is_inside(int64_t minute, int from_min, int to_min)
{
	bool over_midnight = to_min <= from_min;
	return over_midnight ? minute >= from_min || minute < to_min : minute >= from_min && minute < to_min;
}

int64_t eac_within_hours(int64_t at, int tz_offset_s, int from_min, int to_min)
{
	if (from_min == 0 && to_min >= DAY_MIN)
		return at;
	int64_t local = at / MINUTE_MS + tz_offset_s / 60;
	int64_t day = local / DAY_MIN, minute = local % DAY_MIN;
	if (is_inside(minute, from_min, to_min))
		return at;
	if (minute >= from_min) /* today's have passed */
		day++;
	return (day * DAY_MIN + from_min - tz_offset_s / 60) * MINUTE_MS;
}

int64_t eac_day_begins(const char *yyyy_mm_dd, int tz_offset_s, int from_min)
{
	char at[40];
	if (strlen(yyyy_mm_dd) != 10)
		return -1;
	snprintf(at, sizeof at, "%.10sT00:00:00Z", yyyy_mm_dd);
	int64_t day = clock_parse_rfc3339(at);
	return day < 0 ? -1 : day + (int64_t)from_min * MINUTE_MS - (int64_t)tz_offset_s * 1000;
}

void eac_day_of(int64_t at, int tz_offset_s, char out[static 11])
{
	char words[32];
	text_copy(out, 11, clock_rfc3339(at + (int64_t)tz_offset_s * 1000, words));
}

/* --- whose zone it is --- */

/* That of the affected user; where the helpdesk is asked in their place, that of the requester. */
static json_t *zone_of(const struct flow *flow)
{
	json_t *facts = flow->row->facts;
	return json_get(facts, eac_target_slack(flow->row)[0] != '\0' ? "target" : "helper");
}

int eac_zone_offset(const struct request_row *row)
{
	bool direct = eac_target_slack(row)[0] != '\0';
	return (int)json_int(json_get(row->facts, direct ? "target" : "helper"), "tz_offset");
}

void eac_zone_keep(json_t *zone, const json_t *person, int64_t now)
{
	json_set_str(zone, "tz_of", json_str(person, "id"));
	json_set_str(zone, "tz", json_str(person, "tz"));
	json_set_int(zone, "tz_offset", json_int(person, "tz_offset"));
	json_set_int(zone, "tz_at", now);
}

/* Who is reminded: their hours count. */
static const char *reminded(const struct flow *flow)
{
	const char *slack = eac_target_slack(flow->row);
	return slack[0] != '\0' ? slack : flow->row->requester;
}

/* Of that person, and told within a day. */
static bool is_fresh(const struct flow *flow, const json_t *zone)
{
	int64_t age = flow->now - json_int(zone, "tz_at");
	return text_eq(json_str(zone, "tz_of"), reminded(flow)) && age >= 0 && age < ZONE_FRESH_MS;
}

bool eac_zone_ask(struct flow *flow)
{
	const json_t *wait = json_get(flow->row->facts, "wait");
	int64_t due = json_int(wait, "remind_at");
	if (!json_bool(wait, "hours") || due == 0 || due > flow->now || is_fresh(flow, zone_of(flow)))
		return false;
	flow_ask(flow, "person", json_pack("{s:s}", "user", reminded(flow)));
	return true;
}

void eac_zone_told(struct flow *flow, const struct flow_answer *answer)
{
	json_t *zone = zone_of(flow), *wait = json_get(flow->row->facts, "wait");
	if (zone == NULL) {
		zone = json_object();
		json_object_set_new(flow->row->facts, "helper", zone);
	}
	if (answer->code == OK)
		eac_zone_keep(zone, answer->body, flow->now);
	json_set_int(zone, "tz_at", flow->now); /* also as it was: a reminder is worth more than the hour of it */
	json_set_str(zone, "tz_of", reminded(flow));
	if (json_int(wait, "remind_at") != 0)
		json_set_int(wait, "remind_at", json_int(wait, "remind_raw"));
	flow->row->wake_at = flow->now;
}
