#pragma once

/*
 * tests/sim/slack/slack.h - one workspace and the app in it.
 *
 * The world is kept as JSON in the shapes that Slack's own answers have;
 * members that begin with '_' are ours and never leave. Everything here is
 * touched with the lock of `sim` held.
 */

#include "tests/sim/sim.h"

struct alarms;
struct envelope;
struct socket;

struct slack {
	struct sim *sim;
	json_t *team;       /* id, name, domain */
	json_t *app;        /* id, name, app_token, bot_token, bot_id, bot_user, scopes, app_scopes, events */
	json_t *settings;   /* what tests may turn, settings.h */
	json_t *users;      /* id -> user */
	json_t *groups;     /* id -> {id, handle, name, users} */
	json_t *channels;   /* id -> conversation, with "_messages" in the order of their ts; DMs too */
	json_t *ephemerals; /* in order: {user, channel, ts, thread_ts, text, blocks, visible} */
	json_t *views;      /* id -> {view, user, open}, oldest first, views.h */
	json_t *feed;       /* everything that became visible or was done, feed.h */
	json_t *triggers;   /* trigger_id -> {user, at_ms, used, view_id} */
	json_t *urls;       /* path of a response_url -> {user, channel, uses, until_ms, ts, thread_ts, ephemeral} */
	json_t *tickets;    /* ticket -> true: used */
	json_t *budgets;    /* key -> budget, limits.h */
	struct alarms *alarms;
	struct socket *sockets;     /* the open ones */
	struct envelope *envelopes; /* the latest first */
	json_t *ghosts;             /* registrations without a socket: {id, until_ms, swallow} */
	int64_t born_us;            /* makes ids differ between two runs of the fake */
	int64_t last_ts_us;         /* of the latest message */
	json_int_t ids;
	int socket_ids;
	double time_scale; /* of the waits that last minutes: redelivery, recycling, response_url */
};

/* The world of a state file (workspace.json shows all of it); NULL and a sentence on stderr when it is no good. */
struct slack *slack_new(json_t *state, double time_scale);
void slack_free(struct slack *slack);

/* A new id: the prefix and a number that no other id has, as a JSON string. */
json_t *slack_id(struct slack *slack, const char *prefix);
/* A token that can't be guessed from an id, for tickets, triggers and URLs. */
json_t *slack_token(struct slack *slack, const char *prefix);

const char *slack_bot(const struct slack *slack); /* the bot's user id */
const char *slack_app_id(const struct slack *slack);
const char *slack_team_id(const struct slack *slack);
/* http://127.0.0.1:PORT */
json_t *slack_origin(const struct slack *slack);

/* A number or truth value of settings. */
json_int_t slack_setting(const struct slack *slack, const char *name);
bool slack_switch(const struct slack *slack, const char *name);
/* `ms` by the time scale. */
int64_t slack_scaled(const struct slack *slack, int64_t ms);
