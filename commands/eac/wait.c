/*
 * commands/eac/wait.c - due times: when to look, to remind, to call others, to give up.
 *
 * They are facts of the row and survive restarts; the engine wakes the row at
 * the earliest of them, and at least once an hour. Each has the interval that
 * it was planned with beside it: a due time farther away than that was planned
 * by a clock that was set back since, and is planned anew. Intervals of
 * reminders grow by half each time.
 *
 * Reminders keep to somebody's waking hours. `remind_raw` is when one is due
 * by its interval, `remind_at` the first waking moment from then on by what is
 * known of the zone (zone.h).
 */
#include "bot/base/json.h"
#include "commands/eac/batch.h"
#include "commands/eac/repair.h"
#include "commands/eac/zone.h"

enum { POLL_MAX_MS = 15 * 60000 };

static bool has_come(const json_t *wait, const char *key, int64_t now)
{
	int64_t at = json_int(wait, key);
	return at != 0 && at <= now;
}

static int64_t waking(const struct flow *flow, const json_t *wait, int64_t at)
{
	const struct config *config = eac_env(flow)->config;
	if (!json_bool(wait, "hours"))
		return at;
	return eac_within_hours(at, eac_zone_offset(flow->row), config->people.hours_from_min,
	                        config->people.hours_to_min);
}

static void plan_reminder(const struct flow *flow, json_t *wait, int64_t at)
{
	json_set_int(wait, "remind_raw", at);
	json_set_int(wait, "remind_at", waking(flow, wait, at));
}

static void plan(json_t *wait, const char *key, const char *interval_key, int64_t from, int64_t interval_ms)
{
	if (interval_ms == CONFIG_NEVER)
		return;
	json_set_int(wait, interval_key, interval_ms);
	json_set_int(wait, key, from + interval_ms);
}

/* Then the board reminds, of all of them at once. */
static bool is_asked_on_board(const struct flow *flow)
{
	enum request_state state = request_state(flow->row);
	return (state == STATE_WAITING_APPROVAL || state == STATE_WAITING_BACKEND) && eac_board_asks(flow->row);
}

void eac_wait_start(struct flow *flow, const struct eac_patience *patience, int64_t from)
{
	const struct config *config = eac_env(flow)->config;
	json_t *wait = json_object();
	json_set_int(wait, "since", flow->now);
	json_set_bool(wait, "hours", patience->hours);
	json_object_set_new(flow->row->facts, "wait", wait);
	bool quiet = is_asked_on_board(flow);
	if (from > flow->now)
		json_set_int(wait, "not_before", from);
	if (patience->remind_after_ms != CONFIG_NEVER && !quiet) {
		json_set_int(wait, "remind_every", patience->remind_after_ms);
		plan_reminder(flow, wait, from + patience->remind_after_ms);
	}
	plan(wait, "expire_at", "expire_after", from, patience->expire_after_ms);
	if (config->escalation.to.count > 0 && !quiet)
		plan(wait, "escalate_at", "escalate_after", from, config->escalation.after_ms);
	if (patience->poll)
		plan(wait, "poll_at", "poll_every", from, config->salesforce.poll_every_ms);
	eac_wait_plan(flow);
}

void eac_wait_stop(struct flow *flow)
{
	json_object_del(flow->row->facts, "wait");
}

void eac_wait_put_off(struct flow *flow, const struct eac_patience *patience, int64_t until)
{
	int64_t since = eac_waiting_since(flow->row);
	eac_wait_start(flow, patience, until);
	json_t *wait = json_get(flow->row->facts, "wait");
	json_set_int(wait, "since", since);
	plan_reminder(flow, wait, until); /* whatever the intervals: they are asked again on that day */
	eac_wait_plan(flow);
}

void eac_wait_plan(struct flow *flow)
{
	static const char *const keys[] = {"expire_at", "remind_at", "poll_at", "escalate_at"};
	const json_t *wait = json_get(flow->row->facts, "wait");
	int64_t first = 0;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		int64_t at = json_int(wait, keys[i]);
		if (at != 0 && (first == 0 || at < first))
			first = at;
	}
	if (first > flow->now + REQUEST_SLEEP_MAX_MS)
		first = flow->now + REQUEST_SLEEP_MAX_MS;
	flow->row->wake_at = first;
}

/* Never later than its interval from now, or from the day that the person asked for. */
static void bound(json_t *wait, const char *key, const char *interval_key, int64_t from)
{
	int64_t interval = json_int(wait, interval_key);
	if (interval > 0 && json_int(wait, key) > from + interval)
		json_set_int(wait, key, from + interval);
}

static void bound_all(const struct flow *flow, json_t *wait)
{
	int64_t put_off = json_int(wait, "not_before"), from = put_off > flow->now ? put_off : flow->now;
	bound(wait, "expire_at", "expire_after", from);
	bound(wait, "escalate_at", "escalate_after", from);
	bound(wait, "poll_at", "poll_every", from);
	if (json_int(wait, "since") > flow->now)
		json_set_int(wait, "since", flow->now);
	if (json_int(wait, "remind_at") == 0)
		return;
	if (json_int(wait, "remind_raw") == 0) /* as older versions kept it */
		json_set_int(wait, "remind_raw", json_int(wait, "remind_at"));
	bound(wait, "remind_raw", "remind_every", from);
	int64_t raw = json_int(wait, "remind_raw");
	json_set_int(wait, "remind_at", waking(flow, wait, raw > flow->now ? raw : flow->now));
}

static enum eac_due reminder_due(struct flow *flow, json_t *wait)
{
	int64_t every = json_int(wait, "remind_every");
	bool put_off = json_get(wait, "not_before") != NULL;
	json_object_del(wait, "not_before");
	json_set_bool(wait, "put_off", put_off); /* they asked to be asked today: no reminder of the growing kind */
	if (!put_off)
		every += every / 2;
	if (every > 0) {
		json_set_int(wait, "remind_every", every);
		plan_reminder(flow, wait, flow->now + every);
	} else {
		json_object_del(wait, "remind_at"); /* there are none but the one on the day that was asked for */
	}
	return EAC_DUE_REMIND;
}

static enum eac_due escalation_due(json_t *wait)
{
	json_object_del(wait, "escalate_at");
	json_set_bool(wait, "escalated", true);
	return EAC_DUE_ESCALATE;
}

static enum eac_due poll_due(const struct flow *flow, json_t *wait)
{
	int64_t every = json_int(wait, "poll_every");
	int64_t slower = every + every / 4;
	json_set_int(wait, "poll_at", flow->now + every);
	json_set_int(wait, "poll_every", slower < POLL_MAX_MS ? slower : POLL_MAX_MS);
	return EAC_DUE_POLL;
}

bool eac_wait_is_over(const struct flow *flow)
{
	return has_come(json_get(flow->row->facts, "wait"), "expire_at", flow->now);
}

enum eac_due eac_wait_due(struct flow *flow)
{
	json_t *wait = json_get(flow->row->facts, "wait");
	enum eac_due due = EAC_DUE_NOTHING;
	bound_all(flow, wait);
	if (has_come(wait, "expire_at", flow->now))
		return EAC_DUE_EXPIRE;
	if (has_come(wait, "escalate_at", flow->now))
		due = escalation_due(wait);
	else if (has_come(wait, "remind_at", flow->now))
		due = reminder_due(flow, wait);
	else if (has_come(wait, "poll_at", flow->now))
		due = poll_due(flow, wait);
	eac_wait_plan(flow);
	return due;
}

int64_t eac_waiting_since(const struct request_row *row)
{
	int64_t since = json_int(json_get(row->facts, "wait"), "since");
	return since != 0 ? since : row->updated_at;
}
