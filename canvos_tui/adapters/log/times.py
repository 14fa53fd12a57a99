"""When the lines of a log arrived: a small file beside it, one mark at most four times a second."""

from __future__ import annotations

import os
import struct
import time
from array import array
from bisect import bisect_right
from pathlib import Path

from canvos_tui.adapters.append_file import AppendFile
from canvos_tui.adapters.regular_file import open_regular

_MARK = struct.Struct("<QQ")  # number of the line from 0, milliseconds since 1970
_APART = 0.25  # seconds between two marks
_PIECE = 1 << 20


def times_path(log: Path) -> Path:
    """`build.times` for `build.log`."""
    return log.with_suffix(".times")


class TimesWriter:
    """Told of every piece of log that was stored; a disk that refuses costs a time and nothing else."""

    def __init__(self, log: Path) -> None:
        self._file = AppendFile(times_path(log))
        self._lines = 0
        self._marked = -_APART

    def stored(self, lines: bytes) -> None:
        """These lines were appended to the log just now."""
        if (now := time.monotonic()) - self._marked >= _APART:
            self._marked = now
            self._file.write(_MARK.pack(self._lines, int(time.time() * 1000)))
        self._lines += lines.count(b"\n")

    def begin_anew(self) -> None:
        """The log will be another file."""
        self._file.close()
        self._lines = 0
        self._marked = -_APART

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


class TimesReader:
    """The marks of a log, read as they come: 16 bytes each."""

    def __init__(self, log: Path) -> None:
        self._path = times_path(log)
        self._read = 0
        self._lines = array("Q")
        self._times = array("Q")

    def time_of(self, line: int) -> float | None:
        """Seconds since 1970 when that line (from 0) arrived, as far as known: exact to a quarter of a second."""
        at = bisect_right(self._lines, line) - 1
        return self._times[at] / 1000 if at >= 0 else None

    def refresh(self) -> None:
        """Takes in new marks."""
        try:
            with os.fdopen(open_regular(self._path), "rb") as file:
                if os.fstat(file.fileno()).st_size < self._read:
                    self._forget()
                file.seek(self._read)
                data = file.read(_PIECE)
        except OSError:
            return
        data = data[: len(data) // _MARK.size * _MARK.size]
        self._read += len(data)
        for line, milliseconds in _MARK.iter_unpack(data):
            if not self._lines or line >= self._lines[-1]:
                self._lines.append(line)
                self._times.append(milliseconds)

    def _forget(self) -> None:
        self._read = 0
        del self._lines[:]
        del self._times[:]
