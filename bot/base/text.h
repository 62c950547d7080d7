/*
 * base/text.h - small words on strings: comparing, trimming, copying with a bound, UTF-8.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

bool text_eq(const char *a, const char *b);  /* both NULL: equal; one NULL: not */
bool text_ieq(const char *a, const char *b); /* ASCII case ignored */
bool text_starts(const char *s, const char *prefix);
/* NULL or "". Here and not in text.c, so that the analyzers see what it rules out. */
static inline bool text_empty(const char *s)
{
	return !s || !*s;
}
/* Copies at most size-1 bytes, always terminates, never cuts inside a UTF-8 character. NULL copies "". True if all
 * fitted. */
bool text_copy(char *out, size_t size, const char *s);
/* The same, with control characters (C0, C1, DEL) replaced by '?': the words of strangers, fit for a terminal. */
bool text_copy_plain(char *out, size_t size, const char *s);
/* Trims ASCII blanks in place at both ends; returns the new start. */
char *text_trim(char *s);
bool text_is_utf8(const char *s, size_t len);
/* Length of the character that `s` begins with; 0 when it is not valid UTF-8 or len is 0. */
size_t text_utf8_step(const char *s, size_t len);
/* Number of code points. */
size_t text_chars(const char *s);
/* Byte length of the first `chars` code points. */
size_t text_bytes_of_chars(const char *s, size_t chars);
/* Levenshtein distance, for "did you mean"; both at most 63 bytes, else 99. */
unsigned text_distance(const char *a, const char *b);
/* Lower-case hex of `n` bytes; out needs 2n+1. */
void text_hex(char *out, const void *bytes, size_t n);
/* A random identifier of `bytes` bytes from the system, hex; out needs 2*bytes+1. */
void text_random_hex(char *out, size_t bytes);
/* SHA-256 of `len` bytes as 64 hex digits; out needs 65. */
void text_sha256_hex(char out[static 65], const void *data, size_t len);
