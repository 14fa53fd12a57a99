"""The life of one build: its terminal, AWS and the machine beside it, requests to stop, and the verdict at the end.

One thread does everything but asking AWS; it never waits for anything else than the next byte, request or look.
"""

from __future__ import annotations

import os
import selectors
import shlex
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from canvos_tui.adapters.catalogue import load_catalogue, users_file, with_own
from canvos_tui.adapters.docker.build_engine import BuildEngine
from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.control import ControlPipe, Request, Resize, Stop
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.core.diagnosis.catalogue import Catalogue
from canvos_tui.core.diagnosis.cause_search import Matcher
from canvos_tui.core.diagnosis.run_cause import known_cause, with_cause
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.run.endless import Endless, endless
from canvos_tui.core.run.events import BuildEvent, CancelAsked, Finished, IdFound, PhaseEntered, Started
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.run.usual_times import phase_seconds
from canvos_tui.core.verdict.chain import watched
from canvos_tui.core.verdict.concerns import why_ended
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.own_work import SAME
from canvos_tui.core.verdict.settling import Settling
from canvos_tui.supervisor.aws_side import AwsSide
from canvos_tui.supervisor.aws_watcher import OpenAws
from canvos_tui.supervisor.build_terminal import BuildTerminal
from canvos_tui.supervisor.machine_events import MachineEvents
from canvos_tui.supervisor.recorder import BuildRecorder
from canvos_tui.supervisor.signs import RunSigns

_TICK = 0.2  # seconds
# what begins when our own stages have found or made such a thing
_IMPORTS = dict.fromkeys(("object", SAME, "import_task"), Phase.IMPORT)
_BEGUN_BY = {"raw": Phase.UPLOAD, **_IMPORTS, "snapshot": Phase.REGISTER, "ami": Phase.AMI}
_OWN_SNAPSHOT = frozenset({"writing", "snapshot"})  # what the direct route tells of its snapshot: begun, and complete
_CLEAR = 60.0  # seconds that the engine gets to stop containers
_RETRY = 60.0  # seconds for which a refused result is tried again


class Supervision:
    """Runs a plan; `run` returns when the verdict is stored. The environment is the process's own."""

    def __init__(self, folder: RunFolder, plan: BuildPlan, mandate: Mandate, open_aws: OpenAws, clock: RunClock | None = None) -> None:
        self._clock = clock or RunClock()
        self._folder = folder
        self._plan = plan
        self._mandate = mandate
        self._catalogue = Catalogue(())
        self._matcher = Matcher(self._catalogue)
        self._recorder = BuildRecorder(folder, plan, mandate.masked(), self._react, self._clock)
        self._recorder.listen = lambda lines: self._matcher.read(lines)
        self._run = BuildRun(plan)
        self.control: ControlPipe | None = None  # through which requests come from the start; opened by itself otherwise
        self._selector = selectors.DefaultSelector()
        self._waker, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
        self._terminal = BuildTerminal(plan, self._recorder, self._clock, self._selector)
        self._terminal.tell = self._told
        self._named: dict[str, str] = {}  # what our own stages told
        self._aws = AwsSide(open_aws, plan.baseline, mandate.pace, self._clock, self._awake)
        if plan.resumes is not None:
            self._aws.marking(plan.resumes.token)
        if plan.resumes is not None and not plan.builds:
            self._aws.taking_over(plan.resumes.first_phase, watched(plan.baseline, plan.resumes.named))
        engine = BuildEngine(os.environ, plan.checkout, self._clock.wall0, mandate.pace)
        self._machine = MachineEvents(engine, folder.root, self._clock, self._awake, mandate.pace)
        self._signs = RunSigns(folder, self._clock, self._recorder, self._machine)
        self._started_at: datetime | None = None
        self._cancelled = False
        self._loop: Endless | None = None  # why it was cancelled, if it could not end by itself
        self._forced = False
        self._impatient = False
        self._stop_asked = False

    def ask_to_stop(self) -> None:
        """From a signal handler: as if a first request to stop had come."""
        self._stop_asked = True

    def run(self) -> RunResult:
        """The whole life."""
        self._listen(self._waker, self._looked)
        self._control = self.control or ControlPipe(self._folder.control)
        self._listen(self._control.fd, self._asked)
        self._start()
        self._learn()
        while self._terminal.process is not None:
            self._turn()
            if self._terminal.end_if_over():
                self._ended()
        self._clear()
        self._settle()
        return self._judge()

    def _clear(self) -> None:
        """Containers outlive a docker command that was killed; after a cancel they are stopped, else only told of."""
        failed = self._terminal.ended_at if self._terminal.exit_code else None
        self._machine.clear(stop=self._cancelled, force=self._forced, failed=failed)
        until = time.monotonic() + _CLEAR
        while not self._machine.cleared and not self._impatient and time.monotonic() < until:
            self._turn()
        for finding in self._machine.findings():
            self._recorder.note(finding.text)

    def _settle(self) -> None:
        """Waits for what AWS still does because of this build."""
        ended = self._terminal.ended_at or self._clock.now()
        settling = Settling(self._plan.baseline, ended, self._terminal.exit_code, self._mandate.pace)
        self._aws.look_now()
        while not self._impatient and not self._aws.settled(settling):
            self._turn()
        self._aws.stop()
        self._machine.stop()

    def _learn(self) -> None:
        """Takes the catalogue of known errors in hand, while the build starts; no build fails for want of it."""
        try:
            self._catalogue = load_catalogue()
            if (own := users_file(os.environ)) is not None:
                self._catalogue = with_own(self._catalogue, own)
        except CanvosError as error:
            self._recorder.note(error.message)
        self._matcher = Matcher(self._catalogue)

    # -- the loop ----------------------------------------------------------------------------------------

    def _listen(self, fd: int, answer: Callable[[], None]) -> None:
        if fd >= 0:
            self._selector.register(fd, selectors.EVENT_READ, answer)

    def _turn(self) -> None:
        for key, _ in self._selector.select(_TICK):
            key.data()
        if self._stop_asked:
            self._stop_asked = False
            self._obey(Stop(force=False))
        self._recorder.tick()
        if self._signs.due():
            self._beat()

    def _beat(self) -> None:
        """Sign of life, and a look at whether our folder is still there."""
        if self._recorder.check_folder() or not self._control.in_place():
            if self._control.fd >= 0:
                self._selector.unregister(self._control.fd)
                self._control.close()
            self._control = ControlPipe(self._folder.control)
            self._listen(self._control.fd, self._asked)
        self._signs.beat(self._terminal.process)

    def _awake(self) -> None:
        """From the threads that look at AWS and at the machine."""
        try:
            os.write(self._wake, b"x")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def _looked(self) -> None:
        os.read(self._waker, 4096)
        self._add((*self._aws.events(), *self._machine.events()))

    # -- the build ---------------------------------------------------------------------------------------

    def _start(self) -> None:
        self._started_at = self._clock.now()
        pid = self._terminal.start(self._mandate)
        if pid is None:
            self._finished()
        else:
            self._add((Started(self._started_at, pid, shlex.join(self._plan.command)),))
        self._recorder.save()
        self._beat()
        self._aws.start()
        self._machine.start()

    def _ended(self) -> None:
        self._finished()
        self._recorder.save()

    def _finished(self) -> None:
        ended, code = self._terminal.ended_at, self._terminal.exit_code
        assert ended is not None
        assert code is not None
        self._add((Finished(ended, code),))

    def _add(self, events: tuple[BuildEvent, ...]) -> None:
        self._recorder.add(events)
        self._run = self._run.after(events)

    def _react(self, events: tuple[BuildEvent, ...]) -> None:
        """What the log said that the look at AWS must know."""
        self._run = self._run.after(events)
        for event in events:
            if isinstance(event, IdFound) and event.kind in (_OWN_SNAPSHOT if self._plan.baseline.direct else {"import_task"}):
                self._aws.naming(event.id)
            elif isinstance(event, PhaseEntered):
                self._aws.reaching(event.phase)

    def _told(self, kind: str, found: str) -> None:
        """Our own stages found or made something: they say it beside the terminal, on which a build prints what it likes."""
        now, line = self._clock.now(), max(1, self._recorder.facts.lines)
        phase = Phase.SNAPSHOT if kind == "raw" and self._plan.baseline.direct else _BEGUN_BY.get(kind)
        events: tuple[BuildEvent, ...] = (
            IdFound(now, kind, found, line),
            *((PhaseEntered(now, phase, line),) if phase is not None else ()),
        )
        self._recorder.add(events)
        if phase is not None:
            self._recorder.reach(phase)
        self._react(events)
        self._named[kind] = found
        if kind == "raw":  # the build is over, and what it complained of with it
            self._matcher = Matcher(self._catalogue, self._recorder.facts.lines)
            self._recorder.begin_anew()
        self._recorder.save()

    # -- requests ----------------------------------------------------------------------------------------

    def _asked(self) -> None:
        for request in self._control.requests():
            self._obey(request)

    def _obey(self, request: Request) -> None:
        if isinstance(request, Resize):
            self._terminal.resize(request)
        elif self._terminal.process is None:
            self._impatient = True
            self._recorder.note("asked to stop after the build ended: AWS is not waited for any longer")
        else:
            self._cancelled = True
            self._loop = self._loop or endless(self._run)
            self._forced = self._forced or request.force
            self._add((CancelAsked(self._clock.now(), request.force),))
            self._terminal.stop(request)
            self._recorder.save()

    # -- the verdict -------------------------------------------------------------------------------------

    def _judge(self) -> RunResult:
        facts, story = self._recorder.facts, self._machine.story()
        ids = self._named if self._plan.resumes is not None else facts.ids
        building = self._run.logged is not None and self._run.logged.builds  # then AWS shows somebody else's work
        phases = [phase for phase in (self._run.logged, None if building else self._aws.phase) if phase is not None]
        loop = why_ended(self._loop) if self._loop is not None else None
        known = loop if self._cancelled else story.weighed(known_cause(facts, self._matcher), facts)
        phase = max(phases, key=lambda p: p.order, default=None)
        hints = JudgeHints(phase, known, str(self._folder.log), facts.found, ids, self._run.upload_ended)
        result = judge(
            self._folder.run_id,
            self._plan,
            self._aws.sighting,
            self._terminal.exit_code,
            self._aws.ids(ids) if self._plan.resumes is None else ids,
            self._cancelled,
            hints,
            self._started_at,
            self._terminal.ended_at,
        )
        if result.outcome is Outcome.FAILED:
            caused = with_cause(result, facts, self._matcher, self._catalogue, self._plan.making)
            result = story.blamed(caused, facts)
        result = replace(
            result,
            phase_seconds=phase_seconds(self._run),
            findings=(*result.findings, *self._machine.findings()),
            left_behind=(*self._machine.left(), *result.left_behind),
        )
        self._conclude(result)
        return result

    def _conclude(self, result: RunResult) -> None:
        until = time.monotonic() + _RETRY
        while not self._recorder.write_result(result) and time.monotonic() < until:
            self._turn()
        self._recorder.close()
        self._control.close()
        self._selector.close()
        for fd in (self._waker, self._wake):
            os.close(fd)


def _pipe() -> tuple[int, int]:
    """`pipe2` for systems that lack it."""
    ends = os.pipe()
    for fd in ends:
        os.set_blocking(fd, False)
    return ends
