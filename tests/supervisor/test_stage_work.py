"""What a run does that goes on: one import and one AMI whatever happens in between, over real HTTP to a stand-in for AWS."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from canvos_tui.adapters.aws.boto import BotoAws, BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import AwsKeys, Baseline
from canvos_tui.core.aws.snapshot_settings import SnapshotSettings
from canvos_tui.core.run.run import BuildPlan, Resumes
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.cloud import StoredSnapshot
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinImage, StandinKey, StandinKmsKey, StandinRole, deny
from canvos_tui.rehearsal.aws.kms.keys import OWN
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.supervisor import stage_work
from canvos_tui.supervisor.stage_line import Job, StageLine, command, parsed, read_keys, tell
from canvos_tui.supervisor.stage_work import StageWork, StopError
from tests.runs import KEY_ID, SECRET

TOKEN = "0" * 64
IMPORT = Job("us-east-1", "images", "edge.raw", "edge", StageId.IMPORT, token=TOKEN, pace=0.001)
SNAP = "snap-0123456789abcdef0"
REGISTER = replace(IMPORT, stage=StageId.REGISTER, snapshot=SNAP)


KEY = StandinKmsKey("1234abcd-12ab-34cd-56ef-1234567890ab", "alias/edge")
OFF = StandinKmsKey("0987dcba-09fe-87dc-65ba-ab0987654321", "alias/off", state="Disabled")


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandinAws]:
    config = StandinConfig(
        keys=(StandinKey(KEY_ID, SECRET),),
        buckets={"images": "us-east-1"},
        roles={"canvos-import": StandinRole(), "deaf": StandinRole(policies={})},
        kms_keys=(KEY, OFF),
        import_seconds=0.05,
        image_seconds=0.05,
    )
    with StandinAws(config) as found:
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.start())
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        found.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
        found.cloud.snapshots[SNAP] = StoredSnapshot(SNAP, "Created by AWS-VMImport service for import-snap-0", 1000)
        yield found


def opened() -> BotoAws:
    door = BotoDoor(patience=Patience(4.0, 8.0, 1))  # the SDK repeats nothing, so that what we repeat shows
    return asyncio.run(door.open(AwsKeys(KEY_ID, Secret(SECRET)), "us-east-1"))


def worked(job: Job, aws: BotoAws | None = None) -> tuple[str, list[str]]:
    """The AMI, "" where none was made, and what was said."""
    said: list[str] = []
    try:
        return asyncio.run(StageWork(job, aws or opened(), said.append).run()), said
    except StopError:
        return "", said


def test_an_object_becomes_a_snapshot_and_an_ami_as_the_script_makes_them(standin):
    ami, said = worked(IMPORT)
    (task,) = standin.cloud.tasks.values()
    (image,) = standin.cloud.images.values()
    assert (image.image_id, image.snapshot_id, image.name) == (ami, task.snapshot_id, "edge")
    assert (image.architecture, image.boot_mode, image.ena, image.device) == ("x86_64", "uefi", True, "/dev/xvda")
    assert image.description == f"AMI for edge created from snapshot {task.snapshot_id}"
    assert (task.description, task.tags) == (
        "Import edge.raw",
        {"Name": "Import-edge.raw", "canvos-tui-token": TOKEN, "created-by": "canvos-tui"},
    )
    for line in (f"+ taskID={task.task_id}", f"+ snapshot_id={task.snapshot_id}", f"+ imageID={ami}", f"{ami} is available"):
        assert line in said


def test_ami_and_snapshot_are_tagged_and_a_missing_right_for_it_takes_nothing_away(standin):
    ami, _ = worked(IMPORT)
    image = standin.cloud.images[ami]
    wanted = {"Name": "edge", "created-by": "canvos-tui"}
    assert (standin.cloud.tags[ami], standin.cloud.tags[image.snapshot_id]) == (wanted, wanted)
    standin.cloud.tags.clear()
    standin.set_faults(*deny("ec2:CreateTags"))
    again = replace(IMPORT, stage=StageId.REGISTER, snapshot=image.snapshot_id)
    found, said = worked(again)
    assert found == ami
    assert any("stay without tags" in line for line in said)


def test_twice_the_same_is_one_task_and_one_ami(standin):
    ami, _ = worked(IMPORT)
    again, said = worked(IMPORT)
    assert again == ami
    assert len(standin.cloud.tasks) == 1
    assert len(standin.cloud.images) == 1
    assert not any(line.startswith("registering") for line in said)


def test_an_import_that_goes_on_is_followed(standin):
    task = standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    ami, said = worked(replace(IMPORT, task=task.task_id, token=""))
    assert ami
    assert list(standin.cloud.tasks) == [task.task_id]
    assert said[0] == f"following the import {task.task_id}, which goes on in AWS"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("ec2:*", FaultKind.THROTTLE, times=4),
        Fault("ec2:DescribeImportSnapshotTasks", FaultKind.ERROR, "InternalError", "An internal error has occurred", 500, times=3),
        Fault("ec2:RegisterImage", FaultKind.BREAK, times=2),
    ],
    ids=["throttled", "500", "cut"],
)
def test_what_passes_is_waited_for(standin, fault):
    standin.set_faults(fault)
    ami, said = worked(IMPORT)
    assert ami, said
    assert (len(standin.cloud.tasks), len(standin.cloud.images)) == (1, 1)


@pytest.mark.parametrize("action", ["ImportSnapshot", "DescribeImportSnapshotTasks", "RegisterImage", "DescribeImages"])
def test_a_right_that_is_missing_ends_it_with_what_aws_says(standin, action):
    standin.set_faults(*deny(f"ec2:{action}"))
    began = time.monotonic()
    ami, said = worked(IMPORT)
    assert ami == ""
    assert said[-1].startswith(f"An error occurred (UnauthorizedOperation) when calling the {action} operation: You are not authorized")
    assert time.monotonic() - began < 20, "a refusal is final"
    assert standin.cloud.images == {} or action == "DescribeImages"


def test_an_import_that_fails_is_said_with_its_reason(standin):
    standin.cloud.buckets["images"].objects.clear()
    ami, said = worked(IMPORT)
    assert ami == ""
    assert said[-1].startswith("ERROR: the import ended as `deleted`: ClientError: Disk validation failed")


def test_a_name_that_somebody_else_has_is_not_registered_over(standin):
    twin = StandinImage("ami-0123456789abcdef0", "edge", snapshot_id="snap-0fedcba9876543210")
    standin.cloud.images.update(StandinAws(StandinConfig(images=(twin,))).cloud.images)
    ami, said = worked(REGISTER)
    assert ami == ""
    assert said[-1] == "ERROR: the AMI name edge is taken by ami-0123456789abcdef0"


CHOSEN = AmiSettings("v2.0", "gp3", True, 100)


def test_what_was_chosen_is_registered_and_the_script_s_own_where_nothing_was(standin):
    ami, said = worked(replace(REGISTER, settings=CHOSEN))
    image = asyncio.run(opened().image(ami))
    assert image is not None
    assert CHOSEN.unlike(image) == ()
    assert f"registering {SNAP} as the AMI edge: {CHOSEN.words}" in said
    plain, said = worked(replace(REGISTER, name="edge-2"))
    image = asyncio.run(opened().image(plain))
    assert image is not None
    assert (image.imds, image.volume_type, image.delete_on_termination, image.root_gib) == ("", "gp2", False, 1)
    assert f"registering {SNAP} as the AMI edge-2" in said


@pytest.mark.parametrize(
    ("chosen", "arn"),
    [("yes", OWN.arn), ("alias/edge", KEY.arn), (KEY.key_id, KEY.arn), (KEY.arn, KEY.arn)],
)
def test_a_snapshot_is_imported_by_the_role_and_with_the_encryption_that_were_chosen(standin, chosen, arn):
    making = SnapshotSettings("canvos-import", chosen)
    ami, said = worked(replace(IMPORT, making=making))
    (task,) = standin.cloud.tasks.values()
    seen = asyncio.run(opened().snapshot(task.snapshot_id))
    assert ami, said
    assert seen is not None
    assert (seen.encrypted, seen.kms_key, making.unlike(seen)) == (True, arn, "")
    assert f"importing s3://images/edge.raw in us-east-1: {making.words}" in said
    assert f"{task.snapshot_id} is encrypted with {arn}" in said


def test_the_same_choices_again_are_the_same_import_and_others_another_one(standin):
    sealed = replace(IMPORT, making=SnapshotSettings(encryption="yes"))
    ami, _ = worked(sealed)
    again, _ = worked(sealed)
    assert (again, len(standin.cloud.tasks)) == (ami, 1)
    for number, making in enumerate(
        (SnapshotSettings(), SnapshotSettings(encryption=KEY.arn), SnapshotSettings("canvos-import", "yes")), 2
    ):
        made, said = worked(replace(IMPORT, name=f"edge-{number}", making=making))
        assert made, said
        assert len(standin.cloud.tasks) == number, "AWS refuses a token with other parameters: it has to be another one"


@pytest.mark.parametrize(
    ("making", "says"),
    [
        (SnapshotSettings("nobody"), "The service role nobody provided does not exist"),
        (SnapshotSettings("deaf"), "We do not have access to the given resource. Reason 403 Forbidden"),
        (SnapshotSettings(encryption="alias/none"), "The specified KMS key alias/none does not exist"),
        (SnapshotSettings(encryption="alias/off"), "The specified KMS key alias/off is not accessible: Disabled"),
    ],
)
def test_a_role_or_a_key_that_is_no_good_ends_it_with_what_aws_says(standin, making, says):
    ami, said = worked(replace(IMPORT, making=making))
    assert (ami, standin.cloud.images) == ("", {})
    assert says in said[-1], said


def test_no_ami_is_made_of_a_snapshot_that_is_not_encrypted_as_it_was_chosen(standin):
    ami, said = worked(replace(REGISTER, making=SnapshotSettings(encryption="yes")))
    assert (ami, standin.cloud.images) == ("", {})
    assert said[-1] == f"ERROR: {SNAP} is not encrypted, as it was chosen to be: no AMI is made of it"
    standin.cloud.snapshots[SNAP] = replace(standin.cloud.snapshots[SNAP], key=f"{KEY.arn}0")
    ami, said = worked(replace(REGISTER, making=SnapshotSettings(encryption=KEY.arn)))
    assert (ami, f"is encrypted with {KEY.arn}0, and not with {KEY.arn}" in said[-1]) == ("", True)


def test_a_root_volume_that_would_not_hold_the_image_gets_its_size(standin):
    standin.cloud.snapshots[SNAP] = replace(standin.cloud.snapshots[SNAP], size=16 * 1024**3)
    ami, said = worked(replace(REGISTER, settings=replace(CHOSEN, root_gib=8)))
    image = asyncio.run(opened().image(ami))
    assert image is not None
    assert image.root_gib == 16
    assert "a root volume of 8 GiB would not hold the image: it gets 16 GiB" in said


def test_a_registration_whose_answer_was_lost_is_found_by_its_name(standin):
    aws = opened()
    real = aws.register_image

    async def lost(name: str, snapshot_id: str, settings: AmiSettings) -> str:
        await real(name, snapshot_id, settings)
        return await real(name, snapshot_id, settings)  # as the SDK does when it hears nothing: refused, because the name is taken now

    aws.register_image = lost  # type: ignore[method-assign]
    ami, said = worked(REGISTER, aws)
    (image,) = standin.cloud.images.values()
    assert ami == image.image_id
    assert any("InvalidAMIName.Duplicate" in line for line in said)


def test_the_command_line_holds_all_of_the_job_and_nothing_secret():
    base = Baseline(datetime.now(UTC), "us-east-1", "images", "-edge", ami_name="edge two")
    plan = BuildPlan("/c", "v1", (), base, resumes=Resumes("r", StageId.REGISTER, "import-snap-0", SNAP))
    words = command(plan, 0.5)
    assert words[1:3] == ("-m", "canvos_tui.supervisor.stage_work")
    assert parsed(words[3:]) == Job("us-east-1", "images", "-edge", "edge two", StageId.REGISTER, "import-snap-0", SNAP, pace=0.5)
    for making in (SnapshotSettings("canvos-import", "yes"), SnapshotSettings(encryption=KEY.arn)):
        assert parsed(command(replace(plan, making=making), 0.5)[3:]).making == making
    for chosen in (CHOSEN, AmiSettings(delete_on_termination=False), AmiSettings(root_gib=7)):
        assert parsed(command(replace(plan, settings=chosen), 0.5)[3:]).settings == chosen
    assert [parsed(command(replace(plan, limit=limit), 0.5)[3:]).limit for limit in (0, 20_000_000)] == [0, 20_000_000]


def test_keys_and_ids_go_beside_the_terminal():
    line = StageLine(AwsKeys(KEY_ID, Secret(SECRET), Secret("token")))
    assert SECRET not in " ".join(line.words)
    job = parsed(["--region=r", "--bucket=b", "--key=k", "--name=n", "--stage=register", *line.words])
    assert read_keys(os.dup(job.keys_fd)) == AwsKeys(KEY_ID, Secret(SECRET), Secret("token"))
    line.heard(2)
    tell(job, "ami", "ami-1")
    tell(job, "raw", "x" * 3000)
    assert list(line.told() or ()) == [("ami", "ami-1"), ("raw", "x" * 3000)]
    assert list(line.told() or ()) == []
    line.started()
    assert line.told() is None
    line.close()
    tell(job, "ami", "nobody listens any more")


def test_who_tells_something_waits_until_it_is_noted():
    line = StageLine(AwsKeys(KEY_ID, Secret(SECRET)))
    job = parsed(["--region=r", "--bucket=b", "--key=k", "--name=n", "--stage=register", *line.words])
    telling = threading.Thread(target=lambda: tell(job, "raw", "kairos.raw,1,2"))
    telling.start()
    telling.join(0.2)
    assert telling.is_alive()
    assert list(line.told() or ()) == [("raw", "kairos.raw,1,2")]
    line.heard(1)
    telling.join(5.0)
    assert not telling.is_alive()
    line.close()
    began = time.monotonic()
    tell(job, "ami", "of a supervisor that died")
    assert time.monotonic() - began < 3.0, "nobody is waited for who is gone"
    for fd in line.keep:
        os.close(fd)


def test_the_process_says_by_its_exit_code_how_it_ended(standin, capsys):
    words = (
        "--region=us-east-1",
        "--bucket=images",
        "--key=edge.raw",
        "--name=edge",
        "--stage=register",
        f"--snapshot={SNAP}",
        "--pace=0.001",
    )
    line = StageLine(AwsKeys(KEY_ID, Secret(SECRET)))
    line.heard(1)
    assert stage_work.main([*words, *line.words]) == 0
    assert [kind for kind, _ in line.told() or ()] == ["ami"]
    assert "+ imageID=ami-" in capsys.readouterr().out
    standin.set_faults(*deny("ec2:DescribeImages"))
    assert stage_work.main([*words, *StageLine(AwsKeys(KEY_ID, Secret(SECRET))).words]) == 1
    assert SECRET not in capsys.readouterr().out
