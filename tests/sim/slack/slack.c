/*
 * tests/sim/slack/slack.c - the world: made from a state file, taken apart,
 * and the ids that it hands out.
 */

#include "tests/sim/slack/slack.h"

#include "tests/sim/slack/alarms.h"
#include "tests/sim/slack/envelopes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What tests may turn, by POST /_sim/settings. */
static json_t *default_settings(void)
{
	return json_pack("{s:b, s:i, s:i, s:b, s:i, s:i, s:i, s:i, s:i, s:b, s:b, s:b, s:b, s:b, s:s, s:i, s:b, s:s}",
	                 "leaving_first", 0,    /* sockets that are told to go get what comes until then */
	                 "posts_per_second", 1, /* new messages per channel */
	                 "post_burst", 3,       /* that many may come at once */
	                 "tiers", 1,            /* limits per method and minute */
	                 "approximate_connection_time", 3600, /* what hello says, seconds */
	                 "ping_ms", 10000,                    /* the server's own pings; 0: none */
	                 "ack_ms", 3000,                      /* how long an envelope may stay unacknowledged */
	                 "trigger_ms", 3000,                  /* how long a trigger_id is good for */
	                 "fragment", 0,                       /* bytes of an envelope per frame; 0: one frame */
	                 "interleave", 0,                     /* a ping between the fragments */
	                 "duplicate", 0,                      /* every envelope twice */
	                 "echo_own", 1,                       /* the bot's own messages come back as events */
	                 "hello", 1,                          /* false: never says it */
	                 "link_disabled", 0,  /* Socket Mode switched off: disconnect instead of hello */
	                 "hello_app_id", "",  /* another app's id in hello */
	                 "page", 0,           /* the largest page of a paginated answer; 0: Slack's own */
	                 "ghosts_swallow", 0, /* sockets that died without a Close keep taking envelopes */
	                 "auth_error", "");   /* what every method answers */
}

static json_t *by_id(const json_t *array)
{
	json_t *object = json_object();
	size_t i;
	json_t *item;

	json_array_foreach (array, i, item)
		json_object_set(object, sim_text(item, "id"), item);
	return object;
}

static json_t *part(json_t *state, const char *name)
{
	json_t *value = json_object_get(state, name);

	return value ? json_incref(value) : json_object();
}

static bool state_is_good(const json_t *state)
{
	static const char *const app[] = {"id", "app_token", "bot_token", "bot_id", "bot_user"};

	for (size_t i = 0; i < sizeof(app) / sizeof(app[0]); i++) {
		if (*sim_text(json_object_get(state, "app"), app[i]))
			continue;
		fprintf(stderr, "state: app.%s is missing\n", app[i]);
		return false;
	}
	if (*sim_text(json_object_get(state, "team"), "id"))
		return true;
	fprintf(stderr, "state: team.id is missing\n");
	return false;
}

static void give_messages(json_t *channels)
{
	const char *id;
	json_t *channel;

	json_object_foreach (channels, id, channel)
		json_object_set_new(channel, "_messages", json_array());
}

struct slack *slack_new(json_t *state, double time_scale)
{
	struct slack *slack;

	if (!state_is_good(state))
		return NULL;
	slack = sim_calloc(1, sizeof(*slack));
	slack->team = part(state, "team");
	slack->app = part(state, "app");
	slack->settings = default_settings();
	json_object_update(slack->settings, json_object_get(state, "settings"));
	slack->users = by_id(json_object_get(state, "users"));
	slack->groups = by_id(json_object_get(state, "usergroups"));
	slack->channels = by_id(json_object_get(state, "channels"));
	give_messages(slack->channels);
	slack->ephemerals = json_array();
	slack->views = json_object();
	slack->feed = json_array();
	slack->triggers = json_object();
	slack->urls = json_object();
	slack->tickets = json_object();
	slack->budgets = json_object();
	slack->ghosts = json_array();
	slack->born_us = sim_wall_us();
	slack->time_scale = time_scale;
	slack->alarms = alarms_new(slack);
	return slack;
}

void slack_free(struct slack *slack)
{
	if (!slack)
		return;
	alarms_free(slack->alarms);
	envelopes_free(slack);
	json_decref(slack->team);
	json_decref(slack->app);
	json_decref(slack->settings);
	json_decref(slack->users);
	json_decref(slack->groups);
	json_decref(slack->channels);
	json_decref(slack->ephemerals);
	json_decref(slack->views);
	json_decref(slack->feed);
	json_decref(slack->triggers);
	json_decref(slack->urls);
	json_decref(slack->tickets);
	json_decref(slack->budgets);
	json_decref(slack->ghosts);
	free(slack);
}

json_t *slack_id(struct slack *slack, const char *prefix)
{
	return sim_jsonf("%s%07llX%03lld", prefix, (unsigned long long)(slack->born_us / 1000) & 0xfffffff,
	                 (long long)++slack->ids);
}

json_t *slack_token(struct slack *slack, const char *prefix)
{
	unsigned long long noise = ((unsigned long long)random() << 31) ^ (unsigned long long)random();

	return sim_jsonf("%s%llx%04llx%llx", prefix, (unsigned long long)slack->born_us,
	                 (unsigned long long)++slack->ids, noise);
}

const char *slack_bot(const struct slack *slack)
{
	return sim_text(slack->app, "bot_user");
}

const char *slack_app_id(const struct slack *slack)
{
	return sim_text(slack->app, "id");
}

const char *slack_team_id(const struct slack *slack)
{
	return sim_text(slack->team, "id");
}

json_t *slack_origin(const struct slack *slack)
{
	return sim_jsonf("http://127.0.0.1:%d", sim_port(slack->sim));
}

json_int_t slack_setting(const struct slack *slack, const char *name)
{
	const json_t *value = json_object_get(slack->settings, name);

	return (json_int_t)json_number_value(value);
}

bool slack_switch(const struct slack *slack, const char *name)
{
	const json_t *value = json_object_get(slack->settings, name);

	return json_is_true(value) || (json_is_number(value) && json_number_value(value) != 0);
}

int64_t slack_scaled(const struct slack *slack, int64_t ms)
{
	return (int64_t)((double)ms * slack->time_scale);
}
