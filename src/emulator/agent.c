/* What a container agent calls: where to poll, and what became of its tasks. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "alloc.h"
#include "lifecycle.h"
#include "lookup.h"

int discover_poll_endpoint(struct call *call)
{
	struct out *out = &call->out;

	if (call_member(call, "cluster") && !lookup_cluster(call))
		return -1;
	out_open(out, NULL, '{');
	out_format(out, "endpoint", "https://ecs-a-1.%s.amazonaws.com/", call->region);
	out_format(out, "telemetryEndpoint", "https://ecs-t-1.%s.amazonaws.com/", call->region);
	out_format(out, "serviceConnectEndpoint", "https://ecs-sc-1.%s.amazonaws.com/",
		   call->region);
	out_close(out, '}');
	return 0;
}

static int acknowledge(struct call *call)
{
	out_open(&call->out, NULL, '{');
	out_string(&call->out, "acknowledgment", "ACK");
	out_close(&call->out, '}');
	return 0;
}

/* The task of the call; *ret stays NULL for a call that names none, which AWS acknowledges too. */
static int named_task(struct call *call, struct task **ret)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *name = call_string(call, "task");

	*ret = NULL;
	if (!cluster || (name && lookup_task(call, cluster, name, ret) < 0))
		return -1;
	if (name && !*ret)
		return call_fail(call, CLIENT, "The referenced task was not found.");
	return 0;
}

static void note_container(struct task *task, const char *name, const json_t *change)
{
	const char *status = json_string_value(json_object_get(change, "status"));
	const char *reason = json_string_value(json_object_get(change, "reason"));
	const json_t *code = json_object_get(change, "exitCode");

	for (size_t i = 0; name && i < task->revision->body->num_containers; i++) {
		struct container_state *state = &task_containers(task)[i];

		if (strcmp(task->revision->body->containers[i].name, name) != 0)
			continue;
		if (status && strcmp(status, "RUNNING") == 0)
			state->status = TASK_RUNNING;
		if (status && strcmp(status, "STOPPED") == 0)
			state->status = TASK_STOPPED;
		if (json_is_integer(code)) {
			state->has_exit_code = true;
			state->exit_code = (int)json_integer_value(code);
		}
		if (reason) {
			free(state->reason);
			state->reason = must_copy(reason);
		}
	}
}

int submit_container_state_change(struct call *call)
{
	struct task *task;

	if (named_task(call, &task) < 0)
		return -1;
	if (task)
		note_container(task, call_string(call, "containerName"), call->in);
	return acknowledge(call);
}

int submit_task_state_change(struct call *call)
{
	const char *status = call_string(call, "status"), *reason = call_string(call, "reason");
	struct task *task;
	size_t i;
	json_t *change;

	if (named_task(call, &task) < 0)
		return -1;
	if (!task)
		return acknowledge(call);
	json_array_foreach (call_member(call, "containers"), i, change)
		note_container(task, json_string_value(json_object_get(change, "containerName")),
			       change);
	if (status && strcmp(status, "RUNNING") == 0 && task_is_pending(task)) {
		task_reach(call->model, task, TASK_RUNNING);
	} else if (status && strcmp(status, "STOPPED") == 0 && task->status != TASK_STOPPED) {
		task_stop(call->model, task, "EssentialContainerExited",
			  reason ? reason : "Essential container in task exited");
		task_reach(call->model, task, TASK_STOPPED);
	}
	return acknowledge(call);
}
