/*
 * base/text.c - small words on strings; see text.h.
 */
#include "bot/base/text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include <openssl/evp.h>

enum { DISTANCE_MAX = 63 };

bool text_eq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Not strcasecmp: that follows the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool text_ieq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool text_starts(const char *s, const char *prefix)
{
	return s && prefix && strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

bool text_copy(char *out, size_t size, const char *s)
{
	size_t len = s ? strlen(s) : 0;
	size_t n = len;

	if (size == 0)
		return false;
	if (n > size - 1) {
		n = size - 1;
		while (n > 0 && is_continuation(s[n]))
			n--;
	}
	if (n > 0)
		memcpy(out, s, n);
	out[n] = '\0';
	return n == len;
}

bool text_copy_plain(char *out, size_t size, const char *s)
{
	bool whole = text_copy(out, size, s);

	for (unsigned char *c = (unsigned char *)out; size > 0 && *c; c++) {
		bool c1 = c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0;

		if (c1)
			c[1] = '?';
		if (c1 || *c < ' ' || *c == 0x7f)
			*c = '?';
	}
	return whole;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\v' || c == '\f';
}

char *text_trim(char *s)
{
	size_t len;

	while (is_blank(*s))
		s++;
	len = strlen(s);
	while (len > 0 && is_blank(s[len - 1]))
		len--;
	s[len] = '\0';
	return s;
}

/* How many bytes the first byte promises; 0: it can't begin a character. */
static size_t promised(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

size_t text_utf8_step(const char *s, size_t len)
{
	unsigned char first = len ? (unsigned char)s[0] : 0;
	size_t n = promised(first);
	uint32_t point;

	if (len == 0 || n == 0 || n > len)
		return 0;
	if (n == 1)
		return 1;
	point = first & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if (!is_continuation(s[i]))
			return 0;
		point = point << 6 | ((unsigned char)s[i] & 0x3fu);
	}
	if ((n == 3 && point < 0x800) || (n == 4 && point < 0x10000) || point > 0x10ffff)
		return 0;
	return point >= 0xd800 && point <= 0xdfff ? 0 : n; /* a surrogate is no character */
}

bool text_is_utf8(const char *s, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t n = text_utf8_step(s + at, len - at);

		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

size_t text_chars(const char *s)
{
	size_t n = 0;

	for (; s && *s; s++)
		n += !is_continuation(*s);
	return n;
}

size_t text_bytes_of_chars(const char *s, size_t chars)
{
	size_t at = 0;

	while (s && s[at]) {
		if (!is_continuation(s[at]) && chars-- == 0)
			break;
		at++;
	}
	return at;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

unsigned text_distance(const char *a, const char *b)
{
	unsigned row[DISTANCE_MAX + 1];
	size_t la = strlen(a);
	size_t lb = strlen(b);

	if (la > DISTANCE_MAX || lb > DISTANCE_MAX)
		return 99;
	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[lb];
}

void text_hex(char *out, const void *bytes, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = bytes;

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * n] = '\0';
}

void text_random_hex(char *out, size_t bytes)
{
	unsigned char chunk[32];
	size_t done = 0;

	out[0] = '\0';
	while (done < bytes) {
		size_t want = bytes - done < sizeof(chunk) ? bytes - done : sizeof(chunk);
		ssize_t n = getrandom(chunk, want, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			abort(); /* no identifier is better than one that can be guessed */
		text_hex(out + 2 * done, chunk, (size_t)n);
		done += (size_t)n;
	}
}

void text_sha256_hex(char out[static 65], const void *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	if (EVP_Digest(data, len, digest, &n, EVP_sha256(), NULL) != 1 || n != 32)
		abort(); /* SHA-256 is always there; the audit chain can't do without */
	text_hex(out, digest, n);
}
