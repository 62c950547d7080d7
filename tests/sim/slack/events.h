#pragma once

/*
 * tests/sim/slack/events.h - what happened in the workspace, told to the app
 * if it has subscribed to it (app.events in the state).
 */

#include "tests/sim/slack/slack.h"

/* Sends an inner event (taken) if `name` is subscribed to ("message.channels", "subteam_members_changed"). */
void events_send(struct slack *slack, const char *name, json_t *event);

/* A new message: as message, and as app_mention if it names the bot. Only where the bot is. */
void events_message(struct slack *slack, const json_t *channel, const json_t *message);
void events_message_changed(struct slack *slack, const json_t *channel, const json_t *message, const json_t *previous);
void events_message_deleted(struct slack *slack, const json_t *channel, const json_t *message);
