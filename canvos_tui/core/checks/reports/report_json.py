"""The doctor's JSON document. Fields are added, never renamed; what looks like a secret is masked and counted."""

from __future__ import annotations

import json
from typing import Any

from canvos_tui.core.checks.check import CheckResult, Evidence, Measure
from canvos_tui.core.checks.doc_links import read_on
from canvos_tui.core.checks.harmless import harmless
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.reports.last_passed import Passes
from canvos_tui.core.checks.reports.report_head import About, head_data
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.masking.outlet import MASK
from canvos_tui.core.status import Status

SCHEMA = "canvos-tui.doctor/1"
OUTPUT_LIMIT = 4000  # characters of evidence; the rest is marked as left out


def document(report: Report, about: About, passes: Passes | None = None) -> dict[str, Any]:
    """The whole document as plain data; `passes` holds when checks passed last, told of those that do not pass now."""
    first = report.first_failure
    return {
        "schema": SCHEMA,
        **head_data(about),
        "summary": {s.value: report.count(s) for s in (Status.PASS, Status.WARN, Status.FAIL, Status.SKIP, Status.UNKNOWN)},
        "verdict": report.verdict,
        "first_failure": first.check.id if first else None,
        "unanswered": len(report.unanswered),
        "first_unanswered": report.unanswered[0].id if report.unanswered else None,
        "checks": [
            check_of(result) | {"last_passed": _last(result, about, passes or {})}
            for c in report.checks
            if (result := report.results.get(c.id)) is not None
        ],
    }


def _last(result: CheckResult, about: About, passes: Passes) -> dict[str, Any] | None:
    last = passes.get(result.check.id)
    if last is None or result.status in {Status.PASS, Status.SKIP}:
        return None
    return {"at": last.at.isoformat(), "observed": last.observed, "changed": list(last.changed(about))}


def check_of(result: CheckResult) -> dict[str, Any]:
    """One check with its answer, as it stands in the document."""
    check, answer = result.check, harmless(result.answer)
    measure = answer.measure
    found = {
        "id": check.id,
        "title": check.title,
        "category": check.category,
        "guide_ref": check.source.replace(" ", "/", 1),
        "severity": check.severity.value,
        "status": result.status.value,
        "method": answer.method.value,
        "observed": _measured(answer.observed, measure, measure.value if measure else None),
        "required": _measured(answer.required, measure, measure.needed if measure else None),
        "why": check.why,
        "fix": [_fix(fix) for fix in answer.remedies],
        "docs": list(read_on(check)),
        "evidence": [_evidence(piece) for piece in answer.evidence],
        "depends_on": list(check.needs),
        "skipped_because": _root(result),
        "answered": result.answered,
        "accepted": bool(result.accepted),
        "accepted_reason": result.accepted or None,
        "timed_out": result.timed_out,
        "duration_ms": round(result.seconds * 1000),
    }
    return {**found, "redactions": json.dumps(found).count(MASK)}


def _measured(words: str, measure: Measure | None, value: float | None) -> dict[str, Any]:
    return {"value": value, "unit": measure.unit if measure else None, "text": words}


def _fix(fix: Remedy) -> dict[str, Any]:
    return {"text": fix.text, "commands": [_command(c) for c in fix.commands]}


def _command(command: Command) -> dict[str, Any]:
    return {"run": command.run, "root": command.root}


def _evidence(piece: Evidence) -> dict[str, Any]:
    output = piece.output
    return {
        "command": piece.command,
        "ran": piece.ran,
        "exit_code": piece.exit_code,
        "stdout": output[:OUTPUT_LIMIT],
        "stderr": "",  # an answer's evidence keeps both together, in their order
        "truncated": len(output) > OUTPUT_LIMIT,
    }


def _root(result: CheckResult) -> str | None:
    """Why a check was skipped: the check that it waits for, or what is not answered yet."""
    if result.status is not Status.SKIP:
        return None
    waiting = result.answer.waits_for
    return result.skipped_because or (waiting.words if waiting is not None else result.answer.observed)
