/*
 * support/hostile_scripts.c - how a socket can misbehave; see hostile_peer.h. One row a way.
 */
#include "tests/support/hostile_peer.h"

#include <stddef.h>
#include <string.h>

#include "bot/base/text.h"

/* The first byte of a frame. */
enum {
	FIN = 0x80,
	RSV1 = 0x40,
	RSV3 = 0x10,
	MORE = 0,
	TEXT = 1,
	BINARY = 2,
	CLOSE = 8,
	PING = 9,
	PONG = 10,
};

#define HELLO_TEXT \
	"{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A0EAC00001\"}," \
	"\"debug_info\":{\"host\":\"applink-1\"}}"
#define ENVELOPE_TEXT \
	"{\"envelope_id\":\"e\",\"type\":\"slash_commands\",\"accepts_response_payload\":true,\"payload\":" \
	"{\"team_id\":\"T1\",\"command\":\"/eac\",\"text\":\"alive\",\"user_id\":\"U1\",\"channel_id\":\"C1\"," \
	"\"trigger_id\":\"1.2.3\"}}"

#define UPGRADE \
	{ \
		.kind = STEP_UPGRADE \
	}
#define FRAME(b, s) \
	{ \
		.kind = STEP_FRAME, .first = (b), .text = (s) \
	}
#define BYTES(b, s) \
	{ \
		.kind = STEP_FRAME, .first = (b), .text = (s), .n = sizeof(s) - 1 \
	}
#define RAW(s) \
	{ \
		.kind = STEP_RAW, .text = (s), .n = sizeof(s) - 1 \
	}
#define DRIP(s) \
	{ \
		.kind = STEP_DRIP, .text = (s), .n = sizeof(s) - 1 \
	}
#define SAY(s) \
	{ \
		.kind = STEP_SAY, .text = (s) \
	}
#define LARGE(size, p) \
	{ \
		.kind = STEP_LARGE, .n = (size), .piece = (p) \
	}
#define MANY(b, s, c) \
	{ \
		.kind = STEP_REPEAT, .first = (b), .text = (s), .n = (c) \
	}
#define HEADER(size) \
	{ \
		.kind = STEP_HEADER, .n = (size) \
	}
#define REST(ms) \
	{ \
		.kind = STEP_REST, .n = (ms) \
	}
#define DO(what) \
	{ \
		.kind = STEP_##what \
	}
#define HELLO        FRAME(FIN | TEXT, HELLO_TEXT)
#define ENVELOPE     FRAME(FIN | TEXT, ENVELOPE_TEXT)
#define TOLD(reason) FRAME(FIN | TEXT, "{\"type\":\"disconnect\",\"reason\":\"" reason "\"}")
#define HEAD_101     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT       "Sec-WebSocket-Accept: $K\r\n"

#define Z8(s)  s s s s s s s s
#define Z64(s) Z8(s) Z8(s) Z8(s) Z8(s) Z8(s) Z8(s) Z8(s) Z8(s)

/* A row ends by closing the connection, unless its last step waits for the client. */
static const struct hostile_script scripts[] = {
    /* at the upgrade */
    {"refused with 302",
     HOSTILE_LOST,
     "302",
     {SAY("HTTP/1.1 302 Found\r\nLocation: wss://evil.example/\r\nContent-Length: 0\r\n\r\n")}},
    {"refused with 403", HOSTILE_LOST, "403", {SAY("HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nnope")}},
    {"refused with 404", HOSTILE_LOST, "404", {SAY("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")}},
    {"refused with 408", HOSTILE_LOST, "408", {SAY("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")}},
    {"refused with 409", HOSTILE_LOST, "409", {SAY("HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n")}},
    {"refused with 429",
     HOSTILE_LOST,
     "429",
     {SAY("HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n")}},
    {"refused with 503",
     HOSTILE_LOST,
     "503",
     {SAY("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")}},
    {"200 instead of 101", HOSTILE_LOST, "200", {SAY("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")}},
    {"no status line", HOSTILE_LOST, NULL, {SAY("SSH-2.0-OpenSSH_9.2\r\n"), DO(MUTE)}},
    {"binary noise instead of an answer", HOSTILE_LOST, NULL, {RAW("\0\1\2\3\377\376\r\n\r\n\0\0"), DO(MUTE)}},
    {"a status that is no number", HOSTILE_LOST, NULL, {SAY("HTTP/1.1 abc\r\n\r\n"), DO(MUTE)}},
    {"no answer to the upgrade", HOSTILE_LOST, NULL, {DO(MUTE)}},
    {"half an answer, then silence", HOSTILE_LOST, NULL, {SAY("HTTP/1.1 101 Switching Protocols\r\nUpgr"), DO(MUTE)}},
    {"half an answer, then the end", HOSTILE_LOST, NULL, {SAY("HTTP/1.1 101 Switching Protocols\r\nUpgr")}},
    {"the end instead of an answer", HOSTILE_LOST, NULL, {DO(END)}},
    {"a reset instead of an answer", HOSTILE_LOST, NULL, {DO(RESET)}},
    {"a wrong accept key",
     HOSTILE_LOST,
     NULL,
     {SAY(HEAD_101 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"), HELLO, DO(MUTE)}},
    {"no accept key", HOSTILE_LOST, NULL, {SAY(HEAD_101 "\r\n"), HELLO, DO(MUTE)}},
    {"no Upgrade header",
     HOSTILE_LOST,
     NULL,
     {SAY("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" ACCEPT "\r\n"), HELLO, DO(MUTE)}},
    {"a protocol that nobody offered",
     HOSTILE_EITHER,
     NULL,
     {SAY(HEAD_101 ACCEPT "Sec-WebSocket-Protocol: other\r\n\r\n"), HELLO, ENVELOPE, DO(BEHAVE)}},
    {"compression that nobody offered",
     HOSTILE_EITHER,
     NULL,
     {SAY(HEAD_101 ACCEPT "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"), HELLO, ENVELOPE, DO(BEHAVE)}},
    {"headers of 6 kB",
     HOSTILE_LIVES,
     NULL,
     {SAY(HEAD_101 ACCEPT), HEADER(6000), SAY("\r\n"), HELLO, ENVELOPE, DO(BEHAVE)}},
    {"headers of 64 kB",
     HOSTILE_EITHER,
     NULL,
     {SAY(HEAD_101 ACCEPT), HEADER(65000), SAY("\r\n"), HELLO, ENVELOPE, DO(BEHAVE)}},
    {"an answer byte by byte",
     HOSTILE_LIVES,
     NULL,
     {DRIP("HTTP/1.1 101 Switching Protocols\r\n"), SAY("Upgrade: websocket\r\nConnection: Upgrade\r\n" ACCEPT "\r\n"),
      HELLO, ENVELOPE, DO(BEHAVE)}},

    /* before hello */
    {"no hello", HOSTILE_LOST, "hello", {UPGRADE, DO(BEHAVE)}},
    {"the end before hello", HOSTILE_LOST, NULL, {UPGRADE}},
    {"a Close before hello",
     HOSTILE_LOST,
     "1001",
     {UPGRADE,
      BYTES(FIN | CLOSE, "\x03\xe9"
                         "restarting"),
      DO(MUTE)}},
    {"a warning before hello", HOSTILE_LOST, "warning", {UPGRADE, TOLD("warning"), DO(BEHAVE)}},
    {"refresh_requested before hello",
     HOSTILE_LOST,
     "refresh_requested",
     {UPGRADE, TOLD("refresh_requested"), DO(BEHAVE)}},
    {"too_many_websockets before hello", HOSTILE_LOST, "too many", {UPGRADE, TOLD("too_many_websockets"), DO(BEHAVE)}},
    {"link_disabled before hello", HOSTILE_LOST, "switched off", {UPGRADE, TOLD("link_disabled"), DO(BEHAVE)}},
    {"a reason of tomorrow before hello", HOSTILE_LOST, "moon", {UPGRADE, TOLD("full_moon"), DO(BEHAVE)}},
    {"disconnect without a reason",
     HOSTILE_LOST,
     "no reason",
     {UPGRADE, FRAME(FIN | TEXT, "{\"type\":\"disconnect\"}"), DO(BEHAVE)}},
    {"a reason that is a number",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, FRAME(FIN | TEXT, "{\"type\":\"disconnect\",\"reason\":7}"), DO(BEHAVE)}},
    {"hello of another app",
     HOSTILE_LOST,
     "A0OTHER001",
     {UPGRADE,
      FRAME(FIN | TEXT, "{\"type\":\"hello\",\"num_connections\":1,\"connection_info\":{\"app_id\":\"A0OTHER001\"}}"),
      DO(BEHAVE)}},
    {"an envelope before hello", HOSTILE_LIVES, NULL, {UPGRADE, ENVELOPE, HELLO, DO(BEHAVE)}},
    {"hello of wrong types",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE,
      FRAME(FIN | TEXT, "{\"type\":\"hello\",\"num_connections\":\"9\",\"connection_info\":[],\"debug_info\":"
                        "{\"approximate_connection_time\":-5}}"),
      ENVELOPE, DO(BEHAVE)}},
    {"hello of huge numbers",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE,
      FRAME(FIN | TEXT, "{\"type\":\"hello\",\"num_connections\":9223372036854775807,\"debug_info\":"
                        "{\"approximate_connection_time\":9223372036854775807}}"),
      ENVELOPE, DO(BEHAVE)}},
    {"hello in a binary frame", HOSTILE_LOST, "hello", {UPGRADE, FRAME(FIN | BINARY, HELLO_TEXT), DO(BEHAVE)}},
    {"hello twice", HOSTILE_LIVES, NULL, {UPGRADE, HELLO, HELLO, ENVELOPE, DO(BEHAVE)}},
    {"hello in fragments with a ping between",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, FRAME(TEXT, "{\"type\":"), FRAME(FIN | PING, "x"), FRAME(MORE, ""), FRAME(FIN | MORE, "\"hello\"}"),
      ENVELOPE, DO(BEHAVE)}},
    {"hello byte by byte",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE,
      DRIP("\x01\x05{\"typ\x89\x02hi\x80\x0b"
           "e\":\"hello\"}\x8a\x00"),
      ENVELOPE, DO(BEHAVE)}},

    /* told to go */
    {"a warning, and envelopes after it",
     HOSTILE_LEAVES,
     NULL,
     {UPGRADE, HELLO, TOLD("warning"), ENVELOPE, ENVELOPE, DO(BEHAVE)}},
    {"a warning, then refresh_requested",
     HOSTILE_LEAVES,
     NULL,
     {UPGRADE, HELLO, TOLD("warning"), ENVELOPE, TOLD("refresh_requested"), ENVELOPE, DO(BEHAVE)}},
    {"refresh_requested, and a life of one second",
     HOSTILE_LEAVES,
     NULL,
     {UPGRADE, FRAME(FIN | TEXT, "{\"type\":\"hello\",\"debug_info\":{\"approximate_connection_time\":1}}"),
      TOLD("refresh_requested"), ENVELOPE, ENVELOPE, DO(BEHAVE)}},

    /* texts that are no envelopes */
    {"empty texts", HOSTILE_LIVES, NULL, {UPGRADE, HELLO, MANY(FIN | TEXT, "", 20), ENVELOPE, DO(BEHAVE)}},
    {"words instead of JSON",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "UNAUTHENTICATED: cache_error"), ENVELOPE, DO(BEHAVE)}},
    {"other JSON",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "[1,2]"), FRAME(FIN | TEXT, "null"), FRAME(FIN | TEXT, "{\"type\":3}"),
      ENVELOPE, DO(BEHAVE)}},
    {"JSON cut in half",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "{\"envelope_id\":\"e\",\"type\":\"sla"), ENVELOPE, DO(BEHAVE)}},
    {"JSON with a zero byte",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, BYTES(FIN | TEXT, "{\"type\":\"hello\0\"}"), ENVELOPE, DO(BEHAVE)}},
    {"JSON of great depth",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, Z8(Z8(Z8("[[[[[[")))), ENVELOPE, DO(BEHAVE)}},
    {"a payload that is a text",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "{\"envelope_id\":\"p\",\"type\":\"interactive\",\"payload\":\"x\"}"), ENVELOPE,
      DO(BEHAVE)}},
    {"an envelope of an unknown type",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "{\"envelope_id\":\"u\",\"type\":\"of_tomorrow\",\"payload\":{}}"), ENVELOPE,
      DO(BEHAVE)}},
    {"an envelope whose id is a number",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "{\"envelope_id\":5,\"type\":\"events_api\",\"payload\":{}}"), ENVELOPE,
      DO(BEHAVE)}},
    {"bad UTF-8 in a text",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | TEXT, "{\"type\":\"\xff\xfe\"}"), ENVELOPE, DO(BEHAVE)}},
    {"a binary frame", HOSTILE_LIVES, NULL, {UPGRADE, HELLO, BYTES(FIN | BINARY, "\0\1\2\377"), ENVELOPE, DO(BEHAVE)}},

    /* sizes and pieces */
    {"300 kB in 43 pieces with pings between",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, LARGE(300000, 7000), ENVELOPE, DO(BEHAVE)}},
    {"1 MiB in one frame", HOSTILE_LIVES, NULL, {UPGRADE, HELLO, LARGE(1 << 20, 0), ENVELOPE, DO(BEHAVE)}},
    {"5 MiB in one frame", HOSTILE_LOST, "4 MiB", {UPGRADE, HELLO, LARGE(5 << 20, 0), DO(BEHAVE)}},
    {"5 MiB in pieces", HOSTILE_LOST, "4 MiB", {UPGRADE, HELLO, LARGE(5 << 20, 50000), DO(BEHAVE)}},
    {"500 envelopes at once",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO,
      MANY(FIN | TEXT, "{\"envelope_id\":\"m%d\",\"type\":\"events_api\",\"payload\":{\"event\":{}}}", 500), ENVELOPE,
      DO(BEHAVE)}},
    {"a text in a thousand empty pieces",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, FRAME(TEXT, "{\"type\":"), MANY(MORE, "", 1000), FRAME(FIN | MORE, "\"x\"}"), ENVELOPE,
      DO(BEHAVE)}},
    {"a flood of pings",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, MANY(FIN | PING, "ping %d", 1000), ENVELOPE, DO(BEHAVE)}},
    {"pongs that nobody asked for",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, MANY(FIN | PONG, "pong %d", 100), ENVELOPE, DO(BEHAVE)}},
    {"a frame that promises 2^62 bytes",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, RAW("\x81\x7f\x40\0\0\0\0\0\0\0{"), DO(MUTE)}},
    {"a text that never ends", HOSTILE_LOST, "silent", {UPGRADE, HELLO, FRAME(TEXT, "{\"type\":"), DO(MUTE)}},

    /* against RFC 6455 */
    {"a reserved bit", HOSTILE_EITHER, NULL, {UPGRADE, HELLO, FRAME(FIN | RSV1 | TEXT, "{}"), ENVELOPE, DO(BEHAVE)}},
    {"another reserved bit",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | RSV3 | TEXT, "{}"), ENVELOPE, DO(BEHAVE)}},
    {"a masked frame", HOSTILE_EITHER, NULL, {UPGRADE, HELLO, RAW("\x81\x82\1\2\3\4\x7a\x7f"), ENVELOPE, DO(BEHAVE)}},
    {"an unknown opcode", HOSTILE_EITHER, NULL, {UPGRADE, HELLO, FRAME(FIN | 3, "{}"), ENVELOPE, DO(BEHAVE)}},
    {"an unknown control opcode", HOSTILE_EITHER, NULL, {UPGRADE, HELLO, FRAME(FIN | 11, "{}"), ENVELOPE, DO(BEHAVE)}},
    {"a ping in pieces",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, FRAME(PING, "a"), FRAME(FIN | MORE, "b"), ENVELOPE, DO(BEHAVE)}},
    {"a ping of 200 bytes",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | PING, Z64("abc") "12345678"), ENVELOPE, DO(BEHAVE)}},
    {"a Close of 200 bytes",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, FRAME(FIN | CLOSE, "\x03\xe8" Z64("abc") "123456"), DO(MUTE)}},
    {"a piece of nothing", HOSTILE_EITHER, NULL, {UPGRADE, HELLO, FRAME(FIN | MORE, "{}"), ENVELOPE, DO(BEHAVE)}},
    {"a text inside a text",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, FRAME(TEXT, "{\"type\":"), ENVELOPE, ENVELOPE, DO(BEHAVE)}},
    {"a length that is longer than it need be",
     HOSTILE_EITHER,
     NULL,
     {UPGRADE, HELLO, RAW("\x81\x7e\0\2{}"), ENVELOPE, DO(BEHAVE)}},
    {"an HTTP answer after the upgrade",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, SAY("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), DO(MUTE)}},

    /* ends */
    {"the end after hello", HOSTILE_LOST, NULL, {UPGRADE, HELLO}},
    {"a reset after hello", HOSTILE_LOST, NULL, {UPGRADE, HELLO, REST(20), DO(RESET)}},
    {"the end in a frame", HOSTILE_LOST, NULL, {UPGRADE, HELLO, RAW("\x81\x7e\x01\0{\"type")}},
    {"the end between two pieces", HOSTILE_LOST, NULL, {UPGRADE, HELLO, FRAME(TEXT, "{\"type\":")}},
    {"Close 1000",
     HOSTILE_LOST,
     "1000",
     {UPGRADE, HELLO,
      BYTES(FIN | CLOSE, "\x03\xe8"
                         "bye"),
      DO(MUTE)}},
    {"Close 1001",
     HOSTILE_LOST,
     "1001: going away",
     {UPGRADE, HELLO,
      BYTES(FIN | CLOSE, "\x03\xe9"
                         "going away"),
      DO(MUTE)}},
    {"Close 1006", HOSTILE_LOST, NULL, {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xee"), DO(MUTE)}},
    {"Close 1009",
     HOSTILE_LOST,
     "1009",
     {UPGRADE, HELLO,
      BYTES(FIN | CLOSE, "\x03\xf1"
                         "too long"),
      DO(MUTE)}},
    {"Close 1011", HOSTILE_LOST, "1011", {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xf3"), DO(MUTE)}},
    {"Close 1012", HOSTILE_LOST, NULL, {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xf4"), DO(MUTE)}},
    {"Close 3000", HOSTILE_LOST, "3000", {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x0b\xb8"), DO(MUTE)}},
    {"Close 4999", HOSTILE_LOST, "4999", {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x13\x87"), DO(MUTE)}},
    {"Close 999", HOSTILE_LOST, NULL, {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xe7"), DO(MUTE)}},
    {"Close 0", HOSTILE_LOST, NULL, {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\0\0"), DO(MUTE)}},
    {"Close without a code", HOSTILE_LOST, "1005", {UPGRADE, HELLO, FRAME(FIN | CLOSE, ""), DO(MUTE)}},
    {"Close with half a code", HOSTILE_LOST, NULL, {UPGRADE, HELLO, FRAME(FIN | CLOSE, "\x03"), DO(MUTE)}},
    {"Close with a reason of bad UTF-8",
     HOSTILE_LOST,
     "1000",
     {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xe8\xff\xfe\x1b[2J"), DO(MUTE)}},
    {"Close twice, and texts after it",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, BYTES(FIN | CLOSE, "\x03\xe8"), BYTES(FIN | CLOSE, "\x03\xe8"), MANY(FIN | TEXT, "{}", 50),
      DO(MUTE)}},
    {"Close in the middle of a text",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, FRAME(TEXT, "{\"type\":"), BYTES(FIN | CLOSE, "\x03\xe9"), DO(MUTE)}},
    {"too_many_websockets after hello",
     HOSTILE_LOST,
     "too many",
     {UPGRADE, HELLO, TOLD("too_many_websockets"), DO(BEHAVE)}},
    {"link_disabled after hello", HOSTILE_LOST, "switched off", {UPGRADE, HELLO, TOLD("link_disabled"), DO(BEHAVE)}},
    {"link_disabled, and no Close is answered",
     HOSTILE_LOST,
     "switched off",
     {UPGRADE, HELLO, TOLD("link_disabled"), DO(MUTE)}},
    {"link_disabled, and nothing is read",
     HOSTILE_LOST,
     "switched off",
     {UPGRADE, HELLO, TOLD("link_disabled"), DO(DEAF)}},

    /* silence */
    {"no answer to pings", HOSTILE_LOST, "silent", {UPGRADE, HELLO, DO(MUTE)}},
    {"nothing is read", HOSTILE_LOST, "silent", {UPGRADE, HELLO, DO(DEAF)}},
    {"more envelopes than it reads acknowledgements of",
     HOSTILE_LOST,
     NULL,
     {UPGRADE, HELLO, MANY(FIN | TEXT, "{\"envelope_id\":\"m%d-" Z64("ab") "\",\"type\":\"x\"}", 12000), DO(DEAF)}},
    {"only pings of its own", HOSTILE_LIVES, NULL, {UPGRADE, HELLO, ENVELOPE, DO(PINGING)}},
    {"texts of its own, but no pongs",
     HOSTILE_LIVES,
     NULL,
     {UPGRADE, HELLO, REST(220), FRAME(FIN | TEXT, "{\"type\":\"x\"}"), REST(220), FRAME(FIN | TEXT, ""), REST(220),
      ENVELOPE, DO(BEHAVE)}},
};

const struct hostile_script *hostile_script(unsigned index)
{
	return index < sizeof(scripts) / sizeof(scripts[0]) ? &scripts[index] : NULL;
}

const struct hostile_script *hostile_script_named(const char *name)
{
	for (unsigned i = 0; hostile_script(i); i++)
		if (text_eq(hostile_script(i)->name, name))
			return hostile_script(i);
	return NULL;
}
