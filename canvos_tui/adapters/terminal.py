"""The user's terminal: its clipboard by three ways, and plain printing while no screen is painted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import shutil
import subprocess
import sys
import termios
import tty
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from canvos_tui.adapters.runs.folder import private_folder
from canvos_tui.core.errors import FilesError
from canvos_tui.core.terminal.clipboard import Copied, osc52, programs

_PATIENCE = 2.0  # seconds for a clipboard program; xclip goes on in the background, so its pipes are not waited for
_PAUSE = 0.1  # seconds between two looks for more
_BACK = b"oq\x1b\x03\x04"


class UserTerminal:
    """Implements the Terminal port."""

    def __init__(self, environ: Mapping[str, str], state: Path) -> None:
        self._environ = environ
        self._file = state / "clipboard.txt"

    async def copy(self, text: str) -> Copied:
        """The desktop's clipboard, else the terminal's by OSC 52, else a file of mode 0600; says which."""
        return await asyncio.to_thread(self._copy, text)

    def _copy(self, text: str) -> Copied:
        for command in programs(self._environ):
            if shutil.which(command[0], path=self._environ.get("PATH")) and _fed(command, text, self._environ):
                return Copied(f"copied with {command[0]}")
        if sequence := osc52(text, self._environ):
            way = " through tmux" if self._environ.get("TMUX") else " through screen" if self._environ.get("STY") else ""
            return Copied(f"to the clipboard by OSC 52{way}, unconfirmed", sequence)
        self._write(text)
        return Copied(f"too long for this terminal's clipboard, or it has none; written to {self._file}")

    def _write(self, text: str) -> None:
        try:
            private_folder(self._file.parent)
            file = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(file, "w", encoding="utf-8", errors="replace") as out:
                out.write(text)
        except OSError as error:
            raise FilesError(f"there is no clipboard, and {self._file} cannot be written: {error.strerror}") from error

    def print_until_key(self, more: Callable[[], str]) -> None:
        """Prints what `more` gives, ten times a second, until o, q, Esc, Ctrl+C or Ctrl+D is pressed."""
        with _keys_at_once() as source:
            while True:
                text = more()
                if text:
                    sys.stdout.write(text)
                    sys.stdout.flush()
                if source is None:
                    return
                if select.select([source], [], [], 0 if text else _PAUSE)[0]:
                    typed = os.read(source, 64)
                    if not typed or any(key in _BACK for key in typed):
                        return


@contextlib.contextmanager
def _keys_at_once() -> Iterator[int | None]:
    """The terminal without line editing and without signals, put back afterwards; None where there is none."""
    try:
        source = sys.stdin.fileno()
        before = termios.tcgetattr(source)
    except (OSError, ValueError, termios.error):
        yield None
        return
    mode = termios.tcgetattr(source)
    mode[tty.LFLAG] &= ~(termios.ICANON | termios.ECHO | termios.ISIG)
    termios.tcsetattr(source, termios.TCSAFLUSH, mode)
    try:
        yield source
    finally:
        termios.tcsetattr(source, termios.TCSAFLUSH, before)


def _fed(command: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    """Whether the program took the text."""
    try:
        done = subprocess.run(
            command,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=dict(environ),
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
