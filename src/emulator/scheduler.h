/*
 * The service scheduler: starts and stops tasks until a service is as it is wanted.
 *
 * Rules: Amazon ECS API Reference, CreateService and UpdateService, minimumHealthyPercent and
 * maximumPercent; the words of events are those that AWS uses.
 */
#ifndef EMULATOR_SCHEDULER_H
#define EMULATOR_SCHEDULER_H

#include "model.h"

/* Something that the service's scheduler looks at has changed. */
void service_poke(struct model *model, struct service *service);

/* The same for every service of the cluster: its instances have changed. */
void cluster_poke(struct model *model, struct cluster *cluster);

/* One of its tasks did not start. */
void service_task_failed(struct model *model, struct service *service);

#endif
