"""The stand-in's encryption of snapshots: EBS' own table of parameters, who may import, and what AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, StandinKmsKey, StandinRole
from canvos_tui.rehearsal.aws.kms.keys import OWN
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.rehearsal.serve import config_from
from tests.waiting import until

KEY = StandinKmsKey("1234abcd-12ab-34cd-56ef-1234567890ab", "alias/edge")
OTHER = StandinKmsKey("11112222-3333-4444-5555-666677778888", "alias/other")
OFF = StandinKmsKey("0987dcba-09fe-87dc-65ba-ab0987654321", "alias/off", state="Disabled")
SIGNS = StandinKmsKey("aaaabbbb-cccc-dddd-eeee-ffff00001111", "alias/signs", spec="ECC_NIST_P256")
FAR = StandinKmsKey("99998888-7777-6666-5555-444433332222", "alias/far", region="eu-west-1")
EC2 = {"Version": "2012-10-17", "Statement": [{**trust_document()["Statement"][0], "Principal": {"Service": "ec2.amazonaws.com"}}]}
CONFIG = StandinConfig(
    keys=(StandinKey("AKIAREHEARSAL0000001", "s" * 40),),
    buckets={"images": "us-east-1"},
    kms_keys=(KEY, OTHER, OFF, SIGNS, FAR),
    roles={
        "good": StandinRole(),
        "trusts-ec2": StandinRole(trust=EC2),
        "other-bucket": StandinRole(policies={"p": role_document("other")}),
        "no-key": StandinRole(policies={"p": role_document("images")}),
        "with-key": StandinRole(policies={"p": role_document("images", "aws", (KEY.arn,))}),
    },
    import_seconds=0.02,
    pending_seconds=0.0,
)


class World:
    def __init__(self, standin: StandinAws) -> None:
        self.standin, self._endpoint = standin, standin.start()
        standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')

    def client(self, service: str) -> Any:
        given = {"aws_access_key_id": "AKIAREHEARSAL0000001", "aws_secret_access_key": "s" * 40}
        return boto3.client(service, region_name="us-east-1", endpoint_url=self._endpoint, **given)

    def shown(self, snapshot: str) -> tuple[bool, str]:
        """What DescribeSnapshots says of its encryption, once it is there."""
        ec2 = self.client("ec2")
        (row,) = ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
        return row["Encrypted"], row.get("KmsKeyId", "")

    def imported(self, token: str = "", **more: Any) -> Any:
        """The task of an import."""
        container = {"Format": "RAW", "UserBucket": {"S3Bucket": "images", "S3Key": "edge.raw"}}
        return self.client("ec2").import_snapshot(DiskContainer=container, **({"ClientToken": token} if token else {}), **more)

    def ended(self, task: str) -> Any:
        """How that import ended."""
        ec2 = self.client("ec2")

        def look() -> Any:
            (row,) = ec2.describe_import_snapshot_tasks(ImportTaskIds=[task])["ImportSnapshotTasks"]
            return row["SnapshotTaskDetail"]

        until(lambda: look()["Status"] in {"completed", "deleted"})
        return look()


def world_of(config: StandinConfig) -> Iterator[World]:
    with StandinAws(config) as standin:
        yield World(standin)


@pytest.fixture
def world() -> Iterator[World]:
    yield from world_of(CONFIG)


def refused(deed: Any, *words: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        deed(*words, **named)
    error = caught.value.response
    return error["Error"]["Code"], str(error.get("Reason") or error["Error"]["Message"])


@pytest.mark.parametrize("default", [None, "", KEY.arn], ids=["default off", "AWS' own by default", "a key by default"])
@pytest.mark.parametrize(
    ("asked", "with_key"),
    [
        ({}, None),
        ({"Encrypted": True}, "default"),
        ({"KmsKeyArn": OTHER.arn}, OTHER.arn),
        ({"Encrypted": True, "KmsKeyArn": OTHER.arn}, OTHER.arn),
    ],
)
def test_a_snapshot_of_the_direct_apis_is_encrypted_as_ebs_says(default, asked, with_key):
    own = default or OWN.arn
    wanted = own if with_key == "default" else with_key or (own if default is not None else "")
    for world in world_of(replace(CONFIG, ebs_key=default)):
        made = world.client("ebs").start_snapshot(VolumeSize=1, **asked)
        assert world.shown(made["SnapshotId"]) == (bool(wanted), wanted)


@pytest.mark.parametrize("key", [OFF.arn, SIGNS.arn, FAR.arn, KEY.arn.replace("1234abcd", "ffffffff")])
def test_a_key_that_cannot_be_used_is_refused_by_the_direct_apis(world, key):
    assert refused(world.client("ebs").start_snapshot, VolumeSize=1, Encrypted=True, KmsKeyArn=key) == (
        "ValidationException",
        "INVALID_CUSTOMER_KEY",
    )


def test_a_token_goes_with_one_encryption_alone(world):
    ebs = world.client("ebs")
    first = ebs.start_snapshot(VolumeSize=1, ClientToken="t", Encrypted=True)
    assert ebs.start_snapshot(VolumeSize=1, ClientToken="t", Encrypted=True)["SnapshotId"] == first["SnapshotId"]
    assert refused(ebs.start_snapshot, VolumeSize=1, ClientToken="t")[0] == "ConflictException"
    task = world.imported("t", Encrypted=True)["ImportTaskId"]
    assert world.imported("t", Encrypted=True)["ImportTaskId"] == task
    for other in ({}, {"Encrypted": True, "KmsKeyId": KEY.arn}, {"Encrypted": True, "RoleName": "good"}):
        assert refused(world.imported, "t", **other)[0] == "IdempotentParameterMismatch"


@pytest.mark.parametrize(
    ("asked", "arn"),
    [
        ({}, ""),
        ({"Encrypted": True}, OWN.arn),
        ({"Encrypted": True, "KmsKeyId": "alias/aws/ebs"}, OWN.arn),
        *(({"Encrypted": True, "KmsKeyId": text}, KEY.arn) for text in (KEY.key_id, KEY.alias, KEY.arn)),
        ({"Encrypted": True, "KmsKeyId": f"arn:aws:kms:us-east-1:123456789012:{KEY.alias}"}, KEY.arn),
        ({"Encrypted": True, "KmsKeyId": KEY.arn, "RoleName": "with-key"}, KEY.arn),
        ({"RoleName": "no-key"}, ""),
    ],
)
def test_an_import_is_encrypted_as_it_was_asked_for(world, asked, arn):
    detail = world.ended(world.imported(**asked)["ImportTaskId"])
    assert (detail["Status"], detail["Encrypted"], detail.get("KmsKeyId", "")) == ("completed", bool(arn), arn)
    assert world.shown(detail["SnapshotId"]) == (bool(arn), arn)


def test_encryption_by_default_holds_for_imports_too():
    for world in world_of(replace(CONFIG, ebs_key="")):
        assert world.shown(world.ended(world.imported()["ImportTaskId"])["SnapshotId"]) == (True, OWN.arn)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"KmsKeyId": KEY.arn}, "InvalidParameterDependency"),
        ({"Encrypted": True, "KmsKeyId": "alias/none"}, "InvalidParameterValue"),
        ({"Encrypted": True, "KmsKeyId": FAR.arn}, "InvalidParameterValue"),
        ({"Encrypted": True, "KmsKeyId": OFF.key_id}, "InvalidParameterValue"),
        ({"RoleName": "nobody"}, "InvalidParameter"),
        ({"RoleName": "trusts-ec2"}, "InvalidParameter"),
    ],
)
def test_what_an_import_is_refused_for(world, asked, code):
    assert refused(world.imported, **asked)[0] == code
    assert world.standin.cloud.tasks == {}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"RoleName": "other-bucket"}, "403 Forbidden"),
        ({"RoleName": "no-key", "Encrypted": True, "KmsKeyId": KEY.arn}, "The KMS key of the snapshot is not accessible"),
    ],
)
def test_a_role_that_lacks_a_right_is_found_out_later(world, asked, says):
    detail = world.ended(world.imported(**asked)["ImportTaskId"])
    assert (detail["Status"], says in detail["StatusMessage"]) == ("deleted", True), detail


def test_kms_describes_its_keys(world):
    kms, iam = world.client("kms"), world.client("iam")
    for text in (KEY.key_id, KEY.alias, KEY.arn):
        found = kms.describe_key(KeyId=text)["KeyMetadata"]
        assert (found["Arn"], found["KeyState"], found["KeySpec"], found["KeyUsage"]) == (
            KEY.arn,
            "Enabled",
            "SYMMETRIC_DEFAULT",
            "ENCRYPT_DECRYPT",
        )
    assert kms.describe_key(KeyId="alias/off")["KeyMetadata"]["KeyState"] == "Disabled"
    assert kms.describe_key(KeyId="alias/signs")["KeyMetadata"]["KeyUsage"] == "SIGN_VERIFY"
    assert kms.describe_key(KeyId="alias/aws/ebs")["KeyMetadata"]["KeyManager"] == "AWS"
    assert refused(kms.describe_key, KeyId="alias/far")[0] == "NotFoundException"
    assert refused(kms.list_keys)[0] == "UnknownOperationException"
    assert iam.get_role(RoleName="good")["Role"]["Arn"].endswith(":role/good")
    assert refused(iam.get_role, RoleName="nobody")[0] == "NoSuchEntity"


def test_roles_and_keys_come_from_a_configuration_file():
    given = {"kms_keys": [{"key_id": KEY.key_id, "alias": KEY.alias}], "roles": {"good": {}}}
    config = config_from(given)
    assert (config.kms_keys, config.roles) == ((KEY,), {"good": StandinRole()})
