"""Which things of a look at AWS are left over, and of which run: a thing is a run's only when the run's own record proves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import datetime

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.aws.sighting import CLOCKS
from canvos_tui.core.leftovers.thing import Kind, Place, Thing
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.resumable import resume_command
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.text import size
from canvos_tui.core.values import dataclass
from canvos_tui.core.verdict.watch import is_new_object

_UNKNOWN = "whether an import uses it could not be asked for"
_BROKEN = frozenset({"failed", "invalid", "error"})
Where = tuple[str, str]  # bucket, key


@dataclass(frozen=True)
class Record:
    """What a run wrote down: its plan and its result."""

    run: str
    plan: BuildPlan
    result: RunResult
    uploaded: S3Object | None = None  # what this very run is known to have written
    task: str = ""  # the import that its log names
    ami: str = ""  # and the AMI
    wrote: frozenset[str] = frozenset()  # the snapshots that it wrote itself, on the direct route
    upload: str = ""  # the upload in parts that its own stages began or went on with; CanvOS' script names none
    volumes: frozenset[str] = frozenset()  # of the containers that it was seen to run in

    @property
    def base(self) -> Baseline:
        """What was there before it."""
        return self.plan.baseline

    @property
    def where(self) -> Where:
        """Bucket and key of its object."""
        return self.base.bucket, self.base.key


@dataclass(frozen=True)
class Account:
    """One look at a region. `objects` and `uploads` are by bucket and key; what could not be asked is missing, and named in `unseen`."""

    region: str
    tasks: tuple[ImportTask, ...] | None = ()  # None where they could not be asked for
    snapshots: tuple[Snapshot, ...] = ()
    images: tuple[Image, ...] = ()
    objects: Mapping[Where, S3Object] = field(default_factory=dict)
    uploads: Mapping[Where, tuple[Upload, ...]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()


def inventory(records: Iterable[Record], account: Account) -> tuple[Thing, ...]:
    """What is left in that region of these runs, and snapshots without an AMI, of VM Import or with our tag, whosever they are."""
    ours = [record for record in records if record.base.region == account.region]
    found = [
        *_tasks(ours, account),
        *_uploads(ours, account),
        *_objects(ours, account),
        *_images(ours, account),
        *_snapshots(ours, account),
    ]
    return tuple({(thing.kind, thing.id): thing for thing in sorted(found, key=lambda t: t.certain)}.values())


def _tasks(records: list[Record], account: Account) -> Iterator[Thing]:
    """Imports that go on; AWS bills nothing for them, and each becomes a snapshot."""
    for task in account.tasks or ():
        if task.ended:
            continue
        named = next((r for r in records if task.task_id in _imports_of(r, account)), None)
        near = named or next((r for r in records if r.where == (task.bucket, task.key) and task.task_id not in r.base.task_ids), None)
        if near is not None:
            note = f"{task.status}; it becomes a snapshot" if named else f"{task.status}; no run names it"
            yield Thing(Kind.TASK, task.task_id, named is not None, note, run=near.run, place=Place(account.region))


def _uploads(records: list[Record], account: Account) -> Iterator[Thing]:
    for record in records:
        for upload in account.uploads.get(record.where, ()):
            mine = upload.upload_id == record.upload
            if not mine and (upload.upload_id in record.base.upload_ids or not within(record, upload.started)):
                continue
            whose = f"{resume_command(record.run)} goes on with it" if mine else "whose they are, AWS does not say"
            yield Thing(
                Kind.UPLOAD,
                upload.upload_id,
                mine,
                f"{size(upload.done)} in parts that `aws s3 ls` does not show; {whose}",
                upload.done,
                upload.started,
                record.run,
                place=Place(account.region, *record.where),
            )


def _objects(records: list[Record], account: Account) -> Iterator[Thing]:
    for record in records:
        found = account.objects.get(record.where)
        if found is None or not is_new_object(record.base, found):
            continue
        readers = [t.task_id for t in account.tasks or () if not t.ended and (t.bucket, t.key) == record.where]
        mine = found == record.uploaded and found.size > 0
        note = f"{resume_command(record.run)} follows its import" if readers else _of_object(record, records, account)
        yield Thing(
            Kind.OBJECT,
            f"s3://{found_name(record.where)}",
            mine,
            note if mine else "not proven to be a run's",
            found.size,
            found.modified,
            record.run,
            f"{readers[0]} reads it" if readers else _UNKNOWN if account.tasks is None else "",
            Place(account.region, *record.where, found.version_id, found.etag),
        )


def _of_object(record: Record, records: list[Record], account: Account) -> str:
    """What the object is still good for, by what there is of its runs."""
    its = [one for one in records if one.where == record.where]
    if any(one.result.outcome is Outcome.SUCCEEDED for one in its):
        return "the AMI is made of it; only another import would need it"
    made = {snapshot.snapshot_id for snapshot in account.snapshots if snapshot.state == "completed"}
    if (maker := next((one for one in its if one.result.snapshot in made), None)) is not None:
        would = f"{resume_command(maker.run)} would register that"
        return f"{maker.result.snapshot} is made of it, and {would}; only another import would need it"
    return f"{resume_command(record.run)} would import it"


def found_name(where: Where) -> str:
    """`bucket/key`."""
    return "/".join(where)


def _images(records: list[Record], account: Account) -> Iterator[Thing]:
    """AMIs that a run made and that are no result: one that works is what a run is for, and never a left-over."""
    for image in account.images:
        maker = next((r for r in records if image.image_id == r.ami or image.root_snapshot in _snapshots_of(r, account)), None)
        if maker is not None and image.state in _BROKEN and image.image_id != maker.result.found.get("ami"):
            note = f"in state `{image.state}`: {image.reason or 'AWS gave no reason'}"
            yield Thing(Kind.AMI, image.image_id, True, note, run=maker.run, place=Place(account.region))


def _snapshots(records: list[Record], account: Account) -> Iterator[Thing]:
    used = {snapshot: image for image in account.images for snapshot in (image.root_snapshot, *image.snapshots)}
    for snapshot in account.snapshots:
        maker = next((r for r in records if snapshot.snapshot_id in _snapshots_of(r, account)), None)
        user = used.get(snapshot.snapshot_id)
        if user is not None and (user.state not in _BROKEN or maker is None):
            continue
        going = next((t.task_id for t in account.tasks or () if not t.ended and t.task_id == snapshot.task_id), "")
        unknown = _UNKNOWN if account.tasks is None else ""
        needed = f"{user.image_id} uses it" if user is not None else f"{going} writes to it" if going else unknown
        note = _of_snapshot(snapshot, maker)
        yield Thing(
            Kind.SNAPSHOT,
            snapshot.snapshot_id,
            maker is not None,
            note,
            snapshot.size,
            snapshot.started,
            maker.run if maker is not None else "",
            needed,
            Place(account.region),
        )


def _of_snapshot(snapshot: Snapshot, maker: Record | None) -> str:
    if maker is None:
        origin = f"of {snapshot.task_id}" if snapshot.task_id else "made by canvos-tui, perhaps elsewhere"
        return f"{origin}; no run that was counted names it"
    if snapshot.state == "error":
        return "in state `error`: nothing can be made of it"
    if snapshot.state == "pending" and not snapshot.task_id:
        return f"not all of it is written; {resume_command(maker.run)} writes what is missing"
    return f"no AMI uses it; {resume_command(maker.run)} would register one"


def _snapshots_of(record: Record, account: Account) -> set[str]:
    """The snapshots of a run: those of its import, described by AWS with the run's own import task, and those that it wrote itself."""
    tasks = _imports_of(record, account)
    return {s.snapshot_id for s in account.snapshots if s.task_id in tasks} | record.wrote


def _imports_of(record: Record, account: Account) -> set[str]:
    """The imports that the run's log names, or that carry its mark; one that was merely seen may be anybody's."""
    mark = record.plan.resumes.token if record.plan.resumes is not None else ""
    return ({record.task} if record.task else set()) | {t.task_id for t in account.tasks or () if mark and t.token == mark}


def within(record: Record, moment: datetime) -> bool:
    """Whether it came while the run lived, as far as that is known."""
    end = record.result.ended_at
    return moment >= record.base.taken_at - CLOCKS and (end is None or moment <= end + CLOCKS)
