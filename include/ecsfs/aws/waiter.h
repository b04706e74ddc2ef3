/*
 * One thread's wait for one event, ended early by a time-out or a struct cancel.
 *
 * Queues of waiting callers (connections, throttle buckets, credentials) keep these in their
 * lists and signal the one whose turn it is. Its lock is a leaf: nothing is called under it.
 */
#ifndef ECSFS_AWS_WAITER_H
#define ECSFS_AWS_WAITER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "ecsfs/base/cancel.h"

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t cond; /* CLOCK_MONOTONIC */
	bool signalled;
	bool cancelled;
	struct waiter *prev, *next; /* for the list of its queue, protected by the queue's lock */
};

void waiter_init(struct waiter *waiter);
void waiter_done(struct waiter *waiter);

/* End the wait, now or when it begins. Any thread. */
void waiter_signal(struct waiter *waiter);

/**
 * Wait; a signal is used up by the wait that it ends.
 *
 * @timeout_ms: negative: no limit
 * @cancel: borrowed, may be NULL; must not be armed by anything else meanwhile
 * Return: 0 signalled, -ETIMEDOUT, -EINTR cancelled.
 */
int waiter_wait(struct waiter *waiter, int64_t timeout_ms, struct cancel *cancel);

#endif
