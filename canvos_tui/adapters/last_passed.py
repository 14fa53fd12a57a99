"""Keeps when each check passed last, in a file of our own state: a file for each checkout, and one for a machine without."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path

from canvos_tui.adapters.files import write_atomically
from canvos_tui.adapters.state_folder import state_root
from canvos_tui.core.checkout.state import checkout_id
from canvos_tui.core.checks.reports.last_passed import Passes, from_data, to_data
from canvos_tui.core.errors import FilesError

_FOLDER, _NONE = "passed", "no-checkout"
_LARGEST = 2_000_000  # bytes; sixty checks are a fiftieth of it


def load_passes(environ: Mapping[str, str], checkout: Path | None) -> Passes:
    """What is known; nothing where there is no file, or none that can be read: it is a help and no more."""
    with contextlib.suppress(OSError, FilesError, ValueError, RecursionError), _path(environ, checkout).open("rb") as file:
        data = file.read(_LARGEST + 1)
        return from_data(json.loads(data)) if len(data) <= _LARGEST else {}
    return {}


def keep_passes(environ: Mapping[str, str], checkout: Path | None, passes: Passes) -> None:
    """Writes it, mode 0600; where that is not possible nothing is said, no check hangs on it."""
    with contextlib.suppress(OSError, FilesError):
        path = _path(environ, checkout)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(path, json.dumps(to_data(passes), indent=1).encode(), 0o600)


def _path(environ: Mapping[str, str], checkout: Path | None) -> Path:
    return state_root(environ) / _FOLDER / f"{checkout_id(checkout) if checkout is not None else _NONE}.json"
