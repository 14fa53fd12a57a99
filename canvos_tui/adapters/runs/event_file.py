"""Reads a run's events while they are written."""

from __future__ import annotations

import os
from pathlib import Path

from canvos_tui.adapters.regular_file import open_regular
from canvos_tui.core.run.codec import parse_event
from canvos_tui.core.run.events import BuildEvent

_MOST = 4 * 1024 * 1024  # bytes a call


class EventFile:
    """Gives each event once; half a line waits for its other half, damaged lines are skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._pending = b""

    def read(self) -> tuple[BuildEvent, ...]:
        """The events since the last call."""
        if not self._opened() or self._file is None:
            return ()
        *lines, self._pending = (self._pending + os.read(self._file, _MOST)).split(b"\n")
        if len(self._pending) > _MOST:  # no event is that long
            self._pending = b""
        return tuple(event for line in lines if (event := parse_event(line.decode("utf-8", "replace"))))

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> bool:
        """Opens the file, and anew where another one took its place."""
        try:
            there = self._path.stat()
            if self._file is not None and os.fstat(self._file).st_ino != there.st_ino:
                self.close()
                self._pending = b""
            if self._file is None:
                self._file = open_regular(self._path)
        except OSError:
            return self._file is not None
        return True
