#!/usr/bin/env bash
# Programs and shells that rewrite a file: each saves with the one call that the change needs.
# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need sed perl jq sponge tee dd truncate patch diff python3
mount_sample
doc=$web/service.json
latest=$MNT/task-definitions/web/latest.json

# One way to write per row: what it is, and a script that sets desiredCount to $2 in the document $1.
ways=(
	"sed -i" 'sed -i "s/^  \"desiredCount\": [0-9]*/  \"desiredCount\": $2/" "$1"'
	"perl -i" 'perl -i -pe "s/^  \"desiredCount\": \\d+/  \"desiredCount\": $2/" "$1"'
	"jq and sponge" 'jq ".desiredCount = $2" "$1" | sponge "$1"'
	"jq and cp" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && cp "$TMP/x" "$1"'
	"jq and cat" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && cat "$TMP/x" > "$1"'
	"jq and mv in the directory" 'cd "$(dirname "$1")" && jq ".desiredCount = $2" service.json > new && mv new service.json'
	"jq and tee" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && tee "$1" < "$TMP/x" >/dev/null'
	"jq -c" 'jq -c ".desiredCount = $2" "$1" > "$TMP/x" && cp "$TMP/x" "$1"'
	"dd" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && dd if="$TMP/x" of="$1"'
	"dd in blocks of 7 bytes" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && dd if="$TMP/x" of="$1" bs=7'
	"dd with fsync" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && dd if="$TMP/x" of="$1" conv=fsync'
	"dd in place" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && dd if="$TMP/x" of="$1" conv=notrunc'
	"python json.dump" 'python3 -c "import json, sys
path, count = sys.argv[1:]
document = json.load(open(path))
document[\"desiredCount\"] = int(count)
with open(path, \"w\") as file: json.dump(document, file)" "$1" "$2"'
	"python indented json.dump" 'python3 -c "import json, sys
path, count = sys.argv[1:]
with open(path) as file: document = json.load(file)
document[\"desiredCount\"] = int(count)
with open(path, \"w\") as file: json.dump(document, file, indent=4)" "$1" "$2"'
	"python os.replace" 'python3 -c "import json, os, sys
path, count = sys.argv[1:]
document = json.load(open(path))
document[\"desiredCount\"] = int(count)
with open(path + \".new\", \"w\") as file: json.dump(document, file); file.flush(); os.fsync(file.fileno())
os.replace(path + \".new\", path)" "$1" "$2"'
	"python, a byte at a time" 'python3 -c "import json, os, sys
path, count = sys.argv[1:]
document = json.load(open(path))
document[\"desiredCount\"] = int(count)
fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
for byte in json.dumps(document).encode(): os.write(fd, bytes([byte]))
os.close(fd)" "$1" "$2"'
	"python open for update" 'python3 -c "import json, sys
path, count = sys.argv[1:]
with open(path, \"r+\") as file:
    document = json.load(file)
    document[\"desiredCount\"] = int(count)
    file.seek(0)
    json.dump(document, file, indent=2)
    file.truncate()" "$1" "$2"'
	"python tempfile" 'python3 -c "import json, os, sys, tempfile
path, count = sys.argv[1:]
document = json.load(open(path))
document[\"desiredCount\"] = int(count)
with tempfile.NamedTemporaryFile(\"w\", dir=os.path.dirname(path), delete=False) as file: json.dump(document, file)
os.replace(file.name, path)" "$1" "$2"'
	"sendfile" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && python3 -c "import os, sys
source, target = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_TRUNC)
while os.sendfile(target, source, None, 1000): pass
os.close(target)" "$TMP/x" "$1"'
	"splice" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && python3 -c "import os, sys
source, target = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[2], os.O_WRONLY | os.O_TRUNC)
reading, writing = os.pipe()
while count := os.splice(source, writing, 4000):
    while count: count -= os.splice(reading, target, count)
os.close(target)" "$TMP/x" "$1"'
	"O_DIRECT" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && dd if="$TMP/x" of="$1" bs=512 oflag=direct'
	"a descriptor to read and write" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && exec 3<> "$1" && cat "$TMP/x" >&3'
	"cp -p" 'jq ".desiredCount = $2" "$1" > "$TMP/x" && chmod 644 "$TMP/x" && cp -p "$TMP/x" "$1"'
	"tar --overwrite" 'cd "$TMP" && jq ".desiredCount = $2" "$1" > work/service.json && tar -C work -cf - service.json | tar -C "$(dirname "$1")" --overwrite -xf -'
	"patch" 'cp "$1" "$TMP/old" && jq ".desiredCount = $2" "$1" > "$TMP/x" || exit; (cd "$TMP"; diff -u old x) > "$TMP/p"; patch "$1" "$TMP/p"'
	"a here-document" 'cat > "$1" <<END
{
  "desiredCount": $2
}
END'
	"many echos" '{ echo "{"; echo "\"desiredCount\":"; echo "$2"; echo "}"; } > "$1"'
	"tee of a part" 'echo "{\"desiredCount\": $2}" | tee "$1"'
	"perl print" 'perl -e "open(F, q(>), shift) or die; print F qq({\\n\\\"desiredCount\\\": \$ARGV[0]\\n}\\n); close(F) or die" "$1" "$2"'
)
! have rsync || ways+=(
	"rsync" 'jq ".desiredCount = $2" "$1" > "$TMP/service.json" && rsync "$TMP/service.json" "$1"'
	"rsync --inplace" 'jq ".desiredCount = $2" "$1" > "$TMP/service.json" && rsync --inplace "$TMP/service.json" "$1"'
)
! have gawk || ways+=(
	"gawk -i inplace" 'gawk -i inplace "/^  \"desiredCount\"/ { print \"  \\\"desiredCount\\\": $2,\"; next } { print }" "$1"'
)

for ((i = 0; i < ${#ways[@]}; i += 2)); do
	name=${ways[i]} way=${ways[i + 1]}
	n=$(($(count) == 3 ? 4 : 3))
	ok "$name is one UpdateService" UpdateService=1 run "$way" "$doc" "$n"
	check_output "$name arrived" "$n" count
	check_output "$name is read back" "$n" jq .desiredCount "$doc"
	ok "$name without a change is no call" "" run "$way" "$doc" "$n"
	check_output "$name leaves nothing beside the document but its backup" "" \
		find "$web" -maxdepth 1 -name '*service.json*' ! -name service.json ! -name '*~'
	rm -f "$web"/*~ "$web"/.*.rejected
	denied
	refused "$name fails when AWS refuses" EACCES UpdateService=1 run "$way" "$doc" 9
	allowed
	check "$name leaves the document whole when AWS refuses" jq -e ".desiredCount == $n" "$doc"
	check_output "$name changed nothing when AWS refused" "$n" count
	find "$web" -maxdepth 1 -type f \( -name '*~' -o -name '*.rejected' -o -name '*.orig' \
		-o -name '*.rej' -o -name new -o -name '*.new' -o -perm 600 \) -exec rm -f {} +
done

# These begin by taking the document away, which would be a removal.
refused "sed -i with a backup is refused" "Operation not permitted" "" sed -i~ 's/: 3/: 4/' "$doc"
refused "perl -i with a backup is refused" "Operation not permitted" "" perl -i~ -pe 's/: 3/: 4/' "$doc"
cp "$doc" "$TMP/x"
refused "mv from elsewhere is refused" "Operation not permitted" "" mv -f "$TMP/x" "$doc"
refused "install is refused" "Operation not permitted" "" install -m 644 "$TMP/x" "$doc"
refused "cp --remove-destination is refused" "Operation not permitted" "" \
	cp --remove-destination "$TMP/x" "$doc"
refused "cp with a backup is refused" "Operation not permitted" "" cp -b "$TMP/x" "$doc"
refused "tar that removes first is refused" EPERM "" run \
	'tar -C "$TMP/work" -cf - service.json | tar -C "$(dirname "$1")" -xf -' "$doc"
# Nobody could be told what becomes of what is written through a mapping.
refused "a mapping to write is refused" "No such device" "" python3 -c '
import mmap, sys
with open(sys.argv[1], "r+b") as file: mmap.mmap(file.fileno(), 100)' "$doc"
refused "fallocate is refused" "not supported" "" fallocate -l 9 "$doc"
refused "an attribute is refused" "not supported" "" python3 -c '
import os, sys
os.setxattr(sys.argv[1], "user.x", b"1")' "$doc"
check "and the document is whole" jq -e .desiredCount "$doc"

# The same with a family's newest revision, which is a whole document.
newest() {
	jq -r .revision "$latest"
}
before=$(newest)
ok "sed -i of latest.json registers one revision" RegisterTaskDefinition=1 \
	sed -i 's/"memory": "1024"/"memory": "2048"/' "$latest"
check_output "it is the newest" $((before + 1)) newest
check_output "it keeps the tags" storefront jq -r '.tags[] | select(.key == "team").value' "$latest"
check_output "the change is in it" 2048 jq -r .memory "$latest"
ok "saved without a change it registers none" "" sed -i 's/nothing-like-it//' "$latest"
ok "perl -i registers one" RegisterTaskDefinition=1 \
	perl -i -pe 's/"memory": "2048"/"memory": "1024"/' "$latest"
ok "jq and sponge register one" RegisterTaskDefinition=1 \
	run 'jq ".memory = \"3072\"" "$1" | sponge "$1"' "$latest"
denied
refused "a refusal reaches sponge" EACCES RegisterTaskDefinition=1 \
	run 'jq ".memory = \"4096\"" "$1" | sponge "$1"' "$latest"
allowed
check "what was refused is kept" grep -q '"memory": "4096"' "$MNT/task-definitions/web/.latest.json.rejected"

# Scalars.
ok "echo of a scalar" UpdateService=1 put 5 "$web/desiredCount"
ok "tee of a scalar" UpdateService=1 run 'echo 6 | tee "$1"' "$web/desiredCount"
ok "printf without a newline" UpdateService=1 run 'printf 4 > "$1"' "$web/desiredCount"
ok "cp of a scalar" UpdateService=1 run 'echo 7 > "$TMP/n" && cp "$TMP/n" "$1"' "$web/desiredCount"
ok "cp of a scalar from another service" UpdateService=1 \
	cp "$production/services/api/desiredCount" "$web/desiredCount"
ok "dd of a scalar" UpdateService=1 run 'echo 5 | dd of="$1"' "$web/desiredCount"
ok "sed -i of a scalar" UpdateService=1 sed -i s/5/6/ "$web/desiredCount"
ok "perl -i of a scalar" UpdateService=1 perl -i -pe 's/6/7/' "$web/desiredCount"
ok "python print to a scalar" UpdateService=1 python3 -c \
	'import sys; print(8, file=open(sys.argv[1], "w"))' "$web/desiredCount"
check_output "the last one holds" 8 count

# A tag, by programs that first make a file beside it: that is no tag.
tags=$web/tags
tag=$tags/team
atomically='import os, sys, tempfile
file = tempfile.NamedTemporaryFile("w", dir=os.path.dirname(sys.argv[1]), delete=False)
file.write(sys.argv[2])
file.close()
os.replace(file.name, sys.argv[1])'
tag_ways=(
	"echo" 'echo "$2" > "$1"'
	"sed -i" 'sed -i "s/.*/$2/" "$1"'
	"perl -i" 'perl -i -pe "s/.*/$2/" "$1"'
	"sponge" 'echo "$2" | sponge "$1"'
	"cp" 'echo "$2" > "$TMP/n" && cp "$TMP/n" "$1"'
	"dd" 'echo "$2" | dd of="$1"'
	"python tempfile" 'python3 -c "$3" "$1" "$2"'
	"mv of a scratch file" 'cd "$(dirname "$1")/.." && echo "$2" > new && mv new "$1"'
)
! have rsync || tag_ways+=("rsync" 'echo "$2" > "$TMP/team" && rsync -t "$TMP/team" "$1"')
! have gawk || tag_ways+=("gawk -i inplace" 'gawk -i inplace "{ print \"$2\" }" "$1"')
! have emacs || tag_ways+=("emacs that renames" 'emacs -Q --batch --eval "(setq file-precious-flag t)" \
	"$1" --eval "(progn (erase-buffer) (insert \"$2\"))" --eval "(save-buffer)"')
for ((i = 0; i < ${#tag_ways[@]}; i += 2)); do
	ok "a tag by ${tag_ways[i]} is one TagResource" TagResource=1 \
		run "${tag_ways[i + 1]}" "$tag" "v$i" "$atomically"
	check_output "it arrived, and no other with it" "v$i env team" service \
		'(.tags | from_entries) as $t | "\($t.team) \($t | keys | join(" "))"'
	denied
	refused "a tag by ${tag_ways[i]} fails when AWS refuses" EACCES TagResource=1 \
		run "${tag_ways[i + 1]}" "$tag" refused "$atomically"
	allowed
	check_output "it is as it was" "v$i" cat "$tag"
	find "$tags" "$web" -maxdepth 1 -type f -perm 600 -delete
done
ok "a new tag by python tempfile" TagResource=1 python3 -c "$atomically" "$tags/fresh" v
check_output "is there, alone" "env fresh team" run 'ls "$1" | paste -sd " "' "$tags"
ok "mv -n of a scratch file makes a tag" TagResource=1 run \
	'cd "$1" && echo v > new && mv -n new tags/fresher && [ ! -e new ]' "$web"
check_output "and keeps one that is there" v run \
	'cd "$1" && echo w > new && mv -n new tags/fresher; cat tags/fresher' "$web"
rm -f "$web/new" "$tags/fresh" "$tags/fresher"

for how in 'echo 9 >> "$1"' 'echo 9 | tee -a "$1"' 'echo 9 | dd of="$1" oflag=append conv=notrunc'; do
	refused "refused: $how" "Invalid argument" "" run "$how" "$web/desiredCount"
	refused "refused of a document: $how" "Invalid argument" "" run "$how" "$doc"
done
refused "dd that seeks in a scalar" "Invalid argument" "" \
	run 'echo 9 | dd of="$1" seek=1 bs=1 conv=notrunc' "$web/desiredCount"
ok "truncate -s 0 of a scalar makes no call" "" truncate -s 0 "$web/desiredCount"
ok "truncate -s 0 of a document makes no call" "" truncate -s 0 "$doc"
ok ": > of a document makes no call" "" run ': > "$1"' "$doc"
ok "cp of an empty file makes no call" "" cp /dev/null "$doc"
check "and it is still whole" jq -e '.desiredCount == 8' "$doc"
refused "truncate -s 5" "Invalid argument" "" truncate -s 5 "$doc"
denied
refused "echo reports what AWS refuses" "Permission denied" UpdateService=1 put 3 "$web/desiredCount"
refused "tee reports it" "Permission denied" UpdateService=1 run 'echo 3 | tee "$1"' "$web/desiredCount"
refused "cp reports it" "Permission denied" UpdateService=1 \
	cp "$production/services/api/desiredCount" "$web/desiredCount"
refused "sed -i reports it" "Permission denied" UpdateService=1 sed -i s/8/2/ "$web/desiredCount"
allowed
check_output "nothing has changed" 8 count

# Members that are structures.
ok "sed -i of a member" UpdateService=1 sed -i 's/"maximumPercent": 200/"maximumPercent": 150/' \
	"$web/deploymentConfiguration.json"
ok "jq and sponge of a member" UpdateService=1 \
	run 'jq ".maximumPercent = 175" "$1" | sponge "$1"' "$web/deploymentConfiguration.json"
check_output "it arrived" 175 service .deploymentConfiguration.maximumPercent
ok "saved without a change it is no call" "" sed -i s/nothing-like-it// \
	"$web/deploymentConfiguration.json"
