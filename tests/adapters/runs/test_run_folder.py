"""Names, files and locks of runs."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.control import ControlPipe, Resize, Stop, send
from canvos_tui.adapters.runs.folder import RunFolder, lock_path, make_run_id, private_folder, time_of
from canvos_tui.adapters.runs.heart import Heart, read_heart
from canvos_tui.adapters.runs.lock import RunLock, holder
from tests.waiting import until

AT = datetime(2026, 11, 22, 14, 12, 3, 250000, tzinfo=UTC)


def test_run_ids_sort_by_time_and_tell_it() -> None:
    times = [AT + timedelta(milliseconds=37 * n) for n in range(5000)]
    ids = [make_run_id(t) for t in times]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert ids[0] == "20261122-1412-0cb2"
    assert [time_of(i) for i in ids] == times


@pytest.mark.parametrize("name", ["", "x", "20261122-1412-3F9A", "20261322-1412-3f9a", "../20261122-1412-3f9a", "20261122-1412-3f9a/.."])
def test_other_names_are_no_run_ids(name: str) -> None:
    assert time_of(name) is None


def test_files_are_private_and_whole(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = RunFolder(tmp_path / "a" / "runs" / make_run_id(AT))
        folder.make()
        folder.write("result.json", "one")
        folder.write("result.json", "two")
    finally:
        os.umask(old)
    assert folder.root == tmp_path / "a"
    assert [p.name for p in folder.path.iterdir()] == ["result.json"]
    assert (folder.path / "result.json").read_text() == "two"
    assert (folder.path / "result.json").stat().st_mode & 0o777 == 0o600
    assert {p.stat().st_mode & 0o777 for p in (folder.path, folder.path.parent, folder.root)} == {0o700}
    with pytest.raises(FileExistsError):
        folder.make()


def test_a_folder_that_cannot_be_written_leaves_nothing_half(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "runs" / "x")
    with pytest.raises(OSError, match="No such file"):
        folder.write("result.json", "one")
    assert folder.plan() is None
    assert folder.result() is None
    Heart(folder, RunClock()).beat(None)
    assert read_heart(folder) == {}
    private_folder(folder.path)
    (folder.path / "run.json").write_text("{broken")
    assert folder.plan() is None


def test_a_lock_belongs_to_one_and_dies_with_it(tmp_path: Path) -> None:
    path = lock_path(tmp_path, "/home/u/CanvOS")
    assert holder(path) == ""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from canvos_tui.adapters.runs.lock import RunLock\n"
        "print(RunLock(Path(sys.argv[2])).take('20261122-1412-3f9a'), flush=True); lock = RunLock(Path(sys.argv[2] + '2'))\n"
        "lock.take('x'); sys.stdin.read()\n"
    )
    held = RunLock(path)
    assert held.take("20261122-1412-0001")
    assert holder(path) == "20261122-1412-0001"
    root = str(Path(__file__).parents[3])
    with subprocess.Popen([sys.executable, "-c", code, root, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "False\n", "it is taken already"
        second = path.with_name(path.name + "2")
        until(lambda: holder(second) == "x")
        other.kill()
        until(lambda: holder(second) == "")
    assert holder(path) == "20261122-1412-0001"
    held.release()
    assert holder(path) == ""
    assert RunLock(path).take("again")


def test_requests_arrive_and_nonsense_does_not(tmp_path: Path) -> None:
    path = tmp_path / "control"
    assert not send(path, Stop(force=False))
    pipe = ControlPipe(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert pipe.requests() == []
    assert send(path, Stop(force=False))
    assert send(path, Stop(force=True))
    assert send(path, Resize(120, 40))
    with path.open("wb") as out:
        out.write(b'nonsense\n[]\n{"resize": ["a", 1]}\n{"resize": [99999, -1]}\n{"sto')
    assert pipe.requests() == [Stop(False), Stop(True), Resize(120, 40), Resize(1000, 1)]
    with path.open("wb") as out:
        out.write(b'p": true}\n')
    assert pipe.requests() == [Stop(True)]
    assert pipe.in_place()
    path.unlink()
    assert not pipe.in_place()
    pipe.close()
    assert not send(path, Stop(force=False))
