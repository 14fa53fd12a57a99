"""`doctor --compare A.json B.json`: what differs between a machine that works and one that does not."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from canvos_tui.commands.output import write_json
from canvos_tui.core.checks.reports.comparison import Comparison, Difference, compare
from canvos_tui.core.checks.reports.read_report import is_report
from canvos_tui.core.checks.reports.report_json import SCHEMA
from canvos_tui.core.checks.reports.report_text import plain
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.exit_codes import ExitCode

COMPARISON = "canvos-tui.doctor-comparison/1"
_LARGEST = 64_000_000  # bytes, a bundle with a long log
_MAKE = "make it on that machine with: canvos-tui doctor --output json > FILE"
_NEEDED = ("id", "status", "category", "observed")


def main_compare(names: tuple[str, str], output: str | None) -> int:
    """Prints what differs, what may explain the rest first; InvalidValueError names a file that is no report, and why."""
    left, right = (read_report(name) for name in names)
    found = compare(left, right)
    if output == "json":
        write_json(_document(names, (left, right), found))
        return ExitCode.OK
    sys.stdout.write("\n".join(_lines(names, (left, right), found)) + "\n")
    return ExitCode.OK


def read_report(name: str) -> dict[str, Any]:
    """The document of a file or of a support bundle; InvalidValueError and FilesError say why it is none."""
    path = Path(name).expanduser()
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise InvalidValueError(f"{name} cannot be read: {error.strerror}", remedy=_MAKE) from None
    if len(data) > _LARGEST:
        raise InvalidValueError(f"{name} is larger than a report can be", remedy=_MAKE)
    found = _of_bundle(data, name) if data.startswith(b"PK") else _document_in(data, name)
    if not is_report(found, name):
        told = found.get("schema")
        raise InvalidValueError(f"{name} is no report of the doctor ({SCHEMA})" + (f": its schema is {told}" if told else ""), remedy=_MAKE)
    if problem := _damage(found):
        raise InvalidValueError(f"{name} is damaged: {problem}", remedy=_MAKE)
    return found


def _document_in(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise InvalidValueError(f"{name} is no JSON document" + (", it is empty" if not data.strip() else ""), remedy=_MAKE) from None
    return found if isinstance(found, dict) else {}


def _of_bundle(data: bytes, name: str) -> dict[str, Any]:
    """The report in a support bundle; FilesError for a damaged one."""
    from canvos_tui.core.bundle.archive import unpack
    from canvos_tui.core.bundle.contents import DOCTOR

    opened = unpack(data, name)
    if DOCTOR not in opened.files:
        raise InvalidValueError(
            f"there is no report of the doctor in {name}", remedy="make the bundle again with: canvos-tui bundle --doctor now"
        )
    return opened.document(DOCTOR)


def _damage(found: dict[str, Any]) -> str:
    """What of it is not as the schema promises, as far as it is read here; empty where nothing is."""
    checks = found.get("checks")
    if not isinstance(checks, list):
        return "it has no list of checks"
    for number, check in enumerate(checks, 1):
        if not isinstance(check, dict) or not all(name in check for name in _NEEDED):
            return f"check no. {number} lacks one of {', '.join(_NEEDED)}"
        if not isinstance(check["observed"], dict) or "text" not in check["observed"] or not isinstance(check["id"], str):
            return f"check no. {number} is not as it was written"
    parts = ("environment", "host", "canvos", "answers", "docker", "tool")
    return next((f"`{part}` is no mapping" for part in parts if not isinstance(found.get(part, {}), dict)), "")


def _lines(names: tuple[str, str], documents: tuple[Mapping[str, Any], Mapping[str, Any]], found: Comparison) -> list[str]:
    labels = _labels(names)
    wide = max(map(len, labels))
    if found.empty:
        return [f"No difference: {found.same} checks with the same answer on both."]
    lines = [line for difference in found.first for line in _told(difference, labels, wide)]
    if not found.first:
        lines = ["No variable and no check's verdict differs."]
    if found.rest:
        lines += ["", "Different as well, less likely the reason:"]
        lines += [line for difference in found.rest for line in _told(difference, labels, wide)]
    lines += ["", *_folded(found.following)] if found.following else []
    lines += ["", f"{found.same} checks have the same answer on both."]
    lines += [f"{label:<{wide}}  {_judged(document)}" for label, document in zip(labels, documents, strict=True)]
    return lines


def _folded(following: Sequence[Difference]) -> list[str]:
    """What was not asked on one side, by the reason."""
    reasons: dict[str, list[str]] = {}
    for difference in following:
        reasons.setdefault(difference.follows, []).append(difference.name)
    return [line for reason, names in reasons.items() for line in (f"Not compared, {reason}:", *_wrapped(names))]


def _wrapped(names: Sequence[str]) -> list[str]:
    return textwrap.wrap(" ".join(names), 78, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _labels(names: tuple[str, str]) -> tuple[str, str]:
    """The files' names where they tell them apart, else their paths."""
    short = tuple(plain(Path(name).stem, masked=False) for name in names)
    return (short[0], short[1]) if short[0] != short[1] else (plain(names[0], masked=False), plain(names[1], masked=False))


def _told(difference: Difference, labels: tuple[str, str], wide: int) -> list[str]:
    sides = zip(labels, (difference.left, difference.right), strict=True)
    return [difference.name, *(f"    {label:<{wide}}  {value}" for label, value in sides)]


def _judged(document: Mapping[str, Any]) -> str:
    first = document.get("first_failure")
    words = {"ready": "READY", "not_ready": "NOT READY", "undetermined": "READY SO FAR"}.get(str(document.get("verdict")), "no verdict")
    return plain(f"{words}" + (f", first {first}" if first else "") + f", asked {document.get('started_at', 'at an unknown time')}")


def _document(names: tuple[str, str], documents: tuple[Mapping[str, Any], Mapping[str, Any]], found: Comparison) -> dict[str, Any]:
    return {
        "schema": COMPARISON,
        "files": list(names),
        "verdicts": [document.get("verdict") for document in documents],
        "first": [_data(difference) for difference in found.first],
        "rest": [_data(difference) for difference in found.rest],
        "following": [_data(difference) for difference in found.following],
        "same": found.same,
    }


def _data(difference: Difference) -> dict[str, Any]:
    return {"name": difference.name, "left": difference.left, "right": difference.right, "follows": difference.follows or None}
