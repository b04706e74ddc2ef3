#!/usr/bin/env bash
# Copies out of the mount, and comparisons: every program sees whole files, their sizes and times.
# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need tar rsync git diff find
mount_sample
settle
out=$TMP/work

# Not .ecsfs, whose files say what happens meanwhile, nor api, whose files are streams.
listing() {
	(cd "$1" && find clusters task-definitions -type "$2" -printf "$3\n" | sort)
}

# same DESCRIPTION DIRECTORY: it has the mount's files, with their bytes.
same() {
	check_output "$1 has every file" "$(listing "$MNT" f '%p %s')" listing "$2" f '%p %s'
	check "$1 has their bytes" same_bytes "$2"
	check_output "$1 has every link" "$(listing "$MNT" l '%p %l')" listing "$2" l '%p %l'
}

same_bytes() {
	(cd "$MNT" && find clusters task-definitions -type f -print0) |
		(cd "$MNT" && xargs -0 sha256sum) >"$TMP/sums"
	[ "$(wc -l <"$TMP/sums")" -gt 100 ] && (cd "$1" && sha256sum --quiet -c "$TMP/sums")
}

# The account is left alone, so that a copy can be compared with what is there now.
ok "cp -r" "" cp -r "$MNT/clusters" "$MNT/task-definitions" "$out"
same "cp -r" "$out"
# A copy is the user's own: its directories can be removed, its files written.
ok "rm -r of the copy" "" rm -r "${out:?}/clusters" "$out/task-definitions"
ok "cp -a" "" cp -a "$MNT/clusters" "$MNT/task-definitions" "$out"
same "cp -a" "$out"
check_output "cp -a keeps the times" "$(listing "$MNT" f '%p %TY-%Tm-%Td %TT')" \
	listing "$out" f '%p %TY-%Tm-%Td %TT'
rm -r "$out"
mkdir "$out"

ok "rsync -a" "" rsync -a "$MNT/clusters" "$MNT/task-definitions" "$out"
same "rsync -a" "$out"
check_output "rsync -a keeps the times" "$(listing "$MNT" f '%p %TY-%Tm-%Td %TH:%TM')" \
	listing "$out" f '%p %TY-%Tm-%Td %TH:%TM'
check_output "rsync again finds nothing to do" "" run \
	'rsync -a -i "$1/clusters" "$1/task-definitions" "$2" | grep "^>f"; true' "$MNT" "$out"
check_output "by their bytes, too" "" run \
	'rsync -a -c -i "$1/clusters" "$1/task-definitions" "$2" | grep "^>f"; true' "$MNT" "$out"
put 5 "$web/desiredCount"
settle
# -c: a count has the same size as before, and ECS may give the service no newer time.
ok "rsync of what has changed" "" rsync -a -c "$MNT/clusters" "$MNT/task-definitions" "$out"
same "rsync after a change" "$out"
rm -r "$out"
mkdir "$out"

ok "tar" "" tar -C "$MNT" -cf "$TMP/tar" clusters task-definitions
check "tar knows of no change" tar -C "$MNT" -df "$TMP/tar"
ok "tar of the whole mount" "" run 'tar -C "$1" -cf - . | tar -tf - > /dev/null' "$MNT"
tar -C "$out" -xf "$TMP/tar"
same "tar" "$out"
check_output "tar keeps the times" "$(listing "$MNT" f '%p %TY-%Tm-%Td %TH:%TM')" \
	listing "$out" f '%p %TY-%Tm-%Td %TH:%TM'
ok "cp of a file keeps its holes and its size" "" run \
	'cp --sparse=always "$1" "$2" && cmp "$1" "$2"' "$web/service.json" "$TMP/sparse"

check_output "git diff of a copy that is the same" "" git diff --no-index --stat "$out/clusters" "$MNT/clusters"
check "git diff of two revisions shows the image" run \
	'{ git diff --no-index "$1/2.json" "$1/4.json" || true; } | grep "^+.*web:2.10.1"' "$MNT/task-definitions/web"
check "diff of two revisions" run \
	'{ diff "$1/2.json" "$1/4.json" || true; } | grep "^>.*web:2.10.1"' "$MNT/task-definitions/web"
check "diff -r of a copy that is the same" diff -r "$out/task-definitions" "$MNT/task-definitions"
check "diff of a service in two clusters" run \
	'{ diff "$1/production/services/api/desiredCount" "$1/staging/services/api/desiredCount" ||
		true; } | grep "^< 2"' "$MNT/clusters"
check "cmp" cmp "$out/clusters/production/cluster.json" "$production/cluster.json"

# Copies into the mount.
ok "cp of a service to a new name" CreateService=1 cp "$web/service.json" "$production/services/web2.json"
check_output "has its task definition" "$(cat "$web/taskDefinition")" cat "$production/services/web2/taskDefinition"
check_output "and its tags" storefront cat "$production/services/web2/tags/team"
ok "cp of a service to another cluster" CreateService=1 \
	cp "$web/service.json" "$MNT/clusters/staging/services/web2.json"
check_output "is in that one" web2 jq -r .serviceName "$MNT/clusters/staging/services/web2/service.json"
refused "cp of a service onto one that is there" "File exists" "" \
	cp "$web/service.json" "$production/services/api.json"
rm -f "$production/services/api.json"
ok "cp of a cluster" CreateCluster=1 cp "$production/cluster.json" "$MNT/clusters/copy.json"
check_output "has its settings" enabled jq -r '.settings[0].value' "$MNT/clusters/copy/cluster.json"
ok "cp of a family under another name" RegisterTaskDefinition=1 \
	cp "$MNT/task-definitions/web/latest.json" "$MNT/task-definitions/web-copy.json"
check_output "is its first revision" "web-copy 1" \
	jq -r '"\(.family) \(.revision)"' "$MNT/task-definitions/web-copy/latest.json"
ok "cp -p" CreateService=1 cp -p "$web/service.json" "$production/services/web3.json"
ok "mv of a text from elsewhere" CreateService=1 run \
	'cp "$1" "$TMP/text" && mv "$TMP/text" "$2"' "$web/service.json" "$production/services/web4.json"
ok "tar into the mount" CreateService=1 run 'cd "$TMP" && cp "$1" web7.json &&
	tar -cf - web7.json | tar -C "$2" -xf -' "$web/service.json" "$production/services"
denied
refused "cp says what AWS refuses" "Permission denied" CreateService=1 \
	cp "$web/service.json" "$production/services/web8.json"
check "and the text is kept" cmp "$web/service.json" "$production/services/web8.json"
allowed
