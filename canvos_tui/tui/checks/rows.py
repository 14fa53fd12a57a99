"""The check screen as rows: failures first, what waits and what passed folded, and the small print below them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import Enum

from textual.content import Content

from canvos_tui.core.checks.check import Check, CheckResult, Severity
from canvos_tui.core.checks.report import STALE_AFTER, Report
from canvos_tui.core.checks.reports.report_text import LOUD, first_line, folds, plain
from canvos_tui.core.status import Status
from canvos_tui.core.text import ago, clip
from canvos_tui.core.values import dataclass
from canvos_tui.tui.checks.places import observed
from canvos_tui.tui.checks.titles import titled, where
from canvos_tui.tui.painting.looks import of_status

UNFOLD, FOLD = "Space unfolds", "Space folds"
SHORTEST = 24  # columns; a window narrower than that is too small to draw in
AHEAD = 4  # columns before a row's name: the cursor's mark, its own mark, and a blank behind either
NAMES, LONGEST_NAME = 22, 31  # columns of the names in a narrow window and in a wide one
# what people ask about first: rows of their own where there is room, although they passed
ASKED_ABOUT = frozenset(
    {
        "HOST-ARCH",
        "HOST-CPU",
        "HOST-MEM",
        "HOST-DISK",
        "TOOL-GIT",
        "TOOL-DOCKER",
        "NET-GITHUB",
        "NET-REGISTRY",
        "REPO-TAG",
        "AWS-CREDS",
        "AWS-BUCKET",
        "AWS-ROLE-VMIMPORT",
    }
)


class Unfolded(Enum):
    """How much of what passed has a row of its own: nothing, what people ask about, or all of it, and what waits as well."""

    NOTHING = "nothing"
    ASKED = "asked"
    ALL = "all"


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

    def checks(self) -> tuple[Check, ...]:
        """The checks it stands for."""
        return (self.check,) if self.check else tuple(r.check for r in self.results)


def of_result(result: CheckResult, checks: Iterable[Check] = ()) -> CheckRow:
    """The row of a result: what was observed beside what is needed; one of `checks` that it waits for is named by its title."""
    answer, check = result.answer, result.check
    word = "needs" if check.severity is Severity.REQUIRED else "wanted"
    required = plain(answer.required) if result.status is not Status.SKIP else ""
    if result.accepted:
        word, required = "accepted", plain(result.accepted)
    return CheckRow(check.id, result.status, check.title, observed(answer, checks), required, word, check, (result,))


def rows(report: Report, unfolded: Unfolded, words: str = "") -> tuple[CheckRow, ...]:
    """All rows in order; `words` keeps those that hold the text, and folds nothing."""
    words = words.casefold()
    results = [of_result(r, report.checks) for r in report.ordered()]
    made = [row for row in results if row.status in LOUD]
    made += [CheckRow(c.id, None, c.title, "", check=c) for c in report.checks if c.id not in report.results]
    if unfolded is Unfolded.ALL or words:
        made += [row for row in results if row.status not in LOUD]
    else:
        made += _waiting(report)
        apart = ASKED_ABOUT if unfolded is Unfolded.ASKED else frozenset[str]()
        made += [row for row in results if row.status is Status.PASS and row.key in apart]
        made += _passed(report, apart)
    return tuple(row for row in made if not words or words in _searched(row))


def _searched(row: CheckRow) -> str:
    about = (row.check.id, row.check.category) if row.check else ()
    return " ".join((row.name, row.observed, row.needs, row.required, *about)).casefold()


def _waiting(report: Report) -> Iterator[CheckRow]:
    """A row per category and reason for what was skipped."""
    for (category, reason), skipped in folds(report, Status.SKIP).items():
        waiting = skipped[0].answer.waits_for
        why = f"for {titled(waiting.words, report.checks)}{where(waiting.pages)}" if waiting is not None else reason
        number = f"{len(skipped)} wait{'' if len(skipped) > 1 else 's'}" if waiting is not None else f"{len(skipped)} skipped"
        yield CheckRow(f"skip {category} {reason}", Status.SKIP, number, why, category, results=skipped)


def _passed(report: Report, apart: frozenset[str]) -> Iterator[CheckRow]:
    """One row for everything that passed and has no row of its own, however many they are."""
    passed = {category: tuple(r for r in found if r.check.id not in apart) for (category, _), found in folds(report, Status.PASS).items()}
    every = tuple(r for found in passed.values() for r in found)
    if every:
        text = ", ".join(f"{category} {len(found)}" for category, found in passed.items() if found)
        yield CheckRow("pass", Status.PASS, f"{len(every)} {'more ' if apart else ''}passed", text, results=every)


def in_place(before: tuple[CheckRow, ...], now: tuple[CheckRow, ...], report: Report) -> tuple[CheckRow, ...]:
    """The rows of before with what they say now, in their order, and the new ones below: nothing moves under a user's cursor."""
    by_key = {row.key: row for row in now}
    kept = []
    for row in before:
        if row.key in by_key:
            kept.append(by_key[row.key])
        elif row.check is not None and row.key in report.results:
            kept.append(of_result(report.results[row.key], report.checks))
    seen = {row.key for row in kept}
    return (*kept, *(row for row in now if row.key not in seen and not (row.results and seen.issuperset(c.id for c in row.checks()))))


@dataclass(frozen=True)
class Grid:
    """The columns of a row and of the widest name; `tall` says that what does not fit beside the name may go on below."""

    width: int
    names: int
    tall: bool = False


def columns(row: CheckRow, grid: Grid, running: float | None = None, *, old: bool = False) -> Content:
    """A row: mark, name, what was observed, and at the right end what is needed; `running` is in seconds."""
    mark, colour = of_status(row.status)
    room = max(SHORTEST, grid.width - grid.names - AHEAD - 1)
    start = Content.assemble((mark.sign, colour), STALE if old else " ", (f"{clip(row.name, grid.names):<{grid.names}} ", _of_name(row)))
    needed = f"{row.needs} {row.required}".strip() if row.required else ""
    right = seconds(running) if row.status is None and running is not None else needed
    beside = room - len(row.observed) - 1  # what was found comes first
    fits = len(right) <= beside  # half of it beside half a word would be neither; the detail says it in full
    quiet = "$text-muted" if row.check is None or row.status in {Status.PASS, Status.SKIP} else ""
    whole = grid.tall or row.check is None  # the detail repeats what one check found, not what a fold counts
    lines = textwrap.wrap(row.observed, room) or [""] if whole else [clip(row.observed, room)]
    parts: list[Content | str] = [start, Content.styled(f"{lines[0]:<{room - len(right)}}" if fits else lines[0], quiet)]
    parts += [Content.styled(right, "$text-muted")] if fits else []
    indent = "\n" + " " * (AHEAD + grid.names + 1)
    parts += [Content.styled(f"{indent}{line}", quiet) for line in lines[1:]]
    below = textwrap.wrap(right, room) if grid.tall and not fits and row.status in LOUD else []
    parts += [Content.styled(f"{indent}{line:>{room}}", "$text-muted") for line in below]
    return Content.assemble(*parts)


def _of_name(row: CheckRow) -> str:
    return "$text-muted" if row.check is None or row.status in {Status.SKIP, None} else ""


# -- what stands around the rows -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Took:
    """When the latest run of checks began and how long it took, in seconds; None while it runs."""

    began: datetime
    seconds: float | None = None


def beyond(report: Report) -> str:
    """What the first row does not say: that many answers have one cause, or that a required check has none."""
    failed, (cause, _) = report.first_failure, report.shared
    return "" if failed is not None and (not cause or failed.answer.cause != cause) else titled(first_line(report), report.checks)


def quiet(report: Report) -> bool:
    """Whether everything was asked and nothing needs a look."""
    return report.done and bool(report.results) and not any(report.count(s) for s in LOUD)


def small_print(report: Report, now: datetime, took: Took | None, asked: str = "", more: str = "") -> str:
    """`49 of 58 passed · 6 s · 3 s ago`; the age is that of the oldest answer, unless `asked` says when that was. `more` goes first."""
    left, count = len(report.checks) - len(report.results), report.count(Status.PASS)
    passed = f"{count} of {len(report.checks)} passed"
    if took is not None and took.seconds is None:
        return " · ".join((*([passed] if count else []), f"{left} running", seconds((now - took.began).total_seconds())))
    spent = seconds(took.seconds) if took is not None and took.seconds is not None else ""
    return " · ".join(filter(None, (more, passed, f"{left} not asked" if left else "", spent, asked or _age(report, now))))


def _age(report: Report, now: datetime) -> str:
    oldest = min((r.at for r in report.results.values()), default=now)
    old = stale(report, now)
    return f"{len(old)} stale ({STALE}), F5 asks again" if old else ago(now, oldest)


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
