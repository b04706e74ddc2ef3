# shellcheck shell=bash
# What the tests of programs on a mount share; source it instead of lib.sh. It mounts a sample
# account, and checks tell which changes reached the API, as `UpdateService=1`.
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# mount_sample [OPTION...]: the emulator's sample account, with ecsfs' options.
mount_sample() {
	need jq curl
	need_fuse
	start_emulator --demo-data --time-scale 20
	start_ecsfs "$@"
	# shellcheck disable=SC2034
	production=$MNT/clusters/production web=$MNT/clusters/production/services/web
	# shellcheck disable=SC2034
	errors=$MNT/.ecsfs/errors
	mkdir "$TMP/work"
	export TMP # for the lines that `run` runs
}

# have PROGRAM: whether it is installed; else one check is said to be skipped.
have() {
	command -v "$1" >/dev/null && return
	checks=$((checks + 1))
	echo "ok $checks - what needs $1 # SKIP it is not installed"
	return 1
}

# changes: the changing requests that the emulator has had, as `UpdateService=1`.
changes() {
	curl -fsS "$URL/_emulator/requests" | jq -r 'to_entries
		| map(select(.key | test("^(List|Describe|Discover)") | not) | "\(.key)=\(.value)")
		| sort | join(" ")'
}

# ok DESCRIPTION CHANGES COMMAND...: it succeeds, and these are all the changes that it made.
ok() {
	local description=$1 expected=$2 status=0 found
	shift 2
	reset_calls
	"$@" >"$TMP/out" 2>&1 </dev/null || status=$?
	found=$(changes)
	if [ "$status" -eq 0 ] && [ "$found" = "$expected" ]; then
		report 0 "$description"
	else
		report 1 "$description"
		explain "$status" "$expected" "$found" "$@"
	fi
}

# refused DESCRIPTION TEXT CHANGES COMMAND...: it fails, it or the mount's errors says TEXT (an
# extended regular expression), and these are all the requests for changes that it made.
refused() {
	local description=$1 text=$2 expected=$3 status=0 found
	shift 3
	put clear "$MNT/.ecsfs/errors"
	reset_calls
	"$@" >"$TMP/out" 2>&1 </dev/null || status=$?
	found=$(changes)
	if [ "$status" -ne 0 ] && [ "$found" = "$expected" ] &&
		cat "$TMP/out" "$MNT/.ecsfs/errors" | grep -E -- "$text" >/dev/null; then
		report 0 "$description"
	else
		report 1 "$description"
		explain "$status" "$expected" "$found" "$@"
	fi
}

explain() {
	local status=$1 expected=$2 found=$3
	shift 3
	printf '%s\n' "$* (exit status $status)" "changes expected: $expected" "changes made: $found" |
		show
	show "$TMP/out" "$MNT/.ecsfs/errors"
}

# denied: let AWS refuse every change with AccessDenied until `allowed`.
denied() {
	local action list=
	for action in UpdateService UpdateCluster RegisterTaskDefinition CreateService TagResource \
		UntagResource StopTask RunTask; do
		list+=",\"$action:denied\""
	done
	curl -fsS -X PUT -d "[${list#,}]" "$URL/_emulator/faults" >/dev/null
}

allowed() {
	curl -fsS -X PUT -d '[]' "$URL/_emulator/faults" >/dev/null
}

# api ACTION REQUEST: behind the mount's back, as another person would.
api() {
	curl -fsS -H "X-Amz-Target: AmazonEC2ContainerServiceV20141113.$1" \
		-H 'Content-Type: application/x-amz-json-1.1' -d "$2" "$URL/"
}

# service FILTER [NAME]: what AWS, asked directly, says of a service of the production cluster.
service() {
	api DescribeServices "{\"cluster\": \"production\", \"services\": [\"${2-web}\"],
		\"include\": [\"TAGS\"]}" | jq -r ".services[0] | $1"
}

# elsewhere MEMBER VALUE: somebody else changes the service `web`, and the mount comes to know.
elsewhere() {
	api UpdateService "{\"cluster\": \"production\", \"service\": \"web\", \"$1\": $2}" >/dev/null
	forget
}

# settle: wait until the service `web` runs what it shall, so that its document stands still.
settle() {
	within 30 is_settled
	forget
}

is_settled() {
	service '.runningCount == .desiredCount and (.deployments | length) == 1 and
		.deployments[0].rolloutState == "COMPLETED"' | grep -qx true
}

# count: how many tasks the service `web` shall have, asked of AWS.
count() {
	service .desiredCount
}

# run SCRIPT [ARGUMENT...]: a line of shell, as a command that ok and refused can run.
run() {
	bash -c "set -o pipefail; $1" run "${@:2}"
}
