"""The phases of a build with what each took, and the import with AWS' own numbers."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.build import SHOWN_PHASES, BuildRun, Phase, PhaseTimes, Stage
from canvos_tui.core.text import ago, blindness, elapsed, size

USUAL = {
    Phase.AWSCLI: "0.5-1 min",
    Phase.UPLOAD: "10-30 min",
    Phase.IMPORT: "15-45 min, decided by AWS",
    Phase.REGISTER: "1-2 min",
    Phase.AMI: "1-2 min",
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


def phase_lines(run: BuildRun, now: datetime, *, folded: bool) -> list[str]:
    """A line for each phase that ran or runs, the import with AWS' numbers, one line for all that wait.

    With `folded` the phases before the upload share a line once the upload began: small terminals need the room.
    """
    entered = {p.phase: p for p in run.phases}
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
            lines += _line(run, entered[phase], now)
        elif run.phase is not None and run.phase.order > phase.order:
            lines.append(f"- {phase.number} {phase.title:<18} not seen in the log")
        else:
            waiting.append(f"{phase.number} {SHORT.get(phase, phase.title)}")
    return lines + (["  " + "   ".join(waiting)] if waiting else [])


def _line(run: BuildRun, times: PhaseTimes, now: datetime) -> list[str]:
    phase = times.phase
    runs = times.left is None and run.stage is not Stage.ENDED
    took = elapsed(((times.left or run.ended_at or now) - times.entered).total_seconds())
    usual = f"   usually {USUAL[phase]}" if runs and phase in USUAL else ""
    line = f"{'>' if runs else '*'} {f'{phase.number} {phase.title}':<20}{took:>9}{_facts(run, phase)}{usual}"
    return [line, *(import_lines(run, now) if phase is Phase.IMPORT else [])]


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
    if task.progress is not None and task.status not in {"completed", "deleted"}:
        lines.append(f"      {bar(task.progress)} {task.progress:>3} %")
    said = f"{task.status}{f': {task.message}' if task.message else ''}"
    lines.append(f"      AWS says   {said}   ({ago(now, run.task.at)})")
    lines.append(f"      Task       {task.task_id}")
    if task.snapshot_id:
        lines.append(f"      Snapshot   {task.snapshot_id}")
    return lines


class PhaseList(Static):
    """Draws a run; told anew once a second and after each batch of events."""

    def __init__(self) -> None:
        super().__init__("", id="phases", markup=False)

    def show(self, run: BuildRun, now: datetime) -> None:
        """Draws the run as it stands."""
        lines = phase_lines(run, now, folded=self.screen.size.height < 30)
        if run.image is not None:
            lines.append(f"      AMI        {run.image.image.image_id} {run.image.image.state}")
        if run.blind is not None and run.stage is not Stage.ENDED:
            lines.append(f"      ! {blindness(run.blind)}")
        lines += [f"      ! {note.text}" for note in run.notes[-2:]]
        self.update(Content("\n".join(lines)))
