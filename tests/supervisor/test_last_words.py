"""What a command says last is read, though it had been silent for long and is gone when anybody looks."""

from __future__ import annotations

import selectors
import time
from typing import Any, cast

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.pty_process import PtyProcess
from canvos_tui.supervisor.build_terminal import BuildTerminal
from canvos_tui.supervisor.recorder import BuildRecorder
from tests.waiting import until


class _Recorder:
    """Keeps what was printed."""

    def __init__(self) -> None:
        self.said = b""
        self.finished = False

    def output(self, data: bytes) -> None:
        self.said += data

    def finish(self) -> None:
        self.finished = True


def test_what_is_printed_with_the_last_breath_is_stored(tmp_path):
    recorder, selector = _Recorder(), selectors.DefaultSelector()
    terminal = BuildTerminal(cast(Any, None), cast(BuildRecorder, recorder), RunClock(), selector)
    terminal.process = process = PtyProcess(("sh", "-c", "echo last"), tmp_path, {"PATH": "/usr/bin:/bin"}, 80, 24)
    selector.register(process.fd, selectors.EVENT_READ, terminal._printed)
    until(lambda: process.poll() is not None)  # while nobody reads: our own loop was busy with something else
    began = time.monotonic()
    while not terminal.end_if_over():
        for key, _ in selector.select(0.1):
            key.data()
    assert recorder.said == b"last\r\n"
    assert recorder.finished
    assert terminal.exit_code == 0
    assert time.monotonic() - began < 30
