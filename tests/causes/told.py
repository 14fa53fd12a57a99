"""One way for a check to come out: `assert_told` judges the line that the doctor prints for it, and can keep all lines in a table."""

from __future__ import annotations

import os

from canvos_tui.core.checks.check import CheckResult
from canvos_tui.core.checks.reports.report_text import row
from canvos_tui.core.status import Status
from tests.causes.remedies import faults

TABLE = "CANVOS_TUI_CAUSES"  # a file that gets a line for each cause: check, how it was produced, what the doctor said


def assert_told(result: CheckResult, status: Status, words: str, *, how: str) -> None:
    """Asserts status and words of the doctor's line, and that a bad one says what to do. `how` says how it was really produced."""
    line = row(result)
    assert line.startswith(f"{status.label} {result.check.id}  "), line
    assert words in line, line
    if status in {Status.FAIL, Status.WARN}:
        assert result.answer.remedies, f"{result.check.id} says nothing to do: {line}"
    assert faults(result) == []
    if path := os.environ.get(TABLE):
        table = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(table, f"{result.check.id}\t{how}\t{line}\n".encode())
        os.close(table)
