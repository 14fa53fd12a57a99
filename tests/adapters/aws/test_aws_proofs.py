"""The ways to prove s3:PutObject that somebody chose: what they find out, and what they leave behind."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from canvos_tui.adapters.aws.boto import BotoAws, BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.adapters.aws.rights.proofs import principal_of
from canvos_tui.core.aws.facts import AwsKeys, PutWay, Right
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.doubles.http_server import answer, read_request, tcp

KEY = StandinKey("AKIAREHEARSAL0000001", "s" * 40)
KEYS = AwsKeys(KEY.key_id, Secret(KEY.secret))


async def opened(endpoint: str) -> BotoAws:
    return await BotoDoor({"AWS_ENDPOINT_URL": endpoint}, Patience(2, 5, 1)).open(KEYS, "us-east-1")


@pytest.fixture
def standin() -> Iterator[StandinAws]:
    with StandinAws(StandinConfig(keys=(KEY,), buckets={"here": "us-east-1"})) as found:
        yield found


async def test_an_upload_that_is_given_up_proves_the_right_and_leaves_nothing(standin):
    aws = await opened(standin.start())
    probe = await aws.prove_put("here", PutWay.MULTIPART)
    assert (probe.right, probe.method, probe.left) == (Right.ALLOWED, "verified", "")
    assert await aws.with_prefix("here", "") == ()
    assert await aws.uploads("here", "canvos-tui-probe") == ()


async def test_an_empty_object_proves_the_right_and_is_named_because_it_stays(standin):
    aws = await opened(standin.start())
    probe = await aws.prove_put("here", PutWay.OBJECT)
    assert (probe.right, probe.method) == (Right.ALLOWED, "verified")
    assert [(o.key, o.size) for o in await aws.with_prefix("here", "")] == [(probe.left, 0)]
    assert probe.left.startswith("canvos-tui-probe-")


@pytest.mark.parametrize("way", [PutWay.MULTIPART, PutWay.OBJECT])
async def test_a_refusal_is_a_denied_right_and_leaves_nothing(standin, way):
    endpoint = standin.start()
    standin.set_faults(*deny("s3:PutObject"))
    aws = await opened(endpoint)
    probe = await aws.prove_put("here", way)
    assert (probe.right, probe.method, probe.code, probe.left) == (Right.DENIED, "verified", "AccessDenied", "")
    assert await aws.with_prefix("here", "") == ()


async def test_an_upload_that_cannot_be_given_up_is_named(standin):
    endpoint = standin.start()
    standin.set_faults(*deny("s3:AbortMultipartUpload"))
    probe = await (await opened(endpoint)).prove_put("here", PutWay.MULTIPART)
    assert probe.right is Right.ALLOWED
    assert probe.left_upload
    assert "giving it up was refused" in probe.message


@pytest.mark.parametrize(
    ("decision", "right", "method"),
    [("allowed", Right.ALLOWED, "simulated"), ("implicitDeny", Right.DENIED, "simulated"), ("explicitDeny", Right.DENIED, "simulated")],
)
async def test_a_simulation_says_what_iam_decides(decision, right, method):
    identity = (
        "<GetCallerIdentityResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><GetCallerIdentityResult>"
        "<Arn>arn:aws:sts::123456789012:assumed-role/edge/me</Arn><UserId>u</UserId><Account>123456789012</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    told = (
        "<SimulatePrincipalPolicyResponse xmlns='https://iam.amazonaws.com/doc/2010-05-08/'><SimulatePrincipalPolicyResult>"
        f"<EvaluationResults><member><EvalActionName>s3:PutObject</EvalActionName><EvalDecision>{decision}</EvalDecision></member>"
        "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )
    bodies: list[str] = []

    def handle(connection: socket.socket) -> None:
        body = read_request(connection)[1].decode()
        bodies.append(body)
        answer(connection, "200 OK", (told if "Simulate" in body else identity).encode(), "text/xml")

    with tcp(handle) as server:
        probe = await (await opened(f"http://127.0.0.1:{server.port}")).prove_put("here", PutWay.SIMULATE)
    assert (probe.right, probe.method) == (right, method)
    asked = next(body for body in bodies if "Simulate" in body)
    assert "PolicySourceArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fedge" in asked  # the role's ARN, not the session's


async def test_a_simulation_that_may_not_be_asked_for_proves_nothing(standin):
    endpoint = standin.start()
    standin.set_faults(*deny("iam:SimulatePrincipalPolicy"))
    probe = await (await opened(endpoint)).prove_put("here", PutWay.SIMULATE)
    assert (probe.right, probe.method) == (Right.UNKNOWN, "not_verifiable")


def test_the_principal_of_a_simulation():
    assert principal_of("arn:aws:iam::1:user/edge") == "arn:aws:iam::1:user/edge"
    assert principal_of("arn:aws-cn:sts::1:assumed-role/edge/session") == "arn:aws-cn:iam::1:role/edge"
