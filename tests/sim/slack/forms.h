#pragma once

/*
 * tests/sim/slack/forms.h - filling in a dialog as a client lets people do.
 */

#include "tests/sim/slack/slack.h"

/*
 * view.state.values for `given` (label, block_id or action_id -> text, name
 * or list), the rest being what the view starts with. A new reference; NULL:
 * the client would not let it be sent, and *ret_why is a new string with the
 * reason.
 */
json_t *form_fill(const struct slack *slack, const json_t *view, const json_t *given, json_t **ret_why);
