/* The model's tasks: where they are listed, and what counts them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model.h"
#include "model_parts.h"

bool task_is_pending(const struct task *task)
{
	return task->status < TASK_RUNNING;
}

static void count(struct task *task, int by)
{
	struct counts *counts[] = {
		&task->cluster->counts[task->launch_type],
		task->deployment ? &task->deployment->counts : NULL,
		task->instance ? &task->instance->counts : NULL,
	};

	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (!counts[i])
			continue;
		if (task_is_pending(task))
			counts[i]->pending += by;
		else if (task->status == TASK_RUNNING)
			counts[i]->running += by;
	}
}

void task_set_status(struct task *task, enum task_status status)
{
	count(task, -1);
	task->status = status;
	task->version++;
	count(task, 1);
}

struct task *model_task(struct model *model, const char *id)
{
	struct task *task;

	HASH_FIND_STR(model->tasks, id, task);
	return task;
}

struct task *model_add_task(struct model *model, struct cluster *cluster, struct revision *revision,
			    struct service *service, struct instance *instance,
			    enum launch_type launch_type)
{
	struct task *task = must_alloc(sizeof(*task));

	task->item.number = model_next_number(model);
	model_random_id(model, task->id);
	task->cluster = cluster;
	task->revision = revision;
	task->service = service;
	task->deployment = service ? service->deployments : NULL;
	task->instance = instance;
	task->launch_type = launch_type;
	task->created_ms = model->now_ms;
	task->version = 1;
	task->zone = (int)(task->item.number % 3);
	HASH_ADD_STR(model->tasks, id, task);
	index_insert(&cluster->running, &task->item);
	if (service)
		index_insert(&service->running, &task->item);
	if (instance)
		index_insert(&instance->running, &task->item);
	count(task, 1);
	return task;
}

void task_set_stop_desired(struct task *task)
{
	task->stop_desired = true;
	index_remove(&task->cluster->running, &task->item);
	index_insert(&task->cluster->stopped, &task->item);
	if (task->service) {
		index_remove(&task->service->running, &task->item);
		index_insert(&task->service->stopped, &task->item);
	}
	if (task->instance) {
		index_remove(&task->instance->running, &task->item);
		index_insert(&task->instance->stopped, &task->item);
	}
}

void task_free(struct task *task)
{
	if (task->containers) {
		for (size_t i = 0; i < task->revision->body->num_containers; i++)
			free(task->containers[i].reason);
	}
	free(task->containers);
	free(task->host_ports);
	free(task->group);
	free(task->started_by);
	free(task->stopped_reason);
	json_decref(task->members);
	json_decref(task->tags);
	free(task);
}

void model_forget_task(struct model *model, struct task *task)
{
	timers_cancel(&model->timers, &task->timer);
	index_remove(&task->cluster->running, &task->item);
	index_remove(&task->cluster->stopped, &task->item);
	if (task->service) {
		index_remove(&task->service->running, &task->item);
		index_remove(&task->service->stopped, &task->item);
	}
	if (task->instance) {
		index_remove(&task->instance->running, &task->item);
		index_remove(&task->instance->stopped, &task->item);
	}
	HASH_DEL(model->tasks, task);
	task_free(task);
}
