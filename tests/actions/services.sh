#!/usr/bin/env bash
# CreateService, UpdateService, DeleteService, DescribeServices and ListServices.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
http_ecs PutClusterCapacityProviders '{"cluster": "c", "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
	"defaultCapacityProviderStrategy": []}' >/dev/null
register_app app
register_app app
register_fargate_app fargate
register_instance c >/dev/null
start_recorder
start_ecsfs
services=$MNT/clusters/c/services

service() {
	shown ".services[0] | $2" DescribeServices \
		"{\"cluster\": \"c\", \"services\": [\"$1\"], \"include\": [\"TAGS\"]}"
}

# Each member of CreateService; not all go together, so there are three documents.
replica='{
	"cluster": "c",
	"serviceName": "replica",
	"taskDefinition": "app:1",
	"availabilityZoneRebalancing": "DISABLED",
	"loadBalancers": [{"targetGroupArn":
		"arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/t/1",
		"containerName": "app", "containerPort": 80}],
	"serviceRegistries": [{"registryArn": "arn:aws:servicediscovery:us-east-1:1:service/s",
		"containerName": "app", "containerPort": 80}],
	"desiredCount": 2,
	"clientToken": "once",
	"launchType": "EC2",
	"role": "ecsServiceRole",
	"deploymentConfiguration": {"maximumPercent": 150, "minimumHealthyPercent": 50},
	"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
	"placementStrategy": [{"type": "spread", "field": "instanceId"}],
	"healthCheckGracePeriodSeconds": 30,
	"schedulingStrategy": "REPLICA",
	"deploymentController": {"type": "ECS"},
	"tags": [{"key": "team", "value": "web"}],
	"enableECSManagedTags": true,
	"propagateTags": "SERVICE",
	"enableExecuteCommand": true,
	"serviceConnectConfiguration": {"enabled": false},
	"volumeConfigurations": [],
	"vpcLatticeConfigurations": []
}'
network='{"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"],
	"assignPublicIp": "ENABLED"}}'
fargate="{
	\"taskDefinition\": \"fargate\", \"desiredCount\": 1,
	\"capacityProviderStrategy\": [{\"capacityProvider\": \"FARGATE_SPOT\", \"weight\": 1, \"base\": 0}],
	\"platformVersion\": \"1.4.0\",
	\"networkConfiguration\": $network
}"
http_ecs RegisterTaskDefinition '{"family": "app", "containerDefinitions": [{"name": "app",
	"image": "app:1", "cpu": 64, "memory": 64, "portMappings": [{"containerPort": 80}]}]}' >/dev/null
replica=$(jq '.taskDefinition = "app:3"' <<<"$replica")

check "the documents have every member of CreateService" members_are "$(jq -n "$replica * $fargate")" \
	cluster serviceName taskDefinition availabilityZoneRebalancing loadBalancers \
	serviceRegistries desiredCount clientToken launchType capacityProviderStrategy \
	platformVersion role deploymentConfiguration placementConstraints placementStrategy \
	networkConfiguration healthCheckGracePeriodSeconds schedulingStrategy \
	deploymentController tags enableECSManagedTags propagateTags enableExecuteCommand \
	serviceConnectConfiguration volumeConfigurations vpcLatticeConfigurations
check "a document dropped into services makes a service" drop "$services/replica.json" "$replica"
check "CreateService was sent every member as it was written" sent_all_of CreateService "$replica"
check_output "ls lists the service and no dropped name" replica ls "$services"
check_output "the account has what was written" \
	'["app:3",2,"EC2","ecsServiceRole",150,"spread","memberOf",30,"REPLICA",true,"SERVICE"]' \
	service replica '[(.taskDefinition | split("/") | last), .desiredCount, .launchType,
		(.roleArn | split("/") | last), .deploymentConfiguration.maximumPercent,
		.placementStrategy[0].type, .placementConstraints[0].type,
		.healthCheckGracePeriodSeconds, .schedulingStrategy, .enableExecuteCommand,
		.propagateTags]'
check "a service for Fargate is dropped" drop "$services/fargate.json" "$fargate"
check "CreateService was sent its members too" sent_all_of CreateService "$fargate"
check_output "the file gave the service its name, and there is a clientToken" '["fargate","c",true]' \
	sent CreateService '[.serviceName, .cluster, (.clientToken | length > 0)]'
check_output "the account has its network and capacity" '["subnet-1","FARGATE_SPOT","1.4.0"]' \
	service fargate '[.networkConfiguration.awsvpcConfiguration.subnets[0],
		.capacityProviderStrategy[0].capacityProvider, .platformVersion]'
check "a DAEMON service is dropped" drop "$services/daemon.json" \
	'{"taskDefinition": "app:1", "schedulingStrategy": "DAEMON"}'
check_output "the account has it" DAEMON service daemon .schedulingStrategy
check "a service's document makes another service" \
	cp "$services/fargate/service.json" "$services/copy.json"
check_output "the account has the copy" '["ACTIVE","subnet-1"]' service copy \
	'[.status, .networkConfiguration.awsvpcConfiguration.subnets[0]]'
check "so does a DAEMON's" cp "$services/daemon/service.json" "$services/daemon2.json"

# Reading.
check_output "DescribeServices was sent every include" '["TAGS"]' sent DescribeServices .include
check_output "service.json has the tags" web jq -r '.tags[0].value' "$services/replica/service.json"
check_output "a name alone is no service" "" find "$services" -name '*.json' -maxdepth 1
query=$MNT/clusters/c/query/services
check_output "query/services finds by schedulingStrategy" $'daemon\ndaemon2' \
	ls "$query/schedulingStrategy=DAEMON"
check_output "query/services finds by launchType" \
	"$(http_shown '[.serviceArns[] | split("/") | last] | sort | join(" ")' ListServices \
		'{"cluster": "c", "launchType": "EC2", "maxResults": 100}')" \
	echo "$(ls "$query/launchType=EC2" | tr '\n' ' ' | sed 's/ $//')"
check_output "query/services finds by both" replica \
	ls "$query/launchType=EC2,schedulingStrategy=REPLICA"
check_output "what it finds are links to the services" 2 \
	cat "$query/launchType=EC2,schedulingStrategy=REPLICA/replica/desiredCount"

# service.json as a whole: the smallest update.
before=$(times_sent UpdateService)
check "service.json is edited" edit "$services/replica/service.json" \
	'.desiredCount = 1 | .healthCheckGracePeriodSeconds = 60 | .tags += [{"key": "x", "value": "y"}]'
check_output "one UpdateService was sent, with what changed" "$((before + 1))
{\"cluster\":\"c\",\"desiredCount\":1,\"healthCheckGracePeriodSeconds\":60,\"service\":\"replica\"}" \
	eval 'times_sent UpdateService; sent UpdateService'
check_output "the account has all of it" '[1,60,["team","x"]]' \
	service replica '[.desiredCount, .healthCheckGracePeriodSeconds, ([.tags[].key] | sort)]'
check "an edit that changes nothing succeeds" edit "$services/replica/service.json" .
check_output "... and makes no call" "$((before + 1))" times_sent UpdateService
# Every writable member as a file.
scalar() {
	check "$1 takes $2" put "$2" "$services/$4/$1"
	check_output "... the account has it" "$3" service "$4" ".$1"
	check_output "... the mount shows it at once" "$3" cat "$services/$4/$1"
}
structure() {
	check "$1.json takes a value" put "$2" "$services/$3/$1.json"
	check_output "... UpdateService was sent it alone" \
		"$(jq -cSn --arg service "$3" "{cluster: \"c\", service: \$service, $1: $2}")" \
		sent UpdateService
	check_output "... the mount shows it at once" "$(sorted "$2")" \
		jq -cS "$4" "$services/$3/$1.json"
}
scalar desiredCount 3 3 replica
scalar healthCheckGracePeriodSeconds 45 45 replica
scalar enableExecuteCommand 0 false replica
scalar enableECSManagedTags false false replica
scalar propagateTags TASK_DEFINITION TASK_DEFINITION replica
scalar availabilityZoneRebalancing ENABLED ENABLED replica
scalar platformVersion 1.3.0 1.3.0 fargate
check "taskDefinition takes a revision" put app:2 "$services/daemon/taskDefinition"
check_output "... the account has it" app:2 service daemon '.taskDefinition | split("/") | last'
structure deploymentConfiguration '{"maximumPercent": 175, "minimumHealthyPercent": 75}' replica \
	'{maximumPercent, minimumHealthyPercent}'
structure placementConstraints '[{"type": "distinctInstance"}]' replica .
structure placementStrategy '[{"type": "binpack", "field": "memory"}]' replica .
structure loadBalancers '[]' replica .
structure serviceRegistries '[]' replica .
structure networkConfiguration \
	'{"awsvpcConfiguration": {"subnets": ["subnet-2"], "assignPublicIp": "DISABLED", "securityGroups": []}}' \
	fargate .
structure capacityProviderStrategy '[{"capacityProvider": "FARGATE", "weight": 3, "base": 0}]' fargate .
structure deploymentController '{"type": "CODE_DEPLOY"}' daemon .
deployment() {
	http_shown '.services[0].deployments[0].id' DescribeServices '{"cluster": "c", "services": ["copy"]}'
}
before=$(deployment)
check "forceNewDeployment takes true" put true "$services/copy/forceNewDeployment"
check_output "UpdateService was sent it" '{"cluster":"c","forceNewDeployment":true,"service":"copy"}' \
	sent UpdateService
check "the account deploys it anew" test "$(deployment)" != "$before"
check_output "forceNewDeployment reads false" false cat "$services/copy/forceNewDeployment"

# Members that DescribeServices does not tell of are empty files.
hidden() {
	local request="{\"cluster\":\"c\",\"service\":\"replica\",\"$1\":$2}"
	check "service.json takes $1" put "{\"$1\": $2}" "$services/replica/service.json"
	check_output "... UpdateService was sent it alone" "$request" \
		eval "sent UpdateService '{cluster, service, $1}' | jq -c '{cluster, service, $1}'"
	check_output "hidden $1 reads empty" "" cat "$services/fargate/$1.json"
	check "... and takes a value" put "$2" "$services/fargate/$1.json"
	check_output "... UpdateService was sent that" "${request/replica/fargate}" sent UpdateService
}
hidden serviceConnectConfiguration '{"enabled":false}'
hidden volumeConfigurations '[]'
hidden vpcLatticeConfigurations '[]'

# Deletion.
refused "rmdir of a service that is not scaled to 0 is ENOTEMPTY" "Directory not empty" scaled \
	rmdir "$services/copy"
check "it is scaled to 0" put 0 "$services/copy/desiredCount"
drained() {
	[ "$(http_shown '.services[0].runningCount + .services[0].pendingCount' DescribeServices \
		'{"cluster": "c", "services": ["copy"]}')" = 0 ]
}
check "its tasks stop" within 30 drained
check "rmdir deletes it" rmdir "$services/copy"
check_output "DeleteService was sent cluster and service" '{"cluster":"c","service":"copy"}' \
	sent DeleteService
check_fails "the mount has it no more" "No such file" ls "$services/copy"
check "the account has it no more" grep -qE "DRAINING|INACTIVE" <(service copy .status)
check_fails "delete takes nothing but force" "Invalid argument" put yes "$services/replica/delete"
check "echo force > delete deletes one that has tasks" put force "$services/replica/delete"
check_output "DeleteService was sent force" '{"cluster":"c","force":true,"service":"replica"}' \
	sent DeleteService
check_fails "it is gone too" "No such file" ls "$services/replica"

# More than one page; and ECS gives ten a page unless it is asked for more.
for i in $(seq 120); do
	http_ecs CreateService "{\"cluster\": \"c\", \"serviceName\": \"page-$i\",
		\"taskDefinition\": \"app\", \"desiredCount\": 0}" >/dev/null
done
forget
check_output "ls lists every page" 120 eval 'ls "$services" | grep -c page'
check_output "ListServices was sent maxResults and nextToken" '["cluster","maxResults","nextToken"]' \
	sent ListServices keys
