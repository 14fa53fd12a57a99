"""What a screen says of a bundle as a whole: whose it is, when and by which version it was made, and what lies in it."""

from __future__ import annotations

import json
from datetime import UTC

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.seen import Seen
from canvos_tui.core.bundle.words import version_lines
from canvos_tui.core.checks.reports.read_report import told
from canvos_tui.core.escapes import plain
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.text import clip, size

ONLY_LOOKED = "only to look at: no machine, Docker, network or AWS is asked"
_MOST_LINES = 5_000  # of a file that is read on the screen
_WIDEST = 240  # characters of what is said of the bundle: the files stand below it
_LONGEST = 2_000  # characters of a line


def made(seen: Seen) -> str:
    """`by 0.3.0 · 2026-11-27 12:31 UTC`, in as few words as a frame has room for."""
    at = f"{seen.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if seen.at is not None else ""
    return " · ".join(filter(None, (f"by {seen.tool}" if seen.tool else "", at)))


def about(seen: Seen) -> tuple[tuple[str, str], ...]:
    """Label and text of each thing that is to be known before anything else."""
    versions = _document(seen, contents.VERSIONS)
    place = told(versions.get("checkout"), "path") or (seen.plan.checkout if seen.plan is not None else "")
    rows = [("Of", f"run {seen.run}" if seen.run else "a machine without a run")]
    rows += [("From", place)] if place else []
    rows += _of_plan(seen.plan) if seen.plan is not None else []
    at = f"{seen.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, or a little later" if seen.at is not None else "at no known time"
    rows.append(("Made", f"{at}, by canvos-tui {seen.tool or '?'}"))
    rows += [("" if number else "On", line) for number, line in enumerate(version_lines(versions))] if versions else []
    return (*((label, clip(plain(said), _WIDEST)) for label, said in rows), ("Here", ONLY_LOOKED))


def _of_plan(plan: BuildPlan) -> list[tuple[str, str]]:
    base = plan.baseline
    named = (("account", base.account), ("region", base.region), ("bucket", base.bucket), ("key", base.key))
    return [
        ("Build", f"route {plan.route}, tag {plan.tag or 'none'}"),
        ("AWS", ", ".join(f"{name} {value}" for name, value in named if value)),
    ]


def names(seen: Seen) -> tuple[str, ...]:
    """The files, in the order of the archive."""
    return tuple(name for name in contents.WHAT if name in seen.files)


def row(seen: Seen, name: str) -> tuple[str, str, str]:
    """Name, size and what it is, of a file."""
    return name, size(len(seen.files[name])), contents.WHAT[name]


def text(seen: Seen, name: str) -> str:
    """A file to be read: its first 5000 lines, cleaned."""
    lines = seen.files[name].decode("utf-8", "replace").splitlines()
    shown = [plain(line)[:_LONGEST] for line in lines[:_MOST_LINES]]
    more = [f"... {len(lines) - _MOST_LINES} more lines; unzip -p {plain(seen.name)} {name} prints all"] if len(lines) > _MOST_LINES else []
    return "\n".join([*shown, *more])


def _document(seen: Seen, name: str) -> dict[str, object]:
    try:
        data = json.loads(seen.files.get(name, b"{}"))
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
