"""A view of a growing log file: only the visible lines are read and rendered; follows the end until the user scrolls up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding
from textual.events import Click, MouseScrollDown, MouseScrollUp
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from canvos_tui.core.escapes import plain
from canvos_tui.core.log.query import Query
from canvos_tui.core.ports import LogReader
from canvos_tui.tui.log.line_map import LineMap
from canvos_tui.tui.log.rows import PARTS, STAMP, Painter, stamp_of
from canvos_tui.tui.log.window import Window
from canvos_tui.tui.messages import decline
from canvos_tui.tui.pace import PacedApp, multiplexed

FRAME = 0.05  # seconds between looks at the file
FRAME_FAR = 0.1  # the same over ssh or in a terminal multiplexer, where each frame costs more
FRAME_BLIND = 0.2  # in a multiplexer over ssh: it takes frames at once, whatever the line behind it carries
_AT_ONCE = 4  # looks of 1 MiB each within one frame; a file that is further ahead is caught up with beside the frames
_SIDEWAYS = 20  # columns for one key press


def frame_for(environ: Mapping[str, str]) -> float:
    """Seconds between looks at the file, by what the environment says of the way to the terminal."""
    ssh, within = bool(environ.get("SSH_CONNECTION")), multiplexed(environ)
    return FRAME_BLIND if ssh and within else FRAME_FAR if ssh or within else FRAME


class LogView(Widget, can_focus=True):
    """Shows the lines of a LogReader; never holds more than the window."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{name}" for name in PARTS}
    BINDINGS = [
        Binding("end,f", "follow", "Follow", key_display="End"),
        Binding("home", "top", "Top", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("shift+up", "select(-1)", show=False),
        Binding("shift+down", "select(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("left", "sideways(-1)", show=False),
        Binding("right", "sideways(1)", show=False),
        Binding("v", "begin_selection", show=False),
        Binding("t", "times", show=False),
    ]

    class Moved(Message):
        """The state line should be drawn again, and the log itself with `paint`: both at once, so that it is one frame."""

        def __init__(self, *, paint: bool) -> None:
            self.paint = paint
            super().__init__()

    def __init__(self, frame: float = FRAME) -> None:
        super().__init__(id="log")
        self.reader: LogReader | None = None
        self.window = Window()
        self.query_shown: Query | None = None
        self.notes: dict[int, str] = {}  # words behind a line of the log, such as how much is folded there
        self._frame = frame
        self._times = ""  # "", "clock" or "since"
        self._shift = 0
        self._drawn: object = None
        self._strips: list[Strip] = []
        self._base = Style()
        self._thumb = range(0)
        self._catching_up = False

    # -- what is shown -----------------------------------------------------------------------------------

    def open(self, reader: LogReader) -> None:
        """Shows another log from its end."""
        self.close()
        self.reader = reader
        self.window = Window(wraps=self.window.wraps)
        self._look()

    def close(self) -> None:
        """Lets go of the file."""
        if self.reader is not None:
            self.reader.close()
            self.reader = None

    def on_mount(self) -> None:
        """Looks at the file at a fixed rate; the arrival of lines never calls in here."""
        self.set_interval(self._frame, self._look)

    def on_unmount(self) -> None:
        """Closes the file."""
        self.close()

    @property
    def line_count(self) -> int:
        """Lines in the log so far."""
        return self.reader.line_count if self.reader else 0

    @property
    def state(self) -> str:
        """FOLLOWING, or PAUSED with the number of lines that came since."""
        return "FOLLOWING" if self.window.following else f"PAUSED +{self.line_count - self.window.seen} new"

    @property
    def current(self) -> int:
        """The line that a key such as `c` means: the cursor's, else the newest."""
        window = self.window
        if window.cursor is not None:
            return window.cursor
        return window.shown.line(window.count - 1) if window.count else 0

    def put(self, shown: LineMap) -> None:
        """Shows these lines of the log only."""
        self.window.put(shown)
        self.changed()

    def show_line(self, line: int) -> None:
        """Stands on that line; sideways so far that what the search found in it is seen."""
        self.window.show(line)
        spans = self.query_shown.spans(plain(text)) if self.query_shown and (text := "".join(self.texts([line]))) else []
        if not self.window.wraps:
            room = self.size.width - 1 - (STAMP if self._times else 0)
            end = spans[0][1] if spans else 0
            self._shift = 0 if end <= room else max(0, end - room + _SIDEWAYS)
        self.changed()

    def mark(self, query: Query | None) -> None:
        """Marks what the query finds in the lines shown."""
        self.query_shown = query
        self.changed()

    def texts(self, lines: Sequence[int]) -> list[str]:
        """Those lines as they lie in the file."""
        if self.reader is None or not lines:
            return []
        if lines[-1] - lines[0] == len(lines) - 1:
            return self.reader.read(lines[0], len(lines))
        return [text for line in lines for text in self.reader.read(line, 1)]

    # -- the frame clock ---------------------------------------------------------------------------------

    def _look(self) -> None:
        """One look at the file."""
        if self.reader is None or self._catching_up or not self._may_paint():
            return
        looks = 0
        while looks < _AT_ONCE and self.reader.refresh():
            looks += 1
        if looks == _AT_ONCE:
            self._catching_up = True
            self.run_worker(self._catch_up(), group="catch-up", exclusive=True)
        elif looks:
            self._grown()

    def _may_paint(self) -> bool:
        return not isinstance(self.app, PacedApp) or self.app.pace.free(time.monotonic())

    async def _catch_up(self) -> None:
        """Counts what is there already, a step of 1 MiB after the other, with room for keys between them."""
        reader = self.reader
        try:
            while reader is not None and reader is self.reader and reader.refresh():  # noqa: ASYNC110  the pause lets keys in
                await asyncio.sleep(0)
        finally:
            self._catching_up = False
        self._grown()

    def _grown(self) -> None:
        window = self.window
        window.total = self.line_count
        seen = window.following or window.ends or window.thumb() != self._thumb
        self.post_message(self.Moved(paint=seen))

    def changed(self) -> None:
        """Something other than the file changed what is seen."""
        self._drawn = None
        self.post_message(self.Moved(paint=True))

    # -- painting ----------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the window."""
        size = self.reader.size if self.reader else 0
        if (key := (size, self.size)) != self._drawn:
            self._base = self.rich_style  # asked for each row it would be a third of the work
            self._draw(self._base)
            self._drawn = key
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self._base)

    def notify_style_update(self) -> None:
        """Another theme, or the focus has come or gone."""
        super().notify_style_update()
        self._drawn = None

    def _draw(self, base: Style) -> None:
        """Reads the window once and makes all its rows."""
        window, reader = self.window, self.reader
        window.total, window.height = self.line_count, max(1, self.size.height)
        if self._times and reader is not None:
            reader.refresh_times()
        named = {name: self.get_component_rich_style(f"log--{name}", partial=True) for name in PARTS}
        stamp = partial(stamp_of, reader, self._times) if reader is not None and self._times else None
        painter = Painter(self.size.width, base, named, self.query_shown, window.wraps, self._shift, stamp, self.notes)
        window.fill(lambda lines: [painter.rows(line, text) for line, text in zip(lines, self._read(lines), strict=True)])
        self._thumb = window.thumb()
        self._strips = painter.finished(window)
        if isinstance(self.app, PacedApp) and self.app.pace.active:
            self.call_after_refresh(self.app.frame_sent)

    def _read(self, lines: Sequence[int]) -> list[str]:
        texts = self.texts(lines)
        return texts + [""] * (len(lines) - len(texts))  # somebody cut the file meanwhile

    # -- keys and mouse ----------------------------------------------------------------------------------

    def action_follow(self) -> None:
        """Back to the end."""
        if self.window.following:
            decline(self, "the end is followed already; the arrows leave it")
        self.follow()

    def follow(self) -> None:
        """To the end, and along with it."""
        self.window.follow()
        self.changed()

    def action_top(self) -> None:
        """To the first line."""
        if self.window.count:
            self.window.show(self.window.shown.line(0))
            self.window.top = 0
        self.changed()

    def action_move(self, by: int) -> None:
        """The cursor up or down."""
        self.window.move(by)
        self.changed()

    def action_select(self, by: int) -> None:
        """The cursor up or down, selecting."""
        self.window.move(by, select=True)
        self.changed()

    def action_page(self, way: int) -> None:
        """A window up or down."""
        self.window.scroll(way * max(1, self.size.height - 1))
        self.changed()

    def action_sideways(self, way: int) -> None:
        """Long lines to the side, where they are not wrapped."""
        self._shift = max(0, self._shift + way * _SIDEWAYS)
        self.changed()

    def action_begin_selection(self) -> None:
        """From here on the cursor selects; a second time it does not any more."""
        window = self.window
        window.pause()
        window.anchor = window.cursor if window.anchor is None else None
        self.changed()

    def wrap(self) -> None:
        """Long lines on several rows, or not."""
        self.window.wraps = not self.window.wraps
        self._shift = 0
        self.changed()

    def action_times(self) -> None:
        """Time of day, time since the first line, none."""
        self._times = {"": "clock", "clock": "since", "since": ""}[self._times]
        self.changed()

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """The wheel scrolls three lines."""
        event.stop()
        self.window.scroll(-3)
        self.changed()

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """The wheel scrolls three lines."""
        event.stop()
        self.window.scroll(3)
        self.changed()

    def on_click(self, event: Click) -> None:
        """The cursor goes where one clicks."""
        if event.y < len(self.window.rows):
            self.window.pause(self.window.rows[event.y].line)
            self.changed()
