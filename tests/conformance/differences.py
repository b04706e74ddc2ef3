#!/usr/bin/env python3
"""One script of calls against ecs-emulator and against moto, which nobody here wrote.

Whatever differs between their answers stands in EXPLAINED with what the API reference says of it;
a difference that does not stand there fails, and so does a row that explains nothing any more.
usage: differences.py EMULATOR
"""
import fnmatch
import json
import logging
import re
import subprocess
import sys
import warnings

try:
    import boto3
    import botocore.config
    import botocore.exceptions
    import moto
    from moto.server import ThreadedMotoServer
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(77)

# Another version differs otherwise.
MOTO = "5.2."
if not moto.__version__.startswith(MOTO):
    print(f"1..0 # SKIP written for moto {MOTO}x, not {moto.__version__}")
    sys.exit(77)

CONTAINER = {"name": "app", "image": "app:1", "cpu": 64, "memory": 64, "essential": True}

# The script: (name of the step, action, parameters). "$name" stands for what SAVED kept.
SCRIPT = [
    ("a cluster", "CreateCluster", {"clusterName": "c", "tags": [{"key": "team", "value": "web"}]}),
    ("the same again", "CreateCluster", {"clusterName": "c"}),
    ("another", "CreateCluster", {"clusterName": "d"}),
    ("clusters", "ListClusters", {}),
    ("a cluster's document", "DescribeClusters",
     {"clusters": ["c"], "include": ["TAGS", "SETTINGS", "STATISTICS"]}),
    ("a cluster that is not there", "DescribeClusters", {"clusters": ["nowhere"]}),
    ("deletion of one that is not there", "DeleteCluster", {"cluster": "nowhere"}),
    ("an instance", "RegisterContainerInstance",
     {"cluster": "c", "instanceIdentityDocument": "$identity"}),
    ("instances", "ListContainerInstances", {"cluster": "c"}),
    ("an instance's document", "DescribeContainerInstances",
     {"cluster": "c", "containerInstances": ["$instance"]}),
    ("an instance that is not there", "DescribeContainerInstances",
     {"cluster": "c", "containerInstances": ["11111111111111111111111111111111"]}),
    ("an attribute", "PutAttributes", {"cluster": "c", "attributes": [
        {"name": "rack", "value": "7", "targetType": "container-instance", "targetId": "$instance"}]}),
    ("attributes", "ListAttributes", {"cluster": "c", "targetType": "container-instance",
                                      "attributeName": "rack"}),
    ("an attribute's end", "DeleteAttributes", {"cluster": "c", "attributes": [
        {"name": "rack", "targetType": "container-instance", "targetId": "$instance"}]}),
    ("draining", "UpdateContainerInstancesState",
     {"cluster": "c", "containerInstances": ["$instance"], "status": "DRAINING"}),
    ("active again", "UpdateContainerInstancesState",
     {"cluster": "c", "containerInstances": ["$instance"], "status": "ACTIVE"}),
    ("an agent's update", "UpdateContainerAgent", {"cluster": "c", "containerInstance": "$instance"}),
    ("the poll endpoint", "DiscoverPollEndpoint", {"cluster": "c", "containerInstance": "$instance"}),
    ("a task definition", "RegisterTaskDefinition", {
        "family": "app", "containerDefinitions": [CONTAINER], "tags": [{"key": "a", "value": "b"}]}),
    ("its second revision", "RegisterTaskDefinition",
     {"family": "app", "containerDefinitions": [CONTAINER]}),
    ("one for Fargate", "RegisterTaskDefinition", {
        "family": "fargate", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"],
        "cpu": "256", "memory": "512",
        "containerDefinitions": [{"name": "app", "image": "app:1", "essential": True}]}),
    ("one without containers", "RegisterTaskDefinition",
     {"family": "none", "containerDefinitions": []}),
    ("families", "ListTaskDefinitionFamilies", {}),
    ("revisions", "ListTaskDefinitions", {"familyPrefix": "app"}),
    ("revisions, newest first", "ListTaskDefinitions", {"familyPrefix": "app", "sort": "DESC"}),
    ("a revision", "DescribeTaskDefinition", {"taskDefinition": "app:1", "include": ["TAGS"]}),
    ("a revision that is not there", "DescribeTaskDefinition", {"taskDefinition": "app:9"}),
    ("a revision's end", "DeregisterTaskDefinition", {"taskDefinition": "app:1"}),
    ("what is INACTIVE", "ListTaskDefinitions", {"familyPrefix": "app", "status": "INACTIVE"}),
    ("a service", "CreateService", {
        "cluster": "c", "serviceName": "web", "taskDefinition": "app", "desiredCount": 0,
        "tags": [{"key": "team", "value": "web"}],
        "placementStrategy": [{"type": "spread", "field": "instanceId"}]}),
    ("services", "ListServices", {"cluster": "c"}),
    ("services for Fargate", "ListServices", {"cluster": "c", "launchType": "FARGATE"}),
    ("a service's document", "DescribeServices",
     {"cluster": "c", "services": ["web"], "include": ["TAGS"]}),
    ("a service that is not there", "DescribeServices", {"cluster": "c", "services": ["nothing"]}),
    ("a service in a cluster that is not there", "DescribeServices",
     {"cluster": "nowhere", "services": ["web"]}),
    ("another count", "UpdateService", {"cluster": "c", "service": "web", "desiredCount": 1}),
    ("an update of one that is not there", "UpdateService",
     {"cluster": "c", "service": "nothing", "desiredCount": 1}),
    ("deletion of one that is scaled up", "DeleteService", {"cluster": "c", "service": "web"}),
    ("a task", "RunTask", {"cluster": "c", "taskDefinition": "app", "startedBy": "me"}),
    ("a task of what is not there", "RunTask", {"cluster": "c", "taskDefinition": "nothing"}),
    ("a task on an instance", "StartTask", {
        "cluster": "c", "taskDefinition": "app", "containerInstances": ["$instance"],
        "startedBy": "hand"}),
    ("tasks", "ListTasks", {"cluster": "c", "startedBy": "me"}),
    ("a task's document", "DescribeTasks", {"cluster": "c", "tasks": ["$task"]}),
    ("a task that is not there", "DescribeTasks",
     {"cluster": "c", "tasks": ["11111111111111111111111111111111"]}),
    ("what an agent says of a container", "SubmitContainerStateChange", {
        "cluster": "c", "task": "$task", "containerName": "app", "status": "RUNNING"}),
    ("what an agent says of a task", "SubmitTaskStateChange",
     {"cluster": "c", "task": "$task", "status": "RUNNING"}),
    ("a task's end", "StopTask", {"cluster": "c", "task": "$task", "reason": "enough"}),
    ("the end of one that is not there", "StopTask",
     {"cluster": "c", "task": "11111111111111111111111111111111"}),
    ("a tag", "TagResource", {"resourceArn": "$cluster", "tags": [{"key": "x", "value": "y"}]}),
    ("tags", "ListTagsForResource", {"resourceArn": "$cluster"}),
    ("a tag's end", "UntagResource", {"resourceArn": "$cluster", "tagKeys": ["x"]}),
    ("deregistration of a busy instance", "DeregisterContainerInstance",
     {"cluster": "c", "containerInstance": "$instance"}),
    ("deregistration by force", "DeregisterContainerInstance",
     {"cluster": "c", "containerInstance": "$instance", "force": True}),
    ("a service's end by force", "DeleteService",
     {"cluster": "c", "service": "web", "force": True}),
    ("the end of an empty cluster", "DeleteCluster", {"cluster": "d"}),
    ("clusters at the end", "ListClusters", {}),
]

# What later steps need of an answer.
SAVED = {
    "a cluster": ("cluster", lambda answer: answer["cluster"]["clusterArn"]),
    "an instance": ("instance", lambda answer:
                    answer["containerInstance"]["containerInstanceArn"].split("/")[-1]),
    "a task": ("task", lambda answer: answer["tasks"][0]["taskArn"].split("/")[-1]),
}

# (step, member, kind, what the API reference says). A step and a member may be shell patterns; a
# member is its path in the answer, without the indices of arrays. The kind is LACKS where moto's
# answer has no such member, ADDS where ecs-emulator's has none, and OTHER where the values differ.
LACKS, ADDS, OTHER = "moto lacks it", "moto adds it", "the values differ"
EXPLAINED = [
    # Members that the reference gives to the type, and that moto does not know.
    ("*", "cluster*.capacityProviders", LACKS, "Cluster: the providers associated with it"),
    ("*", "cluster*.defaultCapacityProviderStrategy", LACKS, "Cluster: its default strategy"),
    ("*", "cluster*.statistics*", LACKS, "Cluster: twelve counts, with include STATISTICS"),
    ("*", "*.attachments", LACKS, "ContainerInstance: the resources attached to it, such as ENIs"),
    ("*", "*.version", LACKS, "Task, ContainerInstance: counts up with each state change"),
    ("*", "*.containerDefinitions.systemControls", LACKS,
     "ContainerDefinition: AWS answers the empty list"),
    ("*", "taskDefinition.registeredAt", LACKS, "TaskDefinition: when it was registered"),
    ("*", "taskDefinition.registeredBy", LACKS, "TaskDefinition: the principal that registered it"),
    ("*", "taskDefinition.deregisteredAt", LACKS, "TaskDefinition: when it was deregistered"),
    ("*", "taskDefinition.requiresAttributes.name", LACKS,
     "TaskDefinition: the attributes that an instance must have"),
    ("*", "service*.availabilityZoneRebalancing", LACKS, "Service: ENABLED or DISABLED"),
    ("*", "service*.createdAt", LACKS, "Service: when it was created"),
    ("*", "service*.createdBy", LACKS, "Service: the principal that created it"),
    ("*", "service*.deploymentConfiguration.*", LACKS,
     "DeploymentConfiguration: its members have defaults, which AWS answers"),
    ("*", "service*.enable*", LACKS, "Service: false unless they were asked for"),
    ("*", "service*.placement*", LACKS, "Service: the placement that it was created with"),
    ("*", "task*.attributes", LACKS, "Task: its attributes"),
    ("*", "tasks.availabilityZone", LACKS, "Task: that of its instance"),
    ("*", "task.availabilityZone", LACKS, "Task: that of its instance"),
    ("*", "task*.containers.networkBindings", LACKS, "Container: its port mappings"),
    ("*", "task*.containers.imageDigest", LACKS, "Container: digest of the image that was pulled"),
    ("*", "task*.containers.runtimeId", LACKS, "Container: its id in the container runtime"),
    ("*", "task*.cpu", LACKS, "Task: CPU units that it uses, as a string"),
    ("*", "task*.memory", LACKS, "Task: memory that it uses, as a string"),
    ("*", "task*.createdAt", LACKS, "Task: when it went to PENDING"),
    ("*", "task*.enableExecuteCommand", LACKS, "Task: whether ECS Exec is on"),
    ("*", "task*.healthStatus", LACKS, "Task: UNKNOWN without health checks"),
    ("*", "task*.overrides.*", LACKS, "TaskOverride: AWS names each container"),
    ("a task's end", "task.*At", LACKS, "Task: when it started, was told to stop, and stopped"),
    ("a task's end", "task.stopCode", LACKS, "Task: UserInitiated after StopTask"),
    ("the poll endpoint", "serviceConnectEndpoint", LACKS, "DiscoverPollEndpoint answers three"),
    # What they were given.
    ("*", "*tags", LACKS, "Tags are a list, empty where there are none"),
    ("*", "*tags.*", LACKS, "CreateCluster and RegisterTaskDefinition answer the tags they took"),
    ("tags", "tags.*", OTHER, "ListTagsForResource tells those of CreateCluster too"),
    # Members of other types, or with placeholders.
    ("*", "*.networkConfiguration", ADDS, "Service: there is none without awsvpc"),
    ("*", "*.taskSets", ADDS, "Service: only those of the EXTERNAL deployment controller"),
    ("*", "*.deployments.platformFamily", ADDS, "Deployment: a platform's, such as Linux, not EC2"),
    ("*", "task*.overrides", ADDS, "TaskOverride: has the containers' names, so it is not empty"),
    ("*", "task*.containers.exitCode", ADDS, "Container: there is none before it exits"),
    ("*", "task*.stoppedReason", ADDS, "Task: there is none before it stops"),
    ("*", "task*.launchType", OTHER, "LaunchType: EC2 unless the request says otherwise"),
    ("*", "task*.containers.cpu", OTHER, "Container: cpu is a string"),
    ("*", "task*.containers.memory", OTHER, "Container: memory is a string"),
    ("*", "task*.containers.containerArn", OTHER, "Container: its ARN names cluster and task"),
    ("*", "task*.containers.taskArn", OTHER, "Container: the ARN of its task"),
    ("*", "task*.containers.healthStatus", OTHER, "HealthStatus: UNKNOWN without health checks"),
    ("*", "taskDefinition.compatibilities", OTHER, "Compatibility: EXTERNAL goes with EC2"),
    # Long ARNs, which name the cluster, are the only ones for new accounts since 2021.
    ("* not there", "failures.arn", OTHER, "the ARN of the long form names the cluster"),
    ("*", "attributes.targetId", OTHER, "Attribute: the short form or the full ARN"),
    # What an instance is made of depends on the machine.
    ("*", "containerInstance*.registeredResources.integerValue", OTHER, "those of the machine"),
    ("*", "containerInstance*.remainingResources.integerValue", OTHER, "those of the machine"),
    ("*", "containerInstance*.versionInfo.*", OTHER, "those of the agent"),
    ("an instance*", "containerInstance*.attributes.*", OTHER,
     "an agent registers its capabilities; Linux machines are linux"),
    ("*", "containerInstance*.attributes", ADDS, "Attribute: has a name"),
    ("*", "containerInstance*.attributes.*", LACKS, "Attribute: has a name"),
    # Things take their time: states after a call are those before its effect.
    ("*", "task*.lastStatus", OTHER, "the task's lifecycle begins with PROVISIONING"),
    ("*", "task*.containers.lastStatus", OTHER, "a container stops after its task was told to"),
    ("*", "service*.deployments.rolloutState*", OTHER, "IN_PROGRESS before COMPLETED"),
    ("*", "service*.deployments.desiredCount", OTHER, "UpdateService: the new count, at once"),
    ("*", "service*.runningCount", OTHER, "tasks that run; not those that will"),
    # Calls that moto takes for something else.
    ("attributes", "attributes*", "*", "ListAttributes finds what PutAttributes has put"),
    ("an attribute's end", "attributes.value", LACKS, "DeleteAttributes answers what it deleted"),
    ("an agent's update", "ERROR", OTHER, "NoUpdateAvailableException; moto has no such action"),
    ("the poll endpoint", "*ndpoint", OTHER, "DiscoverPollEndpoint answers https endpoints"),
    ("one without containers", "*", "*", "ClientException: containers cannot be empty"),
    ("families", "families", OTHER, "the family without containers was not registered"),
    ("a service's end by force", "service.status", OTHER, "DRAINING while tasks stop"),
    ("a service's end by force", "service.desiredCount", OTHER, "DeleteService scales it to 0"),
    ("a task that is not there", "failures*", "*", "DescribeTasks: a failure MISSING for each"),
    ("what an agent says*", "*", "*", "Submit...StateChange acknowledge; moto has no such action"),
    ("the end of one that is not there", "ERROR", OTHER,
     "StopTask: InvalidParameterException; moto fails"),
    ("deregistration by force", "containerInstance.agentConnected", OTHER, "it is let go"),
    ("deregistration by force", "containerInstance.runningTasksCount", OTHER, "its tasks are stopped"),
    ("deregistration by force", "containerInstance.status", OTHER, "INACTIVE, the reference says"),
    ("clusters at the end", "clusterArns", OTHER, "a deleted cluster is INACTIVE and not listed"),
]


def plain(value):
    """Without what cannot be the same twice: ids, times, accounts."""
    if isinstance(value, str):
        value = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "ID", value)
        value = re.sub(r"\b([0-9a-f]{32}|[0-9a-f]{64})\b", "ID", value)
        value = re.sub(r"\becs-svc/\d+", "ecs-svc/ID", value)
        value = re.sub(r"\bi-[0-9a-f]+\b", "i-ID", value)
        return re.sub(r"\b\d{12}\b", "ACCOUNT", value)
    if hasattr(value, "isoformat"):
        return "TIME"
    return value


def leaves(value, path=""):
    """Each leaf as (path, value), and each empty object and array."""
    if isinstance(value, dict) and value:
        for name in value:
            yield from leaves(value[name], f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for element in value:
            yield from leaves(element, path)
    else:
        yield path, plain(value)


def replaced(value, saved):
    if isinstance(value, dict):
        return {name: replaced(element, saved) for name, element in value.items()}
    if isinstance(value, list):
        return [replaced(element, saved) for element in value]
    if isinstance(value, str) and value.startswith("$"):
        return saved[value[1:]]
    return value


def snake(action):
    return re.sub(r"(?<!^)([A-Z])", r"_\1", action).lower()


def machine(url):
    """A machine of EC2 for the container instance, which moto looks for."""
    client = boto3.client("ec2", endpoint_url=url, region_name="us-east-1",
                          aws_access_key_id="key", aws_secret_access_key="secret")
    image = client.describe_images()["Images"][0]["ImageId"]
    return client.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]


def perform(url, instance_id):
    """{step: {path: sorted values}} of the whole script; an error is what it is called."""
    client = boto3.client(
        "ecs", endpoint_url=url, region_name="us-east-1", aws_access_key_id="key",
        aws_secret_access_key="secret", config=botocore.config.Config(
            parameter_validation=False, retries={"total_max_attempts": 1, "mode": "standard"}))
    identity = json.dumps({"instanceId": instance_id, "region": "us-east-1"})
    answers, saved = {}, {"identity": identity}
    for step, action, parameters in SCRIPT:
        try:
            answer = getattr(client, snake(action))(**replaced(parameters, saved))
            answer.pop("ResponseMetadata")
            if step in SAVED:
                name, pick = SAVED[step]
                saved[name] = pick(answer)
        except botocore.exceptions.ClientError as error:
            answer = {"ERROR": error.response["Error"]["Code"]}
        found = {}
        for path, value in leaves(answer):
            found.setdefault(path, []).append(value)
        answers[step] = {path: sorted(values, key=repr) for path, values in found.items()}
    return answers


def differences(ours, theirs):
    for step, _, _ in SCRIPT:
        for path in sorted(ours[step].keys() | theirs[step].keys()):
            if ours[step].get(path) != theirs[step].get(path):
                yield step, path, ours[step].get(path), theirs[step].get(path)


def with_emulator(program):
    process = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        return perform(process.stdout.readline().split()[-1], "i-0123456789abcdef0")
    finally:
        process.terminate()
        process.wait(timeout=20)


def with_moto():
    warnings.simplefilter("ignore")  # moto's own
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        return perform(url, machine(url))
    finally:
        server.stop()


def kind_of(mine, other):
    return LACKS if other is None else ADDS if mine is None else OTHER


def explains(row, step, path, kind):
    return (fnmatch.fnmatchcase(step, row[0]) and fnmatch.fnmatchcase(path, row[1]) and
            row[2] in ("*", kind))


def main(program):
    used, failed = set(), 0
    ours, theirs = with_emulator(program), with_moto()
    for step, path, mine, other in differences(ours, theirs):
        rows = [row for row in EXPLAINED if explains(row, step, path, kind_of(mine, other))]
        used.update(rows)
        if not rows:
            failed += 1
            print(f"# {step}: {path}\n#   ecs-emulator: {mine}\n#   moto:         {other}")
    print(f"{'not ok' if failed else 'ok'} 1 - every difference is explained")
    unused = [row for row in EXPLAINED if row not in used]
    for row in unused:
        print(f"# no difference any more: {row}")
    print(f"{'not ok' if unused else 'ok'} 2 - every explanation is of a difference")
    print("1..2")
    return 1 if failed or unused else 0


sys.exit(main(sys.argv[1]))
