#include "service_rules.h"

#include <string.h>

#include "cql.h"

#include "ecsfs/base/cleanup.h"

static const char *string_member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static enum launch_type launch_type_of(const json_t *members)
{
	const char *name = string_member(members, "launchType");
	const char *provider = string_member(
		json_array_get(json_object_get(members, "capacityProviderStrategy"), 0),
		"capacityProvider");

	for (int type = 0; name && type < LAUNCH_TYPES; type++) {
		if (strcmp(name, launch_type_names[type]) == 0)
			return (enum launch_type)type;
	}
	return provider && strncmp(provider, "FARGATE", 7) == 0 ? LAUNCH_FARGATE : LAUNCH_EC2;
}

static int check_network(struct call *call, const json_t *members, const struct body *body)
{
	const json_t *network = json_object_get(members, "networkConfiguration");
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

static int check_balancers(struct call *call, const json_t *members, const struct body *body)
{
	const json_t *balancers = json_object_get(members, "loadBalancers");
	size_t i;
	json_t *balancer;

	json_array_foreach (balancers, i, balancer) {
		const char *name = string_member(balancer, "containerName");
		json_int_t port = json_integer_value(json_object_get(balancer, "containerPort"));
		bool found = false;

		for (size_t c = 0; name && c < body->num_containers; c++) {
			const struct container_spec *spec = &body->containers[c];

			if (strcmp(spec->name, name) != 0)
				continue;
			for (size_t p = 0; p < spec->num_ports; p++)
				found |= body->ports[spec->first_port + p].container_port == port;
		}
		if (!found)
			return call_fail(call, INVALID,
					 "The container %s does not exist in the task definition, "
					 "or does not expose port %lld.",
					 name ? name : "null", (long long)port);
	}
	if (json_array_size(balancers) == 0 && call_member(call, "healthCheckGracePeriodSeconds"))
		return call_fail(call, INVALID,
				 "Health check grace period is only valid for services configured "
				 "to use load balancers");
	return 0;
}

static int check_placement(struct call *call, const json_t *members, enum launch_type launch_type)
{
	const json_t *constraints = json_object_get(members, "placementConstraints");
	const json_t *strategy = json_object_get(members, "placementStrategy");
	size_t i;
	json_t *row;

	if (launch_type == LAUNCH_FARGATE &&
	    (json_array_size(constraints) || json_array_size(strategy)))
		return call_fail(call, INVALID,
				 "Placement constraints and strategies are not supported with the "
				 "FARGATE launch type.");
	if (json_array_size(constraints) > 10)
		return call_fail(call, INVALID, "placementConstraints can have at most 10 items.");
	if (json_array_size(strategy) > 5)
		return call_fail(call, INVALID, "placementStrategy can have at most 5 items.");
	json_array_foreach (constraints, i, row) {
		const char *text = string_member(row, "expression");
		const char *type = string_member(row, "type");
		bool distinct = type && strcmp(type, "distinctInstance") == 0;

		if (distinct == (text != NULL) || (text && cql_match(text, NULL) < 0))
			return call_fail(call, INVALID, "Invalid expression: %.200s",
					 text ? text : "");
	}
	return 0;
}

static int check_deployment(struct call *call, const json_t *members)
{
	const json_t *configuration = json_object_get(members, "deploymentConfiguration");
	const json_t *max = json_object_get(configuration, "maximumPercent");
	const json_t *min = json_object_get(configuration, "minimumHealthyPercent");
	const char *strategy = string_member(members, "schedulingStrategy");
	bool daemon = strategy && strcmp(strategy, "DAEMON") == 0;

	if ((max && json_integer_value(max) < 0) || (min && json_integer_value(min) < 0))
		return call_fail(call, INVALID, "Deployment percentages must not be negative.");
	if (max && json_integer_value(max) < 100)
		return call_fail(call, INVALID, "maximumPercent must be at least 100.");
	if (max && min && json_integer_value(max) == 100 && json_integer_value(min) == 100)
		return call_fail(call, INVALID,
				 "maximumPercent and minimumHealthyPercent cannot both be 100 as "
				 "this will block deployments.");
	if (daemon && min && json_integer_value(min) > 100)
		return call_fail(call, INVALID, "minimumHealthyPercent must be at most 100.");
	return 0;
}

int service_check(struct call *call, const json_t *members, const struct revision *revision)
{
	enum launch_type launch_type = launch_type_of(members);
	int desired = call_int(call, "desiredCount", 0);
	int grace = call_int(call, "healthCheckGracePeriodSeconds", 0);

	if (desired < 0)
		return call_fail(call, INVALID, "desiredCount must not be negative.");
	if (desired > 5000)
		return call_fail(call, INVALID, "desiredCount must be at most 5000.");
	if (grace < 0)
		return call_fail(call, INVALID,
				 "healthCheckGracePeriodSeconds must not be negative.");
	if (check_deployment(call, members) < 0 || check_placement(call, members, launch_type) < 0)
		return -1;
	if (!revision)
		return 0;
	if (!revision->body->compatible[launch_type])
		return call_fail(call, INVALID, "Task definition does not support launch_type %s.",
				 launch_type_names[launch_type]);
	if (check_network(call, members, revision->body) < 0)
		return -1;
	return check_balancers(call, members, revision->body);
}

void service_apply(struct service *service)
{
	const char *controller =
		string_member(json_object_get(service->members, "deploymentController"), "type");
	const char *strategy = string_member(service->members, "schedulingStrategy");

	service->launch_type = launch_type_of(service->members);
	service->daemon = strategy && strcmp(strategy, "DAEMON") == 0;
	service->scheduled = !controller || strcmp(controller, "EXTERNAL") != 0;
	service->min_percent =
		service_percent(service, "minimumHealthyPercent", service->daemon ? 0 : 100);
	service->max_percent =
		service_percent(service, "maximumPercent", service->daemon ? 100 : 200);
}

json_t *service_deployment_members(const struct service *service)
{
	static const char *const names[] = {
		"launchType",           "capacityProviderStrategy", "platformVersion",
		"platformFamily",       "networkConfiguration",     "serviceConnectConfiguration",
		"volumeConfigurations", "enableExecuteCommand",
	};
	json_t *members = json_object();
	const char *provider = string_member(
		json_array_get(json_object_get(service->members, "capacityProviderStrategy"), 0),
		"capacityProvider");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		json_t *value = json_object_get(service->members, names[i]);

		if (value)
			json_object_set(members, names[i], value);
	}
	if (provider)
		json_object_set_new(members, "capacityProviderName", json_string(provider));
	return members;
}

bool service_take(struct call *call, json_t *members, const char *const *names, size_t num)
{
	bool changed = false;

	for (size_t i = 0; i < num; i++) {
		json_t *value = call_member(call, names[i]);

		if (!value || json_equal(value, json_object_get(members, names[i])))
			continue;
		json_object_set(members, names[i], value);
		changed = true;
	}
	return changed;
}
