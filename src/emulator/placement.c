#include "placement.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cql.h"

#include "ecsfs/base/cleanup.h"

#define FIRST_DYNAMIC_PORT 32768

const char *const agent_capabilities[] = {
	"com.amazonaws.ecs.capability.docker-remote-api.1.17",
	"com.amazonaws.ecs.capability.docker-remote-api.1.18",
	"com.amazonaws.ecs.capability.docker-remote-api.1.19",
	"com.amazonaws.ecs.capability.docker-remote-api.1.21",
	"com.amazonaws.ecs.capability.docker-remote-api.1.24",
	"com.amazonaws.ecs.capability.docker-remote-api.1.25",
	"com.amazonaws.ecs.capability.docker-remote-api.1.29",
	"com.amazonaws.ecs.capability.docker-remote-api.1.32",
	"com.amazonaws.ecs.capability.ecr-auth",
	"com.amazonaws.ecs.capability.logging-driver.awslogs",
	"com.amazonaws.ecs.capability.logging-driver.fluentd",
	"com.amazonaws.ecs.capability.logging-driver.json-file",
	"com.amazonaws.ecs.capability.logging-driver.none",
	"com.amazonaws.ecs.capability.logging-driver.syslog",
	"com.amazonaws.ecs.capability.privileged-container",
	"com.amazonaws.ecs.capability.task-iam-role",
	"com.amazonaws.ecs.capability.task-iam-role-network-host",
	"ecs.capability.container-health-check",
	"ecs.capability.container-ordering",
	"ecs.capability.efs",
	"ecs.capability.env-files.s3",
	"ecs.capability.execution-role-awslogs",
	"ecs.capability.execution-role-ecr-pull",
	"ecs.capability.firelens.fluentbit",
	"ecs.capability.pid-ipc-namespace-sharing",
	"ecs.capability.private-registry-authentication.secretsmanager",
	"ecs.capability.secrets.asm.environment-variables",
	"ecs.capability.secrets.ssm.environment-variables",
	"ecs.capability.task-eia",
	"ecs.capability.task-eni",
	NULL,
};

static bool is_capability(const char *name)
{
	for (const char *const *capability = agent_capabilities; *capability; capability++) {
		if (strcmp(*capability, name) == 0)
			return true;
	}
	return false;
}

bool instance_has_attribute(const struct instance *instance, const char *name)
{
	return is_capability(name) || json_object_get(instance->attributes, name);
}

/* Asked once a task, since asking it of each of 5,000 instances is what placing one costs. */
static bool is_demanding(const struct body *body)
{
	size_t i;
	json_t *required;

	json_array_foreach (json_object_get(body->members, "requiresAttributes"), i, required) {
		const char *name = json_string_value(json_object_get(required, "name"));

		if (name && !is_capability(name))
			return true;
	}
	return false;
}

const char *instance_attribute(const struct instance *instance, const char *name)
{
	return json_string_value(json_object_get(instance->attributes, name));
}

static bool uses_host_ports(const struct body *body)
{
	return strcmp(body->network_mode, "awsvpc") != 0 && strcmp(body->network_mode, "none") != 0;
}

static bool port_taken(const struct instance *instance, int number, bool udp)
{
	static const int reserved[] = {22, 2375, 2376, 51678, 51679};

	for (size_t i = 0; !udp && i < ARRAY_SIZE(reserved); i++) {
		if (reserved[i] == number)
			return true;
	}
	for (size_t i = 0; i < instance->num_used_ports; i++) {
		if (instance->used_ports[i].number == number && instance->used_ports[i].udp == udp)
			return true;
	}
	return false;
}

void placement_needs(struct placement *placement, const json_t *overrides)
{
	const struct body *body = placement->body;
	const char *cpu = json_string_value(json_object_get(overrides, "cpu"));
	const char *memory = json_string_value(json_object_get(overrides, "memory"));
	size_t i;
	json_t *override;

	placement->demanding = is_demanding(body);
	placement->cpu = cpu ? atoi(cpu) : body->cpu;
	placement->memory = memory ? atoi(memory) : body->memory;
	json_array_foreach (json_object_get(overrides, "containerOverrides"), i, override) {
		const char *name = json_string_value(json_object_get(override, "name"));
		const json_t *container_cpu = json_object_get(override, "cpu");
		const json_t *container_memory = json_object_get(override, "memory");

		for (size_t c = 0; name && c < body->num_containers; c++) {
			const struct container_spec *spec = &body->containers[c];

			if (strcmp(spec->name, name) != 0)
				continue;
			if (container_cpu && !body->task_cpu && !cpu)
				placement->cpu +=
					(int)json_integer_value(container_cpu) - spec->cpu;
			if (container_memory && !body->task_memory && !memory &&
			    !spec->memory_reservation)
				placement->memory +=
					(int)json_integer_value(container_memory) - spec->memory;
		}
	}
}

static bool group_is_on(const struct instance *instance, const char *group)
{
	for (size_t i = 0; i < instance->running.len; i++) {
		const struct task *task =
			CONTAINER_OF(instance->running.items[i], struct task, item);

		if (task->group && strcmp(task->group, group) == 0)
			return true;
	}
	return false;
}

static const char *constraint_obstacle(const json_t *constraints, const struct instance *instance,
				       const char *group)
{
	size_t i;
	json_t *constraint;

	json_array_foreach (constraints, i, constraint) {
		const char *type = json_string_value(json_object_get(constraint, "type"));
		const char *text = json_string_value(json_object_get(constraint, "expression"));

		if (type && strcmp(type, "distinctInstance") == 0) {
			if (group && group_is_on(instance, group))
				return "DistinctInstance placement constraint unsatisfied.";
		} else if (text && cql_match(text, instance) != 1) {
			return "MemberOf placement constraint unsatisfied.";
		}
	}
	return NULL;
}

static const char *resource_obstacle(const struct placement *placement,
				     const struct instance *instance)
{
	const struct body *body = placement->body;

	if (instance->cpu - instance->used_cpu < placement->cpu)
		return "RESOURCE:CPU";
	if (instance->memory - instance->used_memory < placement->memory)
		return "RESOURCE:MEMORY";
	for (size_t i = 0; uses_host_ports(body) && i < body->num_ports; i++) {
		if (body->ports[i].host_port &&
		    port_taken(instance, body->ports[i].host_port, body->ports[i].udp))
			return "RESOURCE:PORTS";
	}
	return NULL;
}

static bool lacks_attribute(const json_t *members, const struct instance *instance)
{
	size_t i;
	json_t *required;

	json_array_foreach (json_object_get(members, "requiresAttributes"), i, required) {
		const char *name = json_string_value(json_object_get(required, "name"));

		if (name && !instance_has_attribute(instance, name))
			return true;
	}
	return false;
}

const char *placement_obstacle(const struct placement *placement, const struct instance *instance)
{
	const json_t *members = placement->body->members;
	const char *obstacle;

	if (!instance->agent_connected)
		return "AGENT";
	if (placement->demanding && lacks_attribute(members, instance))
		return "ATTRIBUTE";
	obstacle = constraint_obstacle(json_object_get(members, "placementConstraints"), instance,
				       placement->group);
	if (!obstacle)
		obstacle = constraint_obstacle(placement->constraints, instance, placement->group);
	return obstacle ? obstacle : resource_obstacle(placement, instance);
}

static int64_t own_count(const struct placement *placement, const struct instance *instance)
{
	int64_t count = 0;

	for (size_t i = 0; placement->group && i < instance->running.len; i++) {
		const struct task *task =
			CONTAINER_OF(instance->running.items[i], struct task, item);

		count += task->group && strcmp(task->group, placement->group) == 0;
	}
	return count;
}

/* How many of the group's tasks run where an attribute has which value. */
static json_t *count_by_value(const struct placement *placement, const char *name)
{
	const struct index *instances = &placement->cluster->instances;
	json_t *counts = json_object();

	for (size_t i = 0; i < instances->len; i++) {
		const struct instance *instance =
			CONTAINER_OF(instances->items[i], struct instance, item);
		const char *value = instance_attribute(instance, name);
		json_t *count = value ? json_object_get(counts, value) : NULL;
		int64_t own = value ? own_count(placement, instance) : 0;

		if (count)
			json_integer_set(count, json_integer_value(count) + own);
		else if (value)
			json_object_set_new(counts, value, json_integer(own));
	}
	return counts;
}

#define MAX_STRATEGIES 5

/* A strategy, ready to be asked for many instances. */
struct ranking {
	size_t num;
	struct {
		const char *type, *attribute, *field;
		json_t *counts; /* of a spread over an attribute */
	} rows[MAX_STRATEGIES];
};

static void add_row(struct ranking *ranking, const struct placement *placement, const char *type,
		    const char *field)
{
	bool by_instance = !field || strcmp(field, "instanceId") == 0 || strcmp(field, "host") == 0;

	if (!type || ranking->num == MAX_STRATEGIES)
		return;
	ranking->rows[ranking->num].type = type;
	ranking->rows[ranking->num].field = field;
	if (strcmp(type, "spread") == 0 && !by_instance) {
		const char *name = strncmp(field, "attribute:", 10) == 0 ? field + 10 : field;

		ranking->rows[ranking->num].attribute = name;
		ranking->rows[ranking->num].counts = count_by_value(placement, name);
	}
	ranking->num++;
}

static void ranking_init(struct ranking *ranking, const struct placement *placement)
{
	size_t i;
	json_t *row;

	*ranking = (struct ranking){0};
	json_array_foreach (placement->strategy, i, row)
		add_row(ranking, placement, json_string_value(json_object_get(row, "type")),
			json_string_value(json_object_get(row, "field")));
	if (ranking->num)
		return;
	/* What AWS does unasked: even over the zones, then over the instances. */
	add_row(ranking, placement, "spread", "attribute:ecs.availability-zone");
	add_row(ranking, placement, "spread", "instanceId");
	add_row(ranking, placement, "load", NULL);
}

static void ranking_done(struct ranking *ranking)
{
	for (size_t i = 0; i < ranking->num; i++)
		json_decref(ranking->rows[i].counts);
}

/* How much worse than others @instance is by one row; smaller is better. */
static int64_t cost(struct model *model, const struct placement *placement,
		    const struct ranking *ranking, size_t row, const struct instance *instance)
{
	const char *type = ranking->rows[row].type, *field = ranking->rows[row].field;
	const char *attribute = ranking->rows[row].attribute;

	if (strcmp(type, "random") == 0)
		return (int64_t)(model_random(model) >> 1);
	if (strcmp(type, "load") == 0)
		return instance->counts.running + instance->counts.pending;
	if (strcmp(type, "binpack") == 0)
		return field && strcasecmp(field, "cpu") == 0
			       ? instance->cpu - instance->used_cpu
			       : instance->memory - instance->used_memory;
	if (!attribute)
		return own_count(placement, instance);
	const char *value = instance_attribute(instance, attribute);
	return value ? json_integer_value(json_object_get(ranking->rows[row].counts, value)) : 0;
}

static bool less(const int64_t a[static MAX_STRATEGIES], const int64_t b[static MAX_STRATEGIES])
{
	for (size_t i = 0; i < MAX_STRATEGIES; i++) {
		if (a[i] != b[i])
			return a[i] < b[i];
	}
	return false;
}

struct instance *placement_choose(struct model *model, const struct placement *placement,
				  const char **ret_reason, struct instance **ret_closest)
{
	const struct index *instances = &placement->cluster->instances;
	struct instance *best = NULL;
	int64_t best_costs[MAX_STRATEGIES] = {0}, its_costs[MAX_STRATEGIES] = {0};
	_cleanup_(ranking_done) struct ranking ranking;

	ranking_init(&ranking, placement);
	*ret_closest = NULL;
	*ret_reason = "RESOURCE:MEMORY";
	for (size_t i = 0; i < instances->len; i++) {
		struct instance *instance =
			CONTAINER_OF(instances->items[i], struct instance, item);

		if (strcmp(instance->status, "ACTIVE") != 0)
			continue;
		const char *obstacle = placement_obstacle(placement, instance);
		if (obstacle) {
			*ret_reason = obstacle;
			*ret_closest = instance;
			continue;
		}
		for (size_t row = 0; row < ranking.num; row++)
			its_costs[row] = cost(model, placement, &ranking, row, instance);
		if (best && !less(its_costs, best_costs))
			continue;
		best = instance;
		memcpy(best_costs, its_costs, sizeof(best_costs));
	}
	return best;
}

static int free_port(const struct instance *instance, bool udp)
{
	int number = FIRST_DYNAMIC_PORT;

	while (number < 65535 && port_taken(instance, number, udp))
		number++;
	return number;
}

void instance_take(struct instance *instance, struct task *task)
{
	const struct body *body = task->revision->body;
	struct placement needs = {.body = body};

	placement_needs(&needs, json_object_get(task->members, "overrides"));
	task->cpu = needs.cpu;
	task->memory = needs.memory;
	instance->used_cpu += task->cpu;
	instance->used_memory += task->memory;
	instance->version++;
	if (!body->num_ports || !uses_host_ports(body))
		return;
	task->host_ports = must_alloc(body->num_ports * sizeof(*task->host_ports));
	for (size_t i = 0; i < body->num_ports; i++) {
		const struct port_spec *spec = &body->ports[i];
		int number = spec->host_port ? spec->host_port : free_port(instance, spec->udp);

		task->host_ports[i] = (uint16_t)number;
		instance->used_ports =
			must_grow(instance->used_ports,
				  (instance->num_used_ports + 1) * sizeof(*instance->used_ports));
		instance->used_ports[instance->num_used_ports++] =
			(struct used_port){(uint16_t)number, spec->udp};
	}
}

void instance_release(struct instance *instance, struct task *task)
{
	const struct body *body = task->revision->body;

	instance->used_cpu -= task->cpu;
	instance->used_memory -= task->memory;
	instance->version++;
	for (size_t i = 0; task->host_ports && i < body->num_ports; i++) {
		for (size_t p = 0; p < instance->num_used_ports; p++) {
			if (instance->used_ports[p].number != task->host_ports[i] ||
			    instance->used_ports[p].udp != body->ports[i].udp)
				continue;
			instance->used_ports[p] = instance->used_ports[--instance->num_used_ports];
			break;
		}
	}
}
