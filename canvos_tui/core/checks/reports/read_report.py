"""Reads a doctor's JSON document that was made elsewhere: foreign data, of which only texts and numbers are taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from canvos_tui.core.checks.reports.report_json import SCHEMA
from canvos_tui.core.errors import FilesError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.text import Whole

LOUD = ("fail", "unknown", "warn")
_WORDS = {"ready": "READY", "not_ready": "NOT READY", "undetermined": "READY SO FAR"}
_CODES = {"ready": ExitCode.OK, "not_ready": ExitCode.NOT_READY, "undetermined": ExitCode.UNDETERMINED}
_LABELS = {"fail": "FAIL", "unknown": "????", "warn": "WARN"}
_FAMILY = SCHEMA.rpartition("/")[0] + "/"


def told(data: Any, name: str) -> str:
    """A text or a number of a JSON object; "" for anything else."""
    found = data.get(name) if isinstance(data, Mapping) else None
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""


def is_report(document: Mapping[str, Any], name: str) -> bool:
    """Whether it is a doctor's; FilesError for one in a form that this version does not know."""
    schema = told(document, "schema")
    if schema == SCHEMA:
        return True
    if not schema.startswith(_FAMILY):
        return False
    made = told(document.get("tool"), "version")[:40] or "another version"
    raise FilesError(f"{name} was made by canvos-tui {made}, in a form that this version does not know", remedy=f"open it with {made}")


def exit_code(document: Mapping[str, Any]) -> ExitCode:
    """That of the doctor itself; a verdict that is none counts as open."""
    return _CODES.get(told(document, "verdict"), ExitCode.UNDETERMINED)


def rows(document: Mapping[str, Any], statuses: tuple[str, ...] = LOUD) -> list[Mapping[str, Any]]:
    """The checks with one of these statuses, in the order of the statuses."""
    listed = document.get("checks")
    found = [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []
    return [row for status in statuses for row in found if told(row, "status") == status]


def headline(document: Mapping[str, Any]) -> str:
    """The verdict in capitals and how many checks have which status."""
    counts = document.get("summary")
    numbers = "  ".join(f"{number} {name}" for name in (*LOUD, "pass", "skip") if (number := told(counts, name)) not in {"", "0"})
    return f"{_WORDS.get(told(document, 'verdict'), 'UNDETERMINED')}  {numbers}".rstrip()


def row_line(row: Mapping[str, Any]) -> str:
    """A check on one line: status, id, what was observed and what is needed."""
    needed = told(row.get("required"), "text")
    status = _LABELS.get(told(row, "status"), "????")
    return f"{status} {told(row, 'id')}  {told(row.get('observed'), 'text')}" + (f" (needs: {needed})" if needed else "")


def lines(document: Mapping[str, Any]) -> list[str]:
    """Verdict, where and when it was asked, and each check that is not well, in full."""
    tool, host, canvos = document.get("tool"), document.get("host"), document.get("canvos")
    where = " ".join(filter(None, (told(host, name) for name in ("os", "kernel", "arch"))))
    versions = f"canvos-tui {told(tool, 'version') or '?'}, Python {told(tool, 'python') or '?'}"
    found = [
        headline(document),
        f"asked     {told(document, 'started_at') or 'at no known time'} by {versions}, {where or 'system not known'}",
    ]
    if told(canvos, "path"):
        found.append(f"checkout  {told(canvos, 'path')} {told(canvos, 'tag')} {told(canvos, 'commit')[:12]}".rstrip())
    for row in rows(document):
        found += ["", *_block(row)]
    return found


def _block(row: Mapping[str, Any]) -> Iterator[str]:
    accepted = told(row, "accepted_reason")
    yield f"{_LABELS[told(row, 'status')]} {told(row, 'id')}  {told(row.get('observed'), 'text')}" + (
        f"  (accepted: {accepted})" if accepted else ""
    )
    if needed := told(row.get("required"), "text"):
        yield f"     needs  {needed}"
    yield f"     why    {told(row, 'why')}"
    for number, fix in enumerate(listed(row, "fix")):
        yield f"     {'or' if number else 'fix':<6} {told(fix, 'text')}"
        yield from (Whole(f"              {told(command, 'run')}") for command in listed(fix, "commands"))
    yield from (Whole(f"     doc    {url}") for url in listed(row, "docs") if isinstance(url, str))


def listed(data: Any, name: str) -> list[Any]:
    """A list of a JSON object; empty for anything else."""
    found = data.get(name) if isinstance(data, Mapping) else None
    return found if isinstance(found, list) else []


def plain_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checks that are not well, for a JSON document: id, title, status, observed, required, why, fix."""
    return [
        {
            **{name: told(row, name) for name in ("id", "title", "status")},
            **{name: told(row.get(name), "text") for name in ("observed", "required")},
            "why": told(row, "why"),
            "fix": [
                {"text": told(fix, "text"), "commands": [told(command, "run") for command in listed(fix, "commands")]}
                for fix in listed(row, "fix")
            ],
        }
        for row in rows(document)
    ]
