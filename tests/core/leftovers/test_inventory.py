"""What counts as left over, and whose it is: only what a run's own record proves is ever called certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvos_tui.core.aws.facts import IMPORTED_BY, Baseline, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.leftovers.collect import Found
from canvos_tui.core.leftovers.inventory import Account, Record, inventory
from canvos_tui.core.leftovers.thing import Kind, Thing
from canvos_tui.core.leftovers.words import data, lines
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
REGION, BUCKET, KEY = "eu-central-1", "acme-images", "edge"
TASK, SNAP, AMI = "import-snap-0ours", "snap-0ours", "ami-0ours"
BASE = Baseline(NOW, REGION, BUCKET, KEY, task_ids=("import-snap-0before",), upload_ids=("before",))
RESULT = RunResult(
    "20261122-1412-0001",
    Outcome.FAILED,
    1,
    started_at=NOW,
    ended_at=NOW + timedelta(hours=1),
    object_size=3_000_000_000,
    import_task=TASK,
    snapshot=SNAP,
)
OBJECT = S3Object(KEY, 3_000_000_000, NOW + timedelta(minutes=30), '"e"')
RECORD = Record(RESULT.run_id, BuildPlan("/c", "v1", (), BASE), RESULT, OBJECT, TASK)
OURS = Snapshot(SNAP, "completed", IMPORTED_BY + TASK, 4 * 1024**3, started=NOW + timedelta(minutes=40))
ACTIVE = ImportTask(TASK, "active", bucket=BUCKET, key=KEY)
UPLOAD = Upload("u-ours", KEY, NOW + timedelta(minutes=20), 500_000_000)


def left(account: Account, *records: Record) -> dict[str, Thing]:
    return {thing.id: thing for thing in inventory(records or (RECORD,), account)}


def test_an_object_and_a_snapshot_of_a_run_are_its_own_and_parts_nobodys():
    found = left(Account(REGION, snapshots=(OURS,), objects={(BUCKET, KEY): OBJECT}, uploads={(BUCKET, KEY): (UPLOAD,)}))
    assert {name: (thing.kind, thing.removable) for name, thing in found.items()} == {
        f"s3://{BUCKET}/{KEY}": (Kind.OBJECT, True),
        SNAP: (Kind.SNAPSHOT, True),
        "u-ours": (Kind.UPLOAD, False),
    }
    assert found[SNAP].monthly == pytest.approx(4 * 1024**3 / 1e9 * 0.05, abs=1e-4)
    assert found[f"s3://{BUCKET}/{KEY}"].monthly == pytest.approx(0.069)


def test_what_is_needed_stays():
    found = left(Account(REGION, tasks=(ACTIVE,), snapshots=(replace(OURS, state="pending"),), objects={(BUCKET, KEY): OBJECT}))
    assert found[f"s3://{BUCKET}/{KEY}"].needed == f"{TASK} reads it"
    assert found[f"s3://{BUCKET}/{KEY}"].note == f"canvos-tui resume {RECORD.run} follows its import", "and begins no other"
    assert found[SNAP].needed == f"{TASK} writes to it"
    assert found[TASK].removable
    broken = left(Account(REGION, snapshots=(OURS,), images=(Image(AMI, KEY, "failed", SNAP),)))
    assert broken[SNAP].needed == f"{AMI} uses it"
    assert broken[AMI].removable


def test_an_ami_that_works_and_its_snapshot_are_no_left_overs():
    assert left(Account(REGION, snapshots=(OURS,), images=(Image(AMI, KEY, "available", SNAP),))) == {}
    assert left(Account(REGION, snapshots=(OURS,), images=(Image(AMI, KEY, "disabled", SNAP),))) == {}


@pytest.mark.parametrize(
    "change",
    [{"etag": '"theirs"'}, {"modified": NOW + timedelta(hours=2)}, {"version_id": "v2"}, {"size": 0}],
)
def test_an_object_that_is_not_like_the_runs_is_listed_and_never_removed(change):
    (thing,) = left(Account(REGION, objects={(BUCKET, KEY): replace(OBJECT, **change)})).values()
    assert not thing.certain
    assert "not proven" in thing.note


def test_what_stood_there_before_the_run_is_not_named_at_all():
    before = replace(RECORD, plan=replace(RECORD.plan, baseline=replace(BASE, object=OBJECT)))
    old_parts = replace(UPLOAD, upload_id="before")
    old_task = replace(ACTIVE, task_id="import-snap-0before")
    assert left(Account(REGION, (old_task,), objects={(BUCKET, KEY): OBJECT}, uploads={(BUCKET, KEY): (old_parts,)}), before) == {}


def test_an_object_that_the_script_found_is_somebody_elses():
    skipped = replace(RECORD, result=replace(RESULT, found={"object": KEY}), uploaded=None)
    found = left(Account(REGION, objects={(BUCKET, KEY): OBJECT}, uploads={(BUCKET, KEY): (UPLOAD,)}), skipped)
    assert not any(thing.certain for thing in found.values())


def test_snapshots_of_other_imports_are_shown_for_what_they_are():
    other = Snapshot("snap-0other", "completed", IMPORTED_BY + "import-snap-0other", 1024**3)
    (thing,) = left(Account(REGION, snapshots=(other,))).values()
    assert (thing.certain, thing.note) == (False, "of import-snap-0other; no run that was counted names it")


def test_another_region_has_nothing_to_do_with_it():
    assert left(Account("us-east-1", snapshots=(), objects={(BUCKET, KEY): OBJECT})) == {}


def test_the_object_of_an_image_that_is_ready_says_so_whichever_run_made_it():
    later = replace(RECORD, run="20261122-1600-0002", result=replace(RESULT, outcome=Outcome.SUCCEEDED, run_id="20261122-1600-0002"))
    (thing,) = left(Account(REGION, objects={(BUCKET, KEY): OBJECT}), later, RECORD).values()
    assert thing.certain
    assert thing.note.startswith("the AMI is made of it")


def test_an_object_is_said_to_be_imported_only_where_that_is_what_comes_next():
    (thing,) = left(Account(REGION, objects={(BUCKET, KEY): OBJECT})).values()
    assert thing.note == f"canvos-tui resume {RECORD.run} would import it", "of several runs, which"
    found = left(Account(REGION, snapshots=(OURS,), objects={(BUCKET, KEY): OBJECT}))
    told = f"is made of it, and canvos-tui resume {RECORD.run} would register that; only another import would need it"
    assert found[f"s3://{BUCKET}/{KEY}"].note == f"{SNAP} {told}"


names = st.text("abc", min_size=1, max_size=2)
moments = st.integers(-500, 500).map(lambda n: NOW + timedelta(minutes=n))
tasks = st.builds(
    ImportTask, names.map("import-snap-{}".format), st.sampled_from(["active", "completed", "deleted"]), bucket=names, key=names
)
snapshots = st.builds(
    Snapshot,
    names.map("snap-{}".format),
    st.just("completed"),
    names.map(lambda n: f"{IMPORTED_BY}import-snap-{n}"),
    st.integers(0, 10**12),
)
images = st.builds(
    Image, names.map("ami-{}".format), names, st.sampled_from(["available", "failed", "pending"]), names.map("snap-{}".format)
)
objects = st.dictionaries(st.tuples(names, names), st.builds(S3Object, names, st.integers(0, 3), moments, names))
uploads = st.dictionaries(st.tuples(names, names), st.lists(st.builds(Upload, names, names, moments), max_size=2).map(tuple))
accounts = st.builds(
    Account,
    st.just(REGION),
    st.lists(tasks, max_size=4).map(tuple),
    st.lists(snapshots, max_size=4, unique_by=lambda one: one.snapshot_id).map(tuple),
    st.lists(images, max_size=4, unique_by=lambda one: one.image_id).map(tuple),
    objects,
    uploads,
)
results = st.builds(
    RunResult,
    st.just("r"),
    st.sampled_from(Outcome),
    ended_at=st.one_of(st.none(), moments),
    object_size=st.integers(0, 3),
    import_task=st.one_of(st.just(""), names.map("import-snap-{}".format)),
    found=st.sampled_from([{}, {"object": "x"}]),
)
records = st.builds(
    lambda result, bucket, key, begun, before, uploaded, task, upload: Record(
        "r", BuildPlan("/c", "v", (), Baseline(begun, REGION, bucket, key, task_ids=before)), result, uploaded, task, upload=upload
    ),
    results,
    names,
    names,
    moments,
    st.lists(names.map("import-snap-{}".format), max_size=2).map(tuple),
    st.one_of(st.none(), st.builds(S3Object, names, st.integers(0, 3), moments, names)),
    st.one_of(st.just(""), names.map("import-snap-{}".format)),
    st.one_of(st.just(""), names),
)


@given(accounts, st.lists(records, max_size=3))
def test_nothing_is_certain_that_no_run_can_have_made(account, ours):
    """Whatever else is in the account: certain is only what a record names, or what has a record's place, time and size."""
    named = {r.task for r in ours} - {""}
    for thing in inventory(ours, account):
        if not thing.certain:
            assert not thing.removable
            continue
        if thing.kind is Kind.TASK:
            assert thing.id in named
        elif thing.kind is Kind.SNAPSHOT:
            assert next(s for s in account.snapshots if s.snapshot_id == thing.id).task_id in named
        elif thing.kind is Kind.AMI:
            image = next(i for i in account.images if i.image_id == thing.id)
            assert any(s.task_id in named for s in account.snapshots if s.snapshot_id == image.root_snapshot)
        else:
            assert (thing.place.bucket, thing.place.key) in {r.where for r in ours}
        if thing.kind is Kind.OBJECT:
            found = account.objects[thing.place.bucket, thing.place.key]
            assert any(r.uploaded == found for r in ours if r.where == (thing.place.bucket, thing.place.key))
        if thing.kind is Kind.UPLOAD:
            assert any(thing.id == r.upload for r in ours if r.where == (thing.place.bucket, thing.place.key))


def test_what_an_import_may_use_stays_while_imports_cannot_be_asked_for():
    found = left(Account(REGION, None, (OURS,), objects={(BUCKET, KEY): OBJECT}))
    assert {thing.needed for thing in found.values()} == {"whether an import uses it could not be asked for"}


def test_a_snapshot_behind_any_disk_of_an_ami_is_in_use():
    second = Image(AMI, KEY, "available", "snap-0root", snapshots=("snap-0root", SNAP))
    assert left(Account(REGION, snapshots=(OURS,), images=(second,))) == {}


def test_a_broken_ami_that_the_script_found_is_not_the_runs():
    found_it = replace(RECORD, result=replace(RESULT, ami=AMI, import_task="", found={"ami": AMI}), task="")
    assert left(Account(REGION, images=(Image(AMI, KEY, "failed", SNAP),)), found_it) == {}


def test_lines_and_data_say_the_same():
    account = Account(REGION, tasks=(ACTIVE,), objects={(BUCKET, KEY): OBJECT})
    found = Found(inventory((RECORD,), account), ("eu-central-1: AMIs could not be asked for: denied",), ("run x goes on",))
    told = "\n".join(lines(found, NOW + timedelta(hours=2)))
    assert f"object      s3://{BUCKET}/{KEY}   3.0 GB · 90 min ago · 0.07 USD a month" in told
    assert f"stays: {TASK} reads it" in told
    assert f"remove: canvos-tui leftovers --delete {TASK}" in told
    assert "? eu-central-1: AMIs could not be asked for: denied" in told
    plain = data(found, NOW + timedelta(hours=2))
    assert plain["schema"] == "canvos-tui.leftovers/1"
    assert [(t["id"], t["removable"], t["age_seconds"]) for t in plain["things"]] == [
        (f"s3://{BUCKET}/{KEY}", False, 5400),
        (TASK, True, None),
    ]
    assert "nothing is left" in "\n".join(lines(Found(), NOW))


def test_a_sum_is_never_less_than_one_of_its_lines():
    small = Thing(Kind.OBJECT, "s3://b/k", certain=True, note="", size=50_000_000)
    told = lines(Found((small,)), NOW)
    assert "0.01 USD a month" in told[0]
    assert told[-1].startswith("together at most 0.01 USD a month")
