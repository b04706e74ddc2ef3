/*
 * What actions and the scheduler need of tasks beyond the model.
 */
#ifndef EMULATOR_TASKS_H
#define EMULATOR_TASKS_H

#include "call.h"

/* Give a task the members and tags that its service's deployment gives it. */
void task_inherit(struct task *task, const struct service *service,
		  const struct deployment *deployment);

/* The managed tags `aws:ecs:clusterName` and `aws:ecs:serviceName` in front of @tags. New. */
json_t *managed_tags(const json_t *tags, const char *cluster, const char *service);

#endif
