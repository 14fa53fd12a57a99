"""What a supervisor writes down while a build runs: one event a line, frozen. run.py counts them in, codec.py spells them."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from enum import Enum

from canvos_tui.core.aws.facts import Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.values import dataclass

GONE = "gone"  # the state of a container that the engine lists no more


class DiskLevel(Enum):
    """How near the end of the disk is."""

    OK = "ok"
    LOW = "low"
    CRITICAL = "critical"


@dataclass(frozen=True)
class DiskSeen:
    """Free space of `place` (`docker`: the engine's data root, `state`: our log). `falling` is bytes a second, 0 when unknown."""

    at: datetime
    place: str
    path: str
    free: int
    total: int
    falling: int = 0
    level: DiskLevel = DiskLevel.OK

    @property
    def full_in(self) -> float | None:
        """Seconds until nothing is left at the present rate; None when it does not fall."""
        return self.free / self.falling if self.falling > 0 else None


@dataclass(frozen=True)
class ContainerSeen:
    """A container of this run in a new state, `gone` when the engine lists it no more."""

    at: datetime
    id: str
    name: str
    state: str
    volumes: tuple[str, ...] = ()  # that the engine keeps for it


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
    """The log named an id, `import_task`, `snapshot` or `ami`; of our own stages also `raw`, `upload`, `object`, `same`, `writing`."""

    at: datetime
    kind: str
    id: str
    line: int


@dataclass(frozen=True)
class FoundInstead:
    """The import script found something under our name instead of making it: `object`, which it uploads no more, or `ami`."""

    at: datetime
    kind: str
    id: str
    line: int


@dataclass(frozen=True)
class ScriptBlind:
    """The import script asked AWS for the state of its `import_task` or `ami` and got none, `times` by now.

    It throws the reason away and asks again without a limit.
    """

    at: datetime
    kind: str
    times: int
    line: int


@dataclass(frozen=True)
class SnapshotSeen:
    """The snapshot of this run's import, found although the task itself cannot be asked for."""

    at: datetime
    snapshot: Snapshot


@dataclass(frozen=True)
class CannotSee:
    """AWS did not answer a question; the build goes on and so does AWS. An empty reason says that it answers again.

    `refused` are the questions that AWS will not answer to these keys, with its codes.
    """

    at: datetime
    what: str
    reason: str
    retry: int  # seconds
    code: str = ""  # the reason in one word, where AWS or the SDK has one
    refused: dict[str, str] = field(default_factory=dict)


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
    | FoundInstead
    | ScriptBlind
    | SnapshotSeen
    | CannotSee
    | CancelAsked
    | Noted
    | DiskSeen
    | ContainerSeen
    | Finished
)
