"""The sums of a raw image's parts: those of all its bytes, though only what lies on the disk is read."""

from __future__ import annotations

import errno
import os
import random
import zlib
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.raw_file import MIB, RawFile
from canvos_tui.core.errors import FilesError

PART, BLOCK = 5 * MIB, 64 * 1024


def made(path: Path, seed: int, size: int) -> bytes:
    """A file of holes and data, and what it reads as."""
    chance = random.Random(seed)
    with path.open("wb") as file:
        file.truncate(size)
        for at in range(0, size, BLOCK):
            if chance.random() < 0.2:
                file.seek(at)
                file.write(chance.randbytes(min(BLOCK, size - at)))
    return path.read_bytes()


@pytest.mark.parametrize(("seed", "size"), [(1, 12 * MIB), (2, 12 * MIB - 1000), (3, 5 * MIB), (4, 5 * MIB + 1), (5, 999)])
def test_a_part_has_the_sum_of_all_its_bytes(tmp_path, seed, size):
    path = tmp_path / "kairos.raw"
    whole = made(path, seed, size)
    raw = RawFile(path, PART)
    parts = [whole[at : at + PART] for at in range(0, size, PART)]
    assert [raw.sum(number) for number in range(1, raw.count + 1)] == [zlib.crc32(part) for part in parts]
    assert raw.whole() == zlib.crc32(whole)
    for number, part in enumerate(parts, 1):
        with raw.body(number) as body:
            assert body.read() == part


def test_a_hole_is_not_read(tmp_path, monkeypatch):
    path, read, own = tmp_path / "kairos.raw", list[int](), os.preadv
    with path.open("wb") as file:
        file.seek(20 * MIB)
        file.write(b"data")
        file.truncate(40 * MIB)

    def noted(fd, buffers, at):
        count = own(fd, buffers, at)
        read.append(count)
        return count

    monkeypatch.setattr(os, "preadv", noted)
    raw = RawFile(path, PART)
    assert raw.whole() == zlib.crc32(bytes(20 * MIB) + b"data" + bytes(20 * MIB - 4))
    assert sum(read) <= 2 * MIB, "the whole file was read"


def test_a_file_system_that_tells_of_no_holes_is_read_whole(tmp_path, monkeypatch):
    path = tmp_path / "kairos.raw"
    whole = made(path, 6, 6 * MIB)

    def silent(*_: int) -> int:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "lseek", silent)
    assert RawFile(path, PART).whole() == zlib.crc32(whole)


def test_a_file_that_became_shorter_is_no_file_of_holes(tmp_path):
    path = tmp_path / "kairos.raw"
    made(path, 7, 6 * MIB)
    raw = RawFile(path, PART)
    os.truncate(path, 2 * MIB)
    with pytest.raises(FilesError, match="changed while it was read"):
        raw.sum(1)
