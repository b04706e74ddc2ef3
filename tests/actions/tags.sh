#!/usr/bin/env bash
# TagResource and UntagResource: tags/KEY on clusters, services and container instances, and
# `tags` inside their documents; what ListTagsForResource says of it.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
http_ecs CreateCluster '{"clusterName": "c"}' >/dev/null
register_app app
http_ecs CreateService '{"cluster": "c", "serviceName": "web", "taskDefinition": "app",
	"desiredCount": 0}' >/dev/null
instance=$(register_instance c)
start_recorder
start_ecsfs --ttl 600
arn=arn:aws:ecs:us-east-1:123456789012

tags_of() {
	shown '[.tags[] | .key + "=" + .value] | sort | join(" ")' ListTagsForResource \
		"{\"resourceArn\": \"$1\"}"
}

for row in "clusters/c $arn:cluster/c" "clusters/c/services/web $arn:service/c/web" \
	"clusters/c/container-instances/$instance $arn:container-instance/c/$instance"; do
	read -r path arn_of_it <<<"$row"
	tags=$MNT/$path/tags
	check_output "$path: no tags yet" "" ls "$tags"
	check "$path: a tag is made" put web "$tags/team"
	check_output "$path: TagResource was sent its members" \
		"{\"resourceArn\":\"$arn_of_it\",\"tags\":[{\"key\":\"team\",\"value\":\"web\"}]}" \
		sent TagResource
	check_output "$path: the account has it" team=web tags_of "$arn_of_it"
	check "$path: a tag is written" put api "$tags/team"
	check_output "$path: the mount shows it at once" api cat "$tags/team"
	check "$path: a key may hold what a file name may not" put 1 "$tags/a%2Fb:c d"
	check_output "$path: the account has that key" "a/b:c d=1 team=api" tags_of "$arn_of_it"
	check_output "$path: ls shows both" $'a%2Fb:c d\nteam' ls "$tags"
	check "$path: a tag may have an empty value" put "" "$tags/empty"
	check_output "$path: and reads as an empty line" "" cat "$tags/empty"
	check "$path: rm takes a tag away" rm "$tags/team"
	check_output "$path: UntagResource was sent its members" \
		"{\"resourceArn\":\"$arn_of_it\",\"tagKeys\":[\"team\"]}" sent UntagResource
	check_output "$path: the account has it no more" "a/b:c d=1 empty=" tags_of "$arn_of_it"
	check_fails "$path: nor has the mount" "No such file" cat "$tags/team"
	check "$path: touch makes a tag" touch "$tags/touched"
	check_output "$path: TagResource was sent it with an empty value" \
		'[{"key":"touched","value":""}]' sent TagResource .tags
	check "$path: touch of a tag that is there changes nothing" touch "$tags/a%2Fb:c d"
	check_output "$path: the account has both" "a/b:c d=1 empty= touched=" tags_of "$arn_of_it"
	check "$path: rm takes that away, too" rm "$tags/touched"
done

# In documents.
for document in clusters/c/cluster.json clusters/c/services/web/service.json; do
	case $document in
	*cluster.json) arn_of_it=$arn:cluster/c ;;
	*) arn_of_it=$arn:service/c/web ;;
	esac
	check "$document: one tag added, one changed, one taken away" edit "$MNT/$document" '.tags =
		[{"key": "a/b:c d", "value": "2"}, {"key": "new", "value": "n"}]'
	check_output "$document: the account has it so" "a/b:c d=2 new=n" tags_of "$arn_of_it"
	check_output "$document: TagResource was sent what is new" \
		'[{"key":"a/b:c d","value":"2"},{"key":"new","value":"n"}]' sent TagResource .tags
	check_output "$document: UntagResource was sent what is gone" '["empty"]' \
		sent UntagResource .tagKeys
	check_output "$document: null takes them all away" "" \
		eval "put '{\"tags\": null}' '$MNT/$document'; tags_of '$arn_of_it'"
done
read_all() {
	find "$MNT/clusters" -type f -exec cat {} + >/dev/null
}
read_all
: >"$SENT"
put v "$MNT/clusters/c/tags/k"
read_all
check_output "a tag costs its own call and one Describe of what it is on" \
	$'TagResource\nDescribeClusters' jq -r .action "$SENT"
