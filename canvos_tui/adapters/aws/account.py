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
from canvos_tui.core.aws.facts import DENIALS, Encryption, Identity, RegionFacts, RoleFacts
from canvos_tui.core.aws.snapshot_settings import KeyFacts
from canvos_tui.core.aws.vmimport_role import partition_of
from canvos_tui.core.errors import AwsError
from canvos_tui.core.text import near

_HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
# STS of a region that is switched off does not know any key, and one that does not exist has no address
_ASK_AT_HOME = frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "unreachable"})
_SYMMETRIC, _ENCRYPTS = "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"  # the kind of KMS key that EBS takes, and what it is for


class Account:
    """The part of the Aws port that is about the account; asked with the patience of a check."""

    _probes: Clients

    async def region_facts(self) -> RegionFacts:
        """What the SDK's own list says of this region's name."""
        return await region(self._probes.region)

    async def role_facts(self, name: str) -> RoleFacts:
        """The service role of that name with its documents, as far as these keys may look."""
        return await role(self._probes, name)

    async def encryption(self, bucket: str, *, sealed: bool) -> Encryption:
        """What is encrypted by default, as far as these keys may look; with `sealed` the key for EBS in any case."""
        return await encryption(self._probes, bucket, sealed=sealed)

    async def kms_key(self, key: str) -> KeyFacts:
        """A KMS key, as far as these keys may look."""
        return await kms_key(self._probes, key)


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


async def role(clients: Clients, name: str) -> RoleFacts:
    """The role of that name with its documents. What these keys may not look at is in `unseen`; other trouble raises AwsError."""
    try:
        found = (await clients.call("iam", lambda iam: iam.get_role(RoleName=name)))["Role"]
    except AwsError as error:
        if error.code == "NoSuchEntity":
            return RoleFacts(exists=False)
        if error.status != 403:
            raise
        return RoleFacts(exists=True, unseen=(_refusal("iam:GetRole", error),))
    unseen: list[str] = []
    inline, attached = await asyncio.gather(_inline(clients, name, unseen), _attached(clients, name, unseen))
    if boundary := found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"):
        unseen.append(f"its permissions boundary {boundary} was not looked at")
    return RoleFacts(True, _document(found.get("AssumeRolePolicyDocument") or {}), (*inline, *attached), tuple(unseen))


def _refusal(action: str, error: AwsError) -> str:
    return f"{action} is not allowed ({error.code})" if error.status == 403 else f"{action}: {error.message}"


def _document(found: object) -> Mapping[str, Any]:
    return json.loads(found) if isinstance(found, str) else dict(found) if isinstance(found, Mapping) else {}


async def _inline(clients: Clients, role_name: str, unseen: list[str]) -> list[Mapping[str, Any]]:
    def names(iam: Any) -> list[str]:
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role_name)
        return [str(n) for page in pages for n in page["PolicyNames"]]

    try:
        listed = await clients.call("iam", names)
    except AwsError as error:
        unseen.append(_refusal("iam:ListRolePolicies", error))
        return []
    try:
        return await clients.call(
            "iam", lambda iam: [_document(iam.get_role_policy(RoleName=role_name, PolicyName=n)["PolicyDocument"]) for n in listed]
        )
    except AwsError as error:
        unseen.append(_refusal("iam:GetRolePolicy", error))
        return []


async def _attached(clients: Clients, role_name: str, unseen: list[str]) -> list[Mapping[str, Any]]:
    def arns(iam: Any) -> list[str]:
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role_name)
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


async def encryption(clients: Clients, bucket: str, *, sealed: bool) -> Encryption:
    """The defaults of the bucket and of EBS, without a bucket of EBS alone; each that could not be asked is in `unseen`.

    `sealed` asks for the key of EBS although nothing is encrypted by default.
    """
    unseen: dict[str, AwsError] = {}
    of_ebs = _of_ebs(clients, unseen, sealed=sealed)
    (bucket_kms, bucket_key), (ebs, ebs_key) = await asyncio.gather(_of_bucket(clients, bucket, unseen), of_ebs)
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


async def _of_ebs(clients: Clients, unseen: dict[str, AwsError], *, sealed: bool) -> tuple[bool | None, str]:
    on: bool | None = None
    try:
        on = bool((await clients.call("ec2", lambda ec2: ec2.get_ebs_encryption_by_default()))["EbsEncryptionByDefault"])
    except AwsError as error:
        unseen["ec2:GetEbsEncryptionByDefault"] = error
    if not (on or sealed):
        return on, ""
    try:
        return on, str((await clients.call("ec2", lambda ec2: ec2.get_ebs_default_kms_key_id()))["KmsKeyId"])
    except AwsError as error:
        unseen["ec2:GetEbsDefaultKmsKeyId"] = error
        return on, ""


async def kms_key(clients: Clients, key: str) -> KeyFacts:
    """DescribeKey. A key that may not be looked at is one of which nothing is known; other trouble raises AwsError."""
    try:
        found = (await clients.call("kms", lambda kms: kms.describe_key(KeyId=key)))["KeyMetadata"]
    except AwsError as error:
        if error.code == "NotFoundException":
            return KeyFacts(exists=False)
        if error.code in DENIALS:
            return KeyFacts(exists=True, unseen=f"kms:DescribeKey is not allowed ({error.code})")
        raise
    symmetric = (found.get("KeySpec", _SYMMETRIC), found.get("KeyUsage", _ENCRYPTS)) == (_SYMMETRIC, _ENCRYPTS)
    return KeyFacts(True, str(found["Arn"]), str(found.get("KeyState") or ""), symmetric)
