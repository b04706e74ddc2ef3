# shellcheck shell=bash
# What the tests of actions share: ordinary commands change or read the mount, and another
# program than ecsfs says what became of it: the AWS CLI where it is installed, else curl.
# Source it instead of lib.sh.
# shellcheck source=tests/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
need jq curl

RECORDER_PID=
SENT=$TMP/sent # what start_recorder wrote down

at_end() {
	stop "$RECORDER_PID"
}

# ecs ACTION REQUEST: call the emulator, without ecsfs; the response on stdout.
if command -v aws >/dev/null; then
	ecs() {
		local command
		# ListTaskDefinitions is list-task-definitions
		command=$(sed 's/\([A-Z]\)/-\l\1/g; s/^-//' <<<"$1")
		AWS_MAX_ATTEMPTS=1 aws --endpoint-url "$EMULATOR_URL" --output json \
			ecs "$command" --no-paginate --cli-input-json "$2"
	}
else
	ecs() {
		http_ecs "$@"
	}
fi

# The same with plain HTTP, also where the CLI would change the request or is too slow.
http_ecs() {
	curl -fsS -H 'Content-Type: application/x-amz-json-1.1' \
		-H "X-Amz-Target: AmazonEC2ContainerServiceV20141113.$1" -d "$2" "$EMULATOR_URL/"
}

# shown FILTER ACTION REQUEST: what jq makes of the response; one line, members in order.
shown() {
	ecs "$2" "$3" | jq -cSr "$1"
}

# The same as http_ecs.
http_shown() {
	http_ecs "$2" "$3" | jq -cSr "$1"
}

# sorted JSON: as shown prints it, for comparing.
sorted() {
	jq -cS . <<<"$1"
}

# begin [EMULATOR-OPTION...]: an empty account in which tasks start and stop at once.
begin() {
	start_emulator --time-scale 50 "$@"
	EMULATOR_URL=$URL
}

# What ecsfs sends from now on is written down; before start_ecsfs.
start_recorder() {
	need python3
	: >"$SENT"
	python3 "$here/tests/actions/recorder.py" "$EMULATOR_URL" "$SENT" >"$TMP/recorder.out" &
	RECORDER_PID=$!
	within 30 grep -q listening "$TMP/recorder.out" || {
		echo "Bail out! the recorder did not start"
		exit 1
	}
	URL=$(sed -n 's/.*listening on //p' "$TMP/recorder.out")
}

# sent ACTION [FILTER]: the last request that was sent; one line, members in order.
sent() {
	jq -cSr --arg action "$1" "select(.action == \$action) | .request | ${2:-.}" "$SENT" |
		tail -n 1
}

# times_sent ACTION
times_sent() {
	jq -c --arg action "$1" 'select(.action == $action)' "$SENT" | wc -l
}

# sent_all_of ACTION REQUEST: the last request has every member of REQUEST, with that value.
sent_all_of() {
	jq -cS --arg action "$1" 'select(.action == $action) | .request' "$SENT" | tail -n 1 |
		jq -e --argjson expected "$2" '. as $sent | [$expected | to_entries[] |
			select($sent[.key] != .value)] |
			if . == [] then true else error("sent otherwise: \(.)") end'
}

# members_are REQUEST MEMBER...: REQUEST has exactly these members, so that a test that says it
# writes every member cannot leave one out.
members_are() {
	local request=$1
	shift
	[ "$(jq -r 'keys[]' <<<"$request" | sort)" = "$(printf '%s\n' "$@" | sort)" ]
}

# write TEXT FILE: without the newline that put adds.
write() {
	# shellcheck disable=SC2016
	bash -c 'printf %s "$1" > "$2"' write "$1" "$2"
}

# drop FILE TEXT: as a person does it, with cp from elsewhere.
drop() {
	printf '%s\n' "$2" >"$TMP/drop.json"
	cp "$TMP/drop.json" "$1"
}

# edit FILE FILTER: what `jq FILTER f > new && cp new f` does.
edit() {
	jq "$2" "$1" >"$TMP/edit.json" && cp "$TMP/edit.json" "$1"
}

last_error() {
	tail -n 1 "$MNT/.ecsfs/errors"
}

# errors_say TEXT: the last failure, which an error to a command leaves behind.
errors_say() {
	last_error | grep -qF -- "$1"
}

# refused DESCRIPTION STRERROR EXPLANATION COMMAND...: the errno, and the line that explains it.
refused() {
	local description=$1 text=$2 explanation=$3
	shift 3
	put clear "$MNT/.ecsfs/errors"
	check_fails "$description" "$text" "$@"
	check "... and errors explains it: $explanation" errors_say "$explanation"
}

register_app() {
	http_ecs RegisterTaskDefinition "{\"family\": \"$1\", \"containerDefinitions\":
		[{\"name\": \"app\", \"image\": \"app:1\", \"cpu\": 64, \"memory\": 64}]}" >/dev/null
}

register_fargate_app() {
	http_ecs RegisterTaskDefinition "{\"family\": \"$1\", \"networkMode\": \"awsvpc\",
		\"requiresCompatibilities\": [\"FARGATE\"], \"cpu\": \"256\", \"memory\": \"512\",
		\"containerDefinitions\": [{\"name\": \"app\", \"image\": \"app:1\"}]}" >/dev/null
}

# register_instance CLUSTER: prints its id.
register_instance() {
	http_ecs RegisterContainerInstance "{\"cluster\": \"$1\"}" |
		jq -r '.containerInstance.containerInstanceArn | split("/") | last'
}
