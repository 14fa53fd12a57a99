"""What a role's documents allow, and what nobody can tell from outside."""

from __future__ import annotations

import json
import shlex

import pytest

from canvos_tui.core.aws.facts import Right, RoleFacts
from canvos_tui.core.aws.iam_policy import judge
from canvos_tui.core.aws.vmimport_role import judge_role, judge_trust, partition_of, role_commands, role_document, trust_document, uses_keys

BUCKET = "acme-images"
ARN = f"arn:aws:s3:::{BUCKET}"
CALLS = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")  # one by one
KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action, resource="*", **more):
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize(
    ("document", "right"),
    [
        (policy(allow("s3:GetObject", f"{ARN}/*")), Right.ALLOWED),
        (policy(allow("S3:getobject", f"{ARN}/*")), Right.ALLOWED),
        (policy(allow("s3:Get*", f"{ARN}/edge-?")), Right.ALLOWED),
        (policy(allow("*")), Right.ALLOWED),
        ({"Statement": allow("s3:GetObject", [ARN, f"{ARN}/*"])}, Right.ALLOWED),
        (policy(allow("s3:GetObject", f"{ARN}/*"), deny("s3:*", f"{ARN}/*")), Right.DENIED),
        (policy(allow("s3:GetObject", ARN)), Right.DENIED),
        (policy(allow("s3:GetObject", f"{ARN}/Edge-1")), Right.DENIED),
        (policy(allow("s3:PutObject", f"{ARN}/*")), Right.DENIED),
        (policy(), Right.DENIED),
        ({}, Right.DENIED),
        (policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}), Right.ALLOWED),
        (policy({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}), Right.DENIED),
        (policy({"Effect": "Allow", "Action": "s3:*", "NotResource": f"{ARN}/*"}), Right.DENIED),
        (policy(allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})), Right.UNKNOWN),
        (policy(allow("*"), deny("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "false"}})), Right.UNKNOWN),
        (policy(allow("s3:GetObject", "arn:aws:s3:::${aws:username}/*")), Right.UNKNOWN),
        (policy(allow("*"), deny("s3:GetObject", "arn:aws:s3:::${aws:username}/*")), Right.UNKNOWN),
    ],
)
def test_a_policy_is_read_as_aws_reads_it(document, right):
    assert judge((document,), "s3:GetObject", f"{ARN}/edge-1") is right


def trust(**change):
    base = {"Effect": "Allow", "Principal": {"Service": "vmie.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return policy({**base, **change})


EXTERNAL = {"StringEquals": {"sts:Externalid": "vmimport"}}


@pytest.mark.parametrize(
    ("document", "right", "words"),
    [
        (trust_document(), Right.ALLOWED, ""),
        (trust(), Right.ALLOWED, ""),
        (trust(Condition=EXTERNAL), Right.ALLOWED, ""),
        (trust(Condition={"StringLike": {"sts:ExternalId": "vm*"}}), Right.ALLOWED, ""),
        (trust(Principal={"Service": ["ec2.amazonaws.com", "vmie.amazonaws.com"]}), Right.ALLOWED, ""),
        (trust(Action="sts:*"), Right.ALLOWED, ""),
        (trust(Condition={"StringEquals": {"sts:ExternalId": "other"}}), Right.DENIED, "its external id is not vmimport"),
        (trust(Principal={"Service": "ec2.amazonaws.com"}), Right.DENIED, "does not let vmie.amazonaws.com take it"),
        (trust(Principal="*"), Right.DENIED, "does not let vmie.amazonaws.com take it"),
        (trust(Action="sts:TagSession"), Right.DENIED, "does not let vmie.amazonaws.com take it"),
        (trust(Effect="Deny"), Right.DENIED, "a Deny statement keeps"),
        (policy(*trust()["Statement"], *trust(Effect="Deny")["Statement"]), Right.DENIED, "a Deny statement keeps"),
        (policy(*trust()["Statement"], *trust(Effect="Deny", Principal="*")["Statement"]), Right.UNKNOWN, "for everybody"),
        (
            policy(*trust()["Statement"], *trust(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})["Statement"]),
            Right.UNKNOWN,
            "aws:SecureTransport",
        ),
        (trust(Condition={**EXTERNAL, "StringEqualsIfExists": {"aws:SourceAccount": "1"}}), Right.UNKNOWN, "aws:SourceAccount"),
        ({}, Right.DENIED, "does not let"),
    ],
)
def test_vm_import_must_be_able_to_take_the_role(document, right, words):
    found, said = judge_trust(document)
    assert (found, words in said) == (right, True), said


def role(*policies, unseen=(), trusted=None):
    return judge_role(RoleFacts(True, trusted or trust_document(), policies, unseen), BUCKET, "edge-1", "eu-west-1")


def test_our_own_documents_make_a_good_role():
    found = role(role_document(BUCKET))
    assert (found.right, found.message) == (Right.ALLOWED, "exists, trusts VM Import, may read acme-images")
    china = judge_role(RoleFacts(True, trust_document(), (role_document(BUCKET, "aws-cn"),)), BUCKET, "edge-1", "cn-north-1")
    assert china.right is Right.ALLOWED


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({"Statement": role_document(BUCKET)["Statement"][:1]}, "ec2:ModifySnapshotAttribute, ec2:CopySnapshot, ec2:RegisterImage"),
        ({"Statement": role_document(BUCKET)["Statement"][1:]}, "s3:GetBucketLocation, s3:ListBucket, s3:GetObject"),
        (role_document("another"), "s3:GetBucketLocation, s3:ListBucket, s3:GetObject"),
        (role_document(BUCKET, "aws-cn"), "s3:GetBucketLocation, s3:ListBucket, s3:GetObject"),
        (policy(*role_document(BUCKET)["Statement"], deny("s3:GetObject", f"{ARN}/*")), "allow s3:GetObject for"),
    ],
)
def test_a_role_that_lacks_something_says_what(change, lacking):
    found = role(change)
    assert (found.right, found.code, lacking in found.message) == (Right.DENIED, "RolePolicy", True), found.message


def test_a_policy_for_each_bucket_is_one_policy():
    both = role(role_document("another"), {"Statement": role_document(BUCKET)["Statement"][:1]})
    assert both.right is Right.ALLOWED


def test_what_could_not_be_looked_at_is_never_a_pass():
    for found in (
        role(role_document(BUCKET), unseen=("iam:ListAttachedRolePolicies is not allowed (AccessDenied)",)),
        role(unseen=("iam:ListRolePolicies is not allowed (AccessDenied)",)),
        judge_role(RoleFacts(True, None, (), ("iam:GetRole is not allowed (AccessDenied)",)), BUCKET, "k", "eu-west-1"),
        role(policy(allow("*", Condition={"Bool": {"aws:SecureTransport": "true"}}))),
    ):
        assert (found.right, found.method) == (Right.UNKNOWN, "not_verifiable")
        assert "not allowed" in found.message or "a condition decides" in found.message


@pytest.mark.parametrize(
    ("documents", "unseen", "right"),
    [
        ((role_document(BUCKET, "aws", (KEY_ARN,)),), (), Right.ALLOWED),
        ((policy(*(allow(f"kms:{call}", KEY_ARN) for call in CALLS)),), (), Right.ALLOWED),
        ((policy(*(allow(f"kms:{call}", KEY_ARN) for call in CALLS if call != "ReEncryptTo")),), (), Right.DENIED),
        ((role_document(BUCKET),), (), Right.DENIED),
        ((role_document(BUCKET),), ("not allowed",), Right.UNKNOWN),
        ((role_document(BUCKET, "aws", (f"{KEY_ARN}-other",)),), (), Right.DENIED),
    ],
)
def test_a_kms_key_needs_its_own_statement(documents, unseen, right):
    assert uses_keys(RoleFacts(True, trust_document(), documents, unseen), (KEY_ARN,)) is right


@pytest.mark.parametrize(
    ("code", "verbs"),
    [
        ("NoSuchEntity", ["create-role", "put-role-policy"]),
        ("TrustPolicy", ["update-assume-role-policy"]),
        ("RolePolicy", ["put-role-policy"]),
    ],
)
def test_only_the_broken_part_is_mended_and_the_shell_gets_valid_json(code, verbs):
    commands = [shlex.split(c) for c in role_commands(BUCKET, code=code)]
    assert [c[2] for c in commands] == verbs
    for words in commands:
        assert json.loads(words[-1])["Statement"]


@pytest.mark.parametrize(("region", "partition"), [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_the_partition_of_a_region(region, partition):
    assert partition_of(region) == partition
