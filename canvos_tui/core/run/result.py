"""What came out of a run or of a look at an existing image: findings, left-overs and one outcome."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from canvos_tui.core.errors import Remedy
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import RunId
from canvos_tui.core.status import Status
from canvos_tui.core.values import dataclass

SKIPPED = frozenset({"object-foreign", "object-neighbour", "object-reused"})  # the causes of a failure whose upload was skipped


@dataclass(frozen=True)
class Finding:
    """One line of the validation: what was looked at and what was seen."""

    id: str
    status: Status
    text: str


@dataclass(frozen=True)
class LeftOver:
    """Something that still exists after the run; `certain` is False when it may be somebody else's, or gone.

    Commands: `remove` removes it, `look` only shows it, `use` makes of it what the build did not come to.
    """

    kind: str  # object | upload | import_task | snapshot | ami | container | file
    id: str
    certain: bool
    note: str = ""
    remove: str = ""
    look: str = ""
    use: str = ""

    @property
    def removal(self) -> str:
        """The command to give out: none for what is not certain."""
        return self.remove if self.certain else ""


@dataclass(frozen=True)
class Cause:
    """Why it failed, in the words of the catalogue, or with what AWS said."""

    id: str
    title: str
    explanation: str
    remedies: tuple[Remedy, ...] = ()
    evidence: tuple[str, ...] = ()
    line: int = 0
    docs: tuple[str, ...] = ()


@dataclass(frozen=True)
class RunResult:
    """The end of a run. Empty strings mean "not known"; nothing here was guessed from the exit code."""

    run_id: str
    outcome: Outcome
    exit_code: int | None = None
    phase: Phase | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    region: str = ""
    bucket: str = ""
    key: str = ""
    object_size: int = 0
    import_task: str = ""
    snapshot: str = ""
    ami: str = ""
    ami_name: str = ""
    findings: tuple[Finding, ...] = ()
    left_behind: tuple[LeftOver, ...] = ()
    cause: Cause | None = None
    log: str = ""
    found: dict[str, str] = field(default_factory=dict)  # what the script found instead of making it: `object`, `ami`
    raw: str = ""  # the raw image that this run uploads or uploaded, where it built one or was given one
    root_gib: int = 0  # of the AMI's root volume, 0 where AWS did not show it
    phase_seconds: dict[str, float] = field(default_factory=dict)  # of the phases that were gone through, by id

    @property
    def took(self) -> float | None:
        """Seconds from its start to its end; None where one of them is not known."""
        return None if self.started_at is None or self.ended_at is None else (self.ended_at - self.started_at).total_seconds()

    @property
    def import_left(self) -> LeftOver | None:
        """This run's import, where it goes on or may go on; never one that may be another machine's."""
        return next((left for left in self.left_behind if left.kind == "import_task" and left.id == self.import_task), None)


@dataclass(frozen=True)
class RunInfo:
    """One run of the state directory; `live` means that its supervisor holds the lock right now and has no result yet.

    `ami` is that of a success: whoever lists runs takes it for a result. `took` is in seconds, None where it is not known; `why` is the
    cause of an end that was no success, in a few words.
    """

    run_id: RunId
    checkout: str
    tag: str
    created: datetime
    live: bool
    outcome: Outcome | None
    ami: str = ""
    took: float | None = None
    why: str = ""
