#!/usr/bin/env bash
# Stopped tasks stay after AWS has forgotten them, which it does an hour after they stopped.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
register_app app
register_instance c >/dev/null
start_ecsfs
tasks=$MNT/clusters/c/tasks
stopped=$MNT/clusters/c/stopped-tasks

count() {
	http_shown '.taskArns | length' ListTasks "{\"cluster\": \"c\", \"desiredStatus\": \"$1\"}"
}

check "a task runs" put app "$tasks/job.json"
check "another one runs" put app "$tasks/unseen.json"
id=$(basename "$(ls "$MNT/clusters/c/query/tasks/startedBy=job")" .json)
unseen=$(basename "$(ls "$MNT/clusters/c/query/tasks/startedBy=unseen")" .json)
check "both are stopped" rm -f "$tasks/$id.json" "$tasks/$unseen.json"
over() {
	[ "$(http_shown '[.tasks[].lastStatus] | unique | join(" ")' DescribeTasks \
		"{\"cluster\": \"c\", \"tasks\": [\"$id\", \"$unseen\"]}")" = STOPPED ]
}
check "and are over" within 30 over
forget
check "ls lists both" test "$(ls "$stopped" | wc -l)" = 2
cp "$stopped/$id.json" "$TMP/seen.json"
check_output "one is read" STOPPED jq -r .lastStatus "$TMP/seen.json"
check "two hours pass" curl -fsS -X POST -d 7200000 "$URL/_emulator/advance"
forget
check_output "the account has no stopped task" 0 count STOPPED
check_output "ls still lists what was seen" "$id.json" eval 'ls "$stopped" | grep -F "$id"'
check "it is still there" test -e "$stopped/$id.json"
check_output "it can still be read" 0 eval 'jq -S "del(.tags)" "$stopped/$id.json" |
	cmp - <(jq -S "del(.tags)" "$TMP/seen.json"); echo $?'
check_output "with its reason" true jq '.stoppedReason | startswith("stopped by ")' "$stopped/$id.json"
check_fails "it is no running task" "No such file" cat "$tasks/$id.json"
