#!/usr/bin/env python3
"""Each source of credentials against a stand-in for the service behind it."""

import base64
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
import urllib.parse

from harness import Home, StandIn, check, equal, run


def at(seconds):
    when = datetime.datetime.fromtimestamp(time.time() + seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def sts_answer(key, action="AssumeRole", expires=3600, token="sts&amp;token"):
    return (200, {"Content-Type": "text/xml"}, f"""<{action}Response>
  <{action}Result><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn></AssumedRoleUser>
  <Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret-{key}</SecretAccessKey>
  <SessionToken>{token}</SessionToken><Expiration>{at(expires)}</Expiration></Credentials>
  </{action}Result></{action}Response>""")


class Sts(StandIn):
    def __init__(self):
        self.forms = []
        super().__init__(self.answer)

    def answer(self, request):
        form = dict(urllib.parse.parse_qsl(request.body.decode()))
        form["signer"] = request.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0]
        form["signed token"] = request.headers.get("X-Amz-Security-Token")
        self.forms.append(form)
        return sts_answer("ASIA" + form["RoleArn"].rpartition("/")[2], form["Action"])


def a_role_is_assumed_with_all_its_parameters():
    with Sts() as sts, Home("""[profile r]
role_arn = arn:aws:iam::1:role/one
source_profile = base
external_id = x y&z
role_session_name = me
duration_seconds = 1800
""", "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=s\naws_session_token=tok\n",
                           {"AWS_ENDPOINT_URL_STS": sts.url, "AWS_PROFILE": "r"}) as home:
        found = home.resolve()
        equal(found["access_key"], "ASIAone", found)
        equal(found["secret_key"], "secret-ASIAone")
        equal(found["token"], "sts&token")
        equal(found["source"], "assume role")
        form = sts.forms[0]
        equal((form["Action"], form["RoleArn"], form["ExternalId"], form["RoleSessionName"],
               form["DurationSeconds"], form["signer"], form["signed token"]),
              ("AssumeRole", "arn:aws:iam::1:role/one", "x y&z", "me", "1800", "AKIABASE", "tok"))


def a_chain_of_roles_is_followed_to_its_end():
    with Sts() as sts, Home("""[profile a]
role_arn = arn:aws:iam::1:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::1:role/b
source_profile = c
[profile c]
role_arn = arn:aws:iam::1:role/c
source_profile = c
aws_access_key_id = AKIAC
aws_secret_access_key = s
""", env={"AWS_ENDPOINT_URL_STS": sts.url}) as home:
        equal(home.resolve("a")["access_key"], "ASIAa")
        equal([(f["signer"], f["RoleArn"][-1]) for f in sts.forms], [("AKIAC", "b"), ("ASIAb", "a")])


def a_circle_of_roles_is_refused():
    with Home("""[profile a]
role_arn = arn:aws:iam::1:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::1:role/b
source_profile = a
[profile self]
role_arn = arn:aws:iam::1:role/self
source_profile = self
""") as home:
        for profile in ("a", "self"):
            found = home.resolve(profile)
            equal(found.get("error"), "EINVAL", found)
            check("circle" in found["message"], found)


def mistakes_in_a_role_are_named():
    cases = [
        ("role_arn = r", "EINVAL", "neither source_profile nor credential_source"),
        ("role_arn = r\nsource_profile = x\ncredential_source = Environment", "EINVAL", "both"),
        ("role_arn = r\nsource_profile = nobody", "EINVAL", "nobody"),
        ("role_arn = r\ncredential_source = Moon", "EINVAL", "Moon"),
        ("role_arn = r\ncredential_source = Environment", "ENOKEY", "AWS_ACCESS_KEY_ID"),
        ("role_arn = r\ncredential_source = Environment\nmfa_serial = arn:mfa", "ENOKEY", "arn:mfa"),
    ]
    for text, name, part in cases:
        with Home(f"[profile p]\n{text}\n") as home:
            found = home.resolve("p")
            equal(found.get("error"), name, text, found)
            check(part in found["message"], found)


def an_error_of_sts_is_the_message():
    def answer(_request):
        return (403, {}, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you &amp; me"
                "</Message></Error><RequestId>req-9</RequestId></ErrorResponse>")
    with StandIn(answer) as sts, Home("""[profile p]
role_arn = arn:aws:iam::1:role/p
credential_source = Environment
""", env={"AWS_ENDPOINT_URL_STS": sts.url, "AWS_ACCESS_KEY_ID": "AKIAE", "AWS_SECRET_ACCESS_KEY": "s"}) as home:
        found = home.resolve("p")
        equal(found.get("error"), "EACCES", found)
        check("not you & me" in found["message"] and "role/p" in found["message"], found)


def a_failing_sts_is_asked_again():
    replies = [None, (503, {}, ""), None]

    def answer(_request):
        return replies.pop(0) if len(replies) > 1 else sts_answer("ASIAX")
    with StandIn(answer) as sts, Home(env={
            "AWS_ENDPOINT_URL_STS": sts.url, "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"}) as home:
        home.set(AWS_WEB_IDENTITY_TOKEN_FILE=home.write("token", "jwt\n"))
        equal(home.resolve()["access_key"], "ASIAX")


def web_identity_sends_the_token_of_the_file_unsigned():
    with Sts() as sts, Home("[default]\nrole_session_name = from-profile\n",
                            env={"AWS_ENDPOINT_URL_STS": sts.url,
                                 "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"}) as home:
        home.set(AWS_WEB_IDENTITY_TOKEN_FILE=home.write("token", "eyJ.a+b/c=\n"))
        found = home.resolve()
        equal((found["access_key"], found["source"]), ("ASIAw", "web identity"))
        form = sts.forms[0]
        equal((form["Action"], form["WebIdentityToken"], form["RoleSessionName"], form["signer"]),
              ("AssumeRoleWithWebIdentity", "eyJ.a+b/c=", "from-profile", ""))


SSO_CONFIG = """[profile s]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = Dev Ops
[sso-session corp]
sso_region = eu-west-1
sso_start_url = https://corp.awsapps.com/start
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 123456789012
sso_role_name = Dev
"""


class Sso(StandIn):
    def __init__(self, refresh_status=200, expires_in=28800):
        self.refresh_status = refresh_status
        self.expires_in = expires_in
        super().__init__(self.answer)

    def answer(self, request):
        path, _, query = request.path.partition("?")
        if path == "/token":
            self.token_request = json.loads(request.body)
            return (self.refresh_status, {}, json.dumps(
                {"accessToken": "fresh", "expiresIn": self.expires_in, "refreshToken": "next"}
                if self.refresh_status == 200 else {"error": "invalid_grant"}))
        self.query = dict(urllib.parse.parse_qsl(query))
        token = request.headers["x-amz-sso_bearer_token"]
        if token not in ("good", "fresh"):
            return (401, {}, "{}")
        return (200, {}, json.dumps({"roleCredentials": {
            "accessKeyId": "ASIA" + token, "secretAccessKey": "s", "sessionToken": "t",
            "expiration": int((time.time() + 3600) * 1000)}}))


def sso_home(sso, name, **token):
    home = Home(SSO_CONFIG, env={"AWS_ENDPOINT_URL_SSO": sso.url, "AWS_ENDPOINT_URL_SSO_OIDC": sso.url})
    home.cache = ".aws/sso/cache/" + hashlib.sha1(name.encode()).hexdigest() + ".json"
    home.write(home.cache, json.dumps(token))
    return home


def sso_uses_the_cached_token_of_the_session():
    with Sso() as sso, sso_home(sso, "corp", accessToken="good", expiresAt=at(3600)) as home:
        found = home.resolve("s")
        equal((found["access_key"], found["source"]), ("ASIAgood", "sso"), found)
        equal(sso.query, {"role_name": "Dev Ops", "account_id": "123456789012"})


def sso_in_its_older_form_finds_the_token_by_the_start_url():
    with Sso() as sso, sso_home(sso, "https://old.awsapps.com/start", accessToken="good",
                                expiresAt=at(60).replace("Z", "UTC")) as home:
        equal(home.resolve("old")["access_key"], "ASIAgood")


def an_sso_token_about_to_expire_is_refreshed_and_saved():
    with Sso() as sso, sso_home(sso, "corp", accessToken="stale", expiresAt=at(60), refreshToken="rt",
                                clientId="ci", clientSecret="cs", registrationExpiresAt=at(9999),
                                startUrl="kept") as home:
        equal(home.resolve("s")["access_key"], "ASIAfresh")
        equal(sso.token_request, {"grantType": "refresh_token", "clientId": "ci",
                                  "clientSecret": "cs", "refreshToken": "rt"})
        saved = json.loads(home.read(home.cache))
        equal((saved["accessToken"], saved["refreshToken"], saved["startUrl"]), ("fresh", "next", "kept"))
        equal(os.stat(os.path.join(home.path, home.cache)).st_mode & 0o777, 0o600)


def a_token_that_is_said_to_last_for_ever_is_saved_as_one_that_does():
    with Sso(expires_in=2**63 - 1) as sso, sso_home(
            sso, "corp", accessToken="stale", expiresAt=at(60), refreshToken="rt", clientId="ci",
            clientSecret="cs", registrationExpiresAt=at(9999)) as home:
        equal(home.resolve("s")["access_key"], "ASIAfresh")
        check(json.loads(home.read(home.cache))["expiresAt"] > at(28800), home.read(home.cache))


def a_token_that_cannot_be_refreshed_serves_until_it_expires():
    with Sso(400) as sso:
        parts = {"refreshToken": "rt", "clientId": "ci", "clientSecret": "cs",
                 "registrationExpiresAt": at(9999)}
        with sso_home(sso, "corp", accessToken="good", expiresAt=at(60), **parts) as home:
            equal(home.resolve("s")["access_key"], "ASIAgood")
        with sso_home(sso, "corp", accessToken="good", expiresAt=at(-60), **parts) as home:
            found = home.resolve("s")
            equal(found.get("error"), "EKEYEXPIRED", found)
            check("aws sso login --profile s" in found["message"], found)


def sso_problems_say_how_to_log_in():
    with Sso() as sso:
        for token, name in (({"accessToken": "bad", "expiresAt": at(3600)}, "EKEYEXPIRED"),
                            ({"accessToken": "good", "expiresAt": at(-1)}, "EKEYEXPIRED"),
                            ({"expiresAt": at(3600)}, "ENOKEY")):
            with sso_home(sso, "corp", **token) as home:
                found = home.resolve("s")
                equal(found.get("error"), name, found)
                check("aws sso login" in found["message"], found)


def login_session(home, key_pem, expires):
    name = "arn:aws:iam::1:user/me"
    path = "login/" + hashlib.sha256(name.encode()).hexdigest() + ".json"
    home.write(path, json.dumps({
        "accessToken": {"accessKeyId": "ASIAold", "secretAccessKey": "s", "sessionToken": "t",
                        "accountId": "1", "expiresAt": at(expires)},
        "refreshToken": "rt", "clientId": "arn:aws:signin:::devtools/same-device",
        "dpopKey": key_pem, "tokenType": "aws_sigv4"}))
    home.write(".aws/config", f"[profile l]\nlogin_session = {name}\n")
    home.set(AWS_LOGIN_CACHE_DIRECTORY=os.path.join(home.path, "login"))
    return path


def new_key(home):
    path = os.path.join(home.path, "key.pem")
    subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path],
                   check=True, capture_output=True)
    with open(path, encoding="ascii") as f:
        return f.read()


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify_dpop(home, proof):
    """The signature, by the openssl program, with the public key that the proof itself names."""
    header, payload, signature = proof.split(".")
    jwk = json.loads(unpadded(header))["jwk"]
    point = b"\x04" + unpadded(jwk["x"]) + unpadded(jwk["y"])
    der = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200") + point
    raw = unpadded(signature)

    def integer(number):
        number = number.lstrip(b"\0")
        number = b"\0" + number if number[0] & 0x80 else number
        return b"\x02" + bytes([len(number)]) + number
    body = integer(raw[:32]) + integer(raw[32:])
    for name, content in (("pub.der", der), ("sig", b"\x30" + bytes([len(body)]) + body),
                          ("data", f"{header}.{payload}".encode())):
        with open(os.path.join(home.path, name), "wb") as f:
            f.write(content)
    subprocess.run(["openssl", "dgst", "-sha256", "-verify", "pub.der", "-keyform", "DER",
                    "-signature", "sig", "data"], cwd=home.path, check=True, capture_output=True)
    return json.loads(unpadded(header)), json.loads(unpadded(payload))


def a_login_session_is_used_while_it_lasts():
    with Home() as home:
        login_session(home, new_key(home), 3600)
        found = home.resolve("l")
        equal((found["access_key"], found["source"]), ("ASIAold", "login"), found)


def a_login_session_is_refreshed_with_proof_of_its_key_and_saved():
    def answer(_request):
        return (200, {}, json.dumps({"accessToken": {
            "accessKeyId": "ASIAnew", "secretAccessKey": "s2", "sessionToken": "t2"},
            "tokenType": "aws_sigv4", "expiresIn": 900, "refreshToken": "rt2"}))
    with StandIn(answer) as signin, Home(env={"AWS_ENDPOINT_URL_SIGNIN": signin.url}) as home:
        path = login_session(home, new_key(home), -5)
        found = home.resolve("l")
        equal(found["access_key"], "ASIAnew", found)
        request = signin.requests[0]
        equal(request.path, "/v1/token")
        equal(json.loads(request.body), {"clientId": "arn:aws:signin:::devtools/same-device",
                                         "refreshToken": "rt", "grantType": "refresh_token"})
        header, payload = verify_dpop(home, request.headers["DPoP"])
        equal((header["typ"], header["alg"], header["jwk"]["kty"], header["jwk"]["crv"]),
              ("dpop+jwt", "ES256", "EC", "P-256"))
        equal((payload["htm"], payload["htu"]), ("POST", signin.url + "/v1/token"))
        saved = json.loads(home.read(path))
        equal((saved["refreshToken"], saved["accessToken"]["accessKeyId"],
               saved["accessToken"]["accountId"]), ("rt2", "ASIAnew", "1"))


def a_login_session_that_has_ended_asks_for_aws_login():
    def answer(_request):
        return (401, {}, json.dumps({"error": "TOKEN_EXPIRED", "message": "over"}))
    with StandIn(answer) as signin, Home(env={"AWS_ENDPOINT_URL_SIGNIN": signin.url}) as home:
        login_session(home, new_key(home), -5)
        found = home.resolve("l")
        equal(found.get("error"), "EKEYEXPIRED", found)
        check("aws login" in found["message"], found)


def process_home(script, arguments=""):
    home = Home()
    path = home.write("my helper", script)
    os.chmod(path, 0o755)
    home.write(".aws/config", f"[profile p]\ncredential_process = '{path}' {arguments}\n")
    return home


def a_process_gets_its_arguments_without_a_shell():
    script = """#!/bin/sh
[ "$1" = 'a b' ] && [ "$2" = '$HOME;*' ] && [ "$3" = 'q"q' ] && [ $# = 3 ] || exit 3
echo '{"Version": 1, "AccessKeyId": "AKIAP", "SecretAccessKey": "sp", "SessionToken": "tp",
"Expiration": "2099-01-01T00:00:00Z"}'
"""
    with process_home(script, "\"a b\" '$HOME;*' \"q\\\"q\"") as home:
        found = home.resolve("p")
        equal((found.get("access_key"), found.get("token"), found.get("source")),
              ("AKIAP", "tp", "credential process"), found)
        equal(found["expiry_ms"], 4070908800000)


def a_process_that_misbehaves_is_explained():
    cases = [
        ("#!/bin/sh\necho nope >&2\nexit 7\n", "ENOKEY", "nope"),
        ("#!/bin/sh\necho hello\n", "EPROTO", "JSON"),
        ("#!/bin/sh\necho '{\"Version\": 2}'\n", "EPROTO", "Version"),
        ("#!/bin/sh\necho '{\"Version\": 1, \"AccessKeyId\": \"A\"}'\n", "EPROTO", "SecretAccessKey"),
        ("#!/bin/sh\nhead -c 300000 /dev/zero\n", "EPROTO", "256 KiB"),
        ("#!/bin/sh\n{ echo first; head -c 300000 /dev/zero; } >&2\nexit 1\n", "ENOKEY", "first"),
    ]
    for script, name, part in cases:
        with process_home(script) as home:
            found = home.resolve("p")
            equal(found.get("error"), name, found)
            check(part in found["message"], found)
    with Home("[profile p]\ncredential_process = /no/such/program\n") as home:
        equal(home.resolve("p").get("error"), "ENOENT")


def container_answer(key="ASIACONT"):
    return (200, {}, json.dumps({"AccessKeyId": key, "SecretAccessKey": "s", "Token": "t",
                                 "Expiration": at(3600), "RoleArn": "arn"}))


def the_container_endpoint_gets_the_token_of_the_file_before_the_other():
    with StandIn(lambda request: container_answer()) as stand_in, Home(env={
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": stand_in.url + "/creds?x=1",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Basic two"}) as home:
        equal(home.resolve()["source"], "container")
        equal(stand_in.requests[-1].headers["Authorization"], "Basic two")
        home.set(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=home.write("token", "Basic one"))
        equal(home.resolve()["access_key"], "ASIACONT")
        equal(stand_in.requests[-1].headers["Authorization"], "Basic one")
        equal(stand_in.requests[-1].path, "/creds?x=1")
        home.set(AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=home.write("token", "Basic one\nEvil: 1"))
        equal(home.resolve().get("error"), "EINVAL")


def the_container_endpoint_must_be_a_host_that_may_be_trusted():
    for url in ("http://192.0.2.1/x", "http://169.254.169.254/x", "http://example.com/x", "ftp://127.0.0.1/"):
        with Home(env={"AWS_CONTAINER_CREDENTIALS_FULL_URI": url}) as home:
            equal(home.resolve().get("error"), "EINVAL", url)
    with Home(env={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "@192.0.2.1/x"}) as home:
        equal(home.resolve().get("error"), "EINVAL")


class Imds(StandIn):
    def __init__(self, token_status=200, role="my-role", expires=3600):
        self.token_status, self.role, self.expires = token_status, role, expires
        super().__init__(self.answer)

    def answer(self, request):
        if request.command == "PUT":
            equal(request.headers["X-aws-ec2-metadata-token-ttl-seconds"], "21600")
            return (self.token_status, {}, "imds-token" if self.token_status == 200 else "")
        expected = "imds-token" if self.token_status == 200 else None
        if request.headers.get("X-aws-ec2-metadata-token") != expected:
            return (401, {}, "")
        if request.path.endswith("/availability-zone/"):
            return (200, {}, "eu-north-1b")
        if request.path.endswith("/security-credentials/"):
            return (200, {}, self.role) if self.role else (404, {}, "")
        equal(request.path, "/latest/meta-data/iam/security-credentials/my-role")
        return (200, {}, json.dumps({"Code": "Success", "AccessKeyId": "ASIAEC2", "SecretAccessKey": "s",
                                     "Token": "t", "Expiration": at(self.expires)}))


def imds_home(imds, **env):
    return Home(env={"AWS_EC2_METADATA_SERVICE_ENDPOINT": imds.url + "/",
                     "AWS_EC2_METADATA_DISABLED": None, **env})


def an_instance_gives_credentials_and_the_region():
    with Imds() as imds, imds_home(imds, AWS_REGION=None, AWS_DEFAULT_REGION=None) as home:
        found = home.resolve()
        equal((found.get("access_key"), found.get("region"), found.get("source")),
              ("ASIAEC2", "eu-north-1", "instance metadata"), found)


def version_1_of_the_metadata_is_used_only_where_it_is_allowed():
    with Imds(403) as imds:
        with imds_home(imds) as home:
            equal(home.resolve().get("access_key"), "ASIAEC2")
        with imds_home(imds, AWS_EC2_METADATA_V1_DISABLED="true") as home:
            found = home.resolve()
            equal(found.get("error"), "ENOKEY", found)
            check("version 1 is disabled" in found["message"], found)


def instance_credentials_past_their_expiry_are_extended():
    with Imds(expires=-600) as imds, imds_home(imds) as home:
        found = home.resolve()
        equal(found.get("access_key"), "ASIAEC2", found)
        ahead = found["expiry_ms"] / 1000 - time.time()
        check(16 * 60 < ahead < 26 * 60, ahead)


def a_metadata_service_that_never_answers_is_given_up():
    over = threading.Event()

    def answer(_request):
        over.wait(60)
    with StandIn(answer) as imds, imds_home(imds) as home:
        found = home.resolve()
        over.set()
        equal(found.get("error"), "ENOKEY", found)
        check("metadata" in found["message"], found)


def a_service_that_answers_nonsense_is_an_error_of_the_protocol():
    def answer(_request):
        return (200, {}, "<html>hello</html>")
    with StandIn(answer) as stand_in:
        for env in ({"AWS_CONTAINER_CREDENTIALS_FULL_URI": stand_in.url},
                    {"AWS_ENDPOINT_URL_STS": stand_in.url, "AWS_ROLE_ARN": "arn:aws:iam::1:role/w"}):
            with Home(env=env) as home:
                if "AWS_ROLE_ARN" in env:
                    home.set(AWS_WEB_IDENTITY_TOKEN_FILE=home.write("token", "jwt"))
                equal(home.resolve().get("error"), "EPROTO", env)
        with sso_home(stand_in, "corp", accessToken="good", expiresAt=at(3600)) as home:
            equal(home.resolve("s").get("error"), "EPROTO")


def without_any_source_the_error_says_what_each_lacks():
    with Imds(role="") as imds, imds_home(imds) as home:
        found = home.resolve()
        equal(found.get("error"), "ENOKEY", found)
        for part in ("AWS_ACCESS_KEY_ID", "role_arn", "AWS_WEB_IDENTITY_TOKEN_FILE", "sso_account_id",
                     ".aws/credentials", "login_session", "credential_process", ".aws/config",
                     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "metadata"):
            check(part in found["message"], part, found["message"])
        name = "a-long-name-" * 6
        home.write(".aws/config", f"[profile {name}]\n")
        message = home.resolve(name)["message"]
        check("metadata" in message and message.endswith(")"), message)


def a_file_that_cannot_be_read_is_empty_and_the_error_says_why():
    with Home() as home:
        os.unlink(os.path.join(home.path, ".aws/credentials"))
        if os.geteuid() != 0:
            os.chmod(os.path.join(home.path, ".aws/config"), 0)
        message = home.resolve()["message"]
        check(".aws/credentials (No such file or directory)" in message, message)
        check(os.geteuid() == 0 or ".aws/config (Permission denied)" in message, message)
        home.set(AWS_ACCESS_KEY_ID="AKIAE", AWS_SECRET_ACCESS_KEY="s")
        equal(home.resolve().get("access_key"), "AKIAE")


if __name__ == "__main__":
    if not shutil.which("openssl"):
        print("1..0 # SKIP the openssl program, which checks the proofs, is not here")
        sys.exit(0)
    sys.exit(run([
        a_role_is_assumed_with_all_its_parameters, a_chain_of_roles_is_followed_to_its_end,
        a_circle_of_roles_is_refused, mistakes_in_a_role_are_named, an_error_of_sts_is_the_message,
        a_failing_sts_is_asked_again, web_identity_sends_the_token_of_the_file_unsigned,
        sso_uses_the_cached_token_of_the_session,
        sso_in_its_older_form_finds_the_token_by_the_start_url,
        an_sso_token_about_to_expire_is_refreshed_and_saved,
        a_token_that_is_said_to_last_for_ever_is_saved_as_one_that_does,
        a_token_that_cannot_be_refreshed_serves_until_it_expires, sso_problems_say_how_to_log_in,
        a_login_session_is_used_while_it_lasts,
        a_login_session_is_refreshed_with_proof_of_its_key_and_saved,
        a_login_session_that_has_ended_asks_for_aws_login,
        a_process_gets_its_arguments_without_a_shell, a_process_that_misbehaves_is_explained,
        the_container_endpoint_gets_the_token_of_the_file_before_the_other,
        the_container_endpoint_must_be_a_host_that_may_be_trusted,
        an_instance_gives_credentials_and_the_region,
        version_1_of_the_metadata_is_used_only_where_it_is_allowed,
        instance_credentials_past_their_expiry_are_extended,
        a_metadata_service_that_never_answers_is_given_up,
        a_service_that_answers_nonsense_is_an_error_of_the_protocol,
        without_any_source_the_error_says_what_each_lacks,
        a_file_that_cannot_be_read_is_empty_and_the_error_says_why,
    ]))
