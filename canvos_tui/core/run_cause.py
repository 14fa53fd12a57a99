"""The plainest cause of a failure: the step that the log names, for when nothing better is known."""

from __future__ import annotations

from canvos_tui.core.log_facts import LogFacts
from canvos_tui.core.result import Cause


def cause_in_log(facts: LogFacts) -> Cause | None:
    """The failing step with the first error as evidence; None when the log shows neither."""
    failure = facts.failure
    evidence = (facts.first_error,) if facts.first_error else ()
    if failure is not None:
        where = f"{failure.target or 'the build'}, {failure.position}" if failure.position else failure.target or "the build"
        how = failure.reason or (f"exit code {failure.exit_code}" if failure.exit_code is not None else "no reason given")
        return Cause(
            "step-failed", f"A step of the build failed: {where}", f"The build tool says: {how}", evidence=evidence, line=failure.line
        )
    if evidence:
        return Cause("first-error", "The log shows an error", facts.first_error, evidence=evidence, line=facts.first_error_line)
    return None
