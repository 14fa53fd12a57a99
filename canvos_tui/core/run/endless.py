"""Whether the import script waits for an answer that AWS will never give it: it has no limit and throws the reason away."""

from __future__ import annotations

from datetime import datetime

from canvos_tui.core.aws.facts import DENIALS
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildRun, Stage
from canvos_tui.core.values import dataclass

# what the script waits for: the question of ours that is the same, the right it needs, and the last phase in which it asks
_WAITS = {
    "import_task": ("tasks", "ec2:DescribeImportSnapshotTasks", Phase.IMPORT),
    "ami": ("images", "ec2:DescribeImages", Phase.AMI),
}


@dataclass(frozen=True)
class Endless:
    """A wait without an end: for an `import_task` or an `ami`, by which code of AWS, since when.

    `right` is what the keys lack; empty where AWS does not take the keys themselves any more.
    """

    kind: str
    right: str
    code: str
    since: datetime


def endless(run: BuildRun) -> Endless | None:
    """The wait that cannot end by itself; None unless both the script and we were refused, as it asks with the same keys."""
    asked, blind = run.script_blind, run.blind
    if asked is None or blind is None or run.stage is Stage.ENDED or run.phase is None:
        return None
    question, right, last = _WAITS[asked.kind]
    code = blind.refused.get(question, "")
    if not code or run.phase.order > last.order:
        return None
    return Endless(asked.kind, right if code in DENIALS else "", code, asked.at)


def loops_ahead(run: BuildRun) -> tuple[str, ...]:
    """The rights without which the script will come to such a wait, while it has not got there: they can still be granted."""
    if run.blind is None or run.stage is Stage.ENDED or endless(run) is not None:
        return ()
    reached = run.phase.order if run.phase is not None else 0
    asked = [(right, last.order, run.blind.refused.get(question, "")) for question, right, last in _WAITS.values()]
    return tuple(right for right, last, code in asked if code in DENIALS and reached <= last)
