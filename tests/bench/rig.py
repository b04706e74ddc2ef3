"""What every row of scripts/bench needs: servers and mounts that end when their `with` does, counts
of calls and of FUSE requests, and a stopwatch. Standard library only."""
import contextlib
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build-bench"
CLUSTER = "cluster-0000"  # the first that ecs-emulator --scale makes
MIB = 1024 * 1024


class Failed(Exception):
    """A row could not be measured; that is no missed target."""


class Skipped(Exception):
    """What a row is measured beside is not installed."""


def environment():
    """Nothing of the caller's own AWS configuration reaches a measurement."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    env.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", AWS_REGION="us-east-1",
               AWS_DEFAULT_REGION="us-east-1", AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="",
               AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null",
               LC_ALL="C.UTF-8", no_proxy="127.0.0.1")
    return env


def note(text):
    print(text, file=sys.stderr, flush=True)


def wait_for(what, holds, seconds=120):
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.02)


@contextlib.contextmanager
def process(argv):
    """A program that says on stdout when it is ready; yields it and that line."""
    with tempfile.TemporaryFile("w+") as errors:
        child = subprocess.Popen([str(a) for a in argv], stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=errors, text=True,
                                 env=environment())

        def complaint():
            errors.seek(0)
            return errors.read().strip() or "no word why"

        try:
            yield child, complaint
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            child.stdout.close()


class Emulator:
    def __init__(self, url, pid):
        self.url, self.pid = url, pid

    def control(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + "/_emulator/" + path, data, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def calls(self):
        """Requests since the last reset, by action."""
        return self.control("GET", "requests")

    def reset(self):
        self.control("POST", "reset-counts", {})


@contextlib.contextmanager
def emulator(*options, **scale):
    argv = [BUILD / "src/emulator/ecs-emulator", "--port", "0", "--scale",
            ",".join(f"{key}={value}" for key, value in scale.items()), *options]
    with process(argv) as (child, complaint):
        line = child.stdout.readline()
        if "listening on " not in line:
            raise Failed(f"ecs-emulator: {complaint()}")
        yield Emulator(line.split("listening on ")[1].strip(), child.pid)


def is_mounted(directory):
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return any(line.split()[1] == str(directory) for line in mounts)


class Mount:
    """A file system: `path` is where a cluster is, `root` where it is mounted."""

    def __init__(self, root, pid):
        self.root, self.pid = root, pid
        self.path = root / "clusters" / CLUSTER

    def stats(self):
        """ecsfs shows the same counts for a second, so that their size holds while they are read."""
        time.sleep(1.1)
        return (self.root / ".ecsfs/stats").read_text()

    def requests(self):
        """FUSE requests that ecsfs has answered, by type."""
        counts = {}
        for kind, count in re.findall(r'^ecsfs_fuse_requests_total\{type="(\w+)".*\} (\d+)$',
                                      self.stats(), re.M):
            counts[kind] = counts.get(kind, 0) + int(count)
        return counts

    def requests_of(self, action):
        """Those that it takes to do `action`, without those that it takes to count them."""
        self.requests()
        before, again = self.requests(), self.requests()
        action()
        after = self.requests()
        own = {kind: again[kind] - before.get(kind, 0) for kind in again}
        found = {kind: after[kind] - again.get(kind, 0) - own.get(kind, 0) for kind in after}
        return {kind: count for kind, count in found.items() if count}

    def metric(self, name):
        return sum(float(number) for number in
                   re.findall(rf"^{name}(?:\{{.*\}})? (\S+)$", self.stats(), re.M))

    def memory(self):
        """Resident bytes of the daemon."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s*(\d+)", status)[1]) * 1024


@contextlib.contextmanager
def mounted(argv, kind):
    with tempfile.TemporaryDirectory(prefix="ecsfs-bench.") as directory:
        root = Path(directory).resolve()
        try:
            with process([*argv, root]) as (child, complaint):
                wait_for(f"{argv[0]}: mounting",
                         lambda: is_mounted(root) or child.poll() is not None)
                if child.poll() is not None:
                    raise Failed(f"{kind}: {complaint()}")
                yield Mount(root, child.pid)
        finally:
            if is_mounted(root):
                subprocess.run(["fusermount3", "-u", "-z", str(root)], check=False)


def ecsfs(server, *options, quotas=False):
    """A mount that knows nothing yet. --quota-share 0: a loopback server has no quotas, and what a
    row compares with keeps none; the row on quotas takes the default."""
    share = [] if quotas else ["--quota-share", "0"]
    return mounted([BUILD / "src/ecsfs", "-f", "--endpoint-url", server.url, *share, *options],
                   "ecsfs")


def floor(tree):
    return mounted([BUILD / "tests/bench/floor", tree], "floor")


def run(command, cwd=None):
    """Seconds that a program takes, from fork to end; its status may be 1 (grep: not found)."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    seconds = time.perf_counter() - start
    if done.returncode > 1 or done.stderr:
        raise Failed(f"{command}: {done.stderr.decode(errors='replace')[:300]}")
    return seconds


def output(command):
    done = subprocess.run([str(word) for word in command], env=environment(), text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if done.returncode:
        raise Failed(f"{command[0]}: {done.stderr.strip()[-300:]}")
    return done.stdout


def copy_tasks(source, target):
    """The tasks that a mount shows, as plain files for the floor; how many bytes they are."""
    directory = Path(target) / "clusters" / CLUSTER / "tasks"
    directory.mkdir(parents=True)
    size = 0
    for entry in os.scandir(source.path / "tasks"):
        content = Path(entry.path).read_bytes()
        (directory / entry.name).write_bytes(content)
        size += len(content)
    return size


def interleaved(tries, *measures):
    """The median of each, measured in turns, in another order each time, so that noise hits all
    alike, also noise that comes and goes in a rhythm. How far the tries are apart is told."""
    taken = [[] for _ in measures]
    for _ in range(tries):
        for at in random.sample(range(len(measures)), len(measures)):
            taken[at].append(measures[at]())
    note("    " + ", ".join(f"{min(values):.4g} to {max(values):.4g} s" for values in taken))
    return [statistics.median(values) for values in taken]
