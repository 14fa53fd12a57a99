"""The list of check results: failures first, the rest folded, the detail of the row under the cursor below or beside it."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Click, Key, Resize
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from canvos_tui.core.checks.report import Report
from canvos_tui.core.status import Status
from canvos_tui.tui.checks.detail import Shape, detail
from canvos_tui.tui.checks.rows import STALE, CheckRow, Took, columns, head, in_place, rows, stale

STYLES = {
    Status.FAIL: "bold $text-error",
    Status.WARN: "$text-warning",
    Status.UNKNOWN: "$text-warning",
    Status.PASS: "$text-success",
    Status.SKIP: "$text-muted",
    None: "$text-muted",
}
WIDE = 90  # columns from which the detail stands beside the list
LIST_WIDTH = 58
_CURSOR_KEYS = frozenset({"up", "down", "home", "end", "pageup", "pagedown"})
LONGEST_NAME = 22


class CheckList(Container):
    """Rows and detail. The cursor stands on the first row until the user moves it; from then on no row changes its place."""

    def __init__(self) -> None:
        super().__init__(id="check-list")
        self._rows: tuple[CheckRow, ...] = ()
        self._lines: list[Content] = []
        self._report = Report(())
        self._now: datetime | None = None
        self._took: Took | None = None
        self._unfolded: bool | None = None  # None: as the width has it
        self._moved = False
        self._fixes: dict[str, int] = {}
        self._detail = ""
        self.words = ""

    def compose(self) -> ComposeResult:
        """List and detail."""
        with Vertical(id="check-left"):
            yield Static("", id="check-head", markup=False)
            yield OptionList(id="check-rows", compact=True, markup=False)
        yield VerticalScroll(Static("", id="check-detail", markup=False), id="check-detail-box", can_focus=True)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show(self, report: Report, now: datetime, took: Took | None, *, settle: bool = False) -> None:
        """Fills the rows; `settle` puts them in order even if the user has moved the cursor."""
        self._report, self._now, self._took = report, now, took
        made = rows(report, unfolded=self.unfolded, words=self.words)
        self._fill(made if settle or not self._moved else in_place(self._rows, made, report))

    def tick(self, now: datetime) -> None:
        """Time goes on: running rows count, old ones are marked."""
        self._now = now
        self._fill(self._rows)

    @property
    def unfolded(self) -> bool:
        """Whether every check has a row of its own."""
        return self.wide if self._unfolded is None else self._unfolded

    @property
    def wide(self) -> bool:
        """Whether the detail stands beside the list."""
        return self.size.width >= WIDE

    def _fill(self, made: tuple[CheckRow, ...]) -> None:
        box, standing = self.query_one("#check-rows", OptionList), self.picked
        keys = [row.key for row in made]
        same = keys == [row.key for row in self._rows] and box.option_count == len(made)
        kept = self._moved and standing is not None and standing.key in keys
        at = box.highlighted if same else keys.index(standing.key) if kept and standing is not None else 0
        self._rows = made
        lines = self._drawn(at)
        if same:
            for number in (n for n, line in enumerate(lines) if line != self._lines[n]):
                box.replace_option_prompt_at_index(number, lines[number])
        else:
            with self.prevent(OptionList.OptionHighlighted):
                box.set_options([Option(line) for line in lines])
                box.highlighted = at if made else None
        self._lines = lines
        self._tell()

    def _drawn(self, at: int | None) -> list[Content]:
        """The rows as they are painted, `>` before the one under the cursor."""
        old = stale(self._report, self._now) if self._now else frozenset()
        running = (self._now - self._took.began).total_seconds() if self._now and self._took else None
        width, names = self._room()
        return [
            Content.assemble(
                ">" if number == at else " ",
                (row.label, STYLES[row.status]),
                STALE if row.key in old else " ",
                columns(row, width, names, running, headed=self.wide),
            )
            for number, row in enumerate(self._rows)
        ]

    def _room(self) -> tuple[int, int]:
        """Columns beside the status, and those of the widest name; the cursor's mark, the status and a scrollbar take the rest."""
        names = min(LONGEST_NAME, max((len(check.id) for check in self._report.checks), default=0))
        return (LIST_WIDTH if self.wide else self.size.width) - 7, names

    def _tell(self) -> None:
        picked = self.picked
        shape = Shape(max(30, self.query_one("#check-detail-box").size.width - 1), self.fix, raw=self.wide)
        none = f" no check holds {self.words}: / and Esc shows all" if self.words else ""
        text = detail(picked, shape) if picked else Content(none)
        if text.plain != self._detail:
            self._detail = text.plain
            self.query_one("#check-detail", Static).update(text)

    # -- where the user is ---------------------------------------------------------------------------------------------

    @property
    def picked(self) -> CheckRow | None:
        """The row under the cursor."""
        at = self.query_one("#check-rows", OptionList).highlighted
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
        self._unfolded = not self.unfolded
        self._again()

    def filter(self, words: str) -> None:
        """Shows the rows that hold the words; none shows all."""
        self.words = words
        self._again()

    def _again(self) -> None:
        if self._now is not None:
            self.show(self._report, self._now, self._took, settle=True)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Marks the row and opens its detail."""
        event.stop()
        self._fill(self._rows)
        self.query_one("#check-detail-box").scroll_home(animate=False)

    def on_key(self, event: Key) -> None:
        """From the first move on the cursor belongs to the user."""
        self._moved = self._moved or event.key in _CURSOR_KEYS

    def on_click(self, event: Click) -> None:
        """A click moves the cursor as well."""
        self._moved = self._moved or event.widget is self.query_one("#check-rows")

    def on_resize(self, event: Resize) -> None:
        """Another width has other columns, and may fold or unfold."""
        self.set_class(event.size.width >= WIDE, "-beside")
        self.query_one("#check-head", Static).update(Content(f" STAT {head(*self._room())}"))
        self.call_after_refresh(self._again if not self._moved else self._refold)

    def _refold(self) -> None:
        if self._now is not None:
            self.show(self._report, self._now, self._took)
