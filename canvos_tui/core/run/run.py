"""A run of the build: its plan, and the reducer that turns events into what a screen shows."""

from __future__ import annotations

from dataclasses import field, replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING

from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import Baseline, S3Object, Snapshot
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.run.events import (
    BuildEvent,
    CancelAsked,
    CannotSee,
    ContainerSeen,
    DiskSeen,
    Finished,
    FoundInstead,
    IdFound,
    ImageSeen,
    Noted,
    ObjectSeen,
    PhaseEntered,
    ScriptBlind,
    SnapshotSeen,
    Started,
    TaskSeen,
    UploadSeen,
)
from canvos_tui.core.run.phase import DIRECT_PHASES, SHOWN_PHASES, Phase
from canvos_tui.core.run.stage import BY_ID, StageId
from canvos_tui.core.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


RunId = str


@dataclass(frozen=True)
class Resumes:
    """What our own stages begin with, and what they take over from an earlier run, where there is one.

    A run of the two-stage route begins with the image and takes over nothing: it builds that first, and finds `raw` by itself.
    `task` is the import that is followed or is done, `snapshot` the snapshot to register. `token` keeps an import from beginning twice and
    marks it as this run's. `etag` is that of the object to import, "" for one that is uploaded first, from the file `raw`.
    `wrote` is that of the object which an earlier run is known to have written, "" where it may be anybody's.
    """

    run: RunId
    stage: StageId
    task: str = ""
    snapshot: str = ""
    token: str = ""
    etag: str = ""
    raw: str = ""
    crc: str = ""  # the CRC-32 that `raw` must have, as S3 writes it, once a run has told it
    wrote: str = ""

    @property
    def uploads(self) -> bool:
        """Whether the object is to be this very run's."""
        return self.stage in {StageId.IMAGE, StageId.UPLOAD}

    @property
    def first_phase(self) -> Phase:
        """The phase that it begins with."""
        return BY_ID[self.stage].phase

    @property
    def named(self) -> dict[str, str]:
        """The ids that are this run's from its beginning, by kind."""
        return {kind: found for kind, found in (("import_task", self.task), ("snapshot", self.snapshot)) if found}


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
    resumes: Resumes | None = None  # where stages of our own do what else the guide's one command does
    settings: AmiSettings = field(default_factory=AmiSettings)  # beyond the script's parameters, where the registration is ours
    making: SnapshotSettings = field(default_factory=SnapshotSettings)  # of its snapshot, where that is ours
    limit: int = 0  # bytes a second that our own stages send, 0 for all that the line carries
    joins: bool | None = None  # whether a user-data stood in the checkout when the build was planned; None where nobody looked

    @property
    def route(self) -> str:
        """The name of its route: `direct` without an object, `two-stage` where the upload is ours; of a run that goes on, that one's."""
        if self.baseline.direct:
            return "direct"
        return "two-stage" if self.resumes is not None and (self.resumes.raw or self.resumes.crc or self.builds) else "guide"

    @property
    def builds(self) -> bool:
        """Whether CanvOS builds something in it."""
        return self.resumes is None or self.resumes.stage is StageId.IMAGE

    def program(self, phase: Phase | None) -> str:
        """Whose exit code it is that a run ended with in that phase: our own stages begin when the image is there."""
        own = self.resumes is not None and (not self.builds or (phase is not None and phase.order > Phase.RAW.order))
        return "our own stages" if own else "earthly.sh"

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases that it can show, in order: the AWS CLI is installed for the import script alone."""
        if self.baseline.direct:
            return DIRECT_PHASES
        return SHOWN_PHASES if self.resumes is None else tuple(phase for phase in SHOWN_PHASES if phase is not Phase.AWSCLI)


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
    logged: Phase | None = None  # the latest that the log itself shows
    upload: UploadSeen | None = None
    sent: UploadSeen | None = None  # the newest that the log says
    object: ObjectSeen | None = None
    written: tuple[S3Object, ...] = ()  # every new object that was seen since the upload began
    task: TaskSeen | None = None
    tasks: tuple[TaskSeen, ...] = ()
    image: ImageSeen | None = None
    blind: CannotSee | None = None
    script_blind: ScriptBlind | None = None  # the newest, with the time of the first
    snapshot: Snapshot | None = None
    ids: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)  # those of `ids` that the log itself names
    found: dict[str, str] = field(default_factory=dict)  # what the script found instead of making it, by kind
    notes: tuple[Noted, ...] = ()
    disks: tuple[DiskSeen, ...] = ()  # the newest last
    containers: dict[str, ContainerSeen] = field(default_factory=dict)

    @property
    def phase(self) -> Phase | None:
        """The phase that runs or was the last one to run."""
        return self.phases[-1].phase if self.phases else None

    @property
    def place(self) -> tuple[int, int] | None:
        """The number of its phase and how many there are, both from 1; None for a phase that is not shown on its own."""
        phases = self.plan.phases
        return (phases.index(self.phase) + 1, len(phases)) if self.phase in phases else None

    @property
    def percent(self) -> int | None:
        """Bytes uploaded, or what AWS says of the import; None where nobody counts."""
        if self.phase in {Phase.UPLOAD, Phase.SNAPSHOT} and self.upload is not None and self.upload.total:
            return min(100, self.upload.done * 100 // self.upload.total)
        if self.phase is Phase.IMPORT and self.task is not None:
            return self.task.task.progress
        return None

    @property
    def upload_ended(self) -> bool:
        """Whether the log shows that the upload came to its end: an object that is there without that may be anybody's."""
        sent = self.sent is not None and self.sent.done >= self.sent.total > 0
        silent = self.logged in {None, Phase.PREPARE}  # a log that says nothing of it: then AWS' word counts alone
        return sent or silent or (self.logged is not None and self.logged.order >= Phase.IMPORT.order)

    @property
    def uploaded(self) -> S3Object | None:
        """The one object that this very run is known to have written; None where it took one over, or another came after it."""
        resumes = self.plan.resumes
        if resumes is not None and not resumes.uploads:
            return None
        proven = self.named.get("object", "")  # by its checksum, where the upload was ours
        mine = self.written if resumes is None else tuple(one for one in self.written if one.etag == proven)
        if resumes is None and not self.upload_ended:
            return None
        return mine[-1] if mine and "object" not in self.found and len({one.etag for one in self.written}) == 1 else None

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
        case PhaseEntered(phase=phase, line=line):
            later = line > 0 and (run.logged is None or phase.order > run.logged.order)
            return _enter(replace(run, logged=phase) if later else run, event)
        case UploadSeen():
            return replace(run, upload=event, sent=event if event.source == "log" else run.sent, blind=_still_blind(run))
        case ObjectSeen(object=found, ours=ours):
            return replace(run, object=event, written=(*run.written, found) if ours else run.written)
        case TaskSeen():
            ids = {**run.ids, "import_task": event.task.task_id}
            return replace(run, task=event, tasks=(*run.tasks, event), blind=_still_blind(run), ids=ids)
        case ImageSeen():
            return replace(run, image=event, blind=_still_blind(run))
        case IdFound(kind=kind, id=found):
            return replace(run, ids={**run.ids, kind: found}, named={**run.named, kind: found})
        case FoundInstead(kind=kind, id=found):
            return replace(run, found={**run.found, kind: found})
        case ScriptBlind(kind=kind):
            known = run.script_blind
            return replace(run, script_blind=replace(event, at=known.at) if known is not None and known.kind == kind else event)
        case SnapshotSeen(snapshot=snapshot):
            return replace(run, snapshot=snapshot)
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


def _still_blind(run: BuildRun) -> CannotSee | None:
    """What is looked for again says itself when it is seen: another thing that was seen meanwhile does not."""
    return run.blind if run.blind is not None and run.blind.retry else None


def _enter(run: BuildRun, event: PhaseEntered) -> BuildRun:
    """Moves on to a phase; never back, because parallel targets print out of order."""
    if run.phase is not None and event.phase.order <= run.phase.order:
        return run
    phases = run.phases
    if phases:
        phases = (*phases[:-1], replace(phases[-1], left=event.at))
    return replace(run, phases=(*phases, PhaseTimes(event.phase, event.at)))
