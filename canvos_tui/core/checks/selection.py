"""What a doctor was told to look at: which checks are shown, which are asked for their sake, and what comes of the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from canvos_tui.core.answers.routes import Route
from canvos_tui.core.checks.acceptance import split
from canvos_tui.core.checks.check import Check, CheckAnswer, Context
from canvos_tui.core.checks.report import Report
from canvos_tui.core.checks.routes import of_route
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.status import Status
from canvos_tui.core.text import nearest
from canvos_tui.core.values import dataclass

GIVEN = "--accept"  # the reason, where none was given
_OUTSIDE = frozenset({"network", "aws"})
_PULLS = frozenset({"TOOL-DOCKER-PRIV"})  # it may pull an image


@dataclass(frozen=True)
class Wish:
    """The words of the command line; `timeout` is in seconds, 0 for every check's own limit."""

    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()  # ID or ID=reason
    timeout: float = 0.0
    offline: bool = False

    def accepted(self) -> dict[str, str]:
        """The reason by id."""
        return dict(split(word, GIVEN) for word in self.accept)


@dataclass(frozen=True)
class Plan:
    """`shown` was wished for, `asked` holds what those need as well; `left_out` is all else that there is."""

    shown: tuple[Check, ...]
    asked: tuple[Check, ...]
    left_out: tuple[Check, ...] = ()

    def on(self, route: Route) -> Plan:
        """What of it that route asks; a check that only another one asks is not even left out."""
        return Plan(*(of_route(checks, route) for checks in (self.shown, self.asked, self.left_out)))


def unknown_word(checks: Sequence[Check], wish: Wish) -> tuple[str, str] | None:
    """The first word that names no check, as a sentence, and the near word or where the words are."""
    ids, categories = [c.id for c in checks], sorted({c.category for c in checks})
    for option, words, known in (
        ("--only", wish.only, [*ids, *categories]),
        ("--skip", wish.skip, [*ids, *categories]),
        ("--accept", tuple(wish.accepted()), ids),
    ):
        for word in words:
            if word not in known:
                near = nearest(word.upper(), ids, 0.8) or nearest(word.lower(), known, 0.5)
                near = near or next((name for name in ids if len(word) > 2 and word.upper() in name), "")
                hint = f"did you mean `{near}`?" if near else "the ids are in `canvos-tui doctor --list`"
                return f"{option}: there is no check `{word}`", hint
    return None


def plan(checks: Sequence[Check], wish: Wish) -> Plan:
    """The checks to show and to ask, with the limits of the wish; offline those that leave the machine are not asked."""
    left = tuple(c for c in checks if not _named(c, wish.skip))
    shown = tuple(c for c in left if not wish.only or _named(c, wish.only))
    wanted, before = {c.id for c in shown}, set[str]()
    while wanted != before:  # needs of needs
        before = set(wanted)
        wanted.update(need for c in left if c.id in before for need in c.needs)
    made = {c.id: _ready(c, wish) for c in left if c.id in wanted}
    return Plan(tuple(made[c.id] for c in shown), tuple(made.values()), tuple(c for c in checks if c.id not in made))


def _named(check: Check, words: Sequence[str]) -> bool:
    return check.id in words or check.category in words


def _ready(check: Check, wish: Wish) -> Check:
    limit = min(check.limit, wish.timeout) if wish.timeout else check.limit
    if wish.offline and (check.category in _OUTSIDE or check.id in _PULLS):
        return replace(check, limit=limit, ask=_not_asked, needs=())
    return replace(check, limit=limit)


async def _not_asked(_: Context) -> CheckAnswer:
    return CheckAnswer(Status.SKIP, "not asked: --offline", "")


def told(made: Plan, report: Report) -> Report:
    """The report to print: what was wished for, and whatever keeps that from an answer; nothing must stay in the dark."""
    names = {c.id for c in made.shown}
    waits = (Status.PASS, Status.SKIP)
    needed = tuple(c for c in made.asked if c.id in names or (c.id in report.results and report.results[c.id].status not in waits))
    return Report(needed, {c.id: report.results[c.id] for c in needed if c.id in report.results}, made.left_out)


def exit_code(report: Report, fail_on: str = "fail") -> ExitCode:
    """The same in every output format: failures first, then what is not known, then warnings where they count."""
    if report.verdict == "not_ready":
        return ExitCode.NOT_READY
    if report.verdict == "undetermined":
        return ExitCode.UNDETERMINED
    return ExitCode.WARNED if fail_on == "warn" and report.count(Status.WARN) else ExitCode.OK
