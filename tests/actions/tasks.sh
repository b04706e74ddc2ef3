#!/usr/bin/env bash
# RunTask, StartTask, StopTask, DescribeTasks, ListTasks, and what agents submit of tasks.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
http_ecs CreateCluster '{"clusterName": "empty"}' >/dev/null
register_app app
register_fargate_app fargate
first=$(register_instance c)
second=$(register_instance c)
start_recorder
start_ecsfs
cluster=$MNT/clusters/c
tasks=$cluster/tasks

task() {
	shown ".tasks[0] | $2" DescribeTasks \
		"{\"cluster\": \"c\", \"tasks\": [\"$1\"], \"include\": [\"TAGS\"]}"
}

# started_by NAME: the ids of its tasks, a line each.
started_by() {
	http_shown '.taskArns[] | split("/") | last' ListTasks \
		"{\"cluster\": \"c\", \"startedBy\": \"$1\"}" | sort
}

count_started_by() {
	started_by "$1" | wc -l
}

# The last call was RunTask or StartTask, so its clientToken and the like are its own.
run='{
	"cluster": "c",
	"taskDefinition": "app:1",
	"count": 2,
	"enableECSManagedTags": true,
	"enableExecuteCommand": true,
	"group": "backfill",
	"launchType": "EC2",
	"overrides": {
		"containerOverrides": [{"name": "app", "command": ["sleep", "999999"],
			"environment": [{"name": "DRY_RUN", "value": "1"}], "cpu": 32, "memory": 32}],
		"taskRoleArn": "arn:aws:iam::123456789012:role/other",
		"executionRoleArn": "arn:aws:iam::123456789012:role/execution"
	},
	"placementConstraints": [{"type": "distinctInstance"},
		{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
	"placementStrategy": [{"type": "spread", "field": "instanceId"}],
	"propagateTags": "TASK_DEFINITION",
	"referenceId": "reference",
	"startedBy": "everything",
	"tags": [{"key": "team", "value": "web"}],
	"clientToken": "once",
	"volumeConfigurations": []
}'
network='{"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"],
	"assignPublicIp": "ENABLED"}}'
fargate="{
	\"taskDefinition\": \"fargate\",
	\"capacityProviderStrategy\": [{\"capacityProvider\": \"FARGATE\", \"weight\": 1, \"base\": 0}],
	\"platformVersion\": \"1.4.0\",
	\"networkConfiguration\": $network
}"
check "the documents have every member of RunTask" members_are "$(jq -n "$run * $fargate")" \
	capacityProviderStrategy cluster count enableECSManagedTags enableExecuteCommand group \
	launchType networkConfiguration overrides placementConstraints placementStrategy \
	platformVersion propagateTags referenceId startedBy tags taskDefinition clientToken \
	volumeConfigurations
check "a request dropped into tasks runs tasks" drop "$tasks/job.json" "$run"
check "RunTask was sent every member as it was written" sent_all_of RunTask "$run"
check_output "the account runs two" 2 count_started_by everything
id=$(started_by everything | head -n 1)
check_output "with what was written" '["backfill","EC2",["sleep","999999"],"DRY_RUN",true,true]' \
	task "$id" '[.group, .launchType, .overrides.containerOverrides[0].command,
		.overrides.containerOverrides[0].environment[0].name, .enableExecuteCommand,
		([.tags[].key] | index("team") != null and index("aws:ecs:clusterName") != null)]'
instances_of() {
	local id
	for id in $(started_by "$1"); do
		http_shown '.tasks[0].containerInstanceArn' DescribeTasks \
			"{\"cluster\": \"c\", \"tasks\": [\"$id\"]}"
	done | sort -u | wc -l
}
check_output "on instances of their own, as distinctInstance has it" 2 instances_of everything
check_fails "the dropped name is gone" "No such file" ls "$tasks/job.json"
check_output "ls lists the tasks" "$(started_by everything | sed 's/$/.json/')" ls "$tasks"
check "a request for Fargate is dropped" drop "$tasks/nightly.json" "$fargate"
check "RunTask was sent its members too" sent_all_of RunTask "$fargate"
check_output "the file gave the task its startedBy, and there is a clientToken" \
	'["nightly","c",true]' sent RunTask '[.startedBy, .cluster, (.clientToken | length > 0)]'
check_output "the account has it in the cluster that the directory says" 1 count_started_by nightly
check "one line runs a task definition" put app "$tasks/line.json"
check_output "the account runs it" app:1 \
	task "$(started_by line)" '.taskDefinitionArn | split("/") | last'
check "one line may name a revision" put app:1 "$tasks/revision.json"
check_output "the account runs that too" 1 count_started_by revision

long=0123456789-0123456789-0123456789-0123456789
check "a long name is cut" put app "$tasks/$long.json"
check_output "... to 36 characters of startedBy" "${long:0:36}" sent RunTask .startedBy
put app "$tasks/0123456789-0123456789-0123456789-01€.json" 2>/dev/null
check_output "... and never within one" 0123456789-0123456789-0123456789-01 sent RunTask .startedBy
rm -f "$tasks/0123456789-0123456789-0123456789-01€.json"

# StartTask.
start='{
	"cluster": "c",
	"containerInstances": ["'$second'"],
	"taskDefinition": "app:1",
	"enableECSManagedTags": true,
	"enableExecuteCommand": true,
	"group": "started",
	"overrides": {"containerOverrides": [{"name": "app", "command": ["sleep", "999999"]}]},
	"propagateTags": "TASK_DEFINITION",
	"referenceId": "reference",
	"startedBy": "hand",
	"tags": [{"key": "team", "value": "ops"}],
	"volumeConfigurations": [],
	"networkConfiguration": '$network'
}'
check "the document has every member of StartTask" members_are "$start" cluster containerInstances \
	enableECSManagedTags enableExecuteCommand group networkConfiguration overrides \
	propagateTags referenceId startedBy tags taskDefinition volumeConfigurations
http_ecs RegisterTaskDefinition '{"family": "vpc", "networkMode": "awsvpc", "containerDefinitions":
	[{"name": "app", "image": "app:1", "cpu": 32, "memory": 32}]}' >/dev/null
start=$(jq '.taskDefinition = "vpc"' <<<"$start")
check "a request dropped into an instance's tasks starts it there" \
	drop "$cluster/container-instances/$second/tasks/job.json" "$start"
check "StartTask was sent every member as it was written" sent_all_of StartTask "$start"
check_output "the account runs it on that instance" "$second" \
	task "$(started_by hand)" '.containerInstanceArn | split("/") | last'
check "one line starts a task definition" put app "$cluster/container-instances/$first/tasks/one.json"
check_output "the account runs that on the other" "$first" \
	task "$(started_by one)" '.containerInstanceArn | split("/") | last'
check_output "the instance's tasks are links to it" RUNNING jq -r .desiredStatus \
	"$cluster/container-instances/$first/tasks/$(started_by one).json"

# ListTasks, every filter.
query=$cluster/query/tasks
check "a service is dropped" drop "$cluster/services/web.json" \
	'{"taskDefinition": "app", "desiredCount": 2}'
running_service() {
	[ "$(http_shown '.services[0].runningCount' DescribeServices \
		'{"cluster": "c", "services": ["web"]}')" = 2 ]
}
check "its tasks run" within 30 running_service
forget
# found KEY=VALUE... : through query/, and what the account says with the same filter
found() {
	local expression=$1 request
	request=$(jq -cn --arg expression "$expression" '{cluster: "c", maxResults: 100} + ($expression |
		split(",") | map(split("=") | {key: .[0], value: .[1]}) | from_entries)')
	check "query/tasks/$expression finds something" grep -q . <(ls "$query/$expression")
	check_output "query/tasks/$expression finds what ListTasks does" \
		"$(http_shown '.taskArns[] | split("/") | last + ".json"' ListTasks "$request" | sort)" \
		ls "$query/$expression"
}
found family=app
found serviceName=web
found "containerInstance=$first"
found startedBy=everything
found desiredStatus=RUNNING
found launchType=FARGATE
found "family=app,launchType=EC2,desiredStatus=RUNNING"
check_output "what it finds are links to the tasks" everything \
	jq -r .startedBy "$query/startedBy=everything/$id.json"
check_output "a service's tasks are links too" app:1 \
	eval 'cat "$cluster"/services/web/tasks/*.json | jq -r ".taskDefinitionArn" | sed "s|.*/||" | sort -u'

# DescribeTasks.
check_output "DescribeTasks was sent every include" '["TAGS"]' sent DescribeTasks .include
timeless() {
	jq -S 'walk(if type == "object" then with_entries(select(.key | endswith("At") | not)) else . end)'
}
is_as_described() {
	timeless <"$tasks/$1.json" | cmp - <(http_ecs DescribeTasks "{\"cluster\": \"c\",
		\"tasks\": [\"$1\"], \"include\": [\"TAGS\"]}" | jq '.tasks[0]' | timeless)
}
check "a task's file is what DescribeTasks answers" is_as_described "$id"

# StopTask.
victims=$(started_by everything)
check "rm stops a task" rm -f "$tasks/$id.json"
check_output "StopTask was sent cluster, task and reason" '["cluster","reason","task"]' \
	sent StopTask keys
check_output "the reason names user, host and command" \
	"stopped by $(id -un)@$(uname -n) with rm through ecsfs" task "$id" .stoppedReason
check_fails "the mount has it no more among the running" "No such file" ls "$tasks/$id.json"
check_output "it is among the stopped" STOPPED \
	jq -r .desiredStatus "$cluster/stopped-tasks/$id.json"
other=$(grep -v "$id" <<<"$victims")
check "stop-reason takes another reason" put "because of maintenance" "$MNT/.ecsfs/stop-reason"
check_output "and shows it" "because of maintenance" cat "$MNT/.ecsfs/stop-reason"
check "rm stops another task" rm -f "$tasks/$other.json"
check_output "with that reason" "because of maintenance" task "$other" .stoppedReason
check "an empty line restores the default" put "" "$MNT/.ecsfs/stop-reason"
check_output "in which the command will be named" \
	"stopped by $(id -un)@$(uname -n) with COMMAND through ecsfs" cat "$MNT/.ecsfs/stop-reason"
check_fails "a reason is at most 255 bytes" "Invalid argument" \
	put "$(printf '%256s' x)" "$MNT/.ecsfs/stop-reason"
check_output "query/tasks finds the stopped ones" "$(sed 's/$/.json/' <<<"$victims")" \
	ls "$query/desiredStatus=STOPPED,startedBy=everything"
check_output "its links lead to them" STOPPED \
	jq -r .desiredStatus "$query/desiredStatus=STOPPED,startedBy=everything/$id.json"

# Nothing runs: why not?
refused "a task that fits nowhere is ENOSPC" "No space left" RESOURCE:MEMORY \
	drop "$tasks/huge.json" '{"taskDefinition": "app", "overrides":
		{"containerOverrides": [{"name": "app", "memory": 1000000}]}}'
check_output "its text is kept" app jq -r .taskDefinition "$tasks/huge.json"
check "rm discards it" rm -f "$tasks/huge.json"
check_fails "it is gone" "No such file" cat "$tasks/huge.json"
curl -fsS -X PUT -d "{\"id\": \"$first\", \"connected\": false}" "$EMULATOR_URL/_emulator/agent" >/dev/null
refused "a task on an instance without agent is EHOSTDOWN" "Host is down" AGENT \
	put app "$cluster/container-instances/$first/tasks/dead.json"
refused "a task where no instance is, is AWS's refusal" "Invalid argument" "No Container Instances" \
	put app "$MNT/clusters/empty/tasks/job.json"

# What an agent submits.
api=$MNT/api
exchange() {
	# shellcheck disable=SC2016
	bash -c 'exec 3<>"$1" && printf "%s\n" "$2" >&3 && cat <&3' exchange "$api/$1" "$2"
}
id=$(started_by line)
state='{
	"cluster": "c", "task": "'$id'", "containerName": "app", "runtimeId": "r", "status": "STOPPED",
	"exitCode": 7, "reason": "ended",
	"networkBindings": [{"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 80, "protocol": "tcp"}]
}'
check "the request has every member of SubmitContainerStateChange" members_are "$state" cluster \
	task containerName runtimeId status exitCode reason networkBindings
check_output "api/SubmitContainerStateChange acknowledges" '{"acknowledgment":"ACK"}' \
	eval 'exchange SubmitContainerStateChange "$state" | jq -c .'
check "SubmitContainerStateChange was sent every member as it was written" \
	sent_all_of SubmitContainerStateChange "$state"
check_output "the account has the container's exit code" 7 task "$id" '.containers[0].exitCode'
state='{
	"cluster": "c", "task": "'$id'", "status": "STOPPED", "reason": "over",
	"containers": [{"containerName": "app", "exitCode": 8, "status": "STOPPED"}],
	"attachments": [], "managedAgents": [{"containerName": "app",
		"managedAgentName": "ExecuteCommandAgent", "status": "STOPPED"}],
	"pullStartedAt": 1790000000, "pullStoppedAt": 1790000001.5, "executionStoppedAt": 1790000002
}'
check "the request has every member of SubmitTaskStateChange" members_are "$state" cluster task \
	status reason containers attachments managedAgents pullStartedAt pullStoppedAt \
	executionStoppedAt
check_output "api/SubmitTaskStateChange acknowledges" '{"acknowledgment":"ACK"}' \
	eval 'exchange SubmitTaskStateChange "$state" | jq -c .'
check "SubmitTaskStateChange was sent every member as it was written" \
	sent_all_of SubmitTaskStateChange "$state"
check_output "the account has the task's end" '["STOPPED","over",8]' \
	task "$id" '[.lastStatus, .stoppedReason, .containers[0].exitCode]'
check_output "the mount shows it at once" STOPPED jq -r .lastStatus "$cluster/stopped-tasks/$id.json"

# More than one page.
for _ in $(seq 12); do
	http_ecs RunTask "{\"cluster\": \"c\", \"taskDefinition\": \"fargate\", \"count\": 10,
		\"launchType\": \"FARGATE\", \"startedBy\": \"page\", \"networkConfiguration\": $network}" \
		>/dev/null
done
forget
check_output "ls lists every page" 120 eval 'ls "$query/startedBy=page" | wc -l'
check_output "ListTasks was sent nextToken and maxResults" true \
	sent ListTasks 'has("nextToken") and has("maxResults")'
