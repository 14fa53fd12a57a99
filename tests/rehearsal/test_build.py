"""A played build, from clone to verdict: the real reader, the real look at AWS and the real judge must understand it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.boto import BotoAws, BotoDoor
from canvos_tui.adapters.aws.clients import Patience
from canvos_tui.core.log.clean import LogCleaner
from canvos_tui.core.log.phase_reader import PhaseReader
from canvos_tui.core.run.events import IdFound, PhaseEntered
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.phase import Phase
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.run import BuildPlan
from canvos_tui.core.verdict.judge import JudgeHints, judge
from canvos_tui.rehearsal.build import SIZE, is_local, main, settings
from canvos_tui.rehearsal.repository import git
from canvos_tui.rehearsal.scenarios import SCENARIOS
from canvos_tui.rehearsal.stage import BUCKET, REGION, Stage, prepare
from tests import samples
from tests.waiting import answered

KEY = "demo-1.raw"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Set:
    """A stage with a checkout at a tag, its files written as the wizard writes them."""

    def __init__(self, stage: Stage, checkout: Path) -> None:
        self.stage = stage
        self.checkout = checkout
        self.environ = {**os.environ, **stage.environ}

    def write(self, *, secrets: tuple[str, ...] = ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), key: str = KEY) -> None:
        args = {"OS_DISTRIBUTION": "ubuntu", "OS_VERSION": "24.04", "ARCH": "amd64", "REGION": REGION, "S3_BUCKET": BUCKET, "S3_KEY": key}
        (self.checkout / ".arg").write_text("".join(f"{k}={v}\n" for k, v in args.items()))
        values = {"AWS_PROFILE": "", "AWS_ACCESS_KEY_ID": self.stage.keys.key_id, "AWS_SECRET_ACCESS_KEY": self.stage.keys.secret.reveal()}
        (self.checkout / ".secret").write_text("".join(f"{name}={values[name]}\n" for name in secrets))

    def build(self, target: str = "+aws-cloud-image") -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["./earthly.sh", target, "--ARCH=amd64"],
            cwd=self.checkout,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    async def aws(self) -> BotoAws:
        return await BotoDoor(self.environ, Patience(2, 5, 1)).open(self.stage.keys, REGION)


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    stages: list[Stage] = []

    def begin(scenario: str, tag: str = "v4.9.38", pace: str = "0.01") -> Set:
        monkeypatch.setenv("CANVOS_TUI_REHEARSAL_PACE", pace)
        stages.append(prepare(tmp_path / "stage", sys.executable, scenario))
        checkout = tmp_path / "checkout"
        git(tmp_path, "clone", "--quiet", str(stages[-1].repository), str(checkout))
        git(checkout, "-c", "advice.detachedHead=false", "checkout", "--quiet", tag)
        found = Set(stages[-1], checkout)
        found.write()
        return found

    yield begin
    for stage in stages:
        stage.close()


def read(output: bytes) -> tuple[PhaseReader, list[Phase], dict[str, str]]:
    cleaner, reader = LogCleaner(), PhaseReader()
    lines = [line.decode() for line in (*cleaner.feed(output), *cleaner.flush())]
    events = reader.feed(lines, NOW)
    phases = [e.phase for e in events if isinstance(e, PhaseEntered)]
    return reader, phases, {e.kind: e.id for e in events if isinstance(e, IdFound)}


async def whole(scene: Set) -> tuple[bytes, RunResult, list[Phase], dict[str, str]]:
    aws = await scene.aws()
    baseline = await aws.baseline(BUCKET, KEY)
    process = scene.build()
    output, _ = process.communicate(timeout=60)
    _, phases, ids = read(output)
    plan = BuildPlan(str(scene.checkout), "v4.9.38", (), baseline)
    hints = JudgeHints(phase=phases[-1])
    result = judge("r", plan, await aws.sight(baseline), process.returncode, ids, False, hints, NOW, NOW)
    return output, result, phases, ids


async def test_success_is_success_in_the_log_and_in_aws(play):
    scene = play("success")
    output, result, phases, ids = await whole(scene)
    assert result.outcome is Outcome.SUCCEEDED
    assert phases == [phase for phase in Phase if phase is not Phase.SNAPSHOT]
    assert (ids["ami"], ids["snapshot"], ids["import_task"]) == (result.ami, result.snapshot, result.import_task)
    assert result.object_size == SIZE
    assert b"SUCCESS" in output
    for secret in (scene.stage.keys.key_id, scene.stage.keys.secret.reveal()):
        assert output.count(secret.encode()) >= 3, "what must be masked has to be there first"


FAILURES: tuple[tuple[str, Phase, bytes, list[str]], ...] = (
    ("import-deleted", Phase.IMPORT, b"Status Message: ClientError: Disk validation failed", ["object"]),
    ("access-denied", Phase.UPLOAD, b"when calling the CreateMultipartUpload operation", []),
    ("vmimport-missing", Phase.IMPORT, b"service role vmimport provided does not exist", ["object"]),
    ("disk-full", Phase.RAW, b"No space left on device (28)", []),
)


# the other two are built by tests/commands/test_run_command.py
@pytest.mark.parametrize(("scenario", "phase", "text", "left"), samples.every(FAILURES, lambda: FAILURES[:2]))
async def test_a_scenario_fails_where_and_as_it_should(play, scenario, phase, text, left):
    output, result, _, _ = await whole(play(scenario))
    assert (result.outcome, result.exit_code, result.phase) == (Outcome.FAILED, 1, phase)
    assert text in output
    assert b"FAILURE" in output
    assert output.rstrip().endswith(b"An error occurred while running the command.")
    assert [item.kind for item in result.left_behind] == left
    if scenario == "import-deleted":  # the script goes on with a line of its log in the place of the snapshot's id
        assert b"Snapshot import process completed. Snapshot ID: 20" in output
        assert b"(InvalidParameterValue) when calling the RegisterImage operation" in output
        assert result.cause is not None
        assert "Unsupported" in result.cause.explanation


async def test_a_second_build_with_the_same_key_reuses_everything_and_is_found_out(play):
    scene = play("success")
    await whole(scene)
    output, result, _, ids = await whole(scene)
    assert b"already exists in s3://" in output
    assert b"SUCCESS" in output
    assert result.outcome is Outcome.FAILED
    assert (result.exit_code, result.ami) == (0, "")
    assert ids["ami"].startswith("ami-")


def test_a_missing_secret_fails_after_the_whole_image(play):
    scene = play("success")
    scene.write(secrets=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))
    process = scene.build()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b'unable to lookup secret "AWS_PROFILE": not found' in output
    assert b"Assembling final disk image" in output
    assert b"FAILURE" not in output


def test_a_tag_without_the_target_says_so(play):
    process = play("success", tag="v4.8.5").build()
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Error: target aws-cloud-image not found" in output


def test_the_disk_alone_lands_in_the_checkout(play):
    scene = play("success")
    process = scene.build("+cloud-image")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    [raw] = (scene.checkout / "build").iterdir()
    assert raw.name == "kairos-ubuntu-24.04-core-amd64-generic-v4.0.4.raw"
    assert raw.stat().st_size == SIZE
    assert b"Uploading" not in output
    assert git(scene.checkout, "status", "--porcelain") == ""


async def test_an_interrupt_takes_the_unfinished_upload_away(play):
    scene = play("success", pace="0.1")
    aws = await scene.aws()
    process = scene.build()

    async def under_way() -> bool:
        assert process.poll() is None
        return any(upload.done for upload in await aws.uploads(BUCKET, KEY))

    await answered(under_way)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert b"Canceled" in output
    assert await aws.uploads(BUCKET, KEY) == ()
    assert await aws.head(BUCKET, KEY) is None


@pytest.mark.parametrize("endpoint", ["", "https://ec2.us-east-1.amazonaws.com", "http://10.0.0.1:80", "http://127.0.0.1.example.org"])
def test_a_rehearsal_never_talks_to_another_machine(endpoint, monkeypatch, capsys):
    assert not is_local(endpoint)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(SystemExit) as caught:
        main(["+aws-cloud-image"])
    assert caught.value.code == 2
    assert "on this machine" in capsys.readouterr().err


def test_settings_are_read_as_they_are_written():
    text = "# note\nA=1\nB='two words'\nC=\nD=x=y\nnonsense\n"
    assert settings(text) == {"A": "1", "B": "two words", "C": "", "D": "x=y"}


def test_every_scenario_has_a_title_and_a_name():
    always = {"success", "vmimport-missing", "role-cannot-read", "import-deleted", "access-denied", "disk-full", "slow"}
    assert set(SCENARIOS) == always | {"import-once", "register-once", "upload-once", "snapshot-once"}
    assert all(s.title and s.name == name for name, s in SCENARIOS.items())
