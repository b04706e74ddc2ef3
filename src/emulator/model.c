#include "model.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "alloc.h"
#include "model_parts.h"

const char *const task_status_names[] = {
	"PROVISIONING", "PENDING",  "ACTIVATING",     "RUNNING",
	"DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED",
};

const char *const launch_type_names[] = {"EC2", "FARGATE", "EXTERNAL"};

/* xorshift128+; the identifiers need to be different, not secret. */
uint64_t model_random(struct model *model)
{
	uint64_t *state = model->random_state;
	uint64_t a = state[0], b = state[1];

	state[0] = b;
	a ^= a << 23;
	state[1] = a ^ b ^ (a >> 18) ^ (b >> 5);
	return state[1] + b;
}

void model_random_id(struct model *model, char ret_id[static ID_SIZE])
{
	uint64_t a = model_random(model), b = model_random(model);

	snprintf(ret_id, ID_SIZE, "%016llx%016llx", (unsigned long long)a, (unsigned long long)b);
}

void model_random_uuid(struct model *model, char ret_uuid[static UUID_SIZE])
{
	uint64_t a = model_random(model), b = model_random(model);

	snprintf(ret_uuid, UUID_SIZE, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
		 (unsigned long long)(b & 0xffffffffffff));
}

uint64_t stable_hash(const char *id, uint64_t salt)
{
	uint64_t hash = 0xcbf29ce484222325 ^ salt;

	for (; *id; id++)
		hash = (hash ^ (unsigned char)*id) * 0x100000001b3;
	hash ^= hash >> 33;
	hash *= 0xff51afd7ed558ccd;
	return hash ^ hash >> 33;
}

uint64_t model_next_number(struct model *model)
{
	return ++model->last_number;
}

struct model *model_new(const struct clock *clock, uint64_t seed)
{
	struct model *model = must_alloc(sizeof(*model));

	model->clock = *clock;
	model->time_scale = 1;
	model->offset_ms = clock_wall_ms(clock) - clock_monotonic_ms(clock);
	model->now_ms = clock_wall_ms(clock);
	model->settings = json_object();
	model->client_tokens = json_object();
	if (!seed && getrandom(&seed, sizeof(seed), 0) < 0)
		seed = (uint64_t)model->now_ms;
	model->random_state[0] = stable_hash("first", seed);
	model->random_state[1] = stable_hash("second", seed) | 1;
	return model;
}

void model_advance_to(struct model *model, int64_t wall_ms)
{
	struct timer *timer;

	while ((timer = timers_pop(&model->timers, wall_ms))) {
		if (timer->due_ms > model->now_ms)
			model->now_ms = timer->due_ms;
		timer->fire(model, timer);
	}
	if (wall_ms > model->now_ms)
		model->now_ms = wall_ms;
}

void model_advance(struct model *model)
{
	model_advance_to(model, clock_monotonic_ms(&model->clock) + model->offset_ms);
}

void model_skip(struct model *model, int64_t ms)
{
	model->offset_ms += ms;
	model_advance(model);
}

void model_after(struct model *model, struct timer *timer, int64_t delay_ms)
{
	timers_set(&model->timers, timer,
		   model->now_ms + (int64_t)((double)delay_ms / model->time_scale));
}

struct cluster *model_cluster(struct model *model, const char *name)
{
	struct cluster *cluster;

	HASH_FIND_STR(model->clusters_by_name, name, cluster);
	return cluster;
}

struct cluster *model_add_cluster(struct model *model, const char *name)
{
	struct cluster *cluster = must_alloc(sizeof(*cluster));

	cluster->item.number = model_next_number(model);
	cluster->name = must_copy(name);
	cluster->members = json_object();
	HASH_ADD_KEYPTR(hh, model->clusters_by_name, cluster->name, strlen(cluster->name), cluster);
	index_insert(&model->clusters, &cluster->item);
	return cluster;
}

static void cluster_free(struct cluster *cluster)
{
	struct service *service, *next;

	HASH_ITER (hh, cluster->services_by_name, service, next) {
		HASH_DEL(cluster->services_by_name, service);
		service_free(service);
	}
	json_decref(cluster->members);
	json_decref(cluster->tags);
	index_done(&cluster->services);
	index_done(&cluster->running);
	index_done(&cluster->stopped);
	index_done(&cluster->instances);
	free(cluster->name);
	free(cluster);
}

struct instance *model_instance(struct model *model, const char *id)
{
	struct instance *instance;

	HASH_FIND_STR(model->instances, id, instance);
	return instance;
}

struct instance *model_add_instance(struct model *model, struct cluster *cluster, const char *id)
{
	struct instance *instance = must_alloc(sizeof(*instance));

	instance->item.number = model_next_number(model);
	if (id)
		snprintf(instance->id, ID_SIZE, "%s", id);
	else
		model_random_id(model, instance->id);
	instance->cluster = cluster;
	instance->status = "ACTIVE";
	instance->agent_connected = true;
	instance->registered_ms = model->now_ms;
	instance->version = 1;
	HASH_ADD_STR(model->instances, id, instance);
	index_insert(&cluster->instances, &instance->item);
	return instance;
}

static void instance_free(struct instance *instance)
{
	json_decref(instance->attributes);
	json_decref(instance->resources);
	json_decref(instance->tags);
	index_done(&instance->running);
	index_done(&instance->stopped);
	free(instance->used_ports);
	free(instance->ec2_id);
	free(instance->agent_version);
	free(instance->docker_version);
	free(instance);
}

static void detach_tasks(struct index *tasks)
{
	for (size_t i = 0; i < tasks->len; i++)
		CONTAINER_OF(tasks->items[i], struct task, item)->instance = NULL;
}

void model_remove_instance(struct model *model, struct instance *instance)
{
	detach_tasks(&instance->running);
	detach_tasks(&instance->stopped);
	timers_cancel(&model->timers, &instance->timer);
	index_remove(&instance->cluster->instances, &instance->item);
	HASH_DEL(model->instances, instance);
	instance_free(instance);
}

void model_free(struct model *model)
{
	struct cluster *cluster, *next_cluster;
	struct task *task, *next_task;
	struct instance *instance, *next_instance;

	if (!model)
		return;
	HASH_ITER (hh, model->tasks, task, next_task) {
		HASH_DEL(model->tasks, task);
		task_free(task);
	}
	HASH_ITER (hh, model->instances, instance, next_instance) {
		HASH_DEL(model->instances, instance);
		instance_free(instance);
	}
	HASH_ITER (hh, model->clusters_by_name, cluster, next_cluster) {
		HASH_DEL(model->clusters_by_name, cluster);
		cluster_free(cluster);
	}
	while (model->replaced) {
		struct service *service = model->replaced;

		model->replaced = service->next_replaced;
		service_free(service);
	}
	for (size_t i = 0; i < model->num_families; i++)
		family_free(model->families[i]);
	free(model->families);
	index_done(&model->clusters);
	timers_done(&model->timers);
	json_decref(model->settings);
	json_decref(model->client_tokens);
	free(model);
}
