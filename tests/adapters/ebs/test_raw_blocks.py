"""What a raw image is read as: blocks that hold something, the sum of the whole, and refusals of what is no raw image."""

from __future__ import annotations

import hashlib
import os
import zlib

import pytest

from canvos_tui.adapters.ebs.raw_blocks import RawBlocks
from canvos_tui.core.aws.blocks import BLOCK, Manifest, runs, text_of
from canvos_tui.core.aws.crc32 import after_zeros
from canvos_tui.core.aws.crc32 import text_of as crc_text
from canvos_tui.core.errors import FilesError


def expected(data: bytes) -> dict[int, bytes]:
    """Block by block, as plainly as can be."""
    blocks = {n: data[at : at + BLOCK].ljust(BLOCK, b"\0") for n, at in enumerate(range(0, len(data), BLOCK))}
    return {n: hashlib.sha256(block).digest() for n, block in blocks.items() if any(block)}


@pytest.mark.parametrize("length", [1, BLOCK - 1, BLOCK, BLOCK + 1, 5 * BLOCK, 5 * BLOCK + 77])
@pytest.mark.parametrize("holes", [True, False])
def test_a_manifest_is_what_the_file_holds(tmp_path, length, holes, monkeypatch):
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.truncate(length)
        if not holes:
            file.write(bytes(length))
        for at in {0, min(3 * BLOCK - 5, length - 1), length - 1}:
            file.seek(at)
            file.write(os.urandom(min(9, length - at)))
        file.truncate(length)
    if not holes:  # a file system that tells no holes
        monkeypatch.setattr(os, "lseek", lambda *_: (_ for _ in ()).throw(OSError(22, "Invalid argument")))
    found, data = RawBlocks(path).scan(), path.read_bytes()
    assert dict(found.digests) == expected(data)
    assert (found.size, found.crc) == (length, crc_text(zlib.crc32(data)))
    assert found.checksum == text_of(hashlib.sha256(b"".join(expected(data)[n] for n in sorted(expected(data)))).digest())


def test_a_hole_in_the_middle_of_a_block_and_one_of_many_gib(tmp_path):
    path = tmp_path / "disk.raw"
    with path.open("wb") as file:
        file.write(b"a" * 4096)
        file.seek(BLOCK // 2 + 4096 * 3)
        file.write(b"b" * 4096)
        file.truncate(20 * 1024**3)
    with path.open("rb") as file:
        head = file.read(BLOCK)
    found = RawBlocks(path).scan()
    assert (list(found.digests), found.gib, found.data) == ([0], 20, BLOCK)
    assert found.crc == crc_text(after_zeros(zlib.crc32(head), 20 * 1024**3 - BLOCK))


@pytest.mark.parametrize("count", [0, 1, 7, 4096, 1_000_003])
def test_zeros_behind_something(count):
    assert after_zeros(zlib.crc32(b"something"), count) == zlib.crc32(b"something" + bytes(count))


@pytest.mark.parametrize(("head", "kind"), [(b"QFI\xfb", "qcow2"), (b"KDMV", "VMDK"), (b"\x1f\x8b\x08", "gzip")])
def test_other_formats_are_refused(tmp_path, head, kind):
    (tmp_path / "disk.raw").write_bytes(head + bytes(BLOCK))
    with pytest.raises(FilesError, match=f"no raw image, it begins as {kind}"):
        RawBlocks(tmp_path / "disk.raw")


def test_a_vhd_is_known_by_its_end(tmp_path):
    (tmp_path / "disk.raw").write_bytes(bytes(2 * BLOCK) + b"conectix" + bytes(504))
    with pytest.raises(FilesError, match="is a VHD"):
        RawBlocks(tmp_path / "disk.raw")


def test_a_partition_table_is_seen(tmp_path):
    (tmp_path / "disk.raw").write_bytes(bytes(512) + b"EFI PART" + bytes(100))
    assert RawBlocks(tmp_path / "disk.raw").gpt
    (tmp_path / "none.raw").write_bytes(b"x" * 4096)
    assert not RawBlocks(tmp_path / "none.raw").gpt


def test_what_changes_is_told(tmp_path):
    path = tmp_path / "disk.raw"
    path.write_bytes(b"a" * BLOCK)
    raw = RawBlocks(path)
    manifest = raw.scan()
    assert raw.read(0, manifest.digests[0]) == b"a" * BLOCK
    with path.open("r+b") as file:
        file.write(b"b")
    with pytest.raises(FilesError, match="changed while it was read"):
        raw.read(0, manifest.digests[0])
    with path.open("r+b") as file:
        file.truncate(10)
    with pytest.raises(FilesError, match="changed"):
        raw.scan()


@pytest.mark.parametrize("kind", ["folder", "empty", "missing"])
def test_what_is_no_file_is_told(tmp_path, kind):
    path = tmp_path / "disk.raw"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    with pytest.raises(FilesError, match={"folder": "is no file", "empty": "is empty", "missing": "cannot be read"}[kind]):
        RawBlocks(path)


def test_indexes_in_few_words():
    assert runs([]) == ""
    assert runs([3, 1, 2, 9]) == "1-3, 9"
    assert runs(range(0, 40, 2)) == "0, 2, 4, 6, ..."


def test_a_token_hangs_on_name_and_content():
    one = Manifest(BLOCK, {0: b"a" * 32}, "x")
    tokens = {
        one.token("edge", "0"),
        one.token("edge", "1"),
        one.token("other", "0"),
        Manifest(BLOCK, {0: b"b" * 32}, "x").token("edge", "0"),
    }
    assert len(tokens) == 4
    assert {len(token) for token in tokens} == {64}
