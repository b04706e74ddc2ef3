/*
 * The credentials in use, refreshed before they expire.
 *
 * 15 minutes before expiry they are refreshed by a thread of their own while calls go on with
 * the old ones; 10 minutes before, calls wait for it. Credentials that live for less than an
 * hour have shorter windows, a half and a sixth of their life, or they would be refreshed by
 * every call. A refresh that fails is no error while the old ones last.
 *
 * Knows nothing of where credentials come from.
 */
#ifndef ECSFS_AWS_CREDENTIAL_CACHE_H
#define ECSFS_AWS_CREDENTIAL_CACHE_H

#include "ecsfs/aws/credentials.h"
#include "ecsfs/base/cancel.h"
#include "ecsfs/base/clock.h"
#include "ecsfs/base/error.h"

/* Blocks; runs on a thread of the cache, never two at a time. */
typedef int credential_fetch_fn(void *arg, struct cancel *cancel,
				struct credentials **ret_credentials, struct error *err);

struct credential_cache;

/* @clock, @arg: borrowed for the cache's life. Return: 0 or -ENOMEM. */
int credential_cache_new(credential_fetch_fn *fetch, void *arg, const struct clock *clock,
			 struct credential_cache **ret_cache);

/* Interrupts a refresh in flight and waits for its end. Accepts NULL. */
void credential_cache_free(struct credential_cache *cache);

/* Interrupt a refresh in flight; later gets that would need one fail with -EINTR. */
void credential_cache_abort(struct credential_cache *cache);

/**
 * @timeout_ms: how long to wait where waiting is necessary
 * @ret_credentials: new reference
 * Return: 0, -EINTR, -ETIMEDOUT, -EKEYEXPIRED, or the fetch's error.
 */
int credential_cache_get(struct credential_cache *cache, int64_t timeout_ms, struct cancel *cancel,
			 struct credentials **ret_credentials, struct error *err);

/* AWS refused @credentials: the next get fetches before it answers, unless that has happened. */
void credential_cache_reject(struct credential_cache *cache, const struct credentials *credentials);

/* The last known ones without any effort; new reference, NULL: none yet. */
struct credentials *credential_cache_peek(struct credential_cache *cache);

#endif
