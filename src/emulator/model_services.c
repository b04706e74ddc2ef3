/* The model's services: their deployments, events and counts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model.h"
#include "model_parts.h"

struct service *cluster_service(struct cluster *cluster, const char *name)
{
	struct service *service;

	HASH_FIND_STR(cluster->services_by_name, name, service);
	return service;
}

struct service *model_add_service(struct model *model, struct cluster *cluster, const char *name)
{
	struct service *old = cluster_service(cluster, name);
	struct service *service = must_alloc(sizeof(*service));

	if (old) {
		/* Its stopped tasks still say that they were its. */
		HASH_DEL(cluster->services_by_name, old);
		old->next_replaced = model->replaced;
		model->replaced = old;
	}
	service->item.number = model_next_number(model);
	service->name = must_copy(name);
	service->cluster = cluster;
	service->created_ms = model->now_ms;
	HASH_ADD_KEYPTR(hh, cluster->services_by_name, service->name, strlen(service->name),
			service);
	index_insert(&cluster->services, &service->item);
	return service;
}

static void deployment_free(struct deployment *deployment)
{
	json_decref(deployment->members);
	free(deployment->rollout_reason);
	free(deployment);
}

void service_free(struct service *service)
{
	while (service->deployments) {
		struct deployment *deployment = service->deployments;

		service->deployments = deployment->next;
		deployment_free(deployment);
	}
	for (size_t i = 0; i < service->num_events; i++)
		free(service->events[i].message);
	free(service->events);
	index_done(&service->running);
	index_done(&service->stopped);
	json_decref(service->members);
	json_decref(service->tags);
	free(service->client_token);
	free(service->name);
	free(service);
}

struct deployment *service_add_deployment(struct model *model, struct service *service,
					  struct revision *revision, json_t *members)
{
	struct deployment *deployment = must_alloc(sizeof(*deployment));
	unsigned long long digits = 1000000000000000000 + model_random(model) % 8000000000000000000;

	snprintf(deployment->id, sizeof(deployment->id), "ecs-svc/%019llu", digits);
	deployment->revision = revision;
	deployment->members = json_incref(members);
	deployment->created_ms = deployment->updated_ms = model->now_ms;
	deployment->rollout_state = "IN_PROGRESS";
	deployment->rollout_reason = must_format("ECS deployment %s in progress.", deployment->id);
	deployment->next = service->deployments;
	service->deployments = deployment;
	return deployment;
}

void service_drop_deployment(struct service *service, struct deployment *deployment)
{
	for (struct deployment **at = &service->deployments; *at; at = &(*at)->next) {
		if (*at == deployment) {
			*at = deployment->next;
			deployment_free(deployment);
			return;
		}
	}
}

void service_event(struct model *model, struct service *service, const char *format, ...)
{
	struct event event = {.at_ms = model->now_ms};
	va_list args;

	va_start(args, format);
	if (vasprintf(&event.message, format, args) < 0)
		event.message = must_copy("");
	va_end(args);
	model_random_uuid(model, event.id);
	if (service->num_events == MAX_EVENTS) {
		free(service->events[0].message);
		memmove(service->events, service->events + 1,
			(MAX_EVENTS - 1) * sizeof(*service->events));
		service->num_events--;
	} else if ((service->num_events & (service->num_events - 1)) == 0) {
		size_t size = service->num_events ? service->num_events * 2 : 1;

		service->events = must_grow(service->events, size * sizeof(*service->events));
	}
	service->events[service->num_events++] = event;
}

struct counts service_counts(const struct service *service)
{
	struct counts sum = {0};

	for (struct deployment *d = service->deployments; d; d = d->next) {
		sum.running += d->counts.running;
		sum.pending += d->counts.pending;
	}
	return sum;
}

int service_percent(const struct service *service, const char *member, int fallback)
{
	json_t *value = json_object_get(
		json_object_get(service->members, "deploymentConfiguration"), member);

	return json_is_integer(value) ? (int)json_integer_value(value) : fallback;
}
