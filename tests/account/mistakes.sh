#!/usr/bin/env bash
# Credentials and Regions that are not there, wrong, or over: what is said, and where. No secret
# is said anywhere.

# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need jq curl python3
need_fuse

SECRET=a-secret-that-nobody-may-see TOKEN=a-token-that-nobody-may-see
start_emulator --demo-data --verify-signatures "AKIAGOOD:$SECRET"
mkdir -p "$HOME/.aws"

# refuses DESCRIPTION TEXT COMMAND...: it does not mount, exits with 1, and says TEXT (an extended
# regular expression) in one line on stderr.
refuses() {
	local description=$1 text=$2 status=0
	shift 2
	"$@" "$MNT" >"$TMP/out" 2>"$TMP/err" </dev/null || status=$?
	[ "$status" -eq 1 ] && [ ! -s "$TMP/out" ] && [ "$(wc -l <"$TMP/err")" -eq 1 ] &&
		grep -qE -- "^ecsfs: .*($text)" "$TMP/err" && ! mounted
	report $? "$description"
	cat "$TMP/err" >>"$TMP/said"
}

# Without the keys that every test has.
bare=(env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY)
ecsfs=("$ECSFS" -f --endpoint-url "$URL")

for source in environment 'assume role' 'web identity' sso 'credentials file' login \
	'credential process' 'config file' container 'instance metadata'; do
	refuses "without credentials, what was missed of: $source" "$source: " "${bare[@]}" "${ecsfs[@]}"
done
refuses "as a daemon it is said as well" "no credentials found" \
	"${bare[@]}" "$ECSFS" --endpoint-url "$URL"
refuses "so is what libfuse only finds when the mount begins" "maximum read size" \
	"$ECSFS" --endpoint-url "$URL" -o max_read=4096
refuses "half a key is named" AWS_SECRET_ACCESS_KEY env -u AWS_SECRET_ACCESS_KEY "${ecsfs[@]}"
refuses "a missing Region is named, and where it was looked for" \
	"--region.*AWS_REGION.*'default'.*\.aws/config.*metadata" \
	env -u AWS_REGION -u AWS_DEFAULT_REGION "${ecsfs[@]}"
refuses "a profile that is not there is named" "'nobody'.*\.aws/config.*\.aws/credentials" \
	"${ecsfs[@]}" --profile nobody
refuses "keys that are over are named" expired \
	env AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z "${ecsfs[@]}"
printf '%s\n' '[profile helper]' "credential_process = sh -c 'echo not today >&2; exit 1'" \
	'[profile sso]' 'sso_start_url = https://x/start' 'sso_region = us-east-1' \
	'sso_account_id = 123456789012' 'sso_role_name = R' \
	'[profile role]' 'role_arn = arn:aws:iam::1:role/r' 'source_profile = role' \
	'[profile mfa]' 'role_arn = arn:aws:iam::1:role/r' 'source_profile = keys' 'mfa_serial = arn:mfa' \
	'[profile keys]' 'aws_access_key_id = AKIAGOOD' "aws_secret_access_key = $SECRET" \
	"aws_session_token = $TOKEN" >"$HOME/.aws/config"
refuses "a credential_process that fails is quoted" 'not today' "${ecsfs[@]}" --profile helper
refuses "SSO without a log-in says how to" 'aws sso login --profile sso' "${ecsfs[@]}" --profile sso
refuses "roles that lead in a circle are named" circle "${ecsfs[@]}" --profile role
refuses "a device that cannot be asked is named" arn:mfa "${ecsfs[@]}" --profile mfa

# A mount whose keys are taken away from under it. Its files are read anew when AWS refuses.
printf '%s\n' '[default]' 'aws_access_key_id = AKIAGOOD' "aws_secret_access_key = $SECRET" \
	"aws_session_token = $TOKEN" >"$HOME/.aws/credentials"
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
start_ecsfs --ttl 0.1 --log-level debug --audit-log "$TMP/audit.log"
MEMBER=$MNT/clusters/production/services/web/desiredCount
check_output "with good keys it reads" 3 cat "$MEMBER"
check "and writes" put 3 "$MEMBER"

# fails_with ERRNO DESCRIPTION: reading fails, and the mount's errors say so.
fails_with() {
	put clear "$MNT/.ecsfs/errors"
	forget
	check "$2 fails" sh -c '! cat "$1"' fails "$MEMBER"
	check "$2 is $1" grep -q " $1 " "$MNT/.ecsfs/errors"
	cat "$MNT/.ecsfs/errors" >>"$TMP/said"
}

curl -fsS -X PUT -d '["*:expired"]' "$URL/_emulator/faults" >/dev/null
fails_with EKEYEXPIRED "an expired token"
curl -fsS -X PUT -d '[]' "$URL/_emulator/faults" >/dev/null
sed -i "s/$SECRET/another-secret/; s/$TOKEN/another-token/" "$HOME/.aws/credentials"
curl -fsS -X PUT -d '["*:signature:1"]' "$URL/_emulator/faults" >/dev/null
fails_with EKEYREJECTED "a wrong secret"
sed -i 's/AKIAGOOD/AKIAWRONG/' "$HOME/.aws/credentials"
fails_with EKEYREJECTED "a key that nobody knows"
rm "$HOME/.aws/credentials"
fails_with EKEYREJECTED "a wrong key without a better one"
check "and it is said why there is no better one" \
	grep -q "no credentials found.*(.*); those in use were refused" "$MNT/.ecsfs/errors"
fails_with ENOKEY "a key that has gone"
printf '%s\n' '[default]' 'aws_access_key_id = AKIAGOOD' "aws_secret_access_key = $SECRET" \
	"aws_session_token = $TOKEN" >"$HOME/.aws/credentials"
forget
check_output "with the good key back it reads" 3 cat "$MEMBER"

cp "$MNT/.ecsfs/config" "$MNT/.ecsfs/stats" "$MNT/.ecsfs/audit" "$TMP"
tr '\0' ' ' <"/proc/$ECSFS_PID/cmdline" >"$TMP/cmdline"
check "the audit log has the change" grep -q UpdateService "$TMP/audit.log"
check "no secret is in what was said, the log, the audit, the statistics or the command line" \
	sh -c '! grep -e "$1" -e "$2" -e another- "$3"/said "$3"/ecsfs.err "$3"/config "$3"/stats \
		"$3"/audit "$3"/audit.log "$3"/cmdline' secrets "$SECRET" "$TOKEN" "$TMP"

# What was replaced is zeroed: the mount's memory has the keys in use, and no others. Its own
# strings are looked for as well, or finding nothing would prove nothing.
memory_has() {
	python3 - "$ECSFS_PID" "$1" <<-'END'
		import sys

		found = 0
		with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb", 0) as memory:
		    for line in maps:
		        place, flags = line.split()[:2]
		        begin, end = (int(x, 16) for x in place.split("-"))
		        try:
		            memory.seek(begin)
		            found += flags[0] == "r" and memory.read(end - begin).count(sys.argv[2].encode())
		        except (OSError, ValueError, OverflowError):
		            pass
		print("yes" if found else "no")
	END
}
if dd if="/proc/$ECSFS_PID/mem" bs=1 count=0 2>"$TMP/dd.err"; then
	check_output "the secret in use is in the memory of the mount" yes memory_has "$SECRET"
	check_output "a secret that was replaced is not" no memory_has another-secret
	check_output "nor is a token that was" no memory_has another-token
else
	echo "# the memory of the mount cannot be read here"
fi
