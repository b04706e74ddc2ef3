#include "ecsfs/aws/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "ecsfs/base/cleanup.h"

int pool_init(struct pool *pool, unsigned size)
{
	*pool = (struct pool){.lock = PTHREAD_MUTEX_INITIALIZER, .size = size};
	pool->free_places = calloc(size, sizeof(*pool->free_places));
	if (!pool->free_places)
		return -ENOMEM;
	while (pool->free_count < size) {
		pool->free_places[pool->free_count] = size - 1 - pool->free_count;
		pool->free_count++;
	}
	return 0;
}

void pool_done(struct pool *pool)
{
	free(pool->free_places);
	pthread_mutex_destroy(&pool->lock);
}

/* Whoever is first in the queue is served before anyone who comes now. */
static bool take_locked(struct pool *pool, const struct waiter *self, unsigned *ret_place)
{
	if (pool->free_count == 0 || (pool->first && pool->first != self))
		return false;
	*ret_place = pool->free_places[--pool->free_count];
	return true;
}

static void signal_first_locked(struct pool *pool)
{
	if (pool->first && pool->free_count > 0)
		waiter_signal(pool->first);
}

int pool_take(struct pool *pool, int64_t timeout_ms, struct cancel *cancel, unsigned *ret_place)
{
	struct waiter self;
	bool taken;
	int r = 0;

	pthread_mutex_lock(&pool->lock);
	taken = take_locked(pool, NULL, ret_place);
	if (taken) {
		pthread_mutex_unlock(&pool->lock);
		return 0;
	}
	waiter_init(&self);
	DL_APPEND(pool->first, &self);
	while (!taken && r == 0) {
		pthread_mutex_unlock(&pool->lock);
		r = waiter_wait(&self, timeout_ms, cancel);
		pthread_mutex_lock(&pool->lock);
		if (r == 0)
			taken = take_locked(pool, &self, ret_place);
	}
	DL_DELETE(pool->first, &self);
	signal_first_locked(pool);
	pthread_mutex_unlock(&pool->lock);
	waiter_done(&self);
	return r;
}

void pool_give(struct pool *pool, unsigned place)
{
	LOCKED(&pool->lock);
	pool->free_places[pool->free_count++] = place;
	signal_first_locked(pool);
}
