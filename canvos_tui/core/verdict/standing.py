"""Where a run that lives stands right now, for whoever has no screen: from its events alone."""

from __future__ import annotations

from contextlib import aclosing
from datetime import datetime

from canvos_tui.core.ports import Ports
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.raw_image import parse_raw_image
from canvos_tui.core.run.run import BuildRun
from canvos_tui.core.run.stage import ORDER, StageId, states_of
from canvos_tui.core.run.usual_times import remaining, usual_times
from canvos_tui.core.text import ago, elapsed, size
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.concerns import Concern, concerns


@dataclass(frozen=True)
class Standing:
    """A run, the moment it is looked at, when it ends as far as that is known, and what is wrong with it."""

    run: BuildRun
    now: datetime
    ends: str = ""
    concerns: tuple[Concern, ...] = ()

    @property
    def phase_seconds(self) -> float:
        """How long the phase has lasted."""
        return (self.now - self.run.phases[-1].entered).total_seconds() if self.run.phases else 0.0

    @property
    def elapsed_seconds(self) -> float:
        """How long the run has lasted."""
        return (self.now - (self.run.started_at or self.now)).total_seconds()


@dataclass(frozen=True)
class StageRow:
    """A stage, whether it is `done`, `running` or `open`, and by what: the file, object, task, snapshot or AMI that was made of it."""

    stage: StageId
    state: str
    proof: str = ""


async def standing(ports: Ports, run_id: str) -> Standing:
    """Where a run stands, by all that was recorded of it so far and by the run's own clock."""
    run = await so_far(ports, run_id)
    pulse, now = await ports.runs.pulse(run_id), ports.clock.now()
    now = pulse.time(now) if pulse is not None else now
    usual = usual_times(await ports.runs.history())
    return Standing(run, now, remaining(run, usual, now), concerns(run, now))


async def so_far(ports: Ports, run_id: str) -> BuildRun:
    """The run with every event up to now; one that lives is not waited for."""
    run = BuildRun(await ports.runs.plan(run_id))
    async with aclosing(ports.runs.follow(run_id)) as batches:
        async for batch in batches:
            return run.after(batch)  # the first one holds everything so far
    return run


def stage_rows(run: BuildRun, *, live: bool, succeeded: bool) -> tuple[StageRow, ...]:
    """Each stage of a run by the run's own record: AWS is not asked."""
    reached = Phase.DONE if succeeded else run.phase
    states = states_of(reached, live=live, direct=run.plan.baseline.direct)
    return tuple(
        StageRow(stage, state, (_proof(run, stage) or _taken_over(run, stage)) if state == "done" else "") for stage, state in states
    )


def _taken_over(run: BuildRun, stage: StageId) -> str:
    taken = run.plan.resumes
    return f"of the run {taken.run}" if taken is not None and taken.run and ORDER[stage] < ORDER[taken.stage] else ""


def _proof(run: BuildRun, stage: StageId) -> str:
    taken = run.plan.resumes
    ids = run.ids if taken is None else {**taken.named, **run.named}
    if stage is StageId.IMAGE:
        raw = parse_raw_image(ids.get("raw", ""))
        return f"{raw.name}, {size(raw.size)}" if raw is not None else ""
    if stage is StageId.UPLOAD:
        wrote, base = run.uploaded, run.plan.baseline
        return f"s3://{base.bucket}/{base.key}, {size(wrote.size)}" if wrote is not None else ""
    names = {StageId.IMPORT: ("import_task", "snapshot"), StageId.SNAPSHOT: ("snapshot",), StageId.REGISTER: ("ami",)}[stage]
    return ", ".join(ids[name] for name in names if ids.get(name))


def phase_words(run: BuildRun) -> str:
    """The phase in a few words, with its percentage where somebody counts: `Snapshot import 42 %`."""
    percent = f" {run.percent} %" if run.percent is not None else ""
    return f"{run.phase.title}{percent}" if run.phase is not None else "starting"


def standing_lines(told: Standing) -> tuple[str, ...]:
    """Phase, import, time and everything that is wrong."""
    run = told.run
    lines = [f"phase     {_phase(told)}"]
    if run.task is not None:
        task = run.task.task
        said = f"{task.status}{f': {task.message}' if task.message else ''}"
        lines.append(f"import    {task.task_id}   {said}   ({ago(told.now, run.task.at)})")
    elif run.ids.get("import_task"):
        lines.append(f"import    {run.ids['import_task']}   its state is not known")
    lines.append(f"time      elapsed {elapsed(told.elapsed_seconds)}{f'   {told.ends}' if told.ends else ''}")
    for concern in told.concerns:
        lines.append(f"!         {concern.text}")
        lines += [f"          {line}" for line in concern.more]
        lines += [f"          $ {command}" for command in concern.commands]
    return tuple(lines)


def _phase(told: Standing) -> str:
    run = told.run
    if run.phase is None:
        return "starting"
    place = "{} of {}".format(*run.place) if run.place is not None else ""
    percent = f"{run.percent} %" if run.percent is not None else ""
    upload = run.upload if run.percent is not None and run.task is None else None
    counted = f"{size(upload.done)} of {size(upload.total)}" if upload is not None else ""
    return ", ".join(filter(None, (place, run.phase.title, percent, counted, f"for {elapsed(told.phase_seconds)}")))
