/*
 * A circuit breaker: while AWS cannot be reached, calls fail at once instead of each waiting out
 * its time, and one call at a time finds out whether it can be reached again.
 *
 * It pauses in proportion to what an attempt costs: where a connection is refused within a
 * millisecond every call may try, where attempts take seconds few do.
 */
#ifndef ECSFS_AWS_BREAKER_H
#define ECSFS_AWS_BREAKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "ecsfs/base/error.h"

struct breaker {
	pthread_mutex_t lock;
	unsigned failures; /* attempts in a row that did not reach the server */
	bool probing;
	int64_t paused_until_ms; /* monotonic: no probe before this */
	struct error why;        /* the failure that opened it */
};

enum breaker_pass {
	BREAKER_GO,    /* as always */
	BREAKER_PROBE, /* one attempt, whose result must be reported */
	BREAKER_FAIL,  /* fail now */
};

void breaker_init(struct breaker *breaker);
void breaker_done(struct breaker *breaker);

/* @err: on BREAKER_FAIL the failure that opened it. Pure but for its state. */
enum breaker_pass breaker_enter(struct breaker *breaker, int64_t now_ms, struct error *err);

/* The server was reached, whatever it said. */
void breaker_reached(struct breaker *breaker);

/* It was not: @took_ms is how long it took to find out. */
void breaker_unreachable(struct breaker *breaker, int64_t now_ms, int64_t took_ms,
			 const struct error *why);

/* An attempt ended without telling anything (interrupted): a probe that was so gives way. */
void breaker_unknown(struct breaker *breaker);

#endif
