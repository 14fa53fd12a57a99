"""Draws the rows of a log's window: hits, cursor, selection, times in front, a scroll bar's thumb behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from canvos_tui.core.escapes import plain
from canvos_tui.core.log.query import Query
from canvos_tui.core.ports import LogReader
from canvos_tui.core.text import elapsed
from canvos_tui.core.values import dataclass
from canvos_tui.tui.log.paint import filled, rows_of, strip_of
from canvos_tui.tui.log.window import ScreenRow, Window

PARTS = ("cursor", "hit", "selected", "thumb", "time")
STAMP = 9  # columns of a time in front of a line
CUT = "…"  # there is more to the right


def stamp_of(reader: LogReader, way: str, line: int) -> str:
    """When a line arrived: time of day, or time since the first line; a dash where nobody wrote it down."""
    at, begin = reader.time_of(line), reader.time_of(0)
    if at is None or begin is None:
        return "       -"
    return f"{at.astimezone():%H:%M:%S}" if way == "clock" else f"{elapsed((at - begin).total_seconds()):>8}"


@dataclass(frozen=True)
class Painter:
    """Everything that decides how a row looks, for one frame. `parts` are the styles named in PARTS."""

    width: int
    base: Style
    parts: Mapping[str, Style]
    query: Query | None = None
    wraps: bool = False
    shift: int = 0
    stamp: Callable[[int], str] | None = None
    notes: Mapping[int, str] | None = None

    def rows(self, line: int, text: str) -> list[Strip]:
        """The rows of one line, without what stands before and behind."""
        spans = self.query.spans(plain(text)) if self.query else ()
        strip = strip_of(text, self.base, spans, self.parts["hit"])
        if self.notes and line in self.notes:
            strip = Strip([*strip, Segment(f" {self.notes[line]}", self.base + self.parts["time"])])
        room = max(1, self.width - 1 - (STAMP if self.stamp else 0))
        if self.wraps:
            return rows_of(strip, room)
        if strip.cell_length <= self.shift + room:
            return [strip.crop(self.shift)] if self.shift else [strip]
        return [Strip([*strip.crop(self.shift, self.shift + room - 1), Segment(CUT, self.base + self.parts["time"])])]

    def finished(self, window: Window) -> list[Strip]:
        """All rows of the window, as wide as it is."""
        strips = [self._finished(row, window) for row in window.rows]
        for y in window.thumb():
            if y < len(strips):
                strips[y] = Strip([*strips[y].crop(0, self.width - 1), Segment(" ", self.base + self.parts["thumb"])], self.width)
        return strips

    def _finished(self, row: ScreenRow, window: Window) -> Strip:
        strip = row.strip
        if self.stamp is not None:
            text = self.stamp(row.line) if row.first else ""
            strip = Strip([Segment(text.ljust(STAMP)[:STAMP], self.base + self.parts["time"]), *strip])
        strip = filled(strip, self.width, self.base)
        chosen = window.selection if window.anchor is not None else None
        if chosen and chosen[0] <= row.line <= chosen[1]:
            return strip.apply_style(self.parts["selected"])
        return strip.apply_style(self.parts["cursor"]) if row.line == window.cursor else strip
