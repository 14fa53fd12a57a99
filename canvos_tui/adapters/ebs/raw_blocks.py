"""A raw image read block by block, through one descriptor: whatever comes to lie at its path later is another file."""

from __future__ import annotations

import errno
import hashlib
import os
import shlex
import stat
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from canvos_tui.core.aws.blocks import BLOCK, ZEROS, Manifest
from canvos_tui.core.aws.crc32 import after_zeros, text_of
from canvos_tui.core.errors import FilesError

_GPT, _GPT_AT = b"EFI PART", 512
# disks that are no raw images, by the bytes that they begin or end with: AWS takes any bytes, and what is made of them boots nothing
_HEADS = {b"QFI\xfb": "qcow2", b"KDMV": "VMDK", b"conectix": "VHD", b"vhdxfile": "VHDX", b"\x1f\x8b": "gzip", b"(\xb5/\xfd": "zstd"}


class RawBlocks:
    """The blocks of a raw image. FilesError for what cannot be read, is empty, or is no raw image."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for, and a device never ends
                raise FilesError(f"{path} is no file", remedy="name the raw image, as it lies in build/ of the checkout")
            self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._found = os.fstat(self._fd)
        except OSError as error:
            raise self._unreadable(error) from error
        self.size = self._found.st_size
        if not self.size:
            raise FilesError(f"{path} is empty", remedy="build it again: ./earthly.sh +cloud-image --ARCH=amd64")
        self._refuse_formats()

    def close(self) -> None:
        """Gives the descriptor back."""
        os.close(self._fd)

    @property
    def gpt(self) -> bool:
        """Whether a partition table stands where UEFI looks for it."""
        return self._read(_GPT_AT, len(_GPT)) == _GPT

    def scan(self, told: Callable[[int], None] = lambda _: None) -> Manifest:
        """Reads all of it once. `told` gets the bytes that were looked at. FilesError when it changed meanwhile."""
        digests: dict[int, bytes] = {}
        crc, done = 0, 0
        for first, last in self._extents():
            crc = after_zeros(crc, first * BLOCK - done) if first * BLOCK > done else crc
            for index in range(first, last):
                body = self._read(index * BLOCK, BLOCK)
                crc = zlib.crc32(body, crc)
                done = index * BLOCK + len(body)
                padded = _padded(body)
                if padded != ZEROS:
                    digests[index] = hashlib.sha256(padded).digest()
                told(done)
        crc = after_zeros(crc, self.size - done) if self.size > done else crc
        self._refuse_changes()
        return Manifest(self.size, digests, text_of(crc))

    def read(self, index: int, digest: bytes) -> bytes:
        """A block, the last one padded with zeros; FilesError when it is no longer what was scanned."""
        body = _padded(self._read(index * BLOCK, BLOCK))
        if hashlib.sha256(body).digest() != digest:
            raise self._changed()
        return body

    def _extents(self) -> Iterator[tuple[int, int]]:
        """Runs of blocks that may hold data, first and behind the last; holes only save reading, the content decides."""
        whole, at, end = -(-self.size // BLOCK), 0, 0
        while at < self.size:
            try:
                data = os.lseek(self._fd, at, os.SEEK_DATA)
                hole = os.lseek(self._fd, data, os.SEEK_HOLE)
            except OSError as error:
                if error.errno != errno.ENXIO:  # this file system tells nothing
                    yield end, whole
                return
            first, last = max(end, data // BLOCK), min(whole, -(-hole // BLOCK))
            if last > first:
                yield first, last
                end = last
            at = hole

    def _read(self, at: int, count: int) -> bytes:
        try:
            body = os.pread(self._fd, count, at)
        except OSError as error:
            raise self._unreadable(error) from error
        if len(body) != min(count, self.size - at):
            raise self._changed()
        return body

    def _refuse_formats(self) -> None:
        head = self._read(0, min(16, self.size))
        kind = next((name for magic, name in _HEADS.items() if head.startswith(magic)), "")
        if not kind and self.size > BLOCK and self._read(self.size - 512, 8) == b"conectix":
            kind = "VHD"
        if kind:
            text = f"{self.path} is no raw image, it begins as {kind} does" if kind != "VHD" else f"{self.path} is a VHD and no raw image"
            raise FilesError(text, remedy="CanvOS writes the raw image to build/: ./earthly.sh +cloud-image --ARCH=amd64")

    def _refuse_changes(self) -> None:
        now = os.fstat(self._fd)
        if (now.st_size, now.st_mtime_ns) != (self._found.st_size, self._found.st_mtime_ns):
            raise self._changed()

    def _changed(self) -> FilesError:
        return FilesError(f"{self.path} changed while it was read", remedy="wait until nothing writes to it, then go on again")

    def _unreadable(self, error: OSError) -> FilesError:
        denied = f"CanvOS leaves it to root: sudo chown $(id -u) {shlex.quote(str(self.path))}"
        remedy = denied if isinstance(error, PermissionError) else "name the raw image, as it lies in build/ of the checkout"
        return FilesError(f"{self.path} cannot be read: {error.strerror}", remedy=remedy)


def _padded(body: bytes) -> bytes:
    return body if len(body) == BLOCK else body.ljust(BLOCK, b"\0")
