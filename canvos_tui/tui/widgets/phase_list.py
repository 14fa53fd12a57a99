"""The phases of a build with what each took, and the import with AWS' own numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from textual import work
from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.errors import CanvosError
from canvos_tui.core.ports import Runs
from canvos_tui.core.run.disk_trend import LOW, disk_line, spark
from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.heartbeat import Beat, Pulse, blindness, troubles
from canvos_tui.core.run.phase import SHOWN_PHASES, Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildRun, PhaseTimes, Stage
from canvos_tui.core.run.usual_times import Usual, overdue, remaining, usual_times
from canvos_tui.core.terminal.notice import ended, title_of
from canvos_tui.core.text import ago, elapsed, size
from canvos_tui.core.verdict.concerns import concerns
from canvos_tui.tui.messages import BuildTold, tell

WIDE, SAMPLES = 110, 40  # characters
SMALLEST = (80, 24)  # the build's terminal is never smaller: tools that wrap would tear ids apart
SETTLED = 0.3  # seconds without another change of size
LOOK = "see the last lines of the log; nothing is stopped"
LOOK_AT = {
    Phase.UPLOAD: "see whether the bytes still grow; nothing is stopped",
    Phase.IMPORT: "AWS decides, an hour and more was seen; nothing is stopped",
}
SHORT = {
    Phase.BASE: "Base",
    Phase.INSTALLER: "Installer",
    Phase.UPLOAD: "Upload",
    Phase.IMPORT: "Import",
    Phase.REGISTER: "Register",
    Phase.AMI: "Wait",
}
BAR = 28


def bar(percent: int) -> str:
    """A bar of `#` and `-` for a real number."""
    full = min(BAR, max(0, percent * BAR // 100))
    return "[" + "#" * full + "-" * (BAR - full) + "]"


BUILD_PHASES = tuple(p for p in SHOWN_PHASES if p.order < Phase.UPLOAD.order)


def phase_lines(run: BuildRun, now: datetime, usual: Mapping[Phase, Usual], *, folded: bool) -> list[str]:
    """A line for each phase that ran or runs, the import with AWS' numbers, one line for all that wait.

    With `folded` the phases before the upload share a line once the upload began: small terminals need the room.
    """
    entered = {p.phase: p for p in run.phases}
    usual = {} if endless(run) is not None else usual
    lines: list[str] = []
    waiting: list[str] = []
    begun = run.phase is not None and run.phase.order >= Phase.UPLOAD.order
    if folded and begun:
        first, last = run.phases[0], max((entered[p] for p in BUILD_PHASES if p in entered), key=lambda t: t.entered, default=run.phases[0])
        took = elapsed(((last.left or now) - first.entered).total_seconds())
        lines.append(f"* {'1-5 Build':<20}{took:>9}")
    for phase in SHOWN_PHASES:
        if folded and begun and phase in BUILD_PHASES:
            continue
        if phase in entered:
            lines += _line(run, entered[phase], now, usual.get(phase))
        elif run.phase is not None and run.phase.order > phase.order:
            lines.append(f"- {phase.number} {phase.title:<18} not seen in the log")
        else:
            waiting.append(f"{phase.number} {SHORT.get(phase, phase.title)}")
    return lines + (["  " + "   ".join(waiting)] if waiting else [])


def _line(run: BuildRun, times: PhaseTimes, now: datetime, usual: Usual | None) -> list[str]:
    phase = times.phase
    runs = times.left is None and run.stage is not Stage.ENDED
    seconds = ((times.left or run.ended_at or now) - times.entered).total_seconds()
    told = f"   {usual.text}" if runs and usual is not None else ""
    line = f"{'>' if runs else '*'} {f'{phase.number} {phase.title}':<20}{elapsed(seconds):>9}{_facts(run, phase)}{told}"
    late = [f"      ! longer than usual: {LOOK_AT.get(phase, LOOK)}"] if runs and overdue(usual, seconds) else []
    return [line, *late, *(import_lines(run, now) if phase is Phase.IMPORT else [])]


def _facts(run: BuildRun, phase: Phase) -> str:
    if phase is Phase.UPLOAD and run.upload is not None:
        if run.upload.total:
            return f"   {size(run.upload.done)} of {size(run.upload.total)}"
        return f"   {size(run.upload.done)}"
    if phase is Phase.UPLOAD and run.object is not None:
        return f"   {size(run.object.object.size)}"
    return ""


def import_lines(run: BuildRun, now: datetime) -> list[str]:
    """What AWS says of the import task of this run."""
    if run.task is None:
        return []
    task = run.task.task
    lines = []
    if task.progress is not None and not (task.ended and not task.ending):
        lines.append(f"      {bar(task.progress)} {task.progress:>3} %")
    said = f"{task.status}{f': {task.message}' if task.message else ''}"
    lines.append(f"      AWS says   {said}   ({ago(now, run.task.at)})")
    lines.append(f"      Task       {task.task_id}")
    if task.snapshot_id:
        lines.append(f"      Snapshot   {task.snapshot_id}")
    return lines


def disk_warnings(run: BuildRun) -> list[str]:
    """The warning of each disk that fills up."""
    newest = {seen.place: seen for seen in run.disks}
    return [f"! {line}" for seen in newest.values() if (line := disk_line(seen))]


def free_lines(run: BuildRun, width: int) -> list[str]:
    """In a wide window the free space of the engine's disk, a sample for each look."""
    docker = tuple(seen for seen in run.disks if seen.place == "docker")
    if not docker or width < WIDE or run.stage is Stage.ENDED:
        return []
    drawn = spark(docker, SAMPLES)
    return [f"      Disk       {f'{drawn}  ' if drawn else ''}{size(docker[-1].free)} free in {docker[-1].path}, ! below {size(LOW)}"]


class PhaseList(Static):
    """Draws a run; told anew once a second and after each batch of events. Feels the pulse of its supervisor meanwhile."""

    def __init__(self) -> None:
        super().__init__("", id="phases", markup=False)
        self._runs: Runs | None = None
        self._run_id = ""
        self._told: tuple[str, int | None] | None = None
        self._lived = False
        self.usual: dict[Phase, Usual] = usual_times(())
        self.pulse: Pulse | None = None

    def on_mount(self) -> None:
        """A pulse a second, while there is a run."""
        self.set_interval(1, self._feel)

    async def attach(self, runs: Runs, run_id: str) -> None:
        """The run to look after: the build's terminal gets this window's size, its supervisor's pulse is felt."""
        self._runs, self._run_id, self._lived, self._told = runs, run_id, False, None
        self.usual = usual_times(await runs.history())
        self.pulse = await runs.pulse(run_id)
        self._fit()

    def time(self, now: datetime) -> datetime:
        """What the run's own clock says."""
        return self.pulse.time(now) if self.pulse is not None else now

    def rest(self, run: BuildRun, now: datetime) -> str:
        """When the build ends, as far as anybody can say."""
        return remaining(run, self.usual, now)

    def ended(self, result: RunResult | None) -> None:
        """The last word, with a bell for those who waited for it; an older run's end was told when it came."""
        if result is not None and self._lived:
            tell(self, BuildTold(ended(result), None, ended(result)))
        self._runs, self.pulse = None, None

    def on_resize(self) -> None:
        """The build's terminal follows the window."""
        self._fit()

    def _fit(self) -> None:
        width, height = self.app.size
        if self._runs is not None and width and height:
            self._resize(self._runs, self._run_id, max(SMALLEST[0], width), max(SMALLEST[1], height))

    @work(exclusive=True, group="fit", exit_on_error=False)
    async def _resize(self, runs: Runs, run_id: str, columns: int, rows: int) -> None:
        await asyncio.sleep(SETTLED)
        with suppress(CanvosError):  # it has just ended
            await runs.resize(run_id, columns, rows)

    @work(exclusive=True, group="pulse", exit_on_error=False)
    async def _feel(self) -> None:
        if self._runs is None:
            return
        with suppress(CanvosError):
            self.pulse = await self._runs.pulse(self._run_id)
            self._lived = self._lived or (self.pulse is not None and self.pulse.beat is not Beat.GONE)

    def wrong(self, run: BuildRun, now: datetime) -> list[str]:
        """All that is wrong with the run, the worst first; for its own place, because the list of phases has no room to spare."""
        folded = self.screen.size.height < 30
        lines: list[str] = []
        for concern in concerns(run, now):
            told = concern.lines()
            lines += told[:2] if folded else told
        if run.blind is not None and run.stage is not Stage.ENDED and endless(run) is None:
            lines.append(f"! {blindness(run.blind, self.size.width - 2 if folded else 0)}")
        if run.stage is not Stage.ENDED:
            lines += [f"! {trouble}" for trouble in troubles(self.pulse)]
        lines += disk_warnings(run)
        return lines + [f"! {note.text}" for note in run.notes[-2:] if not any(note.text in line for line in lines)]

    def show(self, run: BuildRun, now: datetime) -> None:
        """Draws the run as it stands."""
        folded = self.screen.size.height < 30
        lines = phase_lines(run, now, self.usual, folded=folded)
        if run.image is not None:
            lines.append(f"      AMI        {run.image.image.image_id} {run.image.image.state}")
        lines += free_lines(run, self.screen.size.width)
        self.update(Content("\n".join(lines)))
        title = (title_of(run), run.percent)
        if self._lived and self._runs is not None and title != self._told:
            self._told = title
            tell(self, BuildTold(*title))
