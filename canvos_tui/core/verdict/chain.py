"""The chain from object to AMI that AWS shows for a run, and what of it the run's own log takes away again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object
from canvos_tui.core.aws.sighting import Question, Sighting
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.watch import is_new_object, is_unlisted, new_images, tasks_of


@dataclass(frozen=True)
class Chain:
    """The links from object to AMI that AWS shows for this run; None where there is none or nobody could be asked."""

    baseline: Baseline
    sighting: Sighting
    object: S3Object | None
    task: ImportTask | None
    snapshot: str
    image: Image | None
    strangers: tuple[Image, ...]  # new AMIs of that name that are not proven to be this run's
    rivals: tuple[ImportTask, ...] = ()  # other imports of the object that may as well be this run's
    reuse_wanted: bool = False
    found: Mapping[str, str] = field(default_factory=dict)  # what the script found instead of making it, by kind
    named_snapshot: str = ""  # the snapshot that the run names as its own
    named_task: str = ""  # and the import

    @property
    def skipped(self) -> bool:
        """Whether the script says that it found an object and uploaded nothing."""
        return "object" in self.found

    @property
    def reused(self) -> bool:
        """Whether what stands in the bucket is what stood there before the run."""
        return self.object is None and self.sighting.object is not None

    @property
    def foreign(self) -> bool:
        """Whether the object came after the baseline and yet before the upload: then it is somebody else's."""
        return self.skipped and self.object is not None

    @property
    def missed(self) -> bool:
        """Whether the script took something for the object that does not exist: it looks for names that begin with the key."""
        return self.skipped and self.sighting.object_known and self.sighting.object is None

    @property
    def uploaded(self) -> S3Object | None:
        """The object that this run uploaded."""
        return None if self.foreign else self.object

    @property
    def as_wanted(self) -> bool:
        """Whether what was imported is this build, or the older object that the user chose to import."""
        if self.foreign:
            return False
        return self.reuse_wanted or not (self.reused or self.skipped)

    @property
    def holds(self) -> bool:
        """Whether every link is there: the proof of success."""
        made = self.image is not None and self.image.state == "available"
        return made and self.imported and not self.rivals and self.as_wanted

    @property
    def imported(self) -> bool:
        """Whether an import of this run is there: as a task, or by the snapshot that AWS describes with the task's id.

        The description alone counts where AWS lists the task no longer, and for a snapshot that the run names as its own. On the direct
        route it is the snapshot that the run wrote.
        """
        described = bool(self.snapshot) and (self.sighting.tasks is not None or self.named_snapshot == self.snapshot)
        return self.task is not None or described

    @property
    def seen(self) -> bool:
        """Whether AWS answered all decisive questions."""
        if self.baseline.direct and any(unseen.what is Question.SNAPSHOT for unseen in self.sighting.blind):
            return False
        return self.sighting.tasks is not None and self.sighting.images is not None


def chain_of(
    baseline: Baseline, sighting: Sighting, named: Mapping[str, str], found: Mapping[str, str], *, reuse_wanted: bool = False
) -> Chain:
    """The links of this run in a look at AWS; things of the baseline never count, `named` are the ids that the log proves."""
    tasks = tasks_of(baseline, sighting.tasks or (), named.get("import_task", ""), named.get("snapshot", ""))
    task = tasks[0] if tasks else None
    if baseline.direct:
        snapshot = _written(sighting, named)
    else:
        snapshot = task.snapshot if task is not None else _described(baseline, sighting, named.get("import_task", ""))
    fresh = new_images(baseline, sighting.images or ())
    ours = sorted((i for i in fresh if _made(i, snapshot, found)), key=lambda i: i.state != "available")
    there = sighting.object
    return Chain(
        baseline,
        sighting,
        there if there is not None and is_new_object(baseline, there) else None,
        task,
        snapshot,
        ours[0] if ours else None,
        tuple(i for i in fresh if i not in ours),
        tasks[1:],
        reuse_wanted,
        found,
        written_snapshot(named) if baseline.direct else named.get("snapshot", ""),
        named.get("import_task", ""),
    )


def _made(image: Image, snapshot: str, found: Mapping[str, str]) -> bool:
    """Whether this run made it: of its snapshot, and not what its script found there already."""
    return bool(snapshot) and image.root_snapshot == snapshot and image.image_id != found.get("ami")


def written_snapshot(named: Mapping[str, str]) -> str:
    """The snapshot that a run of the direct route names as its own: complete, or begun."""
    return named.get("snapshot", "") or named.get("writing", "")


def watched(baseline: Baseline, named: Mapping[str, str]) -> str:
    """What a look at AWS has to be told of a run: its import, on the direct route its snapshot; "" where it has none yet."""
    return written_snapshot(named) if baseline.direct else named.get("import_task", "")


def _written(sighting: Sighting, named: Mapping[str, str]) -> str:
    """The completed snapshot that the run wrote itself."""
    seen, mine = sighting.snapshot, written_snapshot(named)
    return mine if mine and seen is not None and seen.snapshot_id == mine and seen.state == "completed" else ""


def _described(baseline: Baseline, sighting: Sighting, task_id: str) -> str:
    """The finished snapshot of an import that could not be asked for: AWS writes the task's id into the description."""
    snapshot = sighting.snapshot
    if (
        snapshot is None
        or not task_id
        or not is_unlisted(baseline, sighting.tasks, task_id)
        or snapshot.task_id != task_id
        or snapshot.state != "completed"
    ):
        return ""
    return snapshot.snapshot_id
