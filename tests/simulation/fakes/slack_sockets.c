/*
 * simulation/fakes/slack_sockets.c - what tests/sim/slack/socket.c and alarms.c do with threads and bytes, done with
 * events and texts.
 *
 * A frame leaves by the host, which carries it to the program's end of the
 * wire. A socket whose client went away without a Close is counted for as long
 * as the host says.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/slack/alarms.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/simulation/fakes/slack.h"
#include "tests/simulation/world.h"

enum { CLOSE_WAIT_MS = 3000 };

/* --- alarms ------------------------------------------------------------------------------------------------- */

struct alarm {
	struct slack *slack;
	struct alarm *next;
	struct event *event;
	alarm_fn *fn;
	json_t *arg;
};

struct alarms {
	struct alarm *all;
};

struct alarms *alarms_new(struct slack *slack)
{
	(void)slack;
	return sim_calloc(1, sizeof(struct alarms));
}

static void alarm_free(struct alarm *alarm)
{
	json_decref(alarm->arg);
	free(alarm);
}

void alarms_free(struct alarms *alarms)
{
	while (alarms->all != NULL) {
		struct alarm *alarm = alarms->all;

		alarms->all = alarm->next;
		world_cancel(alarm->event);
		alarm_free(alarm);
	}
	free(alarms);
}

static void on_alarm(void *arg)
{
	struct alarm *alarm = arg, **at = &alarm->slack->alarms->all;

	while (*at != alarm)
		at = &(*at)->next;
	*at = alarm->next;
	alarm->fn(alarm->slack, alarm->arg);
	alarm_free(alarm);
}

void alarm_set(struct slack *slack, int64_t in_ms, alarm_fn *fn, json_t *arg)
{
	struct alarm *alarm = sim_calloc(1, sizeof *alarm);

	*alarm = (struct alarm){.slack = slack, .next = slack->alarms->all, .fn = fn, .arg = arg};
	slack->alarms->all = alarm;
	alarm->event = world_in(in_ms, EVENT_WORLD, on_alarm, alarm);
}

/* --- sending ------------------------------------------------------------------------------------------------ */

void socket_send(struct socket *socket, const char *text, size_t len)
{
	if (!socket->silent && !socket->closing && !socket->gone)
		slack_host()->frame(socket->id, FAKE_TEXT, 0, text, len);
}

void socket_frame(struct socket *socket, enum ws_op op, bool fin, const char *data, size_t len)
{
	(void)fin;
	if (socket->closing || socket->gone)
		return;
	if (op == WS_PONG || op == WS_PING)
		slack_host()->frame(socket->id, op == WS_PONG ? FAKE_PONG : FAKE_PING, 0, data, len);
}

static void end(struct socket *socket);

static void close_is_late(struct slack *slack, json_t *arg)
{
	struct socket *socket = socket_by_id(slack, (int)json_integer_value(arg));

	if (socket != NULL)
		end(socket);
}

void socket_close(struct socket *socket, int code, const char *reason)
{
	if (socket->closing)
		return;
	slack_host()->frame(socket->id, FAKE_CLOSE, code, reason, strlen(reason));
	socket->closing = true;
	alarm_set(socket->slack, CLOSE_WAIT_MS, close_is_late, json_integer(socket->id));
}

void socket_reset(struct socket *socket)
{
	socket->reset = true;
	slack_host()->over(socket->id);
	end(socket);
}

static void send_json(struct socket *socket, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	socket_send(socket, text, strlen(text));
	free(text);
	json_decref(json);
}

static void say_hello(struct socket *socket)
{
	const struct slack *slack = socket->slack;

	if (!slack_switch(slack, "hello"))
		return;
	send_json(socket, json_pack("{s:s, s:i, s:{s:s}, s:{s:s, s:I}}", "type", "hello", "num_connections",
	                            sockets_registered(slack), "connection_info", "app_id", slack_app_id(slack),
	                            "debug_info", "host", "applink-sim01", "approximate_connection_time",
	                            slack_setting(slack, "approximate_connection_time")));
	socket->hello = true;
}

static void close_later(struct slack *slack, json_t *arg)
{
	struct socket *socket = socket_by_id(slack, (int)json_integer_value(arg));

	if (socket != NULL)
		socket_close(socket, 1000, "");
}

void socket_disconnect(struct socket *socket, const char *reason, int64_t close_after_ms)
{
	send_json(socket, json_pack("{s:s, s:s}", "type", "disconnect", "reason", reason));
	socket->leaving = true;
	alarm_set(socket->slack, close_after_ms, close_later, json_integer(socket->id));
}

/* --- the life of a socket ----------------------------------------------------------------------------------- */

void socket_serve(void *ctx, int fd, const char *extra, size_t extra_len)
{
	(void)ctx;
	(void)fd;
	(void)extra;
	(void)extra_len;
	world_fail("the fake Slack serves a descriptor");
}

static struct socket *begin(struct slack *slack)
{
	struct socket *socket = sim_calloc(1, sizeof *socket);

	socket->slack = slack;
	socket->id = ++slack->socket_ids;
	socket->opened_ms = socket->heard_ms = sim_now_ms();
	ghosts_forget(slack);
	socket->next = slack->sockets;
	slack->sockets = socket;
	return socket;
}

static void greet(struct slack *slack, json_t *arg)
{
	struct socket *socket = socket_by_id(slack, (int)json_integer_value(arg));

	if (socket == NULL || socket->closing)
		return;
	if (sockets_registered(slack) > SOCKETS_MAX)
		socket_disconnect(socket, "too_many_websockets", 100);
	else if (slack_switch(slack, "link_disabled"))
		socket_disconnect(socket, "link_disabled", 100);
	else
		say_hello(socket);
}

static void end(struct socket *socket)
{
	struct slack *slack = socket->slack;
	struct socket **at = &slack->sockets;
	int64_t ghost_ms = socket->closed || socket->closing ? 0 : slack_host()->ghost_ms();

	while (*at != socket)
		at = &(*at)->next;
	*at = socket->next;
	if (ghost_ms > 0) {
		json_array_append_new(slack->ghosts,
		                      json_pack("{s:I, s:b, s:i}", "until_ms", (json_int_t)(sim_now_ms() + ghost_ms),
		                                "swallow", slack_host()->ghost_swallows(), "turns", 0));
		sim_note(slack->sim, "slack", "socket %d is gone, and counted for %lld s more", socket->id,
		         (long long)ghost_ms / 1000);
	}
	envelopes_socket_gone(slack, socket->id);
	free(socket);
}

int slack_connect(struct slack *slack, const char *target)
{
	struct sim_answer ans = {.status = 200};
	struct sim_request req = {.method = "GET", .target = target, .path = "/link/", .body = "", .kind = "link"};
	struct socket *socket;
	int status;

	req.query = sim_form(strchr(target, '?') + 1, strlen(strchr(target, '?') + 1));
	req.headers = json_pack("{s:s, s:s, s:s, s:s}", "upgrade", "websocket", "connection", "Upgrade",
	                        "sec-websocket-version", "13", "sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
	sockets_upgrade(slack, &req, &ans);
	status = ans.serve != NULL ? 101 : ans.status;
	answer_done(&ans);
	json_decref(req.query);
	json_decref(req.headers);
	if (status != 101)
		return -status;
	socket = begin(slack);
	alarm_set(slack, 1, greet, json_integer(socket->id));
	return socket->id;
}

void slack_gone(struct slack *slack, int id)
{
	struct socket *socket = socket_by_id(slack, id);

	if (socket != NULL)
		end(socket);
}

void slack_frame(struct slack *slack, int id, enum fake_frame frame, int code, const char *text, size_t len)
{
	struct socket *socket = socket_by_id(slack, id);

	if (socket == NULL || socket->silent)
		return;
	socket->heard_ms = sim_now_ms();
	if (frame == FAKE_TEXT && len >= ENVELOPE_ACK_MAX) {
		sim_violation(slack->sim, "socket %d: a message of %zu bytes", id, len);
	} else if (frame == FAKE_TEXT) {
		envelope_acknowledged(slack, id, text, len);
	} else if (frame == FAKE_PING) {
		socket->pings++;
		socket_frame(socket, WS_PONG, true, text, len);
	} else if (frame == FAKE_CLOSE) {
		socket_close(socket, code, "");
		socket->closed = true;
		slack_host()->over(id);
		end(socket);
	}
}

void slack_sockets_end(struct slack *slack)
{
	while (slack->sockets != NULL) {
		struct socket *socket = slack->sockets;

		slack->sockets = socket->next;
		free(socket);
	}
}
