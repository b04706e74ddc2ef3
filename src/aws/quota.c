#include "ecsfs/aws/quota.h"

#include <errno.h>
#include <math.h>
#include <utlist.h>

#include "ecsfs/base/cleanup.h"

void bucket_init(struct bucket *bucket, double burst, double refill_per_s, int64_t now_ms)
{
	bucket->burst = burst < 1 ? 1 : burst;
	bucket->refill_per_ms = refill_per_s / 1000;
	bucket->tokens = bucket->burst;
	bucket->as_of_ms = now_ms;
}

static void refill(struct bucket *bucket, int64_t now_ms)
{
	if (now_ms <= bucket->as_of_ms)
		return;
	bucket->tokens += (double)(now_ms - bucket->as_of_ms) * bucket->refill_per_ms;
	if (bucket->tokens > bucket->burst)
		bucket->tokens = bucket->burst;
	bucket->as_of_ms = now_ms;
}

int64_t bucket_take(struct bucket *bucket, int64_t now_ms)
{
	/* Adding up fractions may miss a whole token by less than anyone could count. */
	const double nearly_one = 1 - 1e-9;

	refill(bucket, now_ms);
	if (bucket->tokens >= nearly_one) {
		bucket->tokens -= 1;
		return 0;
	}
	return (int64_t)ceil((nearly_one - bucket->tokens) / bucket->refill_per_ms);
}

void quota_init(struct quota *quota, double burst, double refill_per_s, const struct clock *clock)
{
	*quota = (struct quota){.lock = PTHREAD_MUTEX_INITIALIZER, .clock = clock};
	bucket_init(&quota->bucket, burst, refill_per_s, clock_monotonic_ms(clock));
}

void quota_done(struct quota *quota)
{
	pthread_mutex_destroy(&quota->lock);
}

/* Milliseconds until @self may have a token; 0: taken; negative: others come first. */
static int64_t try_locked(struct quota *quota, const struct waiter *self)
{
	if (quota->waiters && quota->waiters != self)
		return -1;
	return bucket_take(&quota->bucket, clock_monotonic_ms(quota->clock));
}

int quota_take(struct quota *quota, struct cancel *cancel, int64_t *ret_waited_ms)
{
	int64_t since_ms = clock_monotonic_ms(quota->clock);
	struct waiter self;
	int64_t wait_ms;
	int r = 0;

	if (ret_waited_ms)
		*ret_waited_ms = 0;
	pthread_mutex_lock(&quota->lock);
	wait_ms = try_locked(quota, NULL);
	if (wait_ms == 0) {
		pthread_mutex_unlock(&quota->lock);
		return 0;
	}
	waiter_init(&self);
	DL_APPEND(quota->waiters, &self);
	while ((wait_ms = try_locked(quota, &self)) != 0 && r != -EINTR) {
		pthread_mutex_unlock(&quota->lock);
		r = waiter_wait(&self, wait_ms, cancel);
		pthread_mutex_lock(&quota->lock);
	}
	DL_DELETE(quota->waiters, &self);
	if (quota->waiters)
		waiter_signal(quota->waiters);
	pthread_mutex_unlock(&quota->lock);
	waiter_done(&self);
	if (ret_waited_ms)
		*ret_waited_ms = clock_monotonic_ms(quota->clock) - since_ms;
	/* A token that was had at the last moment is used, not lost. */
	return wait_ms == 0 ? 0 : r;
}

void quota_drain(struct quota *quota)
{
	LOCKED(&quota->lock);
	if (quota->bucket.tokens > 0)
		quota->bucket.tokens = 0;
}
