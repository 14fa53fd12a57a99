"""A raw image as S3 takes it: in parts, each read where it lies in the file; no part has to fit into memory."""

from __future__ import annotations

import errno
import io
import os
import shlex
import stat
import zlib
from math import ceil
from pathlib import Path
from typing import Any

from canvos_tui.core.aws.crc32 import after_zeros, joined
from canvos_tui.core.errors import FilesError

MIB = 1024**2
SMALLEST, MOST = 16 * MIB, 9000  # bytes of a part; parts that we make at most, S3 takes 10 000
_PIECE = 1 * MIB  # bytes that are read at once


class RawFile:
    """A raw image, read part by part; `sums` holds the CRC-32 of each part that was read. Sizes are bytes, parts count from 1."""

    def __init__(self, path: Path, part: int = 0) -> None:
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):  # a pipe would be waited for, and a device never ends
                raise FilesError(f"{path} is no file", remedy="name the raw image, as it lies in build/ of the checkout")
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
        except OSError as error:
            raise _unreadable(path, error) from error
        if not found.st_size:
            raise FilesError(f"{path} is empty", remedy="build it again: ./earthly.sh +cloud-image --ARCH=amd64")
        self.path, self.size, self.identity = path, found.st_size, identity_of(found)
        self.part = part or part_size(self.size)
        self.count = ceil(self.size / self.part)
        self.sums: dict[int, int] = {}

    def length(self, number: int) -> int:
        """The bytes of a part."""
        return min(self.part, self.size - (number - 1) * self.part)

    def section(self, number: int) -> Section:
        """A part as a file, to be closed by whoever reads it: only what is read just now lies in memory. FilesError as for `check`."""
        try:
            found = Section(self.path, (number - 1) * self.part, self.length(number))
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if found.identity != self.identity:
            found.close()
            raise self._changed()
        return found

    def body(self, number: int) -> io.BufferedReader:
        """The same for the SDK, which asks for some kilobytes at a time: it gets them out of a piece that was read at once."""
        return io.BufferedReader(self.section(number), _PIECE)

    def check(self, number: int) -> None:
        """Reads a part; its sum is known from then on. FilesError when the file is no longer the one that was opened first."""
        crc, left, buffer = 0, self.length(number), bytearray(_PIECE)
        with self.section(number) as part:
            try:
                while left:
                    if gap := part.skip_hole():
                        crc, left = after_zeros(crc, gap), left - gap
                    elif count := part.readinto(buffer):
                        crc, left = zlib.crc32(memoryview(buffer)[:count], crc), left - count
                    else:
                        break
                changed = part.identity_now() != self.identity
            except OSError as error:
                raise _unreadable(self.path, error) from error
        if left or changed or self.sums.setdefault(number, crc) != crc:
            raise self._changed()

    def _changed(self) -> FilesError:
        return FilesError(f"{self.path} changed while it was read", remedy="wait until nothing writes to it, then go on again")

    def sum(self, number: int) -> int:
        """The CRC-32 of a part, read for it where it was not yet."""
        if number not in self.sums:
            self.check(number)
        return self.sums[number]

    def whole(self) -> int:
        """The CRC-32 of all of it."""
        return joined((self.sum(number), self.length(number)) for number in range(1, self.count + 1))


def _unreadable(path: Path, error: OSError) -> FilesError:
    denied = f"CanvOS leaves it to root: sudo chown $(id -u) {shlex.quote(str(path))}"
    remedy = denied if isinstance(error, PermissionError) else "name the raw image, as it lies in build/ of the checkout"
    return FilesError(f"{path} cannot be read: {error.strerror}", remedy=remedy)


def part_size(size: int) -> int:
    """Bytes of each part but the last: 16 MiB, and more where S3's limit of parts asks for it."""
    return max(SMALLEST, ceil(size / MOST / MIB) * MIB)


class Section(io.RawIOBase):
    """The `length` bytes of a file from `start` on. OSError where it cannot be opened or read; at the file's end it is over sooner."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        super().__init__()
        self._fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._start, self._length, self._at = start, length, 0
        self.identity = self.identity_now()  # of the file that was opened

    def identity_now(self) -> str:
        """What the file is known by at this moment."""
        return identity_of(os.fstat(self._fd))

    def readinto(self, buffer: Any, /) -> int:
        """As many bytes as there are and fit; 0 at the end."""
        view = memoryview(buffer).cast("B")
        room = min(len(view), self._length - self._at)
        count = os.preadv(self._fd, [view[:room]], self._start + self._at) if room > 0 else 0
        self._at += count
        return count

    def skip_hole(self) -> int:
        """How many bytes of zeros begin here that take no room on the disk; they are behind us then. 0 where data is, or nobody knows."""
        at, end = self._start + self._at, min(self._start + self._length, os.fstat(self._fd).st_size)
        if at >= end:
            return 0
        try:
            data = os.lseek(self._fd, at, os.SEEK_DATA)
        except OSError as error:
            data = end if error.errno == errno.ENXIO else at  # nothing but a hole until the end; or a file system that tells nothing
        gap = min(data, end) - at
        self._at += gap
        return gap

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """To a place within the part; whoever sends it again begins at 0."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Where the next byte is read."""
        return self._at

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Once is enough."""
        if not self.closed:
            os.close(self._fd)
        super().close()


def identity_of(found: os.stat_result) -> str:
    """What a file is known by, without reading it."""
    return f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"
