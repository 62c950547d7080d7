/*
 * tests/flow/transcript.h - messages, dialogs and the Home tab as a person reads them, as text.
 *
 * Links, mentions and buttons stay visible; what differs from run to run (keys of buttons, moments of the reader's own
 * time) does not. What Slack would refuse is found by the fake Slack's own check.
 */
#pragma once

#include <jansson.h>

#include "bot/base/buf.h"

/* Appends an entry of the world's journal. */
void transcript_add(struct buf *b, const json_t *entry);
/* NULL, or what Slack would refuse about it. Valid until the next call. */
const char *transcript_complaint(const json_t *entry);
/* Is it a text that stands in a file? False: *ret_line is the first line that differs. With UPDATE in the environment the
 * file is written instead. */
bool transcript_is(const char *path, const char *text, int *ret_line);
