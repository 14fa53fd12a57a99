"""Two of the ports: a log that grows, and the user's terminal. `ports` has them too, with all the others."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from canvos_tui.core.terminal.clipboard import Copied


class LogReader(Protocol):
    """A growing log file behind a sparse index; lines count from 0; every call is short enough for the event loop."""

    @property
    def line_count(self) -> int:
        """Lines known so far, an unfinished last one included."""

    @property
    def size(self) -> int:
        """Bytes known so far."""

    @property
    def whole(self) -> bool:
        """Whether the last line known has its end."""

    @property
    def path(self) -> Path:
        """Where the log lies."""

    @property
    def repeats(self) -> tuple[int, ...]:
        """Lines at which the build tool begins to repeat a failing step."""

    def refresh(self) -> bool:
        """Looks for new bytes, at most 1 MiB a call; True when something changed."""

    def read(self, first: int, count: int) -> list[str]:
        """Those lines, clipped to a few thousand characters each, without their line ends; colours as SGR sequences."""

    def time_of(self, line: int) -> datetime | None:
        """When that line arrived, to a quarter of a second; None for a log without times."""

    def refresh_times(self) -> None:
        """Takes in when new lines arrived; for a screen that shows it."""

    def line_at(self, byte: int) -> int:
        """The number of the line that begins at that byte."""

    def scan(self, at: int, look: Callable[[bytes, int], bool]) -> AsyncGenerator[int, None]:
        """Gives whole lines from byte `at` on to `look`, with the byte where they begin, in a thread; yields the byte reached, at once when
        `look` says True.
        """

    async def save(self, target: Path, *, overwrite: bool = False) -> bool:
        """Copies the log as it is now. False, and nothing done, when there is such a file already; FilesError when it fails."""

    def close(self) -> None:
        """Lets go of the file."""


class Terminal(Protocol):
    """The user's terminal, beside what the screens paint on it."""

    async def copy(self, text: str) -> Copied:
        """Puts a text on a clipboard: the desktop's, else by asking the terminal, else into a file. FilesError when nothing works."""

    def print_until_key(self, more: Callable[[], str]) -> None:
        """Prints what `more` gives, ten times a second, until o, q, Esc or Ctrl+C is pressed. Only while no screen is painted."""
