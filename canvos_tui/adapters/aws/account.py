"""Questions about the account: whose keys these are, the region, the service role, and what is encrypted by default."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.clients import Clients, plain_session
from canvos_tui.core.aws.facts import Encryption, Identity, RegionFacts, RoleFacts
from canvos_tui.core.aws.vmimport_role import ROLE, partition_of
from canvos_tui.core.errors import AwsError
from canvos_tui.core.text import near

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
# STS of a region that is switched off does not know any key, and one that does not exist has no address
_ASK_AT_HOME = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "unreachable"})


async def identity(clients: Clients) -> Identity:
    """Whose keys these are; where REGION's own STS does not say so, the partition's first region is asked as well."""
    try:
        return await clients.call("sts", _caller)
    except AwsError as error:
        name = clients.region
        elsewhere = dict.fromkeys((_HOME[partition_of(name)], _HOME["aws"]))
        elsewhere.pop(name, None)
        if error.code not in _ASK_AT_HOME or (error.code == "unreachable" and (await region(name)).known):
            raise
        for home in elsewhere:
            try:
                return await clients.elsewhere(home).call("sts", _caller)
            except AwsError:
                continue  # the first refusal is the one that counts
        raise


def _caller(sts: Any) -> Identity:
    before = datetime.now(UTC)
    found = sts.get_caller_identity()
    now = before + (datetime.now(UTC) - before) / 2
    at = aws_values.answered_at(found)
    return Identity(found["Account"], found["Arn"], (now - at).total_seconds() if at is not None else None)


async def region(name: str) -> RegionFacts:
    """What the SDK's own list says of a region's name."""
    return await threads.call(lambda: _region(name))


def _region(name: str) -> RegionFacts:
    names = regions()
    return RegionFacts(name, name in names, near(name, names, 3, 0.7))


def regions() -> tuple[str, ...]:
    """The regions with EC2 in the SDK's own list, those of every partition; reads files and makes no request."""
    session = plain_session()
    return tuple(n for p in session.get_available_partitions() for n in session.get_available_regions("ec2", p))


# -- the service role ----------------------------------------------------------------------------------------


async def role(clients: Clients) -> RoleFacts:
    """The role vmimport with its documents. What these keys may not look at is in `unseen`; other trouble raises AwsError."""
    try:
        found = (await clients.call("iam", lambda iam: iam.get_role(RoleName=ROLE)))["Role"]
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return RoleFacts(exists=False)
        if error.status != 403:
            raise
        return RoleFacts(exists=True, unseen=(_refusal("iam:GetRole", error),))
    unseen: list[str] = []
    inline, attached = await asyncio.gather(_inline(clients, unseen), _attached(clients, unseen))
    if boundary := found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"):
        unseen.append(f"its permissions boundary {boundary} was not looked at")
    return RoleFacts(True, _document(found.get("AssumeRolePolicyDocument") or {}), (*inline, *attached), tuple(unseen))


def _refusal(action: str, error: AwsError) -> str:
    return f"{action} is not allowed ({error.code})" if error.status == 403 else f"{action}: {error.message}"


def _document(found: object) -> Mapping[str, Any]:
    return json.loads(found) if isinstance(found, str) else dict(found) if isinstance(found, Mapping) else {}


async def _inline(clients: Clients, unseen: list[str]) -> list[Mapping[str, Any]]:
    def names(iam: Any) -> list[str]:
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=ROLE)
        return [str(n) for page in pages for n in page["PolicyNames"]]

    try:
        listed = await clients.call("iam", names)
    except AwsError as error:
        unseen.append(_refusal("iam:ListRolePolicies", error))
        return []
    try:
        return await clients.call(
            "iam", lambda iam: [_document(iam.get_role_policy(RoleName=ROLE, PolicyName=n)["PolicyDocument"]) for n in listed]
        )
    except AwsError as error:
        unseen.append(_refusal("iam:GetRolePolicy", error))
        return []


async def _attached(clients: Clients, unseen: list[str]) -> list[Mapping[str, Any]]:
    def arns(iam: Any) -> list[str]:
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=ROLE)
        return [str(p["PolicyArn"]) for page in pages for p in page["AttachedPolicies"]]

    def document(arn: str, iam: Any) -> Mapping[str, Any]:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return _document(iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"])

    try:
        listed = await clients.call("iam", arns)
    except AwsError as error:
        unseen.append(_refusal("iam:ListAttachedRolePolicies", error))
        return []
    found = []
    for arn in listed:
        try:
            found.append(await clients.call("iam", partial(document, arn)))
        except AwsError as error:
            unseen.append(f"{_refusal('iam:GetPolicy', error)} for {arn}")
    return found


# -- encryption ----------------------------------------------------------------------------------------------


async def encryption(clients: Clients, bucket: str) -> Encryption:
    """The defaults of the bucket and of EBS, without a bucket of EBS alone; each that could not be asked is in `unseen`."""
    unseen: dict[str, AwsError] = {}
    (bucket_kms, bucket_key), (ebs, ebs_key) = await asyncio.gather(_of_bucket(clients, bucket, unseen), _of_ebs(clients, unseen))
    told = tuple(_refusal(action, error) for action, error in unseen.items())
    denied = tuple(action for action, error in unseen.items() if error.status == 403)
    return Encryption(bucket_kms, bucket_key, ebs, ebs_key, told, denied)


async def _of_bucket(clients: Clients, bucket: str, unseen: dict[str, AwsError]) -> tuple[bool | None, str]:
    if not bucket:
        return None, ""
    try:
        found = await clients.call("s3", lambda s3: s3.get_bucket_encryption(Bucket=bucket))
    except AwsError as error:
        if error.code == "ServerSideEncryptionConfigurationNotFoundError":
            return False, ""
        unseen["s3:GetEncryptionConfiguration"] = error
        return None, ""
    rules = [r.get("ApplyServerSideEncryptionByDefault", {}) for r in found["ServerSideEncryptionConfiguration"]["Rules"]]
    kms = next((r for r in rules if str(r.get("SSEAlgorithm", "")).startswith("aws:kms")), None)
    return (False, "") if kms is None else (True, str(kms.get("KMSMasterKeyID") or ""))


async def _of_ebs(clients: Clients, unseen: dict[str, AwsError]) -> tuple[bool | None, str]:
    try:
        on = (await clients.call("ec2", lambda ec2: ec2.get_ebs_encryption_by_default()))["EbsEncryptionByDefault"]
    except AwsError as error:
        unseen["ec2:GetEbsEncryptionByDefault"] = error
        return None, ""
    if not on:
        return False, ""
    try:
        key = (await clients.call("ec2", lambda ec2: ec2.get_ebs_default_kms_key_id()))["KmsKeyId"]
    except AwsError as error:
        unseen["ec2:GetEbsDefaultKmsKeyId"] = error
        return True, ""
    return True, str(key)
