/*
 * salesforce/soql.h - building queries so that no word of a person becomes syntax. Pure.
 *
 * Text enters a query only through soql_put_text and soql_put_id. The query is
 * percent-encoded as a whole afterwards (composite.h, rest.h).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "bot/base/buf.h"

/*
 * Fit to be looked for: not empty, at most 255 bytes of UTF-8 without control characters, and without "@{", which a
 * composite call would read as a reference.
 */
bool soql_word_ok(const char *word);
/* 'word' with quotes, backslash escaped first, then the quote (SOQL reference, "Quoted String Escape Sequences"). */
void soql_put_text(struct buf *query, const char *word);
/* ('a','b') */
void soql_put_list(struct buf *query, const char *const *words, size_t count);
/* A datetime literal, which takes no quotes: 2026-11-23T15:10:00Z */
void soql_put_time(struct buf *query, int64_t wall_ms);
