"""Taking things out of a log: copies, a saved file, a plain stream, the whole screen."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding
from textual.message import Message

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.escapes import plain
from canvos_tui.core.log.block import error_block
from canvos_tui.core.log.plain import PlainLog
from canvos_tui.core.ports import Terminal
from canvos_tui.core.text import middle
from canvos_tui.tui.dialogs.ask_path import AskPath
from canvos_tui.tui.dialogs.confirm import Ask, Choice
from canvos_tui.tui.log.browser import LogBrowser
from canvos_tui.tui.log.view import FRAME
from canvos_tui.tui.messages import CopyAsked, decline, hint, tell
from canvos_tui.tui.pace import PacedApp
from canvos_tui.tui.widgets.panel import Panel

_MOST = 5000  # lines that are copied; more is a case for `s`
NO_LOG = "there is no log yet"
_STREAM = "\n-- the log as plain text from line {line} on; o, q or Ctrl+C goes back to the screen --\n"


class LogPane(Panel):
    """The log of the build screen: a browser, and what is taken out of it."""

    DEFAULT_CSS = "LogPane { height: 1fr; padding: 0; }"

    BINDINGS = [
        Binding("c", "copy_line", "Copy"),
        Binding("C,shift+c", "copy_error", show=False),
        Binding("s", "save", "Save", show=False),
        Binding("o", "stream", "Stream", show=False),  # F1 names these: cancelling a build and leaving it need the room
        Binding("0", "phase(0)", "Phase", key_display="0-9", show=False),
        Binding("enter,z", "full", show=False),
        Binding("escape", "unwind", show=False),
    ]

    class Full(Message):
        """The user wants the log to have the whole screen, or no more."""

    def __init__(self, terminal: Terminal, folder: Path | None, frame: float = FRAME) -> None:
        super().__init__(title="Log", id="log-pane")
        self.browser = LogBrowser(frame)
        self._terminal = terminal
        self._folder = folder  # where a saved log goes unless another path is typed; None where it is not saved
        self.full = False

    def compose(self) -> ComposeResult:
        """The browser has all the room."""
        yield self.browser

    @on(LogBrowser.Told)
    def _told(self, event: LogBrowser.Told) -> None:
        event.stop()
        # with the whole screen for the log there is no lower border
        self.entitle(*((f"{event.what} · {event.place}", "") if self.full else (event.what, event.place)))

    def _hint(self, text: str) -> None:
        hint(self, text)

    def action_phase(self, number: int) -> None:
        """The browser's; its key stands last in the footer."""
        if self.browser.filter.active or number:
            self.browser.action_phase(number)
        else:
            decline(self, "all lines are shown; 1 to 9 show those of one phase")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002  Textual's signature
        """Esc belongs to the page unless there is something of ours to take back."""
        if action == "save":
            return self._folder is not None
        return action != "unwind" or self._has_something()

    def _has_something(self) -> bool:
        browser = self.browser
        return self.full or browser.filter.active or browser.scans.search is not None or browser.view.window.anchor is not None

    def action_unwind(self) -> None:
        """Ends selection, filter, search or the whole screen, the newest first."""
        if not self.browser.unwind():
            self.action_full()

    def action_full(self) -> None:
        """Asks for the whole screen."""
        self.full = not self.full
        self.browser.tell()
        self.post_message(self.Full())

    # -- copies ------------------------------------------------------------------------------------------

    def action_copy_line(self) -> None:
        """Copies the line of the cursor, or all that are selected."""
        window = self.browser.view.window
        chosen = window.selection
        if chosen is None:
            self._copy([self.browser.view.current], f"line {self.browser.view.current + 1}")
            return
        first, last = (window.shown.place(line, window.total) for line in chosen)
        if last - first >= _MOST:
            decline(self, f"x {last - first + 1} lines are too many for a clipboard; s saves the log")
            return
        self._copy([window.shown.line(place) for place in range(first, last + 1)], f"lines {chosen[0] + 1}-{chosen[1] + 1}")
        window.anchor = None
        self.browser.view.changed()

    @work(group="log-copy", exclusive=True)
    async def action_copy_error(self) -> None:
        """Copies the error at the cursor, else the first real one, with 20 lines around it."""
        line = await self.browser.error_at_hand()
        if line is None or self.browser.reader is None:
            decline(self, "no error in the log so far")
            return
        begin, end = error_block(self.browser.reader, line)
        self._copy(list(range(begin, end)), f"error, lines {begin + 1}-{end}")

    def _copy(self, lines: list[int], what: str) -> None:
        texts = [plain(text) for text in self.browser.view.texts(lines)]
        if texts:
            tell(self, CopyAsked("\n".join(texts), what))
        else:
            decline(self, NO_LOG)

    # -- a file, a stream --------------------------------------------------------------------------------

    @work(group="log-save", exclusive=True)
    async def action_save(self) -> None:
        """Asks for a path and copies the masked log there; never over a file without a question."""
        reader = self.browser.reader
        if reader is None or self._folder is None:
            decline(self, NO_LOG)
            return
        path = await self.app.push_screen_wait(AskPath("Save the log as (secrets are masked)", str(self._folder / "canvos-build.log")))
        if path is None:
            return
        try:
            saved = await reader.save(path)
            if not saved:
                choices = (Choice("", "Keep    the file that is there"), Choice("go", "Replace it with the log"))
                if await self.app.push_screen_wait(Ask(f"{path} exists already", "", choices)) != "go":
                    self._hint(f"not saved: {path} exists already")
                    return
                await reader.save(path, overwrite=True)
        except CanvosError as error:
            self._hint(f"x {error}. {error.remedy}")
        else:
            self._hint(f"saved: {middle(str(path), max(30, self.size.width - 10))}")

    async def action_stream(self) -> None:
        """Leaves the screen for a plain stream from the first visible line on, until a key brings the screen back."""
        reader, window = self.browser.reader, self.browser.view.window
        if reader is None:
            decline(self, NO_LOG)
            return
        first = window.rows[0].line if window.rows else 0
        log, told = PlainLog(reader, first), [_STREAM.format(line=first + 1)]
        try:
            # the terminal's answer to a frame would be taken for a key
            async with self.app.hushed() if isinstance(self.app, PacedApp) else nullcontext():
                with self.app.suspend():
                    self._terminal.print_until_key(lambda: told.pop() if told else log.more())
        except SuspendNotSupported:
            self._hint("x this terminal cannot be left for a while; canvos-tui attach --plain prints the log")
