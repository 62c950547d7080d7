/*
 * refs.c - following references. Names are case-sensitive: replies to POST say `id`, records say `Id`.
 */
#include "tests/sim/salesforce/refs.h"
#include "tests/sim/salesforce/url.h"
#include "tests/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_MAX_LEN = 128 };

bool refs_any(const char *text)
{
	return strstr(text, "@{") != NULL;
}

/* Follows "ref.records[0].Id"; a new reference, NULL when the way breaks off. */
static json_t *follow(const char *path, json_t *results)
{
	json_t *at = results;
	char name[PATH_MAX_LEN];
	while (at && *path) {
		size_t len = strcspn(path, ".[");
		char *end = NULL;
		if (len > 0) {
			snprintf(name, sizeof(name), "%.*s", (int)len, path);
			at = json_object_get(at, name);
			path += len;
		} else if (*path == '[') {
			at = json_array_get(at, strtoul(path + 1, &end, 10));
			if (*end != ']')
				return NULL;
			path = end + 1;
		} else {
			path++;
		}
	}
	return json_incref(at);
}

/* The path of the reference that begins at text; its length with the brackets, 0 if it is none. */
static size_t reference_at(const char *text, char path[PATH_MAX_LEN])
{
	const char *end = strncmp(text, "@{", 2) == 0 ? strchr(text, '}') : NULL;
	if (!end || end - text - 2 >= PATH_MAX_LEN)
		return 0;
	snprintf(path, PATH_MAX_LEN, "%.*s", (int)(end - text - 2), text + 2);
	return (size_t)(end - text) + 1;
}

static bool put_value(FILE *out, const json_t *value, bool in_url)
{
	char *dumped = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);
	const char *text = json_is_string(value) ? json_string_value(value) : dumped;
	char *encoded = text && in_url ? url_encode(text) : NULL;
	if (text)
		fputs(encoded ? encoded : text, out);
	free(encoded);
	free(dumped);
	return text;
}

char *refs_in_text(const char *text, json_t *results, bool in_url, char ret_missing[128])
{
	char *result = NULL;
	size_t size = 0;
	bool good = true;
	FILE *out = open_memstream(&result, &size);
	if (!out)
		abort();
	while (*text && good) {
		char path[PATH_MAX_LEN];
		size_t len = reference_at(text, path);
		if (len == 0) {
			fputc(*text++, out);
			continue;
		}
		json_t *value = follow(path, results);
		good = value && !json_is_null(value) && put_value(out, value, in_url);
		if (!good)
			snprintf(ret_missing, 128, "%s", path);
		json_decref(value);
		text += len;
	}
	fclose(out);
	if (good)
		return result;
	free(result);
	return NULL;
}

static json_t *in_string(json_t *text, json_t *results, char ret_missing[128])
{
	char path[PATH_MAX_LEN];
	const char *plain = json_string_value(text);
	size_t len = reference_at(plain, path);
	if (len > 0 && !plain[len]) {
		json_t *value = follow(path, results);
		if (!value)
			snprintf(ret_missing, 128, "%s", path);
		return value;
	}
	char *filled = refs_in_text(plain, results, false, ret_missing);
	json_t *value = filled ? json_string(filled) : NULL;
	free(filled);
	return value;
}

json_t *refs_in_body(json_t *body, json_t *results, char ret_missing[128])
{
	if (json_is_string(body))
		return in_string(body, results, ret_missing);
	if (!json_is_object(body) && !json_is_array(body))
		return json_incref(body);
	json_t *copy = json_is_object(body) ? json_object() : json_array();
	const char *name;
	json_t *value;
	size_t i;
	bool good = true;
	json_object_foreach (body, name, value) {
		json_t *filled = good ? refs_in_body(value, results, ret_missing) : NULL;
		good = filled && json_object_set_new(copy, name, filled) == 0;
	}
	json_array_foreach (body, i, value) {
		json_t *filled = good ? refs_in_body(value, results, ret_missing) : NULL;
		good = filled && json_array_append_new(copy, filled) == 0;
	}
	if (good)
		return copy;
	json_decref(copy);
	return NULL;
}
