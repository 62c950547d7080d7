/*
 * salesforce/normal.h - foreign values into ours: ids of 18 characters, times, words. Pure.
 *
 * Each sets one key of `out` from one field of a record; what is missing or of
 * another type becomes "" or null as told, never a surprise.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

void normal_id(json_t *out, const char *key, const json_t *record, const char *field);   /* "" if not an id */
void normal_text(json_t *out, const char *key, const json_t *record, const char *field); /* "" */
void normal_bool(json_t *out, const char *key, const json_t *record, const char *field); /* false */
void normal_bool_or_null(json_t *out, const char *key, const json_t *record, const char *field);
void normal_count(json_t *out, const char *key, const json_t *record, const char *field); /* 0 */
/* A date or datetime as Unix milliseconds, or null; a date counts from its first moment. */
void normal_time(json_t *out, const char *key, const json_t *record, const char *field);
/* A datetime as RFC 3339 in UTC, or "". */
void normal_rfc3339(json_t *out, const char *key, const json_t *record, const char *field);
/* -1 when it is no date and no datetime. */
int64_t normal_ms(const char *text);
/* The records of a subquery; NULL, which iterates as empty, for the null that Salesforce sends instead of an empty one.
 * Borrowed. */
const json_t *normal_children(const json_t *record, const char *field);
