#!/usr/bin/env bash
# CreateCluster, DeleteCluster, DescribeClusters, ListClusters, and the updates of clusters.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
start_recorder
start_ecsfs
clusters=$MNT/clusters

describe() {
	shown "$2" DescribeClusters "{\"clusters\": [\"$1\"],
		\"include\": [\"TAGS\", \"SETTINGS\", \"CONFIGURATIONS\", \"STATISTICS\"]}"
}

status() {
	describe "$1" '.clusters[0].status'
}

capacity() {
	describe web '.clusters[0] | [.capacityProviders, .defaultCapacityProviderStrategy]'
}

check "mkdir makes a cluster" mkdir "$clusters/web"
check_output "the account has it" ACTIVE status web
check_output "CreateCluster was sent its clusterName and nothing else" '{"clusterName":"web"}' \
	sent CreateCluster
check_output "ls lists it" web ls "$clusters"
check_fails "mkdir of it again is EEXIST" "File exists" mkdir "$clusters/web"

whole='{
	"clusterName": "dropped",
	"tags": [{"key": "team", "value": "web"}],
	"settings": [{"name": "containerInsights", "value": "enabled"}],
	"configuration": {"executeCommandConfiguration": {"logging": "DEFAULT"}},
	"capacityProviders": ["FARGATE", "FARGATE_SPOT"],
	"defaultCapacityProviderStrategy":
		[{"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 1}],
	"serviceConnectDefaults": {"namespace": "arn:aws:servicediscovery:us-east-1:1:namespace/n"}
}'
check "the document has every member of CreateCluster" members_are "$whole" clusterName tags \
	settings configuration capacityProviders defaultCapacityProviderStrategy serviceConnectDefaults
check "a document dropped into clusters makes a cluster" drop "$clusters/dropped.json" "$whole"
check "CreateCluster was sent every member as it was written" sent_all_of CreateCluster "$whole"
check_output "the dropped name is gone and the cluster is there" $'dropped\nweb' ls "$clusters"
check_output "the account has its tags and settings" \
	'[[{"key":"team","value":"web"}],[{"name":"containerInsights","value":"enabled"}]]' \
	describe dropped '.clusters[0] | [.tags, .settings]'

check "a cluster's document makes another cluster" cp "$clusters/dropped/cluster.json" \
	"$clusters/copied.json"
check_output "the account has the copy, with its capacity" '["FARGATE","FARGATE_SPOT"]' \
	describe copied '.clusters[0].capacityProviders'

# Every include of DescribeClusters is in what is read.
check_output "DescribeClusters was sent every include" \
	'["ATTACHMENTS","CONFIGURATIONS","SETTINGS","STATISTICS","TAGS"]' \
	sent DescribeClusters '.include | sort'
check_output "cluster.json has the tags" '[{"key":"team","value":"web"}]' \
	jq -c .tags "$clusters/dropped/cluster.json"
check_output "the member files are the members" enabled \
	jq -r '.[0].value' "$clusters/dropped/settings.json"
check_output "scalars are files" ACTIVE cat "$clusters/dropped/status"
check "statistics are there" jq -e 'type == "array"' "$clusters/dropped/statistics.json"
check_output "the configuration is there" DEFAULT \
	jq -r .executeCommandConfiguration.logging "$clusters/dropped/configuration.json"

# Changes.
check "settings.json takes settings" \
	put '[{"name": "containerInsights", "value": "enhanced"}]' "$clusters/web/settings.json"
check_output "the account has the settings" enhanced describe web '.clusters[0].settings[0].value'
check_output "the mount shows them at once" enhanced jq -r '.[0].value' "$clusters/web/settings.json"
check "capacityProviders.json takes providers" \
	put '["FARGATE", "FARGATE_SPOT"]' "$clusters/web/capacityProviders.json"
check_output "the account has them, and no strategy" '[["FARGATE","FARGATE_SPOT"],[]]' capacity
check "defaultCapacityProviderStrategy.json takes a strategy" \
	put '[{"capacityProvider": "FARGATE", "weight": 1, "base": 2}]' \
	"$clusters/web/defaultCapacityProviderStrategy.json"
check_output "the account has it, and the providers still" \
	'[["FARGATE","FARGATE_SPOT"],[{"base":2,"capacityProvider":"FARGATE","weight":1}]]' capacity
check "configuration.json takes a configuration" \
	put '{"executeCommandConfiguration": {"logging": "NONE"}}' "$clusters/web/configuration.json"
check_output "the account has it" NONE \
	describe web '.clusters[0].configuration.executeCommandConfiguration.logging'
check "serviceConnectDefaults.json takes defaults" \
	put '{"namespace": "arn:aws:servicediscovery:us-east-1:1:namespace/n"}' \
	"$clusters/web/serviceConnectDefaults.json"
check_output "the account has them" arn:aws:servicediscovery:us-east-1:1:namespace/n \
	describe web '.clusters[0].serviceConnectDefaults.namespace'
before=$(times_sent UpdateCluster)
check "cluster.json is edited as a whole" edit "$clusters/web/cluster.json" \
	'.settings[0].value = "disabled" | .tags = [{"key": "a", "value": "b"}]'
check_output "one UpdateCluster was sent, with what changed" "$((before + 1))
{\"cluster\":\"web\",\"settings\":[{\"name\":\"containerInsights\",\"value\":\"disabled\"}]}" \
	eval 'times_sent UpdateCluster; sent UpdateCluster'
check_output "the account has both" '["disabled",[{"key":"a","value":"b"}]]' \
	describe web '.clusters[0] | [.settings[0].value, .tags]'

# Deletion.
check "rmdir deletes a cluster" rmdir "$clusters/copied"
check_output "the account has it no more" INACTIVE status copied
check_output "DeleteCluster was sent its cluster" '{"cluster":"copied"}' sent DeleteCluster
check_fails "the mount has it no more" "No such file" ls "$clusters/copied"
register_instance web >/dev/null
refused "a cluster with container instances stays" "Directory not empty" ClusterContains \
	rmdir "$clusters/web"
check_output "it is there" ACTIVE status web

# More than one page.
for i in $(seq 150); do
	http_ecs CreateCluster "{\"clusterName\": \"page-$i\"}" >/dev/null
done
forget
check_output "ls lists every page" 152 eval 'ls "$clusters" | wc -l'
check_output "ListClusters was sent nextToken and maxResults" '["maxResults","nextToken"]' \
	sent ListClusters 'keys'
