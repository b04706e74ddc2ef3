#!/usr/bin/env bash
# What docs/editing.md tells its readers to type works, and makes the calls that it says.
# shellcheck disable=SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need awk sed perl git diff
mount_sample
document=$here/docs/editing.md

# Each line of a block of shell, behind a word: `each` where the text says before the block what
# each of its lines does, else `line`.
awk '
	/^```sh$/ { on = 1; word = said ~ /one UpdateService:$/ ? "each" : "line"; next }
	/^```$/ { on = 0; next }
	on && NF { print word, $0 }
	!on && NF { said = $0 }' "$document" >"$TMP/work/lines"
check "there are examples" test "$(wc -l <"$TMP/work/lines")" -gt 30
check "of one UpdateService, too" test "$(grep -c ^each "$TMP/work/lines")" -gt 5

# typed LINE: by somebody at a shell.
typed() {
	(cd "$production" && bash -o pipefail -c "$1")
}

# promised WORD LINE: the changes that it shall make, as its comment names them; fails when
# nothing is said.
promised() {
	local comment=${2##*# }
	if [ "$comment" != "$2" ] && [ -e "$MNT/api/$comment" ]; then
		echo "$comment=1"
	elif [ "$1" = line ]; then
		return 1
	elif ! [[ $2 =~ \>\ (~|services/web/new) ]]; then # which only prepare the next line
		echo UpdateService=1
	fi
}

while read -r word line; do
	if changes_promised=$(promised "$word" "$line"); then
		ok "$line" "$changes_promised" typed "$line"
	else
		check "$line" typed "$line"
	fi
done <"$TMP/work/lines"
