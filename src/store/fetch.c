#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"

#include "ecsfs/base/cleanup.h"

struct fetch *fetch_new(const char *cluster)
{
	struct fetch *fetch = calloc(1, sizeof(*fetch));
	pthread_condattr_t attr;

	if (!fetch)
		return NULL;
	fetch->refs = 1;
	fetch->cluster = strdup(cluster);
	if (!fetch->cluster) {
		free(fetch);
		return NULL;
	}
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&fetch->changed, &attr);
	pthread_condattr_destroy(&attr);
	return fetch;
}

void fetch_unref(struct fetch *fetch)
{
	if (!fetch || --fetch->refs > 0)
		return;
	for (size_t i = 0; i < fetch->id_count; i++)
		free(fetch->ids[i]);
	free(fetch->ids);
	json_decref(fetch->params);
	names_done(&fetch->names);
	pthread_cond_destroy(&fetch->changed);
	free(fetch->cluster);
	free(fetch);
}

bool is_unreachable(const struct error *err)
{
	return err->errnum == EHOSTUNREACH || err->errnum == ETIMEDOUT;
}

void set_stale(struct store *store, bool stale, const struct error *why)
{
	if (store->stale == stale)
		return;
	store->stale = stale;
	if (store->on_stale)
		store->on_stale(stale, why);
}

void fetch_abandon(struct store *store, struct fetch *fetch)
{
	fetch->abandoned = true;
	if (fetch->list_entry) {
		fetch->list_entry->fetch = NULL;
		fetch->list_entry = NULL;
	}
	for (size_t i = 0; i < fetch->id_count; i++) {
		struct entry *entry = entry_find(store, fetch->kind, fetch->cluster, fetch->ids[i]);
		if (entry && entry->fetch == fetch)
			entry->fetch = NULL;
	}
	if (fetch->cancel)
		cancel_trigger(fetch->cancel);
}

static struct fetch *next_fetch(struct store *store)
{
	store->idle++;
	while (!store->queue && !store->stopping)
		pthread_cond_wait(&store->work, &store->lock);
	store->idle--;
	struct fetch *fetch = store->queue;
	if (fetch) {
		store->queued--;
		store->queue = fetch->next;
		fetch->next = NULL;
		if (!store->queue)
			store->queue_end = &store->queue;
	}
	return fetch;
}

static void *fetcher(void *arg)
{
	struct store *store = arg;
	struct fetch *fetch;

	pthread_mutex_lock(&store->lock);
	while ((fetch = next_fetch(store))) {
		struct op op;
		op_init(&op);
		op.has_fallback = fetch->has_fallback;
		fetch->cancel = &op.cancel;
		if (fetch->abandoned)
			cancel_trigger(&op.cancel);
		pthread_mutex_unlock(&store->lock);
		/* Both take the lock themselves to publish what they got. */
		int r = fetch->is_list ? list_fetch_run(store, fetch, &op)
				       : documents_fetch_run(store, fetch, &op);
		pthread_mutex_lock(&store->lock);
		fetch->result = r;
		fetch->error = op.error;
		fetch->cancel = NULL;
		fetch->done = true;
		if (r == 0)
			set_stale(store, false, NULL);
		pthread_cond_broadcast(&fetch->changed);
		fetch_unref(fetch);
		op_done(&op);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

static int add_thread(struct store *store)
{
	if (pthread_create(&store->threads[store->thread_count], NULL, fetcher, store) != 0)
		return -EAGAIN;
	store->thread_count++;
	return 0;
}

int pool_start(struct store *store)
{
	pthread_cond_init(&store->work, NULL);
	store->queue_end = &store->queue;
	return add_thread(store);
}

/*
 * Fetches may wait long for their share of a quota, and one that waits must not hold up another
 * whose quota is unused; so there are as many threads as there are fetches.
 */
void fetch_enqueue(struct store *store, struct fetch *fetch)
{
	fetch->refs++;
	*store->queue_end = fetch;
	store->queue_end = &fetch->next;
	store->queued++;
	/* Without another one it takes its turn, since there is one at least. */
	if (store->queued > store->idle && store->thread_count < MAX_FETCHERS)
		add_thread(store);
	pthread_cond_signal(&store->work);
}

void pool_stop(struct store *store)
{
	pthread_mutex_lock(&store->lock);
	store->stopping = true;
	pthread_cond_broadcast(&store->work);
	pthread_mutex_unlock(&store->lock);
	for (unsigned i = 0; i < store->thread_count; i++)
		pthread_join(store->threads[i], NULL);
	pthread_cond_destroy(&store->work);
}

/*
 * A waiting call is woken through the fetch that it waits for, which changes while it waits; so
 * what a cancellation gets is a slot that names the current one.
 */
struct waiter {
	struct store *store;
	struct fetch *fetch;
};

static _Thread_local struct waiter waiter;

static void wake(void *arg)
{
	struct waiter *w = arg;

	LOCKED(&w->store->lock);
	if (w->fetch)
		pthread_cond_broadcast(&w->fetch->changed);
}

void fetch_wait_begin(struct store *store, struct op *op)
{
	waiter = (struct waiter){.store = store};
	/* When cancelled already nothing is armed, and fetch_wait() says -EINTR. */
	cancel_arm(&op->cancel, wake, &waiter);
}

void fetch_wait_end(struct store *store, struct op *op)
{
	(void)store;
	cancel_disarm(&op->cancel);
}

int fetch_wait(struct store *store, struct op *op, struct fetch *fetch, int64_t deadline_ms)
{
	struct timespec until;
	int64_t left_ms = deadline_ms - now_ms(store);

	if (left_ms <= 0)
		return error_set(&op->error, ETIMEDOUT, "no answer in %lld ms",
				 (long long)store->wait_ms);
	if (cancel_is_set(&op->cancel))
		return error_set(&op->error, EINTR, "interrupted");
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += left_ms / 1000;
	until.tv_nsec += left_ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	waiter.fetch = fetch;
	pthread_cond_timedwait(&fetch->changed, &store->lock, &until);
	waiter.fetch = NULL;
	if (cancel_is_set(&op->cancel))
		return error_set(&op->error, EINTR, "interrupted");
	return 0;
}
