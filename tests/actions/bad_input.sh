#!/usr/bin/env bash
# Bad input of each kind: the errno of the contract, a line in .ecsfs/errors that explains it, the
# account as it was, and the text that was written still there.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
register_app app
instance=$(register_instance c)
http_ecs CreateService '{"cluster": "c", "serviceName": "web", "taskDefinition": "app",
	"desiredCount": 0}' >/dev/null
start_ecsfs --ttl 600
c=$MNT/clusters/c

# The account, as far as bad input could change it.
account() {
	http_ecs DescribeServices '{"cluster": "c", "services": ["web"], "include": ["TAGS"]}' |
		jq -c '.services[0] | del(.events, .deployments)'
	http_ecs DescribeClusters '{"clusters": ["c"], "include": ["TAGS", "SETTINGS"]}'
	http_ecs DescribeContainerInstances "{\"cluster\": \"c\", \"containerInstances\": [\"$instance\"],
		\"include\": [\"TAGS\"]}"
	http_ecs ListClusters '{}'
	http_ecs ListServices '{"cluster": "c"}'
	http_ecs ListTasks '{"cluster": "c"}'
	http_ecs ListTaskDefinitions '{}'
}
before=$(account)

# dropped DESCRIPTION STRERROR EXPLANATION FILE TEXT: refused, and the text is kept under its name.
dropped() {
	refused "$1" "$2" "$3" drop "$4" "$5"
	check "... its text is kept" cmp "$4" <(printf '%s\n' "$5")
	check "... until it is discarded" rm -f "$4"
	check_fails "... then it is gone" "No such file" cat "$4"
}

# written DESCRIPTION STRERROR EXPLANATION FILE TEXT: refused, the document is as it was, and the
# text is beside it.
written() {
	local old rejected
	old=$(cat "$4")
	rejected=$(dirname "$4")/.$(basename "$4").rejected
	refused "$1" "$2" "$3" drop "$4" "$5"
	check_output "... the file is as it was" "$old" cat "$4"
	check "... the text is beside it" cmp "$rejected" <(printf '%s\n' "$5")
	check "... until it is discarded" rm -f "$rejected"
}

# renamed OLD NEW: a scratch file is, and goes when that is refused.
renamed() {
	put '{}' "$1"
	local status=0
	mv "$1" "$2" || status=$?
	rm -f "$1"
	return "$status"
}

container() {
	jq -cn --argjson n "$1" '{containerDefinitions:
		[range($n) | {name: "app\(.)", image: "app:1", memory: 64}]}'
}
tags() {
	jq -cn --argjson n "$1" '[range($n) | {key: "key\(.)", value: "value"}]'
}
big() { # a task definition of that many bytes
	jq -cn --argjson n "$1" '{containerDefinitions: [{name: "app", image: "app:1", memory: 64,
		environment: [{name: "TEXT", value: ("x" * ($n - 150))}]}]}'
}

# Unknown cluster and other things that are not there.
check_fails "an unknown cluster is ENOENT" "No such file" ls "$MNT/clusters/nowhere"
check_fails "so is what it would hold" "No such file" put 1 "$MNT/clusters/nowhere/services/web/desiredCount"
check_fails "an unknown service is ENOENT" "No such file" put 1 "$c/services/nothing/desiredCount"
check_fails "an unknown task is ENOENT" "No such file" rm "$c/tasks/0123456789abcdef0123456789abcdef.json"
check_fails "an unknown instance is ENOENT" "No such file" rmdir "$c/container-instances/nothing"
check_fails "an unknown family is ENOENT" "No such file" ls "$MNT/task-definitions/nothing"
check_fails "an unknown revision is ENOENT" "No such file" rm "$MNT/task-definitions/app/99.json"
put clear "$MNT/.ecsfs/errors"
check_fails "what is simply not there" "No such file" cat "$MNT/clusters/nowhere/status"
check_output "... is no line in errors" "" cat "$MNT/.ecsfs/errors"
refused "an unknown cluster in a document is not asked: the directory says which" "Invalid argument" \
	"RunTask" put '{"taskDefinition": "nothing:7", "cluster": "nowhere"}' "$c/tasks/x.json"
rm -f "$c/tasks/x.json"
dropped "an unknown task definition is EINVAL" "Invalid argument" ClientException \
	"$c/services/x.json" '{"taskDefinition": "nothing", "desiredCount": 1}'

# Bad names.
refused "a cluster's bad name is EINVAL" "Invalid argument" InvalidParameter mkdir "$MNT/clusters/a b!"
dropped "a service's bad name is EINVAL" "Invalid argument" InvalidParameter "$c/services/a b!.json" \
	'{"taskDefinition": "app", "desiredCount": 0}'
dropped "a family's bad name is EINVAL" "Invalid argument" ClientException \
	"$MNT/task-definitions/a b!.json" "$(container 1)"
refused "an attribute's bad name is EINVAL" "Invalid argument" InvalidParameter \
	put 1 "$c/container-instances/$instance/attributes/a b!"
refused "a tag that AWS keeps for itself is EINVAL" "Invalid argument" InvalidParameter put 1 "$c/tags/aws:x"

# Wrong types.
dropped "a member of the wrong type is EINVAL" "Invalid argument" "desiredCount must be a number" \
	"$c/services/x.json" '{"taskDefinition": "app", "desiredCount": "many"}'
dropped "so it is deeper down" "Invalid argument" SerializationException \
	"$MNT/task-definitions/x.json" '{"containerDefinitions": [{"name": 7}]}'
dropped "a drop that is no object is EINVAL" "Invalid argument" "is a JSON object" \
	"$c/services/x.json" '["app"]'
dropped "a drop that is no JSON is EINVAL" "Invalid argument" "not a JSON document" \
	"$c/services/x.json" '{"taskDefinition": '
written "a document with a member of the wrong type is EINVAL" "Invalid argument" \
	"desiredCount must be a number" "$c/services/web/service.json" '{"desiredCount": "many"}'
written "a document that is no object is EINVAL" "Invalid argument" "is a JSON object" \
	"$c/services/web/service.json" '[]'
written "a document that is no JSON is EINVAL" "Invalid argument" "not a JSON document" \
	"$c/cluster.json" '{"settings": ]'
written "an array's file takes no object" "Invalid argument" "settings must be an array" \
	"$c/settings.json" '{}'
for value in -1 x 1.5 '' 99999999999; do
	refused "desiredCount does not take '$value'" "Invalid argument" "desiredCount is an integer" \
		put "$value" "$c/services/web/desiredCount"
done
refused "enableExecuteCommand does not take 'yes'" "Invalid argument" "is true or false" \
	put yes "$c/services/web/enableExecuteCommand"
refused "a scalar of two lines is EINVAL" "Invalid argument" "one line" \
	drop "$c/services/web/desiredCount" $'1\n2'
refused "status takes ACTIVE and DRAINING alone" "Invalid argument" "status is ACTIVE or DRAINING" \
	put GONE "$c/container-instances/$instance/status"

# Missing members.
dropped "a service without task definition is EINVAL" "Invalid argument" InvalidParameter \
	"$c/services/x.json" '{"desiredCount": 1}'
dropped "a family without containers is EINVAL" "Invalid argument" \
	"RegisterTaskDefinition needs the member containerDefinitions" "$MNT/task-definitions/x.json" '{}'
dropped "a run without task definition is EINVAL" "Invalid argument" \
	"RunTask needs the member taskDefinition" "$c/tasks/x.json" '{"count": 1}'
dropped "a start without task definition is EINVAL" "Invalid argument" \
	"StartTask needs the member taskDefinition" "$c/container-instances/$instance/tasks/x.json" '{}'

# Members that cannot be written, or that there are not.
written "a read-only member of a service is EPERM" "Operation not permitted" \
	"runningCount cannot be changed" "$c/services/web/service.json" '{"runningCount": 7}'
written "a read-only member of a cluster is EPERM" "Operation not permitted" \
	"status cannot be changed" "$c/cluster.json" '{"status": "GONE"}'
written "an unknown member of a service is EINVAL" "Invalid argument" "nonsense is no member" \
	"$c/services/web/service.json" '{"nonsense": 1}'
dropped "an unknown member of a drop is EINVAL" "Invalid argument" "has no member nonsense" \
	"$c/services/x.json" '{"taskDefinition": "app", "desiredCount": 0, "nonsense": 1}'
check_fails "a read-only member's file is EPERM" "Operation not permitted" put 7 "$c/services/web/runningCount"
refused "so is a revision" "Operation not permitted" "write latest.json" \
	put '{}' "$MNT/task-definitions/app/1.json"
refused "a revision's number is AWS's to give" "Operation not permitted" "write latest.json" \
	cp "$MNT/task-definitions/app/1.json" "$MNT/task-definitions/app/2.json"
refused "also to a file that gets its name later" "Operation not permitted" "write latest.json" \
	renamed "$MNT/task-definitions/app/new" "$MNT/task-definitions/app/2.json"
check_output "so that what is listed is what is there" $'1.json\nlatest.json' ls "$MNT/task-definitions/app"
refused "a member's file stays" "Operation not permitted" "rmdir removes web as a whole" \
	rm -f "$c/services/web/desiredCount"
refused "so does latest.json" "Operation not permitted" "rm N.json deregisters" rm -f "$MNT/task-definitions/app/latest.json"
refused "so does a family" "Operation not permitted" "rm each N.json" rmdir "$MNT/task-definitions/app"
for name in desiredcount DesiredCount desiredCount.json; do
	refused "$name would be a member, but for its name" "Operation not permitted" \
		"there is no $name; there is desiredCount" put 1 "$c/services/web/$name"
done
refused "also when it gets that name later" "Operation not permitted" "there is deploymentConfiguration.json" \
	renamed "$c/services/web/new" "$c/services/web/deploymentConfiguration"
check "what is like no member is a scratch file" put 1 "$c/services/web/service2.json"
check "... and nothing else" rm "$c/services/web/service2.json"
refused "a service is no directory to make" "Operation not permitted" "drop NAME.json" mkdir "$c/services/new"
dropped "so is one without a name" "Invalid argument" "has no member" \
	"$c/services/x.json" '{"taskDefinition": "app", "desiredCount": 0, "": 1}'

# Too much.
dropped "a task definition of 65 KiB is EINVAL" "Invalid argument" ClientException \
	"$MNT/task-definitions/x.json" "$(big 66560)"
check "one of 63 KiB is accepted" drop "$MNT/task-definitions/big.json" "$(big 64512)"
http_ecs DeregisterTaskDefinition '{"taskDefinition": "big:1"}' >/dev/null
dropped "11 containers are EINVAL" "Invalid argument" "at most 10 container" \
	"$MNT/task-definitions/x.json" "$(container 11)"
dropped "51 tags are EINVAL" "Invalid argument" InvalidParameter "$c/services/x.json" \
	"$(jq -cn --argjson tags "$(tags 51)" '{taskDefinition: "app", desiredCount: 0, tags: $tags}')"
dropped "also of a cluster" "Invalid argument" InvalidParameter "$MNT/clusters/x.json" \
	"$(jq -cn --argjson tags "$(tags 51)" '{tags: $tags}')"
written "also in its document" "Invalid argument" InvalidParameter "$c/cluster.json" \
	"$(jq -cn --argjson tags "$(tags 51)" '{tags: $tags}')"
dropped "11 tasks at once are EINVAL" "Invalid argument" InvalidParameter "$c/tasks/x.json" \
	'{"taskDefinition": "app", "count": 11}'

# Queries.
refused "an unknown query key is ENOENT, and the keys are named" "No such file" \
	"the keys here are: family serviceName containerInstance startedBy desiredStatus launchType" \
	ls "$c/query/tasks/color=red"
refused "an unknown value is EINVAL" "Invalid argument" InvalidParameter ls "$c/query/tasks/launchType=RED"
refused "so they are where there is no key" "No such file" \
	"the keys here are: launchType schedulingStrategy" ls "$c/query/services/web"
refused "a filter that is none is EINVAL" "Invalid argument" InvalidParameter \
	ls "$c/query/container-instances/filter=attribute:("

# What was there already.
check_fails "a cluster of that name is EEXIST" "File exists" mkdir "$c"
dropped "a service of that name is EEXIST" "File exists" "web is there already" \
	"$c/services/web.json" '{"taskDefinition": "app", "desiredCount": 1}'
dropped "so is a dropped cluster of that name" "File exists" "c is there already" \
	"$MNT/clusters/c.json" '{}'

check_output "after all that the account is as it was" "$before" account
check_output "and nothing was left behind" "" find "$MNT/clusters" "$MNT/task-definitions" \
	'(' -name '*.rejected' -o -name 'x.json' ')'

# A link to a task is not the task.
task=$(http_ecs RunTask '{"cluster": "c", "taskDefinition": "app"}' |
	jq -r '.tasks[0].taskArn | split("/")[-1]')
put all "$MNT/.ecsfs/refresh"
refused "a link to a task stays" "Operation not permitted" "rm the task itself" \
	rm -f "$c/container-instances/$instance/tasks/$task.json"
