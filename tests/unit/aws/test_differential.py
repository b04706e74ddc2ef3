#!/usr/bin/env python3
"""The same configuration for botocore, which the AWS CLI uses, and for us: do we agree?"""

import calendar
import email.utils
import hashlib
import json
import os
import random
import sys
import time
import unittest.mock

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import botocore.session
    import botocore.tokens
except ImportError:
    print("1..0 # SKIP botocore is not installed here")
    sys.exit(0)

from harness import Home, StandIn, check, equal, run
from test_providers import Sso, Sts, at, container_answer, sts_answer

SEED = 20150830
CASES = 240
REGIONS = ["us-east-1", "eu-west-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1", "eusc-de-east-1",
           "mx-central-1"]
# Their dual-stack names are in botocore's rules but not in the older tables that make a client.
ISOLATED = ["us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1"]
# What we call a source, and what botocore does.
SOURCES = {"environment": "env", "assume role": "assume-role", "web identity":
           "assume-role-with-web-identity", "sso": "sso", "shared credentials file":
           "shared-credentials-file", "credential process": "custom-process", "config file":
           "config-file", "container": "container-role"}


def by_botocore(home, profile, region, endpoint):
    cache = os.path.join(home.path, ".aws/sso/cache")
    patches = [unittest.mock.patch.dict(os.environ, home.env, clear=True),
               unittest.mock.patch.object(botocore.credentials.SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache),
               unittest.mock.patch.object(botocore.tokens.SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache)]
    for patch in patches:
        patch.start()
    try:
        session = botocore.session.Session(profile=profile or None)
        if region:
            session.set_config_variable("region", region)
        credentials = session.get_credentials()
        if credentials is None:
            return {"error": "no credentials"}
        frozen = credentials.get_frozen_credentials()
        client = session.create_client("ecs", region_name=region or None, endpoint_url=endpoint or None)
        return {"access_key": frozen.access_key, "secret_key": frozen.secret_key,
                "token": frozen.token or None, "source": credentials.method,
                "region": client.meta.region_name, "endpoint": client.meta.endpoint_url}
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}
    finally:
        for patch in patches:
            patch.stop()


def spell(rng, key, value):
    key = rng.choice([key, key, key.upper(), key.title()])
    equals = rng.choice([" = ", "=", " =", "= ", "   =\t", ": ", ":"])
    return f"{key}{equals}{value}{rng.choice(['', '', '  '])}\n" + rng.choice(["", "", "\n", "# note\n", "; x = y\n"])


class Case:
    """Random but the same in every run: number @n of the generated configurations."""

    def __init__(self, n):
        self.rng = rng = random.Random(SEED + n)
        self.home = Home(env={"AWS_REGION": None, "AWS_DEFAULT_REGION": None})
        self.config, self.credentials, self.tail = {}, {}, ""
        self.names = ["default", "work", "my.name-x", "with space"]
        for name in self.names:
            if name == "default" and rng.random() < 0.3:
                continue
            self.add_profile(name)
        self.profile = rng.choice(["", "", rng.choice(self.names), "nobody" if rng.random() < 0.2 else ""])
        self.region = rng.choice(["", "", "", rng.choice(REGIONS)])
        self.endpoint = rng.choice(["", "", "", "", "http://127.0.0.1:9/given"])
        self.add_environment()
        self.write()

    def maybe(self, chance):
        return self.rng.random() < chance

    def keys(self, label):
        secret = "".join(self.rng.choice("abcXYZ019+/=#;") for _ in range(20)) + "z"
        found = {"aws_access_key_id": "AKIA" + label.upper().replace(" ", ""), "aws_secret_access_key": "k" + secret}
        if self.maybe(0.4):
            found["aws_session_token"] = "tok+/==" + label.replace(" ", "") * 40
        if self.maybe(0.1):
            found["aws_security_token"] = "older" + label.replace(" ", "")
        return found

    def add_profile(self, name):
        entries = self.config.setdefault(name, {})
        if self.maybe(0.6):
            entries["region"] = self.rng.choice(REGIONS)
        if self.maybe(0.3):
            entries.update(self.keys("conf" + name))
        if self.maybe(0.35):
            self.credentials[name] = self.keys("cred" + name)
        if self.maybe(0.2):
            out = {"Version": 1, "AccessKeyId": "AKIAPROC", "SecretAccessKey": "p"}
            path = self.home.write("out.json", json.dumps(out))
            entries["credential_process"] = f"/bin/cat '{path}'"
        if self.maybe(0.25):
            entries["role_arn"] = f"arn:aws:iam::1:role/{len(name)}"
            if self.maybe(0.7):
                entries["source_profile"] = self.rng.choice(self.names)
            if self.maybe(0.3):
                entries["credential_source"] = self.rng.choice(["Environment", "EcsContainer", "Sun"])
            if self.maybe(0.2):
                entries["web_identity_token_file"] = self.home.write("jwt", "header.payload.signature")
        if self.maybe(0.2):
            entries.update(sso_start_url="https://x.awsapps.com/start", sso_region="us-east-1",
                           sso_account_id="123456789012")
            if self.maybe(0.8):
                entries["sso_role_name"] = "R"
            if self.maybe(0.4):
                entries["sso_session"] = "corp"
        if self.maybe(0.15):
            entries["endpoint_url"] = f"http://localhost:80/{len(name)}"
        if self.maybe(0.15):
            entries["services"] = "mine"
        if self.maybe(0.1):
            entries["ignore_configured_endpoint_urls"] = self.rng.choice(["true", "false"])
        if self.maybe(0.15):
            entries["use_fips_endpoint"] = self.rng.choice(["true", "false"])
        if self.maybe(0.15):
            entries["use_dualstack_endpoint"] = self.rng.choice(["True", "false"])
        if self.maybe(0.3):
            entries["s3"] = "\n  max_concurrent_requests = 20\n  region = not-this"

    def add_environment(self):
        home, rng = self.home, self.rng
        if self.maybe(0.3):
            home.set(AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY=None if self.maybe(0.1) else "e")
        if self.maybe(0.3):
            home.set(AWS_SESSION_TOKEN="env-token")
        if self.maybe(0.1):
            home.set(AWS_SECURITY_TOKEN="older-env-token")
        if self.maybe(0.3):
            home.set(AWS_PROFILE=rng.choice(self.names))
        if self.maybe(0.15):
            home.set(AWS_DEFAULT_PROFILE=rng.choice(self.names))
        if self.maybe(0.4):
            home.set(AWS_DEFAULT_REGION=rng.choice(REGIONS))
        if self.maybe(0.15):
            home.set(AWS_WEB_IDENTITY_TOKEN_FILE=home.write("jwt", "header.payload.signature"))
        if self.maybe(0.15):
            home.set(AWS_ROLE_ARN="arn:aws:iam::1:role/env")
        if self.maybe(0.2):
            home.set(AWS_CONTAINER_CREDENTIALS_FULL_URI=STAND_INS["container"].url + "/c")
        if self.maybe(0.1):
            home.set(AWS_ENDPOINT_URL="http://127.0.0.1:81")
        if self.maybe(0.1):
            home.set(AWS_ENDPOINT_URL_ECS="https://ecs.example.com:8443/base")
        if self.maybe(0.1):
            home.set(AWS_USE_FIPS_ENDPOINT="true")
        if self.maybe(0.1):
            home.set(AWS_USE_DUALSTACK_ENDPOINT="true")
        if self.maybe(0.1):
            home.set(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=rng.choice(["true", "false"]))

    def section(self, title, entries):
        items = list(entries.items())
        self.rng.shuffle(items)
        return f"[{title}]\n" + "".join(spell(self.rng, k, v) for k, v in items) + "\n"

    def write(self):
        config = "# made up\n\n"
        for name, entries in self.config.items():
            quoted = f'"{name}"' if " " in name else name
            title = name if name == "default" and self.maybe(0.7) else f"profile {quoted}"
            config += self.section(title, entries)
        config += self.section("sso-session corp", {
            "sso_start_url": "https://x.awsapps.com/start", "sso_region": "us-east-1"})
        if self.maybe(0.8):
            config += "[services mine]\necs =\n  endpoint_url = http://127.0.0.1:82/mine\nsts = \n  endpoint_url=" \
                + STAND_INS["sts"].url + "\n"
        self.home.write(".aws/config", config)
        self.home.write(".aws/credentials",
                        "".join(self.section(n, e) for n, e in self.credentials.items()))
        for name in ("corp", "https://x.awsapps.com/start"):
            self.home.write(".aws/sso/cache/" + hashlib.sha1(name.encode()).hexdigest() + ".json",
                            json.dumps({"accessToken": "good", "expiresAt": at(7200)}))
        self.home.set(AWS_ENDPOINT_URL_STS=STAND_INS["sts"].url, AWS_ENDPOINT_URL_SSO=STAND_INS["sso"].url,
                      AWS_ENDPOINT_URL_SSO_OIDC=STAND_INS["sso"].url)


def agree(n):
    case = Case(n)
    with case.home as home:
        theirs = by_botocore(home, case.profile, case.region, case.endpoint)
        ours = home.resolve(case.profile, case.region, case.endpoint)
        context = (f"case {n}", "profile", case.profile, "env",
                   {k: v for k, v in home.env.items() if k.startswith("AWS")},
                   home.read(".aws/config"), home.read(".aws/credentials"), "theirs", theirs, "ours", ours)
        equal("error" in ours, "error" in theirs, *context)
        if "error" in ours:
            return False
        equal(ours.get("token"), theirs["token"], *context)
        for member in ("access_key", "secret_key", "region", "endpoint"):
            equal(ours[member], theirs[member], *context)
        equal(SOURCES[ours["source"]], theirs["source"], *context)
        return True


def agree_on_many(first, count):
    def test():
        resolved = sum(agree(n) for n in range(first, first + count))
        # Most of what is generated must be usable, or the comparison says little.
        check(resolved > count / 4, resolved)
    return test


KEYS = "aws_access_key_id = AKIA1\naws_secret_access_key = s1\n"
REGION = "region = eu-west-1\n"
SERVICES = "services = s\n[services s]\n"
HERE, GIVEN = "[default]\n" + REGION, "[default]\n" + KEYS
ALL = HERE + KEYS
PRINTED = '{"Version": 1, "AccessKeyId": "P", "SecretAccessKey": "Q"}'
BOTH = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_DEFAULT_REGION": "us-east-1"}

# The config file (None: there is none), the credentials file, the environment, the profile.
ODD_FILES = {
    "a_comment_behind_a_value_is_part_of_it": (
        HERE, "[default]\naws_access_key_id=A\naws_secret_access_key=a#b ;c =d\n"),
    "a_region_with_a_comment_behind_it": ("[default]\nregion = eu-west-1 # here\n", GIVEN),
    "a_name_in_double_quotes": ('[profile "x y"]\n' + REGION + KEYS, "", {}, "x y"),
    "a_name_in_single_quotes": ("[profile 'x y']\n" + REGION + KEYS, "", {}, "x y"),
    "a_name_partly_in_quotes": ('[profile x"y z"]\n' + REGION + KEYS, "", {}, "xy z"),
    "a_backslash_before_a_space": ("[profile x\\ y]\n" + REGION + KEYS, "", {}, "x y"),
    "a_backslash_in_double_quotes": ('[profile "x\\y"]\n' + REGION + KEYS, "", {}, "x\\y"),
    "a_quote_in_double_quotes": ('[profile "x\\"y"]\n' + REGION + KEYS, "", {}, 'x"y'),
    "a_name_of_two_words": ("[profile x y]\n" + REGION + KEYS, "", {}, "x y"),
    "a_name_beyond_ascii": ("[profile gr\u00fcn]\n" + REGION + KEYS, "", {}, "gr\u00fcn"),
    "profile_default_alone": ("[profile default]\n" + REGION + KEYS, ""),
    "profile_default_before_default": (
        "[profile default]\nregion = us-west-2\n[default]\n" + REGION, GIVEN),
    "default_before_profile_default": (
        "[default]\nregion = us-west-2\n[profile default]\n" + REGION, GIVEN),
    "a_bare_name_in_the_config_file": ("[work]\n" + REGION + KEYS, "", {}, "work"),
    "a_prefix_in_the_credentials_file": (
        "[profile work]\n" + REGION, "[profile work]\n" + KEYS, {}, "work"),
    "lines_that_end_in_crlf": ((HERE + "s3 =\n  a = b\n").replace("\n", "\r\n"), "[default]\r\n" + KEYS),
    "keys_in_capitals": ("[default]\nREGION = us-west-2\n", GIVEN.title()),
    "no_config_file": (None, GIVEN, {"AWS_DEFAULT_REGION": "us-east-1"}),
    "no_credentials_file": (ALL, None),
    "no_file_at_all": (None, None, BOTH),
    "a_directory_for_a_config_file": (
        None, GIVEN, {"AWS_CONFIG_FILE": "/", "AWS_DEFAULT_REGION": "us-east-1"}),
    "a_directory_for_a_credentials_file": (ALL, None, {"AWS_SHARED_CREDENTIALS_FILE": "/"}),
    "dev_null_for_a_config_file": (
        None, GIVEN, {"AWS_CONFIG_FILE": "/dev/null", "AWS_DEFAULT_REGION": "us-east-1"}),
    "an_empty_region": ("[default]\nregion =\n", GIVEN),
    "an_empty_token": (HERE, GIVEN + "aws_session_token =\n"),
    "a_line_without_a_value": ("[default]\nregion\n" + REGION, GIVEN),
    "a_key_before_any_section": (REGION + HERE, GIVEN),
    "indented_keys": ("[default]\n  region = eu-west-1\n  output = json\n", GIVEN),
    "an_indented_section": ("  [default]\n  region = eu-west-1\n", GIVEN),
    "a_key_indented_below_another": ("[default]\nfoo = bar\n  region = eu-west-1\n", GIVEN),
    "a_key_less_indented_than_the_last": (
        "[default]\n    foo =\n     a = b\n  region = eu-west-1\n", GIVEN),
    "a_block_with_a_line_without_a_value": ("[default]\ns3 =\n  foo\n" + REGION, GIVEN),
    "a_section_title_within_a_block": ("[default]\ns3 =\n  [x]\n" + REGION, GIVEN),
    "text_behind_a_title": ("[default] foo\n" + REGION, GIVEN),
    "a_bracket_behind_a_title": ("[default] ; foo]\n" + REGION, GIVEN),
    "a_title_without_an_end": ("[default\n" + REGION, GIVEN),
    "the_older_variable_for_the_profile": (
        f"[profile a]\n{REGION}{KEYS}[profile b]\nregion = us-west-2\n{KEYS}", "",
        {"AWS_PROFILE": "a", "AWS_DEFAULT_PROFILE": "b"}),
    "a_profile_that_is_not_there_and_keys_that_are": (ALL, "", {"AWS_PROFILE": "nobody", **BOTH}),
    "default_named_but_not_there": (None, None, {"AWS_PROFILE": "default", **BOTH}),
    "both_tokens": (None, None, {"AWS_SESSION_TOKEN": "t1", "AWS_SECURITY_TOKEN": "t2", **BOTH}),
    "half_a_key": (None, None, {**BOTH, "AWS_SECRET_ACCESS_KEY": None}),
    "an_empty_key": (ALL, "", {**BOTH, "AWS_ACCESS_KEY_ID": ""}),
    "a_services_section_that_is_not_there": (ALL + "services = s\n", ""),
    "that_and_an_endpoint_in_the_environment": (
        ALL + "services = s\n", "", {"AWS_ENDPOINT_URL": "http://127.0.0.1:7"}),
    "that_and_none_wanted": (ALL + "services = s\nignore_configured_endpoint_urls = true\n", ""),
    "a_services_section_in_quotes": (
        ALL + "services = s t\n[services 's t']\necs =\n  endpoint_url = http://127.0.0.1:9\n", ""),
    "a_services_section_for_others": (ALL + SERVICES + "sts =\n  endpoint_url = http://127.0.0.1:9\n", ""),
    "a_services_section_before_an_endpoint": (
        f"{ALL}endpoint_url = http://127.0.0.1:8\n{SERVICES}ecs =\n  endpoint_url = http://127.0.0.1:9\n", ""),
    "an_endpoint_in_the_credentials_file": (HERE, "[default]\nendpoint_url = http://127.0.0.1:9\n" + KEYS),
    "an_endpoint_and_fips": (
        "[default]\nuse_fips_endpoint = true\nendpoint_url = http://127.0.0.1:8\n" + REGION + KEYS, ""),
    "the_environment_against_fips": (
        "[default]\nuse_fips_endpoint = true\n" + REGION + KEYS, "", {"AWS_USE_FIPS_ENDPOINT": "false"}),
}

# credential_process: @ is what it shall print, in quotes.
ODD_PROCESSES = {
    "a_process_that_complains_at_length": "sh -c 'yes nothing | head -c 600000 >&2; echo \"$0\"' @",
    "a_process_that_prints_a_byte_order_mark": "printf '\\357\\273\\277%s' @",
    "a_process_that_prints_twice": "printf '%s%s' @ x",
    "a_process_that_fails_after_printing": "sh -c 'echo \"$0\"; exit 1' @",
    "a_process_with_empty_arguments": "sh -c 'test $# = 2 && echo \"$0\"' @ '' \"\"",
    "a_process_with_quotes_within_words": "ec\"ho\" @",
    "a_process_with_escapes": 'sh -c "echo \\"\\$0\\"" @',
    "a_process_with_a_tilde_and_a_variable": "~/$X @",
    "a_process_over_several_lines": "sh -c\n  'echo \"$0\"'\n  @",
    "a_process_with_an_open_quote": "echo 'x",
    "a_process_that_is_empty": "",
}


def agree_on_odd_files(config, credentials, env=None, profile=""):
    def test():
        with Home(env={"AWS_REGION": None, "AWS_DEFAULT_REGION": None, **(env or {})}) as home:
            for name, text in ((".aws/config", config), (".aws/credentials", credentials)):
                with open(os.path.join(home.path, name), "w", encoding="utf-8", newline="") as f:
                    f.write(text or "")
                if text is None:
                    os.unlink(os.path.join(home.path, name))
            theirs, ours = by_botocore(home, profile, "", ""), home.resolve(profile)
            equal("error" in ours, "error" in theirs, ours, theirs)
            for member in () if "error" in ours else ("access_key", "secret_key", "region", "endpoint"):
                equal(ours[member], theirs[member], ours, theirs)
    return test


def agree_on_a_process(line):
    line = line.replace("@", f"'{PRINTED}'")
    return agree_on_odd_files(f"{HERE}credential_process = {line}\n", "")


def endpoints_agree_in_every_region():
    with Home(env={"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}) as home:
        for region in REGIONS + ISOLATED + ["fips-us-east-1", "us-west-2-fips", "mars-north-1", "a.b", "x/y", "-a"]:
            for fips in ("true", "false"):
                for dual in ("false",) if region in ISOLATED else ("true", "false"):
                    home.set(AWS_USE_FIPS_ENDPOINT=fips, AWS_USE_DUALSTACK_ENDPOINT=dual)
                    theirs = by_botocore(home, "", region, "")
                    ours = home.resolve("", region)
                    equal("error" in ours, "error" in theirs, region, ours, theirs)
                    if "error" not in ours:
                        equal(ours["endpoint"], theirs["endpoint"], region, fips, dual)


def verify(request, secret, region, token, service="ecs"):
    """Is the Authorization header the one that botocore would make over what arrived?"""
    authorization = request.headers["Authorization"]
    names = authorization.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    for needed in ("host", "x-amz-date", "content-type") + (("x-amz-target",) if service == "ecs" else ()):
        check(needed in names, needed, names)
    equal(request.headers.get("X-Amz-Security-Token"), token)
    check(not token or "x-amz-security-token" in names, names)
    url = "http://" + request.headers["Host"] + request.path
    copy = botocore.awsrequest.AWSRequest(method=request.command, url=url, data=request.body)
    for name in names:
        copy.headers[name] = request.headers[name]
    key = authorization.partition("Credential=")[2].partition("/")[0]
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret, token), service, region)
    copy.context["timestamp"] = request.headers["X-Amz-Date"]
    text = signer.string_to_sign(copy, signer.canonical_request(copy))
    equal(authorization.partition("Signature=")[2], signer.signature(text, copy), text)


def botocore_verifies_every_signature():
    bodies = ["{}", "", '{"a":"\u00fc\u4e2d\U0001f600"}', '{"x":"' + "y" * 300000 + '"}', "\r\n \t", "a&b=c d+%20"]
    secrets = ["s", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "x" * 1024]
    for token in (None, "tok+/=" * 200):
        for secret in secrets:
            for body in bodies:
                with StandIn(lambda request: (200, {"x-amzn-requestid": "r1"}, "{}")) as ecs:
                    with Home(env={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": secret,
                                   "AWS_SESSION_TOKEN": token, "AWS_ENDPOINT_URL": ecs.url}) as home:
                        found = home.probe("call", "AmazonEC2ContainerServiceV20141113.ListClusters",
                                           stdin=body.encode())
                        equal(found.get("request_id"), "r1", found)
                        equal(ecs.requests[0].body, body.encode())
                        verify(ecs.requests[0], secret, "us-east-1", token)


def botocore_verifies_the_requests_for_roles():
    for token in (None, "tok+/="):
        with Sts() as sts, Home("[profile r]\nrole_arn = arn:aws:iam::1:role/r\nexternal_id = a b&c=\u00fc\n"
                                "credential_source = Environment\n",
                                env={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s",
                                     "AWS_SESSION_TOKEN": token, "AWS_ENDPOINT_URL_STS": sts.url}) as home:
            equal(home.resolve("r").get("access_key"), "ASIAr")
            verify(sts.requests[0], "s", "us-east-1", token, "sts")


def a_path_in_the_endpoint_is_signed_as_it_is_sent():
    for path in ("/base", "/a b".replace(" ", "%20"), "/%C3%BC/x", "/a/./b/../c/"):
        with StandIn(lambda request: (200, {}, "{}")) as ecs:
            with Home(env={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s",
                           "AWS_ENDPOINT_URL": ecs.url + path}) as home:
                check("error" not in home.probe("call", "T.X"), path)
                verify(ecs.requests[0], "s", "us-east-1", None)


def with_clock(ahead, refusal, answer):
    """A service whose clock is @ahead seconds off ours, and that refuses what is signed by another."""
    def check_clock(request):
        sent = calendar.timegm(time.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ"))
        headers = {"Date": email.utils.formatdate(time.time() + ahead, usegmt=True)}
        if abs(sent - (time.time() + ahead)) > 300:
            return (403, headers, refusal)
        status, more, body = answer(request)
        return (status, {**headers, **more}, body)
    return StandIn(check_clock)


def a_clock_that_is_wrong_is_corrected_by_one_more_request():
    refusal = json.dumps({"__type": "InvalidSignatureException", "message": "expired"})
    # The stand-in's own Date header would stand in front of ours.
    with unittest.mock.patch("http.server.BaseHTTPRequestHandler.send_response",
                             lambda self, code: self.send_response_only(code)):
        for ahead in (600, -600):
            with with_clock(ahead, refusal, lambda request: (200, {}, "{}")) as ecs, Home(env={
                    "AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s", "AWS_ENDPOINT_URL": ecs.url}) as home:
                found = home.probe("call", "T.X", stdin=b"{}")
                equal(found.get("attempts"), 2, found)
                for request in ecs.requests:
                    verify(request, "s", "us-east-1", None)


def a_clock_that_is_wrong_is_corrected_for_roles_too():
    refusal = ("<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired"
               "</Message></Error></ErrorResponse>")
    with unittest.mock.patch("http.server.BaseHTTPRequestHandler.send_response",
                             lambda self, code: self.send_response_only(code)):
        for ahead in (600, -600):
            with with_clock(ahead, refusal, lambda request: sts_answer("ASIAr")) as sts, Home(
                    "[profile r]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n",
                    env={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s",
                         "AWS_ENDPOINT_URL_STS": sts.url}) as home:
                equal(home.resolve("r").get("access_key"), "ASIAr", ahead)
                equal(len(sts.requests), 2)
                for request in sts.requests:
                    verify(request, "s", "us-east-1", None, "sts")
        with with_clock(0, refusal, lambda request: (403, {}, refusal)) as sts, Home(
                "[profile r]\nrole_arn = arn:aws:iam::1:role/r\ncredential_source = Environment\n",
                env={"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s",
                     "AWS_ENDPOINT_URL_STS": sts.url}) as home:
            equal(home.resolve("r").get("error"), "EKEYREJECTED")
            equal(len(sts.requests), 1)


if __name__ == "__main__":
    STAND_INS = {"sts": Sts(), "sso": Sso(), "container": StandIn(lambda request: container_answer())}
    step = 40
    if len(sys.argv) > 2:
        sys.exit(0 if agree(int(sys.argv[2])) else 1)
    sys.exit(run([endpoints_agree_in_every_region, botocore_verifies_every_signature,
                  botocore_verifies_the_requests_for_roles,
                  a_path_in_the_endpoint_is_signed_as_it_is_sent,
                  a_clock_that_is_wrong_is_corrected_by_one_more_request,
                  a_clock_that_is_wrong_is_corrected_for_roles_too]
                 + [(name, agree_on_odd_files(*case)) for name, case in ODD_FILES.items()]
                 + [(name, agree_on_a_process(line)) for name, line in ODD_PROCESSES.items()]
                 + [(f"configurations_{n}_to_{n + step - 1}_resolve_the_same", agree_on_many(n, step))
                    for n in range(0, CASES, step)]))
