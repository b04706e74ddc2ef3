#!/usr/bin/env python3
"""AWS with credentials that live for seconds: hands them out, and refuses them when they are over.

usage: short_lived.py SERVER-URL KEY SECRET LIFE-SECONDS LOG

GET /credentials answers as the endpoint of a container does; what it gives can be printed by a
credential_process as well. Everything else is passed on to the server, which checks the signature, if
its session token is one that was given and lasts still. Each line of LOG is "given", "used" or
"refused" and the token.
"""
import datetime
import http.client
import http.server
import json
import sys
import threading
import time
import urllib.parse

SERVER = urllib.parse.urlsplit(sys.argv[1])
KEY, SECRET, LIFE, LOG = sys.argv[2], sys.argv[3], float(sys.argv[4]), sys.argv[5]
HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}
EXPIRED = json.dumps({"__type": "ExpiredTokenException",
                      "message": "The security token included in the request is expired"}).encode()
lock = threading.Lock()
expiries = {}


def note(what, token):
    with lock, open(LOG, "a", encoding="ascii") as log:
        print(what, token, file=log)


def give():
    until = time.time() + LIFE
    with lock:
        token = f"token-{len(expiries) + 1}"
        expiries[token] = until
    note("given", token)
    when = datetime.datetime.fromtimestamp(until, datetime.timezone.utc).isoformat()
    return {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "Token": token, "Expiration": when}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, headers, text):
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        if self.path == "/credentials":
            self.answer(200, [], json.dumps(give()).encode())
        else:
            self.answer(404, [], b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        token = self.headers.get("X-Amz-Security-Token", "none")
        lasts = expiries.get(token, 0) > time.time()
        note("used" if lasts else "refused", token)
        if not lasts:
            self.answer(400, [], EXPIRED)
            return
        server = http.client.HTTPConnection(SERVER.hostname, SERVER.port)
        server.request("POST", self.path, body, dict(self.headers))
        answer = server.getresponse()
        self.answer(answer.status, answer.getheaders(), answer.read())
        server.close()

    def log_message(self, *_):
        pass


proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"listening on http://127.0.0.1:{proxy.server_port}", flush=True)
proxy.serve_forever()
