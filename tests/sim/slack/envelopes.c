/*
 * tests/sim/slack/envelopes.c - sending, acknowledging and sending again.
 *
 * A command or a click is sent once. An event that was not acknowledged comes
 * again: at once, after a minute, after five more; each time in a new
 * envelope with the same event_id.
 */

#include "tests/sim/slack/envelopes.h"

#include "tests/sim/slack/alarms.h"
#include "tests/sim/slack/answers.h"
#include "tests/sim/slack/feed.h"
#include "tests/sim/slack/socket.h"
#include "tests/sim/slack/sockets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t retry_ms[] = {0, 60 * 1000, 300 * 1000};

enum { RETRIES = sizeof(retry_ms) / sizeof(retry_ms[0]) };

struct envelope {
	struct envelope *before;
	json_t *frame; /* as sent */
	json_t *about;
	json_t *ack;   /* its payload, or NULL */
	json_t *shown; /* what became of that */
	enum envelope_state state;
	int socket; /* 0: none */
	int sends;  /* of this very envelope */
	int acks;
	int attempt;
	int64_t sent_ms;
	int64_t acked_ms;
};

struct envelope *envelope_latest(const struct slack *slack)
{
	return slack->envelopes;
}

struct envelope *envelope_before(const struct envelope *envelope)
{
	return envelope->before;
}

static const char *id_of(const struct envelope *envelope)
{
	return sim_text(envelope->frame, "envelope_id");
}

struct envelope *envelope_by_id(const struct slack *slack, const char *id)
{
	struct envelope *envelope = slack->envelopes;

	while (envelope && strcmp(id_of(envelope), id) != 0)
		envelope = envelope->before;
	return envelope;
}

const json_t *envelope_payload(const struct envelope *envelope)
{
	return json_object_get(envelope->frame, "payload");
}

const char *envelope_type(const struct envelope *envelope)
{
	return sim_text(envelope->frame, "type");
}

static bool is_event(const struct envelope *envelope)
{
	return strcmp(envelope_type(envelope), "events_api") == 0;
}

static bool is_command(const struct envelope *envelope)
{
	return strcmp(envelope_type(envelope), "slash_commands") == 0;
}

/* --- when it was not acknowledged --- */

static struct envelope *send_new(struct slack *slack, json_t *frame, json_t *about, int attempt);
static json_t *new_frame(struct slack *slack, const char *type, json_t *payload, int attempt);

static void retry(struct slack *slack, json_t *arg)
{
	struct envelope *old = envelope_by_id(slack, json_string_value(arg));
	int attempt = old->attempt + 1;
	json_t *frame =
	    new_frame(slack, envelope_type(old), json_incref(json_object_get(old->frame, "payload")), attempt);

	send_new(slack, frame, json_incref(old->about), attempt);
}

static void fail(struct slack *slack, struct envelope *envelope, enum envelope_state state, const char *error)
{
	envelope->state = state;
	json_decref(envelope->shown);
	envelope->shown = json_string(error);
	if (is_event(envelope)) {
		if (envelope->attempt < RETRIES)
			alarm_set(slack, slack_scaled(slack, retry_ms[envelope->attempt]), retry,
			          json_string(id_of(envelope)));
	} else {
		json_t *entry = json_deep_copy(envelope->about);

		feed_add(slack, is_command(envelope) ? error : "click_failed", entry);
	}
	sim_changed(slack->sim);
}

static void overdue(struct slack *slack, json_t *arg)
{
	struct envelope *envelope = envelope_by_id(slack, json_string_value(arg));

	if (envelope->state != ENVELOPE_WAITING)
		return;
	sim_violation(slack->sim, "%s %s was not acknowledged within %lld ms", envelope_type(envelope), id_of(envelope),
	              (long long)slack_setting(slack, "ack_ms"));
	fail(slack, envelope, ENVELOPE_LATE, "operation_timeout");
}

void envelopes_socket_gone(struct slack *slack, int socket)
{
	for (struct envelope *envelope = slack->envelopes; envelope; envelope = envelope->before) {
		if (envelope->socket == socket && envelope->state == ENVELOPE_WAITING)
			fail(slack, envelope, ENVELOPE_LOST, "operation_timeout");
	}
}

/* --- sending --- */

static json_t *envelope_uuid(struct slack *slack)
{
	return sim_jsonf("%08llx-5f1c-4f94-bfb4-%012llx", (unsigned long long)slack->born_us & 0xffffffff,
	                 (unsigned long long)++slack->ids);
}

/* Takes `payload`. */
static json_t *new_frame(struct slack *slack, const char *type, json_t *payload, int attempt)
{
	const char *kind = sim_text(payload, "type");
	bool accepts = strcmp(type, "events_api") != 0 && strcmp(kind, "shortcut") != 0;
	json_t *frame = json_pack("{s:o, s:s, s:b, s:o}", "envelope_id", envelope_uuid(slack), "type", type,
	                          "accepts_response_payload", accepts, "payload", payload);

	if (strcmp(type, "events_api") == 0) {
		json_object_set_new(frame, "retry_attempt", json_integer(attempt));
		json_object_set_new(frame, "retry_reason", json_string(attempt > 0 ? "timeout" : ""));
	}
	return frame;
}

static void write_frame(struct slack *slack, struct envelope *envelope)
{
	struct socket *socket = ghost_takes_next(slack) ? NULL : socket_next(slack);
	char *text;

	envelope->sent_ms = sim_now_ms();
	if (!socket) {
		fail(slack, envelope, ENVELOPE_LOST, "dispatch_failed");
		return;
	}
	text = json_dumps(envelope->frame, JSON_COMPACT);
	envelope->socket = socket_id(socket);
	envelope->state = ENVELOPE_WAITING;
	for (int copies = slack_switch(slack, "duplicate") ? 2 : 1; copies > 0; copies--) {
		socket_send(socket, text, strlen(text));
		envelope->sends++;
	}
	free(text);
	alarm_set(slack, slack_setting(slack, "ack_ms"), overdue, json_string(id_of(envelope)));
}

static struct envelope *send_new(struct slack *slack, json_t *frame, json_t *about, int attempt)
{
	struct envelope *envelope = sim_calloc(1, sizeof(*envelope));

	envelope->frame = frame;
	envelope->about = about;
	envelope->attempt = attempt;
	envelope->shown = json_string("");
	envelope->before = slack->envelopes;
	slack->envelopes = envelope;
	write_frame(slack, envelope);
	return envelope;
}

struct envelope *envelope_send(struct slack *slack, const char *type, json_t *payload, json_t *about)
{
	return send_new(slack, new_frame(slack, type, payload, 0), about, 0);
}

struct envelope *envelope_resend(struct slack *slack, struct envelope *envelope, bool same_id)
{
	json_t *frame;

	if (same_id) {
		write_frame(slack, envelope);
		return envelope;
	}
	frame = new_frame(slack, envelope_type(envelope), json_incref(json_object_get(envelope->frame, "payload")),
	                  envelope->attempt + 1);
	return send_new(slack, frame, json_incref(envelope->about), envelope->attempt + 1);
}

enum envelope_state envelope_wait(struct slack *slack, struct envelope *envelope)
{
	while (envelope->state == ENVELOPE_WAITING && !sim_stopping(slack->sim))
		sim_wait(slack->sim, sim_now_ms() + 1000);
	return envelope->state;
}

json_t *envelope_result(const struct envelope *envelope)
{
	static const char *const states[] = {"waiting", "acked", "late", "lost"};

	return json_pack("{s:b, s:I, s:O?, s:s, s:s, s:O}", "acked", envelope->state == ENVELOPE_ACKED, "ms",
	                 (json_int_t)(envelope->acked_ms ? envelope->acked_ms - envelope->sent_ms : -1), "payload",
	                 envelope->ack, "state", states[envelope->state], "envelope_id", id_of(envelope), "shown",
	                 envelope->shown);
}

/* --- acknowledging --- */

/* Takes `payload`, which may be NULL. */
static void accept_ack(struct slack *slack, struct envelope *envelope, json_t *payload)
{
	bool accepts = json_is_true(json_object_get(envelope->frame, "accepts_response_payload"));

	envelope->acked_ms = sim_now_ms();
	envelope->state = ENVELOPE_ACKED;
	envelope->ack = payload;
	if (json_object_size(payload) == 0 && !json_is_string(payload))
		payload = NULL;
	if (payload && !accepts) {
		sim_violation(slack->sim, "%s: a payload in the acknowledgement of what takes none", id_of(envelope));
		return;
	}
	json_decref(envelope->shown);
	envelope->shown = answer_apply(slack, envelope_payload(envelope), envelope->about, payload);
}

static void on_ack(struct slack *slack, int socket, const json_t *ack)
{
	const char *id = sim_text(ack, "envelope_id");
	struct envelope *envelope = envelope_by_id(slack, id);

	if (!envelope) {
		sim_violation(slack->sim, "an acknowledgement of an envelope that was never sent: \"%s\"", id);
		return;
	}
	envelope->acks++;
	if (envelope->socket != socket)
		sim_violation(slack->sim, "%s came on socket %d and was acknowledged on socket %d", id,
		              envelope->socket, socket);
	if (envelope->acks > envelope->sends)
		sim_violation(slack->sim, "%s was acknowledged more often than it was sent", id);
	else if (envelope->state == ENVELOPE_ACKED)
		sim_note(slack->sim, "ack", "%s was acknowledged again", id);
	else if (envelope->state != ENVELOPE_WAITING)
		sim_note(slack->sim, "ack", "%s was acknowledged too late", id);
	else
		accept_ack(slack, envelope, json_incref(json_object_get(ack, "payload")));
}

void envelope_acknowledged(struct slack *slack, int socket, const char *text, size_t len)
{
	json_error_t why;
	json_t *ack = json_loadb(text, len, JSON_REJECT_DUPLICATES, &why);

	if (json_is_object(ack))
		on_ack(slack, socket, ack);
	else
		sim_violation(slack->sim, "socket %d: a message that is no JSON object: %s", socket, why.text);
	json_decref(ack);
	sim_changed(slack->sim);
}

/* --- the rest --- */

void envelopes_free(struct slack *slack)
{
	while (slack->envelopes) {
		struct envelope *envelope = slack->envelopes;

		slack->envelopes = envelope->before;
		json_decref(envelope->frame);
		json_decref(envelope->about);
		json_decref(envelope->ack);
		json_decref(envelope->shown);
		free(envelope);
	}
}

void envelopes_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *list = json_array();

	(void)req;
	for (const struct envelope *envelope = slack->envelopes; envelope; envelope = envelope->before) {
		json_t *line = envelope_result(envelope);

		json_object_set(line, "frame", envelope->frame);
		json_object_set_new(line, "socket", json_integer(envelope->socket));
		json_object_set_new(line, "acks", json_integer(envelope->acks));
		json_array_append_new(list, line);
	}
	sim_answer_new(ans, 200, list);
}
