#include "lifecycle.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "placement.h"
#include "scheduler.h"

#include "ecsfs/base/cleanup.h"

/* A second or so a state: long enough to be seen, short enough to wait for. */
static const int delay_ms[] = {
	[TASK_PROVISIONING] = 600, [TASK_PENDING] = 800,  [TASK_ACTIVATING] = 300,
	[TASK_DEACTIVATING] = 400, [TASK_STOPPING] = 700, [TASK_DEPROVISIONING] = 400,
};

static void live(struct model *model, struct timer *timer);

static void set_timer(struct model *model, struct task *task, int64_t ms)
{
	task->timer.fire = live;
	model_after(model, &task->timer, ms);
}

enum task_status task_container_status(const struct task *task)
{
	if (task_is_pending(task))
		return TASK_PENDING;
	return task->status < TASK_DEPROVISIONING ? TASK_RUNNING : TASK_STOPPED;
}

struct container_state *task_containers(struct task *task)
{
	size_t num = task->revision->body->num_containers;

	if (!task->containers) {
		task->containers = must_alloc((num + 1) * sizeof(*task->containers));
		for (size_t i = 0; i < num; i++)
			task->containers[i].status = task_container_status(task);
	}
	return task->containers;
}

static const json_t *command_of(const struct task *task, const struct container_spec *spec)
{
	const json_t *overrides =
		json_object_get(json_object_get(task->members, "overrides"), "containerOverrides");
	size_t i;
	json_t *override;

	json_array_foreach (overrides, i, override) {
		const char *name = json_string_value(json_object_get(override, "name"));
		const json_t *command = json_object_get(override, "command");

		if (command && name && strcmp(name, spec->name) == 0)
			return command;
	}
	return spec->command;
}

/* Whether a container's command ends by itself: with what, and after how long. */
static bool ends_by_itself(const json_t *command, int *ret_code, int64_t *ret_ms)
{
	const char *word = json_string_value(json_array_get(command, 0));
	const char *argument = json_string_value(json_array_get(command, 1));

	*ret_code = 0;
	*ret_ms = 1000;
	if (!word)
		return false;
	if (strcmp(word, "false") == 0)
		*ret_code = 1;
	else if (strcmp(word, "exit") == 0)
		*ret_code = argument ? atoi(argument) : 0;
	else if (strcmp(word, "sleep") == 0)
		*ret_ms = argument ? atoll(argument) * 1000 : 0;
	else
		return strcmp(word, "true") == 0;
	return true;
}

static const struct container_spec *ending_container(const struct task *task, int *ret_code,
						     int64_t *ret_ms)
{
	const struct body *body = task->revision->body;

	for (size_t i = 0; i < body->num_containers; i++) {
		if (body->containers[i].essential &&
		    ends_by_itself(command_of(task, &body->containers[i]), ret_code, ret_ms))
			return &body->containers[i];
	}
	return NULL;
}

static const struct container_spec *missing_image(const struct task *task)
{
	const struct body *body = task->revision->body;

	for (size_t i = 0; i < body->num_containers; i++) {
		const char *tag = strrchr(body->containers[i].image, ':');

		if (tag && strcmp(tag, ":missing") == 0)
			return &body->containers[i];
	}
	return NULL;
}

static void fail_to_pull(struct model *model, struct task *task, const struct container_spec *spec)
{
	_cleanup_free_ char *reason = must_format(
		"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed "
		"to resolve ref %s: %s: not found",
		spec->image, spec->image);
	struct container_state *state =
		&task_containers(task)[spec - task->revision->body->containers];

	free(state->reason);
	state->reason = must_copy(reason);
	task->pull_stopped_ms = model->now_ms;
	task_stop(model, task, "TaskFailedToStart", reason);
	if (task->service)
		service_task_failed(model, task->service);
}

static void enter_running(struct model *model, struct task *task)
{
	int code;
	int64_t after_ms;

	task->started_ms = model->now_ms;
	task_set_status(task, TASK_RUNNING);
	for (size_t i = 0; task->containers && i < task->revision->body->num_containers; i++)
		task->containers[i].status = TASK_RUNNING;
	if (task->service)
		task->service->failures = 0;
	if (ending_container(task, &code, &after_ms))
		set_timer(model, task, after_ms);
}

static void containers_end(struct model *model, struct task *task)
{
	bool ran = task->started_ms != 0;
	struct container_state *states = task_containers(task);

	task->execution_stopped_ms = model->now_ms;
	for (size_t i = 0; i < task->revision->body->num_containers; i++) {
		struct container_state *state = &states[i];

		/* 143: what a program that does not handle SIGTERM ends with. */
		if (ran && !state->has_exit_code)
			state->exit_code = 143;
		state->has_exit_code = state->has_exit_code || ran;
		state->status = TASK_STOPPED;
	}
}

static void end(struct model *model, struct task *task)
{
	if (!task->execution_stopped_ms)
		containers_end(model, task);
	task_set_status(task, TASK_STOPPED);
	task->stopped_ms = model->now_ms;
	if (task->instance)
		instance_release(task->instance, task);
	timers_set(&model->timers, &task->timer, model->now_ms + STOPPED_TASK_LIFE_MS);
}

void task_reach(struct model *model, struct task *task, enum task_status status)
{
	switch (status) {
	case TASK_PENDING:
		task->connected_ms = task->pull_started_ms = model->now_ms;
		break;
	case TASK_ACTIVATING:
		task->pull_stopped_ms = model->now_ms;
		break;
	case TASK_DEPROVISIONING:
		containers_end(model, task);
		break;
	default:
		break;
	}
	if (status == TASK_RUNNING)
		enter_running(model, task);
	else if (status == TASK_STOPPED)
		end(model, task);
	else
		task_set_status(task, status);
	if (status != TASK_RUNNING && status != TASK_STOPPED)
		set_timer(model, task, delay_ms[status]);
	if (task->service)
		service_poke(model, task->service);
}

static void exit_by_itself(struct model *model, struct task *task)
{
	int code = 0;
	int64_t ms;
	const struct container_spec *spec = ending_container(task, &code, &ms);

	if (!spec)
		return;
	struct container_state *state =
		&task_containers(task)[spec - task->revision->body->containers];
	state->status = TASK_STOPPED;
	state->has_exit_code = true;
	state->exit_code = code;
	task_stop(model, task, "EssentialContainerExited", "Essential container in task exited");
}

static void live(struct model *model, struct timer *timer)
{
	struct task *task = CONTAINER_OF(timer, struct task, timer);
	const struct container_spec *missing;

	switch (task->status) {
	case TASK_STOPPED:
		model_forget_task(model, task);
		return;
	case TASK_RUNNING:
		exit_by_itself(model, task);
		return;
	case TASK_PENDING:
		if ((missing = missing_image(task))) {
			fail_to_pull(model, task, missing);
			return;
		}
		break;
	default:
		break;
	}
	task_reach(model, task, task->status + 1);
}

void task_launch(struct model *model, struct task *task)
{
	if (task->instance)
		instance_take(task->instance, task);
	set_timer(model, task, delay_ms[TASK_PROVISIONING]);
}

void task_settle(struct task *task, int64_t since_ms)
{
	if (task->instance)
		instance_take(task->instance, task);
	task->created_ms = since_ms;
	task->connected_ms = since_ms + 700;
	task->pull_started_ms = since_ms + 1500;
	task->pull_stopped_ms = since_ms + 4200;
	task->started_ms = since_ms + 5100;
	task_set_status(task, TASK_RUNNING);
	task->version = 3;
}

void task_stop(struct model *model, struct task *task, const char *code, const char *reason)
{
	if (task->stop_desired)
		return;
	task->stop_code = code;
	task->stopped_reason = must_copy(reason);
	task->stopping_ms = model->now_ms;
	task_set_stop_desired(task);
	/* A task that never ran has nothing to deregister or to stop. */
	task_reach(model, task, task_is_pending(task) ? TASK_DEPROVISIONING : TASK_DEACTIVATING);
	task->deployment = NULL;
}
