"""The copies of a run's AMI in other regions, as they are kept in the run's folder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from canvos_tui.core.values import dataclass


@dataclass(frozen=True)
class Copied:
    """A copy that AWS took on: the region, its AMI there, and the AMI that it was made of."""

    region: str
    image: str
    source: str


def copies_text(copies: Iterable[Copied]) -> str:
    """The copies as text for a file."""
    return json.dumps([asdict(copy) for copy in copies], indent=1) + "\n"


def parse_copies(text: str) -> tuple[Copied, ...]:
    """The copies in a file's text; what is damaged is left out."""
    try:
        rows = json.loads(text)
    except ValueError:
        return ()
    found = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and all(isinstance(row.get(name), str) and row[name] for name in ("region", "image", "source")):
            found.append(Copied(row["region"], row["image"], row["source"]))
    return tuple(found)
