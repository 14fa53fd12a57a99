"""What is told of an engine: that it does not answer any more, when that is so."""

from __future__ import annotations

from pathlib import Path

from canvos_tui.adapters.docker.build_engine import BuildEngine, EngineLook
from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.core.run.containers import ListedContainer
from canvos_tui.core.run.events import Noted
from canvos_tui.supervisor.machine_events import MachineEvents
from canvos_tui.supervisor.machine_watcher import MachineLook

FOUND = ListedContainer("4b509efa5504", "amazing_turing", "x/earthly/earthly:v0.8.15", "running")
GOOD = MachineLook((), EngineLook((FOUND,)))
SLOW = MachineLook((), None, "unix:///d.sock: timed out")
GONE = MachineLook((), None, "unix:///d.sock: connection refused", away=True)


def notes(*looks: MachineLook) -> tuple[list[str], MachineEvents]:
    events = MachineEvents(BuildEngine({}, "/nowhere", 0.0), Path("/nowhere"), RunClock(), lambda: None)
    told = [event for look in looks for event in events.counted(look)]
    return [event.text for event in told if isinstance(event, Noted)], events


def test_one_look_without_an_answer_is_no_alarm_three_are() -> None:
    assert notes(GOOD, SLOW, SLOW, GOOD)[0] == []
    (note,) = notes(GOOD, SLOW, SLOW, SLOW, SLOW)[0]
    assert note == "the Docker engine does not answer any more (unix:///d.sock: timed out)"
    assert notes(GOOD, SLOW, SLOW, SLOW, GOOD)[0][1:] == ["the Docker engine answers again"]


def test_where_nobody_listens_that_is_said_at_once() -> None:
    assert len(notes(GOOD, GONE)[0]) == 1


def test_what_was_not_seen_just_now_is_not_counted() -> None:
    assert [notes(GOOD)[1].running, notes(GOOD, SLOW)[1].running, notes(GOOD, SLOW, GOOD)[1].running] == [1, None, 1]
