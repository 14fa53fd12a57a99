"""Real files: whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from canvos_tui.adapters.files import Disk, parse_yaml
from canvos_tui.adapters.state_folder import state_root
from canvos_tui.core.errors import FilesError, InvalidValueError


@pytest.fixture
def disk(tmp_path):
    return Disk(tmp_path / "state")


async def test_a_secret_is_private_from_the_first_byte_and_nothing_else_is_left(disk, tmp_path):
    path = tmp_path / ".secret"
    await disk.write(path, b"x", 0o600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await disk.write(path, b"y", 0o600)
    assert path.read_bytes() == b"y"
    assert [p.name for p in tmp_path.iterdir()] == [".secret"]


async def test_a_failed_write_leaves_the_old_file_and_no_crumbs(disk, tmp_path, monkeypatch):
    path = tmp_path / ".arg"
    path.write_bytes(b"old")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(FilesError, match="the disk is full") as caught:
        await disk.write(path, b"new")
    monkeypatch.undo()
    assert "free some space" in caught.value.remedy
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == [".arg"]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small filesystem needs root")
async def test_a_really_full_disk_leaves_the_old_file(disk, tmp_path):
    mount = tmp_path / "small"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mount)], capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs here")
    try:
        path = mount / ".arg"
        path.write_bytes(b"old")
        with pytest.raises(FilesError, match="the disk is full"):
            await disk.write(path, b"n" * 200_000)
        assert path.read_bytes() == b"old"
        assert [p.name for p in mount.iterdir()] == [".arg"]
    finally:
        subprocess.run(["umount", str(mount)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
async def test_a_read_only_folder_is_named(disk, tmp_path):
    mount = tmp_path / "ro"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(mount)], capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs here")
    try:
        with pytest.raises(FilesError, match="read-only"):
            await disk.write(mount / ".arg", b"x")
    finally:
        subprocess.run(["umount", str(mount)], check=True)


async def test_a_link_stays_a_link(disk, tmp_path):
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / ".arg").symlink_to("real")
    await disk.write(tmp_path / ".arg", b"new")
    assert (tmp_path / ".arg").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
async def test_what_root_writes_stays_with_its_user(disk, tmp_path):
    folder = tmp_path / "CanvOS"
    folder.mkdir()
    os.chown(folder, 1234, 2345)
    old, new = folder / ".secret", folder / ".arg"
    old.write_bytes(b"x")
    os.chown(old, 1111, 2222)
    for path in (old, new):
        await disk.write(path, b"y", 0o600)
    kept = await disk.backup(old, "now")
    owners = [(p.stat().st_uid, p.stat().st_gid) for p in (old, new, kept)]
    assert owners == [(1111, 2222), (1234, 2345), (1234, 2345)]


async def test_a_backup_never_overwrites_another(disk, tmp_path):
    path = tmp_path / ".secret"
    path.write_bytes(b"one")
    path.chmod(0o600)
    first = await disk.backup(path, "0823-1412")
    path.write_bytes(b"two")
    second = await disk.backup(path, "0823-1412")
    assert first == tmp_path / ".secret.bak-0823-1412"
    assert second == tmp_path / ".secret.bak-0823-1412-2"
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert await disk.backup(tmp_path / "none", "x") is None


async def test_missing_files_are_none_and_folders_are_errors(disk, tmp_path):
    assert await disk.read_bytes(tmp_path / "none") is None
    assert await disk.mode(tmp_path / "none") is None
    await disk.remove(tmp_path / "none")
    with pytest.raises(FilesError, match="a folder stands there"):
        await disk.read_bytes(tmp_path)
    with pytest.raises(FilesError, match="no such folder"):
        await disk.write(tmp_path / "a" / "b", b"")
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(FilesError, match="no regular file"):
        await disk.read_text(tmp_path / "fifo")


async def test_drafts_are_private_and_come_newest_first(disk, tmp_path):
    await disk.save_draft("a", {"x": 1})
    await disk.save_draft("b", {"y": "ü"})
    os.utime(tmp_path / "state" / "drafts" / "a.yaml", (1, 1))
    assert await disk.load_draft("b") == {"y": "ü"}
    assert [name for name, _ in await disk.drafts()] == ["b", "a"]
    assert stat.S_IMODE((tmp_path / "state" / "drafts").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state" / "drafts" / "b.yaml").stat().st_mode) == 0o600
    (tmp_path / "state" / "drafts" / "b.yaml").write_text("{")
    assert await disk.load_draft("b") is None
    assert await disk.load_draft("c") is None


def test_yaml_keeps_texts_and_names_the_line_of_an_error():
    assert parse_yaml("OS_VERSION: 24.10\nx: yes", texts=True) == {"OS_VERSION": "24.10", "x": "yes"}
    with pytest.raises(InvalidValueError, match="line 2"):
        parse_yaml("a: 1\nb: [")
    with pytest.raises(InvalidValueError):
        parse_yaml("d: 2026-99-99")
    with pytest.raises(InvalidValueError):
        parse_yaml("!!python/object/apply:os.system ['id']")


def test_the_state_directory_follows_xdg_unless_it_is_relative():
    assert state_root({"XDG_STATE_HOME": "/s", "HOME": "/h"}) == Path("/s/canvos-tui")
    assert state_root({"XDG_STATE_HOME": "s", "HOME": "/h"}) == Path("/h/.local/state/canvos-tui")


@pytest.mark.parametrize("texts", [True, False])
def test_aliases_of_aliases_are_refused_before_anybody_writes_them_out(texts):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [" + ", ".join([f"*a{n - 1}"] * 10) + "]" for n in range(1, 9)]
    with pytest.raises(InvalidValueError, match="aliases stand for more than can be held"):
        parse_yaml("\n".join(lines), texts=texts)
    assert parse_yaml("a: &a [x]\nb: *a\n", texts=texts) == {"a": ["x"], "b": ["x"]}
