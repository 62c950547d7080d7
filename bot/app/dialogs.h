/*
 * app/dialogs.h - a dialog for one person: opened in time, filled when it is known what it says.
 *
 * The trigger of a deed opens a dialog within three seconds and once
 * (docs.slack.dev, "Modals"). What the dialog says is known only when the deed
 * is written down, and that may take longer; so a waiting view is opened first
 * and replaced by its id and hash. A view that the person has closed meanwhile
 * is left closed.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "bot/loop/loop.h"
#include "bot/slack/slack.h"

struct dialogs;
struct dialog_show; /* one of them, until it is filled or left */

/* What was to be asked could not be shown: the person has to be told another way. `body` is the deed, borrowed. */
typedef void dialogs_lost_fn(void *arg, json_t *body);

struct dialogs *dialogs_new(struct loop *loop, struct slack *slack, dialogs_lost_fn *lost, void *arg);
/* After slack_free, whose last answers come here. NULL is fine. */
void dialogs_free(struct dialogs *dialogs);
/*
 * Opens `waiting` (taken) after `after_ms`, unless it is known before that what to show. `body` is kept for `lost`. To
 * be ended by one of the three below, once.
 */
struct dialog_show *dialogs_open(struct dialogs *dialogs, const char *trigger, json_t *waiting, int64_t after_ms,
                                 json_t *body);
/* What it asks; view is taken. */
void dialog_ask(struct dialog_show *show, json_t *view);
/* Words, which the person is told another way too: shown where the view stands open. Taken. */
void dialog_tell(struct dialog_show *show, json_t *view);
/* There is nothing to show. A view that stands open stays as it is. NULL is fine. */
void dialog_leave(struct dialog_show *show);
