/*
 * tests/sim/slack/ws_frame.c - the frames of RFC 6455.
 */

#include "tests/sim/slack/ws_frame.h"

#include <openssl/evp.h>
#include <string.h>

static const char *flaw(const unsigned char *buf, uint64_t len)
{
	unsigned op = buf[0] & 0x0f;

	if (buf[0] & 0x70)
		return "a reserved bit is set";
	if (!(buf[1] & 0x80))
		return "the frame is not masked";
	if (op > WS_PONG || (op > WS_BINARY && op < WS_CLOSE))
		return "the opcode is reserved";
	if (op >= WS_CLOSE && !(buf[0] & 0x80))
		return "a control frame is fragmented";
	if (op >= WS_CLOSE && len > WS_CONTROL_MAX)
		return "a control frame is longer than 125 bytes";
	return NULL;
}

static uint64_t big_endian(const unsigned char *bytes, size_t n)
{
	uint64_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | bytes[i];
	return value;
}

ssize_t ws_read(char *buf, size_t len, struct ws_frame *ret_frame, const char **ret_why)
{
	const unsigned char *bytes = (const unsigned char *)buf;
	const unsigned char *mask;
	size_t more;
	size_t head;
	uint64_t size;

	if (len < 2)
		return 0;
	more = (bytes[1] & 0x7f) == 127 ? 8 : (bytes[1] & 0x7f) == 126 ? 2 : 0;
	head = 2 + more + 4;
	if (len < 2 + more)
		return 0;
	size = more ? big_endian(bytes + 2, more) : bytes[1] & 0x7fU;
	*ret_why = flaw(bytes, size);
	if (*ret_why)
		return -1;
	if (len < head || len - head < size)
		return 0;
	mask = bytes + 2 + more;
	for (size_t i = 0; i < size; i++)
		buf[head + i] = (char)(bytes[head + i] ^ mask[i % 4]);
	*ret_frame = (struct ws_frame){bytes[0] & 0x0fU, (bytes[0] & 0x80) != 0, buf + head, (size_t)size};
	return (ssize_t)(head + size);
}

size_t ws_head(unsigned char out[WS_HEAD_MAX], enum ws_op op, bool fin, size_t len)
{
	size_t bytes = len > 65535 ? 8 : len > 125 ? 2 : 0;

	out[0] = (unsigned char)((fin ? 0x80U : 0U) | (unsigned)op);
	out[1] = (unsigned char)(bytes == 8 ? 127 : bytes == 2 ? 126 : len);
	for (size_t i = 0; i < bytes; i++)
		out[2 + i] = (unsigned char)(len >> (8 * (bytes - 1 - i)));
	return 2 + bytes;
}

json_t *ws_accept(const char *key)
{
	json_t *text = sim_jsonf("%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned char base64[64];
	unsigned int len = 0;

	EVP_Digest(json_string_value(text), json_string_length(text), digest, &len, EVP_sha1(), NULL);
	EVP_EncodeBlock(base64, digest, (int)len);
	json_decref(text);
	return json_string((const char *)base64);
}

bool ws_key_is_good(const char *key)
{
	unsigned char bytes[32];

	return key && strlen(key) == 24 && EVP_DecodeBlock(bytes, (const unsigned char *)key, 24) == 18 &&
	       strcmp(key + 22, "==") == 0;
}
