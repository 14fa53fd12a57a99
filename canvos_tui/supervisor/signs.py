"""What a supervisor tells of itself while it works: the sign of life with the state of the log, and that the clock was set."""

from __future__ import annotations

import time

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.adapters.runs.heart import Heart
from canvos_tui.adapters.runs.pty_process import PtyProcess
from canvos_tui.core.run.heartbeat import BEAT
from canvos_tui.supervisor.machine_events import MachineEvents
from canvos_tui.supervisor.recorder import BuildRecorder

_JUMP = 2.0  # seconds by which the machine's clock must have been set to be worth a word


class RunSigns:
    """Beats every few seconds and when a container came or went, in the words of what recorder, machine and clock say."""

    def __init__(self, folder: RunFolder, clock: RunClock, recorder: BuildRecorder, machine: MachineEvents) -> None:
        self._heart = Heart(folder, clock)
        self._clock = clock
        self._recorder = recorder
        self._machine = machine
        self._beaten = 0.0
        self._running: int | None = None
        self._skew = 0.0

    def due(self) -> bool:
        """Whether it is time for the next beat."""
        return time.monotonic() - self._beaten > BEAT or self._machine.running != self._running

    def beat(self, process: PtyProcess | None) -> None:
        """Writes the sign of life; `process` is the build while it lives."""
        self._beaten, self._running = time.monotonic(), self._machine.running
        lost, why = self._recorder.lost
        since = self._recorder.lost_since
        self._heart.beat(
            process.pid if process is not None else None,
            alive=process is not None,
            containers=self._running,
            cpu=self._machine.cpu,
            step=self._recorder.step,
            lost=lost,
            lost_why=why,
            lost_since=since.isoformat(timespec="seconds") if since is not None and lost else None,
        )
        self._look_at_clock()

    def _look_at_clock(self) -> None:
        """Durations come from a clock that is never set; that the machine's was is told, because its times stand in other logs."""
        skew = self._clock.skew()
        moved = skew - self._skew
        if abs(moved) > _JUMP:
            way = "ahead" if moved > 0 else "back"
            self._recorder.note(f"the machine's clock was set {abs(moved):.0f} s {way}; this run goes on counting from its start")
            self._skew = skew
