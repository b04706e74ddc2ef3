"""The rows of docs/benchmarks.md: what each measures, and why that is fair. A row yields results;
whether the target is reached is computed here and nowhere rounded in ecsfs' favour."""
import contextlib
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from rig import (BUILD, CLUSTER, HERE, MIB, Skipped, copy_tasks, ecsfs, emulator, floor, interleaved,
                 output, run)

TASKS = 10000
SERVICES = 1000
SERVICE = "service-00000"  # the first that ecs-emulator --scale makes
LONG_TTL = ("--ttl", "600")  # so that nothing expires between two warm tries

# The globs are the shell's, as typed; more arguments than one command takes need xargs.
CAT = ["sh", "-c", "cat tasks/*.json"]
CAT_MANY = ["sh", "-c", "printf '%s\\0' tasks/*.json | xargs -0 cat"]
CAT_COUNTS = ["sh", "-c", 'for s in services/*; do cat "$s/desiredCount"; done']


@dataclass
class Result:
    what: str
    must: str
    measured: str
    beside: str
    reached: bool


ROWS = {}


def row(function):
    ROWS[function.__name__.replace("_", "-")] = function
    return function


def pages(count, size=100):
    return math.ceil(count / size)


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.1f} ms"


def mib(value):
    return f"{value / MIB:.1f} MiB"


def told(calls):
    return ", ".join(f"{count} {action}" for action, count in sorted(calls.items())) or "none"


def calls_at_most(what, limit, formula, calls):
    total = sum(calls.values())
    return Result(what, f"{formula} = {limit}" if formula else str(limit), str(total), told(calls),
                  total <= limit)


@contextlib.contextmanager
def floor_tree(server):
    """What a mount of `server` shows, as a directory that the floor loads."""
    with tempfile.TemporaryDirectory(prefix="ecsfs-bench.") as tree:
        with ecsfs(server, *LONG_TTL) as mount:
            copy_tasks(mount, tree)
        yield tree


def cold(mount, command):
    """`command` in a mount that knows nothing: mounting is not counted, finding the cluster is."""
    with mount as fresh:
        return run(command, fresh.path)


@row
def calls_cat(options):
    """Counted by the server: what the API's page limits make unavoidable, and 3."""
    with emulator(tasks=TASKS) as server, ecsfs(server) as mount:
        run(CAT, mount.path)
        yield calls_at_most(f"API calls, cold `cat tasks/*.json`, {TASKS:,} tasks",
                            2 * pages(TASKS) + 3, "⌈N/100⌉ + ⌈N/100⌉ + 3", server.calls())


@row
def calls_services(options):
    """Each is read by a `cat` of its own; the batches must come from what ecsfs makes of them."""
    with emulator(services=SERVICES) as server, ecsfs(server) as mount:
        run(CAT_COUNTS, mount.path)
        yield calls_at_most(
            f"API calls, `for s in services/*; do cat $s/desiredCount; done`, {SERVICES:,} services",
            pages(SERVICES) + pages(SERVICES, 10) + 3, "⌈N/100⌉ + ⌈N/10⌉ + 3", server.calls())


@row
def calls_ls(options):
    """A collection of directories, whose own path is known already."""
    for command in (["ls", "services"], ["ls", "-l", "services"]):
        with emulator(services=SERVICES) as server, ecsfs(server) as mount:
            os.stat(mount.path)
            server.reset()
            run(command, mount.path)
            yield calls_at_most(f"API calls, `{' '.join(command)}`, {SERVICES:,} services",
                                pages(SERVICES), "⌈N/100⌉", server.calls())


@row
def calls_again(options):
    """The three rows above, once more within the TTL."""
    commands = (CAT, CAT_COUNTS, ["ls", "-l", "services"])
    with emulator(tasks=TASKS, services=SERVICES) as server, ecsfs(server, *LONG_TTL) as mount:
        for command in commands:
            run(command, mount.path)
        server.reset()
        for command in commands:
            run(command, mount.path)
        yield calls_at_most("API calls, everything again within the TTL", 0, "", server.calls())


@row
def cold_cat_20ms(options):
    """List's pages are a chain, each named by the one before; all else can overlap with it."""
    with emulator("--latency", "20", tasks=TASKS) as server, floor_tree(server) as tree:
        ours, least = interleaved(options.tries, lambda: cold(ecsfs(server), CAT),
                                  lambda: cold(floor(tree), CAT))
    bound = (pages(TASKS) + 1) * 0.020 + least
    yield Result(f"cold `cat` of {TASKS:,} tasks at 20 ms per call",
                 f"1.15 × ({pages(TASKS)} pages × 20 ms + 20 ms + the floor)",
                 f"{ours / bound:.2f} × ({seconds(ours)})",
                 f"{seconds(bound)}, of which the floor {seconds(least)}", ours <= 1.15 * bound)


@row
def cold_cat_0ms(options):
    """boto3 is timed without its start. It parses the answers; so does ecsfs, and renders them."""
    script = [sys.executable, HERE / "boto3_tasks.py"]
    if subprocess.run([sys.executable, "-c", "import boto3"], capture_output=True,
                      check=False).returncode:
        raise Skipped("boto3 is not installed")
    with emulator(tasks=TASKS) as server, floor_tree(server) as tree:
        ours, least, boto3 = interleaved(
            options.tries, lambda: cold(ecsfs(server), CAT), lambda: cold(floor(tree), CAT),
            lambda: float(output([*script, server.url, CLUSTER]).split()[0]))
    bound = least + boto3 / 5
    yield Result(f"cold `cat` of {TASKS:,} tasks at 0 ms", "the floor + a fifth of boto3",
                 f"{ours / bound:.2f} × ({seconds(ours)})",
                 f"{seconds(bound)}: floor {seconds(least)}, boto3 {seconds(boto3)}", ours <= bound)


def aws_program():
    """The AWS CLI itself, not pyenv's script that looks for it: that would flatter ecsfs."""
    found = shutil.which("aws")
    if not found:
        raise Skipped("the AWS CLI is not installed")
    if ".pyenv/shims" in found:
        found = output(["pyenv", "which", "aws"]).strip()
    return found


@row
def scalar_cat(options):
    """Whole processes, from fork to exit; the mount is there but has not been looked at."""
    aws = aws_program()
    with emulator(services=SERVICES, tasks=TASKS) as server:
        describe = [aws, "ecs", "describe-services", "--endpoint-url", server.url, "--cluster",
                    CLUSTER, "--services", SERVICE]
        run(describe)
        ours, theirs = interleaved(
            options.tries, lambda: cold(ecsfs(server), ["cat", f"services/{SERVICE}/desiredCount"]),
            lambda: run(describe))
    yield Result("one cold `cat` of one scalar, whole process", "20 × faster than the AWS CLI",
                 f"{theirs / ours:.1f} × ({seconds(ours)})", seconds(theirs), theirs >= 20 * ours)


@row
def warm_grep(options):
    """What is not found is looked for in every byte. Both have all in their caches."""
    grep = ["grep", "-r", "no such text", "tasks"]
    with emulator(tasks=TASKS) as server, floor_tree(server) as tree, \
            ecsfs(server, *LONG_TTL) as mount, floor(tree) as bare:
        run(grep, mount.path)
        run(grep, bare.path)
        ours, least = interleaved(options.tries, lambda: run(grep, mount.path),
                                  lambda: run(grep, bare.path))
    yield Result(f"warm `grep -r` over {TASKS:,} task files", "1.2 × the floor",
                 f"{ours / least:.2f} × ({seconds(ours)})", seconds(least), ours <= 1.2 * least)


@row
def warm_stat(options):
    """Requests are counted by ecsfs itself, in .ecsfs/stats."""
    with emulator(tasks=TASKS) as server, ecsfs(server, *LONG_TTL) as mount:
        def all_stats():
            for name in names:
                os.stat(mount.path / "tasks" / name)
        names = sorted(os.listdir(mount.path / "tasks"))
        all_stats()
        found = mount.requests_of(all_stats)
    yield Result("warm `stat`, requests to the daemon", "0", str(sum(found.values())), told(found),
                 not found)


@row
def warm_open(options):
    """RELEASE, which nobody waits for, is not counted."""
    with emulator(tasks=TASKS) as server, ecsfs(server, *LONG_TTL) as mount:
        def read_all():
            for path in paths:
                path.read_bytes()
        run(CAT, mount.path)
        paths = sorted((mount.path / "tasks").iterdir())
        read_all()
        found = mount.requests_of(read_all)
    each = sum(found.values()) / len(paths)
    # Of a second that it takes, the directories on the way may be asked for once more.
    yield Result("warm open + read + close, synchronous requests", "1", f"{each:.4f}",
                 f"{told(found)} for {len(paths):,} files",
                 found.get("open") == len(paths) and each < 1.001)


def write_times(path, count):
    """Seconds of `echo N > path`, as the shell does it: open, write, close."""
    taken = []
    for i in range(count):
        value = b"%d\n" % (i % 2 + 1)
        start = time.perf_counter()
        fd = os.open(path, os.O_WRONLY | os.O_TRUNC)
        os.write(fd, value)
        os.close(fd)
        taken.append(time.perf_counter() - start)
    return taken


@row
def echo(options):
    """ecsfs signs, checks, audits and tells the kernel; the program beside it only sends. Timed are
    writes one behind the other, where ecsfs knows least: each made the document untrue."""
    with emulator(services=10, families=2) as server, ecsfs(server) as mount:
        path = mount.path / "services" / SERVICE / "desiredCount"
        for what in ("what was read before", "what was written before"):
            if what == "what was read before":
                path.read_bytes()
            server.reset()
            write_times(path, 1)
            yield calls_at_most(f"API calls, `echo N > desiredCount` to {what}", 1, "",
                                server.calls())
        post = [BUILD / "tests/bench/post", server.url, CLUSTER, SERVICE, "20"]
        ours, bare = interleaved(
            3 * options.tries, lambda: statistics.median(write_times(path, 20)),
            lambda: statistics.median(float(us) / 1e6 for us in output(post).split()))
    yield Result("`echo N > desiredCount`", "1 ms over a bare libcurl program",
                 f"{seconds(ours - bare)} over ({seconds(ours)})", seconds(bare),
                 ours <= bare + 0.001)


@row
def memory(options):
    """Resident memory, the program's own pages and libraries included."""
    with emulator(tasks=TASKS) as server, ecsfs(server, *LONG_TTL) as mount:
        run(CAT, mount.path)
        resident = mount.memory()
        size = sum(os.stat(e.path).st_size for e in os.scandir(mount.path / "tasks"))
    bound = 2 * size + 16 * MIB
    yield Result(f"daemon memory, {TASKS:,} tasks cached and read", "2 × the bytes + 16 MiB",
                 f"{(resident - 16 * MIB) / size:.2f} × + 16 MiB ({mib(resident)})",
                 f"{mib(bound)}, of which the files {mib(size)}", resident <= bound)


@row
def growth(options):
    """Per task, at 100,000 and at 1,000. The kernel's and libfuse's own growth is in the time, and is
    shown beside it by the floor. Memory is what it grew by since the mount, so that what an idle
    daemon takes does not make the small account look costly."""
    few, many = 1000, 100000
    grown = {few: [], many: []}

    def ours(server, count):
        with ecsfs(server, *LONG_TTL) as mount:
            before = mount.memory()
            taken = run(CAT_MANY, mount.path)
            grown[count].append(mount.memory() - before)
            return taken
    with emulator(tasks=few) as small, emulator(tasks=many) as large, \
            floor_tree(small) as small_tree, floor_tree(large) as large_tree:
        at_few, at_many, least_few, least_many = interleaved(
            min(options.tries, 3), lambda: ours(small, few), lambda: ours(large, many),
            lambda: cold(floor(small_tree), CAT_MANY), lambda: cold(floor(large_tree), CAT_MANY))
    at_few, least_few, at_many, least_many = (at_few / few, least_few / few, at_many / many,
                                              least_many / many)
    what = f"growth from {few:,} to {many:,} tasks"
    yield Result(f"{what}, time of a cold `cat` per task", "1.25 ×",
                 f"{at_many / at_few:.2f} × ({at_many * 1e6:.0f} µs)",
                 f"{at_few * 1e6:.0f} µs; the floor {least_many / least_few:.2f} × "
                 f"({least_many * 1e6:.0f} µs, {least_few * 1e6:.0f} µs)",
                 at_many <= 1.25 * at_few)
    at_few, at_many = (statistics.median(grown[count]) / count for count in (few, many))
    yield Result(f"{what}, memory per task", "1.25 ×", f"{at_many / at_few:.2f} × ({at_many:.0f} B)",
                 f"{at_few:.0f} B", at_many <= 1.25 * at_few)


@row
def quotas(options):
    """The server throttles as AWS documents it: tasks are read from a bucket of 100 that fills by
    20 a second. By default ecsfs takes 80 % of both, and must lose no time beyond that."""
    burst, rate, share = 100, 20, 0.8
    with emulator("--enforce-quotas", tasks=TASKS) as server, \
            ecsfs(server, quotas=True) as mount:
        taken = run(CAT, mount.path)
        throttled = mount.metric("ecsfs_api_throttles_total")
        calls = {a: n for a, n in server.calls().items() if a in ("ListTasks", "DescribeTasks")}
    used = sum(calls.values())
    least = (2 * pages(TASKS) - share * burst) / (share * rate)
    what = f"cold `cat` of {TASKS:,} tasks with the throttle buckets enforced"
    yield Result(f"{what}, ThrottlingExceptions", "0", f"{throttled:.0f}", told(calls),
                 throttled == 0)
    yield Result(f"{what}, time", "1.1 × what the buckets allow",
                 f"{taken / least:.2f} × ({seconds(taken)})",
                 f"{seconds(least)} at {share:.0%} of the bucket", taken <= 1.1 * least)
    part = used / (burst + rate * taken)
    yield Result("share of the bucket that ecsfs takes by default", "80 %", f"{part:.1%}",
                 f"{used} of {burst + rate * taken:.0f} calls in that time", part <= share)
