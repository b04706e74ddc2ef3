#!/usr/bin/env bash
# What shells report: the redirections of bash, dash and zsh, and their exit statuses.
# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
mount_sample
doc=$web/service.json

shells=(bash)
for shell in dash zsh busybox ksh mksh; do
	case $shell in
	dash | zsh) ! have "$shell" || shells+=("$shell") ;;
	*) ! command -v "$shell" >/dev/null || shells+=("$shell") ;;
	esac
done

# in_shell SHELL SCRIPT [ARGUMENT...]
in_shell() {
	case $1 in
	busybox) busybox sh -c "$2" sh "${@:3}" ;;
	*) "$1" -c "$2" "$1" "${@:3}" ;;
	esac
}

for shell in "${shells[@]}"; do
	ok "$shell: > of a scalar" UpdateService=1 in_shell "$shell" 'echo 4 > "$1"' "$web/desiredCount"
	ok "$shell: < of a scalar" "" in_shell "$shell" 'read n < "$1" && [ "$n" = 4 ]' "$web/desiredCount"
	ok "$shell: printf" UpdateService=1 in_shell "$shell" 'printf "%d\n" 5 > "$1"' "$web/desiredCount"
	ok "$shell: a sum" UpdateService=1 in_shell "$shell" \
		'n=$(cat "$1") && echo $((n + 1)) > "$1"' "$web/desiredCount"
	check_output "$shell: is right" 6 count
	ok "$shell: a here-document" UpdateService=1 in_shell "$shell" 'cat > "$1" <<END
{
  "desiredCount": 3
}
END' "$doc"
	ok "$shell: a group's output" UpdateService=1 in_shell "$shell" \
		'{ echo "{"; echo "\"desiredCount\": 4"; echo "}"; } > "$1"' "$doc"
	ok "$shell: an open descriptor" UpdateService=2 in_shell "$shell" \
		'exec 3> "$1"; echo 5 >&3; exec 3> "$1"; echo 6 >&3; exec 3>&-' "$web/desiredCount"
	ok "$shell: >| of a scalar" UpdateService=1 in_shell "$shell" 'set -C; echo 3 >| "$1"' "$web/desiredCount"
	ok "$shell: : > makes no call" "" in_shell "$shell" ': > "$1"' "$web/desiredCount"
	ok "$shell: a new tag" TagResource=1 in_shell "$shell" 'echo v > "$1"' "$web/tags/$shell"
	ok "$shell: mkdir, rmdir" "CreateCluster=1 DeleteCluster=1" in_shell "$shell" \
		'mkdir "$1" && cd "$1" && cd .. && rmdir "$1"' "$MNT/clusters/$shell"
	ok "$shell: a pattern" "" in_shell "$shell" \
		'for f in "$1"/services/*/desiredCount; do cat "$f"; done | grep -qx 3' "$production"

	# A builtin's failed write is its exit status; so is an external program's.
	refused "$shell: what is no count" EINVAL "" in_shell "$shell" 'echo many > "$1"' "$web/desiredCount"
	refused "$shell: what is no JSON" EINVAL "" in_shell "$shell" 'echo "{count: 3}" > "$1"' "$doc"
	refused "$shell: >>" EINVAL "" in_shell "$shell" 'echo 3 >> "$1"' "$web/desiredCount"
	refused "$shell: a read-only member" EPERM "" in_shell "$shell" 'echo 3 > "$1"' "$web/runningCount"
	refused "$shell: noclobber" "." "" in_shell "$shell" 'set -C; echo 3 > "$1"' "$web/desiredCount"
	denied
	refused "$shell: what AWS refuses" EACCES UpdateService=1 in_shell "$shell" \
		'echo 7 > "$1"' "$web/desiredCount"
	refused "$shell: of a document" EACCES UpdateService=1 in_shell "$shell" \
		'echo "{\"desiredCount\": 7}" > "$1"' "$doc"
	refused "$shell: to cat" EACCES UpdateService=1 in_shell "$shell" \
		'echo "{\"desiredCount\": 7}" | cat > "$1"' "$doc"
	refused "$shell: with set -e, and nothing after it" EACCES UpdateService=1 in_shell "$shell" \
		'set -e; echo 7 > "$1"; echo 8 > "$1"' "$web/desiredCount"
	allowed
	check_output "$shell: nothing has changed" 3 count
	rm -f "$web/.service.json.rejected"
done
