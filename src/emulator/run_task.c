/* RunTask and StartTask: what a new task gets, and what keeps it from running. */
#include <stdio.h>
#include <string.h>

#include "actions.h"
#include "alloc.h"
#include "lifecycle.h"
#include "lookup.h"
#include "placement.h"
#include "task_definitions.h"
#include "tasks.h"

#include "ecsfs/base/cleanup.h"

#define MAX_COUNT 10

json_t *managed_tags(const json_t *tags, const char *cluster, const char *service)
{
	json_t *all = json_array();

	json_array_append_new(
		all, json_pack("{s:s, s:s}", "key", "aws:ecs:clusterName", "value", cluster));
	if (service)
		json_array_append_new(all, json_pack("{s:s, s:s}", "key", "aws:ecs:serviceName",
						     "value", service));
	json_array_extend(all, (json_t *)tags);
	return all;
}

static const json_t *propagated(const char *from, const json_t *service_tags,
				const struct revision *revision)
{
	if (from && strcmp(from, "SERVICE") == 0)
		return service_tags;
	if (from && strcmp(from, "TASK_DEFINITION") == 0)
		return revision->tags;
	return NULL;
}

void task_inherit(struct task *task, const struct service *service,
		  const struct deployment *deployment)
{
	const char *from = json_string_value(json_object_get(service->members, "propagateTags"));
	const json_t *tags = propagated(from, service->tags, task->revision);

	task->members = json_incref(deployment->members);
	if (json_is_true(json_object_get(service->members, "enableECSManagedTags")))
		task->tags = managed_tags(tags, service->cluster->name, service->name);
	else
		task->tags = json_incref((json_t *)tags);
}

/* What the tasks of one call have in common. */
struct order {
	struct cluster *cluster;
	struct revision *revision;
	enum launch_type launch_type;
	json_t *members, *tags;
	char *group;
	struct placement placement;
};

static void order_done(struct order *order)
{
	json_decref(order->members);
	json_decref(order->tags);
	free(order->group);
}

static int choose_launch_type(struct call *call, struct order *order)
{
	const char *name = call_string(call, "launchType");
	const json_t *strategy = call_member(call, "capacityProviderStrategy");

	/* Without a word on where to run, the cluster's default strategy decides. */
	if (!strategy && !name)
		strategy =
			json_object_get(order->cluster->members, "defaultCapacityProviderStrategy");
	const char *provider =
		json_string_value(json_object_get(json_array_get(strategy, 0), "capacityProvider"));

	if (name && provider)
		return call_fail(call, INVALID,
				 "Specifying both a launch type and capacity provider strategy is "
				 "not supported. Remove one and try again.");
	if (!name && provider) {
		name = strncmp(provider, "FARGATE", 7) == 0 ? "FARGATE" : "EC2";
		json_object_set_new(order->members, "capacityProviderName", json_string(provider));
	}
	order->launch_type = LAUNCH_EC2;
	for (int type = 0; name && type < LAUNCH_TYPES; type++) {
		if (strcmp(name, launch_type_names[type]) == 0)
			order->launch_type = (enum launch_type)type;
	}
	if (!order->revision->body->compatible[order->launch_type])
		return call_fail(call, INVALID, "Task definition does not support launch_type %s.",
				 launch_type_names[order->launch_type]);
	return 0;
}

static int check_overrides(struct call *call, const struct body *body)
{
	const json_t *overrides =
		json_object_get(call_member(call, "overrides"), "containerOverrides");
	size_t i;
	json_t *override;

	json_array_foreach (overrides, i, override) {
		const char *name = json_string_value(json_object_get(override, "name"));
		bool known = false;

		for (size_t c = 0; name && c < body->num_containers; c++)
			known |= strcmp(body->containers[c].name, name) == 0;
		if (!known)
			return call_fail(call, INVALID,
					 "Override for container named %s is not a container in "
					 "the TaskDefinition.",
					 name ? name : "null");
	}
	return 0;
}

static int check_network(struct call *call, const struct body *body)
{
	const json_t *network = call_member(call, "networkConfiguration");
	bool awsvpc = strcmp(body->network_mode, "awsvpc") == 0;

	if (awsvpc && !network)
		return call_fail(call, INVALID,
				 "Network Configuration must be provided when networkMode 'awsvpc' "
				 "is specified.");
	if (!awsvpc && network)
		return call_fail(call, INVALID,
				 "Network Configuration is not valid for the given networkMode of "
				 "this task definition.");
	if (awsvpc && json_array_size(json_object_get(
			      json_object_get(network, "awsvpcConfiguration"), "subnets")) == 0)
		return call_fail(call, INVALID, "subnets can not be empty.");
	return 0;
}

static json_t *make_tags(struct call *call, const struct order *order)
{
	json_t *tags = call_member(call, "tags"), *all = json_array();
	const json_t *inherited =
		propagated(call_string(call, "propagateTags"), NULL, order->revision);

	json_array_extend(all, (json_t *)inherited);
	json_array_extend(all, tags);
	if (call_bool(call, "enableECSManagedTags")) {
		json_t *managed = managed_tags(all, order->cluster->name, NULL);

		json_decref(all);
		all = managed;
	}
	return all;
}

static int order_begin(struct call *call, struct order *order)
{
	static const char *const kept[] = {"overrides", "networkConfiguration", "platformVersion",
					   "enableExecuteCommand", "volumeConfigurations"};
	const char *group = call_string(call, "group");
	const char *started_by = call_string(call, "startedBy");

	order->cluster = lookup_cluster(call);
	if (!order->cluster || call_check_tags(call, call_member(call, "tags")) < 0)
		return -1;
	order->revision = lookup_runnable(call, call_string(call, "taskDefinition"));
	if (!order->revision)
		return -1;
	const struct body *body = order->revision->body;
	if (started_by && strlen(started_by) > 128)
		return call_fail(call, INVALID, "startedBy longer than 128.");
	if (group && strncmp(group, "service:", 8) == 0)
		return call_fail(call, INVALID,
				 "Group name cannot begin with the reserved prefix 'service:'.");
	if (check_network(call, body) < 0 || check_overrides(call, body) < 0)
		return -1;
	order->members = json_object();
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		json_object_set(order->members, kept[i], call_member(call, kept[i]));
	if (choose_launch_type(call, order) < 0)
		return -1;
	order->tags = make_tags(call, order);
	order->group =
		group ? must_copy(group) : must_format("family:%s", order->revision->family->name);
	order->placement = (struct placement){
		.cluster = order->cluster,
		.body = body,
		.group = order->group,
		.constraints = call_member(call, "placementConstraints"),
		.strategy = call_member(call, "placementStrategy"),
	};
	placement_needs(&order->placement, call_member(call, "overrides"));
	return 0;
}

static struct task *launch(struct call *call, const struct order *order, struct instance *instance)
{
	struct task *task = model_add_task(call->model, order->cluster, order->revision, NULL,
					   instance, order->launch_type);
	const char *started_by = call_string(call, "startedBy");

	task->members = json_incref(order->members);
	task->tags = json_incref(order->tags);
	task->group = must_copy(order->group);
	task->started_by = started_by ? must_copy(started_by) : NULL;
	task_launch(call->model, task);
	return task;
}

/* A clientToken makes a call that is made again answer as it did; the key under which it is kept.
 */
static char *token_key(struct call *call)
{
	const char *token = call_string(call, "clientToken");
	const char *cluster = call_string(call, "cluster");

	return token ? must_format("%s %s %s", call->action, cluster ? cluster : "default", token)
		     : NULL;
}

/* 1: answered again; 0: not known; -1: failed. */
static int answer_again(struct call *call, const char *key)
{
	const json_t *known = key ? json_object_get(call->model->client_tokens, key) : NULL;
	size_t i;
	json_t *id;

	if (!known)
		return 0;
	if (!json_equal(json_array_get(known, 0), call->in))
		return call_fail(call, "ConflictException",
				 "The clientToken was used with other parameters before.");
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "tasks", '[');
	json_array_foreach (json_array_get(known, 1), i, id) {
		struct task *task = model_task(call->model, json_string_value(id));

		if (task)
			show_task(call, NULL, task, true);
	}
	out_close(&call->out, ']');
	out_open(&call->out, "failures", '[');
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 1;
}

static int check_run(struct call *call, const struct order *order)
{
	int count = call_int(call, "count", 1);

	if (count < 1 || count > MAX_COUNT)
		return call_fail(call, INVALID, "count must be between 1 and %d.", MAX_COUNT);
	if (order->launch_type != LAUNCH_FARGATE && order->cluster->instances.len == 0)
		return call_fail(call, INVALID,
				 "No Container Instances were found in your cluster.");
	if (order->launch_type == LAUNCH_FARGATE &&
	    (order->placement.constraints || order->placement.strategy))
		return call_fail(call, INVALID,
				 "Placement constraints and strategies are not supported with the "
				 "FARGATE launch type.");
	return 0;
}

static int run(struct call *call, struct order *order, const char *key)
{
	int count = call_int(call, "count", 1), failed = 0;
	json_auto_t *ids = json_array();
	const char *reason = NULL;
	struct instance *closest = NULL;

	out_open(&call->out, NULL, '{');
	out_open(&call->out, "tasks", '[');
	for (int i = 0; i < count; i++) {
		struct instance *instance = NULL;

		if (order->launch_type != LAUNCH_FARGATE) {
			instance =
				placement_choose(call->model, &order->placement, &reason, &closest);
			if (!instance) {
				failed = count - i;
				break;
			}
		}
		struct task *task = launch(call, order, instance);
		json_array_append_new(ids, json_string(task->id));
		show_task(call, NULL, task, true);
	}
	out_close(&call->out, ']');
	out_open(&call->out, "failures", '[');
	for (; failed > 0; failed--)
		call_failure(call, reason, "container-instance/%s/%s", order->cluster->name,
			     closest ? closest->id : "");
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	if (key)
		json_object_set_new(call->model->client_tokens, key,
				    json_pack("[O, O]", call->in, ids));
	return 0;
}

int run_task(struct call *call)
{
	_cleanup_(order_done) struct order order = {0};
	_cleanup_free_ char *key = token_key(call);
	int again = answer_again(call, key);

	if (again)
		return again < 0 ? -1 : 0;
	if (order_begin(call, &order) < 0 || check_run(call, &order) < 0)
		return -1;
	return run(call, &order, key);
}

int start_task(struct call *call)
{
	_cleanup_(order_done) struct order order = {0};
	json_t *names = call_member(call, "containerInstances"), *name;
	json_auto_t *failed = json_array();
	size_t i;

	if (call_check_batch(call, "containerInstances", MAX_COUNT, "Container instances") < 0 ||
	    order_begin(call, &order) < 0)
		return -1;
	out_open(&call->out, NULL, '{');
	out_open(&call->out, "tasks", '[');
	json_array_foreach (names, i, name) {
		struct instance *instance;
		struct reference reference;

		if (lookup_instance(call, order.cluster, json_string_value(name), &instance) < 0)
			return -1;
		const char *obstacle =
			instance ? placement_obstacle(&order.placement, instance) : "MISSING";
		if (!obstacle) {
			show_task(call, NULL, launch(call, &order, instance), true);
			continue;
		}
		lookup_parse(call, json_string_value(name), "container-instance", &reference);
		json_array_append_new(failed, json_pack("[s, s]", reference.name, obstacle));
	}
	out_close(&call->out, ']');
	out_open(&call->out, "failures", '[');
	json_array_foreach (failed, i, name)
		call_failure(call, json_string_value(json_array_get(name, 1)),
			     "container-instance/%s/%s", order.cluster->name,
			     json_string_value(json_array_get(name, 0)));
	out_close(&call->out, ']');
	out_close(&call->out, '}');
	return 0;
}
