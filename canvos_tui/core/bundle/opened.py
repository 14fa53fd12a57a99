"""What a bundle says to whoever opens it elsewhere: the verdict of its run and the cause, by the log that is in it. Nothing is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from canvos_tui.core.bundle import contents
from canvos_tui.core.bundle.archive import Opened
from canvos_tui.core.bundle.words import doctor_lines, version_lines
from canvos_tui.core.checks.reports import read_report
from canvos_tui.core.diagnosis.diagnosis import IDS, Diagnosis
from canvos_tui.core.run.codec import parse_result
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult

_RESULTS = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.FAILED: "failed",
    Outcome.CANCELLED: "cancelled",
    Outcome.INTERRUPTED: "inconclusive",
    Outcome.INCONCLUSIVE: "inconclusive",
}
_PROVEN = frozenset({"failed", "succeeded", "cancelled"})


def with_result(found: Diagnosis, result: RunResult | None) -> Diagnosis:
    """What a log proves, with what its run was proven to be through AWS: that verdict stands, and the cause with AWS' own words.

    How to mend it comes from the log where that names the same cause, since the words of a file could be anybody's.
    """
    if result is None or (result.outcome is Outcome.INTERRUPTED and found.result in _PROVEN):
        return found  # nobody was there any more to judge it, and the log goes on to its end
    cause, remedies = result.cause or found.cause, found.remedies
    if result.outcome is Outcome.SUCCEEDED:
        cause, remedies = None, ()
    elif result.cause is not None and (found.cause is None or found.cause.id != result.cause.id):
        remedies = result.cause.remedies
    ids = {name: getattr(result, name) or found.ids.get(name, "") for name in IDS}
    return replace(
        found,
        result=_RESULTS[result.outcome],
        phase=result.phase or found.phase,
        cause=cause,
        remedies=remedies,
        ids=ids,
        left_behind=result.left_behind,
    )


def result_of(opened: Opened) -> RunResult | None:
    """The result in a bundle; None where there is none, or a damaged one."""
    return parse_result(opened.files.get(contents.RESULT, b"").decode("utf-8", "replace"))


def head_lines(opened: Opened) -> list[str]:
    """Which run it is of, what made it, and what that ran on."""
    run = read_report.told(opened.manifest, "run")
    kinds = opened.manifest.get("replaced_kinds")
    listed = ", ".join(kind for kind in kinds if isinstance(kind, str)) if isinstance(kinds, list) else ""
    replaced = [f"          placeholders stand for: {listed}"] if listed else []
    lines = version_lines(opened.document(contents.VERSIONS))
    return [f"bundle    {f'run {run}' if run else 'a machine without a run'}", *(f"          {line}" for line in lines), *replaced]


def foot_lines(opened: Opened) -> list[str]:
    """What the doctor in it found not to be well."""
    return doctor_lines(opened.document(contents.DOCTOR) or None)


def about(opened: Opened) -> Mapping[str, Any]:
    """The same for a JSON document: whose bundle it is, and what the doctor in it says."""
    doctor = opened.document(contents.DOCTOR)
    return {
        "run": read_report.told(opened.manifest, "run") or None,
        "tool": read_report.told(opened.manifest, "tool"),
        "versions": version_lines(opened.document(contents.VERSIONS)),
        "doctor": {"verdict": read_report.told(doctor, "verdict") or None, "checks": read_report.plain_rows(doctor)} if doctor else None,
    }
