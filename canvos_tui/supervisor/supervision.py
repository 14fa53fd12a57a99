"""The life of one build: its process, its log, AWS beside it, requests to stop, and the verdict at the end.

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
from pathlib import Path

from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.adapters.docker.build_engine import BuildEngine
from canvos_tui.adapters.runs.clock import RunClock
from canvos_tui.adapters.runs.control import ControlPipe, Request, Resize, Stop
from canvos_tui.adapters.runs.folder import RunFolder
from canvos_tui.adapters.runs.pty_process import PtyProcess
from canvos_tui.core.aws.facts import Sighting
from canvos_tui.core.diagnosis.catalogue import Catalogue
from canvos_tui.core.diagnosis.cause_search import Matcher
from canvos_tui.core.diagnosis.run_cause import known_cause, with_cause
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.run.events import BuildEvent, CancelAsked, Finished, IdFound, Started
from canvos_tui.core.run.mandate import Mandate
from canvos_tui.core.run.result import Outcome, RunResult
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.run.usual_times import phase_seconds
from canvos_tui.core.secret import without_keys
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.settling import Settling
from canvos_tui.core.verdict.watch import Watch
from canvos_tui.supervisor.around_build import AroundBuild
from canvos_tui.supervisor.aws_watcher import AwsWatcher, Look, OpenAws
from canvos_tui.supervisor.recorder import BuildRecorder
from canvos_tui.supervisor.signs import ProPrompt, RunSigns

_TICK = 0.2  # seconds
_GATHER = 64 * 1024  # bytes that are handled together
_LINGER, _LONGEST = 1.0, 10.0  # seconds of silence, and at most, that a terminal is read after its command ended
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
        self._control = ControlPipe(folder.control)
        self._selector = selectors.DefaultSelector()
        self._waker, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
        self._watch = Watch(plan.baseline, pace=mandate.pace)
        self._aws = AwsWatcher(open_aws, plan.baseline, self._awake, self._watch.pause())
        self._aws.now = self._clock.now
        engine = BuildEngine(os.environ, plan.checkout, self._clock.wall0)
        self._around = AroundBuild(engine, folder.root, self._clock, self._awake, mandate.pace)
        self._signs = RunSigns(folder, self._clock, self._recorder, self._around)
        self._process: PtyProcess | None = None
        self._started_at: datetime | None = None
        self._ended_at: datetime | None = None
        self._exit_code: int | None = None
        self._cancelled = False
        self._forced = False
        self._impatient = False
        self._stop_asked = False
        self._last = Look(self._clock.now(), Sighting(self._clock.now()))
        self._heard = self._last_word = 0.0
        self._prompt: ProPrompt | None = None

    def ask_to_stop(self) -> None:
        """From a signal handler: as if a first request to stop had come."""
        self._stop_asked = True

    def run(self) -> RunResult:
        """The whole life."""
        self._listen(self._waker, self._looked)
        self._listen(self._control.fd, self._asked)
        self._start()
        self._learn()
        while self._process is not None:
            self._turn()
            self._end_if_over()
        self._clear()
        settling = Settling(self._plan.baseline, self._ended_at or self._clock.now(), self._exit_code, self._mandate.pace)
        self._aws.look_now()
        while not self._impatient and not settling.over(self._last.sighting, self._last.began, self._watch, self._clock.now()):
            self._turn()
        self._aws.stop()
        self._around.stop()
        return self._judge()

    def _clear(self) -> None:
        """Containers outlive a docker command that was killed; after a cancel they are stopped, else only told of."""
        self._around.clear(stop=self._cancelled, force=self._forced, failed=self._ended_at if self._exit_code else None)
        until = time.monotonic() + _CLEAR
        while not self._around.cleared and not self._impatient and time.monotonic() < until:
            self._turn()
        for finding in self._around.findings():
            self._recorder.note(finding.text)

    def _learn(self) -> None:
        """Takes the catalogue of known errors in hand, while the build starts; no build fails for want of it."""
        try:
            self._catalogue = load_catalogue()
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
        self._signs.beat(self._process)

    def _awake(self) -> None:
        """From the thread that looks at AWS."""
        try:
            os.write(self._wake, b"x")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    # -- the process -------------------------------------------------------------------------------------

    def _start(self) -> None:
        command, size = self._plan.command, (self._mandate.columns, self._mandate.rows)
        self._started_at = self._clock.now()
        environ = {**without_keys(os.environ, "AWS_PROFILE"), **{name: value.reveal() for name, value in self._mandate.exports}}
        try:
            self._process = PtyProcess(command, Path(self._plan.checkout), environ, *size)
        except (OSError, ValueError) as error:
            self._recorder.note(f"the build could not be started: {error}")
            self._exit_code, self._ended_at = 127, self._clock.now()
            self._add((Finished(self._ended_at, self._exit_code),))
        else:
            self._prompt = ProPrompt(self._process, self._recorder)
            self._listen(self._process.fd, self._printed)
            self._add((Started(self._started_at, self._process.pid, shlex.join(command)),))
        self._recorder.save()
        self._beat()
        self._aws.start()
        self._around.start()

    def _add(self, events: tuple[BuildEvent, ...]) -> None:
        self._recorder.add(events)
        self._run = self._run.after(events)

    def _printed(self) -> None:
        process = self._process
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

    def _end_if_over(self) -> None:
        """Ends the first half of the life once the command ended and its terminal says nothing more."""
        process = self._process
        code = process.poll() if process is not None else None
        if process is None or code is None:
            return
        now = time.monotonic()
        if self._ended_at is None:
            self._ended_at, self._exit_code, self._last_word = self._clock.now(), code, now + _LONGEST
        closed = process.fd not in self._selector.get_map()
        if not closed and now - self._heard < _LINGER and now < self._last_word:
            return  # something that it left behind still prints
        if not closed:
            self._selector.unregister(process.fd)
        self._process = None
        process.close()
        self._recorder.finish()
        self._add((Finished(self._ended_at, code),))
        self._recorder.save()

    # -- requests ----------------------------------------------------------------------------------------

    def _asked(self) -> None:
        for request in self._control.requests():
            self._obey(request)

    def _obey(self, request: Request) -> None:
        process = self._process
        if isinstance(request, Resize):
            if process is not None:
                process.resize(request.columns, request.rows)
            return
        if process is None:
            self._impatient = True
            self._recorder.note("asked to stop after the build ended: AWS is not waited for any longer")
            return
        self._cancelled = True
        self._forced = self._forced or request.force
        self._add((CancelAsked(self._clock.now(), request.force),))
        if request.force:
            self._recorder.note(f"killed {process.kill()} processes of the build")
        elif not process.interrupt():
            self._recorder.note("the build's process group is gone already")
        self._recorder.save()

    # -- AWS and the verdict -----------------------------------------------------------------------------

    def _looked(self) -> None:
        os.read(self._waker, 4096)
        for look in self._aws.take():
            sighting = replace(look.sighting, at=self._clock.now())
            self._last = Look(look.began, sighting)
            self._watch, events = self._watch.after(sighting)
            self._add(events)
        self._aws.pause = self._watch.pause()
        self._add(tuple(self._around.events()))

    def _react(self, events: tuple[BuildEvent, ...]) -> None:
        """What the log said that the watch must know."""
        self._run = self._run.after(events)
        for event in events:
            if isinstance(event, IdFound) and event.kind == "import_task":
                self._watch = self._watch.naming(event.id)

    def _judge(self) -> RunResult:
        facts = self._recorder.facts
        phases = [phase for phase in (facts.phase, self._watch.phase) if phase is not None]
        known = None if self._cancelled else self._around.weighed(known_cause(facts, self._matcher), facts)
        hints = JudgeHints(max(phases, key=lambda p: p.order, default=None), known, str(self._folder.log))
        result = judge(
            self._folder.run_id,
            self._plan,
            self._last.sighting,
            self._exit_code,
            self._watch.ids(facts.ids),
            self._cancelled,
            hints,
            self._started_at,
            self._ended_at,
        )
        if result.outcome is Outcome.FAILED:
            result = self._around.blamed(with_cause(result, facts, self._matcher, self._catalogue), facts)
        result = replace(
            result,
            phase_seconds=phase_seconds(self._run),
            findings=(*result.findings, *self._around.findings()),
            left_behind=(*self._around.left(), *result.left_behind),
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
