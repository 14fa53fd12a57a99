"""`cancel` while AWS imports: the build stops, the import goes on, is told of, and is ended only when that is asked for."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import boto3
import pytest

from canvos_tui.adapters.aws.boto import BotoAws
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.cli import main
from canvos_tui.core.errors import AwsError
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.status import Status
from canvos_tui.core.verdict import import_cancel
from canvos_tui.core.verdict.aftermath import final_result
from canvos_tui.rehearsal.aws.cloud import StoredImage, StoredTask
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests.runs import KEY_ID, KEYS, SECRET, Site, opened
from tests.terminal import Terminal
from tests.waiting import until

NO_ENGINE = "unix:///nonexistent/docker.sock"
BUILD = "trap 'exit 1' INT; echo +aws-cloud-image; while :; do sleep 0.05; done"
CONFIG = StandinConfig(keys=(StandinKey(KEY_ID, SECRET),), buckets={"images": "us-east-1"}, pending_seconds=0.0, import_seconds=600.0)


@cache
def session() -> boto3.Session:
    """AWS' own client reads its description of EC2 once, not for each question."""
    return boto3.Session(KEY_ID, SECRET, region_name="us-east-1")


@dataclass
class World:
    """A run whose import is under way, the AWS it is in, and the command line."""

    site: Site
    standin: StandinAws
    endpoint: str
    capsys: pytest.CaptureFixture[str]
    run_id: str = ""
    task: StoredTask | None = None

    def building(self, script: str = BUILD) -> str:
        plan = replace(self.site.plan(script), endpoint=self.endpoint)
        self.run_id = asyncio.run(self.site.runs.start(plan, KEYS))
        until(lambda: "+aws-cloud-image" in self.site.log(self.run_id))
        return self.run_id

    def importing(self, script: str = BUILD) -> str:
        """The id of the task, once the run knows of it."""
        self.building(script)
        task = self.another()
        until(lambda: task in (self.site.folder(self.run_id) / "events.jsonl").read_text())
        return task

    def another(self) -> str:
        self.standin.cloud.put("images", "edge.raw", b"x" * 1000, '"e"')
        self.task = self.standin.cloud.start_import("images", "edge.raw", "Import edge.raw", {})
        return self.task.task_id

    def cancelled(self) -> RunResult:
        """The build is stopped by the command; its result."""
        assert self.says("cancel")[0] == 0
        return self.site.result(self.run_id)

    def says(self, *words: str) -> tuple[int, str, str]:
        self.capsys.readouterr()
        code = main(words)
        told = self.capsys.readouterr()
        return code, told.out, told.err

    def status(self, task: str) -> str:
        """What AWS' own client says."""
        found = session().client("ec2", endpoint_url=self.endpoint).describe_import_snapshot_tasks(ImportTaskIds=[task])
        return str(found["ImportSnapshotTasks"][0]["SnapshotTaskDetail"]["Status"])

    def finish(self) -> None:
        """AWS is done with the import."""
        assert self.task is not None
        self.task.started -= 700


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    yield from _world(tmp_path, monkeypatch, capsys, CONFIG)


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """AWS takes its time to end an import."""
    monkeypatch.setattr(import_cancel, "PAUSES", (0.0, 0.0))
    yield from _world(tmp_path, monkeypatch, capsys, replace(CONFIG, cancel_seconds=600.0))


def _world(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], config: StandinConfig) -> Iterator[World]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    with StandinAws(config) as standin, opened(root) as site:
        endpoint = standin.start()
        environ = {"AWS_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true", "DOCKER_HOST": NO_ENGINE, "HOME": str(root)}
        keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "XDG_STATE_HOME": str(root / "state")}
        for name, value in {**environ, **keys}.items():
            monkeypatch.setenv(name, value)
        yield World(site, standin, endpoint, capsys)


def command(task: str) -> str:
    return f"aws ec2 cancel-import-task --import-task-id {task} --region us-east-1"


# -- the build is cancelled --------------------------------------------------------------------------------


def test_a_cancelled_build_says_that_its_import_goes_on_and_how_to_end_it(world: World) -> None:
    task = world.importing()
    code, out, err = world.says("cancel")
    assert (code, err) == (0, "")
    assert f"{task} goes on in AWS; to end it: canvos-tui cancel {world.run_id} --import-task" in out
    result = world.site.result(world.run_id)
    assert (result.outcome, result.import_task) == (Outcome.CANCELLED, task)
    left = {item.kind: item for item in result.left_behind}
    assert set(left) == {"object", "import_task"}
    assert (left["import_task"].id, left["import_task"].remove) == (task, command(task))
    assert "AWS goes on with it" in left["import_task"].note
    assert "wait for the import task to end first" in left["object"].note
    assert world.status(task) == "active"
    for words in (("status", world.run_id), ("attach", "--plain")):
        code, out, err = world.says(*words)
        assert f"goes on   {task} in AWS; to end it: canvos-tui cancel {world.run_id} --import-task" in out + err
        assert command(task) in out + err
        assert "USD a month" in out + err


def test_without_the_right_the_command_for_others_is_told_at_once(world: World) -> None:
    task = world.importing()
    world.standin.set_faults(*deny("ec2:CancelImportTask"))
    code, out, _ = world.says("cancel")
    assert code == 0
    assert f"your keys lack ec2:CancelImportTask, whoever has it ends it with: {command(task)}" in out
    assert "--import-task\n" not in out, "what these keys cannot do is not offered"
    world.site.result(world.run_id)
    assert world.status(task) == "active"


def test_a_build_without_an_import_is_cancelled_without_a_word_about_one(world: World) -> None:
    run_id = world.building()
    assert world.says("cancel") == (0, f"{run_id}: asked to stop; canvos-tui attach shows how it ends\n", "")
    assert world.site.result(run_id).left_behind == ()
    code, out, err = world.says("cancel", run_id)
    assert (code, out, err.splitlines()) == (
        2,
        "",
        [f"canvos-tui: run {run_id} is not running", "hint: canvos-tui status lists the runs"],
    )


# -- the import is cancelled -------------------------------------------------------------------------------


def test_the_import_is_ended_when_that_is_asked_for_and_the_result_follows(world: World) -> None:
    task = world.importing()
    world.cancelled()
    code, out, err = world.says("cancel", world.run_id, "--import-task")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == f"{world.run_id}: AWS ended {task}: it is `deleted` (User initiated cancellation)"
    assert world.status(task) == "deleted"
    assert world.standin.cloud.snapshots == {}
    _, out, _ = world.says("status", world.run_id)
    assert "CANCELLED" in out
    assert "import_task" not in out, "what AWS no longer does is not left over"
    assert "object      s3://images/edge.raw" in out
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        f"canvos-tui: import {task} is `deleted` already (User initiated cancellation): nothing to cancel",
        f"hint: canvos-tui status {world.run_id} shows what is left",
    ]


def test_a_build_that_is_not_running_names_the_import_that_is(world: World) -> None:
    task = world.importing()
    world.cancelled()
    code, out, err = world.says("cancel", world.run_id)
    assert (code, out) == (2, "")
    assert f"hint: its import {task} may go on in AWS: canvos-tui cancel {world.run_id} --import-task" in err
    assert world.status(task) == "active"


def test_without_the_right_nothing_happens_and_the_command_is_printed(world: World) -> None:
    task = world.importing()
    world.cancelled()
    world.standin.set_faults(*deny("ec2:CancelImportTask"))
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (3, "")
    first, hint = err.splitlines()
    assert first.startswith(f"canvos-tui: your keys lack ec2:CancelImportTask, so {task} goes on (You are not authorized")
    assert hint == f"hint: whoever has it ends it with: {command(task)}"
    assert world.status(task) == "active"


def test_the_import_of_a_run_that_lives_is_ended_and_the_build_is_left_alone(world: World) -> None:
    task = world.importing()
    code, out, _ = world.says("cancel", "--import-task")
    assert code == 0
    assert f"AWS ended {task}" in out
    assert "the build itself still runs and fails without its import; canvos-tui cancel stops it" in out
    assert world.status(task) == "deleted"
    (info,) = asyncio.run(world.site.runs.infos())
    assert info.live
    result = world.cancelled()
    assert [left.kind for left in result.left_behind] == ["object"]


def test_a_run_whose_supervisor_was_killed_has_its_import_ended_too(world: World) -> None:
    task = world.importing()
    os.kill(world.site.supervisor(world.run_id), signal.SIGKILL)
    until(lambda: not any(info.live for info in asyncio.run(world.site.runs.infos())))
    code, out, _ = world.says("cancel", world.run_id, "--import-task")
    assert (code, world.status(task)) == (0, "deleted")
    assert f"AWS ended {task}" in out
    assert "the build itself" not in out


def test_an_import_that_ended_by_itself_is_told_with_what_it_left(world: World) -> None:
    task = world.importing()
    world.cancelled()
    world.finish()
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert f"import {task} is `completed` already: nothing to cancel" in err
    assert world.task is not None
    _, out, _ = world.says("status", world.run_id)
    assert "CANCELLED" in out
    assert f"snapshot    {world.task.snapshot_id}  no AMI uses it" in out
    assert f"aws ec2 delete-snapshot --snapshot-id {world.task.snapshot_id} --region us-east-1" in out
    assert "import_task" not in out


def test_an_import_that_completes_just_before_the_request_is_no_success(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()
    found = import_cancel._going_on

    def late(*args):
        chosen = found(*args)
        world.finish()
        return chosen

    monkeypatch.setattr(import_cancel, "_going_on", late)
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert world.task is not None
    assert err.splitlines() == [
        f"canvos-tui: too late: {task} is `completed`",
        f"hint: its snapshot {world.task.snapshot_id} stays and is billed",
    ]


def test_a_run_without_an_import_has_none_to_cancel(world: World) -> None:
    run_id = world.building()
    world.cancelled()
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert err.splitlines() == ["canvos-tui: AWS knows no import task of this run", f"hint: canvos-tui status {run_id} shows what is left"]


def test_two_imports_of_which_the_run_names_none_are_left_to_their_owner(world: World) -> None:
    world.building()
    world.cancelled()
    tasks = [world.another(), world.another()]
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert "2 imports of s3://images/edge.raw go on and the run names none" in err
    assert all(command(task) in err for task in tasks)
    assert {world.status(task) for task in tasks} == {"active"}


def test_of_two_imports_the_runs_own_is_ended(world: World) -> None:
    task = world.importing()
    world.cancelled()
    other = world.another()
    assert world.says("cancel", "--import-task")[0] == 0
    assert (world.status(task), world.status(other)) == ("deleted", "active")


def test_a_task_that_aws_lists_no_longer_is_no_open_question_of_ours(world: World) -> None:
    task = world.importing()
    world.cancelled()
    world.standin.cloud.tasks.clear()
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert f"AWS lists {task} no longer" in err
    _, out, _ = world.says("status", world.run_id)
    assert "goes on" not in out
    (told,) = [f for f in final(world).findings if f.id == "import-task"]
    assert told.status is Status.UNKNOWN, "it was there: that it is listed no longer proves nothing against it"
    assert told.text.startswith(f"AWS lists {task} no longer")


def final(world: World) -> RunResult:
    """The result with what AWS says now."""
    result = asyncio.run(final_result(real_ports(dict(os.environ)), world.run_id))
    assert result is not None
    return result


def test_a_run_that_could_not_be_judged_is_once_aws_shows_its_image(world: World) -> None:
    task = world.importing("trap 'exit 1' INT; echo +aws-cloud-image; until [ -e go ]; do sleep 0.05; done")
    stored = world.task
    assert stored is not None
    blind = [f"ec2:{action}" for action in ("DescribeImportSnapshotTasks", "DescribeImages")]
    world.standin.set_faults(*deny(*blind))
    (world.site.checkout / "go").touch()
    assert world.site.result(world.run_id).outcome is Outcome.INCONCLUSIVE
    assert final(world).outcome is Outcome.INCONCLUSIVE
    world.standin.set_faults()
    world.finish()
    found = final(world)
    assert (found.outcome, found.snapshot, [left.kind for left in found.left_behind]) == (
        Outcome.INCONCLUSIVE,
        stored.snapshot_id,
        ["object", "snapshot"],
    )
    world.standin.cloud.register(
        StoredImage("ami-00000000000000abc", "edge.raw", stored.snapshot_id, "/dev/xvda", boot_mode="uefi", ena=True, state="available")
    )
    found = final(world)
    assert (found.outcome, found.ami, found.import_task, found.cause) == (Outcome.SUCCEEDED, "ami-00000000000000abc", task, None)


# -- AWS does not do it, or does not answer ----------------------------------------------------------------


def test_what_aws_has_begun_is_told_as_begun(slow: World) -> None:
    task = slow.importing()
    slow.cancelled()
    code, out, _ = slow.says("cancel", "--import-task")
    assert code == 0
    assert f"AWS ended {task}: it is `deleting`" in out


def after_the_request(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], None]) -> None:
    """Something that happens in AWS once the request has come there."""
    asked = BotoAws.cancel_import

    async def cancel(aws: BotoAws, task_id: str) -> None:
        await asked(aws, task_id)
        deed()

    monkeypatch.setattr(BotoAws, "cancel_import", cancel)


def test_a_request_that_shows_no_effect_is_not_called_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()
    stored = world.task
    assert stored is not None
    monkeypatch.setattr(import_cancel, "PAUSES", (0.0, 0.0))
    after_the_request(monkeypatch, lambda: setattr(stored, "cancelled", None))
    code, out, err = world.says("cancel", "--import-task")
    assert (code, err) == (12, "")
    assert f"AWS took the request, but {task} is still `active` (downloading/converting)" in out


def test_a_look_that_fails_afterwards_leaves_the_end_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()
    after_the_request(monkeypatch, lambda: world.standin.set_faults(*deny("ec2:DescribeImportSnapshotTasks")))
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (5, "")
    assert f"AWS took the request, whether {task} has ended is not known: these keys lack a permission" in err


def test_an_answer_that_is_lost_is_made_up_for_by_a_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()

    def lost() -> None:
        raise AwsError("AWS did not answer in time", code="timeout")

    after_the_request(monkeypatch, lost)
    code, out, _ = world.says("cancel", "--import-task")
    assert code == 0
    assert f"AWS ended {task}: it is `deleted`" in out


def test_a_request_that_aws_refuses_for_its_own_reasons_keeps_its_words(world: World) -> None:
    task = world.importing()
    world.cancelled()
    world.standin.set_faults(Fault("ec2:CancelImportTask", FaultKind.ERROR, "InternalError", "An internal error has occurred"))
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (5, "")
    assert "(InternalError: An internal error has occurred)" in err
    assert f"to end {task} later: {command(task)}" in err
    assert world.status(task) == "active"


def test_aws_out_of_reach_changes_nothing_and_the_command_is_at_hand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()
    monkeypatch.setattr("canvos_tui.adapters.aws.clients.Patience", lambda: Patience(attempts=1))
    world.standin.close()
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (5, "")
    first, hint = err.splitlines()
    assert first.startswith("canvos-tui: AWS cannot be reached")
    assert hint.endswith(f"; from elsewhere: {command(task)}")
    _, out, _ = world.says("status", world.run_id)
    assert "???? not seen: tasks: unreachable" in out
    assert f"goes on   {task}" in out


def test_without_keys_the_command_is_at_hand(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = world.importing()
    world.cancelled()
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    code, out, err = world.says("cancel", "--import-task")
    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "canvos-tui: there are no AWS keys",
        f"hint: export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, then ask again; from elsewhere: {command(task)}",
    ]


def test_the_stored_result_is_never_rewritten_by_a_look(world: World) -> None:
    world.importing()
    world.cancelled()
    path = world.site.folder(world.run_id) / "result.json"
    before = path.read_bytes()
    world.finish()
    world.says("status", world.run_id)
    assert path.read_bytes() == before
    assert json.loads(before)["outcome"] == "cancelled"


# -- on the screen -----------------------------------------------------------------------------------------


def attached(world: World, columns: int, rows: int) -> Terminal:
    """The wizard on the running build."""
    environ = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES"}}  # or they were the window's size
    return Terminal([sys.executable, "-m", "canvos_tui", "attach"], environ, columns, rows, world.site.root)


@pytest.mark.slow
def test_the_screen_cancels_the_build_and_then_its_import(world: World) -> None:
    task = world.importing()
    with attached(world, 80, 24) as terminal:
        terminal.see("Snapshot import", task)
        terminal.press("x")
        terminal.see("Cancel the build?", f"AWS goes on with {task}")
        terminal.press("down", "enter")
        terminal.see("CANCELLED in Snapshot import", "End the import")
        assert world.status(task) == "active", "the import goes on until somebody ends it"
        terminal.press("end", "up", "enter")
        terminal.see(f"End {task}?", "Let it go on")
        terminal.press("down", "enter")
        terminal.see(f"AWS ended {task}: it is `deleted`")
        terminal.press("ctrl+q")
        assert terminal.wait() == 130
        assert "CANCELLED in Snapshot import" in terminal.text
        assert "goes on" not in terminal.text.rpartition("canvos-tui: CANCELLED")[2]
    assert world.status(task) == "deleted"


@pytest.mark.slow
@pytest.mark.long
def test_the_screen_shows_the_command_where_the_right_is_missing(world: World) -> None:
    task = world.importing()
    world.standin.set_faults(*deny("ec2:CancelImportTask"))
    with attached(world, 120, 40) as terminal:
        terminal.see("Snapshot import", task)
        terminal.press("ctrl+q")
        terminal.see("a build is running", "An AWS import goes on whatever you choose")
        terminal.press("down", "enter")
        terminal.see("CANCELLED in Snapshot import", "your keys lack ec2:CancelImportTask", "aws ec2 cancel-import-task")
        assert "End the import" not in terminal.text
        terminal.press("ctrl+q")
        assert terminal.wait() == 130
        assert f"goes on   {task} in AWS; to end it: canvos-tui cancel {world.run_id} --import-task" in terminal.text
    assert world.status(task) == "active"
