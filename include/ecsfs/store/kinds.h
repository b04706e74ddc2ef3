/*
 * What there is to know about: the kinds of resource and the lists of them, as two tables.
 *
 * A row says which action answers, in which members, and how long the answer may be believed.
 */
#ifndef ECSFS_STORE_KINDS_H
#define ECSFS_STORE_KINDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum kind {
	KIND_CLUSTER,
	KIND_SERVICE,
	KIND_TASK,
	KIND_CONTAINER_INSTANCE,
	KIND_REVISION,
	KIND_COUNT
};

enum ttl_class { TTL_SHORT, TTL_MEDIUM, TTL_LONG, TTL_FOREVER, TTL_COUNT };

struct kind_info {
	const char *describe;   /* action */
	const char *ids;        /* the request's member for the ids */
	bool one_id;            /* which is a string, not an array */
	unsigned batch;         /* ids a call; source: API reference */
	const char *items;      /* the answer's member: an array, or the one object */
	const char *arn;        /* member of an item that names it */
	bool in_cluster;        /* each is in one, which its request names */
	const char *include[6]; /* every include of the action */
	enum ttl_class ttl;
	/* st_mtime: newest of these members of the item, and of these members of its array */
	const char *times[2];
	bool times_all; /* every member whose name is that of a time */
	const char *times_array, *times_array_member;
};

extern const struct kind_info kinds[KIND_COUNT];

enum list {
	LIST_CLUSTERS,
	LIST_SERVICES,
	LIST_TASKS,
	LIST_STOPPED_TASKS,
	LIST_CONTAINER_INSTANCES,
	LIST_FAMILIES,
	LIST_REVISIONS,
	LIST_INACTIVE_REVISIONS,
	LIST_ALL_FAMILIES,
	LIST_ALL_REVISIONS,
	LIST_TASKS_AS_ASKED,
	LIST_ATTRIBUTES,
	LIST_COUNT
};

struct list_info {
	const char *action;
	const char *items;         /* the answer's array */
	const char *param, *value; /* a filter that is always sent, or NULL */
	bool in_cluster;
	int of;          /* enum kind, or -1 */
	bool neighbours; /* its order says who rides along in a batch of Describe */
	enum ttl_class ttl;
	/* The name of one item; "" to pass it over. @out as large as an ARN may be. */
	void (*name)(json_t *item, char *out, size_t size);
};

extern const struct list_info lists[LIST_COUNT];

/* The last part of an ARN, or all of a string that is none: "web" for both forms of service ARN. */
const char *arn_id(const char *arn);

/* The cluster's name in the long form of an ARN; 0 or -ENOENT when it is not there. */
int arn_cluster(const char *arn, char *out, size_t size);

/* Newest of a document's times in Unix milliseconds, 0 when it has none. */
int64_t kind_mtime_ms(enum kind kind, json_t *item);

#endif
