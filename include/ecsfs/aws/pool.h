/*
 * A bounded number of places, given out first come, first served.
 */
#ifndef ECSFS_AWS_POOL_H
#define ECSFS_AWS_POOL_H

#include <pthread.h>

#include "ecsfs/aws/waiter.h"
#include "ecsfs/base/cancel.h"

struct pool {
	pthread_mutex_t lock;
	unsigned size;
	unsigned free_count;
	unsigned *free_places; /* a stack: the place used last is the warmest */
	struct waiter *first;
};

/* Return: 0 or -ENOMEM. */
int pool_init(struct pool *pool, unsigned size);
void pool_done(struct pool *pool);

/**
 * Take a place, waiting for one if none is free.
 *
 * @ret_place: 0 to size - 1, to be given back
 * Return: 0, -ETIMEDOUT, -EINTR.
 */
int pool_take(struct pool *pool, int64_t timeout_ms, struct cancel *cancel, unsigned *ret_place);
void pool_give(struct pool *pool, unsigned place);

#endif
