#include "ecsfs/aws/breaker.h"

#include <errno.h>

#include "ecsfs/base/cleanup.h"

/* As many as a call makes by itself: one call that failed after all its attempts opens it. */
#define FAILURES_TO_OPEN 3
#define PAUSE_FACTOR 10
/* An outage must not be felt for much longer than it lasts. */
#define PAUSE_MAX_MS 5000
#define PROBE_MS 3000
#define PROBE_MAX_DOUBLINGS 4

void breaker_init(struct breaker *breaker)
{
	*breaker = (struct breaker){.lock = PTHREAD_MUTEX_INITIALIZER, .reached_ms = INT64_MIN};
}

void breaker_done(struct breaker *breaker)
{
	pthread_mutex_destroy(&breaker->lock);
}

static bool is_open(const struct breaker *breaker)
{
	return breaker->failures >= FAILURES_TO_OPEN;
}

enum breaker_pass breaker_enter(struct breaker *breaker, int64_t now_ms, bool has_fallback,
				struct error *err)
{
	LOCKED(&breaker->lock);
	if (!is_open(breaker))
		return BREAKER_GO;
	bool is_silent = breaker->why.errnum == ETIMEDOUT;
	bool in_need = is_silent && !has_fallback;
	if (!breaker->probing && (in_need || now_ms >= breaker->paused_until_ms)) {
		breaker->probing = true;
		return BREAKER_PROBE;
	}
	if (err)
		*err = breaker->why;
	return BREAKER_FAIL;
}

int64_t breaker_probe_ms(struct breaker *breaker, bool has_fallback)
{
	LOCKED(&breaker->lock);
	unsigned doublings =
		breaker->silences < PROBE_MAX_DOUBLINGS ? breaker->silences : PROBE_MAX_DOUBLINGS;

	return has_fallback ? PROBE_MS : (int64_t)PROBE_MS << doublings;
}

void breaker_reached(struct breaker *breaker, int64_t now_ms)
{
	LOCKED(&breaker->lock);
	breaker->failures = breaker->silences = 0;
	breaker->probing = false;
	breaker->reached_ms = now_ms;
}

/*
 * Whoever waited for his whole time need not do so three times to be believed; but the next one
 * may find out, in less time, whether it was only that call.
 */
void breaker_unreachable(struct breaker *breaker, int64_t since_ms, int64_t now_ms,
			 const struct error *why)
{
	LOCKED(&breaker->lock);
	int64_t pause_ms = (now_ms - since_ms) * PAUSE_FACTOR;
	bool was_open = is_open(breaker), timed_out = why->errnum == ETIMEDOUT;

	if (was_open && since_ms < breaker->opened_ms)
		return;
	breaker->probing = false;
	if (breaker->reached_ms > since_ms)
		return;
	breaker->failures = timed_out ? FAILURES_TO_OPEN : breaker->failures + 1;
	if (was_open && timed_out)
		breaker->silences++;
	if (!was_open && is_open(breaker))
		breaker->opened_ms = now_ms;
	if (pause_ms > PAUSE_MAX_MS)
		pause_ms = PAUSE_MAX_MS;
	breaker->paused_until_ms = now_ms + (was_open || !timed_out ? pause_ms : 0);
	breaker->why = *why;
}

void breaker_unknown(struct breaker *breaker)
{
	LOCKED(&breaker->lock);
	breaker->probing = false;
}
