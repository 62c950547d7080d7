/*
 * base/json.h - jansson with safe defaults and short getters.
 *
 * Getters accept NULL and values of another type, and then return "" / 0 /
 * false / NULL: what comes from outside has any shape.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "bot/base/err.h"

/* Once, before the first value: without memory jansson ends the process (mem.h) instead of losing a value silently. */
void json_start(void);

/* Strict parse (duplicate keys, bad UTF-8 and trailing text are refused; nesting at most 64). The caller owns *ret. */
enum errc json_parse(json_t **ret, const char *text, size_t len, struct err *reterr) MUST_CHECK;
/* Compact text; the caller frees. */
char *json_text(const json_t *value);
const char *json_str(const json_t *object, const char *key);         /* never NULL; "" when absent or no string */
const char *json_str_or_null(const json_t *object, const char *key); /* NULL when absent or no string */
int64_t json_int(const json_t *object, const char *key);
bool json_bool(const json_t *object, const char *key);
json_t *json_get(const json_t *object, const char *key); /* borrowed or NULL */
/* A path of keys, the list ends with NULL: json_path(v, "user", "id", NULL). Borrowed or NULL. */
json_t *json_path(const json_t *value, ...) __attribute__((sentinel));
/* A JSON string of any bytes: invalid UTF-8 is replaced by U+FFFD; NULL gives null. Never NULL. */
json_t *json_text_value(const char *s);
void json_set_str(json_t *object, const char *key, const char *s); /* NULL or "" deletes the key */
void json_set_int(json_t *object, const char *key, int64_t n);
void json_set_bool(json_t *object, const char *key, bool b);
