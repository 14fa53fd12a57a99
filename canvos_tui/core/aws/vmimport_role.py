"""The service role of VM Import: its two documents, the commands that make it, and whether an existing one will do.

What the role needs is written in the VM Import/Export user guide, "Required permissions".
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from canvos_tui.core.aws.facts import Right, RightProbe, RoleFacts
from canvos_tui.core.aws.iam_policy import fits, judge, listed, statements
from canvos_tui.core.aws.snapshot_settings import ROLE

NO_ROLE, BAD_TRUST, BAD_POLICY, ROLE_EXISTS = "NoSuchEntity", "TrustPolicy", "RolePolicy", "EntityAlreadyExists"
SERVICES = frozenset({"vmie.amazonaws.com", "vmie.amazonaws.com.cn"})
KMS_ACTIONS = ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
# the calls behind them, which a policy may name one by one
_KMS_CALLS = (*(a for a in KMS_ACTIONS if "*" not in a), "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_BUCKET_ACTIONS = ("s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket")
_EC2_ACTIONS = ("ec2:ModifySnapshotAttribute", "ec2:CopySnapshot", "ec2:RegisterImage", "ec2:Describe*")


def partition_of(region: str) -> str:
    """`aws`, `aws-cn` or `aws-us-gov`, by the region's name."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def trust_document() -> dict[str, Any]:
    """Who may take the role: VM Import, named by its external id."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "vmie.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": ROLE}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def role_document(bucket: str, partition: str = "aws", kms_keys: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the role may do: read that bucket, make snapshots, and use those KMS keys (ARNs) where there are any."""
    arn = f"arn:{partition}:s3:::{bucket}"
    found: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": list(_BUCKET_ACTIONS), "Resource": [arn, f"{arn}/*"]},
        {"Effect": "Allow", "Action": list(_EC2_ACTIONS), "Resource": "*"},
    ]
    if kms_keys:
        found.append({"Effect": "Allow", "Action": list(KMS_ACTIONS), "Resource": list(kms_keys)})
    return {"Version": "2012-10-17", "Statement": found}


def role_commands(
    bucket: str, partition: str = "aws", kms_keys: tuple[str, ...] = (), *, code: str = NO_ROLE, name: str = ROLE
) -> tuple[str, ...]:
    """The commands that make the role of that name, or that mend the part of it that `code` says is wrong."""
    trust = shlex.quote(json.dumps(trust_document()))
    policy = shlex.quote(json.dumps(role_document(bucket, partition, kms_keys)))
    make = f"aws iam create-role --role-name {name} --assume-role-policy-document {trust}"
    mend = f"aws iam update-assume-role-policy --role-name {name} --policy-document {trust}"
    # one inline policy for each bucket: the role is shared by the whole account
    allow = f"aws iam put-role-policy --role-name {name} --policy-name {ROLE}-{bucket} --policy-document {policy}"
    return {BAD_TRUST: (mend,), BAD_POLICY: (allow,), ROLE_EXISTS: (mend, allow)}.get(code, (make, allow))


# -- an existing role ----------------------------------------------------------------------------------------


def judge_role(facts: RoleFacts, bucket: str, key: str, region: str, name: str = ROLE) -> RightProbe:
    """Whether an import of that object could work through the role of that name; never more than was seen.

    The answer is about the right `vmimport` whatever the role's name: that is what it is for.
    """
    the = "the role" if name == ROLE else f"the role {name}"
    if not facts.exists:
        return RightProbe(ROLE, Right.DENIED, "verified", NO_ROLE, f"there is no role {name} in this account")
    if facts.trust is None:
        return RightProbe(ROLE, Right.UNKNOWN, "not_verifiable", message="; ".join(facts.unseen) or "its trust policy was not shown")
    trusted, doubt = judge_trust(facts.trust)
    if trusted is Right.DENIED:
        return RightProbe(ROLE, Right.DENIED, "verified", BAD_TRUST, f"{the} exists, but {doubt}")
    lacking = tuple(_lacking(facts, bucket, key, region, Right.DENIED))
    if lacking and not facts.unseen:
        text = f"{the} exists, but its policies do not allow {', '.join(lacking)} for {bucket}"
        return RightProbe(ROLE, Right.DENIED, "verified", BAD_POLICY, text)
    open_ones = tuple(_lacking(facts, bucket, key, region, Right.UNKNOWN))
    doubts = [doubt] if trusted is Right.UNKNOWN else []
    doubts += facts.unseen
    if open_ones:
        doubts.append(f"a condition decides over {', '.join(open_ones)}")
    if doubts:
        return RightProbe(ROLE, Right.UNKNOWN, "not_verifiable", message=f"{the} exists, but {'; '.join(doubts)}")
    return RightProbe(
        ROLE, Right.ALLOWED, "verified", message=f"{'' if name == ROLE else f'{the} '}exists, trusts VM Import, may read {bucket}"
    )


def _lacking(facts: RoleFacts, bucket: str, key: str, region: str, right: Right) -> Iterator[str]:
    """The actions for which the policies come out as `right`."""
    partition = partition_of(region)
    arn, snapshot = f"arn:{partition}:s3:::{bucket}", f"arn:{partition}:ec2:{region}::snapshot/snap-0"
    for action, resource in (
        ("s3:GetBucketLocation", arn),
        ("s3:ListBucket", arn),
        ("s3:GetObject", f"{arn}/{key}"),
        ("ec2:ModifySnapshotAttribute", snapshot),
        ("ec2:CopySnapshot", snapshot),
        ("ec2:RegisterImage", f"arn:{partition}:ec2:{region}::image/ami-0"),
        ("ec2:DescribeSnapshots", "*"),
    ):
        if judge(facts.policies, action, resource) is right:
            yield action


def uses_keys(facts: RoleFacts, keys: tuple[str, ...]) -> Right:
    """Whether the role may use those KMS keys, as far as its own policies say."""
    found = {judge(facts.policies, a, k) for a in _KMS_CALLS for k in keys}
    if Right.DENIED in found:
        return Right.UNKNOWN if facts.unseen else Right.DENIED
    return Right.UNKNOWN if Right.UNKNOWN in found or facts.unseen else Right.ALLOWED


def judge_trust(document: Mapping[str, Any]) -> tuple[Right, str]:
    """Whether VM Import may take a role with that trust policy, and what speaks against it."""
    against, allowed = "it does not let vmie.amazonaws.com take it", False
    doubts: list[str] = []
    denied = False  # by a statement of which nobody can tell from outside whether it holds
    for statement in statements((document,)):
        deny = statement.get("Effect") == "Deny"
        if deny and _is_for_everybody(statement):
            denied = True
            doubts.append("a Deny statement is for everybody")
        if not _is_for_import(statement):
            continue
        named, others = _conditions(statement)
        if named is False:
            against = against if deny else f"its external id is not {ROLE}"
        elif deny and not others:
            return Right.DENIED, "a Deny statement keeps vmie.amazonaws.com from taking it"
        elif others:
            denied = denied or deny
            doubts.append(f"{'a Deny statement' if deny else 'its trust'} depends on {', '.join(others)}")
        else:
            allowed = True
    if allowed and not denied:
        return Right.ALLOWED, ""
    return (Right.UNKNOWN, "; ".join(doubts)) if doubts else (Right.DENIED, against)


def _is_for_import(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    services = listed(principal.get("Service")) if isinstance(principal, Mapping) else ()
    return any(s in SERVICES for s in services) and _takes_roles(statement)


def _is_for_everybody(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal")
    named = listed(principal.get("AWS")) if isinstance(principal, Mapping) else listed(principal)
    return "*" in named and _takes_roles(statement)


def _takes_roles(statement: Mapping[str, Any]) -> bool:
    return any(fits(str(a), "sts:AssumeRole", fold=True) for a in listed(statement.get("Action")))


def _conditions(statement: Mapping[str, Any]) -> tuple[bool | None, tuple[str, ...]]:
    """Whether the external id of VM Import meets the conditions (None: it is not asked for), and the conditions besides it."""
    named: bool | None = None
    others = []
    for test, wanted in (statement.get("Condition") or {}).items():
        for name, value in wanted.items():
            if name.lower() == "sts:externalid" and test in {"StringEquals", "StringLike"}:
                named = named is not False and any(fits(str(v), ROLE) if test == "StringLike" else v == ROLE for v in listed(value))
            else:
                others.append(name)
    return named, tuple(others)
