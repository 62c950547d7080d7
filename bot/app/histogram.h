/*
 * app/histogram.h - counts of durations by their size, as Prometheus wants them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { HISTOGRAM_MAX = 16 };

struct histogram {
	const double *bounds; /* seconds, rising; at most HISTOGRAM_MAX - 1 */
	size_t bound_count;
	uint64_t buckets[HISTOGRAM_MAX]; /* not cumulative; the last one used is +Inf */
	double sum;
};

static inline void histogram_add(struct histogram *h, double seconds)
{
	size_t i = 0;
	while (i < h->bound_count && seconds > h->bounds[i])
		i++;
	h->buckets[i]++;
	h->sum += seconds;
}
