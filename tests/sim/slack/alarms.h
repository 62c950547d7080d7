#pragma once

/*
 * tests/sim/slack/alarms.h - things that happen later: an acknowledgement
 * that is overdue, a redelivery, a socket that is recycled.
 */

#include "tests/sim/slack/slack.h"

/* Runs with the lock held, on the alarms' own thread. `arg` is freed after it. */
typedef void alarm_fn(struct slack *slack, json_t *arg);

struct alarms *alarms_new(struct slack *slack);
/* Stops the thread; what has not come due never does. */
void alarms_free(struct alarms *alarms);

/* Calls `fn(slack, arg)` in `in_ms` milliseconds; takes `arg`. */
void alarm_set(struct slack *slack, int64_t in_ms, alarm_fn *fn, json_t *arg);
