#!/usr/bin/env python3
"""Stand between ecsfs and a server, pass everything on, and write down what was asked.

usage: recorder.py SERVER-URL LOG
Each line of LOG is one request: {"action": ..., "request": ...}.
"""
import http.client
import http.server
import json
import sys
import urllib.parse

SERVER = urllib.parse.urlsplit(sys.argv[1])
HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


class Recorder(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        action = self.headers["X-Amz-Target"].rpartition(".")[2]
        with open(sys.argv[2], "a", encoding="utf-8") as log:
            log.write(json.dumps({"action": action, "request": json.loads(body)}) + "\n")
        server = http.client.HTTPConnection(SERVER.hostname, SERVER.port)
        server.request("POST", self.path, body, dict(self.headers))
        answer = server.getresponse()
        text = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
        server.close()

    def log_message(self, *_):
        pass


recorder = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Recorder)
print(f"listening on http://127.0.0.1:{recorder.server_port}", flush=True)
recorder.serve_forever()
