/*
 * app/home.c - the Home tab: made anew for whoever opens it.
 *
 * One visitor after the other in one's own steps: who is it, what is to be
 * shown, show it. Whoever opens it again meanwhile gets it once more.
 */
#include "bot/app/home.h"

#include <stdlib.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "bot/base/log.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "commands/home.h"

enum {
	WHO_TIMEOUT_MS = 10 * 1000,
	SHOW_TIMEOUT_MS = 10 * 1000,
	VISITORS_MAX = 64, /* more at a time are not served; they open it again */
	TRIES_MAX = 3,
	TRY_AGAIN_MS = 2 * 1000,
};

struct visitor {
	struct visitor *next;
	struct home_tab *tab;
	struct loop_timer *timer; /* the next try */
	char user[24];
	struct person person;
	struct home_health health;
	json_t *view;
	unsigned tries;
	bool again; /* opened once more meanwhile */
};

struct home_tab {
	struct home_tab_options options;
	struct visitor *visitors;
	unsigned count;
	bool stopped;
	bool told; /* that the app has no Home tab */
};

struct home_tab *home_tab_new(const struct home_tab_options *options)
{
	struct home_tab *tab = mem_alloc(sizeof *tab);

	tab->options = *options;
	return tab;
}

static void visitor_free(struct visitor *visitor)
{
	struct home_tab *tab = visitor->tab;

	for (struct visitor **at = &tab->visitors; *at != NULL; at = &(*at)->next)
		if (*at == visitor) {
			*at = visitor->next;
			break;
		}
	tab->count--;
	loop_timer_free(visitor->timer);
	json_decref(visitor->view);
	free(visitor);
}

void home_tab_free(struct home_tab *tab)
{
	if (tab == NULL)
		return;
	while (tab->visitors != NULL)
		visitor_free(tab->visitors);
	free(tab);
}

void home_tab_stop(struct home_tab *tab)
{
	tab->stopped = true;
}

static void ask_who(struct visitor *visitor);

static void finish(struct visitor *visitor)
{
	if (!visitor->again || visitor->tab->stopped) {
		visitor_free(visitor);
		return;
	}
	visitor->again = false;
	visitor->tries = 0;
	ask_who(visitor);
}

/* --- showing it --- */

static void tell_trouble(struct home_tab *tab, const struct slack_answer *answer)
{
	bool off = text_eq(answer->error, "not_enabled");

	if (answer->code == ERR_ABORTED || (off && tab->told))
		return;
	tab->told = tab->told || off;
	log_event(LOG_WARNING, "home.trouble", "the Home tab could not be shown: %s%s", answer->reason,
	          off ? " (features.app_home.home_tab_enabled in the app's manifest)" : "");
}

static void on_shown(void *arg, const struct slack_answer *answer)
{
	struct visitor *visitor = arg;
	int64_t wait = answer->retry_after_ms > TRY_AGAIN_MS ? answer->retry_after_ms : TRY_AGAIN_MS;
	bool passes = answer->code != OK && err_is_temporary(answer->code);

	if (passes && !visitor->tab->stopped && ++visitor->tries < TRIES_MAX) {
		loop_timer_set(visitor->timer, wait);
		return;
	}
	if (answer->code != OK)
		tell_trouble(visitor->tab, answer);
	finish(visitor);
}

static void show(void *arg)
{
	struct visitor *visitor = arg;
	json_t *arguments = json_pack("{s:s,s:O}", "user_id", visitor->user, "view", visitor->view);

	slack_call(visitor->tab->options.slack, "views.publish", arguments, SHOW_TIMEOUT_MS, on_shown, visitor);
}

/* --- making it --- */

static enum errc make_job(struct tx *tx, void *arg)
{
	struct visitor *visitor = arg;

	return commands_home(visitor->tab->options.commands, tx, &visitor->person, &visitor->health, clock_wall_ms(),
	                     &visitor->view);
}

static void on_made(void *arg, enum errc code)
{
	struct visitor *visitor = arg;

	if (code == OK && !visitor->tab->stopped)
		show(visitor);
	else
		finish(visitor);
}

static void read_health(const struct home_tab_options *options, struct home_health *ret)
{
	struct slack_figures slack;
	struct sf_figures sf;

	slack_get_figures(options->slack, &slack);
	sf_get_figures(options->sf, &sf);
	*ret = (struct home_health){
	    .salesforce = sf.let_in, .quota_spent = sf.quota_spent, .ghosts_until = slack.ghosts_until};
	text_copy(ret->missing, sizeof ret->missing, sf.missing);
}

static void on_person(void *arg, const struct person *person)
{
	struct visitor *visitor = arg;
	const struct home_tab_options *options = &visitor->tab->options;

	if (visitor->tab->stopped) {
		visitor_free(visitor);
		return;
	}
	visitor->person = *person;
	read_health(options, &visitor->health);
	json_decref(visitor->view);
	visitor->view = NULL;
	store_submit(options->store, make_job, on_made, visitor);
}

static void ask_who(struct visitor *visitor)
{
	people_get(visitor->tab->options.people, visitor->user, false, WHO_TIMEOUT_MS, on_person, visitor);
}

void home_tab_opened(struct home_tab *tab, const char *user)
{
	struct visitor *visitor;

	for (struct visitor *v = tab->visitors; v != NULL; v = v->next)
		if (text_eq(v->user, user)) {
			v->again = true;
			return;
		}
	if (tab->stopped || tab->count == VISITORS_MAX)
		return;
	visitor = mem_alloc(sizeof *visitor);
	visitor->tab = tab;
	visitor->timer = loop_timer_new(tab->options.loop, show, visitor);
	text_copy(visitor->user, sizeof visitor->user, user);
	visitor->next = tab->visitors;
	tab->visitors = visitor;
	tab->count++;
	ask_who(visitor);
}
