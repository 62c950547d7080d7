#pragma once

/*
 * tests/sim/slack/look.h - looking at the workspace, and waiting until there
 * is something to see.
 */

#include "tests/sim/slack/slack.h"

/* GET /_sim/channel, dm, ephemerals, views, wait. False: none of these. */
bool look_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
