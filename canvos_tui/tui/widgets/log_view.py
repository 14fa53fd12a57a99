"""A view of a growing log file: only the visible lines are read and rendered; follows the end until the user scrolls up."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from canvos_tui.core.ports import LogReader

FRAME = 0.1  # seconds between looks at the file
_SGR = re.compile(r"\x1b\[([0-9;]*)m")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class LogView(ScrollView, can_focus=True):
    """Shows the lines of a LogReader; never holds more than the window."""

    BINDINGS = [
        Binding("end,f", "follow", "Follow"),
        Binding("home", "top", "Top", show=False),
        Binding("enter,z", "full", "Full screen"),
    ]

    class Moved(Message):
        """The state line should be drawn again."""

    class Full(Message):
        """The user wants the log to have the whole page, or no more."""

    def __init__(self) -> None:
        super().__init__(id="log")
        self._reader: LogReader | None = None
        self.following = True
        self._seen = 0  # lines known when following stopped

    def open(self, reader: LogReader) -> None:
        """Shows another log from its end."""
        self.close()
        self._reader = reader
        self.following = True
        self._look()

    def close(self) -> None:
        """Lets go of the file."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def on_mount(self) -> None:
        """Looks at the file at a fixed rate; the arrival of lines never calls in here."""
        self.set_interval(FRAME, self._look)

    def on_unmount(self) -> None:
        """Closes the file."""
        self.close()

    @property
    def line_count(self) -> int:
        """Lines in the log so far."""
        return self._reader.line_count if self._reader else 0

    @property
    def state(self) -> str:
        """FOLLOWING, or PAUSED with the number of lines that came since."""
        if self.following:
            return "FOLLOWING"
        return f"PAUSED +{self.line_count - self._seen} new, End to follow"

    def _look(self) -> None:
        if self._reader is None or not self._reader.refresh():
            return
        lines = self._reader.line_count
        if lines != self.virtual_size.height or self.virtual_size.width != self.size.width:
            self.virtual_size = Size(self.size.width, lines)
        if self.following:
            self.scroll_to(y=max(0, lines - self.size.height), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Keeps the end in view while following."""
        self.virtual_size = Size(self.size.width, self.line_count)
        if self.following:
            self.scroll_to(y=max(0, self.line_count - self.size.height), animate=False, force=True)

    def watch_scroll_y(self, old: float, new: float) -> None:
        """Scrolling up pauses, scrolling to the end follows again."""
        super().watch_scroll_y(old, new)
        at_end = new >= max(0, self.line_count - self.size.height)
        if self.following and new < old and not at_end:
            self.following, self._seen = False, self.line_count
            self.post_message(self.Moved())
        elif not self.following and at_end and new > old:
            self.following = True
            self.post_message(self.Moved())

    def action_follow(self) -> None:
        """Back to the end."""
        self.following = True
        self.scroll_to(y=max(0, self.line_count - self.size.height), animate=False, force=True)
        self.post_message(self.Moved())

    def action_top(self) -> None:
        """To the first line."""
        self.scroll_to(y=0, animate=False, force=True)

    def action_full(self) -> None:
        """Asks for the whole page."""
        self.post_message(self.Full())

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        top = int(self.scroll_y)
        width = self.size.width
        line = self._window(top).get(top + y, "")
        return Strip(segments(line, self.rich_style)).adjust_cell_length(width, self.rich_style).crop(0, width)

    def _window(self, top: int) -> dict[int, str]:
        """The lines of the window, read once per frame."""
        if self._reader is None:
            return {}
        key = (top, self.size.height, self._reader.size)
        if key != getattr(self, "_window_key", None):
            self._window_key = key
            self._lines = dict(enumerate(self._reader.read(top, self.size.height), start=top))
        return self._lines


def segments(line: str, base: Style) -> list[Segment]:
    """A line with SGR colours as segments; every other control character is dropped, so that a log cannot reach the terminal."""
    out: list[Segment] = []
    style, at = base, 0
    for found in _SGR.finditer(line):
        _add(out, line[at : found.start()], style)
        style = _styled(style, base, found[1])
        at = found.end()
    _add(out, line[at:], style)
    return out


def _add(out: list[Segment], text: str, style: Style) -> None:
    if text:
        out.append(Segment(_CONTROL.sub("", text.expandtabs(8)), style))


def _styled(style: Style, base: Style, parameters: str) -> Style:
    for code in (int(p or 0) for p in parameters.split(";")):
        if code == 0:
            style = base
        elif code == 1:
            style += Style(bold=True)
        elif code == 2:
            style += Style(dim=True)
        elif 30 <= code <= 37:
            style += Style(color=_COLOURS[code - 30])
        elif 90 <= code <= 97:
            style += Style(color=f"bright_{_COLOURS[code - 90]}")
    return style
