"""Check results as text for people and machines."""

from __future__ import annotations

from canvos_tui.core.checks import Report


def markdown(report: Report) -> str:
    """The report as a table, ready to paste into a ticket."""
    return "\n".join(f"| {r.status.label} | {r.check.id} | {r.answer.observed} |" for r in report.ordered())
