/* RegisterTaskDefinition: what it fills in. The rules are in task_definition_rules.c. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "task_definitions.h"

#include "ecsfs/base/cleanup.h"

/* Documented limit, and how AWS words it. */
#define MAX_DOCUMENT 65536

static void set_default(json_t *object, const char *key, json_t *value)
{
	if (json_is_null(json_object_get(object, key)) || !json_object_get(object, key))
		json_object_set_new(object, key, value);
	else
		json_decref(value);
}

static bool mode_is(const json_t *members, const char *mode)
{
	const char *its = json_string_value(json_object_get(members, "networkMode"));

	return its && strcmp(its, mode) == 0;
}

static void fill_port(const json_t *members, json_t *mapping)
{
	json_t *container_port = json_object_get(mapping, "containerPort");
	json_t *host_port = json_object_get(mapping, "hostPort");

	set_default(mapping, "protocol", json_string("tcp"));
	if (!container_port)
		return;
	/* In these modes a container's port is the host's. */
	if (mode_is(members, "awsvpc") || mode_is(members, "host"))
		json_object_set(mapping, "hostPort", container_port);
	else if (!host_port)
		json_object_set_new(mapping, "hostPort", json_integer(0));
}

static void fill_container(const json_t *members, json_t *container)
{
	size_t i;
	json_t *mapping;

	set_default(container, "cpu", json_integer(0));
	set_default(container, "essential", json_true());
	set_default(container, "portMappings", json_array());
	set_default(container, "environment", json_array());
	set_default(container, "mountPoints", json_array());
	set_default(container, "volumesFrom", json_array());
	set_default(container, "systemControls", json_array());
	json_array_foreach (json_object_get(container, "portMappings"), i, mapping)
		fill_port(members, mapping);
}

static bool asks_for(const json_t *members, const char *launch_type)
{
	size_t i;
	json_t *value;

	json_array_foreach (json_object_get(members, "requiresCompatibilities"), i, value) {
		if (strcmp(json_string_value(value), launch_type) == 0)
			return true;
	}
	return false;
}

static json_t *compatibilities(const json_t *members)
{
	json_t *list = json_array();

	if (!mode_is(members, "awsvpc"))
		json_array_append_new(list, json_string("EXTERNAL"));
	json_array_append_new(list, json_string("EC2"));
	if (mode_is(members, "awsvpc") && json_object_get(members, "cpu") &&
	    json_object_get(members, "memory"))
		json_array_append_new(list, json_string("FARGATE"));
	return list;
}

static void require(json_t *list, bool condition, const char *name)
{
	size_t i;
	json_t *row;

	json_array_foreach (list, i, row)
		condition = condition &&
			    strcmp(json_string_value(json_object_get(row, "name")), name) != 0;
	if (condition)
		json_array_append_new(list, json_pack("{s:s}", "name", name));
}

/* What an instance's agent must be able to do, from what the containers use. */
static json_t *required_attributes(const json_t *members)
{
	bool execution_role = json_object_get(members, "executionRoleArn") != NULL;
	json_t *list = json_array(), *container;
	size_t i;

	json_array_foreach (json_object_get(members, "containerDefinitions"), i, container) {
		const char *image = json_string_value(json_object_get(container, "image"));
		const char *driver = json_string_value(json_object_get(
			json_object_get(container, "logConfiguration"), "logDriver"));
		bool logs = driver && strcmp(driver, "awslogs") == 0;
		bool ecr = image && strstr(image, ".dkr.ecr.");

		require(list, logs, "com.amazonaws.ecs.capability.logging-driver.awslogs");
		require(list, logs && execution_role, "ecs.capability.execution-role-awslogs");
		require(list, ecr, "com.amazonaws.ecs.capability.ecr-auth");
		require(list, ecr && execution_role, "ecs.capability.execution-role-ecr-pull");
		require(list, json_object_get(container, "healthCheck"),
			"ecs.capability.container-health-check");
		require(list, json_object_get(container, "dependsOn"),
			"ecs.capability.container-ordering");
		require(list, json_array_size(json_object_get(container, "secrets")) > 0,
			"ecs.capability.secrets.ssm.environment-variables");
		require(list, json_is_true(json_object_get(container, "privileged")),
			"com.amazonaws.ecs.capability.privileged-container");
	}
	require(list, true, "com.amazonaws.ecs.capability.docker-remote-api.1.18");
	require(list, json_object_get(members, "taskRoleArn"),
		"com.amazonaws.ecs.capability.task-iam-role");
	require(list, mode_is(members, "awsvpc"), "ecs.capability.task-eni");
	return list;
}

static json_t *filled(const json_t *in)
{
	json_t *members = json_deep_copy(in), *container;
	const char *name;
	json_t *value;
	void *next;
	size_t i;

	json_object_del(members, "family");
	json_object_del(members, "tags");
	json_object_foreach_safe (members, next, name, value) {
		if (json_is_null(value))
			json_object_del(members, name);
	}
	set_default(members, "networkMode",
		    json_string(asks_for(members, "FARGATE") ? "awsvpc" : "bridge"));
	set_default(members, "volumes", json_array());
	set_default(members, "placementConstraints", json_array());
	json_array_foreach (json_object_get(members, "containerDefinitions"), i, container)
		fill_container(members, container);
	json_object_set_new(members, "requiresAttributes", required_attributes(members));
	json_object_set_new(members, "compatibilities", compatibilities(members));
	return members;
}

int register_task_definition(struct call *call)
{
	const char *name = call_string(call, "family");
	json_t *tags = call_member(call, "tags");
	struct model *model = call->model;
	_cleanup_free_ char *text = NULL;

	if (call_check_name(call, CLIENT, name, "Family") < 0 || call_check_tags(call, tags) < 0)
		return -1;
	text = json_dumps(call->in, JSON_COMPACT);
	if (text && strlen(text) > MAX_DOCUMENT)
		return call_fail(call, CLIENT,
				 "Actual length: '%zu'. Max allowed length is '%d' bytes.",
				 strlen(text), MAX_DOCUMENT);
	json_auto_t *members = filled(call->in);
	if (task_definition_check(call, members) < 0)
		return -1;
	struct family *family = model_family(model, name);
	if (!family)
		family = model_add_family(model, name);
	struct revision *revision = family_add_revision(model, family, body_new(STEAL(members)));
	revision->tags = json_incref(tags);
	out_open(&call->out, NULL, '{');
	show_task_definition(call, "taskDefinition", revision);
	if (tags)
		show_tags(call, "tags", tags);
	out_close(&call->out, '}');
	return 0;
}
