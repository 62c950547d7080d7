#pragma once

/*
 * tests/sim/slack/sockets.h - the WebSocket connections of Socket Mode: the
 * upgrade, hello, pings, disconnects, and the registrations that outlive
 * their socket.
 */

#include "tests/sim/slack/slack.h"

enum { SOCKETS_MAX = 10, ENVELOPE_ACK_MAX = 20480 };

/* Answers GET /link/?ticket=…: 101, or a refusal. */
void sockets_upgrade(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);

/* The socket that takes the next envelope, in turn; one that was told to go only if there is no other. NULL: none. */
struct socket *socket_next(struct slack *slack);
/* An open one; NULL: there is no such one (any more). */
struct socket *socket_by_id(const struct slack *slack, int id);
int socket_id(const struct socket *socket);

/* A registration without a socket; `swallow`: it takes its turn of the envelopes, which are lost. */
void ghost_add(struct slack *slack, bool swallow);
/* Whether a swallowing ghost's turn has come: then the envelope is lost. */
bool ghost_takes_next(struct slack *slack);

/* Those whose time is over are no longer counted. */
void ghosts_forget(struct slack *slack);

/* What hello calls num_connections. */
int sockets_registered(const struct slack *slack);

/*
 * POST /_sim/sockets {do, socket?: id (default: all), …}, GET lists them:
 *   warning refresh_requested link_disabled too_many_websockets {close_after_ms}: that disconnect frame
 *   close {code, reason} · reset · silent · ping · text {text} · binary · ghosts {count, swallow}
 */
void sockets_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);

/* Shutdown: a Close to each. */
void sockets_stop(struct slack *slack);
