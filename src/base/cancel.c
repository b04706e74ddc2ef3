#include "ecsfs/base/cancel.h"

#include <errno.h>
#include <stddef.h>

#include "ecsfs/base/cleanup.h"

void cancel_init(struct cancel *cancel)
{
	*cancel = (struct cancel){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void cancel_done(struct cancel *cancel)
{
	pthread_mutex_destroy(&cancel->lock);
}

void cancel_trigger(struct cancel *cancel)
{
	LOCKED(&cancel->lock);
	cancel->cancelled = true;
	if (cancel->wake)
		cancel->wake(cancel->arg);
}

int cancel_arm(struct cancel *cancel, void (*wake)(void *arg), void *arg)
{
	if (!cancel)
		return 0;
	LOCKED(&cancel->lock);
	if (cancel->cancelled)
		return -EINTR;
	cancel->wake = wake;
	cancel->arg = arg;
	return 0;
}

void cancel_disarm(struct cancel *cancel)
{
	if (!cancel)
		return;
	LOCKED(&cancel->lock);
	cancel->wake = NULL;
	cancel->arg = NULL;
}

bool cancel_is_set(struct cancel *cancel)
{
	return cancel && cancel->cancelled;
}
