"""The colour of each mark, and the mark of each status and of each end of a run: the only tables of them."""

from __future__ import annotations

from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.status import Status
from canvos_tui.core.terminal.marks import Mark

MUTED = "$text-muted"
COLOURS = {
    Mark.DONE: "$text-success",
    Mark.FAILED: "$text-error",
    Mark.WARNING: "$text-warning",
    Mark.UNKNOWN: "$text-unknown",
    Mark.WAITING: MUTED,
    Mark.TO_COME: MUTED,
    Mark.CURRENT: "$text-accent",
    Mark.RUNNING: "$text-accent",
    Mark.CHOSEN: "$text-accent",
    Mark.BULLET: "$text-accent",
}
_STATUS = {
    Status.FAIL: Mark.FAILED,
    Status.WARN: Mark.WARNING,
    Status.UNKNOWN: Mark.UNKNOWN,
    Status.PASS: Mark.DONE,
    Status.SKIP: Mark.WAITING,
    None: Mark.RUNNING,
}
_OUTCOME = {
    Outcome.SUCCEEDED: (Mark.DONE, COLOURS[Mark.DONE]),
    Outcome.FAILED: (Mark.FAILED, COLOURS[Mark.FAILED]),
    Outcome.CANCELLED: (Mark.FAILED, COLOURS[Mark.WARNING]),  # no fault: somebody wanted it
    Outcome.INTERRUPTED: (Mark.FAILED, COLOURS[Mark.WARNING]),
    Outcome.INCONCLUSIVE: (Mark.UNKNOWN, COLOURS[Mark.UNKNOWN]),
}


def of_status(status: Status | None) -> tuple[Mark, str]:
    """Mark and colour of a check's status, None for one that is still asked."""
    mark = _STATUS[status]
    return mark, COLOURS[mark]


def of_outcome(outcome: Outcome) -> tuple[Mark, str]:
    """Mark and colour of the end of a run."""
    return _OUTCOME[outcome]
