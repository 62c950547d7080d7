/*
 * tests/sim/slack/sockets.c - the WebSocket connections of Socket Mode.
 *
 * Each has a thread that reads; everybody writes with the lock held. A socket
 * whose client went away without a Close leaves a ghost: Slack goes on
 * counting it, for hours, and tells so in the next hello.
 */

#include "tests/sim/slack/sockets.h"

#include "tests/sim/slack/alarms.h"
#include "tests/sim/slack/envelopes.h"
#include "tests/sim/slack/ws_frame.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum { READ_MAX = 1024 * 1024, SEND_WAIT_MS = 5000, CLOSE_WAIT_MS = 3000, GHOST_MS = 5 * 60 * 60 * 1000 };

struct socket {
	struct socket *next;
	struct slack *slack;
	int id;
	int fd;
	bool hello;   /* said; before it the socket gets no envelopes */
	bool leaving; /* told to go */
	bool silent;  /* we play dead */
	bool closing; /* we sent a Close */
	bool closed;  /* the client sent one */
	bool gone;    /* nothing can be written any more */
	bool reset;   /* ended by us without a word */
	bool inside;  /* in the middle of a fragmented message of the client */
	int64_t opened_ms;
	int64_t heard_ms;
	json_int_t turns;      /* how many envelopes it has had, for the round robin */
	json_int_t pings;      /* the client's */
	json_int_t unanswered; /* our pings since its last pong */
	char *buf;
	size_t len;
};

/* --- writing ---------------------------------------------------------- */

static void send_bytes(struct socket *socket, const void *data, size_t len)
{
	const char *bytes = data;

	while (len > 0 && !socket->gone) {
		ssize_t n = send(socket->fd, bytes, len, MSG_NOSIGNAL);
		struct pollfd writable = {.fd = socket->fd, .events = POLLOUT};

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
		} else if (errno != EINTR && (errno != EAGAIN || poll(&writable, 1, SEND_WAIT_MS) <= 0)) {
			socket->gone = true;
		}
	}
}

static void send_frame(struct socket *socket, enum ws_op op, bool fin, const char *data, size_t len)
{
	unsigned char head[WS_HEAD_MAX];

	if (socket->closing && op != WS_CLOSE)
		return;
	send_bytes(socket, head, ws_head(head, op, fin, len));
	send_bytes(socket, data, len);
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
		send_frame(socket, op, false, text, piece);
		if (slack_switch(socket->slack, "interleave"))
			send_frame(socket, WS_PING, true, "between", 7);
		text += piece;
		len -= piece;
		op = WS_CONTINUATION;
	}
	send_frame(socket, op, true, text, len);
}

static void send_json(struct socket *socket, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);

	socket_send(socket, text, strlen(text));
	free(text);
	json_decref(json);
}

static void send_close(struct socket *socket, int code, const char *reason)
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
	send_frame(socket, WS_CLOSE, true, data, len);
	socket->closing = true;
}

/* --- hello and disconnect --------------------------------------------- */

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
		send_close(socket, 1000, "");
}

static void say_disconnect(struct socket *socket, const char *reason, int64_t close_after_ms)
{
	send_json(socket, json_pack("{s:s, s:s, s:{s:s}}", "type", "disconnect", "reason", reason, "debug_info", "host",
	                            "applink-7fc4fdbb64-sim01"));
	socket->leaving = true;
	alarm_set(socket->slack, close_after_ms, close_later, json_integer(socket->id));
}

/* --- who is registered ------------------------------------------------ */

static void ghosts_forget(struct slack *slack)
{
	for (size_t i = json_array_size(slack->ghosts); i-- > 0;) {
		const json_t *ghost = json_array_get(slack->ghosts, i);

		if (json_integer_value(json_object_get(ghost, "until_ms")) < sim_now_ms())
			json_array_remove(slack->ghosts, i);
	}
}

void ghost_add(struct slack *slack, bool swallow)
{
	json_array_append_new(slack->ghosts, json_pack("{s:I, s:b, s:i}", "until_ms",
	                                               (json_int_t)(sim_now_ms() + slack_scaled(slack, GHOST_MS)),
	                                               "swallow", swallow, "turns", 0));
}

int sockets_registered(const struct slack *slack)
{
	int n = (int)json_array_size(slack->ghosts);

	for (const struct socket *socket = slack->sockets; socket; socket = socket->next)
		n++;
	return n;
}

static bool can_take(const struct socket *socket)
{
	return socket->hello && !socket->silent && !socket->closing && !socket->closed && !socket->gone;
}

/* Better: not told to go, then fewer turns. */
static bool is_better(const struct socket *a, const struct socket *b)
{
	if (!b || a->leaving != b->leaving)
		return !b || b->leaving;
	return a->turns < b->turns;
}

struct socket *socket_next(struct slack *slack)
{
	struct socket *best = NULL;

	for (struct socket *socket = slack->sockets; socket; socket = socket->next) {
		if (can_take(socket) && is_better(socket, best))
			best = socket;
	}
	if (best)
		best->turns++;
	return best;
}

bool ghost_takes_next(struct slack *slack)
{
	const struct socket *socket;
	size_t i;
	json_t *ghost;

	ghosts_forget(slack);
	json_array_foreach (slack->ghosts, i, ghost) {
		json_int_t turns = json_integer_value(json_object_get(ghost, "turns"));
		bool first = true;

		if (!json_is_true(json_object_get(ghost, "swallow")))
			continue;
		for (socket = slack->sockets; socket; socket = socket->next)
			first = first && turns <= socket->turns;
		if (!first)
			continue;
		json_object_set_new(ghost, "turns", json_integer(turns + 1));
		return true;
	}
	return false;
}

struct socket *socket_by_id(const struct slack *slack, int id)
{
	struct socket *socket = slack->sockets;

	while (socket && socket->id != id)
		socket = socket->next;
	return socket;
}

int socket_id(const struct socket *socket)
{
	return socket->id;
}

/* --- reading ---------------------------------------------------------- */

static void on_text(struct socket *socket, const struct ws_frame *frame)
{
	struct sim *sim = socket->slack->sim;

	if (socket->inside || !frame->fin) {
		sim_violation(sim, "socket %d: a fragmented message, which Slack ignores", socket->id);
	} else if (frame->len >= ENVELOPE_ACK_MAX) {
		sim_violation(sim, "socket %d: a message of %zu bytes", socket->id, frame->len);
		send_close(socket, 1009, "Max frame length of 20480 has been exceeded.");
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
	send_close(socket, code, "");
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
		send_frame(socket, WS_PONG, true, frame->data, frame->len);
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
			send_close(socket, 1002, why);
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
	send_frame(socket, WS_PING, true, "Ping from applink-sim01", 23);
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

/* --- the life of a socket --------------------------------------------- */

static void begin(struct socket *socket)
{
	struct slack *slack = socket->slack;

	ghosts_forget(slack);
	socket->next = slack->sockets;
	slack->sockets = socket;
	sim_note(slack->sim, "socket", "%d: open, %d registered", socket->id, sockets_registered(slack));
	if (sockets_registered(slack) > SOCKETS_MAX)
		say_disconnect(socket, "too_many_websockets", 100);
	else if (slack_switch(slack, "link_disabled"))
		say_disconnect(socket, "link_disabled", 100);
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

static void serve_socket(void *ctx, int fd, const char *extra, size_t extra_len)
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

/* --- the upgrade ------------------------------------------------------ */

static bool header_has(const struct sim_request *req, const char *name, const char *word)
{
	const char *value = sim_header(req, name);

	return value && strcasestr(value, word);
}

/* A status that refuses it, or 0. */
static int refusal(struct slack *slack, const struct sim_request *req)
{
	const char *ticket = sim_query(req, "ticket");
	const json_t *used = ticket ? json_object_get(slack->tickets, ticket) : NULL;
	const char *version = sim_header(req, "sec-websocket-version");

	if (!header_has(req, "upgrade", "websocket") || !header_has(req, "connection", "upgrade") || !version ||
	    strcmp(version, "13") != 0 || !ws_key_is_good(sim_header(req, "sec-websocket-key"))) {
		sim_violation(slack->sim, "the upgrade request is not that of RFC 6455");
		return 400;
	}
	if (!used) {
		sim_violation(slack->sim, "a socket with a ticket that was never given out");
		return 404;
	}
	if (json_is_true(used)) {
		sim_violation(slack->sim, "a ticket was used a second time");
		return 404;
	}
	if (!sim_query(req, "app_id"))
		sim_violation(slack->sim, "the query of the socket's URL was changed");
	if (sim_header(req, "authorization"))
		sim_violation(slack->sim, "a token in the upgrade request");
	return 0;
}

void sockets_upgrade(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	int status = refusal(slack, req);
	json_t *accept;

	if (status) {
		sim_answer_text(ans, status, "text/plain", "");
		return;
	}
	json_object_set_new(slack->tickets, sim_query(req, "ticket"), json_true());
	accept = ws_accept(sim_header(req, "sec-websocket-key"));
	sim_answer_header(ans, "Upgrade", "websocket");
	sim_answer_header(ans, "Sec-WebSocket-Accept", json_string_value(accept));
	json_decref(accept);
	sim_answer_upgrade(ans, serve_socket, slack);
}

/* --- control ---------------------------------------------------------- */

static void reset_socket(struct socket *socket)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	socket->reset = true;
	socket->gone = true;
	setsockopt(socket->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	shutdown(socket->fd, SHUT_RD);
}

static int64_t close_after(const struct slack *slack, const json_t *order, const char *what)
{
	const json_t *given = json_object_get(order, "close_after_ms");

	if (given)
		return json_integer_value(given);
	return slack_scaled(slack, strcmp(what, "warning") == 0 ? 10000 : 5000);
}

static bool do_to(struct socket *socket, const json_t *order)
{
	const char *what = sim_text(order, "do");
	const char *text = sim_text(order, "text");
	const json_t *code = json_object_get(order, "code");

	if (strcmp(what, "warning") == 0 || strcmp(what, "refresh_requested") == 0 ||
	    strcmp(what, "link_disabled") == 0 || strcmp(what, "too_many_websockets") == 0)
		say_disconnect(socket, what, close_after(socket->slack, order, what));
	else if (strcmp(what, "close") == 0)
		send_close(socket, code ? (int)json_integer_value(code) : 1000, sim_text(order, "reason"));
	else if (strcmp(what, "reset") == 0)
		reset_socket(socket);
	else if (strcmp(what, "silent") == 0)
		socket->silent = true;
	else if (strcmp(what, "ping") == 0)
		send_frame(socket, WS_PING, true, text, strlen(text));
	else if (strcmp(what, "text") == 0)
		socket_send(socket, text, strlen(text));
	else if (strcmp(what, "binary") == 0)
		send_frame(socket, WS_BINARY, true, text, strlen(text));
	else
		return false;
	return true;
}

static json_t *socket_out(const struct socket *socket)
{
	return json_pack("{s:i, s:b, s:b, s:b, s:b, s:I, s:I, s:I, s:I}", "socket", socket->id, "hello", socket->hello,
	                 "leaving", socket->leaving, "silent", socket->silent, "closing", socket->closing, "age_ms",
	                 (json_int_t)(sim_now_ms() - socket->opened_ms), "heard_ms_ago",
	                 (json_int_t)(sim_now_ms() - socket->heard_ms), "pings", socket->pings, "unanswered",
	                 socket->unanswered);
}

static void list_sockets(const struct slack *slack, struct sim_answer *ans)
{
	json_t *list = json_array();

	for (const struct socket *socket = slack->sockets; socket; socket = socket->next)
		json_array_append_new(list, socket_out(socket));
	sim_answer_new(ans, 200,
	               json_pack("{s:o, s:i, s:I}", "sockets", list, "registered", sockets_registered(slack), "ghosts",
	                         (json_int_t)json_array_size(slack->ghosts)));
}

static void order_ghosts(struct slack *slack, const json_t *order)
{
	json_int_t count = json_integer_value(json_object_get(order, "count"));

	json_array_clear(slack->ghosts);
	while (count-- > 0)
		ghost_add(slack, json_is_true(json_object_get(order, "swallow")));
}

void sockets_control(struct slack *slack, const struct sim_request *req, struct sim_answer *ans)
{
	json_t *order = sim_body_json(req);
	const json_t *only = json_object_get(order, "socket");
	bool known = true;

	if (strcmp(sim_text(order, "do"), "ghosts") == 0)
		order_ghosts(slack, order);
	else if (order)
		for (struct socket *socket = slack->sockets; socket; socket = socket->next) {
			if (!json_is_integer(only) || json_integer_value(only) == socket->id)
				known = do_to(socket, order) && known;
		}
	json_decref(order);
	if (known)
		list_sockets(slack, ans);
	else
		sim_answer_new(ans, 400, json_pack("{s:s}", "error", "sockets can't do that"));
}

void sockets_stop(struct slack *slack)
{
	for (struct socket *socket = slack->sockets; socket; socket = socket->next) {
		send_close(socket, 1001, "");
		shutdown(socket->fd, SHUT_RDWR);
	}
}
