"""The policies that we give out: with each what it is for passes, and without any single action of it that is refused by its name."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.checks.aws.advice import BUCKET_ACTIONS, EC2_ACTIONS, LOOK_AT_POLICY, LOOK_AT_ROLE, OBJECT_ACTIONS, Subject
from canvos_tui.core.checks.aws.further_rights import POLICIES, PUBLISH, REMOVE, REMOVE_OBJECTS, policy
from canvos_tui.core.errors import AwsError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.publish import copying
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.cloud import GIB, OpenUpload, StoredImage, StoredSnapshot
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.supervisor.raw_sending import Given, raw_upload
from canvos_tui.supervisor.stage_line import Job
from canvos_tui.supervisor.stage_work import StageWork, StopError
from tests import in_process
from tests.commands.test_publish import AMI, HOME, SNAP, THIS, Account
from tests.runs import KEY_ID, SECRET

KEYS = AwsKeys(KEY_ID, Secret(SECRET))
ABOUT = Subject("images", HOME)
AS_THE_SCRIPT = AmiSettings()


def without(document: dict[str, Any], action: str) -> dict[str, Any]:
    """The policy that lacks one action."""
    rows = [(row, row["Action"] if isinstance(row["Action"], list) else [row["Action"]]) for row in document["Statement"]]
    assert any(action in actions for _, actions in rows), action
    return {**document, "Statement": [{**row, "Action": left} for row, actions in rows if (left := [a for a in actions if a != action])]}


def both(*names: str) -> dict[str, Any]:
    """Several of ours as one."""
    return {"Version": "2012-10-17", "Statement": [row for name in names for row in policy(name, ABOUT)["Statement"]]}


def account(document: dict[str, Any], import_seconds: float = 0.02) -> StandinAws:
    keys = (StandinKey(KEY_ID, SECRET),)
    config = StandinConfig(keys=keys, buckets={"images": HOME}, policy=document, import_seconds=import_seconds, image_seconds=0.02)
    return StandinAws(config)


# -- needed: upload, import and registration -------------------------------------------------------------


def worked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any], settings: AmiSettings = AS_THE_SCRIPT
) -> tuple[str, list[str]]:
    """The AMI that our own stages made of a raw image with that policy, "" where none was made, and what they said."""
    raw = tmp_path / "disk.raw"
    raw.write_bytes(bytes(512) + b"EFI PART" + os.urandom(2000))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    said: list[str] = []
    job = Job(HOME, "images", "edge.raw", "edge", StageId.UPLOAD, token="0" * 64, pace=0.001, settings=settings)
    with account(document) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())

        async def work() -> str:
            aws = await BotoDoor().open(KEYS, HOME)
            upload = raw_upload(KEYS, (HOME, "images", "edge.raw"), Given(raw), said.append, lambda *_: None)
            await aws.baseline("images", "edge.raw")
            return await StageWork(job, aws, said.append, upload=upload).run()

        try:
            return asyncio.run(work()), said
        except (StopError, AwsError) as error:
            return "", [*said, str(error), getattr(error, "operation", "")]


def test_the_two_stage_route_passes_with_what_is_needed(tmp_path, monkeypatch):
    ami, said = worked(tmp_path, monkeypatch, policy("needed", ABOUT))
    assert ami.startswith("ami-"), said


@pytest.mark.parametrize("action", sorted({*BUCKET_ACTIONS, *OBJECT_ACTIONS, *EC2_ACTIONS}))
def test_no_action_of_it_is_there_for_nothing(tmp_path, monkeypatch, action):
    # a snapshot is asked for where a size was chosen for the root volume: it has to hold the image
    ami, said = worked(tmp_path, monkeypatch, without(policy("needed", ABOUT), action), AmiSettings(root_gib=64))
    told = "\n".join(said)
    assert not ami or action.partition(":")[2] in told, f"{action} is not missed"


def test_the_rest_of_it_looks_at_the_role():
    found = {
        a for row in policy("needed", ABOUT)["Statement"] for a in ([row["Action"]] if isinstance(row["Action"], str) else row["Action"])
    }
    assert found == {*BUCKET_ACTIONS, *OBJECT_ACTIONS, *EC2_ACTIONS, *LOOK_AT_ROLE, *LOOK_AT_POLICY}


# -- optional: what `publish` does -----------------------------------------------------------------------


def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> tuple[int, str]:
    """How a copy, a permission, a date and a try ended with that policy, and what was said."""
    monkeypatch.setattr(copying, "PAUSE", 0.01)
    with account(document) as standin:
        standin.cloud.snapshots[SNAP] = StoredSnapshot(SNAP, "of the build", 4 * GIB, region=HOME)
        standin.cloud.images[AMI] = StoredImage(AMI, "edge.raw", SNAP, "/dev/xvda", state="available", region=HOME)
        wishes = ("--copy-to", "eu-west-1", "--share", "999999999999", "--deprecate", "2030-01-01", "--try-launch", "--yes")
        done = Account(standin, standin.start(), tmp_path).inside(*THIS, *wishes)
    return done.returncode, done.stdout + done.stderr


def test_publish_needs_the_optional_policy_and_nothing_else(tmp_path, monkeypatch):
    code, said = published(tmp_path, monkeypatch, policy("optional", ABOUT))
    assert code == 0, said
    assert "would be allowed" in said


@pytest.mark.parametrize("action", sorted(PUBLISH))
def test_publish_says_which_right_is_missing(tmp_path, monkeypatch, action):
    code, said = published(tmp_path, monkeypatch, without(policy("optional", ABOUT), action))
    if action == "ec2:RunInstances":  # its denial is the very answer
        assert "is denied" in said
        return
    assert code in {ExitCode.NOT_READY, ExitCode.UNDETERMINED}, said
    assert action.partition(":")[2] in said


# -- clean-up --------------------------------------------------------------------------------------------


def removals(standin: StandinAws, task: str, upload: str) -> dict[str, Callable[[], Coroutine[Any, Any, None]]]:
    """What takes a thing away, by the action that it needs."""

    async def care(deed: str, *words: str) -> None:
        await getattr(await BotoDoor().open_care(KEYS, HOME), deed)(*words)

    async def cancel() -> None:
        await (await BotoDoor().open(KEYS, HOME)).cancel_import(task)

    return {
        "s3:DeleteObject": lambda: care("delete_object", "images", "edge.raw", ""),
        "s3:AbortMultipartUpload": lambda: care("abort_upload", "images", "other.raw", upload),
        "ec2:DeleteSnapshot": lambda: care("delete_snapshot", "snap-0bbbbbbbbbbbbbbbb"),
        "ec2:DeregisterImage": lambda: care("deregister_image", AMI),
        "ec2:CancelImportTask": cancel,
    }


@pytest.mark.parametrize("lacking", ["", "s3:DeleteObject", "s3:AbortMultipartUpload", *REMOVE])
def test_each_kind_goes_with_the_clean_up_policy_and_stays_without_its_action(monkeypatch, lacking):
    document = both("clean-up")
    with account(without(document, lacking) if lacking else document, 600) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        cloud = standin.cloud
        cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
        cloud.snapshots["snap-0bbbbbbbbbbbbbbbb"] = StoredSnapshot("snap-0bbbbbbbbbbbbbbbb", "alone", GIB)
        cloud.images[AMI] = StoredImage(AMI, "edge", SNAP, "/dev/xvda", state="available")
        task, upload = begun(standin)
        for action, remove in removals(standin, task, upload).items():
            if action == lacking:
                with pytest.raises(AwsError) as refused:
                    asyncio.run(remove())
                assert refused.value.operation == action.partition(":")[2]
            else:
                asyncio.run(remove())
        left = {"s3:DeleteObject": "edge.raw" in cloud.buckets["images"].objects, "ec2:DeregisterImage": AMI in cloud.images}
        left |= {"s3:AbortMultipartUpload": bool(cloud.buckets["images"].uploads)}
        left |= {"ec2:DeleteSnapshot": "snap-0bbbbbbbbbbbbbbbb" in cloud.snapshots}
        assert [action for action, there in left.items() if there] == [action for action in left if action == lacking]


def begun(standin: StandinAws) -> tuple[str, str]:
    """An import that goes on and an upload that is not complete, as somebody with every right began them."""
    task = standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    upload = OpenUpload("u" * 32, "other.raw", datetime.now(UTC))
    standin.cloud.buckets["images"].uploads[upload.upload_id] = upload
    return task.task_id, upload.upload_id


def test_every_action_that_removes_is_tried(monkeypatch):
    tried = {"s3:DeleteObject", "s3:AbortMultipartUpload", *REMOVE}
    assert {*REMOVE, *REMOVE_OBJECTS} - tried == {"s3:DeleteObjectVersion"}, "of a bucket with versions; the stand-in keeps none"


# -- given out -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("route", ["guide", "two-stage", "direct"])
@pytest.mark.parametrize("which", POLICIES)
def test_the_command_prints_it_for_the_route(tmp_path, route, which):
    (tmp_path / "a.yaml").write_text(f"route: {route}\nREGION: eu-west-1\nS3_BUCKET: acme-images\n", encoding="utf-8")
    done = in_process.command(("guide", "--config", "a.yaml", "--policy", which), {"HOME": str(tmp_path)}, tmp_path)
    document = json.loads(done.stdout)
    assert document == policy(which, Subject("" if route == "direct" else "acme-images", "eu-west-1"))
    assert ("acme-images" in done.stdout) is (route != "direct")
