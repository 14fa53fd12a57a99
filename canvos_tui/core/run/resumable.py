"""Whether a run that did not succeed can be gone on from, by its result alone: AWS is asked before anything is done."""

from __future__ import annotations

from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import SKIPPED, RunResult
from canvos_tui.core.run.stage import BY_ID, StageId


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
