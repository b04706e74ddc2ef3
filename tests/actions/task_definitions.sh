#!/usr/bin/env bash
# RegisterTaskDefinition, DeregisterTaskDefinition, DescribeTaskDefinition, ListTaskDefinitions
# and ListTaskDefinitionFamilies.
# shellcheck source=tests/actions/actions.sh
. "$(dirname "$0")/actions.sh"

begin
start_recorder
start_ecsfs
families=$MNT/task-definitions

definition() {
	shown "$2" DescribeTaskDefinition "{\"taskDefinition\": \"$1\", \"include\": [\"TAGS\"]}"
}

# Every member of RegisterTaskDefinition, and of its containers those that people use.
whole='{
	"family": "whole",
	"taskRoleArn": "arn:aws:iam::123456789012:role/task",
	"executionRoleArn": "arn:aws:iam::123456789012:role/execution",
	"networkMode": "awsvpc",
	"containerDefinitions": [{
		"name": "app", "image": "app:1", "cpu": 64, "memory": 128, "memoryReservation": 64,
		"links": [], "portMappings": [{"containerPort": 80, "hostPort": 80, "protocol": "tcp"}],
		"essential": true, "entryPoint": ["sh"], "command": ["-c", "true"],
		"environment": [{"name": "GREETING", "value": "grüße \"☃\" \\ /"}],
		"mountPoints": [{"sourceVolume": "data", "containerPath": "/data", "readOnly": true}],
		"volumesFrom": [], "linuxParameters": {"initProcessEnabled": true,
			"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}},
		"secrets": [{"name": "KEY", "valueFrom": "arn:aws:ssm:us-east-1:1:parameter/k"}],
		"dependsOn": [], "startTimeout": 10, "stopTimeout": 20, "user": "1000:1000",
		"workingDirectory": "/", "privileged": false, "readonlyRootFilesystem": true,
		"dnsServers": [], "dnsSearchDomains": [], "extraHosts": [],
		"dockerSecurityOptions": [], "interactive": false, "pseudoTerminal": false,
		"dockerLabels": {"a": "b"}, "ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}],
		"logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "g"}},
		"healthCheck": {"command": ["CMD", "true"], "interval": 30, "timeout": 5, "retries": 3},
		"systemControls": [], "resourceRequirements": [],
		"repositoryCredentials": {"credentialsParameter": "arn:aws:secretsmanager:us-east-1:1:secret:s"}
	}],
	"volumes": [{"name": "data", "dockerVolumeConfiguration": {"scope": "task", "driver": "local",
		"autoprovision": false, "driverOpts": {"a": "b"}, "labels": {"c": "d"}}},
		{"name": "host", "host": {"sourcePath": "/srv"}}],
	"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
	"requiresCompatibilities": ["EC2"],
	"cpu": "256",
	"memory": "512",
	"tags": [{"key": "team", "value": "web"}],
	"pidMode": "task",
	"ipcMode": "none",
	"proxyConfiguration": {"type": "APPMESH", "containerName": "app",
		"properties": [{"name": "ProxyIngressPort", "value": "15000"}]},
	"inferenceAccelerators": [{"deviceName": "device_1", "deviceType": "eia2.medium"}],
	"ephemeralStorage": {"sizeInGiB": 21},
	"runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
	"enableFaultInjection": false
}'
check "the document has every member of RegisterTaskDefinition" members_are "$whole" family \
	taskRoleArn executionRoleArn networkMode containerDefinitions volumes \
	placementConstraints requiresCompatibilities cpu memory tags pidMode ipcMode \
	proxyConfiguration inferenceAccelerators ephemeralStorage runtimePlatform \
	enableFaultInjection
check "a document dropped into task-definitions registers a family" \
	drop "$families/whole.json" "$whole"
check "RegisterTaskDefinition was sent every member as it was written" \
	sent_all_of RegisterTaskDefinition "$whole"
check_output "ls lists the family and no dropped name" whole ls "$families"
check_output "the account has its containers" 'grüße "☃" \ /' definition whole:1 \
	'.taskDefinition.containerDefinitions[0].environment[0].value'
check_output "the account has its volumes and tags" '["data","web"]' definition whole:1 \
	'[.taskDefinition.volumes[0].name, .tags[0].value]'
check_output "DescribeTaskDefinition was sent every include" '["TAGS"]' \
	eval 'cat "$families/whole/1.json" >/dev/null; sent DescribeTaskDefinition .include'
check_output "N.json has the tags as its last member" tags \
	jq -r 'keys_unsorted | last' "$families/whole/1.json"

# Revisions.
check "the same family dropped again is its second revision" drop "$families/whole.json" \
	"$(jq '.cpu = "512"' <<<"$whole")"
check_output "ls lists both" $'1.json\n2.json\nlatest.json' ls "$families/whole"
check "latest.json is edited" edit "$families/whole/latest.json" \
	'.containerDefinitions[0].image = "app:3"'
check_output "that is the third" app:3 definition whole:3 \
	'.taskDefinition.containerDefinitions[0].image'
check_output "latest.json is it at once" whole:3 \
	jq -r '.taskDefinitionArn | split("/") | last' "$families/whole/latest.json"
check "the edit kept what was not edited" jq -e --argjson whole "$whole" \
	'.volumes == $whole.volumes and .tags == $whole.tags and .cpu == "512"' \
	"$families/whole/latest.json"
check "an edit that changes nothing succeeds" edit "$families/whole/latest.json" .
check_output "... and registers nothing" 3 times_sent RegisterTaskDefinition
check "an old revision copied over latest.json is a new one" \
	cp "$families/whole/1.json" "$families/whole/latest.json"
check_output "... with its image" app:1 definition whole:4 \
	'.taskDefinition.containerDefinitions[0].image'
check "a revision dropped under another name is another family" \
	cp "$families/whole/3.json" "$families/other.json"
check_output "... whose first revision it is" app:3 definition other:1 \
	'.taskDefinition.containerDefinitions[0].image'
check_fails "a revision cannot be written" "Operation not permitted" \
	put '{}' "$families/whole/1.json"

# Deregistration.
check "rm deregisters a revision" rm -f "$families/whole/2.json"
check_output "the account has it as INACTIVE" INACTIVE definition whole:2 .taskDefinition.status
check_output "DeregisterTaskDefinition was sent its name" '{"taskDefinition":"whole:2"}' \
	sent DeregisterTaskDefinition
check_output "ls lists it no more" $'1.json\n3.json\n4.json\nlatest.json' ls "$families/whole"
check_output "inactive/ has it" 2.json ls "$families/whole/inactive"
check_output "it can be read there" INACTIVE jq -r .status "$families/whole/inactive/2.json"
check "rm of a family's last revision succeeds" rm -f "$families/other/1.json"
check_output "the family is listed no more" whole ls "$families"
check_output "but is there when it is named" 1.json ls "$families/other/inactive"

# query/
query=$MNT/query
register_app app
register_app application
forget
check_output "query/families finds by familyPrefix" $'app\napplication' ls "$query/families/familyPrefix=app"
check_output "query/families finds by status" other ls "$query/families/status=INACTIVE,familyPrefix=oth"
check_output "query/families without status finds what the account lists" \
	"$(http_shown '.families | join(" ")' ListTaskDefinitionFamilies '{"familyPrefix": "o"}')" \
	ls "$query/families/familyPrefix=o"
check_output "query/task-definitions finds by familyPrefix" app:1.json \
	ls "$query/task-definitions/familyPrefix=app"
check_output "query/task-definitions finds by status" $'other:1.json\nwhole:2.json' \
	ls "$query/task-definitions/status=INACTIVE"
check_output "what it finds are links to the revisions" INACTIVE \
	jq -r .status "$query/task-definitions/status=INACTIVE/whole:2.json"
check "query/task-definitions takes sort" ls "$query/task-definitions/familyPrefix=whole,sort=DESC"
check_output "ListTaskDefinitions was sent sort" DESC sent ListTaskDefinitions .sort
check_output "a link to an ACTIVE revision leads to it" ACTIVE \
	jq -r .status "$query/task-definitions/familyPrefix=whole,sort=DESC/whole:4.json"

# More than one page.
for i in $(seq 110); do
	register_app "page-$i"
	register_app paged
done
forget
check_output "ls lists every page of families" 110 eval 'ls "$families" | grep -c page-'
check_output "ListTaskDefinitionFamilies was sent nextToken and maxResults" true \
	sent ListTaskDefinitionFamilies 'has("nextToken") and has("maxResults")'
check_output "ls lists every page of revisions" 111 eval 'ls "$families/paged" | wc -l'
check_output "ListTaskDefinitions was sent nextToken and maxResults" true \
	sent ListTaskDefinitions 'has("nextToken") and has("maxResults")'
check_output "latest.json is the newest by number" 110 jq .revision "$families/paged/latest.json"
