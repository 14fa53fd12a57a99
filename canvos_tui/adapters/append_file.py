"""A file that is only ever appended to, by a writer that must not stop because of it.

What `write` returned True for survives the death of the writer; what `sync` returned after survives the loss of power.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


class AppendFile:
    """Appends with mode 0600. A failure is remembered instead of raised: `lost` bytes could not be written, `error` says why."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lost = 0
        self.error = ""
        self._file: int | None = None
        self._dirty = False

    def write(self, data: bytes) -> bool:
        """Appends all of it or tells False; a half-written end is cut off where the disk allows it."""
        try:
            file = self._opened()
            before = os.fstat(file).st_size
            done = 0
            try:
                while done < len(data):
                    done += os.write(file, data[done:])
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(file, before)
                raise
        except OSError as error:
            self.lost += len(data)
            self.error = error.strerror or type(error).__name__
            return False
        self._dirty = True
        return True

    def sync(self) -> None:
        """Has the disk store what was written since; may take seconds, and may be called from another thread."""
        if not self._dirty or self._file is None:
            return
        self._dirty = False
        with contextlib.suppress(OSError):
            file = os.dup(self._file)  # ours, whatever the writer closes meanwhile
            try:
                getattr(os, "fdatasync", os.fsync)(file)
            finally:
                os.close(file)

    def in_place(self) -> bool:
        """Whether the path still leads to the file that is written."""
        if self._file is None:
            return True
        try:
            here, there = os.fstat(self._file), self.path.stat()
        except OSError:
            return False
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def close(self) -> None:
        """Closes the file; the next write opens it again."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._file
