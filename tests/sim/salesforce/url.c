/*
 * url.c - taking urls apart.
 */
#include "tests/sim/salesforce/url.h"
#include "tests/sim/sim.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Decodes one part of a path; a plus sign means itself there, unlike in a query string. */
static json_t *decoded(const char *text, size_t len)
{
	char *named = sim_calloc(1, 3 * len + 3);
	size_t n = (size_t)snprintf(named, 3, "p=");
	for (size_t i = 0; i < len; i++)
		if (text[i] == '+')
			n += (size_t)snprintf(named + n, 4, "%%2B");
		else
			named[n++] = text[i];
	json_t *form = sim_form(named, n);
	json_t *value = json_incref(json_object_get(form, "p"));
	json_decref(form);
	free(named);
	return value ? value : json_string("");
}

struct url url_parse(const char *target)
{
	struct url url = {.holder = json_array()};
	const char *mark = strchr(target, '?');
	const char *end = mark ? mark : target + strlen(target);
	int major = 0;
	int minor = 0;
	int used = 0;
	url.query = mark ? sim_form(mark + 1, strlen(mark + 1)) : json_object();
	for (size_t i = 0; i < URL_PARTS; i++)
		url.part[i] = "";
	if (sscanf(target, "/services/data/v%d.%d%n", &major, &minor, &used) != 2 || minor != 0)
		return url;
	target += used;
	if (target < end && *target != '/')
		return url;
	url.version = major;
	while (target < end && url.parts < URL_PARTS) {
		size_t len = strcspn(++target, "/?");
		if (len > 0) {
			json_t *word = decoded(target, len);
			json_array_append_new(url.holder, word);
			url.part[url.parts++] = json_string_value(word);
		}
		target += len;
	}
	return url;
}

void url_done(struct url *url)
{
	json_decref(url->query);
	json_decref(url->holder);
}

const char *url_query(const struct url *url, const char *name)
{
	return json_string_value(json_object_get(url->query, name));
}

bool url_is(const struct url *url, int parts, const char *first, const char *second)
{
	return url->parts == parts && strcmp(url->part[0], first) == 0 &&
	       (!second || strcmp(url->part[1], second) == 0);
}

bool url_is_encoded(const char *target)
{
	const char *text = strchr(target, '?');
	bool reference = false;
	for (; text && *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (strncmp(text, "@{", 2) == 0)
			reference = true;
		bool ours = reference && (c == '{' || c == '}' || c == '[' || c == ']');
		if (c == '}')
			reference = false;
		if (c <= ' ' || c >= 0x7f || (!ours && strchr("\"<>\\^`{|}", c)))
			return false;
		if (c == '%' && (!isxdigit((unsigned char)text[1]) || !isxdigit((unsigned char)text[2])))
			return false;
	}
	return true;
}

char *url_encode(const char *text)
{
	char *out = sim_calloc(3, strlen(text) + 1);
	size_t n = 0;
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		if (isalnum(c) || strchr("-._~", c))
			out[n++] = (char)c;
		else
			n += (size_t)snprintf(out + n, 4, "%%%02X", c);
	}
	return out;
}
