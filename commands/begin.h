/*
 * commands/begin.h - what the typed words and the dialog of `repair` share.
 */
#pragma once

#include <jansson.h>

#include "commands/command.h"
#include "commands/words.h"

/*
 * Begins a repair for each person named, or says what stands against it. Where one is known to have an open repair
 * already, the new one is refused at once and the answer leads to the other.
 */
enum errc begin_start(struct asked *asked, const struct repair_words *words) MUST_CHECK;
/* Opens the dialog; what was typed already (ticket, reason) stands in it. (begin_dialog.c) */
enum errc begin_open_dialog(struct asked *asked, const struct repair_words *typed) MUST_CHECK;
/* The bot has to be in the channel, for everything else is posted there. NULL, or why not; the caller owns it. */
json_t *begin_channel_refusal(const struct asked *asked);
