"""AWS through boto3. The SDK is loaded with the first client, calls run beside the event loop, every failure is an AwsError."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from canvos_tui.adapters import threads
from canvos_tui.adapters.aws import account as aws_account
from canvos_tui.adapters.aws import profiles as aws_profiles
from canvos_tui.adapters.aws import values as aws_values
from canvos_tui.adapters.aws.account import Account
from canvos_tui.adapters.aws.bucket import head_bucket, open_uploads
from canvos_tui.adapters.aws.care import BotoCare, listed_snapshots
from canvos_tui.adapters.aws.clients import PROBES, SERVICES, Clients, Patience, endpoint_for
from canvos_tui.adapters.aws.making import Making, described
from canvos_tui.adapters.aws.publish import BotoPublish
from canvos_tui.adapters.aws.rights.prober import RightsProber
from canvos_tui.adapters.aws.rights.proofs import prove_put
from canvos_tui.core.aws.facts import (
    CREATED_BY,
    DENIALS,
    IMPORTED_BY,
    AwsKeys,
    Baseline,
    Bucket,
    Identity,
    Image,
    ImportTask,
    PutWay,
    RightProbe,
    S3Object,
    Snapshot,
    Upload,
)
from canvos_tui.core.aws.sighting import CLOCKS, Question, Sighting, Unseen
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.errors import AwsError
from canvos_tui.core.masking.address import without_password
from canvos_tui.core.verdict.watch import is_unlisted, our_task

T = TypeVar("T")
_GONE = frozenset({"404", "NoSuchKey", "NotFound"})
_SILENT = frozenset({"400", "403"})
_ANY_REGION = "us-east-1"  # where a bucket's region is asked for without keys; every partition-wide answer is the same


class BotoDoor:
    """Opens AWS with a pair of keys; makes no request itself but the ones about a bucket's region and about profiles."""

    def __init__(self, environ: Mapping[str, str] | None = None, patience: Patience | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._patience = patience

    async def open(self, keys: AwsKeys, region: str) -> BotoAws:
        """An `Aws` for these keys and this region; makes no request and loads no SDK."""
        return BotoAws(keys, region, self._environ, self._patience)

    async def open_care(self, keys: AwsKeys, region: str) -> BotoCare:
        """The calls that clean up; makes no request."""
        return BotoCare(Clients(keys, region, self._environ, self._patience))

    async def open_publish(self, keys: AwsKeys, region: str) -> BotoPublish:
        """The calls after success; makes no request."""
        return BotoPublish(Clients(keys, region, self._environ, self._patience))

    async def bucket_region(self, bucket: str) -> Bucket:
        """The bucket's region without any keys (unsigned HeadBucket)."""
        return await head_bucket(Clients(None, _ANY_REGION, self._environ, self._patience or PROBES), bucket)

    def endpoint(self) -> str:
        """The endpoint override in force, empty for AWS itself."""
        found = dict.fromkeys(filter(None, (endpoint_for(service, self._environ) for service in SERVICES)))
        return ", ".join(without_password(one) for one in found)

    async def profile_keys(self, profile: str) -> AwsKeys:
        """The keys a profile of ~/.aws resolves to; AwsError when it has none."""
        return await aws_profiles.keys_of(profile)

    async def profiles(self) -> tuple[str, ...]:
        """Names of the profiles in ~/.aws."""
        return await aws_profiles.names()

    async def regions(self) -> tuple[str, ...]:
        """The regions that the SDK knows."""
        return await threads.call(aws_account.regions)


class BotoAws(Account, Making):
    """AWS with one pair of keys in one region."""

    def __init__(self, keys: AwsKeys, region: str, environ: Mapping[str, str], patience: Patience | None = None) -> None:
        self._clients = Clients(keys, region, environ, patience)
        self._probes = Clients(keys, region, environ, patience or PROBES)
        self._region = region
        self._identity: Identity | None = None
        self._parts_denied: Unseen | None = None  # why the part lists cannot be read; asking again each time would change nothing

    async def identity(self) -> Identity:
        """Whose keys these are, and how far our clock is from AWS'."""

        self._identity = await aws_account.identity(self._probes)
        return self._identity

    async def bucket(self, name: str) -> Bucket:
        """HeadBucket; region even where access is refused, and whose it is where the identity is known."""
        return await head_bucket(self._probes, name, self._identity.account if self._identity else "")

    async def head(self, bucket: str, key: str) -> S3Object | None:
        """The object, None when there is none."""
        try:
            found = await self._clients.call("s3", lambda s3: s3.head_object(Bucket=bucket, Key=key))
        except AwsError as error:
            if error.code in _GONE:
                return None
            if error.code in _SILENT:
                # an answer to HEAD has no body: a listing says whether it is the key, the clock or this one permission
                await self.with_prefix(bucket, key, 1)
            raise
        return aws_values.headed_object(key, found)

    async def with_prefix(self, bucket: str, prefix: str, limit: int = 50) -> tuple[S3Object, ...]:
        """Objects whose key starts with `prefix`, at most `limit`."""
        found = await self._clients.call("s3", lambda s3: s3.list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=limit))
        return tuple(aws_values.listed_object(row) for row in found.get("Contents", ()))

    async def uploads(self, bucket: str, key: str) -> tuple[Upload, ...]:
        """Incomplete multipart uploads of exactly that key, with the bytes done."""
        return await self._clients.call("s3", lambda s3: open_uploads(s3, bucket, key))

    async def import_tasks(self) -> tuple[ImportTask, ...]:
        """All snapshot import tasks of the region."""

        def ask(ec2: Any) -> tuple[ImportTask, ...]:
            # no filter: the tasks' filters are not documented, and a region has few of them
            pages = ec2.get_paginator("describe_import_snapshot_tasks").paginate()
            return tuple(aws_values.import_task(t) for page in pages for t in page.get("ImportSnapshotTasks", ()))

        return await self._clients.call("ec2", ask)

    async def snapshot(self, snapshot_id: str) -> Snapshot | None:
        """One snapshot of this account."""
        try:
            found = await self._clients.call("ec2", lambda ec2: ec2.describe_snapshots(OwnerIds=["self"], SnapshotIds=[snapshot_id]))
        except AwsError as error:
            if error.code.startswith(("InvalidSnapshot.NotFound", "InvalidSnapshotID")):
                return None
            raise
        return next((aws_values.snapshot(row) for row in found.get("Snapshots", ())), None)

    async def images_named(self, name: str) -> tuple[Image, ...]:
        """AMIs of this account with exactly that name, in any state."""

        def ask(ec2: Any) -> tuple[Image, ...]:
            wanted = [{"Name": "name", "Values": [name]}]
            pages = ec2.get_paginator("describe_images").paginate(Owners=["self"], Filters=wanted, IncludeDisabled=True)
            found = (aws_values.image(row) for page in pages for row in page.get("Images", ()))
            return tuple(image for image in found if image.name == name)  # `*` and `?` in a name are wildcards to AWS

        return await self._clients.call("ec2", ask)

    async def image(self, image_id: str) -> Image | None:
        """One AMI of this account, None when there is none."""
        try:
            found = await self._clients.call(
                "ec2", lambda ec2: ec2.describe_images(Owners=["self"], ImageIds=[image_id], IncludeDisabled=True)
            )
        except AwsError as error:
            if error.code.startswith("InvalidAMIID"):
                return None
            raise
        return next((aws_values.image(row) for row in found.get("Images", ())), None)

    async def baseline(self, bucket: str, key: str) -> Baseline:
        """What is there before the build. What a verdict rests on must be answered; open uploads only where that is allowed."""
        taken_at = datetime.now(UTC)
        identity = self._identity or await self.identity()
        if not bucket:  # the direct route: there is neither an object nor an import
            return Baseline(taken_at, self._region, "", key, identity.account, images=await self.images_named(key))
        tasks, images, found, near = await asyncio.gather(
            self.import_tasks(), self.images_named(key), self.head(bucket, key), self.with_prefix(bucket, key)
        )
        return Baseline(
            taken_at=taken_at,
            region=self._region,
            bucket=bucket,
            key=key,
            account=identity.account,
            task_ids=tuple(task.task_id for task in tasks),
            images=images,
            object=found,
            neighbours=tuple(o.key for o in near if o.key != key),
            upload_ids=await self._known_uploads(bucket, key),
        )

    async def _known_uploads(self, bucket: str, key: str) -> tuple[str, ...]:
        try:
            return tuple(upload.upload_id for upload in await self.uploads(bucket, key))
        except AwsError as error:
            if error.code not in DENIALS:
                raise
            self._parts_denied = Unseen(Question.UPLOADS, error.code, error.message)
            return ()

    async def sight(self, baseline: Baseline, task_id: str = "") -> Sighting:
        """One look at everything a build may have made; never raises, what could not be asked is in `blind`.

        `task_id` is the import that the run knows as its own: where it may not be described, its snapshot is looked for. On the direct
        route it is the snapshot that the run writes.
        """
        blind: list[Unseen] = []
        if baseline.direct:
            return await self._sight_direct(baseline, task_id, blind)
        bucket, key = baseline.bucket, baseline.key
        (_, uploads), (head_known, found), (_, tasks), (_, images) = await asyncio.gather(
            self._parts(bucket, key, blind),
            _attempt(Question.OBJECT, self.head(bucket, key), blind),
            _attempt(Question.TASKS, self.import_tasks(), blind),
            _attempt(Question.IMAGES, self.images_named(baseline.image_name), blind),
        )
        task = our_task(baseline, tasks or (), task_id)
        snapshot = None
        if task is not None and task.snapshot_id.startswith("snap-"):
            _, snapshot = await _attempt(Question.SNAPSHOT, self.snapshot(task.snapshot_id), blind)
        elif task is None and task_id and is_unlisted(baseline, tasks, task_id):
            _, snapshot = await _attempt(Question.SNAPSHOT, self._imported(task_id), blind)
        blind.sort(key=lambda unseen: list(Question).index(unseen.what))  # they came as they were answered
        return Sighting(datetime.now(UTC), uploads, found, head_known, tasks, snapshot, images, tuple(blind))

    async def _sight_direct(self, baseline: Baseline, snapshot_id: str, blind: list[Unseen]) -> Sighting:
        """Without an object: the snapshot that the run writes, once it has one, and the AMIs of its name."""
        (_, images), (_, snapshot), (_, begun) = await asyncio.gather(
            _attempt(Question.IMAGES, self.images_named(baseline.image_name), blind),
            _attempt(Question.SNAPSHOT, self.snapshot(snapshot_id), blind) if snapshot_id else _nothing(),
            _nothing() if snapshot_id else _attempt(Question.BEGUN, self._begun(baseline), blind),
        )
        return Sighting(datetime.now(UTC), (), None, True, (), snapshot, images, tuple(blind), begun or ())

    async def _begun(self, baseline: Baseline) -> tuple[Snapshot, ...]:
        """The snapshots since the baseline that our stages began for its key: one whose id got lost on its way to us is among them."""
        since, words = baseline.taken_at - CLOCKS, described(baseline.key)
        tagged = await self._clients.call("ec2", lambda ec2: listed_snapshots(ec2, f"tag:{CREATED_BY[0]}", CREATED_BY[1]))
        return tuple(one for one in tagged if one.description == words and one.started is not None and one.started >= since)

    async def _imported(self, task_id: str) -> Snapshot | None:
        """The snapshot that an import made or is making, by the description that AWS gives it."""
        found = await self._clients.call("ec2", lambda ec2: listed_snapshots(ec2, "description", IMPORTED_BY + task_id))
        return next(iter(found), None)

    async def _parts(self, bucket: str, key: str, blind: list[Unseen]) -> tuple[bool, tuple[Upload, ...] | None]:
        if self._parts_denied is not None:
            blind.append(self._parts_denied)
            return False, None
        known, found = await _attempt(Question.UPLOADS, self.uploads(bucket, key), blind)
        self._parts_denied = next((unseen for unseen in blind if unseen.what is Question.UPLOADS and unseen.denied), None)
        return known, found

    async def rights(
        self, bucket: str, key: str, report: Callable[[RightProbe], None], making: SnapshotSettings | None = None
    ) -> tuple[RightProbe, ...]:
        """The guide's nine permissions and the import's role, probed without leaving a trace."""
        return await RightsProber(self._probes, bucket, key, report, making).ask()

    async def prove_put(self, bucket: str, way: PutWay) -> RightProbe:
        """s3:PutObject in a way that was asked for; the probe names what stays in the bucket."""
        arn = (self._identity or await self.identity()).arn if way is PutWay.SIMULATE else ""
        return await prove_put(self._probes, bucket, way, arn)

    async def may_cancel_import(self, task_id: str) -> RightProbe:
        """Whether these keys may cancel that import task, asked by a dry run; never raises for a refusal."""
        return await RightsProber(self._probes, "", "", lambda _: None).cancelling(task_id)

    async def cancel_import(self, task_id: str) -> None:
        """Cancels an import task; needs a right beyond the guide's nine."""
        await self._clients.call("ec2", lambda ec2: ec2.cancel_import_task(ImportTaskId=task_id))


async def _nothing() -> tuple[bool, None]:
    return True, None


async def _attempt(what: Question, asked: Awaitable[T], blind: list[Unseen]) -> tuple[bool, T | None]:
    try:
        return True, await asked
    except AwsError as error:
        blind.append(Unseen(what, error.code, error.message))
    except Exception as error:  # noqa: BLE001  a look must never end the run that it watches
        blind.append(Unseen(what, type(error).__name__, str(error)))
    return False, None
