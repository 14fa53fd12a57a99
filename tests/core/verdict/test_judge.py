"""The verdict: only the whole chain from a new object to an AMI on the new snapshot is success."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import Baseline, Image, ImportTask, S3Object, Snapshot, Upload
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import Cause, RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.status import Status
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.core.verdict.summary import plain_lines

NOW = datetime(2026, 11, 22, 14, 12, tzinfo=UTC)
BUCKET, KEY, REGION = "acme-images", "edge 2026's.raw", "eu-central-1"
TASK, SNAP, AMI = "import-snap-0new", "snap-0new", "ami-0new"
OBJECT = S3Object(KEY, 3_000_000_000, NOW, '"new"')
OLD_OBJECT = S3Object(KEY, 5, NOW - timedelta(days=1), '"old"')
OLD_IMAGE = Image("ami-0old", KEY, "available", "snap-0old", "x86_64", "uefi", True)
BASE = Baseline(NOW, REGION, BUCKET, KEY, task_ids=("import-snap-0old",))
DONE = ImportTask(TASK, "completed", snapshot_id=SNAP, bucket=BUCKET, key=KEY)
IMAGE = Image(AMI, KEY, "available", SNAP, "x86_64", "uefi", True)
GOOD = Sighting(NOW, (), OBJECT, True, (DONE,), Snapshot(SNAP, "completed", size=4 * 1024**3), (IMAGE,))
BLIND = Sighting(NOW, blind=(Unseen(Question.TASKS, "", "no answer from AWS"),))


def verdict(sighting: Sighting = GOOD, exit_code: int | None = 0, *, base: Baseline = BASE, **more) -> RunResult:
    chosen = more.get("settings", AmiSettings())
    plan = BuildPlan(
        "/c",
        "v1.2.3",
        ("./earthly.sh",),
        base,
        reuse_object=more.get("reuse", False),
        settings=chosen,
        making=more.get("making", AS_SCRIPT),
    )
    log = JudgeHints(more.get("phase", Phase.AMI), more.get("cause"), "/s/build.log", more.get("found", {}))
    return judge("r", plan, sighting, exit_code, more.get("ids", {}), more.get("cancelled", False), log, NOW, NOW)


def status_of(result: RunResult, name: str) -> Status:
    return next(f.status for f in result.findings if f.id == name)


def test_the_whole_chain_is_success():
    result = verdict()
    assert result.outcome is Outcome.SUCCEEDED
    assert (result.import_task, result.snapshot, result.ami, result.ami_name) == (TASK, SNAP, AMI, KEY)
    assert result.object_size == OBJECT.size
    assert {f.status for f in result.findings} == {Status.PASS}
    assert [left.kind for left in result.left_behind] == ["object"]
    assert result.cause is None


CHOSEN = AmiSettings("v2.0", root_gib=100)


def test_an_ami_with_all_that_was_chosen_for_it_is_success():
    mine = replace(IMAGE, imds="v2.0", root_gib=100, volume_type="gp2", delete_on_termination=True)
    result = verdict(replace(GOOD, images=(mine,)), settings=CHOSEN)
    assert (result.outcome, status_of(result, "ami-settings"), result.root_gib) == (Outcome.SUCCEEDED, Status.PASS, 100)
    assert "ami-settings" not in {finding.id for finding in verdict().findings}, "nobody chose anything"


@pytest.mark.parametrize(
    ("image", "says", "first"),
    [
        (replace(IMAGE, root_gib=100), "IMDS is v1 and v2, not v2.0", "modify-image-attribute"),
        (replace(IMAGE, imds="v2.0", root_gib=16), "the root volume has 16 GiB, not 100", "deregister-image"),
        (replace(IMAGE, root_gib=16), "IMDS is v1 and v2, not v2.0; the root volume has 16 GiB, not 100", "deregister-image"),
    ],
)
def test_an_ami_that_lacks_what_was_chosen_is_none_however_the_command_ended(image, says, first):
    result = verdict(replace(GOOD, images=(image,)), settings=CHOSEN)
    assert (result.outcome, result.phase, status_of(result, "ami-settings")) == (Outcome.FAILED, Phase.REGISTER, Status.FAIL)
    assert result.cause is not None
    assert (result.cause.id, says in result.cause.explanation) == ("ami-settings", True)
    commands = [command.run for remedy in result.cause.remedies for command in remedy.commands]
    assert f"aws ec2 {first} --region {REGION} --image-id {AMI}" in commands[0]
    assert commands[-2:] == [f"aws ec2 deregister-image --region {REGION} --image-id {AMI}", "canvos-tui resume"]


KMS = f"arn:aws:kms:{REGION}:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SEALED = Snapshot(SNAP, "completed", size=4 * 1024**3, encrypted=True, kms_key=KMS)


@pytest.mark.parametrize(
    ("encryption", "snapshot", "status", "says"),
    [
        ("yes", SEALED, Status.PASS, f"{SNAP} is encrypted with {KMS}"),
        (KMS, SEALED, Status.PASS, f"{SNAP} is encrypted with {KMS}"),
        ("alias/edge", SEALED, Status.PASS, "that this is alias/edge was not asked"),
        ("", SEALED, Status.PASS, f"{SNAP} is encrypted with {KMS}"),
        ("yes", None, Status.UNKNOWN, f"whether {SNAP} is encrypted was not seen"),
    ],
)
def test_what_the_snapshot_is_encrypted_with_is_told_as_it_was_seen(encryption, snapshot, status, says):
    result = verdict(replace(GOOD, snapshot=snapshot), making=SnapshotSettings(encryption=encryption))
    (found,) = (finding for finding in result.findings if finding.id == "encryption")
    assert (result.outcome, found.status, says in found.text) == (Outcome.SUCCEEDED, status, True), found.text
    assert "encryption" not in {finding.id for finding in verdict().findings}, "nobody chose it, and it is not"


@pytest.mark.parametrize("images", [(IMAGE,), ()], ids=["an AMI was made of it", "none was"])
@pytest.mark.parametrize("snapshot", [GOOD.snapshot, replace(SEALED, kms_key=f"{KMS}0")], ids=["not at all", "with another key"])
def test_a_snapshot_that_is_not_encrypted_as_it_was_chosen_is_no_success_however_the_command_ended(images, snapshot):
    result = verdict(replace(GOOD, snapshot=snapshot, images=images), 0 if images else 1, making=SnapshotSettings(encryption=KMS))
    assert (result.outcome, status_of(result, "encryption")) == (Outcome.FAILED, Status.FAIL)
    assert result.cause is not None
    assert (result.cause.id, SNAP in result.cause.explanation) == ("snapshot-encryption", True)
    commands = [command.run for remedy in result.cause.remedies for command in remedy.commands]
    away = [f"aws ec2 deregister-image --region {REGION} --image-id {AMI}"] if images else []
    assert commands == [*away, f"aws ec2 delete-snapshot --region {REGION} --snapshot-id {SNAP}", "canvos-tui resume"]


def test_the_role_that_was_chosen_is_the_one_that_has_to_read_the_bucket():
    denied = replace(DONE, status="deleted", message="ClientError: Disk validation failed [... Reason 403 Forbidden]")
    result = verdict(replace(GOOD, tasks=(denied,), images=()), making=SnapshotSettings("canvos-import"))
    assert result.cause is not None
    assert "Let the role canvos-import read the bucket" in result.cause.remedies[0].text


def test_a_bad_exit_code_is_a_warning_when_the_chain_holds():
    result = verdict(exit_code=1, cause=Cause("x", "X", ""))
    assert result.outcome is Outcome.SUCCEEDED
    assert status_of(result, "exit-code") is Status.WARN
    assert result.cause is None


@pytest.mark.parametrize(
    ("change", "phase", "cause"),
    [
        ({"tasks": (), "images": ()}, Phase.IMPORT, "no-import"),
        ({"tasks": (replace(DONE, status="deleted", message="ClientError: Disk validation failed"),)}, Phase.IMPORT, "import-failed"),
        ({"tasks": (replace(DONE, status="active", snapshot_id=""),), "images": ()}, Phase.IMPORT, "import-unfinished"),
        ({"images": ()}, Phase.REGISTER, "no-new-ami"),
        ({"images": (replace(IMAGE, root_snapshot="snap-0other"),)}, Phase.REGISTER, "foreign-snapshot"),
        ({"images": (replace(IMAGE, state="failed", reason="no disk"),)}, Phase.AMI, "ami-state"),
    ],
    ids=lambda v: v if isinstance(v, str) else None,
)
def test_exit_zero_with_a_broken_chain_failed_and_says_which_link(change, phase, cause):
    result = verdict(replace(GOOD, **change), cause=Cause("from-the-log", "X", ""))
    assert result.outcome is Outcome.FAILED
    assert result.phase is phase
    assert result.cause is not None
    assert result.cause.id == cause
    assert any(f.status is Status.FAIL for f in result.findings)


@pytest.mark.parametrize(
    ("change", "way"),
    [
        ({"images": (replace(IMAGE, root_snapshot="snap-0other"),)}, "--name NAME"),
        ({"images": (OLD_IMAGE,)}, "--name NAME"),
        ({"images": ()}, ""),
    ],
)
def test_a_snapshot_without_an_ami_is_registered_and_not_built_again(change, way):
    base = replace(BASE, images=(OLD_IMAGE,)) if OLD_IMAGE in change["images"] else BASE
    result = verdict(replace(GOOD, **change), base=base)
    assert result.cause is not None
    assert [c.run for remedy in result.cause.remedies for c in remedy.commands] == [f"canvos-tui resume {result.run_id} {way}".rstrip()]


def test_an_old_task_or_an_old_ami_is_never_this_runs():
    base = replace(BASE, task_ids=(TASK,), images=(IMAGE,))
    result = verdict(base=base, ids={"import_task": TASK, "ami": AMI})
    assert result.outcome is Outcome.FAILED
    assert result.ami == ""
    assert "ami" not in [left.kind for left in result.left_behind]


def test_an_old_ami_of_the_name_is_named_and_the_new_snapshot_is_an_orphan():
    result = verdict(replace(GOOD, images=(OLD_IMAGE,)), base=replace(BASE, images=(OLD_IMAGE,)))
    assert result.outcome is Outcome.FAILED
    assert result.cause is not None
    assert "ami-0old" in result.cause.explanation
    assert [left.kind for left in result.left_behind] == ["object", "snapshot"]


def test_a_reused_object_is_no_success_unless_the_user_chose_it():
    base, sighting = replace(BASE, object=OLD_OBJECT), replace(GOOD, object=OLD_OBJECT)
    result = verdict(sighting, base=base)
    assert result.outcome is Outcome.FAILED
    assert result.cause is not None
    assert result.cause.id == "object-reused"
    assert [left.kind for left in result.left_behind] == ["ami"]
    chosen = verdict(sighting, base=base, reuse=True)
    assert chosen.outcome is Outcome.SUCCEEDED
    assert status_of(chosen, "object") is Status.WARN


FOUND = {"object": KEY}  # what the script says in the log: it was there already, nothing is uploaded


def test_an_object_that_came_between_the_baseline_and_the_upload_is_no_success():
    result = verdict(found=FOUND)
    assert (result.outcome, result.phase) == (Outcome.FAILED, Phase.UPLOAD)
    assert result.cause is not None
    assert result.cause.id == "object-foreign"
    assert AMI in result.cause.explanation
    assert status_of(result, "object") is Status.FAIL
    assert result.object_size == 0, "nothing was uploaded"
    assert [left.kind for left in result.left_behind] == ["ami"], "the object is somebody else's"
    assert verdict(found=FOUND, reuse=True).outcome is Outcome.FAILED, "the one that the user chose to take was another"


def test_a_chosen_object_that_the_script_found_is_success():
    result = verdict(replace(GOOD, object=OLD_OBJECT), base=replace(BASE, object=OLD_OBJECT), reuse=True, found=FOUND)
    assert result.outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize("tasks", [(), (replace(DONE, status="deleted", snapshot_id="", message="ClientError: No such key"),)], ids=len)
def test_a_skipped_upload_outranks_the_key_that_was_missed_because_of_it(tasks):
    missing = replace(GOOD, object=None, tasks=tasks, images=())
    base = replace(BASE, neighbours=(f"{KEY}.bak",))
    result = verdict(missing, 1, base=base, found=FOUND, cause=Cause("no-such-key", "No such key", ""), phase=Phase.IMPORT)
    assert (result.outcome, result.phase) == (Outcome.FAILED, Phase.UPLOAD)
    assert result.cause is not None
    assert result.cause.id == "object-neighbour"
    assert f"{KEY}.bak" in result.cause.explanation
    assert "does not exist" in next(f.text for f in result.findings if f.id == "object")


def test_an_ami_that_the_script_found_is_not_this_runs_even_on_a_snapshot_of_this_object():
    """Two machines build the same key at once: both import the object, the second finds the first one's AMI."""
    result = verdict(found={"ami": AMI})
    assert result.outcome is Outcome.FAILED
    assert result.ami == ""
    assert [(left.kind, left.certain) for left in result.left_behind][-1] == ("ami", False)


def test_a_finished_snapshot_is_left_even_when_its_task_cannot_be_described():
    made = Snapshot(SNAP, "completed", f"Created by AWS-VMImport service for {TASK}", 4 * 1024**3)
    unseen = replace(GOOD, tasks=None, images=(), snapshot=made, blind=(Unseen(Question.TASKS, "UnauthorizedOperation", "no"),))
    left = {item.kind: item for item in verdict(unseen, -2, cancelled=True, ids={"import_task": TASK}).left_behind}
    assert set(left) == {"object", "snapshot"}, "the import is over"
    assert (left["snapshot"].id, left["snapshot"].certain) == (SNAP, True)
    assert left["snapshot"].use.startswith("aws ec2 register-image ")
    assert json.loads(shlex.split(left["snapshot"].use)[-6])[0]["Ebs"]["SnapshotId"] == SNAP
    others = verdict(replace(unseen, snapshot=replace(made, description="Created by AWS-VMImport service for import-snap-0other")), -2)
    assert others.snapshot == "", "somebody else's"
    working = verdict(replace(unseen, snapshot=replace(made, state="pending")), -2, cancelled=True, ids={"import_task": TASK})
    assert [(item.kind, item.certain) for item in working.left_behind] == [("object", True), ("import_task", False)]
    hidden = replace(unseen, images=None)
    assert [(i.kind, i.certain, i.use) for i in verdict(hidden, -2, cancelled=True, ids={"import_task": TASK}).left_behind][1:] == [
        ("snapshot", False, "")
    ], "an AMI may use it"


def test_an_ami_on_a_described_snapshot_is_no_proof_without_its_task():
    made = Snapshot(SNAP, "completed", f"Created by AWS-VMImport service for {TASK}")
    unseen = replace(GOOD, tasks=None, snapshot=made, blind=(Unseen(Question.TASKS, "UnauthorizedOperation", "no"),))
    assert verdict(unseen, ids={"import_task": TASK}).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("change", [{"found": FOUND}, {"taken": True}], ids=str)
def test_no_ami_is_offered_of_a_foreign_object_or_under_a_name_that_is_taken(change):
    images = (replace(IMAGE, root_snapshot="snap-0other"),) if change.pop("taken", False) else ()
    result = verdict(replace(GOOD, images=images), 1, **change)
    assert [item.use for item in result.left_behind if item.kind == "snapshot"] == [""]


def test_of_two_imports_of_the_object_that_one_is_ours_whose_snapshot_the_log_names():
    other = replace(DONE, task_id="import-snap-0other", snapshot_id="snap-0other")
    mine = replace(IMAGE, root_snapshot=SNAP)
    result = verdict(replace(GOOD, tasks=(other, DONE), images=(mine,)), ids={"snapshot": SNAP})
    assert (result.outcome, result.import_task) == (Outcome.SUCCEEDED, TASK)
    foreign = replace(IMAGE, root_snapshot="snap-0other")
    result = verdict(replace(GOOD, tasks=(other, DONE), images=(foreign,)), ids={"snapshot": SNAP})
    assert (result.outcome, result.import_task) == (Outcome.FAILED, TASK)


def test_an_import_that_the_log_does_not_name_is_not_taken_for_the_one_that_it_does():
    result = verdict(ids={"import_task": "import-snap-0gone"})
    assert result.outcome is Outcome.FAILED
    assert result.snapshot == ""


def test_of_two_imports_of_which_nothing_is_named_none_proves_anything():
    other = replace(DONE, task_id="import-snap-0other", snapshot_id="snap-0other")
    result = verdict(replace(GOOD, tasks=(other, DONE)), -2, cancelled=True)
    assert result.outcome is Outcome.CANCELLED
    result = verdict(replace(GOOD, tasks=(other, DONE)))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.cause is not None
    assert result.cause.id == "import-ambiguous"
    assert not any(left.certain for left in result.left_behind if left.kind != "object")


def test_without_an_answer_from_aws_nobody_knows():
    result = verdict(BLIND, ids={"import_task": TASK, "snapshot": SNAP, "ami": AMI})
    assert result.outcome is Outcome.INCONCLUSIVE
    assert {f.status for f in result.findings} == {Status.UNKNOWN}
    assert [(left.kind, left.certain) for left in result.left_behind] == [("snapshot", False), ("ami", False)], "the import is over"
    assert result.ami == ""
    result = verdict(BLIND, ids={"import_task": TASK})
    assert [(left.kind, left.certain) for left in result.left_behind] == [("import_task", False)]


def test_that_nothing_was_uploaded_is_said_only_where_somebody_looked():
    nothing = verdict(replace(GOOD, object=None, tasks=(), images=()), 1)
    assert any(line.endswith("nothing was uploaded") for line in plain_lines(nothing))
    assert not any("uploaded" in line for line in plain_lines(verdict(BLIND)))
    assert any(line.endswith(".raw   not asked for") for line in plain_lines(verdict(BLIND)))


def test_a_build_that_broke_before_aws_failed_even_if_aws_is_silent():
    cause = Cause("disk-full", "Disk full", "")
    result = verdict(BLIND, 1, phase=Phase.RAW, cause=cause)
    assert (result.outcome, result.phase, result.cause) == (Outcome.FAILED, Phase.RAW, cause)


def test_a_failed_import_is_known_even_without_the_images():
    task = replace(DONE, status="deleted", message="ClientError: 403 Forbidden")
    result = verdict(replace(GOOD, tasks=(task,), images=None, blind=(Unseen(Question.IMAGES, "", "no answer"),)))
    assert result.outcome is Outcome.FAILED
    assert result.cause is not None
    assert "vmimport" in result.cause.remedies[0].text


def test_a_pending_ami_is_not_decided_yet():
    result = verdict(replace(GOOD, images=(replace(IMAGE, state="pending"),)))
    assert (result.outcome, result.phase) == (Outcome.INCONCLUSIVE, Phase.AMI)


def test_the_cause_of_the_log_wins_after_a_bad_exit():
    cause = Cause("vmimport-role", "Role missing", "")
    result = verdict(replace(GOOD, tasks=(), images=()), 1, phase=Phase.IMPORT, cause=cause)
    assert (result.outcome, result.cause, result.phase) == (Outcome.FAILED, cause, Phase.IMPORT)


def test_cancelled_lists_everything_that_is_left_with_its_removal():
    task = replace(DONE, status="active", snapshot_id="")
    upload = Upload("u-1", KEY, NOW, 1024**3)
    result = verdict(replace(GOOD, tasks=(task,), images=(), uploads=(upload,)), -2, cancelled=True)
    assert result.outcome is Outcome.CANCELLED
    left = {item.kind: item for item in result.left_behind}
    assert set(left) == {"object", "upload", "import_task"}
    assert shlex.split(left["object"].remove)[-1] == KEY
    assert "USD" in left["object"].note
    assert "wait for the import" in left["object"].note
    assert "u-1" in left["upload"].remove
    assert "USD a month" in left["upload"].note
    empty = verdict(replace(GOOD, tasks=(task,), images=(), uploads=(replace(upload, done=0),)), -2, cancelled=True)
    (parts,) = (one for one in empty.left_behind if one.kind == "upload")
    assert parts.note == "0 B in parts that `aws s3 ls` does not show", "what holds nothing costs nothing"
    assert left["import_task"].remove == f"aws ec2 cancel-import-task --import-task-id {TASK} --region {REGION}"


def test_cancelled_too_late_is_success_with_a_warning():
    result = verdict(exit_code=-2, cancelled=True)
    assert result.outcome is Outcome.SUCCEEDED
    assert status_of(result, "cancelled") is Status.WARN


def test_a_lost_supervisor_is_an_interrupted_run():
    assert verdict(replace(GOOD, tasks=(), images=()), None).outcome is Outcome.INTERRUPTED
    assert verdict(BLIND, None, phase=Phase.BASE).outcome is Outcome.INTERRUPTED


@pytest.mark.parametrize(
    ("change", "finding"),
    [({"architecture": "arm64"}, "ami-architecture"), ({"boot_mode": ""}, "ami-boot-mode"), ({"ena": False}, "ami-ena")],
    ids=str,
)
def test_an_unusual_ami_is_pointed_out(change, finding):
    result = verdict(replace(GOOD, images=(replace(IMAGE, **change),)))
    assert result.outcome is Outcome.SUCCEEDED
    assert status_of(result, finding) in {Status.WARN, Status.UNKNOWN}


def test_a_stranger_on_another_snapshot_is_not_certainly_ours():
    result = verdict(replace(GOOD, images=(replace(IMAGE, root_snapshot="snap-0other"),)))
    assert [(left.kind, left.certain) for left in result.left_behind] == [("object", True), ("snapshot", True), ("ami", False)]


def test_what_goes_on_in_aws_is_no_fault_and_whether_user_data_was_there_is_told_of_an_image_alone():
    going_on = replace(GOOD, tasks=(replace(DONE, status="active", snapshot_id=""),), images=())
    result = verdict(going_on, -2, cancelled=True)
    assert (status_of(result, "import-task"), status_of(result, "exit-code")) == (Status.WARN, Status.WARN)
    assert any(f.text.endswith("active; it goes on in AWS") for f in result.findings)
    ended = verdict(replace(going_on, tasks=(replace(DONE, status="deleted", snapshot_id="", message="ClientError"),)), 1)
    assert (status_of(ended, "import-task"), status_of(ended, "exit-code")) == (Status.FAIL, Status.FAIL)
    told = {joins: judged(joins=joins) for joins in (True, False, None)}
    assert {joins: [f.status for f in result.findings if f.id == "user-data"] for joins, result in told.items()} == {
        True: [Status.PASS],
        False: [Status.WARN],
        None: [],
    }
    assert {result.outcome for result in told.values()} == {Outcome.SUCCEEDED}
    assert not [f for f in judged(replace(GOOD, images=()), joins=True).findings if f.id == "user-data"]


def judged(sighting: Sighting = GOOD, *, joins: bool | None) -> RunResult:
    plan = BuildPlan("/c", "v1.2.3", ("./earthly.sh",), BASE, joins=joins)
    return judge("r", plan, sighting, 0, {}, False, JudgeHints(Phase.AMI), NOW, NOW)
