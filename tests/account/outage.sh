#!/usr/bin/env bash
# AWS that takes connections and answers nobody, and AWS that is gone: what is known is served,
# what is not fails, only one call at a time tries, and it is over when it is over.

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need jq curl

start_emulator --demo-data
start_ecsfs --ttl 0.1 --timeout 2
cluster=$MNT/clusters/production

# learn: what is known from then on.
learn() {
	before=$(cat "$cluster/services/web/service.json")
	services=$(ls "$cluster/services")
}

# old: read until what is read is out of date.
old() {
	ls "$cluster/services" && jq -e .stale "$MNT/.ecsfs/config"
}

# known DESCRIPTION: is it served, however old?
known() {
	check "$1: what is read becomes old" within 30 old
	check_output "$1: a known list is served" "$services" ls "$cluster/services"
	check_output "$1: a known document is served" "$before" cat "$cluster/services/web/service.json"
}

tell_faults() {
	curl -fsS -X PUT -d "$1" "$URL/_emulator/faults" >/dev/null
}

learn
tell_faults '["*:hang"]'
known silent
reset_calls
for _ in {1..8}; do
	cat "$cluster/services/web/service.json" >/dev/null
	ls "$cluster/services" >/dev/null
done
# One call every 5 s at most looks whether it answers again.
check "silent: what is known is served without asking each time" test "$(calls)" -le 6
check_fails "silent: what is not known is a time-out" "Connection timed out" ls "$MNT/task-definitions"
check_fails "silent: so is a change" "Connection timed out" put 4 "$cluster/services/web/desiredCount"
tell_faults '[]'
check "silent: when it answers again, who asks for what is not known sees it at once" \
	ls "$MNT/task-definitions"
forget
check_output "silent: and nothing is old any more" false jq .stale "$MNT/.ecsfs/config"

learn
port=${URL##*:}
stop_emulator
known gone
check_fails "gone: what is not known is out of reach" "No route to host" \
	ls "$MNT/clusters/staging/services"
"$ECS_EMULATOR" --port "$port" --demo-data >"$TMP/emulator.out" 2>"$TMP/emulator.err" &
EMULATOR_PID=$!
check "gone: when it is back, so is the mount" within 30 ls "$MNT/clusters/staging/services"
