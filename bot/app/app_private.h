/*
 * app/app_private.h - the service's parts, for app.c, watch.c and reload.c only.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/app/anchor.h"
#include "bot/app/app.h"
#include "bot/app/calls.h"
#include "bot/app/digest.h"
#include "bot/app/dispatch.h"
#include "bot/app/health.h"
#include "bot/app/home.h"
#include "bot/app/identity.h"
#include "bot/app/outbox_pump.h"
#include "bot/app/people.h"
#include "bot/app/pulse.h"
#include "bot/app/reconcile.h"
#include "bot/app/report.h"
#include "bot/app/retention.h"
#include "bot/app/scheduler.h"
#include "bot/http/http.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "commands/door.h"
#include "config/config.h"
#include "salesforce/salesforce.h"

struct reload;

struct app {
	struct config *config; /* owned; read by the store's thread too, and replaced only by reload.c */
	/* in the order in which they begin */
	struct loop *loop;
	struct store *store;
	struct loop_watch *store_watch;
	struct http *http;
	struct slack *slack;
	struct sf *sf;
	struct commands *commands; /* belongs to the store's thread */
	struct people *people;
	struct calls *calls;
	struct scheduler *scheduler;
	struct outbox_pump *pump;
	struct dispatch *dispatch;
	struct reconcile *reconcile;
	struct pulse *pulse;
	struct retention *retention;
	struct anchor *anchor;
	struct digest *digest;
	struct identity *identity;
	struct home_tab *home;
	struct health *health; /* NULL: none configured */
	struct report report;
	struct reload *reload; /* under way, or NULL */

	/* watch.c */
	struct loop_timer *tick;
	struct loop_timer *watchdog;
	char bot_user[24]; /* as the commands know it */
	char workspace[200];
	char instance[200];
	char slack_trouble[400]; /* as told in the log */
	unsigned slack_live;
	unsigned slack_ghosts;
	int64_t ghosts_until; /* as the commands know it */
	bool reconciling;     /* since the start: what an earlier run missed is looked for once */
	bool store_broken;
	bool sf_let_in;
	bool sf_quota_spent;
	char sf_trouble[200];
	char sf_missing[200]; /* rights */
	int64_t probe_at;     /* boot time of the next try to log in */

	/* app.c: going down */
	struct loop_timer *drain;
	int64_t drain_since; /* boot time; 0: not going down */
	bool sockets_closing;
	bool sockets_closed;
};

/* watch.c: begins and ends the timers; slack's callbacks. */
void watch_start(struct app *app);
void watch_free(struct app *app);
void watch_slack_state(void *app);
void watch_slack_gap(void *app, int64_t gap_ms);
/* An answer came: the org's address may be known now, and the repair that is waiting will want it. */
void watch_org(void *app);

/* reload.c: SIGHUP. */
void reload_begin(struct app *app);
/* Tries again what the store did not run. */
void reload_tick(struct app *app);
void reload_free(struct app *app); /* after store_close */
