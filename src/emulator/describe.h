/*
 * What the Describe actions have in common: a batch of names, what they mean, and which of them
 * mean nothing.
 */
#ifndef EMULATOR_DESCRIBE_H
#define EMULATOR_DESCRIBE_H

#include "call.h"

struct describe {
	const char *member; /* of the request, the names; and of the answer, what they mean */
	size_t max;
	const char *what; /* they are, for the message when there are more */
	const char *type; /* of the ARN of one that is MISSING: "service" */
	/* Show what @name means. Return: 1, 0 when there is none, -1 when the call failed. */
	int (*show)(struct call *call, struct cluster *cluster, const char *name, const void *arg);
};

/**
 * Answer the call.
 *
 * @cluster: that the names are in; NULL for clusters
 * @names: instead of the request's, or NULL
 * Return: 0, or -1 and the call failed.
 */
int describe_each(struct call *call, const struct describe *how, struct cluster *cluster,
		  const json_t *names, const void *arg);

#endif
