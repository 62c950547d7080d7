/*
 * tests/sim/sim_answer.c - building an answer.
 *
 * An answer is written out while the lock is held, so that what the client
 * gets is the world of that moment. gzip is done with stored blocks: a
 * decoder can't tell, and no library is needed.
 */

#include "tests/sim/sim_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void answer_body(struct sim_answer *ans, int status, const char *type, char *body, size_t len)
{
	free(ans->body);
	ans->body = body;
	ans->body_len = len;
	ans->status = status;
	sim_answer_header(ans, "Content-Type", type);
}

void sim_answer_json(struct sim_answer *ans, int status, const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	if (!text) {
		fprintf(stderr, "sim: an answer that is no JSON\n");
		abort();
	}
	answer_body(ans, status, "application/json; charset=utf-8", text, strlen(text));
}

void sim_answer_new(struct sim_answer *ans, int status, json_t *json)
{
	sim_answer_json(ans, status, json);
	json_decref(json);
}

void sim_answer_text(struct sim_answer *ans, int status, const char *type, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	answer_body(ans, status, type, copy, strlen(copy));
}

void sim_answer_header(struct sim_answer *ans, const char *name, const char *value)
{
	if (!ans->headers)
		ans->headers = json_object();
	json_object_set_new(ans->headers, name, json_string(value));
}

void sim_answer_gzip(struct sim_answer *ans)
{
	ans->gzip = true;
}

void sim_answer_chunked(struct sim_answer *ans)
{
	ans->chunked = true;
}

void sim_answer_delay(struct sim_answer *ans, int64_t delay_ms)
{
	ans->delay_ms = delay_ms;
}

void sim_answer_drop(struct sim_answer *ans, bool reset)
{
	ans->drop = true;
	ans->reset = reset;
}

void sim_answer_upgrade(struct sim_answer *ans, sim_serve_fn *serve, void *ctx)
{
	ans->status = 101;
	ans->serve = serve;
	ans->serve_ctx = ctx;
}

void answer_done(struct sim_answer *ans)
{
	free(ans->body);
	json_decref(ans->headers);
	*ans = (struct sim_answer){0};
}

static uint32_t crc32_of(const char *text, size_t len)
{
	uint32_t crc = 0xffffffffU;

	for (size_t i = 0; i < len; i++) {
		crc ^= (unsigned char)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320U & (0U - (crc & 1U)));
	}
	return ~crc;
}

static char *put_little(char *out, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		*out++ = (char)(unsigned char)(value >> (8 * i));
	return out;
}

char *gzip_stored(const char *text, size_t len, size_t *ret_len)
{
	static const char head[10] = {'\x1f', '\x8b', 8, 0, 0, 0, 0, 0, 0, 3};
	enum { BLOCK = 65535 };
	char *gzip = sim_calloc(1, len + (len / BLOCK + 1) * 5 + sizeof(head) + 8);
	char *out = gzip;
	size_t done = 0;

	memcpy(out, head, sizeof(head));
	out += sizeof(head);
	do {
		size_t n = len - done < BLOCK ? len - done : BLOCK;

		*out++ = done + n == len;
		out = put_little(out, (uint32_t)n, 2);
		out = put_little(out, ~(uint32_t)n, 2);
		memcpy(out, text + done, n);
		out += n;
		done += n;
	} while (done < len);
	out = put_little(out, crc32_of(text, len), 4);
	out = put_little(out, (uint32_t)len, 4);
	*ret_len = (size_t)(out - gzip);
	return gzip;
}
