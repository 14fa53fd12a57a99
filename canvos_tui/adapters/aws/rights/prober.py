"""Asks AWS what these keys may do, without leaving anything behind: real reads, dry runs, and writes that can only be refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from canvos_tui.adapters.aws import account as aws_account
from canvos_tui.adapters.aws import making
from canvos_tui.adapters.aws.clients import Clients
from canvos_tui.adapters.aws.rights.asking import TAGS, Asking, untagged
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import CREATED_BY, Right, RightProbe
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, ROLE, SnapshotSettings
from canvos_tui.core.aws.vmimport_role import judge_role
from canvos_tui.core.errors import AwsError
from canvos_tui.core.values.heard import Evidence, hearing

_NEVER_THERE = frozenset({"NoSuchKey", "404", "PreconditionFailed", "412"})
_OF_DISK = frozenset({"RootDeviceName", "BlockDeviceMappings"})
_REGISTER = "ec2:RegisterImage"
_FEW = 5  # the smallest page that every describe call accepts


class RightsProber(Asking):
    """The questions about one bucket and key; `report` gets each answer as it comes, in the caller's event loop.

    `making` is what our own stages ask for the snapshot, beside tags of ours; None where CanvOS' script imports.
    """

    def __init__(
        self, clients: Clients, bucket: str, key: str, report: Callable[[RightProbe], None], making: SnapshotSettings | None = None
    ) -> None:
        self._clients = clients
        self._bucket = bucket
        self._key = key
        self._report = report
        self._ours, self._making = making is not None, making or AS_SCRIPT
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
            probe = await asking
        return self._with(probe, heard)

    def _with(self, probe: RightProbe, heard: Sequence[Evidence]) -> RightProbe:
        probe = replace(probe, heard=tuple(heard))
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
        own: list[dict[str, Any]] = []

        def look(ec2: Any) -> None:
            own.extend(ec2.describe_snapshots(OwnerIds=["self"], MaxResults=_FEW).get("Snapshots", ()))

        snapshots = await self._told(self._try("ec2:DescribeSnapshots", "ec2", look))
        return [snapshots, await self._told(self._register(own))]

    async def _register(self, own: list[dict[str, Any]]) -> RightProbe:
        """A dry run with a snapshot of our own where there is one: AWS may look at it before it looks at the right.

        One that is tagged as the run's will be, since a policy may ask for that: an import's has no tags yet. Without such a one a
        refusal may be about the snapshot; a registration that names none is refused as well where the right itself is missing.
        """
        like = [row for row in own if _like_the_runs(row, direct=not self._bucket)]
        snapshot = str((like or own)[0]["SnapshotId"]) if own else f"snap-0{secrets.token_hex(8)}"
        asked = making.register_request(self._probe_key, snapshot, AmiSettings())
        probe = await self._dry_run(_REGISTER, lambda ec2: ec2.register_image(DryRun=True, **asked))
        if self._bucket or like or probe.right is not Right.DENIED:
            return probe
        bare = {**{k: v for k, v in asked.items() if k not in _OF_DISK}, "ImageLocation": f"{self._probe_key}/none.manifest.xml"}
        alone = await self._dry_run(_REGISTER, lambda ec2: ec2.register_image(DryRun=True, **bare))
        return probe if alone.right is Right.DENIED else untagged(probe)

    async def _import(self) -> list[RightProbe]:
        """As the run asks for it, tags and all; CanvOS' script gives a Name alone."""
        tags = making.import_tags(self._key, secrets.token_hex(32) if self._ours else "")

        async def ask(given: making.Tags) -> RightProbe:
            asked = making.import_request(self._bucket, self._key, given, self._making)
            return await self._dry_run("ec2:ImportSnapshot", lambda ec2: ec2.import_snapshot(DryRun=True, **asked))

        with hearing() as heard:
            made, tagged = await self._tagged(ask, tags)
            if tagged is None:
                tagged = replace(made, action=TAGS) if made.right is not Right.DENIED else await self._tags("import-snap-0", tags)
        return [self._with(made, heard), self._with(tagged, heard)]

    async def cancelling(self, task_id: str) -> RightProbe:
        """The right to cancel an import task; not one of the guide's, so that it is asked for only when there is something to cancel."""
        return await self._dry_run("ec2:CancelImportTask", lambda ec2: ec2.cancel_import_task(DryRun=True, ImportTaskId=task_id))

    # -- EBS direct ------------------------------------------------------------------------------------------

    async def _direct(self) -> list[RightProbe]:
        """Calls that cannot do anything: two parameters that exclude each other, and a snapshot that does not exist."""
        nobody = f"snap-0{secrets.token_hex(8)}"
        checksum = base64.b64encode(hashlib.sha256(bytes(BLOCK)).digest()).decode()
        block = {"BlockData": bytes(BLOCK), "DataLength": BLOCK, "Checksum": checksum, "ChecksumAlgorithm": "SHA256"}
        asked: tuple[tuple[str, Callable[[Any], object]], ...] = (
            ("ebs:PutSnapshotBlock", lambda ebs: ebs.put_snapshot_block(SnapshotId=nobody, BlockIndex=0, **block)),
            ("ebs:CompleteSnapshot", lambda ebs: ebs.complete_snapshot(SnapshotId=nobody, ChangedBlocksCount=0)),
            ("ebs:ListSnapshotBlocks", lambda ebs: ebs.list_snapshot_blocks(SnapshotId=nobody)),
        )
        others = asyncio.gather(*(self._told(self._of_nobody(action, deed)) for action, deed in asked))
        begun, found = await asyncio.gather(self._begin(nobody), others)
        return [*begun, *found]

    async def _begin(self, nobody: str) -> list[RightProbe]:
        tags = making.named_tags(self._key)

        async def ask(given: making.Tags) -> RightProbe:
            asked = making.snapshot_request(self._key, 1, given)
            deed: Callable[[Any], object] = lambda ebs: ebs.start_snapshot(ParentSnapshotId=nobody, Encrypted=True, **asked)  # noqa: E731
            return _as_made_up(await self._try("ebs:StartSnapshot", "ebs", deed, method="dry_run"))

        with hearing() as heard:
            begun, tagged = await self._tagged(ask, tags)
            tagged = tagged or await self._tags("snap-0", tags)
        return [self._with(begun, heard), self._with(tagged, heard)]

    async def _of_nobody(self, action: str, deed: Callable[[Any], object]) -> RightProbe:
        probe = _as_made_up(await self._try(action, "ebs", deed, method="dry_run"))
        return untagged(probe) if probe.right is Right.DENIED else probe

    # -- IAM -------------------------------------------------------------------------------------------------

    async def _role(self) -> list[RightProbe]:
        return [await self._told(self._judged())]

    async def _judged(self) -> RightProbe:
        try:
            facts = await aws_account.role(self._clients, self._making.importer)
        except AwsError as error:
            return RightProbe(ROLE, Right.UNKNOWN, "verified", error.code, error.said or error.message, error.request_id)
        return judge_role(facts, self._bucket, self._key, self._clients.region, self._making.importer)


def _as_made_up(probe: RightProbe) -> RightProbe:
    """What a refusal means that was about a snapshot which does not exist, or about values that AWS never takes."""
    if probe.code in {"ResourceNotFoundException", "ValidationException"}:
        return RightProbe(probe.action, Right.ALLOWED, "dry_run", message="AWS refused the made-up values, and not the right")
    if probe.right is Right.ALLOWED:
        return replace(probe, right=Right.UNKNOWN, method="not_verifiable", message="the endpoint took what AWS always refuses")
    return probe


def _like_the_runs(row: Mapping[str, Any], *, direct: bool) -> bool:
    """Whether a snapshot has the tags that the run's will have when the AMI is made of it."""
    tags = {(tag.get("Key"), tag.get("Value")) for tag in row.get("Tags") or ()}
    return CREATED_BY in tags if direct else not tags


def _doubt(first: RightProbe, second: RightProbe) -> RightProbe:
    """Neither of two questions was conclusive."""
    unclear = first if first.right is Right.UNKNOWN else second
    return replace(unclear, right=Right.UNKNOWN, method="not_verifiable")
