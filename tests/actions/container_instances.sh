#!/usr/bin/env bash
# RegisterContainerInstance, DeregisterContainerInstance, DescribeContainerInstances,
# ListContainerInstances, UpdateContainerInstancesState, UpdateContainerAgent, PutAttributes,
# DeleteAttributes, ListAttributes and DiscoverPollEndpoint.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
register_app app
start_recorder
start_ecsfs
instances=$MNT/clusters/c/container-instances
query=$MNT/clusters/c/query

instance() {
	shown ".containerInstances[0] | $2" DescribeContainerInstances \
		"{\"cluster\": \"c\", \"containerInstances\": [\"$1\"], \"include\": [\"TAGS\"]}"
}

# The ids that the account lists, with these further members in the request.
listed() {
	http_shown '.containerInstanceArns[] | split("/") | last' ListContainerInstances \
		"$(jq -cn --argjson more "$1" '{cluster: "c", maxResults: 100} + $more')" | sort
}

whole='{
	"cluster": "c",
	"instanceIdentityDocument": "{\"instanceId\": \"i-0123456789abcdef0\"}",
	"instanceIdentityDocumentSignature": "signature",
	"totalResources": [
		{"name": "CPU", "type": "INTEGER", "integerValue": 4096},
		{"name": "MEMORY", "type": "INTEGER", "integerValue": 7680},
		{"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
		{"name": "GPU", "type": "DOUBLE", "doubleValue": 1.5, "longValue": 0}],
	"versionInfo": {"agentVersion": "1.80.0", "agentHash": "0123abcd", "dockerVersion": "25.0.6"},
	"attributes": [{"name": "rack", "value": "7"}],
	"platformDevices": [{"id": "gpu0", "type": "GPU"}],
	"tags": [{"key": "team", "value": "web"}]
}'
check "the documents have every member of RegisterContainerInstance" members_are \
	"$(jq '.containerInstanceArn = ""' <<<"$whole")" cluster instanceIdentityDocument \
	instanceIdentityDocumentSignature totalResources versionInfo containerInstanceArn \
	attributes platformDevices tags
check "a document dropped into container-instances registers one" drop "$instances/new.json" "$whole"
check "RegisterContainerInstance was sent every member as it was written" \
	sent_all_of RegisterContainerInstance "$whole"
id=$(listed '{}')
check_output "ls lists it and no dropped name" "$id" ls "$instances"
check_output "the account has what was written" '["i-0123456789abcdef0","1.80.0",4096,"7","web"]' \
	instance "$id" '[.ec2InstanceId, .versionInfo.agentVersion,
		(.registeredResources[] | select(.name == "CPU") | .integerValue),
		(.attributes[] | select(.name == "rack") | .value), .tags[0].value]'
arn=$(instance "$id" .containerInstanceArn)
check "one that is registered may be registered again by its ARN" drop "$instances/again.json" \
	"{\"containerInstanceArn\": \"$arn\"}"
check_output "RegisterContainerInstance was sent containerInstanceArn" "$arn" \
	sent RegisterContainerInstance .containerInstanceArn
check_output "it is the same one" "$id" listed '{}'

# Reading.
forget
check_output "the document is there" "$arn" \
	jq -r .containerInstanceArn "$instances/$id/container-instance.json"
check_output "DescribeContainerInstances was sent every include" \
	'["CONTAINER_INSTANCE_HEALTH","TAGS"]' sent DescribeContainerInstances '.include | sort'
check_output "scalars are files" true cat "$instances/$id/agentConnected"
check_output "structures are files" 4096 jq '.[] | select(.name == "CPU") | .integerValue' \
	"$instances/$id/remainingResources.json"

# Attributes.
attributes=$instances/$id/attributes
check_output "an attribute is a file" 7 cat "$attributes/rack"
check "an attribute is made" put 3 "$attributes/row"
check_output "PutAttributes was sent cluster and attributes" \
	"{\"attributes\":[{\"name\":\"row\",\"targetId\":\"$id\",\"targetType\":\"container-instance\",\"value\":\"3\"}],\"cluster\":\"c\"}" \
	sent PutAttributes
check_output "the account has it" 3 shown '.attributes[0].value' ListAttributes \
	'{"cluster": "c", "targetType": "container-instance", "attributeName": "row"}'
check "an attribute is written" put 4 "$attributes/row"
check_output "the account has its new value" 4 instance "$id" '.attributes[] | select(.name == "row") | .value'
check "an attribute may have no value" put "" "$attributes/bare"
check_output "the account has that" '{"name":"bare"}' instance "$id" \
	'.attributes[] | select(.name == "bare") | del(.targetId, .targetType) | del(.. | nulls)'
check_output "and reads as an empty line" "" cat "$attributes/bare"
check "touch makes an attribute" touch "$attributes/flag"
check_output "PutAttributes was sent it without a value" \
	"[{\"name\":\"flag\",\"targetId\":\"$id\",\"targetType\":\"container-instance\"}]" \
	sent PutAttributes .attributes
check_output "query/attributes finds by attributeName" "$id:row" ls "$query/attributes/attributeName=row"
check_output "query/attributes finds by attributeValue" "$id:row" \
	ls "$query/attributes/attributeName=row,attributeValue=4"
check_output "query/attributes finds nothing of another value" "" \
	ls "$query/attributes/attributeName=row,attributeValue=5"
check_output "query/attributes takes targetType" "$id:row" \
	ls "$query/attributes/targetType=container-instance,attributeName=row"
check_output "what it finds are links to the attributes" 4 \
	cat "$query/attributes/attributeName=row/$id:row"
check_output "ListAttributes was sent its members" \
	'{"attributeName":"row","attributeValue":"5","cluster":"c","maxResults":100,"targetType":"container-instance"}' \
	sent ListAttributes
check_output "query/attributes finds nothing yet" "" ls "$query/attributes/attributeName=row,attributeValue=6"
check "an attribute is written again" put 6 "$attributes/row"
check_output "query/attributes finds it at once" "$id:row" \
	ls "$query/attributes/attributeName=row,attributeValue=6"
check "rm deletes an attribute" rm "$attributes/row"
check_output "DeleteAttributes was sent cluster and attributes" \
	"{\"attributes\":[{\"name\":\"row\",\"targetId\":\"$id\",\"targetType\":\"container-instance\"}],\"cluster\":\"c\"}" \
	sent DeleteAttributes
check_output "the account has it no more" '[]' shown .attributes ListAttributes \
	'{"cluster": "c", "targetType": "container-instance", "attributeName": "row"}'
check_fails "nor has the mount" "No such file" cat "$attributes/row"
check_output "nor query/attributes" "" ls "$query/attributes/attributeName=row,attributeValue=6"

# The state and the agent.
check "status takes DRAINING" put DRAINING "$instances/$id/status"
check_output "UpdateContainerInstancesState was sent its members" \
	"{\"cluster\":\"c\",\"containerInstances\":[\"$id\"],\"status\":\"DRAINING\"}" \
	sent UpdateContainerInstancesState
check_output "the account has it" DRAINING instance "$id" .status
check_output "the mount shows it at once" DRAINING cat "$instances/$id/status"
second=$(register_instance c)
forget
check_output "query/container-instances finds by status" "$id" \
	ls "$query/container-instances/status=DRAINING"
check_output "query/container-instances finds by filter" "$id" \
	ls "$query/container-instances/filter=attribute:rack == 7"
check_output "a filter may be percent-encoded" "$(listed '{"filter": "agentVersion < 1.81.0"}')" \
	ls "$query/container-instances/filter=agentVersion%20<%201.81.0"
check_output "what it finds are links to the instances" DRAINING \
	cat "$query/container-instances/status=DRAINING/$id/status"
check "status takes ACTIVE" put ACTIVE "$instances/$id/status"
check_output "the account has that too" ACTIVE instance "$id" .status
check_fails "status takes nothing else" "Invalid argument" put INACTIVE "$instances/$id/status"
check_output "agent-update is empty before one" "" cat "$instances/$id/agent-update"
check "agent-update takes true" put true "$instances/$id/agent-update"
check_output "UpdateContainerAgent was sent its members" \
	"{\"cluster\":\"c\",\"containerInstance\":\"$id\"}" sent UpdateContainerAgent
check "the account updates the agent" grep -qE 'PENDING|UPDAT' <(instance "$id" .agentUpdateStatus)
updated() {
	forget
	[ "$(cat "$instances/$id/agent-update")" = UPDATED ]
}
check "agent-update tells when it is done" within 30 updated
refused "an agent that is new is ENODATA" "No data available" "no update available" \
	put true "$instances/$id/agent-update"
check_output "poll-endpoint.json is DiscoverPollEndpoint's answer" \
	"$(http_shown .endpoint DiscoverPollEndpoint '{"cluster": "c"}')" \
	jq -r .endpoint "$instances/$id/poll-endpoint.json"
check_output "DiscoverPollEndpoint was sent its members" \
	"{\"cluster\":\"c\",\"containerInstance\":\"$id\"}" sent DiscoverPollEndpoint
check_output "it is not listed" "" eval 'ls "$instances/$id" | grep poll'

# Deregistration.
check "rmdir deregisters one that is idle" rmdir "$instances/$second"
check_output "DeregisterContainerInstance was sent its members" \
	"{\"cluster\":\"c\",\"containerInstance\":\"$second\"}" sent DeregisterContainerInstance
check_output "the account has it no more" "$id" listed '{}'
check_output "nor has the mount" "$id" ls "$instances"
held() {
	echo $(($(cat "$instances/$id/runningTasksCount") + $(cat "$instances/$id/pendingTasksCount")))
}
check_output "the other has no tasks" 0 held
check "a task is started on the other" put app "$instances/$id/tasks/busy.json"
check_output "the mount shows it at once" 1 held
refused "rmdir of one that runs tasks is ENOTEMPTY" "Directory not empty" "running tasks" \
	rmdir "$instances/$id"
check_fails "delete takes nothing but force" "Invalid argument" put no "$instances/$id/delete"
check "echo force > delete deregisters it all the same" put force "$instances/$id/delete"
check_output "DeregisterContainerInstance was sent force" true sent DeregisterContainerInstance .force
check_output "the account has none" "" listed '{}'

# More than one page.
for _ in $(seq 120); do
	register_instance c >/dev/null
done
http_ecs PutAttributes "$(http_ecs ListContainerInstances '{"cluster": "c", "maxResults": 100}' | jq '{cluster: "c",
	attributes: [.containerInstanceArns[:10][] | {name: "many", value: "1", targetId: .}]}')" >/dev/null
forget
check_output "ls lists every page" 120 eval 'ls "$instances" | wc -l'
check_output "ListContainerInstances was sent nextToken and maxResults" true \
	sent ListContainerInstances 'has("nextToken") and has("maxResults")'
check_output "query/attributes lists every page" \
	"$(($(http_shown '.attributes | length' ListAttributes '{"cluster": "c", "targetType":
		"container-instance", "attributeName": "ecs.os-type", "maxResults": 100}') + 20))" \
	eval 'ls "$query/attributes/attributeName=ecs.os-type" | wc -l'
check_output "ListAttributes was sent nextToken and maxResults" true \
	sent ListAttributes 'has("nextToken") and has("maxResults")'
