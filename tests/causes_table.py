"""What `diagnose` says about every sample log, beside what is right: run it for the table, a test asks for its figures."""

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
    found = [_row(name, (REPORTS / name).read_bytes(), wanted) for name, wanted in expected.items()]
    for sample in SAMPLES:
        cause = sample.points["cause"]
        wanted = {"result": sample.points["verdict"][0], "right": [cause["id"]] if cause else []}
        found.append(_row(f"{sample.path.parent.name}/{sample.path.name}", sample.path.read_bytes(), wanted))
    return found


def _row(name: str, data: bytes, wanted: dict[str, Any]) -> Row:
    document = told(data)
    said = document["cause"]["id"] if document["cause"] else ""
    grade = graded(said, document["result"], wanted)
    if grade == "right" and wanted.get("phase") and wanted["phase"] != document["phase"]:
        grade = "partly"
    return Row(name, tuple(wanted["right"]), said, document["result"], document["phase"] or "", grade)


def table(found: list[Row]) -> str:
    """Lines for people: all that is not right, then the figures of each folder."""
    lines = [f"{r.grade:<7}{r.log:<48}{r.said or '-':<24}{r.result:<13}{r.phase:<10}wanted {' '.join(r.wanted) or '-'}" for r in found]
    figures: dict[str, Counter[str]] = {}
    for row in found:
        figures.setdefault(row.log.split("/")[0], Counter())[row.grade] += 1
    return "\n".join(
        [*lines, *(f"{folder:<12}" + "".join(f"{g} {count[g]:<5}" for g in GRADES) for folder, count in sorted(figures.items()))]
    )


if __name__ == "__main__":
    sys.stdout.write(table(rows()) + "\n")
