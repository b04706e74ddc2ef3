#!/usr/bin/env bash
# What keeps an account from harm: --protect, --read-only, the delete-limit; and what tells
# afterwards who did what: audit and --audit-log.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
for cluster in prod-1 prod-2 test default; do
	http_ecs CreateCluster "{\"clusterName\": \"$cluster\"}" >/dev/null
	register_instance "$cluster" >/dev/null
done
for family in app secret; do
	register_app "$family"
	register_app "$family"
done
for cluster in prod-1 test default; do
	http_ecs CreateService "{\"cluster\": \"$cluster\", \"serviceName\": \"web\",
		\"taskDefinition\": \"app\", \"desiredCount\": 3}" >/dev/null
done
running() {
	[ "$(http_shown '.services[0].runningCount' DescribeServices \
		"{\"cluster\": \"$1\", \"services\": [\"web\"]}")" = 3 ]
}
within 30 running prod-1
within 30 running test
changes() {
	curl -fsS "$EMULATOR_URL/_emulator/requests" | jq -c 'with_entries(select(.key |
		test("^(List|Describe|Discover)") | not))'
}
before=$(changes)
exchange() {
	# shellcheck disable=SC2016
	bash -c 'exec 3<>"$1" && printf "%s\n" "$2" >&3 && cat <&3' exchange "$MNT/api/$1" "$2"
}

# --protect
start_ecsfs --protect 'prod-*' --protect secret --protect default
check_output "--protect is what config says" '["prod-*","secret","default"]' \
	jq -c .protect "$MNT/.ecsfs/config"
for cluster in prod-1 default; do
	c=$MNT/clusters/$cluster
	task=$(find "$c/tasks" -name '*.json' | sort | head -n 1)
	protected() {
		refused "--protect $cluster: $1 is EROFS" "Read-only file system" "is protected by --protect" \
			"${@:2}"
	}
	protected "a scalar" put 1 "$c/services/web/desiredCount"
	protected "a document" put '{"desiredCount": 1}' "$c/services/web/service.json"
	protected "a member" put '[]' "$c/settings.json"
	protected "a tag" put v "$c/tags/k"
	protected "a task" rm -f "$task"
	protected "a run" put app "$c/tasks/x.json"
	protected "a new service" put '{"taskDefinition": "app", "desiredCount": 0}' "$c/services/x.json"
	protected "a service's end" rmdir "$c/services/web"
	protected "a forced end" put force "$c/services/web/delete"
	protected "a state" put DRAINING "$c/container-instances/$(ls "$c/container-instances")/status"
	protected "the cluster's end" rmdir "$c"
done
protected "a cluster of that name" mkdir "$MNT/clusters/prod-3"
protected "a revision" put '{"containerDefinitions": []}' "$MNT/task-definitions/secret/latest.json"
protected "a revision's end" rm -f "$MNT/task-definitions/secret/1.json"
protected "a family" drop "$MNT/task-definitions/secret.json" '{"containerDefinitions": []}'
arn=arn:aws:ecs:us-east-1:123456789012
protected "api/ by name" exchange DeleteService '{"cluster": "prod-1", "service": "web"}'
protected "api/ by ARN" exchange DeleteCluster "{\"cluster\": \"$arn:cluster/prod-1\"}"
protected "api/ without cluster, which is default," exchange DeleteService '{"service": "web"}'
protected "api/ with null for its cluster" exchange DeleteService '{"cluster": null, "service": "web"}'
protected "api/CreateCluster with null for its name" exchange CreateCluster '{"clusterName": null}'
protected "api/DeleteDaemonTaskDefinition" \
	exchange DeleteDaemonTaskDefinition '{"daemonTaskDefinition": "secret:1"}'
protected "api/TagResource" \
	exchange TagResource "{\"resourceArn\": \"$arn:service/prod-1/web\", \"tags\": []}"
protected "api/DeregisterTaskDefinition" exchange DeregisterTaskDefinition '{"taskDefinition": "secret:1"}'
protected "api/DeregisterTaskDefinition by ARN" exchange DeregisterTaskDefinition \
	"{\"taskDefinition\": \"$arn:task-definition/secret:1\"}"
protected "api/DeleteTaskDefinitions" exchange DeleteTaskDefinitions \
	"{\"taskDefinitions\": [\"app:1\", \"secret:1\"]}"
rm -f "$MNT"/clusters/prod-1/services/*.json "$MNT"/task-definitions/*.json
check_output "nothing was changed" "$before" changes
check "what is not protected can be changed" put 2 "$MNT/clusters/test/services/web/desiredCount"
check "a protected family can be run where it is allowed" put secret "$MNT/clusters/test/tasks/x.json"
check "and registered others" drop "$MNT/task-definitions/other.json" \
	"$(cat "$MNT/task-definitions/secret/1.json")"
stop_ecsfs

# --read-only
before=$(changes)
start_ecsfs --read-only
c=$MNT/clusters/test
for command in "put 1 $c/services/web/desiredCount" "mkdir $MNT/clusters/new" "rmdir $MNT/clusters/test" \
	"put v $c/tags/k" "put app $c/tasks/x.json" "put {} $c/cluster.json" \
	"rm -f $MNT/task-definitions/app/1.json" "put force $c/services/web/delete"; do
	# shellcheck disable=SC2086
	check_fails "--read-only: ${command//$MNT/} is EROFS" "Read-only file system" $command
done
check_output "directories are 0555" 555 stat -c %a "$c/services/web"
check_output "files are 0444" 444 stat -c %a "$c/services/web/desiredCount"
check_output "what reads works" ACTIVE cat "$c/status"
check_output "nothing was changed by that" "$before" changes
stop_ecsfs

# The delete-limit.
log=$TMP/audit.log
start_ecsfs --delete-limit 3 --audit-log "$log"
check_output "--delete-limit is what delete-limit says" 3 cat "$MNT/.ecsfs/delete-limit"
check_output "--audit-log is what config says" "$log" jq -r .auditLog "$MNT/.ecsfs/config"
check_output "and how long a call may take, of which share of the quotas" true \
	jq -c '.timeoutSeconds == 30 and .quotaSharePercent == 80' "$MNT/.ecsfs/config"
for key in a b c d e; do
	put v "$MNT/clusters/test/tags/$key"
done
tags() {
	http_shown '[.tags[].key] | sort | join(" ")' ListTagsForResource "{\"resourceArn\": \"$arn:cluster/test\"}"
}
check "three destructive calls in a minute are allowed" \
	rm "$MNT/clusters/test/tags/a" "$MNT/clusters/test/tags/b" "$MNT/clusters/test/tags/c"
refused "the fourth is EPERM" "Operation not permitted" "echo N > .ecsfs/delete-limit" \
	rm "$MNT/clusters/test/tags/d"
check_fails "whatever it is" "Operation not permitted" rmdir "$MNT/clusters/test"
check_fails "also through api/" "Operation not permitted" exchange DeleteCluster '{"cluster": "test"}'
check_output "the account was not asked" "d e" tags
check "another limit is written" put 4 "$MNT/.ecsfs/delete-limit"
check_output "and read" 4 cat "$MNT/.ecsfs/delete-limit"
check "then there are deletions again" rm "$MNT/clusters/test/tags/d"
check "0 is no limit" put 0 "$MNT/.ecsfs/delete-limit"
for key in $(seq 30); do
	put v "$MNT/clusters/test/tags/$key"
done
check "then thirty are allowed" eval 'rm "$MNT"/clusters/test/tags/[0-9]*'
check_output "the account has made them" e tags
for value in -1 x 1.5 ''; do
	check_fails "delete-limit does not take '$value'" "Invalid argument" put "$value" "$MNT/.ecsfs/delete-limit"
done
put 2 "$MNT/.ecsfs/delete-limit"
made() {
	grep -E 'action=(StopTask|Delete|Deregister|Untag)' "$log" | wc -l
}
before=$(made)
check_fails "an rm -rf of the mount fails" "Operation not permitted" rm -rf "$MNT/clusters" "$MNT/task-definitions"
check_output "after two destructive calls" $((before + 2)) made

# Who did what.
put 0 "$MNT/.ecsfs/delete-limit"
put 5 "$MNT/clusters/test/services/web/desiredCount"
check "audit tells time, uid, pid, command, path, action and request" grep -qE \
	"^2[0-9]{3}-[0-9T:.-]+Z uid=$(id -u) pid=[0-9]+ command=bash path=/clusters/test/services/web/desiredCount action=UpdateService outcome=ok requestId=[^ ]+ request=.*\"desiredCount\":5" \
	<(tail -n 1 "$MNT/.ecsfs/audit")
check_fails "it tells of what failed too" "Invalid argument" put nothing "$MNT/clusters/test/services/web/taskDefinition"
check "... with the error" grep -qE "taskDefinition action=UpdateService outcome=EINVAL" \
	<(tail -n 1 "$MNT/.ecsfs/audit")
cat "$MNT/clusters/test/cluster.json" >/dev/null
check_output "what only reads is not in it" 0 grep -c Describe "$MNT/.ecsfs/audit"
check_fails "audit cannot be written" "Operation not permitted" put x "$MNT/.ecsfs/audit"
check "--audit-log has the same lines" cmp "$log" "$MNT/.ecsfs/audit"
stop_ecsfs
lines=$(wc -l <"$log")
start_ecsfs --audit-log "$log"
put 6 "$MNT/clusters/test/services/web/desiredCount"
check_output "the next mount appends to it" $((lines + 1)) eval 'wc -l <"$log"'
check_output "and it is the owner's alone" 600 stat -c %a "$log"
