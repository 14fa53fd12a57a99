"""The phases of a build with what each took, and the import with AWS' own numbers."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from canvos_tui.core.build import SHOWN_PHASES, BuildRun, Phase, Stage
from canvos_tui.core.text import ago, elapsed, size

USUAL = {
    Phase.AWSCLI: "0.5-1 min",
    Phase.UPLOAD: "10-30 min",
    Phase.IMPORT: "15-45 min, decided by AWS",
    Phase.REGISTER: "1-2 min",
    Phase.AMI: "1-2 min",
}
BAR = 28


def bar(percent: int) -> str:
    """A bar of `#` and `-` for a real number."""
    full = min(BAR, max(0, percent * BAR // 100))
    return "[" + "#" * full + "-" * (BAR - full) + "]"


def phase_lines(run: BuildRun, now: datetime) -> list[str]:
    """One line for each phase that ran or runs, one for all that wait."""
    entered = {p.phase: p for p in run.phases}
    lines, waiting = [], []
    for phase in SHOWN_PHASES:
        times = entered.get(phase)
        name = f"{phase.number} {phase.title}"
        if times is None:
            passed = run.phase is not None and run.phase.order > phase.order
            waiting.append(name) if not passed else lines.append(f"- {name:<20} not seen in the log")
            continue
        runs = times.left is None and run.stage is not Stage.ENDED
        took = elapsed(((times.left or run.ended_at or now) - times.entered).total_seconds())
        usual = f"   usually {USUAL[phase]}" if runs and phase in USUAL else ""
        lines.append(f"{'>' if runs else '*'} {name:<20}{took:>9}{_facts(run, phase)}{usual}")
    if waiting:
        lines.append("  " + "   ".join(waiting))
    return lines


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
    lines.append(f"      Task       {task.task_id}   snapshot {task.snapshot_id or '-'}")
    return lines


class PhaseList(Static):
    """Draws a run; told anew once a second and after each batch of events."""

    def __init__(self) -> None:
        super().__init__("", id="phases", markup=False)

    def show(self, run: BuildRun, now: datetime) -> None:
        """Draws the run as it stands."""
        lines = phase_lines(run, now) + import_lines(run, now)
        if run.image is not None:
            lines.append(f"      AMI        {run.image.image.image_id} {run.image.image.state}")
        if run.blind is not None and run.stage is not Stage.ENDED:
            lines.append(f"      ! cannot see {run.blind.what} ({run.blind.reason}); it goes on; next try in {run.blind.retry} s")
        lines += [f"      ! {note.text}" for note in run.notes[-2:]]
        self.update(Content("\n".join(lines)))
