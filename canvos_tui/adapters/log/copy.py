"""Saves a log under a name of the user's."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from canvos_tui.adapters.regular_file import open_regular
from canvos_tui.core.errors import FilesError


def copy_file(source: Path, target: Path, *, overwrite: bool) -> bool:
    """Copies with mode 0600. False, and nothing done, when the target exists and may not be replaced; FilesError when it fails."""
    if target.is_dir():
        raise FilesError(f"{target} is a folder", remedy="add a file name")
    if target.exists() and target.samefile(source):
        raise FilesError(f"{target} is the log itself", remedy="choose another name")
    part = target.with_name(f".{target.name}.part")
    if target.exists() and not overwrite:
        return False
    try:
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(file, "wb") as out, os.fdopen(open_regular(source), "rb") as log:
            shutil.copyfileobj(log, out, 1 << 20)
        if not overwrite:
            try:
                os.link(part, target)  # refuses when somebody made the file meanwhile
            except FileExistsError:
                return False
            finally:
                part.unlink()
        else:
            part.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink()
        raise FilesError(f"the log cannot be saved as {target}: {error.strerror}", remedy="choose another folder") from error
    return True
