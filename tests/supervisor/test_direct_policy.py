"""The policy that we give out for the direct route: a run passes with it, and fails without any single action that it needs."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.core.aws.facts import AwsKeys, Right
from canvos_tui.core.checks.aws.advice import DIRECT_ACTIONS, DIRECT_EC2_ACTIONS, Subject, user_document
from canvos_tui.core.checks.aws.further_rights import policy
from canvos_tui.core.errors import AwsError
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.supervisor.raw_sending import Given, raw_snapshot
from canvos_tui.supervisor.stage_line import Job
from canvos_tui.supervisor.stage_work import StageWork, StopError
from tests.runs import KEY_ID, SECRET

KEYS = AwsKeys(KEY_ID, Secret(SECRET))
ABOUT = Subject("", "us-east-1")
DOCUMENT = user_document(ABOUT)
PROOF = "ebs:ListSnapshotBlocks"
BOTH = {**DOCUMENT, "Statement": [*DOCUMENT["Statement"], *policy("optional", ABOUT)["Statement"]]}


def without(action: str) -> dict[str, Any]:
    """The policy that lacks one action."""
    return {**DOCUMENT, "Statement": [{**row, "Action": [a for a in row["Action"] if a != action]} for row in DOCUMENT["Statement"]]}


def worked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]) -> tuple[str, list[str], list[str], dict[str, Right]]:
    """The AMI of a run with that policy, "" where there is none, what it said, what is in the account, and what the checks found before."""
    raw = tmp_path / "disk.raw"
    raw.write_bytes(bytes(512) + b"EFI PART" + os.urandom(2000))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    config = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), policy=document, seal_seconds=0.01, image_seconds=0.01)
    with StandinAws(config) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        said: list[str] = []
        job = Job("us-east-1", "", "edge", "edge", StageId.SNAPSHOT, token="m" * 64, pace=0.001)

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
