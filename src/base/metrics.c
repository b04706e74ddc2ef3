#include "ecsfs/base/metrics.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "ecsfs/base/cleanup.h"

/* Upper bounds in seconds: a FUSE request is some 40 us, a call to AWS 20 ms to 30 s. */
static const double bounds[] = {0.00002, 0.00005, 0.0001, 0.00025, 0.001, 0.005, 0.01, 0.025, 0.05,
				0.1,     0.25,    0.5,    1,       2.5,   5,     10,   30};

struct series {
	const struct metric_family *family;
	char labels[160]; /* `action="ListTasks",outcome="ok"` */
	double sum;
	uint64_t count;
	uint64_t buckets[ARRAY_SIZE(bounds)];
	UT_hash_handle hh;
	char key[];
};

struct metrics {
	pthread_mutex_t lock;
	struct series *series;
};

struct metrics *metrics_new(void)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (metrics)
		pthread_mutex_init(&metrics->lock, NULL);
	return metrics;
}

void metrics_free(struct metrics *metrics)
{
	struct series *s, *next;

	if (!metrics)
		return;
	HASH_ITER (hh, metrics->series, s, next) {
		HASH_DEL(metrics->series, s);
		free(s);
	}
	pthread_mutex_destroy(&metrics->lock);
	free(metrics);
}

static struct series *series_of(struct metrics *metrics, const struct metric_family *family,
				const char *label0, const char *label1)
{
	char key[256];
	struct series *s;

	int len = snprintf(key, sizeof(key), "%s %s %s", family->name, label0 ? label0 : "",
			   label1 ? label1 : "");
	if (len < 0 || (size_t)len >= sizeof(key))
		return NULL;
	HASH_FIND(hh, metrics->series, key, (size_t)len, s);
	if (s)
		return s;
	s = calloc(1, sizeof(*s) + (size_t)len + 1);
	if (!s)
		return NULL;
	s->family = family;
	memcpy(s->key, key, (size_t)len);
	if (label0 && label1)
		snprintf(s->labels, sizeof(s->labels), "%s=\"%s\",%s=\"%s\"", family->labels[0],
			 label0, family->labels[1], label1);
	else if (label0)
		snprintf(s->labels, sizeof(s->labels), "%s=\"%s\"", family->labels[0], label0);
	HASH_ADD_KEYPTR(hh, metrics->series, s->key, (size_t)len, s);
	return s;
}

void metrics_add(struct metrics *metrics, const struct metric_family *family, const char *label0,
		 const char *label1, double amount)
{
	if (!metrics)
		return;
	LOCKED(&metrics->lock);
	struct series *s = series_of(metrics, family, label0, label1);
	if (!s)
		return;
	s->sum += amount;
	s->count++;
	if (family->type != METRIC_HISTOGRAM)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++)
		if (amount <= bounds[i])
			s->buckets[i]++;
}

static void series_text(const struct series *s, struct buf *out)
{
	const char *name = s->family->name, *comma = s->labels[0] ? "," : "";

	if (s->family->type == METRIC_COUNTER) {
		buf_printf(out, s->labels[0] ? "%s{%s} %.0f\n" : "%s%s %.0f\n", name, s->labels,
			   s->sum);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(bounds); i++)
		buf_printf(out, "%s_bucket{%s%sle=\"%g\"} %llu\n", name, s->labels, comma,
			   bounds[i], (unsigned long long)s->buckets[i]);
	buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, s->labels, comma,
		   (unsigned long long)s->count);
	buf_printf(out, s->labels[0] ? "%s_sum{%s} %.6f\n" : "%s_sum%s %.6f\n", name, s->labels,
		   s->sum);
	buf_printf(out, s->labels[0] ? "%s_count{%s} %llu\n" : "%s_count%s %llu\n", name, s->labels,
		   (unsigned long long)s->count);
}

/* Whether a series before @s, in order of first use, is of the same family. */
static bool told_before(struct series *first, const struct series *s)
{
	for (; first != s; first = first->hh.next)
		if (first->family == s->family)
			return true;
	return false;
}

void metrics_text(struct metrics *metrics, struct buf *out)
{
	LOCKED(&metrics->lock);
	for (struct series *s = metrics->series; s; s = s->hh.next) {
		if (told_before(metrics->series, s))
			continue;
		buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", s->family->name, s->family->help,
			   s->family->name,
			   s->family->type == METRIC_COUNTER ? "counter" : "histogram");
		for (struct series *t = s; t; t = t->hh.next)
			if (t->family == s->family)
				series_text(t, out);
	}
}
