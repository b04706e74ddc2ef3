#!/usr/bin/env bash
# Searches over a large account, and somebody who wants to know one thing, within AWS's quotas.

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need jq curl

searches=()
at_end() {
	local pid
	for pid in "${searches[@]}"; do
		kill "$pid" 2>/dev/null
	done
	wait "${searches[@]}" 2>/dev/null
}

# search COMMAND...: in the background.
search() {
	"$@" >/dev/null 2>&1 &
	searches+=($!)
}

# searching: whether none has ended yet.
searching() {
	local pid
	for pid in "${searches[@]}"; do
		kill -0 "$pid" || return 1
	done
}

# counted METRIC: its sum over all labels.
counted() {
	awk -v metric="$1" 'index($0, metric "{") == 1 { sum += $NF } END { print sum + 0 }' \
		"$MNT/.ecsfs/stats"
}

start_emulator --enforce-quotas --scale clusters=3,services=3000,tasks=3000,families=400,revisions=3
start_ecsfs --ttl 600
clusters=$MNT/clusters
check "the account is large" test "$(find "$clusters/cluster-0002/services" -maxdepth 1 | wc -l)" -gt 3000
mapfile -t services < <(ls "$clusters/cluster-0002/services")

# Two through services and tasks, one through task definitions, and many who want one revision each.
search grep -r nothing-like-this "$clusters/cluster-0000"
search grep -r nothing-like-this "$clusters/cluster-0001"
search grep -r nothing-like-this "$MNT/task-definitions"
find "$MNT/task-definitions" -maxdepth 1 -mindepth 1 | sort -r >"$TMP/families"
for i in {1..24}; do
	# shellcheck disable=SC2016
	search sh -c 'awk "NR % 24 == $2" "$1" | while read -r f; do cat "$f/latest.json"; done; sleep 60' \
		search "$TMP/families" $((i % 24))
done
# All of them have used up what may be had at once, and wait in turn.
spent() {
	[ "$(calls DescribeTaskDefinition)" -gt 40 ]
}
check "the searches have used up the burst" within 60 spent

for i in {0..2900..290}; do
	check_output "a value that is not known yet is told meanwhile ($i)" "${services[i]}" \
		cat "$clusters/cluster-0002/services/${services[i]}/serviceName"
done
check "the searches go on" searching
check_output "no call was throttled" 0 counted ecsfs_api_throttles_total
check_output "and none failed" "" cat "$MNT/.ecsfs/errors"
