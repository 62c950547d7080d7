/*
 * support/hostile_peer.c - see hostile_peer.h. A thread a connection, blocking.
 */
#include "tests/support/hostile_peer.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum {
	CONNECTIONS_MAX = 64,
	HEAD_MAX = 16 * 1024,
	FRAME_MAX = 64 * 1024,
	DEAF_MS = 3000,
	PINGS = 30,
	PING_MS = 50,
	FIN = 0x80,
	TEXT = 1,
	CLOSE = 8,
	PING = 9,
	PONG = 10,
};

struct connection {
	struct hostile_peer *peer;
	int fd;
	SSL *tls;
	pthread_t thread;
	char accept_key[32];
};

struct hostile_peer {
	struct hostile_options options;
	int fd, port;
	SSL_CTX *tls;
	pthread_t thread;
	pthread_mutex_t lock; /* closing a connection against waking its thread */
	atomic_bool stop;
	atomic_uint opens, links, closes, acks;
	unsigned count;
	struct connection connections[CONNECTIONS_MAX];
};

static const char hello[] = "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A0EAC00001\"},"
                            "\"debug_info\":{\"host\":\"applink-1\",\"approximate_connection_time\":18060}}";
static const char envelope[] = "{\"envelope_id\":\"e\",\"type\":\"slash_commands\",\"accepts_response_payload\":true,"
                               "\"payload\":{\"team_id\":\"T1\",\"command\":\"/eac\",\"text\":\"alive\","
                               "\"user_id\":\"U1\",\"channel_id\":\"C1\",\"trigger_id\":\"1.2.3\"}}";

/* Neither knows end nor error: what is gone is noticed by reading. */
static void give(struct connection *c, const void *data, size_t len)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = c->tls ? SSL_write(c->tls, p, (int)len) : send(c->fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		p += n;
		len -= (size_t)n;
	}
}

static bool take(struct connection *c, void *out, size_t len)
{
	char *p = out;

	while (len > 0) {
		ssize_t n = c->tls ? SSL_read(c->tls, p, (int)len) : recv(c->fd, p, len, 0);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static void give_text(struct connection *c, const char *text)
{
	give(c, text, strlen(text));
}

static void give_frame(struct connection *c, int first, const void *payload, size_t len)
{
	AUTO_FREE unsigned char *frame = mem_alloc(len + 10);
	size_t n = 0;

	frame[n++] = (unsigned char)first;
	if (len < 126) {
		frame[n++] = (unsigned char)len;
	} else if (len < 65536) {
		frame[n++] = 126;
		frame[n++] = (unsigned char)(len >> 8);
		frame[n++] = (unsigned char)len;
	} else {
		frame[n++] = 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			frame[n++] = (unsigned char)((uint64_t)len >> shift);
	}
	memcpy(frame + n, payload, len);
	give(c, frame, n + len);
}

static void rest(struct connection *c, int ms)
{
	int64_t until = clock_boot_ms() + ms;

	while (clock_boot_ms() < until && !atomic_load(&c->peer->stop))
		usleep(5000);
}

/* The next frame of the client, unmasked; its opcode, or -1 at the end. */
static int take_frame(struct connection *c, unsigned char *payload, size_t *ret_len)
{
	unsigned char head[2], more[8], mask[4];
	size_t len;

	if (!take(c, head, 2))
		return -1;
	len = head[1] & 127;
	if (len == 126 && take(c, more, 2))
		len = (size_t)more[0] << 8 | more[1];
	if (len > FRAME_MAX || !(head[1] & 128) || !take(c, mask, 4) || !take(c, payload, len))
		return -1;
	for (size_t i = 0; i < len; i++)
		payload[i] ^= mask[i % 4];
	*ret_len = len;
	return head[0] & 15;
}

static void behave(struct connection *c)
{
	AUTO_FREE unsigned char *payload = mem_alloc(FRAME_MAX);
	size_t len = 0;
	int opcode;

	while ((opcode = take_frame(c, payload, &len)) >= 0) {
		if (opcode == PING)
			give_frame(c, FIN | PONG, payload, len);
		else if (opcode == TEXT)
			atomic_fetch_add(&c->peer->acks, 1);
		if (opcode != CLOSE)
			continue;
		atomic_fetch_add(&c->peer->closes, 1);
		give_frame(c, FIN | CLOSE, payload, len);
		return;
	}
}

static void be_mute(struct connection *c)
{
	char sink[512];

	while (c->tls ? SSL_read(c->tls, sink, sizeof(sink)) > 0 : recv(c->fd, sink, sizeof(sink), 0) > 0)
		continue;
}

static void ping_only(struct connection *c)
{
	for (int i = 0; i < PINGS && !atomic_load(&c->peer->stop); i++) {
		give_frame(c, FIN | PING, "are you there", 13);
		rest(c, PING_MS);
	}
	behave(c);
}

static void reset(struct connection *c)
{
	struct linger none = {.l_onoff = 1};

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
}

static void say(struct connection *c, const char *text)
{
	const char *key = strstr(text, "$K");

	if (!key) {
		give_text(c, text);
		return;
	}
	give(c, text, (size_t)(key - text));
	give_text(c, c->accept_key);
	give_text(c, key + 2);
}

static void give_header(struct connection *c, size_t n)
{
	AUTO_FREE char *value = mem_alloc(n + 1);

	memset(value, 'x', n);
	give_text(c, "X-Long: ");
	give(c, value, n);
	give_text(c, "\r\n");
}

static void drip(struct connection *c, const char *bytes, int n)
{
	for (int i = 0; i < n && !atomic_load(&c->peer->stop); i++) {
		give(c, bytes + i, 1);
		usleep(500);
	}
}

/* An event whose text fills the envelope up to n bytes. */
static char *large_envelope(size_t n)
{
	static const char head[] = "{\"envelope_id\":\"large\",\"type\":\"events_api\",\"payload\":{\"team_id\":\"T1\","
	                           "\"event_id\":\"Ev1\",\"event\":{\"type\":\"message\",\"text\":\"";
	static const char tail[] = "\"}}}";
	char *text = mem_alloc(n + 1);
	size_t end = n - (sizeof(tail) - 1);

	memset(text, 'x', n);
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + end, tail, sizeof(tail) - 1);
	return text;
}

static void give_large(struct connection *c, size_t n, size_t piece)
{
	AUTO_FREE char *text = large_envelope(n);

	if (piece == 0)
		piece = n;
	for (size_t at = 0; at < n; at += piece) {
		size_t len = n - at < piece ? n - at : piece;

		if (at != 0)
			give_frame(c, FIN | PING, "between", 7);
		give_frame(c, (at + len == n ? FIN : 0) | (at == 0 ? TEXT : 0), text + at, len);
	}
}

static void repeat(struct connection *c, const struct hostile_step *step)
{
	const char *number = strstr(step->text, "%d");

	for (int i = 0; i < step->n; i++) {
		AUTO_FREE char *text =
		    number ? mem_printf("%.*s%d%s", (int)(number - step->text), step->text, i, number + 2)
		           : mem_strdup(step->text);

		give_frame(c, step->first, text, strlen(text));
	}
}

static void upgrade(struct connection *c)
{
	say(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	       "Sec-WebSocket-Accept: $K\r\n\r\n");
}

/* False: the connection is over. */
static bool play_step(struct connection *c, const struct hostile_step *step)
{
	switch (step->kind) {
	case STEP_END: return false;
	case STEP_UPGRADE: upgrade(c); break;
	case STEP_SAY: say(c, step->text); break;
	case STEP_HEADER: give_header(c, (size_t)step->n); break;
	case STEP_DRIP: drip(c, step->text, step->n); break;
	case STEP_RAW: give(c, step->text, (size_t)step->n); break;
	case STEP_FRAME: give_frame(c, step->first, step->text, step->n ? (size_t)step->n : strlen(step->text)); break;
	case STEP_LARGE: give_large(c, (size_t)step->n, (size_t)step->piece); break;
	case STEP_REPEAT: repeat(c, step); break;
	case STEP_REST: rest(c, step->n); break;
	case STEP_RESET: reset(c); return false;
	case STEP_BEHAVE: behave(c); return false;
	case STEP_MUTE: be_mute(c); return false;
	case STEP_DEAF: rest(c, DEAF_MS); return false;
	case STEP_PINGING: ping_only(c); return false;
	}
	return true;
}

static void play(struct connection *c, const struct hostile_script *script)
{
	static const struct hostile_step good[] = {
	    {.kind = STEP_UPGRADE},
	    {.kind = STEP_FRAME, .first = FIN | TEXT, .text = hello},
	    {.kind = STEP_FRAME, .first = FIN | TEXT, .text = envelope},
	    {.kind = STEP_BEHAVE},
	};
	const struct hostile_step *step = script ? script->steps : good;

	while (play_step(c, step))
		step++;
}

static void make_accept_key(struct connection *c, const char *head)
{
	static const char magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const char *key = strcasestr(head, "\r\nSec-WebSocket-Key:");
	unsigned char hash[SHA_DIGEST_LENGTH];
	AUTO_FREE char *text = NULL;

	if (!key)
		return;
	key += strlen("\r\nSec-WebSocket-Key:");
	key += strspn(key, " ");
	text = mem_printf("%.*s%s", (int)strcspn(key, "\r"), key, magic);
	SHA1((const unsigned char *)text, strlen(text), hash);
	EVP_EncodeBlock((unsigned char *)c->accept_key, hash, sizeof(hash));
}

static void answer_call(struct connection *c, const char *head)
{
	struct hostile_peer *peer = c->peer;
	const char *host = peer->options.host ? peer->options.host : "localhost";
	AUTO_FREE char *body = NULL, *answer = NULL;

	if (strstr(head, "/apps.connections.open ")) {
		unsigned n = atomic_fetch_add(&peer->opens, 1);
		int elsewhere = peer->options.link_port;

		body = mem_printf("{\"ok\":true,\"url\":\"ws%s:\\/\\/%s:%d\\/link\\/?ticket=%u\"}",
		                  peer->tls || elsewhere ? "s" : "", host, elsewhere ? elsewhere : peer->port, n);
	} else {
		body = mem_strdup("{\"ok\":true,\"user_id\":\"U0BOT0001\",\"bot_id\":\"B0EAC0001\",\"team_id\":\"T1\","
		                  "\"app_id\":\"A0EAC00001\"}");
	}
	answer = mem_printf("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n"
	                    "Content-Length: %zu\r\n\r\n%s",
	                    strlen(body), body);
	give_text(c, answer);
}

static bool take_head(struct connection *c, char *head)
{
	size_t n = 0;

	while (n < HEAD_MAX && take(c, head + n, 1)) {
		head[++n] = '\0';
		if (n >= 4 && memcmp(head + n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

static void serve(struct connection *c)
{
	AUTO_FREE char *head = mem_alloc(HEAD_MAX + 1);
	const struct hostile_options *options = &c->peer->options;

	if (!take_head(c, head))
		return;
	if (!text_starts(head, "GET /link/")) {
		answer_call(c, head);
		return;
	}
	make_accept_key(c, head);
	play(c, atomic_fetch_add(&c->peer->links, 1) < options->times ? options->script : NULL);
}

/*
 * Calls and sockets share the port, so a mute one is told by its turn: after an address was given out. A look-up only
 * connects, and sends nothing.
 */
static bool is_muted(struct connection *c)
{
	struct hostile_peer *peer = c->peer;
	char byte;

	if (!peer->options.mute_tls || !atomic_load(&peer->opens) || atomic_load(&peer->links) >= peer->options.times ||
	    recv(c->fd, &byte, 1, MSG_PEEK) != 1)
		return false;
	atomic_fetch_add(&peer->links, 1);
	return true;
}

static void *run_connection(void *arg)
{
	struct connection *c = arg;

	if (is_muted(c)) {
		SSL_free(c->tls);
		c->tls = NULL;
		be_mute(c);
	} else if (!c->tls || SSL_accept(c->tls) == 1) {
		serve(c);
	}
	if (c->tls)
		SSL_shutdown(c->tls);
	pthread_mutex_lock(&c->peer->lock);
	close(c->fd);
	c->fd = -1;
	pthread_mutex_unlock(&c->peer->lock);
	return NULL;
}

static void *run_peer(void *arg)
{
	struct hostile_peer *peer = arg;
	int fd;

	while ((fd = accept(peer->fd, NULL, NULL)) >= 0) {
		struct connection *c = &peer->connections[peer->count];

		if (peer->count == CONNECTIONS_MAX)
			abort();
		*c = (struct connection){.peer = peer, .fd = fd};
		if (peer->tls) {
			c->tls = SSL_new(peer->tls);
			SSL_set_fd(c->tls, fd);
		}
		if (pthread_create(&c->thread, NULL, run_connection, c) != 0)
			abort();
		peer->count++;
	}
	return NULL;
}

struct hostile_peer *hostile_peer_new(const struct hostile_options *options)
{
	struct hostile_peer *peer = mem_alloc(sizeof(*peer));
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);

	pthread_mutex_init(&peer->lock, NULL);
	peer->options = *options;
	if (options->ca_path)
		peer->tls = certificates_server(options->certificate, options->ca_path);
	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	/* so that a peer which does not read is noticed soon */
	setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &(int){8192}, sizeof(int));
	if (bind(peer->fd, (struct sockaddr *)&address, len) || listen(peer->fd, CONNECTIONS_MAX) ||
	    getsockname(peer->fd, (struct sockaddr *)&address, &len))
		abort();
	peer->port = ntohs(address.sin_port);
	if (pthread_create(&peer->thread, NULL, run_peer, peer) != 0)
		abort();
	return peer;
}

void hostile_peer_free(struct hostile_peer *peer)
{
	atomic_store(&peer->stop, true);
	shutdown(peer->fd, SHUT_RDWR); /* accept returns */
	pthread_join(peer->thread, NULL);
	close(peer->fd);
	for (unsigned i = 0; i < peer->count; i++) {
		struct connection *c = &peer->connections[i];

		pthread_mutex_lock(&peer->lock);
		if (c->fd >= 0)
			shutdown(c->fd, SHUT_RDWR);
		pthread_mutex_unlock(&peer->lock);
		pthread_join(c->thread, NULL);
		SSL_free(c->tls);
	}
	SSL_CTX_free(peer->tls);
	pthread_mutex_destroy(&peer->lock);
	free(peer);
}

int hostile_peer_port(const struct hostile_peer *peer)
{
	return peer->port;
}

unsigned hostile_peer_opens(const struct hostile_peer *peer)
{
	return atomic_load(&peer->opens);
}

unsigned hostile_peer_links(const struct hostile_peer *peer)
{
	return atomic_load(&peer->links);
}

unsigned hostile_peer_closes(const struct hostile_peer *peer)
{
	return atomic_load(&peer->closes);
}

unsigned hostile_peer_acks(const struct hostile_peer *peer)
{
	return atomic_load(&peer->acks);
}
