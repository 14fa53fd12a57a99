"""The frame around every page: the context line, the rail of pages, and the help pane of wide terminals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.events import Click
from textual.reactive import reactive
from textual.widgets import Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.pages import BY_SLUG, RAIL, Page
from canvos_tui.core.readiness import Blocker, blockers, gaps, rights_subject
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.session import Session
from canvos_tui.core.status import Status
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.text import at_home, middle
from canvos_tui.core.values import dataclass
from canvos_tui.tui.messages import GoTo, tell
from canvos_tui.tui.painting.looks import COLOURS, of_outcome

if TYPE_CHECKING:
    from canvos_tui.core.checks.report import Report
    from canvos_tui.core.run.run import BuildPlan

_OF_A_RUN = {"build", "result"}  # pages that show a run
_HERE = "bold $background on $text-accent"
# what stands under the name: the value that tells one build from another
_SHOWN = {
    "image": ("CUSTOM_TAG",),
    "os": ("OS_DISTRIBUTION", "OS_VERSION"),
    "s3": ("S3_BUCKET",),
}
_SHORTEST, _LONGEST = 10, 24  # columns of the folder: tag and region say more
_GAP = " › "  # between the parts of the top line


@dataclass(frozen=True)
class Verdict:
    """The word at the right end of the top line, its mark, and the ground that both stand on; "" for none."""

    mark: Mark
    words: str
    ground: str = ""


def verdict(draft: Draft, known: Session, page: str) -> Verdict:
    """How the build goes, while one runs and on the pages that show it; what keeps one from starting, where that is shown.

    Everywhere else it is what the last check said.
    """
    if known.building:
        return Verdict(Mark.RUNNING, "running", "$text-secondary")
    if known.result is not None and page in {"build", "result"}:
        return _of_outcome(known.result.outcome)
    missing = len(blockers(draft, known)) if page == "review" else len(_denied(draft, known)) if page == "aws" else 0
    if missing:
        return Verdict(Mark.FAILED, f"{missing} {'missing' if page == 'review' else 'to fix'}", COLOURS[Mark.FAILED])
    return _of_report(known.report)


def _of_report(report: Report | None) -> Verdict:
    if report is None or not report.results:
        return Verdict(Mark.TO_COME, "not checked")
    from canvos_tui.core.checks.reports.report_text import verdict_word

    if report.verdict == "not_ready":
        return Verdict(Mark.FAILED, f"{report.count(Status.FAIL)} to fix", "$text-error")
    if report.verdict == "ready":
        return Verdict(Mark.DONE, "ready", "$text-success")
    return Verdict(Mark.UNKNOWN, verdict_word(report).lower(), "$text-warning")


def _asked(draft: Draft, known: Session) -> bool:
    """Whether AWS was asked for the rights of these answers."""
    return draft.keys is not None and known.rights_for == rights_subject(draft)


def _denied(draft: Draft, known: Session) -> list[Blocker]:
    return [reason for reason in blockers(draft, known) if reason.page == "aws"] if _asked(draft, known) else []


def _of_outcome(outcome: Outcome) -> Verdict:
    sign, ground = of_outcome(outcome)
    return Verdict(sign, "verified" if outcome is Outcome.SUCCEEDED else outcome.value, ground)


def mark(page: Page, current: str, draft: Draft, known: Session) -> Mark:
    """Where one is, what is wrong, what is answered, what is to come."""
    if page.number == BY_SLUG[current].number:  # pages share an entry
        return Mark.CURRENT
    of_page = _OF_PAGE.get(page.slug)
    return of_page(draft, known) if of_page is not None else _of_answers(page, draft, known)


def _of_answers(page: Page, draft: Draft, known: Session) -> Mark:
    mine = [g for g in gaps(draft, known) if BY_SLUG[g.page].number == page.number]
    if not mine:
        return Mark.DONE
    refused = any(draft.entry(g.key).error and draft.entry(g.key).text for g in mine if g.key in fields.BY_KEY)
    return Mark.FAILED if refused else Mark.TO_COME


def _of_check(_: Draft, known: Session) -> Mark:
    said = {"ready": Mark.DONE, "not_ready": Mark.FAILED}
    return said.get(known.report.verdict, Mark.TO_COME) if known.report is not None and known.report.results else Mark.TO_COME


def _of_rights(draft: Draft, known: Session) -> Mark:
    if not _asked(draft, known):
        return Mark.TO_COME
    return Mark.FAILED if _denied(draft, known) else Mark.DONE


def _of_build(_: Draft, known: Session) -> Mark:
    if not known.run_id:
        return Mark.TO_COME
    return Mark.RUNNING if known.result is None else of_outcome(known.result.outcome)[0]


_OF_PAGE: dict[str, Callable[[Draft, Session], Mark]] = {
    "check": _of_check,
    "aws": _of_rights,
    "review": lambda _, known: Mark.DONE if known.run_id else Mark.TO_COME,
    "build": _of_build,
    "result": lambda _, __: Mark.TO_COME,
}


def _values(plan: BuildPlan) -> dict[str, str]:
    return {"REGION": plan.baseline.region, "S3_BUCKET": plan.baseline.bucket, **dict(plan.args)}


class Framed(Static):
    """A part of the frame of one page: painted anew with each answer and each fact.

    It tells of the answers; where a run is looked at, of that one, which may be of another checkout.
    """

    draft: reactive[Draft] = reactive(Draft, init=False)
    known: reactive[Session] = reactive(Session, init=False)

    def __init__(self, current: str, name: str) -> None:
        super().__init__("", id=name, markup=False)
        self._current = current

    @property
    def _plan(self) -> BuildPlan | None:
        return self.known.plan if self._current in _OF_A_RUN else None

    def _folder(self) -> str:
        return self._plan.checkout if self._plan is not None else str(self.draft.folder or "")

    def _tag(self) -> str:
        return self._plan.tag if self._plan is not None else self.draft.tag

    def _text(self, key: str) -> str:
        """The value of a field."""
        given = _values(self._plan).get(key, "") if self._plan is not None else ""
        return given or ("" if self._foreign() else self.draft.text(key))

    def _foreign(self) -> bool:
        return self._plan is not None and self.known.of_another(self.draft.folder)

    def watch_draft(self) -> None:
        """Values and marks follow the answers."""
        self.refresh()

    def watch_known(self) -> None:
        """Verdict and marks follow what was found out."""
        self.refresh()


class TopBar(Framed):
    """Program, folder, tag, region and the verdict."""

    took: reactive[str] = reactive("")  # how long the build runs that this page shows

    def __init__(self, current: str, banner: str, home: str) -> None:
        super().__init__(current, "top-bar")
        self._banner = banner
        self._home = home

    def render(self) -> Content:
        """One line, the verdict at its right end on its colour."""
        said = verdict(self.draft, self.known, self._current)
        took = f" {self.took}" if self.known.building and self.took else ""
        right = f" {said.mark.sign} {said.words}{took} "
        name, banner = " canvos-tui ", f" {self._banner} " if self._banner else ""
        room = max(20, self.size.width) - len(name) - len(banner) - len(right)
        folder = at_home(self._folder(), self._home) or "no checkout yet"
        where = standing(folder, [part for part in (self._tag(), self._text("REGION")) if part], room - 2)
        return Content.assemble(
            (name, "bold $background on $text-accent"),
            (banner, "bold $background on $text-warning"),
            (f" {where}".ljust(room), "$text-muted"),
            (right, f"bold $background on {said.ground}" if said.ground else "bold"),
        )


def standing(folder: str, values: Sequence[str], room: int) -> str:
    """Folder, tag and region in so many columns: a folder is shortened in the middle, a value stands whole or not at all."""
    for kept in range(len(values), 0, -1):
        rest = _GAP.join(values[:kept])
        left = room - len(rest) - len(_GAP)
        if left >= min(_SHORTEST, len(folder)):
            return f"{middle(folder, min(_LONGEST, left))}{_GAP}{rest}"
        if len(rest) <= room:
            return rest
    return middle(folder, min(_LONGEST, room)) if room >= _SHORTEST else ""


def _entry(page: Page, sign: Mark) -> Content:
    name = page.rail
    muted = "$text-muted" if sign is Mark.TO_COME else "$text"
    if sign is Mark.CURRENT:
        return Content.styled(f"{sign.sign} {name}", _HERE)
    return Content.assemble((sign.sign, COLOURS[sign]), (f" {name}", muted))


class Rail(Framed):
    """All pages on one line."""

    def __init__(self, current: str) -> None:
        super().__init__(current, "rail")

    def render(self) -> Content:
        """A mark and a name for each page; how far one is where the line is too short for them."""
        line = Content(" ").join(_entry(page, mark(page, self._current, self.draft, self.known)) for page in RAIL)
        if line.cell_length <= self.size.width:
            return line
        page = BY_SLUG[self._current]
        return Content(f"{page.number}/{len(RAIL)} {page.rail or page.title}" if page.number else "")

    def on_click(self, event: Click) -> None:
        """Whoever clicks a name goes there."""
        at = 0
        for page in RAIL:
            end = at + len(page.rail) + 2
            if at <= event.x - self.styles.padding.left < end:
                tell(self, GoTo(page.slug))
            at = end + 1


class SideRail(Framed):
    """The rail as a column, with the value chosen under each name."""

    def __init__(self, current: str) -> None:
        super().__init__(current, "side-rail")

    def render(self) -> Content:
        """Two lines a page: mark and name, and the value beside a line that leads to the next."""
        lines = []
        for page in RAIL:
            sign = mark(page, self._current, self.draft, self.known)
            lines.append(_entry(page, sign))
            if page is not RAIL[-1]:
                lines.append(Content.styled(f"│ {self._value(page.slug)[:17]}".rstrip(), "$text-muted"))
        return Content("\n").join(lines)

    def on_click(self, event: Click) -> None:
        """Whoever clicks a name or its value goes there."""
        number = (event.y - self.styles.padding.top) // 2
        if 0 <= number < len(RAIL):
            tell(self, GoTo(RAIL[number].slug))

    def _value(self, slug: str) -> str:
        if slug == "repo":
            return self._tag()
        if slug == "keys":
            return self.draft.keys.masked_id() if self.draft.keys and not self._foreign() else ""
        return " ".join(filter(None, (self._text(key) for key in _SHOWN.get(slug, ()))))
