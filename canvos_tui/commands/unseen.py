"""Reads from a terminal what must not be shown on it: a line, several, or a paste whose later lines come while the first is read."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
from collections.abc import Callable, Iterator
from typing import TextIO

from canvos_tui.core.answers.pasted import keys_in

_PASTE_RESTS = 0.3  # seconds without another line, after which a paste is over


class Unseen:
    """The terminal behind standard input. EOFError for one that was closed before anything was typed.

    Nothing that was typed ahead is thrown away before a line is read, unless `forget` says so: the lines of a paste may answer several
    questions.
    """

    def __init__(self, writes: TextIO) -> None:
        self._writes = writes  # where the question stands
        self._pasted = False

    def line(self, before: str) -> str:
        """One line."""
        return self._read(before, lambda _: True)

    def line_or_paste(self, before: str) -> str:
        """One line, and those that come with it where it is one of a paste."""
        return self._read(before, lambda lines: not (_of_paste(lines[0]) and self._more()))

    def lines(self, before: str) -> str:
        """The lines up to an empty one; a pair of keys that is pasted in one go ends by itself."""
        return self._read(before, lambda lines: not lines[-1] or (_whole(lines) and not self._more()))

    @contextlib.contextmanager
    def quietly(self, *, forget: bool = True) -> Iterator[None]:
        """Nothing typed is shown between several readings either; at the end what nobody has read of a paste is forgotten, or kept."""
        self._pasted = False
        with _silent() as fd:
            try:
                yield
            finally:
                while forget and self._pasted and select.select([fd], [], [], _PASTE_RESTS)[0] and os.read(fd, 65536):
                    pass
                if forget:
                    termios.tcflush(fd, termios.TCIFLUSH)

    def forget(self) -> bool:
        """Throws away what was typed ahead; whether there was a line of it."""
        fd = sys.stdin.fileno()
        found = bool(select.select([fd], [], [], 0)[0])
        termios.tcflush(fd, termios.TCIFLUSH)
        return found

    def _more(self) -> bool:
        """Whether another line comes at once, as nobody types it."""
        found = bool(select.select([sys.stdin.fileno()], [], [], _PASTE_RESTS)[0])
        self._pasted = self._pasted or found
        return found

    def _read(self, before: str, over: Callable[[list[str]], bool]) -> str:
        lines: list[str] = []
        with _silent():
            self._writes.write(before)
            self._writes.flush()
            try:
                while line := sys.stdin.readline():
                    lines.append(line.strip())
                    if over(lines):
                        break
            finally:
                self._writes.write("\n")
                self._writes.flush()
        if not lines:
            raise EOFError
        return "\n".join(lines)


@contextlib.contextmanager
def _silent() -> Iterator[int]:
    """The terminal without echo; put back as it was, which may be without echo, too."""
    fd = sys.stdin.fileno()
    shown = termios.tcgetattr(fd)
    termios.tcsetattr(fd, termios.TCSADRAIN, [*shown[:3], shown[3] & ~termios.ECHO, *shown[4:]])
    try:
        yield fd
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, shown)


def _of_paste(line: str) -> bool:
    """Whether a line is none that a person types for a key's id: an assignment, JSON, CSV."""
    return not line.isalnum()


def _whole(lines: list[str]) -> bool:
    found = keys_in("\n".join(lines))
    return found is not None and (bool(found.token) or not found.key_id.startswith("ASIA"))
