"""A viewer in a terminal of its own, measured from outside: what it prints, when, and what it costs."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_ASKED = (  # what a terminal answers, so that programs use synchronized output and do not wait
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
)
FRAME = b"\x1b[?2026h"  # one for each frame of a program that knows synchronized output


class Driven:
    """A command on a PTY of 120x40. `rate` is how many bytes a second the line to it carries; None for all."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], rate: float | None = None) -> None:
        told = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **environ}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], list(command), told)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        os.set_blocking(self.master, False)
        self._rate = rate
        self._read_at = time.perf_counter()
        self.printed = bytearray()

    def pump(self, seconds: float = 0.002) -> bytes:
        """What came within that time at most."""
        if self._rate is not None:
            return self._slowly(seconds)
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        return self._take(1 << 16)

    def _slowly(self, seconds: float) -> bytes:
        """As a slow line would carry it: at most so many bytes since the last time."""
        time.sleep(min(seconds, 0.005))
        now = time.perf_counter()
        room = min(int((now - self._read_at) * (self._rate or 0)), 4096)
        if room <= 0:
            return b""
        self._read_at = now
        return self._take(room) if select.select([self.master], [], [], 0)[0] else b""

    def _take(self, most: int) -> bytes:
        try:
            data = os.read(self.master, most)
        except OSError:
            return b""
        self.printed += data
        fresh = len(self.printed) - len(data)
        for asked, answer in _ASKED:  # a question may come in two pieces
            for _ in range(self.printed.count(asked, max(0, fresh - len(asked) + 1))):
                self.press(answer)
        return data

    def press(self, keys: bytes) -> None:
        """Keys as bytes."""
        os.write(self.master, keys)

    def wait_for(self, word: bytes, seconds: float, since: int | None = None) -> float | None:
        """Seconds until that stands in what is printed from now on (or from byte `since`); None when it does not."""
        begin = len(self.printed) if since is None else since
        start = time.perf_counter()
        at = begin
        while time.perf_counter() - start < seconds:
            self.pump()
            if len(self.printed) > at:
                if self.printed.find(word, max(begin, at - len(word))) >= 0:
                    return time.perf_counter() - start
                at = len(self.printed)
        return None

    def rest(self, seconds: float) -> tuple[int, int]:
        """Bytes and frames of that time."""
        before, until = len(self.printed), time.perf_counter() + seconds
        while time.perf_counter() < until:
            self.pump(0.01)
        return len(self.printed) - before, self.printed.count(FRAME, before)

    def cpu(self) -> float:
        """Seconds of processor so far, with children."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(fields[n]) for n in (11, 12, 13, 14)) / _TICKS

    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * 4096

    def close(self) -> None:
        """Ends it."""
        try:
            os.kill(self.pid, 15)
            for _ in range(100):
                if os.waitpid(self.pid, os.WNOHANG)[0]:
                    break
                self.pump(0.01)
            else:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
        finally:
            os.close(self.master)
