"""A result as plain lines: for the screen, for the terminal after exit, and for logs of other tools."""

from __future__ import annotations

from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.run.outcome import WORDS, Outcome
from canvos_tui.core.run.result import Finding, LeftOver, RunResult
from canvos_tui.core.run.resumable import offer_words, resume_command
from canvos_tui.core.status import Status
from canvos_tui.core.text import clip, elapsed, size

_EXIT_CODES = {
    Outcome.SUCCEEDED: ExitCode.OK,
    Outcome.FAILED: ExitCode.BUILD_FAILED,
    Outcome.CANCELLED: ExitCode.INTERRUPTED,
    Outcome.INTERRUPTED: ExitCode.BUILD_FAILED,
    Outcome.INCONCLUSIVE: ExitCode.NOT_PROVEN,
}
UNKNOWN = "No cause was found: the log names no failed step and no error. Its last lines tell most."
NOT_ASKED = "nothing was asked"


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
    if result.outcome is Outcome.FAILED and result.phase is not None and result.phase.of_aws:
        return ExitCode.IMPORT_FAILED
    return _EXIT_CODES[result.outcome]


_TRAITS = frozenset({"ami-name", "ami-architecture", "ami-boot-mode", "ami-ena", "ami-region"})


def finding_lines(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """A line for each finding; what is as it should be about the AMI itself shares one."""
    lines = [f"{f.status.label} {f.text}" for f in findings if f.id not in _TRAITS or f.status is not Status.PASS]
    traits = [f.text for f in findings if f.id in _TRAITS and f.status is Status.PASS]
    return (*lines, f"{Status.PASS.label} {', '.join(traits)}") if traits else tuple(lines)


def plain_lines(result: RunResult) -> tuple[str, ...]:
    """Nine lines at most that stay on the terminal: verdict, AMI or cause with what was said, object, snapshot, left-overs, log."""
    lines = _verdict(result)
    if result.cause is not None and result.outcome is not Outcome.SUCCEEDED:
        lines.append(f"cause     {result.cause.title}")
        lines += [f"said      {clip(said.strip(), 200)}" for said in result.cause.evidence[:1]]
    kept = [f"{left.kind} {left.id}{'' if left.certain else ' (not certain)'}" for left in result.left_behind]
    left = [f"left      {', '.join(kept[:4])}"] if kept else []
    return (*lines, *_facts(result), *left, *_going_on(result), *_log(result))


def full_lines(result: RunResult) -> tuple[str, ...]:
    """All that the result screen shows, for whoever has no screen; of a success what is not as it should be, and what is left."""
    if result.outcome is Outcome.SUCCEEDED:
        odd = tuple(f for f in result.findings if f.status is not Status.PASS)
        return (*_verdict(result), *_facts(result), *finding_lines(odd), *_left(result), *_more(result), *_log(result))
    seen = finding_lines(result.findings) or (NOT_ASKED,)
    return (*_verdict(result), *_facts(result), *cause_lines(result), *seen, *_left(result), *_going_on(result), *_log(result))


def cause_lines(result: RunResult) -> tuple[str, ...]:
    """Why it failed and what to do, in the order a reader needs it."""
    cause = result.cause
    if cause is None:
        return (UNKNOWN,) if result.outcome is Outcome.FAILED else ()
    lines = [f"Cause  {cause.title}", f"       {cause.explanation}"]
    for remedy in cause.remedies:
        lines += [f"Fix    {remedy.text}", *(f"       $ {command.run}" for command in remedy.commands)]
    lines += [f"       | {line}" for line in cause.evidence[:4]]
    lines += [f"Doc    {url}" for url in cause.docs[:2]]
    return (*lines, f"       log line {cause.line}") if cause.line else tuple(lines)


def left_lines(left: LeftOver) -> tuple[str, ...]:
    """What it is, what it costs, and what removes it."""
    sure = "" if left.certain else "  (not certain)"
    lines = [f"{left.kind:<12}{left.id}{sure}  {left.note}".rstrip()]
    lines += [f"            look: {left.look}"] if left.look else []
    lines += [f"            {left.removal}"] if left.removal else []
    lines += [f"            or make the AMI of it: {left.use}"] if left.use else []
    return tuple(lines)


def _more(result: RunResult) -> list[str]:
    return [f"more      canvos-tui publish {result.run_id} copies it, shares it, sets its end; asks first"] if result.run_id else []


def _verdict(result: RunResult) -> list[str]:
    lines = [f"canvos-tui: {headline(result)} (run {result.run_id})"]
    if result.ami and result.outcome is Outcome.SUCCEEDED:
        lines.append(f"AMI       {result.ami}   {result.ami_name}   {result.region}")
    return lines


def _facts(result: RunResult) -> list[str]:
    lines = []
    if result.bucket:
        looked = any(f.id == "object" and f.status is not Status.UNKNOWN for f in result.findings)
        told = size(result.object_size) if result.object_size else "nothing was uploaded" if looked else "not asked for"
        lines.append(f"object    s3://{result.bucket}/{result.key}   {told}")
    if result.snapshot or result.import_task:
        task = f"   task {result.import_task or '-'}" if result.bucket else ""
        lines.append(f"snapshot  {result.snapshot or '-'}{task}")
    return lines


def _left(result: RunResult) -> list[str]:
    lines = [line for left in result.left_behind for line in left_lines(left)]
    return ["left behind", *lines] if lines else []


def _going_on(result: RunResult) -> list[str]:
    words = offer_words(result)
    lines = [f"go on     {resume_command(result.run_id)}   {words}"] if words else []
    left = result.import_left
    if left is None:
        return lines
    word = "goes on" if left.certain else "may go on"
    return [*lines, f"{word:<10}{left.id} in AWS; to end it: canvos-tui cancel {result.run_id} --import-task"]


def _log(result: RunResult) -> list[str]:
    return [f"log       {result.log}"] if result.log else []
