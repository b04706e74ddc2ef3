/*
 * The one table of actions, and the way of a request through it.
 */
#ifndef EMULATOR_DISPATCH_H
#define EMULATOR_DISPATCH_H

#include "call.h"

/* AWS's token buckets: Amazon ECS Developer Guide, "Request throttling for the Amazon ECS API". */
enum bucket {
	CLUSTER_READ,
	CLUSTER_MODIFY,
	SERVICE_READ,
	SERVICE_MODIFY,
	RESOURCE_READ,
	RESOURCE_MODIFY,
	DEFINITION_READ,
	DEFINITION_MODIFY,
	DEFINITION_DELETE,
	TAG_READ,
	TAG_MODIFY,
	PROVIDER_READ,
	PROVIDER_MODIFY,
	SETTING_READ,
	SETTING_MODIFY,
	AGENT, /* not limited */
	BUCKETS,
};

struct action {
	const char *name;
	int (*handler)(struct call *call);
	enum bucket bucket;
	const char *invalid; /* what a bad parameter is; NULL: InvalidParameterException */
};

/* Ends with a row whose name is NULL. */
extern const struct action actions[];

/* NULL: there is none of that name. */
const struct action *action_find(const char *name);

/**
 * Do what @body asks of @action.
 *
 * @call: model and region set; its answer, which may be an error, is in .status, .code, .message
 *     and, when .status is 200, .out
 * @body: len bytes of JSON; none at all mean no parameters
 */
void dispatch(struct call *call, const struct action *action, const char *body, size_t len);

#endif
