"""Start ecs-emulator, and compare what it answers with the service model of the ECS API.

Every answer that a client made here receives is checked against botocore's model: no member that
the API does not have, no value of another type, no word outside an enumeration.
"""

import contextlib
import json
import re
import subprocess
import sys
import time
import urllib.request


try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    print("1..0 # SKIP boto3 is not installed")
    sys.exit(0)


class Emulator:
    """A running emulator. Ends with the `with` block, and must end with status 0."""

    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [program, "--port", "0", *options], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        match = re.fullmatch(r"ecs-emulator: listening on (http://127\.0\.0\.1:\d+)\n", line)
        assert match, f"unexpected first line: {line!r}"
        self.url = match.group(1)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.process.terminate()
        status = self.process.wait(timeout=20)
        self.process.stdout.close()
        assert status == 0, f"the emulator ended with {status}"

    def client(self, key="key", secret="secret", region="us-west-2", **config):
        config.setdefault("retries", {"total_max_attempts": 1, "mode": "standard"})
        client = boto3.client(
            "ecs", endpoint_url=self.url, region_name=region, aws_access_key_id=key,
            aws_secret_access_key=secret, config=botocore.config.Config(**config))
        client.meta.events.register("after-call.ecs", check_answer)
        return client

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/_emulator/" + path, data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def advance(self, seconds):
        return self.control("POST", "advance", int(seconds * 1000))


def check_answer(http_response, model, **_):
    if http_response.status_code == 200:
        check_shape(json.loads(http_response.content), model.output_shape, model.name)


def check_shape(value, shape, where):
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{where}: not a structure"
        for name, member in value.items():
            assert name in shape.members, f"{where}: the API has no {name}"
            check_shape(member, shape.members[name], f"{where}.{name}")
    elif kind == "list":
        assert isinstance(value, list), f"{where}: not a list"
        for position, element in enumerate(value):
            check_shape(element, shape.member, f"{where}[{position}]")
    elif kind == "map":
        assert isinstance(value, dict), f"{where}: not a map"
        for name, element in value.items():
            check_shape(element, shape.value, f"{where}.{name}")
    elif kind == "string":
        assert isinstance(value, str), f"{where}: {value!r} is not a string"
        assert not shape.enum or value in shape.enum, f"{where}: {value} is not in {shape.enum}"
    elif kind in ("integer", "long"):
        assert type(value) is int, f"{where}: {value!r} is not an integer"
    elif kind in ("double", "float"):
        assert type(value) in (int, float), f"{where}: {value!r} is not a number"
    elif kind == "timestamp":
        assert type(value) in (int, float), f"{where}: {value!r} is not a timestamp"
        assert value < 1e11, f"{where}: {value!r} is not in seconds"
    elif kind == "boolean":
        assert type(value) is bool, f"{where}: {value!r} is not a boolean"
    else:
        raise AssertionError(f"{where}: unknown kind {kind}")


@contextlib.contextmanager
def refused(code, words=""):
    """The block must fail with this error code and a message that has these words."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        got = error.response["Error"]
        assert got["Code"] == code, f"{got['Code']} instead of {code}: {got['Message']}"
        assert words in got["Message"], f"{got['Message']!r} lacks {words!r}"
    else:
        raise AssertionError(f"not refused with {code}")


def eventually(condition, seconds=15):
    """Wait until condition() is true, and return its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, "it did not become true in time"
        time.sleep(0.05)


TESTS = []


def test(function):
    TESTS.append(function)
    return function


def main(program):
    """Run the tests, in TAP; a test's name is its sentence."""
    failed = 0
    print(f"1..{len(TESTS)}")
    for number, function in enumerate(TESTS, 1):
        name = function.__name__.replace("_", " ")
        try:
            function(program)
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            failed += 1
            print(f"not ok {number} - {name}\n# {type(error).__name__}: {error}", flush=True)
    return 1 if failed else 0
