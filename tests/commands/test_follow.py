"""Plain mode is live: what the build prints is printed within a second, silence is broken every 30 s, and the end says everything."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from canvos_tui.commands.follow import follow_plain
from canvos_tui.core.aws.facts import Baseline, Snapshot
from canvos_tui.core.errors import Command, Remedy
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.events import CannotSee, Finished, IdFound, PhaseEntered, ScriptBlind, SnapshotSeen, Started
from canvos_tui.core.run.heartbeat import Pulse
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, Finding, LeftOver, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from tests.tui.fakes import NOW, FakeClock, FakeRuns, make_ports

RUN = "20260823-1412-3f9a"
PLAN = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), Baseline(NOW, "eu-west-1", "b", "k"))
DONE = RunResult(RUN, Outcome.SUCCEEDED, 0, Phase.DONE, NOW, NOW + timedelta(minutes=2), ami="ami-0123456789abcdef0")


class ScriptedClock(FakeClock):
    """Time passes while somebody sleeps; what was planned for a second happens then."""

    def __init__(self) -> None:
        super().__init__()
        self.planned: list[tuple[float, Callable[[], None]]] = []
        self.stopped = False

    async def sleep(self, seconds: float) -> None:
        if self.stopped:
            await asyncio.sleep(0.01)
            return
        self.move(seconds)
        while self.planned and self.planned[0][0] <= self.ticks():
            self.planned.pop(0)[1]()
        await asyncio.sleep(0)


class Told(io.StringIO):
    """A stream that remembers at which second each line was written."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__()
        self._clock = clock
        self.lines: list[tuple[float, str]] = []

    def write(self, text: str) -> int:
        self.lines += [(self._clock.ticks(), line) for line in text.splitlines()]
        return len(text)

    def when(self, words: str) -> float:
        return next(at for at, line in self.lines if words in line)

    def texts(self) -> list[str]:
        return [line for _, line in self.lines]


class Live:
    """A run that goes on until the script ends it."""

    def __init__(self, ports: Ports, clock: ScriptedClock, monkeypatch: pytest.MonkeyPatch) -> None:
        runs = ports.runs
        assert isinstance(runs, FakeRuns)
        self.ports, self.clock, self.runs = ports, clock, runs
        self.runs.plans[RUN] = PLAN
        self.runs.events = [(Started(NOW, 7, "./earthly.sh"), PhaseEntered(NOW, Phase.BASE, 1))]
        self.runs.keep_open = True
        self.runs.results[RUN] = DONE
        self.out, self.err = Told(clock), Told(clock)
        self._monkeypatch = monkeypatch

    def prints(self, at: float, text: str) -> None:
        def append() -> None:
            with self.runs.log_path(RUN).open("a") as log:
                log.write(text)

        self.clock.planned.append((at, append))

    def ends(self, at: float) -> None:
        def end() -> None:
            self.runs.keep_open, self.clock.stopped = False, True

        self.clock.planned.append((at, end))

    async def follow(self) -> int:
        self._monkeypatch.setattr(sys, "stdout", self.out)  # here, because pytest puts its own there for each phase of a test
        self._monkeypatch.setattr(sys, "stderr", self.err)
        return await asyncio.wait_for(follow_plain(self.ports, RUN), 10)


@pytest.fixture
def live(tmp_path, monkeypatch) -> Live:
    clock = ScriptedClock()
    return Live(replace(make_ports(tmp_path), clock=clock), clock, monkeypatch)


async def test_a_line_is_printed_within_a_second_although_no_event_comes(live: Live) -> None:
    live.prints(10, "three\n")
    live.prints(75.5, "four\nhalf a li")
    live.prints(77, "ne\n")
    live.ends(80)
    assert await live.follow() == 0
    assert live.out.texts() == ["one", "two", "three", "four", "half a line", DONE.ami]
    for words, at in (("one", 0), ("two", 0), ("three", 10), ("four", 75.5), ("half a line", 77)):
        assert at <= live.out.when(words) <= at + 1, words


async def test_silence_is_broken_every_thirty_seconds_and_only_then(live: Live) -> None:
    live.runs.felt = Pulse(alive=True, container=1)
    for second in range(5, 100, 10):
        live.prints(second, f"line at {second}\n")
    live.ends(170)
    await live.follow()
    beats = [(at, line) for at, line in live.err.lines if line.startswith("== ") and "log lines" in line]
    assert [round(at) for at, _ in beats] == [125, 155], "thirty seconds after the last line, and thirty after that"
    assert beats[0][1] == "== 2:05  Base image, 12 log lines, no output for 0:30, process alive, container up"


async def test_a_loop_without_an_end_is_told_in_full_once_and_in_a_line_with_each_heartbeat(live: Live) -> None:
    refused = CannotSee(NOW, "tasks", "no", 24, "UnauthorizedOperation", {"tasks": "UnauthorizedOperation"})
    live.runs.events.append((PhaseEntered(NOW, Phase.IMPORT, 9), IdFound(NOW, "import_task", "import-snap-0", 9)))
    live.runs.events.append((ScriptBlind(NOW, "import_task", 1, 9), refused))
    live.ends(70)
    await live.follow()
    told = live.err.texts()
    assert sum("cannot end by itself" in line for line in told) == 3, "at once and twice beside a heartbeat"
    assert sum("your keys lack ec2:DescribeImportSnapshotTasks" in line for line in told) == 1
    assert not any("register-image" in line for line in told)
    made = Snapshot("snap-0", "completed", "Created by AWS-VMImport service for import-snap-0")
    live.runs.events.append((SnapshotSeen(NOW, made),))
    live.runs.keep_open = False
    await live.follow()
    assert sum("$ aws ec2 register-image" in line for line in live.err.texts()) == 1, "there is more to say now"
    assert not any("it goes on" in line for line in told)


async def test_a_failed_run_ends_with_all_that_the_screen_shows(live: Live) -> None:
    cause = Cause("E-X", "The title", "The explanation.", (Remedy("mend it", (Command("aws mend --it"),)),), ("what AWS said",), 12)
    left = LeftOver("snapshot", "snap-0", True, "no AMI uses it", "aws ec2 delete-snapshot --snapshot-id snap-0")
    live.runs.results[RUN] = RunResult(
        RUN,
        Outcome.FAILED,
        1,
        Phase.REGISTER,
        NOW,
        NOW + timedelta(minutes=2),
        findings=(Finding("ami", Status.FAIL, "no AMI of this run"),),
        left_behind=(left,),
        cause=cause,
        log="/s/build.log",
        ami="ami-0foreign",
    )
    live.runs.events.append((Finished(NOW, 1),))
    live.runs.keep_open = False
    assert await live.follow() == ExitCode.IMPORT_FAILED
    told = live.err.texts()
    for line in (
        "Cause  The title",
        "       The explanation.",
        "Fix    mend it",
        "       $ aws mend --it",
        "       | what AWS said",
        "FAIL no AMI of this run",
        f"            {left.remove}",
    ):
        assert line in told, line
    assert told[-1].endswith("/s/build.log")
    assert live.out.texts() == ["one", "two"], "the last line of stdout is an AMI that is proven, or none"
