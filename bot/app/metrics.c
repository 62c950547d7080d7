/*
 * app/metrics.c - figures in Prometheus' text format.
 */
#include "bot/app/metrics.h"

#include <math.h>
#include <stdio.h>

void metrics_family(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Whole numbers without exponent or fraction. The locale is C: nobody calls setlocale. */
static void put_value(struct buf *b, double value)
{
	if (value >= -1e15 && value <= 1e15 && floor(value) == value)
		buf_printf(b, " %lld\n", (long long)value);
	else
		buf_printf(b, " %.9g\n", value);
}

static void put_label(struct buf *b, const char *label, const char *value)
{
	buf_printf(b, "%s=\"", label);
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			buf_puts(b, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(b, "\\%c", *value);
		else
			buf_putc(b, *value);
	}
	buf_putc(b, '"');
}

void metrics_number(struct buf *b, const char *name, double value)
{
	buf_puts(b, name);
	put_value(b, value);
}

void metrics_labelled(struct buf *b, const char *name, const char *label, const char *value, const char *label2,
                      const char *value2, uint64_t n)
{
	buf_printf(b, "%s{", name);
	put_label(b, label, value);
	if (label2 != NULL) {
		buf_putc(b, ',');
		put_label(b, label2, value2);
	}
	buf_printf(b, "} %llu\n", (unsigned long long)n);
}

void metrics_histogram(struct buf *b, const char *name, const char *help, const struct histogram *h)
{
	uint64_t sum = 0;

	metrics_family(b, name, "histogram", help);
	for (size_t i = 0; i < h->bound_count; i++) {
		sum += h->buckets[i];
		buf_printf(b, "%s_bucket{le=\"%.9g\"} %llu\n", name, h->bounds[i], (unsigned long long)sum);
	}
	sum += h->buckets[h->bound_count];
	buf_printf(b, "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)sum);
	buf_printf(b, "%s_sum %.9g\n%s_count %llu\n", name, h->sum, name, (unsigned long long)sum);
}
