"""The policy that we give out for the direct route: a run passes with it, and fails without any single action that it needs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.facts import AwsKeys, Right
from canvos_tui.core.aws.snapshot_settings import AS_SCRIPT, SnapshotSettings
from canvos_tui.core.checks.aws.advice import DIRECT_ACTIONS, DIRECT_EC2_ACTIONS, GRANT, WRITE_ENCRYPTED, Subject, user_document
from canvos_tui.core.checks.aws.further_rights import policy
from canvos_tui.core.checks.aws.questions import subject_of
from canvos_tui.core.errors import AwsError
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey, StandinKmsKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.supervisor.raw_sending import Given, raw_snapshot
from canvos_tui.supervisor.stage_line import Job
from canvos_tui.supervisor.stage_work import StageWork, StopError
from tests.runs import KEY_ID, SECRET

KEYS = AwsKeys(KEY_ID, Secret(SECRET))
ABOUT = Subject("", "us-east-1")
DOCUMENT = user_document(ABOUT)
PROOF = "ebs:ListSnapshotBlocks"
KEY = StandinKmsKey("1234abcd-12ab-34cd-56ef-1234567890ab")
SEALED = SnapshotSettings(encryption=KEY.arn)
WITH_KEY = user_document(subject_of("", "us-east-1", None, None, SEALED))
BOTH = {**DOCUMENT, "Statement": [*DOCUMENT["Statement"], *policy("optional", ABOUT)["Statement"]]}


def without(action: str, document: dict[str, Any] = DOCUMENT) -> dict[str, Any]:
    """The policy that lacks one action."""
    rows = [(row, [row["Action"]] if isinstance(row["Action"], str) else row["Action"]) for row in document["Statement"]]
    return {**document, "Statement": [{**row, "Action": [a for a in actions if a != action]} for row, actions in rows]}


def worked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any], making: SnapshotSettings = AS_SCRIPT
) -> tuple[str, list[str], list[str], dict[str, Right]]:
    """The AMI of a run with that policy, "" where there is none, what it said, what is in the account, and what the checks found before."""
    raw = tmp_path / "disk.raw"
    raw.write_bytes(bytes(512) + b"EFI PART" + os.urandom(2000))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), policy=document, kms_keys=(KEY,), seal_seconds=0.01, image_seconds=0.01)
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        said: list[str] = []
        job = Job("us-east-1", "", "edge", "edge", StageId.SNAPSHOT, token="m" * 64, pace=0.001, making=making)

        async def work() -> tuple[str, dict[str, Right]]:
            aws = await BotoDoor().open(KEYS, "us-east-1")
            probes = {probe.action: probe.right for probe in await aws.rights("", "edge", lambda _: None)}
            write = raw_snapshot(KEYS, job, Given(raw), said.append, lambda *_: None)
            try:
                await aws.baseline("", "edge")
                return await StageWork(job, aws, said.append, write=write).run(), probes
            except (StopError, AwsError) as error:
                said.append(f"{said[-1] if said else ''} {error}")
                return "", probes

        ami, probes = asyncio.run(work())
        return ami, said, list(standin.cloud.images), probes


def test_a_run_passes_with_it(tmp_path, monkeypatch):
    ami, said, images, probes = worked(tmp_path, monkeypatch, DOCUMENT)
    assert [ami] == images
    assert {name: right for name, right in probes.items() if right is not Right.ALLOWED} == {PROOF: Right.UNKNOWN}
    assert any("is proven by AWS' checksum alone" in line for line in said), "and what the optional policy is for is said"


@pytest.mark.parametrize("action", sorted({*DIRECT_ACTIONS, *DIRECT_EC2_ACTIONS}))
def test_a_run_fails_without_any_single_action_and_the_checks_do_not_call_it_allowed(tmp_path, monkeypatch, action):
    ami, said, images, probes = worked(tmp_path, monkeypatch, without(action))
    assert (ami, images) == ("", [])
    assert action in said[-1], said[-1]
    assert probes[action] is not Right.ALLOWED
    assert {right for name, right in probes.items() if name not in {action, PROOF}} == {Right.ALLOWED}


def test_with_the_optional_one_the_blocks_are_compared(tmp_path, monkeypatch):
    ami, said, images, probes = worked(tmp_path, monkeypatch, BOTH)
    assert [ami] == images
    assert probes[PROOF] is Right.ALLOWED
    assert any("AWS lists exactly" in line for line in said)


def test_a_key_that_was_chosen_is_in_it_and_a_run_with_it_passes(tmp_path, monkeypatch):
    ami, said, images, _ = worked(tmp_path, monkeypatch, WITH_KEY, SEALED)
    assert [ami] == images
    assert any(f"is encrypted with {KEY.arn}" in line for line in said)


def test_without_the_part_of_the_key_nothing_is_written_and_a_run_without_a_key_needs_none_of_it(tmp_path, monkeypatch):
    ami, said, images, _ = worked(tmp_path, monkeypatch, DOCUMENT, SEALED)
    assert (ami, images) == ("", [])
    assert "is not authorized to perform: kms:" in "\n".join(said)
    assert not any("kms:" in str(row["Action"]) for row in DOCUMENT["Statement"])


@pytest.mark.parametrize("action", sorted({*WRITE_ENCRYPTED, *GRANT}))
def test_no_action_for_the_key_is_there_for_nothing(tmp_path, monkeypatch, action):
    ami, said, images, _ = worked(tmp_path, monkeypatch, without(action, WITH_KEY), SEALED)
    assert (ami, images) == ("", [])
    assert action.rstrip("*") in "\n".join(said)


def test_a_grant_is_given_to_services_of_aws_alone():
    (row,) = (row for row in WITH_KEY["Statement"] if row["Action"] == "kms:CreateGrant")
    assert row["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    others = [row["Resource"] for row in WITH_KEY["Statement"] if "kms:" in str(row["Action"])]
    assert others == [f"arn:aws:kms:us-east-1:123456789012:key/{KEY.key_id}"] * 2, "that key, and no other"
