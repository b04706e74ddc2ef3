/*
 * The ECS API: one call of one action, a page of a List, a batch of a Describe.
 *
 * Owns the audit trail and the counting of calls. Knows nothing of caches, paths or files.
 */
#ifndef ECSFS_ECS_ECS_H
#define ECSFS_ECS_ECS_H

#include <jansson.h>

#include "ecsfs/aws/client.h"
#include "ecsfs/base/metrics.h"
#include "ecsfs/base/op.h"
#include "ecsfs/base/ring.h"
#include "ecsfs/ecs/actions.h"

struct ecs;

struct ecs_options {
	struct aws_client *client; /* borrowed */
	struct metrics *metrics;   /* borrowed, may be NULL */
	struct ring *audit;        /* borrowed, may be NULL */
	const char *audit_log;     /* a file to append the audit trail to, or NULL */
	const struct clock *clock; /* borrowed */
};

/* @ret_ecs: new. Return: 0, -ENOMEM, or why the audit log cannot be opened. */
int ecs_new(const struct ecs_options *options, struct ecs **ret_ecs, struct error *err);
void ecs_free(struct ecs *ecs);

/**
 * Call @action.
 *
 * A clientToken is added where the action takes one and @request has none, so that retries run
 * nothing twice.
 *
 * @op: whose call it is; its error is filled on failure
 * @request: borrowed
 * @ret_response: new; an object
 * Return: 0 or the negative errno of the error table; -EPROTO when the answer is no JSON object.
 */
int ecs_call(struct ecs *ecs, struct op *op, const struct ecs_action *action, json_t *request,
	     json_t **ret_response);

/**
 * Parse JSON that AWS has said. What is odd in one place must not fail a whole page of others: a
 * string may hold \u0000, and a number may be too long for an integer.
 *
 * Return: new; NULL with the reason in @ret_why.
 */
json_t *ecs_parse(const char *text, size_t len, json_error_t *ret_why);

/**
 * One page of a List action, as large as the API gives.
 *
 * @params: borrowed; the filters
 * @token: the page's token, NULL for the first page
 * @items_member: the answer's array, such as "taskArns"
 * @ret_items: new; an array
 * @ret_token: new; the next page's token, NULL after the last page
 */
int ecs_list_page(struct ecs *ecs, struct op *op, const struct ecs_action *action, json_t *params,
		  const char *token, const char *items_member, json_t **ret_items,
		  char **ret_token);

/**
 * Turn the first entry of a response's `failures` into op->error.
 *
 * Return: 0 when there is none, or when tasks started all the same; else its negative errno.
 */
int ecs_check_failures(struct op *op, json_t *response);

#endif
