"""The log of the build screen alone, on a file: `python -m tests.benchmarks.log_app FILE`; q quits.

The first line shows the number of lines, and the last one says `done` once all bytes that were there at the start are counted.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import Static

from canvos_tui.adapters.log.file import LogFile
from canvos_tui.adapters.terminal import UserTerminal
from canvos_tui.tui.log.pane import LogPane
from canvos_tui.tui.log.view import FRAME, FRAME_FAR
from canvos_tui.tui.messages import CopyAsked, Hinted
from canvos_tui.tui.pace import Pace, PacedApp


class LogApp(PacedApp[None]):
    """One log, nothing else."""

    BINDINGS: ClassVar = [Binding("q", "quit", "Quit")]
    CSS = "#told { height: 1; text-wrap: nowrap; }"

    def __init__(self, path: Path, frame: float = FRAME, *, far: bool = False) -> None:
        super().__init__()
        self.path = path
        self.frame = frame
        self.pace = Pace(active=far)
        self.copied: list[str] = []

    def compose(self) -> ComposeResult:
        """The log and a line for what it has to say."""
        yield LogPane(UserTerminal({}, self.path.parent / "state"), self.path.parent, self.frame)
        yield Static("", id="told", markup=False)

    def on_mount(self) -> None:
        """Opens the file."""
        if theme := os.environ.get("LOG_THEME"):
            self.theme = theme
        self.size_at_start = self.path.stat().st_size
        pane = self.query_one(LogPane)
        pane.browser.view.focus()
        pane.browser.open(LogFile(self.path))
        self.set_interval(0.02, self._done)

    def _done(self) -> None:
        if not self.size_at_start:
            return
        reader = self.query_one(LogPane).browser.reader
        if reader is not None and reader.size >= self.size_at_start:
            self.size_at_start = 0
            self.query_one("#told", Static).update("done", layout=False)

    @on(Hinted)
    def _hinted(self, event: Hinted) -> None:
        self.query_one("#told", Static).update(Content(event.text), layout=False)

    @on(CopyAsked)
    def _copy(self, event: CopyAsked) -> None:
        self.copied.append(event.text)
        self.query_one("#told", Static).update(Content(f"copied {event.what}"), layout=False)


if __name__ == "__main__":
    over_ssh = bool(os.environ.get("LOG_FAR"))
    LogApp(Path(sys.argv[1]), FRAME_FAR if over_ssh else FRAME, far=over_ssh).run()
