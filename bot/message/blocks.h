/*
 * message/blocks.h - the small parts that messages and dialogs share. Private to this folder.
 *
 * Text objects are never empty (Slack refuses that): an empty text becomes "-".
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

/* A text object may have 3000 characters; for the fifth below see message.c. */
enum { BLOCKS_TEXT_UNITS = 2400 };

/* s, not NULL, as a JSON string of at most max_units UTF-16 units, ending with "…" when cut. */
json_t *blocks_cut_plain(const char *s, size_t max_units);
/* {"type":"plain_text"} */
json_t *blocks_plain(const char *s, size_t max_units);
/* {"type":"mrkdwn","verbatim":true}: Slack then makes no links or mentions of its own out of plain words. */
json_t *blocks_mrkdwn(const char *s, size_t max_units);
/* An array of section blocks: one, or as many as a long text needs, split at line ends. Empty for no text. */
json_t *blocks_sections(const char *mrkdwn);
