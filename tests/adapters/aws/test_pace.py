"""What is sent is held to a rate, all of it and nothing twice, over real HTTP to the stand-in; the clock is a test's own."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.aws.pace import Pace
from canvos_tui.adapters.aws.raw_file import RawFile
from canvos_tui.adapters.aws.upload import RawUpload
from canvos_tui.adapters.aws.upload_record import UploadRecord
from canvos_tui.adapters.ebs.calls import EbsCalls
from canvos_tui.adapters.ebs.journal import Journal
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.adapters.ebs.snapshot_writer import SnapshotWriter
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEY_ID, SECRET

RATE, SIZE = 1_000_000, 2_200_000


class Time:
    """Goes on while somebody sleeps, and not otherwise."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now = max(self.now, self.now + seconds)


def test_who_comes_next_waits_behind_those_before() -> None:
    time = Time()
    pace = Pace(1000, time.clock, time.sleep)
    moments = []
    for count in (500, 1000, 0, 250):
        pace.spend(count)
        moments.append(time.now)
    assert moments == [0.0, 0.5, 1.5, 1.5]
    time.now = 60.0  # what was not used is not saved up
    pace.spend(1000)
    pace.spend(1)
    assert time.now == 61.0


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    path = tmp_path / "kairos.raw"
    path.write_bytes(os.urandom(SIZE))
    return path


class Counted(Pace):
    """Counts what goes over the line."""

    def __init__(self) -> None:
        self.time = Time()
        super().__init__(RATE, self.time.clock, self.time.sleep)
        self.sizes: list[int] = []

    def spend(self, count: int) -> None:
        self.sizes.append(count)
        super().spend(count)


@pytest.fixture
def pace() -> Counted:
    return Counted()


@pytest.fixture
def clients(pace: Counted, monkeypatch: pytest.MonkeyPatch):
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, seal_seconds=0.01)) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        yield Clients(AwsKeys(KEY_ID, Secret(SECRET)), "us-east-1", patience=Patience(4.0, 8.0, 3, pace=pace)), standin


def test_an_upload_keeps_to_it_in_small_pieces(clients, pace: Counted, raw: Path, tmp_path: Path) -> None:
    made, standin = clients
    upload = RawUpload(made, ("images", "edge.raw"), RawFile(raw), UploadRecord(tmp_path, "x", "images", "edge.raw"), lambda *_: None)
    asyncio.run(upload.run())
    assert standin.cloud.buckets["images"].objects["edge.raw"].size == SIZE
    assert sum(pace.sizes) == SIZE, "what is hashed for the signature does not count"
    assert max(pace.sizes) <= 128 * 1024
    assert pace.time.now == pytest.approx(SIZE / RATE, abs=0.2)


def test_a_part_that_is_sent_again_takes_its_time_again(clients, pace: Counted, raw: Path, tmp_path: Path) -> None:
    made, standin = clients
    record = UploadRecord(tmp_path, "x", "images", "edge.raw")

    def begun(_: str) -> None:
        standin.set_faults(Fault("s3:PutObject", FaultKind.LOST, times=1))

    asyncio.run(RawUpload(made, ("images", "edge.raw"), RawFile(raw), record, lambda *_: None, begun).run())
    assert sum(pace.sizes) == 2 * SIZE


def test_a_snapshot_keeps_to_it(clients, pace: Counted, raw: Path, tmp_path: Path) -> None:
    made, standin = clients
    blocks = RawBlocks(raw)
    manifest = blocks.scan()
    journal = Journal(tmp_path, "edge")
    writer = SnapshotWriter(EbsCalls(made), blocks, manifest, journal, "edge", lambda *_: None, limit=RATE)
    snapshot = asyncio.run(writer.run())
    assert standin.ebs.snapshots[snapshot].digests == dict(manifest.digests)
    assert sum(pace.sizes) == manifest.data
    assert pace.time.now == pytest.approx(manifest.data / RATE, abs=0.2)
