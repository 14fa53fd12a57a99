"""How long the start takes, as ratios in one run: `python -m tests.benchmarks.startup [RUNS]`.

Each program runs in a terminal of its own (120x40); the time counts from the start of the process to the first painted words.
Goals: `--version` at most 3 times `python -c pass`; of a Textual app with one widget at most: the first frame 1.15 times, the start page
when a key that was typed into it has shown its effect 1.5 times, the doctor's first answers 2 times.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time

MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("painted by the minimal app")
Minimal().run()
"""
PROGRAMS = {
    "python -c pass": ([sys.executable, "-c", "print('passed')"], b"passed"),
    "canvos-tui --version": ([sys.executable, "-m", "canvos_tui", "--version"], b"canvos-tui"),
    "minimal Textual app": ([sys.executable, "-c", MINIMAL], b"painted by the minimal app"),
    "canvos-tui": ([sys.executable, "-m", "canvos_tui"], b"Build an AWS cloud image"),
    "start page, a key": ([sys.executable, "-m", "canvos_tui"], b"z does nothing here"),
    "doctor, first answers": ([sys.executable, "-m", "canvos_tui", "doctor"], b"passed"),
}
TYPED = {"start page, a key": b"z"}  # as soon as the terminal takes it; it waits for whoever reads it
LIMIT = 20.0


def first_words(command: list[str], words: bytes, home: str, typed: bytes = b"") -> float:
    """Seconds until the words are painted; `typed` is sent with the first frame."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(HOME=home, XDG_STATE_HOME=f"{home}/state", TERM="xterm-256color")
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen = b""
    try:
        while words not in seen:
            ready, _, _ = select.select([terminal], [], [], LIMIT)
            if not ready:
                raise SystemExit(f"{command[-1]} painted nothing within {LIMIT:.0f} s")
            seen += os.read(terminal, 65536)
            if typed and b"\x1b[?1049h" in seen:
                os.write(terminal, typed)
                typed = b""
        return time.perf_counter() - began
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)


def main() -> None:
    """Prints a line per program: median in milliseconds, and the ratio to what its goal names."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    times: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as home:
        for turn in range(runs + 1):
            for name, (command, words) in PROGRAMS.items():
                seconds = first_words(command, words, home, TYPED.get(name, b""))
                if turn:  # the first turn fills the caches
                    times[name].append(seconds)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name in list(PROGRAMS)[1:]:
        base = "python -c pass" if name == "canvos-tui --version" else "minimal Textual app"
        if name == base:
            continue
        # turn by turn: a machine that is slower for a while is slower for both
        ratio = statistics.median(one / other for one, other in zip(times[name], times[base], strict=True))
        sys.stdout.write(f"{name:<22} {medians[name] * 1000:7.1f} ms   {ratio:5.2f} x {base} ({medians[base] * 1000:.1f} ms)\n")


if __name__ == "__main__":
    main()
