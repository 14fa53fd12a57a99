"""How a run ended, for the screens: its mark, why it failed, what AWS shows, what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from canvos_tui.core.errors import Command
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import Finding, LeftOver, RunResult
from canvos_tui.core.status import Status
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.verdict.summary import NOT_ASKED, UNKNOWN, finding_lines
from canvos_tui.tui.painting.blocks import COMMAND, code, hung, labelled, linked
from canvos_tui.tui.painting.looks import MUTED, of_status

_SAID = 4  # lines of evidence
_LINES = Content("\n")


def why(result: RunResult, width: int) -> Content:
    """The cause in its own words, what was said, what mends it; in the order a reader needs it."""
    cause = result.cause
    if cause is None:
        return Content(UNKNOWN if result.outcome is Outcome.FAILED else "it was ended before it was done")
    lines = labelled("Cause", Content.styled(cause.title, "bold"), width)
    lines += labelled("", cause.explanation, width) if cause.explanation else []
    at = f"   log line {cause.line}" if cause.line else ""
    for number, said in enumerate(cause.evidence[:_SAID]):
        last = at if number == min(len(cause.evidence), _SAID) - 1 else ""
        lines += labelled("" if number else "Said", Content.assemble((said.strip(), "$text-error"), (last, MUTED)), width)
    if at and not cause.evidence:
        lines += labelled("Said", at.strip(), width)
    for remedy in cause.remedies:
        lines += labelled("Fix", remedy.text, width)
        lines += code(remedy.commands, width)
    for url in cause.docs[:2]:
        lines += labelled("Read", linked(url), width)
    return _LINES.join(lines)


def exists(result: RunResult, width: int) -> Content:
    """What was seen in AWS, and what is left behind with what removes it."""
    lines = list(findings(result.findings, width)) or [Content.styled(NOT_ASKED, MUTED)]
    for left in result.left_behind:
        lines += _left(left, width)
    return _LINES.join(lines)


def findings(found: Iterable[Finding], width: int) -> Iterator[Content]:
    """A line for each finding; what is as it should be about the AMI itself shares one."""
    for line in finding_lines(tuple(found)):
        label, _, text = line.partition(" ")
        mark, colour = of_status(next((status for status in Status if status.label == label), Status.SKIP))
        yield from hung(Content.assemble((f"{mark.sign} ", colour), text), width)


def left_line(left: LeftOver, width: int) -> list[Content]:
    """What is left behind, and what is to be known of it."""
    sure = "" if left.certain else " (not certain)"
    mark = (f"{Mark.WARNING.sign} ", "$text-warning")
    return hung(Content.assemble(mark, f"left: {left.kind} {left.id}{sure}", (f"  {left.note}".rstrip(), MUTED)), width)


def _left(left: LeftOver, width: int) -> Iterator[Content]:
    yield from left_line(left, width)
    for word, command in (("look", left.look), ("remove", left.removal), ("or make the AMI of it", left.use)):
        line = Content.assemble((f"  {word}: ", MUTED), (command, COMMAND))
        if command and line.cell_length > width:
            yield Content.styled(f"  {word}:", MUTED)
            yield from code([Command(command)], width)
        elif command:
            yield line
