#!/usr/bin/env bash
# What a save means: three-way comparison, patches, tags, conflicts, refusals, drops, descriptors,
# removals, and what happens when two do it at once.
# shellcheck disable=SC2016,SC2119
# shellcheck source=tests/tools/tools.sh
. "$(dirname "$0")/tools.sh"
need python3 perl
mount_sample
doc=$web/service.json
cluster=$production/cluster.json
latest=$MNT/task-definitions/web/latest.json

rejected() {
	rm -f "$web/.$1.rejected"
}

# Three-way: what was read long ago is saved after others changed the service.
cp "$doc" "$TMP/old"
elsewhere desiredCount 5
elsewhere enableExecuteCommand false
settle
cat "$doc" >"$TMP/new"
check "many events came in between" run '! cmp -s "$1" "$2"' "$TMP/old" "$TMP/new"
ok "an old text without a change is no call" "" cp "$TMP/old" "$doc"
jq '.healthCheckGracePeriodSeconds = 90' "$TMP/old" >"$TMP/edited"
ok "an old text with one change is one UpdateService" UpdateService=1 cp "$TMP/edited" "$doc"
check_output "of what its writer changed" 90 service .healthCheckGracePeriodSeconds
check_output "not of what others did" "5 false" service '"\(.desiredCount) \(.enableExecuteCommand)"'
check "and of nothing else" run 'tail -n 1 "$1/.ecsfs/audit" | grep -qF "request={\"healthCheckGracePeriodSeconds\":90,\"cluster\":\"production\",\"service\":\"web\"}"' "$MNT"

# A conflict.
cp "$doc" "$TMP/old"
elsewhere desiredCount 7
jq '.desiredCount = 6' "$TMP/old" >"$TMP/edited"
refused "a change of what others changed is ESTALE, with both values" \
	"ESTALE .*desiredCount is 6 here, but was changed to 7 meanwhile" "" cp "$TMP/edited" "$doc"
check "its text is kept" cmp "$TMP/edited" "$web/.service.json.rejected"
check "readable by its owner alone" run '[ "$(stat -c %a "$1")" = 600 ]' "$web/.service.json.rejected"
ok "rm discards it" "" rm "$web/.service.json.rejected"
jq '.desiredCount = 7' "$TMP/old" >"$TMP/edited"
ok "the same change as others made is no call" "" cp "$TMP/edited" "$doc"
# Nobody has read the mount since somebody else changed it.
cat "$doc" >"$TMP/old"
api UpdateService '{"cluster": "production", "service": "web", "desiredCount": 8}' >/dev/null
jq '.desiredCount = 6' "$TMP/old" >"$TMP/edited"
refused "a conflict is seen though a cached answer hides it" "ESTALE" "" cp "$TMP/edited" "$doc"
rejected service.json

# Forth and back.
for value in 4 3 4 3; do
	ok "sed -i to $value" UpdateService=1 \
		sed -i "s/^  \"desiredCount\": [0-9]*/  \"desiredCount\": $value/" "$doc"
	ok "a patch to 5 is a call each time" UpdateService=1 put '{"desiredCount": 5}' "$doc"
done
for value in disabled enabled disabled; do
	ok "the cluster's settings, $value" UpdateCluster=1 \
		sed -i "s/\"value\": \"[a-z]*abled\"/\"value\": \"$value\"/" "$cluster"
	check_output "it is so" "$value" run 'jq -r ".settings[0].value" "$1"' "$cluster"
done
ok "two saves of one process, each of the same member" UpdateService=3 python3 -c '
import sys
path = sys.argv[1]
text = open(path).read()
for n in 3, 4, 5:
    with open(path, "w") as file:
        file.write(text.replace("\n  \"desiredCount\": 5", "\n  \"desiredCount\": %d" % n))' "$doc"
ok "two saves of a member that AWS spells otherwise" UpdateService=2 python3 -c '
import json, sys
path = sys.argv[1]
document = json.load(open(path))
for n in 3, 4:
    document["taskDefinition"] = "web:%d" % n
    with open(path, "w") as file:
        json.dump(document, file)' "$doc"

# Nothing that a writer cannot change tells these versions apart, but who read them does.
retag() {
	api TagResource "$(jq "{resourceArn: .serviceArn, tags: [{key: \"team\", value: \"$1\"}]}" "$doc")" >/dev/null
	forget
	cat "$doc" >"$TMP/new"
}
settle
cat >"$TMP/stale" <<-'END'
	import sys, threading
	def read():
	    with open(sys.argv[1]) as file: text.append(file.read())
	def save():
	    with open(sys.argv[1], "w") as file: file.write(text[0])
	def run(what):
	    if sys.argv[2] == "itself": return what()
	    thread = threading.Thread(target=what)
	    thread.start(); thread.join()
	text = []
	run(read)
	print("read", flush=True)
	sys.stdin.readline()
	run(save)
END
for who in itself threads; do
	retag storefront
	coproc python3 "$TMP/stale" "$doc" "$who"
	reader=$COPROC_PID
	read -r _ <&"${COPROC[0]}"
	retag other
	reset_calls
	echo >&"${COPROC[1]}"
	wait "$reader"
	report $? "what a process $who read before others changed a tag is saved as it was read"
	check_output "which is no call" "" changes
	check_output "and their tag stays" other cat "$web/tags/team"
done
ok "one thing put back and another changed: the first save" TagResource=1 \
	sed -i 's/"value": "other"/"value": "storefront"/' "$doc"
ok "and the second sends both" "TagResource=1 UpdateService=1" sed -i \
	-e 's/"value": "storefront"/"value": "other"/' \
	-e 's/"enableECSManagedTags": true/"enableECSManagedTags": false/' "$doc"
check_output "they arrived" "other false" service \
	'"\(.tags | from_entries | .team) \(.enableECSManagedTags)"'
retag storefront
put '{"enableECSManagedTags": true}' "$doc"
settle

# Patches.
ok "a part is a patch" UpdateService=1 put '{"desiredCount": 3}' "$doc"
ok "what it lacks is not cleared" "" put '{}' "$doc"
check_output "the network is still there" 3 service '.networkConfiguration.awsvpcConfiguration.subnets | length'
ok "two members are one UpdateService" UpdateService=1 \
	put '{"desiredCount": 4, "taskDefinition": "web:3"}' "$doc"
check_output "both arrived" "4 web:3" service '"\(.desiredCount) \(.taskDefinition | split("/")[1])"'
ok "null clears" UpdateService=1 put '{"loadBalancers": null}' "$doc"
check_output "it is empty" 0 service '.loadBalancers | length'
ok "a part of an older document puts it back" UpdateService=1 run \
	'jq "{loadBalancers}" "$1" > "$2"' "$TMP/old" "$doc"
refused "null of what cannot be cleared" "EINVAL .*desiredCount cannot be cleared" "" \
	put '{"desiredCount": null}' "$doc"
refused "a read-only member is EPERM and named" "EPERM .*runningCount cannot be changed" "" \
	put '{"runningCount": 9}' "$doc"
refused "so when something else is changed too" "EPERM .*status cannot be changed" "" \
	put '{"desiredCount": 9, "status": "INACTIVE"}' "$doc"
refused "an unknown member is EINVAL and named" "EINVAL .*desiredcount is no member of service.json" "" \
	put '{"desiredcount": 9}' "$doc"
refused "a member of another type" "EINVAL .*desiredCount must be a number" "" \
	put '{"desiredCount": "9"}' "$doc"
refused "an array is no service" "EINVAL .*service.json is a JSON object" "" put '[]' "$doc"
refused "what can be no JSON is EINVAL" "EINVAL .*expected near 'desiredCount'" "" put 'desiredCount: 9' "$doc"
refused "a comma behind it" "EINVAL .*end of file expected" "" put '{"desiredCount": 9},' "$doc"
refused "a comma too many" "EINVAL .*line 1 column" "" put '{"desiredCount": 9,}' "$doc"
refused "two documents" "EINVAL .*end of file expected" "" run \
	'{ jq -c . "$1"; jq -c . "$1"; } > "$TMP/x"; cp "$TMP/x" "$1"' "$doc"
refused "half a document is EINVAL at its close" "EINVAL .*line 1 column" "" run \
	'printf "{\"desiredCount\": 9" > "$TMP/x"; cp "$TMP/x" "$1"' "$doc"
check_output "and is kept" '{"desiredCount": 9' cat "$web/.service.json.rejected"
refused "a member twice" "EINVAL .*duplicate" "" put '{"desiredCount": 9, "desiredCount": 8}' "$doc"
rejected service.json
check_output "none of these changed anything" 4 count

# Tags inside a document.
ok "a new tag is one TagResource" TagResource=1 run \
	'jq ".tags += [{key: \"stage\", value: \"blue\"}]" "$1" | sponge "$1"' "$doc"
check_output "it is there" blue cat "$web/tags/stage"
ok "a tag less is one UntagResource" UntagResource=1 run \
	'jq "del(.tags[] | select(.key == \"stage\"))" "$1" | sponge "$1"' "$doc"
check "it is gone" run '[ ! -e "$1" ]' "$web/tags/stage"
ok "a changed tag, one less and a member" "TagResource=1 UntagResource=1 UpdateService=1" run \
	'jq ".tags = [{key: \"team\", value: \"web\"}] | .desiredCount = 3" "$1" | sponge "$1"' "$doc"
check_output "they are so" "web null 3" \
	service '(.tags | from_entries) as $t | "\($t.team) \($t.env) \(.desiredCount)"'
ok "tags as they are make no call" "" run 'jq ".tags |= reverse" "$1" | sponge "$1"' "$doc"

# Back to an older revision, and forward to new ones.
ok "echo F:N rolls back" UpdateService=1 put web:2 "$web/taskDefinition"
check_output "to that one" web:2 service '.taskDefinition | split("/")[1]'
number=$(jq .revision "$latest")
ok "cp N.json latest.json registers it anew" RegisterTaskDefinition=1 \
	cp "$MNT/task-definitions/web/2.json" "$latest"
check_output "as the newest" $((number + 1)) jq .revision "$latest"
check "it is the same" run 'diff <(jq .containerDefinitions "$1/2.json") <(jq .containerDefinitions "$1/latest.json")' \
	"$MNT/task-definitions/web"
ok "a tag in latest.json is registered with it" RegisterTaskDefinition=1 run \
	'jq ".tags = [{key: \"by\", value: \"me\"}]" "$1" | sponge "$1"' "$latest"
check_output "and is there" me jq -r '.tags[0].value' "$latest"
refused "an unknown member of latest.json" "EINVAL .*has no member Cpu" "" run \
	'jq ".Cpu = \"1024\"" "$1" > "$TMP/x"; cp "$TMP/x" "$1"' "$latest"
ok "the text can be mended where it was kept" RegisterTaskDefinition=1 run \
	'cd "$1" && sed -i "s/\"Cpu\": \"1024\"/\"ephemeralStorage\": {\"sizeInGiB\": 30}/" .latest.json.rejected &&
		mv .latest.json.rejected latest.json' "$MNT/task-definitions/web"
refused "what AWS does not take" "EINVAL ClientException" RegisterTaskDefinition=1 run \
	'jq ".cpu = \"77\"" "$1" | sponge "$1"' "$latest"
rm -f "$MNT/task-definitions/web/.latest.json.rejected"

# Drops.
ok "a service from a service's document" CreateService=1 cp "$doc" "$production/services/web2.json"
check_output "it is there at once" web2 jq -r .serviceName "$production/services/web2/service.json"
check "the drop is gone" run '[ ! -e "$1" ]' "$production/services/web2.json"
refused "one that is there is EEXIST" "File exists" "" cp "$doc" "$production/services/web2.json"
rm -f "$production/services/web2.json"
refused "a drop that AWS refuses" "EINVAL" CreateService=1 run \
	'jq ".taskDefinition = \"nothing:1\"" "$1" > "$TMP/x"; cp "$TMP/x" "$2"' "$doc" "$production/services/web3.json"
check "keeps its text" cmp "$TMP/x" "$production/services/web3.json"
ok "which can be mended in its place" CreateService=1 \
	sed -i 's/"nothing:1"/"web:2"/' "$production/services/web3.json"
check "and is a service then" test -d "$production/services/web3"
denied
refused "a drop that is refused to a program that writes again" EACCES CreateService=1 python3 -c '
import json, sys
with open(sys.argv[1], "w") as file:
    json.dump({"taskDefinition": "web:2", "desiredCount": 0}, file)' "$production/services/web4.json"
allowed
ok "rm discards its text" "" rm "$production/services/web4.json"
refused "half a drop" "EINVAL" "" run 'echo "{" | dd of="$1"' "$production/services/web4.json"
ok "mv of a finished text onto a drop's name" CreateService=1 run \
	'cd "$1" && rm web4.json && cp "$2" web/text && mv web/text web4.json' "$production/services" "$TMP/edited"
refused "a name that can be no drop" "Operation not permitted" "" put x "$production/services/web5"
ok "a task from one line" RunTask=1 put worker "$MNT/clusters/batch/tasks/from-line.json"
check_output "is found by its name" 1 run 'ls "$1" | wc -l' "$MNT/clusters/batch/query/tasks/startedBy=from-line"
check "what RunTask refuses" run '! echo nothing > "$1"' "$MNT/clusters/batch/tasks/none.json"
check_output "is kept" nothing cat "$MNT/clusters/batch/tasks/none.json"
rm -f "$MNT/clusters/batch/tasks/none.json"

# Descriptors.
jq '.desiredCount = 5' "$doc" >"$TMP/x"
split -n 2 "$TMP/x" "$TMP/part."
ok "two programs write one descriptor" UpdateService=1 run \
	'{ cat "$1"; cat "$2"; } > "$3"' "$TMP/part.aa" "$TMP/part.ab" "$doc"
check_output "as one text" 5 count
refused "O_APPEND" "Invalid argument" "" run 'echo {} >> "$1"' "$doc"
refused "O_EXCL on what is there" "cannot overwrite" "" run 'set -C; echo 3 > "$1"' "$web/desiredCount"
ok "O_EXCL on a new scratch file" "" run 'set -C; echo 3 > "$1"; rm "$1"' "$web/new"
ok "O_TRUNC alone changes nothing" "" python3 -c '
import os, sys
os.close(os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC))' "$doc"
ok "one byte at a time" UpdateService=1 python3 -c '
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)
for byte in b"{ \"desiredCount\": 3 }\n":
    os.write(fd, bytes([byte]))
os.close(fd)' "$doc"
ok "backwards, as pwrite allows, is refused or whole" "" python3 -c '
import errno, os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)
try:
    os.pwrite(fd, b"3}", 17)
    sys.exit("a hole was taken")
except OSError as error:
    assert error.errno == errno.EINVAL' "$doc"
refused "half a document, opened by a thread that is gone, is EINVAL at its close" "EINVAL" "" python3 -c '
import os, sys, threading
fds = []
def begin():
    fds.append(os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC))
    os.write(fds[0], b"{")
thread = threading.Thread(target=begin)
thread.start()
thread.join()
os.close(fds[0])' "$doc"
refused "over 1 MiB" "File too large" "" run \
	'head -c 1100000 /dev/zero | tr "\0" " " > "$1"' "$doc"
rejected service.json
put '{"desiredCount": 3, "healthCheckGracePeriodSeconds": 60}' "$doc"
jq '.desiredCount = 4 | .healthCheckGracePeriodSeconds = 90' "$doc" >"$TMP/x"
check "two changes are further apart than a block" run '[ "$(cmp -l "$1" "$TMP/x" | wc -l)" -ge 2 ] &&
	[ "$(cmp -l "$1" "$TMP/x" | awk "NR == 1 {a = \$1} END {print \$1 - a}")" -gt 512 ]' "$doc"
ok "rewritten in place, block by block, is one UpdateService" UpdateService=1 \
	dd if="$TMP/x" of="$doc" bs=512 conv=notrunc
check_output "of both" "4 90" service '"\(.desiredCount) \(.healthCheckGracePeriodSeconds)"'
ok "one byte in its middle is committed at the close" UpdateService=1 run \
	'printf 3 | dd of="$1" bs=1 conv=notrunc seek="$(grep -b -o "Count\": 4" "$1" | head -n 1 |
		sed "s/:.*//" | xargs -I{} expr {} + 8)"' "$doc"
check_output "and arrived" 3 count
denied
refused "which says what AWS refuses" EACCES UpdateService=1 run \
	'printf 9 | dd of="$1" bs=1 conv=notrunc seek="$(grep -b -o "Count\": 3" "$1" | head -n 1 |
		sed "s/:.*//" | xargs -I{} expr {} + 8)"' "$doc"
allowed
check "and keeps the text" grep -q '^  "desiredCount": 9' "$web/.service.json.rejected"
rejected service.json
ok "mmap reads what read reads" "" python3 -c '
import mmap, sys
with open(sys.argv[1], "rb") as file:
    text = file.read()
    assert mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)[:] == text' "$doc"
ok "a reader keeps its snapshot while the document changes" UpdateService=1 python3 -c '
import os, sys
path = sys.argv[1]
fd = os.open(path, os.O_RDONLY)
size = os.fstat(fd).st_size
first = os.read(fd, 100)
with open(path, "w") as file:
    file.write("{\"desiredCount\": 4, \"enableECSManagedTags\": false}")
rest = b"".join(iter(lambda: os.read(fd, 100), b""))
assert len(first + rest) == size, (len(first + rest), size)
assert b"\"desiredCount\": 3" in first + rest
assert b"\"desiredCount\": 4" in open(path, "rb").read()' "$doc"

# Signals.
slowly() {
	curl -fsS -X PUT -d "$1" "$URL/_emulator/latency" >/dev/null
}
signalled='
use POSIX;
my ($file, $noise, $end) = @ARGV;
$SIG{$noise} = sub { };
my $child = fork;
if (!$child) { for (1 .. 20) { select(undef, undef, undef, 0.02); kill $noise, getppid } kill $end, getppid if $end; exit }
$SIG{$end} = sub { } if $end;
my $fd = POSIX::open($file, O_WRONLY | O_TRUNC) or die "open: $!";
my $done = POSIX::write($fd, "6\n", 2);
print $! + 0, "\n" unless $done;
kill "KILL", $child;
exit(defined $done ? 0 : 1);'
forget
stat "$web/desiredCount" >/dev/null
slowly 1000
ok "signals that only tell something do not stop a change" UpdateService=1 \
	perl -e "$signalled" "$web/desiredCount" WINCH
stat "$web/desiredCount" >/dev/null
slowly 10000
check_output "SIGINT does, also after these" 4 perl -e "$signalled" "$web/desiredCount" WINCH INT
slowly 0

# Scratch files.
check "a file of 15 MiB" run 'head -c 15728640 /dev/zero > "$1"' "$web/big"
refused "all of them are 16 MiB at most" "No space left" "" run 'head -c 1572864 /dev/zero > "$1"' "$production/big"
refused "a hole counts as well" "No space left" "" truncate -s 2M "$production/big"
check "rm makes room" rm "$web/big" "$production/big"
check "again" run 'head -c 15728640 /dev/zero > "$1" && rm "$1"' "$web/big"
# As in any file: what was not written between two writes is zeros.
check "with holes" run 'cp --sparse=always "$2" "$1" && cmp "$2" "$1"' "$web/big" "$(type -P true)"
check "written behind its end" run ': > "$1"; echo end | dd of="$1" bs=1 seek=10 conv=notrunc &&
	printf "\0\0\0\0\0\0\0\0\0\0end\n" | cmp "$1"' "$web/big"
check_output "made longer" 1000 run 'truncate -s 1000 "$1"; wc -c < "$1"' "$web/big"
check_output "made shorter, by its path" 10 run 'perl -e "truncate(shift, 10) or die" "$1"; wc -c < "$1"' "$web/big"
check_output "made empty, by its path" 0 run 'perl -e "truncate(shift, 0) or die" "$1"; wc -c < "$1"; rm "$1"' "$web/big"
check_output "always 0600" 600 run 'umask 0; echo > "$1"; chmod 777 "$1"; stat -c %a "$1"' "$web/scratch"
ok "chown of one does nothing" "" run 'chown 1:1 "$1" && [ "$(stat -c %u "$1")" = "$(id -u)" ]' "$web/scratch"
ok "touch does nothing" "" touch -d 2001-01-01 "$web/scratch" "$doc"
refused "chmod of a resource" "Operation not permitted" "" chmod 600 "$doc"
ok "chmod to what it is" "" chmod 644 "$doc"
ok "rename of one to another" "" mv "$web/scratch" "$web/scratch2"
check_output "mv -n keeps the target" "one" run \
	'cd "$1"; echo one > a; echo two > b; mv -n b a; cat a; rm -f a b' "$web"
refused "exchange" "Invalid argument" "" python3 -c '
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2):
    sys.exit(os.strerror(ctypes.get_errno()))' "$web/scratch2" "$doc"
ok "a scratch file is never sent" "" rm "$web/scratch2"

# What is no change of a resource.
mv_says() {
	refused "mv of $1" "Operation not permitted" "" mv -n "$2" "$3"
}
task=$(find "$production/tasks" -name '*.json' | sort | head -n 1)
mv_says "a service" "$production/services/web" "$production/services/other"
mv_says "a service to another cluster" "$production/services/web" "$MNT/clusters/staging/services/other"
mv_says "a document" "$doc" "$web/other.json"
mv_says "a task" "$task" "$production/stopped-tasks/x.json"
mv_says "a cluster" "$production" "$MNT/clusters/other"
refused "mv of a service out of the mount changes nothing" "Operation not permitted" "" \
	run 'mv "$1" "$TMP/out.d"' "$doc"
rm -rf "$TMP/out.d"
# What removes a file to replace it, or as it has copied it, is no removal.
revisions=$MNT/task-definitions/web
cp "$revisions/3.json" "$task" "$TMP/work"
refused "mv of a task out of the mount" "Operation not permitted" "" mv -f "$task" "$TMP/taken"
refused "mv of a revision out of the mount" "Operation not permitted" "" \
	mv -f "$revisions/3.json" "$TMP/taken"
refused "mv from elsewhere onto a task" "Operation not permitted" "" \
	mv -f "$TMP/work/3.json" "$task"
refused "cp -f onto a task" "Operation not permitted" "" cp -f "$TMP/work/3.json" "$task"
refused "cp -f of one revision onto another" "Operation not permitted" "" \
	cp -f "$revisions/3.json" "$revisions/2.json"
refused "install onto a revision" "Operation not permitted" "" \
	install "$TMP/work/3.json" "$revisions/2.json"
refused "tar onto revisions" EPERM "" run \
	'tar -C "$1" -cf - 2.json 3.json | tar -C "$1" -xf -' "$revisions"
refused "mv of a service that could be deleted out of the mount" "Operation not permitted" "" \
	mv "$production/services/redis" "$TMP/out.d"
refused "mv from elsewhere onto a tag" "Operation not permitted" "" \
	run 'echo v > "$TMP/taken" && mv -f "$TMP/taken" "$1"' "$web/tags/team"
check "they are there" jq -e .taskArn "$task"
check "and so is the revision" cmp "$TMP/work/3.json" "$revisions/3.json"
rm -rf "$TMP/out.d"

# Names that need encoding.
ok "a tag with a slash" TagResource=1 put v "$web/tags/a%2Fb"
check_output "is so called in AWS" v service '.tags | from_entries["a/b"]'
ok "a tag with a percent sign, and blanks" TagResource=1 put v "$web/tags/50%25 of it"
check_output "is so called in AWS" v service '.tags | from_entries["50% of it"]'
ok "rm of it" UntagResource=1 rm "$web/tags/50%25 of it"
ok "rm of the other" UntagResource=1 rm "$web/tags/a%2Fb"
ok "a tag called as a year is a tag" TagResource=1 put v "$web/tags/2026"
ok "rm of it takes it away" UntagResource=1 rm "$web/tags/2026"
refused "a name that is wrongly encoded" "Invalid argument" "" put v "$web/tags/a%2"

# The api directory: a stream.
ok "a request and its response" StopTask=1 bash -c '
exec 3<>"$1/api/StopTask" &&
echo "{\"cluster\": \"production\", \"task\": \"$2\"}" >&3 &&
cat <&3 | jq -e ".task.desiredStatus == \"STOPPED\""' bash "$MNT" "$(basename "$task" .json)"
check_output "one after another on one file" $'production\nstaging' bash -c '
exec 3<>"$1/api/DescribeClusters"
for name in production staging; do
	echo "{\"clusters\": [\"$name\"]}" >&3 && cat <&3 | jq -r ".clusters[0].clusterName"
done' bash "$MNT"
check "the skeleton of a request" jq -e 'has("cluster")' "$MNT/api/StopTask"
refused "an error reaches the writer" "write error: No such file" StopTask=1 bash -c '
exec 3<>"$1/api/StopTask"; echo "{\"cluster\": \"nothing\", \"task\": \"x\"}" >&3' bash "$MNT"

# Two at once: both changes are whole, whoever was later.
both() {
	python3 - "$doc" <<-'END'
		import errno, json, os, sys
		path = sys.argv[1]
		text = open(path).read()
		def save(count, grace):
		    document = json.loads(text)
		    document["desiredCount"], document["healthCheckGracePeriodSeconds"] = count, grace
		    try:
		        with open(path, "w") as file:
		            file.write(json.dumps(document))
		    except OSError as error:
		        return error.errno
		    return 0
		def forked(pair):
		    pid = os.fork()
		    if pid == 0: os._exit(save(*pair))
		    return pid
		told = []
		for turn in range(5):
		    editors = [forked(pair) for pair in ((10 + turn, 110 + turn), (20 + turn, 120 + turn))]
		    for pid in editors:
		        told.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
		    now = json.load(open(path))
		    pair = now["desiredCount"], now["healthCheckGracePeriodSeconds"]
		    assert pair in ((10 + turn, 110 + turn), (20 + turn, 120 + turn)), pair
		    text = json.dumps(now)
		assert all(number in (0, errno.ESTALE) for number in told), told
		assert 0 in told, told
	END
}
put '{"desiredCount": 1, "healthCheckGracePeriodSeconds": 1}' "$doc"
check "two that save at once: one wins or is told, nothing mixes" both
put 3 "$web/desiredCount"
settle

# Removals.
task=$(find "$production/tasks" -name '*.json' | sort | head -n 1)
ok "rm of a task that another process reads" StopTask=1 python3 -c '
import os, sys
path = sys.argv[1]
with open(path) as file:
    start = file.read(50)
    os.unlink(path)
    assert not os.path.exists(path)
    assert len(start + file.read()) == os.fstat(file.fileno()).st_size' "$task"
refused "rm of a member" "Operation not permitted" "" rm -f "$web/desiredCount"
refused "rmdir of a service that runs" "Directory not empty" DeleteService=1 rmdir "$web"
before=$(service '.status')
refused "rm -rf of a service" "Operation not permitted" "UntagResource=1" rm -rf "$web"
check_output "leaves the service" "$before" service .status

destructive() {
	curl -fsS "$URL/_emulator/requests" | jq '[to_entries[] | select(.key |
		test("^(Delete|Deregister|Stop|Untag)")).value] | add // 0'
}
echo 0 >"$MNT/.ecsfs/delete-limit"
echo 20 >"$MNT/.ecsfs/delete-limit"
reset_calls
check "rm -rf of the whole mount fails" run '! rm -rf "$1"/* 2> "$TMP/rm"' "$MNT"
check_output "after 20 destructive calls" 20 destructive
check "and says so" grep -q "Operation not permitted" "$TMP/rm"
check "errors says how to raise the limit" grep -q "delete-limit" "$MNT/.ecsfs/errors"
check_output "the clusters are there" $'batch\nproduction\nstaging' ls "$MNT/clusters"
