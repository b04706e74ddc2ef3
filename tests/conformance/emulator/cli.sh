#!/bin/sh
# The unmodified AWS CLI drives each of the first 31 actions of the API on ecs-emulator.
# usage: emulator_cli.sh PROGRAM
set -eu

command -v aws >/dev/null 2>&1 || { echo "1..0 # SKIP the AWS CLI is not installed"; exit 77; }

dir=$(mktemp -d)
"$1" --port 0 --time-scale 20 >"$dir/out" &
pid=$!
trap 'kill $pid 2>/dev/null || :; rm -rf "$dir"' EXIT
while ! grep -q listening "$dir/out"; do
	kill -0 $pid
	sleep 0.05
done
AWS_ENDPOINT_URL=$(sed -n 's/.*listening on //p' "$dir/out")
export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret
export AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_DEFAULT_OUTPUT=text AWS_MAX_ATTEMPTS=1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

# expect WHAT COMMAND...: the command must print exactly that.
expect()
{
	wanted=$1
	shift
	printed=$(aws ecs "$@") || { echo "FAILED: aws ecs $*"; exit 1; }
	[ "$printed" = "$wanted" ] && return
	printf 'aws ecs %s\n  printed: %s\n  wanted:  %s\n' "$*" "$printed" "$wanted"
	exit 1
}

# refuse WORDS COMMAND...: the command must fail and say so.
refuse()
{
	wanted=$1
	shift
	if aws ecs "$@" 2>"$dir/err"; then
		echo "not refused: aws ecs $*"
		exit 1
	fi
	grep -q "$wanted" "$dir/err" || { cat "$dir/err"; exit 1; }
}

arn=arn:aws:ecs:us-east-1:123456789012
container='[{"name":"app","image":"app:1","cpu":64,"memory":64}]'

expect ACTIVE create-cluster --cluster-name c --tags key=a,value=b --query cluster.status
expect "$arn:cluster/c" list-clusters --query 'clusterArns[]'
expect "b" describe-clusters --clusters c --include TAGS STATISTICS --query 'clusters[].tags[].value'
instance=$(aws ecs register-container-instance --cluster c --query containerInstance.containerInstanceArn)
expect "$instance" list-container-instances --cluster c --query 'containerInstanceArns[]'
expect ACTIVE describe-container-instances --cluster c --container-instances "$instance" \
	--query 'containerInstances[].status'
expect rack put-attributes --cluster c --query 'attributes[].name' \
	--attributes "name=rack,value=7,targetType=container-instance,targetId=$instance"
expect 7 list-attributes --cluster c --target-type container-instance --attribute-name rack \
	--query 'attributes[].value'
expect rack delete-attributes --cluster c --query 'attributes[].name' \
	--attributes "name=rack,targetType=container-instance,targetId=$instance"
expect 1 register-task-definition --family f --container-definitions "$container" \
	--query taskDefinition.revision
expect 2 register-task-definition --family f --container-definitions "$container" \
	--query taskDefinition.revision
expect f list-task-definition-families --query 'families[]'
expect "$arn:task-definition/f:2" list-task-definitions --sort DESC \
	--query 'taskDefinitionArns[0]'
expect bridge describe-task-definition --task-definition f --query taskDefinition.networkMode
expect INACTIVE deregister-task-definition --task-definition f:1 --query taskDefinition.status
expect ACTIVE create-service --cluster c --service-name s --task-definition f --desired-count 2 \
	--query service.status
expect "$arn:service/c/s" list-services --cluster c --query 'serviceArns[]'
aws ecs wait services-stable --cluster c --services s
expect 2 describe-services --cluster c --services s --query 'services[].runningCount'
expect 1 update-service --cluster c --service s --desired-count 1 --query service.desiredCount
task=$(aws ecs run-task --cluster c --task-definition f --started-by me --query 'tasks[].taskArn')
expect "$task" list-tasks --cluster c --started-by me --query 'taskArns[]'
aws ecs wait tasks-running --cluster c --tasks "$task"
expect RUNNING describe-tasks --cluster c --tasks "$task" --query 'tasks[].lastStatus'
expect STOPPED stop-task --cluster c --task "$task" --reason "done" --query task.desiredStatus
aws ecs wait tasks-stopped --cluster c --tasks "$task"
started=$(aws ecs start-task --cluster c --task-definition f --container-instances "$instance" \
	--query 'tasks[].taskArn')
expect ACK submit-container-state-change --cluster c --task "$started" --container-name app \
	--status RUNNING --query acknowledgment
expect ACK submit-task-state-change --cluster c --task "$started" --status STOPPED \
	--query acknowledgment
expect https://ecs-a-1.us-east-1.amazonaws.com/ discover-poll-endpoint --cluster c --query endpoint
refuse NoUpdateAvailableException update-container-agent --cluster c --container-instance "$instance"
expect DRAINING update-container-instances-state --cluster c --container-instances "$instance" \
	--status DRAINING --query 'containerInstances[].status'
expect DRAINING delete-service --cluster c --service s --force --query service.status
aws ecs wait services-inactive --cluster c --services s
refuse ClusterContainsContainerInstancesException delete-cluster --cluster c
expect INACTIVE deregister-container-instance --cluster c --container-instance "$instance" --force \
	--query containerInstance.status
sleep 0.5
expect INACTIVE delete-cluster --cluster c --query cluster.status
refuse 'Cluster not found' list-tasks --cluster none

kill $pid
wait $pid
trap 'rm -rf "$dir"' EXIT
