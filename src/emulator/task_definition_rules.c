/*
 * What AWS refuses in a task definition.
 *
 * Rules: Amazon ECS API Reference, RegisterTaskDefinition and ContainerDefinition; Developer Guide,
 * "Task definition differences for the Fargate launch type".
 */
#include <stdlib.h>
#include <string.h>

#include "task_definitions.h"

#define MAX_CONTAINERS 10

/* Fargate: CPU units, and the memory from, to and in steps of MiB; 256 takes 512 as well. */
static const struct fargate_size {
	int cpu, min_memory, max_memory, step;
} fargate_sizes[] = {
	{256, 1024, 2048, 1024},      {512, 1024, 4096, 1024},   {1024, 2048, 8192, 1024},
	{2048, 4096, 16384, 1024},    {4096, 8192, 30720, 1024}, {8192, 16384, 61440, 4096},
	{16384, 32768, 122880, 8192},
};

static const char *string_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool known_size(int cpu, int memory)
{
	if (cpu == 256 && memory == 512)
		return true;
	for (size_t i = 0; i < sizeof(fargate_sizes) / sizeof(*fargate_sizes); i++) {
		const struct fargate_size *size = &fargate_sizes[i];

		if (size->cpu == cpu)
			return memory >= size->min_memory && memory <= size->max_memory &&
			       (memory - size->min_memory) % size->step == 0;
	}
	return false;
}

static int check_fargate(struct call *call, const json_t *members)
{
	const char *cpu = string_member(members, "cpu"), *memory = string_member(members, "memory");
	size_t i;
	json_t *container;

	if (strcmp(string_member(members, "networkMode"), "awsvpc") != 0)
		return call_fail(call, CLIENT, "Fargate only supports network mode 'awsvpc'.");
	if (!cpu || !memory)
		return call_fail(call, CLIENT,
				 "Fargate requires that 'cpu' be defined at the task level.");
	if (!known_size(atoi(cpu), atoi(memory)))
		return call_fail(call, CLIENT,
				 "No Fargate configuration exists for given values: %d CPU, %d "
				 "memory. See the Amazon ECS documentation for the valid values.",
				 atoi(cpu), atoi(memory));
	json_array_foreach (json_object_get(members, "containerDefinitions"), i, container) {
		const char *driver =
			string_member(json_object_get(container, "logConfiguration"), "logDriver");

		if (json_is_true(json_object_get(container, "privileged")))
			return call_fail(call, CLIENT,
					 "Tasks using the Fargate launch type do not support "
					 "privileged containers.");
		if (driver && strcmp(driver, "awslogs") == 0 &&
		    !json_object_get(members, "executionRoleArn"))
			return call_fail(call, CLIENT,
					 "Fargate requires task definition to have execution role "
					 "ARN to support log driver awslogs.");
	}
	return 0;
}

static int check_ports(struct call *call, const json_t *container, const char *name)
{
	size_t i;
	json_t *mapping;

	json_array_foreach (json_object_get(container, "portMappings"), i, mapping) {
		json_t *ports[] = {json_object_get(mapping, "containerPort"),
				   json_object_get(mapping, "hostPort")};

		for (int p = 0; p < 2; p++) {
			json_int_t number = json_integer_value(ports[p]);

			if (number < 0 || number > 65535)
				return call_fail(call, CLIENT,
						 "Invalid port number in container '%s': %lld.",
						 name, (long long)number);
		}
	}
	return 0;
}

static int check_memory(struct call *call, const json_t *members, const json_t *container,
			const char *name)
{
	json_t *memory = json_object_get(container, "memory");
	json_t *reservation = json_object_get(container, "memoryReservation");

	if (!memory && !reservation && !json_object_get(members, "memory"))
		return call_fail(call, CLIENT,
				 "Invalid setting for container '%s'. At least one of 'memory' or "
				 "'memoryReservation' must be specified.",
				 name);
	if (memory && json_integer_value(memory) < 6)
		return call_fail(call, CLIENT,
				 "Invalid setting for container '%s'. 'memory' must be at least "
				 "6 MiB.",
				 name);
	if (memory && reservation && json_integer_value(memory) < json_integer_value(reservation))
		return call_fail(call, CLIENT,
				 "Invalid setting for container '%s'. 'memory' must be greater "
				 "than or equal to 'memoryReservation'.",
				 name);
	return 0;
}

static int check_container(struct call *call, const json_t *members, size_t position)
{
	const json_t *containers = json_object_get(members, "containerDefinitions");
	const json_t *container = json_array_get(containers, position);
	const char *name = string_member(container, "name");
	const char *image = string_member(container, "image");

	if (!name || !*name)
		return call_fail(call, CLIENT, "Container.name should not be null or empty.");
	if (call_check_name(call, CLIENT, name, "Container.name") < 0)
		return -1;
	if (!image || !*image)
		return call_fail(call, CLIENT, "Container.image should not be null or empty.");
	for (size_t i = 0; i < position; i++) {
		if (strcmp(string_member(json_array_get(containers, i), "name"), name) == 0)
			return call_fail(call, CLIENT,
					 "Container.name should be unique: '%s' is used twice.",
					 name);
	}
	if (json_integer_value(json_object_get(container, "cpu")) < 0)
		return call_fail(call, CLIENT,
				 "Invalid setting for container '%s'. 'cpu' must not be negative.",
				 name);
	if (check_memory(call, members, container, name) < 0)
		return -1;
	return check_ports(call, container, name);
}

static int check_placement(struct call *call, const json_t *members)
{
	size_t i;
	json_t *constraint;

	json_array_foreach (json_object_get(members, "placementConstraints"), i, constraint) {
		if (!string_member(constraint, "expression"))
			return call_fail(call, CLIENT,
					 "Placement constraint expression should not be empty.");
	}
	return i > 10 ? call_fail(call, CLIENT, "placementConstraints can have at most 10 items.")
		      : 0;
}

int task_definition_check(struct call *call, const json_t *members)
{
	const json_t *containers = json_object_get(members, "containerDefinitions");
	bool any_essential = false;
	size_t i;
	json_t *value;

	if (json_array_size(containers) == 0)
		return call_fail(call, CLIENT, "Container list cannot be empty.");
	if (json_array_size(containers) > MAX_CONTAINERS)
		return call_fail(call, CLIENT,
				 "Task definition can have at most %d container definitions.",
				 MAX_CONTAINERS);
	for (i = 0; i < json_array_size(containers); i++) {
		if (check_container(call, members, i) < 0)
			return -1;
		any_essential |=
			json_is_true(json_object_get(json_array_get(containers, i), "essential"));
	}
	if (!any_essential)
		return call_fail(call, CLIENT,
				 "At least one container in your task definition must be "
				 "essential.");
	if (check_placement(call, members) < 0)
		return -1;
	json_array_foreach (json_object_get(members, "requiresCompatibilities"), i, value) {
		if (strcmp(json_string_value(value), "FARGATE") == 0)
			return check_fargate(call, members);
	}
	return 0;
}
