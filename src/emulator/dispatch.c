#include "dispatch.h"

#include <string.h>

#include "actions.h"
#include "shape.h"

const struct action actions[] = {
	{"CreateCluster", create_cluster, CLUSTER_MODIFY, NULL},
	{"DeleteCluster", delete_cluster, CLUSTER_MODIFY, NULL},
	{"DescribeClusters", describe_clusters, CLUSTER_READ, NULL},
	{"ListClusters", list_clusters, CLUSTER_READ, NULL},
	{"UpdateCluster", update_cluster, CLUSTER_MODIFY, NULL},
	{"UpdateClusterSettings", update_cluster, CLUSTER_MODIFY, NULL},
	{"PutClusterCapacityProviders", put_cluster_capacity_providers, CLUSTER_MODIFY, NULL},
	{"DescribeCapacityProviders", describe_capacity_providers, PROVIDER_READ, NULL},

	{"CreateService", create_service, SERVICE_MODIFY, NULL},
	{"UpdateService", update_service, SERVICE_MODIFY, NULL},
	{"DeleteService", delete_service, SERVICE_MODIFY, NULL},
	{"DescribeServices", describe_services, SERVICE_READ, NULL},
	{"ListServices", list_services, SERVICE_READ, NULL},

	{"RunTask", run_task, RESOURCE_MODIFY, NULL},
	{"StartTask", start_task, RESOURCE_MODIFY, NULL},
	{"StopTask", stop_task, RESOURCE_MODIFY, NULL},
	{"DescribeTasks", describe_tasks, RESOURCE_READ, NULL},
	{"ListTasks", list_tasks, RESOURCE_READ, NULL},

	{"RegisterTaskDefinition", register_task_definition, DEFINITION_MODIFY, CLIENT},
	{"DeregisterTaskDefinition", deregister_task_definition, DEFINITION_MODIFY, CLIENT},
	{"DeleteTaskDefinitions", delete_task_definitions, DEFINITION_DELETE, CLIENT},
	{"DescribeTaskDefinition", describe_task_definition, DEFINITION_READ, CLIENT},
	{"ListTaskDefinitions", list_task_definitions, DEFINITION_READ, NULL},
	{"ListTaskDefinitionFamilies", list_task_definition_families, DEFINITION_READ, NULL},

	{"RegisterContainerInstance", register_container_instance, RESOURCE_MODIFY, NULL},
	{"DeregisterContainerInstance", deregister_container_instance, RESOURCE_MODIFY, NULL},
	{"DescribeContainerInstances", describe_container_instances, RESOURCE_READ, NULL},
	{"ListContainerInstances", list_container_instances, RESOURCE_READ, NULL},
	{"UpdateContainerInstancesState", update_container_instances_state, RESOURCE_MODIFY, NULL},
	{"UpdateContainerAgent", update_container_agent, RESOURCE_MODIFY, NULL},

	{"PutAttributes", put_attributes, RESOURCE_MODIFY, NULL},
	{"DeleteAttributes", delete_attributes, RESOURCE_MODIFY, NULL},
	{"ListAttributes", list_attributes, RESOURCE_READ, NULL},

	{"TagResource", tag_resource, TAG_MODIFY, NULL},
	{"UntagResource", untag_resource, TAG_MODIFY, NULL},
	{"ListTagsForResource", list_tags_for_resource, TAG_READ, NULL},

	{"ListAccountSettings", list_account_settings, SETTING_READ, NULL},
	{"PutAccountSetting", put_account_setting, SETTING_MODIFY, NULL},
	{"PutAccountSettingDefault", put_account_setting, SETTING_MODIFY, NULL},
	{"DeleteAccountSetting", delete_account_setting, SETTING_MODIFY, NULL},

	{"DiscoverPollEndpoint", discover_poll_endpoint, AGENT, NULL},
	{"SubmitTaskStateChange", submit_task_state_change, AGENT, NULL},
	{"SubmitContainerStateChange", submit_container_state_change, AGENT, NULL},

	{NULL, NULL, 0, NULL},
};

const struct action *action_find(const char *name)
{
	for (const struct action *action = actions; action->name; action++) {
		if (strcmp(action->name, name) == 0)
			return action;
	}
	return NULL;
}

void dispatch(struct call *call, const struct action *action, const char *body, size_t len)
{
	json_error_t error;
	json_auto_t *in =
		len ? json_loadb(body, len, JSON_REJECT_DUPLICATES, &error) : json_object();
	char message[512];

	call->action = action->name;
	call->status = 0;
	if (!in || !json_is_object(in)) {
		call_fail(call, "SerializationException", "Unexpected character in the JSON: %s",
			  in ? "not an object" : error.text);
		return;
	}
	switch (shape_check(action->name, in, message, sizeof(message))) {
	case SHAPE_WRONG_TYPE:
		call_fail(call, "SerializationException", "%s", message);
		return;
	case SHAPE_WRONG_VALUE:
		call_fail(call, action->invalid ? action->invalid : INVALID, "%s", message);
		return;
	case SHAPE_FITS:
		break;
	}
	call->in = in;
	model_advance(call->model);
	if (action->handler(call) == 0)
		call->status = 200;
	call->in = NULL;
	/* What the call began is due at once where the delays are zero. */
	model_advance(call->model);
}
