#!/usr/bin/env bash
# What docs/editing.md tells its readers to type works.
# shellcheck disable=SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need awk sed perl git diff
mount_sample
document=$here/docs/editing.md

# Each block of shell is one file.
awk -v dir="$TMP/work" '
	/^```sh$/ { name = sprintf("%s/%02d", dir, ++n); next }
	/^```$/ { name = ""; next }
	name { print > name }' "$document"
check "there are examples" test -s "$TMP/work/05"

# typed FILE: by somebody at a shell, who would see any command fail.
typed() {
	(cd "$production" && bash -e -o pipefail "$1")
}

for block in "$TMP"/work/*; do
	check "$(head -n 1 "$block")" typed "$block"
done
check "they made calls" test "$(changes | wc -w)" -gt 5
