"""The ways to find out about s3:PutObject that somebody has to ask for: two write something, one reads policies."""

from __future__ import annotations

import secrets
from typing import Any

from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.facts import DENIALS, PutWay, Right, RightProbe
from canvos_tui.core.aws.vmimport_role import partition_of
from canvos_tui.core.errors import AwsError

ACTION = "s3:PutObject"


async def prove_put(clients: Clients, bucket: str, way: PutWay, arn: str) -> RightProbe:
    """The right, found out in that way; `arn` is the caller's, for the simulation."""
    key = f"canvos-tui-probe-{secrets.token_hex(4)}"
    if way is PutWay.MULTIPART:
        return await _multipart(clients, bucket, key)
    if way is PutWay.OBJECT:
        return await _object(clients, bucket, key)
    return await _simulated(clients, bucket, key, arn)


def _refused(error: AwsError, method: str) -> RightProbe:
    right = Right.DENIED if error.code in DENIALS else Right.UNKNOWN
    return RightProbe(ACTION, right, method, error.code, error.said or error.message, error.request_id)


async def _multipart(clients: Clients, bucket: str, key: str) -> RightProbe:
    """Starts an upload and gives it up: nothing stays, unless giving up is not allowed."""
    try:
        opened = (await clients.call("s3", lambda s3: s3.create_multipart_upload(Bucket=bucket, Key=key)))["UploadId"]
    except AwsError as error:
        return _refused(error, "verified")
    try:
        await clients.call("s3", lambda s3: s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=opened))
    except AwsError as error:
        text = f"an upload was started, giving it up was refused ({error.code})"
        return RightProbe(ACTION, Right.ALLOWED, "verified", message=text, request_id=error.request_id, left=key, left_upload=opened)
    return RightProbe(ACTION, Right.ALLOWED, "verified", message="a multipart upload was started and given up")


async def _object(clients: Clients, bucket: str, key: str) -> RightProbe:
    try:
        await clients.call("s3", lambda s3: s3.put_object(Bucket=bucket, Key=key, Body=b""))
    except AwsError as error:
        return _refused(error, "verified")
    return RightProbe(ACTION, Right.ALLOWED, "verified", message="an empty object was written", left=key)


async def _simulated(clients: Clients, bucket: str, key: str, arn: str) -> RightProbe:
    """What IAM says of the policies: it does not see what the organisation or the bucket forbid."""
    resource = f"arn:{partition_of(clients.region)}:s3:::{bucket}/{key}"

    def ask(iam: Any) -> str:
        found = iam.simulate_principal_policy(PolicySourceArn=principal_of(arn), ActionNames=[ACTION], ResourceArns=[resource])
        return str(found["EvaluationResults"][0]["EvalDecision"])

    try:
        decision = await clients.call("iam", ask)
    except AwsError as error:
        text = f"the simulation was refused: {error.said or error.message}"
        return RightProbe(ACTION, Right.UNKNOWN, "not_verifiable", error.code, text, error.request_id)
    if decision == "allowed":
        return RightProbe(ACTION, Right.ALLOWED, "simulated", message="allowed by the policies of these keys, as IAM simulates them")
    return RightProbe(ACTION, Right.DENIED, "simulated", decision, "as IAM simulates the policies of these keys")


def principal_of(arn: str) -> str:
    """The ARN that a simulation takes: for an assumed role the role's, not the session's."""
    head, _, rest = arn.partition(":assumed-role/")
    if not rest:
        return arn
    return f"{head.replace(':sts:', ':iam:', 1)}:role/{rest.split('/')[0]}"
