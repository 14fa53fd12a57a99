"""Where our state lies, and the one thing of it that the first frame needs: the theme that was chosen last."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from canvos_tui.core.errors import FilesError

_SET_HOME = "export HOME=/some/folder/that/you/may/write"
_THEME, _LONGEST = "theme", 100  # the file's name; bytes, none of the names is longer


def state_root(environ: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/canvos-tui`, by default ~/.local/state/canvos-tui."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else home_of(environ) / ".local" / "state") / "canvos-tui"


def home_of(environ: Mapping[str, str]) -> Path:
    """The user's home folder; FilesError for a user whom the system does not know and who has no HOME."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        raise FilesError("there is no home folder: HOME is not set, and this system does not know the user", remedy=_SET_HOME) from None


def kept_theme(environ: Mapping[str, str]) -> str:
    """The name that was kept; empty where there is none, or none that can be read."""
    with contextlib.suppress(OSError, FilesError), (state_root(environ) / _THEME).open("rb") as file:
        return file.read(_LONGEST).decode("utf-8", "replace").strip()
    return ""


def keep_theme(environ: Mapping[str, str], name: str) -> None:
    """For the next time. Where it cannot be kept nothing is said: it is no more than a colour, and chosen again in two keys."""
    with contextlib.suppress(OSError, FilesError):
        root = state_root(environ)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, path = tempfile.mkstemp(dir=root, prefix=f".{_THEME}-")  # of mode 0600
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(f"{name}\n")
        Path(path).replace(root / _THEME)
