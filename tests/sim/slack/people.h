#pragma once

/*
 * tests/sim/slack/people.h - acting as a person: typing, clicking, filling
 * in. README.md lists the orders and their members.
 */

#include "tests/sim/slack/slack.h"

/* POST /_sim/slash, click, submit, close_view, say. False: not one of these. */
bool people_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
