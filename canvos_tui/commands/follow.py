"""Follows a run as plain lines: the masked log on stdout, phases and heartbeats on stderr."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from canvos_tui.commands.output import write_raw
from canvos_tui.core.errors import RunError
from canvos_tui.core.escapes import plain
from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.events import CannotSee, ImageSeen, Noted, PhaseEntered, SnapshotSeen, TaskSeen
from canvos_tui.core.run.heartbeat import Beat, blindness, silence, troubles
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildRun
from canvos_tui.core.terminal.notice import Notice
from canvos_tui.core.text import elapsed
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.core.verdict.concerns import concerns
from canvos_tui.core.verdict.standing import phase_words
from canvos_tui.core.verdict.summary import exit_code, full_lines

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from canvos_tui.commands.build_events import Events
    from canvos_tui.core.ports import LogReader, Ports
    from canvos_tui.core.run.events import BuildEvent
    from canvos_tui.core.run.heartbeat import Pulse

HEARTBEAT = 30  # seconds between lines when nothing else is said
TICK = 0.25  # seconds between two looks at the log


def say(text: str) -> None:
    """A line for people."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


async def follow_plain(ports: Ports, run_id: str, events: Events | None = None) -> int:
    """Everything from the first line to the end; the exit code of the run's outcome. `events` gets each event, and the end."""
    follower = Follower(ports, run_id, BuildRun(await ports.runs.plan(run_id)))
    pulse = await ports.runs.pulse(run_id)
    try:
        async with aclosing(_ticking(ports.runs.follow(run_id), lambda: ports.clock.sleep(TICK))) as batches:
            async for batch in batches:
                await follower.tell(batch)
                if events is not None:
                    events.of_run(run_id, batch)
        follower.finish()
    finally:
        follower.close()
    if pulse is not None and pulse.beat is not Beat.GONE and sys.stderr.isatty():  # who waited for it hears it
        write_raw(sys.stderr, Notice(ports.environ).ring(""))
    return await _conclude(ports, run_id, events)


class Follower:
    """Prints what is new of one run: lines of its log, what happened, what is wrong, and a sign of life after 30 s of silence."""

    def __init__(self, ports: Ports, run_id: str, run: BuildRun) -> None:
        self._ports, self._run_id, self._run = ports, run_id, run
        self._reader = ports.runs.open_log(run_id)
        self._spoken = ports.clock.now()  # when anything at all was said last
        self._lines = Counted(0, self._spoken)
        self._worries: tuple[tuple[str, tuple[str, ...]], ...] = ()  # what was said in full

    async def tell(self, batch: tuple[BuildEvent, ...]) -> None:
        """Counts these events in, which may be none, and prints."""
        before, self._run = self._run.phase, self._run.after(batch)
        self._lines = self._lines.after(_print(self._reader, self._lines.lines, last=False), self._ports.clock.now())
        now = self._ports.clock.now()
        if _tell(batch, self._run, before):
            self._spoken = now
        if self._worry(now):
            self._spoken = now
        elif (now - max(self._spoken, self._lines.since)).total_seconds() >= HEARTBEAT:
            self._spoken = now
            for line in _heartbeat(self._run, now, await self._ports.runs.pulse(self._run_id), self._lines):
                say(line)

    def _worry(self, now: datetime) -> bool:
        """What is newly wrong is said in full, and again when there is more to say; what goes on is a line of the heartbeat."""
        found = concerns(self._run, now)
        new = [concern for concern in found if (concern.id, concern.more) not in self._worries]
        for line in (line for concern in new for line in concern.lines()):
            say(f"== {line}")
        self._worries = tuple((concern.id, concern.more) for concern in found)
        return bool(new)

    def finish(self) -> None:
        """Prints the rest, also a line that has no end."""
        _print(self._reader, self._lines.lines, last=True)

    def close(self) -> None:
        """Lets go of the log."""
        self._reader.close()


async def _ticking(
    batches: AsyncGenerator[tuple[BuildEvent, ...], None], nap: Callable[[], Awaitable[None]]
) -> AsyncGenerator[tuple[BuildEvent, ...], None]:
    """The batches as they come, and an empty one after each nap without any: the log grows although nothing happens."""
    async with aclosing(batches):
        coming: asyncio.Future[tuple[BuildEvent, ...] | None] | None = None
        try:
            while True:
                coming = coming or asyncio.ensure_future(_next(batches))
                napping = asyncio.ensure_future(nap())
                await asyncio.wait((coming, napping), return_when=asyncio.FIRST_COMPLETED)
                napping.cancel()
                if not coming.done():
                    yield ()
                    continue
                batch, coming = coming.result(), None
                if batch is None:
                    return
                yield batch
        finally:
            if coming is not None:  # a generator that runs cannot be closed
                coming.cancel()
                await asyncio.wait((coming,))


async def _next(batches: AsyncGenerator[tuple[BuildEvent, ...], None]) -> tuple[BuildEvent, ...] | None:
    return await anext(batches, None)


@dataclass(frozen=True)
class Counted:
    """How many lines there are, and since when."""

    lines: int
    since: datetime

    def after(self, lines: int, now: datetime) -> Counted:
        """The same while no line came."""
        return self if lines == self.lines else Counted(lines, now)


def _heartbeat(run: BuildRun, now: datetime, pulse: Pulse | None, counted: Counted) -> tuple[str, ...]:
    """A line each 30 s, with nothing in it that was not observed."""
    there = pulse.time(now) if pulse is not None else now
    took = elapsed((there - (run.started_at or there)).total_seconds())
    quiet = silence((now - counted.since).total_seconds(), pulse)
    beats = "the supervisor is alive" if pulse is not None and pulse.beat is Beat.ALIVE else ""
    told = ", ".join(filter(None, (phase_words(run), f"{counted.lines} log lines", quiet or beats)))
    wrong = (*(concern.text for concern in concerns(run, there)), *troubles(pulse))
    return (f"== {took}  {told}", *(f"== ! {text}" for text in wrong))


async def _conclude(ports: Ports, run_id: str, events: Events | None) -> int:
    result = await final_result(ports, run_id)
    if result is None:
        raise RunError(f"run {run_id} was interrupted and left no result", remedy="canvos-tui validate looks at what is in AWS")
    for line in full_lines(result):
        say(line)
    if result.ami and result.outcome is Outcome.SUCCEEDED:
        sys.stdout.write(f"{result.ami}\n")
    code = exit_code(result)
    if events is not None:
        events.ended(result, code)
    return code


def _print(reader: LogReader, printed: int, *, last: bool) -> int:
    """Prints what is new; a line that has no end yet waits for it, unless it is the last."""
    while reader.refresh():
        pass
    until = reader.line_count - (0 if last or reader.whole else 1)
    while printed < until:
        lines = reader.read(printed, min(500, until - printed))
        if not lines:
            break
        sys.stdout.write("".join(f"{plain(line)}\n" for line in lines))
        printed += len(lines)
    sys.stdout.flush()
    return printed


def _tell(batch: Iterable[BuildEvent], run: BuildRun, before: Phase | None) -> bool:
    said, reached = False, before.order if before else -1
    for event in batch:
        if isinstance(event, PhaseEntered):
            if event.phase.order <= reached:
                continue  # the log and AWS both tell of it; one line is enough
            reached = event.phase.order
        line = _line(event, run)
        if line:
            say(f"== {line}")
            said = True
    return said


def _line(event: BuildEvent, run: BuildRun) -> str:  # noqa: PLR0911  one line per kind of event
    match event:
        case PhaseEntered(phase=phase):
            took = elapsed((event.at - run.started_at).total_seconds()) if run.started_at else "0:00"
            return f"{took}  {phase.title}"
        case TaskSeen(task=task):
            percent = f" {task.progress} %" if task.progress is not None else ""
            return f"import {task.task_id}: {task.status}{percent} {task.message}".rstrip()
        case ImageSeen(image=image):
            return f"AMI {image.image_id}: {image.state}"
        case SnapshotSeen(snapshot=snapshot):
            return f"snapshot {snapshot.snapshot_id}: {snapshot.state}"
        case CannotSee():
            return blindness(event) if endless(run) is None else ""
        case Noted(text=text):
            return text
        case _:
            return ""
