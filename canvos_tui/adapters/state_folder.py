"""Where our state lies, and what the user wrote for us."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from canvos_tui.core.errors import FilesError

_SET_HOME = "export HOME=/some/folder/that/you/may/write"


def state_root(environ: Mapping[str, str]) -> Path:
    """`$XDG_STATE_HOME/canvos-tui`, by default ~/.local/state/canvos-tui."""
    base = environ.get("XDG_STATE_HOME", "")
    return (Path(base) if base.startswith("/") else home_of(environ) / ".local" / "state") / "canvos-tui"


def config_root(environ: Mapping[str, str]) -> Path:
    """`$XDG_CONFIG_HOME/canvos-tui`, by default ~/.config/canvos-tui; FilesError for a user without a home."""
    base = environ.get("XDG_CONFIG_HOME", "")
    return (Path(base) if base.startswith("/") else home_of(environ) / ".config") / "canvos-tui"


def home_of(environ: Mapping[str, str]) -> Path:
    """The user's home folder; FilesError for a user whom the system does not know and who has no HOME."""
    try:
        return Path(environ.get("HOME") or Path.home())
    except RuntimeError:
        raise FilesError("there is no home folder: HOME is not set, and this system does not know the user", remedy=_SET_HOME) from None
