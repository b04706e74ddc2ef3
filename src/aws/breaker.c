#include "ecsfs/aws/breaker.h"

#include "ecsfs/base/cleanup.h"

/* As many as a call makes by itself: one call that failed after all its attempts opens it. */
#define FAILURES_TO_OPEN 3
#define PAUSE_FACTOR 10
#define PAUSE_MAX_MS 30000

void breaker_init(struct breaker *breaker)
{
	*breaker = (struct breaker){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void breaker_done(struct breaker *breaker)
{
	pthread_mutex_destroy(&breaker->lock);
}

enum breaker_pass breaker_enter(struct breaker *breaker, int64_t now_ms, struct error *err)
{
	LOCKED(&breaker->lock);
	if (breaker->failures < FAILURES_TO_OPEN)
		return BREAKER_GO;
	if (!breaker->probing && now_ms >= breaker->paused_until_ms) {
		breaker->probing = true;
		return BREAKER_PROBE;
	}
	if (err)
		*err = breaker->why;
	return BREAKER_FAIL;
}

void breaker_reached(struct breaker *breaker)
{
	LOCKED(&breaker->lock);
	breaker->failures = 0;
	breaker->probing = false;
}

void breaker_unreachable(struct breaker *breaker, int64_t now_ms, int64_t took_ms,
			 const struct error *why)
{
	LOCKED(&breaker->lock);
	int64_t pause_ms = took_ms * PAUSE_FACTOR;

	breaker->failures++;
	breaker->probing = false;
	breaker->paused_until_ms = now_ms + (pause_ms < PAUSE_MAX_MS ? pause_ms : PAUSE_MAX_MS);
	breaker->why = *why;
}

void breaker_unknown(struct breaker *breaker)
{
	LOCKED(&breaker->lock);
	breaker->probing = false;
}
