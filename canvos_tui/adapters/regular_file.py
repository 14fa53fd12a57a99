"""Opening what should be a file and may be anything: a pipe would be waited for, a device never ends."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from canvos_tui.core.values.heard import listened, tell

LARGEST = 16 * 1024 * 1024  # bytes of a file that is read whole; none that is read so is a hundredth of it


def open_regular(path: Path) -> int:
    """A descriptor for reading; OSError with `it is no regular file` for whatever else stands there. Never waits."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    mode = os.fstat(file).st_mode
    if stat.S_ISREG(mode):
        return file
    os.close(file)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise OSError(errno.EINVAL, "it is no regular file", str(path))


def read_regular(path: Path, limit: int | None = None) -> bytes:
    """The whole file, or at most `limit` bytes of it; without a limit OSError for one that is too large to be meant."""
    try:
        data = _read(path, limit)
    except OSError as error:
        tell(f"file {path.name}", f"read {path}", error.strerror or str(error))
        raise
    if listened():  # how much, and not what: it may be a secret
        tell(f"file {path.name}", f"read {path}", f"{len(data)} bytes, {len(data.splitlines())} lines")
    return data


def _read(path: Path, limit: int | None) -> bytes:
    with os.fdopen(open_regular(path), "rb") as file:
        data = file.read(LARGEST + 1 if limit is None else limit)
    if limit is None and len(data) > LARGEST:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST // 1024 // 1024} MiB", str(path))
    return data
