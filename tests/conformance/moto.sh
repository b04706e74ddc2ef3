#!/usr/bin/env bash
# The whole journey from ls to the API against moto, which nobody here wrote; every change is
# looked at with the AWS CLI. Skipped where moto or the AWS CLI is not installed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need moto_server aws jq curl
need_fuse

MOTO_PID=
at_end() {
	stop "$MOTO_PID"
}

# Somebody may take a free port between the look and the use, so try a few.
start_moto() {
	local port
	for port in 4610 4631 4652 4673 4694; do
		moto_server -H 127.0.0.1 -p "$port" >"$TMP/moto.out" 2>&1 &
		MOTO_PID=$!
		URL=http://127.0.0.1:$port
		within 30 answers_or_dead
		! kill -0 "$MOTO_PID" 2>/dev/null || return 0
	done
	show "$TMP/moto.out"
	echo "Bail out! moto did not start"
	exit 1
}

answers_or_dead() {
	curl -fsS "$URL/moto-api/" || ! kill -0 "$MOTO_PID"
}

ecs() {
	AWS_MAX_ATTEMPTS=1 aws --endpoint-url "$URL" --output text ecs "$@"
}

ec2() {
	AWS_MAX_ATTEMPTS=1 aws --endpoint-url "$URL" --output text ec2 "$@"
}

fill_account() {
	local subnet group
	# Else every look at a moto task moves it one state further.
	curl -fsS -X POST -H 'Content-Type: application/json' -d '{"model_name": "ecs::task",
		"transition": {"progression": "time", "seconds": 86400}}' \
		"$URL/moto-api/state-manager/set-transition" &&
		ecs create-cluster --cluster-name prod --tags key=team,value=web &&
		ecs create-cluster --cluster-name other &&
		ecs register-task-definition --family web --network-mode awsvpc --cpu 256 \
			--memory 512 --requires-compatibilities FARGATE --container-definitions \
			'[{"name": "web", "image": "nginx:1.27", "memory": 256, "environment":
				[{"name": "GREETING", "value": "gr\u00fc\u00dfe \u2603 \"quoted\" \\ /"}]}]' &&
		ecs register-task-definition --family web --container-definitions \
			'[{"name": "web", "image": "nginx:1.28", "memory": 128}]' &&
		ecs create-service --cluster prod --service-name web --task-definition web:1 \
			--desired-count 2 --launch-type FARGATE --tags key=team,value=web &&
		subnet=$(ec2 describe-subnets --query 'Subnets[0].SubnetId') &&
		group=$(ec2 describe-security-groups --query 'SecurityGroups[0].GroupId') &&
		ecs run-task --cluster prod --task-definition web:1 --launch-type FARGATE --count 3 \
			--network-configuration \
			"awsvpcConfiguration={subnets=[$subnet],securityGroups=[$group]}"
}

desired_count() {
	ecs describe-services --cluster prod --services web --query 'services[0].desiredCount'
}

task_definition() {
	ecs describe-services --cluster prod --services web --query 'services[0].taskDefinition' |
		sed 's|.*/||'
}

tag() {
	ecs describe-services --cluster prod --services web --include TAGS \
		--query "services[0].tags[?key=='$1'].value"
}

task_status() {
	ecs describe-tasks --cluster prod --tasks "$1" --query 'tasks[0].lastStatus'
}

cluster_status() {
	ecs describe-clusters --clusters "$1" --query 'clusters[0].status'
}

last_error() {
	tail -n 1 "$MNT/.ecsfs/errors"
}

# for_each_file FUNCTION [FIND-TEST...]: call it with each file; says which ones it failed for.
for_each_file() {
	local function=$1 file status=0 count=0
	shift
	while IFS= read -r -d '' file; do
		count=$((count + 1))
		"$function" "$file" || { echo "$file"; status=1; }
	done < <(find "$MNT" -type f "$@" -print0)
	echo "$count files"
	[ "$count" -gt 5 ] && return "$status"
}

reads() {
	cat "$1" >/dev/null
}

is_as_jq_prints_it() {
	jq . "$1" | cmp - "$1"
}

size_is_true() {
	[ "$(stat -c %s "$1")" -eq "$(wc -c <"$1")" ] &&
		[ -n "$(find "$1" -size "$(stat -c %s "$1")c")" ]
}

is_in_archive() {
	cmp "$1" "$TMP/copy/${1#"$MNT"/}"
}

archive() {
	mkdir "$TMP/copy"
	tar -C "$MNT" --exclude=./.ecsfs -cf - . | tar -C "$TMP/copy" -xf -
}

start_moto
fill_account >"$TMP/out" 2>&1 </dev/null || {
	show "$TMP/out" <(tail -n 20 "$TMP/moto.out")
	echo "Bail out! moto did not take the account"
	exit 1
}
start_ecsfs --timeout 5
cluster=$MNT/clusters/prod
web=$cluster/services/web

# Look around.
check_output "ls shows the clusters" $'other\nprod' ls "$MNT/clusters"
check_output "ls shows the service" web ls "$cluster/services"
check_output "desiredCount is what moto holds" 2 cat "$web/desiredCount"
check_output "the task definition is linked" '"nginx:1.27"' \
	jq '.containerDefinitions[0].image' "$web/task-definition.json"
check_output "the revisions are files" $'1.json\n2.json\nlatest.json' ls "$MNT/task-definitions/web"
check_output "the tasks are those that the CLI lists" \
	"$(ecs list-tasks --cluster prod --query 'taskArns[]' | tr '\t' '\n' | sed 's|.*/||; s|$|.json|' | sort)" \
	ls "$cluster/tasks"
check_output "a cluster that is empty has no services" "" ls "$MNT/clusters/other/services"
check_fails "a cluster that is not there is ENOENT" "No such file" ls "$MNT/clusters/nowhere"

# Scale.
check "echo 5 > desiredCount succeeds" put 5 "$web/desiredCount"
check_output "the CLI sees 5" 5 desired_count
check_output "the mount sees 5 at once" 5 cat "$web/desiredCount"
for value in -1 x 1.5 ''; do
	check_fails "echo '$value' > desiredCount is EINVAL" "Invalid argument" put "$value" "$web/desiredCount"
	check "errors names the value '$value'" \
		grep -qF "desiredCount is an integer from 0, not \"$value\"" <(last_error)
done
check_output "nothing has changed" 5 desired_count
check_fails "an unknown task definition is refused" "write error" put nope:1 "$web/taskDefinition"
check "errors carries AWS's words" grep -q "/clusters/prod/services/web/taskDefinition" <(last_error)
check "another revision is taken" put web:2 "$web/taskDefinition"
check_output "the CLI sees the revision" web:2 task_definition

# Tag.
check "a new file in tags/ is a tag" put blue "$web/tags/colour"
check_output "the CLI sees the tag" blue tag colour
check "rm takes it away" rm "$web/tags/colour"
check_output "the CLI sees it gone" "" tag colour

# Stop a task.
task=$(find "$cluster/tasks" -name '*.json' | sort | head -n 1)
id=$(basename "$task" .json)
check_output "a task runs" RUNNING task_status "$id"
check "rm of a task succeeds" rm -f "$task"
check_output "the CLI sees it stopped" STOPPED task_status "$id"
check_fails "it is gone from tasks" "No such file" ls "$task"
check "it is among the stopped tasks" test -f "$cluster/stopped-tasks/$id.json"
check "the audit trail has it" grep -q StopTask "$MNT/.ecsfs/audit"

# Clusters come and go.
check "mkdir makes a cluster" mkdir "$MNT/clusters/fresh"
check_output "the CLI sees it" ACTIVE cluster_status fresh
check_fails "mkdir of one that is there is EEXIST" "File exists" mkdir "$MNT/clusters/fresh"
check "rmdir deletes it" rmdir "$MNT/clusters/fresh"
check_output "the CLI sees it gone" INACTIVE cluster_status fresh
check_fails "it is gone from the mount" "No such file" ls "$MNT/clusters/fresh"

# Every file is whole, as every tool sees it.
check "every file can be read" for_each_file reads
check "every .json is as jq prints it" for_each_file is_as_jq_prints_it -name '*.json'
check "stat, find -size and cat agree on every size" for_each_file size_is_true ! -path '*/.ecsfs/*'
check "tar takes the mount" archive
check "every file is in the archive, whole" for_each_file is_in_archive ! -path '*/.ecsfs/*'

# An AWS that is gone is an error, never an empty directory.
before=$(ls "$cluster/services")
stop "$MOTO_PID"
MOTO_PID=
started=$SECONDS
check_output "what is known is served when AWS cannot be reached" "$before" ls "$cluster/services"
forget
check_fails "what is not known is EHOSTUNREACH" "No route to host" ls "$cluster/services"
check_fails "so is a file" "No route to host" cat "$web/desiredCount"
check_fails "and a change" "No route to host" put 1 "$web/desiredCount"
check "each within its time-out" test $((SECONDS - started)) -le 20
check "errors says that AWS cannot be reached" grep -q EHOSTUNREACH "$MNT/.ecsfs/errors"
