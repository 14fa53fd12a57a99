"""What `diagnose` says of every sample log pasted from a terminal that wraps hard: run it for the table, a test asks for its figures.

`python -m tests.wraps [WIDTH ...]` lists each log whose answer changes, then how many keep result and cause, for each width and way.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import combining, east_asian_width

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.commands.diagnose import diagnosed
from canvos_tui.core.diagnosis.diagnosis import Diagnosis
from canvos_tui.core.escapes import COLOUR
from canvos_tui.core.log.clean import LogCleaner
from tests.logs import DATA

WIDTHS = (80, 100, 120, 132)
SAMPLES = sorted(DATA.rglob("*.log"))
_SELECTOR = re.compile("[\ufe00-\ufe0f]")


def shown(data: bytes) -> list[str]:
    """The lines of a log as a terminal shows them in the end, without colours."""
    cleaner = LogCleaner()
    return [COLOUR.sub("", line.decode("utf-8", "replace")) for line in (*cleaner.feed(data), *cleaner.flush())]


def _columns(char: str) -> int:
    return 0 if combining(char) or _SELECTOR.match(char) else 2 if east_asian_width(char) in "WF" else 1


def rows(line: str, width: int) -> Iterator[str]:
    """The rows of a terminal that a line takes; one at least."""
    row, used = "", 0
    for char in line:
        columns = _columns(char)
        if used + columns > width:
            yield row
            row, used = "", 0
        row, used = row + char, used + columns
    yield row


def cut(lines: list[str], width: int) -> list[str]:
    """Cut at the edge, whatever stands there: blanks stay."""
    return [row for line in lines for row in rows(line, width)]


def trimmed(lines: list[str], width: int) -> list[str]:
    """The same as most terminals copy it: no blanks at the end of a row, and tabs are blanks."""
    return [row.rstrip() for row in cut([line.expandtabs() for line in lines], width)]


def filled(lines: list[str], width: int) -> list[str]:
    """Every row filled with blanks up to the edge."""
    return [row + " " * (width - sum(map(_columns, row))) for row in trimmed(lines, width)]


def spaced(lines: list[str], width: int) -> list[str]:
    """A blank behind every row that goes on in the next one."""
    found = []
    for line in lines:
        *begun, last = rows(line, width)
        found += [*(f"{row} " for row in begun), last]
    return found


def folded(lines: list[str], width: int) -> list[str]:
    """Wrapped between words, the blank stays at the end of the row."""
    found = []
    for line in lines:
        row = ""
        for word in re.findall(r" *[^ ]+ *| +", line):
            if row and len(row) + len(word) > width:
                found.append(row)
                row = ""
            *begun, row = rows(row + word, width)
            found += begun
        found.append(row)
    return found


WAYS: dict[str, Callable[[list[str], int], list[str]]] = {
    "cut": cut,
    "trimmed": trimmed,
    "filled": filled,
    "spaced": spaced,
    "folded": folded,
}


def asked(data: bytes) -> Diagnosis:
    """The answer for the bytes of a log."""
    return diagnosed(iter([data]), load_catalogue())


def cause_of(found: Diagnosis) -> str:
    """The id of a known cause; empty for an unknown one and for none."""
    return found.cause.id if found.cause is not None and found.cause.id.startswith("E-") else ""


@dataclass(frozen=True)
class Row:
    """One log, wrapped: result and cause before and behind, and whether it was told that it is wrapped."""

    log: str
    before: tuple[str, str]
    after: tuple[str, str]
    told: bool

    @property
    def kind(self) -> str:
        """How good it is: `same`, `result` (another result), `lost`, `gained` (a cause where none was) or `other` (another cause)."""
        if self.before == self.after:
            return "same"
        if self.before[1] == self.after[1]:
            return "result"
        return "lost" if not self.after[1] else "gained" if not self.before[1] else "other"


KINDS = ("same", "result", "lost", "gained", "other")


def measured(width: int, way: str, samples: list[Path] = SAMPLES) -> list[Row]:
    """Every sample, wrapped so."""
    found = []
    for path in samples:
        lines, before = _known(path)
        after = asked(pasted(lines, width, way))
        told = any(w.id == "wrapped" for w in after.warnings)
        found.append(Row(path.relative_to(DATA).as_posix(), before, (after.result, cause_of(after)), told))
    return found


def pasted(lines: list[str], width: int, way: str) -> bytes:
    """These lines as they come out of a terminal of that width."""
    return "\n".join([*WAYS[way](lines, width), ""]).encode()


@cache
def _known(path: Path) -> tuple[list[str], tuple[str, str]]:
    """The lines of a sample as they are shown, and the answer for the file itself."""
    data = path.read_bytes()
    found = asked(data)
    return shown(data), (found.result, cause_of(found))


def figures(found: list[Row]) -> dict[str, int]:
    """How many of each kind, of how many it was told that they are wrapped, and how many healthy ones gained a cause."""
    count = {kind: sum(row.kind == kind for row in found) for kind in KINDS}
    healthy = sum(row.kind == "gained" and "/healthy/" in row.log for row in found)
    return {**count, "told": sum(row.told for row in found), "healthy": healthy}


def main() -> None:
    """Prints the table."""
    for width in map(int, sys.argv[1:] or map(str, WIDTHS)):
        for way in WAYS:
            found = measured(width, way)
            for row in found:
                if row.kind != "same":
                    sys.stdout.write(f"  {row.kind:<7}{row.log:<46}{'/'.join(row.before):<32}{'/'.join(row.after)}\n")
            told = "  ".join(f"{name} {number:>3}" for name, number in figures(found).items())
            sys.stdout.write(f"{width:>4} {way:<9}{told}  of {len(found)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
