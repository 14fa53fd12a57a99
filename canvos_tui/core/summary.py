"""A result as plain lines: for the screen, for the terminal after exit, and for logs of other tools."""

from __future__ import annotations

from canvos_tui.core.result import Outcome, RunResult
from canvos_tui.core.text import elapsed, size

WORDS = {
    Outcome.SUCCEEDED: "DONE",
    Outcome.FAILED: "FAILED",
    Outcome.CANCELLED: "CANCELLED",
    Outcome.INTERRUPTED: "INTERRUPTED",
    Outcome.INCONCLUSIVE: "NOT PROVEN",
}
# exit codes of the command line, the same in every output format
EXIT_CODES = {
    Outcome.SUCCEEDED: 0,
    Outcome.FAILED: 10,
    Outcome.CANCELLED: 130,
    Outcome.INTERRUPTED: 10,
    Outcome.INCONCLUSIVE: 12,
}
_AWS_PHASES = {"upload", "import", "register", "ami", "checks"}


def headline(result: RunResult) -> str:
    """The verdict, the phase it ended in, and how long it took."""
    took = ""
    if result.started_at and result.ended_at:
        took = f" after {elapsed((result.ended_at - result.started_at).total_seconds())}"
    if result.outcome is Outcome.SUCCEEDED:
        return f"DONE{took.replace(' after', ' in')}"
    where = f" in {result.phase.title}" if result.phase else ""
    return f"{WORDS[result.outcome]}{where}{took}"


def exit_code(result: RunResult) -> int:
    """0, 10 build failed, 11 AWS import failed, 12 not proven, 130 cancelled."""
    if result.outcome is Outcome.FAILED and result.phase is not None and result.phase.value in _AWS_PHASES:
        return 11
    return EXIT_CODES[result.outcome]


def plain_lines(result: RunResult) -> tuple[str, ...]:
    """Six lines at most that stay on the terminal: verdict, AMI, object, snapshot, cause, log."""
    lines = [f"canvos-tui: {headline(result)} (run {result.run_id})"]
    if result.ami and result.outcome is Outcome.SUCCEEDED:
        lines.append(f"AMI       {result.ami}   {result.ami_name}   {result.region}")
    elif result.cause is not None:
        lines.append(f"cause     {result.cause.title}")
    if result.bucket:
        told = f"   {size(result.object_size)}" if result.object_size else ""
        lines.append(f"object    s3://{result.bucket}/{result.key}{told}")
    if result.snapshot or result.import_task:
        lines.append(f"snapshot  {result.snapshot or '-'}   task {result.import_task or '-'}")
    kept = [f"{left.kind} {left.id}" for left in result.left_behind]
    if kept:
        lines.append(f"left      {', '.join(kept[:4])}")
    if result.log:
        lines.append(f"log       {result.log}")
    return tuple(lines)
