"""Frames no faster than the line to the terminal carries them.

What a program prints queues up in front of the answer to the next key. Over a slow line a log that streams would so delay keys by
seconds. After each frame of the log the terminal is asked where its cursor is; the answer says that the frame has arrived.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

from textual.app import SystemCommand
from textual.events import CursorPosition
from textual.screen import Screen

from canvos_tui.tui.key_order import OrderlyApp
from canvos_tui.tui.painting.thrifty_driver import ThriftyDriver
from canvos_tui.tui.textual_inside import driver_of, has_terminal, hold_mouse, write

ASK = "\x1b[6n"
NO_MOUSE = "CANVOS_TUI_NO_MOUSE"  # any value
LOST = 2.0  # seconds without an answer, after which none is expected
SILENT = 0.5  # seconds between frames for a terminal that does not answer
LONGEST = 1.0  # seconds of rest behind a frame
_ASIDE = {"app.command_palette", "app.quit", "leave"}  # the menu itself, and what Textual's own commands have
Result = TypeVar("Result")


def far(environ: Mapping[str, str]) -> bool:
    """Whether the terminal that answers is at the other end of a line; a multiplexer would answer for it at once."""
    return bool(environ.get("SSH_CONNECTION")) and not multiplexed(environ)


def multiplexed(environ: Mapping[str, str]) -> bool:
    """Whether tmux or screen stands between us and the terminal."""
    return bool(environ.get("TMUX") or environ.get("STY"))


class Pace:
    """When the next frame may go. Times are seconds of a steady clock."""

    def __init__(self, *, active: bool) -> None:
        self.active = active
        self._asked: float | None = None
        self._rest_until = 0.0
        self._speaks = True  # whether the terminal is known, or hoped, to answer

    @property
    def waiting(self) -> bool:
        """Whether an answer is on its way."""
        return self._asked is not None

    def free(self, now: float) -> bool:
        """Whether a frame may go now: the last one arrived, and the line rested for as long as that took."""
        if self._asked is not None:
            if now - self._asked < LOST:
                return False
            self._asked, self._speaks = None, False
        return now >= self._rest_until

    def sent(self, now: float) -> bool:
        """A frame has gone. Whether the terminal is to be asked for it: not while an answer is due, nor where none ever comes."""
        if not self.active or self._asked is not None:
            return False
        if not self._speaks:
            self._rest_until = now + SILENT
            return False
        self._asked = now
        return True

    def answered(self, now: float) -> None:
        """The terminal said where its cursor is; a late answer proves that it does answer."""
        self._speaks = True
        if self._asked is not None:
            self._rest_until = now + min(now - self._asked, LONGEST)
            self._asked = None


class PacedApp(OrderlyApp[Result]):
    """An app that hears the terminal's answers."""

    pace: Pace

    def __init__(self) -> None:
        super().__init__(driver_class=ThriftyDriver)
        self.mouse = not os.environ.get(NO_MOUSE)  # whether it is ours, or the terminal's own
        self.mouse_chosen = False

    def push_screen(self, *given: Any, **how: Any) -> Any:
        """What lies above a page is dressed before it is made: the start page does without what dialogs look like."""
        from canvos_tui.tui.painting.sheets import read_for_dialogs

        read_for_dialogs(self)
        return super().push_screen(*given, **how)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """What the keys of the page do, each with its key; whose the mouse is; what Textual offers."""
        from canvos_tui.tui.widgets.key_footer import named

        for key in named(screen):
            if key.action not in _ASIDE:
                yield SystemCommand(key.name, f"key {key.shown}", partial(self.run_action, key.action, key.node))
        title, what = ("Leave the mouse to the terminal", "it marks") if self.mouse else ("Take the mouse", "rows and buttons answer it")
        yield SystemCommand(title, f"mouse: {what}", self.action_hand_mouse)
        yield from super().get_system_commands(screen)

    def action_hand_mouse(self) -> None:
        """To the terminal, which marks text with it as anywhere, or back to us."""
        self.mouse, self.mouse_chosen = not self.mouse, True
        hold_mouse(self, on=self.mouse)

    def on_resize(self) -> None:
        """A terminal of another size may have moved what stood on it."""
        self.send_all()

    def action_redraw(self) -> None:
        """Paints everything again, also what another program wrote over."""
        self.send_all()
        self.screen.refresh(layout=True)

    def send_all(self) -> None:
        """What is painted next is sent whole, whatever stands on the terminal already."""
        driver = driver_of(self)
        if isinstance(driver, ThriftyDriver):
            driver.forget()

    def on_cursor_position(self, event: CursorPosition) -> None:
        """A frame has arrived."""
        event.stop()
        self.pace.answered(time.monotonic())

    def frame_sent(self) -> None:
        """Asks the terminal behind a frame of the log."""
        if has_terminal(self) and self.pace.sent(time.monotonic()):
            write(self, ASK)

    async def hush(self) -> None:
        """Asks no more and waits for an answer that is due, two seconds at most: a shell that gets the terminal next would print it."""
        self.pace.active = False
        while self.pace.waiting and not self.pace.free(time.monotonic()):  # noqa: ASYNC110  it may never come
            await asyncio.sleep(0.01)

    @asynccontextmanager
    async def hushed(self) -> AsyncGenerator[None]:
        """Hushed while the terminal belongs to somebody else."""
        active = self.pace.active
        await self.hush()
        try:
            yield
        finally:
            self.pace.active = active
