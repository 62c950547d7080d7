#pragma once

/*
 * tests/sim/slack/answers.h - what becomes of the payload of an
 * acknowledgement: the line under a command, the errors of a dialog, the next
 * view.
 */

#include "tests/sim/slack/slack.h"

/*
 * `payload` is what was sent, `about` whom it is about, `answer` what came
 * back (NULL: nothing). Returns what the person sees: {"errors": {…}}, or a
 * string: "" (all is well) or Slack's own error. A new reference.
 */
json_t *answer_apply(struct slack *slack, const json_t *payload, const json_t *about, const json_t *answer);
