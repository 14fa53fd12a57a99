"""The documents for an administrator: valid JSON, the right partition in every ARN, real names, and no more rights than needed."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from canvos_tui.core.aws.facts import Encryption, Identity, Right
from canvos_tui.core.aws.iam_policy import judge, listed
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.checks.aws.advice import Subject, advice, documents, key_arn, message, user_document
from canvos_tui.core.checks.aws.questions import subject_of
from canvos_tui.core.errors import Changes

ACCOUNT, BUCKET = "123456789012", "acme-images"
KEY = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = re.compile(r"arn:(aws|aws-cn|aws-us-gov):(s3|iam|kms):([a-z0-9-]*):([0-9]{12}|aws)?:[A-Za-z0-9*/._-]+")
PLACES = (("aws", "eu-west-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"))
NINE = (
    ("s3:ListBucket", ""),
    ("s3:GetObject", "/edge-1"),
    ("s3:PutObject", "/edge-1"),
    ("ec2:ImportSnapshot", None),
    ("ec2:DescribeImportSnapshotTasks", None),
    ("ec2:DescribeSnapshots", None),
    ("ec2:RegisterImage", None),
    ("ec2:DescribeImages", None),
    ("ec2:CreateTags", None),
)


def about(partition="aws", region="eu-west-1", user="user/team/edge", key=KEY) -> Subject:
    who = Identity(ACCOUNT, f"arn:{partition}:iam::{ACCOUNT}:{user}")
    return subject_of(BUCKET, region, who, Encryption(bucket_kms=bool(key), bucket_key=key, ebs=False))


def arns_of(text: str) -> list[str]:
    return [r for s in json.loads(text)["Statement"] for r in listed(s.get("Resource")) if r != "*"]


@pytest.mark.parametrize(("partition", "region"), PLACES)
@pytest.mark.parametrize("key", ["", KEY, "alias/mine", f"arn:{{p}}:kms:{{r}}:{ACCOUNT}:key/{KEY}"])
def test_every_document_is_json_and_every_arn_is_of_the_right_partition(partition, region, key):
    found = documents(about(partition, region, key=key.replace("{p}", partition).replace("{r}", region)))
    assert [name for name, _ in found] == ["user-policy.json", "trust-policy.json", "role-policy.json"]
    for name, text in found:
        assert json.loads(text)["Version"] == "2012-10-17"
        for arn in arns_of(text) if name != "trust-policy.json" else ():
            assert ARN.fullmatch(arn), arn
            assert arn.split(":")[1] == partition, arn
            assert arn.split(":")[3] in {"", region}, arn
    kms = "kms:CreateGrant" in found[2][1]
    assert kms is bool(key)


@pytest.mark.parametrize(("partition", "region"), PLACES)
def test_the_user_s_policy_allows_the_nine_on_that_bucket_alone(partition, region):
    document = user_document(about(partition, region))
    arn = f"arn:{partition}:s3:::{BUCKET}"
    for action, end in NINE:
        resource = "*" if end is None else f"{arn}{end}"
        assert judge((document,), action, resource) is Right.ALLOWED, action
    for action, resource in (
        ("s3:DeleteObject", f"{arn}/edge-1"),
        ("s3:PutObject", f"arn:{partition}:s3:::another/edge-1"),
        ("ec2:DeleteSnapshot", "*"),
        ("iam:PutRolePolicy", f"arn:{partition}:iam::{ACCOUNT}:role/vmimport"),
        ("iam:GetRole", f"arn:{partition}:iam::{ACCOUNT}:role/admin"),
        ("kms:Decrypt", f"arn:{partition}:kms:{region}:{ACCOUNT}:key/other"),
    ):
        assert judge((document,), action, resource) is Right.DENIED, action


def test_keys_of_aws_need_no_statement_and_an_alias_stands_for_all_keys():
    assert key_arn("alias/aws/ebs", "eu-west-1", ACCOUNT) == ""
    assert key_arn(f"arn:aws:kms:eu-west-1:{ACCOUNT}:alias/aws/s3", "eu-west-1", ACCOUNT) == ""
    assert key_arn("alias/mine", "eu-west-1", ACCOUNT) == f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/*"
    assert key_arn(KEY, "cn-north-1", ACCOUNT) == f"arn:aws-cn:kms:cn-north-1:{ACCOUNT}:key/{KEY}"


def test_a_fix_names_the_user_and_the_bucket():
    [fix] = advice("s3:PutObject", about())
    words = shlex.split(fix.commands[0].run)
    assert words[words.index("--user-name") + 1] == "edge"
    assert json.loads(words[-1])["Statement"][0]["Resource"] == f"arn:aws:s3:::{BUCKET}/*"


def test_the_message_to_an_administrator_is_complete():
    who = about("aws-us-gov", "us-gov-west-1")
    text = message(who, ("AWS-ROLE-VMIMPORT: there is no role vmimport in this account",))
    for words in (
        ACCOUNT,
        f"arn:aws-us-gov:iam::{ACCOUNT}:user/team/edge",
        "us-gov-west-1",
        f"arn:aws-us-gov:s3:::{BUCKET}",
        "there is no role",
    ):
        assert words in text
    for _, document in documents(who):
        assert document in text
    assert "--user-name edge " in text
    assert "arn:aws:" not in text


def test_a_message_without_anything_missing_says_so():
    assert "nothing: this is what is needed in all" in message(Subject(BUCKET, "eu-west-1"), ())
    assert "not known" in message(Subject(BUCKET, "eu-west-1"), ())


WHO = "User: arn:aws:iam::123456789012:user/edge is not authorized to perform: s3:PutObject on resource: x "


@pytest.mark.parametrize(
    ("said", "text", "look"),
    [
        ("with an explicit deny in an identity-based policy", "denies s3:PutObject", "aws iam list-user-policies --user-name edge"),
        ("because no permissions boundary allows the s3:PutObject action", "permissions boundary", "aws iam get-user --user-name edge"),
        ("with an explicit deny in a permissions boundary", "permissions boundary", "aws iam get-user --user-name edge"),
        ("with an explicit deny in a service control policy", "A policy of the organization", ""),
        ("because no service control policy allows the s3:PutObject action", "A policy of the organization", ""),
        ("with an explicit deny in a resource-based policy", "The bucket's own policy", "aws s3api get-bucket-policy"),
        ("because no session policy allows the s3:PutObject action", "The session's policy", ""),
        ("because no VPC endpoint policy allows the s3:PutObject action", "The VPC endpoint", "aws ec2 describe-vpc-endpoints"),
        ("an explicit deny", "denies s3:PutObject", "aws iam list-user-policies --user-name edge"),
    ],
)
def test_one_more_policy_that_allows_is_not_offered_against_one_that_forbids(said, text, look):
    [fix] = advice("s3:PutObject", about(), said=WHO + said)
    assert text in fix.text
    assert "put-user-policy" not in "".join(c.run for c in fix.commands)
    assert all(c.changes is Changes.NOTHING for c in fix.commands)
    assert (fix.commands[0].run if fix.commands else "").startswith(look)


def test_an_allow_is_offered_where_none_is_there():
    [fix] = advice("s3:PutObject", about(), said=WHO + "because no identity-based policy allows the s3:PutObject action")
    assert "put-user-policy" in fix.commands[0].run


def test_on_the_direct_route_an_administrator_is_asked_once_for_what_is_needed_and_for_what_is_only_recommended():
    subject = Subject("", "us-east-1")
    assert "ebs:ListSnapshotBlocks" not in str(user_document(subject))
    ((_, text),) = documents(subject)
    assert json.loads(text)["Statement"][:2] == user_document(subject)["Statement"]
    assert text in message(subject, ()).replace("\r", "")
    assert "ebs:ListSnapshotBlocks" in text


def test_another_role_is_named_wherever_the_administrator_reads_it():
    subject = subject_of(BUCKET, "eu-west-1", None, None, SnapshotSettings("canvos-import", KEY))
    told = message(subject, ())
    for words in (
        "2. Service role canvos-import",
        "aws iam create-role --role-name canvos-import",
        "aws iam put-role-policy --role-name canvos-import",
        "iam:PassRole",
    ):
        assert words in told
    assert "role/canvos-import" in str(user_document(subject))
    assert '"sts:ExternalId": "vmimport"' in dict(documents(subject))["trust-policy.json"], "whatever the role's name"
    assert KEY in dict(documents(subject))["role-policy.json"]
    assert "iam:PassRole" not in message(subject_of(BUCKET, "eu-west-1", None, None), ())
    commands = [one.run for remedy in advice("vmimport", subject) for one in remedy.commands]
    assert all("--role-name canvos-import" in one for one in commands)
