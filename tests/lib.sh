# shellcheck shell=bash
# What every test that is a shell script shares; source it first. A script mounts what it
# needs, makes its checks, and ends: cleaning up, the TAP plan and the exit status happen by
# themselves (0 all passed, 1 some failed, 77 skipped).
#
#   . "$(dirname "$0")/../lib.sh"
#   need jq
#   start_emulator --demo-data
#   start_ecsfs
#   check "a cluster is listed" test -d "$MNT/clusters/production"
#
# ECSFS and ECS_EMULATOR name the programs; meson sets them, by hand they are those of build/.

set -u -o pipefail
export LC_ALL=C.UTF-8 TZ=UTC

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
ECSFS=${ECSFS:-$here/build/src/ecsfs}
ECS_EMULATOR=${ECS_EMULATOR:-$here/build/src/emulator/ecs-emulator}

TMP=$(mktemp -d "${TMPDIR:-/tmp}/ecsfs-test.XXXXXX") && TMP=$(cd "$TMP" && pwd -P) || exit 1
MNT=$TMP/mnt   # where start_ecsfs mounts
URL=           # of the emulator, or of whatever else start_ecsfs shall mount
ECSFS_PID=     # of the mount
EMULATOR_PID=  # of the emulator
checks=0 failures=0 skipped=
mkdir "$MNT"

# Nothing of the caller's own AWS configuration reaches a test.
for variable in "${!AWS_@}"; do unset "$variable"; done
export HOME=$TMP AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' no_proxy=127.0.0.1

# skip MESSAGE: end here; the test counts as skipped.
skip() {
	skipped=yes
	echo "1..0 # SKIP $*"
	exit 77
}

# need PROGRAM...: skip unless all are installed.
need() {
	local program
	for program; do
		command -v "$program" >/dev/null || skip "$program is not installed"
	done
}

# need_fuse: skip where nothing can be mounted.
need_fuse() {
	[ -c /dev/fuse ] || skip "/dev/fuse is not there"
}

# report STATUS DESCRIPTION: one TAP line.
report() {
	local status=$1
	shift
	checks=$((checks + 1))
	if [ "$status" -eq 0 ]; then
		echo "ok $checks - $*"
	else
		failures=$((failures + 1))
		echo "not ok $checks - $*"
	fi
}

# show FILE...: as TAP comments.
show() {
	sed 's/^/#   /' "$@"
}

# check DESCRIPTION COMMAND...: passes when the command succeeds; else its output is shown.
check() {
	local description=$1 status=0
	shift
	"$@" >"$TMP/out" 2>&1 </dev/null || status=$?
	report "$status" "$description"
	[ "$status" -eq 0 ] || { echo "#   $* (exit status $status)"; show "$TMP/out"; }
}

# check_output DESCRIPTION EXPECTED COMMAND...: passes when that is what it prints on stdout.
check_output() {
	local description=$1 expected=$2 status=0 found
	shift 2
	found=$("$@" 2>"$TMP/err" </dev/null) || status=$?
	[ "$found" = "$expected" ]
	report $? "$description"
	[ "$found" = "$expected" ] || {
		printf '%s\n' "$* (exit status $status)" "expected: $expected" "found: $found" | show
		show "$TMP/err"
	}
}

# check_fails DESCRIPTION TEXT COMMAND...: passes when the command fails and says TEXT, which
# is what strerror says for the errno that is meant: "Invalid argument", ...
check_fails() {
	local description=$1 text=$2 status=0 good=0
	shift 2
	"$@" >"$TMP/out" 2>&1 </dev/null || status=$?
	[ "$status" -ne 0 ] && grep -qF -- "$text" "$TMP/out" || good=1
	report "$good" "$description"
	[ "$good" -eq 0 ] || { echo "#   $* (exit status $status), expected: $text"; show "$TMP/out"; }
}

# put TEXT FILE: what `echo TEXT > FILE` does, as a command that check can run.
put() {
	# shellcheck disable=SC2016
	bash -c 'echo "$1" > "$2"' put "$1" "$2"
}

# within SECONDS COMMAND...: until it succeeds; fails when that takes longer.
within() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# start_emulator [OPTION...]: on a free port; sets URL.
start_emulator() {
	[ -x "$ECS_EMULATOR" ] || skip "$ECS_EMULATOR is not built"
	"$ECS_EMULATOR" --port 0 "$@" >"$TMP/emulator.out" 2>"$TMP/emulator.err" &
	EMULATOR_PID=$!
	# 30 s: what --scale makes takes its time under a sanitizer.
	within 30 grep -q listening "$TMP/emulator.out" || {
		show "$TMP/emulator.err"
		echo "Bail out! the emulator did not start"
		exit 1
	}
	URL=$(sed -n 's/.*listening on //p' "$TMP/emulator.out")
}

# start_ecsfs [OPTION...]: mount $URL on $MNT.
start_ecsfs() {
	need_fuse
	"$ECSFS" -f --endpoint-url "$URL" "$@" "$MNT" 2>>"$TMP/ecsfs.err" &
	ECSFS_PID=$!
	within 10 mounted_or_dead
	mounted || {
		show "$TMP/ecsfs.err"
		echo "Bail out! ecsfs did not mount"
		exit 1
	}
}

mounted() {
	grep -qF " $MNT fuse" /proc/self/mounts
}

mounted_or_dead() {
	mounted || ! kill -0 "$ECSFS_PID"
}

# stop PID: by SIGTERM, and after 10 s by SIGKILL.
stop() {
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null
	within 10 gone "$1" || kill -9 "$1" 2>/dev/null
	wait "$1" 2>/dev/null
}

gone() {
	! kill -0 "$1" || grep -q '^State:.Z' "/proc/$1/status"
}

stop_emulator() {
	stop "$EMULATOR_PID"
	EMULATOR_PID=
}

# stop_ecsfs: returns the exit status of ecsfs.
stop_ecsfs() {
	local status=0
	stop "$ECSFS_PID" || status=$?
	ECSFS_PID=
	! mounted || fusermount3 -u -z "$MNT"
	return "$status"
}

# calls [ACTION]: how many requests for it, or for any, the emulator has had.
calls() {
	curl -fsS "$URL/_emulator/requests" | jq --arg action "${1-}" \
		'if $action == "" then (add // 0) else (.[$action] // 0) end'
}

reset_calls() {
	curl -fsS -X POST -d '' "$URL/_emulator/reset-counts" >/dev/null
}

# forget: the next read asks AWS again.
forget() {
	put / "$MNT/.ecsfs/refresh"
}

finish() {
	local status=$?
	trap '' INT TERM
	stop_ecsfs
	stop_emulator
	[ -z "$(type -t at_end)" ] || at_end # what a script started besides
	if [ -s "$TMP/ecsfs.err" ]; then
		echo "# what ecsfs said:"
		show "$TMP/ecsfs.err"
	fi
	rm -rf --one-file-system "$TMP"
	[ -z "$skipped" ] || exit 77
	echo "1..$checks"
	# A script that ended in its middle, or that checked nothing, has not passed.
	[ "$status" -ne 0 ] || [ "$failures" -eq 0 ] || status=1
	[ "$checks" -gt 0 ] || status=1
	exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
