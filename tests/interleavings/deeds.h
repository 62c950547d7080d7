/*
 * interleavings/deeds.h - what people do in Slack, whether they may or not.
 */
#pragma once

#include "tests/interleavings/play.h"

/* Somebody does something, by any door. */
void deeds_any(struct play *play);
/* A slash command in the channel. */
void deeds_type(struct play *play, int who, enum intent intent, const char *text);
/* Presses the newest button with this action, of those that stand; false: there is none. */
bool deeds_press(struct play *play, int who, enum intent intent, const char *action);
/* Submits the newest dialog with this callback that was opened for this person; false: there is none. */
bool deeds_submit(struct play *play, int who, enum intent intent, const char *callback, const char *block,
                  const char *value);
/* One of those who are waited for does what is asked of them; false: nobody is asked anything. */
bool deeds_helpful(struct play *play);
