"""A build: the plan, the events its supervisor writes, and the reducer that turns events into what a screen shows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object
from canvos_tui.core.run.machine_events import ContainerSeen, DiskSeen

if TYPE_CHECKING:
    from collections.abc import Iterable

RunId = str


class Phase(Enum):
    """The phases of `+aws-cloud-image` in order; the value is the stable id, `title` what people read."""

    PREPARE = "prepare"
    BASE = "base"
    INSTALLER = "installer"
    RAW = "raw"
    AWSCLI = "awscli"
    CHECKS = "checks"
    UPLOAD = "upload"
    IMPORT = "import"
    REGISTER = "register"
    AMI = "ami"
    DONE = "done"

    @property
    def title(self) -> str:
        """The phase's name on screens."""
        return _TITLES[self]

    @property
    def order(self) -> int:
        """Position in the sequence, from 0."""
        return _ORDER[self]

    @property
    def number(self) -> int | None:
        """The number 1-9 on the build screen; None for the two phases that are not shown on their own."""
        return _NUMBERS.get(self)


_TITLES = {
    Phase.PREPARE: "Prepare",
    Phase.BASE: "Base image",
    Phase.INSTALLER: "Installer image",
    Phase.RAW: "Raw disk",
    Phase.AWSCLI: "AWS CLI",
    Phase.CHECKS: "Import script's checks",
    Phase.UPLOAD: "Upload to S3",
    Phase.IMPORT: "Snapshot import",
    Phase.REGISTER: "Register AMI",
    Phase.AMI: "Wait for AMI",
    Phase.DONE: "Done",
}
_ORDER: dict[Phase, int] = {phase: n for n, phase in enumerate(Phase)}
SHOWN_PHASES = tuple(p for p in Phase if p not in {Phase.CHECKS, Phase.DONE})
_NUMBERS: dict[Phase, int] = {phase: n for n, phase in enumerate(SHOWN_PHASES, start=1)}


@dataclass(frozen=True)
class BuildPlan:
    """Everything a supervisor needs to start a build and to judge it, without any secret."""

    checkout: str
    tag: str
    command: tuple[str, ...]
    baseline: Baseline
    endpoint: str = ""  # AWS_ENDPOINT_URL where one is set, shown to the user
    args: tuple[tuple[str, str], ...] = ()  # what was written to .arg, for the summary
    reuse_object: bool = False  # the user chose to import the object that stood in the bucket before


# -- events: one JSON line each in events.jsonl ------------------------------------------------------------


@dataclass(frozen=True)
class Started:
    """The build's command runs; `pid` is the process group."""

    at: datetime
    pid: int
    command: str


@dataclass(frozen=True)
class PhaseEntered:
    """The log (or AWS) showed that a phase began; `line` is the number of the log line, from 1, or 0 when AWS said it."""

    at: datetime
    phase: Phase
    line: int


@dataclass(frozen=True)
class UploadSeen:
    """Bytes in S3 so far, from AWS' part list or from the log; `total` is 0 while unknown."""

    at: datetime
    done: int
    total: int
    source: str  # "aws" | "log"


@dataclass(frozen=True)
class ObjectSeen:
    """The object stands in S3; `ours` is False when it is the one that was there before."""

    at: datetime
    object: S3Object
    ours: bool


@dataclass(frozen=True)
class TaskSeen:
    """The import task of this run, each time that something about it changed."""

    at: datetime
    task: ImportTask


@dataclass(frozen=True)
class ImageSeen:
    """An AMI with our name, each time that its state changed."""

    at: datetime
    image: Image


@dataclass(frozen=True)
class IdFound:
    """The log named an id: `import_task`, `snapshot` or `ami`."""

    at: datetime
    kind: str
    id: str
    line: int


@dataclass(frozen=True)
class CannotSee:
    """AWS did not answer a question; the build goes on and so does AWS. An empty reason says that it answers again."""

    at: datetime
    what: str
    reason: str
    retry: int  # seconds


@dataclass(frozen=True)
class CancelAsked:
    """Somebody asked to stop; `force` on the second request."""

    at: datetime
    force: bool


@dataclass(frozen=True)
class Noted:
    """A sentence for people about the run itself, for example that the log's disk is full."""

    at: datetime
    text: str


@dataclass(frozen=True)
class Finished:
    """The command ended; `exit_code` is its status, negative for a signal. The verdict is in `result.json`, not here."""

    at: datetime
    exit_code: int


BuildEvent = (
    Started
    | PhaseEntered
    | UploadSeen
    | ObjectSeen
    | TaskSeen
    | ImageSeen
    | IdFound
    | CannotSee
    | CancelAsked
    | Noted
    | DiskSeen
    | ContainerSeen
    | Finished
)


# -- the reducer ---------------------------------------------------------------------------------------------


class Stage(Enum):
    """Where a run stands as a whole."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    ENDED = "ended"


_KEPT = 200  # looks at disks that a run remembers


@dataclass(frozen=True)
class PhaseTimes:
    """When a phase was entered and left."""

    phase: Phase
    entered: datetime
    left: datetime | None = None


@dataclass(frozen=True)
class BuildRun:
    """What is known of a run; moves by `after(events)` only."""

    plan: BuildPlan
    stage: Stage = Stage.STARTING
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exit_code: int | None = None
    phases: tuple[PhaseTimes, ...] = ()
    upload: UploadSeen | None = None
    object: ObjectSeen | None = None
    task: TaskSeen | None = None
    tasks: tuple[TaskSeen, ...] = ()
    image: ImageSeen | None = None
    blind: CannotSee | None = None
    ids: dict[str, str] = field(default_factory=dict)
    notes: tuple[Noted, ...] = ()
    disks: tuple[DiskSeen, ...] = ()  # the newest last
    containers: dict[str, ContainerSeen] = field(default_factory=dict)

    @property
    def phase(self) -> Phase | None:
        """The phase that runs or was the last one to run."""
        return self.phases[-1].phase if self.phases else None

    def after(self, events: Iterable[BuildEvent]) -> BuildRun:
        """The run as it stands once these events are counted in."""
        run = self
        for event in events:
            run = _after(run, event)
        return run


def _after(run: BuildRun, event: BuildEvent) -> BuildRun:  # noqa: C901, PLR0911  one line per kind of event
    match event:
        case Started(at=at):
            return replace(run, stage=Stage.RUNNING, started_at=at)
        case PhaseEntered():
            return _enter(run, event)
        case UploadSeen():
            return replace(run, upload=event, blind=None)
        case ObjectSeen():
            return replace(run, object=event)
        case TaskSeen():
            ids = {**run.ids, "import_task": event.task.task_id}
            return replace(run, task=event, tasks=(*run.tasks, event), blind=None, ids=ids)
        case ImageSeen():
            return replace(run, image=event, blind=None)
        case IdFound(kind=kind, id=found):
            return replace(run, ids={**run.ids, kind: found})
        case CannotSee():
            return replace(run, blind=event if event.reason else None)
        case CancelAsked():
            return replace(run, stage=Stage.STOPPING)
        case Noted():
            return replace(run, notes=(*run.notes, event))
        case DiskSeen():
            return replace(run, disks=(*run.disks[-_KEPT:], event))
        case ContainerSeen():
            return replace(run, containers={**run.containers, event.id: event})
        case Finished(at=at, exit_code=code):
            phases = run.phases
            if phases and phases[-1].left is None:
                phases = (*phases[:-1], replace(phases[-1], left=at))
            return replace(run, stage=Stage.ENDED, ended_at=at, exit_code=code, phases=phases)


def _enter(run: BuildRun, event: PhaseEntered) -> BuildRun:
    """Moves on to a phase; never back, because parallel targets print out of order."""
    if run.phase is not None and event.phase.order <= run.phase.order:
        return run
    phases = run.phases
    if phases:
        phases = (*phases[:-1], replace(phases[-1], left=event.at))
    return replace(run, phases=(*phases, PhaseTimes(event.phase, event.at)))
