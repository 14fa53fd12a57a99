"""What can be wrong with keys, clock, network and endpoints, and answers that prove nothing; produced over real HTTP and TLS."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.answers.draft import KeysGiven, ReuseAllowed
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.checks.aws.account import CHECKS_AWS
from canvos_tui.core.checks.check import Context, Method
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.checks.runner import run
from canvos_tui.core.secret import Secret
from canvos_tui.core.status import Status
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinImage, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.causes.aws_account import BUCKET, KEY, REGION, doctor
from tests.causes.told import assert_told
from tests.doubles.check_world import World, answered
from tests.doubles.http_server import answer, read_head, tcp

PAIR = StandinKey("AKIAREHEARSAL0000001", "s" * 40)
PLAIN = StandinConfig(region=REGION, keys=(PAIR,), buckets={BUCKET: REGION, "acme.images": REGION})
QUICK = Patience(4, 4, 1)
FAIL, WARN, UNKNOWN, PASS, SKIP = Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS, Status.SKIP


def keys_of(pair: StandinKey) -> AwsKeys:
    return AwsKeys(pair.key_id, Secret(pair.secret), Secret(pair.token) if pair.token else None)


@contextmanager
def standin(**changes: Any) -> Iterator[tuple[StandinAws, str]]:
    with StandinAws(replace(PLAIN, **changes)) as found:
        yield found, found.start()


async def in_places(places: dict[str, str], tmp_path: Path, keys: AwsKeys, patience: Patience = QUICK, **values: str) -> dict[str, Any]:
    """The doctor with an endpoint for each service, where one is named."""
    ports = replace(World(tmp_path).ports(), aws=BotoDoor(places, patience))
    draft = answered(None, **{"REGION": REGION, "S3_BUCKET": BUCKET, "S3_KEY": KEY, **values}).after(KeysGiven(keys, KeySource.SECRET))
    return {r.check.id: r for r in await run(of_route(CHECKS_AWS, draft.route), Context(ports, draft, True), lambda _: None)}


# -- keys and clock ------------------------------------------------------------------------------------------

SHORT = StandinKey("ASIAREHEARSAL0000001", "s" * 40, token="t" * 20)
CASES: tuple[tuple[str, str, dict[str, Any], AwsKeys, Status, str], ...] = (
    ("AWS-CREDS", "a deactivated key", {"keys": (replace(PAIR, active=False),)}, keys_of(PAIR), FAIL, "it was deactivated or deleted"),
    ("AWS-CREDS", "expired temporary keys", {"keys": (replace(SHORT, expired=True),)}, keys_of(SHORT), FAIL, "keys have expired"),
    ("AWS-CREDS", "keys of the root user", {"keys": (replace(PAIR, user="root"),)}, keys_of(PAIR), WARN, "root user may do anything"),
    ("AWS-CREDS", "a clock that is an hour off", {"clock_offset": 3600.0}, keys_of(PAIR), FAIL, "clock is wrong"),
    ("AWS-CREDS", "a clock that is 5 minutes ahead", {"clock_offset": -300.0}, keys_of(PAIR), WARN, "this clock is 5 min ahead"),
    ("AWS-CREDS", "a clock that is 5 minutes behind", {"clock_offset": 300.0}, keys_of(PAIR), WARN, "this clock is 5 min behind"),
    ("AWS-KEYTYPE", "a long-lived key", {}, keys_of(PAIR), PASS, "...0001 of .secret is long-lived"),
    ("AWS-KEYTYPE", "a temporary key with its token", {"keys": (SHORT,)}, keys_of(SHORT), FAIL, "the build passes no session token"),
    ("AWS-KEYTYPE", "a key id of another shape", {}, AwsKeys("ABCDEXAMPLE", Secret("s" * 40)), WARN, "...MPLE: "),
    (
        "AWS-REGION",
        "keys of AWS China with a region of AWS",
        {"keys": (replace(PAIR, partition="aws-cn"),)},
        keys_of(PAIR),
        FAIL,
        "these keys belong to the partition aws-cn",
    ),
    ("AWS-REGION", "a region that the account did not enable", {"closed_regions": (REGION,)}, keys_of(PAIR), FAIL, "is not enabled"),
    ("AWS-BUCKET", "a bucket of another account", {"foreign_buckets": (BUCKET,)}, keys_of(PAIR), WARN, "belongs to another account"),
    ("AWS-AMI-CLASH", "a disabled AMI of that name", {"images": (StandinImage("ami-0off", KEY, "disabled"),)}, keys_of(PAIR), FAIL, "held"),
    ("AWS-AMI-CLASH", "a failed AMI of that name", {"images": (StandinImage("ami-0bad", KEY, "failed"),)}, keys_of(PAIR), FAIL, "(failed)"),
    (
        "AWS-AMI-CLASH",
        "somebody else's AMI of that name",
        {"images": (StandinImage("ami-0", KEY, owner="9" * 12),)},
        keys_of(PAIR),
        PASS,
        "",
    ),
)


@pytest.mark.parametrize(("name", "how", "changes", "keys", "status", "words"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
async def test_keys_clock_region_and_owners(tmp_path, name, how, changes, keys, status, words):
    with standin(**changes) as (_, endpoint):
        results = await doctor(endpoint, keys, tmp_path, patience=QUICK)
    assert_told(results[name], status, words, how=f"own stand-in, {how}")


async def test_a_dotted_bucket(tmp_path):
    with standin() as (_, endpoint):
        results = await in_places({"AWS_ENDPOINT_URL": endpoint}, tmp_path, keys_of(PAIR), S3_BUCKET="acme.images")
    assert_told(results["AWS-BUCKET"], WARN, "has dots in its name", how="own stand-in, a bucket named acme.images")


async def test_the_same_clash_is_a_warning_once_it_is_meant(tmp_path):
    with standin() as (server, endpoint):
        server.cloud.put(BUCKET, KEY, b"old", '"e"')
        ports = replace(World(tmp_path).ports(), aws=BotoDoor({"AWS_ENDPOINT_URL": endpoint}, QUICK))
        draft = answered(None, S3_KEY=KEY).after(KeysGiven(keys_of(PAIR), KeySource.SECRET)).after(ReuseAllowed(KEY))
        results = {r.check.id: r for r in await run(of_route(CHECKS_AWS, draft.route), Context(ports, draft, True), lambda _: None)}
    assert_told(results["AWS-KEY-CLASH"], WARN, "would skip the upload", how="own stand-in, an object of that key, reuse chosen on purpose")


# -- between here and AWS ------------------------------------------------------------------------------------


async def test_nobody_listens(tmp_path):
    results = await doctor("http://127.0.0.1:9", keys_of(PAIR), tmp_path, patience=QUICK)
    assert_told(results["AWS-CREDS"], UNKNOWN, "AWS cannot be reached", how="an endpoint where nobody listens")
    waiting = {r.status for n, r in results.items() if n not in {"AWS-CREDS", "AWS-KEYTYPE", "AWS-AMI-NAME"}}
    assert waiting == {SKIP}


async def test_a_name_that_does_not_resolve(tmp_path):
    results = await doctor("http://sts.aws.invalid", keys_of(PAIR), tmp_path, patience=QUICK)
    assert_told(results["AWS-CREDS"], UNKNOWN, "AWS cannot be reached", how="an endpoint whose name has no address")


async def test_aws_does_not_answer(tmp_path):
    with standin(faults=(Fault("sts:*", FaultKind.HANG, seconds=20),)) as (_, endpoint):
        results = await doctor(endpoint, keys_of(PAIR), tmp_path, patience=Patience(1, 0.3, 1))
    assert_told(results["AWS-CREDS"], UNKNOWN, "AWS did not answer in time", how="own stand-in, STS takes the request and never answers")


async def test_sts_asks_to_slow_down(tmp_path):
    with standin(faults=(Fault("sts:*", FaultKind.THROTTLE),)) as (_, endpoint):
        results = await doctor(endpoint, keys_of(PAIR), tmp_path, patience=QUICK)
    assert_told(results["AWS-CREDS"], UNKNOWN, "AWS asks to slow down", how="own stand-in, STS answers Throttling every time")


async def test_throttling_that_ends_is_no_cause(tmp_path):
    with standin(faults=(Fault("sts:*", FaultKind.THROTTLE, times=2),)) as (_, endpoint):
        results = await doctor(endpoint, keys_of(PAIR), tmp_path)
    assert_told(results["AWS-CREDS"], PASS, "user/rehearsal", how="own stand-in, STS answers Throttling twice, then the answer")


def login_page(connection: Any) -> None:
    read_head(connection)
    answer(connection, "200 OK", b"<!doctype html><p>please log in", "text/html")


async def test_a_login_page(tmp_path):
    with tcp(login_page) as server:
        results = await doctor(f"http://127.0.0.1:{server.port}", keys_of(PAIR), tmp_path, patience=QUICK)
    assert_told(results["AWS-CREDS"], UNKNOWN, "something answered that is not AWS", how="a server that answers 200 with a login page")


def refuse_as_proxy(connection: Any) -> None:
    read_head(connection)
    answer(connection, "407 Proxy Authentication Required", b"", "text/html")


@pytest.mark.parametrize("dead", [True, False], ids=["dead", "407"])
async def test_a_proxy_that_does_not_let_the_request_through(tmp_path, monkeypatch, dead):
    with tcp(refuse_as_proxy) as server:
        port = 9 if dead else server.port
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pr0xyPass@127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        results = await doctor("https://aws.invalid", keys_of(PAIR), tmp_path, patience=QUICK)
    how = "HTTPS_PROXY where nobody listens" if dead else "an HTTPS proxy that answers 407"
    assert_told(results["AWS-CREDS"], UNKNOWN, "the proxy does not let the request through", how=how)
    assert "pr0xyPass" not in str(results["AWS-CREDS"])


class _Silent(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


async def test_a_certificate_that_nobody_trusts(tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    subprocess.run(
        [
            *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=inspector"],
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Silent)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client hangs up in the handshake
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        results = await doctor(f"https://127.0.0.1:{server.server_port}", keys_of(PAIR), tmp_path, patience=QUICK)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert_told(
        results["AWS-CREDS"], UNKNOWN, "the certificate of the server is not trusted", how="a TLS server with a certificate of its own"
    )


async def test_a_region_that_does_not_exist(tmp_path):
    with standin(region="eu-wset-1", buckets={BUCKET: "eu-wset-1"}) as (_, endpoint):
        places = {f"AWS_ENDPOINT_URL_{s}": endpoint for s in ("STS", "S3", "IAM")}
        results = await in_places(places, tmp_path, keys_of(PAIR), REGION="eu-wset-1")
    assert_told(results["AWS-REGION"], FAIL, "there seems to be no region eu-wset-1", how="REGION=eu-wset-1, EC2 asked by its real name")
    assert "REGION=eu-west-1" in results["AWS-REGION"].answer.remedies[0].text


async def test_sts_of_a_misspelt_region_has_no_address_but_the_keys_are_good(tmp_path):
    with standin() as (_, endpoint):
        places = {f"AWS_ENDPOINT_URL_{s}": endpoint for s in ("S3", "IAM", "EC2")}
        results = await in_places(places, tmp_path, keys_of(PAIR))
    # nothing here may be called a wrong key: there was no answer at all
    assert_told(results["AWS-CREDS"], UNKNOWN, "AWS cannot be reached", how="STS asked by its real name, without a way there")


async def test_ec2_out_of_reach(tmp_path):
    with standin() as (_, endpoint):
        places = {"AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:9"}
        results = await in_places(places, tmp_path, keys_of(PAIR))
    assert_told(results["AWS-REGION"], UNKNOWN, "EC2 of eu-west-1: AWS cannot be reached", how="only the EC2 endpoint is out of reach")
    assert results["AWS-S3-PUT"].status is PASS


# -- answers that prove nothing, and answers that say more ---------------------------------------------------


async def faulty(tmp_path: Path, *faults: Fault, patience: Patience = QUICK, **changes: Any) -> dict[str, Any]:
    with standin(faults=faults, **changes) as (_, endpoint):
        return await doctor(endpoint, keys_of(PAIR), tmp_path, patience=patience)


@pytest.mark.parametrize(
    ("name", "fault", "words", "how"),
    [
        ("AWS-EC2-REGISTER", Fault("ec2:RegisterImage", FaultKind.BREAK), "unreachable", "the connection breaks in RegisterImage"),
        (
            "AWS-EC2-REGISTER",
            Fault("ec2:RegisterImage", FaultKind.ERROR, "InvalidSnapshot.NotFound", "no such snapshot"),
            "not known: InvalidSnapshot.NotFound",
            "RegisterImage judges the snapshot before the right",
        ),
        ("AWS-EC2-DESC-TASKS", Fault("ec2:DescribeImportSnapshotTasks", FaultKind.THROTTLE), "RequestLimitExceeded", "EC2 throttles"),
        ("AWS-EC2-DESC-SNAPS", Fault("ec2:DescribeSnapshots", FaultKind.HANG, seconds=20), "timeout", "DescribeSnapshots never answers"),
        ("AWS-S3-PUT", Fault("s3:PutObject", FaultKind.THROTTLE), "SlowDown", "S3 answers SlowDown to every write"),
        ("AWS-S3-GET", Fault("s3:GetObject", FaultKind.BREAK), "unreachable", "the connection breaks in HeadObject"),
        ("AWS-ROLE-VMIMPORT", Fault("iam:GetRole", FaultKind.BREAK), "unreachable", "the connection breaks in GetRole"),
        ("AWS-ENCRYPTION", Fault("ec2:GetEbsEncryptionByDefault", FaultKind.BREAK), "not known", "the connection breaks in GetEbs..."),
    ],
)
async def test_an_answer_that_proves_nothing_is_never_a_pass(tmp_path, name, fault, words, how):
    results = await faulty(tmp_path, fault)
    assert_told(results[name], UNKNOWN, words, how=f"own stand-in, {how}")
    nine = {n: r.status for n, r in results.items() if n.startswith(("AWS-S3", "AWS-EC2")) and n != name}
    assert set(nine.values()) == {PASS}


async def test_a_server_error_is_no_refusal(tmp_path):
    results = await faulty(tmp_path, Fault("s3:ListBucket", FaultKind.ERROR, "InternalError", "We encountered an error", 500))
    assert_told(results["AWS-BUCKET"], UNKNOWN, "AWS refused the request", how="own stand-in, S3 answers 500 to HEAD of the bucket")


async def test_a_write_that_only_a_refused_condition_stops_is_found_by_a_part(tmp_path):
    results = await faulty(tmp_path, Fault("s3:PutObject", FaultKind.ERROR, "NotImplemented", "no conditions here", 501, times=1))
    assert_told(results["AWS-S3-PUT"], PASS, "allowed", how="own stand-in, If-Match is answered 501, the part NoSuchUpload")
    assert results["AWS-S3-PUT"].answer.method is Method.DRY_RUN


async def test_an_endpoint_that_ignores_conditions_is_said_and_the_object_is_named(tmp_path):
    with standin(honours_conditions=False) as (server, endpoint):
        results = await doctor(endpoint, keys_of(PAIR), tmp_path, patience=QUICK)
        [left] = server.cloud.buckets[BUCKET].objects
    assert_told(results["AWS-S3-PUT"], WARN, f"{left} stays in {BUCKET}", how="own stand-in, an endpoint that ignores If-Match and writes")
    assert results["AWS-S3-PUT"].answer.remedies[0].commands[0].run == f"aws s3 rm s3://{BUCKET}/{left}"


async def test_a_denial_in_aws_own_words(tmp_path):
    results = await faulty(tmp_path, *deny("ec2:ImportSnapshot"))
    assert_told(
        results["AWS-EC2-IMPORT"], FAIL, "is not authorized to perform: ec2:ImportSnapshot", how="own stand-in, EC2 says who lacks what"
    )


@pytest.mark.parametrize("may_decode", [True, False], ids=["decoded", "sealed"])
async def test_a_sealed_denial_is_decoded_where_that_is_allowed(tmp_path, may_decode):
    inside = {
        "allowed": False,
        "explicitDeny": True,
        "context": {"principal": {"arn": "arn:aws:iam::123456789012:user/edge"}, "action": "ec2:RegisterImage", "resource": "image/*"},
    }
    sealed = base64.b64encode(json.dumps(inside).encode()).decode()
    text = f"You are not authorized to perform this operation. Encoded authorization failure message: {sealed}"
    faults = (Fault("ec2:RegisterImage", FaultKind.ERROR, "UnauthorizedOperation", text, 403),)
    more = () if may_decode else deny("sts:DecodeAuthorizationMessage")
    results = await faulty(tmp_path, *faults, *more)
    words = "may not ec2:RegisterImage on image/*: an explicit deny" if may_decode else "You are not authorized to perform this operation"
    assert_told(
        results["AWS-EC2-REGISTER"], FAIL, words, how=f"own stand-in, a sealed denial, {'decoded' if may_decode else 'not decodable'}"
    )
    assert sealed not in str(results["AWS-EC2-REGISTER"])


async def test_reading_without_listing_is_told_by_aws_own_sentence(tmp_path):
    results = await faulty(tmp_path, *deny("s3:ListBucket"))
    assert_told(results["AWS-S3-LIST"], FAIL, "denied (", how="own stand-in, s3:ListBucket denied")
    assert_told(results["AWS-S3-GET"], PASS, "only s3:ListBucket was refused", how="own stand-in, an absent key read without s3:ListBucket")
