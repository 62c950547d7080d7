/*
 * salesforce/normal.c - see normal.h.
 */
#include "salesforce/normal.h"

#include <stdio.h>
#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/json.h"
#include "salesforce/sf_id.h"

void normal_id(json_t *out, const char *key, const json_t *record, const char *field)
{
	char id[19] = "";

	(void)sf_id_long(json_str(record, field), id);
	json_object_set_new(out, key, json_string(id));
}

void normal_text(json_t *out, const char *key, const json_t *record, const char *field)
{
	json_object_set_new(out, key, json_text_value(json_str(record, field)));
}

void normal_bool(json_t *out, const char *key, const json_t *record, const char *field)
{
	json_set_bool(out, key, json_bool(record, field));
}

void normal_bool_or_null(json_t *out, const char *key, const json_t *record, const char *field)
{
	if (json_is_boolean(json_get(record, field)))
		json_set_bool(out, key, json_bool(record, field));
	else
		json_object_set_new(out, key, json_null());
}

/* Numbers come as integers, or as reals with nothing behind the point. */
void normal_count(json_t *out, const char *key, const json_t *record, const char *field)
{
	const json_t *value = json_get(record, field);
	double real = json_is_real(value) ? json_real_value(value) : 0;
	int64_t n = json_is_integer(value) ? json_integer_value(value) : real > 0 && real < 1e15 ? (int64_t)real : 0;

	json_set_int(out, key, n);
}

int64_t normal_ms(const char *text)
{
	char whole[32];

	if (strlen(text) != 10)
		return clock_parse_rfc3339(text);
	snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	return clock_parse_rfc3339(whole);
}

void normal_time(json_t *out, const char *key, const json_t *record, const char *field)
{
	int64_t ms = normal_ms(json_str(record, field));

	if (ms < 0)
		json_object_set_new(out, key, json_null());
	else
		json_set_int(out, key, ms);
}

void normal_rfc3339(json_t *out, const char *key, const json_t *record, const char *field)
{
	int64_t ms = normal_ms(json_str(record, field));
	char text[32] = "";

	if (ms >= 0)
		clock_rfc3339(ms, text);
	json_object_set_new(out, key, json_string(text));
}

const json_t *normal_children(const json_t *record, const char *field)
{
	return json_get(json_get(record, field), "records");
}
