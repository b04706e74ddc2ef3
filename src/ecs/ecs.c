#include "ecsfs/ecs/ecs.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ecsfs/base/cleanup.h"
#include "ecsfs/base/timestamp.h"

#define TARGET_PREFIX "AmazonEC2ContainerServiceV20141113."

static const struct metric_family calls_total = {
	"ecsfs_api_calls_total",
	"Calls of the ECS API by action and outcome (ok, or the errno).",
	METRIC_COUNTER,
	{"action", "outcome"},
};
static const struct metric_family retries_total = {
	"ecsfs_api_retries_total",
	"HTTP requests sent again.",
	METRIC_COUNTER,
	{"action"},
};
static const struct metric_family throttles_total = {
	"ecsfs_api_throttles_total",
	"Answers of AWS that were throttling errors.",
	METRIC_COUNTER,
	{"action"},
};
static const struct metric_family call_seconds = {
	"ecsfs_api_call_seconds",
	"Time of a call with its retries and its waiting for a turn.",
	METRIC_HISTOGRAM,
	{"action"},
};

struct ecs {
	struct aws_client *client;
	struct metrics *metrics;
	struct ring *audit;
	FILE *audit_log;
	const struct clock *clock;
};

/* Requests may hold what is nobody else's business, such as a container's environment. */
static FILE *open_private(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "a");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

int ecs_new(const struct ecs_options *options, struct ecs **ret_ecs, struct error *err)
{
	struct ecs *ecs = calloc(1, sizeof(*ecs));

	if (!ecs)
		return error_set(err, ENOMEM, "out of memory");
	*ecs = (struct ecs){
		.client = options->client,
		.metrics = options->metrics,
		.audit = options->audit,
		.clock = options->clock,
	};
	if (options->audit_log) {
		ecs->audit_log = open_private(options->audit_log);
		if (!ecs->audit_log) {
			int errnum = errno;
			free(ecs);
			return error_set(err, errnum, "audit log %s: %s", options->audit_log,
					 strerror(errnum));
		}
		setvbuf(ecs->audit_log, NULL, _IOLBF, 0);
	}
	*ret_ecs = ecs;
	return 0;
}

void ecs_free(struct ecs *ecs)
{
	if (!ecs)
		return;
	if (ecs->audit_log)
		fclose(ecs->audit_log);
	free(ecs);
}

static void audit(struct ecs *ecs, const struct op *op, const struct ecs_action *action,
		  const char *body, const char *outcome, const char *request_id)
{
	char time[TIMESTAMP_SIZE];
	struct buf line = {0};
	_cleanup_free_ char *text = NULL;

	timestamp_format_ms(clock_wall_ms(ecs->clock), time);
	buf_printf(&line, "%s uid=%u pid=%d command=", time, (unsigned)op->uid, (int)op->pid);
	ring_escape_word(&line, op->command);
	buf_puts(&line, " path=");
	ring_escape_word(&line, op->path);
	buf_printf(&line, " action=%s outcome=%s requestId=%s request=", action->name, outcome,
		   request_id[0] ? request_id : "-");
	ring_escape(&line, body);
	if (buf_steal(&line, &text, NULL) < 0)
		return;
	if (ecs->audit)
		ring_add(ecs->audit, text);
	if (ecs->audit_log)
		fprintf(ecs->audit_log, "%s\n", text);
}

/* An answer that only tells of failures did nothing, though it came with a 200. */
static const char *outcome_of(int r, json_t *response)
{
	if (r < 0)
		return error_name(-r);
	json_t *failure = json_array_get(json_object_get(response, "failures"), 0);
	const char *reason = json_string_value(json_object_get(failure, "reason"));
	if (!failure || json_array_size(json_object_get(response, "tasks")) > 0)
		return "ok";
	return error_name(error_errno_of_code(reason ? reason : ""));
}

/* 32 hexadecimal characters: as long as ECS allows a clientToken to be. */
static int add_client_token(json_t *request)
{
	unsigned char random[16];
	char token[33];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return -EREMOTEIO;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(token + 2 * i, 3, "%02x", random[i]);
	return json_object_set_new(request, "clientToken", json_string(token)) < 0 ? -ENOMEM : 0;
}

/* A retry of a forced deployment whose answer was lost would start a second one. */
static bool may_repeat(const struct ecs_action *action, json_t *request)
{
	return (action->flags & ECS_IDEMPOTENT) &&
	       !json_is_true(json_object_get(request, "forceNewDeployment"));
}

static void count(struct ecs *ecs, const struct ecs_action *action, int r,
		  const struct aws_response *response, int64_t us)
{
	metrics_add(ecs->metrics, &calls_total, action->name, r < 0 ? error_name(-r) : "ok", 1);
	metrics_add(ecs->metrics, &call_seconds, action->name, NULL, (double)us / 1000000);
	if (response->attempts > 1)
		metrics_add(ecs->metrics, &retries_total, action->name, NULL,
			    response->attempts - 1);
	if (response->throttles)
		metrics_add(ecs->metrics, &throttles_total, action->name, NULL,
			    response->throttles);
}

json_t *ecs_parse(const char *text, size_t len, json_error_t *ret_why)
{
	json_t *value = json_loadb(text, len, JSON_ALLOW_NUL, ret_why);

	if (!value && json_error_code(ret_why) == json_error_numeric_overflow)
		value = json_loadb(text, len, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, ret_why);
	return value;
}

static int parse_object(const char *body, size_t len, json_t **ret_object, struct error *err)
{
	json_error_t where;
	json_auto_t *object = ecs_parse(body, len, &where);

	if (!object)
		return error_set(err, EPROTO, "the answer is not JSON: %s", where.text);
	if (!json_is_object(object))
		return error_set(err, EPROTO, "the answer is not a JSON object");
	*ret_object = STEAL(object);
	return 0;
}

int ecs_call(struct ecs *ecs, struct op *op, const struct ecs_action *action, json_t *request,
	     json_t **ret_response)
{
	char target[128];
	_cleanup_(aws_response_done) struct aws_response response = {0};
	json_auto_t *own = NULL;
	int r;

	if ((action->flags & ECS_CLIENT_TOKEN) && !json_object_get(request, "clientToken")) {
		own = json_copy(request);
		r = own ? add_client_token(own) : -ENOMEM;
		if (r < 0)
			return error_set(&op->error, -r, "no clientToken: %s", strerror(-r));
		request = own;
	}
	_cleanup_free_ char *body = json_dumps(request, JSON_COMPACT);
	if (!body)
		return error_set(&op->error, ENOMEM, "out of memory");
	snprintf(target, sizeof(target), TARGET_PREFIX "%s", action->name);

	int64_t start_us = clock_monotonic_us(ecs->clock);
	r = aws_client_call(ecs->client,
			    &(struct aws_request){
				    .target = target,
				    .body = body,
				    .body_len = strlen(body),
				    .quota = action->quota,
				    .idempotent = may_repeat(action, request),
				    .has_fallback = op->has_fallback,
				    .cancel = &op->cancel,
			    },
			    &response, &op->error);
	if (r == 0)
		r = parse_object(response.body, response.body_len, ret_response, &op->error);
	if (r < 0)
		error_prefix(&op->error, "%s: ", action->name);
	else
		op->error =
			(struct error){0}; /* that of an attempt before the one that succeeded */
	count(ecs, action, r, &response, clock_monotonic_us(ecs->clock) - start_us);
	if (action->flags & ECS_MUTATES)
		audit(ecs, op, action, body, outcome_of(r, r == 0 ? *ret_response : NULL),
		      response.request_id[0] || r == 0 ? response.request_id
						       : op->error.request_id);
	return r;
}

int ecs_list_page(struct ecs *ecs, struct op *op, const struct ecs_action *action, json_t *params,
		  const char *token, const char *items_member, json_t **ret_items, char **ret_token)
{
	json_auto_t *request = params ? json_copy(params) : json_object();
	json_auto_t *response = NULL;

	if (!request || json_object_set_new(request, "maxResults", json_integer(100)) < 0 ||
	    (token && json_object_set_new(request, "nextToken", json_string(token)) < 0))
		return error_set(&op->error, ENOMEM, "out of memory");
	int r = ecs_call(ecs, op, action, request, &response);
	if (r < 0)
		return r;
	json_t *items = json_object_get(response, items_member);
	if (!json_is_array(items))
		return error_set(&op->error, EPROTO, "%s: the answer has no array %s", action->name,
				 items_member);
	/* Some servers say null where AWS says nothing. */
	json_t *next_token = json_object_get(response, "nextToken");
	const char *next = json_string_value(next_token);
	if (next_token && !next && !json_is_null(next_token))
		return error_set(&op->error, EPROTO, "%s: the page token is no string",
				 action->name);
	if (next && token && strcmp(next, token) == 0)
		return error_set(&op->error, EPROTO, "%s: the page token repeats", action->name);
	char *copy = NULL;
	if (next && next[0] && !(copy = strdup(next)))
		return error_set(&op->error, ENOMEM, "out of memory");
	*ret_items = json_incref(items);
	*ret_token = copy;
	return 0;
}

/* "" for a member that is not there or is no string. */
static const char *text_of(json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "";
}

int ecs_check_failures(struct op *op, json_t *response)
{
	json_t *failure = json_array_get(json_object_get(response, "failures"), 0);

	/* Of several tasks to run, some may have started. */
	if (!failure || json_array_size(json_object_get(response, "tasks")) > 0)
		return 0;
	const char *reason = text_of(failure, "reason"), *arn = text_of(failure, "arn");
	int r = error_set_aws(&op->error, 200, reason, NULL, text_of(failure, "detail"));
	if (!op->error.message[0])
		snprintf(op->error.message, sizeof(op->error.message), "%s%s%s", reason,
			 arn[0] ? ": " : "", arn);
	return r;
}
