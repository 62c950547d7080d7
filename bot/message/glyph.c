/*
 * message/glyph.c - what a reader takes for one character.
 */
#include "bot/message/glyph.h"

#include <string.h>

#include "bot/base/text.h"

enum { POINTS_MAX = 32, REPLACEMENT = 0xFFFD, ZWJ = 0x200D };

static const struct {
	uint32_t first, last;
} marks[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x05BF, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06ED},   {0x0900, 0x0903},   {0x093A, 0x093C}, {0x093E, 0x094F}, {0x0981, 0x0983},
    {0x09BC, 0x09CD},   {0x0A3C, 0x0A4D},   {0x0ABC, 0x0ACD},   {0x0BBE, 0x0BCD}, {0x0C3E, 0x0C4D}, {0x0CBC, 0x0CCD},
    {0x0D3E, 0x0D4D},   {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200D, 0x200D},   {0x20D0, 0x20FF},   {0x302A, 0x302F},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

size_t glyph_decode(const char *s, uint32_t *ret)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = text_utf8_step(s, strnlen(s, 4));

	if (!len) {
		*ret = REPLACEMENT;
		return 1;
	}
	*ret = len == 1 ? p[0] : p[0] & (0xFFu >> (len + 1));
	for (size_t i = 1; i < len; i++)
		*ret = *ret << 6 | (p[i] & 0x3Fu);
	return len;
}

bool glyph_is_mark(uint32_t c)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (c >= marks[i].first && c <= marks[i].last)
			return true;
	return false;
}

/* Two of these letters are a flag. */
static bool is_flag_letter(uint32_t c)
{
	return c >= 0x1F1E6 && c <= 0x1F1FF;
}

size_t glyph_step(const char *s)
{
	uint32_t before, c;
	size_t bytes, len;
	bool flag;

	if (!*s)
		return 0;
	bytes = glyph_decode(s, &before);
	flag = is_flag_letter(before);
	for (int n = 1; n < POINTS_MAX && s[bytes]; n++) {
		len = glyph_decode(s + bytes, &c);
		if (flag && is_flag_letter(c))
			flag = false;
		else if (!glyph_is_mark(c) && (before != ZWJ || c <= 0x7F))
			break;
		bytes += len;
		before = c;
	}
	return bytes;
}

size_t glyph_units(const char *s, size_t bytes)
{
	size_t n = 0;
	uint32_t c;

	for (const char *p = s; p<s + bytes; n += c> 0xFFFF ? 2 : 1)
		p += glyph_decode(p, &c);
	return n;
}

size_t glyph_points(const char *s, size_t bytes)
{
	size_t n = 0;
	uint32_t c;

	for (const char *p = s; p < s + bytes; n++)
		p += glyph_decode(p, &c);
	return n;
}
