#pragma once

/*
 * tests/sim/slack/blocks_check.h - what Block Kit allows, in Slack's numbers.
 */

#include "tests/sim/slack/slack.h"

enum surface { SURFACE_MESSAGE, SURFACE_MODAL, SURFACE_HOME };

/* What is wrong with them, as Slack words it: an array of "[ERROR] … [json-pointer:/blocks/0/text]"; a new reference,
 * empty: nothing. */
json_t *blocks_check(const json_t *blocks, enum surface surface);

/* The same for a whole view: its type, title, buttons, metadata and blocks. */
json_t *view_check(const json_t *view);

/* Characters (not bytes) of a UTF-8 text. */
size_t slack_chars(const char *text);
