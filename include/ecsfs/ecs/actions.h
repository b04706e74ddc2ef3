/*
 * The one table of the ECS API's actions.
 *
 * Source: the service model of the Amazon ECS API, version 2014-11-13, as AWS publishes it for
 * its SDKs; throttle buckets: Amazon ECS Developer Guide, "Request throttling".
 */
#ifndef ECSFS_ECS_ACTIONS_H
#define ECSFS_ECS_ACTIONS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ecsfs/aws/client.h"

enum ecs_quota {
	QUOTA_CLUSTER_READ,
	QUOTA_CLUSTER_MODIFY,
	QUOTA_SERVICE_READ,
	QUOTA_SERVICE_MODIFY,
	QUOTA_CLUSTER_RESOURCE_READ,
	QUOTA_CLUSTER_RESOURCE_MODIFY,
	QUOTA_TASK_DEFINITION_READ,
	QUOTA_TASK_DEFINITION_MODIFY,
	QUOTA_TASK_DEFINITION_DELETE,
	QUOTA_TAG_READ,
	QUOTA_TAG_MODIFY,
	QUOTA_CAPACITY_PROVIDER_READ,
	QUOTA_CAPACITY_PROVIDER_MODIFY,
	QUOTA_SETTINGS_READ,
	QUOTA_SETTINGS_MODIFY,
	QUOTA_COUNT
};

extern const struct aws_quota ecs_quotas[QUOTA_COUNT];

enum ecs_action_flags {
	ECS_MUTATES = 1 << 0,      /* goes to the audit trail */
	ECS_IDEMPOTENT = 1 << 1,   /* twice does what once does: may be retried blindly */
	ECS_CLIENT_TOKEN = 1 << 2, /* idempotent because it carries a clientToken */
	ECS_DESTROYS = 1 << 3,     /* counts against the delete-limit */
};

struct ecs_action {
	const char *name;
	enum ecs_quota quota;
	unsigned flags;
	/*
	 * The request's members in the model's order, blank-separated, "name:type" or, where
	 * required, "name!:type"; types: s string, i number, b boolean, [] array, {} object.
	 */
	const char *members;
};

extern const struct ecs_action ecs_actions[];
extern const size_t ecs_action_count;

/* The row of @name, or NULL. */
const struct ecs_action *ecs_action_find(const char *name);

/* One member of a request, pointing into the table. */
struct ecs_member {
	const char *name;
	size_t name_len;
	bool required;
	char type; /* 's', 'i', 'b', '[' or '{' */
};

/**
 * Step through an action's members: start with *@cursor NULL.
 *
 * Return: whether there was one more.
 */
bool ecs_action_next_member(const struct ecs_action *action, const char **cursor,
			    struct ecs_member *ret_member);

/* Whether the request has a member @name; @ret_member may be NULL. */
bool ecs_action_has_member(const struct ecs_action *action, const char *name,
			   struct ecs_member *ret_member);

/* A request with every member empty, for a person to fill in; new, NULL without memory. */
json_t *ecs_action_skeleton(const struct ecs_action *action);

#endif
