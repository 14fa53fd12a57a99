"""The direct route from the command line: no bucket anywhere, its own rights, and what failed is gone on from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from canvos_tui.core.exit_codes import ExitCode
from tests.on_stage import OnStage, on_stage

AMI = re.compile(r"ami-[0-9a-f]{17}")


@pytest.fixture
def scene(tmp_path: Path):
    with on_stage(tmp_path) as found:
        yield found


def without_bucket(scene: OnStage, **more: str) -> str:
    """Answers in which no bucket is named."""
    return scene.answers(**{"route": "direct", "S3_BUCKET": None, **more})


def test_from_nothing_to_an_ami_without_a_bucket(scene: OnStage):
    done = scene.inside("run", "--config", without_bucket(scene), "--yes", "--plain")
    assert done.returncode == 0, done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    assert "./earthly.sh +cloud-image --ARCH=amd64" in done.stderr
    assert not (scene.checkout / ".secret").exists()
    (info,) = scene.infos()
    log = scene.log(info.run_id)
    assert "s3://" not in log
    assert scene.secret not in log
    result = scene.result(info.run_id)
    assert result is not None
    assert (result.bucket, result.import_task, bool(result.snapshot)) == ("", "", True)
    assert list(result.phase_seconds)[:6] == ["prepare", "base", "installer", "raw", "snapshot", "register"]
    seen = scene.inside("validate", "--checkout", str(scene.checkout), "--output", "json")
    assert seen.returncode == 0, seen.stderr
    assert {row["id"] for row in json.loads(seen.stdout)["findings"]} == {"AMI", "AMI-SETTINGS", "SNAPSHOT"}
    told = json.loads(scene.inside("status", "--output", "json").stdout)["runs"][0]
    assert told["route"] == "direct"
    assert [(row["stage"], row["state"]) for row in told["stages"]] == [("image", "done"), ("snapshot", "done"), ("register", "done")]


def test_an_empty_bucket_in_the_answers_is_none(scene: OnStage):
    taken = scene.inside("run", "--config", scene.answers(route="direct", S3_BUCKET="''"), "--dry-run")
    assert "S3_BUCKET" not in taken.stderr
    assert "there is no checkout" in taken.stderr, "as far as a dry run comes without one"
    refused = scene.inside("run", "--config", scene.answers(route="guide", S3_BUCKET="''"), "--dry-run")
    assert "S3_BUCKET" in refused.stderr
    assert refused.returncode != 0


def test_the_guides_route_still_asks_for_a_bucket(scene: OnStage):
    refused = scene.inside("run", "--config", without_bucket(scene, route="two-stage"), "--yes")
    assert refused.returncode in {ExitCode.USAGE, ExitCode.NOT_READY}
    assert "S3_BUCKET" in refused.stderr


def test_the_doctor_asks_what_the_route_needs(scene: OnStage):
    config = without_bucket(scene)
    found = json.loads(scene.inside("doctor", "--config", config, "--output", "json").stdout)
    status = {row["id"]: row["status"] for row in found["checks"]}
    assert not {"AWS-BUCKET", "AWS-S3-PUT", "AWS-ROLE-VMIMPORT", "AWS-EC2-IMPORT", "NET-S3"} & set(status)
    assert {status[f"AWS-EBS-{name}"] for name in ("START", "PUT", "COMPLETE", "LIST")} == {"pass"}
    assert status["AWS-AMI-CLASH"] == "pass"
    by_guide = json.loads(scene.inside("doctor", "--config", scene.answers(), "--output", "json").stdout)
    assert not [row["id"] for row in by_guide["checks"] if "EBS" in row["id"]]


def test_a_block_that_is_refused_is_gone_on_from_without_a_build(tmp_path: Path):
    with on_stage(tmp_path, "snapshot-once") as scene:
        ended = scene.inside("run", "--config", without_bucket(scene), "--yes")
        assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
        assert scene.inside("diagnose", scene.infos()[0].run_id).returncode == ExitCode.IMPORT_FAILED, "the same of the same run"
        assert "from snapshot (Write snapshot); nothing is built again" in ended.stderr
        assert "ebs:PutSnapshotBlock" in ended.stderr
        shown = scene.inside("resume", "--dry-run")
        assert "it would go on with: snapshot (Write snapshot)" in shown.stderr, shown.stderr
        assert "ebs:PutSnapshotBlock" in shown.stderr
        assert "s3:" not in shown.stderr
        wrong = scene.inside("resume", "--from", "import", "--dry-run")
        assert "the direct route has no stage import" in wrong.stderr
        done = scene.inside("resume", "--yes", "--plain")
        assert done.returncode == 0, done.stderr
        assert AMI.fullmatch(done.stdout.splitlines()[-1])
        assert "+base-image" not in done.stdout


def test_a_raw_image_alone_becomes_an_ami(scene: OnStage, tmp_path: Path):
    raw = tmp_path / "mine.raw"
    raw.write_bytes(bytes(512) + b"EFI PART" + bytes(2**20) + b"end")
    config = without_bucket(scene)
    shown = scene.inside("resume", "--raw", str(raw), "--config", config, "--dry-run")
    assert f"it would write {raw} into a snapshot and register the AMI" in shown.stderr, shown.stderr
    done = scene.inside("resume", "--raw", str(raw), "--config", config, "--yes", "--plain")
    assert done.returncode == 0, done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    (tmp_path / "disk.qcow2").write_bytes(b"QFI\xfb" + bytes(2000))
    refused = scene.inside(
        "resume", "--raw", str(tmp_path / "disk.qcow2"), "--config", without_bucket(scene, S3_KEY="other"), "--yes", "--plain"
    )
    assert refused.returncode != 0
    assert "no raw image, it begins as qcow2 does" in refused.stdout + refused.stderr
