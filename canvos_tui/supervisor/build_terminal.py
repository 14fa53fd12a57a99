"""The build's command on its terminal: started, read, stopped, and over only when its terminal says nothing more."""

from __future__ import annotations

import os
import selectors
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.control import Resize, Stop
from canvos_tui.adapters.runs.pty_process import PtyProcess
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.secret import without_keys
from canvos_tui.supervisor.pro_prompt import ProPrompt
from canvos_tui.supervisor.recorder import BuildRecorder
from canvos_tui.supervisor.stage_line import HELD, StageLine, command

_GATHER = 64 * 1024  # bytes that are handled together
_LINGER, _LONGEST = 1.0, 10.0  # seconds of silence, and at most, that a terminal is read after its command ended
_LAST_WORDS = 8  # reads of what our own stages told last
_PACKAGE = Path(__file__).parents[2]  # the folder that our package lies in
NOT_STARTED = 127  # the exit code of a command that could not be started, as a shell has it


class BuildTerminal:
    """`process` is None before the start and after the end; `exit_code` and `ended_at` are known as soon as the command has ended."""

    def __init__(self, plan: BuildPlan, recorder: BuildRecorder, clock: RunClock, selector: selectors.BaseSelector) -> None:
        self._plan = plan
        self._recorder = recorder
        self._clock = clock
        self._selector = selector
        self.process: PtyProcess | None = None
        self.exit_code: int | None = None
        self.ended_at: datetime | None = None
        self._heard = self._last_word = 0.0
        self._prompt: ProPrompt | None = None
        self._line: StageLine | None = None
        self.tell: Callable[[str, str], None] = lambda *_: (
            None
        )  # called with kind and id of what our own stages found or made; has noted it on return

    def start(self, mandate: Mandate) -> int | None:
        """The process group; None where the command could not be started, which the recorder is told."""
        plan = self._plan
        exported = {name: value.reveal() for name, value in mandate.exports} if plan.builds else {}  # to each what it needs
        environ = {**without_keys(os.environ, "AWS_PROFILE"), **exported}
        line = StageLine(mandate.keys) if plan.resumes is not None else None
        # our own stages run where this package is, and never in a folder that somebody else filled
        words, folder = (
            (plan.command, Path(plan.checkout))
            if plan.resumes is None
            else (command(plan, mandate.pace, line.words if line is not None else ()), _PACKAGE)
        )
        size, keep, hold = (mandate.columns, mandate.rows), line.keep if line is not None else (), HELD if line is not None else ()
        try:
            self.process = PtyProcess(words, folder, environ, *size, keep=keep, hold=hold)
        except (OSError, ValueError) as error:
            self._recorder.note(f"the build could not be started: {error}")
            self.exit_code, self.ended_at = NOT_STARTED, self._clock.now()
            return None
        if line is not None:
            line.started()
            self._line = line
            self._selector.register(line.fd, selectors.EVENT_READ, self._told)
        self._prompt = ProPrompt(self.process, self._recorder)
        self._selector.register(self.process.fd, selectors.EVENT_READ, self._printed)
        return self.process.pid

    def _told(self) -> None:
        """Our own stages said something beside their terminal."""
        line = self._line
        found = line.told() if line is not None else None
        if line is not None and found is None:
            self._selector.unregister(line.fd)
            line.close()
            self._line = None
        told = list(found or ())
        for kind, name in told:
            self.tell(kind, name)
        if line is not None and told:
            line.heard(len(told))

    def _printed(self) -> None:
        process = self.process
        assert process is not None
        gathered = b""
        while len(gathered) < _GATHER and (data := process.read()):
            gathered += data
        self._heard = time.monotonic()
        if gathered:
            self._recorder.output(gathered)
            if self._prompt is not None:
                self._prompt.look(gathered)
        elif data is None:
            self._selector.unregister(process.fd)

    def end_if_over(self) -> bool:
        """True once, when the command has ended and its terminal says nothing more."""
        process = self.process
        code = process.poll() if process is not None else None
        if process is None or code is None:
            return False
        now = time.monotonic()
        if self.ended_at is None:
            self.ended_at, self.exit_code, self._last_word = self._clock.now(), code, now + _LONGEST
            self._heard = now  # its last words may lie there unread, however long it was silent before them
        closed = process.fd not in self._selector.get_map()
        if not closed and now - self._heard < _LINGER and now < self._last_word:
            return False  # something that it left behind still prints
        if not closed:
            self._selector.unregister(process.fd)
        self._hang_up()
        self.process = None
        process.close()
        self._recorder.finish()
        return True

    def _hang_up(self) -> None:
        """The last of what our own stages told; their end of the pipe is closed with them."""
        for _ in range(_LAST_WORDS):
            self._told()
        if self._line is not None:
            self._selector.unregister(self._line.fd)
            self._line.close()
            self._line = None

    def resize(self, request: Resize) -> None:
        """Gives the terminal another size."""
        if self.process is not None:
            self.process.resize(request.columns, request.rows)

    def stop(self, request: Stop) -> None:
        """Interrupts the command as Ctrl-C would, or kills its whole session."""
        process = self.process
        if process is None:
            return
        if request.force:
            self._recorder.note(f"killed {process.kill()} processes of the build")
        elif not process.interrupt():
            self._recorder.note("the build's process group is gone already")
