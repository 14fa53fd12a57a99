"""The check screen as rows of text: failures first, what waits and what passed folded, and the two lines above them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from canvos_tui.core.checks.check import Check, CheckResult, Severity
from canvos_tui.core.checks.report import STALE_AFTER, Report
from canvos_tui.core.checks.report_text import LOUD, first_line, folds, plain, verdict_word, verdict_words
from canvos_tui.core.status import Status
from canvos_tui.core.text import ago, clip
from canvos_tui.tui.checks.places import observed, where

RUNNING = "...."
UNFOLD = "Space: unfold"
SHORTEST = 24  # columns; a window narrower than that is too small to draw in
STALE = "~"  # beside the status of an answer that is too old to rely on


@dataclass(frozen=True)
class CheckRow:
    """A line of the list: one result, a check that still runs (no result), or a fold of several results (`check` is None)."""

    key: str
    status: Status | None
    name: str
    observed: str
    required: str = ""
    needs: str = ""  # the word before what is required: whether the build needs it or would like it, or that it was accepted
    check: Check | None = None
    results: tuple[CheckResult, ...] = ()

    @property
    def result(self) -> CheckResult | None:
        """The one result of a row that stands for a check."""
        return self.results[0] if self.check is not None and self.results else None

    @property
    def label(self) -> str:
        """Four characters for the status."""
        return self.status.label if self.status else RUNNING

    def checks(self) -> tuple[Check, ...]:
        """The checks it stands for."""
        return (self.check,) if self.check else tuple(r.check for r in self.results)


def of_result(result: CheckResult) -> CheckRow:
    """The row of a result: what was observed beside what is needed."""
    answer, check = result.answer, result.check
    word = "needs" if check.severity is Severity.REQUIRED else "wanted"
    required = plain(answer.required) if result.status is not Status.SKIP else ""
    if result.accepted:
        word, required = "accepted", plain(result.accepted)
    return CheckRow(check.id, result.status, check.id, observed(answer), required, word, check, (result,))


def rows(report: Report, *, unfolded: bool, words: str = "") -> tuple[CheckRow, ...]:
    """All rows in order; `words` keeps those that hold the text, and folds nothing."""
    words = words.casefold()
    every = unfolded or bool(words)
    results = [of_result(r) for r in report.ordered()]
    made = [row for row in results if row.status in LOUD]
    made += [CheckRow(c.id, None, c.id, c.title, check=c) for c in report.checks if c.id not in report.results]
    made += [row for row in results if row.status not in LOUD] if every else _folded(report)
    return tuple(row for row in made if not words or words in _searched(row))


def _searched(row: CheckRow) -> str:
    about = (row.check.title, row.check.category) if row.check else ()
    return " ".join((row.label, row.name, row.observed, row.needs, row.required, *about)).casefold()


def _folded(report: Report) -> Iterator[CheckRow]:
    """A row per category and reason for what was skipped, one row for everything that passed."""
    for (category, reason), skipped in folds(report, Status.SKIP).items():
        number = f"{len(skipped)} check{'s' if len(skipped) > 1 else ''}"
        waiting = skipped[0].answer.waits_for
        joint = (
            f" wait{'' if len(skipped) > 1 else 's'} for {waiting.words}{where(waiting.pages)}" if waiting is not None else f": {reason}"
        )
        yield CheckRow(f"skip {category} {reason}", Status.SKIP, category, f"{number}{joint}", results=skipped)
    passed = folds(report, Status.PASS)
    if passed:
        text = "   ".join(f"{category} {len(found)}" for (category, _), found in passed.items())
        yield CheckRow("pass", Status.PASS, "", text, results=tuple(r for found in passed.values() for r in found))


def in_place(before: tuple[CheckRow, ...], now: tuple[CheckRow, ...], report: Report) -> tuple[CheckRow, ...]:
    """The rows of before with what they say now, in their order, and the new ones below: nothing moves under a user's cursor."""
    by_key = {row.key: row for row in now}
    kept = []
    for row in before:
        if row.key in by_key:
            kept.append(by_key[row.key])
        elif row.check is not None and row.key in report.results:
            kept.append(of_result(report.results[row.key]))
    seen = {row.key for row in kept}
    return (*kept, *(row for row in now if row.key not in seen and not (row.results and seen.issuperset(c.id for c in row.checks()))))


def head(width: int, names: int) -> str:
    """The names of the columns, for where there is room for them."""
    room = max(SHORTEST, width - names - 1)
    return f"{'ID':<{names}} {'OBSERVED':<{room * 11 // 20}}NEEDED"


def columns(row: CheckRow, width: int, names: int, running: float | None = None, *, headed: bool = False) -> str:
    """What stands right of the status: name, observed, required; `names` is the widest name, `running` in seconds.

    `headed` says that the columns have names above them, so that the row need not say what is needed as a sentence.
    """
    if row.check is None:
        text = f"{row.name:<{names}} {row.observed}" if row.name else row.observed
        return text if row.status is Status.SKIP else f"{text:<{max(len(text) + 2, width - len(UNFOLD))}}{UNFOLD}"
    required = row.required if headed or not row.required else f"{row.needs}: {row.required}"
    right = seconds(running) if row.status is None and running is not None else required
    room = max(SHORTEST, width - names - 1)
    left = room * 11 // 20 if right else room
    return f"{row.name:<{names}} {clip(row.observed, left - 1):<{left}}{clip(right, room - left)}"


# -- the two lines above ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """When the latest run of checks began and how long it took, in seconds; None while it runs."""

    began: datetime
    seconds: float | None = None


def heading(report: Report, now: datetime, took: Took | None, width: int) -> tuple[str, str]:
    """The verdict with its numbers and times, and the first failure (or what else to know); `width` is in columns."""
    left, right = verdict_words(report), times(report, now, took)
    if quiet(report) and took is not None and took.seconds is not None:
        waiting = report.count(Status.SKIP)
        done = len(report.results) - waiting
        left = f"{verdict_word(report)}, {done} check{'s' if done != 1 else ''} in {seconds(took.seconds)}"
        left += f", {waiting} wait{'s' if waiting == 1 else ''} for answers" if waiting else ""
        right = _age(report, now)
    room = width - len(left) - len(right)
    return left + " " * max(2, room) + right, first_line(report)


def quiet(report: Report) -> bool:
    """Whether everything was asked and nothing needs a look."""
    return report.done and bool(report.results) and not any(report.count(s) for s in LOUD)


def times(report: Report, now: datetime, took: Took | None) -> str:
    """`took 6 s, 3 s ago`; the age is that of the oldest answer."""
    left = len(report.checks) - len(report.results)
    if took is not None and took.seconds is None:
        return f"{left} running, {seconds((now - took.began).total_seconds())}"
    if left:
        return f"{left} not asked"
    spent = f"took {seconds(took.seconds)}" if took is not None and took.seconds is not None else ""
    return ", ".join(filter(None, (spent, _age(report, now))))


def _age(report: Report, now: datetime) -> str:
    oldest = min((r.at for r in report.results.values()), default=now)
    old = stale(report, now)
    return f"{ago(now, oldest)}: {len(old)} stale ({STALE}), F5 asks again" if old else ago(now, oldest)


def stale(report: Report, now: datetime) -> frozenset[str]:
    """The ids of answers that are too old to rely on."""
    limit = timedelta(seconds=STALE_AFTER)
    return frozenset(name for name, r in report.results.items() if now - r.at >= limit)


def seconds(value: float) -> str:
    """A duration in a few letters: `0.4 s`, `6 s`."""
    return f"{value:.1f} s" if value < 1 else f"{value:.0f} s"


def span(results: Mapping[str, CheckResult]) -> Took | None:
    """When answers that were all asked together began and ended; None without any."""
    if not results:
        return None
    began = min(r.at - timedelta(seconds=r.seconds) for r in results.values())
    return Took(began, (max(r.at for r in results.values()) - began).total_seconds())
