/*
 * app/metrics.h - figures in Prometheus' text format. Pure.
 *
 * Each family has its HELP and TYPE once, buckets are cumulative and end with
 * +Inf, times are seconds. A figure that is not known yet has no sample.
 */
#pragma once

#include <stdint.h>

#include "bot/app/histogram.h"
#include "bot/base/buf.h"

/* Begins a family; type is "counter", "gauge" or "histogram". */
void metrics_family(struct buf *b, const char *name, const char *type, const char *help);
/* A sample without labels. */
void metrics_number(struct buf *b, const char *name, double value);
/* A sample with one or two labels; the second may be NULL. Values are escaped. */
void metrics_labelled(struct buf *b, const char *name, const char *label, const char *value, const char *label2,
                      const char *value2, uint64_t n);
/* A whole histogram family. */
void metrics_histogram(struct buf *b, const char *name, const char *help, const struct histogram *h);
