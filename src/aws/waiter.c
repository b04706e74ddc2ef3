#include "ecsfs/aws/waiter.h"

#include <errno.h>
#include <time.h>

#include "ecsfs/base/cleanup.h"

void waiter_init(struct waiter *waiter)
{
	pthread_condattr_t attr;

	*waiter = (struct waiter){.lock = PTHREAD_MUTEX_INITIALIZER};
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&waiter->cond, &attr);
	pthread_condattr_destroy(&attr);
}

void waiter_done(struct waiter *waiter)
{
	pthread_cond_destroy(&waiter->cond);
	pthread_mutex_destroy(&waiter->lock);
}

void waiter_signal(struct waiter *waiter)
{
	LOCKED(&waiter->lock);
	waiter->signalled = true;
	pthread_cond_signal(&waiter->cond);
}

static void wake_cancelled(void *arg)
{
	struct waiter *waiter = arg;

	LOCKED(&waiter->lock);
	waiter->cancelled = true;
	pthread_cond_signal(&waiter->cond);
}

static struct timespec monotonic_after(int64_t ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += (time_t)(ms / 1000);
	t.tv_nsec += (long)(ms % 1000) * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_sec++;
		t.tv_nsec -= 1000000000L;
	}
	return t;
}

static int wait_locked(struct waiter *waiter, int64_t timeout_ms)
{
	struct timespec until = monotonic_after(timeout_ms < 0 ? 0 : timeout_ms);
	LOCKED(&waiter->lock);

	for (;;) {
		if (waiter->cancelled)
			return -EINTR;
		if (waiter->signalled) {
			waiter->signalled = false;
			return 0;
		}
		if (timeout_ms < 0)
			pthread_cond_wait(&waiter->cond, &waiter->lock);
		else if (pthread_cond_timedwait(&waiter->cond, &waiter->lock, &until) == ETIMEDOUT)
			timeout_ms = 0;
		else
			continue;
		if (timeout_ms == 0 && !waiter->signalled && !waiter->cancelled)
			return -ETIMEDOUT;
	}
}

int waiter_wait(struct waiter *waiter, int64_t timeout_ms, struct cancel *cancel)
{
	int r = cancel_arm(cancel, wake_cancelled, waiter);

	if (r < 0)
		return r;
	r = wait_locked(waiter, timeout_ms);
	cancel_disarm(cancel);
	return r;
}
