/*
 * tests/sim/slack/sockets.c - all connections of Socket Mode: the upgrade,
 * whose turn it is, the registrations that outlive their socket, and the
 * orders to them.
 */

#include "tests/sim/slack/sockets.h"

#include "tests/sim/slack/socket.h"

#include <string.h>
#include <sys/socket.h>

enum { GHOST_MS = 5 * 60 * 60 * 1000 };

/* --- who is registered --- */

void ghosts_forget(struct slack *slack)
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

/* Better: not told to go (or, by the setting, told), then fewer turns. */
static bool is_better(const struct socket *a, const struct socket *b)
{
	if (!b || a->leaving != b->leaving)
		return !b || b->leaving != slack_switch(a->slack, "leaving_first");
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

/* --- the upgrade --- */

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
	sim_answer_upgrade(ans, socket_serve, slack);
}

/* --- control --- */

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
		socket_disconnect(socket, what, close_after(socket->slack, order, what));
	else if (strcmp(what, "close") == 0)
		socket_close(socket, code ? (int)json_integer_value(code) : 1000, sim_text(order, "reason"));
	else if (strcmp(what, "reset") == 0)
		socket_reset(socket);
	else if (strcmp(what, "silent") == 0)
		socket->silent = true;
	else if (strcmp(what, "ping") == 0)
		socket_frame(socket, WS_PING, true, text, strlen(text));
	else if (strcmp(what, "text") == 0)
		socket_send(socket, text, strlen(text));
	else if (strcmp(what, "binary") == 0)
		socket_frame(socket, WS_BINARY, true, text, strlen(text));
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
		socket_close(socket, 1001, "");
		shutdown(socket->fd, SHUT_RDWR);
	}
}
