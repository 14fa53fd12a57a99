"""The same questions to our own stand-in and to moto: the client is judged by a double that we did not write, too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config

from canvos_tui.adapters.aws.boto import BotoAws, BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import AwsKeys, Right
from canvos_tui.core.aws.vmimport_role import role_document
from canvos_tui.core.run.events import ImageSeen, PhaseEntered, TaskSeen, UploadSeen
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.secret import Secret
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.watch import Watch
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.adapters.moto_import import MotoWorld
from tests.waiting import answered

BUCKET, KEY, REGION = "acme-images", "edge/2026.raw", "eu-central-1"
KEYS = AwsKeys("AKIAREHEARSAL0000001", Secret("s" * 40))
PART = b"p" * 5 * 1024**2
TRUST = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "vmie.amazonaws.com"}, "Action": "sts:AssumeRole"},
}


class World:
    """One of the doubles: where it is, and a plain client to change it from outside."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint

    def client(self, service: str, region: str = REGION) -> Any:
        settings = Config(retries={"total_max_attempts": 1}, region_name=region)
        return _session().client(service, endpoint_url=self.endpoint, config=settings)

    async def aws(self) -> BotoAws:
        door = BotoDoor({"AWS_ENDPOINT_URL": self.endpoint}, Patience(2, 10, 1))
        return await door.open(KEYS, REGION)

    def import_disk(self) -> str:
        return str(
            self.client("ec2").import_snapshot(
                Description=f"Import {KEY}",
                DiskContainer={"Format": "RAW", "UserBucket": {"S3Bucket": BUCKET, "S3Key": KEY}},
                TagSpecifications=[{"ResourceType": "import-snapshot-task", "Tags": [{"Key": "Name", "Value": f"Import-{KEY}"}]}],
            )["ImportTaskId"]
        )

    def register(self, snapshot: str, name: str = KEY) -> str:
        return str(
            self.client("ec2").register_image(
                Name=name,
                RootDeviceName="/dev/xvda",
                Architecture="x86_64",
                BootMode="uefi",
                EnaSupport=True,
                BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot}}],
            )["ImageId"]
        )


@cache
def _session() -> Any:
    return boto3.Session(KEYS.key_id, KEYS.secret.reveal(), region_name=REGION)


@pytest.fixture(scope="module")
def moto() -> Iterator[MotoWorld]:
    server = MotoWorld()
    yield server
    server.close()


@pytest.fixture(params=["standin", "moto"])
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    if request.param == "standin":
        key = StandinKey(KEYS.key_id, KEYS.secret.reveal())
        config = StandinConfig(region=REGION, keys=(key,), buckets={BUCKET: REGION, "acme-far": "us-west-2"}, import_seconds=0.5)
        with StandinAws(config) as standin:
            yield World(standin.start())
        return
    server = request.getfixturevalue("moto")
    server.reset()
    found = World(server.endpoint)
    for name, region in ((BUCKET, REGION), ("acme-far", "us-west-2")):
        found.client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
    iam = found.client("iam")
    iam.create_role(RoleName="vmimport", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="vmimport", PolicyName="vmimport", PolicyDocument=json.dumps(role_document(BUCKET)))
    yield found


async def test_it_says_whose_keys_these_are(world):
    identity = await (await world.aws()).identity()
    assert identity.account == "123456789012"
    assert identity.partition == "aws"
    assert identity.clock_skew is not None
    assert abs(identity.clock_skew) < 5


async def test_a_bucket_and_its_region(world):
    aws = await world.aws()
    here, far, none = [await aws.bucket(name) for name in (BUCKET, "acme-far", "acme-nowhere")]
    assert (here.exists, here.region, here.accessible) == (True, REGION, True)
    assert (far.exists, far.region) == (True, "us-west-2")
    assert (none.exists, none.region, none.accessible) == (False, None, False)


async def test_a_region_without_keys(world):
    door = BotoDoor({"AWS_ENDPOINT_URL": world.endpoint}, Patience(2, 10, 1))
    assert (await door.bucket_region("acme-far")).region == "us-west-2"
    assert (await door.bucket_region("acme-nowhere")).exists is False


async def test_objects_and_their_neighbours(world):
    aws = await world.aws()
    assert await aws.head(BUCKET, KEY) is None
    s3 = world.client("s3")
    for key in (KEY, f"{KEY}-2", "other"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"12345")
    found = await aws.head(BUCKET, KEY)
    assert found is not None
    assert (found.key, found.size, found.etag) == (KEY, 5, '"827ccb0eea8a706c4c34a16891f84e7b"')
    assert found.modified.tzinfo is not None
    listed = await aws.with_prefix(BUCKET, KEY)
    assert [o.key for o in listed] == [KEY, f"{KEY}-2"]
    assert (listed[0].etag, listed[0].size) == (found.etag, found.size)
    assert len(await aws.with_prefix(BUCKET, "", limit=2)) == 2


async def test_bytes_of_an_upload_that_is_under_way(world):
    aws, s3 = await world.aws(), world.client("s3")
    opened = s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    s3.create_multipart_upload(Bucket=BUCKET, Key=f"{KEY}-2")
    assert [(u.upload_id, u.done) for u in await aws.uploads(BUCKET, KEY)] == [(opened, 0)]
    for number in (1, 2):
        s3.upload_part(Bucket=BUCKET, Key=KEY, UploadId=opened, PartNumber=number, Body=PART)
    assert [(u.upload_id, u.done) for u in await aws.uploads(BUCKET, KEY)] == [(opened, 2 * len(PART))]


async def test_an_import_from_start_to_snapshot(world):
    aws = await world.aws()
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=PART)
    assert await aws.import_tasks() == ()
    task_id = world.import_disk()
    [first] = await aws.import_tasks()
    assert (first.task_id, first.bucket, first.key, first.description) == (task_id, BUCKET, KEY, f"Import {KEY}")
    assert first.status in {"pending", "active"}
    assert first.progress is not None
    assert first.snapshot_id == ""

    async def completed() -> Any:
        [task] = await aws.import_tasks()
        return task if task.status == "completed" else None

    task = await answered(completed)
    assert task.progress is None
    assert task.message == ""
    assert task.size >= 1_000_000
    snapshot = await aws.snapshot(task.snapshot_id)
    assert snapshot is not None
    assert (snapshot.state, snapshot.progress) == ("completed", 100)
    assert task_id in snapshot.description
    assert await aws.snapshot("snap-0123456789abcdef0") is None


async def test_a_cancelled_import_ends_as_deleted(world):
    aws = await world.aws()
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=PART)
    assert await aws.import_tasks() == ()  # the client is made: nothing slow lies between start and cancel
    await aws.cancel_import(world.import_disk())
    [task] = await aws.import_tasks()
    assert (task.status, task.snapshot_id) == ("deleted", "")
    assert "cancel" in task.message


async def test_the_right_to_cancel_is_asked_for_without_cancelling(world):
    aws = await world.aws()
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=PART)
    probe = await aws.may_cancel_import(world.import_disk())
    assert (probe.action, probe.right, probe.method) == ("ec2:CancelImportTask", Right.ALLOWED, "dry_run")
    [task] = await aws.import_tasks()
    assert task.status != "deleted"


async def test_images_are_found_by_exact_name(world):
    aws, ec2 = await world.aws(), world.client("ec2")
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=PART)
    world.import_disk()

    async def snapshot() -> Any:
        return next((t.snapshot_id for t in await aws.import_tasks() if t.snapshot_id), None)

    made = await answered(snapshot)
    ami, twin = world.register(made), world.register(made, "edge/2026.rawer")
    [found] = await aws.images_named(KEY)
    assert (found.image_id, found.name, found.root_snapshot) == (ami, KEY, made)
    assert (found.architecture, found.boot_mode, found.ena) == ("x86_64", "uefi", True)
    assert await aws.images_named("edge/*") == ()
    chosen = AmiSettings("v2.0", "gp3", True, 100)
    settled = await aws.image(await aws.register_image("edge/chosen", made, chosen))
    assert settled is not None
    assert (chosen.unlike(settled), AmiSettings("v2.0").unlike(found)) == ((), ("IMDS is v1 and v2, not v2.0",))
    other = await aws.image(twin)
    assert other is not None
    assert other.name == "edge/2026.rawer"
    ec2.deregister_image(ImageId=twin)
    assert await aws.image(twin) is None


async def test_every_right_of_an_almighty_key_is_seen_and_nothing_is_left(world):
    aws = await world.aws()
    told: list[Any] = []
    probes = await aws.rights(BUCKET, KEY, told.append)
    assert {p.action: p.right for p in probes} == dict.fromkeys(
        (
            "s3:ListBucket",
            "s3:GetObject",
            "s3:PutObject",
            "ec2:DescribeImages",
            "ec2:DescribeSnapshots",
            "ec2:DescribeImportSnapshotTasks",
            "ec2:ImportSnapshot",
            "ec2:CreateTags",
            "ec2:RegisterImage",
            "vmimport",
        ),
        Right.ALLOWED,
    )
    assert sorted(told, key=lambda p: p.action) == sorted(probes, key=lambda p: p.action)
    assert "Contents" not in world.client("s3").list_objects_v2(Bucket=BUCKET)
    assert await aws.import_tasks() == ()
    assert await aws.images_named(KEY) == ()


async def test_a_whole_run_is_watched_and_judged(world):
    aws, s3 = await world.aws(), world.client("s3")
    baseline = await aws.baseline(BUCKET, KEY)
    assert (baseline.account, baseline.task_ids, baseline.images, baseline.object) == ("123456789012", (), (), None)
    watch, events = Watch(baseline), list[Any]()

    async def look() -> Any:
        nonlocal watch
        sighting = await aws.sight(baseline)
        assert sighting.blind == ()
        watch, new = watch.after(sighting)
        events.extend(new)
        return sighting

    await look()
    assert events == []
    opened = s3.create_multipart_upload(Bucket=BUCKET, Key=KEY)["UploadId"]
    tag = s3.upload_part(Bucket=BUCKET, Key=KEY, UploadId=opened, PartNumber=1, Body=PART)["ETag"]
    await look()
    s3.complete_multipart_upload(Bucket=BUCKET, Key=KEY, UploadId=opened, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    world.import_disk()

    async def imported() -> Any:
        await look()
        return watch.task.snapshot_id if watch.task is not None else None

    ami = world.register(await answered(imported))

    async def available() -> Any:
        sighting = await look()
        return sighting if any(i.state == "available" for i in sighting.images) else None

    last = await answered(available)
    entered = [e.phase for e in events if isinstance(e, PhaseEntered)]
    assert entered == [Phase.UPLOAD, Phase.IMPORT, Phase.REGISTER, Phase.AMI]
    assert [e.done for e in events if isinstance(e, UploadSeen)] == [len(PART), len(PART)]
    assert [e.task.status for e in events if isinstance(e, TaskSeen)][-1] == "completed"
    assert [e.image.image_id for e in events if isinstance(e, ImageSeen)][-1] == ami
    result = judge("r", BuildPlan("/c", "v1.2.3", (), baseline), last, 0, {}, False, JudgeHints(), baseline.taken_at, last.at)
    assert (result.outcome, result.ami) == (Outcome.SUCCEEDED, ami)
