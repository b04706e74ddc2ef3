/* What DescribeTasks shows of a task. */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "lifecycle.h"
#include "placement.h"
#include "task_definitions.h"

static bool uses_interface(const struct task *task)
{
	return strcmp(task->revision->body->network_mode, "awsvpc") == 0;
}

/* Identifiers that hang on the task's own, so that they need no memory and never change. */
static void derived_uuid(const char *id, uint64_t salt, char ret_uuid[static UUID_SIZE])
{
	uint64_t a = stable_hash(id, salt), b = stable_hash(id, salt + 1000);

	snprintf(ret_uuid, UUID_SIZE, "%08x-%04x-4%03x-a%03x-%012llx", (unsigned)(a >> 32),
		 (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 52),
		 (unsigned long long)(b & 0xffffffffffff));
}

static void out_uuid(struct out *out, const char *key, const char *id, uint64_t salt)
{
	char uuid[UUID_SIZE];

	derived_uuid(id, salt, uuid);
	out_string(out, key, uuid);
}

static void out_address(struct out *out, const char *key, const struct task *task)
{
	uint64_t hash = stable_hash(task->id, 3);

	out_format(out, key, "10.0.%d.%d", task->zone * 64 + (int)(hash % 64),
		   (int)(hash >> 8) % 250 + 4);
}

static void detail(struct out *out, const char *name)
{
	out_open(out, NULL, '{');
	out_string(out, "name", name);
}

static void show_attachment(struct out *out, const struct task *task)
{
	static const char *const states[] = {
		[TASK_PROVISIONING] = "PRECREATED", [TASK_PENDING] = "ATTACHING",
		[TASK_ACTIVATING] = "ATTACHED",     [TASK_RUNNING] = "ATTACHED",
		[TASK_DEACTIVATING] = "ATTACHED",   [TASK_STOPPING] = "ATTACHED",
		[TASK_DEPROVISIONING] = "DETACHED", [TASK_STOPPED] = "DELETED",
	};
	const json_t *vpc = json_object_get(json_object_get(task->members, "networkConfiguration"),
					    "awsvpcConfiguration");
	const json_t *subnets = json_object_get(vpc, "subnets");
	size_t subnet =
		json_array_size(subnets) ? (size_t)task->zone % json_array_size(subnets) : 0;
	uint64_t hash = stable_hash(task->id, 4);

	out_open(out, NULL, '{');
	out_uuid(out, "id", task->id, 2);
	out_string(out, "type", "ElasticNetworkInterface");
	out_string(out, "status", states[task->status]);
	out_open(out, "details", '[');
	detail(out, "subnetId");
	out_string(out, "value", json_string_value(json_array_get(subnets, subnet)));
	out_close(out, '}');
	if (task->status != TASK_PROVISIONING) {
		detail(out, "networkInterfaceId");
		out_format(out, "value", "eni-0%016llx", (unsigned long long)hash);
		out_close(out, '}');
		detail(out, "macAddress");
		out_format(out, "value", "0a:%02x:%02x:%02x:%02x:%02x", (unsigned)(hash & 255),
			   (unsigned)(hash >> 8 & 255), (unsigned)(hash >> 16 & 255),
			   (unsigned)(hash >> 24 & 255), (unsigned)(hash >> 32 & 255));
		out_close(out, '}');
		detail(out, "privateIPv4Address");
		out_address(out, "value", task);
		out_close(out, '}');
	}
	out_close(out, ']');
	out_close(out, '}');
}

static void show_bindings(struct out *out, const struct task *task,
			  const struct container_spec *spec, bool running)
{
	out_open(out, "networkBindings", '[');
	for (size_t i = 0; task->host_ports && running && i < spec->num_ports; i++) {
		const struct port_spec *port = &task->revision->body->ports[spec->first_port + i];

		out_open(out, NULL, '{');
		out_string(out, "bindIP", "0.0.0.0");
		out_int(out, "containerPort", port->container_port);
		out_int(out, "hostPort", task->host_ports[spec->first_port + i]);
		out_string(out, "protocol", port->udp ? "udp" : "tcp");
		out_close(out, '}');
	}
	out_close(out, ']');
}

static void show_interfaces(struct out *out, const struct task *task)
{
	out_open(out, "networkInterfaces", '[');
	if (uses_interface(task) && task->status != TASK_PROVISIONING) {
		out_open(out, NULL, '{');
		out_uuid(out, "attachmentId", task->id, 2);
		out_address(out, "privateIpv4Address", task);
		out_close(out, '}');
	}
	out_close(out, ']');
}

static void show_digest(struct out *out, const char *image)
{
	out_format(out, "imageDigest", "sha256:%016llx%016llx%016llx%016llx",
		   (unsigned long long)stable_hash(image, 1),
		   (unsigned long long)stable_hash(image, 2),
		   (unsigned long long)stable_hash(image, 3),
		   (unsigned long long)stable_hash(image, 4));
}

static void show_runtime_id(struct out *out, const struct task *task, uint64_t salt)
{
	uint64_t hash = stable_hash(task->id, salt);

	if (task->launch_type == LAUNCH_FARGATE)
		out_format(out, "runtimeId", "%s-%010llu", task->id,
			   (unsigned long long)(hash % 10000000000));
	else
		out_format(out, "runtimeId", "%016llx%016llx%016llx%016llx",
			   (unsigned long long)hash,
			   (unsigned long long)stable_hash(task->id, salt + 1),
			   (unsigned long long)stable_hash(task->id, salt + 2),
			   (unsigned long long)stable_hash(task->id, salt + 3));
}

static const char *container_health(const struct task *task, const struct container_spec *spec)
{
	return spec->health_check && task->status == TASK_RUNNING ? "HEALTHY" : "UNKNOWN";
}

static void show_container(struct call *call, const struct task *task, size_t position)
{
	struct out *out = &call->out;
	const struct container_spec *spec = &task->revision->body->containers[position];
	const struct container_state *state = task->containers ? &task->containers[position] : NULL;
	enum task_status status = state ? state->status : task_container_status(task);
	bool started = task->started_ms != 0 || status == TASK_RUNNING;
	char uuid[UUID_SIZE];

	derived_uuid(task->id, 100 + position, uuid);
	out_open(out, NULL, '{');
	out_arn(call, "containerArn", "container/%s/%s/%s", task->cluster->name, task->id, uuid);
	out_arn(call, "taskArn", "task/%s/%s", task->cluster->name, task->id);
	out_string(out, "name", spec->name);
	out_string(out, "image", spec->image);
	if (started) {
		show_digest(out, spec->image);
		show_runtime_id(out, task, 200 + position * 8);
	}
	out_string(out, "lastStatus", task_status_names[status]);
	if (state && state->has_exit_code)
		out_int(out, "exitCode", state->exit_code);
	if (state)
		out_string(out, "reason", state->reason);
	show_bindings(out, task, spec, started && status == TASK_RUNNING);
	show_interfaces(out, task);
	out_string(out, "healthStatus", container_health(task, spec));
	out_format(out, "cpu", "%d", spec->cpu);
	if (spec->memory)
		out_format(out, "memory", "%d", spec->memory);
	if (spec->memory_reservation)
		out_format(out, "memoryReservation", "%d", spec->memory_reservation);
	out_close(out, '}');
}

static void show_overrides(struct out *out, const struct task *task)
{
	const json_t *overrides = json_object_get(task->members, "overrides");
	const char *name;
	json_t *value;

	out_open(out, "overrides", '{');
	if (json_object_get(overrides, "containerOverrides")) {
		json_object_foreach ((json_t *)overrides, name, value)
			out_json(out, name, value);
	} else {
		out_open(out, "containerOverrides", '[');
		for (size_t i = 0; i < task->revision->body->num_containers; i++) {
			out_open(out, NULL, '{');
			out_string(out, "name", task->revision->body->containers[i].name);
			out_close(out, '}');
		}
		out_close(out, ']');
		json_object_foreach ((json_t *)overrides, name, value)
			out_json(out, name, value);
		out_open(out, "inferenceAcceleratorOverrides", '[');
		out_close(out, ']');
	}
	out_close(out, '}');
}

static void show_attributes(struct out *out, const struct task *task)
{
	const char *architecture = json_string_value(
		json_object_get(json_object_get(task->revision->body->members, "runtimePlatform"),
				"cpuArchitecture"));

	out_open(out, "attributes", '[');
	if (task->launch_type == LAUNCH_FARGATE) {
		out_open(out, NULL, '{');
		out_string(out, "name", "ecs.cpu-architecture");
		out_string(out, "value",
			   architecture && strcmp(architecture, "ARM64") == 0 ? "arm64" : "x86_64");
		out_close(out, '}');
	}
	out_close(out, ']');
}

static const char *task_health(const struct task *task)
{
	const struct body *body = task->revision->body;

	for (size_t i = 0; i < body->num_containers; i++) {
		if (body->containers[i].essential && body->containers[i].health_check)
			return container_health(task, &body->containers[i]);
	}
	return "UNKNOWN";
}

static void show_zone(struct call *call, const struct task *task)
{
	const char *zone =
		task->instance ? instance_attribute(task->instance, "ecs.availability-zone") : NULL;

	if (zone)
		out_string(&call->out, "availabilityZone", zone);
	else
		out_format(&call->out, "availabilityZone", "%s%c", call->region, 'a' + task->zone);
}

static void show_size(struct out *out, const struct task *task)
{
	const json_t *overrides = json_object_get(task->members, "overrides");
	const char *cpu = json_string_value(json_object_get(overrides, "cpu"));
	const char *memory = json_string_value(json_object_get(overrides, "memory"));

	if (!cpu && !task->revision->body->task_cpu)
		out_format(out, "cpu", "%d", task->revision->body->cpu);
	else
		out_string(out, "cpu", cpu ? cpu : task->revision->body->task_cpu);
	if (!memory && !task->revision->body->task_memory)
		out_format(out, "memory", "%d", task->revision->body->memory);
	else
		out_string(out, "memory", memory ? memory : task->revision->body->task_memory);
}

static void show_platform(struct out *out, const struct task *task)
{
	const char *version = json_string_value(json_object_get(task->members, "platformVersion"));

	if (task->launch_type != LAUNCH_FARGATE)
		return;
	out_string(out, "platformVersion",
		   version && strcmp(version, "LATEST") != 0 ? version : "1.4.0");
	out_string(out, "platformFamily", "Linux");
	out_open(out, "ephemeralStorage", '{');
	out_int(out, "sizeInGiB", 20);
	out_close(out, '}');
	out_open(out, "fargateEphemeralStorage", '{');
	out_int(out, "sizeInGiB", 20);
	out_close(out, '}');
}

void show_task(struct call *call, const char *key, struct task *task, bool tags)
{
	struct out *out = &call->out;

	out_open(out, key, '{');
	out_open(out, "attachments", '[');
	if (uses_interface(task))
		show_attachment(out, task);
	out_close(out, ']');
	show_attributes(out, task);
	show_zone(call, task);
	out_string(out, "capacityProviderName",
		   json_string_value(json_object_get(task->members, "capacityProviderName")));
	out_arn(call, "clusterArn", "cluster/%s", task->cluster->name);
	if (task->connected_ms) {
		out_string(out, "connectivity", "CONNECTED");
		out_time(out, "connectivityAt", task->connected_ms);
	}
	if (task->instance)
		out_arn(call, "containerInstanceArn", "container-instance/%s/%s",
			task->cluster->name, task->instance->id);
	out_open(out, "containers", '[');
	for (size_t i = 0; i < task->revision->body->num_containers; i++)
		show_container(call, task, i);
	out_close(out, ']');
	show_size(out, task);
	out_time(out, "createdAt", task->created_ms);
	out_string(out, "desiredStatus", task->stop_desired ? "STOPPED" : "RUNNING");
	out_bool(out, "enableExecuteCommand",
		 json_is_true(json_object_get(task->members, "enableExecuteCommand")));
	out_time(out, "executionStoppedAt", task->execution_stopped_ms);
	out_string(out, "group", task->group);
	out_string(out, "healthStatus", task_health(task));
	out_string(out, "lastStatus", task_status_names[task->status]);
	out_string(out, "launchType", launch_type_names[task->launch_type]);
	show_overrides(out, task);
	show_platform(out, task);
	out_time(out, "pullStartedAt", task->pull_started_ms);
	out_time(out, "pullStoppedAt", task->pull_stopped_ms);
	out_time(out, "startedAt", task->started_ms);
	out_string(out, "startedBy", task->started_by);
	out_string(out, "stopCode", task->stop_code);
	out_time(out, "stoppedAt", task->stopped_ms);
	out_string(out, "stoppedReason", task->stopped_reason);
	out_time(out, "stoppingAt", task->stopping_ms);
	show_tags(call, "tags", tags ? task->tags : NULL);
	out_arn(call, "taskArn", "task/%s/%s", task->cluster->name, task->id);
	revision_arn(call, "taskDefinitionArn", task->revision);
	out_int(out, "version", task->version);
	out_close(out, '}');
}
