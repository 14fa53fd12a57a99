"""The life of one build: its process, its log, AWS beside it, requests to stop, and the verdict at the end.

One thread does everything but asking AWS; it never waits for anything else than the next byte, request or look.
"""

from __future__ import annotations

import os
import selectors
import shlex
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from canvos_tui.adapters.aws_watcher import AwsWatcher, Look, OpenAws
from canvos_tui.adapters.build_recorder import BuildRecorder
from canvos_tui.adapters.catalogue import load_catalogue
from canvos_tui.adapters.pty_process import PtyProcess, stat_fields
from canvos_tui.adapters.run_control import ControlPipe, Request, Resize, Stop
from canvos_tui.adapters.run_folder import RunFolder
from canvos_tui.core.aws_facts import Sighting
from canvos_tui.core.build import BuildEvent, BuildPlan, CancelAsked, Finished, IdFound, Started
from canvos_tui.core.cause_search import Matcher
from canvos_tui.core.errors import CanvosError
from canvos_tui.core.judge import JudgeHints, judge
from canvos_tui.core.known_errors import Catalogue
from canvos_tui.core.mandate import Mandate
from canvos_tui.core.result import Outcome, RunResult
from canvos_tui.core.run_cause import known_cause, with_cause
from canvos_tui.core.secret import without_keys
from canvos_tui.core.settling import Settling
from canvos_tui.core.watch import Watch

_TICK = 0.2  # seconds
_HEARTBEAT = 3.0
_GATHER = 64 * 1024  # bytes that are handled together
_LINGER, _LONGEST = 1.0, 10.0  # seconds of silence, and at most, that a terminal is read after its command ended
_RETRY = 60.0  # seconds for which a refused result is tried again


class Supervision:
    """Runs a plan; `run` returns when the verdict is stored."""

    def __init__(self, folder: RunFolder, plan: BuildPlan, mandate: Mandate, open_aws: OpenAws) -> None:
        self._folder = folder
        self._plan = plan
        self._mandate = mandate
        self._catalogue = Catalogue(())
        self._matcher = Matcher(self._catalogue)
        self._recorder = BuildRecorder(folder, plan, mandate.masked(), self._react, lambda lines: self._matcher.read(lines))
        self._control = ControlPipe(folder.control)
        self._selector = selectors.DefaultSelector()
        self._waker, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else _pipe()
        self._watch = Watch(plan.baseline, pace=mandate.pace)
        self._aws = AwsWatcher(open_aws, plan.baseline, self._awake, self._watch.pause())
        self._process: PtyProcess | None = None
        self._started_at: datetime | None = None
        self._ended_at: datetime | None = None
        self._exit_code: int | None = None
        self._cancelled = False
        self._impatient = False
        self._stop_asked = False
        self._last = Look(datetime.now(UTC), Sighting(datetime.now(UTC)))
        self._beaten = self._heard = self._last_word = 0.0

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
        settling = Settling(self._plan.baseline, self._ended_at or datetime.now(UTC), self._exit_code, self._mandate.pace)
        self._aws.look_now()
        while not self._impatient and not settling.over(self._last.sighting, self._last.began, self._watch, datetime.now(UTC)):
            self._turn()
        self._aws.stop()
        return self._judge()

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
        now = time.monotonic()
        if now - self._beaten > _HEARTBEAT:
            self._beaten = now
            self._beat()

    def _beat(self) -> None:
        """Sign of life, and a look at whether our folder is still there."""
        if self._recorder.check_folder() or not self._control.in_place():
            if self._control.fd >= 0:
                self._selector.unregister(self._control.fd)
                self._control.close()
            self._control = ControlPipe(self._folder.control)
            self._listen(self._control.fd, self._asked)
        born = (stat_fields(os.getpid()) or [""] * 20)[19]
        process = self._process.pid if self._process is not None else None
        self._folder.write_heartbeat(
            {"pid": os.getpid(), "born": born, "build": process, "heartbeat": datetime.now(UTC).isoformat(timespec="seconds")}
        )

    def _awake(self) -> None:
        """From the thread that looks at AWS."""
        try:
            os.write(self._wake, b"x")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    # -- the process -------------------------------------------------------------------------------------

    def _start(self) -> None:
        command, size = self._plan.command, (self._mandate.columns, self._mandate.rows)
        self._started_at = datetime.now(UTC)
        try:
            self._process = PtyProcess(command, Path(self._plan.checkout), without_keys(os.environ, "AWS_PROFILE"), *size)
        except (OSError, ValueError) as error:
            self._recorder.note(f"the build could not be started: {error}")
            self._exit_code, self._ended_at = 127, datetime.now(UTC)
            self._recorder.add((Finished(self._ended_at, self._exit_code),))
        else:
            self._listen(self._process.fd, self._printed)
            self._recorder.add((Started(self._started_at, self._process.pid, shlex.join(command)),))
        self._recorder.save()
        self._beat()
        self._aws.start()

    def _printed(self) -> None:
        process = self._process
        assert process is not None
        gathered = b""
        while len(gathered) < _GATHER and (data := process.read()):
            gathered += data
        self._heard = time.monotonic()
        if gathered:
            self._recorder.output(gathered)
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
            self._ended_at, self._exit_code, self._last_word = datetime.now(UTC), code, now + _LONGEST
        closed = process.fd not in self._selector.get_map()
        if not closed and now - self._heard < _LINGER and now < self._last_word:
            return  # something that it left behind still prints
        if not closed:
            self._selector.unregister(process.fd)
        self._process = None
        process.close()
        self._recorder.finish()
        self._recorder.add((Finished(self._ended_at, code),))
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
        self._recorder.add((CancelAsked(datetime.now(UTC), request.force),))
        if request.force:
            self._recorder.note(f"killed {process.kill()} processes of the build; a container of it may still run")
        elif not process.interrupt():
            self._recorder.note("the build's process group is gone already")
        self._recorder.save()

    # -- AWS and the verdict -----------------------------------------------------------------------------

    def _looked(self) -> None:
        os.read(self._waker, 4096)
        for look in self._aws.take():
            self._last = look
            self._watch, events = self._watch.after(look.sighting)
            self._recorder.add(events)
        self._aws.pause = self._watch.pause()

    def _react(self, events: tuple[BuildEvent, ...]) -> None:
        """What the log said that the watch must know."""
        for event in events:
            if isinstance(event, IdFound) and event.kind == "import_task":
                self._watch = self._watch.naming(event.id)

    def _judge(self) -> RunResult:
        facts = self._recorder.facts
        phases = [phase for phase in (facts.phase, self._watch.phase) if phase is not None]
        known = None if self._cancelled else known_cause(facts, self._matcher)
        hints = JudgeHints(max(phases, key=lambda p: p.order, default=None), known, str(self._folder.log))
        result = judge(
            self._folder.run_id,
            self._plan,
            self._last.sighting,
            self._exit_code,
            facts.ids,
            self._cancelled,
            hints,
            self._started_at,
            self._ended_at,
        )
        if result.outcome is Outcome.FAILED:
            result = with_cause(result, facts, self._matcher, self._catalogue)
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
