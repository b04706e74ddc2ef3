/*
 * What client.c (a client's life) and call.c (a call's) share; for no one else.
 */
#ifndef ECSFS_AWS_CLIENT_IMPL_H
#define ECSFS_AWS_CLIENT_IMPL_H

#include <pthread.h>

#include "ecsfs/aws/breaker.h"
#include "ecsfs/aws/client.h"
#include "ecsfs/aws/credential_cache.h"
#include "ecsfs/aws/endpoint.h"
#include "ecsfs/aws/http.h"
#include "ecsfs/aws/quota.h"
#include "ecsfs/aws/retry.h"
#include "ecsfs/aws/url.h"

/* A call in flight, on the stack of its thread. */
struct aws_call {
	struct cancel cancel; /* triggered by the request's own one, and by abort */
	struct aws_call *prev, *next;
};

struct aws_client {
	const struct clock *clock;
	char *service;
	char *profile_option; /* NULL: none */
	char profile[128];
	char region[ENDPOINT_REGION_SIZE];
	bool fips;
	char endpoint[ENDPOINT_SIZE];
	struct url url;
	char authority[280]; /* the Host header's value */
	int64_t timeout_ms;
	unsigned max_attempts;

	struct http *http;
	struct credential_cache *credentials;
	struct quota *quotas;
	size_t quota_count;
	struct retry_tokens retry_tokens;
	struct breaker breaker;
	_Atomic int64_t skew_ms;

	pthread_mutex_t lock;
	pthread_cond_t idle;
	bool aborted;
	struct aws_call *calls;
};

/* Begin and end a call: between the two, abort reaches it. Return: 0 or -EINTR. */
int aws_client_enter(struct aws_client *client, struct aws_call *call, struct cancel *cancel);
void aws_client_leave(struct aws_client *client, struct aws_call *call, struct cancel *cancel);

#endif
