"""When a supervisor gives a sign of life."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.adapters.runs.heart import read_heart
from canvos_tui.core.aws.facts import Baseline
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.supervisor.machine_events import MachineEvents
from canvos_tui.supervisor.recorder import BuildRecorder
from canvos_tui.supervisor.signs import RunSigns

PLAN = BuildPlan("/x", "v4.8.8", ("./earthly.sh",), Baseline(datetime(2026, 11, 22, tzinfo=UTC), "us-east-1", "b", "k"))


class Machine:
    """Only what a sign of life tells of the machine."""

    running: int | None = None
    cpu: float | None = None


def test_a_container_that_came_or_went_is_told_before_the_next_beat(tmp_path: Path) -> None:
    folder, clock, machine = RunFolder(tmp_path / "runs" / "20261122-1412-3f9a"), RunClock(), Machine()
    folder.make()
    recorder = BuildRecorder(folder, PLAN, (), lambda _: None, clock)
    signs = RunSigns(folder, clock, recorder, cast("MachineEvents", machine))
    signs.beat(None)
    assert not signs.due()
    for running in (0, 1, 0, None):
        machine.running = running
        assert signs.due()
        signs.beat(None)
        assert read_heart(folder)["containers"] == running
        assert not signs.due()
    recorder.close()
