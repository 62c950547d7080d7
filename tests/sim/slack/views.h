#pragma once

/*
 * tests/sim/slack/views.h - modals and Home tabs: what stands open before
 * whom.
 *
 * A record is {view, user, open, shown, feed}: the view as the app sent it
 * with what Slack adds to it, what its blocks say, and the feed entry of its
 * last change.
 */

#include "tests/sim/slack/slack.h"

enum { VIEW_STACK_MAX = 3 };

/* The open modal that this person sees, borrowed; NULL: none. */
json_t *view_top(const struct slack *slack, const char *user);
/* By its id or external_id, open or not. */
json_t *view_find(const struct slack *slack, const char *id);
bool view_is_open(const json_t *record);
/* How many modals lie open on each other for that person. */
int view_depth(const struct slack *slack, const char *user);

/* Slack's error for a view that can't be shown, NULL: it can; what is wrong with it goes to *ret_messages (a new
 * reference, or NULL). `record` is the one that it replaces, or NULL. */
const char *view_refusal(const struct slack *slack, const json_t *view, const json_t *record, json_t **ret_messages);

/* Shows `view` (borrowed, checked before) on top of what is open; the record, borrowed. */
json_t *view_show(struct slack *slack, const char *user, const json_t *view);
/* Another content in the same place. */
void view_replace(struct slack *slack, json_t *record, const json_t *view);
void view_close(struct slack *slack, json_t *record);
void view_close_all(struct slack *slack, const char *user);

/* The Home tab of that person: its record, made when there is none. */
json_t *view_home(struct slack *slack, const char *user);
