"""The driver of the terminal, which sends of each frame what it changes."""

from __future__ import annotations

import os
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from canvos_tui.core.terminal.frame_diff import FrameDiff

BEGIN, END = "\x1b[?2026h", "\x1b[?2026l"  # around a frame, where the terminal knows synchronized output


class ThriftyDriver(LinuxDriver):
    """Textual's own, but for what goes out."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._diff = FrameDiff(colours=not os.environ.get("NO_COLOR"))
        self._begun = False
        super().__init__(*args, **named)

    def write(self, data: str) -> None:
        """Nothing for a frame that changes nothing, not even that it begins and ends."""
        if data == BEGIN:
            self._begun = True
            return
        if data == END and self._begun:
            self._begun = False
            return
        if less := self._diff.passed(data):
            super().write(BEGIN + less if self._begun else less)
            self._begun = False

    def forget(self) -> None:
        """The next frame is sent whole: the window has another size, or somebody else wrote into it."""
        self._diff.forget()
