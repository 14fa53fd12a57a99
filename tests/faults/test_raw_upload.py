"""From a raw image to an AMI: killed, cut off or beaten to it, in the end there are one object, one snapshot and one AMI of these bytes."""

from __future__ import annotations

import asyncio
import os
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from canvos_tui.adapters.aws.raw_file import SMALLEST
from canvos_tui.core.answers.beginning import fresh
from canvos_tui.core.answers.draft import Draft, FieldAnswered, FolderChosen
from canvos_tui.core.aws.crc32 import text_of
from canvos_tui.core.aws.facts import AwsKeys
from canvos_tui.core.errors import CanvosError, FilesError, InvalidValueError, RunError
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.leftovers.collect import collect
from canvos_tui.core.ports import Ports
from canvos_tui.core.run.outcome import Outcome
from canvos_tui.core.run.result import RunResult
from canvos_tui.core.run.stage import StageId
from canvos_tui.core.secret import Secret
from canvos_tui.core.stages.elsewhere import plan_of
from canvos_tui.core.stages.resume import begin, look, start_of
from canvos_tui.rehearsal.aws.config import Fault, FaultKind, StandinConfig, StandinKey, deny
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.wiring import real_ports
from tests import in_process
from tests.faults.test_resume import killed
from tests.runs import KEY_ID, KEYS, SECRET, Site
from tests.waiting import until

PARTS = 9
SIZE = (PARTS - 1) * SMALLEST + 4096
WORKERS = 6


@pytest.fixture
def site(without_engine: Site) -> Site:
    return without_engine


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Mostly holes, as a raw image is."""
    path = tmp_path_factory.mktemp("build") / "kairos.raw"
    with path.open("wb") as file:
        file.write(os.urandom(4096))
        file.truncate(SIZE)
    return path


@pytest.fixture(scope="module")
def checksum(raw: Path) -> str:
    return text_of(zlib.crc32(raw.read_bytes()))


def answers(ports: Ports, **changes: str) -> Draft:
    draft = fresh(ports.environ).after(FolderChosen(Path(ports.environ["HOME"]) / "CanvOS", ""))
    for name, text in {"REGION": "us-east-1", "S3_BUCKET": "images", "S3_KEY": "edge.raw", **changes}.items():
        draft = draft.after(FieldAnswered(name, text))
    return draft


def begun(ports: Ports, raw: Path, keys: AwsKeys = KEYS, name: str = "", **changes: str) -> str:
    async def start() -> str:
        return await ports.runs.start(await plan_of(ports, raw, answers(ports, **changes), keys, name), keys)

    return asyncio.run(start())


def proven(standin: StandinAws, result: RunResult, checksum: str) -> None:
    (image,) = standin.cloud.images.values()
    (stored,) = standin.cloud.buckets["images"].objects.values()
    assert (result.outcome, result.ami, result.snapshot) == (Outcome.SUCCEEDED, image.image_id, image.snapshot_id)
    assert (stored.size, stored.crc32) == (SIZE, checksum)
    assert len(standin.cloud.tasks) == len(standin.cloud.snapshots) == 1
    assert standin.cloud.buckets["images"].uploads == {}


def test_a_raw_image_becomes_an_ami(site, standin, ports, raw, checksum):
    result = site.result(begun(ports, raw))
    proven(standin, result, checksum)
    assert result.object_size == SIZE
    log = site.log(result.run_id)
    assert f"Completed {SIZE / 1024**2:.1f} MiB/{SIZE / 1024**2:.1f} MiB" in log
    assert "S3 has proven its checksum" in log
    assert SECRET not in log


@pytest.mark.parametrize("parts", [2, pytest.param(5, marks=pytest.mark.long)])
def test_kill_9_in_the_middle_sends_no_part_twice_but_those_on_their_way(site, standin, ports, raw, checksum, parts):
    run_id = begun(ports, raw)
    until(lambda: sum(len(u.parts) for u in standin.cloud.buckets["images"].uploads.values()) >= parts)
    standin.set_faults(Fault("s3:PutObject", FaultKind.HANG, seconds=60.0))
    killed(site, run_id)
    there = sum(len(u.parts) for u in standin.cloud.buckets["images"].uploads.values())
    standin.set_faults()
    before = standin.actions.count("s3:PutObject")
    ground = asyncio.run(look(ports, run_id))
    assert start_of(ground) is StageId.UPLOAD
    proven(standin, site.result(asyncio.run(begin(ports, ground, StageId.UPLOAD))), checksum)
    sent = standin.actions.count("s3:PutObject") - before - 1  # the last call completes it
    assert PARTS - there - WORKERS <= sent <= PARTS - there


@pytest.mark.long
def test_the_network_goes_and_comes_back(site, standin, ports, raw, checksum):
    standin.set_faults(
        Fault("s3:PutObject", FaultKind.BREAK, times=7),
        Fault("s3:PutObject", FaultKind.THROTTLE, times=7),
        Fault("s3:PutObject", FaultKind.ERROR, "InternalError", "We encountered an internal error. Please try again.", 500, times=7),
    )
    proven(standin, site.result(begun(ports, raw)), checksum)


def test_a_file_that_takes_its_place_while_s3_is_waited_for_is_not_uploaded_instead(site, standin, ports, raw, tmp_path):
    copy = tmp_path / "build.raw"
    copy.write_bytes(raw.read_bytes()[: SMALLEST + 10])
    standin.set_faults(Fault("s3:PutObject", FaultKind.ERROR, "InternalError", "We encountered an internal error.", 500))
    run_id = begun(ports, copy)
    until(lambda: "InternalError" in site.log(run_id))
    (tmp_path / "other.raw").write_bytes(b"o" * 100)
    (tmp_path / "other.raw").replace(copy)
    standin.set_faults()
    result = site.result(run_id)
    assert result.outcome is Outcome.FAILED
    assert "changed while it was read" in site.log(run_id)
    assert standin.cloud.images == {}


def test_keys_without_the_right_end_it_and_others_go_on(site, standin, ports, raw, checksum):
    standin.set_faults(*deny("ec2:ImportSnapshot"))
    half = site.result(begun(ports, raw))
    assert half.outcome is Outcome.FAILED
    standin.set_faults()
    before = standin.actions.count("s3:PutObject")
    ground = asyncio.run(look(ports, half.run_id))
    assert start_of(ground) is StageId.IMPORT
    proven(standin, site.result(asyncio.run(begin(ports, ground, StageId.IMPORT))), checksum)
    assert standin.actions.count("s3:PutObject") == before, "what is there is not sent again"


def test_temporary_keys_do(site, ports, raw, checksum, monkeypatch):
    key = StandinKey(KEY_ID, SECRET, user="assumed-role/edge/session", token="token-of-a-session")
    with StandinAws(StandinConfig(keys=(key,), buckets={"images": "us-east-1"}, import_seconds=0.2)) as standin:
        monkeypatch.setenv("AWS_ENDPOINT_URL", standin.start())
        world = replace(real_ports({**ports.environ, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}), runs=ports.runs)
        keys = AwsKeys(KEY_ID, Secret(SECRET), Secret("token-of-a-session"))
        result = site.result(begun(world, raw, keys))
        proven(standin, result, checksum)
    assert "token-of-a-session" not in "".join(path.read_text("utf-8", "replace") for path in site.state.rglob("*") if path.is_file())


def test_a_key_that_is_taken_is_refused_whatever_lies_there(site, standin, ports, raw):
    standin.cloud.put("images", "edge.raw", b"theirs", '"t"')
    assert "s3://images/edge.raw is there already, 6 B" in str(said(ports, raw))
    assert standin.cloud.buckets["images"].objects["edge.raw"].kept == b"theirs"


def test_somebody_who_writes_the_key_first_keeps_it_and_nothing_is_made_of_it(site, standin, ports, raw):
    run_id = begun(ports, raw)
    until(lambda: standin.cloud.buckets["images"].uploads)
    standin.cloud.put("images", "edge.raw", b"t" * 700, '"7e"')
    assert site.result(run_id).outcome is Outcome.FAILED
    ground = asyncio.run(look(ports, run_id))
    assert "is not proven to be the run's" in ground.of(StageId.UPLOAD).text
    again = site.result(asyncio.run(begin(ports, ground, StageId.UPLOAD)))
    assert (again.outcome, standin.cloud.tasks) == (Outcome.FAILED, {})
    assert not any(thing.certain for thing in asyncio.run(collect(ports)).things)
    assert not standin.cloud.buckets["images"].uploads, "parts of which nothing can be made any more are given up"


def said(ports: Ports, raw: Path, bucket: str = "images") -> CanvosError:
    with pytest.raises(CanvosError) as caught:
        begun(ports, raw, S3_BUCKET=bucket)
    return caught.value


def test_what_cannot_begin_is_refused_in_a_sentence(site, standin, ports, raw, tmp_path):
    assert isinstance(said(ports, tmp_path / "none.raw"), FilesError)
    assert isinstance(said(ports, raw, bucket=""), InvalidValueError)
    site.result(begun(ports, raw))
    taken = said(ports, raw)
    assert isinstance(taken, RunError)
    assert "s3://images/edge.raw is there already" in str(taken)
    standin.cloud.buckets["images"].objects.clear()
    assert "the AMI name edge.raw is taken by ami-" in str(said(ports, raw))


def test_the_command(site, standin, ports, raw, checksum):
    config = site.root / "answers.yaml"
    config.write_text("REGION: us-east-1\nS3_BUCKET: images\nS3_KEY: edge.raw\n")
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_ENDPOINT_URL": os.environ["AWS_ENDPOINT_URL"]}
    environ = {"PATH": os.environ["PATH"], "HOME": str(site.root), "XDG_STATE_HOME": str(site.root / "state"), **keys}

    def resume(*words: str):
        return in_process.command(("resume", *words), environ, site.root)

    looked = resume("--raw", str(raw), "--config", str(config), "--dry-run")
    assert (looked.returncode, standin.cloud.tasks) == (0, {})
    assert "it would upload" in looked.stderr
    for words in (("--raw", str(raw)), ("--config", str(config)), ("RUN", "--raw", str(raw), "--config", str(config))):
        wrong = resume(*words)
        assert wrong.returncode == ExitCode.USAGE, words
        assert "--raw" in wrong.stderr
    done = resume("--raw", str(raw), "--config", str(config), "--yes", "--detach")
    assert done.returncode == 0, done.stderr
    proven(standin, site.result(done.stdout.strip()), checksum)
