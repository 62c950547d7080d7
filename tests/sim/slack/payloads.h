#pragma once

/*
 * tests/sim/slack/payloads.h - the payloads of commands and interactions, as
 * Slack builds them. All are new references.
 */

#include "tests/sim/slack/slack.h"

json_t *payload_slash(struct slack *slack, const json_t *user, const json_t *channel, const char *command,
                      const json_t *text);

/* A click on `button` (as blocks_buttons gives it) of a message or an ephemeral in `channel`. */
json_t *payload_click(struct slack *slack, const json_t *user, const json_t *channel, const json_t *message,
                      const json_t *button, const json_t *values);

/* A click on a button of a view. */
json_t *payload_view_click(struct slack *slack, const json_t *user, const json_t *view, const json_t *button);

/* A shortcut of the app, chosen from the menu of Slack, or from that of a message. */
json_t *payload_shortcut(struct slack *slack, const json_t *user, const char *callback);
json_t *payload_message_action(struct slack *slack, const json_t *user, const json_t *channel, const json_t *message,
                               const char *callback);

/* `values` are those of view.state. */
json_t *payload_submission(struct slack *slack, const json_t *user, const json_t *view, const json_t *values);
json_t *payload_closed(struct slack *slack, const json_t *user, const json_t *view, bool cleared);
