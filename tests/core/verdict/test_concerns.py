"""What is wrong with a build that still runs: loops without an end, an upload that is skipped, an import that stands still."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canvos_tui.core.aws.facts import Baseline, ImportTask, S3Object, Snapshot
from canvos_tui.core.aws.sighting import Question, Sighting, Unseen
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.run.endless import endless
from canvos_tui.core.run.events import BuildEvent, CannotSee, FoundInstead, ObjectSeen, PhaseEntered, ScriptBlind, Started, TaskSeen
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.run import BuildPlan, BuildRun
from canvos_tui.core.run.usual_times import remaining, usual_times
from canvos_tui.core.verdict.concerns import Concern, concerns
from canvos_tui.core.verdict.watch import Watch

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
KEY = "edge 1.raw"
TASK, SNAP, AMI = "import-snap-0123456789abcdef0", "snap-0123456789abcdef0", "ami-0123456789abcdef0"
BASE = Baseline(AT, "eu-central-1", "images", KEY)
PLAN = BuildPlan("/c", "v4.9.38", ("./earthly.sh",), BASE)
DENIED, EXPIRED = "UnauthorizedOperation", "RequestExpired"
LOG = "         +aws-cloud-image | 2026-11-22 14:30:00 - "
IMPORTING = (Started(AT, 1, "x"), PhaseEntered(AT, Phase.IMPORT, 90))


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def reads(*words: str) -> tuple[BuildEvent, ...]:
    reader = PhaseReader()
    return tuple(event for line in words for event in reader.feed([LOG + line], AT) if not isinstance(event, PhaseEntered))


def looks(watch: Watch, *, tasks: tuple[ImportTask, ...] | None = (), code: str = "", what: Question = Question.TASKS, **more):
    blind = (Unseen(what, code, "You are not authorized"),) if code else ()
    return watch.after(Sighting(AT, (), tasks=tasks, blind=blind, **more))


def run(*events: BuildEvent, phase: Phase = Phase.IMPORT, plan: BuildPlan = PLAN) -> BuildRun:
    return BuildRun(plan).after((Started(AT, 1, "x"), PhaseEntered(AT, phase, 90), *events))


def only(found: BuildRun, now: datetime = AT) -> Concern:
    (concern,) = concerns(found, now)
    return concern


def test_the_log_names_the_task_and_the_ami_that_the_script_cannot_ask_for() -> None:
    events = reads(
        *[f"Error querying status for task '{TASK}'. Retrying..."] * 30, f"[us-east-1] Error querying status for AMI '{AMI}'. Retrying..."
    )
    blind = [(event.kind, event.times) for event in events if isinstance(event, ScriptBlind)]
    assert blind == [("import_task", 1), ("import_task", 2), ("import_task", 3), ("import_task", 20), ("ami", 1)], "not one an hour long"
    assert [event.id for event in events if hasattr(event, "id")] == [TASK, AMI]


def test_an_import_that_the_script_may_not_ask_for_never_ends_and_has_no_eta() -> None:
    _, seen = looks(Watch(BASE).naming(TASK), tasks=None, code=DENIED, images=())
    found = run(*reads(f"Error querying status for task '{TASK}'. Retrying..."), *seen)
    told = endless(found)
    assert told is not None
    assert (told.kind, told.right, told.code) == ("import_task", "ec2:DescribeImportSnapshotTasks", DENIED)
    assert remaining(found, usual_times(()), after(60)) == "cannot end by itself"
    concern = only(found)
    assert concern.id == "endless-import"
    assert "cannot end by itself" in concern.text
    assert any("your keys lack ec2:DescribeImportSnapshotTasks" in line for line in concern.more)
    assert any("canvos-tui cancel" in line for line in concern.more)
    assert shlex.split(concern.commands[0])[:3] == ["aws", "ec2", "describe-snapshots"], "the snapshot is not known yet"


def test_what_aws_finished_behind_the_scripts_back_is_told_with_the_command_that_makes_the_ami() -> None:
    made = Snapshot(SNAP, "completed", f"Created by AWS-VMImport service for {TASK}")
    _, seen = looks(Watch(BASE).naming(TASK), tasks=None, code=DENIED, images=(), snapshot=made)
    concern = only(run(*reads(f"Error querying status for task '{TASK}'. Retrying..."), *seen))
    assert any(SNAP in line and "finished" in line for line in concern.more)
    words = shlex.split(concern.commands[0])
    assert words[:7] == ["aws", "ec2", "register-image", "--region", "eu-central-1", "--name", KEY]
    for word in ("x86_64", "/dev/xvda", "hvm", "uefi", "--ena-support", f'[{{"DeviceName":"/dev/xvda","Ebs":{{"SnapshotId":"{SNAP}"}}}}]'):
        assert word in words


@pytest.mark.parametrize("code", ["clock-skew", EXPIRED, "ExpiredToken", "InvalidClientTokenId", "AuthFailure"])
def test_keys_that_are_taken_no_longer_make_a_loop_too(code: str) -> None:
    _, seen = looks(Watch(BASE).naming(TASK), tasks=None, code=code)
    concern = only(run(*reads(f"Error querying status for task '{TASK}'. Retrying..."), *seen))
    assert any(code in line and "no longer" in line for line in concern.more)
    assert not any("lack" in line for line in concern.more)


def test_an_ami_that_the_script_may_not_ask_for_never_ends_either() -> None:
    done = ImportTask(TASK, "completed", snapshot_id=SNAP, bucket="images", key=KEY)
    watch, seen = looks(Watch(BASE), tasks=(done,), code=DENIED, what=Question.IMAGES)
    found = run(*seen, *reads(f"[eu-central-1] Error querying status for AMI '{AMI}'. Retrying..."), phase=Phase.AMI)
    concern = only(found)
    assert concern.id == "endless-ami"
    assert any("your keys lack ec2:DescribeImages" in line for line in concern.more)
    assert any(AMI in line for line in concern.more)
    assert shlex.split(concern.commands[0])[:3] == ["aws", "ec2", "describe-images"], "the script has registered it"
    _, again = looks(watch, tasks=(done,), images=())
    assert concerns(found.after(again), AT) == (), "the right was granted"


@pytest.mark.parametrize(
    ("what", "right"), [(Question.IMAGES, "ec2:DescribeImages"), (Question.TASKS, "ec2:DescribeImportSnapshotTasks")], ids=str
)
def test_a_loop_that_is_to_come_is_told_while_there_is_time_to_grant_the_right(what: Question, right: str) -> None:
    _, seen = looks(Watch(BASE), code=DENIED, what=what)
    concern = only(run(*seen, phase=Phase.UPLOAD))
    assert concern.id == "loop-ahead"
    assert right in concern.text
    _, expired = looks(Watch(BASE), code=EXPIRED, what=what)
    assert concerns(run(*expired, phase=Phase.UPLOAD), AT) == (), "then the upload fails before"
    _, seen = looks(Watch(BASE), code=DENIED, what=Question.TASKS)
    assert concerns(run(*seen, phase=Phase.REGISTER), AT) == (), "the script has that behind it"


def test_no_loop_is_claimed_without_a_refusal_of_our_own() -> None:
    lines = reads(*[f"Error querying status for task '{TASK}'. Retrying..."] * 3)
    assert endless(run(*lines)) is None
    _, throttled = looks(Watch(BASE), tasks=None, code="RequestLimitExceeded")
    assert endless(run(*lines, *throttled)) is None
    _, other = looks(Watch(BASE), code=DENIED, what=Question.IMAGES)
    assert only(run(*lines, *other)).id == "loop-ahead"
    assert endless(run(*lines, *other)) is None, "it asks for the task, which it may"
    _, denied = looks(Watch(BASE), tasks=None, code=DENIED)
    assert endless(run(*denied)) is None, "the script has not asked yet"
    assert endless(run(*lines, *denied, phase=Phase.REGISTER)) is None, "it got over it"


def test_a_skipped_upload_is_told_at_once_unless_it_was_chosen() -> None:
    skipped = FoundInstead(AT, "object", "", 80)
    assert only(run(skipped)).id == "upload-skipped"
    old = S3Object(KEY, 5, AT, '"old"')
    chosen = replace(PLAN, baseline=replace(BASE, object=old), reuse_object=True)
    assert concerns(run(skipped, plan=chosen), AT) == ()
    foreign = ObjectSeen(AT, S3Object(KEY, 5, AT, '"new"'), ours=False)
    assert only(run(foreign, phase=Phase.RAW)).id == "object-foreign"
    assert concerns(run(ObjectSeen(AT, old, ours=False), phase=Phase.RAW, plan=chosen), AT) == ()


def test_an_import_that_stands_still_gets_a_word_and_a_time_to_give_up() -> None:
    task = ImportTask(TASK, "active", 0, "pending", bucket="images", key=KEY)
    events = (TaskSeen(AT, replace(task, status="pending")), TaskSeen(after(30), task))
    assert concerns(run(*events), after(599)) == ()
    concern = only(run(*events), after(700))
    assert concern.id == "import-still"
    assert "0 % for 11:40" in concern.text
    assert any("usual" in line for line in concern.more)
    assert any("100 min" in line for line in concern.more)
    assert "longer than" in only(run(*events), after(6100)).text
    moved = TaskSeen(after(650), replace(task, progress=4))
    assert concerns(run(*events, moved), after(700)) == ()
    done = TaskSeen(after(650), replace(task, status="completed", snapshot_id=SNAP))
    assert concerns(run(*events, done), after(9000)) == ()
    blind = CannotSee(after(60), "tasks", "RequestLimitExceeded", 24)
    assert concerns(run(*events, blind), after(700)) == (), "nobody knows whether it stands still"
