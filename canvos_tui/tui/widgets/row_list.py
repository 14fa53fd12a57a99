"""A list of rows with colours of their own; the one under the cursor is painted in one colour to the edge of its panel."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from canvos_tui.core.terminal.marks import Mark


class RowList(OptionList):
    """Its own colours would be lost on the ground of the row under the cursor: there they give way, and a mark stands before it."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True, markup=False)
        self._rows: list[Content] = []
        self._errors: Collection[int] = ()

    def fill(self, rows: Sequence[Content], at: int | None = None, errors: Collection[int] = (), off: Collection[int] = ()) -> None:
        """Shows these rows, the cursor on `at`, or where it was.

        `errors` are those whose ground is red under the cursor, `off` those that cannot be chosen.
        """
        self._errors = errors
        now_off = {n for n in range(self.option_count) if self.get_option_at_index(n).disabled}
        if len(rows) == self.option_count and now_off == set(off):
            before, self._rows = self._rows, list(rows)
            for number in (n for n, row in enumerate(rows) if row != before[n]):
                self._paint(number)
        else:
            self._rows = list(rows)
            at = min(self.highlighted or 0, len(rows) - 1) if at is None else at
            with self.prevent(OptionList.OptionHighlighted):
                self.set_options([Option(self._painted(n, on=False), disabled=n in off) for n in range(len(rows))])
        if rows and at is not None and at != self.highlighted:
            with self.prevent(OptionList.OptionHighlighted):
                self.highlighted = at
        self._tell_colour()

    def watch_highlighted(self, highlighted: int | None) -> None:
        """The row that had the cursor gets its colours back."""
        before, self._marked = self._marked, highlighted
        for number in {before, highlighted} - {None}:
            self._paint(number)
        self._tell_colour()
        super().watch_highlighted(highlighted)

    _marked: int | None = None  # the row that is painted as the one under the cursor

    def _paint(self, number: int | None) -> None:
        if number is not None and number < min(self.option_count, len(self._rows)):
            self.replace_option_prompt_at_index(number, self._painted(number, on=number == self.highlighted))

    def _painted(self, number: int, *, on: bool) -> Content:
        row = self._rows[number]
        return Content(f"{Mark.CHOSEN.sign} {row.plain}") if on else Content("  ") + row

    def _tell_colour(self) -> None:
        self.set_class(self.highlighted in self._errors, "-error")
