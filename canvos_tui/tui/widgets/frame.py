"""The frame around every page: the context line, the rail of pages, and the help pane of wide terminals."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widgets import Static

from canvos_tui.core.answers import fields
from canvos_tui.core.answers.draft import Draft
from canvos_tui.core.checks.report_text import verdict_word
from canvos_tui.core.pages import BY_SLUG, RAIL
from canvos_tui.core.readiness import gaps
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.session import Session
from canvos_tui.core.text import at_home, middle

_NAMES = tuple((page.slug, page.number, page.rail) for page in RAIL)
_GROUNDS = {"ready": "$text-success", "not_ready": "$text-error", "undetermined": "$text-warning"}
_OF_A_RUN = {"build", "result"}  # pages that show a run
_MARKS = {"*": "$text-success", "!": "bold $text-error", ">": "bold $text-accent"}
# what stands under the name: the two values that tell one build from another
_SHOWN = {
    "image": ("CUSTOM_TAG", "IMAGE_REGISTRY"),
    "os": ("OS_DISTRIBUTION", "OS_VERSION"),
    "s3": ("S3_BUCKET", "REGION"),
}


def verdict(known: Session) -> str:
    """The last check's verdict in capitals."""
    if known.report is None or not known.report.results:
        return "NOT CHECKED"
    return verdict_word(known.report)


def _colour(known: Session) -> str:
    """The style of that verdict: its colour as the ground, as far as there is one."""
    ground = _GROUNDS.get(known.report.verdict) if known.report is not None and known.report.results else None
    return f"$background on {ground}" if ground else "$text-muted"


def mark(slug: str, current: str, draft: Draft, known: Session) -> str:
    """`>` for the page on screen, `!` where something is wrong, `*` where all is answered."""
    if slug == current:
        return ">"
    if slug == "check":
        return {"ready": "*", "not_ready": "!"}.get(known.report.verdict, " ") if known.report else " "
    if slug == "build":
        return "*" if known.result else " "
    if slug in {"aws", "review", "result"}:
        return " "
    number = BY_SLUG[slug].number
    mine = [g for g in gaps(draft) if BY_SLUG[g.page].number == number]  # pages share an entry
    if not mine:
        return "*"
    refused = any(draft.entry(g.key).error for g in mine if g.key in fields.BY_KEY)
    return "!" if refused else " "


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

    def __init__(self, current: str, banner: str, home: str) -> None:
        super().__init__(current, "top-bar")
        self._banner = banner
        self._home = home

    def render(self) -> Content:
        """One line, the verdict at its right end."""
        folder = middle(at_home(self._folder(), self._home), 24) or "no checkout"
        parts = ["canvos-tui", self._banner, folder, self._tag(), self._text("REGION")]
        left = "   ".join(p for p in parts if p)
        right = verdict(self.known)
        width = max(20, self.size.width)
        left = left[: width - len(right) - 2].ljust(width - len(right) - 1)
        name = len("canvos-tui")
        return Content.assemble((left[:name], "$text-accent"), left[name:], (right, _colour(self.known)))


def _length(names: list[tuple[str, str]]) -> int:
    return sum(len(sign) + len(name) for sign, name in names) + len(names) - 1


class Rail(Framed):
    """All pages on one line."""

    def __init__(self, current: str) -> None:
        super().__init__(current, "rail")

    def render(self) -> Content:
        """`>` current, `!` wrong, `*` done."""
        width = max(20, self.size.width)
        names = [(mark(slug, self._current, self.draft, self.known), f"{number} {name}") for slug, number, name in _NAMES]
        if _length(names) > width and width >= 72:
            names[-1] = (names[-1][0].strip(), names[-1][1].split()[0])
        if _length(names) > width:
            page = BY_SLUG[self._current]
            return Content(f"{page.number}/{len(RAIL)} {page.rail or page.title}" if page.number else "")
        return Content(" ").join(
            Content.assemble((sign, _MARKS.get(sign, "")), (name, _MARKS[">"] if sign == ">" else "")) for sign, name in names
        )


class SideRail(Framed):
    """The rail as a column, with the value chosen under each name."""

    def __init__(self, current: str) -> None:
        super().__init__(current, "side-rail")

    def render(self) -> Content:
        """Two lines a page at most."""
        lines = []
        for slug, number, name in _NAMES:
            sign = mark(slug, self._current, self.draft, self.known)
            here = sign == ">"
            entry = f"{sign if here else ' '}{number:>2} {name:<11}"
            lines.append(Content.assemble((entry, _MARKS[">"] if here else "$text"), ("" if here else sign, _MARKS.get(sign, ""))))
            value = self._value(slug)
            if value:
                lines.append(Content(f"    {value[:17]}"))
        return Content("\n").join(lines)

    def _value(self, slug: str) -> str:
        if slug == "repo":
            return self._tag()
        if slug == "keys":
            return self.draft.keys.masked_id() if self.draft.keys and not self._foreign() else ""
        return " ".join(filter(None, (self._text(key) for key in _SHOWN.get(slug, ()))))
