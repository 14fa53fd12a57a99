"""A list of ticks that can be read without colour: `[x]` and `[ ]`."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip
from textual.widgets import SelectionList


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
        style = next((s.style for s in line if s.text.strip()), None)
        mark = Strip([Segment("[x]" if ticked else "[ ]", style)])
        return Strip.join([mark, line.crop(3, width)])
