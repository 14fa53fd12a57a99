"""What `diagnose` says about every sample log, beside what is right and what it said before causes were sought by reasons and speakers.

Run it for the table; a test asks for its figures.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.core.diagnosis.diagnosis import Diagnoser
from canvos_tui.core.log.source_lines import SourceLines
from tests.truth import SAMPLES

REPORTS = Path(__file__).parent / "data" / "reports"
GRADES = ("right", "partly", "none", "wrong")


@dataclass(frozen=True)
class Row:
    """One log: what was wanted, what was said, and how good that is."""

    log: str
    wanted: tuple[str, ...]
    said: str
    result: str
    phase: str
    grade: str
    before: str  # what the last version that sought by sentences said, and how good that was
    before_grade: str


def told(data: bytes) -> dict[str, Any]:
    """The document for the bytes of a log."""
    lines, diagnoser = SourceLines(), Diagnoser(load_catalogue())
    diagnoser.read(lines.feed(data))
    diagnoser.read(lines.flush())
    return diagnoser.diagnosis(sum(lines.counts.values())).data()


def graded(said: str, result: str, wanted: dict[str, Any]) -> str:
    """`right` also needs the result; where no cause is right, any known cause is wrong."""
    known = said if said.startswith("E-") else ""
    if not wanted["right"]:
        return "wrong" if known else "right" if result == wanted["result"] else "none"
    if known in wanted["right"]:
        return "right" if result in {wanted["result"], "inconclusive"} else "partly"
    if known in wanted.get("partly", ()):
        return "partly"
    return "wrong" if known else "none"


def rows() -> list[Row]:
    """Every log of the reports, then those that were recorded."""
    expected = json.loads((REPORTS / "expected.json").read_text(encoding="utf-8"))
    before = json.loads((REPORTS / "before.json").read_text(encoding="utf-8"))
    found = [_row(name, (REPORTS / name).read_bytes(), wanted, before[name]) for name, wanted in expected.items()]
    for sample in SAMPLES:
        cause, name = sample.points["cause"], f"{sample.path.parent.name}/{sample.path.name}"
        wanted = {"result": sample.points["verdict"][0], "right": [cause["id"]] if cause else []}
        found.append(_row(name, sample.path.read_bytes(), wanted, before[name]))
    return found


def _row(name: str, data: bytes, wanted: dict[str, Any], before: dict[str, str]) -> Row:
    document = told(data)
    said = document["cause"]["id"] if document["cause"] else ""
    grade = _in_phase(graded(said, document["result"], wanted), wanted, document["phase"])
    old = _in_phase(graded(before["cause"], before["result"], wanted), wanted, before["phase"])
    return Row(name, tuple(wanted["right"]), said, document["result"], document["phase"] or "", grade, before["cause"], old)


def _in_phase(grade: str, wanted: dict[str, Any], phase: str | None) -> str:
    return "partly" if grade == "right" and wanted.get("phase") and wanted["phase"] != phase else grade


def table(found: list[Row]) -> str:
    """Lines for people: each log, then the figures of each folder."""
    lines = [
        f"{r.grade:<7}{r.log:<48}{r.said or '-':<24}{r.result:<13}{r.phase:<10}before: {r.before_grade:<7}{r.before or '-':<24}"
        f"wanted {' '.join(r.wanted) or '-'}"
        for r in found
    ]
    figures: dict[str, tuple[Counter[str], Counter[str]]] = {}
    for row in found:
        for folder in (row.log.split("/")[0], "all"):
            old, new = figures.setdefault(folder, (Counter(), Counter()))
            old[row.before_grade] += 1
            new[row.grade] += 1
    return "\n".join([*lines, *(f"{name:<12}before {_figures(old)}  after {_figures(new)}" for name, (old, new) in figures.items())])


def _figures(count: Counter[str]) -> str:
    return " ".join(f"{grade} {count[grade]:<3}" for grade in GRADES)


if __name__ == "__main__":
    sys.stdout.write(table(rows()) + "\n")
