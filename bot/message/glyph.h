/*
 * message/glyph.h - what a reader takes for one character. Private to this folder.
 *
 * A letter with its accents, an emoji with its skin, a family joined by
 * U+200D, a flag of two letters: cut in the middle they become something else.
 * Best effort: the ranges that people type, not the whole of Unicode.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One code point at s (not at the end of the string); returns its bytes. Anything broken is one byte, U+FFFD. */
size_t glyph_decode(const char *s, uint32_t *ret);
/* Bytes of the character at s, at most 32 code points; 0 at the end of the string. */
size_t glyph_step(const char *s);
/* Does the code point belong to the one before it? */
bool glyph_is_mark(uint32_t c);
/* How many UTF-16 units these bytes are: what a limit counts at most, whatever it counts. */
size_t glyph_units(const char *s, size_t bytes);
/* The same for code points. */
size_t glyph_points(const char *s, size_t bytes);
