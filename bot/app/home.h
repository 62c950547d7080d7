/*
 * app/home.h - the Home tab: made anew for whoever opens it.
 *
 * Slack's event app_home_opened needs no scope, views.publish none but the
 * token's. Nothing is pushed when a repair changes: the work of a repair must
 * not grow with the number of people who have once looked at their Home tab.
 */
#pragma once

#include "bot/app/people.h"
#include "bot/loop/loop.h"
#include "bot/slack/slack.h"
#include "bot/store/store.h"
#include "commands/door.h"
#include "salesforce/salesforce.h"

struct home_tab;

struct home_tab_options {
	struct loop *loop;
	struct store *store;
	struct slack *slack;
	struct sf *sf;
	struct people *people;
	struct commands *commands;
};

struct home_tab *home_tab_new(const struct home_tab_options *options);
/* After the last answer of Slack and the last job have come. NULL is fine. */
void home_tab_free(struct home_tab *tab);
/* Somebody has opened it. */
void home_tab_opened(struct home_tab *tab, const char *user);
/* Takes nothing new. */
void home_tab_stop(struct home_tab *tab);
