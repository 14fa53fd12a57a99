"""The calls of our own stages, of the left-overs and after success to our own stand-in and to moto, a double that we did not write."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.aws.raw_file import RawFile
from canvos_tui.adapters.aws.upload import RawUpload
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.adapters.ebs.calls import EbsCalls
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import Baseline, Right
from canvos_tui.core.aws.instance import Launch
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT
from canvos_tui.core.errors import AwsError, RunError
from tests.adapters import moto_ebs
from tests.adapters.aws.test_aws_contract import BUCKET, KEY, KEYS, REGION, World
from tests.adapters.aws.test_aws_contract import moto as moto
from tests.adapters.aws.test_aws_contract import world as world
from tests.waiting import answered

PART = 5 * 1024**2
HASTE = Patience(2, 10, 1)


def clients(world: World) -> Clients:
    return Clients(KEYS, REGION, {"AWS_ENDPOINT_URL": world.endpoint}, HASTE)


def known(request: pytest.FixtureRequest) -> bool:
    """Whether it is our own stand-in: moto lists parts without their sums, and takes permissions of a snapshot in the old form alone."""
    return bool(request.node.callspec.params["world"] == "standin")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "kairos.raw"
    data = bytearray(2 * PART + 3 * BLOCK)
    data[512:520] = b"EFI PART"
    data[PART + BLOCK :] = os.urandom(len(data) - PART - BLOCK)
    path.write_bytes(data)
    return path


def upload(world: World, raw: Path, home: Path, told: Any = None) -> RawUpload:
    record = UploadRecord(home, world.endpoint, BUCKET, KEY)
    return RawUpload(clients(world), (BUCKET, KEY), RawFile(raw, PART), record, told or (lambda *_: None))


async def test_an_upload_in_parts_is_gone_on_with_and_writes_nothing_over(world, raw, tmp_path, request):
    s3 = world.client("s3")

    def dies(done: int, _: int) -> None:
        if done:
            raise KeyError("the process ends here")

    with pytest.raises(BaseExceptionGroup):
        await upload(world, raw, tmp_path, dies).run()
    assert "Contents" not in s3.list_objects_v2(Bucket=BUCKET)
    again = upload(world, raw, tmp_path)
    await again.run()
    assert (again.sent < raw.stat().st_size) is known(request), "what S3 has is not sent again, where it says what it has"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET), "and without its sums it is the same upload"
    stands = s3.head_object(Bucket=BUCKET, Key=KEY)
    assert stands["ContentLength"] == raw.stat().st_size
    other = tmp_path / "other.raw"
    other.write_bytes(b"x" * 1000)
    with pytest.raises(RunError, match="with other bytes"):
        await upload(world, other, tmp_path / "elsewhere").run()


async def test_a_snapshot_is_written_block_by_block_and_read_when_it_is_complete(world, raw, monkeypatch):
    moto_ebs.put_right(monkeypatch)
    ebs, blocks = EbsCalls(clients(world)), RawBlocks(raw)
    manifest = blocks.scan()
    made = await ebs.start(manifest, "edge", "t" * 64, AS_SCRIPT)
    assert made.status == "pending"
    aws, base = await world.aws(), Baseline(datetime.now(UTC), REGION, "", "edge")
    lost, other = await aws.sight(base), await aws.sight(replace(base, key="another"))
    later, named = await aws.sight(replace(base, taken_at=base.taken_at + timedelta(hours=1))), await aws.sight(base, made.snapshot_id)
    assert [(one.snapshot_id, one.state) for one in lost.begun] == [(made.snapshot_id, "pending")], "whoever lost its id sees it"
    assert (other.begun, later.begun, named.begun) == ((), (), ()), "that of another key, an older one, and one that the run names"
    content = raw.read_bytes()
    for index in sorted(manifest.digests):
        body = content[index * BLOCK : (index + 1) * BLOCK].ljust(BLOCK, b"\0")
        with pytest.raises(AwsError):
            await ebs.put(made.snapshot_id, index, body, hashlib.sha256(b"other").digest())
        await ebs.put(made.snapshot_id, index, body, manifest.digests[index])
    with pytest.raises(AwsError):
        await ebs.blocks(made.snapshot_id)
    found = await ebs.look(made.snapshot_id)
    assert found is not None
    assert found.state == "pending"
    await ebs.complete(made.snapshot_id, manifest)

    async def completed() -> bool:
        seen = await ebs.look(made.snapshot_id)
        return seen is not None and seen.state == "completed"

    await answered(completed)
    assert await ebs.blocks(made.snapshot_id) == set(manifest.digests)


async def imported(world: World) -> tuple[str, str, str]:
    """A task, its snapshot and an AMI of it, made and tagged by our own calls."""
    world.client("s3").put_object(Bucket=BUCKET, Key=KEY, Body=b"r" * 1000)
    aws = await world.aws()
    task = (await aws.start_import(BUCKET, KEY, "t" * 64, "m", AS_SCRIPT)).task_id

    async def snapshot() -> str:
        return next((t.snapshot_id for t in await aws.import_tasks() if t.task_id == task), "")

    made = await answered(snapshot)
    await aws.tag((made,), "edge")
    ami = await aws.register_image("edge", made, AmiSettings())

    async def available() -> bool:
        image = await aws.image(ami)
        return image is not None and image.state == "available"

    await answered(available)
    return task, made, ami


async def test_what_was_made_is_found_by_its_tag_and_removed_one_by_one(world):
    _, made, ami = await imported(world)
    aws, s3 = await world.aws(), world.client("s3")
    care = await BotoDoor({"AWS_ENDPOINT_URL": world.endpoint}, HASTE).open_care(KEYS, REGION)
    assert [s.snapshot_id for s in await care.made_snapshots()] == [made]
    await care.deregister_image(ami)
    assert await aws.image(ami) is None
    await care.delete_snapshot(made)
    assert await aws.snapshot(made) is None
    opened = s3.create_multipart_upload(Bucket=BUCKET, Key="other")["UploadId"]
    await care.abort_upload(BUCKET, "other", opened)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)
    stands = await aws.head(BUCKET, KEY)
    assert stands is not None
    await care.delete_object(BUCKET, KEY, "", stands.etag)
    assert await aws.head(BUCKET, KEY) is None


async def test_a_snapshot_is_shared_and_a_launch_is_only_asked_for(world, request):
    _, made, ami = await imported(world)
    publish = await BotoDoor({"AWS_ENDPOINT_URL": world.endpoint}, HASTE).open_publish(KEYS, REGION)
    await publish.share_snapshot(made, ("999999999999",))
    assert await publish.snapshot_shared_with(made) == (("999999999999",) if known(request) else ())
    probe = await publish.may_launch(ami, Launch())
    assert (probe.right, probe.method) == (Right.ALLOWED, "dry_run")
    if not known(request):  # ours starts no instance at all
        assert not world.client("ec2").describe_instances()["Reservations"]
