"""A unified diff as lines with a kind, so that a screen can colour it and a plain terminal can print it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass


@dataclass(frozen=True)
class DiffLine:
    """One line; `kind` is `+`, `-`, ` `, `@` (place) or `f` (file header)."""

    kind: str
    text: str


def unified(name: str, old: str, new: str, context: int = 2) -> tuple[DiffLine, ...]:
    """The changes from `old` to `new`, empty when there are none."""
    out: list[DiffLine] = []
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), f"{name} (now)", f"{name} (new)", n=context, lineterm=""):
        if line.startswith(("---", "+++")) and len(out) < 2:
            out.append(DiffLine("f", line))
        elif line.startswith("@@"):
            out.append(DiffLine("@", line))
        else:
            out.append(DiffLine(line[:1] or " ", line))
    return tuple(out)


def counts(lines: tuple[DiffLine, ...]) -> tuple[int, int]:
    """Lines added and lines removed."""
    return sum(1 for d in lines if d.kind == "+"), sum(1 for d in lines if d.kind == "-")
