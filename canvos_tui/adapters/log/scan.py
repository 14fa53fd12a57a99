"""Goes through a log file by whole lines, a slice of time after the other, so that a screen stays awake beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from canvos_tui.adapters.regular_file import open_regular

PIECE = 256 * 1024  # bytes that are looked at in one go
LONGEST = 1024 * 1024  # bytes of a line; what is longer is clipped
SLICE = 0.03  # seconds
LONG = 0.001  # seconds; a piece that took more held the interpreter, and the screen gets its turn
Read = Callable[[int, int], bytes]  # so many bytes from that byte on, as `os.pread` has them


def scan_slice(path: Path, at: int, end: int, look: Callable[[bytes, int], bool]) -> int:
    """Looks at whole lines from byte `at` for at most 30 ms or until `look` says True; the byte where the next line begins."""
    try:
        file = open_regular(path)
    except OSError:
        return at
    try:
        return scan_read(partial(os.pread, file), at, end, look)
    finally:
        os.close(file)


def scan_read(read: Read, at: int, end: int, look: Callable[[bytes, int], bool]) -> int:
    """The same over whatever bytes are read that way."""
    now = time.monotonic()
    until = now + SLICE
    while at < end and now < until:
        piece, size = _piece(read, at, end)
        if not size:
            break
        found = look(piece, at)
        at += size
        if found:
            break
        before, now = now, time.monotonic()
        if now - before > LONG:
            time.sleep(0)
    return at


def _piece(read: Read, at: int, end: int) -> tuple[bytes, int]:
    """The next whole lines and how many bytes of the file they are; nothing where no line ends any more."""
    data = read(min(PIECE, end - at), at)
    cut = data.rfind(b"\n") + 1
    if cut:
        return data[:cut], cut
    size = len(data)
    while size < end - at:
        more = read(min(PIECE, end - at - size), at + size)
        if not more:
            break
        cut = more.find(b"\n") + 1
        size += cut or len(more)
        if len(data) < LONGEST:
            data += more[: cut or None]
        if cut:
            return (data if data.endswith(b"\n") else data + b"\n"), size
    return b"", 0
