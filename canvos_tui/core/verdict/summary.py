"""A result as plain lines: for the screen, for the terminal after exit, and for logs of other tools."""

from __future__ import annotations

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.run.result import Finding, Outcome, RunResult
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip, elapsed, size

WORDS = {
    Outcome.SUCCEEDED: "DONE",
    Outcome.FAILED: "FAILED",
    Outcome.CANCELLED: "CANCELLED",
    Outcome.INTERRUPTED: "INTERRUPTED",
    Outcome.INCONCLUSIVE: "NOT PROVEN",
}
_EXIT_CODES = {
    Outcome.SUCCEEDED: ExitCode.OK,
    Outcome.FAILED: ExitCode.BUILD_FAILED,
    Outcome.CANCELLED: ExitCode.INTERRUPTED,
    Outcome.INTERRUPTED: ExitCode.BUILD_FAILED,
    Outcome.INCONCLUSIVE: ExitCode.NOT_PROVEN,
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


def exit_code(result: RunResult) -> ExitCode:
    """By the outcome, and for a failure by whether AWS has a part in the phase."""
    if result.outcome is Outcome.FAILED and result.phase is not None and result.phase.value in _AWS_PHASES:
        return ExitCode.IMPORT_FAILED
    return _EXIT_CODES[result.outcome]


_TRAITS = frozenset({"ami-name", "ami-architecture", "ami-boot-mode", "ami-ena", "ami-region"})


def finding_lines(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """A line for each finding; what is as it should be about the AMI itself shares one."""
    lines = [f"{f.status.label} {f.text}" for f in findings if f.id not in _TRAITS or f.status is not Status.PASS]
    traits = [f.text for f in findings if f.id in _TRAITS and f.status is Status.PASS]
    return (*lines, f"{Status.PASS.label} {', '.join(traits)}") if traits else tuple(lines)


def plain_lines(result: RunResult) -> tuple[str, ...]:
    """Eight lines at most that stay on the terminal: verdict, AMI or cause with what was said, object, snapshot, left-overs, log."""
    lines = [f"canvos-tui: {headline(result)} (run {result.run_id})"]
    if result.ami and result.outcome is Outcome.SUCCEEDED:
        lines.append(f"AMI       {result.ami}   {result.ami_name}   {result.region}")
    elif result.cause is not None:
        lines.append(f"cause     {result.cause.title}")
        lines += [f"said      {clip(said.strip(), 200)}" for said in result.cause.evidence[:1]]
    if result.bucket:
        told = size(result.object_size) if result.object_size else "nothing was uploaded"
        lines.append(f"object    s3://{result.bucket}/{result.key}   {told}")
    if result.snapshot or result.import_task:
        lines.append(f"snapshot  {result.snapshot or '-'}   task {result.import_task or '-'}")
    lines += _left_in_short(result)
    if result.log:
        lines.append(f"log       {result.log}")
    return tuple(lines)


def _left_in_short(result: RunResult) -> list[str]:
    kept = [f"{left.kind} {left.id}" for left in result.left_behind]
    lines = [f"left      {', '.join(kept[:4])}"] if kept else []
    for left in result.left_behind:
        if left.kind == "import_task":
            word = "goes on" if left.certain else "may go on"
            lines.append(f"{word:<10}{left.id} in AWS; to end it: canvos-tui cancel {result.run_id} --import-task")
    return lines


def aftermath_lines(result: RunResult) -> tuple[str, ...]:
    """For a run without success: what is left, what it costs and how to remove it; of an interrupted one all that was found out."""
    if result.outcome is Outcome.SUCCEEDED:
        return ()
    told = result.findings if result.outcome is Outcome.INTERRUPTED else tuple(f for f in result.findings if f.id == "aws")
    lines = list(finding_lines(told))
    for left in result.left_behind:
        lines.append(f"left      {left.kind} {left.id}{'' if left.certain else ' (not certain)'}: {left.note}")
        lines += [f"          {left.remove}"] if left.remove else []
    return tuple(lines)
