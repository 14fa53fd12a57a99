"""Turns looks at AWS into events of a run: only what is new since the baseline counts, and each change is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot
from canvos_tui.core.aws.sighting import Sighting, Unseen
from canvos_tui.core.run.events import BuildEvent, CannotSee, ImageSeen, ObjectSeen, PhaseEntered, SnapshotSeen, TaskSeen, UploadSeen
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.values import dataclass

_IDLE, _UPLOAD, _IMPORT, _LONGEST = 15.0, 10.0, 12.0, 60.0  # seconds between looks
_JITTER = 0.2  # share of the pause, so that several machines of one account do not ask in step
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Watch:
    """What was seen so far. `pace` scales every pause: 1 for real, less for a rehearsal. Moves by `after(sighting)` only."""

    baseline: Baseline
    pace: float = 1.0
    named_task: str = ""
    mark: str | None = None  # by which an import of our own stages is known; None for a build that CanvOS' script imports of
    uploaded: int = -1
    object: S3Object | None = None
    task: ImportTask | None = None
    snapshot: Snapshot | None = None
    images: dict[str, Image] = field(default_factory=dict)
    phase: Phase | None = None
    looks: int = 0
    blind_looks: int = 0
    blind: CannotSee | None = None
    without_parts: bool = False
    uploads_begun: bool = True  # whether the log came as far as the upload: what is in S3 before that is not this run's
    building: bool = False  # whether it shows that the image is being built: no import and no AMI is this run's meanwhile

    def reaching(self, phase: Phase) -> Watch:
        """The same watch, told by the log which phase began."""
        return replace(self, building=phase.builds, uploads_begun=self.uploads_begun or phase.order >= Phase.UPLOAD.order)

    def naming(self, task_id: str) -> Watch:
        """The same watch, told by the log which import task is this run's."""
        return replace(self, named_task=task_id)

    def ids(self, named: Mapping[str, str]) -> dict[str, str]:
        """Task, snapshot and AMI of this run: what the log `named`, else what some look showed, even if AWS is out of sight now."""
        seen = {"ami": next(reversed(self.images), "")}
        if self.task is not None:
            seen |= {"import_task": self.task.task_id, "snapshot": self.task.snapshot}
        return {kind: found for kind, found in {**seen, **named}.items() if found}

    def pause(self) -> float:
        """Seconds until the next look, with a small spread; doubles up to 60 s while AWS does not answer."""
        base = {None: _IDLE, Phase.UPLOAD: _UPLOAD}.get(self.phase, _IMPORT)
        if self.blind_looks:
            return self.pace * _retry(base, self.blind_looks)
        spread = (self.looks * _GOLDEN) % 1.0 - 0.5
        return self.pace * base * (1.0 + 2 * _JITTER * spread)

    def after(self, sighting: Sighting) -> tuple[Watch, tuple[BuildEvent, ...]]:
        """The watch that has counted this look in, and what is new because of it."""
        events: list[BuildEvent] = []
        watch = replace(self, looks=self.looks + 1)
        for step in (_blindness, _uploads, _object, _tasks, _snapshot, _images):
            watch = step(watch, sighting, events)
        return watch, tuple(events)


def our_task(baseline: Baseline, tasks: tuple[ImportTask, ...], named: str = "") -> ImportTask | None:
    """This run's import task, as far as that is known; see `tasks_of`."""
    return next(iter(tasks_of(baseline, tasks, named)), None)


def tasks_of(baseline: Baseline, tasks: tuple[ImportTask, ...], named: str = "", snapshot: str = "") -> tuple[ImportTask, ...]:
    """The imports that may be this run's: not in the baseline and made from our object, first those that did not fail.

    Where the log names the task or its snapshot, only that one: another machine may import the same object at the same time.
    """
    ours = imports_of(baseline, tasks)
    if named:
        ours = tuple(t for t in ours if t.task_id == named)
    elif snapshot:
        ours = tuple(t for t in ours if t.snapshot_id == snapshot)
    return tuple(sorted(ours, key=lambda t: t.failed))


def is_unlisted(baseline: Baseline, tasks: tuple[ImportTask, ...] | None, task_id: str) -> bool:
    """Whether an import of the run is out of sight: not to be asked for, or listed no longer, as some days after its end."""
    listed = {task.task_id for task in tasks or ()}
    return task_id not in baseline.task_ids and task_id not in listed


def marked(baseline: Baseline, tasks: tuple[ImportTask, ...], mark: str) -> str:
    """The id of the import of our object that carries our mark; "" where none does."""
    return next((t.task_id for t in imports_of(baseline, tasks) if mark and t.token == mark), "")


def imports_of(baseline: Baseline, tasks: tuple[ImportTask, ...]) -> tuple[ImportTask, ...]:
    """The imports of the run's object that began after its baseline: usually one, this run's."""
    return tuple(t for t in tasks if t.task_id not in baseline.task_ids and (t.bucket, t.key) == (baseline.bucket, baseline.key))


def is_new_object(baseline: Baseline, found: S3Object) -> bool:
    """Whether these are other bytes than before the run; the same content uploaded again has the same ETag but a later time."""
    old = baseline.object
    return old is None or (old.etag, old.modified, old.version_id) != (found.etag, found.modified, found.version_id)


def new_images(baseline: Baseline, images: tuple[Image, ...]) -> tuple[Image, ...]:
    """Those AMIs that were not there before the run."""
    known = {image.image_id for image in baseline.images}
    return tuple(image for image in images if image.image_id not in known)


def _retry(base: float, blind_looks: int) -> float:
    return min(base * 2.0 ** min(blind_looks, 8), _LONGEST)


def _enter(watch: Watch, phase: Phase, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    if watch.phase is not None and watch.phase.order >= phase.order:
        return watch
    events.append(PhaseEntered(sighting.at, phase, 0))
    return replace(watch, phase=phase)


def _blindness(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    serious = [unseen for unseen in sighting.blind if unseen.what.decisive]
    if serious:
        looks = watch.blind_looks + 1
        watch = replace(watch, blind_looks=looks)
        what = ", ".join(dict.fromkeys(unseen.what.value for unseen in serious))
        return _report(watch, _cannot_see(sighting, what, serious[0], max(1, round(watch.pause()))), events)
    watch = replace(watch, blind_looks=0)
    if sighting.blind and not watch.without_parts:  # it must not slow down the rest
        event = _cannot_see(sighting, sighting.blind[0].what.value, sighting.blind[0], 0)
        return _report(replace(watch, without_parts=True), event, events)
    if watch.blind is not None and watch.blind.retry:
        events.append(CannotSee(sighting.at, watch.blind.what, "", 0))
        return replace(watch, blind=None)
    return watch


def _cannot_see(sighting: Sighting, what: str, unseen: Unseen, retry: int) -> CannotSee:
    refused = {other.what.value: other.code for other in sighting.blind if other.refused}
    return CannotSee(sighting.at, what, unseen.why, retry, unseen.code, refused)


def _report(watch: Watch, event: CannotSee, events: list[BuildEvent]) -> Watch:
    old = watch.blind
    if old is None or replace(old, at=event.at) != event:
        events.append(event)
    return replace(watch, blind=event)


def _uploads(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    ours = [u for u in sighting.uploads or () if u.upload_id not in watch.baseline.upload_ids and u.key == watch.baseline.key]
    if not ours or not watch.uploads_begun:
        return watch
    watch = _enter(watch, Phase.UPLOAD, sighting, events)
    done = max(upload.done for upload in ours)
    if done != watch.uploaded:
        events.append(UploadSeen(sighting.at, done, 0, "aws"))
    return replace(watch, uploaded=done)


def _object(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    found = sighting.object
    if found is None or found == watch.object:
        return watch
    ours = is_new_object(watch.baseline, found) and watch.uploads_begun
    if ours:
        watch = _enter(watch, Phase.UPLOAD, sighting, events)
        events.append(UploadSeen(sighting.at, found.size, found.size, "aws"))
        watch = replace(watch, uploaded=found.size)
    events.append(ObjectSeen(sighting.at, found, ours))
    return replace(watch, object=found)


def _tasks(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    tasks = sighting.tasks or ()
    name = watch.named_task or (watch.task.task_id if watch.task else "")
    if watch.mark is not None:
        name = name or marked(watch.baseline, tasks, watch.mark)
    if watch.building or (watch.mark is not None and not name):
        return watch
    task = our_task(watch.baseline, tasks, name)
    if task is None:
        return watch
    watch = _enter(watch, Phase.IMPORT, sighting, events)
    if task != watch.task:
        events.append(TaskSeen(sighting.at, task))
    watch = replace(watch, task=task)
    if task.snapshot:
        watch = _enter(watch, Phase.REGISTER, sighting, events)
    return watch


def _snapshot(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    """What became of an import that cannot be asked for itself; on the direct route the snapshot that the run writes."""
    found = sighting.snapshot
    if watch.baseline.direct:
        if found is None or found == watch.snapshot:
            return watch
        events.append(SnapshotSeen(sighting.at, found))
        return replace(watch, snapshot=found)
    if sighting.tasks is not None or found is None or not watch.named_task or found.task_id != watch.named_task or found == watch.snapshot:
        return watch
    events.append(SnapshotSeen(sighting.at, found))
    return replace(watch, snapshot=found)


def _images(watch: Watch, sighting: Sighting, events: list[BuildEvent]) -> Watch:
    for image in new_images(watch.baseline, sighting.images or ()) if not watch.building else ():
        watch = _enter(watch, Phase.AMI, sighting, events)
        seen = watch.images.get(image.image_id)
        if seen is None or seen.state != image.state:
            events.append(ImageSeen(sighting.at, image))
            watch = replace(watch, images={**watch.images, image.image_id: image})
    return watch
