"""What a person chose for good: `$XDG_CONFIG_HOME/canvos-tui/settings.yaml`, a name and a value a line, his to write as well."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path

from canvos_tui.adapters.state_folder import config_root
from canvos_tui.core.errors import FilesError
from canvos_tui.core.values import dataclass

NAMES = ("theme", "mouse", "updates")
_SWITCHES = ("mouse", "updates")
_MOST = 64 * 1024  # bytes; a file that is longer is no file of ours
_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class Settings:
    """The theme's name, "" where none was chosen; whether the mouse is ours, and whether the package index may be asked for a newer
    version of this program, None where nobody said; a sentence for what is odd.
    """

    theme: str = ""
    mouse: bool | None = None
    updates: bool | None = None
    problems: tuple[str, ...] = ()


def read_settings(environ: Mapping[str, str]) -> Settings:
    """What stands in the file; what cannot be read of it is passed over, with a sentence that says so."""
    try:
        path = config_root(environ) / "settings.yaml"
        with path.open("rb") as file:
            text = file.read(_MOST).decode("utf-8", "replace")
    except (OSError, FilesError):
        return Settings()
    import yaml  # loaded where there is such a file, and the first frame waits for it there alone

    try:
        found: object = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  it makes texts, lists and maps and nothing else
    except (yaml.YAMLError, RecursionError, ValueError):
        return Settings(problems=(f"{path}: it is no YAML, and is passed over",))
    if not isinstance(found, Mapping):
        return Settings(problems=(f"{path}: one `NAME: value` a line is wanted; it is passed over",) if found else ())
    return _settings(path, {str(name): value for name, value in found.items()})


def _settings(path: Path, found: Mapping[str, object]) -> Settings:
    problems = [f"{path}: `{name[:40]}` is no setting; there are {', '.join(NAMES)}" for name in found if name not in NAMES]
    theme = found.get("theme") or ""
    if not isinstance(theme, str):
        problems.append(f"{path}: theme is one name")
        theme = ""
    switches: dict[str, bool | None] = {}
    for name in _SWITCHES:
        value = found.get(name) or ""
        switches[name] = _TRUTH.get(value.lower()) if isinstance(value, str) else None
        if value and switches[name] is None:
            problems.append(f"{path}: {name} is true or false")
    return Settings(theme, problems=tuple(problems), **switches)


def keep_setting(environ: Mapping[str, str], name: str, value: str) -> None:
    """For the next time; the other lines stay. Where it cannot be kept nothing is said: it is chosen again in two keys."""
    with contextlib.suppress(OSError, FilesError, UnicodeDecodeError):
        path = config_root(environ) / "settings.yaml"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = path.resolve()  # a link into somebody's collection of such files stays one
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        mine = [n for n, line in enumerate(lines) if re.match(rf"{name}\s*:", line)]
        if mine:
            lines[mine[-1]] = f"{name}: {value}"
        else:
            lines.append(f"{name}: {value}")
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=".settings-")  # of mode 0600
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        Path(temporary).replace(path)
