#pragma once

/*
 * tests/sim/slack/triggers.h - what an interaction gives the app to answer
 * with: a trigger_id (3 s, once) and a response_url (30 min, five times).
 */

#include "tests/sim/slack/slack.h"

/* A trigger_id for that person; `view` is the view it came out of, or "". A new JSON string. */
json_t *trigger_new(struct slack *slack, const char *user, const char *view);

/* The trigger, borrowed, if it is still good; NULL: Slack's error is in *ret_error. It is not used up by this. */
json_t *trigger_find(struct slack *slack, const char *id, const char **ret_error);
void trigger_use(json_t *trigger);

/*
 * A response_url; `kind` is commands or actions, `about` names where an
 * answer goes: user, channel, and for actions ts, thread_ts, is_ephemeral of
 * the message that bore the button (taken). A new JSON string.
 */
json_t *response_url_new(struct slack *slack, const char *kind, json_t *about);

/* Answers what the app POSTs to one (path /respond/…). */
void response_url_handle(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
