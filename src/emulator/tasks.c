/* Tasks: listing, describing and stopping them. Running them is in run_task.c. */
#include "tasks.h"

#include <string.h>

#include "actions.h"
#include "describe.h"
#include "lifecycle.h"
#include "lookup.h"
#include "page.h"

struct filter {
	const char *family, *started_by, *launch_type;
	const struct service *service;
	const struct instance *instance;
};

static bool wanted(const struct item *item, void *arg)
{
	const struct task *task = CONTAINER_OF(item, struct task, item);
	const struct filter *filter = arg;

	return (!filter->family || strcmp(task->revision->family->name, filter->family) == 0) &&
	       (!filter->started_by ||
		(task->started_by && strcmp(task->started_by, filter->started_by) == 0)) &&
	       (!filter->launch_type ||
		strcmp(launch_type_names[task->launch_type], filter->launch_type) == 0) &&
	       (!filter->service || task->service == filter->service) &&
	       (!filter->instance || task->instance == filter->instance);
}

static void task_arn(struct call *call, const struct item *item)
{
	const struct task *task = CONTAINER_OF(item, struct task, item);

	out_arn(call, NULL, "task/%s/%s", task->cluster->name, task->id);
}

int list_tasks(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *status = call_string(call, "desiredStatus");
	const char *service_name = call_string(call, "serviceName");
	const char *instance_name = call_string(call, "containerInstance");
	struct filter filter = {
		.family = call_string(call, "family"),
		.started_by = call_string(call, "startedBy"),
		.launch_type = call_string(call, "launchType"),
	};
	struct service *service = NULL;
	struct instance *instance = NULL;
	struct page page;

	if (!cluster || page_begin(call, 100, &page) < 0)
		return -1;
	if (filter.started_by && (service_name || filter.family))
		return call_fail(call, INVALID,
				 "cannot specify startedBy along with family or serviceName");
	if (service_name && lookup_service(call, cluster, service_name, &service) < 0)
		return -1;
	if (service_name && !service)
		return call_fail(call, "ServiceNotFoundException", "Service not found.");
	if (instance_name && lookup_instance(call, cluster, instance_name, &instance) < 0)
		return -1;
	if (instance_name && !instance)
		return call_fail(call, INVALID, "The referenced container instance was not found.");
	filter.service = service;
	filter.instance = instance;
	bool stopped = status && strcmp(status, "STOPPED") == 0;
	const struct index *index = service    ? (stopped ? &service->stopped : &service->running)
				    : instance ? (stopped ? &instance->stopped : &instance->running)
					       : (stopped ? &cluster->stopped : &cluster->running);
	out_open(&call->out, NULL, '{');
	page_index(call, &page, "taskArns", index, wanted, &filter, task_arn);
	out_close(&call->out, '}');
	return 0;
}

static int describe_one(struct call *call, struct cluster *cluster, const char *name,
			const void *arg)
{
	struct task *task;

	(void)arg;
	if (lookup_task(call, cluster, name, &task) < 0)
		return -1;
	if (task)
		show_task(call, NULL, task, call_includes(call, "TAGS"));
	return task != NULL;
}

int describe_tasks(struct call *call)
{
	static const struct describe how = {"tasks", 100, "Tasks", "task", describe_one};
	struct cluster *cluster = lookup_cluster(call);

	return cluster ? describe_each(call, &how, cluster, NULL, NULL) : -1;
}

int stop_task(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *reason = call_string(call, "reason");
	struct task *task;

	if (!cluster || lookup_task(call, cluster, call_string(call, "task"), &task) < 0)
		return -1;
	if (!task)
		return call_fail(call, INVALID, "The referenced task was not found.");
	if (reason && strlen(reason) > 255)
		return call_fail(call, INVALID, "reason longer than 255.");
	task_stop(call->model, task, "UserInitiated",
		  reason && *reason ? reason : "Task stopped by user");
	out_open(&call->out, NULL, '{');
	show_task(call, "task", task, true);
	out_close(&call->out, '}');
	return 0;
}
