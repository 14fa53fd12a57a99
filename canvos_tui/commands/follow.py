"""Follows a run as plain lines: the masked log on stdout, phases and heartbeats on stderr."""

from __future__ import annotations

import sys
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING

from canvos_tui.core.build import BuildRun, CannotSee, ImageSeen, Noted, Phase, PhaseEntered, TaskSeen
from canvos_tui.core.errors import RunError
from canvos_tui.core.summary import exit_code, plain_lines
from canvos_tui.core.text import blindness, elapsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from canvos_tui.core.build import BuildEvent
    from canvos_tui.core.ports import LogReader, Ports

HEARTBEAT = 30  # seconds between lines when nothing else is said


def say(text: str) -> None:
    """A line for people."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


async def follow_plain(ports: Ports, run_id: str) -> int:
    """Everything from the first line to the end; the exit code of the run's outcome."""
    run = BuildRun(await ports.runs.plan(run_id))
    reader = ports.runs.open_log(run_id)
    printed, spoken = 0, ports.clock.now()
    try:
        async with aclosing(ports.runs.follow(run_id)) as batches:
            async for batch in batches:
                before, run = run.phase, run.after(batch)
                printed = _print(reader, printed, last=False)
                now = ports.clock.now()
                if _tell(batch, run, before):
                    spoken = now
                elif (now - spoken).total_seconds() >= HEARTBEAT:
                    spoken = now
                    say(_heartbeat(run, now, printed))
        _print(reader, printed, last=True)
    finally:
        reader.close()
    return await _conclude(ports, run_id)


def _heartbeat(run: BuildRun, now: datetime, printed: int) -> str:
    took = elapsed((now - (run.started_at or now)).total_seconds())
    return f"== {took}  {run.phase.title if run.phase else 'starting'}, {printed} log lines, the supervisor is alive"


async def _conclude(ports: Ports, run_id: str) -> int:
    result = await ports.runs.result(run_id)
    if result is None:
        raise RunError(f"run {run_id} was interrupted and left no result", remedy="canvos-tui validate looks at what is in AWS")
    for line in plain_lines(result):
        say(line)
    if result.ami:
        sys.stdout.write(f"{result.ami}\n")
    return exit_code(result)


def _print(reader: LogReader, printed: int, *, last: bool) -> int:
    """Prints what is new; the line at the end may still grow, so it waits for the next one."""
    while reader.refresh():
        pass
    until = reader.line_count - (0 if last else 1)
    while printed < until:
        lines = reader.read(printed, min(500, until - printed))
        if not lines:
            break
        sys.stdout.write("".join(f"{clean(line)}\n" for line in lines))
        printed += len(lines)
    sys.stdout.flush()
    return printed


def clean(line: str) -> str:
    """The line without colours and control characters, so that a log cannot reach the terminal."""
    import re

    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", "", re.sub(r"\x1b\[[0-9;]*m", "", line))


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


def _line(event: BuildEvent, run: BuildRun) -> str:
    match event:
        case PhaseEntered(phase=phase):
            took = elapsed((event.at - run.started_at).total_seconds()) if run.started_at else "0:00"
            return f"{took}  {phase.title}"
        case TaskSeen(task=task):
            percent = f" {task.progress} %" if task.progress is not None else ""
            return f"import {task.task_id}: {task.status}{percent} {task.message}".rstrip()
        case ImageSeen(image=image):
            return f"AMI {image.image_id}: {image.state}"
        case CannotSee():
            return blindness(event)
        case Noted(text=text):
            return text
        case _:
            return ""
