"""A growing log file behind a sparse index: one number per block instead of one per line."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_left
from pathlib import Path

BLOCK = 64 * 1024  # bytes per entry of the index
STEP = 1024 * 1024  # bytes that one refresh looks at
CLIP = 16 * 1024  # bytes of a line that are given out


class LogFile:
    """Implements LogReader. Lines count from 0; a file that does not exist yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._feeds = array("Q")  # line feeds up to the end of each full block
        self._tail_feeds = 0  # line feeds behind the last full block
        self._size = 0
        self._ended = True  # whether the last byte known is a line feed

    @property
    def line_count(self) -> int:
        """Lines known so far, an unfinished last one included."""
        return self._total_feeds() + (0 if self._ended else 1)

    @property
    def size(self) -> int:
        """Bytes known so far."""
        return self._size

    def refresh(self) -> bool:
        """Counts new bytes, at most 1 MiB a call; True when there were any or the file began anew."""
        file = self._opened()
        if file is None:
            return False
        real = os.fstat(file).st_size
        if real < self._size:
            self._forget()
            return True
        data = os.pread(file, min(STEP, real - self._size), self._size)
        if not data:
            return False
        self._count(data)
        return True

    def read(self, first: int, count: int) -> list[str]:
        """Those lines, clipped to 16 KiB each, without their line ends."""
        first = max(first, 0)
        count = min(count, self.line_count - first)
        if count <= 0 or self._file is None:
            return []
        block = bisect_left(self._feeds, first) if first else 0
        skip = first - (self._feeds[block - 1] if block else 0)
        lines = _Lines(skip, count)
        at = block * BLOCK
        while at < self._size and not lines.full:
            data = os.pread(self._file, min(BLOCK, self._size - at), at)
            if not data:
                break
            lines.feed(data)
            at += len(data)
        return lines.texts()

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int | None:
        if self._file is None:
            try:
                self._file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                return None
        return self._file

    def _forget(self) -> None:
        """The file became shorter: somebody began it anew."""
        del self._feeds[:]
        self._tail_feeds = self._size = 0
        self._ended = True

    def _total_feeds(self) -> int:
        return (self._feeds[-1] if self._feeds else 0) + self._tail_feeds

    def _count(self, data: bytes) -> None:
        """Adds bytes to the index, block by block."""
        at = 0
        while at < len(data):
            room = BLOCK - self._size % BLOCK
            part = data[at : at + room]
            self._tail_feeds += part.count(b"\n")
            self._size += len(part)
            at += len(part)
            if self._size % BLOCK == 0:
                self._feeds.append(self._total_feeds())
                self._tail_feeds = 0
        self._ended = data.endswith(b"\n")


class _Lines:
    """Collects some lines out of blocks, and no more than the clip of each."""

    def __init__(self, skip: int, count: int) -> None:
        self._skip = skip
        self._count = count
        self._done: list[bytes] = []
        self._open = b""
        self._began = False

    @property
    def full(self) -> bool:
        return len(self._done) >= self._count

    def feed(self, data: bytes) -> None:
        if self._skip:
            feeds = data.count(b"\n")
            if feeds < self._skip:
                self._skip -= feeds
                return
            data = data.split(b"\n", self._skip)[-1]
            self._skip = 0
        *ended, rest = data.split(b"\n", self._count - len(self._done))
        for line in ended:
            self._done.append((self._open + line[:CLIP])[:CLIP])
            self._open, self._began = b"", False
        if rest and not self.full:
            self._open = (self._open + rest[:CLIP])[:CLIP]
            self._began = True

    def texts(self) -> list[str]:
        lines = [*self._done, self._open] if self._began and not self.full else self._done
        return [line.decode("utf-8", "replace") for line in lines]
