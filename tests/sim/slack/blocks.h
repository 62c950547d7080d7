#pragma once

/*
 * tests/sim/slack/blocks.h - reading Block Kit: what is written in blocks and
 * what can be pressed. Whether they are allowed is blocks_check.h's question.
 */

#include "tests/sim/slack/slack.h"

/* Every text in them, a line each; a new JSON string. */
json_t *blocks_text(const json_t *blocks);

/* The buttons from top to bottom: [{label, action_id, block_id, value, style, url, element}]; a new reference. */
json_t *blocks_buttons(const json_t *blocks);
/* Their labels alone. */
json_t *blocks_labels(const json_t *blocks);
/* The one with that label (or action_id), as in blocks_buttons; a new reference, NULL: there is none. */
json_t *blocks_button(const json_t *blocks, const char *label);

/* Slack's own block_ids and action_ids where the app has given none. */
void blocks_give_ids(struct slack *slack, json_t *blocks);
