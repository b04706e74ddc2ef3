#include "ecsfs/aws/credential_cache.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <utlist.h>

#include "ecsfs/aws/waiter.h"
#include "ecsfs/base/cleanup.h"

#define MINUTE_MS (60 * 1000)
#define ADVISORY_MS (15 * MINUTE_MS)
#define MANDATORY_MS (10 * MINUTE_MS)
/* After a refresh that failed although the old credentials still last. */
#define ADVISORY_PAUSE_MS MINUTE_MS
#define MANDATORY_PAUSE_MS (10 * 1000)
/*
 * After one that failed with nothing to go on with: in proportion to what it took, as for calls of
 * AWS, so that not every call waits for a source that is silent. Where all sources answer at once
 * there is no pause: a log-in is seen by the next call.
 */
#define NEW_QUICK_MS 500
#define NEW_PAUSE_FACTOR 10
#define NEW_PAUSE_MAX_MS 5000
/* For credentials of an instance that cannot be renewed; the renewal goes on being tried. */
#define EXTENSION_MS (15 * MINUTE_MS)

enum need {
	NEED_NOTHING,
	NEED_ADVISORY,
	NEED_MANDATORY,
	NEED_NEW, /* there is nothing to go on with */
};

struct credential_cache {
	pthread_mutex_t lock;
	pthread_cond_t idle;
	credential_fetch_fn *fetch;
	void *arg;
	const struct clock *clock;
	struct cancel cancel;
	struct credentials *current;
	bool rejected;
	int64_t extended_ms; /* Unix time: until when the current ones are good after all */
	bool fetching;
	uint64_t fetches;        /* ended ones */
	int64_t started_ms;      /* monotonic: the last fetch */
	int64_t next_try_ms;     /* monotonic; not before this while the old ones last */
	int64_t next_new_ms;     /* monotonic; not before this when there are none */
	struct error last_error; /* of the last fetch */
	struct waiter *waiters;
};

int credential_cache_new(credential_fetch_fn *fetch, void *arg, const struct clock *clock,
			 struct credential_cache **ret_cache)
{
	struct credential_cache *cache = calloc(1, sizeof(*cache));

	if (!cache)
		return -ENOMEM;
	pthread_mutex_init(&cache->lock, NULL);
	pthread_cond_init(&cache->idle, NULL);
	cancel_init(&cache->cancel);
	cache->fetch = fetch;
	cache->arg = arg;
	cache->clock = clock;
	cache->next_try_ms = cache->next_new_ms = INT64_MIN;
	*ret_cache = cache;
	return 0;
}

void credential_cache_abort(struct credential_cache *cache)
{
	cancel_trigger(&cache->cancel);
}

void credential_cache_free(struct credential_cache *cache)
{
	if (!cache)
		return;
	credential_cache_abort(cache);
	pthread_mutex_lock(&cache->lock);
	while (cache->fetching)
		pthread_cond_wait(&cache->idle, &cache->lock);
	pthread_mutex_unlock(&cache->lock);
	credentials_unref(cache->current);
	cancel_done(&cache->cancel);
	pthread_cond_destroy(&cache->idle);
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static int64_t shorter(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static enum need need_locked(const struct credential_cache *cache)
{
	const struct credentials *current = cache->current;

	if (!current || cache->rejected)
		return NEED_NEW;
	if (current->expiry_ms == 0)
		return NEED_NOTHING;
	int64_t now_ms = clock_wall_ms(cache->clock);
	int64_t left = current->expiry_ms - now_ms;
	int64_t life = current->expiry_ms - current->obtained_ms;

	if (left <= 0 && cache->extended_ms > now_ms)
		return NEED_ADVISORY;

	if (left <= 0)
		return NEED_NEW;
	if (left < shorter(MANDATORY_MS, life / 6))
		return NEED_MANDATORY;
	return left < shorter(ADVISORY_MS, life / 2) ? NEED_ADVISORY : NEED_NOTHING;
}

static void finish_locked(struct credential_cache *cache, int r, struct credentials *found,
			  const struct error *err)
{
	struct waiter *waiter;

	cache->last_error = *err;
	if (r == 0) {
		credentials_unref(cache->current);
		cache->current = found;
		cache->rejected = false;
		cache->extended_ms = 0;
		cache->next_try_ms = cache->next_new_ms = INT64_MIN;
	} else {
		int64_t now_ms = clock_monotonic_ms(cache->clock);
		if (cache->current && cache->current->extendable && !cache->rejected)
			cache->extended_ms = clock_wall_ms(cache->clock) + EXTENSION_MS;
		bool pressing = need_locked(cache) == NEED_MANDATORY;
		cache->next_try_ms = now_ms + (pressing ? MANDATORY_PAUSE_MS : ADVISORY_PAUSE_MS);
		int64_t took_ms = now_ms - cache->started_ms;
		cache->next_new_ms =
			took_ms < NEW_QUICK_MS
				? INT64_MIN
				: now_ms + shorter(NEW_PAUSE_FACTOR * took_ms, NEW_PAUSE_MAX_MS);
	}
	cache->fetching = false;
	cache->fetches++;
	DL_FOREACH (cache->waiters, waiter)
		waiter_signal(waiter);
	pthread_cond_broadcast(&cache->idle);
}

static void *fetch_thread(void *arg)
{
	struct credential_cache *cache = arg;
	struct credentials *found = NULL;
	struct error err = {0};
	int r = cache->fetch(cache->arg, &cache->cancel, &found, &err);

	if (r == 0 && found->expiry_ms != 0 && found->expiry_ms <= clock_wall_ms(cache->clock)) {
		r = error_set(&err, EKEYEXPIRED, "the credentials from the %s have expired",
			      found->source);
		credentials_unref(found);
	}
	/* Whoever waits for the end may exit the process, which must find nothing of ours running.
	 */
	OPENSSL_thread_stop();
	LOCKED(&cache->lock);
	finish_locked(cache, r, found, &err);
	return NULL;
}

/* With all signals blocked: they are the main thread's. */
static int start_thread(struct credential_cache *cache)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	int r = pthread_create(&thread, &attr, fetch_thread, cache);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return -r;
}

static void start_locked(struct credential_cache *cache)
{
	if (cache->fetching)
		return;
	cache->fetching = true;
	cache->started_ms = clock_monotonic_ms(cache->clock);
	int r = start_thread(cache);
	if (r < 0) {
		struct error err;
		error_set(&err, -r, "cannot start a thread to fetch credentials");
		finish_locked(cache, r, NULL, &err);
	}
}

/* Wait until the fetch that runs now, or was just tried, has ended. */
static int wait_locked(struct credential_cache *cache, int64_t timeout_ms, struct cancel *cancel)
{
	uint64_t seen = cache->fetches;
	struct waiter self;
	int r = 0;

	waiter_init(&self);
	DL_APPEND(cache->waiters, &self);
	while (cache->fetching && cache->fetches == seen && r == 0) {
		pthread_mutex_unlock(&cache->lock);
		r = waiter_wait(&self, timeout_ms, cancel);
		pthread_mutex_lock(&cache->lock);
	}
	DL_DELETE(cache->waiters, &self);
	waiter_done(&self);
	return r;
}

int credential_cache_get(struct credential_cache *cache, int64_t timeout_ms, struct cancel *cancel,
			 struct credentials **ret_credentials, struct error *err)
{
	/* For a waiter a negative time is no limit; for a call it means that its time is up. */
	if (timeout_ms < 0)
		timeout_ms = 0;
	LOCKED(&cache->lock);
	enum need need = need_locked(cache);
	bool may_try = clock_monotonic_ms(cache->clock) >=
		       (need == NEED_NEW ? cache->next_new_ms : cache->next_try_ms);

	if (need != NEED_NOTHING && may_try) {
		start_locked(cache);
		if (need >= NEED_MANDATORY) {
			int r = wait_locked(cache, timeout_ms, cancel);
			if (r < 0)
				return error_set(err, -r,
						 r == -EINTR ? "interrupted"
							     : "no credentials in time");
			need = need_locked(cache);
		}
	}
	if (need == NEED_NEW) {
		if (err)
			*err = cache->last_error;
		return cache->last_error.errnum
			       ? -cache->last_error.errnum
			       : error_set(err, EKEYEXPIRED, "the credentials have expired");
	}
	*ret_credentials = credentials_ref(cache->current);
	return 0;
}

void credential_cache_reject(struct credential_cache *cache, const struct credentials *credentials)
{
	LOCKED(&cache->lock);
	if (cache->current == credentials)
		cache->rejected = true;
}

struct credentials *credential_cache_peek(struct credential_cache *cache)
{
	LOCKED(&cache->lock);
	return cache->current ? credentials_ref(cache->current) : NULL;
}
