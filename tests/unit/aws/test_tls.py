#!/usr/bin/env python3
"""TLS is verified always, and https goes through the proxy that the environment names."""

import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

from harness import Home, StandIn, check, equal, run

WORK = tempfile.mkdtemp(prefix="ecsfs-tls-")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"}


def certificate(name, subject, alternative, days="2"):
    key, pem = os.path.join(WORK, name + ".key"), os.path.join(WORK, name + ".pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", pem, "-days", days, "-subj", f"/CN={subject}",
                    "-addext", f"subjectAltName={alternative}"], check=True, capture_output=True)
    return key, pem


class TlsStandIn(StandIn):
    def __init__(self, key, pem, maximum=None):
        super().__init__(lambda request: (200, {"x-amzn-requestid": "tls"}, "{}"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        if maximum:
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.maximum_version = maximum
        self.server.handle_error = lambda *unused: None
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True,
                                                 do_handshake_on_connect=False)
        self.port = self.server.server_port
        self.url = f"https://localhost:{self.port}"


class Proxy:
    """Answers CONNECT by connecting to @target, whatever it was asked for."""

    def __init__(self, target):
        self.target, self.asked = target, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.split(b"\r\n")[0].decode())
            server = socket.create_connection(("127.0.0.1", self.target))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for a, b in ((client, server), (server, client)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    @staticmethod
    def pump(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
            b.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def call(env):
    with Home(env={**KEYS, **env}) as home:
        return home.probe("call", "T.X", stdin=b"{}")


def a_certificate_that_nobody_vouches_for_is_refused():
    with TlsStandIn(*certificate("unknown", "localhost", "DNS:localhost")) as server:
        found = call({"AWS_ENDPOINT_URL": server.url})
        equal(found.get("error"), "EHOSTUNREACH", found)
        check("certificate" in found["message"], found)
        equal(server.requests, [])


def a_bundle_vouches_by_environment_or_profile():
    key, pem = certificate("known", "localhost", "DNS:localhost")
    with TlsStandIn(key, pem) as server:
        equal(call({"AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": pem}).get("request_id"), "tls")
        with Home(f"[default]\nca_bundle = {pem}\n", env={**KEYS, "AWS_ENDPOINT_URL": server.url}) as home:
            equal(home.probe("call", "T.X", stdin=b"{}").get("request_id"), "tls")


def a_certificate_for_another_host_is_refused():
    key, pem = certificate("other", "example.com", "DNS:example.com")
    with TlsStandIn(key, pem) as server:
        found = call({"AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": pem})
        equal(found.get("error"), "EHOSTUNREACH", found)
        equal(server.requests, [])


def tls_older_than_1_2_is_refused():
    key, pem = certificate("old", "localhost", "DNS:localhost")
    with TlsStandIn(key, pem, ssl.TLSVersion.TLSv1_1) as server:
        found = call({"AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": pem})
        equal(found.get("error"), "EHOSTUNREACH", found)
        equal(server.requests, [])


def https_goes_through_the_proxy_and_no_proxy_goes_around():
    key, pem = certificate("far", "ecs.example.com", "DNS:ecs.example.com,DNS:localhost")
    with TlsStandIn(key, pem) as server:
        proxy = Proxy(server.port)
        found = call({"AWS_ENDPOINT_URL": "https://ecs.example.com", "AWS_CA_BUNDLE": pem,
                      "HTTPS_PROXY": proxy.url})
        equal(found.get("request_id"), "tls", found)
        equal(proxy.asked, ["CONNECT ecs.example.com:443 HTTP/1.1"])
        found = call({"AWS_ENDPOINT_URL": server.url, "AWS_CA_BUNDLE": pem,
                      "HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": "localhost"})
        equal(found.get("request_id"), "tls", found)
        proxy.listener.close()


if __name__ == "__main__":
    if not shutil.which("openssl"):
        print("1..0 # SKIP the openssl program, which makes the certificates, is not here")
        sys.exit(0)
    try:
        sys.exit(run([a_certificate_that_nobody_vouches_for_is_refused,
                      a_bundle_vouches_by_environment_or_profile,
                      a_certificate_for_another_host_is_refused, tls_older_than_1_2_is_refused,
                      https_goes_through_the_proxy_and_no_proxy_goes_around]))
    finally:
        shutil.rmtree(WORK)
