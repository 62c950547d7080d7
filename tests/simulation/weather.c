/*
 * simulation/weather.c - see weather.h. One more fault: a function and a row in the table.
 */
#include "tests/simulation/weather.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bot/base/json.h"
#include "tests/simulation/disk.h"
#include "tests/simulation/fake.h"
#include "tests/simulation/net.h"
#include "tests/simulation/people.h"
#include "tests/simulation/program.h"
#include "tests/simulation/world.h"

enum { BETWEEN_FAULTS_MS = 6 * MINUTE_MS, GRACE_MS = 3100, INCIDENT_MS = 3 * MINUTE_MS };

/* How sick one of the two services is, until when. */
struct sickness {
	int64_t until_ms;
	double statuses, lost, no_name, limited, mishaps;
};

static struct weather {
	bool calm;
	struct event *next;
	struct sickness sick[2];
	int64_t offline_until_ms, slow_disk_until_ms, flaky_wires_until_ms;
	int64_t slow_disk_ms;
	int64_t excuse_ms, incident_ms;
	bool doomed_serve;
	int64_t ghosts_swallow_until_ms;
} weather;

static bool lasts(int64_t until_ms)
{
	return world_ms() < until_ms;
}

static void incident(int64_t for_ms)
{
	int64_t until = world_ms() + for_ms + INCIDENT_MS;

	weather.incident_ms = until > weather.incident_ms ? until : weather.incident_ms;
}

void weather_excuse(int64_t for_ms)
{
	int64_t until = world_ms() + for_ms;

	weather.excuse_ms = until > weather.excuse_ms ? until : weather.excuse_ms;
}

int64_t weather_excuse_ms(void)
{
	return weather.excuse_ms;
}

bool weather_is_incident(void)
{
	return lasts(weather.incident_ms);
}

/* --- faults of the wires ------------------------------------------------------------------------------------ */

static unsigned some_wire(void)
{
	unsigned n = wires_open();

	return n > 0 ? (unsigned)dice(n) : 0;
}

static void reset_wire(void)
{
	incident(0);
	wire_reset(some_wire());
}

static void reset_all(void)
{
	incident(0);
	while (wires_open() > 0)
		wire_reset(0);
}

static void half_open(void)
{
	incident(MINUTE_MS);
	wire_half_open(some_wire());
}

static void half_open_all(void)
{
	incident(MINUTE_MS);
	wires_all_half_open();
}

static void slow_wire(void)
{
	weather_excuse(MINUTE_MS + 2 * SECOND_MS);
	wire_slow(some_wire(), (int)dice_between(500, 2500));
}

static void lossy_wires(void)
{
	incident(2 * MINUTE_MS);
	weather_excuse(2 * MINUTE_MS);
	weather.flaky_wires_until_ms = world_ms() + 2 * MINUTE_MS;
}

/* --- what Slack tells sockets ------------------------------------------------------------------------------- */

static void warning(void)
{
	incident(0);
	fake_slack_disconnect(wire_socket(some_wire()), "warning", 10 * SECOND_MS);
}

static void refresh(void)
{
	incident(0);
	fake_slack_disconnect(wire_socket(some_wire()), "refresh_requested", dice_between(0, 5) * SECOND_MS);
}

static void refresh_all(void)
{
	incident(0);
	for (unsigned i = 0; i < wires_open(); i++)
		fake_slack_disconnect(wire_socket(i), "refresh_requested", dice_between(0, 5) * SECOND_MS);
}

static void crowded(void)
{
	incident(10 * MINUTE_MS);
	fake_slack_disconnect(wire_socket(some_wire()), "too_many_websockets", 100);
}

static void swallowing_ghosts(void)
{
	incident(HOUR_MS);
	json_decref(fake_slack_order("/_sim/sockets", json_pack("{s:s, s:I, s:b}", "do", "ghosts", "count",
	                                                        (json_int_t)dice_between(1, 9), "swallow", 1)));
}

static void switch_link(bool off)
{
	json_decref(fake_slack_order("/_sim/settings", json_pack("{s:b}", "link_disabled", off)));
}

static void link_on(void *arg)
{
	(void)arg;
	switch_link(false);
}

static void link_off(void)
{
	int64_t ms = dice_between(1, 15) * MINUTE_MS;

	incident(ms + 10 * MINUTE_MS);
	switch_link(true);
	for (unsigned i = 0; i < wires_open(); i++)
		fake_slack_disconnect(wire_socket(i), "link_disabled", 100);
	world_in(ms, EVENT_WORLD, link_on, NULL);
}

static void duplicates(bool on)
{
	json_decref(fake_slack_order("/_sim/settings", json_pack("{s:b}", "duplicate", on)));
}

static void single_again(void *arg)
{
	(void)arg;
	duplicates(false);
}

static void all_twice(void)
{
	duplicates(true);
	world_in(5 * MINUTE_MS, EVENT_WORLD, single_again, NULL);
}

static void redeliver(void)
{
	people_redeliver(false);
}

static void token_word(const char *error)
{
	json_decref(fake_slack_order("/_sim/settings", json_pack("{s:s}", "auth_error", error)));
}

static void token_heals(void *arg)
{
	(void)arg;
	token_word("");
}

static void token_revoked(void)
{
	int64_t ms = dice_between(1, 20) * MINUTE_MS;

	incident(ms + 10 * MINUTE_MS);
	token_word(chance(0.5) ? "invalid_auth" : "account_inactive");
	world_in(ms, EVENT_WORLD, token_heals, NULL);
}

/* --- the network and the services --------------------------------------------------------------------------- */

static void names_gone(void)
{
	int64_t ms = dice_between(1, 5) * MINUTE_MS;

	incident(ms);
	weather.offline_until_ms = world_ms() + ms;
}

static void fall_sick(enum place place, struct sickness what)
{
	what.until_ms = world_ms() + dice_between(20, 240) * SECOND_MS;
	weather.sick[place] = what;
	incident(what.until_ms - world_ms());
}

static void slack_statuses(void)
{
	fall_sick(AT_SLACK, (struct sickness){.statuses = 0.5});
}

static void slack_loses(void)
{
	fall_sick(AT_SLACK, (struct sickness){.lost = 0.4});
}

static void slack_limits(void)
{
	fall_sick(AT_SLACK, (struct sickness){.limited = 0.3});
}

static void slack_gone(void)
{
	fall_sick(AT_SLACK, (struct sickness){.no_name = 1});
}

static void org_statuses(void)
{
	fall_sick(AT_SALESFORCE, (struct sickness){.statuses = 0.5});
}

static void org_loses(void)
{
	fall_sick(AT_SALESFORCE, (struct sickness){.lost = 0.4});
}

static void org_mishaps(void)
{
	fall_sick(AT_SALESFORCE, (struct sickness){.mishaps = 0.5});
}

static void org_gone(void)
{
	fall_sick(AT_SALESFORCE, (struct sickness){.no_name = 1});
}

static void sessions_expire(void)
{
	json_decref(fake_salesforce_order("/_sim/expire_sessions", json_object()));
}

/* --- the program and its machine ---------------------------------------------------------------------------- */

static void die(void)
{
	incident(2 * MINUTE_MS);
	program_kill();
}

static void die_before_commit(void)
{
	incident(2 * MINUTE_MS);
	disk_doom(false);
}

static void die_after_commit(void)
{
	incident(2 * MINUTE_MS);
	disk_doom(true);
}

static void die_after_write(void)
{
	incident(2 * MINUTE_MS);
	weather.doomed_serve = true;
}

static void restart(void)
{
	incident(2 * MINUTE_MS);
	program_signal(SIGTERM);
}

static void reload(void)
{
	incident(0);
	program_signal(SIGHUP);
}

static void slow_disk(void)
{
	weather.slow_disk_until_ms = world_ms() + dice_between(1, 3) * MINUTE_MS;
	weather.slow_disk_ms = dice_between(200, 6000);
	weather_excuse(weather.slow_disk_until_ms - world_ms() + 10 * SECOND_MS);
}

static void suspend(void)
{
	int64_t ms = chance(0.5) ? HOUR_MS : dice_between(20, 600) * SECOND_MS;

	incident(ms);
	weather_excuse(ms + SECOND_MS);
	wires_all_half_open();
	world_sleep(ms);
}

static void clock_right(void *arg)
{
	(void)arg;
	world_skew(0);
}

static void clock_wrong(void)
{
	int64_t ms = dice_between(-30, 30) * MINUTE_MS;

	story("fault: the clock is wrong by %lld s", (long long)ms / 1000);
	world_skew(ms);
	world_in(dice_between(2, 60) * MINUTE_MS, EVENT_WORLD, clock_right, NULL);
}

/* --- the table ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int weight;
	void (*run)(void);
	bool needs_life;
} faults[] = {
    {"a socket is reset", 8, reset_wire, false},
    {"all sockets are reset", 3, reset_all, false},
    {"a socket is half open", 6, half_open, false},
    {"all sockets are half open", 2, half_open_all, false},
    {"a socket is slow", 6, slow_wire, false},
    {"sockets lose frames", 2, lossy_wires, false},
    {"Slack warns a socket", 6, warning, false},
    {"Slack refreshes a socket", 6, refresh, false},
    {"Slack refreshes all sockets", 3, refresh_all, false},
    {"Slack says too_many_websockets", 3, crowded, false},
    {"ghosts swallow envelopes", 2, swallowing_ghosts, false},
    {"Socket Mode is switched off", 1, link_off, false},
    {"Slack sends everything twice", 3, all_twice, false},
    {"Slack sends an old envelope again", 10, redeliver, false},
    {"the token is revoked", 2, token_revoked, false},
    {"names can't be resolved", 3, names_gone, false},
    {"Slack answers 5xx", 4, slack_statuses, false},
    {"Slack loses requests and answers", 5, slack_loses, false},
    {"Slack limits", 4, slack_limits, false},
    {"Slack can't be reached", 3, slack_gone, false},
    {"Salesforce answers 5xx", 4, org_statuses, false},
    {"Salesforce loses requests and answers", 5, org_loses, false},
    {"Salesforce has mishaps", 5, org_mishaps, false},
    {"Salesforce can't be reached", 3, org_gone, false},
    {"Salesforce ends the session", 2, sessions_expire, false},
    {"kill -9", 3, die, true},
    {"kill -9 before a commit", 3, die_before_commit, true},
    {"kill -9 after a commit", 4, die_after_commit, true},
    {"kill -9 after a request was served", 4, die_after_write, true},
    {"SIGTERM", 2, restart, true},
    {"SIGHUP", 2, reload, true},
    {"the disk is slow", 3, slow_disk, true},
    {"the machine sleeps", 1, suspend, true},
    {"the clock jumps", 2, clock_wrong, true},
};

static void on_fault(void *arg)
{
	int total = 0, pick;
	size_t i = 0;

	(void)arg;
	weather.next = world_in(dice_wait(BETWEEN_FAULTS_MS), EVENT_WORLD, on_fault, NULL);
	for (size_t k = 0; k < sizeof faults / sizeof faults[0]; k++)
		total += faults[k].weight;
	pick = (int)dice(total);
	while (pick >= faults[i].weight)
		pick -= faults[i++].weight;
	if (faults[i].needs_life && (!program_is_up() || world_is_asleep()))
		return;
	story("fault: %s", faults[i].name);
	faults[i].run();
}

void weather_begin(bool calm)
{
	weather = (struct weather){.calm = calm};
	if (!calm)
		weather.next = world_in(dice_wait(BETWEEN_FAULTS_MS), EVENT_WORLD, on_fault, NULL);
}

void weather_calm(void)
{
	struct weather was = weather;

	world_cancel(weather.next);
	weather = (struct weather){.calm = true,
	                           .excuse_ms = was.excuse_ms,
	                           .incident_ms = was.incident_ms,
	                           .slow_disk_until_ms = was.slow_disk_until_ms,
	                           .slow_disk_ms = was.slow_disk_ms};
	switch_link(false);
	duplicates(false);
	token_word("");
	world_skew(0);
	json_decref(fake_slack_order("/_sim/sockets", json_pack("{s:s, s:i}", "do", "ghosts", "count", 0)));
}

/* --- what they do ------------------------------------------------------------------------------------------- */

static const char *const mishaps[] = {"lock_row",         "unavailable",      "unknown",        "query_timeout",
                                      "limit_concurrent", "maintenance_page", "session_expired"};

static struct weather_packet sick_packet(const struct sickness *sick, enum place place)
{
	static const int statuses[] = {500, 502, 503, 504};
	struct weather_packet p = {0};

	if (chance(sick->no_name))
		p.fate = FATE_NO_NAME;
	else if (chance(sick->lost))
		p.fate = chance(0.5) ? FATE_LOST_BEFORE : FATE_LOST_AFTER;
	else if (chance(sick->statuses))
		p.fate = chance(0.3) ? FATE_STATUS_DONE : FATE_STATUS;
	else if (chance(sick->mishaps) && place == AT_SALESFORCE)
		p.mishap = mishaps[dice(sizeof mishaps / sizeof mishaps[0])];
	p.status = statuses[dice(4)];
	if (p.fate == FATE_GOOD && chance(sick->limited)) {
		p.fate = FATE_STATUS;
		p.status = 429;
		p.retry_after_s = (int)dice_between(1, 30);
	}
	return p;
}

struct weather_packet weather_request(enum place place, const char *kind)
{
	struct weather_packet p = {0};

	(void)kind;
	if (!weather.calm && lasts(weather.offline_until_ms))
		p.fate = FATE_NO_NAME;
	else if (!weather.calm && lasts(weather.sick[place].until_ms))
		p = sick_packet(&weather.sick[place], place);
	p.there_ms = dice_between(5, 80);
	p.back_ms = dice_between(5, 80);
	if (chance(0.01))
		p.back_ms += dice_between(200, 4000);
	return p;
}

bool weather_serves_last(void)
{
	bool last = weather.doomed_serve && program_is_up();

	if (last)
		weather.doomed_serve = false;
	return last;
}

bool weather_is_offline(void)
{
	return lasts(weather.offline_until_ms) || chance(weather.sick[AT_SLACK].no_name);
}

int64_t weather_frame_ms(void)
{
	return dice_between(2, 60);
}

bool weather_breaks_wire(void)
{
	return lasts(weather.flaky_wires_until_ms) && chance(0.1);
}

int64_t weather_commit_ms(void)
{
	return lasts(weather.slow_disk_until_ms) ? dice(weather.slow_disk_ms) : dice_between(1, 6);
}

bool weather_disk_is_slow(void)
{
	return lasts(weather.slow_disk_until_ms + 10 * SECOND_MS);
}

int64_t weather_ghost_ms(void)
{
	return chance(0.2) ? dice_wait(20 * MINUTE_MS) : 0;
}

bool weather_ghost_swallows(void)
{
	return chance(0.3);
}
