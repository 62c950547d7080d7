#pragma once

/*
 * tests/sim/slack/ws_frame.h - the frames of RFC 6455, as a strict server
 * sees them: what it reads must be masked, what it writes is not.
 */

#include "tests/sim/sim.h"

#include <sys/types.h>

enum ws_op { WS_CONTINUATION = 0, WS_TEXT = 1, WS_BINARY = 2, WS_CLOSE = 8, WS_PING = 9, WS_PONG = 10 };

enum { WS_HEAD_MAX = 10, WS_CONTROL_MAX = 125 };

struct ws_frame {
	enum ws_op op;
	bool fin;
	char *data; /* inside the caller's buffer, unmasked */
	size_t len;
};

/*
 * Reads one frame from the start of `buf`. Returns the bytes it took; 0: it
 * is not whole yet; -1: it breaks the protocol, and *ret_why says how.
 */
ssize_t ws_read(char *buf, size_t len, struct ws_frame *ret_frame, const char **ret_why);

/* Writes the head of an unmasked frame; returns its length. */
size_t ws_head(unsigned char out[WS_HEAD_MAX], enum ws_op op, bool fin, size_t len);

/* Sec-WebSocket-Accept for a Sec-WebSocket-Key; a new JSON string. */
json_t *ws_accept(const char *key);

/* A key is 16 bytes in base64. */
bool ws_key_is_good(const char *key);
