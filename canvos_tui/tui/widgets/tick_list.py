"""Ticks that can be read without colour: `[x]` and `[ ]`; the stock ones show an X in both states."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import Checkbox, SelectionList


class TickList(SelectionList[str]):
    """A SelectionList whose mark is a character: the stock one differs by colour only."""

    def render_line(self, y: int) -> Strip:
        """The stock line with its three-cell button replaced."""
        line = super().render_line(y)
        at = self.scroll_offset.y + y
        if at >= self.option_count:
            return line
        ticked = self.get_option_at_index(at).value in self.selected
        width = self.size.width
        style = max(line, key=lambda s: len(s.text)).style  # the label's: that of the stock mark is nearly invisible
        mark = Strip([Segment("[x]" if ticked else "[ ]", style)])
        return Strip.join([mark, line.crop(3, width)])


class Tick(Checkbox):
    """A Checkbox with a character for each state."""

    BUTTON_LEFT = ""  # drawn in the colour of the button's ground, so brackets would be invisible there
    BUTTON_RIGHT = ""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]  # noqa: N802  a constant in the base class
        """The whole mark."""
        return "[x]" if self.value else "[ ]"
