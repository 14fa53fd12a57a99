"""A pipe, a device or a file without end is refused at once, wherever a file is read."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.adapters.files import Disk
from canvos_tui.adapters.log.file import LogFile
from canvos_tui.adapters.log.times import TimesReader
from canvos_tui.adapters.regular_file import LARGEST, read_regular
from canvos_tui.adapters.runs.local_runs import LocalRuns
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.errors import CanvosError, FilesError, LinkError
from canvos_tui.core.run.codec import plan_text
from canvos_tui.core.run.run import BuildPlan

PLAN = BuildPlan("/x", "v4.8.8", ("./earthly.sh",), Baseline(datetime(2026, 11, 22, tzinfo=UTC), "us-east-1", "b", "k"))
RUN = "20261122-1412-3f9a"


def endless(path: Path, kind: str) -> Path:
    path.unlink(missing_ok=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "zero":
        path.symlink_to("/dev/zero")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(1 << 40)
    else:
        path.symlink_to(path)
    return path


@pytest.mark.parametrize("kind", ["fifo", "zero", "huge", "ring"])
async def test_a_file_that_never_ends_is_refused(tmp_path, kind):
    path = endless(tmp_path / ".arg", kind)
    with pytest.raises(FilesError):
        await asyncio.wait_for(Disk(tmp_path / "state").read_bytes(path), 10)
    with pytest.raises(FilesError):
        await asyncio.wait_for(Disk(tmp_path / "state").read_own(tmp_path, ".arg"), 10)


async def test_a_beginning_of_a_huge_file_can_be_read(tmp_path):
    assert await Disk(tmp_path).read_text(endless(tmp_path / "f", "huge"), limit=10) == "\0" * 10
    (tmp_path / "large").write_bytes(b"x" * LARGEST)
    assert len(read_regular(tmp_path / "large")) == LARGEST


async def test_a_link_inside_the_checkout_is_followed_and_one_out_of_it_is_not(tmp_path):
    folder, disk = tmp_path / "c", Disk(tmp_path / "state")
    folder.mkdir()
    (folder / "arg.prod").write_text("A=1\n")
    (tmp_path / "foreign").write_text("B=2\n")
    (folder / ".arg").symlink_to("arg.prod")
    assert await disk.read_own(folder, ".arg") == b"A=1\n"
    (tmp_path / "way").symlink_to(folder)
    assert await disk.read_own(tmp_path / "way", ".arg") == b"A=1\n"
    (folder / ".secret").symlink_to("../foreign")
    with pytest.raises(LinkError, match="is a link to"):
        await disk.read_own(folder, ".secret")
    (folder / "user-data").symlink_to("../nowhere")
    with pytest.raises(LinkError):
        await disk.read_own(folder, "user-data")
    assert await disk.read_own(folder, "k8s_version.json") is None


@pytest.mark.parametrize("kind", ["fifo", "zero", "huge", "ring"])
async def test_a_run_folder_full_of_such_files_is_looked_through(tmp_path, kind):
    root = tmp_path / "state"
    whole, broken = root / "runs" / RUN, root / "runs" / "20261122-1412-3f9b"
    for folder in (whole, broken):
        folder.mkdir(parents=True)
    for name in ("run.json", "result.json", "supervisor.json", "events.jsonl", "build.log", "build.times"):
        endless(broken / name, kind)
        endless(whole / name, kind)
    (whole / "run.json").unlink()
    (whole / "run.json").write_text(plan_text(PLAN))
    runs = LocalRuns(root)

    async def through() -> None:
        assert [info.run_id for info in await runs.infos()] == [RUN]
        assert await runs.result(RUN) is not None  # interrupted, as far as this machine knows
        assert await runs.history() == ()
        async for _ in runs.follow(RUN):
            pass
        with pytest.raises(CanvosError):
            await runs.plan(broken.name)

    await asyncio.wait_for(through(), 20)


@pytest.mark.parametrize("kind", ["fifo", "zero", "ring"])
def test_a_log_that_is_no_file_is_empty(tmp_path, kind):
    log = LogFile(endless(tmp_path / "build.log", kind))
    assert log.refresh() is False
    assert log.read(0, 10) == []
    TimesReader(tmp_path / "build.log").refresh()
    log.close()
