/*
 * A token bucket per throttle bucket of the service: we slow down before AWS tells us to.
 *
 * Callers are served in the order in which they came.
 */
#ifndef ECSFS_AWS_QUOTA_H
#define ECSFS_AWS_QUOTA_H

#include <pthread.h>
#include <stdint.h>

#include "ecsfs/aws/waiter.h"
#include "ecsfs/base/cancel.h"
#include "ecsfs/base/clock.h"

/* The arithmetic of one bucket; pure. */
struct bucket {
	double burst;
	double refill_per_ms;
	double tokens;
	int64_t as_of_ms;
};

/* A full one. At least one token fits. */
void bucket_init(struct bucket *bucket, double burst, double refill_per_s, int64_t now_ms);

/* Return: 0 when one was taken, else after how many milliseconds one will be there. */
int64_t bucket_take(struct bucket *bucket, int64_t now_ms);

struct quota {
	pthread_mutex_t lock;
	const struct clock *clock;
	struct bucket bucket;
	struct waiter *waiters;
};

void quota_init(struct quota *quota, double burst, double refill_per_s, const struct clock *clock);
void quota_done(struct quota *quota);

/**
 * Take a token, in turn.
 *
 * @ret_waited_ms: may be NULL
 * Return: 0, -EINTR.
 */
int quota_take(struct quota *quota, struct cancel *cancel, int64_t *ret_waited_ms);

/* AWS throttled although we had a token: others share the budget, and it is used up now. */
void quota_drain(struct quota *quota);

#endif
