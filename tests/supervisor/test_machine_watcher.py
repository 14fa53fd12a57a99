"""How often the engine is looked at."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from canvos_tui.adapters.docker.build_engine import BuildEngine, EngineLook
from canvos_tui.core.run.containers import ListedContainer
from canvos_tui.supervisor import machine_watcher
from canvos_tui.supervisor.machine_watcher import MachineWatcher
from tests.waiting import until

FOUND = ListedContainer("4b509efa5504", "amazing_turing", "x/earthly/earthly:v0.8.15", "running")


class Late(BuildEngine):
    """Lists its container from the third look on."""

    def __init__(self) -> None:
        super().__init__({}, "/nowhere", 0.0)
        self.looks = 0

    def look(self, *, measured: bool = False) -> EngineLook:
        self.looks += 1
        return EngineLook((FOUND,) if self.looks > 2 else ())


def test_looks_are_close_together_until_a_container_was_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_watcher, "SOON", 0.01)
    engine, told = Late(), threading.Semaphore(0)
    watcher = MachineWatcher(engine, tmp_path, told.release, pause=3600.0)
    watcher.start()
    try:
        until(lambda: engine.looks == 3)
        assert all(told.acquire(timeout=20) for _ in range(3))
        assert not told.acquire(timeout=0.2), "the next one is an hour away"
    finally:
        watcher.stop()
    assert [look.engine.containers for look in watcher.take() if look.engine is not None] == [(), (), (FOUND,)]
