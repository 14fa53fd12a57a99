"""Asks AWS what these keys may do, without leaving anything behind: real reads, dry runs, and writes that can only be refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from canvos_tui.adapters.aws import account as aws_account
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import CREATED_BY, DENIALS, Right, RightProbe
from canvos_tui.core.aws.vmimport_role import ROLE, judge_role
from canvos_tui.core.errors import AwsError
from canvos_tui.core.values.heard import hearing

_ALLOWED_DRY = "DryRunOperation"
_NEVER_THERE = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})
_DEVICE = "/dev/xvda"
_FEW = 5  # the smallest page that every describe call accepts


class RightsProber:
    """The questions about one bucket and key; `report` gets each answer as it comes, in the caller's event loop."""

    def __init__(self, clients: Clients, bucket: str, key: str, report: Callable[[RightProbe], None]) -> None:
        self._clients = clients
        self._bucket = bucket
        self._key = key
        self._report = report
        self._probe_key = f"canvos-tui-probe-{secrets.token_hex(8)}"

    async def ask(self) -> tuple[RightProbe, ...]:
        """All answers: bucket, images, tasks and import, then the role. The groups do not wait for each other.

        Without a bucket those of the direct route.
        """
        if not self._bucket:
            direct = await asyncio.gather(self._snapshots_and_register(), self._images(), self._direct())
            return tuple(probe for group in direct for probe in group)
        groups = await asyncio.gather(
            self._s3(), self._snapshots_and_register(), self._images(), self._tasks(), self._import(), self._role()
        )
        return tuple(probe for group in groups for probe in group)

    async def _told(self, asking: Awaitable[RightProbe]) -> RightProbe:
        """Reports the answer as soon as it is there, with the requests that were made for it."""
        with hearing() as heard:
            found = await asking
        probe = replace(found, heard=(*found.heard, *heard))
        self._report(probe)
        return probe

    # -- S3 --------------------------------------------------------------------------------------------------

    async def _s3(self) -> list[RightProbe]:
        bucket = self._bucket
        listing = await self._told(
            self._try("s3:ListBucket", "s3", lambda s3: s3.list_objects_v2(Bucket=bucket, Prefix=self._key, MaxKeys=1))
        )
        get = await self._told(self._get(may_list=listing.right is Right.ALLOWED))
        put = await self._told(self._put())
        return [listing, get, put]

    async def _get(self, *, may_list: bool) -> RightProbe:
        """HEAD of a key that cannot exist: only those who may read and list are told that it is not there."""
        probe = await self._try("s3:GetObject", "s3", lambda s3: s3.head_object(Bucket=self._bucket, Key=self._probe_key))
        if probe.code in {"404", "NoSuchKey"}:
            return RightProbe("s3:GetObject", Right.ALLOWED, "verified")
        if probe.right is Right.ALLOWED:  # somebody answers 200 for a key that was made up just now
            return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message="the endpoint shows an object that cannot exist")
        # without the right to list, an absent key is a 403 too
        return await self._get_by_words() if probe.right is Right.DENIED and not may_list else probe

    async def _get_by_words(self) -> RightProbe:
        """An answer to GET has a body: its sentence names the right that was missing, where AWS says one."""
        probe = await self._try("s3:GetObject", "s3", lambda s3: s3.get_object(Bucket=self._bucket, Key=self._probe_key, Range="bytes=0-0"))
        if probe.right is Right.DENIED and "s3:GetObject" in probe.message:
            return probe
        if probe.right is Right.DENIED and "s3:ListBucket" in probe.message:
            return RightProbe("s3:GetObject", Right.ALLOWED, "verified", message="allowed: only s3:ListBucket was refused")
        return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message="cannot be told apart without s3:ListBucket")

    async def _put(self) -> RightProbe:
        """A write on a condition that cannot hold; where its refusal may be about reading, a part for an upload that does not exist."""
        key = self._probe_key
        probe = await self._try(
            "s3:PutObject", "s3", lambda s3: s3.put_object(Bucket=self._bucket, Key=key, Body=b"", IfMatch='"0"'), method="dry_run"
        )
        if probe.right is Right.ALLOWED:  # it was written after all, and that is said
            return replace(probe, method="verified", message="the endpoint ignores conditions and stored an empty object", left=key)
        if probe.code in _NEVER_THERE:
            return RightProbe("s3:PutObject", Right.ALLOWED, "dry_run")
        if probe.right is Right.DENIED and "s3:PutObject" in probe.message:
            return probe
        part = await self._put_part()
        # a part needs this right and no other, so its refusal counts; a refused condition alone may be about reading
        return part if part.right is not Right.UNKNOWN else _doubt(probe, part)

    async def _put_part(self) -> RightProbe:
        probe = await self._try(
            "s3:PutObject",
            "s3",
            lambda s3: s3.upload_part(Bucket=self._bucket, Key=self._probe_key, UploadId="none", PartNumber=1, Body=b""),
            method="dry_run",
        )
        if probe.code == "NoSuchUpload":
            return RightProbe("s3:PutObject", Right.ALLOWED, "dry_run")
        if probe.right is Right.ALLOWED:
            return replace(probe, right=Right.UNKNOWN, message="the endpoint took a part for an upload that does not exist")
        return probe

    # -- EC2 -------------------------------------------------------------------------------------------------

    async def _images(self) -> list[RightProbe]:
        return [await self._told(self._try("ec2:DescribeImages", "ec2", lambda ec2: ec2.describe_images(Owners=["self"], MaxResults=_FEW)))]

    async def _tasks(self) -> list[RightProbe]:
        action = "ec2:DescribeImportSnapshotTasks"
        return [await self._told(self._try(action, "ec2", lambda ec2: ec2.describe_import_snapshot_tasks(MaxResults=_FEW)))]

    async def _snapshots_and_register(self) -> list[RightProbe]:
        own: list[str] = []

        def look(ec2: Any) -> None:
            found = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=_FEW)
            own.extend(row["SnapshotId"] for row in found.get("Snapshots", ()))

        snapshots = await self._told(self._try("ec2:DescribeSnapshots", "ec2", look))
        # a snapshot of our own where there is one: AWS may look at it before it looks at the right
        snapshot = own[0] if own else f"snap-0{secrets.token_hex(8)}"
        mapping = [{"DeviceName": _DEVICE, "Ebs": {"SnapshotId": snapshot}}]
        register = self._dry_run(
            "ec2:RegisterImage",
            lambda ec2: ec2.register_image(DryRun=True, Name=self._probe_key, RootDeviceName=_DEVICE, BlockDeviceMappings=mapping),
        )
        return [snapshots, await self._told(register)]

    async def _import(self) -> list[RightProbe]:
        """With tags AWS judges both rights in one call; a second call without tags tells them apart when that is refused."""
        with hearing() as heard:
            both = await self._dry_run("ec2:ImportSnapshot", lambda ec2: self._import_dry(ec2, tagged=True))
        both = replace(both, heard=tuple(heard))
        if both.right is not Right.DENIED:
            return [await self._told(_there(one)) for one in (both, replace(both, action="ec2:CreateTags"))]
        alone = await self._told(self._dry_run("ec2:ImportSnapshot", lambda ec2: self._import_dry(ec2, tagged=False)))
        named = alone.right is Right.ALLOWED or "ec2:CreateTags" in both.message
        return [alone, await self._told(_there(replace(both, action="ec2:CreateTags")) if named else self._tags())]

    async def _tags(self) -> RightProbe:
        """Tagging by itself, for whom the import was refused: a dry run on a task that does not exist."""
        resource, tags = f"import-snap-0{secrets.token_hex(8)}", [{"Key": "Name", "Value": f"Import-{self._key}"}]
        probe = await self._dry_run("ec2:CreateTags", lambda ec2: ec2.create_tags(DryRun=True, Resources=[resource], Tags=tags))
        if probe.right is not Right.UNKNOWN:
            return probe
        return replace(probe, method="not_verifiable", message="AWS refused ec2:ImportSnapshot first")

    async def cancelling(self, task_id: str) -> RightProbe:
        """The right to cancel an import task; not one of the guide's, so that it is asked for only when there is something to cancel."""
        return await self._dry_run("ec2:CancelImportTask", lambda ec2: ec2.cancel_import_task(DryRun=True, ImportTaskId=task_id))

    def _import_dry(self, ec2: Any, *, tagged: bool) -> None:
        container = {"Format": "RAW", "UserBucket": {"S3Bucket": self._bucket, "S3Key": self._key}}
        tags = [{"ResourceType": "import-snapshot-task", "Tags": [{"Key": "Name", "Value": f"Import-{self._key}"}]}]
        ec2.import_snapshot(DryRun=True, DiskContainer=container, **({"TagSpecifications": tags} if tagged else {}))

    # -- EBS direct ------------------------------------------------------------------------------------------

    async def _direct(self) -> list[RightProbe]:
        """Calls that cannot do anything: two parameters that exclude each other, and a snapshot that does not exist."""
        nobody = f"snap-0{secrets.token_hex(8)}"
        checksum = base64.b64encode(hashlib.sha256(bytes(BLOCK)).digest()).decode()
        block = {"BlockData": bytes(BLOCK), "DataLength": BLOCK, "Checksum": checksum, "ChecksumAlgorithm": "SHA256"}
        asked: tuple[tuple[str, Callable[[Any], object]], ...] = (
            ("ebs:StartSnapshot", lambda ebs: ebs.start_snapshot(VolumeSize=1, ParentSnapshotId=nobody, Encrypted=True)),
            ("ebs:PutSnapshotBlock", lambda ebs: ebs.put_snapshot_block(SnapshotId=nobody, BlockIndex=0, **block)),
            ("ebs:CompleteSnapshot", lambda ebs: ebs.complete_snapshot(SnapshotId=nobody, ChangedBlocksCount=0)),
            ("ebs:ListSnapshotBlocks", lambda ebs: ebs.list_snapshot_blocks(SnapshotId=nobody)),
        )
        found = await asyncio.gather(*(self._told(self._of_nobody(action, deed)) for action, deed in asked))
        return [*found, await self._told(self._tag_snapshot())]

    async def _of_nobody(self, action: str, deed: Callable[[Any], object]) -> RightProbe:
        return _of_nobody(await self._try(action, "ebs", deed, method="dry_run"))

    async def _tag_snapshot(self) -> RightProbe:
        tags = [{"Key": CREATED_BY[0], "Value": CREATED_BY[1]}]
        resource = f"snap-0{secrets.token_hex(8)}"
        return await self._dry_run("ec2:CreateTags", lambda ec2: ec2.create_tags(DryRun=True, Resources=[resource], Tags=tags))

    # -- IAM -------------------------------------------------------------------------------------------------

    async def _role(self) -> list[RightProbe]:
        return [await self._told(self._judged())]

    async def _judged(self) -> RightProbe:
        try:
            facts = await aws_account.role(self._clients)
        except AwsError as error:
            return RightProbe(ROLE, Right.UNKNOWN, "verified", error.code, error.said or error.message, error.request_id)
        return judge_role(facts, self._bucket, self._key, self._clients.region)

    # -- the two ways to ask ---------------------------------------------------------------------------------

    async def _try(self, action: str, service: str, deed: Callable[[Any], object], *, method: str = "verified") -> RightProbe:
        try:
            await self._clients.call(service, deed)
        except AwsError as error:
            right = Right.DENIED if error.code in DENIALS else Right.UNKNOWN
            said = await self._decoded(error) or error.said or error.message
            return RightProbe(action, right, method, error.code, said, error.request_id)
        return RightProbe(action, Right.ALLOWED, method)

    async def _dry_run(self, action: str, deed: Callable[[Any], object]) -> RightProbe:
        probe = await self._try(action, "ec2", deed, method="dry_run")
        if probe.code == _ALLOWED_DRY:
            return RightProbe(action, Right.ALLOWED, "dry_run")
        if probe.right is Right.ALLOWED:  # a dry run that answers with success is none: nothing was proven
            return replace(probe, right=Right.UNKNOWN, message="the endpoint does not know dry runs")
        return probe

    async def _decoded(self, error: AwsError) -> str:
        """The sentence inside an encoded refusal; "" where there is none or these keys may not decode it."""
        if not error.sealed:
            return ""
        try:
            answer = await self._clients.call("sts", lambda sts: sts.decode_authorization_message(EncodedMessage=error.sealed))
            about = json.loads(answer["DecodedMessage"])
            who, what = about["context"]["principal"]["arn"], about["context"]["action"]
        except (AwsError, KeyError, TypeError, ValueError):
            return ""
        why = "an explicit deny" if about.get("explicitDeny") else "no policy allows it"
        return f"{who} may not {what} on {about['context'].get('resource', '*')}: {why}"


async def _there(probe: RightProbe) -> RightProbe:
    return probe


def _of_nobody(probe: RightProbe) -> RightProbe:
    """What a refusal means that was about a snapshot which does not exist, or about values that AWS never takes."""
    if probe.code in {"ResourceNotFoundException", "ValidationException"}:
        return RightProbe(probe.action, Right.ALLOWED, "dry_run", message="AWS refused the made-up values, and not the right")
    if probe.right is Right.ALLOWED:
        return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message="the endpoint took what AWS always refuses")
    if probe.right is Right.DENIED and probe.action != "ebs:StartSnapshot" and "explicit deny" not in probe.message:
        text = f"refused for a snapshot that does not exist; a policy that asks for a tag refuses that too ({probe.message})"
        return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message=text)
    return probe


def _doubt(first: RightProbe, second: RightProbe) -> RightProbe:
    """Neither of two questions was conclusive."""
    unclear = first if first.right is Right.UNKNOWN else second
    return replace(unclear, right=Right.UNKNOWN, method="not_verifiable")
