#pragma once

/*
 * tests/sim/slack/feed.h - everything that was done or became visible, in
 * order: what the demo narrates, and what tests wait for.
 */

#include "tests/sim/slack/slack.h"

/*
 * Appends `entry` (taken), naming people and places in it: `user` and
 * `channel` get `user_name` and `channel_name`. `what` is one of
 *   slash click submit close say shortcut home   what a person did
 *   post update delete ephemeral view closed     what became visible
 *   ack dispatch_failed operation_timeout        how Slack answered the person
 *   group channel user                           what an administrator did
 * Returns the entry's number.
 */
json_int_t feed_add(struct slack *slack, const char *what, json_t *entry);

/* The same for a message or ephemeral: place, author, text, thread, buttons. */
json_int_t feed_message(struct slack *slack, const char *what, const char *channel, const json_t *message);

/* GET /_sim/feed?after=N[&wait_ms=M] */
void feed_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
