/* Container instances: their actions and their document. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "alloc.h"
#include "cql.h"
#include "describe.h"
#include "lifecycle.h"
#include "lookup.h"
#include "page.h"
#include "placement.h"
#include "scheduler.h"
#include "task_definitions.h"

#include "ecsfs/base/cleanup.h"

#define LATEST_AGENT "1.89.2"
#define AGENT_UPDATE_MS 1500

static const int reserved_ports[] = {22, 2375, 2376, 51678, 51679};

static void open_resource(struct out *out, const char *name, const char *type)
{
	out_open(out, NULL, '{');
	out_string(out, "name", name);
	out_string(out, "type", type);
	out_real(out, "doubleValue", 0);
	out_int(out, "longValue", 0);
}

static void show_integer(struct out *out, const char *name, int value)
{
	open_resource(out, name, "INTEGER");
	out_int(out, "integerValue", value);
	out_close(out, '}');
}

static void show_ports(struct out *out, const struct instance *instance, bool udp, bool used)
{
	open_resource(out, udp ? "PORTS_UDP" : "PORTS", "STRINGSET");
	out_int(out, "integerValue", 0);
	out_open(out, "stringSetValue", '[');
	for (size_t i = 0; !udp && i < ARRAY_SIZE(reserved_ports); i++)
		out_format(out, NULL, "%d", reserved_ports[i]);
	for (size_t i = 0; used && i < instance->num_used_ports; i++) {
		if (instance->used_ports[i].udp == udp)
			out_format(out, NULL, "%d", instance->used_ports[i].number);
	}
	out_close(out, ']');
	out_close(out, '}');
}

static void show_resources(struct out *out, const char *key, const struct instance *instance,
			   bool remaining)
{
	size_t i;
	json_t *other;

	out_open(out, key, '[');
	show_integer(out, "CPU", instance->cpu - (remaining ? instance->used_cpu : 0));
	show_integer(out, "MEMORY", instance->memory - (remaining ? instance->used_memory : 0));
	show_ports(out, instance, false, remaining);
	show_ports(out, instance, true, remaining);
	json_array_foreach (instance->resources, i, other)
		out_json(out, NULL, other);
	out_close(out, ']');
}

static void show_attributes(struct out *out, const struct instance *instance)
{
	const char *name;
	json_t *value;

	out_open(out, "attributes", '[');
	for (const char *const *capability = agent_capabilities; *capability; capability++) {
		out_open(out, NULL, '{');
		out_string(out, "name", *capability);
		out_close(out, '}');
	}
	json_object_foreach (instance->attributes, name, value) {
		out_open(out, NULL, '{');
		out_string(out, "name", name);
		out_string(out, "value", json_string_value(value));
		out_close(out, '}');
	}
	out_close(out, ']');
}

void show_instance(struct call *call, const char *key, const struct instance *instance, bool tags)
{
	struct out *out = &call->out;

	out_open(out, key, '{');
	out_arn(call, "containerInstanceArn", "container-instance/%s/%s", instance->cluster->name,
		instance->id);
	out_string(out, "ec2InstanceId", instance->ec2_id);
	out_int(out, "version", instance->version);
	out_open(out, "versionInfo", '{');
	out_string(out, "agentVersion", instance->agent_version);
	out_format(out, "agentHash", "%08x",
		   (unsigned)stable_hash(instance->agent_version, 1) | 0x10000000);
	out_format(out, "dockerVersion", "DockerVersion: %s", instance->docker_version);
	out_close(out, '}');
	show_resources(out, "remainingResources", instance, true);
	show_resources(out, "registeredResources", instance, false);
	out_string(out, "status", instance->status);
	out_bool(out, "agentConnected", instance->agent_connected);
	out_int(out, "runningTasksCount", instance->counts.running);
	out_int(out, "pendingTasksCount", instance->counts.pending);
	out_string(out, "agentUpdateStatus", instance->agent_update);
	show_attributes(out, instance);
	out_time(out, "registeredAt", instance->registered_ms);
	out_open(out, "attachments", '[');
	out_close(out, ']');
	show_tags(call, "tags", tags ? instance->tags : NULL);
	if (call_includes(call, "CONTAINER_INSTANCE_HEALTH")) {
		out_open(out, "healthStatus", '{');
		out_string(out, "overallStatus", "OK");
		out_open(out, "details", '[');
		out_close(out, ']');
		out_close(out, '}');
	}
	out_close(out, '}');
}

static int answer(struct call *call, const struct instance *instance)
{
	out_open(&call->out, NULL, '{');
	show_instance(call, "containerInstance", instance, true);
	out_close(&call->out, '}');
	return 0;
}

struct filter {
	const char *expression, *status;
};

static bool wanted(const struct item *item, void *arg)
{
	const struct instance *instance = CONTAINER_OF(item, struct instance, item);
	const struct filter *filter = arg;

	return (!filter->status || strcmp(instance->status, filter->status) == 0) &&
	       (!filter->expression || cql_match(filter->expression, instance) == 1);
}

static void instance_arn(struct call *call, const struct item *item)
{
	const struct instance *instance = CONTAINER_OF(item, struct instance, item);

	out_arn(call, NULL, "container-instance/%s/%s", instance->cluster->name, instance->id);
}

int list_container_instances(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	struct filter filter = {call_string(call, "filter"), call_string(call, "status")};
	struct page page;

	if (!cluster || page_begin(call, 100, &page) < 0)
		return -1;
	if (filter.expression && !*filter.expression)
		filter.expression = NULL;
	if (filter.expression && cql_match(filter.expression, NULL) < 0)
		return call_fail(call, INVALID, "Invalid filter expression: %.200s",
				 filter.expression);
	out_open(&call->out, NULL, '{');
	page_index(call, &page, "containerInstanceArns", &cluster->instances, wanted, &filter,
		   instance_arn);
	out_close(&call->out, '}');
	return 0;
}

static int describe_one(struct call *call, struct cluster *cluster, const char *name,
			const void *arg)
{
	struct instance *instance;

	(void)arg;
	if (lookup_instance(call, cluster, name, &instance) < 0)
		return -1;
	if (instance)
		show_instance(call, NULL, instance, call_includes(call, "TAGS"));
	return instance != NULL;
}

int describe_container_instances(struct call *call)
{
	static const struct describe how = {"containerInstances", 100, "Container instances",
					    "container-instance", describe_one};
	struct cluster *cluster = lookup_cluster(call);

	return cluster ? describe_each(call, &how, cluster, NULL, NULL) : -1;
}

static int set_status(struct call *call, struct cluster *cluster, const char *name, const void *arg)
{
	struct instance *instance;

	if (lookup_instance(call, cluster, name, &instance) < 0)
		return -1;
	if (!instance)
		return 0;
	instance->status = arg;
	instance->version++;
	cluster_poke(call->model, cluster);
	show_instance(call, NULL, instance, false);
	return 1;
}

int update_container_instances_state(struct call *call)
{
	static const struct describe how = {"containerInstances", 10, "Container instances",
					    "container-instance", set_status};
	const char *status = call_string(call, "status");
	bool draining = strcmp(status, "DRAINING") == 0;

	if (!draining && strcmp(status, "ACTIVE") != 0)
		return call_fail(call, INVALID,
				 "Container instances status should be one of [ACTIVE,DRAINING].");
	struct cluster *cluster = lookup_cluster(call);
	return cluster ? describe_each(call, &how, cluster, NULL, draining ? "DRAINING" : "ACTIVE")
		       : -1;
}

/* The instance that the parameter names; NULL: the call failed. */
static struct instance *named_instance(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	struct instance *instance;

	if (!cluster ||
	    lookup_instance(call, cluster, call_string(call, "containerInstance"), &instance) < 0)
		return NULL;
	if (!instance)
		call_fail(call, INVALID, "The referenced container instance was not found.");
	return instance;
}

int deregister_container_instance(struct call *call)
{
	struct instance *instance = named_instance(call);

	if (!instance)
		return -1;
	struct cluster *cluster = instance->cluster;
	if (instance->running.len && !call_bool(call, "force"))
		return call_fail(call, INVALID, "Found running tasks on the instance.");
	while (instance->running.len)
		task_stop(call->model,
			  CONTAINER_OF(instance->running.items[instance->running.len - 1],
				       struct task, item),
			  "ServiceSchedulerInitiated", "Container instance deregistered");
	instance->status = "INACTIVE";
	instance->agent_connected = false;
	answer(call, instance);
	model_remove_instance(call->model, instance);
	cluster_poke(call->model, cluster);
	return 0;
}

static void update_agent(struct model *model, struct timer *timer)
{
	struct instance *instance = CONTAINER_OF(timer, struct instance, timer);

	if (strcmp(instance->agent_update, "PENDING") == 0) {
		instance->agent_update = "UPDATING";
		model_after(model, &instance->timer, AGENT_UPDATE_MS);
		return;
	}
	instance->agent_update = "UPDATED";
	free(instance->agent_version);
	instance->agent_version = must_copy(LATEST_AGENT);
	instance->version++;
}

int update_container_agent(struct call *call)
{
	struct instance *instance = named_instance(call);

	if (!instance)
		return -1;
	if (instance->timer.slot)
		return call_fail(call, "UpdateInProgressException",
				 "There is already a current Amazon ECS container agent update in "
				 "progress on the container instance.");
	if (strverscmp(instance->agent_version, LATEST_AGENT) >= 0)
		return call_fail(call, "NoUpdateAvailableException",
				 "There is no update available for your container agent.");
	instance->agent_update = "PENDING";
	instance->timer.fire = update_agent;
	model_after(call->model, &instance->timer, AGENT_UPDATE_MS);
	return answer(call, instance);
}

static const char *version_member(struct call *call, const char *name, const char *fallback)
{
	const char *value =
		json_string_value(json_object_get(call_member(call, "versionInfo"), name));

	return value ? value : fallback;
}

static int take_resources(struct call *call, struct instance *instance)
{
	size_t i;
	json_t *resource;

	instance->cpu = 2048;
	instance->memory = 3885;
	json_array_foreach (call_member(call, "totalResources"), i, resource) {
		const char *name = json_string_value(json_object_get(resource, "name"));
		int value = (int)json_integer_value(json_object_get(resource, "integerValue"));

		if (name && strcmp(name, "CPU") == 0) {
			instance->cpu = value;
		} else if (name && strcmp(name, "MEMORY") == 0) {
			instance->memory = value;
		} else if (name && strncmp(name, "PORTS", 5) != 0) {
			if (!instance->resources)
				instance->resources = json_array();
			json_array_append(instance->resources, resource);
		}
	}
	return 0;
}

static void take_attributes(struct call *call, struct instance *instance)
{
	size_t i;
	json_t *attribute;
	char zone[64];

	snprintf(zone, sizeof(zone), "%s%c", call->region,
		 'a' + (char)(instance->cluster->instances.len % 3));
	instance->attributes = json_pack("{s:s, s:s, s:s, s:s}", "ecs.availability-zone", zone,
					 "ecs.os-type", "linux", "ecs.cpu-architecture", "x86_64",
					 "ecs.instance-type", "t3.medium");
	json_array_foreach (call_member(call, "attributes"), i, attribute) {
		json_t *value = json_object_get(attribute, "value");

		json_object_set_new(instance->attributes,
				    json_string_value(json_object_get(attribute, "name")),
				    value ? json_incref(value) : json_null());
	}
}

/* What the agent presents: EC2's document names the instance. */
static char *ec2_id_of(struct call *call)
{
	const char *text = call_string(call, "instanceIdentityDocument");
	json_auto_t *document = text ? json_loads(text, 0, NULL) : NULL;
	const char *id = json_string_value(json_object_get(document, "instanceId"));

	return id ? must_copy(id)
		  : must_format("i-0%016llx", (unsigned long long)model_random(call->model));
}

int register_container_instance(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *arn = call_string(call, "containerInstanceArn");
	struct instance *instance = NULL;

	if (!cluster || call_check_tags(call, call_member(call, "tags")) < 0)
		return -1;
	if (arn && lookup_instance(call, cluster, arn, &instance) < 0)
		return -1;
	if (arn && !instance)
		return call_fail(call, INVALID, "The referenced container instance was not found.");
	if (instance)
		return answer(call, instance);
	instance = model_add_instance(call->model, cluster, NULL);
	instance->ec2_id = ec2_id_of(call);
	instance->agent_version = must_copy(version_member(call, "agentVersion", LATEST_AGENT));
	instance->docker_version = must_copy(version_member(call, "dockerVersion", "25.0.6"));
	instance->tags = json_incref(call_member(call, "tags"));
	take_resources(call, instance);
	take_attributes(call, instance);
	cluster_poke(call->model, cluster);
	return answer(call, instance);
}
