/*
 * Every shape that a request may hold. Source: the service model of the ECS API, 2014-11-13.
 */
#include "shape.h"

const struct shape request_shapes[] = {
	{"CreateCluster", "clusterName:string tags:[Tag] settings:[ClusterSetting] "
			  "configuration:ClusterConfiguration capacityProviders:[string] "
			  "defaultCapacityProviderStrategy:[CapacityProviderStrategyItem] "
			  "serviceConnectDefaults:ClusterServiceConnectDefaultsRequest"},
	{"DeleteCluster", "*cluster:string"},
	{"DescribeClusters",
	 "clusters:[string] include:[ATTACHMENTS|CONFIGURATIONS|SETTINGS|STATISTICS|TAGS]"},
	{"ListClusters", "nextToken:string maxResults:int"},
	{"UpdateCluster",
	 "*cluster:string settings:[ClusterSetting] configuration:ClusterConfiguration "
	 "serviceConnectDefaults:ClusterServiceConnectDefaultsRequest"},
	{"UpdateClusterSettings", "*cluster:string *settings:[ClusterSetting]"},
	{"PutClusterCapacityProviders",
	 "*cluster:string *capacityProviders:[string] "
	 "*defaultCapacityProviderStrategy:[CapacityProviderStrategyItem]"},
	{"DescribeCapacityProviders",
	 "capacityProviders:[string] cluster:string include:[TAGS] maxResults:int "
	 "nextToken:string"},
	{"CreateService",
	 "cluster:string *serviceName:string taskDefinition:string "
	 "availabilityZoneRebalancing:ENABLED|DISABLED loadBalancers:[LoadBalancer] "
	 "serviceRegistries:[ServiceRegistry] desiredCount:int clientToken:string "
	 "launchType:EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES "
	 "capacityProviderStrategy:[CapacityProviderStrategyItem] platformVersion:string "
	 "role:string deploymentConfiguration:DeploymentConfiguration "
	 "placementConstraints:[PlacementConstraint] "
	 "placementStrategy:[PlacementStrategy] networkConfiguration:NetworkConfiguration "
	 "healthCheckGracePeriodSeconds:int schedulingStrategy:REPLICA|DAEMON "
	 "deploymentController:DeploymentController tags:[Tag] enableECSManagedTags:bool "
	 "propagateTags:TASK_DEFINITION|SERVICE|NONE enableExecuteCommand:bool "
	 "serviceConnectConfiguration:ServiceConnectConfiguration "
	 "volumeConfigurations:[ServiceVolumeConfiguration] "
	 "vpcLatticeConfigurations:[VpcLatticeConfiguration]"},
	{"UpdateService",
	 "cluster:string *service:string desiredCount:int taskDefinition:string "
	 "capacityProviderStrategy:[CapacityProviderStrategyItem] "
	 "deploymentConfiguration:DeploymentConfiguration "
	 "availabilityZoneRebalancing:ENABLED|DISABLED "
	 "networkConfiguration:NetworkConfiguration "
	 "placementConstraints:[PlacementConstraint] "
	 "placementStrategy:[PlacementStrategy] platformVersion:string "
	 "forceNewDeployment:bool healthCheckGracePeriodSeconds:int "
	 "deploymentController:DeploymentController enableExecuteCommand:bool "
	 "enableECSManagedTags:bool loadBalancers:[LoadBalancer] "
	 "propagateTags:TASK_DEFINITION|SERVICE|NONE serviceRegistries:[ServiceRegistry] "
	 "serviceConnectConfiguration:ServiceConnectConfiguration "
	 "volumeConfigurations:[ServiceVolumeConfiguration] "
	 "vpcLatticeConfigurations:[VpcLatticeConfiguration]"},
	{"DeleteService", "cluster:string *service:string force:bool"},
	{"DescribeServices", "cluster:string *services:[string] include:[TAGS]"},
	{"ListServices", "cluster:string nextToken:string maxResults:int "
			 "launchType:EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES "
			 "schedulingStrategy:REPLICA|DAEMON resourceManagementType:CUSTOMER|ECS"},
	{"RunTask",
	 "capacityProviderStrategy:[CapacityProviderStrategyItem] cluster:string "
	 "count:int enableECSManagedTags:bool enableExecuteCommand:bool group:string "
	 "launchType:EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES "
	 "networkConfiguration:NetworkConfiguration overrides:TaskOverride "
	 "placementConstraints:[PlacementConstraint] "
	 "placementStrategy:[PlacementStrategy] platformVersion:string "
	 "propagateTags:TASK_DEFINITION|SERVICE|NONE referenceId:string startedBy:string "
	 "tags:[Tag] *taskDefinition:string clientToken:string "
	 "volumeConfigurations:[TaskVolumeConfiguration]"},
	{"StartTask",
	 "cluster:string *containerInstances:[string] enableECSManagedTags:bool "
	 "enableExecuteCommand:bool group:string "
	 "networkConfiguration:NetworkConfiguration overrides:TaskOverride "
	 "propagateTags:TASK_DEFINITION|SERVICE|NONE referenceId:string startedBy:string "
	 "tags:[Tag] *taskDefinition:string volumeConfigurations:[TaskVolumeConfiguration]"},
	{"StopTask", "cluster:string *task:string reason:string"},
	{"DescribeTasks", "cluster:string *tasks:[string] include:[TAGS]"},
	{"ListTasks", "cluster:string containerInstance:string family:string nextToken:string "
		      "maxResults:int startedBy:string serviceName:string "
		      "desiredStatus:RUNNING|PENDING|STOPPED "
		      "launchType:EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES daemonName:string"},
	{"SubmitTaskStateChange",
	 "cluster:string task:string status:string reason:string "
	 "containers:[ContainerStateChange] attachments:[AttachmentStateChange] "
	 "managedAgents:[ManagedAgentStateChange] pullStartedAt:time pullStoppedAt:time "
	 "executionStoppedAt:time"},
	{"SubmitContainerStateChange",
	 "cluster:string task:string containerName:string runtimeId:string status:string "
	 "exitCode:int reason:string networkBindings:[NetworkBinding]"},
	{"DiscoverPollEndpoint", "containerInstance:string cluster:string"},
	{"RegisterTaskDefinition",
	 "*family:string taskRoleArn:string executionRoleArn:string "
	 "networkMode:bridge|host|awsvpc|none *containerDefinitions:[ContainerDefinition] "
	 "volumes:[Volume] placementConstraints:[TaskDefinitionPlacementConstraint] "
	 "requiresCompatibilities:[EC2|FARGATE|EXTERNAL|MANAGED_INSTANCES] cpu:string "
	 "memory:string tags:[Tag] pidMode:host|task ipcMode:host|task|none "
	 "proxyConfiguration:ProxyConfiguration "
	 "inferenceAccelerators:[InferenceAccelerator] ephemeralStorage:EphemeralStorage "
	 "runtimePlatform:RuntimePlatform enableFaultInjection:bool"},
	{"DeregisterTaskDefinition", "*taskDefinition:string"},
	{"DeleteTaskDefinitions", "*taskDefinitions:[string]"},
	{"DescribeTaskDefinition", "*taskDefinition:string include:[TAGS]"},
	{"ListTaskDefinitions",
	 "familyPrefix:string status:ACTIVE|INACTIVE|DELETE_IN_PROGRESS sort:ASC|DESC "
	 "nextToken:string maxResults:int"},
	{"ListTaskDefinitionFamilies",
	 "familyPrefix:string status:ACTIVE|INACTIVE|ALL nextToken:string maxResults:int"},
	{"RegisterContainerInstance",
	 "cluster:string instanceIdentityDocument:string "
	 "instanceIdentityDocumentSignature:string totalResources:[Resource] "
	 "versionInfo:VersionInfo containerInstanceArn:string attributes:[Attribute] "
	 "platformDevices:[PlatformDevice] tags:[Tag]"},
	{"DeregisterContainerInstance", "cluster:string *containerInstance:string force:bool"},
	{"DescribeContainerInstances", "cluster:string *containerInstances:[string] "
				       "include:[TAGS|CONTAINER_INSTANCE_HEALTH]"},
	{"ListContainerInstances",
	 "cluster:string filter:string nextToken:string maxResults:int "
	 "status:ACTIVE|DRAINING|REGISTERING|DEREGISTERING|REGISTRATION_FAILED"},
	{"UpdateContainerInstancesState",
	 "cluster:string *containerInstances:[string] "
	 "*status:ACTIVE|DRAINING|REGISTERING|DEREGISTERING|REGISTRATION_FAILED"},
	{"UpdateContainerAgent", "cluster:string *containerInstance:string"},
	{"PutAttributes", "cluster:string *attributes:[Attribute]"},
	{"DeleteAttributes", "cluster:string *attributes:[Attribute]"},
	{"ListAttributes", "cluster:string *targetType:container-instance attributeName:string "
			   "attributeValue:string nextToken:string maxResults:int"},
	{"TagResource", "*resourceArn:string *tags:[Tag]"},
	{"UntagResource", "*resourceArn:string *tagKeys:[string]"},
	{"ListTagsForResource", "*resourceArn:string"},
	{"ListAccountSettings",
	 "name:serviceLongArnFormat|taskLongArnFormat|containerInstanceLongArnFormat|"
	 "awsvpcTrunking|containerInsights|fargateFIPSMode|tagResourceAuthorization|"
	 "fargateTaskRetirementWaitPeriod|guardDutyActivate|defaultLogDriverMode|"
	 "fargateEventWindows value:string principalArn:string effectiveSettings:bool "
	 "nextToken:string maxResults:int"},
	{"PutAccountSetting",
	 "*name:serviceLongArnFormat|taskLongArnFormat|containerInstanceLongArnFormat|"
	 "awsvpcTrunking|containerInsights|fargateFIPSMode|tagResourceAuthorization|"
	 "fargateTaskRetirementWaitPeriod|guardDutyActivate|defaultLogDriverMode|"
	 "fargateEventWindows *value:string principalArn:string"},
	{"PutAccountSettingDefault",
	 "*name:serviceLongArnFormat|taskLongArnFormat|containerInstanceLongArnFormat|"
	 "awsvpcTrunking|containerInsights|fargateFIPSMode|tagResourceAuthorization|"
	 "fargateTaskRetirementWaitPeriod|guardDutyActivate|defaultLogDriverMode|"
	 "fargateEventWindows *value:string"},
	{"DeleteAccountSetting",
	 "*name:serviceLongArnFormat|taskLongArnFormat|containerInstanceLongArnFormat|"
	 "awsvpcTrunking|containerInsights|fargateFIPSMode|tagResourceAuthorization|"
	 "fargateTaskRetirementWaitPeriod|guardDutyActivate|defaultLogDriverMode|"
	 "fargateEventWindows principalArn:string"},
	{NULL, NULL},
};

const struct shape shapes[] = {
	{"AdvancedConfiguration", "alternateTargetGroupArn:string productionListenerRule:string "
				  "testListenerRule:string roleArn:string"},
	{"AttachmentStateChange", "*attachmentArn:string *status:string"},
	{"Attribute", "*name:string value:string targetType:container-instance targetId:string"},
	{"AwsVpcConfiguration",
	 "*subnets:[string] securityGroups:[string] assignPublicIp:ENABLED|DISABLED"},
	{"CanaryConfiguration", "canaryPercent:double canaryBakeTimeInMinutes:int"},
	{"CapacityProviderStrategyItem", "*capacityProvider:string weight:int base:int"},
	{"ClusterConfiguration", "executeCommandConfiguration:ExecuteCommandConfiguration "
				 "managedStorageConfiguration:ManagedStorageConfiguration"},
	{"ClusterServiceConnectDefaultsRequest", "*namespace:string"},
	{"ClusterSetting", "name:containerInsights value:string"},
	{"ContainerDefinition",
	 "name:string image:string repositoryCredentials:RepositoryCredentials cpu:int "
	 "memory:int memoryReservation:int links:[string] portMappings:[PortMapping] "
	 "essential:bool restartPolicy:ContainerRestartPolicy entryPoint:[string] "
	 "command:[string] environment:[KeyValuePair] environmentFiles:[EnvironmentFile] "
	 "mountPoints:[MountPoint] volumesFrom:[VolumeFrom] "
	 "linuxParameters:LinuxParameters secrets:[Secret] "
	 "dependsOn:[ContainerDependency] startTimeout:int stopTimeout:int "
	 "versionConsistency:enabled|disabled hostname:string user:string "
	 "workingDirectory:string disableNetworking:bool privileged:bool "
	 "readonlyRootFilesystem:bool dnsServers:[string] dnsSearchDomains:[string] "
	 "extraHosts:[HostEntry] dockerSecurityOptions:[string] interactive:bool "
	 "pseudoTerminal:bool dockerLabels:{string} ulimits:[Ulimit] "
	 "logConfiguration:LogConfiguration healthCheck:HealthCheck "
	 "systemControls:[SystemControl] resourceRequirements:[ResourceRequirement] "
	 "firelensConfiguration:FirelensConfiguration credentialSpecs:[string]"},
	{"ContainerDependency", "*containerName:string *condition:START|COMPLETE|SUCCESS|HEALTHY"},
	{"ContainerOverride",
	 "name:string command:[string] environment:[KeyValuePair] "
	 "environmentFiles:[EnvironmentFile] cpu:int memory:int memoryReservation:int "
	 "resourceRequirements:[ResourceRequirement]"},
	{"ContainerRestartPolicy", "*enabled:bool ignoredExitCodes:[int] restartAttemptPeriod:int"},
	{"ContainerStateChange",
	 "containerName:string imageDigest:string runtimeId:string exitCode:int "
	 "networkBindings:[NetworkBinding] reason:string status:string"},
	{"DeploymentAlarms", "*alarmNames:[string] *rollback:bool *enable:bool"},
	{"DeploymentCircuitBreaker", "*enable:bool *rollback:bool"},
	{"DeploymentConfiguration",
	 "deploymentCircuitBreaker:DeploymentCircuitBreaker maximumPercent:int "
	 "minimumHealthyPercent:int alarms:DeploymentAlarms "
	 "strategy:ROLLING|BLUE_GREEN|LINEAR|CANARY bakeTimeInMinutes:int "
	 "lifecycleHooks:[DeploymentLifecycleHook] "
	 "linearConfiguration:LinearConfiguration canaryConfiguration:CanaryConfiguration"},
	{"DeploymentController", "*type:ECS|CODE_DEPLOY|EXTERNAL"},
	{"DeploymentLifecycleHook",
	 "targetType:AWS_LAMBDA|PAUSE hookTargetArn:string roleArn:string "
	 "lifecycleStages:[RECONCILE_SERVICE|PRE_SCALE_UP|POST_SCALE_UP|"
	 "TEST_TRAFFIC_SHIFT|POST_TEST_TRAFFIC_SHIFT|PRE_PRODUCTION_TRAFFIC_SHIFT|"
	 "PRODUCTION_TRAFFIC_SHIFT|POST_PRODUCTION_TRAFFIC_SHIFT] hookDetails:document "
	 "timeoutConfiguration:DeploymentLifecycleHookTimeoutConfiguration"},
	{"DeploymentLifecycleHookTimeoutConfiguration",
	 "timeoutInMinutes:int action:ROLLBACK|CONTINUE"},
	{"Device", "*hostPath:string containerPath:string permissions:[read|write|mknod]"},
	{"DockerVolumeConfiguration",
	 "scope:task|shared autoprovision:bool driver:string driverOpts:{string} "
	 "labels:{string}"},
	{"EBSTagSpecification",
	 "*resourceType:volume tags:[Tag] propagateTags:TASK_DEFINITION|SERVICE|NONE"},
	{"EFSAuthorizationConfig", "accessPointId:string iam:ENABLED|DISABLED"},
	{"EFSVolumeConfiguration",
	 "*fileSystemId:string rootDirectory:string transitEncryption:ENABLED|DISABLED "
	 "transitEncryptionPort:int authorizationConfig:EFSAuthorizationConfig"},
	{"EnvironmentFile", "*value:string *type:s3"},
	{"EphemeralStorage", "*sizeInGiB:int"},
	{"ExecuteCommandConfiguration", "kmsKeyId:string logging:NONE|DEFAULT|OVERRIDE "
					"logConfiguration:ExecuteCommandLogConfiguration"},
	{"ExecuteCommandLogConfiguration",
	 "cloudWatchLogGroupName:string cloudWatchEncryptionEnabled:bool "
	 "s3BucketName:string s3EncryptionEnabled:bool s3KeyPrefix:string"},
	{"FSxWindowsFileServerAuthorizationConfig", "*credentialsParameter:string *domain:string"},
	{"FSxWindowsFileServerVolumeConfiguration",
	 "*fileSystemId:string *rootDirectory:string "
	 "*authorizationConfig:FSxWindowsFileServerAuthorizationConfig"},
	{"FirelensConfiguration", "*type:fluentd|fluentbit options:{string}"},
	{"HealthCheck", "*command:[string] interval:int timeout:int retries:int startPeriod:int"},
	{"HostEntry", "*hostname:string *ipAddress:string"},
	{"HostVolumeProperties", "sourcePath:string"},
	{"InferenceAccelerator", "*deviceName:string *deviceType:string"},
	{"InferenceAcceleratorOverride", "deviceName:string deviceType:string"},
	{"KernelCapabilities", "add:[string] drop:[string]"},
	{"KeyValuePair", "name:string value:string"},
	{"LinearConfiguration", "stepPercent:double stepBakeTimeInMinutes:int"},
	{"LinuxParameters",
	 "capabilities:KernelCapabilities devices:[Device] initProcessEnabled:bool "
	 "sharedMemorySize:int tmpfs:[Tmpfs] maxSwap:int swappiness:int"},
	{"LoadBalancer", "targetGroupArn:string loadBalancerName:string containerName:string "
			 "containerPort:int advancedConfiguration:AdvancedConfiguration"},
	{"LogConfiguration",
	 "*logDriver:json-file|syslog|journald|gelf|fluentd|awslogs|splunk|awsfirelens "
	 "options:{string} secretOptions:[Secret]"},
	{"ManagedAgentStateChange",
	 "*containerName:string *managedAgentName:ExecuteCommandAgent *status:string "
	 "reason:string"},
	{"ManagedStorageConfiguration", "kmsKeyId:string fargateEphemeralStorageKmsKeyId:string"},
	{"MountPoint", "sourceVolume:string containerPath:string readOnly:bool"},
	{"NetworkBinding", "bindIP:string containerPort:int hostPort:int protocol:tcp|udp "
			   "containerPortRange:string hostPortRange:string"},
	{"NetworkConfiguration", "awsvpcConfiguration:AwsVpcConfiguration"},
	{"PlacementConstraint", "type:distinctInstance|memberOf expression:string"},
	{"PlacementStrategy", "type:random|spread|binpack field:string"},
	{"PlatformDevice", "*id:string *type:GPU"},
	{"PortMapping", "containerPort:int hostPort:int protocol:tcp|udp name:string "
			"appProtocol:http|http2|grpc containerPortRange:string"},
	{"ProxyConfiguration", "type:APPMESH *containerName:string properties:[KeyValuePair]"},
	{"RepositoryCredentials", "*credentialsParameter:string"},
	{"Resource", "name:string type:string doubleValue:double longValue:long integerValue:int "
		     "stringSetValue:[string]"},
	{"ResourceRequirement", "*value:string *type:GPU|InferenceAccelerator"},
	{"RuntimePlatform",
	 "cpuArchitecture:X86_64|ARM64 "
	 "operatingSystemFamily:WINDOWS_SERVER_2019_FULL|WINDOWS_SERVER_2019_CORE|"
	 "WINDOWS_SERVER_2016_FULL|WINDOWS_SERVER_2004_CORE|WINDOWS_SERVER_2022_CORE|"
	 "WINDOWS_SERVER_2022_FULL|WINDOWS_SERVER_2025_CORE|WINDOWS_SERVER_2025_FULL|"
	 "WINDOWS_SERVER_20H2_CORE|LINUX"},
	{"S3FilesVolumeConfiguration",
	 "*fileSystemArn:string rootDirectory:string transitEncryptionPort:int "
	 "accessPointArn:string"},
	{"Secret", "*name:string *valueFrom:string"},
	{"ServiceConnectAccessLogConfiguration",
	 "*format:TEXT|JSON includeQueryParameters:DISABLED|ENABLED"},
	{"ServiceConnectClientAlias",
	 "*port:int dnsName:string testTrafficRules:ServiceConnectTestTrafficRules"},
	{"ServiceConnectConfiguration",
	 "*enabled:bool namespace:string services:[ServiceConnectService] "
	 "logConfiguration:LogConfiguration "
	 "accessLogConfiguration:ServiceConnectAccessLogConfiguration"},
	{"ServiceConnectService",
	 "*portName:string discoveryName:string clientAliases:[ServiceConnectClientAlias] "
	 "ingressPortOverride:int timeout:TimeoutConfiguration "
	 "tls:ServiceConnectTlsConfiguration"},
	{"ServiceConnectTestTrafficHeaderMatchRules", "*exact:string"},
	{"ServiceConnectTestTrafficHeaderRules",
	 "*name:string value:ServiceConnectTestTrafficHeaderMatchRules"},
	{"ServiceConnectTestTrafficRules", "*header:ServiceConnectTestTrafficHeaderRules"},
	{"ServiceConnectTlsCertificateAuthority", "awsPcaAuthorityArn:string"},
	{"ServiceConnectTlsConfiguration",
	 "*issuerCertificateAuthority:ServiceConnectTlsCertificateAuthority kmsKey:string "
	 "roleArn:string"},
	{"ServiceManagedEBSVolumeConfiguration",
	 "encrypted:bool kmsKeyId:string volumeType:string sizeInGiB:int "
	 "snapshotId:string volumeInitializationRate:int iops:int throughput:int "
	 "tagSpecifications:[EBSTagSpecification] *roleArn:string "
	 "filesystemType:ext3|ext4|xfs|ntfs"},
	{"ServiceRegistry", "registryArn:string port:int containerName:string containerPort:int"},
	{"ServiceVolumeConfiguration",
	 "*name:string managedEBSVolume:ServiceManagedEBSVolumeConfiguration"},
	{"SystemControl", "namespace:string value:string"},
	{"Tag", "key:string value:string"},
	{"TaskDefinitionPlacementConstraint", "type:memberOf expression:string"},
	{"TaskManagedEBSVolumeConfiguration",
	 "encrypted:bool kmsKeyId:string volumeType:string sizeInGiB:int "
	 "snapshotId:string volumeInitializationRate:int iops:int throughput:int "
	 "tagSpecifications:[EBSTagSpecification] *roleArn:string "
	 "terminationPolicy:TaskManagedEBSVolumeTerminationPolicy "
	 "filesystemType:ext3|ext4|xfs|ntfs"},
	{"TaskManagedEBSVolumeTerminationPolicy", "*deleteOnTermination:bool"},
	{"TaskOverride", "containerOverrides:[ContainerOverride] cpu:string "
			 "inferenceAcceleratorOverrides:[InferenceAcceleratorOverride] "
			 "executionRoleArn:string memory:string taskRoleArn:string "
			 "ephemeralStorage:EphemeralStorage"},
	{"TaskVolumeConfiguration",
	 "*name:string managedEBSVolume:TaskManagedEBSVolumeConfiguration"},
	{"TimeoutConfiguration", "idleTimeoutSeconds:int perRequestTimeoutSeconds:int"},
	{"Tmpfs", "*containerPath:string *size:int mountOptions:[string]"},
	{"Ulimit", "*name:core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|"
		   "rttime|sigpending|stack *softLimit:int *hardLimit:int"},
	{"VersionInfo", "agentVersion:string agentHash:string dockerVersion:string"},
	{"Volume",
	 "name:string host:HostVolumeProperties "
	 "dockerVolumeConfiguration:DockerVolumeConfiguration "
	 "efsVolumeConfiguration:EFSVolumeConfiguration "
	 "s3filesVolumeConfiguration:S3FilesVolumeConfiguration "
	 "fsxWindowsFileServerVolumeConfiguration:FSxWindowsFileServerVolumeConfiguration "
	 "configuredAtLaunch:bool"},
	{"VolumeFrom", "sourceContainer:string readOnly:bool"},
	{"VpcLatticeConfiguration", "*roleArn:string *targetGroupArn:string *portName:string"},
	{NULL, NULL},
};
