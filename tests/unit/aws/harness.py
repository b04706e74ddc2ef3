"""What the Python tests of the aws layer share: TAP, a scratch home, the probe, an HTTP stand-in."""

import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback

PROBE = sys.argv[1] if len(sys.argv) > 1 else "./probe"


class Home:
    """A home directory of its own, and an environment in which nothing else is set."""

    def __init__(self, config="", credentials="", env=None):
        self.path = tempfile.mkdtemp(prefix="ecsfs-home-")
        os.makedirs(os.path.join(self.path, ".aws"))
        self.write(".aws/config", config)
        self.write(".aws/credentials", credentials)
        self.env = {
            "HOME": self.path,
            "PATH": os.environ["PATH"],
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        self.set(**(env or {}))

    def set(self, **env):
        for name, value in env.items():
            if value is None:
                self.env.pop(name, None)
            else:
                self.env[name] = value

    def write(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as f:
            return f.read()

    def probe(self, *arguments, stdin=b""):
        done = subprocess.run([PROBE, *arguments], env=self.env, input=stdin, check=False,
                              capture_output=True, timeout=60)
        if done.returncode != 0 or done.stderr:
            raise AssertionError(f"probe: {done.returncode} {done.stderr.decode()}")
        return json.loads(done.stdout)

    def resolve(self, profile="", region="", endpoint=""):
        return self.probe("resolve", profile, region, endpoint)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        shutil.rmtree(self.path)


class StandIn:
    """An HTTP server on loopback: answer(request) gives (status, headers, body), or None to hang up."""

    def __init__(self, answer):
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                stand_in.requests.append(self)
                reply = answer(self)
                if reply is None:
                    self.close_connection = True
                    return
                status, headers, body = reply
                body = body if isinstance(body, bytes) else body.encode()
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *unused):
                pass

        self.requests = []
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.server.shutdown()
        self.server.server_close()


def check(condition, *found):
    if not condition:
        raise AssertionError(" ".join(str(f) for f in found) or "false")


def equal(found, expected, *context):
    check(found == expected, *context, "found", repr(found), "expected", repr(expected))


def run(tests):
    """Run functions and (name, function) pairs as a TAP program."""
    named = [t if isinstance(t, tuple) else (t.__name__, t) for t in tests]
    print(f"1..{len(named)}")
    failed = 0
    for number, (name, function) in enumerate(named, 1):
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in traceback.format_exc().splitlines():
                print(f"# {line}", flush=True)
    return 1 if failed else 0
