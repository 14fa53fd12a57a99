"""The stages of the routes as data, in order: what each makes, what it asks for, and what it leaves behind when it stops there."""

from __future__ import annotations

from enum import Enum

from canvos_tui.core.run.phase import Phase
from canvos_tui.core.values import dataclass


class StageId(Enum):
    """The name of a stage, the same in commands, files and on screens."""

    IMAGE = "image"
    UPLOAD = "upload"
    SNAPSHOT = "snapshot"
    IMPORT = "import"
    REGISTER = "register"


@dataclass(frozen=True)
class Stage:
    """One stage. `phase` is the phase of the build that begins it, `rights` are IAM actions, `leaves` kinds of left-overs.

    `alone` says whether it can be repeated without what comes before it: image and upload are one command of CanvOS, and only where a raw
    file is at hand the upload is ours.
    """

    id: StageId
    title: str
    phase: Phase
    rights: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    alone: bool = False


_IMAGE = Stage(StageId.IMAGE, "Raw image", Phase.PREPARE, leaves=("container",))
_REGISTER = Stage(StageId.REGISTER, "AMI", Phase.REGISTER, ("ec2:RegisterImage", "ec2:DescribeImages"), ("ami",), alone=True)

GUIDE = (
    _IMAGE,
    Stage(
        StageId.UPLOAD,
        "Upload to S3",
        Phase.UPLOAD,
        ("s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:PutObject"),
        ("object", "upload"),
    ),
    Stage(
        StageId.IMPORT,
        "Snapshot import",
        Phase.IMPORT,
        ("ec2:ImportSnapshot", "ec2:CreateTags", "ec2:DescribeImportSnapshotTasks", "ec2:DescribeSnapshots"),
        ("import_task", "snapshot"),
        alone=True,
    ),
    _REGISTER,
)
DIRECT = (
    _IMAGE,
    Stage(
        StageId.SNAPSHOT,
        "Write snapshot",
        Phase.SNAPSHOT,
        ("ebs:StartSnapshot", "ebs:PutSnapshotBlock", "ebs:CompleteSnapshot", "ec2:CreateTags", "ec2:DescribeSnapshots"),
        ("snapshot",),
    ),
    _REGISTER,
)


def stages_of(*, direct: bool) -> tuple[Stage, ...]:
    """The stages of a run: those of the guide, or those without S3."""
    return DIRECT if direct else GUIDE


def states_of(phase: Phase | None, *, live: bool, direct: bool = False) -> tuple[tuple[StageId, str], ...]:
    """Each stage as `done`, `running` or `open`, by the phase that a run reached; `live` says that it is still in it."""
    order = phase.order if phase is not None else -1
    found, stages = [], stages_of(direct=direct)
    for number, stage in enumerate(stages):
        after = stages[number + 1].phase.order if number + 1 < len(stages) else Phase.DONE.order
        here = live and stage.phase.order <= order < after
        found.append((stage.id, "done" if order >= after else "running" if here else "open"))
    return tuple(found)


BY_ID = {stage.id: stage for stage in (*GUIDE, *DIRECT)}
ORDER = {stage: number for number, stage in enumerate(StageId)}
