"""A raw image into a snapshot, over real HTTP to the stand-in: what AWS refuses, loses and forgets on the way."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.clients import Clients, Patience
from canvos_tui.adapters.ebs.calls import EbsCalls
from canvos_tui.adapters.ebs.journal import Journal
from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.adapters.ebs.snapshot_writer import SnapshotWriter
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.errors import AwsError, FilesError, RunError
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEY_ID, SECRET

BLOCKS = 40  # of which every fourth holds nothing
WRITTEN = [n for n in range(BLOCKS) if n % 4]
PACE = 0.01


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    with StandinAws(StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), page_size=7, seal_seconds=0.02)) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        yield found


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("raw") / "kairos.raw"
    with path.open("wb") as file:
        file.truncate(BLOCKS * BLOCK - 1000)  # the last block is a ragged one
        for n in WRITTEN:
            file.seek(n * BLOCK)
            file.write(os.urandom(2000))
    return path


class Written:
    """A writer with what it told."""

    def __init__(self, raw: Path, state: Path, read: float = 8.0, making: SnapshotSettings = AS_SCRIPT) -> None:
        self.blocks = RawBlocks(raw)
        self.manifest = self.blocks.scan()
        self.told: list[int] = []
        self.ids: list[str] = []
        self.said: list[str] = []
        calls = EbsCalls(Clients(AwsKeys(KEY_ID, Secret(SECRET)), "us-east-1", patience=Patience(4.0, read, 1, pool=32)))
        self.writer = SnapshotWriter(
            calls,
            self.blocks,
            self.manifest,
            Journal(state, "edge"),
            "edge",
            lambda done, _: self.told.append(done),
            self.ids.append,
            self.said.append,
            PACE,
            making=making,
        )

    def run(self) -> str:
        return asyncio.run(self.writer.run())


def holds(standin: StandinAws, snapshot_id: str, written: Written) -> bool:
    """Whether the stand-in's snapshot is the very file, and completed."""
    found = standin.ebs.snapshots[snapshot_id]
    return found.digests == dict(written.manifest.digests) and standin.ebs.state_of(found) == "completed"


def left(standin: StandinAws) -> list[str]:
    return list(standin.cloud.snapshots)


def test_only_what_holds_something_is_sent(standin, raw, tmp_path):
    written = Written(raw, tmp_path)
    snapshot = written.run()
    assert holds(standin, snapshot, written)
    assert standin.ebs.snapshots[snapshot].puts == len(WRITTEN) == written.writer.sent
    assert written.told == sorted(written.told)
    assert (written.told[0], written.told[-1]) == (0, len(WRITTEN) * BLOCK)
    assert written.ids == [snapshot]
    assert "AWS lists exactly the image's 30 blocks" in written.said[-1]
    assert standin.cloud.tags[snapshot] == {"Name": "edge", "created-by": "canvos-tui"}
    assert not list((tmp_path / "snapshots").iterdir())


@pytest.mark.parametrize(
    "fault",
    [
        Fault("ebs:PutSnapshotBlock", FaultKind.THROTTLE, times=9),
        Fault("ebs:PutSnapshotBlock", FaultKind.ERROR, "RequestThrottledException", "slower", 400, times=3),
        Fault("ebs:PutSnapshotBlock", FaultKind.ERROR, "ConcurrentLimitExceededException", "too many", 400, times=3),
        Fault("ebs:PutSnapshotBlock", FaultKind.ERROR, "ValidationException", "Failed to read block data", 400, times=5),
        Fault("ebs:PutSnapshotBlock", FaultKind.ERROR, "InternalServerException", "", 500, times=4),
        Fault("ebs:PutSnapshotBlock", FaultKind.BREAK, times=4),
        Fault("ebs:PutSnapshotBlock", FaultKind.LOST, times=4),
        Fault("ebs:StartSnapshot", FaultKind.LOST, times=1),
        Fault("ebs:StartSnapshot", FaultKind.THROTTLE, times=3),
        Fault("ebs:CompleteSnapshot", FaultKind.LOST, times=1),
        Fault("ebs:CompleteSnapshot", FaultKind.ERROR, "InternalServerException", "", 500, times=2),
        Fault("ebs:ListSnapshotBlocks", FaultKind.ERROR, "ResourceNotFoundException", "does not exist", 404, times=3),
        Fault("ec2:DescribeSnapshots", FaultKind.THROTTLE, times=3),
        Fault("ec2:DescribeSnapshots", FaultKind.ERROR, "InvalidSnapshot.NotFound", "does not exist", 400, times=2),
    ],
    ids=lambda fault: f"{fault.action.split(':')[1]}-{fault.code or fault.kind.value}",
)
def test_what_passes_is_got_over(standin, raw, tmp_path, fault):
    standin.set_faults(fault)
    written = Written(raw, tmp_path)
    snapshot = written.run()
    assert holds(standin, snapshot, written)
    assert left(standin) == [snapshot]
    lost = fault.times if fault.kind is FaultKind.LOST and fault.action == "ebs:PutSnapshotBlock" else 0
    assert standin.ebs.snapshots[snapshot].puts == len(WRITTEN) + lost


def test_a_young_snapshot_that_is_not_found_is_waited_for(monkeypatch, raw, tmp_path):
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), seal_seconds=0.02, snapshot_hidden_seconds=0.5)
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        written = Written(raw, tmp_path)
        assert holds(standin, written.run(), written)


def test_a_server_that_does_not_answer_is_asked_again(standin, raw, tmp_path):
    standin.set_faults(Fault("ebs:PutSnapshotBlock", FaultKind.HANG, seconds=1.0, times=4))
    written = Written(raw, tmp_path, read=0.4)
    assert holds(standin, written.run(), written)


@pytest.mark.parametrize("action", ["ebs:StartSnapshot", "ebs:PutSnapshotBlock", "ebs:CompleteSnapshot"])
def test_a_missing_right_ends_it_at_once_and_later_it_goes_on(standin, raw, tmp_path, action):
    standin.set_faults(*deny(action))
    with pytest.raises((AwsError, ExceptionGroup)) as caught:
        Written(raw, tmp_path).run()
    refused = caught.value.exceptions[0] if isinstance(caught.value, ExceptionGroup) else caught.value
    assert isinstance(refused, AwsError)
    assert (refused.code, refused.status) == ("AccessDeniedException", 403)
    before = left(standin)
    puts = sum(found.puts for found in standin.ebs.snapshots.values())
    standin.set_faults()
    written = Written(raw, tmp_path)
    snapshot = written.run()
    assert holds(standin, snapshot, written)
    assert left(standin) == [snapshot]
    assert before in ([], [snapshot])
    assert written.writer.sent == len(WRITTEN) - puts


def test_what_is_under_way_when_a_block_is_refused_is_noted_and_not_sent_again(standin, raw, tmp_path, monkeypatch):
    refused, put = asyncio.Event(), EbsCalls.put

    async def late(calls: EbsCalls, snapshot_id: str, index: int, body: bytes, digest: bytes) -> None:
        if index not in WRITTEN[:3]:
            refused.set()
            raise AwsError("The security token included in the request is expired", code="ExpiredTokenException", status=403)
        await put(calls, snapshot_id, index, body, digest)  # AWS has it
        await refused.wait()
        await asyncio.sleep(0.1)  # its answer comes when the others have ended

    with monkeypatch.context() as patched:
        patched.setattr(EbsCalls, "put", late)
        with pytest.raises(AwsError, match="expired"):
            Written(raw, tmp_path).run()
    second = Written(raw, tmp_path)
    snapshot = second.run()
    assert holds(standin, snapshot, second)
    assert second.told[0] == 3 * BLOCK
    assert standin.ebs.snapshots[snapshot].puts == len(WRITTEN)


def test_without_the_right_to_list_aws_checksum_has_to_do(standin, raw, tmp_path):
    standin.set_faults(*deny("ebs:ListSnapshotBlocks"))
    written = Written(raw, tmp_path)
    assert holds(standin, written.run(), written)
    assert "AWS' checksum alone" in written.said[-1]


def stopped_after(written: Written, blocks: int) -> None:
    """Ends a writer as a kill does, in the middle."""

    async def main() -> None:
        task = asyncio.create_task(written.writer.run())
        while written.writer.sent < blocks and not task.done():
            await asyncio.sleep(0.001)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())


@pytest.mark.parametrize("blocks", [1, 7, 20, 29])
def test_it_goes_on_where_it_was_killed(standin, raw, tmp_path, blocks):
    first = Written(raw, tmp_path)
    stopped_after(first, blocks)
    second = Written(raw, tmp_path)
    snapshot = second.run()
    assert holds(standin, snapshot, second)
    assert left(standin) == [snapshot]
    assert second.writer.sent == len(WRITTEN) - first.writer.sent
    assert second.told[0] == first.writer.sent * BLOCK


def test_a_second_image_of_the_same_name_forgets_nothing_of_the_first(standin, raw, tmp_path):
    first = Written(raw, tmp_path)
    stopped_after(first, 12)
    other = tmp_path / "other.raw"
    other.write_bytes(os.urandom(3 * BLOCK))
    between = Written(other, tmp_path)
    assert holds(standin, between.run(), between), "complete, so that its own journal is forgotten"
    again = Written(raw, tmp_path)
    assert holds(standin, again.run(), again)
    assert again.writer.sent == len(WRITTEN) - first.writer.sent
    assert len(standin.ebs.snapshots) == 2


def test_another_encryption_is_another_snapshot_and_the_same_one_goes_on(standin, raw, tmp_path):
    sealed = SnapshotSettings(encryption="yes")
    stopped_after(first := Written(raw, tmp_path, making=sealed), 12)
    plain = Written(raw, tmp_path)
    assert holds(standin, plain.run(), plain), "a token goes with one request alone, and nobody asked for encryption here"
    again = Written(raw, tmp_path, making=sealed)
    made = again.run()
    assert holds(standin, made, again)
    assert again.writer.sent == len(WRITTEN) - first.writer.sent
    assert sorted(one.key is not None for one in standin.cloud.snapshots.values()) == [False, True]
    assert standin.cloud.snapshots[made].key is not None


def test_a_journal_of_an_earlier_version_is_gone_on_with(standin, raw, tmp_path):
    first = Written(raw, tmp_path)
    stopped_after(first, 12)
    (folder,) = (tmp_path / "snapshots").iterdir()
    folder.rename(folder.with_name("edge"))
    again = Written(raw, tmp_path)
    assert holds(standin, again.run(), again)
    assert again.writer.sent == len(WRITTEN) - first.writer.sent
    assert not list((tmp_path / "snapshots").iterdir())


def test_a_torn_journal_only_sends_those_blocks_again(standin, raw, tmp_path):
    first = Written(raw, tmp_path)
    stopped_after(first, 12)
    (journal,) = (tmp_path / "snapshots").glob("edge-*/*.blocks")
    journal.write_bytes(journal.read_bytes()[: 5 * 36 + 11])
    second = Written(raw, tmp_path)
    assert holds(standin, second.run(), second)
    assert second.writer.sent == len(WRITTEN) - 5
    assert len(left(standin)) == 1


def test_without_a_journal_all_goes_into_the_same_snapshot(standin, raw, tmp_path):
    stopped_after(Written(raw, tmp_path / "one"), 12)
    second = Written(raw, tmp_path / "other")
    snapshot = second.run()
    assert holds(standin, snapshot, second)
    assert (left(standin), second.writer.sent) == ([snapshot], len(WRITTEN))


def test_blocks_of_another_image_do_not_count(standin, raw, tmp_path):
    stopped_after(Written(raw, tmp_path), 12)
    other = tmp_path / "other.raw"
    other.write_bytes(b"z" * 6 * BLOCK)
    second = Written(other, tmp_path)
    snapshot = second.run()
    assert holds(standin, snapshot, second)
    assert (second.writer.sent, len(left(standin))) == (6, 2)


@pytest.mark.parametrize("how", ["deleted", "given up"])
def test_a_snapshot_that_is_gone_is_begun_anew(standin, raw, tmp_path, how):
    stopped_after(Written(raw, tmp_path), 12)
    (old,) = left(standin)
    if how == "deleted":
        del standin.cloud.snapshots[old]
    else:
        standin.ebs.snapshots[old].touched -= 100_000
    second = Written(raw, tmp_path)
    snapshot = second.run()
    assert snapshot != old
    assert holds(standin, snapshot, second)
    assert any("another one is begun" in line for line in second.said)


def test_one_that_is_deleted_while_it_is_written_is_begun_anew(standin, raw, tmp_path):
    written = Written(raw, tmp_path)

    async def main() -> str:
        task = asyncio.create_task(written.writer.run())
        while written.writer.sent < 5:
            await asyncio.sleep(0.001)
        standin.cloud.snapshots.clear()
        return await task

    snapshot = asyncio.run(main())
    assert holds(standin, snapshot, written)
    assert left(standin) == [snapshot]


def test_two_at_once_make_one(standin, raw, tmp_path):
    one, other = Written(raw, tmp_path / "one"), Written(raw, tmp_path / "other")

    async def main() -> tuple[str, str]:
        return await asyncio.gather(one.writer.run(), other.writer.run())

    first, second = asyncio.run(main())
    assert first == second
    assert left(standin) == [first]
    assert holds(standin, first, one)


def test_a_wrong_block_in_aws_is_found_and_not_taken_again(standin, raw, tmp_path):
    written = Written(raw, tmp_path)
    listed = standin.ebs._list  # what AWS lists, with one block missing

    def short(snapshot, query):
        snapshot.digests.pop(WRITTEN[0], None)
        return listed(snapshot, query)

    standin.ebs._list = short
    with pytest.raises(RunError, match="blocks 1 differ"):
        written.run()
    standin.ebs._list = listed
    again = Written(raw, tmp_path)
    snapshot = again.run()
    assert snapshot != written.ids[0]
    assert holds(standin, snapshot, again)


def test_a_file_that_changes_is_not_sent(standin, raw, tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(b"a" * (8 * BLOCK))
    written = Written(path, tmp_path)
    with path.open("r+b") as file:
        file.seek(5 * BLOCK)
        file.write(b"b")
    with pytest.raises(ExceptionGroup) as caught:
        written.run()
    assert caught.group_contains(FilesError, match="changed")
    assert standin.ebs.state_of(next(iter(standin.ebs.snapshots.values()))) == "pending"


def test_encryption_by_default_is_no_obstacle(monkeypatch, raw, tmp_path):
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), seal_seconds=0.02, ebs_key="")
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        written = Written(raw, tmp_path)
        assert holds(standin, written.run(), written)
