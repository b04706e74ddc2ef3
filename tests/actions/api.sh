#!/usr/bin/env bash
# api/: every action of the ECS API as a file that takes a request and gives its response.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
register_app app
start_recorder
start_ecsfs
api=$MNT/api

# The actions of the API, version 2014-11-13, in 2026.
actions="ContinueServiceDeployment CreateCapacityProvider CreateCluster CreateDaemon
	CreateExpressGatewayService CreateService CreateTaskSet DeleteAccountSetting
	DeleteAttributes DeleteCapacityProvider DeleteCluster DeleteDaemon
	DeleteDaemonTaskDefinition DeleteExpressGatewayService DeleteService
	DeleteTaskDefinitions DeleteTaskSet DeregisterContainerInstance
	DeregisterTaskDefinition DescribeCapacityProviders DescribeClusters
	DescribeContainerInstances DescribeDaemon DescribeDaemonDeployments
	DescribeDaemonRevisions DescribeDaemonTaskDefinition DescribeExpressGatewayService
	DescribeServiceDeployments DescribeServiceRevisions DescribeServices
	DescribeTaskDefinition DescribeTaskSets DescribeTasks DiscoverPollEndpoint
	ExecuteCommand GetTaskProtection ListAccountSettings ListAttributes ListClusters
	ListContainerInstances ListDaemonDeployments ListDaemonTaskDefinitions ListDaemons
	ListServiceDeployments ListServices ListServicesByNamespace ListTagsForResource
	ListTaskDefinitionFamilies ListTaskDefinitions ListTasks PutAccountSetting
	PutAccountSettingDefault PutAttributes PutClusterCapacityProviders
	RegisterContainerInstance RegisterDaemonTaskDefinition RegisterTaskDefinition RunTask
	StartTask StopServiceDeployment StopTask SubmitAttachmentStateChanges
	SubmitContainerStateChange SubmitTaskStateChange TagResource UntagResource
	UpdateCapacityProvider UpdateCluster UpdateClusterSettings UpdateContainerAgent
	UpdateContainerInstancesState UpdateDaemon UpdateExpressGatewayService UpdateService
	UpdateServicePrimaryTaskSet UpdateTaskProtection UpdateTaskSet"
# shellcheck disable=SC2086
check_output "api/ has the 77 actions" "$(printf '%s\n' $actions | sort)" ls "$api"
check_output "they are 77" 77 eval 'ls "$api" | wc -l'
check_output "their mode is 0600" 600 eval 'stat -c %a "$api"/* | sort -u'
check_fails "another name is ENOENT" "No such file" cat "$api/StopEverything"

# What a fresh read gives: a skeleton of the request.
for action in $actions; do
	check "$action: a fresh read gives a JSON object" jq -e 'type == "object"' "$api/$action"
done
check "no read made a call" test ! -s "$SENT"
check_output "StopTask: its parameters" '{"cluster":"","reason":"","task":""}' jq -cS . "$api/StopTask"
check_output "each type has its own empty value" \
	'{"cluster":"","force":false,"service":""}' jq -cS . "$api/DeleteService"
check_output "arrays and objects and numbers too" '{"count":0,"overrides":{},"tags":[]}' \
	jq -cS '{count, overrides, tags}' "$api/RunTask"
check_output "a time is a number in a request" '[0,0,0]' \
	jq -cS '[.pullStartedAt, .pullStoppedAt, .executionStoppedAt]' "$api/SubmitTaskStateChange"
check_output "it looks as jq prints it" "$(jq . "$api/RunTask")" cat "$api/RunTask"
if python3 -c 'import botocore' 2>/dev/null; then
	skeletons_agree() {
		python3 - "$api" <<-'EOF'
			import json, os, sys
			import botocore.session
			model = botocore.session.get_session().get_service_model("ecs")
			bad = 0
			for action in model.operation_names:
			    with open(os.path.join(sys.argv[1], action)) as file:
			        shown = list(json.load(file))
			    shape = model.operation_model(action).input_shape
			    # A newer botocore may know of more.
			    meant = [name for name in shape.members if name in shown]
			    if shown != meant:
			        bad += 1
			        print(action, "shows", shown, "instead of", meant)
			sys.exit(bad)
		EOF
	}
	check "botocore knows the parameters of each, in that order" skeletons_agree
fi

# Requests and responses. sh has no coprocess; an open descriptor is all that it takes.
exchange() {
	# shellcheck disable=SC2016
	bash -c 'exec 3<>"$1" || exit; shift
		for request; do printf "%s\n" "$request" >&3 || exit; cat <&3; done' \
		exchange "$api/$1" "${@:2}"
}
check_output "a request gets its response" ACTIVE eval \
	'exchange CreateCluster "{\"clusterName\": \"d\"}" | jq -r .cluster.status'
check_output "the account has it" '["c","d"]' shown '[.clusterArns[] | split("/") | last] | sort' \
	ListClusters '{}'
check_output "the mount shows it at once" $'c\nd' ls "$MNT/clusters"
check_output "another request may follow on the same file" $'c\nd' eval \
	'exchange DescribeClusters "{\"clusters\": [\"c\"]}" "{\"clusters\": [\"d\"]}" |
		jq -r ".clusters[].clusterName"'
check_output "a request may come in pieces" c eval 'exec 3<>"$api/DescribeClusters";
	printf "{\"clusters\": " >&3; printf "[\"c\"]}" >&3; jq -r ".clusters[].clusterName" <&3; exec 3>&-'
check_output "the answer may be read in pieces" 0 eval 'exec 3<>"$api/DescribeClusters";
	echo "{\"clusters\": [\"c\"]}" >&3; dd bs=7 <&3 2>/dev/null | jq -e .clusters >/dev/null; echo $?; exec 3>&-'
check "the request went as it is" eval 'exchange RunTask "{\"cluster\": \"c\",
	\"taskDefinition\": \"app\", \"clientToken\": \"mine\", \"count\": 1}" >/dev/null;
	sent RunTask .clientToken | grep -qx mine'
# Parameters that came later than the paths.
exchange ListTasks '{"cluster": "c", "daemonName": "d"}' >/dev/null 2>&1
check_output "daemonName goes as it is" d sent ListTasks .daemonName
exchange ListServices '{"cluster": "c", "resourceManagementType": "CUSTOMER"}' >/dev/null 2>&1
check_output "resourceManagementType goes as it is" CUSTOMER sent ListServices .resourceManagementType
check_output "failures in an answer are for the reader" MISSING eval \
	'exchange DescribeClusters "{\"clusters\": [\"nowhere\"]}" | jq -r ".failures[0].reason"'

# Errors are the write's.
refused "an unknown cluster is ENOENT" "No such file" ClusterNotFound \
	exchange DescribeServices '{"cluster": "nowhere", "services": ["x"]}'
refused "a missing member is EINVAL" "Invalid argument" StopTask exchange StopTask '{"cluster": "c"}'
refused "a member of the wrong type is EINVAL" "Invalid argument" SerializationException exchange CreateService \
	'{"cluster": "c", "serviceName": "s", "taskDefinition": "app", "desiredCount": "many"}'
refused "a request that is no object is EINVAL" "Invalid argument" "a JSON object" \
	exchange ListClusters '[]'
check_output "after an error another request works on the same file" c eval '
	exec 3<>"$api/DescribeServices"; echo "{\"cluster\": \"nowhere\", \"services\": [\"x\"]}" >&3 2>/dev/null
	echo "{\"cluster\": \"c\", \"services\": [\"x\"]}" >&3
	jq -r ".failures[0].arn" <&3 | cut -d/ -f2; exec 3>&-'
refused "what is no JSON is EINVAL when the file is closed" "Invalid argument" "not a JSON document" \
	drop "$api/ListClusters" "hello"
put clear "$MNT/.ecsfs/errors"
unfinished() {
	printf '{"clusters": ' >"$TMP/unfinished"
	cp "$TMP/unfinished" "$api/DescribeClusters"
}
check_fails "a request that does not end is EINVAL at close" "Invalid argument" unfinished
check "... and errors tells where it ends" errors_say "not a JSON document"

# What the emulator does not know, AWS may: the action goes there.
refused "an action that the server does not know is EOPNOTSUPP" "not supported" UnknownOperation \
	exchange ListDaemons '{}'
check_output "it was sent" 1 times_sent ListDaemons
