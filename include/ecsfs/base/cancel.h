/*
 * A request to stop waiting, from another thread: Ctrl-C in the program that waits, or unmount.
 *
 * Whoever waits arms it with a function that wakes the wait up, and disarms it afterwards.
 * A cancelled wait ends in -EINTR.
 */
#ifndef ECSFS_BASE_CANCEL_H
#define ECSFS_BASE_CANCEL_H

#include <pthread.h>
#include <stdbool.h>

struct cancel {
	pthread_mutex_t lock;
	_Atomic bool cancelled;
	void (*wake)(void *arg);
	void *arg;
};

void cancel_init(struct cancel *cancel);
void cancel_done(struct cancel *cancel);

/* Cancel and wake the waiter, if one is armed. Any thread, any number of times. */
void cancel_trigger(struct cancel *cancel);

/**
 * Have @wake(@arg) called, from another thread and under this object's lock, on cancellation.
 *
 * @cancel: borrowed, may be NULL (then nothing ever cancels); one waiter at a time
 * Return: 0, or -EINTR when it is cancelled already (then nothing is armed).
 */
int cancel_arm(struct cancel *cancel, void (*wake)(void *arg), void *arg);

/* After this, @wake is not running and will not be called. */
void cancel_disarm(struct cancel *cancel);

bool cancel_is_set(struct cancel *cancel);

#endif
