/*
 * A circuit breaker: while AWS cannot be reached, or answers nobody, calls fail at once instead
 * of each waiting out its time, and one call at a time finds out whether that is over.
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
	unsigned silences; /* probes in vain, in a row, of servers that were silent */
	bool probing;
	int64_t paused_until_ms; /* monotonic: no probe before this */
	int64_t opened_ms;       /* monotonic: what began before this tells nothing new */
	int64_t reached_ms;      /* monotonic: the last time that it was reached */
	struct error why;        /* the failure that opened it */
};

enum breaker_pass {
	BREAKER_GO,    /* as always */
	BREAKER_PROBE, /* one attempt, whose result must be reported */
	BREAKER_FAIL,  /* fail now */
};

void breaker_init(struct breaker *breaker);
void breaker_done(struct breaker *breaker);

/**
 * Ask before an attempt.
 *
 * @has_fallback: the caller can do without, so it leaves it to others to find out. One who cannot
 *   finds out without a pause whether a server that was silent answers again.
 * @err: on BREAKER_FAIL the failure that opened it; may be NULL
 */
enum breaker_pass breaker_enter(struct breaker *breaker, int64_t now_ms, bool has_fallback,
				struct error *err);

/**
 * How long a probe that may be made again is to wait for an answer.
 *
 * One who cannot do without gives more time after each that was in vain: a server in trouble may
 * take long for every answer, and must not count as silent for that.
 */
int64_t breaker_probe_ms(struct breaker *breaker, bool has_fallback);

/* The server was reached, whatever it said. */
void breaker_reached(struct breaker *breaker, int64_t now_ms);

/*
 * It was not, by an attempt that began at @since_ms. One whose time was up without an answer
 * (ETIMEDOUT) opens the breaker by itself, unless somebody else was answered since it began;
 * then the next one may probe without a pause.
 */
void breaker_unreachable(struct breaker *breaker, int64_t since_ms, int64_t now_ms,
			 const struct error *why);

/* An attempt ended without telling anything (interrupted): a probe that was so gives way. */
void breaker_unknown(struct breaker *breaker);

#endif
