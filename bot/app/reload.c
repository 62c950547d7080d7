/*
 * app/reload.c - SIGHUP: a new configuration, whole or not at all.
 *
 * The store's thread reads the settings too, so the change is one of its jobs:
 * between two deeds the commands get the new settings, and only when that has
 * happened the old ones are freed. Keys that need a restart keep their old
 * values in the new settings, for half of a change would be worse than none.
 */
#include "bot/app/app_private.h"

#include <stdlib.h>

#include "bot/base/log.h"
#include "bot/base/mem.h"

struct reload {
	struct app *app;
	struct config *fresh; /* the old ones, once the job has run and the loop has changed over */
	bool submitted;
	bool ran;
};

#define SWAP(a, b) \
	do { \
		__typeof__(a) swap_ = (a); \
		(a) = (b); \
		(b) = swap_; \
	} while (0)

/* Everything that is named as needing a restart; the secrets stay where they are. */
static void keep_old(struct config *old, struct config *fresh)
{
	SWAP(old->slack, fresh->slack);
	SWAP(old->slack.app_token, fresh->slack.app_token);
	SWAP(old->slack.bot_token, fresh->slack.bot_token);
	SWAP(old->salesforce, fresh->salesforce);
	SWAP(old->salesforce.private_key, fresh->salesforce.private_key);
	SWAP(old->salesforce.client_secret, fresh->salesforce.client_secret);
	SWAP(old->store, fresh->store);
	SWAP(old->audit, fresh->audit);
	SWAP(old->http, fresh->http);
}

static enum errc reload_job(struct tx *tx, void *arg)
{
	struct reload *reload = arg;

	(void)tx;
	if (reload->ran)
		return OK;
	keep_old(reload->app->config, reload->fresh);
	commands_set(reload->app->commands, reload->fresh);
	reload->ran = true;
	return OK;
}

static void change_over(struct app *app, struct config *fresh)
{
	log_setup(fresh->log.level, fresh->log.format);
	http_set_ca(app->http, fresh->tls.ca_file);
	slack_renew_tls(app->slack);
	slack_set_tokens(app->slack, fresh->slack.app_token, fresh->slack.bot_token);
	sf_set_secrets(app->sf, fresh->salesforce.private_key, fresh->salesforce.client_secret);
	people_set_config(app->people, fresh);
	scheduler_set_max(app->scheduler, fresh->limits.running_repairs);
	app->config = fresh;
	app->probe_at = 0;
}

static void on_done(void *arg, enum errc code)
{
	struct reload *reload = arg;
	struct app *app = reload->app;

	(void)code; /* nothing was written; all that matters is whether the function ran */
	reload->submitted = false;
	if (!reload->ran)
		return; /* reload_tick tries again */
	struct config *old = app->config;
	if (app->drain_since != 0) { /* the parts that would have to know may be gone; the old ones are freed last */
		app->config = reload->fresh;
		reload->fresh = old;
		return;
	}
	change_over(app, reload->fresh);
	reload->fresh = old;
	log_event(LOG_INFO, "config.reloaded", "%s has been read again and is in effect", app->config->file);
	reload_free(app);
}

void reload_tick(struct app *app)
{
	if (app->reload == NULL || app->reload->submitted || app->reload->ran)
		return;
	app->reload->submitted = true;
	store_submit(app->store, reload_job, on_done, app->reload);
}

static void say(void *arg, bool warning, const char *text)
{
	(void)arg;
	log_event(warning ? LOG_WARNING : LOG_ERROR, warning ? "config.warning" : "config.mistake", "%s", text);
}

static void say_restart(void *arg, const char *key)
{
	(void)arg;
	log_event(LOG_WARNING, "config.restart", "%s has changed: it takes effect with the next start", key);
}

void reload_begin(struct app *app)
{
	struct config *fresh = NULL;

	if (app->reload != NULL || app->drain_since != 0) {
		log_event(LOG_WARNING, "config.busy", "a change of the configuration is under way; ask again");
		return;
	}
	if (config_read(&fresh, app->config->file, say, NULL) != OK) {
		log_event(LOG_ERROR, "config.refused", "%s has mistakes: the settings stay as they are",
		          app->config->file);
		return;
	}
	config_each_restart_key(app->config, fresh, say_restart, NULL);
	app->reload = mem_alloc(sizeof *app->reload);
	app->reload->app = app;
	app->reload->fresh = fresh;
	reload_tick(app);
}

void reload_free(struct app *app)
{
	if (app->reload == NULL)
		return;
	config_free(app->reload->fresh);
	free(app->reload);
	app->reload = NULL;
}
