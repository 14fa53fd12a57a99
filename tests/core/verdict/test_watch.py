"""Looks at AWS become events: only new things, each change once, blindness without alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Upload
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.run.events import CannotSee, ImageSeen, ObjectSeen, PhaseEntered, TaskSeen, UploadSeen
from canvos_tui.core.run.heartbeat import blindness
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.verdict.watch import Watch, our_task

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
BUCKET, KEY = "acme-images", "edge-2026.raw"
OLD = S3Object(KEY, 100, NOW - timedelta(days=1), '"old"')
BASE = Baseline(
    NOW,
    "eu-central-1",
    BUCKET,
    KEY,
    task_ids=("import-snap-0old",),
    images=(Image("ami-0old", KEY, "available"),),
    upload_ids=("u-old",),
)


def look(seconds: int = 0, **fields) -> Sighting:
    return Sighting(at=NOW + timedelta(seconds=seconds), **fields)


def task(status: str = "active", task_id: str = "import-snap-0new", **fields) -> ImportTask:
    return ImportTask(task_id, status, bucket=BUCKET, key=KEY, **fields)


def upload(done: int, upload_id: str = "u-new") -> Upload:
    return Upload(upload_id, KEY, NOW, done)


def names(events) -> list[str]:
    return [e.phase.value if isinstance(e, PhaseEntered) else type(e).__name__ for e in events]


def test_nothing_new_says_nothing():
    old = look(
        uploads=(upload(5, "u-old"),),
        object=None,
        object_known=True,
        tasks=(task(task_id="import-snap-0old"),),
        images=BASE.images,
    )
    watch, events = Watch(BASE).after(old)
    assert events == ()
    assert watch.after(old)[1] == ()


def test_an_upload_is_told_when_its_bytes_change():
    watch, first = Watch(BASE).after(look(uploads=(upload(0),)))
    watch, same = watch.after(look(10, uploads=(upload(0),)))
    _, more = watch.after(look(20, uploads=(upload(8),)))
    assert names(first) == ["upload", "UploadSeen"]
    assert same == ()
    assert [(e.done, e.total, e.source) for e in more if isinstance(e, UploadSeen)] == [(8, 0, "aws")]


def test_a_new_object_ends_the_upload():
    new = S3Object(KEY, 300, NOW, '"new"')
    _, events = Watch(replace(BASE, object=OLD)).after(look(object=new, object_known=True))
    assert [(e.done, e.total) for e in events if isinstance(e, UploadSeen)] == [(300, 300)]
    assert [e.ours for e in events if isinstance(e, ObjectSeen)] == [True]


def test_the_old_object_is_never_ours():
    watch, events = Watch(replace(BASE, object=OLD)).after(look(object=OLD, object_known=True))
    assert [e.ours for e in events if isinstance(e, ObjectSeen)] == [False]
    assert names(events) == ["ObjectSeen"]
    assert watch.phase is None


def test_what_appears_before_the_script_uploads_is_somebody_elses():
    new, later = S3Object(KEY, 300, NOW, '"new"'), S3Object(KEY, 301, NOW, '"later"')
    watch, events = Watch(BASE, uploads_begun=False).after(look(object=new, object_known=True, uploads=(upload(8),)))
    assert names(events) == ["ObjectSeen"], "no upload phase, and no bytes of an upload"
    assert [e.ours for e in events if isinstance(e, ObjectSeen)] == [False]
    watch, events = watch.reaching(Phase.UPLOAD).after(look(object=new, object_known=True))
    assert events == ()
    _, events = watch.after(look(object=later, object_known=True))
    assert [e.ours for e in events if isinstance(e, ObjectSeen)] == [True], "the upload replaced it"


def test_the_same_content_uploaded_again_is_ours():
    again = replace(OLD, modified=NOW)
    _, events = Watch(replace(BASE, object=OLD)).after(look(object=again, object_known=True))
    assert [e.ours for e in events if isinstance(e, ObjectSeen)] == [True]


@pytest.mark.parametrize(
    "change",
    [{"status": "completed"}, {"progress": 4}, {"message": "downloading/converting"}, {"snapshot_id": "snap-1"}],
    ids=str,
)
def test_every_change_of_the_task_is_told_once(change):
    before = task(progress=3, message="pending")
    watch, first = Watch(BASE).after(look(tasks=(before,)))
    watch, same = watch.after(look(10, tasks=(before,)))
    watch, changed = watch.after(look(20, tasks=(replace(before, **change),)))
    assert names(first) == ["import", "TaskSeen"]
    assert same == ()
    assert sum(isinstance(e, TaskSeen) for e in changed) == 1
    assert watch.after(look(30, tasks=(replace(before, **change),)))[1] == ()


def test_a_task_of_another_object_is_not_ours():
    other = replace(task(), key="edge-2026.raw-2")
    assert our_task(BASE, (other, task(task_id="import-snap-0old"))) is None


def test_the_task_that_the_log_named_wins():
    tasks = (task(task_id="import-snap-0a"), task(task_id="import-snap-0b"))
    _, events = Watch(BASE).naming("import-snap-0b").after(look(tasks=tasks))
    assert [e.task.task_id for e in events if isinstance(e, TaskSeen)] == ["import-snap-0b"]


def test_a_task_once_followed_is_followed_to_its_end():
    first, second = task(task_id="import-snap-0a"), task(task_id="import-snap-0b")
    watch, _ = Watch(BASE).after(look(tasks=(first,)))
    watch, _ = watch.after(look(10, tasks=(second, replace(first, status="deleted"))))
    assert watch.task is not None
    assert (watch.task.task_id, watch.task.status) == ("import-snap-0a", "deleted")


def test_aws_proves_the_last_three_phases():
    done = task("completed", snapshot_id="snap-1")
    image = Image("ami-0new", KEY, "pending", "snap-1")
    watch = Watch(BASE)
    seen: list[str] = []
    for sighting in (
        look(tasks=(task(),)),
        look(10, tasks=(done,)),
        look(20, tasks=(done,), images=(*BASE.images, image)),
        look(30, tasks=(done,), images=(*BASE.images, replace(image, state="available"))),
    ):
        watch, events = watch.after(sighting)
        seen += names(events)
    assert seen == ["import", "TaskSeen", "TaskSeen", "register", "ami", "ImageSeen", "ImageSeen"]


def test_a_completed_task_without_a_snapshot_proves_no_register():
    watch, _ = Watch(BASE).after(look(tasks=(task("completed", snapshot_id=""),)))
    assert watch.phase is Phase.IMPORT


def test_only_new_images_are_told():
    _, events = Watch(BASE).after(look(images=(*BASE.images, Image("ami-0new", KEY, "pending"))))
    assert [e.image.image_id for e in events if isinstance(e, ImageSeen)] == ["ami-0new"]


def test_blind_looks_double_the_pause_up_to_a_minute_and_recover():
    watch = Watch(BASE, phase=Phase.IMPORT)
    blind = look(blind=(Unseen(Question.TASKS, "RequestLimitExceeded", ""),))
    pauses = []
    told = []
    for _ in range(6):
        watch, events = watch.after(blind)
        pauses.append(watch.pause())
        told += [e.retry for e in events if isinstance(e, CannotSee)]
    assert pauses == [24.0, 48.0, 60.0, 60.0, 60.0, 60.0]
    assert told == [24, 48, 60]
    watch, events = watch.after(look(tasks=()))
    assert [(e.what, e.reason) for e in events if isinstance(e, CannotSee)] == [("tasks", "")]
    assert watch.pause() < 16


def test_seeing_again_takes_the_blindness_off_the_screen():
    run = BuildRun(BuildPlan("/c", "v1.2.3", (), BASE))
    watch, first = Watch(BASE).after(look(blind=(Unseen(Question.IMAGES, "", "no answer"),)))
    assert run.after(first).blind is not None
    _, second = watch.after(look(10, images=BASE.images))
    assert run.after(first).after(second).blind is None


def test_a_narrow_window_gets_the_code_of_what_keeps_us_from_seeing():
    event = CannotSee(NOW, "tasks", "unreachable: AWS cannot be reached: Could not connect to the endpoint URL", 12, "unreachable")
    assert blindness(event) == f"cannot see tasks ({event.reason}); it goes on; next try in 12 s"
    assert blindness(event, 72) == "cannot see tasks (unreachable); next try in 12 s"
    assert blindness(replace(event, reason="timeout: slow"), 72) == "cannot see tasks (timeout: slow); it goes on; next try in 12 s"


def test_a_missing_right_for_the_part_list_is_told_once_and_slows_nothing_down():
    sighting = look(blind=(Unseen(Question.UPLOADS, "AccessDenied", ""),), tasks=())
    watch, first = Watch(BASE).after(sighting)
    assert [(e.what, e.retry) for e in first if isinstance(e, CannotSee)] == [("uploads", 0)]
    for n in range(4):
        watch, again = watch.after(replace(sighting, at=NOW + timedelta(seconds=n)))
        assert again == ()
        assert watch.pause() <= 18.0


def test_the_pause_spreads_within_a_fifth_and_follows_the_pace():
    watch = Watch(BASE, phase=Phase.IMPORT)
    pauses = []
    for _ in range(50):
        watch, _ = watch.after(look())
        pauses.append(watch.pause())
    assert min(pauses) >= 12 * 0.8
    assert max(pauses) <= 12 * 1.2
    assert max(pauses) - min(pauses) > 3
    assert replace(watch, pace=0.01).pause() == pytest.approx(watch.pause() / 100)


def test_what_was_seen_once_is_known_when_nothing_is_seen_any_more():
    watch, _ = Watch(BASE).after(look(tasks=(task(),), images=()))
    watch, _ = watch.after(
        look(
            10,
            blind=(
                Unseen(Question.TASKS, "", "no"),
                Unseen(Question.IMAGES, "", "no"),
            ),
        )
    )
    assert watch.ids({}) == {"import_task": "import-snap-0new"}
    done = task("completed", snapshot_id="snap-0new")
    watch, _ = watch.after(look(20, tasks=(done,), images=(Image("ami-0new", KEY, "pending"),)))
    assert watch.ids({}) == {"import_task": "import-snap-0new", "snapshot": "snap-0new", "ami": "ami-0new"}
    assert watch.ids({"import_task": "import-snap-0named"})["import_task"] == "import-snap-0named", "the log knows best"
    assert Watch(BASE).ids({}) == {}
