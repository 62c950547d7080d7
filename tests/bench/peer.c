/*
 * bench/peer.c - the lean Slack's connections: HTTP/1.1 and WebSocket on one thread, and the volleys.
 *
 * A volley's pace is a timer's: what is due is sent, acknowledged or not. Times are taken where the bytes are given to
 * the kernel and where they come out of it.
 */
#include "tests/bench/peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "tests/bench/peer_answers.h"
#include "tests/sim/slack/ws_frame.h"

enum { IN_BYTES = 256 * 1024, OUT_MAX = 64 * 1024 * 1024, PATIENCE_S = 30, EVENTS = 64 };

/* What an event of epoll is about: these three, or a connection. */
enum { ABOUT_LISTENER, ABOUT_TIMER, ABOUT_WAKE, ABOUT_CONN };

struct conn {
	struct conn *next;
	int fd;
	bool socket;  /* upgraded */
	bool leaving; /* told to be refreshed */
	bool over;
	char *in;
	size_t in_len;
	struct buf out;
	size_t out_sent;
};

/* One command that is or was under way; zeroes: not yet. */
struct shot {
	int64_t sent_ns, took_ns;
};

struct peer {
	pthread_t thread;
	int epoll, listener, timer, wake;
	int port;
	struct conn *conns;    /* the thread's */
	struct conn *turn;     /* which socket was last */
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t news;
	bool ending;
	uint64_t calls;
	int64_t hello_ns; /* of the first socket since it was asked for; 0: none */
	const struct volley *volley;
	struct shot *shots;
	unsigned due, fired, acked, number; /* number: of the volley, part of its envelopes' ids */
	bool refreshed;
	int64_t due_ns; /* when the oldest that found no socket was due; 0: none waits */
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* --- connections ------------------------------------------------------------------------------------------------ */

static void watch(const struct peer *peer, int fd, int op, uint32_t events, void *about)
{
	struct epoll_event event = {.events = events, .data.ptr = about};

	epoll_ctl(peer->epoll, op, fd, &event);
}

static void flush(const struct peer *peer, struct conn *conn)
{
	while (conn->out_sent < conn->out.len) {
		ssize_t n =
		    send(conn->fd, conn->out.data + conn->out_sent, conn->out.len - conn->out_sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			watch(peer, conn->fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT, conn);
			return;
		}
		if (n <= 0) {
			conn->over = true;
			break;
		}
		conn->out_sent += (size_t)n;
	}
	buf_clear(&conn->out);
	conn->out_sent = 0;
}

static void send_frame(const struct peer *peer, struct conn *conn, enum ws_op op, const char *data, size_t len)
{
	unsigned char head[WS_HEAD_MAX];

	buf_add(&conn->out, head, ws_head(head, op, true, len));
	buf_add(&conn->out, data, len);
	flush(peer, conn);
}

static void conn_free(struct conn *conn)
{
	close(conn->fd);
	free(conn->in);
	buf_done(&conn->out);
	free(conn);
}

/* Those that are over, once a turn: an event that comes later in the turn may still be about one of them. */
static void sweep(struct peer *peer)
{
	for (struct conn **at = &peer->conns; *at != NULL;) {
		struct conn *conn = *at;
		if (!conn->over) {
			at = &conn->next;
			continue;
		}
		*at = conn->next;
		if (peer->turn == conn)
			peer->turn = NULL;
		conn_free(conn);
	}
}

static void accept_one(struct peer *peer)
{
	int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), on = 1;
	struct conn *conn;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	conn = mem_alloc(sizeof *conn);
	conn->fd = fd;
	conn->in = mem_alloc(IN_BYTES + 1);
	buf_init(&conn->out, OUT_MAX);
	conn->next = peer->conns;
	peer->conns = conn;
	watch(peer, fd, EPOLL_CTL_ADD, EPOLLIN, conn);
}

/* --- volleys ---------------------------------------------------------------------------------------------------- */

static struct conn *next_socket(struct peer *peer)
{
	struct conn *conn = peer->turn != NULL ? peer->turn->next : peer->conns;

	for (int round = 0; round < 2; round++, conn = peer->conns)
		for (; conn != NULL; conn = conn->next)
			if (conn->socket && !conn->leaving && !conn->over)
				return peer->turn = conn;
	return NULL;
}

static char *words_of(const struct volley *volley, unsigned number)
{
	const char *place = strstr(volley->words, "%u");

	if (place == NULL)
		return mem_strdup(volley->words);
	return mem_printf("%.*s%u%s", (int)(place - volley->words), volley->words, number, place + 2);
}

static void refresh_all(const struct peer *peer)
{
	static const char go[] = "{\"type\":\"disconnect\",\"reason\":\"refresh_requested\","
	                         "\"debug_info\":{\"host\":\"applink-bench\"}}";

	for (struct conn *conn = peer->conns; conn != NULL; conn = conn->next) {
		if (!conn->socket || conn->over)
			continue;
		conn->leaving = true;
		send_frame(peer, conn, WS_TEXT, go, strlen(go));
	}
}

/* Under the mutex. False: there is no socket to give it to. */
static bool fire_one(struct peer *peer, int64_t due_ns)
{
	struct conn *conn = next_socket(peer);
	char id[40];

	if (conn == NULL)
		return false;
	snprintf(id, sizeof id, "volley-%u-%u", peer->number, peer->fired);
	AUTO_FREE char *words = words_of(peer->volley, peer->fired + 1);
	AUTO_FREE char *text = peer_envelope(id, words);
	peer->shots[peer->fired++].sent_ns = due_ns;
	send_frame(peer, conn, WS_TEXT, text, strlen(text));
	return true;
}

/* A pace of 0 is no pace: the timer fires once, at once. */
static void set_timer(const struct peer *peer, int64_t first_ns, int64_t then_ns)
{
	struct itimerspec spec = {0};

	spec.it_value.tv_nsec = first_ns;
	spec.it_interval.tv_nsec = then_ns;
	timerfd_settime(peer->timer, 0, &spec, NULL);
}

static void set_pace(const struct peer *peer, const struct volley *volley)
{
	int64_t every_ns = volley->rate > 0 ? 1000000000L / volley->rate : 1000000;

	set_timer(peer, volley->rate > 0 ? every_ns : 1, every_ns);
}

/* Under the mutex. */
static void fire_due(struct peer *peer)
{
	const struct volley *volley = peer->volley;

	while (peer->fired < peer->due) {
		if (volley->refresh_before != 0 && peer->fired + 1 == volley->refresh_before && !peer->refreshed) {
			peer->refreshed = true;
			refresh_all(peer);
		}
		bool waited = peer->due_ns != 0;
		if (!fire_one(peer, waited ? peer->due_ns : now_ns())) {
			peer->due_ns = waited ? peer->due_ns : now_ns();
			return;
		}
		if (waited)
			peer->due_ns = peer->fired < peer->due ? peer->due_ns + 1000000000L / volley->rate : 0;
	}
}

static void on_timer(struct peer *peer)
{
	uint64_t passed = 0;

	if (read(peer->timer, &passed, sizeof passed) < 0)
		return;
	pthread_mutex_lock(&peer->mutex);
	const struct volley *volley = peer->volley;
	if (volley != NULL) {
		uint64_t due = volley->rate > 0 ? peer->due + passed : volley->count;
		peer->due = due < volley->count ? (unsigned)due : volley->count;
		fire_due(peer);
	}
	if (volley == NULL || peer->fired == volley->count) {
		set_timer(peer, 0, 0);
		pthread_cond_signal(&peer->news);
	}
	pthread_mutex_unlock(&peer->mutex);
}

static void on_ack(struct peer *peer, const char *text)
{
	int64_t now = now_ns();
	const char *id = strstr(text, "\"envelope_id\"");
	unsigned number, n;

	id = id != NULL ? strstr(id, "volley-") : NULL;
	if (id == NULL || sscanf(id, "volley-%u-%u", &number, &n) != 2)
		return;
	pthread_mutex_lock(&peer->mutex);
	if (peer->volley != NULL && number == peer->number && n < peer->fired && peer->shots[n].took_ns == 0) {
		peer->shots[n].took_ns = now - peer->shots[n].sent_ns;
		if (++peer->acked == peer->volley->count)
			pthread_cond_signal(&peer->news);
	}
	pthread_mutex_unlock(&peer->mutex);
}

/* --- frames ----------------------------------------------------------------------------------------------------- */

static void on_frame(struct peer *peer, struct conn *conn, const struct ws_frame *frame)
{
	AUTO_FREE char *text = NULL;

	switch (frame->op) {
	case WS_TEXT:
		text = mem_strndup(frame->data, frame->len);
		on_ack(peer, text);
		break;
	case WS_PING: send_frame(peer, conn, WS_PONG, frame->data, frame->len); break;
	case WS_CLOSE:
		send_frame(peer, conn, WS_CLOSE, frame->data, frame->len);
		conn->over = true;
		break;
	case WS_PONG:
	case WS_BINARY:
	case WS_CONTINUATION: break;
	}
}

static size_t take_frame(struct peer *peer, struct conn *conn, size_t at)
{
	struct ws_frame frame;
	const char *why = NULL;
	ssize_t n = ws_read(conn->in + at, conn->in_len - at, &frame, &why);

	if (n < 0)
		conn->over = true;
	if (n <= 0)
		return 0;
	on_frame(peer, conn, &frame);
	return (size_t)n;
}

/* --- requests --------------------------------------------------------------------------------------------------- */

/* The value of a header of [head, end), or NULL; what follows its line is still there. */
static const char *header(const char *head, const char *end, const char *name)
{
	size_t len = strlen(name);

	for (const char *line = head; line != NULL && line < end; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, len) == 0 && line[len] == ':')
			return line + len + 1 + strspn(line + len + 1, " ");
	}
	return NULL;
}

static void greet(struct peer *peer, struct conn *conn, const char *key)
{
	static const char hello[] =
	    "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A0EAC00001\"},"
	    "\"debug_info\":{\"host\":\"applink-bench\",\"approximate_connection_time\":18060}}";
	AUTO_FREE char *own_key = mem_strndup(key, strcspn(key, "\r\n"));
	json_t *accept = ws_accept(own_key);

	buf_printf(&conn->out,
	           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	           "Sec-WebSocket-Accept: %s\r\n\r\n",
	           json_string_value(accept));
	json_decref(accept);
	conn->socket = true;
	send_frame(peer, conn, WS_TEXT, hello, strlen(hello));
	pthread_mutex_lock(&peer->mutex);
	if (peer->hello_ns == 0)
		peer->hello_ns = now_ns();
	pthread_cond_signal(&peer->news);
	pthread_mutex_unlock(&peer->mutex);
}

static void answer_call(struct peer *peer, struct conn *conn, const char *head, const char *form)
{
	char method[60] = "";
	uint64_t n;

	pthread_mutex_lock(&peer->mutex);
	n = ++peer->calls;
	pthread_mutex_unlock(&peer->mutex);
	if (sscanf(head, "%*s /api/%59[a-zA-Z.]", method) != 1)
		method[0] = '\0';
	json_t *answer = peer_answer(method, form, peer->port, n);
	AUTO_FREE char *text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	buf_printf(&conn->out,
	           "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: %zu\r\n\r\n%s",
	           strlen(text), text);
	flush(peer, conn);
}

/* How many bytes one whole request took; 0: it is not whole yet. */
static size_t take_request(struct peer *peer, struct conn *conn, size_t at)
{
	char *head = conn->in + at;
	char *end;

	conn->in[conn->in_len] = '\0';
	end = strstr(head, "\r\n\r\n");
	if (end == NULL)
		return 0;
	const char *length = header(head, end, "Content-Length"), *key = header(head, end, "Sec-WebSocket-Key");
	size_t head_len = (size_t)(end + 4 - head), body = length != NULL ? strtoul(length, NULL, 10) : 0;
	if (conn->in_len - at < head_len + body)
		return 0;
	if (key != NULL) {
		greet(peer, conn, key);
	} else {
		AUTO_FREE char *form = mem_strndup(end + 4, body);
		answer_call(peer, conn, head, form);
	}
	return head_len + body;
}

static void on_readable(struct peer *peer, struct conn *conn)
{
	ssize_t n = recv(conn->fd, conn->in + conn->in_len, IN_BYTES - conn->in_len, 0);
	size_t done = 0, took;

	if (n <= 0) {
		conn->over = n == 0 || errno != EAGAIN;
		return;
	}
	conn->in_len += (size_t)n;
	do {
		took = conn->socket ? take_frame(peer, conn, done) : take_request(peer, conn, done);
		done += took;
	} while (took > 0 && !conn->over && done < conn->in_len);
	memmove(conn->in, conn->in + done, conn->in_len - done);
	conn->in_len -= done;
}

/* --- the thread ------------------------------------------------------------------------------------------------- */

static void on_conn(struct peer *peer, struct conn *conn, uint32_t events)
{
	if (!conn->over && (events & EPOLLOUT) != 0) {
		watch(peer, conn->fd, EPOLL_CTL_MOD, EPOLLIN, conn);
		flush(peer, conn);
	}
	if (!conn->over && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
		on_readable(peer, conn);
}

static bool is_ending(struct peer *peer)
{
	pthread_mutex_lock(&peer->mutex);
	bool ending = peer->ending;
	pthread_mutex_unlock(&peer->mutex);
	return ending;
}

static void *thread_main(void *arg)
{
	struct peer *peer = arg;
	struct epoll_event events[EVENTS];

	while (!is_ending(peer)) {
		int n = epoll_wait(peer->epoll, events, EVENTS, -1);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &peer->listener)
				accept_one(peer);
			else if (events[i].data.ptr == &peer->timer)
				on_timer(peer);
			else if (events[i].data.ptr != &peer->wake)
				on_conn(peer, events[i].data.ptr, events[i].events);
		}
		sweep(peer);
	}
	return NULL;
}

/* --- from outside ----------------------------------------------------------------------------------------------- */

static int listen_somewhere(int *ret_port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0 &&
	    getsockname(fd, (struct sockaddr *)&address, &size) == 0) {
		*ret_port = ntohs(address.sin_port);
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

struct peer *peer_new(void)
{
	struct peer *peer = mem_alloc(sizeof *peer);
	pthread_condattr_t attr;

	peer->listener = listen_somewhere(&peer->port);
	peer->epoll = epoll_create1(EPOLL_CLOEXEC);
	peer->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	peer->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&peer->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&peer->news, &attr);
	pthread_condattr_destroy(&attr);
	watch(peer, peer->listener, EPOLL_CTL_ADD, EPOLLIN, &peer->listener);
	watch(peer, peer->timer, EPOLL_CTL_ADD, EPOLLIN, &peer->timer);
	watch(peer, peer->wake, EPOLL_CTL_ADD, EPOLLIN, &peer->wake);
	if (peer->listener >= 0 && pthread_create(&peer->thread, NULL, thread_main, peer) == 0)
		return peer;
	free(peer);
	return NULL;
}

void peer_free(struct peer *peer)
{
	uint64_t one = 1;

	if (peer == NULL)
		return;
	pthread_mutex_lock(&peer->mutex);
	peer->ending = true;
	pthread_mutex_unlock(&peer->mutex);
	if (write(peer->wake, &one, sizeof one) == sizeof one)
		pthread_join(peer->thread, NULL);
	for (struct conn *c; (c = peer->conns) != NULL;) {
		peer->conns = c->next;
		conn_free(c);
	}
	close(peer->listener);
	close(peer->epoll);
	close(peer->timer);
	close(peer->wake);
	pthread_cond_destroy(&peer->news);
	pthread_mutex_destroy(&peer->mutex);
	free(peer);
}

int peer_port(const struct peer *peer)
{
	return peer->port;
}

uint64_t peer_calls(struct peer *peer)
{
	pthread_mutex_lock(&peer->mutex);
	uint64_t calls = peer->calls;
	pthread_mutex_unlock(&peer->mutex);
	return calls;
}

/* Under the mutex. False: the time is over. */
static bool wait_until(struct peer *peer, int64_t until_ns)
{
	struct timespec until = {.tv_sec = until_ns / 1000000000, .tv_nsec = until_ns % 1000000000};

	return pthread_cond_timedwait(&peer->news, &peer->mutex, &until) == 0;
}

void peer_forget_hello(struct peer *peer)
{
	pthread_mutex_lock(&peer->mutex);
	peer->hello_ns = 0;
	pthread_mutex_unlock(&peer->mutex);
}

int64_t peer_await_hello(struct peer *peer, int timeout_ms)
{
	int64_t until = now_ns() + (int64_t)timeout_ms * 1000000;

	pthread_mutex_lock(&peer->mutex);
	while (peer->hello_ns == 0 && wait_until(peer, until))
		;
	int64_t hello = peer->hello_ns;
	pthread_mutex_unlock(&peer->mutex);
	return hello;
}

static int later(const void *a, const void *b)
{
	const struct shot *left = a, *right = b;

	return (left->took_ns > right->took_ns) - (left->took_ns < right->took_ns);
}

/* Sorts the shots; those without an answer are in front. */
static void sum_up(struct shot *shots, unsigned count, unsigned acked, struct volley_result *ret)
{
	struct shot *first = shots + (count - acked);

	*ret = (struct volley_result){.acked = acked};
	qsort(shots, count, sizeof *shots, later);
	if (acked == 0)
		return;
	ret->p50_ms = (double)first[acked / 2].took_ns / 1e6;
	ret->p99_ms = (double)first[acked * 99 / 100].took_ns / 1e6;
	ret->max_ms = (double)first[acked - 1].took_ns / 1e6;
}

void peer_fire(struct peer *peer, const struct volley *volley, struct volley_result *ret)
{
	unsigned lasts_s = volley->rate > 0 ? volley->count / volley->rate : 0;
	int64_t begun = now_ns(), until = begun + (lasts_s + PATIENCE_S) * 1000000000LL;

	pthread_mutex_lock(&peer->mutex);
	peer->shots = mem_array(volley->count, sizeof *peer->shots);
	peer->volley = volley;
	peer->due = peer->fired = peer->acked = 0;
	peer->refreshed = false;
	peer->due_ns = 0;
	peer->number++;
	set_pace(peer, volley);
	while (peer->acked < volley->count && wait_until(peer, until))
		;
	sum_up(peer->shots, volley->count, peer->acked, ret);
	ret->seconds = (double)(now_ns() - begun) / 1e9;
	peer->volley = NULL;
	free(peer->shots);
	peer->shots = NULL;
	pthread_mutex_unlock(&peer->mutex);
}
