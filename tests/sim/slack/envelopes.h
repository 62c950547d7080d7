#pragma once

/*
 * tests/sim/slack/envelopes.h - what is sent to the app over its sockets, and
 * whether it was acknowledged in time, on the right socket, by the rules.
 */

#include "tests/sim/slack/slack.h"

enum envelope_state {
	ENVELOPE_WAITING, /* sent, not acknowledged yet */
	ENVELOPE_ACKED,   /* in time */
	ENVELOPE_LATE,    /* the time is over */
	ENVELOPE_LOST,    /* no socket took it, or its socket died */
};

/*
 * Sends `payload` (taken) to one socket. `type` is slash_commands,
 * interactive or events_api; `about` (taken) is what an answer needs to know:
 * {user, channel, view_id}. The envelope lives as long as the fake.
 */
struct envelope *envelope_send(struct slack *slack, const char *type, json_t *payload, json_t *about);

/* The same envelope once more (same_id), or what it carried in a new one. */
struct envelope *envelope_resend(struct slack *slack, struct envelope *envelope, bool same_id);

/* Waits until it is no longer waited for; the lock is released meanwhile. */
enum envelope_state envelope_wait(struct slack *slack, struct envelope *envelope);

/* {acked, ms, payload, state, envelope_id, shown}; a new reference. `shown` is what became of the answer: the errors of
 * a dialog, "" or Slack's own error. */
json_t *envelope_result(const struct envelope *envelope);

/* The latest; the one before a given one; the one with that id, NULL: none. */
struct envelope *envelope_latest(const struct slack *slack);
struct envelope *envelope_before(const struct envelope *envelope);
struct envelope *envelope_by_id(const struct slack *slack, const char *id);
const json_t *envelope_payload(const struct envelope *envelope);
const char *envelope_type(const struct envelope *envelope);

/* A text message has come in on that socket. */
void envelope_acknowledged(struct slack *slack, int socket, const char *text, size_t len);
/* That socket is over: what it has not acknowledged is lost. */
void envelopes_socket_gone(struct slack *slack, int socket);

void envelopes_free(struct slack *slack);

/* GET /_sim/envelopes: all of them with their state, the latest first. */
void envelopes_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans);
