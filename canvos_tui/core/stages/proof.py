"""Which stages of a run are done, by what AWS shows now: nothing is taken over that was not seen."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from canvos_tui.core.aws.facts import Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.aws.sighting import CLOCKS, Question
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.text import size
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.chain import Chain
from canvos_tui.core.verdict.judge import NOBODY
from canvos_tui.core.verdict.watch import imports_of

UNPROVEN = "unproven"  # no object has that ETag
HOPELESS = frozenset({"failed", "invalid", "error", "deregistered", "disabled"})


class Done(Enum):
    """How far a stage is."""

    DONE = "done"
    UNDER_WAY = "under way"
    OPEN = "open"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Proof:
    """What was seen of one stage; `taken_for_it` says that it is this run's by circumstance only, and somebody has to agree."""

    stage: StageId
    done: Done
    text: str
    taken_for_it: bool = False


@dataclass(frozen=True)
class Told:
    """What the run itself recorded: when it ended, and which object it had then: size and ETag, 0 and "" where nobody saw it.

    `lived_until` is when the newest run ended that goes on from it.
    """

    ended: datetime | None = None
    bytes: int = 0
    etag: str = ""
    lived_until: datetime | None = None


def proofs(chain: Chain, told: Told, raw: Proof | None = None, making: SnapshotSettings = AS_SCRIPT) -> tuple[Proof, ...]:
    """A proof for each stage, in order; `raw` is what was seen of the raw image's file, where the run has one.

    `making` is what was chosen for the snapshot: one that is otherwise is made anew.
    """
    if chain.baseline.direct:
        snapshot = _snapshot_written(chain, making)
        made = _proof(StageId.IMAGE, Done.DONE, "the snapshot was written of it") if snapshot.done is Done.DONE else None
        return (made or raw or _proof(StageId.IMAGE, Done.OPEN, "it was not built"), snapshot, _register(chain))
    upload = _upload(chain, told)
    imported = _import(chain, making)
    # our own stages name a snapshot only when the object was still the same behind the import
    unnamed = chain.named_snapshot != chain.snapshot
    if imported.done is Done.DONE and unnamed and chain.object is not None and _written_over(chain.object, told):
        doubt = f"the object was written over while the run lived: what {chain.snapshot} holds is not known"
        imported = _proof(StageId.IMPORT, Done.UNKNOWN, doubt)
    image = raw if raw is not None and upload.done is not Done.DONE else _image(upload)
    return (image, upload, imported, _register(chain))


def _written_over(found: S3Object, told: Told) -> bool:
    """Whether other bytes came in the place of the run's own before the last of its line ended: perhaps while AWS read them."""
    other = told.etag not in {"", UNPROVEN, found.etag}
    return other and (told.lived_until is None or found.modified <= told.lived_until + CLOCKS)


def _image(upload: Proof) -> Proof:
    """The raw image is in the build's container; that it was made shows only in what was uploaded of it."""
    if upload.done is Done.DONE:
        return Proof(StageId.IMAGE, Done.DONE, "the object was made of it", upload.taken_for_it)
    text = (
        "is not known without the object"
        if upload.done is Done.UNKNOWN
        else "the build keeps no raw image: only an object shows that it was made"
    )
    return Proof(StageId.IMAGE, upload.done, text)


def _snapshot_written(chain: Chain, making: SnapshotSettings) -> Proof:
    """Of the direct route: complete counts, and nothing else; one that is pending is written on to."""
    seen, name = chain.sighting.snapshot, chain.named_snapshot
    if chain.snapshot and seen is not None and (wrong := making.unlike(seen)):
        return _proof(StageId.SNAPSHOT, Done.OPEN, f"{chain.snapshot} {wrong}")
    if chain.snapshot and seen is not None:
        return _proof(StageId.SNAPSHOT, Done.DONE, f"{chain.snapshot} is completed, a volume of {size(seen.size)}")
    if any(unseen.what is Question.SNAPSHOT for unseen in chain.sighting.blind):
        return _proof(StageId.SNAPSHOT, Done.UNKNOWN, f"{name} could not be asked for{_why(chain, Question.SNAPSHOT)}")
    if seen is None or seen.snapshot_id != name:
        return _proof(StageId.SNAPSHOT, Done.OPEN, f"{name} is no longer there" if name else "no snapshot of this run")
    more = ": what is missing is written to it" if seen.state == "pending" else ": another one is written"
    return _proof(StageId.SNAPSHOT, Done.OPEN, f"{name} is {seen.state}{more}")


def _upload(chain: Chain, told: Told) -> Proof:
    where, found = f"s3://{chain.baseline.bucket}/{chain.baseline.key}", chain.object
    if not chain.sighting.object_known:
        return _proof(StageId.UPLOAD, Done.UNKNOWN, f"{where} could not be asked for{_why(chain, Question.OBJECT)}")
    if chain.reused and chain.reuse_wanted and chain.sighting.object is not None:
        return _proof(StageId.UPLOAD, Done.DONE, f"{where}  {size(chain.sighting.object.size)}, the one that was to be imported")
    if found is None:
        text = "is the object from before the run" if chain.reused else "does not exist"
        return _proof(StageId.UPLOAD, Done.OPEN, f"{where} {text}")
    wrong = "was not made by this run" if chain.foreign else _unlike(chain, found, told)
    if wrong:
        return _proof(StageId.UPLOAD, Done.OPEN, f"{where} {wrong}")
    text = f"{where}  {size(found.size)}, written {found.modified:%Y-%m-%d %H:%M} UTC"
    return Proof(StageId.UPLOAD, Done.DONE, text, taken_for_it=told.etag != found.etag)


def _unlike(chain: Chain, found: S3Object, told: Told) -> str:
    """Why an object that came after the baseline is not this run's; "" when nothing speaks against it."""
    if not found.size:
        return "is empty"
    if told.etag:  # no clock tells more than that
        if found.etag == told.etag:
            return ""
        return "is not proven to be the run's" if told.etag == UNPROVEN else "is another object than the run had there: its ETag differs"
    return _untimely(chain, found, told)


def _untimely(chain: Chain, found: S3Object, told: Told) -> str:
    """By size and time, where no ETag was recorded."""
    if told.bytes and found.size != told.bytes:
        return f"has {found.size:,} bytes, and the run uploaded {told.bytes:,}"
    if found.modified < chain.baseline.taken_at - CLOCKS:
        return f"was written before the run, {found.modified:%Y-%m-%d %H:%M} UTC"
    if told.ended is not None and found.modified > told.ended + CLOCKS:
        return f"was written after the run ended, {found.modified:%Y-%m-%d %H:%M} UTC"
    return ""


def _import(chain: Chain, making: SnapshotSettings) -> Proof:
    task = chain.task
    if doubt := _doubt(chain):
        return _proof(StageId.IMPORT, Done.UNKNOWN, doubt)
    if task is not None and not chain.as_wanted:
        return _proof(StageId.IMPORT, Done.OPEN, f"{task.task_id} imports an object that this run did not upload")
    if not chain.snapshot:
        return _without_snapshot(chain, task)
    if _snapshot(chain) is None and not any(unseen.what is Question.SNAPSHOT for unseen in chain.sighting.blind):
        return _proof(StageId.IMPORT, Done.OPEN, f"its snapshot {chain.snapshot} is no longer there")
    if (seen := _snapshot(chain)) is not None and (wrong := f"is `{seen.state}`" if seen.state in HOPELESS else making.unlike(seen)):
        return _proof(StageId.IMPORT, Done.OPEN, f"its snapshot {chain.snapshot} {wrong}")
    by = f"{task.task_id} is completed" if task is not None else "AWS describes it with this run's import task"
    return _proof(StageId.IMPORT, Done.DONE, f"{chain.snapshot}, {by}")


def _snapshot(chain: Chain) -> Snapshot | None:
    """The import's snapshot as AWS described it; None where it described none, or that of another import."""
    seen = chain.sighting.snapshot
    return seen if seen is not None and seen.snapshot_id == chain.snapshot else None


def _doubt(chain: Chain) -> str:
    """Why it is not known whose an import is; "" where it is."""
    task = chain.task
    if chain.rivals:
        names = ", ".join(one.task_id for one in (task, *chain.rivals) if one is not None)
        return f"which of {names} is this run's is not known"
    other = _other(chain) if (task is None or task.failed) and not chain.snapshot else None
    return f"{other.task_id} imports the same object, {other.status}, and this run did not begin it" if other is not None else ""


def _other(chain: Chain) -> ImportTask | None:
    """An import of the object since the baseline that is not this run's and did not fail: somebody else's, or one that got lost."""
    others = (t for t in imports_of(chain.baseline, chain.sighting.tasks or ()) if not t.failed)
    return next((t for t in others if chain.task is None or t.task_id != chain.task.task_id), None)


def _without_snapshot(chain: Chain, task: ImportTask | None) -> Proof:
    if chain.sighting.tasks is None:
        return _proof(StageId.IMPORT, Done.UNKNOWN, f"import tasks could not be asked for{_why(chain, Question.TASKS)}")
    if task is None and chain.named_task not in {"", NOBODY}:
        seen = chain.sighting.snapshot
        state = (
            f"its snapshot {seen.snapshot_id} is {seen.state}"
            if seen is not None
            else "AWS neither lists it nor describes a snapshot with it"
        )
        return _proof(StageId.IMPORT, Done.UNKNOWN, f"the run named {chain.named_task}, and {state}")
    if task is None:
        return _proof(StageId.IMPORT, Done.OPEN, "no import task of this run")
    if task.failed:
        return _proof(StageId.IMPORT, Done.OPEN, f"{task.task_id} ended as `{task.status}`: {task.message or 'AWS gave no reason'}")
    percent = f", {task.progress} %" if task.progress is not None else ""
    return _proof(StageId.IMPORT, Done.UNDER_WAY, f"{task.task_id} is {task.status}{percent}")


def _register(chain: Chain) -> Proof:
    if chain.sighting.images is None:
        return _proof(StageId.REGISTER, Done.UNKNOWN, f"AMIs could not be asked for{_why(chain, Question.IMAGES)}")
    image = chain.image
    if image is None:
        taken = name_taken(chain)
        return _proof(
            StageId.REGISTER, Done.OPEN, f"the name is taken by {taken.image_id}" if taken is not None else "no AMI of this snapshot"
        )
    if image.state == "available" and chain.holds:
        return _proof(StageId.REGISTER, Done.DONE, f"{image.image_id} is available")
    if image.state == "available":
        return _proof(StageId.REGISTER, Done.UNKNOWN, f"{image.image_id} is available, and not proven to be of this build")
    if image.state in HOPELESS:
        return _proof(StageId.REGISTER, Done.OPEN, f"{image.image_id} is `{image.state}`: {image.reason or 'AWS gave no reason'}")
    return _proof(StageId.REGISTER, Done.UNDER_WAY, f"{image.image_id} is {image.state}")


def name_taken(chain: Chain) -> Image | None:
    """An AMI that has the name and is no good to this run; None where the name is free, or its own AMI has it."""
    others = (image for image in chain.sighting.images or () if image is not chain.image or image.state in HOPELESS)
    return next(others, None)


def _why(chain: Chain, what: Question) -> str:
    return "".join(f": {unseen.why}" for unseen in chain.sighting.blind if unseen.what is what)[:200]


def _proof(stage: StageId, done: Done, text: str) -> Proof:
    return Proof(stage, done, text)
