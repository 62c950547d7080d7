#pragma once

/*
 * tests/sim/slack/limits.h - how often one may call.
 *
 * Slack limits each method per minute, and new messages per second and
 * channel. Who is told to wait and calls again too early breaks the
 * protocol; so does who posts faster than the burst that Slack tolerates.
 */

#include "tests/sim/slack/slack.h"

/* Counts a call of `method`, of which `per_minute` are allowed; returns the seconds to wait, 0: go on. */
int limit_call(struct slack *slack, const char *method, int per_minute);

/* Counts a new message in a channel; the same. */
int limit_post(struct slack *slack, const char *channel);
