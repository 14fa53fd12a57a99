"""Writes a file that is not there yet, whole or not at all, for its owner alone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
from pathlib import Path

from canvos_tui.core.errors import FilesError


class NewFiles:
    """The part of the Files port that never replaces anything."""

    async def write_new(self, path: Path, data: bytes) -> bool:
        """Writes it with mode 0600. False, and nothing done, when something stands there already; FilesError when it fails."""
        return await asyncio.to_thread(write_new, path, data)


def write_new(path: Path, data: bytes) -> bool:
    """Temporary file beside the target, fsync, and a link, which refuses a name that somebody took meanwhile."""
    if path.exists() or path.is_symlink():
        return False
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # created 0600
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError as error:
        raise FilesError(f"cannot write {path}: {error.strerror}", remedy="name another place, in a folder that can be written") from None
    finally:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
    return True
