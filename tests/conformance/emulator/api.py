#!/usr/bin/env python3
"""Every action of ecs-emulator through boto3: answers of the API's shape, AWS's rules and words."""

import sys

from harness import Emulator, eventually, main, refused, test

BRIDGE = [{"name": "app", "image": "app:1", "cpu": 256, "memory": 256,
           "portMappings": [{"containerPort": 80}]}]
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1", "subnet-2"]}}


def with_cluster(emulator, instances=0, cpu=1024, memory=2048, ports=None):
    ecs = emulator.client()
    ecs.create_cluster(clusterName="c")
    arns = [ecs.register_container_instance(
        cluster="c",
        totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": cpu},
                        {"name": "MEMORY", "type": "INTEGER", "integerValue": memory}],
        attributes=[{"name": "ecs.availability-zone", "value": f"us-west-2{'abc'[i % 3]}"},
                    {"name": "n", "value": str(i)}],
    )["containerInstance"]["containerInstanceArn"] for i in range(instances)]
    containers = [dict(BRIDGE[0])]
    if ports:
        containers[0]["portMappings"] = [{"containerPort": 80, "hostPort": ports}]
    ecs.register_task_definition(family="app", containerDefinitions=containers)
    return ecs, arns


def service(ecs, name="s"):
    return ecs.describe_services(cluster="c", services=[name])["services"][0]


def running(ecs, name="s", count=None):
    def check():
        now = service(ecs, name)
        wanted = now["desiredCount"] if count is None else count
        return (now["runningCount"] == wanted and now["pendingCount"] == 0
                and len(now["deployments"]) <= 1 and now)
    return eventually(check)


@test
def the_demo_account_has_the_shape_of_the_api(program):
    with Emulator(program, "--demo-data") as emulator:
        ecs = emulator.client()
        clusters = ecs.describe_clusters(
            clusters=ecs.list_clusters()["clusterArns"],
            include=["STATISTICS", "TAGS", "SETTINGS", "CONFIGURATIONS", "ATTACHMENTS"])
        assert len(clusters["clusters"]) == 3 and not clusters["failures"]
        services = tasks = 0
        for cluster in clusters["clusters"]:
            arn = cluster["clusterArn"]
            arns = ecs.list_services(cluster=arn, maxResults=100)["serviceArns"]
            found = ecs.describe_services(cluster=arn, services=arns, include=["TAGS"])
            assert len(found["services"]) == len(arns)
            services += len(arns)
            for status in "RUNNING", "STOPPED":
                arns = ecs.list_tasks(cluster=arn, desiredStatus=status)["taskArns"]
                if arns:
                    found = ecs.describe_tasks(cluster=arn, tasks=arns, include=["TAGS"])
                    assert all(t["desiredStatus"] == status for t in found["tasks"])
                    assert [t["taskArn"] for t in found["tasks"]] == arns
                    tasks += len(found["tasks"])
            arns = ecs.list_container_instances(cluster=arn)["containerInstanceArns"]
            if arns:
                ecs.describe_container_instances(
                    cluster=arn, containerInstances=arns,
                    include=["TAGS", "CONTAINER_INSTANCE_HEALTH"])
        assert services == 12 and tasks > 20
        for status in "ACTIVE", "INACTIVE":
            for arn in ecs.list_task_definitions(status=status)["taskDefinitionArns"]:
                found = ecs.describe_task_definition(taskDefinition=arn, include=["TAGS"])
                assert found["taskDefinition"]["status"] == status
        reports = ecs.describe_services(cluster="staging", services=["reports"])["services"][0]
        assert any("unable to consistently start tasks" in e["message"] for e in reports["events"])


@test
def lists_come_in_pages(program):
    with Emulator(program, "--scale",
                  "clusters=3,services=25,tasks=250,families=7,revisions=4,instances=5") as emulator:
        ecs = emulator.client()
        expected = {
            "list_clusters": ({}, "clusterArns", 3),
            "list_services": ({"cluster": "cluster-0000"}, "serviceArns", 25),
            "list_tasks": ({"cluster": "cluster-0001"}, "taskArns", 250),
            "list_container_instances": ({"cluster": "cluster-0001"}, "containerInstanceArns", 5),
            "list_task_definition_families": ({}, "families", 7),
            "list_task_definitions": ({}, "taskDefinitionArns", 28),
            "list_attributes": ({"cluster": "cluster-0000", "targetType": "container-instance"},
                                "attributes", 5 * 34),
        }
        for name, (arguments, member, total) in expected.items():
            for size in 1, 2, 7, 100:
                if size == 1 and total > 30:
                    continue
                pages = list(ecs.get_paginator(name).paginate(
                    **arguments, PaginationConfig={"PageSize": size}))
                items = [str(item) for page in pages for item in page[member]]
                assert len(items) == len(set(items)) == total, (name, size, len(items))
                assert all(len(page[member]) == size for page in pages[:-1]), name
        assert len(ecs.list_services(cluster="cluster-0000")["serviceArns"]) == 10
        up = ecs.list_task_definitions(sort="ASC", maxResults=100)["taskDefinitionArns"]
        down = [page["taskDefinitionArns"] for page in ecs.get_paginator(
            "list_task_definitions").paginate(sort="DESC", PaginationConfig={"PageSize": 5})]
        assert [arn for page in down for arn in page] == up[::-1]
        only = ecs.list_task_definitions(familyPrefix="family-00003")["taskDefinitionArns"]
        assert len(only) == 4
        for token in "x", "0123456789abcdef" * 3:
            with refused("InvalidParameterException", "Invalid token"):
                ecs.list_clusters(nextToken=token)
        other = ecs.list_clusters(maxResults=1)["nextToken"]
        with refused("InvalidParameterException", "Invalid token"):
            ecs.list_tasks(cluster="cluster-0000", nextToken=other)
        for size in 0, 101:
            with refused("InvalidParameterException", "maxResults"):
                ecs.list_clusters(maxResults=size)


@test
def batches_and_references_are_as_aws_has_them(program):
    with Emulator(program) as emulator:
        ecs, _ = with_cluster(emulator)
        with refused("InvalidParameterException", "service names can have at most 10 items."):
            ecs.describe_services(cluster="c", services=[f"s{i}" for i in range(11)])
        with refused("InvalidParameterException", "at most 100 items"):
            ecs.describe_tasks(cluster="c", tasks=["x"] * 101)
        with refused("InvalidParameterException", "Tasks cannot be empty."):
            ecs.describe_tasks(cluster="c", tasks=[])
        with refused("ClusterNotFoundException", "Cluster not found."):
            ecs.list_tasks(cluster="nowhere")
        with refused("InvalidParameterException",
                     "Identifier is for cluster other. Your cluster is c"):
            ecs.describe_tasks(cluster="c", tasks=[
                "arn:aws:ecs:us-west-2:123456789012:task/other/0123456789abcdef0123456789abcdef"])
        with refused("InvalidParameterException", "include should be one of [TAGS]"):
            ecs.describe_services(cluster="c", services=["s"], include=["NO"])
        failures = ecs.describe_services(cluster="c", services=["a", "b"])["failures"]
        assert [f["reason"] for f in failures] == ["MISSING", "MISSING"]
        assert failures[0]["arn"] == "arn:aws:ecs:us-west-2:123456789012:service/c/a"
        assert ecs.describe_clusters(clusters=["no"])["failures"][0]["reason"] == "MISSING"
        ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=0)
        for name in ("s", "arn:aws:ecs:us-west-2:123456789012:service/c/s",
                     "arn:aws:ecs:us-west-2:123456789012:service/s"):
            assert ecs.describe_services(
                cluster="arn:aws:ecs:us-west-2:123456789012:cluster/c",
                services=[name])["services"][0]["serviceName"] == "s"
        with refused("UnknownOperationException"):
            ecs.execute_command(cluster="c", task="t", command="c", interactive=True)


@test
def a_service_starts_replaces_and_stops_its_tasks(program):
    with Emulator(program, "--time-scale", "10") as emulator:
        ecs, arns = with_cluster(emulator, instances=2)
        made = ecs.create_service(cluster="c", serviceName="s", taskDefinition="app",
                                  desiredCount=3)["service"]
        assert made["status"] == "ACTIVE" and made["deployments"][0]["status"] == "PRIMARY"
        running(ecs)
        tasks = ecs.list_tasks(cluster="c", serviceName="s")["taskArns"]
        assert len(tasks) == 3
        task = ecs.describe_tasks(cluster="c", tasks=tasks)["tasks"][0]
        assert task["group"] == "service:s" and task["startedBy"] == made["deployments"][0]["id"]
        assert task["containers"][0]["networkBindings"][0]["hostPort"] >= 32768
        assert task["containerInstanceArn"] in arns
        ecs.stop_task(cluster="c", task=tasks[0], reason="because")
        assert tasks[0] not in ecs.list_tasks(cluster="c")["taskArns"]
        eventually(lambda: ecs.describe_tasks(cluster="c", tasks=tasks)["tasks"][0]["lastStatus"]
                   == "STOPPED")
        stopped = ecs.describe_tasks(cluster="c", tasks=tasks)["tasks"][0]
        assert stopped["stopCode"] == "UserInitiated" and stopped["stoppedReason"] == "because"
        assert stopped["stoppingAt"] <= stopped["executionStoppedAt"] <= stopped["stoppedAt"]
        assert ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"] == [tasks[0]]
        running(ecs, count=3)
        ecs.update_service(cluster="c", service="s", desiredCount=1)
        running(ecs, count=1)
        messages = [e["message"] for e in service(ecs)["events"]]
        assert any(m.startswith("(service s) has started 3 tasks: (task ") for m in messages)
        assert any(m.startswith("(service s) has stopped 2 running tasks: (task")
                   for m in messages), messages
        assert "(service s) has reached a steady state." in messages
        emulator.advance(3700)
        assert not ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"]
        assert ecs.describe_tasks(cluster="c", tasks=tasks[:1])["failures"][0]["reason"] == "MISSING"


@test
def a_deployment_rolls_within_its_percentages(program):
    with Emulator(program) as emulator:
        ecs, _ = with_cluster(emulator, instances=4, cpu=4096, memory=8192)
        ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=4,
                           deploymentConfiguration={"minimumHealthyPercent": 50,
                                                    "maximumPercent": 100})
        emulator.advance(10)
        assert service(ecs)["runningCount"] == 4
        ecs.register_task_definition(family="app", containerDefinitions=BRIDGE)
        ecs.update_service(cluster="c", service="s", taskDefinition="app")
        assert [d["status"] for d in service(ecs)["deployments"]] == ["PRIMARY", "ACTIVE"]
        seen = set()
        for _ in range(400):
            emulator.advance(0.1)
            now = service(ecs)
            assert now["runningCount"] >= 2 and now["runningCount"] + now["pendingCount"] <= 4
            seen.add(now["runningCount"])
            if len(now["deployments"]) == 1 and now["runningCount"] == 4:
                break
        assert len(now["deployments"]) == 1 and 2 in seen
        assert now["deployments"][0]["rolloutState"] == "COMPLETED"
        assert now["taskDefinition"].endswith("app:2")
        old = now["deployments"][0]["id"]
        ecs.update_service(cluster="c", service="s", desiredCount=4)
        assert service(ecs)["deployments"][0]["id"] == old
        ecs.update_service(cluster="c", service="s", forceNewDeployment=True)
        assert service(ecs)["deployments"][0]["id"] != old


@test
def a_circuit_breaker_rolls_back(program):
    with Emulator(program) as emulator:
        ecs, _ = with_cluster(emulator, instances=2)
        ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=1,
                           deploymentConfiguration={"deploymentCircuitBreaker": {
                               "enable": True, "rollback": True}})
        emulator.advance(10)
        ecs.register_task_definition(family="app", containerDefinitions=[
            dict(BRIDGE[0], image="app:missing")])
        ecs.update_service(cluster="c", service="s", taskDefinition="app:2")
        emulator.advance(120)
        now = service(ecs)
        assert now["taskDefinition"].endswith("app:1") and now["runningCount"] == 1, now
        stopped = ecs.list_tasks(cluster="c", desiredStatus="STOPPED")["taskArns"]
        reasons = {(t["stopCode"], t["stoppedReason"].split(":")[0])
                   for t in ecs.describe_tasks(cluster="c", tasks=stopped)["tasks"]}
        assert ("TaskFailedToStart", "CannotPullContainerError") in reasons, reasons


@test
def services_are_refused_ended_and_succeeded_as_in_aws(program):
    with Emulator(program, "--time-scale", "10") as emulator:
        ecs, _ = with_cluster(emulator, instances=1)
        arguments = {"cluster": "c", "serviceName": "s", "taskDefinition": "app",
                     "desiredCount": 1, "clientToken": "token"}
        first = ecs.create_service(**arguments)["service"]
        again = ecs.create_service(**arguments)["service"]
        assert first["createdAt"] == again["createdAt"]
        with refused("InvalidParameterException", "Creation of service was not idempotent."):
            ecs.create_service(**dict(arguments, clientToken="other"))
        with refused("InvalidParameterException",
                     "The service cannot be stopped while it is scaled above 0."):
            ecs.delete_service(cluster="c", service="s")
        with refused("ClusterContainsContainerInstancesException"):
            ecs.delete_cluster(cluster="c")
        running(ecs)
        assert ecs.delete_service(cluster="c", service="s",
                                  force=True)["service"]["status"] == "DRAINING"
        assert not ecs.list_services(cluster="c")["serviceArns"]
        with refused("ServiceNotActiveException", "Service was not ACTIVE."):
            ecs.update_service(cluster="c", service="s", desiredCount=1)
        eventually(lambda: service(ecs)["status"] == "INACTIVE")
        with refused("ServiceNotFoundException", "Service not found."):
            ecs.update_service(cluster="c", service="never", desiredCount=1)
        ecs.create_service(**arguments)
        assert running(ecs)["status"] == "ACTIVE"
        with refused("ClientException", "TaskDefinition not found."):
            ecs.create_service(**dict(arguments, serviceName="t", taskDefinition="none"))


@test
def clusters_are_made_changed_and_deleted(program):
    with Emulator(program) as emulator:
        ecs = emulator.client()
        made = ecs.create_cluster(
            clusterName="c", tags=[{"key": "a", "value": "1"}],
            settings=[{"name": "containerInsights", "value": "enabled"}],
            configuration={"executeCommandConfiguration": {"logging": "DEFAULT"}},
            capacityProviders=["FARGATE"], serviceConnectDefaults={"namespace": "ns"},
            defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}])
        assert made["cluster"]["settings"][0]["value"] == "enabled"
        with refused("InvalidParameterException", "invalid characters"):
            ecs.create_cluster(clusterName="a b")
        with refused("InvalidParameterException", "50"):
            ecs.create_cluster(clusterName="d", tags=[{"key": str(i), "value": ""}
                                                      for i in range(51)])
        assert ecs.create_cluster()["cluster"]["clusterName"] == "default"
        changed = ecs.update_cluster_settings(
            cluster="c", settings=[{"name": "containerInsights", "value": "disabled"}])
        assert changed["cluster"]["settings"][0]["value"] == "disabled"
        ecs.update_cluster(cluster="c", configuration={
            "executeCommandConfiguration": {"logging": "NONE"}})
        ecs.put_cluster_capacity_providers(
            cluster="c", capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=[])
        arn = made["cluster"]["clusterArn"]
        ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "2"},
                                                {"key": "b", "value": "3"}])
        ecs.untag_resource(resourceArn=arn, tagKeys=["b"])
        assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "a", "value": "2"}]
        shown = ecs.describe_clusters(clusters=["c"], include=["TAGS", "SETTINGS",
                                                               "CONFIGURATIONS", "STATISTICS"])
        cluster = shown["clusters"][0]
        assert cluster["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
        assert cluster["configuration"]["executeCommandConfiguration"]["logging"] == "NONE"
        assert len(ecs.describe_capacity_providers()["capacityProviders"]) == 2
        assert ecs.delete_cluster(cluster="c")["cluster"]["status"] == "INACTIVE"
        assert arn not in ecs.list_clusters()["clusterArns"]
        assert ecs.describe_clusters(clusters=["c"])["clusters"][0]["status"] == "INACTIVE"
        with refused("ClientException", "The referenced cluster was inactive."):
            ecs.list_tasks(cluster="c")
        with refused("ClusterNotFoundException"):
            ecs.delete_cluster(cluster="c")


@test
def task_definitions_are_checked_as_aws_checks_them(program):
    with Emulator(program) as emulator:
        ecs = emulator.client()

        def register(**changes):
            return ecs.register_task_definition(**{
                "family": "f", "containerDefinitions": BRIDGE, **changes})["taskDefinition"]

        first = register(tags=[{"key": "k", "value": "v"}])
        assert first["revision"] == 1 and first["networkMode"] == "bridge"
        assert first["compatibilities"] == ["EXTERNAL", "EC2"]
        assert first["containerDefinitions"][0]["portMappings"][0] == {
            "containerPort": 80, "hostPort": 0, "protocol": "tcp"}
        fargate = register(requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
                           networkMode="awsvpc")
        assert "FARGATE" in fargate["compatibilities"]
        assert fargate["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 80
        bad = {
            "No Fargate configuration exists for given values": dict(
                requiresCompatibilities=["FARGATE"], cpu="256", memory="4096",
                networkMode="awsvpc"),
            "Fargate only supports network mode": dict(
                requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
                networkMode="bridge"),
            "Container list cannot be empty.": dict(containerDefinitions=[]),
            "at most 10 container definitions": dict(containerDefinitions=[
                dict(BRIDGE[0], name=f"n{i}") for i in range(11)]),
            "Max allowed length is '65536' bytes.": dict(containerDefinitions=[
                dict(BRIDGE[0], environment=[{"name": "n", "value": "x" * 70000}])]),
            "At least one of 'memory' or 'memoryReservation' must be specified.": dict(
                containerDefinitions=[{"name": "a", "image": "b"}]),
            "Container.image should not be null or empty.": dict(
                containerDefinitions=[{"name": "a", "memory": 6}]),
            "invalid characters": dict(family="a.b"),
            "essential": dict(containerDefinitions=[dict(BRIDGE[0], essential=False)]),
        }
        for words, changes in bad.items():
            with refused("ClientException", words):
                register(**changes)
        with refused("InvalidParameterException", "50"):
            register(tags=[{"key": str(i), "value": ""} for i in range(51)])
        with refused("ClientException", "Unable to describe task definition."):
            ecs.describe_task_definition(taskDefinition="f:9")
        assert ecs.describe_task_definition(taskDefinition="f")["taskDefinition"]["revision"] == 2
        gone = ecs.deregister_task_definition(taskDefinition="f:2")["taskDefinition"]
        assert gone["status"] == "INACTIVE" and gone["deregisteredAt"]
        assert ecs.describe_task_definition(taskDefinition="f")["taskDefinition"]["revision"] == 1
        assert register()["revision"] == 3
        assert len(ecs.list_task_definitions(status="INACTIVE")["taskDefinitionArns"]) == 1
        with refused("ClientException", "TaskDefinition is inactive"):
            ecs.create_cluster(clusterName="c")
            ecs.run_task(cluster="c", taskDefinition="f:2")
        deleted = ecs.delete_task_definitions(taskDefinitions=["f:1", "f:2"])
        assert [d["status"] for d in deleted["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
        assert len(deleted["failures"]) == 1
        arn = first["taskDefinitionArn"]
        assert ecs.list_tags_for_resource(resourceArn=arn)["tags"][0]["key"] == "k"


@test
def tasks_are_placed_by_resources_constraints_and_strategy(program):
    with Emulator(program) as emulator:
        ecs, arns = with_cluster(emulator, instances=3)

        def run(count=1, **arguments):
            return ecs.run_task(cluster="c", taskDefinition="app", count=count, **arguments)

        def places(result):
            return [arns.index(t["containerInstanceArn"]) for t in result["tasks"]]

        assert sorted(places(run(3))) == [0, 1, 2]
        assert places(run(2, placementStrategy=[{"type": "binpack", "field": "memory"}]))[0] in \
            (0, 1, 2)
        assert places(run(placementConstraints=[
            {"type": "memberOf", "expression": "attribute:n == 2"}])) == [2]
        spread = run(4, group="g", placementConstraints=[{"type": "distinctInstance"}])
        assert len(spread["tasks"]) == 3 and len(spread["failures"]) == 1
        none = run(placementConstraints=[{"type": "memberOf", "expression": "attribute:n == 9"}])
        assert "MemberOf" in none["failures"][0]["reason"]
        full = run(10)
        assert full["failures"] and full["failures"][0]["reason"] == "RESOURCE:CPU"
        shown = ecs.describe_container_instances(cluster="c", containerInstances=arns)
        for instance in shown["containerInstances"]:
            left = {r["name"]: r for r in instance["remainingResources"]}
            assert left["CPU"]["integerValue"] == 0
            assert len(left["PORTS"]["stringSetValue"]) == 9
        direct = ecs.start_task(cluster="c", taskDefinition="app",
                                containerInstances=[arns[0], "0" * 32])
        assert [f["reason"] for f in direct["failures"]] == ["RESOURCE:CPU", "MISSING"]
        for arn in ecs.list_tasks(cluster="c", containerInstance=arns[0])["taskArns"]:
            ecs.stop_task(cluster="c", task=arn)
        emulator.advance(5)
        assert len(ecs.start_task(cluster="c", taskDefinition="app", containerInstances=[arns[0]],
                                  startedBy="me")["tasks"]) == 1
        emulator.control("PUT", "agent", {"id": arns[0].split("/")[-1], "connected": False})
        direct = ecs.start_task(cluster="c", taskDefinition="app", containerInstances=[arns[0]])
        assert direct["failures"][0]["reason"] == "AGENT"
        assert len(ecs.list_tasks(cluster="c", startedBy="me")["taskArns"]) == 1
        with refused("InvalidParameterException", "count"):
            run(11)
        with refused("InvalidParameterException", "is not a container in the TaskDefinition."):
            run(overrides={"containerOverrides": [{"name": "no", "cpu": 1}]})


@test
def host_ports_and_memory_run_out(program):
    with Emulator(program) as emulator:
        ecs, _ = with_cluster(emulator, instances=1, ports=8080)
        result = ecs.run_task(cluster="c", taskDefinition="app", count=2)
        assert [f["reason"] for f in result["failures"]] == ["RESOURCE:PORTS"]
        ecs.register_task_definition(family="big", containerDefinitions=[
            {"name": "a", "image": "b", "memory": 9000}])
        result = ecs.run_task(cluster="c", taskDefinition="big")
        assert [f["reason"] for f in result["failures"]] == ["RESOURCE:MEMORY"]


@test
def run_task_is_idempotent_by_its_client_token(program):
    with Emulator(program) as emulator:
        ecs, _ = with_cluster(emulator, instances=1)
        once = ecs.run_task(cluster="c", taskDefinition="app", clientToken="t")
        again = ecs.run_task(cluster="c", taskDefinition="app", clientToken="t")
        assert once["tasks"][0]["taskArn"] == again["tasks"][0]["taskArn"]
        assert len(ecs.list_tasks(cluster="c")["taskArns"]) == 1
        with refused("ConflictException"):
            ecs.run_task(cluster="c", taskDefinition="app", clientToken="t", count=2)


@test
def fargate_tasks_need_a_network_and_no_instance(program):
    with Emulator(program) as emulator:
        ecs = emulator.client()
        ecs.create_cluster(clusterName="c")
        ecs.register_task_definition(
            family="f", containerDefinitions=BRIDGE, requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc", cpu="256", memory="512")
        ecs.register_task_definition(family="b", containerDefinitions=BRIDGE)
        with refused("InvalidParameterException", "Network Configuration must be provided"):
            ecs.run_task(cluster="c", taskDefinition="f", launchType="FARGATE")
        with refused("InvalidParameterException", "No Container Instances were found"):
            ecs.run_task(cluster="c", taskDefinition="b")
        with refused("InvalidParameterException", "does not support launch_type FARGATE"):
            ecs.run_task(cluster="c", taskDefinition="b", launchType="FARGATE")
        task = ecs.run_task(
            cluster="c", taskDefinition="f", launchType="FARGATE", networkConfiguration=NETWORK,
            tags=[{"key": "a", "value": "b"}], enableECSManagedTags=True,
            overrides={"cpu": "512", "containerOverrides": [{"name": "app", "command": ["exit", "3"]}]},
        )["tasks"][0]
        assert task["lastStatus"] == "PROVISIONING" and task["cpu"] == "512"
        assert {t["key"] for t in task["tags"]} == {"a", "aws:ecs:clusterName"}
        seen = set()
        for _ in range(100):
            emulator.advance(0.1)
            task = ecs.describe_tasks(cluster="c", tasks=[task["taskArn"]])["tasks"][0]
            seen.add(task["lastStatus"])
        assert seen >= {"PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING",
                        "STOPPING", "DEPROVISIONING", "STOPPED"}
        assert task["stopCode"] == "EssentialContainerExited"
        assert task["containers"][0]["exitCode"] == 3
        assert task["attachments"][0]["type"] == "ElasticNetworkInterface"


@test
def daemons_and_draining_follow_the_instances(program):
    with Emulator(program) as emulator:
        ecs, arns = with_cluster(emulator, instances=2)
        ecs.create_service(cluster="c", serviceName="d", taskDefinition="app",
                           schedulingStrategy="DAEMON")
        ecs.create_service(cluster="c", serviceName="s", taskDefinition="app", desiredCount=2)
        emulator.advance(10)
        assert service(ecs, "d")["runningCount"] == service(ecs, "d")["desiredCount"] == 2
        assert len(ecs.list_services(cluster="c", schedulingStrategy="DAEMON")["serviceArns"]) == 1
        with refused("InvalidParameterException"):
            ecs.update_container_instances_state(cluster="c", containerInstances=arns[:1],
                                                 status="REGISTERING")
        ecs.update_container_instances_state(cluster="c", containerInstances=arns[:1],
                                             status="DRAINING")
        emulator.advance(20)
        assert service(ecs, "d")["desiredCount"] == 1 and service(ecs)["runningCount"] == 2
        assert not ecs.list_tasks(cluster="c", containerInstance=arns[0])["taskArns"]
        assert ecs.list_container_instances(cluster="c", status="DRAINING")[
            "containerInstanceArns"] == arns[:1]
        with refused("InvalidParameterException", "Found running tasks on the instance."):
            ecs.deregister_container_instance(cluster="c", containerInstance=arns[1])
        gone = ecs.deregister_container_instance(cluster="c", containerInstance=arns[1], force=True)
        assert gone["containerInstance"]["status"] == "INACTIVE"
        emulator.advance(20)
        messages = [e["message"] for e in service(ecs)["events"]]
        assert any("was unable to place a task because no container instance met all of its "
                   "requirements" in m for m in messages), messages


@test
def attributes_and_queries_select_instances(program):
    with Emulator(program) as emulator:
        ecs, arns = with_cluster(emulator, instances=3)
        target = {"targetType": "container-instance", "targetId": arns[1]}
        ecs.put_attributes(cluster="c", attributes=[{"name": "stack", "value": "blue", **target}])
        queries = {
            "attribute:stack == blue": [1],
            "attribute:stack exists": [1],
            "attribute:stack !exists": [0, 2],
            "attribute:n in [0, 2] and not attribute:stack exists": [0, 2],
            "(attribute:n == 0) or attribute:stack =~ b.*": [0, 1],
            "attribute:n > 0": [1, 2],
            "runningTasksCount == 0 and agentConnected == true": [0, 1, 2],
            "task:group == service:s": [],
        }
        for query, expected in queries.items():
            found = ecs.list_container_instances(cluster="c", filter=query)
            assert [arns.index(a) for a in found["containerInstanceArns"]] == expected, query
        with refused("InvalidParameterException", "Invalid filter expression"):
            ecs.list_container_instances(cluster="c", filter="attribute:n ==")
        found = ecs.list_attributes(cluster="c", targetType="container-instance",
                                    attributeName="stack", attributeValue="blue")["attributes"]
        assert [a["targetId"] for a in found] == arns[1:2]
        with refused("TargetNotFoundException"):
            ecs.put_attributes(cluster="c", attributes=[
                {"name": "x", "targetType": "container-instance", "targetId": "0" * 32}])
        ecs.delete_attributes(cluster="c", attributes=[{"name": "stack", **target}])
        assert not ecs.list_attributes(cluster="c", targetType="container-instance",
                                       attributeName="stack")["attributes"]


@test
def agents_update_and_submit_states(program):
    with Emulator(program) as emulator:
        ecs = emulator.client()
        ecs.create_cluster(clusterName="c")
        arn = ecs.register_container_instance(
            cluster="c", versionInfo={"agentVersion": "1.50.0"},
        )["containerInstance"]["containerInstanceArn"]

        def status():
            return ecs.describe_container_instances(
                cluster="c", containerInstances=[arn])["containerInstances"][0]

        ecs.update_container_agent(cluster="c", containerInstance=arn)
        assert status()["agentUpdateStatus"] == "PENDING"
        with refused("UpdateInProgressException"):
            ecs.update_container_agent(cluster="c", containerInstance=arn)
        emulator.advance(2)
        assert status()["agentUpdateStatus"] == "UPDATING"
        emulator.advance(2)
        assert status()["agentUpdateStatus"] == "UPDATED"
        with refused("NoUpdateAvailableException"):
            ecs.update_container_agent(cluster="c", containerInstance=arn)
        ecs.register_task_definition(family="app", containerDefinitions=BRIDGE)
        task = ecs.run_task(cluster="c", taskDefinition="app")["tasks"][0]["taskArn"]
        ecs.submit_task_state_change(cluster="c", task=task, status="RUNNING")
        assert ecs.describe_tasks(cluster="c", tasks=[task])["tasks"][0]["lastStatus"] == "RUNNING"
        ecs.submit_container_state_change(cluster="c", task=task, containerName="app",
                                          status="STOPPED", exitCode=7, reason="done")
        ecs.submit_task_state_change(cluster="c", task=task, status="STOPPED", reason="over")
        shown = ecs.describe_tasks(cluster="c", tasks=[task])["tasks"][0]
        assert shown["lastStatus"] == "STOPPED" and shown["stoppedReason"] == "over"
        assert shown["containers"][0]["exitCode"] == 7
        assert ecs.discover_poll_endpoint(cluster="c")["endpoint"].startswith("https://")


@test
def account_settings_are_kept(program):
    with Emulator(program) as emulator:
        ecs = emulator.client()
        assert not ecs.list_account_settings()["settings"]
        ecs.put_account_setting(name="containerInsights", value="enabled")
        ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
        assert len(ecs.list_account_settings()["settings"]) == 2
        assert len(ecs.list_account_settings(effectiveSettings=True)["settings"]) == 10
        ecs.delete_account_setting(name="awsvpcTrunking")
        assert len(ecs.list_account_settings()["settings"]) == 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
