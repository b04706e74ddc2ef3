/*
 * From the names, short ARNs and long ARNs of a request to the things that they mean.
 *
 * A lookup that fails has already made the answer the right error.
 */
#ifndef EMULATOR_LOOKUP_H
#define EMULATOR_LOOKUP_H

#include "call.h"

#define MAX_REFERENCE 512

struct reference {
	char type[40];               /* "" when it was a bare name */
	char cluster[MAX_REFERENCE]; /* "" when it does not say */
	char name[MAX_REFERENCE];    /* the last part */
};

/**
 * Take a reference apart: NAME, TYPE/NAME, TYPE/CLUSTER/NAME, or either behind "arn:...:".
 *
 * @type: what it should be
 * Return: 0, or -1 and the call failed.
 */
int lookup_parse(struct call *call, const char *text, const char *type, struct reference *ret);

/* The parameter `cluster`, or "default"; ACTIVE, borrowed. NULL: the call failed. */
struct cluster *lookup_cluster(struct call *call);

/* By any reference; NULL and no failure when there is none of that name. */
struct cluster *lookup_find_cluster(struct call *call, const char *text);

/**
 * The things inside @cluster. The call fails for a reference that is not well-formed or is for
 * another cluster; *ret is NULL when there is no such thing.
 *
 * Return: 0 or -1.
 */
int lookup_service(struct call *call, struct cluster *cluster, const char *text,
		   struct service **ret);
int lookup_task(struct call *call, struct cluster *cluster, const char *text, struct task **ret);
int lookup_instance(struct call *call, struct cluster *cluster, const char *text,
		    struct instance **ret);

/**
 * FAMILY, FAMILY:REVISION or an ARN.
 *
 * Return: borrowed, perhaps INACTIVE; NULL when there is none, the call not failed.
 */
struct revision *lookup_revision(struct call *call, const char *text);

/* What a task or service is to run: as above, but ACTIVE. NULL: the call failed. */
struct revision *lookup_runnable(struct call *call, const char *text);

#endif
