/*
 * base/log.c - one event, one line, one write(2).
 *
 * Any thread may log; lines do not mix, because each is written at once.
 */
#include "bot/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bot/base/buf.h"
#include "bot/base/clock.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"

enum { MESSAGE_MAX = 8 * 1024 };

static _Atomic int sink_level = LOG_INFO;
static _Atomic int sink_json = -1; /* -1: not decided yet */

static const char *const level_names[] = {"debug", "info", "warning", "error"};

void log_setup(enum log_level level, enum log_format format)
{
	atomic_store(&sink_level, (int)level);
	atomic_store(&sink_json, format == LOG_AUTO ? !isatty(STDERR_FILENO) : format == LOG_JSON);
}

bool log_enabled(enum log_level level)
{
	return (int)level >= atomic_load(&sink_level);
}

static bool is_json(void)
{
	if (atomic_load(&sink_json) < 0)
		atomic_store(&sink_json, !isatty(STDERR_FILENO));
	return atomic_load(&sink_json) != 0;
}

/* Control characters, quotes and bytes that are not UTF-8 never reach the terminal or the parser as they are. */
static void put_escaped(struct buf *line, const char *s, bool json)
{
	size_t len = strlen(s);

	for (size_t at = 0; at < len;) {
		size_t n = text_utf8_step(s + at, len - at);
		unsigned char c = (unsigned char)s[at];

		if (n == 0)
			buf_puts(line, "\xef\xbf\xbd");
		else if (json && (c == '"' || c == '\\'))
			buf_printf(line, "\\%c", c);
		else if (c == '\n')
			buf_puts(line, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buf_printf(line, "\\u%04x", c);
		else
			buf_add(line, s + at, n);
		at += n ? n : 1;
	}
}

static void put_time(struct buf *line)
{
	int64_t now = clock_wall_ms();
	char text[32];

	clock_rfc3339(now, text);
	text[strlen(text) - 1] = '\0'; /* the Z, behind which the milliseconds go */
	buf_printf(line, "%s.%03dZ", text, (int)(now % 1000));
}

static void put_json(struct buf *line, enum log_level level, int64_t repair, const char *event, const char *msg)
{
	buf_puts(line, "{\"ts\":\"");
	put_time(line);
	buf_printf(line, "\",\"level\":\"%s\",\"event\":\"", level_names[level]);
	put_escaped(line, event, true);
	buf_puts(line, "\",\"msg\":\"");
	put_escaped(line, msg, true);
	buf_puts(line, "\"");
	if (repair > 0)
		buf_printf(line, ",\"repair\":\"EAC-%lld\"", (long long)repair);
	buf_puts(line, "}\n");
}

static void put_text(struct buf *line, enum log_level level, int64_t repair, const char *event, const char *msg)
{
	put_time(line);
	buf_printf(line, " %-7s ", level_names[level]);
	if (repair > 0)
		buf_printf(line, "EAC-%lld ", (long long)repair);
	put_escaped(line, event, false);
	buf_puts(line, ": ");
	put_escaped(line, msg, false);
	buf_puts(line, "\n");
}

static void write_line(const char *s, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDERR_FILENO, s, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* nobody reads: losing a line is better than stopping the service */
		s += n;
		len -= (size_t)n;
	}
}

__attribute__((format(printf, 4, 0))) static void emit(enum log_level level, int64_t repair, const char *event,
                                                       const char *format, va_list ap)
{
	AUTO_BUF struct buf raw;
	AUTO_BUF struct buf line;
	char msg[MESSAGE_MAX + 1];

	buf_init(&raw, MESSAGE_MAX);
	buf_init(&line, 8 * MESSAGE_MAX); /* each byte may become \u0000 */
	buf_vprintf(&raw, format, ap);
	secret_redact(msg, sizeof(msg), buf_str(&raw));
	if (is_json())
		put_json(&line, level, repair, event, msg);
	else
		put_text(&line, level, repair, event, msg);
	write_line(buf_str(&line), line.len);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, format);
	emit(level, 0, event, format, ap);
	va_end(ap);
}

void log_repair(enum log_level level, int64_t repair, const char *event, const char *format, ...)
{
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, format);
	emit(level, repair, event, format, ap);
	va_end(ap);
}
