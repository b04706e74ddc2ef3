#!/usr/bin/env bash
# A mount whose credentials live for seconds, and a reader who must not notice.
# usage: credentials.sh process|container
#
# ECSFS_CREDENTIAL_LOOP_SECONDS is how long the reader reads (20), ECSFS_CREDENTIAL_LIFE_SECONDS
# how long credentials live (a quarter of it; a minute when it is ten or more).

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need python3 curl jq
need_fuse

source=$1
loop=${ECSFS_CREDENTIAL_LOOP_SECONDS:-20}
life=${ECSFS_CREDENTIAL_LIFE_SECONDS:-$((loop < 600 ? (loop + 3) / 4 : 60))}
log=$TMP/log
touch "$log"

at_end() {
	stop "${proxy-}"
}

start_emulator --demo-data --verify-signatures AKIASHORT:secret-of-seconds
python3 "$here/tests/account/short_lived.py" "$URL" AKIASHORT secret-of-seconds "$life" "$log" \
	>"$TMP/proxy.out" &
proxy=$!
within 30 grep -q listening "$TMP/proxy.out"
URL=$(sed -n 's/.*listening on //p' "$TMP/proxy.out")

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
case $source in
process)
	# As slow as those that ask a vault.
	cat >"$TMP/helper" <<-END
		#!/bin/sh
		sleep 0.3
		curl -fsS "\$1" | jq '{Version: 1, AccessKeyId, SecretAccessKey, SessionToken: .Token, Expiration}'
	END
	chmod +x "$TMP/helper"
	mkdir -p "$HOME/.aws"
	printf '%s\n' '[default]' "credential_process = '$TMP/helper' $URL/credentials" \
		>"$HOME/.aws/config"
	name='credential process'
	;;
container)
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$URL/credentials
	name=container
	;;
esac
start_ecsfs --ttl 0.2

# tell WHAT: how many lines of the log say so.
tell() {
	grep -c "^$1 " "$log"
}

round() {
	ls -l "$MNT/clusters/production/services" &&
		cat "$MNT/clusters/production/services/web/desiredCount" \
			"$MNT"/clusters/production/tasks/*.json
}

now_ms() {
	local us=${EPOCHREALTIME/[.,]/}
	echo $((us / 1000))
}

check_output "credentials are from the $name" "$name" \
	jq -r .credentialSource "$MNT/.ecsfs/config"
rounds=0 failed=0 longest=0
begin=$SECONDS
while [ $((SECONDS - begin)) -lt "$loop" ]; do
	since=$(now_ms)
	round >"$TMP/read" 2>>"$TMP/complaints" || failed=$((failed + 1))
	took=$(($(now_ms) - since))
	[ "$took" -le "$longest" ] || longest=$took
	rounds=$((rounds + 1))
	sleep 0.1
done
echo "# $rounds rounds in $loop s, the longest took $longest ms; credentials of $life s:" \
	"given $(tell given) times, used for $(tell used) requests"
check_output "no round failed" 0 echo "$failed"
check_output "nobody complained" "" cat "$TMP/complaints"
check_output "no failure is told by the mount" "" cat "$MNT/.ecsfs/errors"
check_output "no expired credentials were sent" 0 tell refused
check "credentials expired at least twice meanwhile" test "$(tell given)" -gt 2
# A half of their life before they expire, new ones are fetched: twice in each life, and no more.
check "they were fetched twice in a life at most" \
	test "$(tell given)" -le $((2 * (SECONDS - begin) / life + 2))
check "each was used" test "$(sort -u "$log" | grep -c '^used')" -ge $(($(tell given) - 1))
