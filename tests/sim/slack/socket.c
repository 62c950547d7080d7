/*
 * tests/sim/slack/socket.c - one WebSocket connection.
 *
 * A thread reads; everybody writes with the lock held. A socket whose client
 * went away without a Close leaves a ghost: Slack goes on counting it, for
 * hours, and tells so in the next hello.
 */

#include "tests/sim/slack/socket.h"

#include "tests/sim/slack/alarms.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/sockets.h"
#include "tests/sim/slack/ws_frame.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { READ_MAX = 1024 * 1024, SEND_WAIT_MS = 5000, CLOSE_WAIT_MS = 3000 };

/* --- writing --- */

static void send_bytes(struct socket *socket, const void *data, size_t len, int flags)
{
	const char *bytes = data;

	while (len > 0 && !socket->gone) {
		ssize_t n = send(socket->fd, bytes, len, MSG_NOSIGNAL | flags);
		struct pollfd writable = {.fd = socket->fd, .events = POLLOUT};

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno != EINTR && (errno != EAGAIN || poll(&writable, 1, SEND_WAIT_MS) <= 0)) {
			socket->gone = true;
		}
	}
}

void socket_frame(struct socket *socket, enum ws_op op, bool fin, const char *data, size_t len)
{
	unsigned char head[WS_HEAD_MAX];

	if (socket->closing && op != WS_CLOSE)
		return;
	/* in one segment, or the second waits for the first to be confirmed */
	send_bytes(socket, head, ws_head(head, op, fin, len), len ? MSG_MORE : 0);
	send_bytes(socket, data, len, 0);
}

void socket_send(struct socket *socket, const char *text, size_t len)
{
	size_t piece = (size_t)slack_setting(socket->slack, "fragment");
	enum ws_op op = WS_TEXT;

	if (socket->silent)
		return;
	if (piece == 0)
		piece = len;
	while (len > piece) {
		socket_frame(socket, op, false, text, piece);
		if (slack_switch(socket->slack, "interleave"))
			socket_frame(socket, WS_PING, true, "between", 7);
		text += piece;
		len -= piece;
		op = WS_CONTINUATION;
	}
	socket_frame(socket, op, true, text, len);
}

static void send_json(struct socket *socket, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	socket_send(socket, text, strlen(text));
	free(text);
	json_decref(json);
}

void socket_close(struct socket *socket, int code, const char *reason)
{
	char data[WS_CONTROL_MAX];
	size_t len = 0;

	if (socket->closing)
		return;
	if (code > 0 && code != 1005) {
		data[0] = (char)(unsigned char)(code >> 8);
		data[1] = (char)(unsigned char)code;
		len = 2 + strlen(reason);
		memcpy(data + 2, reason, strlen(reason));
	}
	socket_frame(socket, WS_CLOSE, true, data, len);
	socket->closing = true;
}

/* --- hello and disconnect --- */

static json_t *debug_info(const struct slack *slack)
{
	return json_pack("{s:s, s:s, s:i, s:I}", "host", "applink-7fc4fdbb64-sim01", "started",
	                 "2026-09-01 10:11:12.120", "build_number", 54, "approximate_connection_time",
	                 slack_setting(slack, "approximate_connection_time"));
}

static void say_hello(struct socket *socket)
{
	const struct slack *slack = socket->slack;
	const char *other = sim_text(slack->settings, "hello_app_id");

	if (!slack_switch(slack, "hello"))
		return;
	send_json(socket, json_pack("{s:s, s:i, s:{s:s}, s:o}", "type", "hello", "num_connections",
	                            sockets_registered(slack), "connection_info", "app_id",
	                            *other ? other : slack_app_id(slack), "debug_info", debug_info(slack)));
	socket->hello = true;
}

static void close_later(struct slack *slack, json_t *arg)
{
	struct socket *socket = socket_by_id(slack, (int)json_integer_value(arg));

	if (socket)
		socket_close(socket, 1000, "");
}

void socket_disconnect(struct socket *socket, const char *reason, int64_t close_after_ms)
{
	send_json(socket, json_pack("{s:s, s:s, s:{s:s}}", "type", "disconnect", "reason", reason, "debug_info", "host",
	                            "applink-7fc4fdbb64-sim01"));
	socket->leaving = true;
	alarm_set(socket->slack, close_after_ms, close_later, json_integer(socket->id));
}

/* --- reading --- */

static void on_text(struct socket *socket, const struct ws_frame *frame)
{
	struct sim *sim = socket->slack->sim;

	if (socket->inside || !frame->fin) {
		sim_violation(sim, "socket %d: a fragmented message, which Slack ignores", socket->id);
	} else if (frame->len >= ENVELOPE_ACK_MAX) {
		sim_violation(sim, "socket %d: a message of %zu bytes", socket->id, frame->len);
		socket_close(socket, 1009, "Max frame length of 20480 has been exceeded.");
	} else {
		envelope_acknowledged(socket->slack, socket->id, frame->data, frame->len);
	}
	socket->inside = !frame->fin;
}

static void on_close(struct socket *socket, const struct ws_frame *frame)
{
	int code = frame->len >= 2 ? (unsigned char)frame->data[0] * 256 + (unsigned char)frame->data[1] : 1005;

	sim_note(socket->slack->sim, "socket", "%d: the client sent Close %d", socket->id, code);
	if (frame->len == 1 || code < 1000 || code == 1006)
		sim_violation(socket->slack->sim, "socket %d: a Close with code %d", socket->id, code);
	socket_close(socket, code, "");
	socket->closed = true;
}

static void on_frame(struct socket *socket, const struct ws_frame *frame)
{
	if (socket->silent)
		return;
	switch (frame->op) {
	case WS_TEXT:
	case WS_CONTINUATION: on_text(socket, frame); break;
	case WS_BINARY: sim_violation(socket->slack->sim, "socket %d: a binary message", socket->id); break;
	case WS_PING:
		socket->pings++;
		socket_frame(socket, WS_PONG, true, frame->data, frame->len);
		break;
	case WS_PONG: socket->unanswered = 0; break;
	case WS_CLOSE: on_close(socket, frame); break;
	}
}

/* Every whole frame of what has been read. */
static void take_frames(struct socket *socket)
{
	struct ws_frame frame;
	const char *why = NULL;
	size_t done = 0;

	while (!socket->closed && !socket->gone) {
		ssize_t n = ws_read(socket->buf + done, socket->len - done, &frame, &why);

		if (n < 0) {
			sim_violation(socket->slack->sim, "socket %d: %s", socket->id, why);
			socket_close(socket, 1002, why);
			socket->gone = true;
		}
		if (n <= 0)
			break;
		on_frame(socket, &frame);
		done += (size_t)n;
	}
	memmove(socket->buf, socket->buf + done, socket->len - done);
	socket->len -= done;
}

static void on_quiet(struct socket *socket)
{
	if (socket->silent || socket->closing || slack_setting(socket->slack, "ping_ms") == 0)
		return;
	socket->unanswered++;
	socket_frame(socket, WS_PING, true, "Ping from applink-sim01", 23);
}

/* Milliseconds until something has to be done although nothing comes in. */
static int patience(const struct socket *socket)
{
	json_int_t ping_ms = slack_setting(socket->slack, "ping_ms");

	if (socket->closing)
		return CLOSE_WAIT_MS;
	return ping_ms > 0 ? (int)ping_ms : -1;
}

/* Reads until the socket is over; the lock is not held while it waits. */
static void read_on(struct socket *socket)
{
	struct sim *sim = socket->slack->sim;

	while (!socket->closed && !socket->gone) {
		struct pollfd readable = {.fd = socket->fd, .events = POLLIN};
		int wait = patience(socket);
		int ready;
		ssize_t n = 0;

		sim_unlock(sim);
		ready = poll(&readable, 1, wait);
		if (ready > 0)
			n = recv(socket->fd, socket->buf + socket->len, READ_MAX - socket->len, MSG_DONTWAIT);
		sim_lock(sim);
		if (ready == 0 && socket->closing)
			break;
		if (ready == 0)
			on_quiet(socket);
		if (ready > 0 && (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)))
			break;
		if (n > 0) {
			socket->len += (size_t)n;
			socket->heard_ms = sim_now_ms();
			take_frames(socket);
			sim_changed(sim);
		}
		if (socket->len == READ_MAX)
			break;
	}
}

/* --- the life of a socket --- */

static void begin(struct socket *socket)
{
	struct slack *slack = socket->slack;

	ghosts_forget(slack);
	socket->next = slack->sockets;
	slack->sockets = socket;
	sim_note(slack->sim, "socket", "%d: open, %d registered", socket->id, sockets_registered(slack));
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

	while (*at != socket)
		at = &(*at)->next;
	*at = socket->next;
	if (socket->reset || socket->silent) {
		sim_note(slack->sim, "socket", "%d: over, as told", socket->id);
	} else if (!socket->closed && !socket->closing) {
		sim_note(slack->sim, "socket", "%d: the client went away without a Close; a ghost remains", socket->id);
		ghost_add(slack, slack_switch(slack, "ghosts_swallow"));
	} else if (!socket->closed) {
		sim_note(slack->sim, "socket", "%d: the client did not answer our Close", socket->id);
	} else {
		sim_note(slack->sim, "socket", "%d: closed", socket->id);
	}
	envelopes_socket_gone(slack, socket->id);
	sim_changed(slack->sim);
}

void socket_serve(void *ctx, int fd, const char *extra, size_t extra_len)
{
	struct slack *slack = ctx;
	struct socket *socket = sim_calloc(1, sizeof(*socket));
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	socket->slack = slack;
	socket->fd = fd;
	socket->buf = sim_calloc(1, READ_MAX);
	socket->len = extra_len < READ_MAX ? extra_len : 0;
	memcpy(socket->buf, extra, socket->len);
	sim_lock(slack->sim);
	socket->id = ++slack->socket_ids;
	socket->opened_ms = socket->heard_ms = sim_now_ms();
	begin(socket);
	take_frames(socket);
	read_on(socket);
	end(socket);
	if (socket->reset)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	sim_unlock(slack->sim);
	shutdown(fd, SHUT_WR);
	free(socket->buf);
	free(socket);
}

/* --- ends and oddities --- */

void socket_reset(struct socket *socket)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	socket->reset = true;
	socket->gone = true;
	setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	shutdown(socket->fd, SHUT_RD);
}
