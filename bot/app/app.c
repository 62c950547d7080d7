/*
 * app/app.c - puts the parts together, runs them, and takes them apart again.
 *
 * Parts begin in the order of struct app and end in the opposite one: first
 * those that ask the outside (their last answers are ABORTED and still reach
 * their owners), then the store (its last jobs still reach theirs), then the
 * loop. What the parts tell each other in between is here: a committed job
 * means that messages may wait and that repairs may be due.
 */
#include "bot/app/app_private.h"

#include <signal.h>
#include <stdlib.h>

#include "bot/app/notify.h"
#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/base/version.h"

enum {
	DRAIN_LOOK_MS = 25,
	DRAIN_DEEDS_MS = 3 * 1000, /* for deeds to be written and acknowledged, before the sockets close */
	DRAIN_MS = 8 * 1000,       /* for everything; the promise is ten seconds */
};

/* --- who tells whom --- */

static void on_deed_committed(void *arg, bool wake)
{
	struct app *app = arg;

	outbox_pump_kick(app->pump);
	if (wake)
		scheduler_poke(app->scheduler);
}

static void on_channel_reopened(void *arg, const char *channel)
{
	reconcile_channel(((struct app *)arg)->reconcile, channel);
}

static void on_home_opened(void *arg, const char *user)
{
	home_tab_opened(((struct app *)arg)->home, user);
}

static void on_step_committed(void *arg)
{
	outbox_pump_kick(((struct app *)arg)->pump);
}

static void on_outcome_committed(void *arg)
{
	scheduler_poke(((struct app *)arg)->scheduler);
}

static void on_envelope(void *arg, uint64_t socket, const struct envelope *envelope)
{
	dispatch_envelope(((struct app *)arg)->dispatch, socket, envelope);
}

static void on_store_event(void *arg, int fd, unsigned events)
{
	(void)fd;
	(void)events;
	store_dispatch(((struct app *)arg)->store);
}

static bool on_ready_asked(void *arg, struct buf *body)
{
	struct app *app = arg;

	app->report.draining = app->drain_since != 0;
	return report_ready(&app->report, body);
}

static void on_metrics_asked(void *arg, struct buf *body)
{
	report_metrics(&((struct app *)arg)->report, body);
}

/* --- going down --- */

static void on_sockets_closed(void *arg)
{
	((struct app *)arg)->sockets_closed = true;
}

/* First the deeds are written and acknowledged, then the sockets close, while calls in flight still come home. */
static void on_drain(void *arg)
{
	struct app *app = arg;
	int64_t took = clock_boot_ms() - app->drain_since;
	/* A decision that still waits for Slack is as well asked by the next run. */
	bool deeds_done = dispatch_busy(app->dispatch) == 0 || took >= DRAIN_DEEDS_MS;
	bool idle = deeds_done && scheduler_busy(app->scheduler) == 0 && outbox_pump_busy(app->pump) == 0;

	if (!app->sockets_closing && deeds_done) {
		app->sockets_closing = true;
		slack_stop(app->slack, on_sockets_closed, app);
	}
	if ((idle && app->sockets_closed) || took >= DRAIN_MS)
		loop_stop(app->loop);
	else
		loop_timer_set(app->drain, DRAIN_LOOK_MS);
}

static void begin_drain(struct app *app, const char *why)
{
	log_event(LOG_INFO, "service.stopping", "%s: no new work, calls in flight are finished", why);
	notify_send("STOPPING=1");
	app->drain_since = clock_boot_ms();
	dispatch_stop(app->dispatch);
	home_tab_stop(app->home);
	reconcile_stop(app->reconcile);
	scheduler_stop(app->scheduler);
	outbox_pump_stop(app->pump);
	people_stop(app->people);
	pulse_stop(app->pulse);
	retention_stop(app->retention);
	anchor_stop(app->anchor);
	digest_stop(app->digest);
	loop_timer_set(app->drain, 0);
}

static void on_signal(void *arg, int signal_number)
{
	struct app *app = arg;

	if (signal_number == SIGHUP)
		reload_begin(app);
	else if (app->drain_since == 0)
		begin_drain(app, signal_number == SIGINT ? "SIGINT" : "SIGTERM");
}

/* --- building --- */

static enum errc build_store(struct app *app, struct err *reterr)
{
	const struct store_options options = {.url = app->config->store.url,
	                                      .password = secret_reveal(app->config->store.password)};
	enum errc rc = store_open(&app->store, &options, reterr);

	if (rc != OK)
		return rc;
	app->store_watch = loop_watch_new(app->loop, store_event_fd(app->store), LOOP_READ, on_store_event, app);
	return OK;
}

static enum errc build_http(struct app *app, struct err *reterr)
{
	const struct config *config = app->config;
	const struct http_options options = {
	    .ca_file = config->tls.ca_file,
	    .user_agent = "eacbot/" EACBOT_VERSION,
	    .allow_plain =
	        text_starts(config->slack.api_url, "http://") || text_starts(config->salesforce.login_url, "http://"),
	};

	return http_new(&app->http, app->loop, &options, reterr);
}

static enum errc build_slack(struct app *app, struct err *reterr)
{
	const struct config *config = app->config;
	const struct slack_options options = {
	    .api_url = config->slack.api_url,
	    .app_token = config->slack.app_token,
	    .bot_token = config->slack.bot_token,
	    .connections = config->slack.connections,
	};
	const struct slack_callbacks callbacks = {
	    .envelope = on_envelope, .state = watch_slack_state, .gap = watch_slack_gap, .arg = app};

	return slack_new(&app->slack, app->loop, app->http, &options, &callbacks, reterr);
}

static enum errc build_salesforce(struct app *app, struct err *reterr)
{
	const struct config *config = app->config;
	const struct sf_options options = {
	    .login_url = config->salesforce.login_url,
	    .auth = config->salesforce.client_credentials ? SF_CLIENT_CREDENTIALS : SF_JWT,
	    .client_id = config->salesforce.client_id,
	    .username = config->salesforce.username,
	    .private_key = config->salesforce.private_key,
	    .client_secret = config->salesforce.client_secret,
	    .api_version = config->salesforce.api_version,
	    .permission_sets = (const char *const *)config->salesforce.permission_sets.items,
	    .permission_set_count = config->salesforce.permission_sets.count,
	    .budget_percent = config->salesforce.api_budget_percent,
	};

	return sf_new(&app->sf, app->http, &options, reterr);
}

/* What works between the outside and the store. */
static void build_workers(struct app *app)
{
	app->commands = commands_new(app->config);
	app->people = people_new(app->loop, app->slack, app->config);
	app->calls = calls_new(app->loop, app->slack, app->sf, app->people);
	app->scheduler = scheduler_new(&(struct scheduler_options){.loop = app->loop,
	                                                           .store = app->store,
	                                                           .calls = app->calls,
	                                                           .commands = app->commands,
	                                                           .running_max = app->config->limits.running_repairs,
	                                                           .answered = watch_org,
	                                                           .committed = on_step_committed,
	                                                           .arg = app});
	app->pump =
	    outbox_pump_new(&(struct outbox_pump_options){.loop = app->loop,
	                                                  .store = app->store,
	                                                  .slack = app->slack,
	                                                  .commands = app->commands,
	                                                  .posts_per_second = app->config->slack.posts_per_second,
	                                                  .committed = on_outcome_committed,
	                                                  .arg = app});
	app->dispatch = dispatch_new(&(struct dispatch_options){.loop = app->loop,
	                                                        .store = app->store,
	                                                        .slack = app->slack,
	                                                        .people = app->people,
	                                                        .commands = app->commands,
	                                                        .command = app->config->slack.command,
	                                                        .committed = on_deed_committed,
	                                                        .reopened = on_channel_reopened,
	                                                        .home_opened = on_home_opened,
	                                                        .arg = app});
	app->reconcile = reconcile_new(&(struct reconcile_options){.loop = app->loop,
	                                                           .store = app->store,
	                                                           .slack = app->slack,
	                                                           .dispatch = app->dispatch,
	                                                           .commands = app->commands,
	                                                           .committed = on_step_committed,
	                                                           .arg = app});
	app->pulse = pulse_new(app->loop, app->store);
	app->retention = retention_new(app->loop, app->store, app->config->store.retention_ms);
	app->anchor = anchor_new(&(struct anchor_options){.loop = app->loop,
	                                                  .store = app->store,
	                                                  .every_ms = app->config->audit.anchor_every_ms,
	                                                  .file = app->config->audit.anchor_file,
	                                                  .channel = app->config->audit.anchor_channel,
	                                                  .committed = on_step_committed,
	                                                  .arg = app});
	app->home = home_tab_new(&(struct home_tab_options){.loop = app->loop,
	                                                    .store = app->store,
	                                                    .slack = app->slack,
	                                                    .sf = app->sf,
	                                                    .people = app->people,
	                                                    .commands = app->commands});
	app->identity = identity_new(app->store, app->slack);
	app->digest = digest_new(&(struct digest_options){.loop = app->loop,
	                                                  .store = app->store,
	                                                  .commands = app->commands,
	                                                  .committed = on_step_committed,
	                                                  .arg = app});
	app->drain = loop_timer_new(app->loop, on_drain, app);
}

static enum errc build_health(struct app *app, struct err *reterr)
{
	const struct config *config = app->config;
	const struct health_options options = {.loop = app->loop,
	                                       .host = config->http.host,
	                                       .port = config->http.port,
	                                       .ready = on_ready_asked,
	                                       .metrics = on_metrics_asked,
	                                       .arg = app};

	app->report = (struct report){.loop = app->loop,
	                              .slack = app->slack,
	                              .sf = app->sf,
	                              .store = app->store,
	                              .dispatch = app->dispatch,
	                              .pulse = app->pulse};
	if (config->http.host[0] == '\0')
		return OK;
	enum errc rc = health_new(&app->health, &options, reterr);
	if (rc == OK)
		log_event(LOG_INFO, "http.listening", "%s:%d", config->http.host, health_port(app->health));
	return rc;
}

static enum errc build(struct app *app, struct err *reterr)
{
	enum errc rc = loop_new(&app->loop, reterr);

	if (rc == OK)
		rc = loop_on_signal(app->loop, on_signal, app, reterr);
	if (rc == OK)
		rc = build_store(app, reterr);
	if (rc == OK)
		rc = build_http(app, reterr);
	if (rc == OK)
		rc = build_slack(app, reterr);
	if (rc == OK)
		rc = build_salesforce(app, reterr);
	if (rc != OK)
		return rc;
	build_workers(app);
	return build_health(app, reterr);
}

static void take_apart(struct app *app)
{
	dispatch_cut(app->dispatch);
	sf_free(app->sf);
	slack_free(app->slack);
	http_free(app->http);
	loop_watch_free(app->store_watch);
	store_close(app->store);
	health_free(app->health);
	if (app->loop != NULL)
		loop_shut(app->loop);
	watch_free(app);
	loop_timer_free(app->drain);
	reload_free(app);
	home_tab_free(app->home);
	identity_free(app->identity);
	digest_free(app->digest);
	anchor_free(app->anchor);
	retention_free(app->retention);
	pulse_free(app->pulse);
	dispatch_free(app->dispatch);
	reconcile_free(app->reconcile);
	outbox_pump_free(app->pump);
	scheduler_free(app->scheduler);
	calls_free(app->calls);
	people_free(app->people);
	commands_free(app->commands);
	loop_free(app->loop);
	config_free(app->config);
}

/* --- running --- */

static void start(struct app *app)
{
	log_event(LOG_INFO, "service.started", "eacbot %s with %s", EACBOT_VERSION, app->config->file);
	identity_recall(app->identity);
	watch_start(app);
	slack_start(app->slack);
	people_start(app->people);
	scheduler_poke(app->scheduler);
	outbox_pump_kick(app->pump);
	notify_send("READY=1");
}

int app_run(struct config *config)
{
	struct app app = {.config = config};
	struct err err = {0};
	int code = 0;

	loop_block_signals();
	log_setup(config->log.level, config->log.format);
	if (build(&app, &err) == OK) {
		start(&app);
		loop_run(app.loop);
		log_event(LOG_INFO, "service.stopped", "good bye");
	} else {
		log_event(LOG_ERROR, "service.failed", "the service can't start: %s", err.text);
		code = 1;
	}
	take_apart(&app);
	return code;
}
