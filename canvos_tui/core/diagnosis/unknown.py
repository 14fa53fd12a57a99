"""What can be said about a failure whose cause nobody knows: how the step ended, what it was doing, and where to look."""

from __future__ import annotations

from collections.abc import Callable

from canvos_tui.core.diagnosis.cause_search import Hit, Matcher
from canvos_tui.core.diagnosis.evidence import cut
from canvos_tui.core.diagnosis.exit_meaning import exit_meaning
from canvos_tui.core.diagnosis.recent import StepEnd
from canvos_tui.core.errors import Remedy
from canvos_tui.core.log.facts import Failure, LogFacts
from canvos_tui.core.run.result import Cause

STEP_FAILED, FIRST_ERROR = "step-failed", "first-error"
_COMMAND = 120  # characters of a command that are shown
_HINTS = 2


def unknown_cause(facts: LogFacts, matcher: Matcher | None = None, placed: Callable[[int], int] = int) -> Cause | None:
    """The failing step with its last words, or the first error of the log; None when the log shows neither.

    `placed` gives the number that a line has in the file, for what is told in words.
    """
    failure = facts.failure
    end = end_of(facts, matcher)
    evidence = tuple(e.text for e in end.telling) or ((facts.first_error,) if facts.first_error else ())
    if failure is not None:
        line = end.telling[0].line if end.telling else failure.line
        title = f"A step of the build failed: {_place(failure)}"
        return Cause(STEP_FAILED, title, _explained(failure, end, matcher, placed), (_look(failure, end, placed),), evidence, line)
    if not facts.first_error:
        return None
    told = f"Nobody here knows this error: {facts.first_error}" if matcher is not None else facts.first_error
    return Cause(FIRST_ERROR, "The log shows an error", told, (), evidence, facts.first_error_line)


def end_of(facts: LogFacts, matcher: Matcher | None) -> StepEnd:
    """How the failing step ended; where no step is named, the end of what stands outside of the steps."""
    if matcher is None:
        return StepEnd()
    return matcher.step_end(facts.failure.target if facts.failure is not None else matcher.blamed)


def _place(failure: Failure) -> str:
    return f"{failure.target or 'the build'}, {failure.position}" if failure.position else failure.target or "the build"


def _explained(failure: Failure, end: StepEnd, matcher: Matcher | None, placed: Callable[[int], int]) -> str:
    code, command = failure.exit_code, cut(" ".join(end.command.split()), width=_COMMAND)
    how = failure.reason or (f"exit code {code}" if code is not None else "no reason given")
    parts = [f"The build tool says: {how}" + (f" ({exit_meaning(code, end.command)})." if code is not None else ".")]
    if command:
        parts.append(f"What ran last: `{command}`.")
    if end.tail:
        parts.append("No known cause fits; the last words of the step are the best evidence there is.")
    hints = matcher.hints(failure.target)[:_HINTS] if matcher is not None else ()
    parts += [_hint(hit, placed(hit.line)) for hit in hints]
    return " ".join(parts)


def _hint(hit: Hit, line: int) -> str:
    return f"Line {line}, of {hit.target or 'the start'}, reads like `{hit.entry.title}`; nothing shows that the step failed of it."


def _look(failure: Failure, end: StepEnd, placed: Callable[[int], int]) -> Remedy:
    first = min((e.line for e in end.telling), default=0)
    where = f"from line {placed(first)} to {placed(failure.line)}" if first else f"above line {placed(failure.line)}"
    return Remedy(f"Read the log {where}, and the command at {failure.position or 'that step'} in the checkout")
