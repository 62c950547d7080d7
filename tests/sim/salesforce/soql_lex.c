/*
 * soql_lex.c - words, literals and signs of SOQL, and the memory of a parsed query.
 *
 * Strings know the escapes of Salesforce's documentation and no other: a backslash before anything else makes the query
 * malformed, so a client that escapes wrongly shows.
 */
#include "tests/sim/salesforce/soql_lex.h"
#include "tests/sim/salesforce/times.h"
#include "tests/sim/sim.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- memory --- */

struct block {
	struct block *next;
	max_align_t bytes[];
};

struct soql_pool {
	struct block *blocks;
};

struct soql_pool *soql_pool_new(void)
{
	return sim_calloc(1, sizeof(struct soql_pool));
}

void *soql_alloc(struct soql_pool *pool, size_t size)
{
	struct block *block = sim_calloc(1, sizeof(*block) + size);
	block->next = pool->blocks;
	pool->blocks = block;
	return block->bytes;
}

char *soql_copy(struct soql_pool *pool, const char *text, size_t len)
{
	char *copy = soql_alloc(pool, len + 1);
	memcpy(copy, text, len);
	return copy;
}

void soql_free(struct soql_pool *pool)
{
	while (pool && pool->blocks) {
		struct block *next = pool->blocks->next;
		free(pool->blocks);
		pool->blocks = next;
	}
	free(pool);
}

bool soql_wrong(struct soql_error *err, const char *code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	snprintf(err->code, sizeof(err->code), "%s", code);
	return false;
}

/* --- strings --- */

static size_t put_utf8(char *out, unsigned code)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | (code >> 6));
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	out[0] = (char)(0xe0 | (code >> 12));
	out[1] = (char)(0x80 | ((code >> 6) & 0x3f));
	out[2] = (char)(0x80 | (code & 0x3f));
	return 3;
}

static bool four_hex(const char *text, unsigned *ret_code)
{
	char digits[5] = {0};
	for (size_t i = 0; i < 4; i++) {
		if (!isxdigit((unsigned char)text[i]))
			return false;
		digits[i] = text[i];
	}
	*ret_code = (unsigned)strtoul(digits, NULL, 16);
	return true;
}

/* The escape at text[*at], which stands on the backslash; adds to out[*n]. \_ and \% become control characters, so
 * that LIKE can tell them from wildcards. */
static bool escape(const char *text, size_t *at, char *out, size_t *n, bool *ret_like)
{
	static const char from[] = "nrtbf\"'\\NRTBF";
	static const char into[] = "\n\r\t\b\f\"'\\\n\r\t\b\f";
	char letter = text[*at + 1];
	const char *known = letter ? strchr(from, letter) : NULL;
	unsigned code = 0;
	if (known) {
		out[(*n)++] = into[known - from];
		*at += 2;
	} else if (letter == '_' || letter == '%') {
		out[(*n)++] = letter == '_' ? SOQL_LITERAL_UNDERSCORE : SOQL_LITERAL_PERCENT;
		*ret_like = true;
		*at += 2;
	} else if ((letter == 'u' || letter == 'U') && four_hex(text + *at + 2, &code)) {
		*n += put_utf8(out + *n, code);
		*at += 6;
	} else {
		return false;
	}
	return true;
}

static struct token bad(struct soql_error *err, size_t at, const char *what)
{
	soql_wrong(err, "MALFORMED_QUERY", "line 1:%zu %s", at, what);
	return (struct token){.kind = TOKEN_BAD, .at = at};
}

static struct token string_token(struct soql_pool *pool, const char *text, size_t *at, struct soql_error *err)
{
	struct token token = {.kind = TOKEN_LITERAL, .at = *at, .text = "'", .value.kind = VALUE_STRING};
	char *out = soql_alloc(pool, strlen(text + *at) + 1);
	size_t n = 0;
	size_t i = *at + 1;
	while (text[i] && text[i] != '\'') {
		if (text[i] != '\\')
			out[n++] = text[i++];
		else if (!escape(text, &i, out, &n, &token.value.like_escape))
			return bad(err, i,
			           "Illegal string literal: invalid string literal, illegal character sequence");
	}
	if (!text[i])
		return bad(err, *at, "mismatched character '<EOF>' expecting '''");
	*at = i + 1;
	token.value.text = out;
	return token;
}

/* --- numbers and times --- */

static struct token number_token(struct soql_pool *pool, const char *text, size_t *at, struct soql_error *err)
{
	struct token token = {.kind = TOKEN_LITERAL, .at = *at};
	size_t len = strspn(text + *at, "0123456789TtZz:.+-");
	char *word = soql_copy(pool, text + *at, len);
	char *end = NULL;
	token.text = word;
	token.value.text = word;
	token.value.number = strtod(word, &end);
	if (!*end) {
		token.value.kind = VALUE_NUMBER;
	} else if (times_parse(word, &token.value.ms)) {
		token.value.kind = len == 10 ? VALUE_DATE : VALUE_DATETIME;
	} else {
		return bad(err, *at, "no viable alternative at a number or date");
	}
	*at += len;
	return token;
}

static struct token word_token(struct soql_pool *pool, const char *text, size_t *at)
{
	size_t len = 0;
	while (isalnum((unsigned char)text[*at + len]) || text[*at + len] == '_' || text[*at + len] == '.')
		len++;
	/* LAST_N_DAYS:30 is one word */
	if (text[*at + len] == ':' && isdigit((unsigned char)text[*at + len + 1]))
		len += 1 + strspn(text + *at + len + 1, "0123456789");
	struct token token = {.kind = TOKEN_WORD, .at = *at, .text = soql_copy(pool, text + *at, len)};
	*at += len;
	return token;
}

struct token soql_token(struct soql_pool *pool, const char *text, size_t *at, struct soql_error *err)
{
	*at += strspn(text + *at, " \t\r\n");
	const char *here = text + *at;
	if (!*here)
		return (struct token){.kind = TOKEN_END, .at = *at, .text = "<EOF>"};
	if (*here == '\'')
		return string_token(pool, text, at, err);
	if (isdigit((unsigned char)*here) || (*here == '-' && isdigit((unsigned char)here[1])))
		return number_token(pool, text, at, err);
	if (isalpha((unsigned char)*here))
		return word_token(pool, text, at);
	size_t len = strncmp(here, "!=", 2) == 0 || strncmp(here, "<=", 2) == 0 || strncmp(here, ">=", 2) == 0 ||
	                     strncmp(here, "<>", 2) == 0
	                 ? 2
	                 : 1;
	if (len == 1 && !strchr("(),=<>", *here))
		return bad(err, *at, "no viable alternative at this character");
	struct token token = {.kind = TOKEN_SIGN, .at = *at, .text = soql_copy(pool, here, len)};
	*at += len;
	return token;
}
