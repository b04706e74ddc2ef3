/* What DescribeServices shows of a service. */
#include <string.h>

#include "actions.h"
#include "task_definitions.h"

static const char *const deployment_members[] = {
	"capacityProviderStrategy", "launchType",           "platformVersion",
	"platformFamily",           "networkConfiguration", "serviceConnectConfiguration",
	"volumeConfigurations",
};

static void show_deployment(struct call *call, const struct service *service,
			    const struct deployment *deployment)
{
	struct out *out = &call->out;
	bool primary = deployment == service->deployments;
	int held = deployment->counts.running + deployment->counts.pending;

	out_open(out, NULL, '{');
	out_string(out, "id", deployment->id);
	out_string(out, "status", primary ? "PRIMARY" : "ACTIVE");
	revision_arn(call, "taskDefinition", deployment->revision);
	/* An older deployment wants what it has: it only shrinks. */
	out_int(out, "desiredCount", primary ? service->desired : held);
	out_int(out, "pendingCount", deployment->counts.pending);
	out_int(out, "runningCount", deployment->counts.running);
	out_int(out, "failedTasks", deployment->failed);
	out_time(out, "createdAt", deployment->created_ms);
	out_time(out, "updatedAt", deployment->updated_ms);
	for (size_t i = 0; i < sizeof(deployment_members) / sizeof(*deployment_members); i++)
		out_json(out, deployment_members[i],
			 json_object_get(deployment->members, deployment_members[i]));
	out_string(out, "rolloutState", deployment->rollout_state);
	out_string(out, "rolloutStateReason", deployment->rollout_reason);
	out_close(out, '}');
}

/* What only the deployments of a service tell. */
static bool is_deployments_own(const char *name)
{
	return strcmp(name, "serviceConnectConfiguration") == 0 ||
	       strcmp(name, "volumeConfigurations") == 0;
}

static void show_events(struct call *call, const struct service *service)
{
	struct out *out = &call->out;

	out_open(out, "events", '[');
	for (size_t i = service->num_events; i > 0; i--) {
		out_open(out, NULL, '{');
		out_string(out, "id", service->events[i - 1].id);
		out_time(out, "createdAt", service->events[i - 1].at_ms);
		out_string(out, "message", service->events[i - 1].message);
		out_close(out, '}');
	}
	out_close(out, ']');
}

void show_service(struct call *call, const char *key, const struct service *service, bool tags)
{
	static const char *const statuses[] = {"ACTIVE", "DRAINING", "INACTIVE"};
	struct counts counts = service_counts(service);
	struct out *out = &call->out;
	const char *name;
	json_t *value;

	out_open(out, key, '{');
	out_arn(call, "serviceArn", "service/%s/%s", service->cluster->name, service->name);
	out_string(out, "serviceName", service->name);
	out_arn(call, "clusterArn", "cluster/%s", service->cluster->name);
	out_string(out, "status", statuses[service->status]);
	out_int(out, "desiredCount", service->desired);
	out_int(out, "runningCount", counts.running);
	out_int(out, "pendingCount", counts.pending);
	if (service->deployments)
		revision_arn(call, "taskDefinition", service->deployments->revision);
	json_object_foreach (service->members, name, value)
		if (!is_deployments_own(name))
			out_json(out, name, value);
	out_open(out, "deployments", '[');
	for (struct deployment *d = service->deployments; d && service->status != SERVICE_INACTIVE;
	     d = d->next)
		show_deployment(call, service, d);
	out_close(out, ']');
	show_events(call, service);
	out_time(out, "createdAt", service->created_ms);
	out_string(out, "createdBy", "arn:aws:iam::" ACCOUNT ":root");
	if (tags)
		show_tags(call, "tags", service->tags);
	out_close(out, '}');
}
