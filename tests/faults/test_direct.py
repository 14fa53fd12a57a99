"""The direct route under trouble: no bucket, no role, no import; what ends it leaves a snapshot that is written on to, or a raw image."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import FieldAnswered, FolderChosen, KeysGiven, RouteChosen, TagChosen
from canvos_tui.core.answers.routes import Route
from canvos_tui.core.aws.blocks import BLOCK
from canvos_tui.core.aws.keys import KeySource
from canvos_tui.core.errors import RunError
from canvos_tui.core.leftovers.collect import collect
from canvos_tui.core.leftovers.remove import chosen, remove
from canvos_tui.core.leftovers.thing import Kind
from canvos_tui.core.ports import Ports
from canvos_tui.core.questions.result import failure_ways
from canvos_tui.core.readiness import make_plan
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.elsewhere import plan_of
from canvos_tui.core.stages.proof import Done
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.core.stages.through_s3 import begin_through_s3, plan_through_s3, possible
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.rehearsal.aws.cloud import StoredImage, StoredSnapshot
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from tests.runs import KEYS, SECRET, Site
from tests.waiting import until

BLOCKS = 24
BUILDS = f"""mkdir -p build
echo "+base-image | --> FROM alpine"
head -c {BLOCKS * BLOCK // 2} /dev/urandom > build/kairos-1.raw
truncate -s {BLOCKS * BLOCK} build/kairos-1.raw
echo end >> build/kairos-1.raw
"""
WRITTEN = BLOCKS // 2 + 1
OF_S3 = {"s3:PutObject", "s3:ListBucket", "s3:GetObject", "ec2:ImportSnapshot", "ec2:DescribeImportSnapshotTasks", "iam:GetRole"}


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def long(value: str) -> Any:
    """One more of its kind, for the long run."""
    return pytest.param(value, marks=pytest.mark.long)


def planned(ports: Ports, site: Site, script: str) -> BuildPlan:
    """As the wizard plans it, with a script in the place of earthly.sh."""
    draft = fresh(ports.environ).after(FolderChosen(site.checkout, "")).after(TagChosen("v4.9.38")).after(RouteChosen(Route.DIRECT))
    for name, text in {"REGION": "us-east-1", "S3_KEY": "edge.raw"}.items():
        draft = draft.after(FieldAnswered(name, text))
    draft = draft.after(KeysGiven(KEYS, KeySource.ENVIRONMENT))
    (site.checkout / "earthly.sh").write_text(f"#!/bin/bash\n{script}\n")
    (site.checkout / "earthly.sh").chmod(0o755)
    return asyncio.run(make_plan(ports, draft))


def started(ports: Ports, site: Site, script: str) -> str:
    return asyncio.run(ports.runs.start(planned(ports, site, script), KEYS))


def gone_on(ports: Ports, run_id: str) -> str:
    async def go_on() -> str:
        ground = await look(ports, run_id)
        start = start_of(ground)
        assert start is not None
        return await begin(ports, ground, start)

    return asyncio.run(go_on())


def proven(site: Site, standin: StandinAws, result: RunResult) -> None:
    """One snapshot with exactly the file's blocks, one AMI of it, nothing in S3, nothing of the secret in our files."""
    (image,) = standin.cloud.images.values()
    (snapshot,) = standin.cloud.snapshots
    assert (result.outcome, result.ami, result.snapshot) == (Outcome.SUCCEEDED, image.image_id, snapshot)
    assert image.snapshot_id == snapshot
    assert standin.ebs.snapshots[snapshot].digests == digests(site.checkout / "build" / "kairos-1.raw")
    assert not standin.cloud.buckets["images"].objects
    assert not standin.cloud.tasks
    assert not OF_S3 & set(standin.actions), "neither bucket nor import was asked for"
    written = b"".join(path.read_bytes() for path in site.state.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


def digests(path: Path) -> dict[int, bytes]:
    """As plainly as can be."""
    data = path.read_bytes()
    blocks = {n: data[at : at + BLOCK].ljust(BLOCK, b"\0") for n, at in enumerate(range(0, len(data), BLOCK))}
    return {n: hashlib.sha256(block).digest() for n, block in blocks.items() if any(block)}


def puts(standin: StandinAws) -> int:
    return sum(found.puts for found in standin.ebs.snapshots.values())


def test_the_build_sees_no_key_and_no_bucket_is_touched(site, standin, ports):
    run_id = started(ports, site, f"{BUILDS}\nenv > seen")
    result = site.result(run_id)
    proven(site, standin, result)
    assert puts(standin) == WRITTEN
    assert {"snapshot", "register"} <= set(result.phase_seconds)
    assert not {"upload", "import"} & set(result.phase_seconds)
    seen = (site.checkout / "seen").read_text()
    assert not [name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", SECRET) if name in seen]
    assert standin.cloud.tags[result.snapshot]["created-by"] == "canvos-tui"
    told = {f.id: f.status.value for f in result.findings}
    assert (told["snapshot"], told["ami"], told["ami-snapshot"]) == ("pass", "pass", "pass")
    assert "object" not in told
    assert "import-task" not in told
    assert "s3://" not in site.log(run_id)


def test_what_may_not_be_written_goes_through_s3_without_a_build(site, standin, ports):
    standin.set_faults(*deny("ebs:PutSnapshotBlock"))
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    failed = site.result(run_id)
    assert possible(failed)
    ways = [choice.word for choice in failure_ways(failed)]
    assert ways.index("through-s3") < ways.index("resume"), "that route needs none of the rights that are missing"
    ground = asyncio.run(look(ports, run_id))

    async def begun(bucket: str) -> str:
        return await begin_through_s3(ports, ground, await plan_through_s3(ports, ground, bucket))

    through = asyncio.run(begun("images"))
    result = site.result(through)
    assert result.outcome is Outcome.SUCCEEDED, site.log(through)
    assert (result.bucket, result.key) == ("images", failed.key)
    assert (site.checkout / "times").read_text() == "built\n"
    assert standin.cloud.images[result.ami].snapshot_id == result.snapshot
    assert asyncio.run(site.runs.plan(through)).route == "two-stage"
    (site.checkout / "build" / "kairos-1.raw").write_bytes(b"another")
    gone = asyncio.run(look(ports, run_id))
    with pytest.raises(RunError, match="there is nothing to upload"):
        asyncio.run(plan_through_s3(ports, gone, "images"))


@pytest.mark.parametrize("action", [long("ebs:StartSnapshot"), "ebs:PutSnapshotBlock", long("ebs:CompleteSnapshot"), "ec2:RegisterImage"])
def test_a_missing_right_ends_it_with_aws_words_and_resume_builds_nothing(site, standin, ports, action):
    standin.set_faults(*deny(action))
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    failed = site.result(run_id)
    assert failed.outcome is Outcome.FAILED
    assert failed.phase is (Phase.REGISTER if action == "ec2:RegisterImage" else Phase.SNAPSHOT)
    assert action in site.log(run_id)
    assert failed.cause is not None
    left = {one.kind: one for one in failed.left_behind}
    assert "file" in left
    assert ("snapshot" in left) == (action != "ebs:StartSnapshot")
    later = asyncio.run(final_result(ports, run_id))
    assert later is not None
    assert len({finding.id for finding in later.findings}) == len(later.findings), "each is said once"
    sent = puts(standin)
    standin.set_faults()
    ground = asyncio.run(look(ports, run_id))
    wanted = StageId.REGISTER if action == "ec2:RegisterImage" else StageId.SNAPSHOT
    assert (ground.of(StageId.IMAGE).done, ground.first_open) == (Done.DONE, wanted)
    proven(site, standin, site.result(gone_on(ports, run_id)))
    assert (site.checkout / "times").read_text() == "built\n"
    assert puts(standin) == max(sent, WRITTEN)


def killed(site: Site, run_id: str) -> None:
    """The supervisor and all that it started."""
    told = json.loads((site.folder(run_id) / "supervisor.json").read_text())
    os.kill(told["pid"], signal.SIGKILL)
    if told["build"]:
        os.killpg(told["build"], signal.SIGKILL)
    until(lambda: site.result(run_id).outcome is Outcome.INTERRUPTED)
    until(lambda: not any(left.kind == "process" for left in site.result(run_id).left_behind))


@pytest.mark.parametrize("mark", [long("reading "), "is begun", long("Completed"), long("+ snapshot_id="), "registering "])
def test_kill_9_at_every_border_ends_with_one_snapshot_and_one_ami(site, standin, ports, mark):
    standin.cloud.config = replace(standin.cloud.config, image_seconds=0.5, seal_seconds=0.3)
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    until(lambda: mark in site.log(run_id))
    killed(site, run_id)
    lost = asyncio.run(final_result(ports, run_id))
    assert lost is not None
    assert lost.raw
    until(lambda: all(standin.cloud.state_of(image) == "available" for image in standin.cloud.images.values()))
    if asyncio.run(look(ports, run_id)).first_open is None:  # it was registered before it died
        done = asyncio.run(final_result(ports, run_id))
        assert done is not None
        proven(site, standin, done)
    else:
        proven(site, standin, site.result(gone_on(ports, run_id)))
    assert (site.checkout / "times").read_text() == "built\n"
    assert puts(standin) <= WRITTEN + 8, "only what was on its way is sent again"


@pytest.mark.long
@pytest.mark.parametrize("blocks", range(1, WRITTEN, 2))
def test_kill_9_in_the_middle_of_the_blocks_sends_no_block_twice_that_was_noted(site, standin, ports, blocks):
    standin.set_faults(Fault("ebs:PutSnapshotBlock", FaultKind.HANG, seconds=0.3))
    run_id = started(ports, site, f"echo built >> times\n{BUILDS}")
    until(lambda: "is begun" in site.log(run_id))
    standin.set_faults()
    until(lambda: puts(standin) >= blocks)
    killed(site, run_id)
    sent = puts(standin)
    proven(site, standin, site.result(gone_on(ports, run_id)))
    assert puts(standin) <= max(sent, WRITTEN) + 8


def test_another_file_of_that_name_is_not_written_as_this_runs(site, standin, ports):
    standin.set_faults(*deny("ebs:StartSnapshot"))
    run_id = started(ports, site, BUILDS)
    site.result(run_id)
    standin.set_faults()
    raw = site.checkout / "build" / "kairos-1.raw"
    raw.write_bytes(os.urandom(raw.stat().st_size))
    on = gone_on(ports, run_id)
    assert site.result(on).outcome is Outcome.FAILED
    assert "its checksum differs" in site.log(on)
    assert not standin.cloud.snapshots


def test_a_snapshot_that_somebody_deleted_is_written_anew(site, standin, ports):
    standin.set_faults(*deny("ec2:RegisterImage"))
    run_id = started(ports, site, BUILDS)
    failed = site.result(run_id)
    standin.set_faults()
    del standin.cloud.snapshots[failed.snapshot]
    ground = asyncio.run(look(ports, run_id))
    assert ground.of(StageId.SNAPSHOT).text == f"{failed.snapshot} is no longer there"
    assert ground.first_open is StageId.SNAPSHOT
    proven(site, standin, site.result(gone_on(ports, run_id)))


def test_what_aws_does_not_tell_is_not_repeated_on_a_guess(site, standin, ports):
    standin.set_faults(*deny("ec2:RegisterImage"))
    run_id = started(ports, site, BUILDS)
    site.result(run_id)
    standin.set_faults(*deny("ec2:DescribeSnapshots"))
    with pytest.raises(RunError, match="could not be asked for"):
        gone_on(ports, run_id)


def test_a_raw_image_alone_is_enough_on_another_machine(site, standin, ports, tmp_path):
    raw = site.checkout / "build" / "kairos-1.raw"
    raw.parent.mkdir()
    raw.write_bytes(b"a" * BLOCK + bytes(3 * BLOCK) + b"z" * 100)
    draft = fresh(ports.environ).after(RouteChosen(Route.DIRECT))
    for name, text in {"REGION": "us-east-1", "S3_KEY": "edge.raw"}.items():
        draft = draft.after(FieldAnswered(name, text))
    plan = asyncio.run(plan_of(ports, raw, draft, KEYS))
    assert (plan.route, plan.resumes and plan.resumes.stage) == ("direct", StageId.SNAPSHOT)
    proven(site, standin, site.result(asyncio.run(ports.runs.start(plan, KEYS))))
    assert puts(standin) == 2
    with pytest.raises(RunError, match=r"the AMI name edge\.raw is taken by ami-"):
        asyncio.run(plan_of(ports, raw, draft, KEYS))


def test_a_cancel_leaves_a_pending_snapshot_that_is_certain_and_can_be_gone_on_from(site, standin, ports):
    standin.set_faults(Fault("ebs:PutSnapshotBlock", FaultKind.HANG, seconds=30.0))
    run_id = started(ports, site, BUILDS)
    until(lambda: "is begun" in site.log(run_id))
    asyncio.run(ports.runs.cancel(run_id))
    result = site.result(run_id)
    standin.gate.closed.set()
    standin.set_faults()
    assert result.outcome is Outcome.CANCELLED
    (left,) = (one for one in result.left_behind if one.kind == "snapshot")
    assert (left.id, left.certain) == (next(iter(standin.cloud.snapshots)), True)
    assert "pending" in left.note
    standin.gate.closed.clear()
    proven(site, standin, site.result(gone_on(ports, run_id)))


def test_a_snapshot_that_is_sealed_and_still_pending_is_waited_for(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, seal_seconds=3.0)
    run_id = started(ports, site, BUILDS)
    until(lambda: any(found.sealed for found in standin.ebs.snapshots.values()))
    killed(site, run_id)
    on = gone_on(ports, run_id)
    proven(site, standin, site.result(on))
    assert puts(standin) == WRITTEN


def test_what_was_begun_is_left_even_when_nobody_may_look_at_it(site, standin, ports):
    standin.set_faults(*deny("ec2:DescribeSnapshots"))
    run_id = started(ports, site, BUILDS)
    result = site.result(run_id)
    assert result.outcome is not Outcome.SUCCEEDED
    (left,) = (one for one in result.left_behind if one.kind == "snapshot")
    assert (left.id, left.certain) == (next(iter(standin.cloud.snapshots)), False)
    standin.set_faults()
    later = asyncio.run(final_result(ports, run_id))
    assert later is not None
    assert later.snapshot == left.id
    proven(site, standin, site.result(gone_on(ports, run_id)))


def test_another_name_goes_on_with_the_same_snapshot(site, standin, ports):
    standin.set_faults(Fault("ebs:PutSnapshotBlock", FaultKind.HANG, seconds=30.0))
    run_id = started(ports, site, BUILDS)
    until(lambda: "is begun" in site.log(run_id))
    asyncio.run(ports.runs.cancel(run_id))
    site.result(run_id)
    standin.gate.closed.set()
    standin.set_faults()

    async def renamed() -> str:
        return await begin(ports, await look(ports, run_id, name="edge-two"), StageId.SNAPSHOT)

    result = site.result(asyncio.run(renamed()))
    assert result.ami_name == "edge-two"
    proven(site, standin, result)


def test_the_same_image_and_name_again_after_its_ami_was_taken_away(site, standin, ports):
    first = site.result(started(ports, site, BUILDS))
    standin.cloud.images.clear()
    del standin.cloud.snapshots[first.snapshot]
    same = "touch build/kairos-1.raw; echo '+base-image | --> FROM alpine'"
    again = site.result(started(ports, site, same))
    proven(site, standin, again)
    assert again.snapshot != first.snapshot


def test_somebody_elses_ami_of_that_name_is_not_this_runs(site, standin, ports):
    run_id = started(ports, site, f"touch runs; until [ -e go ]; do sleep 0.05; done\n{BUILDS}")
    until((site.checkout / "runs").exists)
    standin.cloud.snapshots["snap-0theirs"] = StoredSnapshot("snap-0theirs", "theirs", 2**30)
    standin.cloud.images["ami-0theirs"] = StoredImage("ami-0theirs", "edge.raw", "snap-0theirs", "/dev/xvda", state="available")
    (site.checkout / "go").touch()
    result = site.result(run_id)
    assert (result.outcome, result.ami) == (Outcome.FAILED, "")
    assert "is taken by ami-0theirs" in site.log(run_id)
    assert [left.certain for left in result.left_behind if left.kind == "ami"] == [False]
    assert [left.certain for left in result.left_behind if left.kind == "snapshot"] == [True]


def test_what_is_left_is_listed_with_its_price_and_taken_away_one_by_one(site, standin, ports):
    standin.set_faults(*deny("ebs:CompleteSnapshot"))
    failed = site.result(started(ports, site, BUILDS))
    standin.set_faults()
    (snapshot,) = standin.cloud.snapshots
    elsewhere = StoredSnapshot("snap-00000000000000009", "another machine's", 2**30, state="pending")
    standin.cloud.snapshots[elsewhere.snapshot_id] = elsewhere
    standin.cloud.tags[elsewhere.snapshot_id] = {"created-by": "canvos-tui"}
    ordinary = StoredSnapshot("snap-00000000000000008", "a backup", 2**30, state="pending")
    standin.cloud.snapshots[ordinary.snapshot_id] = ordinary
    found = asyncio.run(collect(ports, KEYS))
    things = {thing.id: thing for thing in found.things if thing.kind is Kind.SNAPSHOT}
    assert set(things) == {snapshot, elsewhere.snapshot_id}, "what nobody tagged as ours is not even named"
    assert (things[snapshot].certain, things[snapshot].run) == (True, failed.run_id)
    assert things[snapshot].monthly == pytest.approx(0.0537, abs=1e-4)
    assert f"canvos-tui resume {things[snapshot].run} writes what is missing" in things[snapshot].note
    assert not things[elsewhere.snapshot_id].removable
    assert not found.unseen
    assert asyncio.run(remove(ports, found, chosen(found, snapshot))) == f"{snapshot} is gone"
    assert set(standin.cloud.snapshots) == {elsewhere.snapshot_id, ordinary.snapshot_id}
    assert not OF_S3 & set(standin.actions)
