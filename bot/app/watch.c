/*
 * app/watch.c - keeps an eye on the parts: tells the log what changed, the commands what became known, systemd that we
 * live.
 */
#include "bot/app/app_private.h"

#include <stdlib.h>

#include "bot/app/notify.h"
#include "bot/base/clock.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	TICK_MS = 1000,
	PROBE_EVERY_MS = 30 * 1000, /* while Salesforce does not let us in */
	LAG_MS = 1000,
	STORE_SILENT_MS = 90 * 1000, /* a store that hangs is a service that hangs: systemd shall restart it */
	NAME_TIMEOUT_MS = 10 * 1000,
	GHOSTS_NEWS_MS = 60 * 1000,
};

/* --- what the commands have to know --- */

/* News for the commands, brought to the store's thread. */
struct news {
	struct app *app;
	char bot_user[24];
	char bot_name[80];
	char workspace[200];
	char instance[200];
	bool ghosts;
	int64_t ghosts_until;
};

static enum errc news_job(struct tx *tx, void *arg)
{
	struct news *news = arg;

	(void)tx;
	if (news->bot_user[0] != '\0')
		commands_set_bot(news->app->commands, news->bot_user, news->bot_name);
	if (news->workspace[0] != '\0')
		commands_set_workspace(news->app->commands, news->workspace);
	if (news->instance[0] != '\0')
		commands_set_org(news->app->commands, news->instance);
	if (news->ghosts)
		commands_set_ghosts(news->app->commands, news->ghosts_until);
	return OK;
}

/* What a failing store did not run is brought again by the next tick. */
static void on_news(void *arg, enum errc code)
{
	struct news *news = arg;

	if (code != OK && news->bot_user[0] != '\0')
		news->app->bot_user[0] = '\0';
	if (code != OK && news->workspace[0] != '\0')
		news->app->workspace[0] = '\0';
	if (code != OK && news->instance[0] != '\0')
		news->app->instance[0] = '\0';
	if (code != OK && news->ghosts)
		news->app->ghosts_until = -1;
	free(news);
}

static void check_workspace(struct app *app, const struct slack_identity *us)
{
	struct news *news;

	if (us->url[0] == '\0' || text_eq(us->url, app->workspace))
		return;
	text_copy(app->workspace, sizeof app->workspace, us->url);
	news = mem_alloc(sizeof *news);
	news->app = app;
	text_copy(news->workspace, sizeof news->workspace, us->url);
	store_submit(app->store, news_job, on_news, news);
}

static void tell_bot(struct app *app, const char *user, const char *name)
{
	struct news *news = mem_alloc(sizeof *news);

	news->app = app;
	text_copy(news->bot_user, sizeof news->bot_user, user);
	text_copy(news->bot_name, sizeof news->bot_name, name);
	store_submit(app->store, news_job, on_news, news);
}

static void on_bot_name(void *arg, const struct person *bot)
{
	struct app *app = arg;

	if (bot->known && bot->name[0] != '\0' && text_eq(bot->id, app->bot_user))
		tell_bot(app, bot->id, bot->name);
}

static void check_bot(struct app *app)
{
	const struct slack_identity *us = slack_identity(app->slack);

	if (us == NULL)
		return;
	identity_keep(app->identity);
	check_workspace(app, us);
	if (text_eq(us->bot_user, app->bot_user))
		return;
	text_copy(app->bot_user, sizeof app->bot_user, us->bot_user);
	log_event(LOG_INFO, "slack.identity", "we are %s of app %s in workspace %s", us->bot_user, us->app_id,
	          us->team);
	tell_bot(app, us->bot_user, "eacbot");
	people_get(app->people, us->bot_user, false, NAME_TIMEOUT_MS, on_bot_name, app);
	dispatch_start(app->dispatch);
}

void watch_org(void *arg)
{
	struct app *app = arg;
	struct sf_figures figures;
	struct news *news;

	sf_get_figures(app->sf, &figures);
	if (figures.instance[0] == '\0' || text_eq(figures.instance, app->instance))
		return;
	text_copy(app->instance, sizeof app->instance, figures.instance);
	news = mem_alloc(sizeof *news);
	news->app = app;
	text_copy(news->instance, sizeof news->instance, figures.instance);
	store_submit(app->store, news_job, on_news, news);
}

static void check_ghosts(struct app *app)
{
	struct slack_figures now;
	struct news *news;

	slack_get_figures(app->slack, &now);
	/* the wall clock is set now and then: that alone is no news */
	if (llabs(now.ghosts_until - app->ghosts_until) < GHOSTS_NEWS_MS)
		return;
	app->ghosts_until = now.ghosts_until;
	news = mem_alloc(sizeof *news);
	news->app = app;
	news->ghosts = true;
	news->ghosts_until = now.ghosts_until;
	store_submit(app->store, news_job, on_news, news);
}

/* --- what the log has to know --- */

/* Not connected, but nothing has gone wrong yet. */
static bool is_beginning(const struct slack_figures *figures)
{
	return text_eq(figures->trouble, "not connected yet") && figures->losses == 0;
}

/* Said at each change: a restart within an outage, or a second service, may add some. */
static void log_ghosts(const struct slack_figures *now, unsigned before)
{
	char until[32];

	if (now->ghosts == 0)
		log_event(LOG_INFO, "slack.ghosts",
		          "the %u ghost connections are gone: Slack counts %u, and all are ours", before,
		          now->reported);
	else
		log_event(
		    LOG_WARNING, "slack.ghosts",
		    "Slack counts %u connections, %u of which are not ours (%u before): clicks that go to those "
		    "are lost, until about %s, and can be typed; is a second service running with this app token?",
		    now->reported, now->ghosts, before, clock_rfc3339(now->ghosts_until, until));
}

static void log_slack(struct app *app)
{
	struct slack_figures now;

	slack_get_figures(app->slack, &now);
	if (now.live != app->slack_live)
		log_event(now.live > 0 ? LOG_INFO : LOG_WARNING, "slack.connections",
		          "%u of %d connections are live%s%s", now.live, app->config->slack.connections,
		          now.live == 0 ? ": " : "", now.live == 0 ? now.last_loss : "");
	if (!text_eq(now.trouble, app->slack_trouble))
		log_event(is_beginning(&now) || now.trouble[0] == '\0' ? LOG_INFO : LOG_WARNING, "slack.state", "%s",
		          now.trouble[0] != '\0' ? now.trouble : "Slack can be used");
	if (now.ghosts != app->slack_ghosts)
		log_ghosts(&now, app->slack_ghosts);
	app->slack_live = now.live;
	app->slack_ghosts = now.ghosts;
	text_copy(app->slack_trouble, sizeof app->slack_trouble, now.trouble);
}

/* Connected for the first time: what came while no run was there. */
static void check_reconciled(struct app *app)
{
	if (app->reconciling || app->slack_live == 0 || slack_identity(app->slack) == NULL)
		return;
	app->reconciling = true;
	reconcile_begin(app->reconcile, 0);
}

void watch_slack_state(void *arg)
{
	struct app *app = arg;

	if (app->drain_since != 0)
		return; /* that sockets close is what we want */
	log_slack(app);
	check_bot(app);
	check_ghosts(app);
	check_reconciled(app);
}

void watch_slack_gap(void *arg, int64_t gap_ms)
{
	struct app *app = arg;

	log_event(LOG_WARNING, "slack.gap",
	          "for %lld s there was no connection, or a dead one: clicks of that time are lost, they can be typed",
	          (long long)(gap_ms / 1000));
	people_groups_changed(app->people);
	if (slack_identity(app->slack) != NULL)
		reconcile_begin(app->reconcile, gap_ms);
}

static void log_salesforce(struct app *app)
{
	struct sf_figures now;

	sf_get_figures(app->sf, &now);
	if (now.let_in != app->sf_let_in && now.let_in)
		log_event(LOG_INFO, "salesforce.state", "Salesforce lets us in (%s)", now.instance);
	else if (!now.let_in && !text_eq(now.trouble, app->sf_trouble))
		log_event(LOG_WARNING, "salesforce.state", "Salesforce does not let us in: %s", now.trouble);
	if (now.quota_spent != app->sf_quota_spent)
		log_event(now.quota_spent ? LOG_WARNING : LOG_INFO, "salesforce.quota",
		          now.quota_spent
		              ? "the allowance of API calls is used up (%lld of %lld): only a probing call is made"
		              : "API calls are made again (%lld of %lld used)",
		          (long long)now.api_used, (long long)now.api_limit);
	if (!text_eq(now.missing, app->sf_missing))
		log_event(now.missing[0] != '\0' ? LOG_WARNING : LOG_INFO, "salesforce.rights",
		          now.missing[0] != '\0' ? "the bot's user lacks %s: repairs are refused or stop"
		                                 : "the bot's user has its rights%s",
		          now.missing);
	text_copy(app->sf_missing, sizeof app->sf_missing, now.missing);
	app->sf_let_in = now.let_in;
	app->sf_quota_spent = now.quota_spent;
	text_copy(app->sf_trouble, sizeof app->sf_trouble, now.trouble);
}

static void log_store(struct app *app)
{
	struct store_figures now;

	store_get_figures(app->store, &now);
	if (now.writable == app->store_broken)
		log_event(now.writable ? LOG_INFO : LOG_ERROR, "store.state", "the store takes %s%s%s",
		          now.writable ? "writes again" : "no writes", now.writable ? "" : ": ",
		          now.writable ? "" : now.last_error);
	/* what could not be written was not acknowledged, and Slack repeats it for some minutes only */
	if (app->store_broken && now.writable && app->reconciling && app->drain_since == 0)
		reconcile_begin(app->reconcile, 0);
	app->store_broken = !now.writable;
}

static void probe_salesforce(struct app *app)
{
	int64_t now = clock_boot_ms();

	if ((app->sf_let_in && !app->sf_quota_spent) || now < app->probe_at)
		return;
	app->probe_at = now + PROBE_EVERY_MS;
	sf_probe(app->sf);
}

static void on_tick(void *arg)
{
	struct app *app = arg;

	loop_timer_set(app->tick, TICK_MS);
	if (loop_lag_ms(app->loop) > LAG_MS)
		log_event(LOG_WARNING, "loop.lag", "the loop was %lld ms late", (long long)loop_lag_ms(app->loop));
	log_store(app);
	log_salesforce(app);
	watch_org(app);
	if (app->drain_since != 0)
		return;
	check_bot(app);
	check_ghosts(app);
	probe_salesforce(app);
	reload_tick(app);
}

static void on_watchdog(void *arg)
{
	struct app *app = arg;
	struct pulse_figures figures;

	pulse_get_figures(app->pulse, &figures);
	if (figures.silent_ms < STORE_SILENT_MS || app->drain_since != 0)
		notify_send("WATCHDOG=1");
	loop_timer_set(app->watchdog, notify_watchdog_ms());
}

void watch_start(struct app *app)
{
	app->tick = loop_timer_new(app->loop, on_tick, app);
	app->watchdog = loop_timer_new(app->loop, on_watchdog, app);
	loop_timer_set(app->tick, 0);
	if (notify_watchdog_ms() > 0)
		loop_timer_set(app->watchdog, 0);
}

void watch_free(struct app *app)
{
	loop_timer_free(app->tick);
	loop_timer_free(app->watchdog);
}
