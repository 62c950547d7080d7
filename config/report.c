/*
 * config/report.c - the mistakes and warnings of one reading; see report.h.
 *
 * They are found key by key and check by check, but read best from the top of
 * the file to its end, so they are kept and sorted first.
 */
#include "config/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bot/base/buf.h"
#include "bot/base/mem.h"
#include "bot/base/secret.h"
#include "bot/base/text.h"

enum { LINE_MAX_BYTES = 2000 };

static void make_one_line(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '?';
}

static void add(struct config_report *report, bool warning, struct config_place place, const char *key,
                const char *format, va_list ap)
{
	struct config_remark *remark;
	struct buf line;

	buf_init(&line, LINE_MAX_BYTES);
	buf_printf(&line, "%s:%zu:%zu: %s: ", report->file, place.line, place.column, key);
	buf_vprintf(&line, format, ap);
	report->remarks = mem_grow(report->remarks, report->count + 1, sizeof(*report->remarks));
	remark = &report->remarks[report->count];
	remark->place = place;
	remark->number = report->count++;
	remark->warning = warning;
	remark->text = buf_take(&line);
	make_one_line(remark->text);
	report->mistakes += !warning;
}

void config_mistake(struct config_report *report, struct config_place place, const char *key, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(report, false, place, key, format, ap);
	va_end(ap);
}

void config_warning(struct config_report *report, struct config_place place, const char *key, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(report, true, place, key, format, ap);
	va_end(ap);
}

static int compare(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *pa, const void *pb)
{
	const struct config_remark *a = pa;
	const struct config_remark *b = pb;

	if (a->place.line != b->place.line)
		return compare(a->place.line, b->place.line);
	if (a->place.column != b->place.column)
		return compare(a->place.column, b->place.column);
	return compare(a->number, b->number);
}

void config_report_tell(struct config_report *report, config_say_fn *say, void *arg)
{
	if (report->count > 0)
		qsort(report->remarks, report->count, sizeof(*report->remarks), by_place);
	for (size_t i = 0; i < report->count; i++) {
		if (say)
			say(arg, report->remarks[i].warning, report->remarks[i].text);
		free(report->remarks[i].text);
	}
	free(report->remarks);
	report->remarks = NULL;
	report->count = 0;
}

char *config_quote(char out[static CONFIG_QUOTED_MAX], const char *value)
{
	char shown[CONFIG_QUOTED_MAX - 8];
	AUTO_FREE char *hidden = mem_alloc(strlen(value) * 2 + 64);
	bool whole;

	secret_redact(hidden, strlen(value) * 2 + 64, value);
	whole = text_copy(shown, sizeof(shown), hidden);
	make_one_line(shown);
	snprintf(out, CONFIG_QUOTED_MAX, "\"%s%s\"", shown, whole ? "" : "...");
	return out;
}
