"""What of a run stands in the way of another: one that lives has its checkout; whether one that ended can be gone on from, by its result.

AWS is asked before anything is done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from canvos_tui.core.errors import RunError
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import SKIPPED, RunResult
from canvos_tui.core.run.stage import BY_ID, StageId

if TYPE_CHECKING:
    from canvos_tui.core.run.run import BuildPlan, RunId


def offered(result: RunResult) -> StageId | None:
    """The stage that would be the next; None where the whole build has to run again, or nothing is left to do."""
    if result.outcome is Outcome.SUCCEEDED or (result.cause is not None and result.cause.id in SKIPPED):
        return None
    if result.snapshot:
        return StageId.REGISTER
    if result.object_size:
        return StageId.IMPORT
    if not result.raw:
        return None
    return StageId.UPLOAD if result.bucket else StageId.SNAPSHOT


def offer_words(result: RunResult) -> str:
    """`from import (Snapshot import); nothing is built again`, "" where nothing is offered."""
    stage = offered(result)
    return f"from {stage.value} ({BY_ID[stage].title}); nothing is built again" if stage is not None else ""


def resume_command(run_id: str) -> str:
    """What goes on from a run, on a terminal."""
    return f"canvos-tui resume {run_id}"


def busy(run_id: RunId, plan: BuildPlan | None) -> RunError:
    """The refusal of a second run in the checkout of one that lives; `plan` is that one's, None where it cannot be read."""
    if not run_id:  # it took the checkout a moment ago, and has not said yet which it is
        return RunError("another run begins in this checkout", remedy="canvos-tui attach shows it")
    resumes = plan.resumes if plan is not None and not plan.builds else None
    does = "builds" if plan is not None else "is not over"
    if resumes is not None:
        does = f"goes on with {resumes.stage.value} ({BY_ID[resumes.stage].title})"
    return RunError(f"the run `{run_id}` {does} in this checkout", remedy=f"canvos-tui attach {run_id} shows it")


def not_over(run_id: RunId) -> RunError:
    """The refusal of what needs a run that has ended."""
    return RunError(f"the run `{run_id}` is not over", remedy=f"canvos-tui attach {run_id} shows it")
