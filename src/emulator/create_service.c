/* CreateService and UpdateService. */
#include <stdlib.h>
#include <string.h>

#include "actions.h"
#include "alloc.h"
#include "lookup.h"
#include "scheduler.h"
#include "service_rules.h"

#include "ecsfs/base/cleanup.h"

/* A change of one of these starts a new deployment. */
static const char *const deploying[] = {
	"networkConfiguration", "platformVersion",   "capacityProviderStrategy",
	"loadBalancers",        "serviceRegistries", "serviceConnectConfiguration",
	"volumeConfigurations",
};

/* These are only written down. */
static const char *const passive[] = {
	"availabilityZoneRebalancing",   "placementConstraints", "placementStrategy",
	"healthCheckGracePeriodSeconds", "enableECSManagedTags", "propagateTags",
	"enableExecuteCommand",          "deploymentController",
};

/* And these are for a new service alone. */
static const char *const initial[] = {"launchType", "schedulingStrategy"};

static void set_default(json_t *object, const char *key, json_t *value)
{
	if (json_object_get(object, key))
		json_decref(value);
	else
		json_object_set_new(object, key, value);
}

/* UpdateService and CreateService take parts of it; the rest stays. */
static void take_deployment_configuration(struct call *call, json_t *members)
{
	json_t *given = call_member(call, "deploymentConfiguration");
	json_t *old = json_object_get(members, "deploymentConfiguration");

	if (!given)
		return;
	json_t *merged = old ? json_deep_copy(old) : json_object();
	json_object_update(merged, given);
	json_object_set_new(members, "deploymentConfiguration", merged);
}

static bool member_is(const json_t *members, const char *key, const char *value)
{
	const char *its = json_string_value(json_object_get(members, key));

	return its && strcmp(its, value) == 0;
}

static void fill_deployment_configuration(json_t *members)
{
	bool daemon = member_is(members, "schedulingStrategy", "DAEMON");
	json_t *configuration;

	set_default(members, "deploymentConfiguration", json_object());
	configuration = json_object_get(members, "deploymentConfiguration");
	set_default(configuration, "maximumPercent", json_integer(daemon ? 100 : 200));
	set_default(configuration, "minimumHealthyPercent", json_integer(daemon ? 0 : 100));
	set_default(configuration, "deploymentCircuitBreaker",
		    json_pack("{s:b, s:b}", "enable", 0, "rollback", 0));
	set_default(configuration, "strategy", json_string("ROLLING"));
	set_default(configuration, "bakeTimeInMinutes", json_integer(0));
}

static void fill_role(struct call *call, json_t *members)
{
	const char *role = call_string(call, "role");

	if (role && strncmp(role, "arn:", 4) == 0)
		json_object_set_new(members, "roleArn", json_string(role));
	else if (role)
		json_object_set_new(members, "roleArn",
				    json_sprintf("arn:aws:iam::" ACCOUNT ":role/%s", role));
	else if (json_array_size(json_object_get(members, "loadBalancers")))
		json_object_set_new(members, "roleArn",
				    json_string("arn:aws:iam::" ACCOUNT
						":role/aws-service-role/ecs.amazonaws.com/"
						"AWSServiceRoleForECS"));
}

/* Without a word on where to run, the cluster's default strategy decides. */
static void fill_launch_type(const struct cluster *cluster, json_t *members)
{
	json_t *strategy = json_object_get(cluster->members, "defaultCapacityProviderStrategy");

	if (json_object_get(members, "launchType") ||
	    json_object_get(members, "capacityProviderStrategy"))
		return;
	if (json_array_size(strategy))
		json_object_set(members, "capacityProviderStrategy", strategy);
	else
		json_object_set_new(members, "launchType", json_string("EC2"));
}

static json_t *new_members(struct call *call, const struct cluster *cluster)
{
	json_t *members = json_object();

	service_take(call, members, initial, ARRAY_SIZE(initial));
	service_take(call, members, deploying, ARRAY_SIZE(deploying));
	service_take(call, members, passive, ARRAY_SIZE(passive));
	take_deployment_configuration(call, members);
	set_default(members, "loadBalancers", json_array());
	set_default(members, "serviceRegistries", json_array());
	set_default(members, "placementConstraints", json_array());
	set_default(members, "placementStrategy", json_array());
	set_default(members, "schedulingStrategy", json_string("REPLICA"));
	set_default(members, "deploymentController", json_pack("{s:s}", "type", "ECS"));
	set_default(members, "enableECSManagedTags", json_false());
	set_default(members, "propagateTags", json_string("NONE"));
	set_default(members, "enableExecuteCommand", json_false());
	set_default(members, "availabilityZoneRebalancing", json_string("DISABLED"));
	fill_launch_type(cluster, members);
	if (member_is(members, "launchType", "FARGATE")) {
		set_default(members, "platformVersion", json_string("LATEST"));
		set_default(members, "platformFamily", json_string("Linux"));
	}
	fill_deployment_configuration(members);
	fill_role(call, members);
	return members;
}

static int answer(struct call *call, const struct service *service)
{
	out_open(&call->out, NULL, '{');
	show_service(call, "service", service, true);
	out_close(&call->out, '}');
	return 0;
}

/* Make a deployment the service's PRIMARY one. */
static void deploy(struct model *model, struct service *service, struct revision *revision)
{
	json_auto_t *members = service_deployment_members(service);

	if (service->deployments)
		service->deployments->updated_ms = model->now_ms;
	service_add_deployment(model, service, revision, members);
	service->steady = false;
	service->failures = 0;
	service->not_before_ms = 0;
	service->unplaced_ms = 0;
}

static int check_new(struct call *call, const json_t *members, struct revision **ret_revision)
{
	const char *text = call_string(call, "taskDefinition");
	bool daemon = member_is(members, "schedulingStrategy", "DAEMON");
	bool external =
		member_is(json_object_get(members, "deploymentController"), "type", "EXTERNAL");

	*ret_revision = NULL;
	if (call_member(call, "launchType") && call_member(call, "capacityProviderStrategy"))
		return call_fail(call, INVALID,
				 "Specifying both a launch type and capacity provider strategy is "
				 "not supported. Remove one and try again.");
	if (!text && !external)
		return call_fail(call, INVALID, "TaskDefinition cannot be empty.");
	if (text && !(*ret_revision = lookup_runnable(call, text)))
		return -1;
	if (daemon && call_member(call, "desiredCount"))
		return call_fail(call, INVALID,
				 "The daemon scheduling strategy does not support a desired count "
				 "for services. Remove the desired count value and try again");
	if (!daemon && !external && !call_member(call, "desiredCount"))
		return call_fail(call, INVALID, "desiredCount cannot be empty.");
	return service_check(call, members, *ret_revision);
}

/* What an ACTIVE service of the same name makes of CreateService. */
static int create_again(struct call *call, const struct service *service)
{
	const char *token = call_string(call, "clientToken");

	if (token && service->client_token && strcmp(token, service->client_token) == 0)
		return answer(call, service);
	if (service->status == SERVICE_DRAINING)
		return call_fail(call, INVALID,
				 "Unable to Start a service that is still Draining.");
	return call_fail(call, INVALID, "Creation of service was not idempotent.");
}

int create_service(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *name = call_string(call, "serviceName");
	const char *token = call_string(call, "clientToken");
	struct revision *revision;

	if (!cluster || call_check_name(call, INVALID, name, "Service name") < 0 ||
	    call_check_tags(call, call_member(call, "tags")) < 0)
		return -1;
	struct service *old = cluster_service(cluster, name);
	if (old && old->status != SERVICE_INACTIVE)
		return create_again(call, old);
	json_auto_t *members = new_members(call, cluster);
	if (check_new(call, members, &revision) < 0)
		return -1;
	struct service *service = model_add_service(call->model, cluster, name);
	service->members = STEAL(members);
	service->tags = json_incref(call_member(call, "tags"));
	service->client_token = token ? must_copy(token) : NULL;
	service->desired = call_int(call, "desiredCount", 0);
	service_apply(service);
	if (revision)
		deploy(call->model, service, revision);
	else
		service->scheduled = false;
	service_poke(call->model, service);
	return answer(call, service);
}

int update_service(struct call *call)
{
	struct cluster *cluster = lookup_cluster(call);
	const char *text = call_string(call, "taskDefinition");
	struct service *service;

	if (!cluster || lookup_service(call, cluster, call_string(call, "service"), &service) < 0)
		return -1;
	if (!service)
		return call_fail(call, "ServiceNotFoundException", "Service not found.");
	if (service->status != SERVICE_ACTIVE)
		return call_fail(call, "ServiceNotActiveException", "Service was not ACTIVE.");
	if (service->daemon && call_member(call, "desiredCount"))
		return call_fail(call, INVALID,
				 "The daemon scheduling strategy does not support a desired count "
				 "for services. Remove the desired count value and try again");
	struct revision *current = service->deployments ? service->deployments->revision : NULL;
	struct revision *revision = text ? lookup_runnable(call, text) : current;
	if (text && !revision)
		return -1;
	/* A large account's services share their members. */
	json_auto_t *members = json_copy(service->members);
	bool deploys = service_take(call, members, deploying, ARRAY_SIZE(deploying));
	service_take(call, members, passive, ARRAY_SIZE(passive));
	take_deployment_configuration(call, members);
	if (call_member(call, "capacityProviderStrategy"))
		json_object_del(members, "launchType");
	if (service_check(call, members, revision) < 0)
		return -1;
	json_decref(service->members);
	service->members = STEAL(members);
	service_apply(service);
	service->desired = call_int(call, "desiredCount", service->desired);
	if (revision && (deploys || revision != current || call_bool(call, "forceNewDeployment")))
		deploy(call->model, service, revision);
	service->steady = false;
	service_poke(call->model, service);
	return answer(call, service);
}
