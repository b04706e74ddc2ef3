#!/usr/bin/env bash
# Programs that look through the mount, and that watch it.
# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need find xargs grep tail python3
mount_sample
settle
terminal=$(dirname "$0")/terminal

# By time: a task's is its newest, a revision's when it was registered.
tasks=$(find "$MNT/clusters/batch/tasks" -name '*.json' | wc -l)
touch -d '10 minutes ago' "$TMP/then"
check_output "no task is older than it is" "$tasks" run \
	'find "$1" -name "*.json" | wc -l' "$MNT/clusters/batch/tasks"
ok "a task is run" RunTask=1 put worker "$MNT/clusters/batch/tasks/new.json"
check_output "find -newer finds it alone" 1 run \
	'find "$1" -name "*.json" -newer "$2" | wc -l' "$MNT/clusters/batch/tasks" "$TMP/then"
check_output "so does find -mmin" "$(find "$MNT/clusters/batch/tasks" -name '*.json' -newer "$TMP/then")" \
	find "$MNT/clusters/batch/tasks" -name '*.json' -mmin -10
check_output "find -mtime finds old revisions" "2.json" run \
	'cd "$1" && find . -name "[0-9]*.json" -mtime +26 | sed "s|.*/||"' "$MNT/task-definitions/web"
check_output "ls -t has the newest first" 4.json run \
	'ls -t "$1" | grep -v latest | head -n 1' "$MNT/task-definitions/web"
check_output "find -size agrees with wc" "" run \
	'find "$1" -name "*.json" -type f | while read -r f; do
		[ -n "$(find "$f" -size "$(wc -c < "$f")c")" ] || echo "$f"; done' "$web"

# By content.
check_output "grep -rl" $'2.json\n3.json\n4.json\nlatest.json' run \
	'cd "$1" && grep -rl appmesh . | sed "s|./||" | sort' "$MNT/task-definitions/web"
check "grep -r of all clusters" run \
	'grep -rhs "\"taskDefinition\"" "$1" | grep -q "task-definition/web:4"' "$MNT/clusters"
if have rg; then
	check_output "rg" $'2.json\n3.json\n4.json\nlatest.json' run \
		'cd "$1" && rg -l appmesh | sort' "$MNT/task-definitions/web"
fi
check_output "awk over many" 8 run 'cat "$1"/*/desiredCount | awk "NF {n++} END {print n + 2}"' "$production/services"
check_output "wc -c is the size" "$(stat -c %s "$web/service.json")" run 'wc -c < "$1"' "$web/service.json"

# To act on it, within the delete-limit.
refused "find, xargs rm of members" "Operation not permitted" "" run \
	'find "$1" -name desiredCount | xargs rm -f' "$web"
many=$MNT/clusters/batch/tasks
count_tasks() {
	find "$many" -name '*.json' | wc -l
}
started=$(count_tasks)
check "four tasks of a name are started" run \
	'for i in 1 2 3 4; do echo worker > "$1/mine.json" || exit; done' "$many"
check_output "they are there" $((started + 4)) count_tasks
ok "find, xargs rm stops those" StopTask=4 run \
	'cd "$1/query/tasks/startedBy=mine" && find . -name "*.json" | sed "s|^|$1/tasks/|" | xargs rm -f' \
	"$MNT/clusters/batch"
ok "find -delete by age" StopTask=1 find "$many" -name '*.json' -newer "$TMP/then" \
	! -newermt '1 minute' -delete
refused "no more than the limit" "Operation not permitted" "StopTask=2" run \
	'echo 2 > "$2/.ecsfs/delete-limit" && find "$1" -name "*.json" | head -n 4 | xargs rm -f' \
	"$production/tasks" "$MNT"
put 20 "$MNT/.ecsfs/delete-limit"

# To look at it.
if have less; then
	check "less shows a document" "$terminal" 'serviceArn' '/desiredCount\r' 'desiredCount' q -- \
		less "$web/service.json"
	check "less goes to its end" "$terminal" 'serviceArn' G '[(]END[)]' q -- less -S "$web/service.json"
fi
if have watch; then
	within 20 test -s "$TMP/seen" && put 17 "$web/desiredCount" &
	check "watch sees a change" "$terminal" 17 '\x03' -- \
		watch -t -n 0.2 "cat $web/desiredCount; echo >> $TMP/seen"
	wait $!
fi
check "tail -n +1 of the events" run 'tail -n 1 "$1" | grep -q "(service web)"' "$web/events"
tail -n 0 -f "$web/events" >"$TMP/tail" &
tail_pid=$!
at_end() {
	stop "$tail_pid"
}
put true "$web/forceNewDeployment"
check "tail -f shows what happens" within 30 grep -q "has started" "$TMP/tail"
check "each event once" run '[ -z "$(sort "$1" | uniq -d)" ]' "$TMP/tail"
