#include "ecsfs/ecs/actions.h"

#include <string.h>

#include "ecsfs/base/cleanup.h"

#define MUTATES ECS_MUTATES
#define IDEMPOTENT ECS_IDEMPOTENT
#define CLIENT_TOKEN ECS_CLIENT_TOKEN
#define DESTROYS ECS_DESTROYS

const struct aws_quota ecs_quotas[QUOTA_COUNT] = {
	[QUOTA_CLUSTER_READ] = {"cluster read", 50, 20},
	[QUOTA_CLUSTER_MODIFY] = {"cluster modify", 20, 1},
	[QUOTA_SERVICE_READ] = {"service read", 100, 20},
	[QUOTA_SERVICE_MODIFY] = {"service modify", 50, 5},
	[QUOTA_CLUSTER_RESOURCE_READ] = {"cluster resource read", 100, 20},
	[QUOTA_CLUSTER_RESOURCE_MODIFY] = {"cluster resource modify", 100, 40},
	[QUOTA_TASK_DEFINITION_READ] = {"task definition read", 50, 20},
	[QUOTA_TASK_DEFINITION_MODIFY] = {"task definition modify", 20, 1},
	[QUOTA_TASK_DEFINITION_DELETE] = {"task definition delete", 5, 1},
	[QUOTA_TAG_READ] = {"tag read", 50, 20},
	[QUOTA_TAG_MODIFY] = {"tag modify", 20, 10},
	[QUOTA_CAPACITY_PROVIDER_READ] = {"capacity provider read", 50, 20},
	[QUOTA_CAPACITY_PROVIDER_MODIFY] = {"capacity provider modify", 10, 1},
	[QUOTA_SETTINGS_READ] = {"settings read", 50, 20},
	[QUOTA_SETTINGS_MODIFY] = {"settings modify", 10, 1},
};

/* clang-format off */
const struct ecs_action ecs_actions[] = {
	{"ContinueServiceDeployment", QUOTA_SERVICE_MODIFY, MUTATES,
	 "serviceDeploymentArn!:s hookId!:s action:s"},
	{"CreateCapacityProvider", QUOTA_CAPACITY_PROVIDER_MODIFY, MUTATES,
	 "name!:s cluster:s autoScalingGroupProvider:{} managedInstancesProvider:{} "
	 "tags:[]"},
	{"CreateCluster", QUOTA_CLUSTER_MODIFY, MUTATES | IDEMPOTENT,
	 "clusterName:s tags:[] settings:[] configuration:{} capacityProviders:[] "
	 "defaultCapacityProviderStrategy:[] serviceConnectDefaults:{}"},
	{"CreateDaemon", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | CLIENT_TOKEN,
	 "daemonName!:s clusterArn:s daemonTaskDefinitionArn!:s capacityProviderArns!:[] "
	 "deploymentConfiguration:{} tags:[] propagateTags:s enableECSManagedTags:b "
	 "enableExecuteCommand:b clientToken:s"},
	{"CreateExpressGatewayService", QUOTA_SERVICE_MODIFY, MUTATES,
	 "executionRoleArn!:s infrastructureRoleArn!:s serviceName:s cluster:s "
	 "healthCheckPath:s primaryContainer!:{} taskRoleArn:s networkConfiguration:{} "
	 "cpu:s memory:s scalingTarget:{} tags:[]"},
	{"CreateService", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | CLIENT_TOKEN,
	 "cluster:s serviceName!:s taskDefinition:s availabilityZoneRebalancing:s "
	 "loadBalancers:[] serviceRegistries:[] desiredCount:i clientToken:s "
	 "launchType:s capacityProviderStrategy:[] platformVersion:s role:s "
	 "deploymentConfiguration:{} placementConstraints:[] placementStrategy:[] "
	 "networkConfiguration:{} healthCheckGracePeriodSeconds:i schedulingStrategy:s "
	 "deploymentController:{} tags:[] enableECSManagedTags:b propagateTags:s "
	 "enableExecuteCommand:b serviceConnectConfiguration:{} volumeConfigurations:[] "
	 "vpcLatticeConfigurations:[]"},
	{"CreateTaskSet", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | CLIENT_TOKEN,
	 "service!:s cluster!:s externalId:s taskDefinition!:s networkConfiguration:{} "
	 "loadBalancers:[] serviceRegistries:[] launchType:s capacityProviderStrategy:[] "
	 "platformVersion:s scale:{} clientToken:s tags:[]"},
	{"DeleteAccountSetting", QUOTA_SETTINGS_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "name!:s principalArn:s"},
	{"DeleteAttributes", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster:s attributes!:[]"},
	{"DeleteCapacityProvider", QUOTA_CAPACITY_PROVIDER_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "capacityProvider!:s cluster:s"},
	{"DeleteCluster", QUOTA_CLUSTER_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster!:s"},
	{"DeleteDaemon", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "daemonArn!:s"},
	{"DeleteDaemonTaskDefinition", QUOTA_TASK_DEFINITION_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "daemonTaskDefinition!:s"},
	{"DeleteExpressGatewayService", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "serviceArn!:s"},
	{"DeleteService", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster:s service!:s force:b"},
	{"DeleteTaskDefinitions", QUOTA_TASK_DEFINITION_DELETE, MUTATES | IDEMPOTENT | DESTROYS,
	 "taskDefinitions!:[]"},
	{"DeleteTaskSet", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster!:s service!:s taskSet!:s force:b"},
	{"DeregisterContainerInstance", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster:s containerInstance!:s force:b"},
	{"DeregisterTaskDefinition", QUOTA_TASK_DEFINITION_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "taskDefinition!:s"},
	{"DescribeCapacityProviders", QUOTA_CAPACITY_PROVIDER_READ, IDEMPOTENT,
	 "capacityProviders:[] cluster:s include:[] maxResults:i nextToken:s"},
	{"DescribeClusters", QUOTA_CLUSTER_READ, IDEMPOTENT,
	 "clusters:[] include:[]"},
	{"DescribeContainerInstances", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster:s containerInstances!:[] include:[]"},
	{"DescribeDaemon", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "daemonArn!:s"},
	{"DescribeDaemonDeployments", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "daemonDeploymentArns!:[]"},
	{"DescribeDaemonRevisions", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "daemonRevisionArns!:[]"},
	{"DescribeDaemonTaskDefinition", QUOTA_TASK_DEFINITION_READ, IDEMPOTENT,
	 "daemonTaskDefinition!:s"},
	{"DescribeExpressGatewayService", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "serviceArn!:s include:[]"},
	{"DescribeServiceDeployments", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "serviceDeploymentArns!:[]"},
	{"DescribeServiceRevisions", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "serviceRevisionArns!:[]"},
	{"DescribeServices", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "cluster:s services!:[] include:[]"},
	{"DescribeTaskDefinition", QUOTA_TASK_DEFINITION_READ, IDEMPOTENT,
	 "taskDefinition!:s include:[]"},
	{"DescribeTaskSets", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "cluster!:s service!:s taskSets:[] include:[]"},
	{"DescribeTasks", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster:s tasks!:[] include:[]"},
	{"DiscoverPollEndpoint", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "containerInstance:s cluster:s"},
	{"ExecuteCommand", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES,
	 "cluster:s container:s command!:s interactive!:b task!:s"},
	{"GetTaskProtection", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster!:s tasks:[]"},
	{"ListAccountSettings", QUOTA_SETTINGS_READ, IDEMPOTENT,
	 "name:s value:s principalArn:s effectiveSettings:b nextToken:s maxResults:i"},
	{"ListAttributes", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster:s targetType!:s attributeName:s attributeValue:s nextToken:s "
	 "maxResults:i"},
	{"ListClusters", QUOTA_CLUSTER_READ, IDEMPOTENT,
	 "nextToken:s maxResults:i"},
	{"ListContainerInstances", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster:s filter:s nextToken:s maxResults:i status:s"},
	{"ListDaemonDeployments", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "daemonArn!:s status:[] createdAt:{} maxResults:i nextToken:s"},
	{"ListDaemonTaskDefinitions", QUOTA_TASK_DEFINITION_READ, IDEMPOTENT,
	 "familyPrefix:s family:s revision:s status:s sort:s nextToken:s maxResults:i"},
	{"ListDaemons", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "clusterArn:s capacityProviderArns:[] maxResults:i nextToken:s"},
	{"ListServiceDeployments", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "service!:s cluster:s status:[] createdAt:{} nextToken:s maxResults:i"},
	{"ListServices", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "cluster:s nextToken:s maxResults:i launchType:s schedulingStrategy:s "
	 "resourceManagementType:s"},
	{"ListServicesByNamespace", QUOTA_SERVICE_READ, IDEMPOTENT,
	 "namespace!:s nextToken:s maxResults:i"},
	{"ListTagsForResource", QUOTA_TAG_READ, IDEMPOTENT,
	 "resourceArn!:s"},
	{"ListTaskDefinitionFamilies", QUOTA_TASK_DEFINITION_READ, IDEMPOTENT,
	 "familyPrefix:s status:s nextToken:s maxResults:i"},
	{"ListTaskDefinitions", QUOTA_TASK_DEFINITION_READ, IDEMPOTENT,
	 "familyPrefix:s status:s sort:s nextToken:s maxResults:i"},
	{"ListTasks", QUOTA_CLUSTER_RESOURCE_READ, IDEMPOTENT,
	 "cluster:s containerInstance:s family:s nextToken:s maxResults:i startedBy:s "
	 "serviceName:s desiredStatus:s launchType:s daemonName:s"},
	{"PutAccountSetting", QUOTA_SETTINGS_MODIFY, MUTATES | IDEMPOTENT,
	 "name!:s value!:s principalArn:s"},
	{"PutAccountSettingDefault", QUOTA_SETTINGS_MODIFY, MUTATES | IDEMPOTENT,
	 "name!:s value!:s"},
	{"PutAttributes", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s attributes!:[]"},
	{"PutClusterCapacityProviders", QUOTA_CLUSTER_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s capacityProviders!:[] defaultCapacityProviderStrategy!:[]"},
	{"RegisterContainerInstance", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES,
	 "cluster:s instanceIdentityDocument:s instanceIdentityDocumentSignature:s "
	 "totalResources:[] versionInfo:{} containerInstanceArn:s attributes:[] "
	 "platformDevices:[] tags:[]"},
	{"RegisterDaemonTaskDefinition", QUOTA_TASK_DEFINITION_MODIFY, MUTATES,
	 "family!:s taskRoleArn:s executionRoleArn:s containerDefinitions!:[] cpu:s "
	 "memory:s volumes:[] tags:[]"},
	{"RegisterTaskDefinition", QUOTA_TASK_DEFINITION_MODIFY, MUTATES,
	 "family!:s taskRoleArn:s executionRoleArn:s networkMode:s "
	 "containerDefinitions!:[] volumes:[] placementConstraints:[] "
	 "requiresCompatibilities:[] cpu:s memory:s tags:[] pidMode:s ipcMode:s "
	 "proxyConfiguration:{} inferenceAccelerators:[] ephemeralStorage:{} "
	 "runtimePlatform:{} enableFaultInjection:b"},
	{"RunTask", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT | CLIENT_TOKEN,
	 "capacityProviderStrategy:[] cluster:s count:i enableECSManagedTags:b "
	 "enableExecuteCommand:b group:s launchType:s networkConfiguration:{} "
	 "overrides:{} placementConstraints:[] placementStrategy:[] platformVersion:s "
	 "propagateTags:s referenceId:s startedBy:s tags:[] taskDefinition!:s "
	 "clientToken:s volumeConfigurations:[]"},
	{"StartTask", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES,
	 "cluster:s containerInstances!:[] enableECSManagedTags:b enableExecuteCommand:b "
	 "group:s networkConfiguration:{} overrides:{} propagateTags:s referenceId:s "
	 "startedBy:s tags:[] taskDefinition!:s volumeConfigurations:[]"},
	{"StopServiceDeployment", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "serviceDeploymentArn!:s stopType:s"},
	{"StopTask", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "cluster:s task!:s reason:s"},
	{"SubmitAttachmentStateChanges", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s attachments!:[]"},
	{"SubmitContainerStateChange", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s task:s containerName:s runtimeId:s status:s exitCode:i reason:s "
	 "networkBindings:[]"},
	{"SubmitTaskStateChange", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s task:s status:s reason:s containers:[] attachments:[] "
	 "managedAgents:[] pullStartedAt:i pullStoppedAt:i executionStoppedAt:i"},
	{"TagResource", QUOTA_TAG_MODIFY, MUTATES | IDEMPOTENT,
	 "resourceArn!:s tags!:[]"},
	{"UntagResource", QUOTA_TAG_MODIFY, MUTATES | IDEMPOTENT | DESTROYS,
	 "resourceArn!:s tagKeys!:[]"},
	{"UpdateCapacityProvider", QUOTA_CAPACITY_PROVIDER_MODIFY, MUTATES | IDEMPOTENT,
	 "name!:s cluster:s autoScalingGroupProvider:{} managedInstancesProvider:{}"},
	{"UpdateCluster", QUOTA_CLUSTER_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s settings:[] configuration:{} serviceConnectDefaults:{}"},
	{"UpdateClusterSettings", QUOTA_CLUSTER_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s settings!:[]"},
	{"UpdateContainerAgent", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES,
	 "cluster:s containerInstance!:s"},
	{"UpdateContainerInstancesState", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s containerInstances!:[] status!:s"},
	{"UpdateDaemon", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT,
	 "daemonArn!:s daemonTaskDefinitionArn!:s capacityProviderArns!:[] "
	 "deploymentConfiguration:{} propagateTags:s enableECSManagedTags:b "
	 "enableExecuteCommand:b"},
	{"UpdateExpressGatewayService", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT,
	 "serviceArn!:s executionRoleArn:s healthCheckPath:s primaryContainer:{} "
	 "taskRoleArn:s networkConfiguration:{} cpu:s memory:s scalingTarget:{}"},
	{"UpdateService", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster:s service!:s desiredCount:i taskDefinition:s "
	 "capacityProviderStrategy:[] deploymentConfiguration:{} "
	 "availabilityZoneRebalancing:s networkConfiguration:{} placementConstraints:[] "
	 "placementStrategy:[] platformVersion:s forceNewDeployment:b "
	 "healthCheckGracePeriodSeconds:i deploymentController:{} enableExecuteCommand:b "
	 "enableECSManagedTags:b loadBalancers:[] propagateTags:s serviceRegistries:[] "
	 "serviceConnectConfiguration:{} volumeConfigurations:[] "
	 "vpcLatticeConfigurations:[]"},
	{"UpdateServicePrimaryTaskSet", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s service!:s primaryTaskSet!:s"},
	{"UpdateTaskProtection", QUOTA_CLUSTER_RESOURCE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s tasks!:[] protectionEnabled!:b expiresInMinutes:i"},
	{"UpdateTaskSet", QUOTA_SERVICE_MODIFY, MUTATES | IDEMPOTENT,
	 "cluster!:s service!:s taskSet!:s scale!:{}"},
};
/* clang-format on */

const size_t ecs_action_count = ARRAY_SIZE(ecs_actions);

const struct ecs_action *ecs_action_find(const char *name)
{
	for (size_t i = 0; i < ecs_action_count; i++)
		if (strcmp(ecs_actions[i].name, name) == 0)
			return &ecs_actions[i];
	return NULL;
}

bool ecs_action_next_member(const struct ecs_action *action, const char **cursor,
			    struct ecs_member *ret_member)
{
	const char *at = *cursor ? *cursor : action->members;

	at += strspn(at, " ");
	if (*at == '\0')
		return false;
	size_t len = strcspn(at, "!:");
	*ret_member = (struct ecs_member){
		.name = at,
		.name_len = len,
		.required = at[len] == '!',
		.type = at[len] == '!' ? at[len + 2] : at[len + 1],
	};
	*cursor = at + strcspn(at, " ");
	return true;
}

bool ecs_action_has_member(const struct ecs_action *action, const char *name,
			   struct ecs_member *ret_member)
{
	const char *cursor = NULL;
	struct ecs_member member;

	while (ecs_action_next_member(action, &cursor, &member)) {
		if (strlen(name) == member.name_len &&
		    memcmp(name, member.name, member.name_len) == 0) {
			if (ret_member)
				*ret_member = member;
			return true;
		}
	}
	return false;
}

static json_t *empty_value(char type)
{
	switch (type) {
	case 'i':
		return json_integer(0);
	case 'b':
		return json_false();
	case '[':
		return json_array();
	case '{':
		return json_object();
	default:
		return json_string("");
	}
}

json_t *ecs_action_skeleton(const struct ecs_action *action)
{
	json_auto_t *skeleton = json_object();
	const char *cursor = NULL;
	struct ecs_member member;

	while (ecs_action_next_member(action, &cursor, &member)) {
		char name[64] = "";
		if (member.name_len < sizeof(name))
			memcpy(name, member.name, member.name_len);
		if (json_object_set_new(skeleton, name, empty_value(member.type)) < 0)
			return NULL;
	}
	return STEAL(skeleton);
}
