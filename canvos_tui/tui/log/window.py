"""Which rows of a log are in the window: at its end while following, else from a line that stays where it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

from textual.strip import Strip

from canvos_tui.core.values import dataclass
from canvos_tui.tui.log.line_map import LineMap, Stretch

Draw = Callable[[Sequence[int]], list[list[Strip]]]


@dataclass(frozen=True)
class ScreenRow:
    """One row on the screen; `first` tells the row in which its line begins."""

    line: int
    strip: Strip
    first: bool


@dataclass
class Window:
    """The part of a log that is seen. `top` is the place of the first row's line, `cursor` a line number; both count from 0."""

    shown: LineMap = field(default_factory=Stretch)
    top: int = 0
    following: bool = True
    wraps: bool = False
    cursor: int | None = None
    anchor: int | None = None  # where a selection began
    seen: int = 0  # lines known when following stopped
    total: int = 0
    height: int = 1
    rows: list[ScreenRow] = field(default_factory=list)
    ends: bool = True  # whether the last line is in the window

    @property
    def count(self) -> int:
        """Lines that can be shown."""
        return self.shown.count(self.total)

    @property
    def last_top(self) -> int:
        """The place beyond which there is nothing to scroll to."""
        return max(0, self.count - (1 if self.wraps else self.height))

    @property
    def selection(self) -> tuple[int, int] | None:
        """First and last selected line."""
        if self.anchor is None or self.cursor is None:
            return None
        return min(self.anchor, self.cursor), max(self.anchor, self.cursor)

    def fill(self, draw: Draw) -> None:
        """Draws the rows of the window anew; `draw` gives the rows of some lines."""
        count = self.count
        self.top = max(0, count - self.height) if self.following else min(self.top, self.last_top)
        lines = [self.shown.line(place) for place in range(self.top, min(self.top + self.height, count))]
        drawn = draw(lines)
        rows = [ScreenRow(line, strip, n == 0) for line, strips in zip(lines, drawn, strict=True) for n, strip in enumerate(strips)]
        if self.following:
            self.top += self._hidden_lines(rows)
            self.rows = rows[-self.height :]
            self.ends = True
        else:
            self.rows = rows[: self.height]
            self.ends = self.top + len(lines) >= count and len(rows) <= self.height

    def _hidden_lines(self, rows: list[ScreenRow]) -> int:
        """How many lines are wholly above the window when its last rows are shown."""
        above = rows[: -self.height]
        return sum(row.first for row in above) - (1 if above and not rows[-self.height].first else 0)

    def pause(self, cursor: int | None = None) -> None:
        """Holds the window where it is; the cursor on that line, else on the last one."""
        if self.following:
            self.following, self.seen = False, self.total
        if cursor is not None:
            self.cursor = cursor
        elif self.cursor is None and self.count:
            self.cursor = self.shown.line(self.count - 1)

    def follow(self) -> None:
        """To the end, and stays there."""
        self.following, self.cursor, self.anchor = True, None, None

    def scroll(self, by: int) -> None:
        """Moves the window and the cursor with it; forward from the last lines follows again."""
        if by > 0 and (self.following or self.ends):
            self.follow()
            return
        self.pause()
        cursor = self._cursor_place() + by
        self.top = min(max(0, self.top + by), self.last_top)
        if by > 0 and not self.wraps and self.top >= self.last_top:
            self.follow()
            return
        self._put_cursor(min(max(cursor, self.top), self.top + self.height - 1))

    def move(self, by: int, *, select: bool = False) -> None:
        """Moves the cursor by lines; the window goes along where it has to."""
        at_end = self.cursor is not None and self._cursor_place() >= self.count - 1
        if by > 0 and not select and (self.following or at_end):
            self.follow()
            return
        self.pause()
        if select and self.anchor is None:
            self.anchor = self.cursor
        place = min(max(0, self._cursor_place() + by), max(0, self.count - 1))
        self._put_cursor(place)
        last = self.shown.place(self.rows[-1].line, self.total) if self.rows else self.top
        if place < self.top:
            self.top = place
        elif place > last or (place == last and self.wraps and not self.ends):
            self.top = min(self.top + max(1, place - last), self.last_top)

    def show(self, line: int) -> None:
        """Brings a line into the window, a third from the top, and the cursor on it."""
        if not self.count:
            return
        place = min(self.shown.place(line, self.total), self.count - 1)
        visible = {row.line for row in self.rows}
        self.pause(self.shown.line(place))
        if self.cursor not in visible:
            self.top = min(max(0, place - self.height // 3), self.last_top)

    def put(self, shown: LineMap) -> None:
        """Shows other lines: the cursor stays on its line or goes to the next one shown."""
        line = self.cursor
        self.shown, self.anchor, self.rows = shown, None, []
        if not self.following and line is not None and self.count:
            self.show(line)
        elif not self.following:
            self.follow()

    def thumb(self) -> range:
        """The rows of the window in which a scroll bar's thumb lies; none where everything is seen."""
        count = self.count
        if count <= self.height:
            return range(0)
        size = max(1, self.height * self.height // count)
        last = max(1, count - self.height)
        begin = (self.height - size) * min(self.top, last) // last
        return range(begin, begin + size)

    def _cursor_place(self) -> int:
        return self.shown.place(self.cursor, self.total) if self.cursor is not None else max(0, self.count - 1)

    def _put_cursor(self, place: int) -> None:
        if self.count:
            self.cursor = self.shown.line(min(place, self.count - 1))
