"""The lock of a checkout. The kernel gives it back when its holder dies, so it can never go stale."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from pathlib import Path

from canvos_tui.adapters.regular_file import open_regular
from canvos_tui.adapters.runs.folder import private_folder
from canvos_tui.core.run.run import RunId

_PATIENCE = 1.0  # seconds; somebody who only asks who holds the lock holds it for a moment


class RunLock:
    """Held by the supervisor for its whole life."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, run_id: RunId) -> bool:
        """Takes the lock and writes down for which run; False when another run has it."""
        private_folder(self._path.parent)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + _PATIENCE
        while not _lock(file, fcntl.LOCK_EX):
            if time.monotonic() > until:
                os.close(file)
                return False
            time.sleep(0.02)
        os.ftruncate(file, 0)
        os.pwrite(file, run_id.encode(), 0)
        self._file = file
        return True

    def release(self) -> None:
        """Gives the lock back."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None


def holder(path: Path) -> RunId:
    """The run that holds the lock right now, empty when nobody does."""
    try:
        file = open_regular(path)
    except OSError:
        return ""
    try:
        return "" if _lock(file, fcntl.LOCK_SH) else os.pread(file, 64, 0).decode("ascii", "replace")
    finally:
        os.close(file)


def _lock(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            return False
        raise
    return True
