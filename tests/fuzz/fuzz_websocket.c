/*
 * tests/fuzz/fuzz_websocket.c - what a peer sends after the upgrade, through the real libwebsockets and socket_wire.c.
 *
 * A server in the same thread answers the upgrade over a unix socket and then
 * sends the input, in pieces whose size the first byte chooses. Whatever it is:
 * one end is told, every text is whole, and as long as the bytes keep to RFC 6455
 * a model of a page says which texts have to come, in which order.
 *
 * First byte: bit 0 set: the rest is sent as it is; else it is a list of frames,
 * each of a first byte, a length (see `lengths`) and as much of what follows.
 */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"
#include "bot/slack/envelope.h"
#include "bot/slack/socket_wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	TEXTS_MAX = 4096,
	STREAM_MAX = 8 * 1024 * 1024,
	PIECES_MAX = 40, /* the rest goes at once */
	HEAD_MAX = 4096,
	SPECIAL = 246, /* lengths from here on are looked up */
	FIN = 0x80,
	RSV = 0x70,
	CONTROL = 8,
};

/* Sums of texts, in order. */
struct texts {
	size_t count;
	uint64_t sums[TEXTS_MAX];
};

/* libFuzzer calls one function, over and over; what lasts is here. */
static struct {
	struct loop *loop;
	struct wires *wires;
	struct loop_timer *turn;
	int listener;
	char address[100];
	/* of one input */
	struct wire *wire;
	int fd; /* the server's end; -1 */
	struct buf stream;
	size_t sent, piece, pieces;
	unsigned ends;
	struct texts came, expected;
} f = {.listener = -1, .fd = -1};

static void add_text(struct texts *texts, const char *text, size_t len)
{
	uint64_t sum = 14695981039346656037u ^ len;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)text[i]) * 1099511628211u;
	if (len && texts->count < TEXTS_MAX) /* empty ones are ignored above */
		texts->sums[texts->count++] = sum;
}

/* --- the model --- */

struct frame {
	unsigned first;
	uint64_t len;
	size_t head;
};

/* False: there is no whole, rightful head any more. *ret_broken: because it is not rightful. */
static bool read_frame(const uint8_t *p, size_t size, struct frame *frame, bool *ret_broken)
{
	size_t wide;

	if (size < 2)
		return false;
	frame->first = p[0];
	frame->len = p[1] & 127u;
	wide = frame->len == 126 ? 2 : frame->len == 127 ? 8 : 0;
	frame->head = 2 + wide;
	*ret_broken = (p[1] & 128u) || (p[0] & RSV);
	if (*ret_broken || size < frame->head)
		return false;
	for (size_t i = 0; i < wide; i++)
		frame->len = (i ? frame->len << 8 : 0) | p[2 + i];
	*ret_broken = (wide == 2 && frame->len < 126) || (wide == 8 && (frame->len < 65536 || frame->len >> 63));
	return !*ret_broken;
}

/* Whether a frame of this kind may come now. */
static bool fits(unsigned first, uint64_t len, unsigned open)
{
	unsigned opcode = first & 15u;

	if (opcode >= CONTROL)
		return opcode <= 10 && (first & FIN) && len <= 125;
	return opcode <= 2 && (opcode == 0) == (open != 0);
}

/* Fills f.expected. True: all of it is rightful, so that nothing else may come. */
static bool model(const uint8_t *p, size_t size)
{
	AUTO_BUF struct buf message;
	unsigned open = 0; /* opcode of the message that is arriving */
	struct frame frame;
	bool broken = false;

	buf_init(&message, STREAM_MAX);
	while (read_frame(p, size, &frame, &broken)) {
		if (!fits(frame.first, frame.len, open))
			return false;
		if ((frame.first & 15u) == CONTROL)
			return false; /* Close: what comes later is not looked at */
		if (frame.len > size - frame.head)
			return true;
		if ((frame.first & 15u) < CONTROL) {
			if (!open)
				buf_clear(&message);
			open = open ? open : frame.first & 15u;
			buf_add(&message, (const char *)p + frame.head, (size_t)frame.len);
			if ((frame.first & FIN) && open == 1)
				add_text(&f.expected, buf_str(&message), message.len);
			if (frame.first & FIN)
				open = 0;
		}
		p += frame.head + frame.len;
		size -= frame.head + (size_t)frame.len;
	}
	return !broken;
}

/* --- the client --- */

static void on_open(void *arg)
{
	(void)arg;
}

static void on_text(void *arg, const char *text, size_t len)
{
	struct envelope e;

	(void)arg;
	assert(!f.ends && text[len] == '\0');
	add_text(&f.came, text, len);
	if (len && !envelope_parse(&e, text, len, NULL)) {
		envelope_done(&e);
		assert(wire_send(f.wire, "{\"envelope_id\":\"x\"}", 19) != ERR_INVALID);
	}
}

static void on_heard(void *arg)
{
	(void)arg;
	assert(!f.ends);
}

static void on_closed(void *arg, int status, const char *reason)
{
	(void)arg;
	(void)status;
	assert(!f.ends && *reason && text_is_utf8(reason, strlen(reason)));
	f.ends++;
	loop_stop(f.loop);
}

/* --- the server --- */

static void answer_upgrade(const char *head)
{
	static const char name[] = "Sec-WebSocket-Key: ", magic[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	const char *key = strcasestr(head, name);
	unsigned char hash[SHA_DIGEST_LENGTH], encoded[32];
	AUTO_FREE char *text = NULL, *answer = NULL;

	assert(key);
	key += sizeof(name) - 1;
	text = mem_printf("%.*s%s", (int)strcspn(key, "\r"), key, magic);
	SHA1((const unsigned char *)text, strlen(text), hash);
	EVP_EncodeBlock(encoded, hash, sizeof(hash));
	answer = mem_printf("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	                    "Sec-WebSocket-Accept: %s\r\n\r\n",
	                    (char *)encoded);
	assert(send(f.fd, answer, strlen(answer), MSG_NOSIGNAL) == (ssize_t)strlen(answer));
}

/* The client's request comes in one piece over a unix socket. */
static void accept_client(void)
{
	char head[HEAD_MAX + 1];
	ssize_t n;

	if (f.fd < 0)
		f.fd = accept4(f.listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	n = f.fd < 0 ? -1 : recv(f.fd, head, HEAD_MAX, 0);
	if (n <= 0)
		return;
	head[n] = '\0';
	answer_upgrade(head);
	f.pieces = 1;
}

static void send_piece(void)
{
	size_t left = f.stream.len - f.sent, n = f.pieces < PIECES_MAX && f.piece < left ? f.piece : left;
	char sink[4096];
	ssize_t sent;

	while (recv(f.fd, sink, sizeof(sink), 0) > 0)
		continue;
	sent = n ? send(f.fd, buf_str(&f.stream) + f.sent, n, MSG_NOSIGNAL) : 0;
	if (sent < 0 && errno != EAGAIN)
		f.sent = f.stream.len; /* the client has had enough */
	else if (sent > 0)
		f.sent += (size_t)sent;
	f.pieces++;
	if (f.sent == f.stream.len)
		shutdown(f.fd, SHUT_WR);
}

static void on_turn(void *arg)
{
	(void)arg;
	if (f.pieces == 0)
		accept_client();
	else
		send_piece();
	loop_timer_set(f.turn, 0);
}

static void remove_address(void)
{
	unlink(f.address + 1);
}

static void begin_once(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (f.loop)
		return;
	snprintf(f.address, sizeof(f.address), "+/tmp/eacbot-fuzz-%d", (int)getpid());
	text_copy(address.sun_path, sizeof(address.sun_path), f.address + 1);
	f.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(f.listener, (struct sockaddr *)&address, sizeof(address)) || listen(f.listener, 8) ||
	    atexit(remove_address) || loop_new(&f.loop, NULL))
		abort();
	f.wires = wires_new(f.loop, NULL); /* without TLS there are no authorities */
	f.turn = loop_timer_new(f.loop, on_turn, NULL);
}

static void run(void)
{
	static const struct wire_callbacks callbacks = {on_open, on_text, on_heard, on_closed};
	struct socket_url url = {.host = "127.0.0.1", .port = 80, .path = "/"};

	f.sent = f.pieces = f.ends = 0;
	if (wire_connect(&f.wire, f.wires, &url, f.address, NULL, &callbacks, NULL, NULL))
		abort();
	loop_timer_set(f.turn, 0);
	loop_run(f.loop);
	loop_timer_set(f.turn, -1);
	wire_free(f.wire);
	close(f.fd);
	f.fd = -1;
}

static size_t length_of(uint8_t byte)
{
	static const size_t lengths[] = {125, 126, 127, 4096, 16383, 16384, 16385, 65535, 65536, 100000};

	return byte < SPECIAL ? byte : lengths[byte - SPECIAL];
}

static void add_frame(uint8_t first, size_t len, const uint8_t *payload, size_t given)
{
	buf_putc(&f.stream, (char)first);
	buf_putc(&f.stream, (char)(len < 126 ? len : len < 65536 ? 126 : 127));
	for (int shift = len < 126 ? -8 : len < 65536 ? 8 : 56; shift >= 0; shift -= 8)
		buf_putc(&f.stream, (char)((uint64_t)len >> shift));
	buf_add(&f.stream, (const char *)payload, given);
	for (size_t i = given; i < len; i++)
		buf_putc(&f.stream, 'x');
}

static void add_frames(const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t len = length_of(data[1]), given = len < size - 2 ? len : size - 2;

		add_frame(data[0], len, data + 2, given);
		data += 2 + given;
		size -= 2 + given;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = {1, 2, 3, 7, 100, 4096, 16384, STREAM_MAX};
	bool rightful;

	if (!size)
		return 0;
	begin_once();
	buf_init(&f.stream, STREAM_MAX);
	f.came.count = f.expected.count = 0;
	f.piece = pieces[data[0] >> 1 & 7];
	if (data[0] & 1)
		buf_add(&f.stream, (const char *)data + 1, size - 1);
	else
		add_frames(data + 1, size - 1);
	rightful = model((const uint8_t *)buf_str(&f.stream), f.stream.len);
	run();
	assert(f.ends == 1);
	assert(f.came.count >= f.expected.count && (!rightful || f.came.count == f.expected.count));
	assert(memcmp(f.came.sums, f.expected.sums, f.expected.count * sizeof(f.expected.sums[0])) == 0);
	buf_done(&f.stream);
	return 0;
}
