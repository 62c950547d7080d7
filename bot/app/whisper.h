/*
 * app/whisper.h - words for one person alone, where the acknowledgement can't carry them.
 *
 * Slack takes a text as an acknowledgement of a slash command only. For every
 * other door, and for what is said later, this writes an outbox row: an
 * ephemeral message where the deed happened, else a direct message.
 */
#pragma once

#include <jansson.h>

#include "bot/base/err.h"
#include "bot/store/store.h"
#include "commands/door.h"

/* `payload` is what an acknowledgement would have been: {"text","blocks"}, or a dialog's {"errors":{...}}. NULL or
 * without words: nothing. */
enum errc whisper(struct tx *tx, const struct deed *deed, const json_t *payload) MUST_CHECK;
