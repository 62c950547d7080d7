/*
 * simulation/fakes/slack.h - the two halves of the fake Slack without a server.
 */
#pragma once

#include "tests/sim/slack/socket.h"
#include "tests/sim/slack/sockets.h"
#include "tests/simulation/fakes/host.h"

const struct fake_slack_host *slack_host(void);

/* slack_sockets.c: see the functions of fake.h. */
int slack_connect(struct slack *slack, const char *target);
void slack_frame(struct slack *slack, int socket, enum fake_frame frame, int code, const char *text, size_t len);
void slack_gone(struct slack *slack, int socket);
void slack_sockets_end(struct slack *slack);
