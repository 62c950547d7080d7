/*
 * salesforce/soql.c - quoting for queries; see soql.h.
 */
#include "salesforce/soql.h"

#include <string.h>

#include "bot/base/clock.h"
#include "bot/base/text.h"

enum { WORD_MAX = 255 };

bool soql_word_ok(const char *word)
{
	size_t len = word ? strlen(word) : 0;

	if (len == 0 || len > WORD_MAX || strstr(word, "@{") || !text_is_utf8(word, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)word[i] < 0x20 || word[i] == 0x7f)
			return false;
	}
	return true;
}

void soql_put_text(struct buf *query, const char *word)
{
	buf_putc(query, '\'');
	for (const char *p = word; *p; p++) {
		if (*p == '\\' || *p == '\'')
			buf_putc(query, '\\');
		buf_putc(query, *p);
	}
	buf_putc(query, '\'');
}

void soql_put_list(struct buf *query, const char *const *words, size_t count)
{
	buf_putc(query, '(');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(query, ',');
		soql_put_text(query, words[i]);
	}
	buf_putc(query, ')');
}

void soql_put_time(struct buf *query, int64_t wall_ms)
{
	char text[32];

	buf_puts(query, clock_rfc3339(wall_ms, text));
}
