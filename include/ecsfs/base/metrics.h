/*
 * Counters and latency histograms, told as Prometheus text. Any thread.
 *
 * A family is a static row of whoever counts; a series is a family with its label values.
 */
#ifndef ECSFS_BASE_METRICS_H
#define ECSFS_BASE_METRICS_H

#include "ecsfs/base/buf.h"

enum metric_type { METRIC_COUNTER, METRIC_HISTOGRAM };

struct metric_family {
	const char *name; /* "ecsfs_api_calls_total" */
	const char *help;
	enum metric_type type;
	const char *labels[2]; /* names; NULL where there are fewer */
};

struct metrics;

/* new; NULL when there is no memory */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);

/**
 * Add to a counter, or record one observation in seconds in a histogram.
 *
 * @metrics: NULL counts nothing
 * @label0, @label1: borrowed values of the family's labels; NULL where it has none
 */
void metrics_add(struct metrics *metrics, const struct metric_family *family, const char *label0,
		 const char *label1, double amount);

/* Append the text exposition format, families and series in the order of first use. */
void metrics_text(struct metrics *metrics, struct buf *out);

#endif
