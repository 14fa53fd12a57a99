"""Keeps the report of a bug of ours in the state folder, for its owner alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui import __version__
from canvos_tui.adapters.new_file import write_new
from canvos_tui.adapters.state_folder import state_root
from canvos_tui.core.errors import FilesError
from canvos_tui.core.masking.crash_report import crash_text
from canvos_tui.core.masking.outlet import secrets_in
from canvos_tui.core.masking.spellings import Masked

_TRIES = 20


def report(error: BaseException, doing: str, environ: Mapping[str, str], secrets: Iterable[Masked] = ()) -> str:
    """The text of the report; `secrets` are those known by value beside the environment's."""
    import platform

    now = datetime.now(UTC).replace(microsecond=0)
    about = {
        "time": now.isoformat(),
        "version": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
    about |= {name: _version(name) for name in ("textual", "boto3", "docker")}
    return crash_text(error, doing, about, (*secrets, *secrets_in(environ)))


def keep(text: str, environ: Mapping[str, str]) -> Path | None:
    """Where it lies now, with mode 0600; None where the state folder cannot be written."""
    try:
        folder = state_root(environ) / "crashes"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        for number in range(_TRIES):
            path = folder / f"crash-{stamp}-{os.getpid()}{f'-{number}' if number else ''}.txt"
            if write_new(path, text.encode("utf-8", "replace")):
                return path
    except (OSError, FilesError):
        return None
    return None


def _version(name: str) -> str:
    from importlib import metadata

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
