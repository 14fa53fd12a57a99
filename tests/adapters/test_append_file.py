"""A writer that goes on whatever the disk does."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from canvos_tui.adapters.append_file import AppendFile


def test_it_appends_and_only_the_user_can_read(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "log")
    assert file.write(b"one\n")
    assert file.write(b"two\n")
    file.close()
    assert file.write(b"three\n")
    assert (tmp_path / "log").read_bytes() == b"one\ntwo\nthree\n"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600
    assert file.lost == 0
    file.close()


def test_a_full_disk_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "log").symlink_to("/dev/full")
    file = AppendFile(tmp_path / "log")
    assert not file.write(b"12345")
    assert not file.write(b"678")
    assert file.lost == 8
    assert file.error == "No space left on device"
    file.close()


def test_a_half_written_end_is_cut_off(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "log")
    assert file.write(b"x" * 60 + b"\n")
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        assert not file.write(b"y" * 80)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)
    assert (tmp_path / "log").read_bytes() == b"x" * 60 + b"\n"
    assert file.write(b"z\n")
    file.close()


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_it_knows_that_its_file_is_gone(tmp_path: Path, how: str) -> None:
    file = AppendFile(tmp_path / "log")
    assert file.in_place()
    file.write(b"x")
    assert file.in_place()
    (tmp_path / "log").rename(tmp_path / "old")
    if how == "replaced":
        (tmp_path / "log").write_bytes(b"")
    assert not file.in_place()
    file.close()
