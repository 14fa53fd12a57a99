"""Going on after whatever ended a run: nothing is built, imported or registered twice, and AWS proves the result."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace

import pytest

from canvos_tui.adapters.aws.boto import BotoDoor
from canvos_tui.adapters.processes import stat_fields
from canvos_tui.core.errors import CanvosError, RunError
from canvos_tui.core.ports import Ports
from canvos_tui.core.readiness import refuse_second
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests.faults.ended import BUILT, failed
from tests.runs import KEYS, SECRET, Site
from tests.waiting import until


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


def begun(ports: Ports, run_id: str, stage: StageId | None = None, name: str = "") -> str:
    async def go_on() -> str:
        ground = await look(ports, run_id, name=name)
        start = start_of(ground, stage)
        assert start is not None
        return await begin(ports, ground, start)

    return asyncio.run(go_on())


def resumed(site: Site, ports: Ports, run_id: str, stage: StageId | None = None, name: str = "") -> RunResult:
    return site.result(begun(ports, run_id, stage, name))


def proven(site: Site, standin: StandinAws, result: RunResult, *, tasks: int = 1) -> None:
    """The end of each of these: one AMI on the snapshot of this run's import, no build in the log, no secret anywhere."""
    (image,) = standin.cloud.images.values()
    assert (result.outcome, result.ami, result.snapshot) == (Outcome.SUCCEEDED, image.image_id, image.snapshot_id)
    assert len(standin.cloud.tasks) == tasks
    assert "built" not in site.log(result.run_id)
    written = b"".join(path.read_bytes() for path in site.state.rglob("*") if path.is_file())
    assert SECRET.encode() not in written


def test_an_ami_that_was_not_registered_is_registered_and_nothing_else(site, standin, ports):
    result = resumed(site, ports, failed(site, standin))
    proven(site, standin, result)
    assert result.import_task == next(iter(standin.cloud.tasks))
    assert "ec2:ImportSnapshot" not in standin.actions


def test_an_import_that_failed_is_begun_anew(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_failure="ServerError: internal", failing_imports=1)
    run_id = failed(site, standin)
    (task,) = standin.cloud.tasks.values()
    until(lambda: standin.cloud.look(task).status == "deleted")
    proven(site, standin, resumed(site, ports, run_id), tasks=2)


def test_an_object_that_was_never_imported_is_imported(site, standin, ports):
    proven(site, standin, resumed(site, ports, failed(site, standin, imports=0)))


def test_an_import_that_goes_on_is_followed_to_its_end(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=3.0)
    run_id = failed(site, standin)
    assert asyncio.run(look(ports, run_id)).first_open is StageId.IMPORT
    proven(site, standin, resumed(site, ports, run_id))


def test_registration_denied_ends_it_with_its_cause_and_it_goes_on_when_the_right_is_there(site, standin, ports):
    run_id = failed(site, standin)
    standin.set_faults(*deny("ec2:RegisterImage"))
    denied = resumed(site, ports, run_id)
    assert denied.outcome is Outcome.FAILED
    assert denied.cause is not None
    assert "ec2:RegisterImage" in " ".join((denied.cause.title, denied.cause.explanation, *denied.cause.evidence))
    assert [left.kind for left in denied.left_behind] == ["object", "snapshot"]
    standin.set_faults()
    proven(site, standin, resumed(site, ports, denied.run_id))


def test_a_name_that_was_taken_meanwhile_is_left_alone_and_another_does(site, standin, ports):
    run_id = failed(site, standin)
    task = next(iter(standin.cloud.tasks.values()))
    until(lambda: standin.cloud.look(task).status == "completed")
    twin = resumed(site, ports, run_id)
    standin.cloud.images[twin.ami] = replace(standin.cloud.images[twin.ami], snapshot_id="snap-00000000000000001")
    with pytest.raises(RunError, match=f"the AMI name edge.raw is taken by {twin.ami}"):
        begun(ports, run_id)
    result = resumed(site, ports, run_id, name="edge-two")
    assert (result.outcome, result.ami_name) == (Outcome.SUCCEEDED, "edge-two")
    assert standin.cloud.images[twin.ami].name == "edge.raw"


def test_a_run_that_is_done_has_nothing_to_go_on_with(site, standin, ports):
    done = resumed(site, ports, failed(site, standin))

    async def start() -> StageId | None:
        return start_of(await look(ports, done.run_id))

    assert asyncio.run(start()) is None


def test_another_aws_than_that_of_the_run_is_not_asked(site, standin, ports):
    run_id = failed(site, standin)
    elsewhere = replace(real_ports({**ports.environ, "AWS_ENDPOINT_URL": ""}), runs=ports.runs)
    with pytest.raises(CanvosError, match=r"this run used http://127\.0\.0\.1"):
        asyncio.run(look(elsewhere, run_id))


def killed(site: Site, run_id: str) -> None:
    """kill -9 of the supervisor: what it watched dies with its terminal."""
    pid = site.supervisor(run_id)
    os.kill(pid, signal.SIGKILL)
    until(lambda: not stat_fields(pid) or stat_fields(pid)[0] in "ZX")
    until(lambda: not any(info.live for info in asyncio.run(site.runs.infos())))
    until(lambda: all(left.kind != "process" for left in site.result(run_id).left_behind))


@pytest.mark.slow
@pytest.mark.parametrize("moment", [0.0, 0.4, 0.9])
def test_kill_9_in_the_middle_of_going_on(site, standin, ports, moment):
    survived(site, standin, ports, (moment,))


@pytest.mark.long
def test_kill_9_at_thirty_moments(site, standin, ports):
    for number in range(30):
        standin.cloud.tasks.clear()
        standin.cloud.snapshots.clear()
        standin.cloud.images.clear()
        standin.cloud.buckets["images"].objects.clear()
        survived(site, standin, ports, (number * 0.06, number * 0.03))


def survived(site: Site, standin: StandinAws, ports: Ports, moments: tuple[float, ...]) -> None:
    """Goes on, is killed so many seconds later, and goes on from that; in the end there are one task and one AMI."""
    standin.cloud.config = replace(standin.cloud.config, import_seconds=1.0, image_seconds=0.3)
    run_id = failed(site, standin, imports=0)
    for moment in moments:
        ground = asyncio.run(look(ports, run_id))
        start = start_of(ground)
        if start is None:
            break
        run_id = asyncio.run(begin(ports, ground, start))
        time.sleep(moment)
        if asyncio.run(site.runs.result(run_id)) is None:
            killed(site, run_id)
    ground = asyncio.run(look(ports, run_id))
    start = start_of(ground)
    if start is not None:
        proven(site, standin, site.result(asyncio.run(begin(ports, ground, start))))
    assert len(standin.cloud.images) == 1
    assert len(standin.cloud.tasks) == 1


def test_a_build_whose_supervisor_was_killed_during_the_import_is_finished(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=0.8)
    plan = replace(site.plan(BUILT), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "Uploading" in site.log(run_id))
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    killed(site, run_id)
    proven(site, standin, resumed(site, ports, run_id))


def test_expired_keys_in_the_middle_end_it_and_new_ones_go_on(site, standin, ports):
    run_id = failed(site, standin, imports=0)
    expired = Fault("ec2:DescribeImportSnapshotTasks", FaultKind.ERROR, "RequestExpired", "Request has expired.", 400)
    ground = asyncio.run(look(ports, run_id))
    standin.set_faults(expired)
    half = site.result(asyncio.run(begin(ports, ground, StageId.IMPORT)))
    assert half.outcome is not Outcome.SUCCEEDED
    standin.set_faults()
    proven(site, standin, resumed(site, ports, half.run_id))


# -- whose is it -----------------------------------------------------------------------------------------


def refused(ports: Ports, run_id: str) -> str:
    with pytest.raises(RunError) as caught:
        begun(ports, run_id)
    return f"{caught.value}; {caught.value.remedy}"


def test_whoever_names_the_old_run_gets_the_one_that_went_on(site, standin, ports):
    run_id = failed(site, standin)
    done = resumed(site, ports, run_id, name="edge-two")
    ground = asyncio.run(look(ports, run_id))
    assert (ground.run, start_of(ground)) == (done.run_id, None)
    assert len(standin.cloud.images) == 1


def test_a_run_that_goes_on_already_is_not_gone_on_from_twice(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_seconds=600.0)
    run_id = failed(site, standin, imports=0)
    second = begun(ports, run_id)
    assert f"canvos-tui attach {second} shows it" in refused(ports, run_id)
    with pytest.raises(RunError, match=f"the run `{second}` goes on with import .* in this checkout"):
        asyncio.run(refuse_second(ports, site.checkout))
    until(lambda: standin.cloud.tasks)
    killed(site, second)
    standin.cloud.config = replace(standin.cloud.config, import_seconds=0.5)
    proven(site, standin, resumed(site, ports, run_id))


def test_two_that_go_on_from_one_run_at_the_same_moment_begin_one(site, standin, ports):
    ground = asyncio.run(look(ports, failed(site, standin, imports=0)))

    async def both() -> list[object]:
        return list(await asyncio.gather(*(begin(ports, ground, StageId.IMPORT) for _ in range(2)), return_exceptions=True))

    found = asyncio.run(both())
    (begun_one,) = [one for one in found if isinstance(one, str)]
    (beaten,) = [one for one in found if isinstance(one, RunError)]
    assert str(beaten) == f"the run `{begun_one}` goes on with import (Snapshot import) in this checkout", "it builds nothing"
    assert begun_one in beaten.remedy
    proven(site, standin, site.result(begun_one))
    late = site.result(asyncio.run(begin(ports, ground, StageId.IMPORT)))  # somebody said yes long after the question
    assert late.ami == next(iter(standin.cloud.images))
    proven(site, standin, late)


def test_an_import_that_aws_forgot_is_not_repeated(site, standin, ports):
    standin.set_faults(*deny("ec2:RegisterImage"))
    half = resumed(site, ports, failed(site, standin))
    standin.set_faults()
    standin.cloud.tasks.clear()  # AWS lists an import for a week
    done = resumed(site, ports, half.run_id)
    assert (done.outcome, len(standin.cloud.snapshots), len(standin.cloud.images)) == (Outcome.SUCCEEDED, 1, 1)
    assert start_of(asyncio.run(look(ports, half.run_id))) is None


def test_two_imports_and_no_word_of_the_log_are_not_chosen_between(site, standin, ports):
    run_id = failed(site, standin, imports=2)
    assert "is this run's is not known" in refused(ports, run_id)


def test_another_object_of_the_same_size_is_not_taken_for_it(site, standin, ports):
    run_id = failed(site, standin, imports=0)
    standin.cloud.put("images", "edge.raw", b"y" * 1000, '"other"')
    assert "its ETag differs" in refused(ports, run_id)


def test_an_object_that_came_while_a_run_failed_before_its_upload_is_not_taken_for_it(site, standin, ports):
    plan = replace(site.plan("echo +base-image; until [ -e go ]; do sleep 0.05; done; exit 1"), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "+base-image" in site.log(run_id))
    standin.cloud.put("images", "edge.raw", b"t" * 500, '"theirs"')
    (site.checkout / "go").touch()
    site.result(run_id)
    assert "is not proven to be the run's" in refused(ports, run_id)


def test_a_run_that_went_on_does_not_launder_what_was_written_meanwhile(site, standin, ports):
    standin.set_faults(*deny("ec2:RegisterImage"))
    half = resumed(site, ports, failed(site, standin, imports=0))
    standin.set_faults()
    standin.cloud.put("images", "edge.raw", b"y" * 777, '"other"')
    with pytest.raises(RunError, match="nothing is there to import"):
        begun(ports, half.run_id, StageId.IMPORT)
    proven(site, standin, resumed(site, ports, half.run_id))


def test_an_object_that_changes_under_the_question_is_not_imported(site, standin, ports):
    ground = asyncio.run(look(ports, failed(site, standin, imports=0)))
    standin.cloud.put("images", "edge.raw", b"y" * 1000, '"other"')
    result = site.result(asyncio.run(begin(ports, ground, StageId.IMPORT)))
    assert result.outcome is Outcome.FAILED
    assert standin.cloud.tasks == {}
    assert "s3://images/edge.raw is another object by now" in site.log(result.run_id)


def test_a_build_that_lost_its_supervisor_and_lives_is_ended_first(site, standin, ports):
    plan = replace(site.plan("trap '' HUP INT; echo +base-image; while :; do sleep 0.05; done"), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "+base-image" in site.log(run_id))
    os.kill(site.supervisor(run_id), signal.SIGKILL)
    until(lambda: not any(info.live for info in asyncio.run(site.runs.infos())))
    assert f"end it first: canvos-tui cancel {run_id}" in refused(ports, run_id)


def test_keys_of_another_account_are_refused(site, standin, ports):
    run_id = failed(site, standin)
    path = site.folder(run_id) / "run.json"
    path.write_text(path.read_text().replace("123456789012", "999999999999"))
    assert "these keys are of account 123456789012, and the run used 999999999999" in refused(ports, run_id)


def test_what_somebody_else_made_of_the_object_is_not_claimed(site, standin, ports):
    ground = asyncio.run(look(ports, failed(site, standin, imports=0)))
    standin.set_faults(*deny("ec2:ImportSnapshot"))
    run_id = asyncio.run(begin(ports, ground, StageId.IMPORT))
    standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
    result = site.result(run_id)
    assert (result.outcome, result.ami) == (Outcome.FAILED, "")


def test_an_object_that_was_written_over_while_the_run_lived_is_nobodys(site, standin, ports):
    plan = replace(site.plan(BUILT, asyncio.run(_baseline())), endpoint=os.environ["AWS_ENDPOINT_URL"])
    run_id = asyncio.run(site.runs.start(plan, KEYS))
    until(lambda: "Uploading" in site.log(run_id))
    standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
    events = site.folder(run_id) / "events.jsonl"
    until(lambda: r'"\"e\""' in events.read_text())
    standin.cloud.put("images", "edge.raw", b"y" * 1000, '"theirs"')
    until(lambda: "theirs" in events.read_text())
    (site.checkout / "go").touch()
    site.result(run_id)
    assert "is not proven to be the run's" in refused(ports, run_id)


async def _baseline():
    return await (await BotoDoor().open(KEYS, "us-east-1")).baseline("images", "edge.raw")


def test_a_run_that_failed_before_its_import_does_not_bring_an_old_one_back(site, standin, ports):
    standin.cloud.config = replace(standin.cloud.config, import_failure="ServerError: internal", failing_imports=1)
    second = resumed(site, ports, failed(site, standin, imports=0))
    assert second.outcome is Outcome.FAILED
    standin.set_faults(*deny("ec2:ImportSnapshot"))
    third = resumed(site, ports, second.run_id)
    assert third.outcome is Outcome.FAILED
    standin.set_faults()
    proven(site, standin, resumed(site, ports, third.run_id), tasks=2)


def test_an_import_that_was_named_and_is_out_of_sight_is_not_begun_again(site, standin, ports):
    standin.set_faults(*deny("ec2:RegisterImage"))
    half = resumed(site, ports, failed(site, standin))
    standin.cloud.tasks.clear()
    standin.set_faults(*deny("ec2:DescribeSnapshots"))
    assert "the run named import-snap-" in refused(ports, half.run_id)
