/*
 * base/buf.h - a growing text or byte buffer with a maximum given at birth.
 *
 * When the maximum is reached the buffer sets a sticky `cut` flag and drops
 * the rest: several appends, one check. The content is always NUL-terminated.
 */
#pragma once

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>

struct buf {
	char *data; /* NULL until the first append; use buf_str */
	size_t len;
	size_t cap;
	size_t max;
	bool cut;
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b); /* frees; zeroed is fine */
void buf_clear(struct buf *b);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s); /* NULL adds nothing */
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Percent-encodes everything but A-Z a-z 0-9 - . _ ~ (RFC 3986 section 2.3). */
void buf_put_urlencoded(struct buf *b, const char *s, size_t len);
const char *buf_str(const struct buf *b); /* never NULL */
char *buf_take(struct buf *b);            /* the caller frees; the buffer is empty afterwards */
#define AUTO_BUF __attribute__((cleanup(buf_done)))
