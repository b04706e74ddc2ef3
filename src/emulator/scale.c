#include "scale.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "lifecycle.h"
#include "service_rules.h"
#include "tasks.h"

#include "ecsfs/base/cleanup.h"

#define MAX_COUNT 10000000
#define DAY_MS (24 * 3600 * 1000LL)

int scale_parse(const char *text, struct scale *ret_scale)
{
	struct scale scale = {.clusters = 1, .families = 1, .revisions = 1};
	struct {
		const char *name;
		int *value;
	} keys[] = {
		{"clusters", &scale.clusters},   {"services", &scale.services},
		{"tasks", &scale.tasks},         {"families", &scale.families},
		{"revisions", &scale.revisions}, {"instances", &scale.instances},
	};

	while (*text) {
		size_t len = strcspn(text, "="), i;
		char *end;

		for (i = 0; i < ARRAY_SIZE(keys); i++) {
			if (strlen(keys[i].name) == len && strncmp(keys[i].name, text, len) == 0)
				break;
		}
		if (i == ARRAY_SIZE(keys) || !text[len])
			return -EINVAL;
		long value = strtol(text + len + 1, &end, 10);
		if (end == text + len + 1 || value < 0 || value > MAX_COUNT ||
		    (*end && *end != ','))
			return -EINVAL;
		*keys[i].value = (int)value;
		text = *end ? end + 1 : end;
	}
	if (!scale.clusters ||
	    ((scale.services || scale.tasks) && (!scale.families || !scale.revisions)))
		return -EINVAL;
	*ret_scale = scale;
	return 0;
}

/* One body for all: a million revisions are a million small structs. */
static struct body *make_body(void)
{
	json_t *members = json_pack(
		"{s:[{s:s, s:s, s:i, s:i, s:b, s:[{s:i, s:i, s:s}], s:[{s:s, s:s}], s:[], s:[], "
		"s:{s:s, s:{s:s, s:s, s:s}}, s:[]}], s:s, s:s, s:[], s:[], s:[{s:s}, {s:s}], "
		"s:[s, s], s:[s], s:s, s:s}",
		"containerDefinitions", "name", "app", "image",
		ACCOUNT ".dkr.ecr.us-east-1.amazonaws.com/app:1.4.2", "cpu", 256, "memory", 512,
		"essential", 1, "portMappings", "containerPort", 8080, "hostPort", 8080, "protocol",
		"tcp", "environment", "name", "LOG_LEVEL", "value", "info", "mountPoints",
		"volumesFrom", "logConfiguration", "logDriver", "awslogs", "options",
		"awslogs-group", "/ecs/app", "awslogs-region", "us-east-1", "awslogs-stream-prefix",
		"ecs", "systemControls", "executionRoleArn",
		"arn:aws:iam::" ACCOUNT ":role/ecsTaskExecutionRole", "networkMode", "awsvpc",
		"volumes", "placementConstraints", "requiresAttributes", "name",
		"com.amazonaws.ecs.capability.logging-driver.awslogs", "name",
		"ecs.capability.task-eni", "compatibilities", "EC2", "FARGATE",
		"requiresCompatibilities", "FARGATE", "cpu", "256", "memory", "512");

	return body_new(members);
}

static void build_definitions(struct model *model, const struct scale *scale)
{
	struct body *body = make_body();
	int64_t now_ms = model->now_ms;
	char name[32];

	for (int f = 0; f < scale->families; f++) {
		snprintf(name, sizeof(name), "family-%05d", f);
		struct family *family = model_add_family(model, name);

		for (int r = 0; r < scale->revisions; r++) {
			model->now_ms = now_ms - DAY_MS - (int64_t)(scale->revisions - r) * 1000;
			family_add_revision(model, family, body_ref(body));
		}
	}
	model->now_ms = now_ms;
	body_unref(body);
}

static json_t *service_members(void)
{
	return json_pack("{s:[], s:[], s:s, s:s, s:s, s:{s:i, s:i, s:{s:b, s:b}}, s:[], s:[], "
			 "s:{s:{s:[s, s, s], s:[s], s:s}}, s:s, s:{s:s}, s:b, s:s, s:b, s:s}",
			 "loadBalancers", "serviceRegistries", "launchType", "FARGATE",
			 "platformVersion", "LATEST", "platformFamily", "Linux",
			 "deploymentConfiguration", "maximumPercent", 200, "minimumHealthyPercent",
			 100, "deploymentCircuitBreaker", "enable", 0, "rollback", 0,
			 "placementConstraints", "placementStrategy", "networkConfiguration",
			 "awsvpcConfiguration", "subnets", "subnet-0a1b2c3d4e5f60001",
			 "subnet-0a1b2c3d4e5f60002", "subnet-0a1b2c3d4e5f60003", "securityGroups",
			 "sg-0a1b2c3d4e5f60718", "assignPublicIp", "DISABLED", "schedulingStrategy",
			 "REPLICA", "deploymentController", "type", "ECS", "enableECSManagedTags",
			 0, "propagateTags", "NONE", "enableExecuteCommand", 0,
			 "availabilityZoneRebalancing", "DISABLED");
}

static struct revision *some_revision(struct model *model, size_t n)
{
	return family_latest(model->families[n % model->num_families]);
}

static void build_services(struct model *model, const struct scale *scale, struct cluster *cluster)
{
	json_auto_t *members = service_members(), *deployed = NULL;
	char name[32];

	for (int s = 0; s < scale->services; s++) {
		snprintf(name, sizeof(name), "service-%05d", s);
		struct service *service = model_add_service(model, cluster, name);

		service->members = json_incref(members);
		service->created_ms -= DAY_MS;
		service_apply(service);
		if (!deployed)
			deployed = service_deployment_members(service);
		struct deployment *deployment = service_add_deployment(
			model, service, some_revision(model, (size_t)s), deployed);
		deployment->created_ms = deployment->updated_ms = service->created_ms;
		deployment->rollout_state = "COMPLETED";
		free(deployment->rollout_reason);
		deployment->rollout_reason =
			must_format("ECS deployment %s completed.", deployment->id);
		service_event(model, service, "(service %s) has reached a steady state.", name);
		service->steady = true;
	}
}

static void build_instances(struct model *model, const struct scale *scale, struct cluster *cluster)
{
	for (int i = 0; i < scale->instances; i++) {
		struct instance *instance = model_add_instance(model, cluster, NULL);
		char zone[] = {'u', 's', '-', 'e', 'a', 's', 't', '-', '1', (char)('a' + i % 3), 0};

		instance->ec2_id =
			must_format("i-0%016llx", (unsigned long long)model_random(model));
		instance->agent_version = must_copy("1.86.3");
		instance->docker_version = must_copy("25.0.6");
		instance->cpu = 4096;
		instance->memory = 15743;
		instance->registered_ms -= DAY_MS;
		instance->attributes = json_pack(
			"{s:s, s:s, s:s, s:s}", "ecs.availability-zone", zone, "ecs.instance-type",
			"m5.xlarge", "ecs.os-type", "linux", "ecs.cpu-architecture", "x86_64");
	}
}

static void build_tasks(struct model *model, const struct scale *scale, struct cluster *cluster)
{
	json_auto_t *alone = json_object();

	for (int t = 0; t < scale->tasks; t++) {
		struct service *service = NULL;

		if (cluster->services.len)
			service = CONTAINER_OF(
				cluster->services.items[(size_t)t % cluster->services.len],
				struct service, item);
		struct revision *revision =
			service ? service->deployments->revision : some_revision(model, (size_t)t);
		struct task *task =
			model_add_task(model, cluster, revision, service, NULL, LAUNCH_FARGATE);

		if (service) {
			task->group = must_format("service:%s", service->name);
			task->started_by = must_copy(service->deployments->id);
			task_inherit(task, service, service->deployments);
			service->desired++;
		} else {
			task->group = must_format("family:%s", revision->family->name);
			task->members = json_incref(alone);
		}
		task_settle(task, model->now_ms - DAY_MS + t % 1000 * 60);
	}
}

void scale_build(struct model *model, const struct scale *scale)
{
	char name[32];

	if (!scale->clusters)
		return;
	build_definitions(model, scale);
	for (int c = 0; c < scale->clusters; c++) {
		snprintf(name, sizeof(name), "cluster-%04d", c);
		struct cluster *cluster = model_add_cluster(model, name);

		json_object_set_new(cluster->members, "settings",
				    json_pack("[{s:s, s:s}]", "name", "containerInsights", "value",
					      "disabled"));
		build_services(model, scale, cluster);
		build_instances(model, scale, cluster);
		build_tasks(model, scale, cluster);
	}
}
