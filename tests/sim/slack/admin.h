#pragma once

/*
 * tests/sim/slack/admin.h - what an administrator of the workspace, or Slack
 * itself, does: groups, channels, people, and envelopes out of the ordinary.
 */

#include "tests/sim/slack/slack.h"

/* POST /_sim/group, archive, set_channel, kick, invite, delete_message, user, raw, redeliver, event, settings. False:
 * none of these.
 */
bool admin_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
