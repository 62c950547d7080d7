/*
 * base/json.c - jansson with safe defaults; see json.h.
 */
#include "bot/base/json.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/text.h"

enum { DEPTH_MAX = 64 };

/* Counts brackets before the parser recurses over them; the text may be malformed, the parser will say so. */
static bool is_too_deep(const char *text, size_t len)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if ((c == '[' || c == '{') && ++depth > DEPTH_MAX) {
			return true;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return false;
}

static void *bytes(size_t size)
{
	return mem_grow(NULL, size, 1);
}

void json_start(void)
{
	json_set_alloc_funcs(bytes, free);
}

enum errc json_parse(json_t **ret, const char *text, size_t len, struct err *reterr)
{
	json_error_t e;
	json_t *value;

	if (is_too_deep(text, len))
		return err_set(reterr, ERR_PROTOCOL, "JSON nested deeper than %d", DEPTH_MAX);
	value = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (!value)
		return err_set(reterr, ERR_PROTOCOL, "JSON, line %d column %d: %s", e.line, e.column, e.text);
	*ret = value;
	return OK;
}

char *json_text(const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;

	return text ? text : mem_strdup("null");
}

json_t *json_get(const json_t *object, const char *key)
{
	return json_is_object(object) ? json_object_get(object, key) : NULL;
}

const char *json_str_or_null(const json_t *object, const char *key)
{
	return json_string_value(json_get(object, key));
}

const char *json_str(const json_t *object, const char *key)
{
	const char *s = json_str_or_null(object, key);

	return s ? s : "";
}

int64_t json_int(const json_t *object, const char *key)
{
	const json_t *value = json_get(object, key);

	if (json_is_integer(value))
		return (int64_t)json_integer_value(value);
	if (json_is_real(value) && json_real_value(value) > -9.0e18 && json_real_value(value) < 9.0e18)
		return (int64_t)json_real_value(value); /* some services write 5 as 5.0 */
	return 0;
}

bool json_bool(const json_t *object, const char *key)
{
	return json_is_true(json_get(object, key));
}

json_t *json_path(const json_t *value, ...)
{
	const json_t *at = value;
	json_t *found = NULL;
	const char *key;
	va_list ap;

	va_start(ap, value);
	while ((key = va_arg(ap, const char *))) {
		found = json_get(at, key);
		at = found;
	}
	va_end(ap);
	return found;
}

/* The same text with U+FFFD for each byte that is not UTF-8; the caller frees. */
static char *made_valid(const char *s, size_t len)
{
	struct buf b;

	buf_init(&b, 3 * len);
	for (size_t at = 0; at < len;) {
		size_t n = text_utf8_step(s + at, len - at);

		buf_add(&b, n ? s + at : "\xef\xbf\xbd", n ? n : 3);
		at += n ? n : 1;
	}
	return buf_take(&b);
}

static json_t *checked(json_t *value)
{
	if (!value)
		abort(); /* valid UTF-8 and still no value: out of memory */
	return value;
}

json_t *json_text_value(const char *s)
{
	AUTO_FREE char *valid = NULL;

	if (!s)
		return json_null();
	if (text_is_utf8(s, strlen(s)))
		return checked(json_string(s));
	valid = made_valid(s, strlen(s));
	return checked(json_string(valid));
}

void json_set_str(json_t *object, const char *key, const char *s)
{
	if (text_empty(s))
		json_object_del(object, key);
	else if (json_object_set_new(object, key, json_text_value(s)))
		abort();
}

void json_set_int(json_t *object, const char *key, int64_t n)
{
	if (json_object_set_new(object, key, checked(json_integer(n))))
		abort();
}

void json_set_bool(json_t *object, const char *key, bool b)
{
	if (json_object_set_new(object, key, json_boolean(b)))
		abort();
}
