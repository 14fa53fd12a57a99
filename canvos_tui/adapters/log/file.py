"""A growing log file behind a sparse index: one number per block instead of one per line."""

from __future__ import annotations

import asyncio
import os
from array import array
from bisect import bisect_left
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.log.copy import copy_file
from canvos_tui.adapters.log.scan import scan_slice
from canvos_tui.adapters.log.times import TimesReader
from canvos_tui.adapters.regular_file import open_regular

BLOCK = 64 * 1024  # bytes per entry of the index
STEP = 1024 * 1024  # bytes that one refresh looks at
CLIP = 16 * 1024  # bytes of a line that are given out
REPEAT = b"Repeating the failure error"  # the build tool prints the failing step once more behind this
_REPEATS = 50  # places that are remembered


class LogFile:
    """Implements LogReader. Lines count from 0; a file that does not exist yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._feeds = array("Q")  # line feeds up to the end of each full block
        self._tail_feeds = 0  # line feeds behind the last full block
        self._size = 0
        self._ended = True  # whether the last byte known is a line feed
        self._end = b""  # the last bytes known, for a word that lies on the border
        self._repeats: list[int] = []
        self._times = TimesReader(path)

    @property
    def line_count(self) -> int:
        """Lines known so far, an unfinished last one included."""
        return self._total_feeds() + (0 if self._ended else 1)

    @property
    def size(self) -> int:
        """Bytes known so far."""
        return self._size

    @property
    def whole(self) -> bool:
        """Whether the last line known has its end."""
        return self._ended

    @property
    def path(self) -> Path:
        """Where the log lies."""
        return self._path

    @property
    def repeats(self) -> tuple[int, ...]:
        """Lines at which the build tool begins to repeat a failing step, the first 50 of them."""
        return tuple(self._repeats)

    def refresh(self) -> bool:
        """Counts new bytes, at most 1 MiB a call; True when there were any or the file began anew."""
        real = self._length()
        if real is None:
            return False
        if real < self._size:
            self._forget()
            return True
        data = self._bytes(min(STEP, real - self._size), self._size)
        if not data:
            return False
        self._watch(data)
        self._count(data)
        return True

    def read(self, first: int, count: int) -> list[str]:
        """Those lines, clipped to 16 KiB each, without their line ends."""
        first = max(first, 0)
        count = min(count, self.line_count - first)
        if count <= 0:
            return []
        block = bisect_left(self._feeds, first) if first else 0
        skip = first - (self._feeds[block - 1] if block else 0)
        lines = _Lines(skip, count)
        at = block * BLOCK
        while at < self._size and not lines.full:
            data = self._bytes(min(BLOCK, self._size - at), at)
            if not data:
                break
            lines.feed(data)
            at += len(data)
        return lines.texts()

    def time_of(self, line: int) -> datetime | None:
        """When that line arrived, to a quarter of a second; None for a log without times."""
        known = self._times.time_of(line)
        return datetime.fromtimestamp(known, UTC) if known is not None else None

    def refresh_times(self) -> None:
        """Takes in when new lines arrived; for a screen that shows it."""
        self._times.refresh()

    def line_at(self, byte: int) -> int:
        """The number of the line that begins at that byte."""
        block = byte // BLOCK
        before = self._feeds[block - 1] if block else 0
        return before + (self._bytes(byte % BLOCK, block * BLOCK).count(b"\n") if byte % BLOCK else 0)

    async def scan(self, at: int, look: Callable[[bytes, int], bool]) -> AsyncGenerator[int, None]:
        """Gives whole lines from byte `at` (the start of a line) on to `look`, with the byte where they begin, in a thread; yields the
        byte reached.

        It does so every 30 ms, and at once when `look` says True. It ends at the last whole line known. Lines over 1 MiB are clipped.
        """
        while at < self._size:
            reached = await asyncio.to_thread(scan_slice, self._path, at, self._size, look)
            if reached == at:
                return
            at = reached
            yield at

    async def save(self, target: Path, *, overwrite: bool = False) -> bool:
        """Copies the log as it is now, with mode 0600. False, and nothing done, when there is a file already; FilesError when it fails."""
        return await asyncio.to_thread(copy_file, self._path, target, overwrite=overwrite)

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _length(self) -> int | None:
        """Bytes that are there now; None for a file that is not there yet."""
        file = self._opened()
        return None if file is None else os.fstat(file).st_size

    def _bytes(self, count: int, at: int) -> bytes:
        """At most so many bytes from that one on; none of a file that is closed."""
        return os.pread(self._file, count, at) if self._file is not None else b""

    def _opened(self) -> int | None:
        if self._file is None:
            try:
                self._file = open_regular(self._path)
            except OSError:
                return None
        return self._file

    def _forget(self) -> None:
        """The file became shorter: somebody began it anew."""
        del self._feeds[:]
        self._tail_feeds = self._size = 0
        self._ended = True
        self._end = b""
        self._repeats.clear()

    def _watch(self, data: bytes) -> None:
        """Remembers where the failing step is repeated."""
        both = self._end + data
        at = both.find(REPEAT)
        while at >= 0 and len(self._repeats) < _REPEATS:
            line = self._total_feeds() + both.count(b"\n", 0, at) - self._end.count(b"\n")
            if line not in self._repeats:
                self._repeats.append(line)
            at = both.find(REPEAT, at + 1)
        self._end = both[1 - len(REPEAT) :]

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
