#!/usr/bin/env python3
"""Faults, quotas, signatures and the control interface of ecs-emulator."""

import datetime
import http.client
import json
import socket
import sys
import threading
import time
import unittest.mock

# First, for it says that there is nothing to run where boto3 is missing.
from harness import Emulator, main, refused, test

import botocore.auth
import botocore.exceptions


def post(emulator, action, body=b"{}", timeout=5):
    connection = http.client.HTTPConnection(emulator.url.split("/")[2], timeout=timeout)
    connection.request("POST", "/", body, {
        "X-Amz-Target": "AmazonEC2ContainerServiceV20141113." + action,
        "Content-Type": "application/x-amz-json-1.1"})
    return connection.getresponse()


def faults(emulator, *specs):
    emulator.control("PUT", "faults", list(specs))


def raises(kinds, function):
    try:
        function()
    except kinds as error:
        return error
    raise AssertionError(f"none of {kinds} was raised")


@test
def errors_have_the_form_that_aws_gives_them(program):
    with Emulator(program) as emulator:
        answer = post(emulator, "ListTasks")
        error = json.loads(answer.read())
        assert answer.status == 400 and error["__type"] == "ClusterNotFoundException"
        assert error["message"] == "Cluster not found."
        assert answer.headers["x-amzn-errortype"] == "ClusterNotFoundException"
        assert len(answer.headers["x-amzn-RequestId"]) == 36
        assert answer.headers["Date"].endswith(" GMT")
        for body in b"{", b"[]", b'{"maxResults": "1"}', b'{"cluster": 5}', b'{"maxResults": 1.5}':
            answer = post(emulator, "ListTasks", body)
            assert json.loads(answer.read())["__type"] == "SerializationException", body
        answer = post(emulator, "Nothing")
        assert json.loads(answer.read())["__type"] == "UnknownOperationException"


@test
def errors_can_be_asked_for(program):
    expected = {
        "http500": "ServerException", "http503": "ServiceUnavailableException",
        "throttle": "ThrottlingException", "expired": "ExpiredTokenException",
        "signature": "InvalidSignatureException", "skew": "InvalidSignatureException",
        "denied": "AccessDeniedException",
    }
    with Emulator(program, "--fault", "ListClusters:http500:1") as emulator:
        ecs = emulator.client()
        with refused("ServerException"):
            ecs.list_clusters()
        ecs.list_clusters()
        for kind, code in expected.items():
            faults(emulator, f"ListClusters:{kind}:1")
            ecs.describe_clusters()
            with refused(code):
                ecs.list_clusters()
            ecs.list_clusters()
            assert not emulator.control("GET", "faults")
        faults(emulator, "*:skew:1")
        answer = post(emulator, "ListClusters")
        date = datetime.datetime.strptime(answer.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT")
        ahead = date - datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        assert 590 < ahead.total_seconds() < 610


@test
def connections_can_go_wrong(program):
    with Emulator(program) as emulator:
        ended = (http.client.RemoteDisconnected, ConnectionResetError)
        for kind in "refuse", "drop-reply":
            faults(emulator, f"*:{kind}:1")
            raises(ended, lambda: post(emulator, "CreateCluster", b'{"clusterName": "%s"}'
                                       % kind.encode()))
        assert len(emulator.client().list_clusters()["clusterArns"]) == 1
        faults(emulator, "*:hang:1")
        raises(socket.timeout, lambda: post(emulator, "ListClusters", timeout=0.5))
        faults(emulator, "*:reset:1")
        raises((http.client.IncompleteRead, ConnectionResetError),
               lambda: post(emulator, "ListClusters").read())
        faults(emulator, "*:slow:1")
        answer = post(emulator, "ListClusters")
        began = time.monotonic()
        assert answer.read(2) and 1 < time.monotonic() - began < 4
        faults(emulator)
        assert post(emulator, "ListClusters").status == 200


@test
def bodies_can_go_wrong(program):
    with Emulator(program, "--demo-data") as emulator:
        def answer(kind):
            faults(emulator, f"ListClusters:{kind}:1")
            return post(emulator, "ListClusters", timeout=60).read()

        assert answer("empty") == b""
        raises(ValueError, lambda: json.loads(answer("cut")))
        assert json.loads(answer("shape")) == {"clusterArns": "shape"}
        assert len(answer("huge")) > 100 << 20
        assert len(json.loads(answer("duplicates"))["clusterArns"]) == 6
        assert len(json.loads(answer("missing"))["clusterArns"]) == 2
        faults(emulator, "ListClusters:endless-token")
        token = None
        for _ in range(5):
            page = json.loads(post(emulator, "ListClusters", json.dumps(
                {"nextToken": token} if token else {}).encode()).read())
            token = page["nextToken"]
            assert len(page["clusterArns"]) == 3


@test
def requests_are_counted(program):
    with Emulator(program) as emulator:
        for _ in range(3):
            post(emulator, "ListClusters").read()
        post(emulator, "ListTasks").read()
        assert emulator.control("GET", "requests") == {"ListClusters": 3, "ListTasks": 1}
        emulator.control("POST", "reset-counts")
        assert emulator.control("GET", "requests") == {}
        raises(Exception, lambda: emulator.control("PUT", "faults", ["ListClusters:nothing"]))
        raises(Exception, lambda: emulator.control("GET", "nowhere"))


@test
def signatures_are_verified(program):
    with Emulator(program, "--verify-signatures", "AKID:secret/+word") as emulator:
        good = emulator.client("AKID", "secret/+word", region="eu-central-1")
        arn = good.create_cluster(clusterName="c", tags=[{"key": "ü", "value": "a  b"}])
        assert ":eu-central-1:" in arn["cluster"]["clusterArn"]
        with refused("InvalidSignatureException"):
            emulator.client("AKID", "secret").list_clusters()
        with refused("UnrecognizedClientException"):
            emulator.client("OTHER", "secret/+word").list_clusters()
        answer = post(emulator, "ListClusters")
        assert json.loads(answer.read())["__type"] == "MissingAuthenticationTokenException"
        for minutes, words in (-6, "Signature expired"), (6, "Signature not yet current"):
            then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(
                minutes=minutes)
            with unittest.mock.patch("botocore.auth.get_current_datetime",
                                     lambda **_: then.replace(tzinfo=None)):
                with refused("InvalidSignatureException", words):
                    good.list_clusters()


@test
def quotas_are_enforced_and_refill(program):
    with Emulator(program, "--enforce-quotas") as emulator:
        ecs = emulator.client()
        for _ in range(20):
            ecs.create_cluster(clusterName="c")
        with refused("ThrottlingException", "Rate exceeded"):
            ecs.create_cluster(clusterName="c")
        ecs.list_clusters()
        time.sleep(1.1)
        ecs.create_cluster(clusterName="c")


@test
def latency_is_not_a_queue(program):
    with Emulator(program, "--latency", "300") as emulator:
        began = time.monotonic()
        threads = [threading.Thread(target=lambda: post(emulator, "ListClusters").read())
                   for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        passed = time.monotonic() - began
        assert 0.3 <= passed < 2.4, passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
