"""A real terminal for tests: a command on a PTY of its own, its screen as text, keys in, and words waited for with a deadline."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

from tests.waiting import PATIENCE, until

# a process gets a terminal of its own by asking for it as the leader of a session
_TAKE = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
_SWITCH = re.compile(r"(\x1b\[\?1049[hl])")
_HELD = re.compile(r"\x1b(?:\[[\x20-\x3f]{0,24}|\](?:2(?:2[^\x07\x1b]{0,24})?)?)?$")  # a sequence whose end is not there yet
# what pyte does not know: it would print the letters of it, and take the shape of the mouse pointer for a title
_PRIVATE = re.compile(r"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1bP[^\x1b]*\x1b\\|\x1b\]22;[^\x07]*\x07")
_MODES = {"1049": "alternate screen", "1000": "mouse", "1002": "mouse", "1003": "mouse", "1006": "mouse", "1015": "mouse", "2004": "paste"}
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backtab": "\x1b[Z",
    "space": " ",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "f8": "\x1b[19~",
    "ctrl+a": "\x01",
    "ctrl+c": "\x03",
    "ctrl+k": "\x0b",
    "ctrl+l": "\x0c",
    "ctrl+q": "\x11",
    "ctrl+z": "\x1a",
}


class Terminal:
    """A command and the window it runs in. `printed` is every byte that reached the window."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], columns: int = 80, rows: int = 24, cwd: Path | None = None
    ) -> None:
        self._main = pyte.Screen(columns, rows)
        self._other = pyte.Screen(columns, rows)
        self._streams = {True: pyte.Stream(self._main), False: pyte.Stream(self._other)}
        self._screen = self._main
        self._decode = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""
        self.printed = bytearray()
        self.pressed = 0  # keys, but for those of a text
        self.watchers: list[Callable[[], None]] = []  # called at every look at the screen
        self.master, self._slave = os.openpty()
        self._ends = [self.master, self._slave]
        self._size(columns, rows)
        self.before = termios.tcgetattr(self._slave)
        told = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environ}
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE, *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=told,
            cwd=cwd,
            start_new_session=True,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the command, if it has not ended, and the window: first so that it can clear away what it started."""
        deadline = time.monotonic() + 5
        if self.process.poll() is None:
            self.process.terminate()
        while self.process.poll() is None and time.monotonic() < deadline and self._ends:
            self.pump()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """Closes the window, as a lost connection would; whoever ran in it goes on until it notices."""
        while self._ends:
            os.close(self._ends.pop())

    # -- out ---------------------------------------------------------------------------------------------

    def garble(self, row: int, text: str) -> None:
        """Another program writes over what stands there; the program in this terminal does not hear of it."""
        self._show(f"\x1b7\x1b[{row};1H\x1b[0m{text}\x1b8")

    def pump(self, seconds: float = 0.02) -> None:
        """Takes over what was printed, waiting at most that long for it."""
        while select.select([self.master], [], [], seconds)[0]:
            data = os.read(self.master, 1 << 16)
            self.printed += data
            self._show(self._decode.decode(data))
            seconds = 0
        for watcher in self.watchers:
            watcher()

    def _show(self, text: str) -> None:
        text = self._held + text
        cut = _HELD.search(text)
        self._held = text[cut.start() :] if cut else ""
        for piece in _SWITCH.split(text[: cut.start()] if cut else text):
            if _SWITCH.fullmatch(piece):
                self._screen = self._other if piece.endswith("h") else self._main
                if self._screen is self._other:
                    self._other.reset()
            elif piece:
                self._streams[self._screen is self._main].feed(_PRIVATE.sub("", piece))

    @property
    def screen(self) -> pyte.Screen:
        """The window as the emulator holds it: title, modes, character sets, cursor."""
        return self._screen

    @property
    def text(self) -> str:
        """What stands in the window now."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def said(self) -> str:
        """Everything that was printed, as text."""
        return self.printed.decode("utf-8", "replace")

    def row(self, word: str) -> str:
        """The first line of the window that holds the word."""
        return next((line for line in self.text.splitlines() if word in line), "")

    def highlighted(self, word: str) -> bool:
        """Whether the first line with that word is the bold one of a list."""
        cell = self._cell(word)
        return cell is not None and bool(cell.bold)

    def focused(self, word: str) -> bool:
        """Whether a button with that word is drawn in reverse, as the one that Enter pushes."""
        cell = self._cell(word)
        return cell is not None and bool(cell.reverse)

    def _cell(self, word: str) -> Any:
        for number, line in enumerate(self._screen.display):
            at = line.find(word)
            if at >= 0:
                return self._screen.buffer[number][at]
        return None

    # -- waiting -----------------------------------------------------------------------------------------

    def until(self, what: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Looks until it is so; fails with what stands in the window."""
        until(what, seconds, pause=self.pump, said=lambda: f"it never came to be; the window shows:\n{self.text}")

    def see(self, *words: str, seconds: float = PATIENCE) -> str:
        """Waits until all the words stand in the window; the window's text."""

        def missing() -> list[str]:
            return [word for word in words if word not in self.text]

        until(lambda: not missing(), seconds, pause=self.pump, said=lambda: f"never saw {missing()}; the window shows:\n{self.text}")
        return self.text

    def wait(self, seconds: float = PATIENCE) -> int:
        """Waits for the command to end; its exit code, negative for a signal."""
        self.until(lambda: self.process.poll() is not None, seconds)
        self.pump()
        assert self.process.returncode is not None
        return self.process.returncode

    # -- in ----------------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Keys by name, or single characters."""
        self.pressed += len(keys)
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())

    def type(self, text: str) -> None:
        """A text, as if pasted without brackets."""
        os.write(self.master, text.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Gives the window another size; the kernel tells the command."""
        self._main.resize(rows, columns)
        self._other.resize(rows, columns)
        self._size(columns, rows)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def kill(self) -> None:
        """`kill -9` of the command alone, as a crash would be."""
        self.process.send_signal(signal.SIGKILL)
        self.wait()

    # -- afterwards --------------------------------------------------------------------------------------

    def left_on(self) -> list[str]:
        """What the command switched on in the terminal and did not switch off: empty for a sane one."""
        said = self.said
        found = set()
        for mode, name in _MODES.items():
            switched = re.findall(rf"\x1b\[\?(?:\d+;)*{mode}(?:;\d+)*([hl])", said)
            if switched and switched[-1] == "h":
                found.add(name)
        cursor = re.findall(r"\x1b\[\?25([hl])", said)
        if cursor and cursor[-1] == "l":
            found.add("hidden cursor")
        if len(re.findall(r"\x1b\[>\d+u", said)) > len(re.findall(r"\x1b\[<\d*u", said)):
            found.add("keyboard protocol")
        if said.count("\x1b[22;0t") != said.count("\x1b[23;0t"):
            found.add("window title")
        progress = re.findall(r"\x1b\]9;4;(\d)", said)
        if progress and progress[-1] != "0":
            found.add("progress mark")
        after = termios.tcgetattr(self._slave)
        if after[:4] != self.before[:4]:
            found.add("line discipline")
        return sorted(found)
