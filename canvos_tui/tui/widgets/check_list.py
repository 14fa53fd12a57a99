"""The list of check results: failures first, the rest folded, the detail of the row under the cursor below or beside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click, Key, Resize
from textual.geometry import Size
from textual.widgets import OptionList, Static

from canvos_tui.core.checks.report import Report
from canvos_tui.core.status import Status
from canvos_tui.tui.checks.detail import Shape, caption, detail
from canvos_tui.tui.checks.rows import (
    FOLD,
    LONGEST_NAME,
    NAMES,
    UNFOLD,
    CheckRow,
    Grid,
    Took,
    Unfolded,
    beyond,
    columns,
    in_place,
    rows,
    small_print,
    stale,
)
from canvos_tui.tui.widgets.filter_line import FilterLine
from canvos_tui.tui.widgets.panel import Panel, State
from canvos_tui.tui.widgets.row_list import RowList

TALL, WIDE = 30, 90  # rows of a window with room for what people ask about; columns with room for long names
_AROUND = 5  # columns beside the rows: borders and a scrollbar
_CURSOR_KEYS = frozenset({"up", "down", "home", "end", "pageup", "pagedown"})
_STATES = {"not_ready": State.ERROR, "ready": State.SUCCESS, "undetermined": State.WARNING}


class CheckList(Vertical):
    """Rows and detail. The cursor stands on the first row until the user moves it; from then on no row changes its place.

    `home` is the user's own folder, which stands as `~` in what is shown of the evidence.
    """

    def __init__(self, home: str = "") -> None:
        super().__init__(id="check-list")
        self._home = home
        self._rows: tuple[CheckRow, ...] = ()
        self._report = Report(())
        self._now: datetime | None = None
        self._took: Took | None = None
        self._unfolded: bool | None = None  # None: as the height has it
        self._moved = False
        self._shown_at: tuple[Size, Size] | None = None  # that of the list and of the window, when it was filled
        self._fixes: dict[str, int] = {}
        self._detail = ""
        self.words = ""
        self.asked = ""  # when that was, in words; for a report of another day, whose answers get no older
        self.since: Mapping[str, str] = {}  # by a check's id: when it passed last, and what has changed since then

    def compose(self) -> ComposeResult:
        """List and detail."""
        with Panel(title="Prerequisites", id="check-box"):
            yield Static("", id="check-first", markup=False)
            yield FilterLine(id="check-filter")
            yield RowList(id="check-rows")
        with Panel(id="check-detail-panel"):
            yield VerticalScroll(Static("", id="check-detail", markup=False), id="check-detail-box", can_focus=True)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self, report: Report, now: datetime, took: Took | None, *, settle: bool = False) -> None:
        """Fills the rows; `settle` puts them in order even if the user has moved the cursor."""
        self._report, self._now, self._took = report, now, took
        self._shown_at = self.size, self.app.size
        made = rows(report, self._how_far(), self.words)
        self._fill(made if settle or not self._moved else in_place(self._rows, made, report))
        self._around()

    def tick(self, now: datetime) -> None:
        """Time goes on: running rows count, old ones are marked."""
        self._now = now
        self._fill(self._rows)
        self._around()

    def _how_far(self) -> Unfolded:
        if self._unfolded is None:
            return Unfolded.ASKED if self._tall else Unfolded.NOTHING
        return Unfolded.ALL if self._unfolded else Unfolded.NOTHING

    @property
    def _tall(self) -> bool:
        return self.app.size.height >= TALL

    def _around(self) -> None:
        """The panel's border and small print, and the sentence above the rows."""
        assert self._now is not None
        box = self.query_one("#check-box", Panel)
        folds = any(row.check is None for row in self._rows)
        more = UNFOLD if folds else FOLD if self._how_far() is Unfolded.ALL and not self.words else ""
        box.entitle("Prerequisites", small_print(self._report, self._now, self._took, self.asked, more))
        asking = self._took is not None and self._took.seconds is None and self._report.first_failure is None
        box.say(State.RUNNING if asking else _STATES[self._report.verdict] if self._report.results else State.REST)
        first = beyond(self._report)
        line = self.query_one("#check-first", Static)
        line.update(Content(first), layout=False)
        line.set_class(self._report.first_failure is not None, "-failed")  # what nobody answered yet has not failed
        line.display = bool(first)

    def _fill(self, made: tuple[CheckRow, ...]) -> None:
        standing = self.picked
        keys = [row.key for row in made]
        same = keys == [row.key for row in self._rows]
        kept = self._moved and standing is not None and standing.key in keys
        at = None if same else keys.index(standing.key) if kept and standing is not None else 0
        self._rows = made
        failed = [n for n, row in enumerate(made) if row.status is Status.FAIL]
        self.query_one("#check-rows", RowList).fill(self._drawn(), at, failed)
        self._tell()

    def _drawn(self) -> list[Content]:
        old = stale(self._report, self._now) if self._now else frozenset()
        running = (self._now - self._took.began).total_seconds() if self._now and self._took else None
        longest = max((len(row.name) for row in self._rows), default=0)
        names = LONGEST_NAME if self.size.width >= WIDE or self._tall else NAMES
        grid = Grid(self.size.width - _AROUND, min(names, longest), self._tall)
        return [columns(row, grid, running, old=row.key in old) for row in self._rows]

    def _tell(self) -> None:
        picked, panel = self.picked, self.query_one("#check-detail-panel", Panel)
        last = self.since.get(picked.key, "") if picked else ""
        shape = Shape(max(30, self.query_one("#check-detail-box").size.width - 1), self.fix, self._tall, last, self._home)
        none = f"no check holds {self.words}: / and Esc shows all" if self.words else ""
        text = detail(picked, shape) if picked else Content(none)
        if text.plain != self._detail:
            self._detail = text.plain
            self.query_one("#check-detail", Static).update(text)
            self.refresh_bindings()  # some keys do something for some rows
        panel.entitle(*(caption(picked) if picked else ("", "")))
        panel.say(State.RUNNING if picked else State.REST)

    # -- where the user is ---------------------------------------------------------------------------------------------

    @property
    def picked(self) -> CheckRow | None:
        """The row under the cursor."""
        at = self.query_one("#check-rows", RowList).highlighted
        return self._rows[at] if at is not None and at < len(self._rows) else None

    @property
    def moved(self) -> bool:
        """Whether the user has moved the cursor."""
        return self._moved

    @property
    def fix(self) -> int:
        """Which fix of the row under the cursor is shown."""
        return self._fixes.get(self.picked.key, 0) if self.picked else 0

    def next_fix(self) -> None:
        """Shows the next fix of this row."""
        if self.picked:
            self._fixes[self.picked.key] = self.fix + 1
            self._tell()

    def toggle(self) -> None:
        """Unfolds or folds what passed and what waits, and puts the rows in order."""
        self._unfolded = self._how_far() is not Unfolded.ALL
        self._again()

    def filter(self, words: str) -> None:
        """Shows the rows that hold the words; none shows all."""
        self.words = words
        self._again()

    def _again(self) -> None:
        if self._now is not None:
            self.show(self._report, self._now, self._took, settle=True)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Opens the detail of the row."""
        event.stop()
        self._tell()
        self.query_one("#check-detail-box").scroll_home(animate=False)

    def on_key(self, event: Key) -> None:
        """From the first move on the cursor belongs to the user."""
        self._moved = self._moved or event.key in _CURSOR_KEYS

    def on_click(self, event: Click) -> None:
        """A click moves the cursor as well."""
        self._moved = self._moved or event.widget is self.query_one("#check-rows")

    def on_resize(self, _: Resize) -> None:
        """Another width has other columns, another height may fold or unfold."""
        self.call_after_refresh(self._refold)

    def _refold(self) -> None:
        if self._now is not None and self._shown_at != (self.size, self.app.size):  # else it was filled meanwhile
            self.show(self._report, self._now, self._took, settle=not self._moved)
