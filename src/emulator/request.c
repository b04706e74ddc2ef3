#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "dispatch.h"
#include "quotas.h"
#include "verify.h"

#include "ecsfs/base/cleanup.h"

#define TARGET_PREFIX "AmazonEC2ContainerServiceV20141113."
#define HANG_MS (24LL * 3600 * 1000)

const char *request_header(const struct request *request, const char *name)
{
	for (size_t i = 0; i < request->num_headers; i++) {
		if (strcmp(request->headers[i].name, name) == 0)
			return request->headers[i].value;
	}
	return "";
}

/* The Region of the credential scope: KEY/DATE/REGION/SERVICE/aws4_request. */
static void read_region(const struct request *request, char *ret_region, size_t size)
{
	const char *at = strstr(request_header(request, "authorization"), "Credential=");

	snprintf(ret_region, size, "us-east-1");
	for (int slashes = 0; at && slashes < 2; slashes++) {
		at = strchr(at, '/');
		at = at ? at + 1 : NULL;
	}
	size_t len = at ? strcspn(at, "/, ") : 0;
	if (len && len < size)
		snprintf(ret_region, size, "%.*s", (int)len, at);
}

static void count(struct emulator *emulator, const char *action)
{
	json_int_t old = json_integer_value(json_object_get(emulator->counts, action));

	json_object_set_new(emulator->counts, action, json_integer(old + 1));
}

/* The answer's bytes, out of the call. */
static void finish(struct call *call, struct reply *reply)
{
	reply->status = call->status;
	reply->content_type = "application/x-amz-json-1.1";
	if (call->status != 200) {
		out_reset(&call->out);
		out_open(&call->out, NULL, '{');
		out_string(&call->out, "__type", call->code);
		out_string(&call->out, "message", call->message);
		out_close(&call->out, '}');
		snprintf(reply->code, sizeof(reply->code), "%s", call->code);
	}
	if (call->status == 200 && fault_changes(reply->fault))
		reply->body = fault_change(reply->fault, call->action, call->out.buf.data,
					   call->out.buf.len, &reply->len);
	else if (buf_steal(&call->out.buf, &reply->body, &reply->len) < 0)
		reply->body = must_copy("");
}

/* What AWS looks at before it looks at the action's parameters. False: the call failed. */
static bool admit(struct emulator *emulator, const struct request *request, struct call *call,
		  const struct action *action, enum fault fault)
{
	if (fault_fails(fault, call))
		return false;
	if (emulator->options.secret_key &&
	    verify_request(request, emulator->options.access_key, emulator->options.secret_key,
			   clock_wall_ms(&clock_real), call) < 0)
		return false;
	if (!action) {
		call_fail(call, "UnknownOperationException", "%s", "");
		return false;
	}
	if (emulator->options.enforce_quotas && !quotas_take(emulator->quotas, action->bucket)) {
		call_fail(call, "ThrottlingException", "Rate exceeded");
		return false;
	}
	return true;
}

static void act(struct emulator *emulator, const struct request *request, const char *name,
		struct reply *reply)
{
	char region[40];
	struct call call = {.model = emulator->model, .region = region, .action = name};
	const struct action *action = action_find(name);

	read_region(request, region, sizeof(region));
	reply->wrong_date = reply->fault == FAULT_SKEW;
	if (admit(emulator, request, &call, action, reply->fault))
		dispatch(&call, action, request->body, request->len);
	model_random_uuid(emulator->model, reply->request_id);
	finish(&call, reply);
	out_done(&call.out);
}

void request_answer(struct emulator *emulator, const struct request *request,
		    struct reply *ret_reply)
{
	const char *target = request_header(request, "x-amz-target");

	*ret_reply = (struct reply){0};
	if (strncmp(request->path, "/_emulator/", 11) == 0) {
		control_answer(emulator, request, ret_reply);
		return;
	}
	if (strncmp(target, TARGET_PREFIX, strlen(TARGET_PREFIX)) == 0)
		target += strlen(TARGET_PREFIX);
	else
		target = "UnknownOperation";
	pthread_mutex_lock(&emulator->lock);
	count(emulator, target);
	ret_reply->fault = faults_take(emulator->faults, target);
	pthread_mutex_unlock(&emulator->lock);
	emulator_sleep(emulator,
		       ret_reply->fault == FAULT_HANG ? HANG_MS : emulator->options.latency_ms);
	if (ret_reply->fault == FAULT_HANG || ret_reply->fault == FAULT_REFUSE)
		return;
	LOCKED(&emulator->lock);
	act(emulator, request, target, ret_reply);
}
