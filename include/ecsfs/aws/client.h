/*
 * One signed JSON call to AWS: settings, credentials, signing, retry and HTTP behind one function.
 *
 * Knows nothing of ECS's actions: the caller names the target, the body and the throttle bucket.
 * All functions may be called from any thread.
 */
#ifndef ECSFS_AWS_CLIENT_H
#define ECSFS_AWS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ecsfs/base/cancel.h"
#include "ecsfs/base/clock.h"
#include "ecsfs/base/error.h"

/* A throttle bucket of the service; the rows belong to the caller and are static. */
struct aws_quota {
	const char *name;
	double burst;
	double refill_per_s;
};

/* What the user asked for. NULL or 0: not given, resolve it as the AWS CLI does. */
struct aws_client_options {
	const char *service; /* signing name and endpoint prefix: "ecs" */
	const char *profile;
	const char *region;
	const char *endpoint_url;
	const char *ca_bundle;
	unsigned max_connections; /* 0: 16 */
	int64_t timeout_ms; /* of a call with its retries, but not in a quota's queue; 0: 30,000 */
	unsigned quota_percent; /* share of each bucket that calls may take; 0: 80 */
	const struct aws_quota *quotas;
	size_t quota_count;
	const struct clock *clock; /* NULL: clock_real */
};

/* Effective configuration, without secrets. All strings borrowed from the client's copy. */
struct aws_client_info {
	char region[64];
	char endpoint[512];
	char profile[128];            /* "" when no profile took part */
	char credential_source[128];  /* "environment", "shared credentials file", "sso", ... */
	int64_t credential_expiry_ms; /* Unix time, 0: does not expire */
};

struct aws_request {
	const char *target; /* X-Amz-Target: "AmazonEC2ContainerServiceV20141113.ListTasks" */
	const char *body;
	size_t body_len;
	size_t quota; /* index into the options' quotas */
	/*
	 * false: never sent again once it may have reached AWS (a retry after "no connection" or
	 * after an answer that says that nothing was done, such as a throttle, is still made)
	 */
	bool idempotent;
	bool has_fallback; /* the caller can do without: while AWS is silent, do not wait for it */
	struct cancel *cancel; /* borrowed, may be NULL */
};

/* The answer. On failure only attempts and throttles are filled. */
struct aws_response {
	char *body; /* new, NUL-terminated */
	size_t body_len;
	char request_id[80];
	unsigned attempts;  /* HTTP requests sent or tried */
	unsigned throttles; /* answers among them that were throttling errors */
};

struct aws_client;

/**
 * Resolve configuration, region, endpoint and credentials, and fail with a clear message if one
 * is missing. No call is made to the service itself.
 *
 * @options: borrowed during the call; its quotas and clock must outlive the client
 * @ret_client: new
 * Return: 0, -ENOKEY without credentials, -EINVAL for bad configuration, -ENOMEM, ...
 */
int aws_client_new(const struct aws_client_options *options, struct aws_client **ret_client,
		   struct error *err);

/* Abort what is in flight, wait for it, and free. Accepts NULL. */
void aws_client_free(struct aws_client *client);

/**
 * Make every call in flight and every later one end in -EINTR at once.
 */
void aws_client_abort(struct aws_client *client);

/**
 * One call, with retries, until it succeeds, fails for good, times out or is cancelled.
 *
 * @ret_response: @ret_response->body new on success
 * Return: 0 for HTTP 200; else the negative errno of the error table and @err filled:
 *   -EINTR cancelled, -ETIMEDOUT, -EHOSTUNREACH, -EPROTO, -EKEYEXPIRED, -EBUSY throttled, ...
 */
int aws_client_call(struct aws_client *client, const struct aws_request *request,
		    struct aws_response *ret_response, struct error *err);

/* Frees the body. Accepts NULL and a zeroed struct. */
void aws_response_done(struct aws_response *response);

/* Fill @ret_info with what is in effect now; makes no call. */
void aws_client_info(struct aws_client *client, struct aws_client_info *ret_info);

#endif
