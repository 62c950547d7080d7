/*
 * tests/sim/sim_util.c - time, forms and JSON helpers of the fakes.
 */

#include "tests/sim/sim_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void *sim_calloc(size_t n, size_t size)
{
	void *memory = calloc(n, size);

	if (!memory)
		abort();
	return memory;
}

int64_t sim_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sim_wall_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const char *sim_text(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "";
}

const char *sim_header(const struct sim_request *req, const char *name)
{
	return json_string_value(json_object_get(req->headers, name));
}

const char *sim_query(const struct sim_request *req, const char *name)
{
	return json_string_value(json_object_get(req->query, name));
}

json_t *sim_body_json(const struct sim_request *req)
{
	return json_loadb(req->body, req->body_len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);
}

json_t *sim_load(const char *path)
{
	json_error_t why;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &why);

	if (!json)
		fprintf(stderr, "%s:%d:%d: %s\n", path, why.line, why.column, why.text);
	return json;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Percent decoding of `len` bytes into `out`, which is as long; returns the length. */
static size_t decode(const char *text, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int high = -1;
		int low = -1;

		if (text[i] == '%' && i + 2 < len) {
			high = hex_digit(text[i + 1]);
			low = hex_digit(text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			out[n++] = (char)(unsigned char)(high * 16 + low);
			i += 2;
		} else {
			out[n++] = text[i] == '+' ? ' ' : text[i];
		}
	}
	return n;
}

static json_t *decoded_string(const char *text, size_t len)
{
	char *out = sim_calloc(1, len + 1);
	json_t *string = json_stringn(out, decode(text, len, out));

	free(out);
	return string ? string : json_string("\xef\xbf\xbd");
}

json_t *sim_form(const char *text, size_t len)
{
	json_t *form = json_object();
	const char *end = text + len;

	while (text < end) {
		const char *amp = memchr(text, '&', (size_t)(end - text));
		const char *stop = amp ? amp : end;
		const char *equals = memchr(text, '=', (size_t)(stop - text));
		const char *name_end = equals ? equals : stop;
		const char *value = equals ? equals + 1 : stop;
		json_t *name = decoded_string(text, (size_t)(name_end - text));

		if (json_string_length(name) > 0)
			json_object_set_new(form, json_string_value(name),
			                    decoded_string(value, (size_t)(stop - value)));
		json_decref(name);
		text = stop + 1;
	}
	return form;
}
