/*
 * commands/eac/wait.c - due times: when to look, to remind, to give up.
 *
 * They are facts of the row and survive restarts; the engine wakes the row at
 * the earliest of them. Intervals of reminders grow by half each time.
 */
#include "bot/base/json.h"
#include "commands/eac/repair.h"

enum { MINUTE_MS = 60000, DAY_MIN = 1440, POLL_MAX_MS = 15 * MINUTE_MS };

int64_t eac_within_hours(int64_t at, int tz_offset_s, int from_min, int to_min)
{
	if (from_min == 0 && to_min >= DAY_MIN)
		return at;
	int64_t local = at / MINUTE_MS + tz_offset_s / 60;
	int64_t day = local / DAY_MIN, minute = local % DAY_MIN;
	bool over_midnight = to_min <= from_min;
	bool inside = over_midnight ? minute >= from_min || minute < to_min : minute >= from_min && minute < to_min;
	if (inside)
		return at;
	if (!over_midnight && minute >= to_min)
		day++;
	return (day * DAY_MIN + from_min - tz_offset_s / 60) * MINUTE_MS;
}

static int64_t waking(const struct flow *flow, const json_t *wait, int64_t at)
{
	const struct config *config = eac_env(flow)->config;
	if (!json_bool(wait, "hours"))
		return at;
	int offset = (int)json_int(json_get(flow->row->facts, "target"), "tz_offset");
	return eac_within_hours(at, offset, config->people.hours_from_min, config->people.hours_to_min);
}

void eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from)
{
	json_t *wait = json_object();
	json_set_int(wait, "since", flow->now);
	json_set_bool(wait, "hours", patience->hours);
	json_object_set_new(flow->row->facts, "wait", wait);
	if (patience->remind_after_ms != CONFIG_NEVER) {
		json_set_int(wait, "remind_every", patience->remind_after_ms);
		json_set_int(wait, "remind_at", waking(flow, wait, from + patience->remind_after_ms));
	}
	if (patience->expire_after_ms != CONFIG_NEVER)
		json_set_int(wait, "expire_at", from + patience->expire_after_ms);
	if (patience->poll) {
		int64_t every = eac_env(flow)->config->salesforce.poll_every_ms;
		json_set_int(wait, "poll_every", every);
		json_set_int(wait, "poll_at", from + every);
	}
	eac_wait_plan(flow);
}

void eac_wait_stop(struct flow *flow)
{
	json_object_del(flow->row->facts, "wait");
}

void eac_wait_plan(struct flow *flow)
{
	static const char *const keys[] = {"expire_at", "remind_at", "poll_at"};
	const json_t *wait = json_get(flow->row->facts, "wait");
	int64_t first = 0;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		int64_t at = json_int(wait, keys[i]);
		if (at != 0 && (first == 0 || at < first))
			first = at;
	}
	flow->row->wake_at = first;
}

static bool has_come(const json_t *wait, const char *key, int64_t now)
{
	int64_t at = json_int(wait, key);
	return at != 0 && at <= now;
}

enum eac_due eac_wait_due(struct flow *flow)
{
	json_t *wait = json_get(flow->row->facts, "wait");
	if (has_come(wait, "expire_at", flow->now))
		return EAC_DUE_EXPIRE;
	enum eac_due due = EAC_DUE_NOTHING;
	if (has_come(wait, "remind_at", flow->now)) {
		int64_t every = json_int(wait, "remind_every");
		every += every / 2;
		json_set_int(wait, "remind_every", every);
		json_set_int(wait, "remind_at", waking(flow, wait, flow->now + every));
		due = EAC_DUE_REMIND;
	} else if (has_come(wait, "poll_at", flow->now)) {
		int64_t every = json_int(wait, "poll_every");
		int64_t slower = every + every / 4;
		json_set_int(wait, "poll_every", slower < POLL_MAX_MS ? slower : POLL_MAX_MS);
		json_set_int(wait, "poll_at", flow->now + every);
		due = EAC_DUE_POLL;
	}
	eac_wait_plan(flow);
	return due;
}

int64_t eac_waiting_since(const struct request_row *row)
{
	int64_t since = json_int(json_get(row->facts, "wait"), "since");
	return since != 0 ? since : row->updated_at;
}
