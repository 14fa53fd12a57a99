"""A log that is in memory, such as that of a bundle: nothing that somebody sent is unpacked to a disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.adapters.log.scan import scan_read
from canvos_tui.core.errors import FilesError


class LogInMemory(LogFile):
    """Implements LogReader over bytes that never change; `path` is only what it is called. No line of it has a time."""

    def __init__(self, path: Path, data: bytes) -> None:
        super().__init__(path)
        self._data = data

    def refresh_times(self) -> None:
        """There are none."""

    async def scan(self, at: int, look: Callable[[bytes, int], bool]) -> AsyncGenerator[int, None]:
        """Gives whole lines from byte `at` on to `look`, as a file does."""
        while at < self._size:
            reached = await asyncio.to_thread(scan_read, self._bytes, at, self._size, look)
            if reached == at:
                return
            at = reached
            yield at

    async def save(self, target: Path, *, overwrite: bool = False) -> bool:  # noqa: ARG002  as the port has it
        """Never: FilesError."""
        raise FilesError("the log of a bundle is only looked at", remedy="unzip takes it out of the bundle")

    def _length(self) -> int:
        return len(self._data)

    def _bytes(self, count: int, at: int) -> bytes:
        return self._data[at : at + count]
