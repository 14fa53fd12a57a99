"""What can be wrong with bucket, role, encryption and names, each really so in an account of moto's that evaluates policies."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.aws.vmimport_role import role_document, trust_document
from canvos_tui.core.checks.aws.advice import user_document
from canvos_tui.core.checks.aws.questions import subject_of
from canvos_tui.core.secret import Secret
from canvos_tui.core.status import Status
from tests.adapters.moto_rights import ACCOUNT, MotoRights
from tests.adapters.moto_rights import server as server
from tests.causes.aws_account import BUCKET, KEY, REGION, doctor, policy
from tests.causes.told import assert_told

Deed = Callable[[MotoRights], None]
KMS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = role_document(BUCKET)
FAIL, WARN, UNKNOWN, PASS = Status.FAIL, Status.WARN, Status.UNKNOWN, Status.PASS


@pytest.fixture
def moto(server: MotoRights) -> MotoRights:
    server.reset()
    return server


async def seen(moto: MotoRights, tmp_path: Any, user: dict[str, Any], **values: str) -> dict[str, Any]:
    keys = moto.user(user)
    with moto.judged():
        return await doctor(moto.endpoint, keys, tmp_path, patience=None, **values)


# -- the service role ----------------------------------------------------------------------------------------


def trust(**change: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{**trust_document()["Statement"][0], **change}]}


def with_statement(document: dict[str, Any], **statement: Any) -> dict[str, Any]:
    found = copy.deepcopy(document)
    found["Statement"].append({"Resource": "*", **statement})
    return found


def attached(moto: MotoRights) -> None:
    moto.role(trust_document())
    iam = moto.client("iam")
    arn = iam.create_policy(PolicyName="import", PolicyDocument=json.dumps(ROLE))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="vmimport", PolicyArn=arn)


def bounded(moto: MotoRights) -> None:
    moto.role(trust_document(), ROLE)
    iam = moto.client("iam")
    arn = iam.create_policy(PolicyName="fence", PolicyDocument=json.dumps(ROLE))["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="vmimport", PermissionsBoundary=arn)


SOURCE = {"StringEquals": {"sts:ExternalId": "vmimport", "aws:SourceAccount": ACCOUNT}}
NO_TLS = {"Bool": {"aws:SecureTransport": "false"}}
ROLES: tuple[tuple[str, Deed, tuple[str, ...], Status, str], ...] = (
    ("the role with our own two documents", lambda m: m.role(trust_document(), ROLE), (), PASS, "trusts VM Import, may read acme-images"),
    ("our policy attached instead of inline", attached, (), PASS, "may read acme-images"),
    ("an inline policy for each bucket", lambda m: m.role(trust_document(), role_document("other"), ROLE), (), PASS, "may read"),
    ("no role vmimport", lambda m: None, (), FAIL, "there is no role vmimport in this account"),
    ("a trust policy for EC2", lambda m: m.role(trust(Principal={"Service": "ec2.amazonaws.com"}), ROLE), (), FAIL, "does not let vmie"),
    (
        "a trust policy with another external id",
        lambda m: m.role(trust(Condition={"StringEquals": {"sts:ExternalId": "import"}}), ROLE),
        (),
        FAIL,
        "its external id is not vmimport",
    ),
    (
        "a Deny statement in the trust policy",
        lambda m: m.role({"Version": "2012-10-17", "Statement": [trust()["Statement"][0], trust(Effect="Deny")["Statement"][0]]}, ROLE),
        (),
        FAIL,
        "a Deny statement keeps vmie.amazonaws.com from taking it",
    ),
    ("a trust policy that asks for the source account", lambda m: m.role(trust(Condition=SOURCE), ROLE), (), WARN, "aws:SourceAccount"),
    ("a role without any policy", lambda m: m.role(trust_document()), (), FAIL, "do not allow s3:GetBucketLocation, s3:ListBucket"),
    ("a role policy for another bucket", lambda m: m.role(trust_document(), role_document("other")), (), FAIL, "s3:GetObject for acme"),
    (
        "a role policy without the EC2 part",
        lambda m: m.role(trust_document(), {"Statement": ROLE["Statement"][:1], "Version": "2012-10-17"}),
        (),
        FAIL,
        "do not allow ec2:ModifySnapshotAttribute",
    ),
    (
        "a Deny on s3:GetObject in the role policy",
        lambda m: m.role(trust_document(), with_statement(ROLE, Effect="Deny", Action="s3:GetObject")),
        (),
        FAIL,
        "do not allow s3:GetObject for acme-images",
    ),
    (
        "a Deny without TLS in the role policy",
        lambda m: m.role(trust_document(), with_statement(ROLE, Effect="Deny", Action="s3:*", Condition=NO_TLS)),
        (),
        WARN,
        "a condition decides over",
    ),
    ("the role under a permissions boundary", bounded, (), WARN, "its permissions boundary arn:aws:iam::"),
    ("keys without iam:GetRole", lambda m: m.role(trust_document(), ROLE), ("iam:GetRole",), WARN, "iam:GetRole is not allowed"),
    (
        "keys without iam:ListRolePolicies",
        lambda m: m.role(trust_document(), ROLE),
        ("iam:ListRolePolicies",),
        WARN,
        "iam:ListRolePolicies is not allowed",
    ),
    (
        "keys without iam:GetRolePolicy",
        lambda m: m.role(trust_document(), ROLE),
        ("iam:GetRolePolicy",),
        WARN,
        "iam:GetRolePolicy is not allowed",
    ),
    (
        "keys without iam:ListAttachedRolePolicies",
        lambda m: m.role(trust_document(), ROLE),
        ("iam:ListAttachedRolePolicies",),
        WARN,
        "iam:ListAttachedRolePolicies is not allowed",
    ),
    ("keys without iam:GetPolicy", attached, ("iam:GetPolicy",), WARN, "iam:GetPolicy is not allowed"),
)


@pytest.mark.parametrize(("how", "make", "without", "status", "words"), ROLES, ids=[r[0] for r in ROLES])
async def test_the_service_role(moto, tmp_path, how, make, without, status, words):
    moto.bucket(BUCKET)
    make(moto)
    results = await seen(moto, tmp_path, policy(*without))
    assert_told(results["AWS-ROLE-VMIMPORT"], status, words, how=f"moto, {how}")
    others = {n: r.status for n, r in results.items() if n not in {"AWS-ROLE-VMIMPORT", "AWS-ENCRYPTION"}}
    assert set(others.values()) == {PASS}


# -- encryption ----------------------------------------------------------------------------------------------


def encrypted(moto: MotoRights, key: str = "") -> None:
    default = {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": key} if key else {})}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    moto.client("s3").put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=rules)


def role_with_key(moto: MotoRights) -> None:
    moto.role(trust_document(), role_document(BUCKET, "aws", (KMS,)))


def plain_role(moto: MotoRights) -> None:
    moto.role(trust_document(), ROLE)


LOOKS = ("s3:GetEncryptionConfiguration", "ec2:GetEbsEncryptionByDefault", "ec2:GetEbsDefaultKmsKeyId")
DEFAULTS: tuple[tuple[str, tuple[Deed, ...], tuple[str, ...], Status, str], ...] = (
    ("no KMS key anywhere", (plain_role,), LOOKS, PASS, "bucket: no KMS key; EBS encryption by default: off"),
    ("the bucket's default key is AWS' own", (plain_role, encrypted), LOOKS, PASS, "bucket: AWS' own KMS key"),
    ("EBS encryption with AWS' own key", (plain_role, lambda m: m.ebs_key("alias/aws/ebs")), LOOKS, PASS, "default: alias/aws/ebs"),
    ("a bucket with the account's own key", (plain_role, lambda m: encrypted(m, KMS)), LOOKS, WARN, "vmimport may not use the key"),
    ("the same, the role's policy has the KMS part", (role_with_key, lambda m: encrypted(m, KMS)), LOOKS, PASS, "allow the key"),
    ("EBS encryption with the account's own key", (plain_role, lambda m: m.ebs_key(KMS)), LOOKS, WARN, "vmimport may not use the key"),
    ("keys without s3:GetEncryptionConfiguration", (plain_role,), LOOKS[1:], UNKNOWN, "s3:GetEncryptionConfiguration is not allowed"),
    ("keys without ec2:GetEbsEncryptionByDefault", (plain_role,), LOOKS[:1], UNKNOWN, "ec2:GetEbsEncryptionByDefault is not allowed"),
    (
        "keys without ec2:GetEbsDefaultKmsKeyId",
        (plain_role, lambda m: m.ebs_key(KMS)),
        LOOKS[:2],
        UNKNOWN,
        "ec2:GetEbsDefaultKmsKeyId is not allowed",
    ),
)


@pytest.mark.parametrize(("how", "make", "looks", "status", "words"), DEFAULTS, ids=[d[0] for d in DEFAULTS])
async def test_default_encryption(moto, tmp_path, how, make, looks, status, words):
    moto.bucket(BUCKET)
    for deed in make:
        deed(moto)
    results = await seen(moto, tmp_path, policy(more=looks))
    assert_told(results["AWS-ENCRYPTION"], status, words, how=f"moto, {how}")
    if status is WARN:
        assert KMS in results["AWS-ENCRYPTION"].answer.remedies[0].commands[0].run


# -- another role, and a key of one's own ------------------------------------------------------------------------


def made_key(moto: MotoRights, state: str = "Enabled", **more: Any) -> str:
    """The ARN of a key of the account in that state."""
    kms = moto.client("kms")
    found = kms.create_key(**more)["KeyMetadata"]
    if state == "Disabled":
        kms.disable_key(KeyId=found["KeyId"])
    elif state == "PendingDeletion":
        kms.schedule_key_deletion(KeyId=found["KeyId"])
    return str(found["Arn"])


SEES_KEY = (*LOOKS, "kms:DescribeKey")
KEYS: tuple[tuple[str, str, dict[str, Any], tuple[str, ...], Status, str], ...] = (
    ("an enabled key", "Enabled", {}, SEES_KEY, PASS, "is enabled"),
    ("a disabled key", "Disabled", {}, SEES_KEY, FAIL, "in state Disabled"),
    ("a key that is about to be deleted", "PendingDeletion", {}, SEES_KEY, FAIL, "in state PendingDeletion"),
    ("a key that signs", "Enabled", {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"}, SEES_KEY, FAIL, "EBS takes no other"),
    ("keys without kms:DescribeKey", "Enabled", {}, LOOKS, WARN, "not verifiable: kms:DescribeKey is not allowed"),
)


@pytest.mark.parametrize(("how", "state", "more", "looks", "status", "words"), KEYS, ids=[k[0] for k in KEYS])
async def test_the_key_that_was_chosen(moto, tmp_path, how, state, more, looks, status, words):
    moto.bucket(BUCKET)
    plain_role(moto)
    key = made_key(moto, state, **more)
    results = await seen(moto, tmp_path, policy(more=looks), route="two-stage", encryption=key)
    assert_told(results["AWS-KMS-KEY"], status, words, how=f"moto, {how}")
    assert key in results["AWS-ENCRYPTION"].answer.observed


async def test_a_key_that_is_not_there(moto, tmp_path):
    moto.bucket(BUCKET)
    plain_role(moto)
    results = await seen(moto, tmp_path, policy(more=SEES_KEY), route="two-stage", encryption="alias/none")
    assert_told(results["AWS-KMS-KEY"], FAIL, "there is no KMS key alias/none in eu-west-1", how="moto, an alias that nobody made")


async def test_the_role_that_was_chosen_is_the_one_that_is_looked_at(moto, tmp_path):
    moto.bucket(BUCKET)
    plain_role(moto)
    document = user_document(subject_of(BUCKET, REGION, None, None, SnapshotSettings("canvos-import")))
    keys = moto.user(document)
    for name, status, words in (("none", FAIL, "there is no role canvos-import"), ("made", PASS, "the role canvos-import exists, trusts")):
        if name == "made":
            moto.client("iam").create_role(RoleName="canvos-import", AssumeRolePolicyDocument=json.dumps(trust_document()))
            moto.client("iam").put_role_policy(RoleName="canvos-import", PolicyName="p", PolicyDocument=json.dumps(ROLE))
        with moto.judged():
            results = await doctor(moto.endpoint, keys, tmp_path, route="two-stage", import_role="canvos-import")
        assert_told(results["AWS-ROLE-VMIMPORT"], status, words, how=f"moto, another role: {name}")
        if status is FAIL:
            commands = [one.run for remedy in results["AWS-ROLE-VMIMPORT"].answer.remedies for one in remedy.commands]
            assert any("create-role --role-name canvos-import" in one for one in commands), commands


# -- bucket, names, tasks ------------------------------------------------------------------------------------


def an_object(key: str) -> Deed:
    return lambda m: m.client("s3").put_object(Bucket=BUCKET, Key=key, Body=b"old")


def an_image(moto: MotoRights) -> None:
    ec2 = moto.client("ec2")
    snapshot = ec2.create_snapshot(VolumeId=ec2.create_volume(Size=3, AvailabilityZone=f"{REGION}a")["VolumeId"])["SnapshotId"]
    mapping = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}]
    ec2.register_image(Name=KEY, RootDeviceName="/dev/xvda", BlockDeviceMappings=mapping)


def imports(*keys: str) -> Deed:
    def make(moto: MotoRights) -> None:
        an_object(KEY + "x")(moto)
        for key in keys:
            disk = {"Format": "RAW", "UserBucket": {"S3Bucket": BUCKET, "S3Key": key}}
            moto.client("ec2").import_snapshot(DiskContainer=disk)

    return make


def nothing(moto: MotoRights) -> None:
    """Nothing is wrong."""


THINGS: tuple[tuple[str, str, Deed, dict[str, str], tuple[str, ...], Status, str], ...] = (
    ("AWS-BUCKET", "a bucket of the account", nothing, {}, (), PASS, "acme-images exists"),
    ("AWS-BUCKET", "no such bucket", nothing, {"S3_BUCKET": "acme-imagse"}, (), FAIL, "there is no bucket acme-imagse"),
    ("AWS-BUCKET", "keys without s3:ListBucket", nothing, {}, ("s3:ListBucket",), WARN, "these keys may not look at it"),
    ("AWS-BUCKET", "a dotted name", lambda m: m.bucket("acme.images"), {"S3_BUCKET": "acme.images"}, (), WARN, "may not look at it"),
    ("AWS-BUCKET", "capital letters in .arg", nothing, {"S3_BUCKET": "Acme"}, (), FAIL, "`A` is not allowed"),
    ("AWS-BUCKET-REGION", "the bucket is where REGION says", nothing, {}, (), PASS, "acme-images is in eu-west-1"),
    ("AWS-REGION", "EC2 answers", nothing, {}, (), PASS, "EC2 answers in eu-west-1"),
    ("AWS-REGION", "a zone in place of a region in .arg", nothing, {"REGION": "eu-west-1b"}, (), FAIL, "try eu-west-1"),
    ("AWS-KEY-CLASH", "nothing of that name", nothing, {}, (), PASS, "s3://acme-images/edge-1 is free"),
    ("AWS-KEY-CLASH", "an object of that key", an_object(KEY), {}, (), FAIL, "would skip the upload and import that object"),
    ("AWS-KEY-CLASH", "an object that starts with the key", an_object(f"{KEY}.raw"), {}, (), FAIL, "starts with this key"),
    ("AWS-AMI-CLASH", "no AMI of that name", nothing, {}, (), PASS, "no AMI is named edge-1"),
    ("AWS-AMI-CLASH", "an AMI of that name", an_image, {}, (), FAIL, "would report that old AMI as the result"),
    ("AWS-AMI-NAME", "a key that is good for both", nothing, {}, (), PASS, "edge-1"),
    ("AWS-AMI-NAME", "a Kubernetes version in the key", nothing, {"S3_KEY": "edge-v1.30.4+k3s1"}, (), FAIL, "`+` is not allowed"),
    ("AWS-AMI-NAME", "a key of two characters", nothing, {"S3_KEY": "ab"}, (), FAIL, "3 to 128 characters"),
    ("AWS-IMPORT-TASKS", "no import", nothing, {}, (), PASS, "no import tasks under way"),
    ("AWS-IMPORT-TASKS", "an import of another object", imports("other"), {}, (), PASS, "1 import task under way"),
    ("AWS-IMPORT-TASKS", "five imports under way", imports(*"abcde"), {}, (), WARN, "5 import tasks are under way, the usual limit is 5"),
    ("AWS-IMPORT-TASKS", "an import of this very object", imports(KEY), {}, (), FAIL, f"imports s3://{BUCKET}/{KEY} already"),
    ("AWS-CREDS", "an IAM user's keys", nothing, {}, (), PASS, f"account {ACCOUNT}, user/edge"),
)


GOOD = [t for t in THINGS if t[2] is nothing and not (t[3] or t[4])]  # all of one account
WORLDS = [t for t in THINGS if t not in GOOD]


async def test_bucket_names_and_tasks_in_order(moto, tmp_path):
    moto.bucket(BUCKET)
    plain_role(moto)
    results = await seen(moto, tmp_path, policy())
    for name, how, *_, status, words in GOOD:
        assert_told(results[name], status, words, how=f"moto, {how}")


@pytest.mark.parametrize(("name", "how", "make", "values", "without", "status", "words"), WORLDS, ids=[f"{t[0]} {t[1]}" for t in WORLDS])
async def test_bucket_names_and_tasks(moto, tmp_path, name, how, make, values, without, status, words):
    moto.bucket(BUCKET)
    plain_role(moto)
    make(moto)
    results = await seen(moto, tmp_path, policy(*without), **values)
    assert_told(results[name], status, words, how=f"moto, {how}")


async def test_a_bucket_of_another_region(moto, tmp_path):
    moto.bucket(BUCKET, "us-east-2")
    plain_role(moto)
    results = await seen(moto, tmp_path, policy())
    assert_told(results["AWS-BUCKET-REGION"], FAIL, "acme-images is in us-east-2", how="moto, a bucket of us-east-2 with REGION=eu-west-1")
    assert "REGION=us-east-2" in results["AWS-BUCKET-REGION"].answer.remedies[0].text


async def test_an_unknown_key_and_a_wrong_secret(moto, tmp_path):
    keys = moto.user(policy())
    with moto.judged():
        unknown = await doctor(moto.endpoint, replace(keys, key_id="AKIANOBODY0000000000"), tmp_path)
        wrong = await doctor(moto.endpoint, replace(keys, secret=Secret("w" * 40)), tmp_path)
    assert_told(unknown["AWS-CREDS"], FAIL, "does not know this access key", how="moto, a key id that no user has")
    assert_told(wrong["AWS-CREDS"], FAIL, "the secret key does not belong to this access key", how="moto, another secret")
    assert {r.status for n, r in unknown.items() if n not in {"AWS-CREDS", "AWS-KEYTYPE", "AWS-AMI-NAME"}} == {Status.SKIP}


async def test_an_explicit_deny_beats_every_allow(moto, tmp_path):
    moto.bucket(BUCKET)
    plain_role(moto)
    denying = with_statement(policy(), Effect="Deny", Action="s3:PutObject")
    results = await seen(moto, tmp_path, denying)
    assert_told(results["AWS-S3-PUT"], FAIL, "denied (", how="moto, an explicit Deny of s3:PutObject beside the Allow")


async def test_a_policy_for_another_bucket_allows_nothing_here(moto, tmp_path):
    moto.bucket(BUCKET)
    plain_role(moto)
    found = json.loads(json.dumps(policy()).replace(f"arn:aws:s3:::{BUCKET}/*", "arn:aws:s3:::other/*"))
    results = await seen(moto, tmp_path, found)
    assert_told(results["AWS-S3-GET"], FAIL, "denied (", how="moto, s3:GetObject for the objects of another bucket only")
    assert_told(results["AWS-S3-PUT"], FAIL, "denied (", how="moto, s3:PutObject for the objects of another bucket only")
    assert results["AWS-S3-LIST"].status is PASS
