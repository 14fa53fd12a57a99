"""The commands for AWS, carried out as they stand on an account of moto's that evaluates policies; the check is asked again."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import Any

import pytest

from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.core.status import Status
from tests.adapters.moto_rights import MotoRights
from tests.adapters.moto_rights import server as server
from tests.causes.aws_account import BUCKET, ENCRYPTION, REGION, doctor, policy
from tests.causes.remedies import faults, looks, row_of
from tests.causes.test_remedies import AWS

ALIAS = "alias/edge"
OTHER = "acme-images-eu-west-1"
NOBODY = {**trust_document(), "Statement": [{**trust_document()["Statement"][0], "Principal": {"Service": "ec2.amazonaws.com"}}]}


def administrator(moto: MotoRights, command: str) -> None:
    """What the AWS command line does with it: the operation's own name, and an option for each parameter."""
    _, service, operation, *rest = shlex.split(command)
    if (service, operation) == ("s3", "mb"):
        address, option, region = rest
        assert option == "--region"
        moto.bucket(address.removeprefix("s3://"), region)
        return
    given = {name.removeprefix("--").title().replace("-", ""): value for name, value in zip(rest[::2], rest[1::2], strict=True)}
    client = moto.client(service, given.pop("Region", REGION))
    getattr(client, operation.replace("-", "_"))(**given)


def bucket(moto: MotoRights) -> None:
    moto.bucket(BUCKET, REGION)
    moto.role(trust_document(), role_document(BUCKET))


def no_bucket(moto: MotoRights) -> None:
    moto.role(trust_document(), role_document(BUCKET))


def elsewhere(moto: MotoRights) -> None:
    moto.bucket(BUCKET, "us-east-2")


def no_role(moto: MotoRights) -> None:
    moto.bucket(BUCKET, REGION)


def trusts_nobody(moto: MotoRights) -> None:
    moto.bucket(BUCKET, REGION)
    moto.role(NOBODY, role_document(BUCKET))


def may_nothing(moto: MotoRights) -> None:
    moto.bucket(BUCKET, REGION)
    moto.role(trust_document())


def sealed(moto: MotoRights, deed: str) -> None:
    """A key of that alias with which something was done."""
    bucket(moto)
    kms = moto.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=ALIAS, TargetKeyId=key)
    getattr(kms, deed)(KeyId=key)


def disabled(moto: MotoRights) -> None:
    sealed(moto, "disable_key")


def nearly_deleted(moto: MotoRights) -> None:
    sealed(moto, "schedule_key_deletion")


CASES: tuple[tuple[str, Callable[[MotoRights], None], tuple[str, ...], dict[str, str], set[str]], ...] = (
    ("AWS-S3-PUT", bucket, ("s3:PutObject",), {}, {"user policy"}),
    ("AWS-S3-LIST", bucket, ("s3:ListBucket",), {}, {"user policy"}),
    ("AWS-EC2-IMPORT", bucket, ("ec2:ImportSnapshot",), {}, {"user policy"}),
    ("AWS-BUCKET", no_bucket, (), {}, {"make bucket"}),
    ("AWS-BUCKET-REGION", elsewhere, (), {"S3_BUCKET": OTHER}, {"make bucket"}),
    ("AWS-ROLE-VMIMPORT", no_role, (), {}, {"make role", "allow role"}),
    ("AWS-ROLE-VMIMPORT", trusts_nobody, (), {}, {"trust role"}),
    ("AWS-ROLE-VMIMPORT", may_nothing, (), {}, {"allow role"}),
    ("AWS-KMS-KEY", disabled, (), {}, {"enable key"}),
    ("AWS-KMS-KEY", nearly_deleted, (), {}, {"keep key", "enable key"}),
)


@pytest.mark.parametrize(("name", "make", "without", "then", "rows"), CASES, ids=[f"{c[0]} {c[1].__name__}" for c in CASES])
async def test_an_administrator_mends_it(server, tmp_path, name, make, without, then, rows):
    server.reset()
    make(server)
    keys = server.user(policy(*without, more=(*ENCRYPTION, "kms:DescribeKey")))
    given: dict[str, Any] = {"route": "two-stage", "encryption": ALIAS} if name == "AWS-KMS-KEY" else {}
    with server.judged():
        result = (await doctor(server.endpoint, keys, tmp_path, **given))[name]
    assert result.status is not Status.PASS
    assert faults(result) == []
    seen: set[str] = set()
    for remedy in result.answer.remedies:
        for command in remedy.commands:
            row = row_of(command)
            if row is not None and not looks(command):
                administrator(server, command.run)
                seen.add(row.name)
    assert seen == rows
    if then:
        keys = server.user(policy_for(then["S3_BUCKET"]), "second")
    with server.judged():
        again = (await doctor(server.endpoint, keys, tmp_path, **given, **then))[name]
    assert again.status is Status.PASS, again.answer


def policy_for(name: str) -> dict[str, object]:
    import json

    found: dict[str, object] = json.loads(json.dumps(policy()).replace(f":::{BUCKET}", f":::{name}"))
    return found


def test_all_of_them_are_carried_out():
    assert set().union(*(rows for *_, rows in CASES)) == AWS
