"""The stage of a rehearsal: what it sets up, what it tells, and that nothing of it stays."""

from __future__ import annotations

import stat
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.aws.facts import Right
from canvos_tui.core.errors import AwsError
from canvos_tui.core.readiness import blockers, rights_subject, taken_on_rights
from canvos_tui.core.session import Session
from canvos_tui.rehearsal.scenarios import SCENARIOS
from canvos_tui.rehearsal.stage import BUCKET, REGION, Stage, prepare


@pytest.fixture
def stage(tmp_path: Path):
    found = prepare(tmp_path / "stage", sys.executable, "success")
    yield found
    found.close()


async def rights(stage: Stage) -> dict[str, Right]:
    aws = await BotoDoor(dict(stage.environ), Patience(2, 5, 1)).open(stage.keys, REGION)
    return {probe.action: probe.right for probe in await aws.rights(BUCKET, "k", lambda probe: None)}


async def test_the_stage_answers_to_its_keys_and_ends_when_closed(stage):
    door = BotoDoor(dict(stage.environ), Patience(2, 5, 1))
    aws = await door.open(stage.keys, stage.region)
    assert door.endpoint() == stage.endpoint
    assert (await aws.bucket(stage.bucket)).accessible
    assert set((await rights(stage)).values()) == {Right.ALLOWED}
    stage.close()
    with pytest.raises(AwsError):
        await aws.identity()
    stage.close()


def test_its_keys_look_like_real_ones_and_stay_private(stage, tmp_path):
    assert len(stage.keys.key_id) == 20
    assert len(stage.keys.secret) == 40
    assert not stage.keys.temporary
    secret = stage.keys.secret.reveal()
    assert secret not in repr(stage)
    assert secret not in "".join(stage.environ.values())
    holders = [p for p in (tmp_path / "stage").rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    assert [p.name for p in holders] == ["aws.json"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600
    for process in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                assert secret.encode() not in (process / name).read_bytes()
            except OSError:
                continue


MISSING = {"vmimport-missing": "vmimport", "role-cannot-read": "vmimport", "access-denied": "s3:PutObject"}


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in {"success", "slow"}])
async def test_what_a_scenario_breaks_is_found_before_the_build_and_the_rehearsal_may_go_on(tmp_path, name):
    found = prepare(tmp_path / "stage", sys.executable, name)
    try:
        aws = await BotoDoor(dict(found.environ), Patience(2, 5, 1)).open(found.keys, REGION)
        probes = await aws.rights(BUCKET, "k", lambda probe: None)
    finally:
        found.close()
    assert [p.action for p in probes if p.right is not Right.ALLOWED] == [MISSING[n] for n in (name,) if n in MISSING]
    draft = fresh({})
    known = Session(rights=probes, rights_for=rights_subject(draft))
    for_real = [b.text for b in blockers(draft, known) if " is denied" in b.text]
    assert len(for_real) == (name in MISSING), "nobody else may go on"
    taken_on = replace(draft, accepted=found.scenario.accepted)
    assert not [b.text for b in blockers(taken_on, known) if " is denied" in b.text]
    assert [reason for _, reason in taken_on_rights(taken_on, known)] == [f"the rehearsal of {name}"] * (name in MISSING)


def test_a_python_that_does_not_exist_is_told_at_once(tmp_path):
    began = time.monotonic()
    with pytest.raises(OSError, match="no-python"):
        prepare(tmp_path, str(tmp_path / "no-python"), "success")
    false = "/bin/false" if Path("/bin/false").exists() else "/usr/bin/false"
    with pytest.raises(RuntimeError, match="did not start"):
        prepare(tmp_path / "again", false, "success")
    assert time.monotonic() - began < 10
