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
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildRun, PhaseTimes, Stage
from canvos_tui.core.run.stage import GUIDE, ORDER
from canvos_tui.core.run.usual_times import Usual, overdue, remaining, span, usual_times
from canvos_tui.core.terminal.marks import Mark
from canvos_tui.core.terminal.notice import ended, title_of
from canvos_tui.core.text import ago, clip, elapsed, middle, size
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.concerns import concerns
from canvos_tui.tui.messages import BuildTold, tell
from canvos_tui.tui.painting.blocks import bar
from canvos_tui.tui.painting.looks import MUTED

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
BAR, LONG = 20, 40  # columns of the import's bar, and of one that has a line of its own
SHARE = 24  # columns of the bar of the longest phase
NAME = 17  # columns of the widest phase's name


def phase_lines(run: BuildRun, now: datetime, usual: Mapping[Phase, Usual], *, folded: bool, width: int) -> list[Content]:
    """A line for each phase that ran or runs, the import with AWS' numbers, what is to come.

    With `folded` the phases that are over share a line, and so do those to come: small terminals need the room. Otherwise each has
    a bar of its share of the time.
    """
    return _Lines(run, now, {} if endless(run) is not None else usual, folded, width).all()


@dataclass(frozen=True)
class _Lines:
    run: BuildRun
    now: datetime
    usual: Mapping[Phase, Usual]
    folded: bool
    width: int  # columns

    def all(self) -> list[Content]:
        entered = {times.phase: times for times in self.run.phases}
        reached = self.run.phase.order if self.run.phase is not None else -1
        over = [p for p in self.run.plan.phases if p in entered and not (self._runs(entered[p]) or self._broke(entered[p]))]
        together = self.folded and len(over) > 2
        lines = [self._together([entered[phase] for phase in over])] if together else []
        waiting: list[Phase] = []
        for phase in self.run.plan.phases:
            if phase in entered:
                lines += [] if together and phase in over else self._of(entered[phase])
            elif phase.order < reached:
                lines += [] if not self.run.plan.builds else [self._unseen(phase)]
            else:
                waiting.append(phase)
        return [*self._taken_over(), *lines, *self._to_come(waiting)]

    def _unseen(self, phase: Phase) -> Content:
        return Content.styled(f"{Mark.UNKNOWN.sign} {phase.title:<{NAME}} not seen in the log", MUTED)

    def _taken_over(self) -> list[Content]:
        """One line for what an earlier run did."""
        resumes = self.run.plan.resumes
        if resumes is None or self.run.plan.builds:
            return []
        done = " · ".join(stage.id.value for stage in GUIDE if ORDER[stage.id] < ORDER[resumes.stage])
        of = f"of run {resumes.run}" if resumes.run else middle(resumes.raw, max(20, self.width - len(done) - 5))
        return [Content.assemble((f"{Mark.DONE.sign} ", "$text-success"), (f"{done}   {of}", MUTED))]

    def _to_come(self, waiting: list[Phase]) -> list[Content]:
        names = [f"{Mark.TO_COME.sign} {SHORT.get(phase, phase.title) if self.folded else phase.title}" for phase in waiting]
        if names and (self.folded or self.run.stage is Stage.ENDED):
            names = ["  ".join(names)]
        return [Content.styled(name, MUTED) for name in names]

    def _runs(self, times: PhaseTimes) -> bool:
        return times.left is None and self.run.stage is not Stage.ENDED

    def _broke(self, times: PhaseTimes) -> bool:
        """Whether it was the last that a run which failed or was ended had begun."""
        return times is self.run.phases[-1] and self.run.stage is Stage.ENDED and self.run.exit_code != 0

    def _seconds(self, times: PhaseTimes) -> float:
        return ((times.left or self.run.ended_at or self.now) - times.entered).total_seconds()

    def _together(self, over: list[PhaseTimes]) -> Content:
        took = elapsed(sum(map(self._seconds, over)))
        names = " · ".join(SHORT.get(times.phase, times.phase.title) for times in over)
        if len(names) > self.width - len(took) - 4:  # a part of a name says less than the number
            names = f"{len(over)} phases, up to {over[-1].phase.title}"
        return Content.assemble((f"{Mark.DONE.sign} ", "$text-success"), (f"{names:<{self.width - len(took) - 3}}{took}", MUTED))

    def _of(self, times: PhaseTimes) -> list[Content]:
        """Mark, name, time, a bar, and what is known of it."""
        phase, runs, seconds = times.phase, self._runs(times), self._seconds(times)
        ended = (Mark.FAILED, "$text-error") if self._broke(times) else (Mark.DONE, "$text-success")
        mark, colour = (Mark.CHOSEN, "bold $text-accent") if runs else ended
        start = Content.assemble(
            (f"{mark.sign} ", colour), (f"{phase.title:<{NAME}}", "" if mark is Mark.DONE else colour), f"{elapsed(seconds):>9}  "
        )
        beside = self._share(seconds, "$text-accent" if runs else ended[1]) if not self.folded else self._progress(times)
        usual = self.usual.get(phase)
        told = " ".join(filter(None, (_facts(self.run, times), usual.text if runs and usual is not None else "")))
        room = self.width - start.cell_length - beside.cell_length
        if len(told) > room and beside.cell_length and self.folded:  # behind a percentage what is left; the border says whose word that is
            told = f"{span(max(0.0, usual.low - seconds), max(0.0, usual.high - seconds))} left" if usual is not None else ""
        line = start + beside + Content.styled(clip(told, room), MUTED)
        late = f"  {Mark.WARNING.sign} longer than usual: {LOOK_AT.get(phase, LOOK)}"
        lines = [line, *([Content.styled(late, "$text-warning")] if runs and overdue(usual, seconds) else [])]
        return [
            *lines,
            *(import_lines(self.run, self.now, drawn=bool(self.folded and beside.cell_length)) if phase is Phase.IMPORT else []),
        ]

    def _share(self, seconds: float, colour: str) -> Content:
        longest = max(map(self._seconds, self.run.phases))
        drawn = "█" * max(1, round(seconds / longest * SHARE)) if longest else ""
        return Content.styled(f"{drawn:<{SHARE + 2}}", colour)

    def _progress(self, times: PhaseTimes) -> Content:
        """The import's bar where it has no line of its own."""
        task = self.run.task.task if self.run.task is not None and times.phase is Phase.IMPORT and self._runs(times) else None
        return bar(task.progress, BAR) + Content("  ") if task is not None and task.progress is not None else Content("")


def _facts(run: BuildRun, times: PhaseTimes) -> str:
    """Bytes that were uploaded, of how many, and how fast on average."""
    if times.phase is not Phase.UPLOAD:
        return ""
    if run.upload is None:
        return size(run.object.object.size) if run.object is not None else ""
    of = f" of {size(run.upload.total)}" if run.upload.total else ""
    seconds = (run.upload.at - times.entered).total_seconds()
    speed = f" · {size(round(run.upload.done / seconds))}/s" if seconds >= 1 and run.upload.done else ""
    return f"{size(run.upload.done)}{of}{speed}"


def import_lines(run: BuildRun, now: datetime, *, drawn: bool = False) -> list[Content]:
    """What AWS says of the import task of this run; with `drawn` its bar stands elsewhere."""
    if run.task is None:
        return []
    task = run.task.task
    lines = []
    if task.progress is not None and not drawn and not (task.ended and not task.ending):
        lines.append(Content("  ") + bar(task.progress, LONG))
    said = f"{task.status}{f': {task.message}' if task.message else ''}"
    lines += _fact("AWS says", said, ago(now, run.task.at))
    lines += _fact("Task", task.task_id)
    return lines + (_fact("Snapshot", task.snapshot_id) if task.snapshot_id else [])


def _fact(label: str, text: str, note: str = "") -> list[Content]:
    return [Content.assemble((f"  {label:<10}", "$text-muted"), text, (f" · {note}" if note else "", "$text-muted"))]


def disk_warnings(run: BuildRun) -> list[str]:
    """The warning of each disk that fills up."""
    newest = {seen.place: seen for seen in run.disks}
    return [f"! {line}" for seen in newest.values() if (line := disk_line(seen))]


def free_lines(run: BuildRun, width: int) -> list[Content]:
    """In a wide window the free space of the engine's disk, a sample for each look."""
    docker = tuple(seen for seen in run.disks if seen.place == "docker")
    if not docker or width < WIDE or run.stage is Stage.ENDED:
        return []
    drawn = spark(docker, SAMPLES)
    return _fact(
        "Disk", f"{f'{drawn}  ' if drawn else ''}{size(docker[-1].free)} free in {docker[-1].path}", f"warned of below {size(LOW)}"
    )


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
            lines += told[:3] if folded else told  # the third says what to do
        if run.blind is not None and run.stage is not Stage.ENDED and endless(run) is None:
            lines.append(f"! {blindness(run.blind, self.size.width - 2 if folded else 0)}")
        if run.stage is not Stage.ENDED:
            lines += [f"! {trouble}" for trouble in troubles(self.pulse)]
        lines += disk_warnings(run)
        return lines + [f"! {note.text}" for note in run.notes[-2:] if not any(note.text in line for line in lines)]

    def show(self, run: BuildRun, now: datetime) -> None:
        """Draws the run as it stands."""
        folded = self.screen.size.height < 30
        lines = phase_lines(run, now, self.usual, folded=folded, width=max(40, self.size.width))
        if run.image is not None:
            lines += _fact("AMI", f"{run.image.image.image_id} {run.image.image.state}")
        lines += free_lines(run, self.screen.size.width)
        self.update(Content("\n").join(lines))
        title = (title_of(run), run.percent)
        if self._lived and self._runs is not None and title != self._told:
            self._told = title
            tell(self, BuildTold(*title))
