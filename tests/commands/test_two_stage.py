"""The two-stage route from the command line: CanvOS builds the raw image, everything else is done here, and no key enters the build."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from canvos_tui.core.aws.ami_settings import AmiSettings
from canvos_tui.core.exit_codes import ExitCode
from canvos_tui.core.status import Status
from canvos_tui.rehearsal.aws.config import StandinConfig, StandinKey
from canvos_tui.rehearsal.aws.server import StandinAws
from canvos_tui.rehearsal.stage import IMPORT_ROLE, KMS_KEYS
from tests.on_stage import OnStage, on_stage

AMI = re.compile(r"ami-[0-9a-f]{17}")


@pytest.fixture
def scene(tmp_path: Path):
    with on_stage(tmp_path) as found:
        yield found


def test_from_nothing_to_an_ami_without_a_secret_file(scene: OnStage):
    chosen = {"imds": "v2.0", "volume_type": "gp3", "delete_on_termination": "yes", "root_size": "64"}
    done = scene.inside("run", "--config", scene.answers(route="two-stage", **chosen), "--yes", "--plain")
    assert done.returncode == 0, done.stderr
    assert AMI.fullmatch(done.stdout.splitlines()[-1])
    assert "./earthly.sh +cloud-image --ARCH=amd64" in done.stderr
    assert not (scene.checkout / ".secret").exists(), "the keys are not for the build"
    (raw,) = (scene.checkout / "build").glob("*.raw")
    (info,) = scene.infos()
    log = scene.log(info.run_id)
    assert "+cloud-image" in log
    assert "+aws-cloud-image" not in log
    assert f"uploading {raw}" in log
    assert scene.secret not in log
    result = scene.result(info.run_id)
    assert result is not None
    assert result.object_size == raw.stat().st_size
    (shown,) = (finding for finding in result.findings if finding.id == "ami-settings")
    assert (shown.status, shown.text) == (Status.PASS, "IMDS v2.0 only, root volume 64 GiB gp3, deleted with its instance")
    assert list(result.phase_seconds)[:6] == ["prepare", "base", "installer", "raw", "upload", "import"]


def test_the_route_of_the_command_line_wins_and_an_unknown_one_is_refused(scene: OnStage):
    wrong = scene.inside("run", "--config", scene.answers(), "--route", "twostage", "--yes")
    assert wrong.returncode == ExitCode.USAGE
    assert "`twostage` is no route" in wrong.stderr
    assert "did you mean two-stage?" in wrong.stderr
    begun = scene.inside("run", "--config", scene.answers(), "--route", "two-stage", "--yes", "--detach")
    assert begun.returncode == 0, begun.stderr
    assert "./earthly.sh +cloud-image" in begun.stderr
    shown = scene.inside("run", "--config", scene.answers(S3_KEY="edge-2"), "--route", "two-stage", "--dry-run")
    assert "./earthly.sh +cloud-image" in shown.stdout + shown.stderr, shown.stderr
    asked = scene.inside("run", "--config", scene.answers(route="direkt"), "--yes")
    assert asked.returncode == ExitCode.USAGE
    assert "guide or two-stage" in asked.stderr


def test_choices_for_the_ami_are_refused_where_they_do_not_count_and_where_they_cannot_be(scene: OnStage):
    guide = scene.inside("run", "--config", scene.answers(imds="v2.0", root_size="64"), "--yes")
    assert guide.returncode == ExitCode.USAGE
    assert "imds, root_size: on the guide's route CanvOS' script uploads and registers" in guide.stderr
    assert "add --route two-stage" in guide.stderr
    wrong = scene.inside("run", "--config", scene.answers(route="direct", imds="v1", root_size="64G", volume_typ="gp3"), "--yes")
    assert wrong.returncode == ExitCode.USAGE
    for says in ("imds: `v1` is not", "allowed: script or v2.0", "root_size: `64G`", "1 to 16384", "did you mean volume_type?"):
        assert says in wrong.stderr
    slow = scene.inside("run", "--config", scene.answers(), "--route", "two-stage", "--limit", "20Mbit", "--yes")
    assert (slow.returncode, "`20Mbit` is no rate" in slow.stderr) == (ExitCode.USAGE, True)
    words = ("--route", "two-stage", "--limit", "20M", "--yes", "--detach")
    shown = scene.inside("run", "--config", scene.answers(imds="v2.0", limit="1M"), *words)
    assert shown.returncode == 0, shown.stderr
    plan = asyncio.run(scene.runs.plan(shown.stdout.strip()))
    assert (plan.settings, plan.limit) == (AmiSettings("v2.0"), 20_000_000)


def test_the_snapshot_is_imported_by_the_role_and_with_the_key_that_were_chosen(scene: OnStage):
    chosen = {"import_role": IMPORT_ROLE, "encryption": f"alias/{KMS_KEYS[0][0]}"}
    done = scene.inside("run", "--config", scene.answers(route="two-stage", **chosen), "--yes", "--plain")
    assert done.returncode == 0, done.stderr
    (info,) = scene.infos()
    result = scene.result(info.run_id)
    assert result is not None
    (shown,) = (finding for finding in result.findings if finding.id == "encryption")
    assert (shown.status, KMS_KEYS[0][1] in shown.text) == (Status.PASS, True), shown.text
    looked = scene.inside("validate", "--checkout", str(scene.checkout))
    assert f"completed, encrypted with arn:aws:kms:us-east-1:123456789012:key/{KMS_KEYS[0][1]}" in looked.stdout, (
        looked.stdout + looked.stderr
    )


@pytest.mark.parametrize(
    ("route", "chosen", "code", "says"),
    [
        ("guide", {"encryption": "yes"}, ExitCode.USAGE, "encryption: on the guide's route CanvOS' script uploads and registers"),
        ("direct", {"import_role": "canvos-import"}, ExitCode.USAGE, "import_role: on the direct route nothing is imported"),
        ("direct", {"encryption": "alias/edge"}, ExitCode.USAGE, "takes a key by its ARN alone"),
        (
            "two-stage",
            {"encryption": f"arn:aws:kms:eu-west-1:123456789012:key/{KMS_KEYS[0][1]}"},
            ExitCode.USAGE,
            "the key is in eu-west-1",
        ),
        ("two-stage", {"import_role": "arn:aws:iam::123456789012:role/x"}, ExitCode.USAGE, "is an ARN, and the role's name is asked for"),
        ("two-stage", {"import_role": "nobody"}, ExitCode.NOT_READY, "there is no role nobody in this account"),
        ("two-stage", {"encryption": "alias/nobody"}, ExitCode.NOT_READY, "there is no KMS key alias/nobody in us-east-1"),
        (
            "two-stage",
            {"encryption": f"alias/{KMS_KEYS[1][0]}"},
            ExitCode.NOT_READY,
            "is in state Disabled: nothing can be encrypted with it",
        ),
    ],
)
def test_a_role_or_a_key_that_is_no_good_is_told_before_anything_is_built(scene: OnStage, route, chosen, code, says):
    done = scene.inside("run", "--config", scene.answers(route=route, **chosen), "--yes")
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert scene.infos() == (), "nothing was begun"


def test_the_doctor_judges_by_the_route(scene: OnStage):
    temporary = {**scene.environ, "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE", "AWS_SESSION_TOKEN": "t"}
    words = ("doctor", "--config", scene.answers(), "--only", "AWS-KEYTYPE", "--output", "json")
    by_guide = json.loads(scene.inside(*words, environ=temporary).stdout)
    by_stages = json.loads(scene.inside(*words, "--route", "two-stage", environ=temporary).stdout)
    (first,), (second,) = by_guide["checks"], by_stages["checks"]
    assert first["status"] == "fail"
    assert "two-stage" in json.dumps(first)
    assert second["status"] == "pass"
    assert "canvos-tui resume" in second["observed"]["text"]


def test_an_upload_that_is_refused_is_repeated_without_a_build(tmp_path: Path):
    with on_stage(tmp_path, "upload-once") as scene:
        ended = scene.inside("run", "--config", scene.answers(route="two-stage", volume_type="gp3"), "--yes")
        assert ended.returncode == ExitCode.IMPORT_FAILED, ended.stderr
        assert "from upload (Upload to S3); nothing is built again" in ended.stderr
        (info,) = scene.infos()
        failed = scene.result(info.run_id)
        assert failed is not None
        assert failed.raw in {left.id for left in failed.left_behind}
        told = scene.inside("diagnose", str(scene.runs.log_path(info.run_id)))
        assert told.returncode in {ExitCode.IMPORT_FAILED, ExitCode.NOT_PROVEN}, told.stdout
        assert "may not write to the bucket" in told.stdout
        other = scene.inside("run", "--config", scene.answers(route="two-stage", S3_KEY="edge-9"), "--dry-run")
        warned = f"WARN {failed.raw} is the image of run {info.run_id}, which is not in AWS yet: a build may write over it"
        assert f"{warned}; canvos-tui resume {info.run_id} goes on with it" in other.stderr
        guides = scene.inside("run", "--config", scene.answers(S3_KEY="edge-9"), "--dry-run")
        assert "may write over" not in guides.stderr, "the guide's own command leaves no image in the checkout"
        left = raw_left(scene)
        assert (left["id"], left["removable"], left["run"]) == (failed.raw, True, info.run_id)
        assert f"canvos-tui resume {info.run_id} would go on with it" in left["note"]
        shown = scene.inside("resume", "--dry-run")
        assert "it would go on with: upload" in shown.stderr, shown.stderr
        wrong = scene.inside("resume", "--limit", "slow", "--yes")
        assert (wrong.returncode, "`slow` is no rate" in wrong.stderr) == (ExitCode.USAGE, True)
        done = scene.inside("resume", "--yes", "--plain", "--limit", "80M")
        assert "at most 80.0 MB/s" in done.stdout
        assert done.returncode == 0, done.stderr
        assert AMI.fullmatch(done.stdout.splitlines()[-1])
        assert "+base-image" not in done.stdout, "nothing is built again"
        assert "as the AMI" in done.stdout
        assert ": gp3" in done.stdout, "whoever goes on registers with the same choices"
        assert raw_left(scene)["note"] == "the raw image on this machine; nothing needs it", "the run that went on made the AMI"
        after = scene.inside("run", "--config", scene.answers(route="two-stage", S3_KEY="edge-9"), "--dry-run")
        assert "may write over" not in after.stderr, "it is in AWS now"
        (file,) = (left for left in failed.left_behind if left.kind == "file")
        assert subprocess.run(["sh", "-c", file.removal], check=False).returncode == 0, "the command that we give out"
        assert not Path(failed.raw).exists()


def test_a_build_that_fails_says_why_and_leaves_nothing_to_go_on_from(tmp_path: Path):
    with on_stage(tmp_path, "disk-full") as scene:
        ended = scene.inside("run", "--config", scene.answers(route="two-stage"), "--yes")
        assert ended.returncode == ExitCode.BUILD_FAILED, ended.stderr
        (info,) = scene.infos()
        failed = scene.result(info.run_id)
        assert failed is not None
        assert failed.cause is not None
        assert "disk" in failed.cause.title.lower()
        over = scene.inside("resume", "--yes")
        assert over.returncode == ExitCode.NOT_READY
        assert "there is nothing to go on from" in over.stderr


def test_temporary_keys_do_from_the_first_check_to_the_ami(scene: OnStage):
    keys = StandinKey("ASIAIOSFODNN7EXAMPLE", "s" * 40, token="a-session-token")
    config = StandinConfig(keys=(keys,), buckets={scene.stage.bucket: scene.stage.region}, import_seconds=0.2, image_seconds=0.1)
    with StandinAws(config) as standin:
        mine = {"AWS_ENDPOINT_URL": standin.start(), "AWS_ACCESS_KEY_ID": keys.key_id, "AWS_SECRET_ACCESS_KEY": keys.secret}
        environ = {**scene.environ, **mine, "AWS_SESSION_TOKEN": keys.token}
        refused = scene.inside("run", "--config", scene.answers(), "--yes", environ=environ)
        assert refused.returncode == ExitCode.NOT_READY
        assert "or --route two-stage, on which no key enters the build" in refused.stderr
        done = scene.inside("run", "--config", scene.answers(), "--route", "two-stage", "--yes", environ=environ)
        assert done.returncode == 0, done.stderr
        assert AMI.fullmatch(done.stdout.splitlines()[-1])
    written = [path for path in scene.home.rglob("*") if path.is_file() and keys.token.encode() in path.read_bytes()]
    assert not written


def raw_left(scene: OnStage) -> dict[str, Any]:
    """What `leftovers` says of the raw image in the checkout, {} where it lists none."""
    told = json.loads(scene.inside("leftovers", "--output", "json").stdout)
    return next((thing for thing in told["things"] if thing["id"].endswith(".raw") and thing["kind"] == "file"), {})


def test_the_raw_image_of_a_success_is_listed_and_goes_on_request(scene: OnStage):
    assert scene.inside("run", "--config", scene.answers(route="two-stage"), "--yes").returncode == 0
    (raw,) = (scene.checkout / "build").glob("*.raw")
    left = raw_left(scene)
    assert (left["id"], left["size"], left["note"]) == (str(raw), raw.stat().st_size, "the raw image on this machine; nothing needs it")
    grown = raw.read_bytes()
    raw.write_bytes(grown + b"x")
    assert raw_left(scene) == {}, "another file by now"
    raw.write_bytes(grown)
    gone = scene.inside("leftovers", "--delete", str(raw), "--yes")
    assert gone.returncode == 0, gone.stderr
    assert f"{raw} is deleted" in gone.stdout + gone.stderr
    assert "keys stay valid" not in gone.stdout + gone.stderr
    assert not raw.exists()
    assert raw_left(scene) == {}
