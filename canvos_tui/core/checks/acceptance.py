"""Taking a failed check on: any check, with a reason that stays in the report. The same on a command line, in a file and on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from canvos_tui.core.answers.draft import CheckAccepted
from canvos_tui.core.checks.check import Check, CheckResult
from canvos_tui.core.errors import InvalidValueError
from canvos_tui.core.status import Status
from canvos_tui.core.text import nearest


def split(word: str, otherwise: str) -> tuple[str, str]:
    """The id and the reason in `ID` or `ID=reason`."""
    name, _, reason = word.partition("=")
    return name, reason.strip() or otherwise


def accept(checks: Sequence[Check], name: str, reason: str) -> CheckAccepted:
    """The answer that takes a check on; InvalidValueError for an id that no check has: a misspelt one would accept nothing."""
    ids = [check.id for check in checks]
    if name not in ids:
        near = nearest(name.upper(), ids)
        remedy = f"did you mean {near}?" if near else "canvos-tui doctor lists them"
        raise InvalidValueError(f"accept: no check is called `{name}`", remedy=remedy)
    if not reason.strip():
        raise InvalidValueError(f"a reason is needed to accept {name}", remedy="say in a few words why the build may go on")
    return CheckAccepted(name, reason.strip())


def acceptable(result: CheckResult | None) -> bool:
    """Whether there is something to take on: a failure, and of any check."""
    return result is not None and result.status is Status.FAIL
